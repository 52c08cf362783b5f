"""What the verdict on a batch's pickup files gathers: what each Device CSR came to, in a report's words."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import blake2b
from typing import Literal

from checks.batch_result import ISSUED, SUCCESS, Expectation, SentBatch
from checks.certificate import DeviceProfile, SerialsSeen
from checks.finding import Collected, Finding

OUTCOMES = ("success", "error", "anomaly", "ineligible")
"""The statuses of a record (M-F)."""
ISSUED_WORD = "success"
CSR_EXTENSION = ".csr"
CERTIFICATE_EXTENSION = ".crt"
PORTAL_ISSUE = "M-2.3.1.9-a"
"""Why a right Device CSR of a portal's batch gets a certificate, and one with its key."""
MOST_SURPLUS = 1000
"""So many records or certificates more than Device CSRs are judged; what goes on is not read to its end."""

_WORDS = {SUCCESS: "success", "ISSUANCE_ANOMALY": "anomaly", "INELIGIBLE": "ineligible"}
_NAMED = 1000
_SUM = 1 << 128

Layout = Literal["two files", "one response file"]
"""That of M-2.3.1.9-d, or that of M-F."""


@dataclass(slots=True)
class PickupVerdict:
    """What became of a batch's pickup files."""

    layout: Layout | None = None
    """None where there is no report."""
    findings: list[Finding] = field(default_factory=list)
    """At most a dozen for each requirement, whatever the size of the batch."""
    records: int = 0
    certificates: int = 0
    statuses: dict[str, int] = field(default_factory=dict)
    """How many records have each status of M-F."""
    unissued: dict[str, tuple[str, str | None]] = field(default_factory=dict)
    """Status and error code of each Device CSR that has another than success: of the first thousand."""
    strangers: list[str] = field(default_factory=list)
    """Names in the report that were not sent: the first thousand."""
    content: int = 0
    """The same for files with the same records and certificates, in any order."""


class PickupJudging:
    """The state of one verdict: some 150 octets for each Device CSR beside what `sent` holds."""

    def __init__(
        self,
        sent: SentBatch,
        profile: DeviceProfile,
        *,
        at: datetime | None,
        issue: str,
        take: Callable[[str, bytes], None] | None,
    ) -> None:
        """For `issue` see `judge_pickup`."""
        self.sent, self.profile, self.at, self.issue, self.take = sent, profile, at, issue, take
        self._issued = Expectation(frozenset({ISSUED_WORD}), issue)
        self.verdict = PickupVerdict()
        self.collected = Collected("pickup files")
        self.note = self.collected.note
        self.outcomes: dict[str, str] = {}
        """The status of each Device CSR that has a record, by its name without extension."""
        self.serials = SerialsSeen()

    @property
    def most(self) -> int:
        """How many records or certificates are looked at."""
        return len(self.sent) + MOST_SURPLUS

    def expectation(self, name: str) -> Expectation:
        """What is right for a Device CSR, in the words of a record."""
        expected = self.sent.expectation(name)
        if expected is ISSUED:
            return self._issued
        words = frozenset(
            status if status in OUTCOMES else _WORDS.get(status, "error") for status in expected.statuses
        )
        return Expectation(words, expected.requirement)

    def add_record(self, name: str, status: str, code: str | None) -> None:
        """Take the record of a Device CSR that was sent."""
        verdict = self.verdict
        self.outcomes[name] = status
        if status in OUTCOMES:
            verdict.statuses[status] = verdict.statuses.get(status, 0) + 1
        if status != ISSUED_WORD and len(verdict.unissued) < _NAMED:
            verdict.unissued[name] = (status, code)
        self.add_content(f"{name}\0{status}\0{code}".encode("utf-8", "replace"))

    def add_stranger(self, name: str) -> None:
        """Take a record whose name was not sent."""
        if len(self.verdict.strangers) < _NAMED:
            self.verdict.strangers.append(name)

    def add_content(self, octets: bytes) -> None:
        """Add to what two sets of files with the same content have in common."""
        digest = int.from_bytes(blake2b(octets, digest_size=16).digest(), "big")
        self.verdict.content = (self.verdict.content + digest) % _SUM

    def end(self) -> PickupVerdict:
        """The verdict."""
        self.verdict.findings = self.collected.findings()
        return self.verdict


def stem_of(name: str, sent: SentBatch) -> str | None:
    """The Device CSR that a record's file name means, with or without ``.csr``; None where none was sent."""
    for stem in (name.removesuffix(CSR_EXTENSION), name):
        if sent.csr(stem) is not None:
            return stem
    return None
