"""For every rule on Device Certificates, certificates that break it: how each is made, and what it breaks.

A case is broken in one place. Where more than one requirement is named, the others say the same of it:
G-OID-a, G-DEV-h and G-BAD repeat rows of G-12; a certificate without extensions lacks them all; and a
notAfter that is wrong in itself cannot be the one of G-12-i.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA384
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from checks.certificate import DeviceProfile
from tests.checks.builder import (
    AKI,
    BASIC,
    DEVICE_ID,
    DIGITAL_SIGNATURE,
    HW_TYPE,
    KEY_USAGE,
    POLICIES,
    POLICY,
    SAN,
    SKI,
    Authority,
    Plan,
    PrivateKey,
    hardware_name,
    identifier,
    new_key,
    point_of,
    policies,
    public_key_info,
)
from tests.checks.der_writer import (
    ECDSA_SHA256_NULL,
    ECDSA_SHA384,
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


@dataclass(frozen=True)
class Case:
    """A way to break `rule`, and every requirement that it breaks."""

    rule: str
    what: str
    breaks: frozenset[str]
    make: Callable[[Maker], bytes]
    authority: Authority | None = None
    hw_type: str = HW_TYPE

    def made(self, authority: Authority, device_key: PrivateKey) -> tuple[bytes, DeviceProfile]:
        """The certificate, and the profile that it would keep but for this."""
        maker = Maker(self.authority or authority, device_key)
        profile = DeviceProfile(POLICY, [maker.authority.certificate], hw_type_oid=self.hw_type)
        return self.make(maker), profile


@dataclass(frozen=True)
class Maker:
    """What a case has to work with."""

    authority: Authority
    device_key: PrivateKey

    @property
    def plan(self) -> Plan:
        return self.authority.plan(self.device_key)

    def signed(self, plan: Plan) -> bytes:
        return plan.sign(self.authority.key)


CASES: list[Case] = []


def breaks(rule: str, what: str, *requirements: str, plan: Callable[[Plan], Plan]) -> None:
    """Enter a case that is a change of the plan."""
    CASES.append(Case(rule, what, frozenset(requirements), lambda maker: maker.signed(plan(maker.plan))))


def named(name: bytes) -> Authority:
    return Authority(new_key(), sequence(name))


def fields(**changes: bytes) -> Callable[[Plan], Plan]:
    return lambda plan: plan.but(**changes)


def extended(dotted: str, value: bytes, critical: bytes = b"", key: str = "") -> Callable[[Plan], Plan]:
    return lambda plan: plan.extended(key or dotted, extension(dotted, value, critical))


def without(dotted: str) -> Callable[[Plan], Plan]:
    return lambda plan: plan.without(dotted)


# --- G-12-a ---

breaks("serial_in_shortest_form", "00 too much", "G-12-a", plan=fields(serial=tlv(2, b"\x00\x01")))
breaks("serial_no_longer_than_20_octets", "21", "G-12-a", plan=fields(serial=tlv(2, b"\x01" * 21)))
breaks("algorithms_agree", "SHA-384 inside", "G-12-a", plan=fields(inner_algorithm=ECDSA_SHA384))
breaks("issuer_is_not_empty", "empty", "G-12-a", plan=fields(issuer=sequence()))
breaks(
    "issuer_is_a_known_ca",
    "another name",
    "G-12-a",
    plan=fields(issuer=sequence(common_name(printable("Z9")))),
)
breaks(
    "issuer_strings_are_allowed",
    "TeletexString",
    "G-12-a",
    plan=fields(issuer=sequence(common_name(tlv(0x14, b"Z1")))),
)
for _what, _time in {
    "GeneralizedTime before 2050": generalized_time("20240101000000Z"),
    "no seconds": utc_time("2401010000Z"),
    "a zone": utc_time("240101000000+0000"),
    "month 13": utc_time("241301000000Z"),
    "29 February 2023": utc_time("230229000000Z"),
    "an INTEGER": integer(1),
}.items():
    breaks("not_before_is_well_encoded", _what, "G-12-a", plan=fields(not_before=_time))
breaks(
    "not_after_is_well_encoded",
    "fractions",
    "G-12-a",
    "G-12-i",
    plan=fields(not_after=generalized_time("99991231235959.5Z")),
)
breaks(
    "validity_is_in_order", "ends 2001", "G-12-a", "G-12-i", plan=fields(not_after=utc_time("010101000000Z"))
)
breaks("no_unique_identifiers", "issuer's", "G-12-a", plan=fields(unique_identifiers=tlv(0x81, b"\x00\x01")))
breaks("no_unique_identifiers", "subject's", "G-12-a", plan=fields(unique_identifiers=tlv(0x82, b"\x00\x01")))
breaks(
    "extensions_are_not_empty",
    "none in it",
    *("G-12-a", "G-12-b", "G-12-c", "G-12-f", "G-12-g", "G-12-m", "G-DEV-h", "G-BAD-e"),
    plan=lambda plan: plan.but(extensions={}),
)
breaks(
    "extensions_are_unique", "keyUsage", "G-12-a", plan=extended(KEY_USAGE, DIGITAL_SIGNATURE, TRUE, "twice")
)
for _what, _dotted, _value, _critical in (
    ("TRUE as 01", KEY_USAGE, DIGITAL_SIGNATURE, b"\x01\x01\x01"),
    ("trailing zero bits", KEY_USAGE, bits(b"\x80", 0), TRUE),
    ("unused bits set", KEY_USAGE, bits(b"\x81", 7), TRUE),
    ("keyUsage is no BIT STRING", KEY_USAGE, octets(b"\x80"), TRUE),
    ("SKI is no OCTET STRING", SKI, bits(b"\x40" * 8), b""),
    ("AKI of unknown members", AKI, sequence(tlv(0x83, b"\x00")), b""),
    ("policy that is none", POLICIES, sequence(sequence(integer(1))), TRUE),
    ("policy OID cut short", POLICIES, sequence(sequence(tlv(6, b"\x2a\x86"))), TRUE),
    ("SAN that is cut short", SAN, sequence(hardware_name())[:-1], TRUE),
    ("SAN that is BER", SAN, b"\x30\x80" + hardware_name() + b"\x00\x00", TRUE),
    ("SAN of an otherName without value", SAN, sequence(tlv(0xA0, oid("1.2.3"))), TRUE),
    ("an extension that is not DER", "1.2.3.4", b"\x02\x02\x00\x01", b""),
    ("an extension of nothing", "1.2.3.4", b"", b""),
):
    breaks("extensions_are_well_encoded", _what, "G-12-a", plan=extended(_dotted, _value, _critical))
breaks(
    "extensions_are_well_encoded",
    "FALSE written",
    "G-12-a",
    plan=lambda plan: plan.extended(SKI, extension(SKI, plan.extensions[SKI][-10:], b"\x01\x01\x00")),
)
_ISSUER = tlv(0xA1, tlv(0xA4, sequence(common_name(printable("ZA")))))
breaks(
    "extensions_are_well_encoded",
    "AKI with an issuer and no serial number",
    "G-12-a",
    plan=lambda plan: plan.extended(AKI, extension(AKI, sequence(plan.extensions[AKI][-10:], _ISSUER))),
)


def _case(
    rule: str, what: str, *requirements: str, authority: Authority | None = None, hw_type: str = HW_TYPE
) -> Callable[[Callable[[Maker], bytes]], Callable[[Maker], bytes]]:
    """Enter a case that is more than a change of the plan."""

    def enter(make: Callable[[Maker], bytes]) -> Callable[[Maker], bytes]:
        CASES.append(Case(rule, what, frozenset(requirements), make, authority, hw_type))
        return make

    return enter


def _as_planned(maker: Maker) -> bytes:
    return maker.signed(maker.plan)


_case("issuer_is_well_encoded", "@", "G-12-a", authority=named(common_name(tlv(0x13, b"Z@"))))(_as_planned)
_case("issuer_strings_are_allowed", "no characters", "G-12-a", authority=named(common_name(printable(""))))(
    _as_planned
)
_case("issuer_is_well_encoded", "not UTF-8", "G-12-a", authority=named(common_name(tlv(0x0C, b"Z\xff"))))(
    _as_planned
)


@_case("signature_is_whole_octets", "one unused bit", "G-12-a")
def _unused_bit(maker: Maker) -> bytes:
    part = maker.plan.signed_part
    signature = maker.authority.key.sign(part, ec.ECDSA(maker.plan.hash))
    return sequence(part, maker.plan.outer_algorithm, bits(signature[:-1] + bytes([signature[-1] & 0xFE]), 1))


@_case("signature_verifies", "by another key", "G-12-a")
def _signed_by_another(maker: Maker) -> bytes:
    return maker.plan.sign(new_key())


@_case("signature_verifies", "of other octets", "G-12-a")
def _signature_of_another(maker: Maker) -> bytes:
    other = maker.signed(maker.plan.but(serial=integer(1)))
    return maker.signed(maker.plan)[:-70] + other[-70:]


@_case("certificate_is_not_self_signed", "by its own key", "G-12-a", "G-BAD-c")
def _self_signed(maker: Maker) -> bytes:
    return maker.plan.sign(maker.device_key)


# --- G-12-b to -h ---

breaks("authority_key_identifier_is_there", "absent", "G-12-b", "G-DEV-h", plan=without(AKI))
breaks(
    "authority_key_identifier_is_not_critical",
    "critical",
    "G-12-b",
    plan=lambda plan: plan.extended(AKI, extension(AKI, plan.extensions[AKI][-12:], TRUE)),
)
breaks(
    "authority_is_named_by_key_identifier",
    "by serial",
    "G-12-b",
    plan=extended(AKI, sequence(_ISSUER, tlv(0x82, b"\x01"))),
)
breaks(
    "authority_key_identifier_is_the_cas",
    "another's",
    "G-12-b",
    plan=extended(AKI, sequence(tlv(0x80, b"\x4a" * 8))),
)
breaks("key_usage_is_there", "absent", "G-12-c", plan=without(KEY_USAGE))
breaks("key_usage_is_critical", "not critical", "G-12-c", plan=extended(KEY_USAGE, DIGITAL_SIGNATURE))


def _other_key(point: bytes, curve: str = "1.2.840.10045.3.1.7") -> Callable[[Plan], Plan]:
    value = octets(identifier(point))
    return lambda plan: plan.but(key=public_key_info(point, curve)).extended(SKI, extension(SKI, value))


_P384 = ec.generate_private_key(ec.SECP384R1()).public_key()
_OFF_CURVE = b"\x04" + bytes(31) + b"\x01" + bytes(31) + b"\x02"
for _what, _change in {
    "P-384": _other_key(_P384.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint), "1.3.132.0.34"),
    "brainpoolP256r1": _other_key(point_of(new_key()), "1.3.36.3.3.2.8.1.1.7"),
    "compressed": _other_key(
        new_key().public_key().public_bytes(Encoding.X962, PublicFormat.CompressedPoint)
    ),
    "not on the curve": _other_key(_OFF_CURVE),
    "at infinity": _other_key(b"\x00"),
}.items():
    breaks("public_key_is_p256", _what, "G-12-d", plan=_change)

breaks(
    "signature_algorithm_is_ecdsa_with_sha256",
    "SHA-384",
    "G-12-e",
    plan=lambda plan: plan.but(inner_algorithm=ECDSA_SHA384, outer_algorithm=ECDSA_SHA384, hash=SHA384()),
)
breaks(
    "algorithm_parameters_are_not_null",
    "NULL",
    "G-12-e",
    "G-BAD-b",
    plan=fields(inner_algorithm=ECDSA_SHA256_NULL, outer_algorithm=ECDSA_SHA256_NULL),
)
for _rule in ("subject_key_identifier_is_there", "subject_key_identifier_is_not_left_out"):
    breaks(_rule, "absent", "G-12-f", "G-BAD-e", "G-DEV-h", plan=without(SKI))
breaks(
    "subject_key_identifier_is_not_critical",
    "critical",
    "G-12-f",
    plan=lambda plan: plan.extended(SKI, extension(SKI, plan.extensions[SKI][-10:], TRUE)),
)
breaks("policies_are_there", "absent", "G-12-g", "G-DEV-h", plan=without(POLICIES))
breaks("policies_are_there", "empty", "G-12-g", plan=extended(POLICIES, sequence(), TRUE))
for _rule in ("policies_are_critical", "policies_are_not_left_uncritical"):
    breaks(_rule, "not critical", "G-12-g", "G-BAD-d", plan=extended(POLICIES, policies(POLICY)))
breaks(
    "subject_key_identifier_is_by_method_2", "another's", "G-12-h", plan=extended(SKI, octets(b"\x4a" * 8))
)
breaks(
    "subject_key_identifier_is_by_method_2", "method (1)", "G-12-h", plan=extended(SKI, octets(b"\x4a" * 20))
)
breaks("subject_key_identifier_is_by_method_2", "empty", "G-12-h", plan=extended(SKI, octets(b"")))
breaks(
    "authority_key_identifier_is_by_method_2",
    "method (1)",
    "G-12-h",
    plan=extended(AKI, sequence(tlv(0x80, b"\x4a" * 20))),
)

# --- G-12-i to -n ---

for _what, _time in {
    "2040": utc_time("401028235959Z"),
    "2099": generalized_time("20991231235959Z"),
    "a second less": generalized_time("99991231235958Z"),
}.items():
    breaks("not_after_is_the_end_of_9999", _what, "G-12-i", plan=fields(not_after=_time))
breaks("subject_is_empty", "a name", "G-12-j", plan=fields(subject=sequence(common_name(printable("D")))))
for _what, _usage in {
    "both": bits(b"\x88", 3),
    "none": bits(b"", 0),
    "keyCertSign": bits(b"\x04", 2),
    "decipherOnly": bits(b"\x00\x80", 7),
}.items():
    breaks("key_usage_is_one_of_two", _what, "G-12-k", plan=extended(KEY_USAGE, _usage, TRUE))
breaks(
    "usage_is_not_non_repudiation",
    "nonRepudiation",
    "G-12-k",
    "G-BAD-f",
    plan=extended(KEY_USAGE, bits(b"\xc0", 6), TRUE),
)
for _rule, _value in (
    ("policy_is_the_environments", policies(POLICY, "1.2.3")),
    ("policy_oid_is_the_one_set", policies("1.2.826.0.1.1800000.1.2.1.4")),
):
    breaks(_rule, "others", "G-12-l", "G-OID-a", plan=extended(POLICIES, _value, TRUE))
breaks("alternative_name_is_critical", "absent", "G-12-m", plan=without(SAN))
breaks(
    "alternative_name_is_critical", "not critical", "G-12-m", plan=extended(SAN, sequence(hardware_name()))
)
for _what, _names in {
    "no name": b"",
    "two": hardware_name() * 2,
    "a dNSName": tlv(0x82, b"device.example"),
    "another otherName": hardware_name(type_id="1.3.6.1.5.5.7.8.5"),
    "7 octets": hardware_name(DEVICE_ID[:7]),
    "9 octets": hardware_name(DEVICE_ID + b"\x00"),
    "no octets": hardware_name(b""),
    "no hwSerialNum": tlv(0xA0, oid("1.3.6.1.5.5.7.8.4"), tlv(0xA0, sequence(oid(HW_TYPE)))),
}.items():
    breaks("alternative_name_is_the_device", _what, "G-12-m", plan=extended(SAN, sequence(_names), TRUE))
breaks(
    "public_key_is_alone",
    "an alternative",
    "G-12-n",
    plan=lambda plan: plan.extended("2.5.29.72", extension("2.5.29.72", plan.key)),
)

# --- G-DEV and G-OID ---

breaks("version_is_3", "1", "G-DEV-a", plan=fields(version=b""))
breaks("version_is_3", "2", "G-DEV-a", plan=fields(version=bytes.fromhex("A003020101")))
breaks("version_is_3", "4", "G-DEV-a", plan=fields(version=bytes.fromhex("A003020103")))
breaks("serial_is_positive", "0", "G-DEV-b", plan=fields(serial=integer(0)))
breaks("serial_is_positive", "negative", "G-DEV-b", plan=fields(serial=integer(-(2**120))))
breaks("serial_is_short", "17 octets", "G-DEV-c", plan=fields(serial=tlv(2, b"\x01" * 17)))
breaks("basic_constraints_are_not_there", "cA FALSE", "G-DEV-f", plan=extended(BASIC, sequence()))
breaks("basic_constraints_are_not_there", "cA", "G-DEV-f", plan=extended(BASIC, sequence(TRUE), TRUE))
breaks(
    "ca_adds_its_extensions",
    "a critical extendedKeyUsage",
    "G-DEV-h",
    plan=extended("2.5.29.37", sequence(oid("1.3.6.1.5.5.7.3.2")), TRUE),
)
_ORGANISATION = tlv(0x31, sequence(oid("2.5.4.11"), printable("07")))
_case(
    "issuer_is_one_common_name",
    "with an organizationalUnitName",
    "G-DEV-d",
    authority=named(_ORGANISATION + common_name(printable("Z1"))),
)(_as_planned)
_case("issuer_is_one_common_name", "an OU alone", "G-DEV-d", authority=named(_ORGANISATION))(_as_planned)
_case("issuer_name_is_short", "5", "G-DEV-e", authority=named(common_name(printable("Z1234"))))(_as_planned)
_case("hardware_type_is_the_one_set", "another", "G-OID-b", hw_type="1.2.3")(_as_planned)
