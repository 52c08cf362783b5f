"""Defects of the portals' sites: who gets to which pages, whose session it is, where a form comes from."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from aiohttp import web

from reference_ra.access import Refusal
from reference_ra.adjust import without
from reference_ra.alterations import defect
from reference_ra.policies import Policies
from reference_ra.portal.pages import CSR_FIELD, TOKEN_FIELD
from reference_ra.portal.posted import Posted, PostedLimits
from reference_ra.portal.sections import Place
from reference_ra.portal.sessions import Posting, PostingRule
from reference_ra.portal.site_adjust import excusing_at, with_site
from reference_ra.registry import Credential

_ENTRY = ("M-2.3.EST-b", "M-2.3.EST-d", "N-1-a", "M-2.3.1.9-*", "S-2", "S-3", "S-5")
"""The rows that say who gets to which pages."""

# Whom a section is open to


@defect(
    "portal-device-pages-for-organisation-credentials",
    "The IKI Certificate for the Organisation pages opens the Device pages too.",
    breaks=["M-2.3.EST-b"],
    related=_ENTRY,
)
def device_pages_for_organisation_credentials(policies: Policies) -> Policies:
    """Take the one for the other."""
    return excusing_at(
        policies, Refusal.INTERFACE, lambda _place, _path, holder: holder.interface == "portal-organisation"
    )


@defect(
    "portal-organisation-pages-for-device-credentials",
    "The IKI Certificate for the Device pages opens the Organisation pages too.",
    breaks=["M-2.3.EST-b"],
    related=_ENTRY,
    extra=True,
)
def organisation_pages_for_device_credentials(policies: Policies) -> Policies:
    """Take the one for the other."""
    return excusing_at(
        policies, Refusal.INTERFACE, lambda _place, _path, holder: holder.interface == "portal-device"
    )


@defect(
    "portal-admits-web-service-credentials",
    "An IKI Certificate for a web service opens the portals' pages.",
    breaks=["M-2.3.EST-b", "N-1-a"],
    related=_ENTRY,
)
def admits_web_service_credentials(policies: Policies) -> Policies:
    """Take a system's credential for an ARO's."""
    return excusing_at(
        policies, Refusal.INTERFACE, lambda _place, _path, holder: holder.interface in ("adhoc", "batch")
    )


@defect(
    "portal-guards-first-page-only",
    "Only the first page of a section asks whether the IKI Certificate is the right one.",
    breaks=["M-2.3.EST-b"],
    related=_ENTRY,
)
def guards_first_page_only(policies: Policies) -> Policies:
    """Trust that nobody knows the addresses of the others."""

    def beyond(place: Place, path: str, _holder: Credential) -> bool:
        return path != f"/{place.section}/"

    return excusing_at(policies, Refusal.INTERFACE, beyond)


@defect(
    "portal-admits-without-uept",
    "An ARO of a subscriber that has not completed User Entry Process Tests gets Device Certificates.",
    breaks=["S-2"],
)
def admits_without_uept(policies: Policies) -> Policies:
    """Do not ask for User Entry Process Tests."""
    return excusing_at(policies, Refusal.UEPT, lambda *_: True)


@defect(
    "portal-refuses-gas-supplier",
    "The AROs of a Gas Supplier are refused on the Device pages.",
    breaks=["N-2.1.1-a"],
    related=["*"],
    extra=True,
)
def refuses_gas_supplier(policies: Policies) -> Policies:
    """Serve Import Suppliers alone."""
    rules_for = policies.portal.site.rules_for

    def stricter(place: Place, path: str) -> dict[Refusal, Callable[[Credential], bool]]:
        keeps = dict(rules_for(place, path))
        if place.section == "device":
            keeps[Refusal.USER_ROLE] = lambda holder: "gas-supplier" not in holder.subscriber.user_roles
        return keeps

    return with_site(policies, rules_for=stricter)


# Whose session it is


@defect(
    "portal-session-under-another-credential",
    "Whoever has a session's cookie is who began the session, whatever IKI Certificate is presented.",
    breaks=["N-1-a"],
    related=[*_ENTRY, "M-2.3.1.3-a"],
)
def session_under_another_credential(policies: Policies) -> Policies:
    """Ask for the credential once."""
    rules = without(policies.portal.site.session_rules, "credential")
    return with_site(policies, session_rules=rules, acting=lambda session, _credential: session.credential)


# Where a form comes from

_ORIGIN = ("origin", "fetch-site")
_OF_AN_ADDRESS = "an address"


@defect("portal-takes-forms-of-other-sites", "A form is taken from whatever site it comes.", breaks=["N-1-a"])
def takes_forms_of_other_sites(policies: Policies) -> Policies:
    """Trust the IKI Certificate alone, which a browser presents for every site."""
    return with_site(policies, posting_rules={})


@defect(
    "portal-takes-forms-without-token",
    "A form is refused for a wrong token, not for none.",
    breaks=["N-1-a"],
    extra=True,
)
def takes_forms_without_token(policies: Policies) -> Policies:
    """Compare what there is."""
    rules = without(policies.portal.site.posting_rules, *_ORIGIN)
    right = rules["token"]

    def token(posting: Posting) -> bool:
        return posting.token is None or right(posting)

    return with_site(policies, posting_rules={**rules, "token": token})


@defect(
    "portal-takes-any-token",
    "A form is refused where it has no token, whatever a token is.",
    breaks=["N-1-a"],
    extra=True,
)
def takes_any_token(policies: Policies) -> Policies:
    """Look whether there is one."""
    return with_site(policies, posting_rules={"token": lambda posting: posting.token is not None})


@defect(
    "portal-one-token-for-all",
    "The token in a form is the same for every user.",
    breaks=["N-1-a"],
    related=["M-2.3.1.3-a"],
)
def one_token_for_all(policies: Policies) -> Policies:
    """Make it once."""
    token = policies.portal.site.make_token()
    rules = without(policies.portal.site.posting_rules, *_ORIGIN)
    return with_site(policies, make_token=lambda: token, posting_rules=rules)


@defect(
    "portal-submits-by-address",
    "A CSR in an address is submitted, for whoever follows a link to it.",
    breaks=["N-1-a"],
)
def submits_by_address(policies: Policies) -> Policies:
    """Read a form's fields wherever they stand, and trust that another site cannot send them."""
    site = policies.portal.site

    def is_submission(request: web.Request) -> bool:
        return site.is_submission(request) or CSR_FIELD in request.query

    @asynccontextmanager
    async def reading(request: web.Request, limits: PostedLimits) -> AsyncIterator[Posted]:
        if request.method == "POST":
            async with site.reading(request, limits) as posted:
                yield posted
        else:
            yield Posted({**request.query, TOKEN_FIELD: _OF_AN_ADDRESS})

    def excusing(keeps: PostingRule) -> PostingRule:
        return lambda posting: posting.token == _OF_AN_ADDRESS or keeps(posting)

    rules = {name: excusing(keeps) for name, keeps in site.posting_rules.items()}
    return with_site(policies, is_submission=is_submission, reading=reading, posting_rules=rules)
