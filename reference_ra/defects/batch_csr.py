"""Defects in what becomes of each CSR of a batch (M-2.5.1.3, M-2.5.1.4, M-D's status table)."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace

from reference_ra import oids
from reference_ra.adjust import without
from reference_ra.alterations import Alter, defect
from reference_ra.authority import Authority
from reference_ra.batch.adjust import with_batch, with_outcomes, with_result_text
from reference_ra.batch.messages import CsrOutcome, CsrRejected, CsrStatus
from reference_ra.batch.store import Batch
from reference_ra.csr import Csr, CsrRule
from reference_ra.decisions import CERTIFICATE_LIMIT
from reference_ra.messages import Rejected, Status
from reference_ra.policies import Policies

ChangeOutcomes = Callable[[list[CsrOutcome]], Iterable[CsrOutcome]]
_CSR_CHECKED = ("M-2.5.1.3-*", "M-D-CSR-CSR_ERROR", "M-D-CSR-VALUES", "M-F-DEV-*", "M-2.2-a", "M-2.5.GO-d")
_LIMIT = ("M-2.5.1.3-*", "M-D-CSR-ISSUANCE_ANOMALY")
_ELIGIBILITY = ("M-2.5.1.3-*", "M-D-CSR-INELIGIBLE")
_REFUSED_DEVICE = "No Device Certificate was issued for this Device before"


def _outcome_defect(
    name: str, summary: str, breaks: str, *related: str, extra: bool = False
) -> Callable[[ChangeOutcomes], ChangeOutcomes]:
    def decorate(change: ChangeOutcomes) -> ChangeOutcomes:
        defect(f"batch-{name}", summary, breaks=[breaks], related=related, extra=extra)(
            lambda policies: with_outcomes(policies, change)
        )
        return change

    return decorate


def _csr_defect(
    name: str, summary: str, breaks: str, *related: str, extra: bool = False
) -> Callable[[Alter], Alter]:
    return defect(f"batch-{name}", summary, breaks=[breaks], related=related, extra=extra)


# Format and signature


@_csr_defect(
    "accepts-bad-signature",
    "A CSR in a batch whose signature is wrong gets a certificate.",
    "M-2.5.1.3-a",
    *_CSR_CHECKED,
)
def accepts_bad_signature(policies: Policies) -> Policies:
    """Do not verify the signature."""
    return _checking(policies, lambda common: without(common, "signature"))


def _checking(
    policies: Policies, rules: Callable[[Mapping[str, CsrRule]], Mapping[str, CsrRule]]
) -> Policies:
    check = policies.batch.check_csr

    def check_csr(common: Policies, octets: bytes) -> Csr:
        return check(replace(common, csr_rules=rules(common.csr_rules)), octets)

    return with_batch(policies, check_csr=check_csr)


@_csr_defect(
    "accepts-csr-subject",
    "A CSR in a batch with a subject gets a certificate.",
    "M-2.5.1.3-a",
    *_CSR_CHECKED,
    extra=True,
)
def accepts_csr_subject(policies: Policies) -> Policies:
    """Do not look at the subject."""
    return _checking(policies, lambda common: without(common, "subject"))


@_csr_defect(
    "accepts-white-space-in-csr",
    "White space within the Base64 of a CSR in a batch is overlooked.",
    "M-E-REQ-c",
    *_CSR_CHECKED,
    "M-2.5.1.2-a",
)
def accepts_white_space_in_csr(policies: Policies) -> Policies:
    """Take the white space away."""
    return with_batch(policies, csr_octets=lambda text: policies.batch.csr_octets("".join(text.split())))


@_csr_defect(
    "refuses-non-critical-extensions",
    "A CSR in a batch whose extensions are not critical is refused.",
    "M-2.5.1.3-a",
    *_CSR_CHECKED,
    "M-2.5.1.4-a",
)
def refuses_non_critical_extensions(policies: Policies) -> Policies:
    """Check the criticality."""
    check = policies.batch.check_csr

    def check_csr(common: Policies, octets: bytes) -> Csr:
        csr = check(common, octets)
        if all(extension.critical for extension in csr.extensions):
            return csr
        raise Rejected(Status.CSR_ERROR, "An extension is not critical")

    return with_batch(policies, check_csr=check_csr)


@_csr_defect(
    "refuses-key-agreement", "A CSR in a batch for Key Agreement is refused.", "M-2.5.1.4-a", "*", extra=True
)
def refuses_key_agreement(policies: Policies) -> Policies:
    """Know one usage only."""
    check = policies.batch.check_csr

    def check_csr(common: Policies, octets: bytes) -> Csr:
        csr = check(common, octets)
        if any(extension.value == oids.KEY_AGREEMENT for extension in csr.extensions):
            raise Rejected(Status.CSR_ERROR, "keyAgreement is not served")
        return csr

    return with_batch(policies, check_csr=check_csr)


def _renamed(
    name: str,
    summary: str,
    breaks: str,
    old: CsrStatus,
    new: str,
    *related: str,
    extra: bool = False,
) -> None:
    _csr_defect(name, summary, breaks, *related, extra=extra)(
        lambda policies: with_result_text(
            policies, lambda text: text.replace(f"<Status>{old}<", f"<Status>{new}<")
        )
    )


_renamed(
    "csr-error-as-format-error",
    "A CSR of a batch that is wrong has the status FORMAT_ERROR.",
    "M-D-CSR-VALUES",
    CsrStatus.CSR_ERROR,
    "FORMAT_ERROR",
    *_CSR_CHECKED,
)
_renamed(
    "csr-error-as-workflow-error",
    "A CSR of a batch that is wrong has the status WORKFLOW_ERROR.",
    "M-D-CSR-CSR_ERROR",
    CsrStatus.CSR_ERROR,
    "WORKFLOW_ERROR",
    "M-D-CSR-WORKFLOW_ERROR",
    *_CSR_CHECKED,
    extra=True,
)
_renamed(
    "ineligible-as-csr-error",
    "A CSR of a requester that is not eligible has the status CSR_ERROR.",
    "M-D-CSR-INELIGIBLE",
    CsrStatus.INELIGIBLE,
    "CSR_ERROR",
    "M-D-CSR-CSR_ERROR",
    *_ELIGIBILITY,
    extra=True,
)

# The Device


@_csr_defect(
    "asks-for-an-earlier-certificate",
    "A Device that never had a certificate gets none through a batch: UNKNOWN_DEVICE.",
    "M-2.5.1.3-d",
    "*",
)
def asks_for_an_earlier_certificate(policies: Policies) -> Policies:
    """Apply the Ad Hoc service's rule."""

    def known(authority: Authority, _batch: Batch, device: bytes, _csr: Csr) -> CsrRejected | None:
        if authority.registry.certificates_issued(device):
            return None
        return CsrRejected(CsrStatus.WORKFLOW_ERROR, _REFUSED_DEVICE)

    rules = {**policies.batch.device_rules, "known": known}
    told = f"<Error><ErrorCode>[^<]*</ErrorCode><ErrorText>{_REFUSED_DEVICE}"
    error = f"<Error><ErrorCode>UD:1001</ErrorCode><ErrorText>{_REFUSED_DEVICE}"
    codes = {**policies.batch.error_codes, CsrStatus.WORKFLOW_ERROR: "WF:6001"}
    return with_result_text(
        with_batch(policies, device_rules=rules, error_codes=codes),
        lambda text: re.sub(
            f"<Status>[A-Z_]*</Status>{told}", f"<Status>UNKNOWN_DEVICE</Status>{error}", text
        ),
    )


