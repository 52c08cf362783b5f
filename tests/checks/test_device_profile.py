"""Device Certificates: right ones pass whole, and each rule catches what breaks it, by its requirement."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from checks.certificate import DEVICE_RULES, DeviceProfile, Rule, judge_device_certificate
from checks.certificate.structure import read_certificate
from tests.checks.broken_certificates import CASES, Case
from tests.checks.builder import (
    AKI,
    KEY_AGREEMENT,
    KEY_USAGE,
    POLICIES,
    POLICY,
    Authority,
    Plan,
    PrivateKey,
    new_key,
)
from tests.checks.der_writer import (
    TRUE,
    common_name,
    extension,
    integer,
    octets,
    oid,
    printable,
    sequence,
    tlv,
    utc_time,
)

RESTATING = {"G-OID-a", "G-DEV-h", "G-BAD-b", "G-BAD-c", "G-BAD-d", "G-BAD-e", "G-BAD-f"}
NEVER_ALONE = {"extensions_are_not_empty", "not_after_is_well_encoded", "validity_is_in_order"}


def test_a_right_certificate_passes(authority: Authority, plan: Plan, profile: DeviceProfile) -> None:
    assert judge_device_certificate(plan.sign(authority.key), profile) == []


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.rule}: {case.what}")
def test_what_breaks_a_rule_is_caught(case: Case, authority: Authority, device_key: PrivateKey) -> None:
    certificate, profile = case.made(authority, device_key)
    read_certificate(certificate)
    findings = judge_device_certificate(certificate, profile)
    assert {finding.requirement for finding in findings} == case.breaks
    rule = next(rule for rule in DEVICE_RULES if rule.name == case.rule)
    assert [finding for finding in findings if finding.expected == rule.expected]
    assert all(finding.observed and finding.where.startswith("certificate, ") for finding in findings)


@pytest.mark.parametrize("rule", DEVICE_RULES, ids=lambda rule: rule.name)
def test_every_rule_has_a_certificate_that_breaks_it_alone(rule: Rule) -> None:
    broken = [case.breaks for case in CASES if case.rule == rule.name]
    assert broken
    assert all(rule.requirement in breaks for breaks in broken)
    if rule.name not in NEVER_ALONE:
        others = [breaks - RESTATING - {rule.requirement} for breaks in broken]
        restated = 1 if rule.requirement in RESTATING else 0
        assert min(map(len, others)) <= restated


def test_the_names_of_rules_are_unique() -> None:
    assert len({rule.name for rule in DEVICE_RULES}) == len(DEVICE_RULES)
    assert all(rule.expected and rule.source for rule in DEVICE_RULES)


Change = Callable[[Plan], Plan]
LEGAL: dict[str, Change] = {
    "Key Agreement": lambda plan: plan.extended(KEY_USAGE, extension(KEY_USAGE, KEY_AGREEMENT, TRUE)),
    "a serial number of one octet": lambda plan: plan.but(serial=integer(1)),
    "a serial number with a leading zero octet": lambda plan: plan.but(serial=integer(0x80)),
    "an issuer in UTF8String": lambda plan: plan.but(issuer=sequence(common_name(tlv(0x0C, b"Z1")))),
    "an issuer in another case of letters": lambda plan: plan.but(
        issuer=sequence(common_name(printable("z1")))
    ),
    "extensions the other way round": lambda plan: plan.but(
        extensions=dict(reversed(plan.extensions.items()))
    ),
    "a further extension that is not critical": lambda plan: plan.extended(
        "2.5.29.37", extension("2.5.29.37", sequence(oid("1.3.6.1.5.5.7.3.2")))
    ),
    "a policy with a qualifier": lambda plan: plan.extended(
        POLICIES,
        extension(
            POLICIES,
            sequence(
                sequence(
                    oid(POLICY),
                    sequence(sequence(oid("1.3.6.1.5.5.7.2.1"), tlv(0x16, b"https://cps.example"))),
                )
            ),
            TRUE,
        ),
    ),
    "an authorityKeyIdentifier that names the CA's certificate too": lambda plan: plan.extended(
        AKI,
        extension(
            AKI,
            sequence(
                plan.extensions[AKI][-10:],
                tlv(0xA1, tlv(0xA4, sequence(common_name(printable("ZA"))))),
                tlv(0x82, b"\x01"),
            ),
        ),
    ),
    "issued in 1999": lambda plan: plan.but(not_before=utc_time("990101000000Z")),
    "issued in 2049": lambda plan: plan.but(not_before=utc_time("491231235959Z")),
}


@pytest.mark.parametrize("change", LEGAL.values(), ids=LEGAL)
def test_what_the_text_allows_passes(
    change: Change, authority: Authority, plan: Plan, profile: DeviceProfile
) -> None:
    assert judge_device_certificate(change(plan).sign(authority.key), profile) == []


def test_a_string_type_of_the_past_passes_where_the_cas_own_name_has_it(device_key: PrivateKey) -> None:
    authority = Authority(new_key(), sequence(common_name(tlv(0x14, b"Z1"))))
    certificate = authority.plan(device_key).sign(authority.key)
    assert judge_device_certificate(certificate, DeviceProfile(POLICY, [authority.certificate])) == []


def test_of_two_cas_of_one_name_the_key_identifier_tells(
    authority: Authority, plan: Plan, device_key: PrivateKey
) -> None:
    twin = Authority(new_key())
    profile = DeviceProfile(POLICY, [twin.certificate, authority.certificate])
    assert judge_device_certificate(plan.sign(authority.key), profile) == []
    assert judge_device_certificate(twin.plan(device_key).sign(twin.key), profile) == []
    assert [finding.requirement for finding in judge_device_certificate(plan.sign(twin.key), profile)] == [
        "G-12-a"
    ]


def test_without_cas_no_signature_is_judged(plan: Plan) -> None:
    assert judge_device_certificate(plan.sign(new_key()), DeviceProfile(POLICY)) == []


def test_a_serial_number_of_21_octets_is_not_said_to_be_advisory(
    authority: Authority, plan: Plan, profile: DeviceProfile
) -> None:
    certificate = plan.but(serial=tlv(2, b"\x01" * 21)).sign(authority.key)
    assert [finding.requirement for finding in judge_device_certificate(certificate, profile)] == ["G-12-a"]


def test_the_recalled_limits_are_settings(authority: Authority, device_key: PrivateKey) -> None:
    authority = Authority(new_key(), sequence(common_name(printable("Z1234"))))
    certificate = authority.plan(device_key).but(serial=tlv(2, b"\x01" * 20)).sign(authority.key)
    wide = DeviceProfile(
        POLICY, [authority.certificate], serial_octets_maximum=20, issuer_name_characters_maximum=5
    )
    assert judge_device_certificate(certificate, wide) == []


def test_a_certificate_from_the_future_is_found_only_where_the_time_is_given(
    authority: Authority, plan: Plan, profile: DeviceProfile
) -> None:
    certificate = plan.but(not_before=utc_time("300101000000Z")).sign(authority.key)
    assert judge_device_certificate(certificate, profile) == []
    at = datetime(2029, 12, 31, tzinfo=UTC)
    (finding,) = judge_device_certificate(certificate, profile, at=at)
    assert (finding.requirement, finding.where) == ("G-12-a", "certificate, notBefore")
    assert judge_device_certificate(certificate, profile, at=datetime(2030, 1, 1, tzinfo=UTC)) == []


UNREADABLE = {
    "nothing": b"",
    "not DER": b"-----BEGIN CERTIFICATE-----",
    "an INTEGER": integer(1),
    "two members": sequence(sequence(), sequence()),
    "no fields": sequence(sequence(), sequence(), tlv(3, b"\x00")),
    "indefinite length": b"\x30\x80\x00\x00",
    "1 MB": sequence(bytes(1_000_000)),
    "nested": b"\x30\x82\xf0\x00" * 3000,
}


@pytest.mark.parametrize("octets_", UNREADABLE.values(), ids=UNREADABLE)
def test_what_cannot_be_read_is_one_finding(octets_: bytes, profile: DeviceProfile) -> None:
    (finding,) = judge_device_certificate(octets_, profile)
    assert (finding.requirement, finding.where) == ("G-12-a", "certificate")


@pytest.mark.parametrize(
    "change",
    [
        lambda plan: plan.but(serial=octets(b"\x01")),
        lambda plan: plan.but(subject=octets(b"")),
        lambda plan: plan.but(issuer=sequence(tlv(0x31))),
        lambda plan: plan.but(issuer=sequence(tlv(0x31, sequence(oid("2.5.4.3"))))),
        lambda plan: plan.but(issuer=sequence(tlv(0x31, sequence(tlv(6, b""), printable("Z1"))))),
        lambda plan: plan.but(not_before=b""),
        lambda plan: plan.but(unique_identifiers=tlv(0x84, b"")),
        lambda plan: plan.but(unique_identifiers=tlv(0xA3, sequence(), sequence())),
        lambda plan: plan.but(unique_identifiers=tlv(0x82, b"\x00") + tlv(0x81, b"\x00")),
        lambda plan: plan.but(extensions={"": sequence(oid("1.2.3"))}),
        lambda plan: plan.but(extensions={"": sequence(oid("1.2.3"), integer(1))}),
        lambda plan: plan.but(extensions={"": sequence(oid("1.2.3"), integer(1), octets(b""))}),
        lambda plan: plan.but(extensions={"": octets(b"")}),
    ],
)
def test_a_certificate_of_the_wrong_structure_is_one_finding(
    change: Change, authority: Authority, plan: Plan, profile: DeviceProfile
) -> None:
    (finding,) = judge_device_certificate(change(plan).sign(authority.key), profile)
    assert (finding.requirement, finding.where) == ("G-12-a", "certificate")


def test_a_common_name_of_65_characters_is_too_long_for_any_setting(device_key: PrivateKey) -> None:
    authority = Authority(new_key(), sequence(common_name(printable("Z" * 65))))
    profile = DeviceProfile(POLICY, [authority.certificate], issuer_name_characters_maximum=100)
    (finding,) = judge_device_certificate(authority.plan(device_key).sign(authority.key), profile)
    assert (finding.requirement, finding.observed) == ("G-12-a", "a commonName of 65 characters")


def test_names_with_values_that_are_no_strings_match_octet_for_octet(device_key: PrivateKey) -> None:
    first, second = (
        Authority(
            new_key(), sequence(tlv(0x31, sequence(oid("2.5.4.45"), tlv(3, b"\x00" + bytes([number])))))
        )
        for number in (1, 2)
    )
    certificate = first.plan(device_key).sign(first.key)
    for known, expected in ((first, ["G-DEV-d"]), (second, ["G-12-a", "G-DEV-d"])):
        findings = judge_device_certificate(certificate, DeviceProfile(POLICY, [known.certificate]))
        assert [finding.requirement for finding in findings] == expected


def test_a_profile_that_makes_no_sense_is_refused(authority: Authority) -> None:
    with pytest.raises(ValueError, match="object identifier"):
        DeviceProfile("policy")
    with pytest.raises(ValueError, match="cannot be read"):
        DeviceProfile(POLICY, [b"\x30"])
    rsa_like = (
        authority.plan(new_key()).but(key=sequence(sequence(oid("1.2.3")), tlv(3, b"\x00"))).sign(new_key())
    )
    with pytest.raises(ValueError, match="no P-256 public key"):
        DeviceProfile(POLICY, [rsa_like])


def test_an_unknown_extension_is_named_by_its_object_identifier(
    authority: Authority, plan: Plan, profile: DeviceProfile
) -> None:
    certificate = plan.extended("1.2.3.4", extension("1.2.3.4", octets(b"x"), TRUE)).sign(authority.key)
    (finding,) = judge_device_certificate(certificate, profile)
    assert "1.2.3.4" in finding.observed
    bad = plan.extended("", sequence(tlv(6, b"\x80\x01"), TRUE, octets(octets(b"x")))).sign(authority.key)
    (finding,) = judge_device_certificate(bad, profile)
    assert "8001" in finding.observed
