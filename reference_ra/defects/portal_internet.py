"""Defects of the portal via the Internet: it takes Device CSRs (S-3), or no Organisation CSRs (S-4)."""

from __future__ import annotations

from reference_ra.access import Refusal
from reference_ra.alterations import defect
from reference_ra.policies import Policies
from reference_ra.portal.desk import Desk
from reference_ra.portal.records import PortalRequest, Standing
from reference_ra.portal.sections import GATEWAY, INTERNET, Place
from reference_ra.portal.sessions import Posting
from reference_ra.portal.site_adjust import excusing_at, with_site, with_template
from reference_ra.registry import Credential

_DEVICE_PAGES = Place(INTERNET, "device")
_NO_DEVICE_CSR = ("S-3", "S-5", "M-2.3.EST-b")
_EACH = "{% for section in sections %}"


def _with_device_pages(policies: Policies) -> Policies:
    """The Internet portal has them too; a form on them needs no token, so that it is easy to send."""
    site = policies.portal.site

    def wanting_none(posting: Posting) -> bool:
        return posting.session.place == _DEVICE_PAGES or site.posting_rules["token"](posting)

    return with_site(
        policies,
        places=site.places | {_DEVICE_PAGES},
        posting_rules={**site.posting_rules, "token": wanting_none},
    )


@defect(
    "portal-internet-has-device-pages",
    "The portal via the Internet has the Device pages of the other, and a link to them.",
    breaks=["S-3"],
    related=_NO_DEVICE_CSR,
    extra=True,
)
def has_device_pages(policies: Policies) -> Policies:
    """Serve one site on both addresses."""
    return _with_device_pages(policies)


@defect(
    "portal-internet-has-unlinked-device-pages",
    "The portal via the Internet has Device pages for who knows their addresses.",
    breaks=["S-3"],
    related=_NO_DEVICE_CSR,
)
def has_unlinked_device_pages(policies: Policies) -> Policies:
    """Take the link away and nothing else."""
    shown = f"{{% for section in sections if interface == '{GATEWAY}' or '/device/' not in section.url %}}"
    return with_template(_with_device_pages(policies), "landing.html", (_EACH, shown))


@defect(
    "portal-internet-device-pages-for-organisation-credentials",
    "The Internet portal's unlinked Device pages are open to those who may use its Organisation pages.",
    breaks=["S-3"],
    related=_NO_DEVICE_CSR,
    extra=True,
)
def device_pages_for_organisation_credentials(policies: Policies) -> Policies:
    """Forget the pages that are not shown."""
    return excusing_at(
        has_unlinked_device_pages(policies), Refusal.INTERFACE, lambda place, *_: place == _DEVICE_PAGES
    )


@defect(
    "portal-internet-links-to-device-pages",
    "The portal via the Internet has a link to Device pages, which are not there.",
    breaks=["S-3"],
    related=_NO_DEVICE_CSR,
)
def links_to_device_pages(policies: Policies) -> Policies:
    """Show the other portal's landing page."""
    link = '<li><h2><a href="/device/">Device Certificates</a></h2></li>'
    added = f"{{% if interface == '{INTERNET}' %}}{link}{{% endif %}}{_EACH}"
    return with_template(policies, "landing.html", (_EACH, added))


@defect(
    "portal-internet-issues-for-device-csrs",
    "A Device CSR in the Internet portal's form for Organisation CSRs is issued for.",
    breaks=["S-3"],
    related=_NO_DEVICE_CSR,
)
def issues_for_device_csrs(policies: Policies) -> Policies:
    """Try what is no Organisation CSR as a Device CSR."""
    submit = policies.portal.site.submit_csr

    async def submit_csr(desk: Desk, place: Place, credential: Credential, text: str) -> PortalRequest:
        made = await submit(desk, place, credential, text)
        if place.interface == INTERNET and made.standing is Standing.REJECTED:
            await desk.submit_device_csr(credential, text)
        return made

    return with_site(policies, submit_csr=submit_csr)


@defect(
    "portal-internet-rejects-organisation-csrs",
    "The portal via the Internet rejects every Organisation CSR.",
    breaks=["S-4"],
    related=["*"],
)
def rejects_organisation_csrs(policies: Policies) -> Policies:
    """Read nothing of it."""
    submit = policies.portal.site.submit_csr

    async def submit_csr(desk: Desk, place: Place, credential: Credential, text: str) -> PortalRequest:
        return await submit(desk, place, credential, "" if place.interface == INTERNET else text)

    return with_site(policies, submit_csr=submit_csr)
