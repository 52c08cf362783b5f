"""The Repository portal's client that reads pages and sends forms as a browser does, without one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from clients.exchange import Exchange
from clients.portal.form_reading import (
    NoForm,
    action_of,
    encoding_of,
    fields_of,
    form_of,
    method_of,
    shared_form,
)
from clients.portal.html import Element, text_of
from clients.portal.journey import Journey
from clients.portal.pages import Locator, Message
from clients.portal.portal import FilledForm
from clients.portal.raw import LeadsElsewhere, RawRequests
from clients.portal.reading import as_read, message, search
from clients.portal.walk import Walk
from clients.recorder import Recorder
from clients.repository.account import Account
from clients.repository.pages import TABLE
from clients.repository.portal import (
    CertificateView,
    Download,
    ListKind,
    LoginOutcome,
    LoginState,
    Page,
    PasswordChange,
    RepositoryPortal,
    RepositorySite,
    RepositoryVisit,
    Row,
    SearchOutcome,
    Subject,
)
from clients.sessions import Sessions
from clients.spool import SpoolFolder

_Filled = tuple[Locator, str, str]
"""A field, its key in the page map, and the text that goes in it."""


class FormsRepositoryPortal(RepositoryPortal):
    """One TLS connection for each thread, whatever the number of visits."""

    def __init__(self, site: RepositorySite, recorder: Recorder) -> None:
        """See the interface."""
        super().__init__(site, recorder)
        self._sessions = Sessions(site.connection)
        self._folder = SpoolFolder(recorder.bodies)

    def visit(self, account: Account | None) -> FormsRepositoryVisit:
        """See the interface."""
        label = account.label if account else None
        journey = Journey(self.site, self.recorder, self._sessions, self._folder, label)
        return FormsRepositoryVisit(self.site, account, journey, RawRequests(self.site, self.recorder, label))

    def close(self) -> None:
        """See the interface."""
        self._sessions.close()
        self._folder.close()


class FormsRepositoryVisit(RepositoryVisit):
    """A user without a screen."""

    def __init__(
        self, site: RepositorySite, account: Account | None, journey: Journey, raw: RawRequests
    ) -> None:
        """Nothing is sent yet."""
        super().__init__(site, account)
        self._journey, self._raw = journey, raw
        self._walk = Walk(site, journey, table=TABLE)
        self._pages = site.pages
        self._home: str | None = None
        """The first page of who is logged in."""

    def open(self) -> Page:
        """See the interface."""
        return self._walk.open()

    def _says(self, sought: Message | None) -> bool:
        return message(sought, self._walk.document.texts) is not None

    def _error(self, sought: Message) -> str | None:
        """What the page that is shown says is wrong; None where it says nothing of the kind."""
        if not self._says(sought):
            return None
        return " ".join(self._walk.document.texts(sought.find))

    # --- who is logged in ---

    def log_in(self, username: str, password: str) -> LoginOutcome:
        """See the interface. Raises NoWayOn where the login page has no such form."""
        login = self._pages.login
        self.open()
        page = self._send(
            [
                (login.username, "login.username", username),
                (login.password, "login.password", password),
            ],
            (login.submit, "login.submit"),
        )
        state = self._state()
        if state in (LoginState.IN, LoginState.MUST_CHANGE):
            self._home = page.url
        return LoginOutcome(page, state, self._error(login.refused))

    def _state(self) -> LoginState | None:
        login = self._pages.login
        told = (
            (self._pages.password.must_change, LoginState.MUST_CHANGE),
            (login.admitted, LoginState.IN),
            (login.locked, LoginState.LOCKED),
            (login.refused, LoginState.REFUSED),
        )
        return next((state for sought, state in told if self._says(sought)), None)

    def change_password(self, old: str, new: str) -> PasswordChange:
        """See the interface. Raises NoWayOn where there is no such form."""
        password = self._pages.password
        if password.open is not None and not self._walk.document.find(password.new):
            self._enter(password.open, "password.open")
        fields = [
            (password.old, "password.old", old),
            (password.new, "password.new", new),
            (password.repeated, "password.repeated", new),
        ]
        page = self._send(
            [(field, key, text) for field, key, text in fields if field is not None],
            (password.submit, "password.submit"),
        )
        changed = True if self._says(password.changed) else False if self._says(password.refused) else None
        return PasswordChange(page, changed, self._error(password.refused))

    def is_in(self) -> bool:
        """See the interface."""
        if self._walk.page is None:
            raise self._walk.no_way("login.admitted", why="was not looked for: no page is shown yet")
        return self._says(self._pages.login.admitted)

    def log_out(self) -> Page:
        """See the interface. Raises NoWayOn where nothing on the page that is shown ends a session."""
        found = self._walk.one(self._pages.log_out.submit, "log_out.submit")
        self._home = None
        if found.tag == "a":
            return self._walk.follow(self._pages.log_out.submit, "log_out.submit")
        return self._send([], (self._pages.log_out.submit, "log_out.submit"))

    def _enter(self, link: Locator | None, key: str) -> None:
        """Go to a page by the link to it, which may stand on every page of who is logged in."""
        if (link is None or not self._walk.document.find(link)) and self._home is not None:
            self._walk.go(self._home)
        if link is not None:
            self._walk.follow(link, key)

    # --- forms ---

    def _send(self, filled: Sequence[_Filled], button: tuple[Locator, str]) -> Page:
        """Fill in a form of the page that is shown, and send it once. Raises NoWayOn."""
        form = self._form(filled, button)
        if not self.site.admits(form.action):
            raise self._walk.no_way(
                button[1], button[0], f"goes to {form.action!r}, which is not the portal's"
            )
        return self._walk.send(form, None)

    def _form(self, filled: Sequence[_Filled], button: tuple[Locator, str]) -> FilledForm:
        document = self._walk.document
        fields = [(self._walk.one(locator, key), locator, key, text) for locator, key, text in filled]
        submit = self._button(fields[0][0] if fields else None, *button)
        form = form_of(document, submit)
        texts: dict[str, str] = {}
        for field, locator, key, text in fields:
            try:
                form = shared_form(document, field, submit)
            except NoForm as error:
                at_fault, wrong = (button[1], button[0]) if error.is_button else (key, locator)
                raise self._walk.no_way(at_fault, wrong, str(error)) from None
            texts[field.get("name", "")] = text
        if form is None:
            raise self._walk.no_way(button[1], button[0], "is in no form")
        return FilledForm(
            page=self._walk.shown,
            method=method_of(form, submit),
            action=action_of(document, form, submit),
            fields=tuple((name, texts.get(name, text)) for name, text in fields_of(document, form, submit)),
            field="",
            encoding=encoding_of(form, submit),
        )

    def _button(self, field: Element | None, locator: Locator, key: str) -> Element:
        """The button; where there are several, that of the field's form."""
        first = self._walk.one(locator, key)
        if field is None:
            return first
        document = self._walk.document
        form = form_of(document, field)
        return next((each for each in document.find(locator) if form_of(document, each) is form), first)

    # --- certificates ---

    def search(self, by: Subject, text: str) -> SearchOutcome:
        """See the interface."""
        pages = self._pages.search
        self._enter(pages.open, "search.open")
        field = {
            Subject.ORGANISATION: pages.organisation,
            Subject.DEVICE: pages.device,
            Subject.SERIAL: pages.serial,
        }[by]
        page = self._send([(field, f"search.{by}", text)], (pages.submit, "search.submit"))
        none, error = self._says(pages.none), self._error(pages.refused)
        rows: list[Row] = []
        for _ in self._walk.list_pages(pages.next, "search.next"):
            rows += self._rows()
        return SearchOutcome(page, tuple(rows), none, error)

    def _rows(self) -> list[Row]:
        """The certificates that the page shows; a row without a serial number is none."""
        pages = self._pages.search
        rows: list[Row] = []
        for row in self._walk.document.find(pages.row):
            text = text_of(row)
            serial = search(pages.row_serial, text)
            if serial is not None:
                details = self._walk.linked(pages.details, row)
                certificate = self._walk.linked(pages.certificate, row)
                rows.append(Row(self._walk.shown, text, serial["serial"], details, certificate))
        return rows

    def view(self, row: Row) -> CertificateView:
        """See the interface."""
        if row.details is None:
            raise self._walk.no_way("search.details", self._pages.search.details)
        if not self.site.admits(row.details):
            why = f"leads to {row.details!r}, which is not the portal's"
            raise self._walk.no_way("search.details", self._pages.search.details, why)
        pages, page = self._pages.certificate, self._walk.go(row.details)
        sought = {
            "subject": pages.subject,
            "serial": pages.serial,
            "status": pages.status,
            "usage": pages.usage,
            "role": pages.role,
        }
        told = {name: self._told(name, each) for name, each in sought.items()}
        links = self._walk.document.find(pages.certificate)
        url = next((self._walk.document.absolute(link.get("href", "")) for link in links), None)
        return CertificateView(page, {name: text for name, text in told.items() if text is not None}, url)

    def _told(self, name: str, sought: Message) -> str | None:
        for text in self._walk.document.texts(sought.find):
            if sought.says is None:
                return as_read(text)
            match = search(sought.says, text)
            if match is not None:
                return match[name] if name in sought.says.groupindex else as_read(text)
        return None

    def ca_certificates(self) -> tuple[Row, ...]:
        """See the interface."""
        pages = self._pages.authorities
        self._enter(pages.open, "authorities.open")
        return tuple(
            Row(self._walk.shown, text_of(row), None, None, self._walk.linked(pages.certificate, row))
            for row in self._walk.document.find(pages.row)
        )

    def revocation_lists(self) -> Mapping[ListKind, str]:
        """See the interface."""
        pages = self._pages.lists
        self._enter(pages.open, "lists.open")
        kinds = {
            ListKind.ORGANISATION_CRL: pages.organisation_crl,
            ListKind.ORGANISATION_ARL: pages.organisation_arl,
            ListKind.DEVICE_ARL: pages.device_arl,
        }
        found: dict[ListKind, str] = {}
        for row in self._walk.document.find(pages.row):
            text = text_of(row)
            for kind, says in kinds.items():
                url = self._walk.linked(pages.list, row)
                if says is not None and search(says, text) and url is not None:
                    found.setdefault(kind, url)
        return found

    # --- beside the pages ---

    def download(self, url: str) -> Download:
        """See the interface. Raises NoWayOn where the URL is not the portal's, and SpoolError."""
        return self._walk.download(url, "certificate.certificate")

    def cookies(self, url: str) -> str | None:
        """See the interface."""
        return self._journey.cookies.header(url)

    def ask(self, url: str, *, cookies: str | None, headers: tuple[tuple[str, str], ...] = ()) -> Exchange:
        """See the interface."""
        try:
            return self._raw.get(url, None, cookies=cookies, headers=headers)
        except LeadsElsewhere as error:
            raise self._walk.no_way("login", why=f"is not meant: {error}") from None

    def close(self) -> None:
        """Nothing is left open: connections are the client's, and the cookies go with this visit."""
