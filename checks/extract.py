"""Verdicts on the Repository's extracts (O-SF-b): what their records say, and which certificates are there.

Records are judged as they are read. Of a certificate its digest is kept, so that extracts of hundreds of
thousands fit in memory.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from hashlib import sha256
from typing import Protocol

from checks.finding import Collected, Finding
from checks.lodged import judge_row
from checks.message import shown
from checks.repository_message import CertificateRow
from checks.repository_row import STATUSES

EXTRACTS = "O-SF-b"
_DIGEST_OCTETS = 16
_ANY_TIME = datetime(1970, 1, 1, tzinfo=UTC)


class Record(Protocol):
    """What an extract says of one certificate, in the terms of the Web Service; empty: nothing."""

    @property
    def serial(self) -> str:
        """As CertificateSerial."""

    @property
    def subject(self) -> str:
        """EUI-64, hyphenated."""

    @property
    def kind(self) -> str:
        """``device``, ``organisation`` or ``ca``."""

    @property
    def role(self) -> str:
        """As CertificateRole."""

    @property
    def usage(self) -> str:
        """As CertificateUsage."""

    @property
    def status(self) -> str:
        """As CertificateStatus."""

    @property
    def certificate(self) -> bytes:
        """DER."""


class ExtractJudging:
    """Takes extracts one after the other, in any order."""

    def __init__(self, requirement: str = EXTRACTS) -> None:
        """Nothing was read. `requirement` is the one that its findings name."""
        self._requirement = requirement
        self._collected = Collected("extracts")
        self._files: dict[str, set[bytes]] = {}

    def take(self, name: str, records: Iterable[Record]) -> int:
        """Judge the records of a file against their certificates; gives how many there are.

        A certificate may stand in several files, and once in each. Which status it had when a file was made
        is not judged here.
        """
        seen = self._files.setdefault(name, set())
        count = 0
        for record in records:
            count += 1
            for finding in _judge_record(record):
                self._note(finding.expected, finding.observed, f"{name}, {finding.where}")
            if record.status not in STATUSES:
                self._note(f"a status of {', '.join(STATUSES)}", shown(record.status) or "empty", name)
            digest = _digest(record.certificate)
            if digest in seen:
                self._note("each certificate once in a file", f"{shown(record.serial)} again", name)
            seen.add(digest)
        return count

    def _note(self, expected: str, observed: str, where: str) -> None:
        self._collected.note(Finding(self._requirement, expected, observed, where))

    def findings(self) -> list[Finding]:
        """What the files' records had wrong; few lines, however many there are."""
        return self._collected.findings()

    def missing(
        self, certificates: Iterable[bytes], requirement: str, names: Iterable[str] | None = None
    ) -> list[Finding]:
        """Judge that each of `certificates` (DER) is in one of the files `names`, or in any taken."""
        files = self._chosen(names)
        wanted = [_digest(each) for each in certificates]
        absent = sum(1 for digest in wanted if not any(digest in found for found in files))
        if not absent:
            return []
        observed = f"{absent:,} of them in none of {len(files)} files"
        return [Finding(requirement, f"{len(wanted):,} certificates that were issued", observed, "extracts")]

    def _chosen(self, names: Iterable[str] | None) -> list[set[bytes]]:
        chosen = set(self._files if names is None else names)
        return [found for name, found in self._files.items() if name in chosen]


def _digest(certificate: bytes) -> bytes:
    return sha256(certificate).digest()[:_DIGEST_OCTETS]


def _judge_record(record: Record) -> list[Finding]:
    """The record against its certificate; its status left out."""
    row = CertificateRow(
        subject_name=record.subject if record.kind == "organisation" else None,
        subject_alt_name=record.subject if record.kind == "device" else None,
        serial=record.serial,
        status=None,
        role=record.role,
        usage=record.usage,
        manufacturing=None,
    )
    return judge_row(row, record.certificate, at=_ANY_TIME, revoked=None)
