"""Extracts: records that are true of their certificates pass, and what is missing is found."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from checks.extract import ExtractJudging
from checks.finding import FINDINGS_EACH, Finding
from checks.lodged import serial_of
from tests.checks.der_writer import integer
from tests.checks.organisation_builder import AUTHORITY, organisation_plan

DEVICE_DER = (Path(__file__).parent.parent / "vectors" / "device-cert.der").read_bytes()
CA_DER = (Path(__file__).parent.parent / "vectors" / "issuing-ca.der").read_bytes()
ORGANISATION_DER = organisation_plan().but(serial=integer(0x1234)).sign(AUTHORITY.key)


@dataclass(frozen=True)
class Record:
    serial: str
    subject: str
    kind: str
    role: str
    usage: str
    status: str
    certificate: bytes


DEVICE = Record(serial_of(DEVICE_DER), "00-DB-12-34-56-78-90-A0", "device", "", "DS", "I", DEVICE_DER)
ORGANISATION = Record(
    serial_of(ORGANISATION_DER), "00-DB-00-00-00-00-00-01", "organisation", "2", "DS", "I", ORGANISATION_DER
)
AUTHORITY_RECORD = Record(serial_of(CA_DER), "", "ca", "", "", "I", CA_DER)


def requirements(findings: list[Finding]) -> set[str]:
    return {finding.requirement for finding in findings}


def test_true_records_have_no_finding_and_their_certificates_are_there() -> None:
    judging = ExtractJudging()
    assert judging.take("full", [DEVICE, AUTHORITY_RECORD]) == 2
    assert judging.take("monday", [ORGANISATION]) == 1
    assert judging.take("tuesday", [replace(ORGANISATION, status="R")]) == 1
    assert judging.findings() == []
    assert judging.missing([DEVICE_DER, ORGANISATION_DER], "O-LODGE-a") == []
    assert judging.missing([DEVICE_DER], "O-SF-b", ["full"]) == []


def test_a_certificate_that_is_in_no_file_is_found() -> None:
    judging = ExtractJudging()
    judging.take("full", [DEVICE])
    judging.take("monday", [])
    assert requirements(judging.missing([DEVICE_DER, ORGANISATION_DER], "O-LODGE-a")) == {"O-LODGE-a"}
    assert requirements(judging.missing([DEVICE_DER], "O-SF-b", ["monday"])) == {"O-SF-b"}


@pytest.mark.parametrize(
    "record",
    [
        replace(DEVICE, serial="0" * 32),
        replace(DEVICE, subject="00-DB-12-34-56-78-90-A1"),
        replace(DEVICE, kind="organisation"),
        replace(DEVICE, usage="KA"),
        replace(DEVICE, status="issued"),
        replace(DEVICE, status=""),
        replace(ORGANISATION, role="02"),
        replace(ORGANISATION, role="3"),
        replace(DEVICE, certificate=b"junk"),
    ],
)
def test_a_record_that_is_not_true_is_found(record: Record) -> None:
    judging = ExtractJudging()
    judging.take("full", [record])
    assert requirements(judging.findings()) == {"O-SF-b"}


def test_a_certificate_twice_in_one_file_is_found() -> None:
    judging = ExtractJudging()
    judging.take("full", [DEVICE, DEVICE])
    assert [finding.observed for finding in judging.findings()] == [f"{DEVICE.serial} again"]


def test_many_faults_take_few_lines() -> None:
    judging = ExtractJudging()
    judging.take("full", (replace(DEVICE, status="?", certificate=CA_DER) for _ in range(500)))
    assert len(judging.findings()) == FINDINGS_EACH + 1
