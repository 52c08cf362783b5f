"""CA certificates, and paths through them: right ones pass, and each fault is found."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from checks.ca_certificate import (
    AuthorityProfile,
    judge_authorities_lodged,
    judge_issuing_ca,
    judge_root_ca,
)
from checks.chain import judge_chain
from checks.finding import Finding
from checks.revocation_list import read_revocation_list
from tests.checks.builder import (
    AKI,
    BASIC,
    KEY_USAGE,
    POLICIES,
    POLICY,
    SAN,
    SKI,
    Authority,
    Plan,
    new_key,
    policies,
)
from tests.checks.der_writer import (
    ECDSA_SHA256_NULL,
    TRUE,
    bits,
    common_name,
    extension,
    integer,
    octets,
    printable,
    sequence,
    tlv,
    utc_time,
)
from tests.checks.organisation_builder import organisation_plan, unit
from tests.checks.revocation_builder import entry, revocation_list

NOW = datetime(2026, 7, 1, 12, tzinfo=UTC)
VECTOR = (Path(__file__).parent.parent / "vectors" / "issuing-ca.der").read_bytes()
CA_USAGE = bits(b"\x06", 1)


def name(role: str, common: str) -> bytes:
    return sequence(unit(printable(role)), common_name(printable(common)))


@dataclass(frozen=True)
class Ca(Authority):
    """A CA under another, or a root."""

    parent: Ca | None = None

    @property
    def plan_of_own(self) -> Plan:
        """Its own certificate, right."""
        issuer = self.parent or self
        plan = issuer.plan(self.key, CA_USAGE).without(SAN).without(AKI)
        length = () if self.parent is None else (integer(0),)
        plan = plan.extended(BASIC, extension(BASIC, sequence(TRUE, *length), TRUE))
        if self.parent is not None:
            identifier = sequence(tlv(0x80, issuer.key_identifier))
            plan = plan.extended(AKI, extension(AKI, identifier))
        return plan.but(
            subject=self.subject,
            not_before=utc_time("160101000000Z"),
            not_after=utc_time("401231235959Z"),
            serial=integer(0x77),
        )

    def signed(self, plan: Plan) -> bytes:
        """A certificate of its own to that plan, by its parent or by itself."""
        return plan.sign((self.parent or self).key)

    @property
    def certificate(self) -> bytes:
        return self.signed(self.plan_of_own)


ROOT = Ca(new_key(), name("00", "ZA"))
ISSUING = Ca(new_key(), name("07", "Z1"), ROOT)
STRANGER = Ca(new_key(), name("00", "ZA"))
ROOT_DER, ISSUING_DER = ROOT.certificate, ISSUING.certificate
PROFILE = AuthorityProfile(issuing_ca_certificates=[ROOT_DER], subordinate_certificates=[ISSUING_DER])
LEAF_PLAN = organisation_plan(authority=ISSUING)
LEAF = LEAF_PLAN.sign(ISSUING.key)


def requirements(findings: list[Finding]) -> set[str]:
    return {finding.requirement for finding in findings}


def test_right_authorities_have_no_finding() -> None:
    assert judge_issuing_ca(ISSUING_DER, PROFILE, at=NOW) == []
    assert judge_root_ca(ROOT_DER, PROFILE, at=NOW) == []


def test_the_published_issuing_ca_is_as_the_rules_have_it() -> None:
    assert judge_issuing_ca(VECTOR, AuthorityProfile(subordinate_certificates=[VECTOR]), at=NOW) == []


def test_whose_a_certificate_is_is_told_by_its_names() -> None:
    assert PROFILE.concerns(ROOT_DER)
    assert PROFILE.concerns(ISSUING.signed(OWN.but(subject=name("07", "Y1"))))
    assert PROFILE.concerns(ISSUING.signed(OWN.but(issuer=name("00", "YA"))))
    stranger = Ca(new_key(), name("00", "YA"))
    assert not PROFILE.concerns(stranger.certificate)
    assert not PROFILE.concerns(b"junk")
    assert (PROFILE.is_of_root(ROOT_DER), PROFILE.is_of_root(ISSUING_DER)) == (True, False)


def issuing(plan: Plan) -> list[Finding]:
    return judge_issuing_ca(ISSUING.signed(plan), PROFILE, at=NOW)


OWN = ISSUING.plan_of_own
FAULTS = {
    "another subject": (OWN.but(subject=name("07", "Z2")), {"G-CA-a"}),
    "another issuer": (OWN.but(issuer=name("00", "ZB")), {"G-CA-a", "G-12-a"}),
    "10 years": (OWN.but(not_after=utc_time("251231235959Z")), {"G-CA-b"}),
    "30 years": (OWN.but(not_after=utc_time("461231235959Z")), {"G-CA-b"}),
    "no keyUsage": (OWN.without(KEY_USAGE), {"G-CA-c", "G-12-c"}),
    "keyUsage not critical": (
        OWN.extended(KEY_USAGE, extension(KEY_USAGE, CA_USAGE)),
        {"G-CA-c", "G-12-c"},
    ),
    "keyCertSign alone": (OWN.extended(KEY_USAGE, extension(KEY_USAGE, bits(b"\x04", 2), TRUE)), {"G-CA-c"}),
    "cRLSign alone": (
        OWN.extended(KEY_USAGE, extension(KEY_USAGE, bits(b"\x02", 1), TRUE)),
        {"G-CA-c", "G-12-a"},
    ),
    "no basicConstraints": (OWN.without(BASIC), {"G-CA-d", "G-12-a"}),
    "cA FALSE": (OWN.extended(BASIC, extension(BASIC, sequence(), TRUE)), {"G-CA-d", "G-12-a"}),
    "not critical": (
        OWN.extended(BASIC, extension(BASIC, sequence(TRUE, integer(0)))),
        {"G-CA-d", "G-12-a"},
    ),
    "pathLen 1": (OWN.extended(BASIC, extension(BASIC, sequence(TRUE, integer(1)), TRUE)), {"G-CA-d"}),
    "no pathLen": (OWN.extended(BASIC, extension(BASIC, sequence(TRUE), TRUE)), {"G-CA-d"}),
    "no policies": (OWN.without(POLICIES), {"G-CA-e", "G-12-g"}),
    "policies not critical": (
        OWN.extended(POLICIES, extension(POLICIES, policies(POLICY))),
        {"G-CA-e", "G-12-g", "G-BAD-d"},
    ),
    "no subjectKeyIdentifier": (OWN.without(SKI), {"G-CA-f", "G-12-f"}),
    "no authorityKeyIdentifier": (OWN.without(AKI), {"G-CA-f", "G-12-b"}),
    "a long key identifier": (OWN.extended(SKI, extension(SKI, octets(b"\x41" * 20))), {"G-12-h"}),
    "NULL parameters": (
        OWN.but(inner_algorithm=ECDSA_SHA256_NULL, outer_algorithm=ECDSA_SHA256_NULL),
        {"G-12-e", "G-BAD-b"},
    ),
    "version 1": (OWN.but(version=b""), {"G-12-a"}),
    "a negative serial number": (OWN.but(serial=integer(-5)), {"G-12-a"}),
}


@pytest.mark.parametrize(("plan", "expected"), FAULTS.values(), ids=FAULTS)
def test_a_fault_of_an_issuing_ca_is_found(plan: Plan, expected: set[str]) -> None:
    assert requirements(issuing(plan)) == expected


def test_another_policy_of_an_issuing_ca_is_no_fault() -> None:
    assert issuing(OWN.extended(POLICIES, extension(POLICIES, policies("2.5.29.32.0"), TRUE))) == []


def test_a_self_signed_certificate_under_another_name_is_found() -> None:
    odd = ROOT.signed(ROOT.plan_of_own.but(issuer=name("00", "ZB")))
    assert requirements(judge_root_ca(odd, PROFILE, at=NOW)) == {"G-12-a", "G-BAD-c"}


def test_what_is_no_certificate_is_one_finding() -> None:
    assert requirements(judge_root_ca(b"junk", PROFILE)) == {"G-12-a"}
    assert requirements(judge_issuing_ca(b"", PROFILE)) == {"G-12-a"}


def test_every_authority_of_the_target_is_to_be_found() -> None:
    assert judge_authorities_lodged([ROOT_DER, ISSUING_DER], [ISSUING_DER]) == []
    assert requirements(judge_authorities_lodged([ROOT_DER], [ROOT_DER, ISSUING_DER])) == {"O-LODGE-b"}


def chained(
    leaf: bytes = LEAF,
    authorities: tuple[bytes, ...] = (ISSUING_DER, ROOT_DER),
    roots: tuple[bytes, ...] = (ROOT_DER,),
    at: datetime = NOW,
    lists: tuple[bytes, ...] = (),
) -> list[Finding]:
    return judge_chain(leaf, authorities, roots, at=at, lists=map(read_revocation_list, lists))


def test_a_right_path_has_no_finding() -> None:
    assert chained() == []
    assert chained(authorities=(b"junk", STRANGER.certificate, ISSUING_DER)) == []
    assert chained(ISSUING_DER) == []
    assert chained(ROOT_DER) == []
    quiet = revocation_list(ISSUING), revocation_list(ROOT, entries=())
    assert chained(lists=quiet) == []


PATHS = {
    "no Issuing CA": (chained(authorities=(ROOT_DER,)), {"O-LODGE-b"}),
    "no root": (chained(roots=(STRANGER.certificate,)), {"G-12-a"}),
    "a leaf by another key": (chained(LEAF_PLAN.sign(STRANGER.key)), {"G-12-a"}),
    "another key identifier": (
        chained(LEAF_PLAN.extended(AKI, extension(AKI, sequence(tlv(0x80, b"\x40" * 8)))).sign(ISSUING.key)),
        {"G-12-b"},
    ),
    "a CA that is none": (chained(authorities=(ISSUING.signed(OWN.without(BASIC)),)), {"G-12-a"}),
    "a CA that may not sign": (
        chained(
            authorities=(
                ISSUING.signed(OWN.extended(KEY_USAGE, extension(KEY_USAGE, bits(b"\x02", 1), TRUE))),
            )
        ),
        {"G-12-a"},
    ),
    "an expired leaf": (chained(at=datetime(2034, 1, 2, tzinfo=UTC)), {"G-12-a"}),
    "before everything": (chained(at=datetime(2010, 1, 2, tzinfo=UTC)), {"G-12-a"}),
    "a leaf on the list": (
        chained(lists=(revocation_list(ISSUING, entries=(entry(0x30398236744D9DA0E57F8D74AE041FCD),)),)),
        {"G-CRL-b"},
    ),
    "a CA on the list": (chained(lists=(revocation_list(ROOT, entries=(entry(0x77),)),)), {"G-CRL-c"}),
    "no certificate": (chained(b"junk"), {"G-12-a"}),
}


@pytest.mark.parametrize(("findings", "expected"), PATHS.values(), ids=PATHS)
def test_a_fault_of_a_path_is_found(findings: list[Finding], expected: set[str]) -> None:
    assert requirements(findings) == expected


def test_a_list_by_another_key_says_nothing_of_a_path() -> None:
    forged = revocation_list(ISSUING, entries=(entry(0x30398236744D9DA0E57F8D74AE041FCD),), key=STRANGER.key)
    assert chained(lists=(forged,)) == []


def test_a_path_may_not_be_longer_than_its_authorities_allow() -> None:
    lower = Ca(new_key(), name("07", "Z3"), ISSUING)
    leaf = organisation_plan(authority=lower).sign(lower.key)
    assert requirements(chained(leaf, (lower.certificate, ISSUING_DER))) == {"G-12-a"}


def test_authorities_in_a_circle_lead_nowhere() -> None:
    first, second = new_key(), new_key()
    one, other = Ca(first, name("07", "Y1")), Ca(second, name("07", "Y2"))
    crossed = (
        Ca(first, one.subject, other).certificate,
        Ca(second, other.subject, one).certificate,
    )
    leaf = organisation_plan(authority=one).sign(first)
    assert "G-12-a" in requirements(chained(leaf, crossed))


@given(st.integers(0, len(ISSUING_DER) - 1), st.integers(0, 255))
@settings(deadline=None, max_examples=200)
def test_no_octets_break_the_judge(at: int, octet: int) -> None:
    changed = ISSUING_DER[:at] + bytes([octet]) + ISSUING_DER[at + 1 :]
    judge_issuing_ca(changed, PROFILE, at=NOW)
    judge_root_ca(changed, PROFILE, at=NOW)
    chained(authorities=(changed,))
    chained(changed)
