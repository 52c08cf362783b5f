"""The portal's client that is a real browser, on pages that make it hard to go on."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
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
from tests.support.portal_site import FORM, HOME, LANDING, PAGES, SmallPortal, always, page
from tests.support.servers import ServerIdentity, serving

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
