"""The portal's client that is a real browser: where it goes, what it trusts, what it keeps, how it ends."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from clients.connection import Connection
from clients.exchange import FailureKind
from clients.portal import installed
from clients.portal.axe import apply_axe
from clients.portal.browser import BrowserPortalClient, BrowserVisit
from clients.portal.chromium import Chromium
from clients.portal.gate import Gate, GateThread
from clients.portal.keyboard import Keyboard
from clients.portal.portal import FormKind, NoBrowser, NoWayOn, PortalSite, Section, Standing
from clients.recorder import Recorder, Redactor
from tests.support.browsers import require_browser
from tests.support.portal_site import FORM, PAGES, SESSION, SmallPortal, always, page, redirect
from tests.support.servers import ServerIdentity, make_identity, response, serving

ORGANISATION, DEVICE = Section.ORGANISATION, Section.DEVICE
CSR = "-----BEGIN CERTIFICATE REQUEST-----\nAB+/ =&%\r\n-----END CERTIFICATE REQUEST-----\n"
VisitOf = Callable[..., BrowserVisit]


@pytest.fixture(scope="module")
def browser() -> Iterator[Chromium]:
    """Keeps the browser running from test to test."""
    chromium = Chromium.share(require_browser())
    yield chromium
    chromium.release()


@pytest.fixture
def visit_of(
    browser: Chromium,  # noqa: ARG001 - it is shared
    identity: ServerIdentity,
    server_context: ssl.SSLContext,
    recorder: Recorder,
) -> Iterator[VisitOf]:
    """A visit, without a credential, to a portal of the tests."""
    with ExitStack() as stack:

        def begin(portal: SmallPortal, *, scripts: bool = True, anchors: str | None = None) -> BrowserVisit:
            port = stack.enter_context(serving(portal.answer, server_context))
            trusted = anchors or identity.certificate
            connection = Connection(f"https://127.0.0.1:{port}/", trusted, 5.0, 10.0, 200_000)
            client = BrowserPortalClient(
                PortalSite("portal-gateway", connection, PAGES, frozenset()), recorder
            )
            stack.callback(client.close)
            return client.visit(None, scripts=scripts)

        yield begin


@pytest.fixture
def visit(visit_of: VisitOf, portal: SmallPortal) -> BrowserVisit:
    return visit_of(portal)


# --- what it does on a portal ---


def test_from_the_landing_page_into_a_section(
    visit: BrowserVisit, portal: SmallPortal, recorder: Recorder
) -> None:
    landing = visit.open()
    assert (landing.title, landing.text) == ("Landing page", "Organisation Certificates Device Certificates")
    assert visit.links_to(ORGANISATION)
    home = visit.follow(ORGANISATION)
    assert home.url.endswith("/o/")
    tls = home.exchange.tls
    assert tls is not None
    assert (tls.version, tls.cipher[:6]) == ("TLSv1.2", "ECDHE-")
    assert visit.cookies(home.url) == f"session={SESSION}"
    assert [asked for asked in portal.trail if "icon" not in asked] == ["GET /", "GET /o/"]
    first, second = recorder.take()
    assert SESSION not in str(second.response)
    assert first.started_at <= second.started_at
    shots = recorder.take_screenshots()
    assert [shot.title for shot in shots] == ["Landing page: HTTP 200 OK", "Portal: HTTP 200 OK"]
    assert all(shot.png.startswith(b"\x89PNG") for shot in shots)


def test_a_csr_is_pasted_and_its_lines_end_as_browsers_end_them(
    visit: BrowserVisit, portal: SmallPortal
) -> None:
    notification = visit.submit_csr(FormKind.ORGANISATION, CSR)
    post = next(asked for asked in portal.asked if asked.method == "POST")
    assert dict(post.fields) == {
        "token": "t0k&n",
        "usage": "ka",
        "box": "on",
        "go": "1",
        "csr": "\r\n".join(CSR.splitlines()) + "\r\n",
    }
    assert post.header("Origin") == visit.site.connection.url.rstrip("/")
    assert notification.standing is Standing.ACCEPTED
    assert notification.reference == "R1"


def test_a_form_is_read_and_nothing_sent(visit: BrowserVisit, portal: SmallPortal) -> None:
    form = visit.form(FormKind.ORGANISATION)
    assert (form.method, form.field, form.encoding) == ("POST", "csr", "application/x-www-form-urlencoded")
    assert form.action == f"{visit.site.connection.url}o/csr"
    assert form.fields == (("token", "t0k&n"), ("usage", "ka"), ("box", "on"), ("go", "1"))
    assert {asked.method for asked in portal.asked} == {"GET"}


def test_what_the_page_would_refuse_is_sent_all_the_same(visit: BrowserVisit, portal: SmallPortal) -> None:
    portal.pages["GET /o/csr"] = always(
        page(FORM.replace("<textarea", "<textarea required maxlength=3 minlength=2"))
    )
    visit.submit_csr(FormKind.ORGANISATION, "")
    visit.submit_csr(FormKind.ORGANISATION, "ABCDE")
    posts = [dict(asked.fields)["csr"] for asked in portal.asked if asked.method == "POST"]
    assert posts == ["", "ABCDE"]


@pytest.mark.parametrize("name", ["meters 1.zip", "../up.zip", "a/b.zip", "c:\\d.zip"])
def test_a_file_is_uploaded_under_its_name(
    visit: BrowserVisit, portal: SmallPortal, tmp_path: Path, name: str
) -> None:
    archive = tmp_path / "x"
    archive.write_bytes(os.urandom(3000))
    notification = visit.submit_batch(name, archive)
    post = next(asked for asked in portal.asked if asked.method == "POST")
    assert archive.read_bytes() in post.body
    assert f'filename="{name}"'.encode() in post.body
    assert archive.read_bytes() in notification.page.exchange.request_body
    assert (notification.csrs, notification.reference) == (3, "B7")


def test_files_are_downloaded(visit: BrowserVisit, portal: SmallPortal, recorder: Recorder) -> None:
    large = os.urandom(1_500_000)
    headers = 'Content-Disposition: attachment; filename="up/many.zip"\r\nContent-Type: application/zip\r\n'
    portal.pages["/d/7.zip"] = always(response(large, headers=headers))
    portal.pages["/d/7.txt"] = always(response(b"a\tb\n", headers="Content-Type: text/plain\r\n"))
    batch = next(item for item in visit.pickups() if item.reference == "B7")
    assert batch.certificates
    assert batch.report
    many = visit.download(batch.certificates)
    assert many.name == "many.zip"
    assert many.exchange.response
    with many.exchange.response.open() as stream:
        assert stream.read() == large
    report = visit.download(batch.report)
    assert (report.name, report.exchange.response and report.exchange.response.body) == ("7.txt", b"a\tb\n")
    assert visit.download(visit.site.connection.url + "none").exchange.outcome == "HTTP 404 Not Found"
    assert len(recorder.take()) == 6


def test_users_share_nothing(visit_of: VisitOf, portal: SmallPortal) -> None:
    first, second = visit_of(portal), visit_of(portal)
    home = first.follow(ORGANISATION)
    second.open()
    assert first.cookies(home.url) == f"session={SESSION}"
    assert second.cookies(home.url) is None


def test_a_page_that_shows_a_secret_has_no_picture(visit: BrowserVisit, portal: SmallPortal) -> None:
    recorder = Recorder(Redactor(["canary-in-a-page"]))
    visit = BrowserPortalClient(visit.site, recorder).visit(None)
    portal.pages["/"] = always(page("it is canary-in-a-page", title="canary-in-a-page"))
    visit.open()
    (shot,) = recorder.take_screenshots()
    assert shot.png == b""
    assert "canary" not in shot.title
    visit.close()


def test_a_portal_is_used_without_its_scripts(visit_of: VisitOf, portal: SmallPortal) -> None:
    scripted = "<script>document.body.textContent = 'changed'</script>"
    portal.pages["POST /o/csr"] = always(page(f"<p class=ok>accepted</p>{scripted}"))
    plain = visit_of(portal, scripts=False).submit_csr(FormKind.ORGANISATION, CSR)
    assert (plain.standing, plain.page.text) == (Standing.ACCEPTED, "accepted")
    assert visit_of(portal).submit_csr(FormKind.ORGANISATION, CSR).page.text == "changed"


# --- where it does not go, and what it does not believe ---

ELSEWHERE = (
    "https://evil.example/x",
    "http://127.0.0.1:1/x",
    "https://user@127.0.0.1/x",
    "javascript:alert(1)",
    "file:///etc/passwd",
)


@pytest.mark.parametrize("url", ELSEWHERE)
def test_no_link_form_or_redirect_leads_elsewhere(
    visit: BrowserVisit, portal: SmallPortal, url: str, recorder: Recorder
) -> None:
    portal.pages["GET /o/csr"] = always(page(FORM.replace("/o/csr", url)))
    with pytest.raises(
        NoWayOn, match=r"pages.organisation.submit \(button=Send\) leads to .* not the portal's"
    ):
        visit.submit_csr(FormKind.ORGANISATION, CSR)
    portal.pages["/o/"] = always(page(f"<a href='{url}'>Submit</a>"))
    visit.follow(ORGANISATION)
    with pytest.raises(
        NoWayOn, match=r"pages.organisation.open \(link=Submit\) leads to .* not the portal's"
    ):
        visit.form(FormKind.ORGANISATION)
    portal.pages["/"] = always(redirect(url, "302 Found"))
    landing = visit.open()
    assert landing.text == ""
    assert landing.exchange.response is None or landing.exchange.response.status == 302
    with pytest.raises(NoWayOn, match=r"nothing on it is pages.landing.device"):
        visit.follow(DEVICE)
    with pytest.raises(NoWayOn, match="is not the portal's"):
        visit.download(url)
    assert {exchange.url.startswith(visit.site.connection.url) for exchange in recorder.take()} == {True}


def test_a_page_loads_nothing_from_elsewhere(visit: BrowserVisit, portal: SmallPortal) -> None:
    heard = SmallPortal()
    with serving(heard.answer, None) as port:
        scheme = f"http://127.0.0.1:{port}"
        portal.pages["/"] = always(page(f"<img src='{scheme}/a'><script src='{scheme}/b'></script>loaded"))
        assert visit.open().text == "loaded"
    assert heard.asked == []


def test_a_server_of_another_authority_is_not_trusted(visit_of: VisitOf, portal: SmallPortal) -> None:
    landing = visit_of(portal, anchors=make_identity().certificate).open()
    assert landing.exchange.failure
    assert landing.exchange.failure.kind is FailureKind.SERVER_NOT_TRUSTED
    assert portal.asked == []


def test_nobody_else_gets_through_the_gate(identity: ServerIdentity) -> None:
    thread = GateThread()
    gate = Gate(
        thread, Connection("https://127.0.0.1/", identity.certificate), None, frozenset({"127.0.0.1"})
    )
    proxy = urlsplit(gate.proxy["server"])
    try:
        for line in (b"", b"Proxy-Authorization: Basic c21raTp4\r\n", b"Proxy-Authorization: \xff\r\n"):
            with socket.create_connection((proxy.hostname, proxy.port), 5) as stranger:
                stranger.sendall(b"CONNECT 127.0.0.1:443 HTTP/1.1\r\n" + line + b"\r\n")
                assert stranger.recv(4096).startswith(b"HTTP/1.1 407 ")
        with socket.create_connection((proxy.hostname, proxy.port), 5) as stranger:
            stranger.sendall(b"x" * 100_000)
            stranger.shutdown(socket.SHUT_WR)
            assert stranger.recv(4096) == b""
    finally:
        gate.close()
        thread.close()


# --- the eye and the hand ---


def test_axe_works_whatever_the_page_allows(visit: BrowserVisit, portal: SmallPortal) -> None:
    policy = "Content-Security-Policy: default-src 'none'\r\n"
    portal.pages["/"] = always(page("<main><h1>Hello</h1><input></main>", headers=policy))
    visit.open()
    results = apply_axe(visit.screen, ["wcag2a", "wcag2aa"])
    assert list(results) == ["light", "dark"]
    for found in results.values():
        assert [rule["id"] for rule in found["violations"]] == ["label"]
        assert "html-has-lang" in found["passes"]


def test_the_keyboard_reaches_what_it_can(visit: BrowserVisit, portal: SmallPortal) -> None:
    portal.pages["/"] = always(
        page(
            "<a href=/o/ tabindex=-1>Organisation Certificates</a> <a href=/d/>Device Certificates</a>"
            "<button disabled>Never</button><input type=hidden><a href=/x style='display: none'>Gone</a>"
            "<input type=radio name=r><input type=radio name=r checked>"
            "<button tabindex=-1>Pointed at</button>"
            "<div role=toolbar><button>First</button><button tabindex=-1>Second</button></div>"
        )
    )
    visit.open()
    keyboard = Keyboard(visit.screen)
    reach = keyboard.out_of_reach()
    assert reach.missing == ['a "Organisation Certificates"', 'button "Pointed at"']
    assert reach.by_arrows == ['button "Second"']
    assert reach.number == 6
    landing = visit.site.pages.landing
    assert not keyboard.reach(landing.organisation, "landing.organisation")
    assert keyboard.reach(landing.device, "landing.device")
    assert keyboard.enter().url.endswith("/d/")


# --- the browser itself ---


def test_which_browser_is_used(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    program = shutil.which("true")
    assert program
    monkeypatch.setenv(installed.VARIABLE, program)
    assert installed.find_browser(None) == Path(program)
    with pytest.raises(NoBrowser, match=r"none is no program that could be run: install Chromium"):
        installed.find_browser(tmp_path / "none")
    monkeypatch.delenv(installed.VARIABLE)
    monkeypatch.setenv("PATH", str(tmp_path))
    if sys.platform == "linux":
        with pytest.raises(NoBrowser, match="no browser was found: install Chromium"):
            installed.find_browser(None)


def test_a_browser_that_does_not_start() -> None:
    program = shutil.which("false")
    assert program
    site = PortalSite(
        "portal-gateway", Connection("https://127.0.0.1/", ""), PAGES, frozenset(), browser=Path(program)
    )
    with pytest.raises(NoBrowser, match=r"false does not start: .*; install Chromium"):
        BrowserPortalClient(site, Recorder(Redactor()))


INTERRUPTED = """
import sys
from clients.connection import Connection
from clients.portal.browser import BrowserPortalClient
from clients.portal.portal import PortalSite
from clients.recorder import Recorder, Redactor
from tests.support.portal_site import PAGES
from tests.support.servers import make_identity
site = PortalSite("portal-gateway", Connection(sys.argv[1], make_identity().certificate), PAGES, frozenset())
client = BrowserPortalClient(site, Recorder(Redactor()))
try:
    visit = client.visit(None)
    print("begun", flush=True)
    while True:
        visit.open()
except KeyboardInterrupt:
    print("interrupted", flush=True)
finally:
    client.close()
print("closed")
"""


@pytest.mark.skipif(sys.platform == "win32", reason="signals are sent to a process group")
def test_an_interrupt_ends_it_in_order(server_context: ssl.SSLContext) -> None:
    require_browser()
    root = Path(__file__).parents[2]
    with serving(SmallPortal().answer, server_context) as port:
        run = subprocess.Popen(
            [sys.executable, "-W", "error", "-c", INTERRUPTED, f"https://127.0.0.1:{port}/"],
            cwd=root,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        assert run.stdout
        try:
            assert run.stdout.readline() == "begun\n"
            time.sleep(0.3)
            os.killpg(run.pid, signal.SIGINT)
            output, errors = run.communicate(timeout=30)
        finally:
            if run.poll() is None:  # nothing of it is left to slow down what comes next
                os.killpg(run.pid, signal.SIGKILL)
    assert (output, errors, run.returncode) == ("interrupted\nclosed\n", "", 0)
