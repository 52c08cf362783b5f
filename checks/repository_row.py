"""Verdicts on the form of what the Web Service says of one certificate (O-WS-c, -e, -j to -m; G-EUI-b).

Whether it is true of the certificate is for `checks.lodged`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from lxml import etree

from checks.finding import Finding
from checks.message import certificate_fault, child, child_text, local_name, shown
from checks.repository_message import (
    NAME_ELEMENTS,
    SERIAL_DIGITS,
    Asked,
    CertificateRow,
    Kind,
    children,
    read_row,
)

STATUSES = {"P": "pending", "I": "in use", "N": "not in use", "E": "expired", "R": "revoked"}
USAGES = {"DS": "digitalSignature", "KA": "keyAgreement"}
"""CertificateUsage, and the bit of keyUsage that each stands for."""
ROLES = frozenset({*range(9), 127, 135, 137})
"""Remote Party Role Codes, as numbers."""
FLAGS = ("true", "false")
_SERIAL = re.compile(rf"[0-9A-F]{{{SERIAL_DIGITS}}}")
_EUI64 = re.compile(r"[0-9A-F]{2}(?:-[0-9A-F]{2}){7}")
_DECIMAL = re.compile(r"0|[1-9][0-9]{0,2}")


def kind_of(row: CertificateRow) -> Kind | None:
    """Whose certificate the row is of, by the name that it has; None where that is neither or both."""
    has_name, has_alternative = bool(row.subject_name), bool(row.subject_alt_name)
    if has_name == has_alternative:
        return None
    return "organisation" if has_name else "device"


def judge_form(element: etree._Element, requirement: str, *, whole: bool) -> Iterator[Finding]:
    """The elements of a Result or CertificateResponse, which `requirement` names.

    `whole` asks for CertificateBody too. An element that is not named is not judged: the schema is not at
    hand.
    """
    where = local_name(element)
    row = read_row(element)
    kind = kind_of(row)
    if kind is None:
        both = " and ".join(NAME_ELEMENTS.values()) if row.subject_name else "neither"
        yield Finding(requirement, f"one of {', '.join(NAME_ELEMENTS.values())}", both, where)
    needed = ["CertificateSerial", "CertificateStatus", "CertificateUsage", "ManufacturingFlag"]
    needed += ["CertificateRole"] if kind == "organisation" else []
    needed += ["CertificateBody"] if whole else []
    for name in needed:
        if (count := len(children(element, name))) != 1:
            yield Finding(requirement, f"{name} once", f"{count} times", where)
    if kind == "device" and row.role:
        yield Finding(
            requirement, "CertificateRole of organisations only", f"{shown(row.role)} of a Device", where
        )
    yield from _judge_values(row, requirement, where)
    if whole:
        yield from _judge_body(element, requirement, where)


def _judge_values(row: CertificateRow, requirement: str, where: str) -> Iterator[Finding]:
    for name in (row.subject_name, row.subject_alt_name):
        if name and not _EUI64.fullmatch(name):
            expected = "an EUI-64 as hyphenated upper-case octets"
            yield from (Finding(each, expected, shown(name), where) for each in (requirement, "G-EUI-b"))
    if row.serial is not None and not _SERIAL.fullmatch(row.serial):
        expected = f"a serial number of {SERIAL_DIGITS} upper-case hexadecimal digits"
        yield Finding(requirement, expected, shown(row.serial) or "empty", f"{where}, CertificateSerial")
    if row.status is not None and row.status not in STATUSES:
        yield _of("O-WS-j", STATUSES, row.status, f"{where}, CertificateStatus")
    if row.usage is not None and row.usage not in USAGES:
        yield _of("O-WS-k", USAGES, row.usage, f"{where}, CertificateUsage")
    if row.role and not (_DECIMAL.fullmatch(row.role) and int(row.role) in ROLES):
        expected = "a Remote Party Role Code as decimal text"
        yield Finding("O-WS-l", expected, shown(row.role), f"{where}, CertificateRole")
    if row.manufacturing is not None and row.manufacturing not in FLAGS:
        yield _of("O-WS-m", FLAGS, row.manufacturing, f"{where}, ManufacturingFlag")


def _of(requirement: str, allowed: dict[str, str] | tuple[str, ...], observed: str, where: str) -> Finding:
    return Finding(requirement, f"one of {', '.join(allowed)}", shown(observed) or "empty", where)


def _judge_body(element: etree._Element, requirement: str, where: str) -> Iterator[Finding]:
    """Base64 of DER, without BEGIN and END lines; white space is possible (O-WS-e)."""
    if child(element, "CertificateBody") is None:
        return
    text = child_text(element, "CertificateBody") or ""
    fault = certificate_fault(text if "-----" in text else "".join(text.split()))
    if fault is not None:
        expected = "Base64 of a DER certificate, without BEGIN and END lines"
        yield Finding(requirement, expected, fault, f"{where}, CertificateBody")


def judge_name(row: CertificateRow, asked: Asked, requirement: str, where: str) -> Iterator[Finding]:
    """The row is of the organisation or the Device that was asked for, and of no other."""
    found = row.subject_name if asked.kind == "organisation" else row.subject_alt_name
    if found != asked.text:
        observed = row.subject_name or row.subject_alt_name or "no name"
        expected = f"{NAME_ELEMENTS[asked.kind]} {asked.text}, as searched for"
        yield Finding(requirement, expected, shown(observed), where)
