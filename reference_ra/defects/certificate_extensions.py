"""Defects in the extensions of the certificates that are issued (GBCS section 12, certificates.md)."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import replace

from reference_ra import der, oids
from reference_ra.adjust import with_extension, with_fields
from reference_ra.alterations import defect
from reference_ra.certificate import (
    CertificateFields,
    policies_extension,
    subject_key_extension,
)
from reference_ra.csr import Extension
from reference_ra.policies import Policies

ChangeExtension = Callable[[Extension], Extension | None]
_RELATED = ("G-DEV-h", "G-BAD-*")
_OTHER_POLICY = "1.2.826.0.1.8641679.1.2.1.9"


def _register(
    name: str,
    summary: str,
    breaks: str,
    oid: bytes,
    change: ChangeExtension,
    *related: str,
    extra: bool = False,
) -> None:
    """A defect of one extension of every certificate."""

    @defect(f"certificate-{name}", summary, breaks=breaks.split(), related=(*related, *_RELATED), extra=extra)
    def alter(policies: Policies) -> Policies:
        return with_extension(policies, oid, change)


def _leave_out(_: Extension) -> None:
    return None


def _critical(extension: Extension) -> Extension:
    return replace(extension, critical=True)


def _not_critical(extension: Extension) -> Extension:
    return replace(extension, critical=False)


def _value(change: Callable[[bytes], bytes]) -> ChangeExtension:
    return lambda extension: replace(extension, value=change(extension.value))


def _octet(position: int, mask: int) -> ChangeExtension:
    def change(value: bytes) -> bytes:
        octets = bytearray(value)
        octets[position] ^= mask
        return bytes(octets)

    return _value(change)


def _issuer_and_serial(_: bytes) -> bytes:
    issuer = der.write(der.context(4), der.write(der.SEQUENCE))  # directoryName, empty
    serial = der.write(der.context(2, constructed=False), b"\x01")
    return der.write(der.SEQUENCE, der.write(der.context(1), issuer), serial)


def _second_name(value: bytes) -> bytes:
    another = der.write(der.context(2, constructed=False), b"device.example")
    return der.write(der.SEQUENCE, der.read_one(value, der.SEQUENCE).contents, another)


_AKI, _SKI = oids.AUTHORITY_KEY_IDENTIFIER, oids.SUBJECT_KEY_IDENTIFIER
_register("without-aki", "authorityKeyIdentifier is missing.", "G-12-b G-DEV-h", _AKI, _leave_out)
_register("aki-critical", "authorityKeyIdentifier is critical.", "G-12-b", _AKI, _critical)
_register(
    "aki-by-issuer-and-serial",
    "authorityKeyIdentifier names the issuer and serial number instead of the key.",
    "G-12-b",
    _AKI,
    _value(_issuer_and_serial),
)
_register(
    "aki-of-another-key", "authorityKeyIdentifier is not the Issuing CA's.", "G-12-b", _AKI, _octet(-1, 1),
    "G-12-h", "G-12-a",
)  # fmt: skip
_register(
    "key-usage-not-critical", "keyUsage is not critical.", "G-12-c", oids.KEY_USAGE, _not_critical, "G-12-k"
)
_register(
    "without-key-usage",
    "keyUsage is missing.",
    "G-12-c",
    oids.KEY_USAGE,
    _leave_out,
    "G-12-k",
    "G-DEV-g",
    extra=True,
)
_register("without-ski", "subjectKeyIdentifier is missing.", "G-12-f G-DEV-h", _SKI, _leave_out, "G-12-h")
_register("ski-critical", "subjectKeyIdentifier is critical.", "G-12-f", _SKI, _critical)
_register(
    "ski-without-0100",
    "subjectKeyIdentifier is the last 64 bits of the hash, not 0100 and the last 60.",
    "G-12-h",
    _SKI,
    _octet(2, 0xC0),
)
_register(
    "without-policies", "certificatePolicies is missing.", "G-12-g G-DEV-h", oids.CERTIFICATE_POLICIES,
    _leave_out, "G-12-l", "G-OID-a",
)  # fmt: skip
_register(
    "policies-not-critical",
    "certificatePolicies is not critical.",
    "G-12-g",
    oids.CERTIFICATE_POLICIES,
    _not_critical,
)
_register(
    "of-two-policies",
    "There are two policyIdentifiers.",
    "G-12-l",
    oids.CERTIFICATE_POLICIES,
    lambda _: policies_extension(oids.DEVICE_POLICY, _OTHER_POLICY),
    "G-OID-a",
)
_register(
    "of-another-policy",
    "The policyIdentifier is not that of the environment.",
    "G-OID-a",
    oids.CERTIFICATE_POLICIES,
    lambda _: policies_extension(_OTHER_POLICY),
    "G-12-l",
)
_register(
    "alt-name-not-critical",
    "subjectAltName is not critical.",
    "G-12-m",
    oids.SUBJECT_ALT_NAME,
    _not_critical,
)
_register(
    "without-alt-name",
    "subjectAltName is missing.",
    "G-12-m",
    oids.SUBJECT_ALT_NAME,
    _leave_out,
    "G-DEV-g",
    extra=True,
)
_register(
    "of-another-device",
    "hwSerialNum is another Device's.",
    "G-DEV-g",
    oids.SUBJECT_ALT_NAME,
    _octet(-1, 1),
    "G-12-m", "M-2.4.1.4-*", "M-2.5.1.4-*",
)  # fmt: skip
_register(
    "of-two-alt-names",
    "subjectAltName holds a second name.",
    "G-12-m",
    oids.SUBJECT_ALT_NAME,
    _value(_second_name),
    "G-DEV-g",
    extra=True,
)
_register(
    "of-both-usages",
    "keyUsage is digitalSignature and keyAgreement.",
    "G-12-k",
    oids.KEY_USAGE,
    _value(lambda _: bytes.fromhex("03020388")),
    "G-DEV-g",
)
_register(
    "always-signing",
    "Every certificate is for digitalSignature, whatever the CSR asks for.",
    "G-DEV-g",
    oids.KEY_USAGE,
    _value(lambda _: oids.DIGITAL_SIGNATURE),
    "M-2.4.1.4-*",
    "M-2.5.1.4-*",
)
_register(
    "key-usage-re-encoded",
    "keyUsage is encoded again, with its zero bits, instead of being carried over.",
    "G-DEV-g",
    oids.KEY_USAGE,
    _value(lambda value: b"\x03\x02\x00" + value[-1:]),
    "G-12-a", "G-12-k",
)  # fmt: skip


@defect(
    "certificate-ski-by-method-1",
    "subjectKeyIdentifier is the whole SHA-1 of the key, 20 octets.",
    breaks=["G-12-h"],
    related=_RELATED,
)
def ski_by_method_1(policies: Policies) -> Policies:
    """Use RFC 5280's other method."""

    def change(fields: CertificateFields) -> CertificateFields:
        _, key = der.read_one(fields.key_info, der.SEQUENCE).elements()
        digest = hashlib.sha1(der.read_bit_string(key)).digest()  # noqa: S324 - as the RFC names it
        return _with_ski(fields, digest)

    return with_fields(policies, change)


