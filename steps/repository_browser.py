"""Who can use the Repository portal: whatever browser it is, with a keyboard alone, without scripts."""

from __future__ import annotations

import re

from pytest_bdd import given, parsers, then, when

from checks.finding import Finding
from clients.portal.html import Document
from clients.repository.messages import serial_text
from clients.repository.portal import Subject
from fixtures.answers import require_known_refusal, require_reply
from fixtures.plan import FIRST_QUESTION, Load, sends
from fixtures.portal_answers import way_on
from fixtures.repository_browsing import SIGHTS, RepositoryBrowsing, show
from fixtures.repository_use import RepositoryUse
from fixtures.verdicts import Inconclusive, Judge
from steps.accessibility import follow_by_keyboard, reach_by_keyboard
from steps.repository_portal import ANY_ISSUED, one_of_any

_MOZILLA = "Mozilla/5.0"
_WINDOWS, _MAC = (
    f"{_MOZILLA} (Windows NT 10.0; Win64; x64)",
    f"{_MOZILLA} (Macintosh; Intel Mac OS X 10_15_7)",
)
_CHROME = "AppleWebKit/537.36 (KHTML, like Gecko) Chrome/138.0.0.0 Safari/537.36"
BROWSERS = {
    "Chrome on Windows": f"{_WINDOWS} {_CHROME}",
    "Edge on Windows": f"{_WINDOWS} {_CHROME} Edg/138.0.0.0",
    "Firefox on Linux": f"{_MOZILLA} (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
    "Safari on macOS": f"{_MAC} AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Safari/605.1.15",
    "Safari on a telephone": f"{_MOZILLA} (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 "
    "(KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1",
    "Internet Explorer 11": f"{_MOZILLA} (Windows NT 10.0; WOW64; Trident/7.0; rv:11.0) like Gecko",
    "a text browser": "Lynx/2.9.2 libwww-FM/2.14 SSL-MM/1.4.1 OpenSSL/3.5.0",
    "a browser of an unknown name": "Unheard/1.0",
}
"""How browsers name themselves (User-Agent)."""
_NAMES = re.compile(r"\b(?:Chrome|Chromium|Edge|Firefox|Safari|Internet Explorer|Opera)\b", re.IGNORECASE)
_PAGES_READ = 10
"""Links of the login page that are followed at most, to find what is published."""


@when(parsers.re(rf"(?P<browser>{'|'.join(BROWSERS)}) opens the login page of the Repository portal"))
def open_as(repository_use: RepositoryUse, browser: str) -> None:
    visit = repository_use.visit(None)
    named = (("User-Agent", BROWSERS[browser]),)
    with way_on():
        repository_use.answers = [visit.ask(visit.site.connection.url, cookies=None, headers=named)]


@then("it is shown the form for the login")
def form_shown(repository_use: RepositoryUse, judge: Judge) -> None:
    exchange = repository_use.answers[-1]
    require_known_refusal(exchange)
    document = Document(exchange.url, exchange.response)
    form = bool(document.find(repository_use.current.site.pages.login.password))
    judge.expect(form, "P-1.2-a", "the form for the login, as other browsers have it", exchange.outcome)


@when("somebody reads the login page of the Repository portal and the pages that it leads to")
def read_public_pages(repository_use: RepositoryUse) -> None:
    visit = repository_use.visit(None)
    with way_on():
        page = visit.open()
    require_reply(page.exchange)
    repository_use.answers = [page.exchange]
    document = Document(page.url, page.exchange.response)
    for link in [link for link in document.elements("a") if link.get("href")][:_PAGES_READ]:
        url = document.absolute(link.get("href") or "")
        if visit.site.admits(url):
            with way_on():
                repository_use.answers.append(visit.ask(url, cookies=None))


@then("a browser is named on one of them")
def browser_named(repository_use: RepositoryUse, judge: Judge) -> None:
    texts = [Document(exchange.url, exchange.response).text for exchange in repository_use.answers]
    named = any(_NAMES.search(text) for text in texts)
    expected = "the supported browsers, on a page that is open to everybody"
    judge.expect(named, "P-1.2-a", expected, f"none named on {len(texts)} pages")


# --- at a browser ---


@given(parsers.re(r"a user of the Repository portal at a browser(?P<how>| without scripts)"))
def sits_at_browser(repository_browsing: RepositoryBrowsing, how: str) -> None:
    repository_browsing.sit(scripts=not how)


@when(parsers.re(rf"the browser shows the Repository's (?P<page>{'|'.join(SIGHTS)})"))
@sends(Load(adhoc_wrong=1), once=FIRST_QUESTION)
@sends(one_of_any, once=ANY_ISSUED)
def shows(repository_browsing: RepositoryBrowsing, page: str) -> None:
    show(repository_browsing, page)


@when("the user logs in and searches for a certificate by the keyboard alone")
@sends(Load(adhoc_wrong=1), once=FIRST_QUESTION)
@sends(one_of_any, once=ANY_ISSUED)
def search_by_keyboard(repository_browsing: RepositoryBrowsing, judge: Judge) -> None:
    browsing, user, known = repository_browsing, repository_browsing.user, repository_browsing.known
    if user is None:
        raise Inconclusive("no user of the Repository was named")
    pages, keyboard = browsing.at.site.pages, browsing.keyboard
    by = Subject.DEVICE if known.asked.kind == "device" else Subject.ORGANISATION
    field = pages.search.device if by is Subject.DEVICE else pages.search.organisation
    with way_on():
        browsing.at.open()
        reach_by_keyboard(browsing, judge, pages.login.username, "login.username")
        keyboard.write(user.username or "")
        reach_by_keyboard(browsing, judge, pages.login.password, "login.password")
        keyboard.write(user.password or "")
        follow_by_keyboard(browsing, judge, pages.login.submit, "login.submit")
        if pages.search.open is not None:
            follow_by_keyboard(browsing, judge, pages.search.open, "search.open")
        reach_by_keyboard(browsing, judge, field, f"search.{by}")
        keyboard.write(known.asked.text)
        follow_by_keyboard(browsing, judge, pages.search.submit, "search.submit")


@then("the browser shows the certificate among the results")
def shows_results(repository_browsing: RepositoryBrowsing, judge: Judge) -> None:
    page = repository_browsing.page
    with way_on():
        rows = repository_browsing.at.rows()
    serial = serial_text(repository_browsing.known.serial)
    there = any(serial in "".join(row.split()).upper() for row in rows)
    if not there:
        observed = f"{len(rows)} rows on the page {page.title!r}"
        judge.fail(Finding(judge.naming(), f"the certificate {serial}", observed))
