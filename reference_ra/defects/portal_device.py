"""Defects in what the portal makes of Device CSRs, ad hoc and of an archive (M-2.3.1.7, M-2.3.1.8)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from reference_ra import oids
from reference_ra.adjust import without
from reference_ra.alterations import Alter, defect
from reference_ra.authority import Authority
from reference_ra.batch.adjust import with_batch
from reference_ra.csr import Csr, CsrRule, parse_hardware_module, signature_verifies
from reference_ra.decisions import CERTIFICATE_LIMIT
from reference_ra.der import DerError
from reference_ra.messages import Rejected, Status
from reference_ra.policies import Policies
from reference_ra.portal.adjust import with_desk
from reference_ra.portal.policies import PortalDeviceRule
from reference_ra.portal.records import PortalError
from reference_ra.registry import Subscriber

_TRIED = frozenset(
    {
        "accepts-bad-signature",
        "accepts-other-keys",
        "device-serves-the-ineligible",
        "device-without-limit",
    }
)
"""Those that have a place in the matrix; each of the others is near to one."""
CsrRules = Mapping[str, CsrRule]
_CSR_CHECKED = ("M-2.3.1.7-*", "M-2.3.1.8-*", "M-F-DEV-*", "M-F-ZIP-*", "M-2.2-a", "G-EUI-a", "G-DEV-*")
_LIMIT = ("M-2.3.1.8-*", "M-2.3.1.7-*", "M-2.3.1.9-*")


def _csr_defect(
    name: str, summary: str, *breaks: str, related: tuple[str, ...] = ()
) -> Callable[[Alter], Alter]:
    return defect(
        f"portal-device-{name}",
        summary,
        breaks=breaks,
        related=(*_CSR_CHECKED, *related),
        extra=name not in _TRIED,
    )


def _checking(policies: Policies, rules: Callable[[CsrRules], CsrRules]) -> Policies:
    """The rules for Device CSRs are others, of the form and of an archive alike."""
    check, check_in_batch = policies.portal.check_device_csr, policies.batch.check_csr

    def altered(common: Policies) -> Policies:
        return replace(common, csr_rules=rules(common.csr_rules))

    return with_batch(
        with_desk(policies, check_device_csr=lambda common, octets: check(altered(common), octets)),
        check_csr=lambda common, octets: check_in_batch(altered(common), octets),
    )


def _without(name: str, summary: str, breaks: str, *rules: str) -> None:
    @_csr_defect(name, summary, *breaks.split())
    def alter(policies: Policies) -> Policies:
        return _checking(policies, lambda common: without(common, *rules))


# Format and signature

_without("accepts-bad-signature", "A Device CSR's signature is not verified.", "M-2.3.1.7-a", "signature")
_without("accepts-version-1", "A Device CSR's version is not looked at.", "M-F-DEV-a", "version")
_without("accepts-subject", "A Device CSR may have a subject.", "M-F-DEV-b", "subject")
_without("accepts-other-usages", "A Device CSR may ask for any key usage.", "M-F-DEV-d", "key-usage")


@_csr_defect("accepts-without-extensions", "A Device CSR need not have extensions.", "M-F-DEV-d", "M-F-DEV-e")
def accepts_without_extensions(policies: Policies) -> Policies:
    """Look at extensions where there are some."""

    def lenient(rule: CsrRule) -> CsrRule:
        return lambda csr: rule(csr) if csr.extensions else None

    names = ("extension-request", "key-usage", "subject-alt-name")
    return _checking(policies, lambda common: {**common, **{name: lenient(common[name]) for name in names}})


@_csr_defect("accepts-other-algorithms", "A Device CSR may be signed by any algorithm.", "M-F-DEV-f")
def accepts_other_algorithms(policies: Policies) -> Policies:
    """Do not look at a signature that could not be verified."""

    def lenient(csr: Csr) -> str | None:
        return signature_verifies(csr) if csr.signature_algorithm == oids.ECDSA_WITH_SHA256 else None

    return _checking(
        policies, lambda common: {**without(common, "signature-algorithm"), "signature": lenient}
    )


@_csr_defect("accepts-other-keys", "A Device CSR may be for a public key of any kind.", "M-F-DEV-c")
def accepts_other_keys(policies: Policies) -> Policies:
    """Do not look at a key that is not on P-256, nor at a signature that it could not verify."""

    def lenient(csr: Csr) -> str | None:
        return signature_verifies(csr) if csr.key_algorithm == oids.P256_KEY else None

    return _checking(
        policies,
        lambda common: {**without(common, "key", "point", "signature-algorithm"), "signature": lenient},
    )


@_csr_defect("accepts-other-lengths", "hwSerialNum may be of any length.", "M-F-DEV-e")
def accepts_other_lengths(policies: Policies) -> Policies:
    """Read the Device ID whatever it is."""

    def any_length(csr: Csr) -> str | None:
        extension = csr.extension(oids.SUBJECT_ALT_NAME)
        try:
            parse_hardware_module(extension.value if extension else b"")
        except DerError as error:
            return f"subjectAltName: {error}"
        return None

    return _checking(policies, lambda common: {**common, "subject-alt-name": any_length})


@_csr_defect(
    "refuses-non-critical-extensions",
    "A Device CSR whose extensions are not critical is rejected.",
    "M-2.3.1.7-a",
    related=("M-2.3.1.9-*",),
)
def refuses_non_critical_extensions(policies: Policies) -> Policies:
    """Check the criticality."""

    def critical(csr: Csr) -> str | None:
        right = all(extension.critical for extension in csr.extensions)
        return None if right else "an extension is not critical"

    return _checking(policies, lambda common: {**common, "critical": critical})


# What is told


@_csr_defect(
    "csr-error-as-format-error", "A wrong Device CSR is told to be a FORMAT_ERROR.", "M-2.3.1.7-c",
    related=("M-2.3.1.2-a",),
)  # fmt: skip
def csr_error_as_format_error(policies: Policies) -> Policies:
    """Take the one table for the other."""
    return _telling(policies, lambda error: replace(error, status=Status.FORMAT_ERROR, code="FM:5001"))


@_csr_defect(
    "csr-error-code-fm", "The code of a wrong Device CSR begins with FM:", "M-2.3.1.7-c",
    related=("M-2.3.1.2-a",),
)  # fmt: skip
def csr_error_code_fm(policies: Policies) -> Policies:
    """Mix up the codes."""
    return _telling(policies, lambda error: replace(error, code="FM:3001"))


def _telling(policies: Policies, change: Callable[[PortalError], PortalError]) -> Policies:
    tell = policies.portal.error_of

    def error_of(common: Policies, rejected: Rejected) -> PortalError:
        error = tell(common, rejected)
        return change(error) if rejected.status is Status.CSR_ERROR else error

    return with_desk(policies, error_of=error_of)


# The Device


def _with_rule(policies: Policies, name: str, rule: PortalDeviceRule) -> Policies:
    return with_desk(policies, device_rules={**policies.portal.device_rules, name: rule})


@_csr_defect(
    "asks-for-an-earlier-certificate",
    "A Device that never had a certificate gets none by its form: UNKNOWN_DEVICE.",
    "M-2.3.1.9-a",
    related=("*",),
)
def asks_for_an_earlier_certificate(policies: Policies) -> Policies:
    """Apply the Ad Hoc service's rule."""

    def known(authority: Authority, _: Subscriber, device: bytes) -> Rejected | None:
        if authority.registry.certificates_issued(device):
            return None
        return Rejected(Status.UNKNOWN_DEVICE, "No Device Certificate was issued for this Device before")

    return _with_rule(policies, "known", known)


