"""The sections of the portals, and which IKI Certificate opens each (M-2.3.EST-b, S-2, S-3)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from reference_ra.access import Refusal, SubscriberRule
from reference_ra.portal.records import Interface, Section

GATEWAY: Interface = "portal-gateway"
INTERNET: Interface = "portal-internet"


class Place(NamedTuple):
    """A section of one of the portals."""

    interface: Interface
    section: Section
    """Also the first part of the paths of its pages."""


PLACES = frozenset(
    {Place(GATEWAY, "organisation"), Place(GATEWAY, "device"), Place(INTERNET, "organisation")}
)
"""All that there are. The Internet portal takes no Device CSR, so it has no Device section (S-3)."""

SECTION_RULES: Mapping[Section, Mapping[Refusal, SubscriberRule]] = {
    "organisation": {
        Refusal.INTERFACE: lambda credential: credential.interface == "portal-organisation",
    },
    "device": {
        Refusal.INTERFACE: lambda credential: credential.interface == "portal-device",
        Refusal.NOT_AUTHORISED: lambda credential: credential.subscriber.device_certificates,
        Refusal.UEPT: lambda credential: credential.subscriber.uept,
    },
}
"""What the holder of a credential must keep to use a section."""


def rules_for(place: Place, _path: str) -> Mapping[Refusal, SubscriberRule]:
    """Those of the section, on either portal and on every page."""
    return SECTION_RULES[place.section]
