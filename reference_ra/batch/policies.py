"""The policies that are the Batched Device CSR Web Service's own, by name, so that one can be replaced.

The checks of clients' certificates, the rules for CSRs and the making of certificates are common to all
services.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from reference_ra.access import Refusal, SubscriberRule
from reference_ra.authority import Authority, HttpAnswer
from reference_ra.batch.messages import (
    BatchRejected,
    BatchStatus,
    CsrOutcome,
    CsrRejected,
    ResultReply,
    SubmissionReply,
)
from reference_ra.batch.reading import SubmissionRules
from reference_ra.batch.store import Batch
from reference_ra.batch.window import NightlyWindow, Pace
from reference_ra.csr import Csr
from reference_ra.registry import Credential

if TYPE_CHECKING:
    from reference_ra.policies import Policies

BatchDeviceRule = Callable[[Authority, Batch, bytes, Csr], CsrRejected | None]
"""Says why a Device, by its Device ID, gets no certificate for a CSR of a batch; or None."""

QueryRule = Callable[[Batch, Credential, datetime], bool]
"""True where the holder of a credential may query a batch at that time, as far as the rule goes."""


@dataclass(frozen=True, slots=True)
class BatchLimits:
    """How much a submission may be."""

    csrs: int = 50_000
    """SEC Section L8.2 (M-2.5.1.2-b)."""
    body_octets: int = 128 * 1_048_576
    """Of a whole submission: 2,600 octets for each CSR, where one needs some 500."""
    body_seconds: float = 600


@dataclass(frozen=True)
class BatchPolicies:
    """How an RA decides on batches."""

    # Who may use the service, and where
    path_meant: Callable[[str], str]
    """The path that a request's path is taken for."""
    subscriber_rules: Mapping[Refusal, SubscriberRule]
    route: Callable[[str, str], HttpAnswer | None]
    """The HTTP response to a method and path where the service is not; None where it is."""

    # Is the submission right
    limits: BatchLimits
    submission_rules: SubmissionRules
    first_batch_id: int
    """BatchIds are counted from it."""
    reference_when_refused: Callable[[str | None, BatchRejected], str | None]
    """The ID to echo for a submission that is refused; its ID is given where it was read."""

    # When is a batch processed
    awaiting_approval: frozenset[BatchStatus]
    """Batches in these states are approved when it is time."""
    approved_at: Callable[[Batch, Pace], datetime]
    """When that is."""
    is_intact: Callable[[Authority, Batch], Awaitable[bool]]
    """Whether a batch's content is what was uploaded."""
    window: NightlyWindow
    pace: Pace
    earliest_start: Callable[[Batch, Pace], datetime]
    """When a batch may be begun, if the window is open."""
    next_in_turn: Callable[[Sequence[Batch]], Batch]
    """Which of the batches that are under way or queued is worked on; in the order of receipt."""

    # What becomes of a CSR
    csr_octets: Callable[[str], bytes | CsrRejected]
    check_csr: Callable[[Policies, bytes], Csr]
    """The CSR of its octets, by the rules that are common to all services; Rejected where it breaks one."""
    device_rules: Mapping[str, BatchDeviceRule]

    # What is told
    batch_id: Callable[[Sequence[str]], int]
    """The BatchId of the values that the query gives for it; BatchRejected where it is wrong."""
    query_rules: Mapping[str, QueryRule]
    list_outcomes: Callable[[Batch, Iterable[CsrOutcome]], Iterable[CsrOutcome]]
    """The results that are put into the message, of those that there are of a batch."""
    error_codes: Mapping[str, str]
    """By status, of a batch or of a CSR."""
    finish_submission: Callable[[SubmissionReply], Awaitable[SubmissionReply]]
    """The last look at the answer to a submission before it is written."""
    finish_result: Callable[[ResultReply], Awaitable[ResultReply]]
    """The last look at a result message before it is written."""
    write_submission: Callable[[SubmissionReply], bytes]
    write_result: Callable[[ResultReply], Iterator[bytes]]
    http_answer: Callable[[SubmissionReply | ResultReply], HttpAnswer]
    """The HTTP response that carries a message, without its body."""

    # What stands on the portal's pickup page
    is_on_pickup_page: Callable[[Batch, datetime], bool]
    """Whether a batch's files can be had at that time."""
    pickup_certificate: Callable[[CsrOutcome], tuple[str, bytes]]
    """Name and content of the file of a CSR that was issued for."""
    pickup_record: Callable[[CsrOutcome], str]
    """The line of the report for a CSR."""
