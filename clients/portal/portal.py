"""An SMKI Portal as an Authorised Responsible Officer (ARO) uses it (Appendix M, 2.3; Appendix N, 2.1.1)."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from clients.connection import Connection, Credential
from clients.exchange import Exchange
from clients.portal.pages import FormPage, Locator, PageMap, RequestsPage
from clients.portal.site import Site
from clients.recorder import Recorder


class Section(StrEnum):
    """The two parts of a portal, each opened by its own kind of IKI Certificate (M-2.3.EST-b)."""

    ORGANISATION = "organisation"
    DEVICE = "device"


class FormKind(StrEnum):
    """What can be submitted."""

    ORGANISATION = "organisation"
    DEVICE = "device"
    BATCH = "batch"

    @property
    def section(self) -> Section:
        """Where its form is."""
        return Section.ORGANISATION if self is FormKind.ORGANISATION else Section.DEVICE


class Standing(StrEnum):
    """How a request stands."""

    ACCEPTED = "accepted"
    """Format and signature are right; approval is awaited."""
    APPROVED = "approved"
    REJECTED = "rejected"


@dataclass(frozen=True, slots=True)
class PortalSite(Site):
    """Which portal, and how to find one's way on it."""

    interface: str
    """``portal-gateway`` or ``portal-internet``."""
    connection: Connection
    """Its URL is that of the landing page."""
    pages: PageMap
    hosts: frozenset[str]
    browser: Path | None = None
    file_seconds: float = 600.0


@dataclass(frozen=True, slots=True)
class Page:
    """A page, or what came instead of it."""

    exchange: Exchange
    url: str
    title: str
    text: str
    """What a user can read on it; runs of white space as one space."""


class NoBrowser(Exception):
    """There is no browser on this machine that the client could use; the message says what to install."""


class NoWayOn(Exception):
    """A page does not have what the page map says it has, or did not come at all.

    That is a refusal, a fault of the portal or a page map that does not fit: the caller knows which may be.
    """

    def __init__(
        self,
        page: Page,
        key: str | None,
        locator: Locator | None = None,
        *,
        why: str | None = None,
        table: str = "pages",
    ) -> None:
        """`key` is the page map's: ``organisation.field``, and None where it is the whole page; `why` says
        what is wrong with what was found; `table` is where the map stands in the target file."""
        self.page, self.key, self.locator = page, key, locator
        named = f"{table}.{key} ({locator})" if locator else f"{table}.{key}"
        sought = "the page" if key is None else named
        wrong = f"{sought} {why}" if why else f"nothing on it is {sought}"
        super().__init__(f"{page.url}: {page.exchange.outcome}: {wrong}")


@dataclass(frozen=True, slots=True)
class PortalError:
    """An error that is shown to the user."""

    text: str
    status: str | None
    """The status of M-A or M-C that it accords with; None where none can be told."""
    code: str | None


@dataclass(frozen=True, slots=True)
class Notification:
    """What the portal tells of a request: in its answer to the form, or on its page later."""

    page: Page
    standing: Standing | None
    """The furthest that the page tells of; None where it tells none, or no page came."""
    reference: str | None = None
    """The portal's own name of the request."""
    errors: tuple[PortalError, ...] = ()
    csrs: int | None = None
    """Of a batch: how many Device CSRs the portal says are in it."""


@dataclass(frozen=True, slots=True)
class Download:
    """A file that the portal gave, or what came instead of it. The octets are in the exchange's response."""

    exchange: Exchange
    url: str
    name: str | None
    """The file name of Content-Disposition, without any folder; else the last part of the URL's path."""


@dataclass(frozen=True, slots=True)
class Pickup:
    """What the pickup page has for a request or a batch. Nothing is downloaded yet."""

    reference: str
    page: Page
    text: str
    """What a user can read in the row."""
    certificate: str | None
    """URLs; None where there is no such link."""
    certificates: str | None
    report: str | None
    response: str | None


