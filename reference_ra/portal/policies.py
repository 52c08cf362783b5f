"""The policies that are the portals' own, by name, so that one can be replaced."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from reference_ra.portal.site_policies import SitePolicies

RETENTION = timedelta(days=30)
"""How long a Device Certificate can be picked up (M-2.3.1.9-c and -d)."""


@dataclass(frozen=True)
class PortalPolicies:
    """How an RA decides on what comes through its portals."""

    approval: timedelta
    """From the acceptance of an Organisation CSR to its approval or rejection, by the RA's clock."""

    site: SitePolicies
    """What is the pages' own."""