@_csr_defect("without-limit", "A batch gets a Device its 101st certificate.", "M-2.5.1.3-d", *_LIMIT)
def without_limit(policies: Policies) -> Policies:
    """Do not count."""
    return with_batch(policies, device_rules=without(policies.batch.device_rules, "limit"))


@_csr_defect(
    "limit-counted-at-its-start",
    "Certificates are counted when a batch is begun: several CSRs of one Device pass the limit of 100.",
    "M-2.5.1.3-d",
    *_LIMIT,
)
def limit_counted_at_its_start(policies: Policies) -> Policies:
    """Count each Device once in a batch."""
    counted: dict[tuple[int, bytes], int] = {}

    def limit(authority: Authority, batch: Batch, device: bytes, _: Csr) -> CsrRejected | None:
        issued = counted.setdefault((batch.id, device), authority.registry.certificates_issued(device))
        if issued < CERTIFICATE_LIMIT:
            return None
        return CsrRejected(CsrStatus.ISSUANCE_ANOMALY, "Too many certificates were issued for this Device")

    return with_batch(policies, device_rules={**policies.batch.device_rules, "limit": limit})


@_csr_defect(
    "refuses-the-100th",
    "A Device with 99 certificates is refused another through a batch.",
    "M-2.5.1.3-d",
    *_LIMIT,
    "M-2.5.1.4-a",
)
def refuses_the_100th(policies: Policies) -> Policies:
    """Count one too short."""
    return _refusing_from(policies, CERTIFICATE_LIMIT - 1)


@_csr_defect(
    "refuses-second-certificate",
    "A Device that has a certificate is refused another through a batch, one for the other usage among them.",
    "M-2.5.1.4-a",
    *_LIMIT,
    "M-2.5.1.3-*",
    "M-D-CSR-*",
)
def refuses_second_certificate(policies: Policies) -> Policies:
    """Serve new Devices only, and one of their two certificates."""
    return _refusing_from(policies, 1)


