"""The batches that the RA has accepted, their CSRs and what came of each, in its database."""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from reference_ra.batch.messages import BatchStatus, CsrStatus
from reference_ra.batch.reading import SubmittedCsr
from reference_ra.database import together

TABLES = """
create table batch (
    id integer primary key autoincrement,
    party blob not null,
    remote_party_role text not null,
    received_at text not null,
    reference text,
    status text,
    csrs integer not null default 0,
    digest blob,
    worked_microseconds integer not null default 0,
    done integer not null default 0,
    ended_at text,
    archive text
);
create table batch_csr (
    batch integer not null,
    position integer not null,
    identifier text not null,
    csr text not null,
    status text,
    certificate blob,
    error_text text,
    file_name text,
    primary key (batch, position)
) without rowid;
"""
_COLUMNS = (
    "id, party, remote_party_role, received_at, reference, status, csrs, digest, worked_microseconds, done,"
    " ended_at, archive"
)
_PAGE = 500
_MICROSECOND = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Batch:
    """A batch that was accepted."""

    id: int
    party: bytes
    """EUI-64 of the Party that submitted it."""
    remote_party_role: str
    """The requester's, two hexadecimal characters."""
    received_at: datetime
    reference: str
    """The submission's ID."""
    status: BatchStatus
    csrs: int
    digest: bytes
    """Of the CSRs as they were uploaded."""
    worked: timedelta
    """Processing time so far."""
    done: int
    """CSRs processed so far."""
    ended_at: datetime | None
    """When it was completed or given up."""
    archive: str | None = None
    """Name of the archive that it was uploaded in; None where it came through the web service."""


@dataclass(frozen=True, slots=True)
class RecordedOutcome:
    """What came of the CSR at a position of its batch."""

    position: int
    identifier: str
    status: CsrStatus
    certificate: bytes | None = None
    error_text: str = ""
    file_name: str | None = None
    """Of its CSR; None where that came through the web service."""


