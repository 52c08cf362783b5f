"""Organisation Certificates: right ones pass whole, and each rule catches what breaks it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from checks.certificate import (
    ORGANISATION_RULES,
    OrganisationProfile,
    judge_organisation_certificate,
    judge_unique_serials,
)
from checks.certificate.organisation import BOOK
from checks.finding import Finding
from tests.checks.broken_certificates import CASES, Case, Maker
from tests.checks.builder import AKI, KEY_AGREEMENT, KEY_USAGE, POLICIES, POLICY, Authority, Plan, new_key
from tests.checks.builder import policies as policies_of
from tests.checks.der_writer import (
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
from tests.checks.organisation_builder import (
    AUTHORITY,
    EUI64,
    KEY,
    NAMED_SUBJECT,
    PROFILE,
    organisation_csr,
    organisation_plan,
    unique_identifier,
    unit,
)

UNIT, IDENTIFIER, NAME = unit(printable("02")), unique_identifier(bits(EUI64)), common_name(printable("A"))
Change = Callable[[Plan], Plan]


def judged(
    plan: Plan,
    csr: bytes | None = None,
    profile: OrganisationProfile = PROFILE,
    authority: Authority = AUTHORITY,
) -> list[Finding]:
    """A certificate and the CSR of its subject, so that what is found is found of the certificate alone."""
    request = organisation_csr(plan.subject) if csr is None else csr
    return judge_organisation_certificate(plan.sign(authority.key), request, profile)


def requirements(findings: list[Finding]) -> set[str]:
    return {finding.requirement for finding in findings}


def subject(*names: bytes) -> Change:
    return lambda plan: plan.but(subject=sequence(*names))


def validity(not_before: bytes, not_after: bytes) -> Change:
    return lambda plan: plan.but(not_before=not_before, not_after=not_after)


def named(*names: bytes) -> Authority:
    return Authority(AUTHORITY.key, sequence(*names))


LEGAL: dict[str, Change] = {
    "as planned": lambda plan: plan,
    "with a commonName": lambda plan: plan.but(subject=NAMED_SUBJECT),
    "with a commonName of 16 characters": subject(common_name(printable("A" * 16)), UNIT, IDENTIFIER),
    "strings in UTF8String": subject(unit(tlv(0x0C, b"7F")), IDENTIFIER),
    "a role in small letters": subject(unit(printable("7f")), IDENTIFIER),
    "another order": subject(IDENTIFIER, UNIT),
    "for 3650 days": validity(utc_time("240101000000Z"), utc_time("331229000000Z")),
    "to the same second ten years later": validity(utc_time("240101000000Z"), utc_time("340101000000Z")),
    "past 2049": validity(utc_time("450101000000Z"), generalized_time("20550101000000Z")),
    "a serial number of one octet": lambda plan: plan.but(serial=integer(1)),
}
LEGAL |= {
    f"role {role}": subject(unit(printable(role)), IDENTIFIER)
    for role in ("00", "01", "03", "04", "05", "06", "07", "08", "7F", "87", "89")
}


@pytest.mark.parametrize("change", LEGAL.values(), ids=LEGAL)
def test_what_the_text_allows_passes(change: Change) -> None:
    assert judged(change(organisation_plan())) == []


ORG, ROLE, DECIMAL, BIT_STRING_ROW, OCTETS_ROW = "G-ORG-a", "G-ROLE-a", "G-BAD-a", "G-EUI-d", "G-EUI-a"
BROKEN: list[tuple[str, str, Change, set[str]]] = [
    ("organisation_version_is_3", "1", lambda plan: plan.but(version=b""), {"G-12-a"}),
    (
        "organisation_version_is_3",
        "2",
        lambda plan: plan.but(version=bytes.fromhex("A003020101")),
        {"G-12-a"},
    ),
    ("organisation_serial_is_positive", "0", lambda plan: plan.but(serial=integer(0)), {"G-12-a"}),
    ("organisation_serial_is_positive", "negative", lambda plan: plan.but(serial=integer(-5)), {"G-12-a"}),
    ("subject_is_well_encoded", "no Name", lambda plan: plan.but(subject=sequence(integer(1))), {"G-12-a"}),
    ("subject_is_well_encoded", "@", subject(common_name(tlv(0x13, b"A@")), UNIT, IDENTIFIER), {"G-12-a"}),
    (
        "subject_strings_are_allowed",
        "Teletex",
        subject(common_name(tlv(0x14, b"A")), UNIT, IDENTIFIER),
        {"G-12-a"},
    ),
    (
        "subject_strings_are_allowed",
        "empty",
        subject(common_name(printable("")), UNIT, IDENTIFIER),
        {"G-12-a"},
    ),
    ("subject_is_the_organisations", "empty", subject(), {ORG}),
    ("subject_is_the_organisations", "no OU", subject(IDENTIFIER), {ORG}),
    ("subject_is_the_organisations", "two OUs", subject(UNIT, UNIT, IDENTIFIER), {ORG}),
    ("subject_is_the_organisations", "no identifier", subject(UNIT), {ORG}),
    ("subject_is_the_organisations", "two names", subject(NAME, NAME, UNIT, IDENTIFIER), {ORG}),
    (
        "subject_is_the_organisations",
        "an organisation",
        subject(tlv(0x31, sequence(oid("2.5.4.10"), printable("Amber"))), UNIT, IDENTIFIER),
        {ORG},
    ),
    ("common_name_is_short", "17", subject(common_name(printable("A" * 17)), UNIT, IDENTIFIER), {ORG}),
    (
        "unit_is_two_hexadecimal_digits",
        "words",
        subject(unit(printable("Supplier")), IDENTIFIER),
        {ORG, ROLE},
    ),
    ("unit_is_two_hexadecimal_digits", "002", subject(unit(printable("002")), IDENTIFIER), {ORG, ROLE}),
    ("unit_is_two_hexadecimal_digits", "2", subject(unit(printable("2")), IDENTIFIER), {ORG, ROLE}),
    ("unit_is_a_role", "09", subject(unit(printable("09")), IDENTIFIER), {ROLE}),
    ("unit_is_a_role", "FF", subject(unit(printable("FF")), IDENTIFIER), {ROLE}),
    ("unit_is_not_decimal", "137", subject(unit(printable("137")), IDENTIFIER), {ORG, ROLE, DECIMAL}),
    (
        "unique_identifier_has_64_bits",
        "unused bits",
        subject(UNIT, unique_identifier(bits(EUI64[:-1] + b"\x10", 4))),
        {ORG, BIT_STRING_ROW},
    ),
    (
        "eui64_is_a_bit_string",
        "text",
        subject(UNIT, unique_identifier(printable("00-DB"))),
        {ORG, BIT_STRING_ROW},
    ),
    (
        "eui64_is_a_bit_string",
        "octets",
        subject(UNIT, unique_identifier(octets(EUI64))),
        {ORG, BIT_STRING_ROW},
    ),
    (
        "eui64_has_8_octets",
        "7",
        subject(UNIT, unique_identifier(bits(EUI64[:7]))),
        {ORG, BIT_STRING_ROW, OCTETS_ROW},
    ),
    (
        "eui64_has_8_octets",
        "9",
        subject(UNIT, unique_identifier(bits(EUI64 + b"\x00"))),
        {ORG, BIT_STRING_ROW, OCTETS_ROW},
    ),
    (
        "validity_is_10_years",
        "9",
        validity(utc_time("240101000000Z"), utc_time("330101000000Z")),
        {"G-ORG-b"},
    ),
    (
        "validity_is_10_years",
        "11",
        validity(utc_time("240101000000Z"), utc_time("350101000000Z")),
        {"G-ORG-b"},
    ),
    (
        "validity_is_10_years",
        "without end",
        validity(utc_time("240101000000Z"), generalized_time("99991231235959Z")),
        {"G-ORG-b"},
    ),
    (
        "not_after_is_in_utc_time",
        "GeneralizedTime",
        validity(utc_time("240101000000Z"), generalized_time("20331231235959Z")),
        {"G-ORG-c", "G-12-a"},
    ),
    (
        "organisation_key_usage_is_one_of_two",
        "both",
        lambda plan: plan.extended(KEY_USAGE, extension(KEY_USAGE, bits(b"\x88", 3), TRUE)),
        {"G-ORG-e", "M-2.3.1.4-a"},
    ),
    (
        "policy_oid_is_the_one_set",
        "another",
        lambda plan: plan.extended(POLICIES, extension(POLICIES, policies_of("1.2.3"), TRUE)),
        {"G-OID-a"},
    ),
    (
        "authority_key_identifier_is_there",
        "absent",
        lambda plan: plan.without(AKI),
        {"G-12-b"},
    ),
]


@pytest.mark.parametrize(
    ("rule", "change", "expected"),
    [(rule, change, expected) for rule, _, change, expected in BROKEN],
    ids=[f"{rule}: {what}" for rule, what, *_ in BROKEN],
)
def test_what_breaks_a_rule_is_caught(rule: str, change: Change, expected: set[str]) -> None:
    findings = judged(change(organisation_plan()))
    assert requirements(findings) == expected
    broken = next(each for each in ORGANISATION_RULES if each.name == rule)
    assert broken.expected in {finding.expected for finding in findings}
    assert all(finding.observed and finding.where.startswith("certificate, ") for finding in findings)


@pytest.mark.parametrize(
    "names",
    [
        (common_name(printable("Z1")),),
        (unit(printable("00")), common_name(printable("Z1"))),
        (unit(printable("07")),),
        (unit(printable("07")), common_name(printable("Z1")), common_name(printable("Z2"))),
    ],
)
def test_an_issuer_that_is_no_issuing_ca_is_caught(names: tuple[bytes, ...]) -> None:
    authority = named(*names)
    profile = OrganisationProfile(POLICY, [authority.certificate])
    assert requirements(judged(organisation_plan(authority=authority), profile=profile)) == {"G-ORG-d"}


def test_every_rule_of_organisations_alone_has_a_certificate_that_breaks_it() -> None:
    broken = {rule for rule, *_ in BROKEN} | {"issuer_is_an_issuing_ca"}
    assert {rule.name for rule in BOOK.rules} <= broken
    assert len({rule.name for rule in ORGANISATION_RULES}) == len(ORGANISATION_RULES)


SHARED = [
    case
    for case in CASES
    if case.rule in {rule.name for rule in ORGANISATION_RULES} and case.authority is None
]


@pytest.mark.parametrize("case", SHARED, ids=lambda case: f"{case.rule}: {case.what}")
def test_the_rules_on_every_certificate_hold_here(case: Case) -> None:
    """What breaks a rule that both kinds share, made on an Organisation Certificate."""

    class OrganisationMaker(Maker):
        @property
        def plan(self) -> Plan:
            return organisation_plan()

    certificate = case.make(OrganisationMaker(AUTHORITY, KEY))
    findings = judge_organisation_certificate(certificate, organisation_csr(), PROFILE)
    rule = next(each for each in ORGANISATION_RULES if each.name == case.rule)
    assert rule.expected in {
        finding.expected for finding in findings if finding.requirement == rule.requirement
    }


@pytest.mark.parametrize(
    ("setting", "with_name", "without"),
    [("optional", set(), set()), ("absent", {ORG}, set()), ("required", set(), {ORG})],
)
def test_whether_a_common_name_may_be_is_a_setting(
    setting: str, with_name: set[str], without: set[str]
) -> None:
    profile = replace(PROFILE, common_name=setting)
    assert requirements(judged(organisation_plan().but(subject=NAMED_SUBJECT), profile=profile)) == with_name
    assert requirements(judged(organisation_plan(), profile=profile)) == without


def test_the_longest_common_name_is_a_setting() -> None:
    profile = replace(PROFILE, common_name_characters_maximum=4)
    assert requirements(judged(organisation_plan().but(subject=NAMED_SUBJECT), profile=profile)) == {ORG}


ISSUE = {"M-2.3.1.4-a"}
OTHER_CSRS = {
    "another key": (organisation_csr(key=new_key()), ISSUE),
    "another usage": (organisation_csr(usage=KEY_AGREEMENT), ISSUE),
    "another role": (organisation_csr(sequence(unit(printable("08")), IDENTIFIER)), ISSUE),
    "another organisation": (organisation_csr(sequence(UNIT, unique_identifier(bits(bytes(8))))), ISSUE),
    "a commonName": (organisation_csr(NAMED_SUBJECT), ISSUE),
    "no PKCS#10": (b"\x30\x00", {"M-2.2-a"}),
    "names in UTF8String": (organisation_csr(sequence(unit(tlv(0x0C, b"02")), IDENTIFIER)), set()),
    "a subject that is no Name": (organisation_csr(sequence(integer(1))), set()),
}


@pytest.mark.parametrize(("csr", "expected"), OTHER_CSRS.values(), ids=OTHER_CSRS)
def test_a_certificate_is_what_its_csr_asks_for(csr: bytes, expected: set[str]) -> None:
    assert requirements(judged(organisation_plan(), csr)) == expected


def test_a_common_name_may_be_left_out_where_the_policy_has_none() -> None:
    profile = replace(PROFILE, common_name="absent")
    assert judged(organisation_plan(), organisation_csr(NAMED_SUBJECT), profile) == []


def test_a_certificate_from_the_future_is_found_where_the_time_is_given() -> None:
    certificate = organisation_plan().sign(AUTHORITY.key)
    at = datetime(2023, 12, 31, tzinfo=UTC)
    findings = judge_organisation_certificate(certificate, organisation_csr(), PROFILE, at=at)
    assert [finding.where for finding in findings] == ["certificate, notBefore"]


def test_a_repeated_serial_number_is_one_of_rfc_5280() -> None:
    first, second = (organisation_plan(new_key()).sign(AUTHORITY.key) for _ in range(2))
    (finding,) = judge_unique_serials([first, second], "G-12-a")
    assert finding.requirement == "G-12-a"


RIGHT = organisation_plan().but(subject=NAMED_SUBJECT).sign(AUTHORITY.key)


@settings(max_examples=300, deadline=None)
@given(data=st.data())
def test_changed_certificates_are_judged_without_failing(data: st.DataObject) -> None:
    right = RIGHT
    start = data.draw(st.integers(0, len(right)))
    end = data.draw(st.integers(start, min(start + 12, len(right))))
    changed = right[:start] + data.draw(st.binary(max_size=12)) + right[end:]
    for finding in judge_organisation_certificate(changed, organisation_csr(), PROFILE):
        assert finding.requirement
        assert len(str(finding)) < 3000
    judge_organisation_certificate(right, changed, PROFILE)


@given(st.binary(max_size=400))
def test_any_octets_are_judged_without_failing(octets_: bytes) -> None:
    findings = judge_organisation_certificate(octets_, organisation_csr(), PROFILE)
    assert [(finding.requirement, finding.where) for finding in findings] == [("G-12-a", "certificate")]
