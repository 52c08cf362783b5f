"""A screen on which one user sees the portal: a tab of a real browser, its cookies, and its way out."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, TypeVar

from playwright.sync_api import Download as BrowserDownload
from playwright.sync_api import Error as PlaywrightError
from playwright.sync_api import Locator as Found
from playwright.sync_api import Page as Tab
from playwright.sync_api import TimeoutError as PlaywrightTimeout
from playwright.sync_api import ViewportSize

from clients.connection import Credential
from clients.exchange import Exchange
from clients.portal.chromium import Chromium, in_browser
from clients.portal.cookies import goes_along
from clients.portal.gate import Gate
from clients.portal.pages import Locator, LocatorKind
from clients.portal.portal import NoWayOn, Page
from clients.portal.reading import as_read
from clients.portal.site import Site
from clients.portal.traffic import Traffic
from clients.recorder import Recorder
from clients.spool import SpoolFolder

Read = TypeVar("Read")
FILE_OCTETS = 256 * 1_048_576
"""A longer file is not downloaded to its end."""
_TARGET = """element => {
    const link = element.closest("a[href]"), form = element.form;
    const target = link ? link.getAttribute("href")
        : form ? element.getAttribute("formaction") || form.getAttribute("action") || "" : null;
    try { return target === null ? null : new URL(target, document.baseURI).href } catch { return target }
}"""
"""Where an element leads: a link, or the button of a form, whose fields may have any names."""
_IN_THIS_TAB = """element => {
    const link = element.closest("a[href]");
    if (link) link.setAttribute("target", "_self");
    else if (element.form) element.setAttribute("formtarget", "_self");
}"""
"""Another tab would not be seen. What the page itself says of links and forms in general counts less."""
_LOOK = 200
"""Milliseconds between two looks at a page that may have broken off: the browser itself would wait on."""
_READ = "body => body.innerText || body.textContent"
"""A page that is no HTML has no inner text."""
_SIZE = ViewportSize(width=1100, height=1300)


class Screen:
    """Shows one page at a time, and takes a picture of each.

    What finds elements is used in the browser's thread (`in_browser`).
    """

    def __init__(
        self,
        site: Site,
        aro: Credential | None,
        recorder: Recorder,
        folder: SpoolFolder,
        chromium: Chromium,
        *,
        scripts: bool,
    ) -> None:
        """Open it in the browser; nothing is sent yet. `scripts`: whether it runs those of the portal."""
        connection = site.connection
        self.chromium = chromium
        self._site, self._aro, self._recorder, self._folder = site, aro, recorder, folder
        self._gate = Gate(chromium.gates, connection, aro, site.own_hosts)
        self.page: Page | None = None
        """The page that is shown; None where none was yet."""
        chromium.run(lambda: self._open(scripts))

    def _open(self, scripts: bool) -> None:
        self._context = self.chromium.browser.new_context(
            proxy=self._gate.proxy,
            java_script_enabled=scripts,
            locale="en-GB",
            service_workers="block",
            viewport=_SIZE,
        )
        self._context.set_default_timeout(self._site.connection.connect_seconds * 1000)
        self._new_tab()

    def _new_tab(self) -> None:
        self.tab = self._context.new_page()
        self._traffic = self._watched(self.tab)

    def _watched(self, tab: Tab) -> Traffic:
        label = self._aro.label if self._aro else None
        return Traffic(tab, self._gate, self._site.interface, label, self._recorder, self._folder)

    @property
    def shown(self) -> Page:
        """The page that is shown. Raises RuntimeError where none was yet."""
        if self.page is None:
            raise RuntimeError("no page is shown yet")
        return self.page

    # --- going from page to page ---

    @in_browser
    def go(self, url: str) -> Page:
        """Go to a page by its URL, as if it were typed."""
        patience = self._patience(self._site.connection.response_seconds)

        def way() -> None:
            self.tab.goto(url, timeout=patience, wait_until="commit")
            self._wait(patience)

        return self._lead(way, url, patience)

    @in_browser
    def act(self, deed: Callable[[], object], sent: Path | None = None) -> Page:
        """Do what leads from the page that is shown to another, and wait until that is shown whole.

        `sent` is the file that is uploaded by it.
        """
        limits = self._site.connection
        patience = self._patience(self._site.file_seconds if sent else limits.response_seconds)

        def wait() -> None:
            with self.tab.expect_navigation(timeout=patience, wait_until="commit"):
                deed()
            self._wait(patience)

        return self._lead(wait, self.shown.url, patience, sent)

    def _wait(self, patience: float) -> None:
        """Wait until the page is whole, or breaks off: so many milliseconds, then PlaywrightTimeout."""
        end = time.monotonic() + patience / 1000
        while not self._traffic.is_broken_off:
            try:
                self.tab.wait_for_load_state("load", timeout=_LOOK)
            except PlaywrightTimeout:
                if time.monotonic() > end:
                    raise
            else:
                return

    def _clear(self) -> None:
        """Show nothing, in another tab: where something went wrong the browser shows a page of its own, or
        the one before, or is held up by a script without end."""
        self.tab.close()
        self._new_tab()

    def _patience(self, seconds: float) -> float:
        """Milliseconds for an answer that may take so many seconds."""
        return (self._site.connection.connect_seconds + seconds) * 1000

    def _lead(self, way: Callable[[], object], url: str, patience: float, sent: Path | None = None) -> Page:
        self.chromium.bear(patience / 1000)
        self._traffic.begin(self._site.connection.response_bytes)
        error, timed_out = _outcome(way)
        if not (
            error or timed_out or self._traffic.is_broken_off
        ):  # scripts may run without end, and then no look at the page ends
            error, timed_out = _outcome(lambda: self.tab.locator(":root").wait_for(state="attached"))
        exchange = self._traffic.end(url, error, timed_out=timed_out, sent=sent)
        self.page = Page(exchange, exchange.url, "", "")
        if exchange.response is None or error or timed_out:
            self._clear()
        else:
            body = self.tab.locator("body")
            text = as_read(body.first.evaluate(_READ)) if body.count() else ""
            self.page = Page(exchange, self.tab.url, as_read(self.tab.title()), text)
            title = f"{self.page.title or 'A page without a title'}: {exchange.outcome}"
            self._recorder.show(title, text, self.tab.screenshot())
        return self.page

    @in_browser
    def click(self, locator: Locator, key: str, scope: Found | None = None, sent: Path | None = None) -> Page:
        """Click on what leads to another page. Raises NoWayOn where it is not there, cannot be reached, or
        leads away from the portal."""
        found = self.one(locator, key, scope)
        target = found.evaluate(_TARGET)
        if target is not None and not self._site.admits(target):
            why = f"leads to {target!r}, which is not the portal's"
            raise NoWayOn(self.shown, key, locator, why=why)

        def deed() -> None:
            try:
                found.evaluate(_IN_THIS_TAB)
                found.click(no_wait_after=True)
            except PlaywrightError:
                raise NoWayOn(self.shown, key, locator, why="is covered, or moves away") from None

        return self.act(deed, sent)

    # --- finding what the page map names ---

    def find(self, locator: Locator, scope: Found | None = None) -> Found:
        """Every such element of the page, or of a part of it, hidden ones included."""
        within: Any = self.tab if scope is None else scope
        match locator.kind:
            case LocatorKind.LABEL:
                found: Found = within.get_by_label(locator.value, exact=True)
            case LocatorKind.LINK:
                found = within.get_by_role("link", name=locator.value, exact=True)
            case LocatorKind.BUTTON:
                found = within.get_by_role("button", name=locator.value, exact=True)
            case LocatorKind.CSS:
                found = within.locator(f"css={locator.value}")
        return found

    def visible(self, locator: Locator, scope: Found | None = None) -> Found:
        """Those that a user sees."""
        return self.find(locator, scope).filter(visible=True)

    def one(self, locator: Locator, key: str, scope: Found | None = None) -> Found:
        """The first that a user sees. Raises NoWayOn where there is none."""
        found = self.visible(locator, scope)
        if not found.count():
            raise NoWayOn(self.shown, key, locator)
        return found.first

    def texts(self, scope: Found | None = None) -> Callable[[Locator], Sequence[str]]:
        """What can be read in them."""
        return lambda locator: self.visible(locator, scope).all_inner_texts()

    @in_browser
    def read(self, reader: Callable[[Callable[[Locator], Sequence[str]]], Read]) -> Read:
        """What `reader` makes of the texts of the page."""
        return reader(self.texts())

    # --- the rest ---

    @in_browser
    def download(self, url: str) -> Exchange:
        """Get a file, or a page, in a tab of its own. Raises NoWayOn where the URL is not the portal's."""
        if not self._site.admits(url):
            raise NoWayOn(self.shown, "certificate", why=f"leads to {url!r}, which is not the portal's")
        tab = self._context.new_page()
        traffic = self._watched(tab)
        traffic.begin(FILE_OCTETS)
        patience = self._patience(self._site.file_seconds)
        self.chromium.bear(patience / 1000)
        began: list[BrowserDownload] = []
        tab.on("download", lambda download: began.append(download))  # a function, for it is given marks
        file = None
        try:
            came_from = self.page.url if self.page else None
            error, timed_out = _outcome(lambda: tab.goto(url, timeout=patience, referer=came_from))
            if "Download is starting" in error:
                saved = began[0] if began else tab.wait_for_event("download")
                error = saved.failure() or error
                file = Path(saved.path()) if saved.failure() is None else None
            return traffic.end(url, error, timed_out=timed_out, file=file)
        finally:
            tab.close()

    @in_browser
    def cookies(self, url: str, foreign_method: str | None) -> str | None:
        """The cookies for a request, as `Visit.cookies` says."""
        sent = (
            f"{cookie['name']}={cookie['value']}"
            for cookie in self._context.cookies(url)
            if goes_along(cookie.get("sameSite"), foreign_method)
        )
        return "; ".join(sent) or None

    def close(self) -> None:
        """Close it, and every connection, which ends whatever still waits for an answer."""
        self._gate.close()
        self.chromium.run(self._context.close)


def _outcome(way: Callable[[], object]) -> tuple[str, bool]:
    """Go that way; the browser's words for what went wrong, and whether that was the time limit."""
    try:
        way()
    except PlaywrightTimeout:
        return "", True
    except PlaywrightError as error:
        return error.message.partition("\n")[0], False
    return "", False
