"""What the Repository holds: certificates, their status, and the kinds of revocation lists."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Literal

SERIAL_DIGITS = 32
NEVER = datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)
"""When a Device Certificate ends (G-12-i)."""

Way = Literal["adhoc", "batch", "portal-device", "portal-batch", "organisation"]
"""How a certificate was issued: ad hoc, in a batch, by the portal's form for a Device CSR, in an archive of
the portal, for an Organisation CSR."""


class CertificateStatus(StrEnum):
    """Of a certificate, as the Repository's interfaces write it."""

    PENDING = "P"
    IN_USE = "I"
    NOT_IN_USE = "N"
    EXPIRED = "E"
    REVOKED = "R"


class Kind(StrEnum):
    """For whom a certificate was issued."""

    DEVICE = "device"
    ORGANISATION = "organisation"
    CA = "ca"


class ListKind(StrEnum):
    """The revocation lists: one of Organisation Certificates, and one of the CAs under each root."""

    ORGANISATION_CRL = "organisation-crl"
    ORGANISATION_ARL = "organisation-arl"
    DEVICE_ARL = "device-arl"


@dataclass(frozen=True, slots=True)
class Lodged:
    """A certificate in the Repository."""

    serial: str
    """As `serial_text` writes it."""
    kind: Kind
    eui64: bytes | None
    """Of the Device or the organisation; None of a CA."""
    remote_party_role: str | None
    """Two hexadecimal characters, of an organisation or a CA of organisations; None of others."""
    key_usage: str
    """``digitalSignature``, ``keyAgreement``; of a CA ``keyCertSign``."""
    der: bytes
    not_after: datetime
    lodged_at: datetime
    revoked_at: datetime | None = None
    label: str = ""
    """A CA's name in the Repository: ``organisation-root-ca``."""


@dataclass(frozen=True, slots=True)
class LodgedList:
    """A revocation list in the Repository."""

    kind: ListKind
    number: int
    """Its cRLNumber."""
    der: bytes
    this_update: datetime
    next_update: datetime


def serial_text(serial: bytes | int) -> str:
    """A serial number as O-WS-d writes it: 32 upper-case hexadecimal digits; of one that is longer, all."""
    octets = serial if isinstance(serial, bytes) else serial.to_bytes((serial.bit_length() + 7) // 8, "big")
    return octets.hex().upper().lstrip("0").rjust(SERIAL_DIGITS, "0")


def eui64_text(eui64: bytes) -> str:
    """An EUI-64 as the Repository writes it: hyphenated, upper-case."""
    return eui64.hex("-").upper()
