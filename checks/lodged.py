"""Verdicts on a certificate found in the Repository: against what is said of it there, and against the one
that was issued (O-WS-c, -e, -j, -k, -l; O-LODGE-c)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import suppress
from datetime import datetime, timedelta
from functools import lru_cache

from checks.certificate.extensions import KEY_USAGE, SUBJECT_ALT_NAME, AlternativeNames, KeyUsage
from checks.certificate.organisation import ORGANIZATIONAL_UNIT, UNIQUE_IDENTIFIER, subject_values
from checks.certificate.structure import Certificate, read_certificate, unreadable
from checks.der import BIT_STRING, DerError
from checks.finding import Finding
from checks.message import shown
from checks.repository_message import CertificateRow, eui64_text, serial_text
from checks.repository_row import STATUSES, USAGES

CLOCKS_APART = timedelta(minutes=10)
"""So far apart the RA's clock and the suite's may be where a certificate or a list is about to expire."""
_ALIVE = ("P", "I", "N")
_ROW = "row of the certificate"


def judge_row(
    row: CertificateRow,
    der: bytes,
    *,
    at: datetime,
    revoked: bool | None = False,
    requirement: str = "O-WS-c",
) -> list[Finding]:
    """Judge what the Repository says of a certificate against the certificate itself (DER).

    `at` is the time of the answer by the RA's clock; `revoked` says whether the certificate is, None where
    nobody knows. `requirement` is the one that names the row: O-WS-c, or O-WS-e. A value that is absent or of
    the wrong form is for those who judge the form.
    """
    try:
        certificate = read_certificate(der)
    except DerError as error:
        return [unreadable(error)]
    return [
        *_judge_name(row, certificate, requirement),
        *_judge_serial(row, certificate, requirement),
        *_judge_role(row, certificate),
        *_judge_usage(row, certificate),
        *_judge_status(row, certificate, at, revoked),
    ]


def _judge_name(row: CertificateRow, certificate: Certificate, requirement: str) -> Iterator[Finding]:
    """G-EUI: of an organisation in its subject, of a Device in its hardwareModuleName."""
    of_device = device_of(certificate)
    of_organisation = organisation_of(certificate)
    for said, eui64, whose in (
        (row.subject_name, of_organisation, "organisation"),
        (row.subject_alt_name, of_device, "Device"),
    ):
        if not said:
            continue
        if eui64 is None:
            observed = f"{shown(said)}, and no {whose} in the certificate"
            yield Finding(requirement, f"the certificate of the {whose}", observed, _ROW)
        elif said.upper() != eui64_text(eui64):
            yield Finding(requirement, f"{eui64_text(eui64)}, as in the certificate", shown(said), _ROW)


def _judge_serial(row: CertificateRow, certificate: Certificate, requirement: str) -> Iterator[Finding]:
    serial = _serial(certificate)
    if row.serial and row.serial.upper() != serial:
        yield Finding(requirement, f"{serial}, as in the certificate", shown(row.serial), _ROW)


def _judge_role(row: CertificateRow, certificate: Certificate) -> Iterator[Finding]:
    """Decimal in the row, two hexadecimal digits in the certificate."""
    units = [unit.text or "" for unit in subject_values(certificate, ORGANIZATIONAL_UNIT)]
    role = _decimal_of(units[0]) if units else None
    if row.role and role is not None and row.role != role:
        expected = f"{role}, for {units[0]} in the certificate"
        yield Finding("O-WS-l", expected, shown(row.role), f"{_ROW}, CertificateRole")


def _decimal_of(unit: str) -> str | None:
    try:
        return str(int(unit, 16))
    except ValueError:
        return None


def _judge_usage(row: CertificateRow, certificate: Certificate) -> Iterator[Finding]:
    usage = certificate.content(KEY_USAGE, KeyUsage)
    wanted = [word for word, bit in USAGES.items() if usage and bit in usage.bits]
    if row.usage in USAGES and wanted and row.usage not in wanted:
        bits = ", ".join(usage.bits) if usage else ""
        expected = f"{' or '.join(wanted)}, for {bits} in the certificate"
        yield Finding("O-WS-k", expected, row.usage, f"{_ROW}, CertificateUsage")


def _judge_status(
    row: CertificateRow, certificate: Certificate, at: datetime, revoked: bool | None
) -> Iterator[Finding]:
    """Of one that may be pending, in use or not in use nothing is known that tells which."""
    if row.status not in STATUSES:
        return
    allowed = _allowed(certificate, at, revoked)
    if row.status not in allowed:
        end = certificate.not_after
        because = {True: ", revoked", False: ", not revoked", None: ""}[revoked]
        expected = f"{' or '.join(allowed)} for a certificate with notAfter {end}{because}"
        observed = f"{row.status} at {at:%Y-%m-%d %H:%M:%S%z}"
        yield Finding("O-WS-j", expected, observed, f"{_ROW}, CertificateStatus")


def _allowed(certificate: Certificate, at: datetime, revoked: bool | None) -> tuple[str, ...]:
    end = certificate.not_after.moment
    may_live = end is None or at - CLOCKS_APART <= end
    may_have_ended = end is not None and at + CLOCKS_APART >= end
    ended = ("E",) if may_have_ended else ()
    if revoked:
        return (*ended, "R")
    return (*(_ALIVE if may_live else ()), *ended, *(("R",) if revoked is None else ()))


def device_of(certificate: Certificate) -> bytes | None:
    """The EUI-64 in a Device Certificate's hardwareModuleName; None where there is none."""
    names = certificate.content(SUBJECT_ALT_NAME, AlternativeNames)
    found = names.names if names else ()
    return next((name.hardware_serial for name in found if name.hardware_serial), None)


def organisation_of(certificate: Certificate) -> bytes | None:
    """The EUI-64 in an Organisation Certificate's subject; None where there is none."""
    values = subject_values(certificate, UNIQUE_IDENTIFIER)
    return next((each.value[1:] for each in values if each.tag == BIT_STRING and len(each.value) == 9), None)


def judge_same(found: bytes, issued: bytes, requirement: str = "O-LODGE-c") -> list[Finding]:
    """Judge that a certificate found in the Repository is, octet for octet, the one that was issued (DER)."""
    if found == issued:
        return []
    at = next(
        (place for place, (ours, theirs) in enumerate(zip(issued, found, strict=False)) if ours != theirs),
        min(len(found), len(issued)),
    )
    observed = f"{len(found)} octets that differ from octet {at} on: {_excerpt(found, at)}"
    expected = f"the certificate as it was issued, {len(issued)} octets, there {_excerpt(issued, at)}"
    return [Finding(requirement, expected, observed, "certificate")]


def _excerpt(octets: bytes, start: int) -> str:
    return octets[start : start + 8].hex().upper() or "the end"


@lru_cache(maxsize=64)
def serial_of(der: bytes) -> str:
    """The serial number of a certificate (DER) as the Repository writes it. Raises DerError."""
    return _serial(read_certificate(der))


def serials_of(certificates: Iterable[bytes]) -> set[str]:
    """The serial numbers of those certificates (DER) that can be read."""
    serials = set()
    for der in certificates:
        with suppress(DerError):
            serials.add(serial_of(der))
    return serials


def has_serial(der: bytes | None, serial: int) -> bool:
    """Whether that is a certificate (DER), and of this serial number."""
    try:
        return serial_of(der or b"") == serial_text(serial)
    except DerError:
        return False


def _serial(certificate: Certificate) -> str:
    return serial_text(int.from_bytes(certificate.serial, "big"))