@dataclass(frozen=True, slots=True)
class FilledForm:
    """A form as a user would send it, its fields without a value of the user's."""

    page: Page
    method: str
    action: str
    """Where it goes, an absolute URL."""
    fields: tuple[tuple[str, str], ...]
    """Names and values, hidden ones and the chosen button included."""
    field: str
    """The name of the one that the CSR or the batch goes in."""
    encoding: str
    """``application/x-www-form-urlencoded`` or ``multipart/form-data``."""


class Visit(ABC):
    """One user's use of a portal, under one IKI Certificate or none, with the cookies that it was given.

    Pages are found by the page map; each method begins at the landing page, or where an earlier one has led.
    Methods raise `NoWayOn` where a page lacks what they need. A portal's own answer to what was submitted is
    a value, whatever it is. Used from one thread.
    """

    def __init__(self, site: PortalSite, aro: Credential | None) -> None:
        """Nothing is sent yet."""
        self.site, self.aro = site, aro

    def _landing_link(self, section: Section) -> Locator:
        landing = self.site.pages.landing
        return landing.organisation if section is Section.ORGANISATION else landing.device

    def _form_page(self, kind: FormKind) -> FormPage:
        pages = self.site.pages
        return {
            FormKind.ORGANISATION: pages.organisation,
            FormKind.DEVICE: pages.device,
            FormKind.BATCH: pages.batch,
        }[kind]

    def _requests_page(self, section: Section) -> RequestsPage:
        pages = self.site.pages
        return pages.organisation_requests if section is Section.ORGANISATION else pages.device_requests

    @abstractmethod
    def open(self) -> Page:
        """The landing page."""

    @abstractmethod
    def links_to(self, section: Section) -> bool:
        """Whether the landing page has the section's link."""

    @abstractmethod
    def follow(self, section: Section) -> Page:
        """Follow the landing page's link to the first page of a section, presenting the IKI Certificate.

        The page may be a refusal. Raises NoWayOn where there is no such link.
        """

    @abstractmethod
    def form(self, kind: FormKind) -> FilledForm:
        """Go to a form and read it; nothing is submitted."""

    @abstractmethod
    def submit_csr(self, kind: FormKind, text: str) -> Notification:
        """Paste a CSR into its form, exactly this text, and submit it (M-2.3.1.1-a, M-2.3.1.6-a)."""

    @abstractmethod
    def submit_batch(self, name: str, archive: Path) -> Notification:
        """Upload a file as a Batched CSR under this file name (M-2.3.1.6-b). It is sent once at most."""

    @abstractmethod
    def requests(self, section: Section) -> tuple[str, ...]:
        """The references on the list of one's own requests, as it shows them."""

    @abstractmethod
    def request(self, section: Section, reference: str) -> Notification:
        """How a request stands now, by the list and its own page."""

    @abstractmethod
    def certificate_of(self, reference: str) -> Download:
        """Download the Organisation Certificate of a request (M-2.3.1.4-c)."""

    @abstractmethod
    def pickups(self) -> tuple[Pickup, ...]:
        """All that the pickup page has (M-2.3.1.9-c and -d)."""

    @abstractmethod
    def download(self, url: str) -> Download:
        """Get a file, or a page, of the portal's at its URL. Large ones are in a file (`Response.spool`)."""

    @abstractmethod
    def cookies(self, url: str, *, foreign_method: str | None = None) -> str | None:
        """The Cookie header for a request for `url`, of what the portal has given so far; None for none.

        With `foreign_method`, what a browser sends of it with a request that another site's page makes.
        """

    @abstractmethod
    def close(self) -> None:
        """End it."""


class PortalClient(ABC):
    """What the suite asks of a client of a portal.

    A target file names the implementation (`[clients] portal-gateway = "module:Class"`). Every exchange goes
    through the recorder.
    """

    def __init__(self, site: PortalSite, recorder: Recorder) -> None:
        """Nothing is sent yet."""
        self.site, self.recorder = site, recorder

    @abstractmethod
    def visit(self, aro: Credential | None) -> Visit:
        """Begin to use the portal as this ARO, or without any IKI Certificate."""

    @abstractmethod
    def close(self) -> None:
        """End every visit, and delete the files of large bodies but those in the recorder's folder."""
