"""Defects that show only where several requests are served at one time."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace

from reference_ra.alterations import defect
from reference_ra.messages import Reply
from reference_ra.policies import Authority, Policies

_PAUSE = 0.02
"""Seconds in which other requests overtake."""


def _with_latest(policies: Policies, mix: Callable[[Reply, Reply], Reply]) -> Policies:
    """Keep the reply where all requests share it, and come back to it when others may have been there."""
    latest: list[Reply] = []

    async def finish_reply(reply: Reply) -> Reply:
        latest[:] = [reply]
        await asyncio.sleep(_PAUSE)
        return mix(reply, latest[0])

    return replace(policies, finish_reply=finish_reply)


@defect(
    "ids-cross-under-load",
    "Where requests overlap, a reply carries the ID of another request.",
    breaks=["M-B-REQ-b"],
    related=["M-B-RSP-a", "M-2.4.1.4-c", "M-2.4.1.3-c"],
)
def ids_cross(policies: Policies) -> Policies:
    """Share the ID."""
    return _with_latest(policies, lambda reply, latest: replace(reply, reference=latest.reference))


@defect(
    "certificates-cross-under-load",
    "Where requests overlap, a reply carries the certificate of another request.",
    breaks=["M-2.4.1.4-c"],
    related=["M-2.4.1.4-a", "M-B-REQ-b", "M-2.4.1.3-c", "G-DEV-*", "G-12-m"],
)
def certificates_cross(policies: Policies) -> Policies:
    """Share the certificate."""
    return _with_latest(
        policies,
        lambda reply, latest: (
            replace(reply, certificate=latest.certificate)
            if reply.certificate and latest.certificate
            else reply
        ),
    )


@defect(
    "transactions-cross-under-load",
    "Where requests overlap, they get one TransactionId.",
    breaks=["M-B-RSP-d"],
    related=["M-2.4.1.4-c", "M-2.4.1.3-c"],
    extra=True,
)
def transactions_cross(policies: Policies) -> Policies:
    """Share the TransactionId."""
    return _with_latest(policies, lambda reply, latest: replace(reply, transaction=latest.transaction))


@defect(
    "returns-earlier-certificate",
    "A replacement of a replacement is answered with the certificate that was issued before.",
    breaks=["M-2.4.1.4-c"],
    related=["M-2.4.1.4-a", "G-DEV-*", "G-12-*", "M-2.4.1.3-*", "N-2.1.2-a"],
)
def returns_earlier_certificate(policies: Policies) -> Policies:
    """Keep the first certificate of each Device, and give it again."""
    kept: dict[bytes, bytes] = {}

    async def decide(policies_: Policies, authority: Authority, octets: bytes) -> bytes:
        certificate = await policies.decide(policies_, authority, octets)
        device = policies_.device_of(authority, policies_.parse_csr(octets))
        return kept.setdefault(device, certificate)

    return replace(policies, decide=decide)
