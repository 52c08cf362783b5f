"""Defects in what a Device may have (M-2.4.1.3)."""

from __future__ import annotations

import asyncio
from dataclasses import replace

from reference_ra import oids
from reference_ra.adjust import without
from reference_ra.alterations import defect
from reference_ra.batch.adjust import with_batch
from reference_ra.batch.store import Batch
from reference_ra.csr import Csr
from reference_ra.decisions import CERTIFICATE_LIMIT, check_csr, check_device, had_a_certificate, issue
from reference_ra.messages import Rejected, Status
from reference_ra.policies import Authority, Policies


@defect(
    "issues-for-unknown-device",
    "A Device that never had a certificate gets one.",
    breaks=["M-2.4.1.3-a"],
    related=["M-A-UNKNOWN_DEVICE", "N-2.1.2-a", "M-2.4.1.2-c"],
)
def issues_for_unknown_device(policies: Policies) -> Policies:
    """Do not ask for an earlier certificate."""
    return replace(policies, device_rules=without(policies.device_rules, "known"))


@defect(
    "unknown-device-as-anomaly",
    "An unknown Device is answered with ISSUANCE_ANOMALY.",
    breaks=["M-A-UNKNOWN_DEVICE"],
    related=["M-2.4.1.3-a", "N-2.1.2-a", "M-2.4.1.2-c"],
)
def unknown_device_as_anomaly(policies: Policies) -> Policies:
    """Give the wrong status."""

    def known(authority: Authority, device: bytes) -> Rejected | None:
        rejected = had_a_certificate(authority, device)
        return rejected and Rejected(Status.ISSUANCE_ANOMALY, rejected.text)

    return replace(policies, device_rules={**policies.device_rules, "known": known})


def _limited(policies: Policies, limit: int) -> Policies:
    def below(authority: Authority, device: bytes) -> Rejected | None:
        if authority.registry.certificates_issued(device) < limit:
            return None
        return Rejected(Status.ISSUANCE_ANOMALY, "Too many certificates were issued for this Device")

    return replace(policies, device_rules={**policies.device_rules, "limit": below})


@defect(
    "issues-the-101st",
    "A Device with 100 certificates gets another.",
    breaks=["M-2.4.1.3-b"],
    related=["M-A-ISSUANCE_ANOMALY", "M-2.4.1.2-c"],
)
def issues_the_101st(policies: Policies) -> Policies:
    """Count one too far."""
    return _limited(policies, CERTIFICATE_LIMIT + 1)


@defect(
    "refuses-the-100th",
    "A Device with 99 certificates is refused another.",
    breaks=["M-2.4.1.3-b"],
    related=["M-A-ISSUANCE_ANOMALY", "M-A-SUCCESS"],
)
def refuses_the_100th(policies: Policies) -> Policies:
    """Count one too short."""
    return _limited(policies, CERTIFICATE_LIMIT - 1)


@defect(
    "limit-is-raced",
    "Requests at one time each see the same count, and together pass the limit of 100.",
    breaks=["M-2.4.1.3-b"],
    related=["M-A-ISSUANCE_ANOMALY"],
)
def limit_is_raced(policies: Policies) -> Policies:
    """Give way between the check and the issue."""

    async def decide(policies_: Policies, authority: Authority, octets: bytes) -> bytes:
        csr = check_csr(policies_, octets)
        device = policies_.device_of(authority, csr)
        check_device(policies_, authority, device)
        await asyncio.sleep(0.1)
        return issue(policies_, authority, csr, device, "adhoc")

    return replace(policies, decide=decide)


@defect(
    "forgets-what-it-issued",
    "A certificate that is issued is not recorded, so that it never counts.",
    breaks=["M-2.4.1.3-b"],
    related=["M-A-ISSUANCE_ANOMALY", "M-2.4.1.4-*", "M-2.4.1.3-a", "N-2.1.2-a", "M-2.5.*", "M-D-CSR-*"],
)
def forgets_what_it_issued(policies: Policies) -> Policies:
    """Do not lodge."""
    return replace(policies, lodge=lambda *_: None)


@defect(
    "refuses-other-usage",
    "A certificate can be replaced by one of the same key usage only.",
    breaks=["M-2.4.1.3-a"],
    related=["M-A-UNKNOWN_DEVICE", "M-F-DEV-d", "N-2.1.2-a", "M-2.4.1.4-a"],
)
def refuses_other_usage(policies: Policies) -> Policies:
    """Ask for an earlier certificate of the same usage."""

    async def decide(policies_: Policies, authority: Authority, octets: bytes) -> bytes:
        csr = check_csr(policies_, octets)
        extension = csr.extension(oids.KEY_USAGE)
        agreement = extension is not None and extension.value == oids.KEY_AGREEMENT
        usages = authority.registry.key_usages_issued(policies_.device_of(authority, csr))
        if usages and ("keyAgreement" if agreement else "digitalSignature") not in usages:
            raise Rejected(Status.UNKNOWN_DEVICE, "No certificate of this usage was issued before")
        return await policies.decide(policies_, authority, octets)

    return replace(policies, decide=decide)


@defect(
    "replaces-once-only",
    "A Device whose certificate was replaced once is refused another.",
    breaks=["M-2.4.1.3-a"],
    related=["N-2.1.2-a", "M-2.4.1.3-b", "M-2.4.1.4-*", "M-B-RSP-d", "M-G-a", "M-2.4.1.3-c"],
)
def replaces_once_only(policies: Policies) -> Policies:
    """Remember the Devices that were served."""
    served: set[bytes] = set()

    async def decide(policies_: Policies, authority: Authority, octets: bytes) -> bytes:
        device = policies_.device_of(authority, check_csr(policies_, octets))
        if device in served:
            raise Rejected(Status.ISSUANCE_ANOMALY, "The Device has its replacement")
        certificate = await policies.decide(policies_, authority, octets)
        served.add(device)
        return certificate

    return replace(policies, decide=decide)


@defect(
    "unaware-of-batches",
    "A Device whose certificate came through a batch is unknown to the Ad Hoc service.",
    breaks=["M-2.4.1.3-a"],
    related=["M-2.4.1.3-b", "M-2.5.1.4-a", "M-2.5.1.3-d"],
)
def unaware_of_batches(policies: Policies) -> Policies:
    """Look at one service's records only."""
    batched: set[bytes] = set()

    def note(_authority: Authority, _batch: Batch, device: bytes, _csr: Csr) -> None:
        batched.add(device)

    def known(authority: Authority, device: bytes) -> Rejected | None:
        if device in batched:
            return Rejected(Status.UNKNOWN_DEVICE, "No certificate was issued before")
        return had_a_certificate(authority, device)

    noting = with_batch(policies, device_rules={**policies.batch.device_rules, "note": note})
    return replace(noting, device_rules={**policies.device_rules, "known": known})
