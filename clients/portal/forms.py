"""The portal's client that reads pages and sends forms as a browser does, without one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import chain
from pathlib import Path

from clients.connection import Credential
from clients.portal.form_reading import (
    MULTIPART,
    NoForm,
    action_of,
    encoding_of,
    fields_of,
    method_of,
    shared_form,
)
from clients.portal.html import Element, text_of
from clients.portal.journey import Journey
from clients.portal.pages import Locator, PickupPage, RequestsPage
from clients.portal.portal import (
    Download,
    FilledForm,
    FormKind,
    Notification,
    NoWayOn,
    Page,
    Pickup,
    PortalClient,
    PortalSite,
    Section,
    Visit,
)
from clients.portal.reading import notification, search
from clients.portal.walk import Walk
from clients.recorder import Recorder
from clients.sessions import Sessions
from clients.spool import SpoolFolder


class FormsPortalClient(PortalClient):
    """One TLS connection for each thread and credential, whatever the number of visits."""

    def __init__(self, site: PortalSite, recorder: Recorder) -> None:
        """See the interface."""
        super().__init__(site, recorder)
        self._sessions = Sessions(site.connection)
        self._folder = SpoolFolder(recorder.bodies)

    def visit(self, aro: Credential | None) -> FormsVisit:
        """See the interface."""
        return FormsVisit(self.site, aro, Journey(self.site, self.recorder, self._sessions, self._folder))

    def close(self) -> None:
        """See the interface."""
        self._sessions.close()
        self._folder.close()


class FormsVisit(Visit):
    """A user without a screen. The IKI Certificate is presented in the sections, not on the landing page."""

    def __init__(self, site: PortalSite, aro: Credential | None, journey: Journey) -> None:
        """Nothing is sent yet."""
        super().__init__(site, aro)
        self._journey = journey
        self._walk = Walk(site, journey, aro)
        self._section: Section | None = None
        self._homes: dict[Section, str] = {}

    # --- going from page to page ---

    def open(self) -> Page:
        """See the interface."""
        self._section = None
        return self._walk.open()

    def links_to(self, section: Section) -> bool:
        """See the interface."""
        self._at_landing()
        return bool(self._walk.document.find(self._landing_link(section)))

    def follow(self, section: Section) -> Page:
        """See the interface."""
        self._at_landing()
        link, key = self._landing_link(section), f"landing.{section}"
        page = self._walk.follow(link, key)
        self._section = section
        self._homes[section] = page.url
        return page

    def _at_landing(self) -> None:
        if self._walk.page is None or self._section is not None:
            self.open()

    def _enter(self, section: Section, link: Locator | None, key: str) -> Page:
        """Go to a page of a section by the link to it, which may stand on every page of the section."""
        if self._section is not section or link is None or not self._walk.document.find(link):
            self._go_home(section)
        return self._walk.shown if link is None else self._walk.follow(link, key)

    def _go_home(self, section: Section) -> None:
        if section in self._homes:
            self._section = section
            self._walk.go(self._homes[section])
        else:
            self.follow(section)

    # --- forms ---

    def form(self, kind: FormKind) -> FilledForm:
        """See the interface."""
        pages = self._form_page(kind)
        page = self._enter(kind.section, pages.open, f"{kind}.open")
        # What a user clicks on to choose a file may stand before the field, which is hidden then.
        field = self._walk.one(pages.field, f"{kind}.field", unseen=kind is FormKind.BATCH)
        button = self._walk.one(pages.submit, f"{kind}.submit")
        try:
            form = shared_form(self._walk.document, field, button)
        except NoForm as error:
            at_fault = pages.submit if error.is_button else pages.field
            key = f"{kind}.submit" if error.is_button else f"{kind}.field"
            raise NoWayOn(page, key, at_fault, why=str(error)) from None
        name = field.get("name", "")
        return FilledForm(
            page=page,
            method=method_of(form, button),
            action=action_of(self._walk.document, form, button),
            fields=tuple(each for each in fields_of(self._walk.document, form, button) if each[0] != name),
            field=name,
            encoding=encoding_of(form, button),
        )

    def submit_csr(self, kind: FormKind, text: str) -> Notification:
        """See the interface."""
        return self._submit(kind, text)

    def submit_batch(self, name: str, archive: Path) -> Notification:
        """See the interface. Raises SpoolError, and OSError where the archive cannot be read."""
        return self._submit(FormKind.BATCH, (name, archive))

    def _submit(self, kind: FormKind, value: str | tuple[str, Path]) -> Notification:
        form = self.form(kind)
        if not self.site.admits(form.action):
            why = f"goes to {form.action!r}, which is not the portal's"
            raise NoWayOn(form.page, f"{kind}.submit", self._form_page(kind).submit, why=why)
        if not isinstance(value, str) and (form.method, form.encoding) != ("POST", MULTIPART):
            why = "is in a form that sends no files"
            raise NoWayOn(form.page, f"{kind}.field", self._form_page(kind).field, why=why)
        page = self._walk.send(form, value)
        return notification(page, [self._form_page(kind)], self.site.pages, self._walk.document.texts)

    # --- one's own requests, and what can be picked up ---

    def requests(self, section: Section) -> tuple[str, ...]:
        """See the interface."""
        listed = self._list(section)
        key = f"{section}-requests.next"
        return tuple(reference for rows in self._pages(listed, key) for reference, _ in rows)

    def request(self, section: Section, reference: str) -> Notification:
        """See the interface."""
        row = self._to_request(section, reference)
        forms = [self._form_page(kind) for kind in FormKind if kind.section is section]
        told = notification(
            self._walk.shown, forms, self.site.pages, lambda locator: self._walk.document.texts(locator, row)
        )
        return replace(told, reference=told.reference or reference)

    def certificate_of(self, reference: str) -> Download:
        """See the interface."""
        row = self._to_request(Section.ORGANISATION, reference)
        link, key = self.site.pages.organisation_requests.certificate, "organisation-requests.certificate"
        return self.download(self._walk.target(self._walk.one(link, key, row), link, key))

    def pickups(self) -> tuple[Pickup, ...]:
        """See the interface."""
        pickup = self.site.pages.pickup
        self._enter(Section.DEVICE, pickup.open, "pickup.open")
        return tuple(
            Pickup(
                reference=reference,
                page=self._walk.shown,
                text=text_of(row),
                certificate=self._walk.linked(pickup.certificate, row),
                certificates=self._walk.linked(pickup.certificates, row),
                report=self._walk.linked(pickup.report, row),
                response=self._walk.linked(pickup.response, row),
            )
            for rows in self._pages(pickup, "pickup.next")
            for reference, row in rows
        )

    def _pages(self, listed: RequestsPage | PickupPage, key: str) -> Iterator[list[tuple[str, Element]]]:
        """The rows of each page of the list, of which the first is shown; while one is used, it is shown."""
        for _ in self._walk.list_pages(listed.next, key):
            yield self._rows(listed)

    def _rows(self, pages: RequestsPage | PickupPage) -> list[tuple[str, Element]]:
        """The rows of the list that is shown, with their references; a row without one is none."""
        found = ((row, search(pages.reference, text_of(row))) for row in self._walk.document.find(pages.row))
        return [(match["reference"], row) for row, match in found if match and match["reference"]]

    def _list(self, section: Section) -> RequestsPage:
        """Go to the list of one's own requests."""
        listed = self._requests_page(section)
        self._enter(section, listed.open, f"{section}-requests.open")
        return listed

    def _to_request(self, section: Section, reference: str) -> Element | None:
        """Go to what tells of a request: its own page, or the row of the list that is given then."""
        listed = self._list(section)
        rows = chain.from_iterable(self._pages(listed, f"{section}-requests.next"))
        row = next((row for name, row in rows if name == reference), None)
        if row is None:
            raise NoWayOn(
                self._walk.shown, f"{section}-requests.row", listed.row, why=f"lists no {reference}"
            )
        if listed.details is None:
            return row
        key = f"{section}-requests.details"
        self._walk.follow(listed.details, key, row)
        return None

    # --- files ---

    def download(self, url: str) -> Download:
        """See the interface. Raises NoWayOn where the URL is not the portal's, and SpoolError."""
        return self._walk.download(url, "certificate")

    def cookies(self, url: str, *, foreign_method: str | None = None) -> str | None:
        """See the interface."""
        return self._journey.cookies.header(url, foreign_method=foreign_method)

    def close(self) -> None:
        """Nothing is left open: connections are the client's, and the cookies go with this visit."""
