"""The policies of the portals' web sites of an RA that keeps every rule."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from aiohttp import web

from reference_ra.portal import assets, posted
from reference_ra.portal.page_map import PAGE_MAP
from reference_ra.portal.posted import PostedLimits
from reference_ra.portal.problems import refused
from reference_ra.portal.records import PortalRequest
from reference_ra.portal.sections import PLACES, Place, rules_for
from reference_ra.portal.sessions import POSTING_RULES, SESSION_RULES, Session, new_token
from reference_ra.portal.site_policies import SitePolicies
from reference_ra.registry import Credential

if TYPE_CHECKING:
    from reference_ra.portal.desk import Desk

HEADERS: Mapping[str, str] = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; form-action 'self'; "
        "base-uri 'none'; frame-ancestors 'none'"
    ),
    "X-Frame-Options": "DENY",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cache-Control": "no-store",
    "Strict-Transport-Security": "max-age=31536000",
}


def _own(_session: Session, credential: Credential) -> Credential:
    return credential


def _is_submission(request: web.Request) -> bool:
    return request.method == "POST"


async def _submit_csr(desk: Desk, place: Place, credential: Credential, text: str) -> PortalRequest:
    if place.section == "organisation":
        return await desk.submit_organisation_csr(credential, text, place.interface)
    return await desk.submit_device_csr(credential, text)


def _as_it_is(request: PortalRequest) -> PortalRequest:
    return request


def conformant_site_policies() -> SitePolicies:
    """Those that keep every rule."""
    return SitePolicies(
        places=PLACES,
        rules_for=rules_for,
        refused=refused,
        session_rules=SESSION_RULES,
        acting=_own,
        make_token=new_token,
        posting_rules=POSTING_RULES,
        limits=PostedLimits(),
        is_submission=_is_submission,
        reading=posted.reading,
        submit_csr=_submit_csr,
        shown=_as_it_is,
        redirects=True,
        template=assets.template,
        static=assets.static,
        headers=HEADERS,
        page_map=PAGE_MAP,
    )
