"""Certificates and revocation lists as they are lodged, in the RA's database.

Every question asked of it is answered by an index, so that it takes as long with 200,000 certificates as
with a few.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from reference_ra.database import together
from reference_ra.repository.records import Kind, ListKind, Lodged, LodgedList

TABLES = """
create table lodged (
    id integer primary key,
    serial text not null,
    kind text not null,
    eui64 blob,
    remote_party_role text,
    key_usage text not null,
    der blob not null,
    not_after text not null,
    lodged_at text not null,
    revoked_at text,
    label text not null
);
create index lodged_by_serial on lodged (serial);
create index lodged_by_subject on lodged (kind, eui64);
create index lodged_by_time on lodged (lodged_at);
create index lodged_by_revocation on lodged (revoked_at) where revoked_at is not null;
create table revocation_list (
    kind text not null,
    number integer not null,
    der blob not null,
    this_update text not null,
    next_update text not null,
    primary key (kind, number)
);
"""
_COLUMNS = "serial, kind, eui64, remote_party_role, key_usage, der, not_after, lodged_at, revoked_at, label"
_SELECT = f"select {_COLUMNS} from lodged"  # noqa: S608 - a constant


class RepositoryStore:
    """What one RA's Repository holds. Used from one thread."""

    def __init__(self, database: sqlite3.Connection) -> None:
        """Keep it in a database that has the tables."""
        self._database = database

    def lodge(self, certificate: Lodged) -> None:
        """Hold a certificate."""
        self.lodge_many((certificate,))

    def lodge_many(self, certificates: Iterable[Lodged]) -> None:
        """Hold certificates; within a transaction where there are many."""
        self._database.executemany(
            f"insert into lodged ({_COLUMNS}) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",  # noqa: S608 - a constant
            map(_row, certificates),
        )

    def of_organisation(self, eui64: bytes) -> list[Lodged]:
        """The Organisation Certificates that name an EUI-64, the earliest first."""
        return self._of_subject(Kind.ORGANISATION, eui64)

    def of_device(self, eui64: bytes) -> list[Lodged]:
        """The Device Certificates of a Device ID, the earliest first."""
        return self._of_subject(Kind.DEVICE, eui64)

    def _of_subject(self, kind: Kind, eui64: bytes) -> list[Lodged]:
        rows = self._database.execute(f"{_SELECT} where kind = ? and eui64 = ? order by id", (kind, eui64))
        return list(map(_lodged, rows))

    def authorities(self) -> list[Lodged]:
        """The CA certificates, in the order in which they were lodged."""
        return list(map(_lodged, self._database.execute(f"{_SELECT} where kind = ? order by id", (Kind.CA,))))

    def by_serial(self, serial: str) -> Lodged | None:
        """The certificate of a serial number, of whatever kind; of several the earliest."""
        rows = self._database.execute(f"{_SELECT} where serial = ? order by id limit 1", (serial,))
        return next(map(_lodged, rows), None)

    def revoke(self, serial: str, at: datetime) -> None:
        """An Organisation Certificate is revoked, from that time on unless it was already."""
        self._database.execute(
            "update lodged set revoked_at = coalesce(revoked_at, ?) where serial = ? and kind = ?",
            (_text(at), serial, Kind.ORGANISATION),
        )

    def revoked(self) -> list[Lodged]:
        """The certificates that are revoked, in the order of their revocation."""
        rows = self._database.execute(f"{_SELECT} where revoked_at is not null order by revoked_at, id")
        return list(map(_lodged, rows))

    def lodged_between(self, begin: datetime | None, end: datetime) -> Iterator[Lodged]:
        """The Device and Organisation Certificates that were lodged or revoked from one moment on and before
        another; those of all times before it where the first is None.

        They are read as they are taken, so that many need no memory.
        """
        first, last = _text(begin) if begin else "", _text(end)
        rows = self._database.execute(
            f"{_SELECT} where kind <> ? and"
            " (lodged_at >= ? and lodged_at < ? or revoked_at >= ? and revoked_at < ?)",
            (Kind.CA, first, last, first, last),
        )
        return map(_lodged, rows)

    def lodge_list(self, revocations: LodgedList) -> None:
        """Hold a revocation list: the latest of its kind from now on."""
        with together(self._database):
            self._database.execute("delete from revocation_list where kind = ?", (revocations.kind,))
            self._database.execute(
                "insert into revocation_list (kind, number, der, this_update, next_update)"
                " values (?, ?, ?, ?, ?)",
                (
                    revocations.kind,
                    revocations.number,
                    revocations.der,
                    _text(revocations.this_update),
                    _text(revocations.next_update),
                ),
            )

    def latest_list(self, kind: ListKind) -> LodgedList | None:
        """The revocation list of a kind; None before the first."""
        rows = self._database.execute(
            "select kind, number, der, this_update, next_update from revocation_list where kind = ?", (kind,)
        )
        return next(
            (
                LodgedList(ListKind(name), number, der, _time(this_update), _time(next_update))
                for name, number, der, this_update, next_update in rows
            ),
            None,
        )


def _text(moment: datetime) -> str:
    """A time of UTC, such that texts are in the order of times."""
    return moment.isoformat(timespec="microseconds")


_time = datetime.fromisoformat


def _row(lodged: Lodged) -> tuple[object, ...]:
    return (
        lodged.serial,
        lodged.kind,
        lodged.eui64,
        lodged.remote_party_role,
        lodged.key_usage,
        lodged.der,
        _text(lodged.not_after),
        _text(lodged.lodged_at),
        _text(lodged.revoked_at) if lodged.revoked_at else None,
        lodged.label,
    )


def _lodged(row: Any) -> Lodged:
    serial, kind, eui64, role, key_usage, der, not_after, lodged_at, revoked_at, label = row
    return Lodged(
        serial,
        Kind(kind),
        eui64,
        role,
        key_usage,
        der,
        _time(not_after),
        _time(lodged_at),
        _time(revoked_at) if revoked_at else None,
        label,
    )
