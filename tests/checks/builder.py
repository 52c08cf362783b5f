"""Certificates and CSRs made at run time, right as they stand and with every field open to change.

Written from the profile, without the code under test and without a certificate library.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from hashlib import sha1

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256, HashAlgorithm
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from tests.checks.der_writer import (
    ECDSA_SHA256,
    EMPTY_NAME,
    TRUE,
    bits,
    common_name,
    extension,
    generalized_time,
    integer,
    octets,
    oid,
    printable,
    sequence,
    tlv,
    utc_time,
)

POLICY = "1.2.826.0.1.8641679.1.2.1.4"
HW_TYPE = "1.2.826.0.1.8641679.1.2.2.1"
DEVICE_ID = bytes.fromhex("00DB1234567890A0")
DIGITAL_SIGNATURE = bits(b"\x80", 7)
KEY_AGREEMENT = bits(b"\x08", 3)

SKI, KEY_USAGE, SAN, BASIC, POLICIES, AKI = (
    "2.5.29.14",
    "2.5.29.15",
    "2.5.29.17",
    "2.5.29.19",
    "2.5.29.32",
    "2.5.29.35",
)

PrivateKey = ec.EllipticCurvePrivateKey


def new_key() -> PrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


def point_of(key: PrivateKey) -> bytes:
    return key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


def public_key_info(point: bytes, curve: str = "1.2.840.10045.3.1.7") -> bytes:
    return sequence(sequence(oid("1.2.840.10045.2.1"), oid(curve)), bits(point))


def identifier(point: bytes) -> bytes:
    """RFC 5280 4.2.1.2, method (2)."""
    low_60_bits = int.from_bytes(sha1(point).digest(), "big") & (1 << 60) - 1
    return (0x4 << 60 | low_60_bits).to_bytes(8, "big")


def hardware_name(device_id: bytes = DEVICE_ID, type_id: str = "1.3.6.1.5.5.7.8.4") -> bytes:
    """A GeneralName, otherName."""
    module = sequence(oid(HW_TYPE), octets(device_id))
    return tlv(0xA0, oid(type_id), tlv(0xA0, module))


def policies(*oids: str) -> bytes:
    return sequence(*(sequence(oid(each)) for each in oids))


@dataclass(frozen=True)
class Plan:
    """A certificate to be: each field as whole elements."""

    key: bytes
    issuer: bytes
    extensions: dict[str, bytes]
    """Whole Extensions in order, by object identifier; a second one of an identifier has any other key."""
    version: bytes = bytes.fromhex("A003020102")
    serial: bytes = field(default_factory=lambda: integer(0x3039823674_4D9DA0E5_7F8D74AE_041FCD))
    inner_algorithm: bytes = ECDSA_SHA256
    not_before: bytes = utc_time("240101000000Z")
    not_after: bytes = generalized_time("99991231235959Z")
    subject: bytes = EMPTY_NAME
    unique_identifiers: bytes = b""
    outer_algorithm: bytes = ECDSA_SHA256
    hash: HashAlgorithm = field(default_factory=SHA256)

    def but(self, **changes: object) -> Plan:
        """The same with other fields."""
        return replace(self, **changes)  # type: ignore[arg-type]

    def extended(self, dotted: str, whole: bytes) -> Plan:
        """The same with another extension, in place of the one of that identifier or at the end."""
        return self.but(extensions={**self.extensions, dotted: whole})

    def without(self, dotted: str) -> Plan:
        """The same without an extension."""
        return self.but(extensions={name: whole for name, whole in self.extensions.items() if name != dotted})

    @property
    def signed_part(self) -> bytes:
        extensions = tlv(0xA3, sequence(*self.extensions.values()))
        validity = sequence(self.not_before, self.not_after)
        return sequence(
            self.version,
            self.serial,
            self.inner_algorithm,
            self.issuer,
            validity,
            self.subject,
            self.key,
            self.unique_identifiers,
            extensions,
        )

    def sign(self, key: PrivateKey) -> bytes:
        """The certificate in DER."""
        signature = key.sign(self.signed_part, ec.ECDSA(self.hash))
        return sequence(self.signed_part, self.outer_algorithm, bits(signature))


@dataclass(frozen=True)
class Authority:
    """An issuing CA with one commonName, or with any other name."""

    key: PrivateKey
    subject: bytes = field(default_factory=lambda: sequence(common_name(printable("Z1"))))

    @property
    def key_identifier(self) -> bytes:
        return identifier(point_of(self.key))

    @property
    def certificate(self) -> bytes:
        """Its own certificate, as an Issuing CA's; issued by itself, which nobody looks at."""
        point = point_of(self.key)
        extensions = {
            KEY_USAGE: extension(KEY_USAGE, bits(b"\x06", 1), TRUE),
            BASIC: extension(BASIC, sequence(TRUE, integer(0)), TRUE),
            SKI: extension(SKI, octets(identifier(point))),
        }
        plan = Plan(public_key_info(point), self.subject, extensions, subject=self.subject)
        return plan.sign(self.key)

    def plan(self, device_key: PrivateKey, usage: bytes = DIGITAL_SIGNATURE) -> Plan:
        """A right Device Certificate."""
        point = point_of(device_key)
        extensions = {
            KEY_USAGE: extension(KEY_USAGE, usage, TRUE),
            SKI: extension(SKI, octets(identifier(point))),
            SAN: extension(SAN, sequence(hardware_name()), TRUE),
            POLICIES: extension(POLICIES, policies(POLICY), TRUE),
            AKI: extension(AKI, sequence(tlv(0x80, self.key_identifier))),
        }
        return Plan(public_key_info(point), self.subject, extensions)


def device_csr(key: PrivateKey, usage: bytes = DIGITAL_SIGNATURE, critical: bytes = TRUE) -> bytes:
    """A right Device CSR; with `critical` empty its extensions are not marked critical."""
    names = sequence(hardware_name())
    requested = sequence(extension(KEY_USAGE, usage, critical), extension(SAN, names, critical))
    attributes = tlv(0xA0, sequence(oid("1.2.840.113549.1.9.14"), tlv(0x31, requested)))
    info = sequence(integer(0), EMPTY_NAME, public_key_info(point_of(key)), attributes)
    return sequence(info, ECDSA_SHA256, bits(key.sign(info, ec.ECDSA(SHA256()))))
