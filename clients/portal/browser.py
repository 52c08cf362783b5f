"""The portal's client that is a real browser: Playwright with an installed Chromium.

What a browser does not do byte for byte: it ends the lines of pasted text with CRLF, puts an uploaded file
in a multipart body of its own making, and asks for pages compressed. So of a pasted text only its line ends
differ from what was asked for; of an upload the exchange holds the file where the body itself is not known;
and the bodies of responses stand decoded in their exchanges.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from itertools import chain
from pathlib import Path, PureWindowsPath

from playwright.sync_api import Error as PlaywrightError
from playwright.sync_api import FilePayload
from playwright.sync_api import Locator as Found

from clients.connection import Credential
from clients.portal.chromium import Chromium, in_browser
from clients.portal.installed import find_browser
from clients.portal.pages import LIST_PAGES, FormPage, Locator, PickupPage, RequestsPage
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
from clients.portal.reading import as_read, file_name, notification, search
from clients.portal.screen import Screen
from clients.recorder import Recorder
from clients.spool import SpoolFolder

_FORM_OF = """(field, button) => {
    const form = field.form;
    if (!form) return null;
    const said = (name, other) => button.getAttribute("form" + name) || form.getAttribute(name) || other;
    const entries = [...new FormData(form, button)].filter(([name]) => name !== field.name);
    return {
        method: said("method", "get").toUpperCase(),
        action: new URL(said("action", ""), document.baseURI).href,
        fields: entries.map(([name, value]) => [name, typeof value === "string" ? value : value.name]),
        field: field.name,
        encoding: said("enctype", "application/x-www-form-urlencoded").toLowerCase(),
    };
}"""


class BrowserPortalClient(PortalClient):
    """One browser for all visits, each of which has its own cookies and its own TLS sessions."""

    def __init__(self, site: PortalSite, recorder: Recorder) -> None:
        """Start the browser. Raises NoBrowser where there is none, or it does not start."""
        super().__init__(site, recorder)
        self._chromium = Chromium.share(find_browser(site.browser))
        self._folder = SpoolFolder(recorder.bodies)
        self._visits: list[BrowserVisit] = []

    def visit(self, aro: Credential | None, *, scripts: bool = True) -> BrowserVisit:
        """See the interface; without `scripts` the browser runs none of the portal's."""
        screen = Screen(self.site, aro, self.recorder, self._folder, self._chromium, scripts=scripts)
        visit = BrowserVisit(self.site, aro, screen)
        self._visits.append(visit)
        return visit

    def close(self) -> None:
        """See the interface."""
        for visit in self._visits:
            visit.close()
        self._folder.close()
        self._chromium.release()


