"""A user's way over the pages of a site without a screen: from the page that is shown to the next."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from clients.connection import Credential
from clients.portal.html import Document, Element
from clients.portal.journey import Arrival, Journey
from clients.portal.pages import LIST_PAGES, Locator
from clients.portal.portal import Download, FilledForm, NoWayOn, Page
from clients.portal.reading import file_name
from clients.portal.site import Site


class Walk:
    """One user's. Keys are those of the site's page map, which stands in `table` of the target file."""

    def __init__(
        self, site: Site, journey: Journey, credential: Credential | None = None, table: str = "pages"
    ) -> None:
        """Nothing is sent yet. The credential is presented on every page but the first."""
        self._site, self._journey, self._credential, self._table = site, journey, credential, table
        self.page: Page | None = None
        """The page that is shown; None where none was yet."""
        self.document = Document("", None)
        """What is on it."""

    @property
    def shown(self) -> Page:
        """The page that is shown, the first one where none was yet."""
        return self.page or self.open()

    def open(self) -> Page:
        """Go to the first page, by its published URL."""
        return self._arrive(self._journey.get(self._site.connection.url, None))

    def go(self, url: str) -> Page:
        """Go to a page of the site's from the one that is shown."""
        return self._arrive(self._journey.get(url, self._credential, came_from=self._came_from))

    def send(self, form: FilledForm, value: str | tuple[str, Path] | None) -> Page:
        """Send a form once. Raises as `Journey.send` does."""
        return self._arrive(self._journey.send(form, value, self._credential))

    def _arrive(self, arrival: Arrival) -> Page:
        document = Document(arrival.url, arrival.exchange.response)
        self.document = document
        self.page = Page(arrival.exchange, arrival.url, document.title, document.text)
        return self.page

    @property
    def _came_from(self) -> str | None:
        return self.page.url if self.page else None

    def no_way(self, key: str, locator: Locator | None = None, why: str | None = None) -> NoWayOn:
        """What tells that the page that is shown lacks something."""
        return NoWayOn(self.shown, key, locator, why=why, table=self._table)

    def one(
        self, locator: Locator, key: str, within: Element | None = None, *, unseen: bool = False
    ) -> Element:
        """The first such element of the page that is shown. Raises NoWayOn."""
        found = self.document.find(locator, within, unseen=unseen)
        if not found:
            raise self.no_way(key, locator)
        return found[0]

    def target(self, link: Element, locator: Locator, key: str) -> str:
        """The URL of a link. Raises NoWayOn where it is none of the site's."""
        reference = link.get("href")
        if reference is None:
            raise self.no_way(key, locator, "is no link")
        url = self.document.absolute(reference)
        if not self._site.admits(url):
            raise self.no_way(key, locator, f"leads to {reference!r}, which is not the portal's")
        return url

    def follow(self, locator: Locator, key: str, within: Element | None = None) -> Page:
        """Follow a link. Raises NoWayOn."""
        return self.go(self.target(self.one(locator, key, within), locator, key))

    def linked(self, locator: Locator | None, within: Element) -> str | None:
        """The URL of a link within an element; None where there is no such link."""
        links = [] if locator is None else self.document.find(locator, within)
        references = (link.get("href") for link in links)
        return next((self.document.absolute(each) for each in references if each is not None), None)

    def list_pages(self, following: Locator | None, key: str) -> Iterator[None]:
        """Go through a list that is on several pages: each is shown in its turn, the first one already.

        Raises NoWayOn where the list has no end.
        """
        seen = {self.shown.url}
        for _ in range(LIST_PAGES):
            yield
            links = self.document.find(following) if following else []
            links = [link for link in links if link.get("href")]
            if not links or not following:
                return
            url = self.target(links[0], following, key)
            if url in seen:  # the last page's leads to itself, or to the first
                return
            seen.add(url)
            self.go(url)
        raise self.no_way(key, following, f"still leads on after {LIST_PAGES} pages")

    def download(self, url: str, key: str) -> Download:
        """Get a file. Raises NoWayOn where the URL is not the site's, and SpoolError."""
        if not self._site.admits(url):
            raise self.no_way(key, why=f"leads to {url!r}, which is not the portal's")
        arrival = self._journey.get(url, self._credential, came_from=self._came_from, file=True)
        return Download(arrival.exchange, arrival.url, file_name(arrival.exchange.response, arrival.url))
