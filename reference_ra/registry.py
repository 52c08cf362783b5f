"""What the RA knows: subscribers and their credentials, Devices and their certificates, rejected requests."""

from __future__ import annotations

import contextlib
import secrets
import sqlite3
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from reference_ra.batch import store
from reference_ra.database import together
from reference_ra.eligibility import TABLES as ELIGIBILITY_TABLES
from reference_ra.eligibility import Eligibility
from reference_ra.portal.store import TABLES as PORTAL_TABLES
from reference_ra.portal.store import PortalStore
from reference_ra.repository.accounts import TABLES as ACCOUNT_TABLES
from reference_ra.repository.accounts import AccountStore
from reference_ra.repository.store import TABLES as REPOSITORY_TABLES
from reference_ra.repository.store import RepositoryStore

_TABLES = """
create table certificate (
    id integer primary key,
    device blob not null,
    key_usage text not null,
    serial blob not null unique,
    issued_at text not null,
    der blob,
    seeded integer not null
);
create index certificate_by_device on certificate (device);
create table organisation_certificate (
    id integer primary key,
    eui64 blob not null,
    remote_party_role text not null,
    key_usage text not null,
    serial blob not null,
    issued_at text not null,
    der blob not null
);
create index organisation_certificate_by_organisation on organisation_certificate (eui64);
create table rejection (
    id integer primary key,
    rejected_at text not null,
    credential text not null,
    reason text not null
);
"""


@dataclass(frozen=True, slots=True)
class Subscriber:
    """An Authorised Subscriber."""

    organisation: str
    eui64: bytes
    remote_party_role: str
    """In which it asks for Device Certificates, two hexadecimal characters: ``02`` supplier."""
    user_roles: frozenset[str]
    uept: bool
    """It has completed User Entry Process Tests (S-2)."""
    further_roles: frozenset[str] = frozenset()
    """Remote Party Roles that it holds beside that one."""
    device_certificates: bool = True
    """It is an Authorised Subscriber for Device Certificates."""

    @property
    def remote_party_roles(self) -> tuple[str, ...]:
        """All that it holds, in order."""
        return tuple(sorted({self.remote_party_role} | self.further_roles))


@dataclass(frozen=True, slots=True)
class Credential:
    """An IKI Certificate as the RA has registered it: for one interface only (M-G-e)."""

    label: str
    fingerprint: bytes
    """SHA-256 of the certificate's DER."""
    interface: str
    subscriber: Subscriber


@dataclass(frozen=True, slots=True)
class IssuedCertificate:
    """A Device Certificate and what the registry files it under."""

    device: bytes
    key_usage: str
    serial: bytes
    der: bytes
    issued_at: datetime


@dataclass(frozen=True, slots=True)
class IssuedOrganisationCertificate:
    """An Organisation Certificate and what the registry files it under."""

    eui64: bytes
    remote_party_role: str
    key_usage: str
    serial: bytes
    der: bytes
    issued_at: datetime


