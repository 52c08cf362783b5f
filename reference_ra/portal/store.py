"""The requests that came through the portals, in the RA's database; but batches that were accepted."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from reference_ra.portal.records import PortalError, PortalRequest, Standing

TABLES = """
create table portal_request (
    id integer primary key autoincrement,
    kind text not null,
    party blob not null,
    interface text not null,
    submitted_at text not null,
    standing text not null,
    settled_at text,
    errors text not null default '[]',
    text text not null,
    file_name text not null,
    certificate blob
);
"""
_COLUMNS = (
    "id, kind, party, interface, submitted_at, standing, settled_at, errors, text, file_name, certificate"
)


class PortalStore:
    """The requests of one RA. Used from one thread."""

    def __init__(self, database: sqlite3.Connection) -> None:
        """Keep them in a database that has the tables."""
        self._database = database

    def add(self, request: PortalRequest) -> PortalRequest:
        """Keep a new request, and give it its reference."""
        cursor = self._database.execute(
            "insert into portal_request (kind, party, interface, submitted_at, standing, text, file_name)"
            " values (?, ?, ?, ?, ?, ?, ?)",
            (
                request.kind,
                request.party,
                request.interface,
                request.submitted_at.isoformat(),
                request.standing,
                request.text,
                request.file_name,
            ),
        )
        return self._find_known(int(cursor.lastrowid or 0))

    def approve(self, reference: str, at: datetime, certificate: bytes, file_name: str) -> PortalRequest:
        """The request has its certificate, DER, in a file of that name, from that time on."""
        return self._settle(reference, Standing.APPROVED, at, (), certificate, file_name)

    def reject(self, reference: str, at: datetime, errors: Sequence[PortalError]) -> PortalRequest:
        """The request is rejected, for these reasons."""
        return self._settle(reference, Standing.REJECTED, at, errors, None, None)

    def find(self, reference: str) -> PortalRequest | None:
        """The request of that reference."""
        number = _number(reference)
        rows = self._database.execute(
            f"select {_COLUMNS} from portal_request where id = ?",  # noqa: S608 - a constant
            (number,),
        )
        return next(map(_request, rows), None)

    def of(self, *kinds: str) -> list[PortalRequest]:
        """The requests of these kinds, the latest first."""
        marks = ", ".join("?" * len(kinds))
        rows = self._database.execute(
            f"select {_COLUMNS} from portal_request where kind in ({marks}) order by id desc",  # noqa: S608
            kinds,
        )
        return [_request(row) for row in rows]

    def waiting(self) -> list[PortalRequest]:
        """Those that await approval, the earliest first."""
        rows = self._database.execute(
            f"select {_COLUMNS} from portal_request where standing = ? order by id",  # noqa: S608
            (Standing.ACCEPTED,),
        )
        return [_request(row) for row in rows]

    def _settle(
        self,
        reference: str,
        standing: Standing,
        at: datetime,
        errors: Sequence[PortalError],
        certificate: bytes | None,
        file_name: str | None,
    ) -> PortalRequest:
        number, told = _number(reference), json.dumps([asdict(each) for each in errors])
        self._database.execute(
            "update portal_request set standing = ?, settled_at = ?, errors = ?, certificate = ?,"
            " file_name = coalesce(?, file_name) where id = ?",
            (standing, at.isoformat(), told, certificate, file_name, number),
        )
        return self._find_known(number)

    def _find_known(self, number: int) -> PortalRequest:
        found = self.find(f"R{number}")
        if found is None:
            raise LookupError(f"there is no request R{number}")
        return found


def _number(reference: str) -> int:
    """The row of a reference; 0, which no row has, where it is none."""
    digits = reference.removeprefix("R")
    right = reference.startswith("R") and digits.isascii() and digits.isdigit() and len(digits) <= 18
    return int(digits) if right else 0


def _request(row: Any) -> PortalRequest:
    number, kind, party, interface, submitted, standing, settled, errors, text, file_name, certificate = row
    return PortalRequest(
        reference=f"R{number}",
        kind=kind,
        party=party,
        interface=interface,
        submitted_at=datetime.fromisoformat(submitted),
        standing=Standing(standing),
        settled_at=datetime.fromisoformat(settled) if settled else None,
        errors=tuple(PortalError(**each) for each in json.loads(errors)),
        text=text,
        file_name=file_name,
        certificate=certificate,
    )
