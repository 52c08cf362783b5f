"""Legal variants of the portals' sites: how pages are laid out and worded, how forms are sent and taken."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from reference_ra.access import Refusal
from reference_ra.adjust import without
from reference_ra.alterations import variant
from reference_ra.policies import Policies
from reference_ra.portal.page_map import PageMap
from reference_ra.portal.problems import Problem
from reference_ra.portal.sessions import Session
from reference_ra.portal.site_adjust import with_page_map, with_site, with_template

# How pages are laid out and worded

_LAYOUT = Path(__file__).parent / "other_layout"
_REFERENCE = "(?P<reference>[RB][0-9]+)"


def _message(says: str) -> Mapping[str, str]:
    return {"find": "css=.messages li", "says": says}


_ANSWER: Mapping[str, str | Mapping[str, str]] = {
    "accepted": _message("in order"),
    "rejected": _message("turned down"),
    "error": "css=.messages .why",
    "reference": {"find": "css=.messages code", "says": _REFERENCE},
}
_ONE: Mapping[str, str | Mapping[str, str]] = {
    "field": "css=textarea",
    "submit": "button=Send the CSR",
    **_ANSWER,
    "approved": _message("granted"),
}
_HISTORY = {
    "open": "link=What was sent so far",
    "row": "css=ol.history > li",
    "reference": _REFERENCE,
    "certificate": "css=a[href$='/certificate']",
}
_OTHER_MAP: PageMap = {
    "pages.landing": {"organisation": "css=#organisations a", "device": "css=#devices a"},
    "pages.organisation": _ONE,
    "pages.device": _ONE,
    "pages.batch": {
        "field": "css=input[type=file]",
        "submit": "css=button[name=send]",
        **_ANSWER,
        "csrs": _message("(?P<csrs>[0-9]+) in number"),
    },
    "pages.organisation-requests": _HISTORY,
    "pages.device-requests": _HISTORY,
}


@variant(
    "portal-other-layout",
    "Other pages: forms on a section's first page, no page for one request in the list, other words.",
    browser=True,
)
def other_layout(policies: Policies) -> Policies:
    """Replace every template, and the page map with them."""
    site = policies.portal.site
    own = {file.name: file.read_text(encoding="utf-8") for file in _LAYOUT.glob("*.html")}
    laid_out = with_site(
        policies,
        template=lambda name: own[name] if name in own else site.template(name),
        page_map={**site.page_map, **_OTHER_MAP},
    )
    return with_page_map(
        laid_out,
        "pages.pickup",
        open="link=Collect certificates",
        row="css=section.item",
        certificate="css=a[href$='/certificate']",
        certificates="css=a[href$='/certificates']",
        report="css=a[href$='/report']",
    )


@variant("portal-other-words", "Notifications in other words; what was accepted is no longer called so.")
def other_words(policies: Policies) -> Policies:
    """Write as an authority would."""
    worded = with_template(
        policies,
        "request.html",
        ("{{ form.thing }} accepted: {{ form.accepted }}", "We have received your {{ form.thing }}."),
        ("{{ form.thing }} approved: the certificate is issued.", "Success!"),
        ("It holds {{ request.csrs }} Device CSR{% if request.csrs != 1 %}s{% endif %}.",
         "<b>Number of CSRs: {{ request.csrs }}</b>"),
        ("{{ form.thing }} rejected", "There is a problem"),
    )  # fmt: skip
    accepted = {"find": "css=.notification", "says": "received"}
    approved = {"find": "css=.notification", "says": "^Success"}
    for heading in ("pages.organisation", "pages.device"):
        worded = with_page_map(worded, heading, accepted=accepted, approved=approved)
    number = {"find": "css=.notification b", "says": "Number of CSRs: (?P<csrs>[0-9]+)"}
    return with_page_map(worded, "pages.batch", accepted=accepted, csrs=number)


@variant("portal-lists-in-pages", "Lists show some rows on a page, and a link to older ones.")
def lists_in_pages(policies: Policies) -> Policies:
    """Twenty at a time, and say in the page map how one goes on."""
    for name, heading, rows in (
        ("requests.html", "pages.organisation-requests", "requests"),
        ("requests.html", "pages.device-requests", ""),
        ("pickup.html", "pages.pickup", "items"),
    ):
        policies = with_page_map(policies, heading, next="css=a[rel=next]")
        if rows:
            older = "<p>Page {{ number }}</p>{% if " + rows + "|length > number * 20 %}"
            older += '<p><a rel="next" href="?page={{ number + 1 }}">Older ones</a></p>{% endif %}'
            some = f"in {rows}[(number - 1) * 20:number * 20] %}}"
            policies = with_template(
                policies, name, (f"in {rows} %}}", some), ("</table>", f"</table>\n{older}")
            )
    return policies


# How forms are sent and answered


@variant("portal-answers-directly", "The page that answers a form is the answer to its submission.")
def answers_directly(policies: Policies) -> Policies:
    """Do not redirect."""
    return with_site(policies, redirects=False)


@variant("portal-multipart-forms", "The forms for a CSR are sent as multipart/form-data.")
def multipart_forms(policies: Policies) -> Policies:
    """Encode every form alike."""
    urlencoded = '<form method="post" action="{{ form.path }}" class'
    multipart = urlencoded.replace(" class", ' enctype="multipart/form-data" class')
    return with_template(policies, "forms.html", (urlencoded, multipart))


@variant("portal-tokens-alone", "A form is known by its token alone, whatever its Origin is.")
def tokens_alone(policies: Policies) -> Policies:
    """Do not look at Origin."""
    return with_site(
        policies, posting_rules=without(policies.portal.site.posting_rules, "origin", "fetch-site")
    )


@variant("portal-origins-alone", "A form is known by its Origin alone; there is no token.")
def origins_alone(policies: Policies) -> Policies:
    """Do without a token."""
    hidden = '<input type="hidden" name="{{ token_field }}" value="{{ token }}">\n'
    tokenless = with_template(policies, "forms.html", (hidden, ""))
    return with_site(tokenless, posting_rules=without(policies.portal.site.posting_rules, "token"))


@variant(
    "portal-samesite-alone",
    "A form is taken with the cookie of a session, which browsers send for no other site; there is no token.",
)
def samesite_alone(policies: Policies) -> Policies:
    """Begin no session with a submission."""
    site, returned = policies.portal.site, set[str]()

    def noted(session: Session, *_: object) -> bool:
        returned.add(session.name)
        return True

    return with_site(
        policies,
        session_rules={**site.session_rules, "noted": noted},
        posting_rules={"session": lambda posting: posting.session.name in returned},
    )


# Who is refused


@variant("portal-refuses-in-a-page", "A user who may not use a section is told so in a page of HTTP 200.")
def refuses_in_a_page(policies: Policies) -> Policies:
    """Call it no error."""
    refused = policies.portal.site.refused

    def politely(refusal: Refusal) -> Problem:
        return replace(refused(refusal), status=200, title="Sorry")

    return with_site(policies, refused=politely)
