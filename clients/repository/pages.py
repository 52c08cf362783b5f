"""The page map of the Repository portal: where its pages have what their user needs."""

from __future__ import annotations

import re
from dataclasses import dataclass

from clients.portal.pages import Locator, Message

TABLE = "repository_pages"
"""Where the map stands in the target file."""


@dataclass(frozen=True, slots=True)
class LoginPage:
    """The form at the published URL, and what the page says that answers it (P-3.1-a, P-3.1-c)."""

    username: Locator
    password: Locator
    submit: Locator
    admitted: Message
    """What is on every page of who is logged in."""
    refused: Message
    """What tells that nobody was let in."""
    locked: Message | None = None
    """What tells that the account is locked; None where the portal does not tell that apart."""
    browsers: Message | None = None
    """Where the page names the supported browsers (P-1.2-a); None where they are published elsewhere."""


@dataclass(frozen=True, slots=True)
class PasswordPage:
    """The form that changes a password (P-3.1-b), and what the page says that answers it."""

    must_change: Message
    """What the page says that asks for another password before anything else."""
    new: Locator
    submit: Locator
    changed: Message
    refused: Message
    """What tells that the password was not changed."""
    open: Locator | None = None
    """The link to it, on the pages of who is logged in; None where nobody changes a password unasked."""
    old: Locator | None = None
    """Where the old one goes; None where it is not asked for."""
    repeated: Locator | None = None
    """Where the new one goes a second time; None where it is asked for once."""


@dataclass(frozen=True, slots=True)
class LogOut:
    """How a session is ended."""

    submit: Locator
    """The link or the button, on every page of who is logged in."""
    out: Message
    """What the page says that answers it."""


@dataclass(frozen=True, slots=True)
class SearchPage:
    """The search, and the list of what it finds."""

    organisation: Locator
    """Where the EUI-64 of an organisation goes; this field and the next two may be one."""
    device: Locator
    """Where the EUI-64 of a Device goes."""
    serial: Locator
    """Where a serial number goes."""
    submit: Locator
    """The button; where there are several, the one in the form of the field is meant."""
    none: Message
    """What tells that nothing was found."""
    refused: Message
    """What tells that the search itself was wrong."""
    row: Locator
    """Each certificate that was found."""
    row_serial: re.Pattern[str]
    """Searched for in a row's text; has a group ``serial``."""
    details: Locator
    """The link in a row to the certificate's own page."""
    open: Locator | None = None
    """The link to the search; None where it is on the first page of who is logged in."""
    certificate: Locator | None = None
    """The link in a row to the certificate itself; None where that is on its own page alone."""
    next: Locator | None = None
    """The link to the next page of the list; None where all of it is on one."""


@dataclass(frozen=True, slots=True)
class CertificatePage:
    """A certificate's own page. Of each message, what it tells is the group of its name in `says`, or the
    whole text where there is no such group."""

    certificate: Locator
    """The link to the certificate itself."""
    serial: Message
    subject: Message
    status: Message
    usage: Message
    role: Message
    """Of an organisation alone."""


@dataclass(frozen=True, slots=True)
class AuthoritiesPage:
    """The list of the CA certificates."""

    row: Locator
    certificate: Locator
    """The link in a row to the certificate."""
    open: Locator | None = None
    """The link to the list; None where it is on the first page of who is logged in."""


@dataclass(frozen=True, slots=True)
class ListsPage:
    """Where the lists of revoked certificates are."""

    row: Locator
    list: Locator
    """The link in a row to the list."""
    organisation_crl: re.Pattern[str]
    """Searched for in a row's text: the row is of this list."""
    organisation_arl: re.Pattern[str] | None = None
    """Likewise of the ARL of the Organisation hierarchy; None where the portal does not have it."""
    device_arl: re.Pattern[str] | None = None
    """Likewise of the Device hierarchy."""
    open: Locator | None = None
    """The link to the page; None where it is the first page of who is logged in."""


@dataclass(frozen=True, slots=True)
class RepositoryPages:
    """The whole map."""

    login: LoginPage
    password: PasswordPage
    log_out: LogOut
    search: SearchPage
    certificate: CertificatePage
    authorities: AuthoritiesPage
    lists: ListsPage
