"""What is remembered of a certificate never changes the verdict on the next one."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from checks.certificate import DeviceProfile, judge_against_csr, judge_device_certificate, structure
from checks.certificate import request as request_module
from checks.certificate.recall import FRAMES_MAXIMUM, Recall
from checks.finding import Finding
from tests.checks.broken_certificates import CASES, Case
from tests.checks.builder import (
    HW_TYPE,
    POLICY,
    SAN,
    Authority,
    PrivateKey,
    device_csr,
    hardware_name,
    new_key,
)
from tests.checks.der_writer import TRUE, extension, integer, sequence

AUTHORITY = Authority(new_key())
DEVICE_KEY = new_key()
RIGHT = AUTHORITY.plan(DEVICE_KEY).sign(AUTHORITY.key)
OTHER = (
    AUTHORITY.plan(new_key()).but(serial=integer(0x29823674_4D9DA0E5_7F8D74AE_041FCD30)).sign(AUTHORITY.key)
)
CSR = device_csr(DEVICE_KEY)


def new_profile(authority: Authority = AUTHORITY, hw_type: str = HW_TYPE) -> DeviceProfile:
    return DeviceProfile(POLICY, [authority.certificate], hw_type_oid=hw_type)


PROFILE = new_profile()


def judged_afresh(certificate: bytes, csr: bytes = CSR) -> list[Finding]:
    structure.KNOWN.forget()
    request_module.KNOWN.forget()
    return [*judge_device_certificate(certificate, new_profile()), *judge_against_csr(certificate, csr)]


def judged_after_the_right_one(certificate: bytes, csr: bytes = CSR) -> list[Finding]:
    structure.KNOWN.forget()
    request_module.KNOWN.forget()
    for known in (RIGHT, OTHER):
        assert judge_device_certificate(known, PROFILE) == []
        judge_against_csr(known, CSR)
    assert structure.read_certificate(OTHER).frame is not None
    return [*judge_device_certificate(certificate, PROFILE), *judge_against_csr(certificate, csr)]


def as_set(findings: list[Finding]) -> set[Finding]:
    return set(findings)


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.rule}: {case.what}")
def test_a_bad_certificate_is_as_bad_the_second_time(
    case: Case, authority: Authority, device_key: PrivateKey
) -> None:
    certificate, profile = case.made(authority, device_key)
    structure.KNOWN.forget()
    first = judge_device_certificate(certificate, profile)
    again = [judge_device_certificate(certificate, profile) for _ in range(2)]
    assert {as_set(first) == as_set(findings) for findings in again} == {True}


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.rule}: {case.what}")
def test_the_next_bad_certificate_is_judged_by_its_own_fields(
    case: Case, authority: Authority, device_key: PrivateKey
) -> None:
    first, profile = case.made(authority, device_key)
    second, _ = case.made(authority, new_key())
    structure.KNOWN.forget()
    judge_device_certificate(first, profile)
    judge_device_certificate(first, profile)
    found = judge_device_certificate(second, profile)
    structure.KNOWN.forget()
    assert as_set(found) == as_set(judge_device_certificate(second, profile))


def test_the_next_bad_device_id_is_the_one_reported() -> None:
    plan = AUTHORITY.plan(DEVICE_KEY)
    for device_id in (bytes(7), b"\x01" * 7, b"\x02" * 7):
        names = extension(SAN, sequence(hardware_name(device_id)), TRUE)
        (finding,) = judge_device_certificate(plan.extended(SAN, names).sign(AUTHORITY.key), PROFILE)
        assert device_id.hex() in finding.observed


@settings(max_examples=400, deadline=None)
@given(at=st.integers(0, len(RIGHT) - 1), octet=st.integers(0, 255), count=st.integers(1, 3))
def test_changed_octets_are_seen(at: int, octet: int, count: int) -> None:
    changed = RIGHT[:at] + bytes([octet]) * min(count, len(RIGHT) - at) + RIGHT[at + count :]
    assert as_set(judged_after_the_right_one(changed)) == as_set(judged_afresh(changed))
    if changed != RIGHT:
        assert judged_afresh(changed)


@settings(max_examples=200, deadline=None)
@given(at=st.integers(0, len(CSR) - 1), octet=st.integers(0, 255))
def test_changed_octets_of_a_csr_are_seen(at: int, octet: int) -> None:
    changed = CSR[:at] + bytes([octet]) + CSR[at + 1 :]
    assert as_set(judged_after_the_right_one(RIGHT, changed)) == as_set(judged_afresh(RIGHT, changed))


def test_a_remembered_certificate_shows_its_own_fields() -> None:
    structure.KNOWN.forget()
    structure.read_certificate(RIGHT)
    remembered = structure.read_certificate(OTHER)
    structure.KNOWN.forget()
    read = structure.read_certificate(OTHER)
    assert remembered.frame is not None
    assert read.frame is None
    for name in structure.Certificate.__slots__:
        if name not in ("frame", "_identified", "_tried"):
            assert getattr(remembered, name) == getattr(read, name), name


def test_no_more_than_a_few_frames_are_kept() -> None:
    recall: Recall[int] = Recall()
    for number in range(3 * FRAMES_MAXIMUM):
        recall.learn(bytes(number + 10), (slice(2, 4),), number)
    assert (
        len([size for size in range(10, 3 * FRAMES_MAXIMUM + 10) if recall.find(bytes(size))])
        <= FRAMES_MAXIMUM
    )
    recall.learn(bytes(10_000), (slice(2, 4),), 0)
    assert recall.find(bytes(10_000)) is None


def test_a_profile_keeps_no_more_than_a_few_verdicts() -> None:
    profile = new_profile()
    recall: Recall[structure.Certificate] = Recall()
    certificate = structure.read_certificate(RIGHT)
    for size in range(10, 10 + 2 * FRAMES_MAXIMUM):
        recall.learn(bytes(size), (), certificate)
        frame = recall.find(bytes(size))
        assert frame is not None
        profile.recall(frame, ())
        assert profile.recalled(frame) == ()
    assert len(profile._findings) <= FRAMES_MAXIMUM
