"""Revocation lists: right ones pass, and each fault is found under its own requirement."""

from __future__ import annotations

from base64 import b64encode
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from checks.der import DerError
from checks.finding import Finding
from checks.revocation_list import (
    judge_listed,
    judge_newer,
    judge_revocation_list,
    read_revocation_list,
)
from tests.checks.builder import AKI, new_key
from tests.checks.der_writer import (
    ECDSA_SHA256_NULL,
    ECDSA_SHA384,
    TRUE,
    common_name,
    extension,
    generalized_time,
    integer,
    octets,
    printable,
    sequence,
    tlv,
    utc_time,
)
from tests.checks.organisation_builder import AUTHORITY
from tests.checks.revocation_builder import entry, revocation_list

NOW = datetime(2026, 7, 1, 12, tzinfo=UTC)
RIGHT = revocation_list(AUTHORITY)


def judged(der: bytes) -> list[Finding]:
    return judge_revocation_list(der, [AUTHORITY.certificate], at=NOW)


def requirements(findings: list[Finding]) -> set[str]:
    return {finding.requirement for finding in findings}


def test_a_list_is_read_whole() -> None:
    read = read_revocation_list(RIGHT)
    assert read.number == 7
    assert read.revoked == {0x1234: datetime(2026, 6, 1, tzinfo=UTC)}
    assert str(read.issuer_name) == "2.5.4.11=07, 2.5.4.3=Z1"
    assert read.next_update is not None
    assert read.next_update.moment == datetime(2026, 7, 8, tzinfo=UTC)


def test_pem_is_read_as_well() -> None:
    text = b64encode(RIGHT)
    lines = b"\n".join(text[at : at + 64] for at in range(0, len(text), 64))
    pem = b"-----BEGIN X509 CRL-----\n" + lines + b"\n-----END X509 CRL-----\n"
    assert read_revocation_list(pem) == read_revocation_list(RIGHT)


LEGAL = {
    "as it is": RIGHT,
    "no entries": revocation_list(AUTHORITY, entries=()),
    "an entry with a reason": revocation_list(
        AUTHORITY,
        entries=(entry(5, "260601000000Z", extension("2.5.29.21", tlv(0x0A, b"\x01"))),),
    ),
    "a number of 20 octets": revocation_list(AUTHORITY, number=integer(2**150)),
    "another extension": revocation_list(
        AUTHORITY, more=(extension("2.5.29.28", sequence(tlv(0x82, b"\xff")), TRUE),)
    ),
}


@pytest.mark.parametrize("der", LEGAL.values(), ids=LEGAL)
def test_a_legal_list_has_no_finding(der: bytes) -> None:
    assert judged(der) == []


FAULTY = {
    "version 1": (revocation_list(AUTHORITY, version=b""), {"G-CRL-d"}),
    "version 3": (revocation_list(AUTHORITY, version=integer(2)), {"G-CRL-d"}),
    "SHA-384": (revocation_list(AUTHORITY, algorithm=ECDSA_SHA384), {"G-CRL-d"}),
    "NULL parameters": (revocation_list(AUTHORITY, algorithm=ECDSA_SHA256_NULL), {"G-CRL-d"}),
    "two algorithms": (revocation_list(AUTHORITY, inner=ECDSA_SHA384), {"G-CRL-d"}),
    "no key identifier": (revocation_list(AUTHORITY, authority_identifier=b""), {"G-CRL-d"}),
    "another key identifier": (
        revocation_list(AUTHORITY, authority_identifier=extension(AKI, sequence(tlv(0x80, b"\x40" * 8)))),
        {"G-CRL-d"},
    ),
    "no number": (revocation_list(AUTHORITY, number=b""), {"G-CRL-d"}),
    "a negative number": (revocation_list(AUTHORITY, number=integer(-1)), {"G-CRL-d"}),
    "a number that is none": (revocation_list(AUTHORITY, number=octets(b"\x07")), {"G-CRL-d"}),
    "one certificate twice": (
        revocation_list(AUTHORITY, entries=(entry(5), entry(5))),
        {"G-CRL-d"},
    ),
    "an early GeneralizedTime": (
        revocation_list(AUTHORITY, this_update=generalized_time("20260630000000Z")),
        {"G-CRL-d"},
    ),
    "another key": (revocation_list(AUTHORITY, key=new_key()), {"G-CRL-b"}),
    "another issuer": (
        revocation_list(AUTHORITY, issuer=sequence(common_name(printable("Z9")))),
        {"G-CRL-b"},
    ),
    "no nextUpdate": (revocation_list(AUTHORITY, next_update=b""), {"G-CRL-b"}),
    "a nextUpdate that is past": (
        revocation_list(AUTHORITY, next_update=utc_time("260701114959Z")),
        {"G-CRL-b"},
    ),
    "a thisUpdate that is to come": (
        revocation_list(AUTHORITY, this_update=utc_time("260702000000Z")),
        {"G-CRL-b"},
    ),
    "no list": (AUTHORITY.certificate, {"G-CRL-b"}),
    "nothing": (b"", {"G-CRL-b"}),
    "HTML": (b"<html/>", {"G-CRL-b"}),
    "octets behind it": (RIGHT + b"\0", {"G-CRL-b"}),
}


@pytest.mark.parametrize(("der", "expected"), FAULTY.values(), ids=FAULTY)
def test_a_fault_of_a_list_is_found(der: bytes, expected: set[str]) -> None:
    assert requirements(judged(der)) == expected


def test_the_list_of_an_authority_is_named_by_its_own_requirement() -> None:
    wrong = revocation_list(AUTHORITY, key=new_key())
    found = judge_revocation_list(wrong, [AUTHORITY.certificate], at=NOW, lodged="G-CRL-c")
    assert requirements(found) == {"G-CRL-c"}


def test_who_is_on_the_list_is_judged_both_ways() -> None:
    read = read_revocation_list(RIGHT)
    assert judge_listed(read, 0x1234, listed=True) == []
    assert judge_listed(read, 0x1235, listed=False) == []
    assert requirements(judge_listed(read, 0x1235, listed=True)) == {"G-CRL-b"}
    assert requirements(judge_listed(read, 0x1234, listed=False)) == {"G-CRL-b"}


def test_a_newer_list_has_a_higher_number_and_no_earlier_time() -> None:
    earlier = read_revocation_list(RIGHT)
    later = read_revocation_list(revocation_list(AUTHORITY, number=integer(8)))
    assert judge_newer(earlier, later) == []
    assert requirements(judge_newer(earlier, earlier)) == {"G-CRL-b"}
    assert requirements(judge_newer(later, earlier)) == {"G-CRL-b"}
    backdated = revocation_list(AUTHORITY, number=integer(8), this_update=utc_time("260629000000Z"))
    assert requirements(judge_newer(earlier, read_revocation_list(backdated))) == {"G-CRL-b"}


def test_a_long_list_is_read() -> None:
    entries = tuple(entry(number) for number in range(1, 20_001))
    read = read_revocation_list(revocation_list(AUTHORITY, entries=entries))
    assert len(read.revoked) == 20_000


@given(st.integers(0, len(RIGHT) - 1), st.integers(0, 255))
@settings(deadline=None, max_examples=300)
def test_no_octets_break_the_judge(at: int, octet: int) -> None:
    changed = RIGHT[:at] + bytes([octet]) + RIGHT[at + 1 :]
    judged(changed)
    with pytest.raises(DerError):
        read_revocation_list(changed[:at])
