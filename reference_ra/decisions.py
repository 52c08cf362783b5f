"""What the RA does with a Device CSR: check it, look at the Device, issue (M-2.4.1.2 to M-2.4.1.4)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime

from reference_ra import oids
from reference_ra.certificate import assemble
from reference_ra.csr import Csr, CsrRule
from reference_ra.der import DerError
from reference_ra.messages import Rejected, Status
from reference_ra.policies import Authority, DeviceRule, Policies
from reference_ra.registry import IssuedCertificate
from reference_ra.repository import lodging
from reference_ra.repository.records import Way

CERTIFICATE_LIMIT = 100
"""Device Certificates for one Device ID, ever."""


def check_csr(policies: Policies, octets: bytes) -> Csr:
    """The Device CSR, where its format and signature are right."""
    return check_by(policies.csr_rules, policies.parse_csr, octets)


def check_by(rules: Mapping[str, CsrRule], parse: Callable[[bytes], Csr], octets: bytes) -> Csr:
    """The CSR, where it keeps the rules; Rejected where it breaks one."""
    try:
        csr = parse(octets)
    except DerError as error:
        raise Rejected(Status.CSR_ERROR, f"The CSR cannot be read: {error}") from error
    for broken in rules.values():
        if reason := broken(csr):
            raise Rejected(Status.CSR_ERROR, f"The CSR is refused: {reason}")
    return csr


def had_a_certificate(authority: Authority, device: bytes) -> Rejected | None:
    """M-2.4.1.3-a: this service replaces certificates, so there must be one."""
    if authority.registry.certificates_issued(device):
        return None
    return Rejected(Status.UNKNOWN_DEVICE, "No Device Certificate was issued for this Device before")


def is_below_limit(authority: Authority, device: bytes) -> Rejected | None:
    """M-2.4.1.3-b: fewer than 100 were issued before."""
    if authority.registry.certificates_issued(device) < CERTIFICATE_LIMIT:
        return None
    return Rejected(Status.ISSUANCE_ANOMALY, f"{CERTIFICATE_LIMIT} certificates were issued for this Device")


DEVICE_RULES: Mapping[str, DeviceRule] = {"known": had_a_certificate, "limit": is_below_limit}


def check_device(policies: Policies, authority: Authority, device: bytes) -> None:
    """Rejected, where the Device gets no certificate."""
    for refuses in policies.device_rules.values():
        if rejected := refuses(authority, device):
            raise rejected


def make_certificate(
    policies: Policies, authority: Authority, csr: Csr, device: bytes, now: datetime
) -> IssuedCertificate:
    """A new certificate, not lodged yet."""
    fields = policies.fill_fields(csr, authority.device_ca, now)
    octets = assemble(fields, authority.device_ca, policies.sign)
    usage = csr.extension(oids.KEY_USAGE)
    agreement = usage is not None and usage.value == oids.KEY_AGREEMENT
    key_usage = "keyAgreement" if agreement else "digitalSignature"
    return IssuedCertificate(device, key_usage, fields.serial, octets, now)


def issue(policies: Policies, authority: Authority, csr: Csr, device: bytes, way: Way) -> bytes:
    """A new certificate, recorded, and lodged in the Repository."""
    issued = make_certificate(policies, authority, csr, device, authority.clock.now())
    policies.lodge(authority, issued)
    lodging.lodge(policies, authority, way, (lodging.of_device(issued),))
    return issued.der


async def decide(policies: Policies, authority: Authority, octets: bytes) -> bytes:
    """Check, then issue, without giving way in between: two requests cannot both be the 100th."""
    csr = check_csr(policies, octets)
    device = policies.device_of(authority, csr)
    check_device(policies, authority, device)
    return issue(policies, authority, csr, device, "adhoc")
