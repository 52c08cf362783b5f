"""The verdict on a Device Certificate: every rule of its profile, and what it must share with its CSR."""

from __future__ import annotations

from datetime import datetime

from checks.certificate import basics, device, general, seen_defects
from checks.certificate.device_profile import DeviceProfile
from checks.certificate.match import AD_HOC_ISSUE, compare_with_csr
from checks.certificate.rules import Rule, RuleSet
from checks.certificate.structure import Certificate, read_certificate, unreadable
from checks.der import DerError
from checks.finding import Finding

DEVICE_RULES: tuple[Rule[DeviceProfile], ...] = (
    *basics.BOOK.rules,
    *general.BOOK.rules,
    *device.BOOK.rules,
    *seen_defects.BOOK.rules,
)
"""Every rule on a Device Certificate, in the order in which findings come."""

_OF_DEVICES = RuleSet(*DEVICE_RULES)


def judge_device_certificate(
    der: bytes, profile: DeviceProfile, *, at: datetime | None = None
) -> list[Finding]:
    """Judge the DER of one Device Certificate against every rule.

    `at`, if given, is the latest time (with its time zone) that notBefore may have. Octets that cannot be
    read as a certificate give one finding, of G-12-a, and then nothing is known of the other requirements.
    """
    try:
        certificate = read_certificate(der)
    except DerError as error:
        return [unreadable(error)]
    return _OF_DEVICES.judge(certificate, profile, at)


def judge_issued_certificate(
    der: bytes,
    csr_der: bytes,
    profile: DeviceProfile,
    *,
    at: datetime | None = None,
    issue: str = AD_HOC_ISSUE,
) -> list[Finding]:
    """As `judge_device_certificate` and `judge_against_csr` together, reading the certificate once; for
    `issue` see `compare_with_csr`."""
    try:
        certificate = read_certificate(der)
    except DerError as error:
        return [unreadable(error)]
    return judge_read_certificate(certificate, csr_der, profile, at=at, issue=issue)


def judge_read_certificate(
    certificate: Certificate,
    csr_der: bytes,
    profile: DeviceProfile,
    *,
    at: datetime | None = None,
    issue: str = AD_HOC_ISSUE,
) -> list[Finding]:
    """As `judge_issued_certificate`, of a certificate that was read already; for `issue` see
    `compare_with_csr`."""
    return [*_OF_DEVICES.judge(certificate, profile, at), *compare_with_csr(certificate, csr_der, issue)]
