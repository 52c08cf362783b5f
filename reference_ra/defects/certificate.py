"""Defects in the fields of the certificates that are issued (GBCS section 12, certificates.md)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA384
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from reference_ra import der, oids
from reference_ra.adjust import with_fields
from reference_ra.alterations import defect
from reference_ra.certificate import CertificateFields, new_serial
from reference_ra.policies import Authority, Policies
from reference_ra.registry import IssuedCertificate

_RELATED = ("G-DEV-h", "G-BAD-*")
ChangeFields = Callable[[CertificateFields], CertificateFields]


def _name(common_name: bytes) -> bytes:
    attribute = der.write(der.SEQUENCE, oids.COMMON_NAME, der.write(der.PRINTABLE_STRING, common_name))
    return der.write(der.SEQUENCE, der.write(der.SET, attribute))


def _field_defect(
    name: str, summary: str, *breaks: str, related: tuple[str, ...] = (), extra: bool = False
) -> Callable[[ChangeFields], ChangeFields]:
    """Register a defect of every certificate from what it does to the fields."""

    def decorate(change: ChangeFields) -> ChangeFields:
        defect(f"certificate-{name}", summary, breaks=breaks, related=(*related, *_RELATED), extra=extra)(
            lambda policies: with_fields(policies, change)
        )
        return change

    return decorate


@_field_defect("of-version-1", "Certificates are of version 1.", "G-DEV-a", related=("G-12-a",))
def _version_1(fields: CertificateFields) -> CertificateFields:
    return replace(fields, version=b"")


@_field_defect("serial-negative", "Serial numbers are negative.", "G-DEV-b", related=("G-12-a", "G-DEV-c"))
def _serial_negative(fields: CertificateFields) -> CertificateFields:
    return replace(fields, serial=bytes((fields.serial[0] | 0x80,)) + fields.serial[1:])


@_field_defect("serial-of-20-octets", "Serial numbers have 20 octets.", "G-DEV-c")
def _serial_of_20_octets(fields: CertificateFields) -> CertificateFields:
    return replace(fields, serial=fields.serial + fields.serial[:4])


@_field_defect("with-unique-identifier", "Certificates hold a subjectUniqueID.", "G-12-a", extra=True)
def _unique_identifier(fields: CertificateFields) -> CertificateFields:
    identifier = der.write(der.context(2, constructed=False), b"\x00\x01")
    return replace(fields, identifiers=identifier)


@_field_defect(
    "with-extension-twice", "An extension stands in certificates twice.", "G-12-a", related=("G-12-f",)
)
def _extension_twice(fields: CertificateFields) -> CertificateFields:
    twice = [item for item in fields.extensions if item.oid == oids.SUBJECT_KEY_IDENTIFIER]
    return replace(fields, extensions=(*fields.extensions, *twice))


@_field_defect(
    "two-algorithms",
    "The signature algorithm within a certificate is not the one outside.",
    "G-12-a",
    related=("G-12-e",),
    extra=True,
)
def _two_algorithms(fields: CertificateFields) -> CertificateFields:
    other = der.write(der.SEQUENCE, der.write_oid("1.2.840.10045.4.3.3"))
    return replace(fields, algorithm=other)


@_field_defect(
    "null-parameters", "The ECDSA signature algorithm has NULL parameters.", "G-12-e", related=("G-12-a",)
)
def _null_parameters(fields: CertificateFields) -> CertificateFields:
    parts = der.write_oid("1.2.840.10045.4.3.2"), der.write(der.NULL)
    algorithm = der.write(der.SEQUENCE, *parts)
    return replace(fields, algorithm=algorithm, outer_algorithm=algorithm)


@_field_defect("ends-in-ten-years", "Certificates end after ten years.", "G-12-i")
def _ends_in_ten_years(fields: CertificateFields) -> CertificateFields:
    begun = fields.not_before[2:].decode()
    return replace(fields, not_after=der.write(der.UTC_TIME, f"{int(begun[:2]) + 10:02}{begun[2:]}".encode()))


@_field_defect("begins-in-generalized-time", "notBefore is a GeneralizedTime before 2050.", "G-12-a")
def _begins_in_generalized_time(fields: CertificateFields) -> CertificateFields:
    return replace(fields, not_before=der.write(der.GENERALIZED_TIME, b"20" + fields.not_before[2:]))


@_field_defect("with-subject", "Certificates have a subject.", "G-12-j")
def _with_subject(fields: CertificateFields) -> CertificateFields:
    return replace(fields, subject=_name(b"Device"))


@_field_defect("issuer-overlong", "The issuer's commonName has 8 characters.", "G-DEV-e", related=("G-12-a",))
def _issuer_overlong(fields: CertificateFields) -> CertificateFields:
    return replace(fields, issuer=_name(b"Issuer-1"))


@_field_defect(
    "issuer-of-two-names",
    "The issuer is an organizationalUnitName and a commonName.",
    "G-DEV-d",
    related=("G-12-a",),
)
def _issuer_of_two_names(fields: CertificateFields) -> CertificateFields:
    unit = der.write(der.SEQUENCE, der.write_oid("2.5.4.11"), der.write(der.PRINTABLE_STRING, b"07"))
    inner = der.read_one(fields.issuer, der.SEQUENCE).contents
    return replace(fields, issuer=der.write(der.SEQUENCE, der.write(der.SET, unit), inner))


@_field_defect(
    "with-compressed-point",
    "The public key is a compressed point.",
    "G-12-d",
    related=("M-2.4.1.4-a", "M-2.5.1.4-a", "G-12-h"),
)
def _compressed_point(fields: CertificateFields) -> CertificateFields:
    algorithm, key = der.read_one(fields.key_info, der.SEQUENCE).elements()
    point = der.read_bit_string(key)
    short = bytes((2 | point[64] & 1,)) + point[1:33]
    return replace(fields, key_info=der.write(der.SEQUENCE, algorithm.octets, der.write_bit_string(short)))


def _another_key() -> bytes:
    key = ec.generate_private_key(ec.SECP256R1()).public_key()
    return key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


@_field_defect(
    "for-another-key",
    "The public key is not the CSR's.",
    "M-2.4.1.4-a",
    "M-2.5.1.4-a",
    related=("G-12-h", "M-2.4.1.4-c"),
)
def _for_another_key(fields: CertificateFields) -> CertificateFields:
    return replace(fields, key_info=_another_key())


@_field_defect(
    "on-p384",
    "The public key is on P-384.",
    "G-12-d",
    related=("M-2.4.1.4-a", "M-2.5.1.4-a", "G-12-h", "G-12-a"),
    extra=True,
)
def _on_p384(fields: CertificateFields) -> CertificateFields:
    key = ec.generate_private_key(ec.SECP384R1()).public_key()
    return replace(fields, key_info=key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo))


@defect(
    "certificate-serial-repeated",
    "Every certificate has the same serial number.",
    breaks=["G-DEV-b"],
    related=_RELATED,
)
def serial_repeated(policies: Policies) -> Policies:
    """Draw one serial number, once."""
    serial = new_serial()

    def lodge(authority: Authority, issued: IssuedCertificate) -> None:
        policies.lodge(authority, replace(issued, serial=new_serial()))

    return replace(with_fields(policies, lambda fields: replace(fields, serial=serial)), lodge=lodge)


@defect(
    "certificate-signature-wrong",
    "The signature of certificates does not verify.",
    breaks=["G-12-a"],
    related=(*_RELATED, "G-12-e"),
)
def signature_wrong(policies: Policies) -> Policies:
    """Sign other octets."""
    sign = policies.sign
    return replace(policies, sign=lambda ca, data: sign(ca, data[:-1] + bytes((data[-1] ^ 1,))))


@defect(
    "certificate-signed-by-another-ca",
    "Certificates are signed with the key of another CA than the target's Issuing CA.",
    breaks=["G-12-a"],
    related=(*_RELATED, "G-12-b", "G-12-e"),
)
def signed_by_another_ca(policies: Policies) -> Policies:
    """Sign with a key of its own."""
    key = ec.generate_private_key(ec.SECP256R1())
    sign = policies.sign
    return replace(policies, sign=lambda ca, data: sign(replace(ca, key=key), data))


@defect(
    "certificate-signed-with-sha384",
    "Certificates are signed by ECDSA with SHA-384.",
    breaks=["G-12-e"],
    related=(*_RELATED, "G-12-a"),
)
def signed_with_sha384(policies: Policies) -> Policies:
    """Sign with another hash, and say so."""
    algorithm = der.write(der.SEQUENCE, der.write_oid("1.2.840.10045.4.3.3"))
    changed = with_fields(
        policies, lambda fields: replace(fields, algorithm=algorithm, outer_algorithm=algorithm)
    )
    return replace(changed, sign=lambda ca, data: ca.key.sign(data, ec.ECDSA(SHA384())))
