"""Certificate extensions (RFC 5280 clause 4.2), decoded where the profiles speak of them."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from checks.der import (
    BIT_STRING,
    BOOLEAN,
    INTEGER,
    OBJECT_IDENTIFIER,
    OCTET_STRING,
    SEQUENCE,
    DerError,
    Node,
    bit_string_fault,
    check_strictly,
    integer_fault,
    oid_octets,
    oid_text,
    read_der,
)

SUBJECT_KEY_IDENTIFIER = oid_octets("2.5.29.14")
KEY_USAGE = oid_octets("2.5.29.15")
SUBJECT_ALT_NAME = oid_octets("2.5.29.17")
BASIC_CONSTRAINTS = oid_octets("2.5.29.19")
CERTIFICATE_POLICIES = oid_octets("2.5.29.32")
AUTHORITY_KEY_IDENTIFIER = oid_octets("2.5.29.35")
SUBJECT_ALT_PUBLIC_KEY_INFO = oid_octets("2.5.29.72")

HARDWARE_MODULE_NAME = oid_octets("1.3.6.1.5.5.7.8.4")

NAMES = {
    SUBJECT_KEY_IDENTIFIER: "subjectKeyIdentifier",
    KEY_USAGE: "keyUsage",
    SUBJECT_ALT_NAME: "subjectAltName",
    BASIC_CONSTRAINTS: "basicConstraints",
    CERTIFICATE_POLICIES: "certificatePolicies",
    AUTHORITY_KEY_IDENTIFIER: "authorityKeyIdentifier",
    SUBJECT_ALT_PUBLIC_KEY_INFO: "subjectAltPublicKeyInfo",
}

KEY_USAGE_BITS = (
    "digitalSignature",
    "nonRepudiation",
    "keyEncipherment",
    "dataEncipherment",
    "keyAgreement",
    "keyCertSign",
    "cRLSign",
    "encipherOnly",
    "decipherOnly",
)


class KeyUsage(NamedTuple):
    """The named bits that are set, by name, in order; a bit without a name as its number."""

    bits: tuple[str, ...]


class KeyIdentifier(NamedTuple):
    """A subjectKeyIdentifier."""

    octets: bytes


class AuthorityKeyIdentifier(NamedTuple):
    """An authorityKeyIdentifier: its keyIdentifier, and whether the two other members are there."""

    key_identifier: bytes | None
    issuer: bool
    serial: bool


class Policies(NamedTuple):
    """The policyIdentifiers, dotted, in order."""

    oids: tuple[str, ...]


class BasicConstraints(NamedTuple):
    """A basicConstraints."""

    ca: bool
    path_length: int | None
    """pathLenConstraint; None where it is absent."""


class AlternativeName(NamedTuple):
    """One GeneralName. For a hardwareModuleName (RFC 4108) the last two say what it holds."""

    tag: int
    type_id: bytes | None
    """The OBJECT IDENTIFIER octets of an otherName; None for any other choice."""
    hardware_type: str | None = None
    """hwType, dotted; None where the name is not a well-formed hardwareModuleName."""
    hardware_serial: bytes | None = None
    """hwSerialNum."""


class AlternativeNames(NamedTuple):
    """A subjectAltName."""

    names: tuple[AlternativeName, ...]


Content = KeyUsage | KeyIdentifier | AuthorityKeyIdentifier | Policies | AlternativeNames | BasicConstraints


class Extension(NamedTuple):
    """One extension as it stands."""

    oid: bytes
    """Contents octets of extnID."""
    critical: bool
    value: bytes
    """extnValue: the contents of the OCTET STRING."""
    content: Content | None
    """What `value` says; None where it cannot be decoded, and for an extension the profiles do not name."""
    faults: tuple[str, ...]
    """What DER or RFC 5280 do not allow in its encoding."""

    @property
    def name(self) -> str:
        """Its name in RFC 5280 where the profiles speak of it, else its dotted object identifier."""
        return NAMES.get(self.oid) or _oid_for_people(self.oid)


def _oid_for_people(oid: bytes) -> str:
    try:
        return oid_text(oid)
    except ValueError:
        return oid.hex().upper()


def read_extension(node: Node) -> Extension:
    """The Extension that `node` is. Raises DerError where it has not the structure of one."""
    parts = node.members("an Extension")
    faults: list[str] = []
    critical = False
    if len(parts) == 3 and parts[1].tag == BOOLEAN:
        flag = parts[1].value
        critical = flag not in (b"", b"\x00")
        if flag != b"\xff":
            faults.append(f"critical is {flag.hex().upper()}: DER writes TRUE as FF and leaves FALSE out")
    elif len(parts) != 2:
        raise DerError(node.start, f"an Extension of {len(parts)} members")
    if parts[0].tag != OBJECT_IDENTIFIER or parts[-1].tag != OCTET_STRING:
        raise DerError(node.start, "an Extension that is not extnID, critical, extnValue")
    oid = parts[0].value
    value = parts[-1].value
    content = None
    try:
        content = _DECODERS.get(oid, _read_unknown)(read_der(value), faults)
    except DerError as error:
        faults.append(f"extnValue {value.hex().upper()}: {error}")
    return Extension(oid, critical, value, content, tuple(faults))


def with_identifier(extension: Extension, identifier: bytes) -> Extension:
    """`extension` with other octets in place of the identifier that `trailing_identifier` gives."""
    content: Content = KeyIdentifier(identifier)
    if isinstance(extension.content, AlternativeNames):
        name = extension.content.names[0]
        content = AlternativeNames((AlternativeName(name.tag, name.type_id, name.hardware_type, identifier),))
    value = extension.value[: -len(identifier)] + identifier
    return Extension(extension.oid, extension.critical, value, content, extension.faults)


def trailing_identifier(extension: Extension | None) -> bytes | None:
    """The identifier that is the last element of a subjectKeyIdentifier, or of a subjectAltName of one
    hardwareModuleName; None of any other extension. It is not empty."""
    match extension and extension.content:
        case KeyIdentifier(octets):
            return octets or None
        case AlternativeNames((AlternativeName(hardware_serial=octets),)):
            return octets or None
    return None


def _read_unknown(node: Node, faults: list[str]) -> None:
    _note_encoding(node, faults)


def _note_encoding(node: Node, faults: list[str]) -> None:
    try:
        check_strictly(node)
    except DerError as error:
        faults.append(str(error))


def _read_key_usage(node: Node, faults: list[str]) -> KeyUsage:
    value = node.value
    if node.tag != BIT_STRING or not 1 <= len(value) <= 4:
        raise DerError(node.start, "not a KeyUsage (BIT STRING)")
    if fault := bit_string_fault(value):
        faults.append(fault)
    elif len(value) > 1 and not value[-1] >> value[0] & 1:
        faults.append(f"named bits with trailing zero bits: {value.hex().upper()}")
    bits = int.from_bytes(value[1:], "big")
    width = 8 * (len(value) - 1)
    numbers = (number for number in range(width - value[0]) if bits >> (width - 1 - number) & 1)
    return KeyUsage(
        tuple(
            KEY_USAGE_BITS[number] if number < len(KEY_USAGE_BITS) else f"bit {number}" for number in numbers
        )
    )


def _read_key_identifier(node: Node, _faults: list[str]) -> KeyIdentifier:
    if node.tag != OCTET_STRING:
        raise DerError(node.start, "not a SubjectKeyIdentifier (OCTET STRING)")
    return KeyIdentifier(node.value)


def _read_authority_key_identifier(node: Node, faults: list[str]) -> AuthorityKeyIdentifier:
    members = node.members("an AuthorityKeyIdentifier")
    tags = [member.tag for member in members]
    if tags != sorted(set(tags) & {0x80, 0xA1, 0x82}, key=lambda tag: tag & 0x1F):
        raise DerError(node.start, "not an AuthorityKeyIdentifier: its members")
    issuer, serial = 0xA1 in tags, 0x82 in tags
    if issuer != serial:
        faults.append("only one of authorityCertIssuer and authorityCertSerialNumber")
    _note_encoding(node, faults)
    return AuthorityKeyIdentifier(members[0].value if 0x80 in tags else None, issuer, serial)


def _read_policies(node: Node, faults: list[str]) -> Policies:
    oids: list[str] = []
    for policy in node.members("CertificatePolicies"):
        parts = policy.members("a PolicyInformation")
        if not 1 <= len(parts) <= 2 or parts[0].tag != OBJECT_IDENTIFIER:
            raise DerError(policy.start, "not a PolicyInformation: its members")
        oids.append(_read_oid(parts[0]))
    _note_encoding(node, faults)
    return Policies(tuple(oids))


def _read_basic_constraints(node: Node, faults: list[str]) -> BasicConstraints:
    members = node.members("BasicConstraints")
    ca, path_length = False, None
    if members and members[0].tag == BOOLEAN:
        flag = members.pop(0).value
        ca = flag not in (b"", b"\x00")
        if flag != b"\xff":
            faults.append(f"cA is {flag.hex().upper()}: DER writes TRUE as FF and leaves FALSE out")
    if members and members[0].tag == INTEGER:
        value = members.pop(0).value
        if fault := integer_fault(value):
            raise DerError(node.start, fault)
        path_length = int.from_bytes(value, "big", signed=True)
    if members:
        raise DerError(node.start, "not a BasicConstraints: its members")
    return BasicConstraints(ca, path_length)


def _read_alternative_names(node: Node, faults: list[str]) -> AlternativeNames:
    return AlternativeNames(
        tuple(_read_alternative_name(name, faults) for name in node.members("GeneralNames"))
    )


def _read_alternative_name(node: Node, faults: list[str]) -> AlternativeName:
    if node.tag != 0xA0:
        _note_encoding(node, faults)
        return AlternativeName(node.tag, None)
    parts = node.children()
    if len(parts) != 2 or parts[0].tag != OBJECT_IDENTIFIER or parts[1].tag != 0xA0:
        raise DerError(node.start, "not an OtherName: its members")
    type_id = parts[0].value
    inner = parts[1].children()
    if type_id == HARDWARE_MODULE_NAME and len(inner) == 1 and inner[0].tag == SEQUENCE:
        module = inner[0].children()
        if len(module) == 2 and module[0].tag == OBJECT_IDENTIFIER and module[1].tag == OCTET_STRING:
            # Nothing is left in it that _note_encoding would look at.
            return AlternativeName(node.tag, type_id, _read_oid(module[0]), module[1].value)
    _note_encoding(node, faults)
    return AlternativeName(node.tag, type_id)


def _read_oid(node: Node) -> str:
    try:
        return oid_text(node.value)
    except ValueError as error:
        raise DerError(node.start, str(error)) from None


_DECODERS: dict[bytes, Callable[[Node, list[str]], Content | None]] = {
    SUBJECT_KEY_IDENTIFIER: _read_key_identifier,
    KEY_USAGE: _read_key_usage,
    SUBJECT_ALT_NAME: _read_alternative_names,
    BASIC_CONSTRAINTS: _read_basic_constraints,
    CERTIFICATE_POLICIES: _read_policies,
    AUTHORITY_KEY_IDENTIFIER: _read_authority_key_identifier,
}