class BatchStore:
    """The batches of one RA. Used from one thread."""

    def __init__(self, database: sqlite3.Connection) -> None:
        """Keep them in a database that has the tables."""
        self._database = database

    def receive(
        self,
        party: bytes,
        remote_party_role: str,
        at: datetime,
        least_id: int = 1,
        archive: str | None = None,
    ) -> int:
        """Begin a batch; its BatchId, past all before it. It is unknown to all until it is accepted."""
        cursor = self._database.execute(
            "insert into batch (id, party, remote_party_role, received_at, archive) values"
            " (max(?, 1 + coalesce((select seq from sqlite_sequence where name = 'batch'), 0)), ?, ?, ?, ?)",
            (least_id, party, remote_party_role, at.isoformat(), archive),
        )
        return int(cursor.lastrowid or 0)

    def add(self, batch_id: int, position: int, csrs: Sequence[SubmittedCsr]) -> None:
        """Keep some CSRs of a batch, the first of them at that position."""
        rows = (
            (batch_id, place, csr.identifier, csr.text, csr.file_name)
            for place, csr in enumerate(csrs, position)
        )
        with together(self._database):
            self._database.executemany(
                "insert into batch_csr (batch, position, identifier, csr, file_name) values (?, ?, ?, ?, ?)",
                rows,
            )

    def accept(self, batch_id: int, reference: str, csrs: int, digest: bytes) -> None:
        """The batch is PENDING from now on."""
        self._database.execute(
            "update batch set reference = ?, csrs = ?, digest = ?, status = ? where id = ?",
            (reference, csrs, digest, BatchStatus.PENDING, batch_id),
        )

    def discard(self, batch_id: int) -> None:
        """Forget a batch that was not accepted."""
        with together(self._database):
            self._database.execute("delete from batch_csr where batch = ?", (batch_id,))
            self._database.execute("delete from batch where id = ?", (batch_id,))

    def find(self, batch_id: int) -> Batch | None:
        """An accepted batch."""
        if batch_id >= 2**63:
            return None
        row = self._database.execute(
            f"select {_COLUMNS} from batch where id = ? and status is not null",  # noqa: S608 - a constant
            (batch_id,),
        ).fetchone()
        return _batch(row) if row else None

    def get(self, batch_id: int) -> Batch:
        """A batch that is known to be accepted; LookupError where it is not."""
        found = self.find(batch_id)
        if found is None:
            raise LookupError(f"there is no batch {batch_id}")
        return found

    def in_status(self, *statuses: BatchStatus) -> list[Batch]:
        """The batches of these statuses, in the order in which they were received."""
        marks = ", ".join("?" * len(statuses))
        rows = self._database.execute(
            f"select {_COLUMNS} from batch where status in ({marks}) order by id",  # noqa: S608 - constants
            statuses,
        )
        return [_batch(row) for row in rows]

    def all(self) -> list[Batch]:
        """Every accepted batch, the latest first."""
        rows = self._database.execute(
            f"select {_COLUMNS} from batch where status is not null order by id desc"  # noqa: S608
        )
        return [_batch(row) for row in rows]

    def set_status(self, batch_id: int, status: BatchStatus, ended_at: datetime | None = None) -> None:
        """The batch's next state; with the moment, where it is the last."""
        self._database.execute(
            "update batch set status = ?, ended_at = ? where id = ?",
            (status, ended_at.isoformat() if ended_at else None, batch_id),
        )

    def set_worked(self, batch_id: int, worked: timedelta) -> None:
        """The processing time so far."""
        self._database.execute(
            "update batch set worked_microseconds = ? where id = ?", (worked // _MICROSECOND, batch_id)
        )

    def csrs(self, batch_id: int, position: int, count: int) -> list[SubmittedCsr]:
        """Some CSRs of a batch, from a position on."""
        rows = self._database.execute(
            "select identifier, csr, file_name from batch_csr"
            " where batch = ? and position >= ? and position < ? order by position",
            (batch_id, position, position + count),
        )
        return [SubmittedCsr(*row) for row in rows]

    def alter(self, batch_id: int) -> None:
        """Change what a batch holds, behind the RA's back."""
        self._database.execute(
            "update batch_csr set csr = 'AAAA' || csr where batch = ? and position = 0", (batch_id,)
        )

    def record(self, batch_id: int, outcomes: Sequence[RecordedOutcome], done: int) -> None:
        """What came of some CSRs, and how many of the batch are processed now."""
        rows = [
            (each.status, each.certificate, each.error_text, batch_id, each.position) for each in outcomes
        ]
        self._database.executemany(
            "update batch_csr set status = ?, certificate = ?, error_text = ?"
            " where batch = ? and position = ?",
            rows,
        )
        self._database.execute("update batch set done = ? where id = ?", (done, batch_id))

    def outcomes(self, batch_id: int) -> Iterator[RecordedOutcome]:
        """What came of every CSR of a batch, in their order, read page by page."""
        position = 0
        while rows := self._database.execute(
            "select position, identifier, status, certificate, error_text, file_name from batch_csr"
            " where batch = ? and position >= ? and position < ? and status is not null order by position",
            (batch_id, position, position + _PAGE),
        ).fetchall():
            for place, identifier, status, certificate, error_text, file_name in rows:
                yield RecordedOutcome(
                    place, identifier, CsrStatus(status), certificate, error_text, file_name
                )
            position += _PAGE


class Digest:
    """A digest of CSRs in their order."""

    def __init__(self) -> None:
        """Begin with none."""
        self._hash = hashlib.sha256()

    def add(self, csrs: Sequence[SubmittedCsr]) -> None:
        """The next CSRs."""
        for csr in csrs:
            # Neither an XML name nor a Base64 text holds a zero octet.
            self._hash.update(f"{csr.identifier}\0{csr.text}\0".encode())

    def value(self) -> bytes:
        """The digest of those added."""
        return self._hash.digest()


def _batch(row: Any) -> Batch:
    batch_id, party, role, received, reference, status, csrs, digest, worked, done, ended, archive = row
    return Batch(
        batch_id,
        party,
        role,
        datetime.fromisoformat(received),
        reference,
        BatchStatus(status),
        csrs,
        digest,
        worked * _MICROSECOND,
        done,
        datetime.fromisoformat(ended) if ended else None,
        archive,
    )
