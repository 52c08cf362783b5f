"""Certificates against their CSRs, serial numbers over many, the real vectors, and octets of any kind."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from checks.certificate import (
    DeviceProfile,
    judge_against_csr,
    judge_device_certificate,
    judge_issued_certificate,
    judge_unique_serials,
)
from tests.checks.builder import (
    KEY_AGREEMENT,
    KEY_USAGE,
    POLICY,
    SAN,
    Authority,
    Plan,
    PrivateKey,
    device_csr,
    hardware_name,
    new_key,
    point_of,
    public_key_info,
)
from tests.checks.der_writer import ECDSA_SHA256, TRUE, bits, extension, integer, octets, oid, sequence, tlv

VECTORS = Path(__file__).parent.parent / "vectors"
DEVICE_CERTIFICATE, DEVICE_CSR, ISSUING_CA = (
    (VECTORS / name).read_bytes() for name in ("device-cert.der", "device-csr.der", "issuing-ca.der")
)
VECTORS_POLICY = "1.2.826.0.1.1800000.1.2.1.4"


@pytest.fixture(scope="module")
def certificate(authority: Authority, plan: Plan) -> bytes:
    return plan.sign(authority.key)


@pytest.mark.parametrize("critical", [TRUE, b"", b"\x01\x01\x00"], ids=["critical", "not critical", "FALSE"])
def test_a_certificate_matches_its_csr_whatever_that_marks_critical(
    certificate: bytes, device_key: PrivateKey, critical: bytes
) -> None:
    assert judge_against_csr(certificate, device_csr(device_key, critical=critical)) == []


def test_a_certificate_for_another_key_is_found(certificate: bytes) -> None:
    (finding,) = judge_against_csr(certificate, device_csr(new_key()))
    assert finding.requirement == "M-2.4.1.4-a"


@pytest.mark.parametrize(
    ("dotted", "value"),
    [(KEY_USAGE, KEY_AGREEMENT), (SAN, sequence(hardware_name(bytes(8)))), (SAN, None), (KEY_USAGE, None)],
)
def test_a_value_that_is_not_carried_over_is_found(
    plan: Plan, authority: Authority, device_key: PrivateKey, dotted: str, value: bytes | None
) -> None:
    changed = plan.without(dotted) if value is None else plan.extended(dotted, extension(dotted, value, TRUE))
    (finding,) = judge_against_csr(changed.sign(authority.key), device_csr(device_key))
    assert finding.requirement == "G-DEV-g"
    assert ("absent" in finding.observed) == (value is None)


def csr_of(*fields: bytes) -> bytes:
    return sequence(sequence(*fields), ECDSA_SHA256, bits(b"\x30\x00"))


KEY = public_key_info(point_of(new_key()))


@pytest.mark.parametrize(
    "csr",
    [
        b"",
        b"MIIB",
        sequence(),
        csr_of(integer(0), sequence()),
        csr_of(integer(0), sequence(), integer(1)),
        csr_of(integer(0), sequence(), KEY, tlv(0xA0, integer(1))),
        csr_of(integer(0), sequence(), KEY, tlv(0xA0, sequence(integer(1)))),
        csr_of(
            integer(0),
            sequence(),
            KEY,
            tlv(0xA0, sequence(oid("1.2.840.113549.1.9.14"), tlv(0x31, integer(1)))),
        ),
    ],
)
def test_no_certificate_may_answer_a_csr_that_is_none(certificate: bytes, csr: bytes) -> None:
    (finding,) = judge_against_csr(certificate, csr)
    assert finding.requirement == "M-2.2-a"


def test_a_csr_without_extensions_has_nothing_to_carry_over(certificate: bytes) -> None:
    other = tlv(0xA0, sequence(oid("1.2.840.113549.1.9.7"), tlv(0x31, octets(b"password"))))
    found = judge_against_csr(certificate, csr_of(integer(0), sequence(), KEY, other))
    assert [finding.requirement for finding in found] == ["M-2.4.1.4-a", "G-DEV-g", "G-DEV-g"]


def test_profile_and_match_are_judged_together(
    certificate: bytes, device_key: PrivateKey, profile: DeviceProfile
) -> None:
    csr = device_csr(device_key)
    assert judge_issued_certificate(certificate, csr, profile) == []
    broken = certificate[:-1] + bytes([certificate[-1] ^ 1])
    found = judge_issued_certificate(broken, device_csr(new_key()), profile)
    assert [finding.requirement for finding in found] == ["G-12-a", "M-2.4.1.4-a"]
    for judged in (judge_issued_certificate(b"", csr, profile), judge_against_csr(b"", csr)):
        assert [finding.requirement for finding in judged] == ["G-12-a"]


def test_a_repeated_serial_number_is_found(plan: Plan, authority: Authority, certificate: bytes) -> None:
    again = plan.but(not_before=b"\x17\x0d250101000000Z").sign(authority.key)
    other = plan.but(serial=integer(7)).sign(authority.key)
    (finding,) = judge_unique_serials([certificate, other, again])
    assert finding.requirement == "G-DEV-b"
    assert judge_unique_serials([certificate, certificate, other, b"no certificate"]) == []


def test_another_ca_may_use_the_same_serial_number(certificate: bytes, device_key: PrivateKey) -> None:
    neighbour = Authority(new_key(), sequence(tlv(0x31, sequence(oid("2.5.4.3"), tlv(0x13, b"Z2")))))
    assert judge_unique_serials([certificate, neighbour.plan(device_key).sign(neighbour.key)]) == []


def test_the_real_device_certificate_keeps_every_rule() -> None:
    profile = DeviceProfile(VECTORS_POLICY, hw_type_oid="1.2.826.0.1.8641679.1.2.2.1")
    assert judge_issued_certificate(DEVICE_CERTIFICATE, DEVICE_CSR, profile) == []


def test_the_real_device_certificate_is_not_of_the_other_vectors_ca() -> None:
    findings = judge_device_certificate(DEVICE_CERTIFICATE, DeviceProfile(POLICY, [ISSUING_CA]))
    assert sorted(finding.requirement for finding in findings) == ["G-12-a", "G-12-l", "G-OID-a"]


def test_the_real_issuing_ca_is_no_device_certificate_and_keeps_what_is_asked_of_all() -> None:
    findings = judge_device_certificate(ISSUING_CA, DeviceProfile(POLICY))
    assert {finding.requirement for finding in findings} == {
        "G-12-i",
        "G-12-j",
        "G-12-k",
        "G-12-m",
        "G-DEV-d",
        "G-DEV-f",
    }


@settings(max_examples=300, deadline=None)
@given(data=st.data(), vector=st.sampled_from([DEVICE_CERTIFICATE, ISSUING_CA]))
def test_changed_certificates_are_judged_without_failing(data: st.DataObject, vector: bytes) -> None:
    start = data.draw(st.integers(0, len(vector)))
    end = data.draw(st.integers(start, min(start + 12, len(vector))))
    changed = vector[:start] + data.draw(st.binary(max_size=12)) + vector[end:]
    profile = DeviceProfile(VECTORS_POLICY, [ISSUING_CA])
    for finding in judge_issued_certificate(changed, DEVICE_CSR, profile):
        assert finding.requirement
        assert len(str(finding)) < 3000
    judge_against_csr(DEVICE_CERTIFICATE, changed)


@given(st.binary(max_size=400))
def test_any_octets_are_judged_without_failing(data: bytes) -> None:
    assert judge_device_certificate(data, DeviceProfile(POLICY))
    judge_unique_serials([data])
