"""Organisation Certificates and CSRs made at run time, right as they stand and with every field open."""

from __future__ import annotations

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256

from checks.certificate import OrganisationProfile
from tests.checks.builder import (
    DIGITAL_SIGNATURE,
    KEY_USAGE,
    POLICY,
    SAN,
    Authority,
    Plan,
    PrivateKey,
    new_key,
    point_of,
    public_key_info,
)
from tests.checks.der_writer import (
    ECDSA_SHA256,
    TRUE,
    bits,
    common_name,
    extension,
    integer,
    oid,
    printable,
    sequence,
    tlv,
    utc_time,
)

EUI64 = bytes.fromhex("00DB000000000001")
ROLE = "02"


def unit(value: bytes) -> bytes:
    """A relative name of one organizationalUnitName, `value` being its string."""
    return tlv(0x31, sequence(oid("2.5.4.11"), value))


def unique_identifier(value: bytes) -> bytes:
    return tlv(0x31, sequence(oid("2.5.4.45"), value))


SUBJECT = sequence(unit(printable(ROLE)), unique_identifier(bits(EUI64)))
NAMED_SUBJECT = sequence(common_name(printable("Amber")), SUBJECT[2:])
AUTHORITY = Authority(new_key(), sequence(unit(printable("07")), common_name(printable("Z1"))))
PROFILE = OrganisationProfile(POLICY, [AUTHORITY.certificate])
KEY = new_key()


def organisation_plan(key: PrivateKey = KEY, authority: Authority = AUTHORITY) -> Plan:
    """A right Organisation Certificate."""
    right = authority.plan(key).without(SAN)
    return right.but(subject=SUBJECT, not_after=utc_time("331231235959Z"))


def organisation_csr(
    subject: bytes = SUBJECT, key: PrivateKey = KEY, usage: bytes = DIGITAL_SIGNATURE
) -> bytes:
    """A right Organisation CSR, or one with another subject."""
    requested = sequence(extension(KEY_USAGE, usage, TRUE))
    attributes = tlv(0xA0, sequence(oid("1.2.840.113549.1.9.14"), tlv(0x31, requested)))
    info = sequence(integer(0), subject, public_key_info(point_of(key)), attributes)
    return sequence(info, ECDSA_SHA256, bits(key.sign(info, ec.ECDSA(SHA256()))))
