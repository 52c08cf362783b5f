"""Each CSR of a batch on its own: checked, decided on, its certificate made, lodged (M-2.5.1.3, M-2.5.1.4).

Checking and signing are done in threads, some hundred CSRs at a time, so that other clients are served.
Decisions and records are the event loop's: there a decision counts at once, for whoever asks next.
"""

from __future__ import annotations

import asyncio
import logging
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import TypeVar

from reference_ra.authority import Authority
from reference_ra.batch.messages import CsrRejected, CsrStatus
from reference_ra.batch.reading import SubmittedCsr
from reference_ra.batch.store import Batch, RecordedOutcome
from reference_ra.csr import Csr
from reference_ra.decisions import make_certificate
from reference_ra.messages import Rejected
from reference_ra.policies import Policies
from reference_ra.registry import IssuedCertificate
from reference_ra.repository import lodging
from reference_ra.repository.records import Way

logger = logging.getLogger(__name__)

_AT_ONCE = 400
_THREADS = min(4, os.cpu_count() or 1)
_INTERNAL_ERROR = CsrRejected(CsrStatus.CA_ERROR, "An internal error; sending again may help")


T = TypeVar("T")
U = TypeVar("U")


@dataclass(frozen=True, slots=True)
class _Approved:
    """A certificate that is decided on."""

    csr: Csr
    device: bytes
    moment: datetime


class Issuer:
    """Processes CSRs for one authority, as its policies say."""

    def __init__(self, authority: Authority, policies: Policies) -> None:
        """Issue from the authority's CA."""
        self._authority = authority
        self._policies = policies

    async def process(self, batch: Batch, first: int, end: int, moment: Callable[[int], datetime]) -> int:
        """Process the next CSRs of a batch, from the first position on; gives the position after them.

        `moment` says when the CSR at a position is processed: its certificate begins then.
        """
        registry, policies = self._authority.registry, self._policies
        submitted = registry.batches.csrs(batch.id, first, min(_AT_ONCE, end - first))
        checked = await _spread(self._check, submitted)
        decided = [self._decide(batch, csr, moment(place)) for place, csr in enumerate(checked, first)]
        try:
            made = await _spread(self._make, decided)
            with registry.together():
                outcomes = [
                    self._lodge(position, csr.identifier, each)
                    for position, (csr, each) in enumerate(zip(submitted, made, strict=True), first)
                ]
                issued = (each for each in made if isinstance(each, IssuedCertificate))
                way: Way = "batch" if batch.archive is None else "portal-batch"
                lodging.lodge(policies, self._authority, way, map(lodging.of_device, issued))
                registry.batches.record(batch.id, outcomes, first + len(submitted))
        finally:
            for each in decided:
                if isinstance(each, _Approved):
                    registry.release(each.device)
        return first + len(submitted)

    def _check(self, submitted: SubmittedCsr) -> Csr | CsrRejected:
        policies = self._policies
        octets = (
            policies.batch.csr_octets(submitted.text)
            if submitted.file_name is None
            else policies.portal.file_octets(submitted.text)
        )
        if isinstance(octets, CsrRejected):
            return octets
        try:
            return policies.batch.check_csr(policies, octets)
        except Rejected as rejected:
            return CsrRejected(CsrStatus(rejected.status.value), rejected.text)

    def _decide(self, batch: Batch, csr: Csr | CsrRejected, moment: datetime) -> _Approved | CsrRejected:
        if isinstance(csr, CsrRejected):
            return csr
        return _guarded(partial(self._approve, batch, csr, moment))

    def _approve(self, batch: Batch, csr: Csr, moment: datetime) -> _Approved | CsrRejected:
        device = self._policies.device_of(self._authority, csr)
        for refuses in self._policies.batch.device_rules.values():
            if rejected := refuses(self._authority, batch, device, csr):
                return rejected
        self._authority.registry.reserve(device)
        return _Approved(csr, device, moment)

    def _make(self, decided: _Approved | CsrRejected) -> IssuedCertificate | CsrRejected:
        if isinstance(decided, CsrRejected):
            return decided
        return make_certificate(self._policies, self._authority, decided.csr, decided.device, decided.moment)

    def _lodge(
        self, position: int, identifier: str, made: IssuedCertificate | CsrRejected
    ) -> RecordedOutcome:
        if isinstance(made, CsrRejected):
            return RecordedOutcome(position, identifier, made.status, error_text=made.text)
        self._policies.lodge(self._authority, made)
        return RecordedOutcome(position, identifier, CsrStatus.SUCCESS, made.der)


async def _spread(work: Callable[[T], U | CsrRejected], items: Sequence[T]) -> list[U | CsrRejected]:
    """What the work gives for each, done in threads: the arithmetic of signatures lets them run at once."""
    size = -(-len(items) // _THREADS)
    parts = [items[start : start + size] for start in range(0, len(items), size)]
    done = await asyncio.gather(
        *(
            asyncio.to_thread(lambda part: [_guarded(partial(work, each)) for each in part], part)
            for part in parts
        )
    )
    return [each for part in done for each in part]


def _guarded(work: Callable[[], T]) -> T | CsrRejected:
    """What the work gives; where it fails, the failure is this CSR's alone."""
    try:
        return work()
    except Exception:
        logger.exception("a CSR of a batch failed")
        return _INTERNAL_ERROR
