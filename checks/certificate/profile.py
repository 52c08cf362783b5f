"""The verdict on a Device Certificate: every rule of its profile, and what it must share with its CSR."""

from __future__ import annotations

from datetime import datetime

from checks.certificate import basics, device, general, seen_defects
from checks.certificate.device_profile import DeviceProfile
from checks.certificate.match import AD_HOC_ISSUE, compare_with_csr
from checks.certificate.rules import Rule
from checks.certificate.structure import Certificate, read_certificate, unreadable
from checks.der import DerError
from checks.finding import Finding

DEVICE_RULES: tuple[Rule, ...] = (
    *basics.BOOK.rules,
    *general.BOOK.rules,
    *device.BOOK.rules,
    *seen_defects.BOOK.rules,
)
"""Every rule on a Device Certificate, in the order in which findings come."""

_SHARED = tuple(rule for rule in DEVICE_RULES if not rule.varies)
_VARYING = tuple((rule.judge, rule) for rule in DEVICE_RULES if rule.varies)


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
    return _judge(certificate, profile, at)


def judge_issued_certificate(
    der: bytes, csr_der: bytes, profile: DeviceProfile, *, at: datetime | None = None
) -> list[Finding]:
    """As `judge_device_certificate` and `judge_against_csr` together, reading the certificate once."""
    try:
        certificate = read_certificate(der)
    except DerError as error:
        return [unreadable(error)]
    return judge_read_certificate(certificate, csr_der, profile, at=at)


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
    return [*_judge(certificate, profile, at), *compare_with_csr(certificate, csr_der, issue)]


def _judge(certificate: Certificate, profile: DeviceProfile, at: datetime | None) -> list[Finding]:
    findings = list(_judge_shared(certificate, profile))
    for judge, rule in _VARYING:
        observed = judge(certificate, profile)
        if observed is not None:
            findings.append(rule.finding(observed))
    start = certificate.not_before
    if at is not None and start.moment is not None and start.moment > at:
        expected = f"a notBefore that is not after {at:%Y-%m-%d %H:%M:%S%z}"
        findings.append(Finding("G-12-a", expected, str(start), "certificate, notBefore"))
    return findings


def _judge_shared(certificate: Certificate, profile: DeviceProfile) -> tuple[Finding, ...]:
    """The findings of the rules that look only at what all certificates of one frame have in common."""
    frame = certificate.frame
    if frame is not None and (known := profile.recalled(frame)) is not None:
        return known
    findings = []
    for rule in _SHARED:
        observed = rule.judge(certificate, profile)
        if observed is not None:
            findings.append(rule.finding(observed))
    if frame is not None:
        profile.recall(frame, tuple(findings))
    return tuple(findings)
