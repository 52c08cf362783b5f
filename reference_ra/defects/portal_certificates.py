"""Defects in the Organisation Certificates that are issued (certificates.md, GBCS section 12)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA384
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from reference_ra import der, oids
from reference_ra.alterations import Alter, defect
from reference_ra.certificate import CertificateFields, IssuingCa, encode_time, subject_key_extension
from reference_ra.csr import Csr, Extension
from reference_ra.policies import Policies
from reference_ra.portal.adjust import (
    with_desk,
    with_organisation_extension,
    with_organisation_fields,
)
from reference_ra.portal.organisation_certificate import years_later
from reference_ra.portal.organisation_csr import subject_attributes

_TRIED = frozenset(
    {
        "for-non-repudiation",
        "for-the-other-usage",
        "of-the-device-ca",
        "of-version-1",
        "policies-not-critical",
        "role-in-decimal",
        "signature-with-null",
        "valid-for-5-years",
        "without-aki",
    }
)
"""Those that have a place in the matrix; each of the others is near to one."""
_RELATED = ("G-12-*", "G-ORG-*", "G-BAD-*", "G-OID-a", "M-2.3.1.4-*", "M-2.3.1.5-a")
ChangeExtension = Callable[[Extension], Extension | None]
ChangeFields = Callable[[CertificateFields, Csr], CertificateFields]
_DEVICE_CA_NAME = der.write(
    der.SEQUENCE,
    der.write(der.SET, der.write(der.SEQUENCE, oids.COMMON_NAME, der.write(der.PRINTABLE_STRING, b"ZD1"))),
)


def _certificate_defect(
    name: str, summary: str, *breaks: str, related: tuple[str, ...] = ()
) -> Callable[[Alter], Alter]:
    rows = (*_RELATED, *related)
    return defect(
        f"portal-certificate-{name}", summary, breaks=breaks, related=rows, extra=name not in _TRIED
    )


def _extension_defect(name: str, summary: str, breaks: str, oid: bytes, change: ChangeExtension) -> None:
    _certificate_defect(name, summary, *breaks.split())(
        lambda policies: with_organisation_extension(policies, oid, change)
    )


def _field_defect(
    name: str, summary: str, *breaks: str, related: tuple[str, ...] = ()
) -> Callable[[ChangeFields], ChangeFields]:
    def decorate(change: ChangeFields) -> ChangeFields:
        _certificate_defect(name, summary, *breaks, related=related)(
            lambda policies: with_organisation_fields(policies, change)
        )
        return change

    return decorate


def _leave_out(_: Extension) -> None:
    return None


def _critical(extension: Extension) -> Extension:
    return replace(extension, critical=True)


def _not_critical(extension: Extension) -> Extension:
    return replace(extension, critical=False)


# Extensions

_AKI, _SKI = oids.AUTHORITY_KEY_IDENTIFIER, oids.SUBJECT_KEY_IDENTIFIER
_USAGE, _POLICIES = oids.KEY_USAGE, oids.CERTIFICATE_POLICIES
_extension_defect("without-aki", "authorityKeyIdentifier is missing.", "G-12-b", _AKI, _leave_out)
_extension_defect("aki-critical", "authorityKeyIdentifier is critical.", "G-12-b", _AKI, _critical)
_extension_defect("key-usage-not-critical", "keyUsage is not critical.", "G-12-c", _USAGE, _not_critical)
_extension_defect("without-key-usage", "keyUsage is missing.", "G-12-c G-ORG-e", _USAGE, _leave_out)
_extension_defect("without-ski", "subjectKeyIdentifier is missing.", "G-12-f", _SKI, _leave_out)
_extension_defect("ski-critical", "subjectKeyIdentifier is critical.", "G-12-f", _SKI, _critical)
_extension_defect(
    "ski-of-another-method",
    "subjectKeyIdentifier does not begin with 0100.",
    "G-12-h",
    _SKI,
    lambda extension: subject_key_extension(bytes((extension.value[2] ^ 0xC0,)) + extension.value[3:]),
)
_extension_defect("without-policies", "certificatePolicies is missing.", "G-12-g", _POLICIES, _leave_out)
_extension_defect(
    "policies-not-critical",
    "certificatePolicies is not critical.",
    "G-12-g G-BAD-d",
    _POLICIES,
    _not_critical,
)
_extension_defect(
    "for-non-repudiation",
    "keyUsage holds nonRepudiation as well.",
    "G-ORG-e G-BAD-f",
    _USAGE,
    lambda extension: replace(extension, value=extension.value[:-1] + bytes((extension.value[-1] | 0x40,))),
)
_extension_defect(
    "for-the-other-usage",
    "Who asks for digitalSignature gets keyAgreement, and the reverse.",
    "M-2.3.1.5-a",
    _USAGE,
    lambda extension: replace(
        extension,
        value=oids.KEY_AGREEMENT if extension.value == oids.DIGITAL_SIGNATURE else oids.DIGITAL_SIGNATURE,
    ),
)

# Fields


@_field_defect("of-version-1", "Organisation Certificates are of version 1.", "G-12-a")
def _version_1(fields: CertificateFields, _: Csr) -> CertificateFields:
    return replace(fields, version=b"")


@_field_defect("serial-negative", "Serial numbers are negative.", "G-12-a")
def _serial_negative(fields: CertificateFields, _: Csr) -> CertificateFields:
    return replace(fields, serial=bytes((fields.serial[0] | 0x80,)) + fields.serial[1:])


@_field_defect("key-compressed", "The public key is a compressed point.", "G-12-d")
def _key_compressed(fields: CertificateFields, csr: Csr) -> CertificateFields:
    point = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), csr.key)
    octets = point.public_bytes(Encoding.X962, PublicFormat.CompressedPoint)
    return replace(fields, key_info=der.write(der.SEQUENCE, csr.key_algorithm, der.write_bit_string(octets)))


@_field_defect("signature-with-null", "The signature algorithm has NULL parameters.", "G-12-e", "G-BAD-b")
def _signature_with_null(fields: CertificateFields, _: Csr) -> CertificateFields:
    oid = der.read_one(oids.ECDSA_WITH_SHA256, der.SEQUENCE).contents
    algorithm = der.write(der.SEQUENCE, oid, der.write(der.NULL))
    return replace(fields, algorithm=algorithm, outer_algorithm=algorithm)


@_certificate_defect("signed-with-sha-384", "Signatures are ECDSA with SHA-384.", "G-12-e")
def signed_with_sha_384(policies: Policies) -> Policies:
    """Take another hash, and say so."""
    algorithm = der.write(der.SEQUENCE, der.write_oid("1.2.840.10045.4.3.3"))

    def sign(ca: IssuingCa, data: bytes) -> bytes:
        return ca.key.sign(data, ec.ECDSA(SHA384()))

    named = with_organisation_fields(
        policies, lambda fields, _: replace(fields, algorithm=algorithm, outer_algorithm=algorithm)
    )
    return with_desk(named, sign=sign)


def _begins(fields: CertificateFields) -> datetime:
    text = der.read_one(fields.not_before, der.UTC_TIME).contents.decode()
    return datetime.strptime(text, "%y%m%d%H%M%SZ")


@_field_defect("valid-for-5-years", "Organisation Certificates are valid for 5 years.", "G-ORG-b")
def _valid_for_5_years(fields: CertificateFields, _: Csr) -> CertificateFields:
    return replace(fields, not_after=encode_time(years_later(_begins(fields), 5)))


@_field_defect(
    "in-generalized-time", "notAfter is in GeneralizedTime before 2050.", "G-ORG-c", related=("G-12-a",)
)
def _in_generalized_time(fields: CertificateFields, _: Csr) -> CertificateFields:
    contents = der.read_one(fields.not_after, der.UTC_TIME).contents
    return replace(fields, not_after=der.write(der.GENERALIZED_TIME, b"20" + contents))


@_field_defect("of-the-device-ca", "The issuer is the Device Issuing CA's name.", "G-ORG-d")
def _of_the_device_ca(fields: CertificateFields, _: Csr) -> CertificateFields:
    return replace(fields, issuer=_DEVICE_CA_NAME)


@_field_defect(
    "role-in-decimal",
    "organizationalUnitName is the role in decimal.",
    "G-ORG-a",
    "G-BAD-a",
    related=("G-ROLE-a",),
)
def _role_in_decimal(fields: CertificateFields, csr: Csr) -> CertificateFields:
    def written(oid: bytes, value: der.Element) -> bytes:
        if oid != oids.ORGANIZATIONAL_UNIT_NAME:
            return value.octets
        return der.write(value.tag, str(int(value.contents, 16)).encode())

    return replace(fields, subject=_name(*((oid, written(oid, value)) for oid, value in _subject(csr))))


@_field_defect("without-common-name", "The commonName that was asked for is left out.", "M-2.3.1.5-a")
def _without_common_name(fields: CertificateFields, csr: Csr) -> CertificateFields:
    kept = ((oid, value.octets) for oid, value in _subject(csr) if oid != oids.COMMON_NAME)
    return replace(fields, subject=_name(*kept))


@_field_defect("eui64-as-text", "uniqueIdentifier holds the EUI-64 as text.", "G-ORG-a", related=("G-EUI-d",))
def _eui64_as_text(fields: CertificateFields, csr: Csr) -> CertificateFields:
    def written(oid: bytes, value: der.Element) -> bytes:
        if oid != oids.UNIQUE_IDENTIFIER:
            return value.octets
        return der.write(der.PRINTABLE_STRING, value.contents[1:].hex("-").upper().encode())

    return replace(fields, subject=_name(*((oid, written(oid, value)) for oid, value in _subject(csr))))


def _subject(csr: Csr) -> list[tuple[bytes, der.Element]]:
    return subject_attributes(csr.subject)


def _name(*attributes: tuple[bytes, bytes]) -> bytes:
    return der.write(
        der.SEQUENCE,
        *(der.write(der.SET, der.write(der.SEQUENCE, oid, value)) for oid, value in attributes),
    )
