"""The Repository portal as its user sees it (Appendix P, P3.0)."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from clients.connection import Connection
from clients.exchange import Exchange
from clients.portal.portal import Download, NoWayOn, Page
from clients.portal.site import Site
from clients.recorder import Recorder
from clients.repository.account import Account
from clients.repository.pages import RepositoryPages

__all__ = [
    "CertificateView",
    "Download",
    "ListKind",
    "LoginOutcome",
    "LoginState",
    "NoWayOn",
    "Page",
    "PasswordChange",
    "RepositoryPortal",
    "RepositorySite",
    "RepositoryVisit",
    "Row",
    "SearchOutcome",
    "Subject",
]


class Subject(StrEnum):
    """What a search goes by."""

    ORGANISATION = "organisation"
    DEVICE = "device"
    SERIAL = "serial"


class ListKind(StrEnum):
    """The lists of revoked certificates."""

    ORGANISATION_CRL = "organisation-crl"
    ORGANISATION_ARL = "organisation-arl"
    DEVICE_ARL = "device-arl"


class LoginState(StrEnum):
    """How the portal answers a username and a password."""

    IN = "logged in"
    MUST_CHANGE = "the password must be changed first"
    REFUSED = "refused"
    LOCKED = "refused, the account is locked"
    """Where the portal tells that apart; otherwise it is REFUSED."""


@dataclass(frozen=True, slots=True)
class RepositorySite(Site):
    """Which Repository portal, and how to find one's way on it."""

    interface: str
    """``repository-portal``."""
    connection: Connection
    """Its URL is that of the login page."""
    pages: RepositoryPages
    hosts: frozenset[str] = frozenset()
    browser: Path | None = None
    file_seconds: float = 600.0


@dataclass(frozen=True, slots=True)
class LoginOutcome:
    """What answers a login."""

    page: Page
    state: LoginState | None
    """None where the page tells none of them, or none came."""
    error: str | None = None
    """What the page says where nobody was let in."""

    @property
    def refused(self) -> bool:
        """Whether the portal says that nobody was let in."""
        return self.state in (LoginState.REFUSED, LoginState.LOCKED)


@dataclass(frozen=True, slots=True)
class PasswordChange:
    """What answers a change of password."""

    page: Page
    changed: bool | None
    """None where the page tells neither, or none came."""
    error: str | None = None
    """What the page says where it was not changed."""


@dataclass(frozen=True, slots=True)
class Row:
    """A certificate in a list."""

    page: Page
    text: str
    """What a user can read in the row."""
    serial: str | None
    """As it stands there; None in the list of CA certificates, which need not tell it."""
    details: str | None
    """The URL of the certificate's own page; None where there is no such link."""
    certificate: str | None
    """The URL of the certificate itself; None where there is no such link."""


@dataclass(frozen=True, slots=True)
class SearchOutcome:
    """What answers a search."""

    page: Page
    rows: tuple[Row, ...]
    none: bool
    """Whether the page says that nothing was found."""
    error: str | None
    """What the page says is wrong with the search; None where it says nothing of the kind."""


@dataclass(frozen=True, slots=True)
class CertificateView:
    """A certificate's own page."""

    page: Page
    told: Mapping[str, str]
    """What it tells, as far as it does: ``subject``, ``serial``, ``status``, ``usage``, ``role``."""
    certificate: str | None
    """The URL of the certificate itself; None where there is no such link."""


class RepositoryVisit(ABC):
    """One user's use of the portal, with the cookies that it was given.

    Pages are found by the page map; each method begins where an earlier one has led, or at the login page.
    Methods raise `NoWayOn` where a page lacks what they need: to who is not logged in most of them do. Used
    from one thread.
    """

    def __init__(self, site: RepositorySite, account: Account | None) -> None:
        """Nothing is sent yet. The account is that of the records; what logs in is given to `log_in`."""
        self.site, self.account = site, account

    @abstractmethod
    def open(self) -> Page:
        """The page at the published URL, in a session or without."""

    @abstractmethod
    def log_in(self, username: str, password: str) -> LoginOutcome:
        """Open the login page and send the form once (P-3.1-a)."""

    @abstractmethod
    def change_password(self, old: str, new: str) -> PasswordChange:
        """Send the form for another password: the one that a login has led to, or that of the link to it."""

    @abstractmethod
    def is_in(self) -> bool:
        """Whether the page that is shown is one of who is logged in. Nothing is sent.

        Raises NoWayOn where none was shown yet."""

    @abstractmethod
    def search(self, by: Subject, text: str) -> SearchOutcome:
        """Search for certificates by a text, whatever it is, and read all pages of the list."""

    @abstractmethod
    def view(self, row: Row) -> CertificateView:
        """The page of a certificate that was found. Raises NoWayOn where there is no link to it."""

    @abstractmethod
    def ca_certificates(self) -> tuple[Row, ...]:
        """The list of the CA certificates."""

    @abstractmethod
    def revocation_lists(self) -> Mapping[ListKind, str]:
        """The URLs of the lists of revoked certificates that the page map has; nothing is downloaded."""

    @abstractmethod
    def download(self, url: str) -> Download:
        """Get a file of the portal's at its URL. Large ones are in a file (`Response.spool`)."""

    @abstractmethod
    def log_out(self) -> Page:
        """End the session, and give the page that says so."""

    @abstractmethod
    def cookies(self, url: str) -> str | None:
        """The Cookie header for a request for `url`, of what the portal has given so far; None for none."""

    @abstractmethod
    def ask(self, url: str, *, cookies: str | None, headers: tuple[tuple[str, str], ...] = ()) -> Exchange:
        """Ask for a URL of the portal's with this Cookie header and others, on a connection of its own, and
        follow no redirect: whether a session has ended shows so. Raises NoWayOn where the URL is not the
        portal's."""

    @abstractmethod
    def close(self) -> None:
        """End it; the session at the portal stays as it is."""


class RepositoryPortal(ABC):
    """What the suite asks of a client of the Repository portal.

    A target file names the implementation (`[clients] repository-portal = "module:Class"`). Every exchange
    goes through the recorder.
    """

    def __init__(self, site: RepositorySite, recorder: Recorder) -> None:
        """Nothing is sent yet."""
        self.site, self.recorder = site, recorder

    @abstractmethod
    def visit(self, account: Account | None) -> RepositoryVisit:
        """Begin to use the portal, without cookies. Nobody is logged in by that."""

    @abstractmethod
    def close(self) -> None:
        """End every visit, and delete the files of large bodies but those in the recorder's folder."""