@defect(
    "certificate-ski-of-key-info",
    "subjectKeyIdentifier hashes the SubjectPublicKeyInfo instead of the key.",
    breaks=["G-12-h"],
    related=_RELATED,
    extra=True,
)
def ski_of_key_info(policies: Policies) -> Policies:
    """Hash the wrong octets."""

    def change(fields: CertificateFields) -> CertificateFields:
        digest = hashlib.sha1(fields.key_info).digest()[-8:]  # noqa: S324 - as the RFC names it
        return _with_ski(fields, bytes((0x40 | digest[0] & 0x0F,)) + digest[1:])

    return with_fields(policies, change)


def _with_ski(fields: CertificateFields, identifier: bytes) -> CertificateFields:
    ski = subject_key_extension(identifier)
    extensions = (ski if item.oid == ski.oid else item for item in fields.extensions)
    return replace(fields, extensions=tuple(extensions))


@defect(
    "certificate-with-basic-constraints",
    "Certificates hold basicConstraints.",
    breaks=["G-DEV-f"],
    related=_RELATED,
)
def with_basic_constraints(policies: Policies) -> Policies:
    """Add one extension too many."""
    constraints = Extension(oids.BASIC_CONSTRAINTS, True, der.write(der.SEQUENCE))
    return with_fields(policies, lambda fields: replace(fields, extensions=(*fields.extensions, constraints)))
