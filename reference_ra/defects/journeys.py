"""Defects between the SMKI Portal and the web services: each alone would be right."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from reference_ra.alterations import defect
from reference_ra.authority import Authority
from reference_ra.batch.adjust import with_batch
from reference_ra.batch.store import Batch
from reference_ra.decisions import CERTIFICATE_LIMIT, had_a_certificate
from reference_ra.messages import Rejected, Status
from reference_ra.policies import Policies
from reference_ra.portal.adjust import with_desk
from reference_ra.registry import Subscriber


@defect(
    "portal-unknown-to-adhoc",
    "What the portal has issued for a Device is unknown to the Ad Hoc service, and not counted by it.",
    breaks=["M-2.4.1.3-a", "M-2.4.1.3-b"],
    related=["M-2.3.1.8-b", "M-2.3.1.9-a"],
)
def unknown_to_adhoc(policies: Policies) -> Policies:
    """Look at one service's records only."""
    through_the_portal: dict[bytes, int] = {}

    def note(_authority: Authority, _subscriber: Subscriber, device: bytes) -> None:
        through_the_portal[device] = through_the_portal.get(device, 0) + 1

    def issued(authority: Authority, device: bytes) -> int:
        return authority.registry.certificates_issued(device) - through_the_portal.get(device, 0)

    def known(authority: Authority, device: bytes) -> Rejected | None:
        if device in through_the_portal and not issued(authority, device):
            return Rejected(Status.UNKNOWN_DEVICE, "No certificate was issued before")
        return had_a_certificate(authority, device)

    def limit(authority: Authority, device: bytes) -> Rejected | None:
        if issued(authority, device) < CERTIFICATE_LIMIT:
            return None
        return Rejected(Status.ISSUANCE_ANOMALY, "Too many certificates were issued for this Device")

    noting = with_desk(policies, device_rules={**policies.portal.device_rules, "note": note})
    return replace(noting, device_rules={**policies.device_rules, "known": known, "limit": limit})


@defect(
    "portal-without-web-service-batches",
    "A batch that came by the web service is not on the pickup page.",
    breaks=["M-2.5.1.4-d"],
    related=["M-2.3.1.9-d"],
)
def without_web_service_batches(policies: Policies) -> Policies:
    """Offer what was uploaded, no more."""
    is_on_page = policies.batch.is_on_pickup_page

    def is_on_pickup_page(batch: Batch, now: datetime) -> bool:
        return batch.archive is not None and is_on_page(batch, now)

    return with_batch(policies, is_on_pickup_page=is_on_pickup_page)


@defect(
    "portal-batches-first",
    "Batches of the portal are processed before those of the web service that came earlier.",
    breaks=["N-3.1.1-a"],
    related=["N-3.1.1-*", "M-1.2-*"],
)
def portal_batches_first(policies: Policies) -> Policies:
    """Serve people before machines."""
    next_in_turn = policies.batch.next_in_turn

    def portal_first(batches: Sequence[Batch]) -> Batch:
        return next_in_turn([batch for batch in batches if batch.archive is not None] or batches)

    return with_batch(policies, next_in_turn=portal_first)