class BrowserVisit(Visit):
    """One user at one screen."""

    def __init__(self, site: PortalSite, aro: Credential | None, screen: Screen) -> None:
        """Begin on `screen`; nothing is sent yet."""
        super().__init__(site, aro)
        self.screen, self.chromium = screen, screen.chromium
        self._section: Section | None = None
        self._homes: dict[Section, str] = {}
        self._closed = False

    @property
    def shown(self) -> Page:
        """The page that is shown. Raises RuntimeError where none was yet."""
        return self.screen.shown

    def open(self) -> Page:
        """See the interface."""
        self._section = None
        return self.screen.go(self.site.connection.url)

    @in_browser
    def links_to(self, section: Section) -> bool:
        """See the interface."""
        self._at_landing()
        return self.screen.visible(self._landing_link(section)).count() > 0

    @in_browser
    def follow(self, section: Section) -> Page:
        """See the interface."""
        self._at_landing()
        page = self.screen.click(self._landing_link(section), f"landing.{section}")
        self._section = section
        self._homes[section] = page.url
        return page

    def _at_landing(self) -> None:
        if self.screen.page is None or self._section is not None:
            self.open()

    def _enter(self, section: Section, link: Locator | None, key: str) -> None:
        """Go to a page of a section by the link to it, which may stand on every page of the section."""
        if section not in self._homes:
            self.follow(section)
        elif self._section is not section or link is None or not self.screen.visible(link).count():
            self._section = section
            self.screen.go(self._homes[section])
        if link is not None:
            self.screen.click(link, key)

    # --- forms ---

    @in_browser
    def form(self, kind: FormKind) -> FilledForm:
        """See the interface."""
        form, field = self._at_form(kind)
        button = self.screen.one(form.submit, f"{kind}.submit")
        data = field.evaluate(_FORM_OF, button.element_handle())
        if data is None:
            raise NoWayOn(self.screen.shown, f"{kind}.field", form.field)
        fields = tuple((name, value) for name, value in data.pop("fields"))
        return FilledForm(page=self.screen.shown, fields=fields, **data)

    @in_browser
    def submit_csr(self, kind: FormKind, text: str) -> Notification:
        """See the interface."""
        form, field = self._at_form(kind)
        try:
            field.evaluate("field => field.removeAttribute('maxlength')")  # the RA is to judge
            field.fill(text)
        except PlaywrightError:
            raise NoWayOn(self.screen.shown, f"{kind}.field", form.field) from None
        return self._submit(kind, form, field)

    @in_browser
    def submit_batch(self, name: str, archive: Path) -> Notification:
        """See the interface."""
        form, field = self._at_form(FormKind.BATCH)
        with _named(name, archive) as upload:
            try:
                field.set_input_files(upload)
            except PlaywrightError:
                raise NoWayOn(self.screen.shown, "batch.field", form.field) from None
            return self._submit(FormKind.BATCH, form, field, archive)

    def _at_form(self, kind: FormKind) -> tuple[FormPage, Found]:
        form = self._form_page(kind)
        self._enter(kind.section, form.open, f"{kind}.open")
        if kind is FormKind.BATCH:  # what a user clicks on to choose a file may stand before the field
            field = self.screen.find(form.field)
            if not field.count():
                raise NoWayOn(self.screen.shown, "batch.field", form.field)
            return form, field.first
        return form, self.screen.one(form.field, f"{kind}.field")

    def _submit(self, kind: FormKind, form: FormPage, field: Found, sent: Path | None = None) -> Notification:
        """Send a form, whatever the page itself would say against it: the RA is to judge."""
        field.evaluate("field => { if (field.form) field.form.noValidate = true }")
        page = self.screen.click(form.submit, f"{kind}.submit", sent=sent)
        return notification(page, [form], self.site.pages, self.screen.texts())

    # --- one's own requests, and what can be picked up ---

    @in_browser
    def requests(self, section: Section) -> tuple[str, ...]:
        """See the interface."""
        return tuple(reference for reference, _ in self._listed(section))

    @in_browser
    def request(self, section: Section, reference: str) -> Notification:
        """See the interface."""
        forms = [self._form_page(kind) for kind in FormKind if kind.section is section]
        row = self._to_request(section, reference)
        told = notification(self.screen.shown, forms, self.site.pages, self.screen.texts(row))
        return replace(told, reference=told.reference or reference)

    @in_browser
    def certificate_of(self, reference: str) -> Download:
        """See the interface."""
        row = self._to_request(Section.ORGANISATION, reference)
        sought = self.site.pages.organisation_requests.certificate
        url = _target(self.screen.one(sought, "organisation-requests.certificate", row))
        if url is None:
            raise NoWayOn(self.screen.shown, "organisation-requests.certificate", sought)
        return self.download(url)

    @in_browser
    def pickups(self) -> tuple[Pickup, ...]:
        """See the interface."""
        pickup = self.site.pages.pickup
        self._enter(Section.DEVICE, pickup.open, "pickup.open")

        def link(sought: Locator | None, row: Found) -> str | None:
            found = self.screen.visible(sought, row) if sought else None
            return _target(found.first) if found is not None and found.count() else None

        return tuple(
            Pickup(
                reference=reference,
                page=self.screen.shown,
                text=as_read(row.inner_text()),
                certificate=link(pickup.certificate, row),
                certificates=link(pickup.certificates, row),
                report=link(pickup.report, row),
                response=link(pickup.response, row),
            )
            for rows in self._pages(pickup, "pickup.next")
            for reference, row in rows
        )

    def _listed(self, section: Section) -> Iterator[tuple[str, Found]]:
        requests = self._requests_page(section)
        self._enter(section, requests.open, f"{section}-requests.open")
        return chain.from_iterable(self._pages(requests, f"{section}-requests.next"))

    def _pages(self, listed: RequestsPage | PickupPage, key: str) -> Iterator[list[tuple[str, Found]]]:
        """The rows of each page of the list, of which the first is shown; while one is used, it is shown.

        Raises NoWayOn where the list has no end.
        """
        seen = {self.screen.shown.url}
        for _ in range(LIST_PAGES):
            yield self._rows(listed)
            link = self.screen.visible(listed.next) if listed.next else None
            url = _target(link.first) if link is not None and link.count() else None
            if url is None or url in seen:  # the last page's leads to itself, or to the first
                return
            seen.add(url)
            if listed.next:
                self.screen.click(listed.next, key)
        raise NoWayOn(self.screen.shown, key, listed.next, why=f"still leads on after {LIST_PAGES} pages")

    def _rows(self, listed: RequestsPage | PickupPage) -> list[tuple[str, Found]]:
        """The rows of the page that name a request, and the request."""
        rows = self.screen.visible(listed.row).all()
        found = ((search(listed.reference, each.inner_text()), each) for each in rows)
        return [(match["reference"], each) for match, each in found if match and match["reference"]]

    def _to_request(self, section: Section, reference: str) -> Found | None:
        """Go to the page of a request; where it has none, give its row in the list."""
        requests = self._requests_page(section)
        row = next((row for known, row in self._listed(section) if known == reference), None)
        if row is None:
            why = f"lists no {reference}"
            raise NoWayOn(self.screen.shown, f"{section}-requests.row", requests.row, why=why)
        if requests.details is None:
            return row
        self.screen.click(requests.details, f"{section}-requests.details", row)
        return None

    # --- the rest ---

    def download(self, url: str) -> Download:
        """See the interface."""
        exchange = self.screen.download(url)
        return Download(exchange, url, file_name(exchange.response, url))

    def cookies(self, url: str, *, foreign_method: str | None = None) -> str | None:
        """See the interface."""
        return self.screen.cookies(url, foreign_method)

    def close(self) -> None:
        """See the interface."""
        if not self._closed:
            self._closed = True
            self.screen.close()


def _target(link: Found) -> str | None:
    """Where a link leads, an absolute URL; None where it is no link."""
    url: str | None = link.evaluate("link => link.href || null")
    return url


@contextmanager
def _named(name: str, archive: Path) -> Iterator[str | FilePayload]:
    """A file under another name, as the browser takes it: a file of that name for as long as it is needed,
    or, of a name that no file could have, its octets.

    Raises OSError.
    """
    if name in ("", "..") or Path(name).name != name or PureWindowsPath(name).name != name:
        yield {"name": name, "mimeType": "application/zip", "buffer": archive.read_bytes()}
        return
    with tempfile.TemporaryDirectory(prefix="smki-upload-") as folder:
        copy = Path(folder, name)
        try:
            os.link(archive, copy)
        except OSError:  # on another file system
            shutil.copyfile(archive, copy)
        yield str(copy)
