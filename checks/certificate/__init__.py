"""Verdicts on certificates: a small rule for each requirement, and what a certificate shares with its CSR."""

from checks.certificate.device_profile import DeviceProfile
from checks.certificate.match import judge_against_csr
from checks.certificate.organisation_profile import CommonNames, OrganisationProfile
from checks.certificate.organisation_verdict import ORGANISATION_RULES, judge_organisation_certificate
from checks.certificate.profile import (
    DEVICE_RULES,
    judge_device_certificate,
    judge_issued_certificate,
    judge_read_certificate,
)
from checks.certificate.rules import Rule
from checks.certificate.serials import SerialsSeen, judge_unique_serials
from checks.certificate.structure import WHOLE_CERTIFICATE

__all__ = [
    "DEVICE_RULES",
    "ORGANISATION_RULES",
    "WHOLE_CERTIFICATE",
    "CommonNames",
    "DeviceProfile",
    "OrganisationProfile",
    "Rule",
    "SerialsSeen",
    "judge_against_csr",
    "judge_device_certificate",
    "judge_issued_certificate",
    "judge_organisation_certificate",
    "judge_read_certificate",
    "judge_unique_serials",
]
