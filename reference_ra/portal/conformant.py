"""The portals' policies of an RA that keeps every rule."""

from __future__ import annotations

from datetime import timedelta

from reference_ra.portal.conformant_site import conformant_site_policies
from reference_ra.portal.policies import PortalPolicies


def conformant_portal_policies() -> PortalPolicies:
    """Those that keep every rule."""
    return PortalPolicies(approval=timedelta(), site=conformant_site_policies())
