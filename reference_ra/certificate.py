"""Device Certificates: the fields that the CA fills in, their DER, and the signature (certificates.md)."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256

from reference_ra import der, oids
from reference_ra.csr import Csr, Extension

VERSION_3 = bytes.fromhex("a003020102")
EMPTY_NAME = b"\x30\x00"
NO_EXPIRY = der.write(der.GENERALIZED_TIME, b"99991231235959Z")
SERIAL_OCTETS = 16


@dataclass(frozen=True, slots=True)
class IssuingCa:
    """A CA that signs Device Certificates."""

    name: bytes
    """DER of its subject: the issuer of what it signs."""
    key_identifier: bytes
    """Octets of its subjectKeyIdentifier."""
    key: ec.EllipticCurvePrivateKey
    policy: str
    """OBJECT IDENTIFIER of the Certificate Policy that its certificates name."""


@dataclass(frozen=True, slots=True)
class CertificateFields:
    """A TBSCertificate in parts, each DER, and the signature algorithm outside it."""

    version: bytes
    serial: bytes
    """Contents of the INTEGER."""
    algorithm: bytes
    issuer: bytes
    not_before: bytes
    not_after: bytes
    subject: bytes
    key_info: bytes
    extensions: tuple[Extension, ...]
    outer_algorithm: bytes
    identifiers: bytes = b""
    """issuerUniqueID and subjectUniqueID, which the profile leaves out."""


Sign = Callable[[IssuingCa, bytes], bytes]
"""Gives the contents of signatureValue for the octets of a TBSCertificate."""


def key_identifier(key: bytes) -> bytes:
    """G-12-h: the last 8 octets of the SHA-1 of the key's BIT STRING, the top four bits 0100."""
    digest = hashlib.sha1(key).digest()[-8:]  # noqa: S324 - RFC 5280 names this hash; nothing rests on it
    return bytes((0x40 | digest[0] & 0x0F,)) + digest[1:]


def new_serial() -> bytes:
    """16 random octets, the top bit clear and the first octet not zero: a positive INTEGER's contents."""
    serial = secrets.token_bytes(SERIAL_OCTETS)
    return bytes((serial[0] & 0x7F or 0x01,)) + serial[1:]


def encode_time(moment: datetime) -> bytes:
    """RFC 5280's Time: UTCTime before 2050, GeneralizedTime from then on."""
    if moment.year < 2050:
        return der.write(der.UTC_TIME, f"{moment:%y%m%d%H%M%S}Z".encode())
    return der.write(der.GENERALIZED_TIME, f"{moment:%Y%m%d%H%M%S}Z".encode())


def policies_extension(*policies: str) -> Extension:
    """certificatePolicies, critical (G-12-g)."""
    listed = (der.write(der.SEQUENCE, der.write_oid(policy)) for policy in policies)
    return Extension(oids.CERTIFICATE_POLICIES, True, der.write(der.SEQUENCE, *listed))


def authority_extension(identifier: bytes) -> Extension:
    """authorityKeyIdentifier in its keyIdentifier form, not critical (G-12-b)."""
    inner = der.write(der.context(0, constructed=False), identifier)
    return Extension(oids.AUTHORITY_KEY_IDENTIFIER, False, der.write(der.SEQUENCE, inner))


def subject_key_extension(identifier: bytes) -> Extension:
    """subjectKeyIdentifier, not critical (G-12-f)."""
    return Extension(oids.SUBJECT_KEY_IDENTIFIER, False, der.write(der.OCTET_STRING, identifier))


def fill_fields(csr: Csr, ca: IssuingCa, now: datetime) -> CertificateFields:
    """The fields of the certificate for a CSR that keeps the rules."""
    carried = {oid: csr.extension(oid) for oid in (oids.KEY_USAGE, oids.SUBJECT_ALT_NAME)}
    extensions = [Extension(oid, True, asked.value) for oid, asked in carried.items() if asked]
    extensions[1:1] = [subject_key_extension(key_identifier(csr.key))]
    return CertificateFields(
        version=VERSION_3,
        serial=new_serial(),
        algorithm=oids.ECDSA_WITH_SHA256,
        issuer=ca.name,
        not_before=encode_time(now),
        not_after=NO_EXPIRY,
        subject=EMPTY_NAME,
        key_info=csr.key_info,
        extensions=(*extensions, policies_extension(ca.policy), authority_extension(ca.key_identifier)),
        outer_algorithm=oids.ECDSA_WITH_SHA256,
    )


def sign_ecdsa_sha256(ca: IssuingCa, data: bytes) -> bytes:
    """The CA's signature (G-12-e)."""
    return ca.key.sign(data, ec.ECDSA(SHA256()))


def assemble(fields: CertificateFields, ca: IssuingCa, sign: Sign) -> bytes:
    """The certificate's DER."""
    listed = (extension.encode() for extension in fields.extensions)
    to_be_signed = der.write(
        der.SEQUENCE,
        fields.version,
        der.write(der.INTEGER, fields.serial),
        fields.algorithm,
        fields.issuer,
        der.write(der.SEQUENCE, fields.not_before, fields.not_after),
        fields.subject,
        fields.key_info,
        fields.identifiers,
        der.write(der.context(3), der.write(der.SEQUENCE, *listed)),
    )
    return der.write(
        der.SEQUENCE, to_be_signed, fields.outer_algorithm, der.write_bit_string(sign(ca, to_be_signed))
    )
