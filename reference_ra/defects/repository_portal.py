"""Defects of the Repository portal's pages: sessions, what is found, shown and downloaded, browsers."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence

from aiohttp import web

from reference_ra.alterations import defect
from reference_ra.policies import Policies
from reference_ra.portal.problems import Problem
from reference_ra.portal.site_adjust import Edit
from reference_ra.repository.access_adjust import (
    with_repository_page_map,
    with_repository_site,
    with_repository_static,
    with_repository_template,
)
from reference_ra.repository.records import Kind, ListKind, Lodged
from reference_ra.repository.site_pages import Asked

_FOUND = (
    "O-LODGE-*",
    "P-1.1-a",
    "P-1.3-a",
    "P-3.1-*",
    "P-4.1-a",
    "M-2.3.1.4-b",
    "M-2.4.1.4-b",
    "M-2.5.1.4-b",
)
"""The rows whose scenarios look for something on the portal."""

# Sessions


@defect(
    "repository-pages-for-everybody",
    "The pages of certificates on the Repository portal are shown without a login.",
    breaks=["P-3.1-a"],
    related=["P-3.1-b"],
)
def pages_for_everybody(policies: Policies) -> Policies:
    """Ask on the other pages only."""
    needs = policies.repository.site.needs_login
    return with_repository_site(
        policies, needs_login=lambda path: needs(path) and not path.startswith("/certificates/")
    )


@defect(
    "repository-session-outlives-the-logout",
    "Who has the cookie of a session of the Repository portal may use it after its user has logged out.",
    breaks=["P-3.1-a"],
)
def session_outlives_the_logout(policies: Policies) -> Policies:
    """Give the browser another cookie, no more."""
    return with_repository_site(policies, ends=lambda _visits, _visit: None)


@defect(
    "repository-pages-before-the-password-is-changed",
    "A user who is asked to change the password can go to other pages of the Repository portal first.",
    breaks=["P-3.1-b"],
)
def pages_before_the_change(policies: Policies) -> Policies:
    """Ask, and insist on nothing."""
    return with_repository_site(policies, before_change=lambda _path: True)


# What is found


@defect(
    "repository-portal-finds-no-devices",
    "Searches of the Repository portal find no Device Certificate.",
    breaks=["O-LODGE-a", "P-1.1-a"],
    related=_FOUND,
)
def finds_no_devices(policies: Policies) -> Policies:
    """Show what organisations have."""
    return with_repository_site(
        policies, found=lambda all_: [each for each in all_ if each.kind is not Kind.DEVICE]
    )


@defect(
    "repository-portal-finds-one",
    "A search of the Repository portal shows the latest certificate, not all.",
    breaks=["O-LODGE-a", "P-1.1-a"],
    related=_FOUND,
)
def finds_one(policies: Policies) -> Policies:
    """Show one at most."""
    return with_repository_site(policies, found=lambda all_: all_[-1:])


@defect(
    "repository-portal-shows-what-others-found",
    "A search of the Repository portal shows what the search before it has found as well.",
    breaks=["O-LODGE-a", "P-1.1-a"],
    related=_FOUND,
)
def shows_what_others_found(policies: Policies) -> Policies:
    """Keep it from one search to the next."""
    kept: list[Lodged] = []

    def found(certificates: Sequence[Lodged]) -> Sequence[Lodged]:
        before = [each for each in kept if each not in certificates]
        kept[:] = certificates or kept
        return [*certificates, *before]

    return with_repository_site(policies, found=found)


@defect(
    "repository-portal-fails-where-nothing-is-found",
    "A search of the Repository portal that finds nothing is answered by an internal error.",
    breaks=["P-4.1-a"],
    related=_FOUND,
)
def fails_where_nothing_is_found(policies: Policies) -> Policies:
    """Expect something."""

    def found(certificates: Sequence[Lodged]) -> Sequence[Lodged]:
        if not certificates:
            raise LookupError("nothing was found")
        return certificates

    return with_repository_site(policies, found=found)


@defect(
    "repository-portal-search-text-in-a-query",
    "A quote in a search text is put into a query of the Repository's database, which then fails.",
    breaks=["P-4.1-a"],
    related=["P-3.1-a"],
)
def search_text_in_a_query(policies: Policies) -> Policies:
    """Look it up before anything else."""
    mistake = policies.repository.site.mistake

    def looked_up(asked: Asked) -> str:
        with sqlite3.connect(":memory:") as database:
            database.execute(f"select 1 where 'x' = '{asked.text}'")
        return mistake(asked)

    return with_repository_site(policies, mistake=looked_up)


@defect(
    "repository-portal-shows-another-serial",
    "The page of a certificate on the Repository portal has the serial number of another.",
    breaks=["P-1.1-a", "O-LODGE-a"],
    related=_FOUND,
)
def shows_another_serial(policies: Policies) -> Policies:
    """Count it up on the certificate's own page, whose links stay right."""
    wrong = '<dd class="serial">{{ row.serial[:-1] }}{{ "1" if row.serial[-1] == "0" else "0" }}</dd>'
    return with_repository_template(
        policies, "certificate.html", ('<dd class="serial">{{ row.serial }}</dd>', wrong)
    )


@defect(
    "repository-portal-downloads-other-octets",
    "A certificate that is downloaded from the Repository portal has another signature.",
    breaks=["O-LODGE-c"],
    related=_FOUND,
)
def downloads_other_octets(policies: Policies) -> Policies:
    """Alter its last octet."""
    return with_repository_site(
        policies, file=lambda certificate: certificate.der[:-1] + bytes([certificate.der[-1] ^ 1])
    )