def _limit_defect(name: str, summary: str, *breaks: str) -> Callable[[Alter], Alter]:
    return defect(f"portal-{name}", summary, breaks=breaks, related=_LIMIT, extra=name not in _TRIED)


@_limit_defect("device-without-limit", "A Device gets its 101st certificate by its form.", "M-2.3.1.8-b")
def device_without_limit(policies: Policies) -> Policies:
    """Do not count."""
    return with_desk(policies, device_rules=without(policies.portal.device_rules, "limit"))


def _refusing_from(policies: Policies, number: int) -> Policies:
    def limit(authority: Authority, _: Subscriber, device: bytes) -> Rejected | None:
        if authority.registry.certificates_issued(device) < number:
            return None
        return Rejected(Status.ISSUANCE_ANOMALY, "Too many certificates were issued for this Device")

    return _with_rule(policies, "limit", limit)


@_limit_defect(
    "device-refuses-the-100th", "A Device with 99 certificates is refused another by its form.", "M-2.3.1.8-b"
)
def device_refuses_the_100th(policies: Policies) -> Policies:
    """Count one too short."""
    return _refusing_from(policies, CERTIFICATE_LIMIT - 1)


@_limit_defect(
    "device-serves-the-ineligible", "A requester that is not eligible for a Device gets its certificate.",
    "M-2.3.1.7-b",
)  # fmt: skip
def device_serves_the_ineligible(policies: Policies) -> Policies:
    """Do not ask who is eligible."""
    return with_desk(policies, device_rules=without(policies.portal.device_rules, "eligible"))


@_limit_defect(
    "device-refuses-the-eligible",
    "In a state in which some Remote Party Roles may ask, they are refused as well.",
    "M-2.3.1.7-b",
)
def device_refuses_the_eligible(policies: Policies) -> Policies:
    """Look up whether the state has a rule, not what it says."""

    def eligible(authority: Authority, _: Subscriber, device: bytes) -> Rejected | None:
        if authority.registry.eligibility.may_ask("", device):
            return None
        return Rejected(Status.WORKFLOW_ERROR, "The requester is no Eligible Subscriber for this Device")

    return _with_rule(policies, "eligible", eligible)


def _in_batches(name: str, summary: str, rule: str) -> None:
    """Register a defect that leaves a rule for Devices out, for the CSRs of batches."""

    @_limit_defect(name, summary, "M-2.3.1.8-d")
    def alter(policies: Policies) -> Policies:
        return with_batch(policies, device_rules=without(policies.batch.device_rules, rule))


_in_batches("batch-without-limit", "A portal batch gets a Device its 101st certificate.", "limit")
_in_batches("batch-serves-the-ineligible", "A portal batch is not asked who is eligible.", "eligible")