def _refusing_from(policies: Policies, number: int) -> Policies:
    def limit(authority: Authority, _batch: Batch, device: bytes, _csr: Csr) -> CsrRejected | None:
        if authority.registry.certificates_issued(device) < number:
            return None
        return CsrRejected(CsrStatus.ISSUANCE_ANOMALY, "Too many certificates were issued for this Device")

    return with_batch(policies, device_rules={**policies.batch.device_rules, "limit": limit})


@_csr_defect(
    "serves-the-ineligible",
    "A requester that is not eligible for a Device gets its certificate.",
    "M-2.5.1.3-c",
    *_ELIGIBILITY,
)
def serves_the_ineligible(policies: Policies) -> Policies:
    """Do not ask who is eligible."""
    return with_batch(policies, device_rules=without(policies.batch.device_rules, "eligible"))


@_csr_defect(
    "refuses-the-eligible",
    "In a state in which some Remote Party Roles may ask, they are refused as well.",
    "M-2.5.1.3-c",
    *_ELIGIBILITY,
    "M-2.5.1.4-a",
)
def refuses_the_eligible(policies: Policies) -> Policies:
    """Look up whether the state has a rule, not what it says."""

    def eligible(authority: Authority, _batch: Batch, device: bytes, _csr: Csr) -> CsrRejected | None:
        if authority.registry.eligibility.may_ask("", device):
            return None
        return CsrRejected(CsrStatus.INELIGIBLE, "The requester is no Eligible Subscriber for this Device")

    return with_batch(policies, device_rules={**policies.batch.device_rules, "eligible": eligible})


# One CSR and the others


@_outcome_defect(
    "spoilt-by-one-csr",
    "One CSR without a certificate makes all of its batch CSR_ERROR.",
    "M-2.5.1.3-e",
    *_CSR_CHECKED,
    *_ELIGIBILITY,
    *_LIMIT,
    "M-2.5.1.4-a",
    "M-D-CSR-*",
)
def _spoilt(outcomes: list[CsrOutcome]) -> list[CsrOutcome]:
    if all(each.status is CsrStatus.SUCCESS for each in outcomes):
        return outcomes
    spoilt = replace(outcomes[0], status=CsrStatus.CSR_ERROR, certificate=None, error_code="CR:3001")
    return [replace(spoilt, identifier=each.identifier) for each in outcomes]


@_outcome_defect(
    "drops-bad-csrs",
    "A CSR without a certificate has no result.",
    "M-2.5.1.3-e",
    *_CSR_CHECKED,
    *_ELIGIBILITY,
    *_LIMIT,
    "M-D-COMPLETED",
    extra=True,
)
def _dropped(outcomes: list[CsrOutcome]) -> list[CsrOutcome]:
    return [each for each in outcomes if each.status is CsrStatus.SUCCESS]


@_outcome_defect(
    "swaps-certificates",
    "Two neighbours of a batch have each other's certificate.",
    "M-D-RSP-d",
    "*",
)
def _swapped(outcomes: list[CsrOutcome]) -> list[CsrOutcome]:
    issued = [each for each in outcomes if each.certificate]
    others = {
        one.identifier: other.certificate
        for one, other in zip(issued, issued[1:2] + issued[:1] + issued[2:], strict=False)
    }
    return [replace(each, certificate=others.get(each.identifier)) for each in outcomes]


@_outcome_defect(
    "leaves-the-last-out",
    "The last CSR of a batch gets no certificate: CA_ERROR.",
    "M-2.5.1.4-a",
    "*",
    extra=True,
)
def _last_left_out(outcomes: list[CsrOutcome]) -> list[CsrOutcome]:
    last = replace(outcomes[-1], status=CsrStatus.CA_ERROR, certificate=None, error_code="CA:4001")
    return [*outcomes[:-1], last]


# The code's prefix for each status


def _prefix_defect(status: CsrStatus, code: str, *related: str) -> None:
    name = status.lower().replace("_", "-")

    @_csr_defect(
        f"{name}-code-{code[:2].lower()}",
        f"ErrorCode of {status} in a result begins with {code[:3]}",
        f"M-D-CSR-{status}",
        *related,
        "M-D-RSP-e",
        "M-2.5.GO-d",
    )
    def alter(policies: Policies) -> Policies:
        return with_batch(policies, error_codes={**policies.batch.error_codes, status: code})


_prefix_defect(CsrStatus.INELIGIBLE, "EL:7001", *_ELIGIBILITY)
_prefix_defect(CsrStatus.ISSUANCE_ANOMALY, "IA:2001", *_LIMIT)
_prefix_defect(CsrStatus.CSR_ERROR, "FM:3001", *_CSR_CHECKED)
