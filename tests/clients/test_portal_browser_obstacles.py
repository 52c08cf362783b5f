"""The portal's client that is a real browser, on pages that make it hard to go on."""

from __future__ import annotations

import ssl
import time
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from clients.connection import Connection
from clients.exchange import FailureKind
from clients.portal import chromium
from clients.portal.browser import BrowserPortalClient, BrowserVisit
from clients.portal.keyboard import Keyboard
from clients.portal.portal import FormKind, NoWayOn, PortalSite, Section, Standing
from clients.recorder import Recorder
from tests.support.browsers import require_browser
from tests.support.portal_site import FORM, HOME, LANDING, PAGES, Page, SmallPortal, always, page
from tests.support.servers import ServerIdentity, response, serving

CSR = "any text"


@pytest.fixture
def visit(
    identity: ServerIdentity, server_context: ssl.SSLContext, recorder: Recorder, portal: SmallPortal
) -> Iterator[BrowserVisit]:
    require_browser()
    with serving(portal.answer, server_context) as port:
        connection = Connection(f"https://127.0.0.1:{port}/", identity.certificate, 2.0, 4.0, 200_000)
        client = BrowserPortalClient(PortalSite("portal-gateway", connection, PAGES, frozenset()), recorder)
        yield client.visit(None)
        client.close()


def test_after_a_script_without_end_the_next_page_is_seen(visit: BrowserVisit, portal: SmallPortal) -> None:
    portal.pages["/"] = always(page("seen<script>addEventListener('load', () => { for (;;) {} })</script>"))
    failure = visit.open().exchange.failure
    assert failure is not None
    assert failure.kind is FailureKind.TIMED_OUT
    portal.pages["/"] = always(page(LANDING))
    assert "Organisation" in visit.open().text


def test_a_script_that_stops_a_look_at_the_page_costs_the_browser_alone(
    visit: BrowserVisit, portal: SmallPortal, monkeypatch: pytest.MonkeyPatch
) -> None:
    held = "<script>addEventListener('focusin', () => { for (;;) {} })</script>"
    portal.pages["/"] = always(page(f"<a href='/o/'>On</a>{held}"))
    visit.open()
    monkeypatch.setattr(chromium, "_LOOK_SECONDS", 2.0)
    with pytest.raises(NoWayOn, match=r"the page stops the browser: .*closed"):
        Keyboard(visit.screen).out_of_reach()
    monkeypatch.undo()
    assert visit.chromium.browser.is_connected()


def test_a_form_that_leads_nowhere(visit: BrowserVisit, portal: SmallPortal) -> None:
    portal.pages["GET /o/csr"] = always(page(FORM.replace("/o/csr", "https://[")))
    with pytest.raises(NoWayOn, match=r"HTTP 200 OK: the page stops the browser: .*URL"):
        visit.form(FormKind.ORGANISATION)


def test_what_would_be_shown_in_another_tab_is_shown_in_this(
    visit: BrowserVisit, portal: SmallPortal
) -> None:
    portal.pages["/o/"] = always(page(f"<base target=_blank>{HOME.replace('<a ', '<a target=_blank ')}"))
    portal.pages["GET /o/csr"] = always(page(FORM.replace("<form ", "<form target=_blank ")))
    assert visit.submit_csr(FormKind.ORGANISATION, CSR).standing is Standing.ACCEPTED


@pytest.mark.parametrize("name", ["", "..", "."])
def test_a_file_is_uploaded_whatever_its_name(
    visit: BrowserVisit, portal: SmallPortal, tmp_path: Path, name: str
) -> None:
    archive = tmp_path / "x"
    archive.write_bytes(b"octets of an archive")
    visit.submit_batch(name, archive)
    post = next(asked for asked in portal.asked if asked.method == "POST")
    assert f'filename="{name}"'.encode() in post.body
    assert archive.read_bytes() in post.body


def test_what_scripts_send_is_no_submission(visit: BrowserVisit, portal: SmallPortal) -> None:
    told = "fetch('/seen', {method: 'POST', body: new URLSearchParams({a: 1})})"
    portal.pages["/o/"] = always(page(HOME + f"<script>{told}</script>"))
    portal.pages["GET /o/csr"] = always(
        page(
            FORM
            + f"<script>document.forms[0].addEventListener('submit', () => {{ {told}; {told} }})</script>"
        )
    )
    assert visit.follow(Section.ORGANISATION).exchange.failure is None
    assert visit.submit_csr(FormKind.ORGANISATION, CSR).standing is Standing.ACCEPTED
    assert "POST /seen" in portal.trail


def cut(_: object) -> Iterable[bytes]:
    return [b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n<p class=ok>accepted"]


def slow(_: object) -> Iterable[bytes]:
    yield b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 1000\r\n\r\n<p class=ok>accepted"
    for _ in range(100):
        time.sleep(0.05)
        yield b"<p>"


BROKEN: dict[str, tuple[Page, FailureKind]] = {
    "cut": (cut, FailureKind.CLOSED),
    "slow": (slow, FailureKind.TIMED_OUT),
    "large": (always(page("x" * 300_000)), FailureKind.TOO_LARGE),
    "no http": (always([b"SSH-2.0-x\r\n"]), FailureKind.NOT_HTTP),
    "closed": (always([]), FailureKind.CLOSED),
}


@pytest.mark.parametrize(("answer", "kind"), BROKEN.values(), ids=BROKEN.keys())
def test_a_submission_without_an_answer_is_not_repeated(
    visit: BrowserVisit, portal: SmallPortal, answer: Page, kind: FailureKind
) -> None:
    portal.pages["POST /o/csr"] = answer
    visit.form(FormKind.ORGANISATION)
    hasty = replace(visit.site.connection, response_seconds=-1.0 if answer is slow else 4.0)
    visit.screen._site = replace(visit.site, connection=hasty)
    notification = visit.submit_csr(FormKind.ORGANISATION, CSR)
    failure = notification.page.exchange.failure
    assert failure is not None
    assert failure.kind is kind
    assert (notification.standing, notification.page.text) == (None, "")
    assert portal.trail.count("POST /o/csr") == 1


def test_a_refusal_without_a_page_is_an_answer(visit: BrowserVisit, portal: SmallPortal) -> None:
    portal.pages["/o/"] = always(response(b"", "403 Forbidden"))
    refused = visit.follow(Section.ORGANISATION)
    assert (refused.exchange.outcome, refused.text) == ("HTTP 403 Forbidden", "")
    with pytest.raises(NoWayOn, match="HTTP 403 Forbidden: nothing on it is"):
        visit.form(FormKind.ORGANISATION)


@pytest.mark.parametrize(
    ("kind", "markup", "text"),
    [
        ("image/svg+xml", "<svg xmlns='http://www.w3.org/2000/svg'><body>Read</body></svg>", "Read"),
        ("image/svg+xml", "<svg xmlns='http://www.w3.org/2000/svg'/>", ""),
        ("text/plain", "Read", "Read"),
    ],
)
def test_a_page_may_be_no_html(
    visit: BrowserVisit, portal: SmallPortal, kind: str, markup: str, text: str
) -> None:
    portal.pages["/"] = always(response(markup.encode(), headers=f"Content-Type: {kind}\r\n"))
    assert visit.open().text == text
