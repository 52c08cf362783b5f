"""Defects by which a right Device CSR is refused, or a wrong one refused in the wrong way."""

from __future__ import annotations

from dataclasses import replace

from reference_ra import oids
from reference_ra.adjust import stricter
from reference_ra.alterations import defect
from reference_ra.decisions import issue
from reference_ra.der import DerError
from reference_ra.messages import Rejected, Status
from reference_ra.policies import Authority, Policies

_ACCEPTED = ("M-F-DEV-*", "M-2.2-a", "M-2.5.1.3-*", "M-2.5.1.4-a")


@defect(
    "refuses-key-agreement",
    "A CSR for Key Agreement is refused.",
    breaks=["M-F-DEV-d"],
    related=["*"],
)
def refuses_key_agreement(policies: Policies) -> Policies:
    """Know one usage only."""
    return stricter(
        policies,
        "signing",
        lambda csr: (
            "keyAgreement is not served"
            if any(extension.value == oids.KEY_AGREEMENT for extension in csr.extensions)
            else None
        ),
    )


@defect(
    "refuses-digital-signing",
    "A CSR for Digital Signing is refused, that of the GBCS test vectors among them.",
    breaks=["M-F-DEV-d"],
    related=["*"],
)
def refuses_digital_signing(policies: Policies) -> Policies:
    """Know the other usage only."""
    return stricter(
        policies,
        "agreement",
        lambda csr: (
            "digitalSignature is not served"
            if any(extension.value == oids.DIGITAL_SIGNATURE for extension in csr.extensions)
            else None
        ),
    )


@defect(
    "refuses-reordered-extensions",
    "A CSR whose subjectAltName comes before its keyUsage is refused.",
    breaks=["M-2.4.1.2-b"],
    related=_ACCEPTED,
)
def refuses_reordered_extensions(policies: Policies) -> Policies:
    """Expect one order."""
    wanted = [oids.KEY_USAGE, oids.SUBJECT_ALT_NAME]
    return stricter(
        policies,
        "order",
        lambda csr: (
            None
            if [extension.oid for extension in csr.extensions] == wanted
            else "the extensions are out of order"
        ),
    )


@defect(
    "refuses-non-critical-extensions",
    "A CSR whose extensions are not critical is refused.",
    breaks=["M-2.4.1.2-b"],
    related=_ACCEPTED,
)
def refuses_non_critical_extensions(policies: Policies) -> Policies:
    """Check the criticality."""
    return stricter(
        policies,
        "criticality",
        lambda csr: (
            None
            if all(extension.critical for extension in csr.extensions)
            else "an extension is not critical"
        ),
    )


@defect(
    "csr-error-as-workflow-error",
    "A CSR that is wrong is answered with WORKFLOW_ERROR.",
    breaks=["M-A-CSR_ERROR"],
    related=["M-2.4.1.2-b", "M-F-DEV-*", "M-2.2-a", "M-2.4.1.2-c", "M-A-WORKFLOW_ERROR"],
)
def csr_error_as_workflow_error(policies: Policies) -> Policies:
    """Give the wrong status."""

    async def decide(policies_: Policies, authority: Authority, octets: bytes) -> bytes:
        try:
            return await policies.decide(policies_, authority, octets)
        except Rejected as rejected:
            if rejected.status is Status.CSR_ERROR:
                raise Rejected(Status.WORKFLOW_ERROR, rejected.text) from rejected
            raise

    return replace(policies, decide=decide)


@defect(
    "broken-der-as-ca-error",
    "A CSR that is not DER ends in CA_ERROR.",
    breaks=["M-A-CSR_ERROR"],
    related=["M-2.4.1.2-b", "M-F-DEV-*", "M-2.2-a", "M-2.4.1.2-c", "M-A-CA_ERROR"],
    extra=True,
)
def broken_der_as_ca_error(policies: Policies) -> Policies:
    """Let the parser's error out."""

    async def decide(policies_: Policies, authority: Authority, octets: bytes) -> bytes:
        try:
            policies.parse_csr(octets)
        except DerError as error:
            raise Rejected(Status.CA_ERROR, "An internal error") from error
        return await policies.decide(policies_, authority, octets)

    return replace(policies, decide=decide)


@defect(
    "issues-although-refused",
    "A refused CSR is answered with its error, yet a certificate is issued and recorded.",
    breaks=["M-2.4.1.2-b"],
    related=["M-2.2-a", "M-F-DEV-*", "M-A-CSR_ERROR", "M-2.4.1.2-c", "M-2.4.1.3-*", "M-2.4.1.4-a"],
)
def issues_although_refused(policies: Policies) -> Policies:
    """Issue whenever the Device can be told."""

    async def decide(policies_: Policies, authority: Authority, octets: bytes) -> bytes:
        try:
            return await policies.decide(policies_, authority, octets)
        except Rejected as rejected:
            if rejected.status is Status.CSR_ERROR:
                _issue_if_read(policies_, authority, octets)
            raise

    return replace(policies, decide=decide)


def _issue_if_read(policies: Policies, authority: Authority, octets: bytes) -> None:
    try:
        csr = policies.parse_csr(octets)
        device = policies.device_of(authority, csr)
    except DerError:
        return
    if authority.registry.certificates_issued(device):
        issue(policies, authority, csr, device, "adhoc")
