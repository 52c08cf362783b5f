"""What is decided on a CSR of a portal, and the certificate that is issued (M-2.3.1.2 to -4, -7, -8)."""

from __future__ import annotations

from datetime import datetime

from reference_ra import oids
from reference_ra.certificate import assemble
from reference_ra.csr import Csr
from reference_ra.decisions import check_by, issue
from reference_ra.policies import Authority, Policies
from reference_ra.portal.organisation_csr import OrganisationSubject, subject_of
from reference_ra.portal.records import Interface
from reference_ra.registry import IssuedOrganisationCertificate, Subscriber
from reference_ra.repository import lodging


def check_organisation_csr(policies: Policies, text: str) -> Csr:
    """The Organisation CSR of a text; Rejected where format or signature are wrong (M-2.3.1.2-a)."""
    octets = policies.portal.csr_octets(text)
    return check_by(policies.portal.organisation_csr_rules, policies.parse_csr, octets)


def why_not(
    policies: Policies, subscriber: Subscriber, subject: OrganisationSubject, interface: Interface
) -> list[str]:
    """Every reason for which an accepted Organisation CSR is not approved (M-2.3.1.3)."""
    found = (rule(subscriber, subject, interface) for rule in policies.portal.organisation_rules.values())
    return [f"The CSR is refused: {reason}" for reason in found if reason]


def issue_organisation(policies: Policies, authority: Authority, csr: Csr) -> bytes:
    """A new Organisation Certificate, DER, recorded, and lodged in the Repository (M-2.3.1.4)."""
    issued = make_organisation_certificate(policies, authority, csr, authority.clock.now())
    policies.portal.lodge(authority, issued)
    lodging.lodge(policies, authority, "organisation", (lodging.of_organisation(issued),))
    return issued.der


def make_organisation_certificate(
    policies: Policies, authority: Authority, csr: Csr, now: datetime
) -> IssuedOrganisationCertificate:
    """A new Organisation Certificate that begins at a time, not recorded yet."""
    ca, subject = authority.organisation_ca, subject_of(csr)
    fields = policies.portal.fill_fields(csr, ca, now)
    octets = assemble(fields, ca, policies.portal.sign)
    usage = csr.extension(oids.KEY_USAGE)
    agreement = usage is not None and usage.value == oids.KEY_AGREEMENT
    return IssuedOrganisationCertificate(
        subject.eui64,
        subject.remote_party_role,
        "keyAgreement" if agreement else "digitalSignature",
        fields.serial,
        octets,
        now,
    )


def decide_on_device(
    policies: Policies, authority: Authority, subscriber: Subscriber, text: str
) -> tuple[bytes, bytes]:
    """Device ID, and a new certificate, lodged, for an ad hoc Device CSR; Rejected where there is none.

    There is no giving way in between: two requests cannot both be the 100th.
    """
    csr = policies.portal.check_device_csr(policies, policies.portal.csr_octets(text))
    device = policies.device_of(authority, csr)
    for refuses in policies.portal.device_rules.values():
        if rejected := refuses(authority, subscriber, device):
            raise rejected
    return device, issue(policies, authority, csr, device, "portal-device")
