"""Legal variants of the Repository's portal, of its users' accounts, and of its files by SFTP."""

from __future__ import annotations

from pathlib import Path

import asyncssh

from reference_ra.adjust import without
from reference_ra.alterations import variant
from reference_ra.policies import Policies
from reference_ra.portal.page_map import PageMap
from reference_ra.repository.access_adjust import (
    with_accounts,
    with_extracts,
    with_repository_site,
    with_sftp,
)
from reference_ra.repository.extracts import Layout
from reference_ra.repository.sftp_policies import ReadOnlyFiles

# The portal's pages

_LAYOUT = Path(__file__).parent / "other_repository"
_TROUBLE = "css=.trouble"


def _told(says: str) -> dict[str, str]:
    return {"find": "css=.told", "says": says}


_OTHER_MAP: PageMap = {
    "repository_pages.login": {
        "username": "label=Name",
        "password": "label=Secret",
        "submit": "css=button[name=enter]",
        "admitted": "css=#leave",
        "refused": _TROUBLE,
        "browsers": {"find": "css=main p", "says": "Firefox"},
    },
    "repository_pages.password": {
        "open": "link=Change password",
        "must_change": _told("a secret of your own"),
        "old": "label=The one you have",
        "new": "label=The one you want",
        "submit": "button=Choose",
        "changed": _told("your secret now"),
        "refused": _TROUBLE,
    },
    "repository_pages.search": {
        "organisation": "label=An organisation",
        "device": "label=A Device",
        "serial": "label=A number",
        "submit": "button=Look up",
        "row": "css=ul.hits > li",
        "row_serial": "(?P<serial>[0-9a-f]{32})",
        "details": "css=a",
        "none": _told("nothing of that"),
        "refused": _TROUBLE,
    },
    "repository_pages.certificate": {
        "serial": "css=#number",
        "subject": {"find": "css=#subject", "says": "(?P<subject>(?:[0-9A-F]{2}-){7}[0-9A-F]{2})"},
        "status": {"find": "css=#status", "says": r"\((?P<status>[PINER])\)"},
        "role": {"find": "css=#role", "says": "(?P<role>[0-9]+)"},
        "usage": "css=#usage",
        "certificate": "link=Take it along",
    },
    "repository_pages.authorities": {
        "open": "link=CA certificates",
        "row": "css=ul.hits > li",
        "certificate": "css=a",
    },
    "repository_pages.lists": {
        "open": "link=Revocation lists",
        "row": "css=ul.hits > li",
        "organisation_crl": "^organisation-crl,",
        "organisation_arl": "^organisation-arl,",
        "device_arl": "^device-arl,",
        "list": "css=a",
    },
    "repository_pages.log_out": {"submit": "css=#leave input[type=submit]", "out": _told("Goodbye")},
}


@variant(
    "repository-portal-other-layout",
    "Other pages: a form for each kind of search, downloads on a certificate's own page alone, other words, a"
    " new password asked for once.",
    browser=True,
)
def other_layout(policies: Policies) -> Policies:
    """Replace every template, and the page map with them."""
    own = {file.name: file.read_text(encoding="utf-8") for file in _LAYOUT.glob("*.html")}
    rules = without(policies.repository.accounts.password_rules, "Both new passwords must be the same.")
    asked_once = with_accounts(policies, password_rules=rules)
    return with_repository_site(asked_once, template=own.__getitem__, page_map=_OTHER_MAP)


# Accounts


@variant(
    "repository-other-accounts",
    "A lock is told as a wrong password is; a login does not begin the count of failures anew; passwords have"
    " twelve characters of several kinds.",
)
def other_accounts(policies: Policies) -> Policies:
    """Tell nothing, forget nothing, and ask for more."""
    site = policies.repository.site
    login = dict(site.page_map["repository_pages.login"])
    del login["locked"]
    silent = with_repository_site(
        policies,
        refusal=lambda _reason: "The username and the password do not open an account.",
        page_map={**site.page_map, "repository_pages.login": login},
    )
    strict = {
        "It must have at least twelve characters, lower and upper case letters, and digits.": (
            lambda _account, new, _again: (
                len(new) >= 12
                and any(map(str.islower, new))
                and any(map(str.isupper, new))
                and any(map(str.isdigit, new))
            )
        )
    }
    rules = policies.repository.accounts.password_rules
    return with_accounts(silent, admitted=lambda _store, _account: None, password_rules={**rules, **strict})


# Files by SFTP


class _OtherRefusals(ReadOnlyFiles):
    """Says of a change no more than that it failed."""

    refusal = asyncssh.SFTPFailure


@variant(
    "repository-other-files",
    "Other directories and names of the files by SFTP, a host key of another algorithm, refusals in other"
    " words.",
)
def other_files(policies: Policies) -> Policies:
    """Lay them out as another house would."""
    layout = Layout(
        full="weekly/{date}_all.gz",
        increment="daily/{date}_new.gz",
        authority="pki/{name}.cer",
        revocations="pki/{name}.crl",
    )
    return with_sftp(
        with_extracts(policies, layout=layout),
        new_host_key=lambda: asyncssh.generate_private_key("ecdsa-sha2-nistp256"),
        files=_OtherRefusals,
    )