@defect(
    "repository-portal-markup-in-a-search-text",
    "A search text stands in the page of the Repository portal as it came: markup becomes part of the page.",
    breaks=["P-3.1-a"],
    related=["P-4.1-a"],
)
def markup_in_a_search_text(policies: Policies) -> Policies:
    """Do not escape it."""
    return with_repository_template(
        policies, "fields.html", ('value="{{ value }}"', 'value="{{ value|string|safe }}"')
    )


@defect(
    "repository-portal-without-a-root",
    "The Repository portal does not have the certificate of the Device Root CA.",
    breaks=["O-LODGE-b"],
    related=["G-*", "M-2.*"],
)
def without_a_root(policies: Policies) -> Policies:
    """Leave it out."""
    return with_repository_site(
        policies, authorities=lambda all_: [each for each in all_ if each.label != "device-root-ca"]
    )


@defect(
    "repository-portal-without-the-crl",
    "The Repository portal does not have the Organisation CRL.",
    breaks=["O-LODGE-b"],
    related=["G-*", "M-2.*"],
)
def without_the_crl(policies: Policies) -> Policies:
    """Leave it out."""
    return with_repository_site(
        policies, lists=lambda all_: [each for each in all_ if each.kind is not ListKind.ORGANISATION_CRL]
    )


# Errors


@defect(
    "repository-portal-silent-on-wrong-passwords",
    "Who gives a wrong password sees the login page of the Repository portal again, and no word of it.",
    breaks=["P-4.1-a"],
)
def silent_on_wrong_passwords(policies: Policies) -> Policies:
    """Say nothing."""
    return with_repository_site(policies, refusal=lambda _reason: "")


@defect(
    "repository-portal-silent-on-wrong-searches",
    "A search of the Repository portal for what is no EUI-64 shows the empty form, and no word of it.",
    breaks=["P-4.1-a"],
)
def silent_on_wrong_searches(policies: Policies) -> Policies:
    """Show the form as it was at first."""
    summary = '{{ fields.error_summary("There is nothing to search for", error, "organisation") }}'
    return with_repository_template(
        policies, "search.html", (summary, ""), ("wrong=error)", "wrong=false)"), ("Error: ", "")
    )


# Browsers


@defect(
    "repository-portal-blocks-browsers",
    "The Repository portal turns away browsers that it does not know.",
    breaks=["P-1.2-a"],
)
def blocks_browsers(policies: Policies) -> Policies:
    """Go by their names."""
    sorry = Problem(403, "Your browser is not supported", "Use Chrome, Edge, Firefox or Safari.")

    def turned_away(request: web.Request) -> Problem | None:
        name = request.headers.get("User-Agent", "Mozilla/5.0")
        return sorry if "Trident" in name or ("Mozilla" not in name and "Lynx" in name) else None

    return with_repository_site(policies, turned_away=turned_away)


@defect(
    "repository-portal-names-no-browsers",
    "The Repository portal does not say which browsers it supports.",
    breaks=["P-1.2-a"],
)
def names_no_browsers(policies: Policies) -> Policies:
    """Leave it out."""
    return with_repository_template(
        policies,
        "login.html",
        ("{{ browsers }} No other", "No"),
    )


@defect(
    "repository-portal-results-by-script",
    "What a search of the Repository portal has found is shown by a script only.",
    breaks=["P-1.2-a"],
    related=["M-2.3.GO-c"],
    browser=True,
)
def results_by_script(policies: Policies) -> Policies:
    """Hide it, and let a script show it."""
    hidden = with_repository_template(
        policies, "search.html", ('<table class="results"', '<table class="results" hidden')
    )
    show = '\nfor (const table of document.querySelectorAll("table.results")) table.hidden = false;\n'
    return with_repository_static(hidden, "portal.js", show)


def _page_defect(name: str, summary: str, page: str, *edits: Edit) -> None:
    """A defect of a page that a real browser shows."""
    defect(f"repository-portal-{name}", summary, breaks=["M-2.3.GO-c"], browser=True)(
        lambda policies: with_repository_template(policies, page, *edits)
    )


_page_defect(
    "pages-without-language",
    "No page of the Repository portal tells its language (3.1.1).",
    "base.html",
    (' lang="en-GB"', ""),
)
_page_defect(
    "button-beyond-the-keyboard",
    "The button that logs in to the Repository portal is not reached by the keyboard (2.1.1).",
    "login.html",
    ('<button type="submit">', '<button type="submit" tabindex="-1">'),
)


@defect(
    "repository-portal-fields-without-labels",
    "The fields of the search of the Repository portal have no labels (1.3.1, 4.1.2).",
    breaks=["M-2.3.GO-c"],
    browser=True,
)
def fields_without_labels(policies: Policies) -> Policies:
    """Write the words beside them, no more."""
    bare = with_repository_template(
        policies, "fields.html", ('<label for="{{ id }}">{{ label }}</label>', "<b>{{ label }}</b>")
    )
    names = {"organisation": "css=#organisation", "device": "css=#device", "serial": "css=#serial"}
    found = with_repository_page_map(bare, "search", **names)
    found = with_repository_page_map(found, "login", username="css=#username", password="css=#password")  # noqa: S106
    return with_repository_page_map(
        found, "password", old="css=#current", new="css=#new", repeated="css=#again"
    )
