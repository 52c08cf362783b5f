"""The batch policies of an RA that keeps every rule."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta

from reference_ra.access import Refusal, SubscriberRule
from reference_ra.authority import Authority, HttpAnswer
from reference_ra.batch.messages import (
    ERROR_CODES,
    BatchRejected,
    BatchStatus,
    CsrOutcome,
    CsrRejected,
    CsrStatus,
    ResultReply,
    SubmissionReply,
    TooManyCsrs,
    default_schema,
    write_result,
    write_submission,
)
from reference_ra.batch.pickup import certificate_file, record
from reference_ra.batch.policies import BatchDeviceRule, BatchLimits, BatchPolicies, QueryRule
from reference_ra.batch.reading import (
    SubmissionRules,
    begins_a_submission,
    identifier_is_unique,
    text_is_base64,
)
from reference_ra.batch.store import Batch, Digest
from reference_ra.batch.window import NightlyWindow, Pace
from reference_ra.csr import Csr
from reference_ra.decisions import CERTIFICATE_LIMIT, check_csr
from reference_ra.messages import SERVICE_VERSION, Rejected, csr_octets
from reference_ra.registry import Credential

BATCH = "batch"
BATCH_PATH = f"/{SERVICE_VERSION}/PortalCSRBatch"
SUBMIT_PATH = f"{BATCH_PATH}/SubmitCSRBatch"
RESULT_PATH = f"{BATCH_PATH}/CSRBatchResult"
METHODS = {SUBMIT_PATH: "POST", RESULT_PATH: "GET"}
XML_TYPE = "application/xml;charset=UTF-8"
RETENTION = timedelta(days=30)
"""How long a result can be fetched (M-2.5.1.4-c)."""
_BATCH_ID = re.compile(r"[0-9]{1,100}")
_CSRS_DIGESTED_AT_ONCE = 1000

SUBSCRIBER_RULES: Mapping[Refusal, SubscriberRule] = {
    Refusal.INTERFACE: lambda credential: credential.interface == BATCH,
    Refusal.NOT_AUTHORISED: lambda credential: credential.subscriber.device_certificates,
    Refusal.UEPT: lambda credential: credential.subscriber.uept,
}
"""M-G-e, N-2.1.3-a, S-2: any User Role."""


def _path_itself(path: str) -> str:
    return path


def _route(method: str, path: str) -> HttpAnswer | None:
    if path not in METHODS:
        return HttpAnswer(404, b"There is nothing here.\n")
    if method != METHODS[path]:
        text = f"Only {METHODS[path]} is served here.\n"
        return HttpAnswer(405, text.encode(), headers=(("Allow", METHODS[path]),))
    return None


def _reference_when_refused(reference: str | None, rejected: BatchRejected) -> str | None:
    return reference if isinstance(rejected, TooManyCsrs) else None


async def _is_intact(authority: Authority, batch: Batch) -> bool:
    digest = Digest()
    for position in range(0, batch.csrs, _CSRS_DIGESTED_AT_ONCE):
        digest.add(authority.registry.batches.csrs(batch.id, position, _CSRS_DIGESTED_AT_ONCE))
        await asyncio.sleep(0)
    return digest.value() == batch.digest


def _approved_at(batch: Batch, pace: Pace) -> datetime:
    return batch.received_at + pace.approval


def _earliest_start(batch: Batch, pace: Pace) -> datetime:
    return batch.received_at + pace.approval + pace.parsing


def _next_in_turn(batches: Sequence[Batch]) -> Batch:
    return next((batch for batch in batches if batch.status is not BatchStatus.QUEUED), batches[0])


def _csr_octets(text: str) -> bytes | CsrRejected:
    try:
        return csr_octets(text)
    except Rejected as rejected:
        text = rejected.text.replace("CertificateSigningRequest", "DeviceCSR")
        return CsrRejected(CsrStatus.CSR_ERROR, text)


def requester_is_eligible(authority: Authority, batch: Batch, device: bytes, _: Csr) -> CsrRejected | None:
    """M-2.5.1.3-c: the requester's Remote Party Role may ask in the Device's provisioning state."""
    if authority.registry.eligibility.may_ask(batch.remote_party_role, device):
        return None
    return CsrRejected(CsrStatus.INELIGIBLE, "The requester is no Eligible Subscriber for this Device")


def is_below_limit(authority: Authority, _batch: Batch, device: bytes, _csr: Csr) -> CsrRejected | None:
    """M-2.5.1.3-d: fewer than 100 were issued before."""
    if authority.registry.certificates_issued(device) < CERTIFICATE_LIMIT:
        return None
    text = f"{CERTIFICATE_LIMIT} certificates were issued for this Device"
    return CsrRejected(CsrStatus.ISSUANCE_ANOMALY, text)


DEVICE_RULES: Mapping[str, BatchDeviceRule] = {"eligible": requester_is_eligible, "limit": is_below_limit}


def _batch_id(values: Sequence[str]) -> int:
    if len(values) != 1:
        raise BatchRejected("The query does not give one BatchId")
    if not _BATCH_ID.fullmatch(values[0]):
        raise BatchRejected("The BatchId is no positive whole number")
    return int(values[0])


def is_own_batch(batch: Batch, credential: Credential, _: datetime) -> bool:
    """M-D: a Party may query its own batches only."""
    return batch.party == credential.subscriber.eui64


def is_kept(batch: Batch, _: Credential, now: datetime) -> bool:
    """M-2.5.1.4-c: a result is there for 30 days."""
    return batch.ended_at is None or now <= batch.ended_at + RETENTION


def came_by_this_service(batch: Batch, _credential: Credential, _now: datetime) -> bool:
    """A batch of the portal has its answer there: its CSRs have no IDs that could stand in the message."""
    return batch.archive is None


QUERY_RULES: Mapping[str, QueryRule] = {
    "party": is_own_batch,
    "retention": is_kept,
    "service": came_by_this_service,
}


def _list_outcomes(batch: Batch, outcomes: Iterable[CsrOutcome]) -> Iterable[CsrOutcome]:
    return outcomes if batch.status is BatchStatus.COMPLETED else ()


def _is_on_pickup_page(batch: Batch, now: datetime) -> bool:
    """M-2.5.1.4-d, M-2.3.1.9-d: from its completion on, for 30 days."""
    return (
        batch.status is BatchStatus.COMPLETED
        and batch.ended_at is not None
        and now <= batch.ended_at + RETENTION
    )


async def _submission_as_it_is(reply: SubmissionReply) -> SubmissionReply:
    return reply


async def _result_as_it_is(reply: ResultReply) -> ResultReply:
    return reply


def _http_answer(_: SubmissionReply | ResultReply) -> HttpAnswer:
    return HttpAnswer(200, b"", XML_TYPE)


def conformant_batch_policies() -> BatchPolicies:
    """Those that keep every rule."""
    return BatchPolicies(
        path_meant=_path_itself,
        subscriber_rules=SUBSCRIBER_RULES,
        route=_route,
        limits=BatchLimits(),
        submission_rules=SubmissionRules(
            schema=default_schema(),
            before_parsing=lambda octets: octets,
            root_rule=begins_a_submission,
            identifier_rule=identifier_is_unique,
            text_rule=text_is_base64,
            schema_refusal=lambda _: "The submission does not conform to the schema",
        ),
        first_batch_id=1,
        reference_when_refused=_reference_when_refused,
        awaiting_approval=frozenset({BatchStatus.PENDING}),
        approved_at=_approved_at,
        is_intact=_is_intact,
        window=NightlyWindow(),
        pace=Pace(),
        earliest_start=_earliest_start,
        next_in_turn=_next_in_turn,
        csr_octets=_csr_octets,
        check_csr=check_csr,
        device_rules=DEVICE_RULES,
        batch_id=_batch_id,
        query_rules=QUERY_RULES,
        list_outcomes=_list_outcomes,
        error_codes=ERROR_CODES,
        finish_submission=_submission_as_it_is,
        finish_result=_result_as_it_is,
        write_submission=write_submission,
        write_result=write_result,
        http_answer=_http_answer,
        is_on_pickup_page=_is_on_pickup_page,
        pickup_certificate=certificate_file,
        pickup_record=record,
    )