class Registry:
    """One RA's records. Used from one thread, so that a check and the issue that follows it are one step."""

    def __init__(self, file: Path, credentials: Iterable[Credential]) -> None:
        """Start empty of certificates: an earlier run's file is replaced."""
        self.credentials = {credential.fingerprint: credential for credential in credentials}
        file.unlink(missing_ok=True)
        self._database = sqlite3.connect(file, isolation_level=None)
        # A run's records are thrown away with it: no need to wait for the disk.
        self._database.executescript(
            "pragma synchronous=off; pragma journal_mode=memory;"
            f"{_TABLES} {ELIGIBILITY_TABLES} {store.TABLES} {PORTAL_TABLES}"
            f"{REPOSITORY_TABLES} {ACCOUNT_TABLES}"
        )
        self._reserved: Counter[bytes] = Counter()
        self.batches = store.BatchStore(self._database)
        self.portal_requests = PortalStore(self._database)
        self.eligibility = Eligibility(self._database)
        self.accounts = AccountStore(self._database)
        self.repository = RepositoryStore(self._database)

    def close(self) -> None:
        """Close the database."""
        self._database.close()

    def certificates_issued(self, device: bytes) -> int:
        """How many Device Certificates were issued for a Device, seeded and reserved ones included."""
        row = self._database.execute("select count(*) from certificate where device = ?", (device,))
        return int(row.fetchone()[0]) + self._reserved[device]

    def reserve(self, device: bytes) -> None:
        """Count a certificate that was decided on and is being made, so that no other takes its place."""
        self._reserved[device] += 1

    def release(self, device: bytes) -> None:
        """Count it no more: it is lodged, or was not made after all."""
        self._reserved[device] -= 1
        if not self._reserved[device]:
            del self._reserved[device]

    def together(self) -> contextlib.AbstractContextManager[None]:
        """What is recorded inside is recorded whole or not at all. No `await` belongs inside."""
        return together(self._database)

    def recent_devices(self) -> list[bytes]:
        """Some Devices that have a certificate, the latest first."""
        rows = self._database.execute("select device from certificate order by id desc limit 200")
        return list(dict.fromkeys(row[0] for row in rows))

    def key_usages_issued(self, device: bytes) -> frozenset[str]:
        """The key usages of a Device's certificates."""
        rows = self._database.execute("select key_usage from certificate where device = ?", (device,))
        return frozenset(row[0] for row in rows)

    def lodge(self, issued: IssuedCertificate) -> None:
        """Record a certificate."""
        self._database.execute(
            "insert into certificate (device, key_usage, serial, issued_at, der, seeded)"
            " values (?, ?, ?, ?, ?, 0)",
            (issued.device, issued.key_usage, issued.serial, issued.issued_at.isoformat(), issued.der),
        )

    def subscriber(self, eui64: bytes) -> Subscriber:
        """The organisation of that EUI-64; KeyError where none that holds a credential has it."""
        return {each.subscriber.eui64: each.subscriber for each in self.credentials.values()}[eui64]

    def lodge_organisation(self, issued: IssuedOrganisationCertificate) -> None:
        """Record an Organisation Certificate."""
        self._database.execute(
            "insert into organisation_certificate"
            " (eui64, remote_party_role, key_usage, serial, issued_at, der) values (?, ?, ?, ?, ?, ?)",
            (
                issued.eui64,
                issued.remote_party_role,
                issued.key_usage,
                issued.serial,
                issued.issued_at.isoformat(),
                issued.der,
            ),
        )

    def organisation_certificates_issued(self, eui64: bytes) -> int:
        """How many Organisation Certificates were issued that name an EUI-64."""
        row = self._database.execute(
            "select count(*) from organisation_certificate where eui64 = ?", (eui64,)
        )
        return int(row.fetchone()[0])

    def seed(self, device: bytes, certificates: int, key_usage: str, at: datetime) -> None:
        """Make `certificates` the number issued for a Device, by rows without a certificate's octets."""
        rows = ((device, key_usage, secrets.token_bytes(16), at.isoformat()) for _ in range(certificates))
        self._database.execute("begin")
        self._database.execute("delete from certificate where device = ?", (device,))
        self._database.executemany(
            "insert into certificate (device, key_usage, serial, issued_at, seeded) values (?, ?, ?, ?, 1)",
            rows,
        )
        self._database.execute("commit")

    def log_rejection(self, credential: str, reason: str, at: datetime) -> None:
        """Log a rejected request (M-2.4.1.2-c)."""
        self._database.execute(
            "insert into rejection (rejected_at, credential, reason) values (?, ?, ?)",
            (at.isoformat(), credential, reason),
        )

    def rejections(self) -> int:
        """How many were logged since the start."""
        return int(self._database.execute("select count(*) from rejection").fetchone()[0])
