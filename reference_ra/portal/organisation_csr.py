"""Organisation CSRs: the rules that M-F sets for their format, and what their subject names.

M-F has keyUsage critical. For Device CSRs the criticality is not checked (M-2.3.1.7-a); for Organisation CSRs
nothing lifts it, so this RA does.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from reference_ra import der, oids
from reference_ra.csr import (
    Csr,
    CsrRule,
    extensions_are_requested_once,
    key_is_p256,
    key_usage_is_one_of_two,
    point_is_on_curve,
    signature_algorithm_is_ecdsa_sha256,
    signature_verifies,
    version_is_zero,
)

COMMON_NAME_LONGEST = 16
"""Characters (certificates.md)."""
EUI64_OCTETS = 8
_TEXTS = {der.UTF8_STRING: "utf-8", der.PRINTABLE_STRING: "ascii"}
_ROLE = re.compile(r"[0-9A-Fa-f]{2}")


@dataclass(frozen=True, slots=True)
class OrganisationSubject:
    """For whom an Organisation CSR asks for a certificate."""

    eui64: bytes
    remote_party_role: str
    """As it is written: two hexadecimal characters, of a CSR that keeps the rules."""


def subject_attributes(subject: bytes) -> list[tuple[bytes, der.Element]]:
    """OBJECT IDENTIFIER and value of each attribute of a Name; DerError where a relative name has not one."""
    found = []
    for relative in der.read_one(subject, der.SEQUENCE).elements():
        attributes = relative.expect(der.SET).elements()
        parts = [part for attribute in attributes for part in attribute.expect(der.SEQUENCE).elements()]
        if len(attributes) != 1 or len(parts) != 2:
            raise der.DerError("a relative name that is not one attribute")
        found.append((parts[0].expect(der.OBJECT_IDENTIFIER).octets, parts[1]))
    return found


def _value(csr: Csr, oid: bytes) -> der.Element | None:
    return next((value for name, value in subject_attributes(csr.subject) if name == oid), None)


def _text(element: der.Element) -> str | None:
    """The value of a UTF8String or a PrintableString; None where it is neither."""
    try:
        return element.contents.decode(_TEXTS[element.tag])
    except (KeyError, UnicodeDecodeError):
        return None


def subject_has_its_attributes(csr: Csr) -> str | None:
    """M-F: organizationalUnitName, uniqueIdentifier, and commonName or not, in any order."""
    try:
        names = [oid for oid, _ in subject_attributes(csr.subject)]
    except der.DerError as error:
        return f"the subject cannot be read: {error}"
    needed = {oids.ORGANIZATIONAL_UNIT_NAME, oids.UNIQUE_IDENTIFIER}
    if len(set(names)) == len(names) and needed <= set(names) <= needed | {oids.COMMON_NAME}:
        return None
    return "the subject is not organizationalUnitName and uniqueIdentifier, with commonName or without"


def common_name_is_short(csr: Csr) -> str | None:
    """At most 16 characters (certificates.md)."""
    value = _value(csr, oids.COMMON_NAME)
    if value is None or 1 <= len(_text(value) or "") <= COMMON_NAME_LONGEST:
        return None
    return f"commonName is not a text of 1 to {COMMON_NAME_LONGEST} characters"


def role_is_hexadecimal(csr: Csr) -> str | None:
    """M-F: the Remote Party Role Code as two hexadecimal characters."""
    value = _value(csr, oids.ORGANIZATIONAL_UNIT_NAME)
    if value is not None and _ROLE.fullmatch(_text(value) or ""):
        return None
    return "organizationalUnitName is not a Remote Party Role Code of two hexadecimal characters"


def identifier_is_eui64(csr: Csr) -> str | None:
    """M-F: uniqueIdentifier is a BIT STRING of 64 bits."""
    value = _value(csr, oids.UNIQUE_IDENTIFIER)
    if value is not None and value.tag == der.BIT_STRING:
        unused, octets = value.contents[:1], value.contents[1:]
        if unused == b"\x00" and len(octets) == EUI64_OCTETS:
            return None
    return "uniqueIdentifier is not a BIT STRING of 64 bits"


def extension_is_key_usage_alone(csr: Csr) -> str | None:
    """M-F: keyUsage and nothing else."""
    others = [extension for extension in csr.extensions if extension.oid != oids.KEY_USAGE]
    return "an extension other than keyUsage is requested" if others else None


def key_usage_is_critical(csr: Csr) -> str | None:
    """M-F: keyUsage is critical."""
    usage = csr.extension(oids.KEY_USAGE)
    return None if usage is not None and usage.critical else "keyUsage is not critical"


ORGANISATION_CSR_RULES: Mapping[str, CsrRule] = {
    "version": version_is_zero,
    "subject": subject_has_its_attributes,
    "common-name": common_name_is_short,
    "role": role_is_hexadecimal,
    "eui64": identifier_is_eui64,
    "key": key_is_p256,
    "point": point_is_on_curve,
    "extension-request": extensions_are_requested_once,
    "extensions": extension_is_key_usage_alone,
    "key-usage": key_usage_is_one_of_two,
    "critical": key_usage_is_critical,
    "signature-algorithm": signature_algorithm_is_ecdsa_sha256,
    "signature": signature_verifies,
}
"""The rules in the order in which they are applied; the costly one last."""


def subject_of(csr: Csr) -> OrganisationSubject:
    """What the subject of a CSR names that keeps the rules."""
    role, identifier = _value(csr, oids.ORGANIZATIONAL_UNIT_NAME), _value(csr, oids.UNIQUE_IDENTIFIER)
    return OrganisationSubject(
        identifier.contents[1:] if identifier else b"", (_text(role) or "") if role else ""
    )
