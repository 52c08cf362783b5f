"""The Repository portal in a real browser: what its user sees and does there, for scenarios about that."""

from __future__ import annotations

from playwright.sync_api import Error as PlaywrightError

from clients.portal.chromium import Chromium, in_browser
from clients.portal.installed import find_browser
from clients.portal.keyboard import Keyboard
from clients.portal.pages import Locator
from clients.portal.screen import Screen
from clients.recorder import Recorder
from clients.repository.portal import NoWayOn, Page, RepositorySite, Subject
from clients.spool import SpoolFolder


class RepositoryBrowser:
    """One browser, and whoever sits at it."""

    def __init__(self, site: RepositorySite, recorder: Recorder) -> None:
        """Start the browser. Raises NoBrowser where there is none, or it does not start."""
        self._site, self._recorder = site, recorder
        self._chromium = Chromium.share(find_browser(site.browser))
        self._folder = SpoolFolder(recorder.bodies)

    def sit(self, *, scripts: bool = True) -> RepositoryScreen:
        """Begin to use the portal at a screen; without `scripts` the browser runs none of the portal's."""
        screen = Screen(self._site, None, self._recorder, self._folder, self._chromium, scripts=scripts)
        return RepositoryScreen(self._site, screen)

    def close(self) -> None:
        """End it."""
        self._folder.close()
        self._chromium.release()


class RepositoryScreen:
    """One user at one screen. Methods raise NoWayOn where a page lacks what they need."""

    def __init__(self, site: RepositorySite, screen: Screen) -> None:
        """Begin on `screen`; nothing is sent yet."""
        self.site, self.screen, self.chromium = site, screen, screen.chromium
        self.keyboard = Keyboard(screen)

    @property
    def shown(self) -> Page:
        """The page that is shown. Raises RuntimeError where none was yet."""
        return self.screen.shown

    def open(self) -> Page:
        """The page at the published URL."""
        return self.screen.go(self.site.connection.url)

    @in_browser
    def log_in(self, username: str, password: str) -> Page:
        """Open the login page, fill the form in and send it."""
        login = self.site.pages.login
        self.open()
        self._fill(login.username, "login.username", username)
        self._fill(login.password, "login.password", password)
        return self.screen.click(login.submit, "login.submit")

    @in_browser
    def search_form(self) -> Page:
        """Go to the search by the link to it."""
        return self.follow(self.site.pages.search.open, "search.open")

    @in_browser
    def search(self, by: Subject, text: str) -> Page:
        """Fill the form of the search in and send it."""
        search = self.site.pages.search
        field = {
            Subject.ORGANISATION: search.organisation,
            Subject.DEVICE: search.device,
            Subject.SERIAL: search.serial,
        }[by]
        self.search_form()
        self._fill(field, f"search.{by}", text)
        form = self.screen.one(field, f"search.{by}").locator("xpath=ancestor::form[1]")
        within = form if self.screen.visible(search.submit, form).count() else None
        return self.screen.click(search.submit, "search.submit", within)

    @in_browser
    def follow(self, link: Locator | None, key: str) -> Page:
        """Follow a link of the page map to another page; where it has none, stay on this one."""
        return self.shown if link is None else self.screen.click(link, key)

    @in_browser
    def view_first(self) -> Page:
        """Follow the link of the first row of a list to the page of that certificate."""
        search = self.site.pages.search
        row = self.screen.one(search.row, "search.row")
        return self.screen.click(search.details, "search.details", row)

    @in_browser
    def rows(self) -> list[str]:
        """What can be read in each row of the list that is shown."""
        return self.screen.visible(self.site.pages.search.row).all_inner_texts()

    def _fill(self, locator: Locator, key: str, text: str) -> None:
        """Fill a field in, whatever the page itself would say against the text: the portal is to judge."""
        field = self.screen.one(locator, key)
        try:
            field.fill(text)
            field.evaluate("field => { if (field.form) field.form.noValidate = true }")
        except PlaywrightError:
            raise NoWayOn(self.shown, key, locator, table="repository_pages") from None

    def close(self) -> None:
        """Leave it."""
        self.screen.close()
