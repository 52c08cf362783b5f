"""The Repository portal's client on pages of the tests: good ones, refusals, and pages that lead astray."""

from __future__ import annotations

import ssl
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path

import pytest

from clients.connection import ANY_CIPHERS, Connection
from clients.exchange import FailureKind
from clients.recorder import Recorder, Redactor
from clients.repository.portal import ListKind, LoginState, NoWayOn, RepositorySite, Row, Subject
from clients.repository.portal_forms import FormsRepositoryPortal, FormsRepositoryVisit
from targets.problems import Problems
from targets.repository import Account
from targets.repository_pages import read_repository_pages
from targets.table import Source, Table
from tests.support.portal_site import Asked, Said, SmallPortal, always, page, redirect
from tests.support.servers import ServerIdentity, serving
from tests.targets.files import REPOSITORY_PAGES

PASSWORD, NEW, SESSION = "canary pass+word/£1", "canary new&2", "session-canary-7d1f5c90aa"
SERIALS = [f"{number:032X}" for number in range(1, 5)]
AMBER = Account("amber", ("repository-portal",), "valid", "amber", PASSWORD)

LOGIN = """<form method="post" action="/login"><input type="hidden" name="token" value="t1">
<label>Username <input name="user"></label><label>Password <input type="password" name="pass"></label>
<button>Log in</button></form>"""
WHO = """<p class="who">Amber</p><a href="/search">Search</a> <a href="/cas">CA certificates</a>
<a href="/lists">Revocation lists</a> <a href="/password">Change password</a>
<form method="post" action="/out"><input type="hidden" name="token" value="t2"><button>Log out</button>
</form>"""
PASSWORDS = """<form method="post" action="/password"><label>Current password <input name="old"></label>
<label>New password <input name="new"></label><label>New password again <input name="again"></label>
<button>Change password</button></form>"""
SEARCH = """<form><label>EUI-64 of an organisation <input name="o" value="before"></label>
<label>EUI-64 of a Device <input name="d"></label><button>Search</button></form>
<form action="/search"><label>Serial number <input name="s"></label><button>Search</button></form>"""
ROW = """<tr><td>{0}</td><td><a class="details" href="/c/{0}">View</a>
<a class="certificate" href="/c/{0}.crt">Get</a></td></tr>"""
DETAILS = """<dl><dd class="serial">{0}</dd><dd class="subject">00-DB</dd><dd class="status">I  In use</dd>
<dd class="usage">DS</dd></dl><a class="certificate" href="{0}.crt">Get</a>"""


def results(serials: list[str], following: str = "") -> str:
    rows = "".join(ROW.format(serial) for serial in serials)
    return f'<table class="results"><tbody><tr><td>none</td></tr>{rows}</tbody></table>{following}'


def logged_in(asked: Asked) -> Said:
    values = dict(asked.fields)
    if (values["user"], values["pass"], values["token"]) == ("amber", PASSWORD, "t1"):
        cookie = f"Set-Cookie: __Host-s={SESSION}; Secure; HttpOnly; SameSite=Strict; Path=/\r\n"
        return redirect("/home").replace(b"\r\n\r\n", b"\r\n" + cookie.encode() + b"\r\n")
    return page(f"{LOGIN}<div class='error-summary'>Wrong,  or locked: {values['user']}</div>")


def members_only(body: str) -> Callable[[Asked], Said]:
    def said(asked: Asked) -> Said:
        return page(body) if SESSION in (asked.header("Cookie") or "") else redirect("/")

    return said


@pytest.fixture
def portal() -> SmallPortal:
    return SmallPortal(
        pages={
            "/": always(page(LOGIN)),
            "/login": logged_in,
            "/home": members_only(WHO),
            "GET /search": members_only(WHO + SEARCH),
            "/search?o=00-DB&d=": members_only(
                WHO + SEARCH + results(SERIALS[:2], '<a href="/more">Next</a>')
            ),
            "/more": members_only(WHO + results(SERIALS[2:3])),
            "/search?o=before&d=00-00": members_only(WHO + '<p class="empty">No certificate.</p>'),
            "/search?s=zz": members_only(WHO + "<p class='error-summary'>No serial number</p>"),
            f"/c/{SERIALS[0]}": members_only(WHO + DETAILS.format(SERIALS[0])),
            f"/c/{SERIALS[0]}.crt": always(page("octets")),
            "/cas": members_only(
                WHO
                + '<table class="authorities"><tbody><tr><td>Root<td><a class="certificate" href="r.crt">x'
                "</a></tr><tr><td>Other</tr></tbody></table>"
            ),
            "/lists": members_only(
                WHO
                + '<table class="lists"><tbody><tr><td>Organisation CRL<td><a class="list" href="o.crl">x</a>'
                '</tr><tr><td>Device ARL<td><a class="list" href="d.crl">x</a></tr></tbody></table>'
            ),
            "GET /password": members_only(WHO + PASSWORDS),
            "POST /password": members_only(WHO + '<p class="notification">It has been changed.</p>'),
            "POST /out": always(page('<p class="notification">You are logged out.</p>' + LOGIN)),
        }
    )


@pytest.fixture
def recorder() -> Recorder:
    return Recorder(Redactor([PASSWORD, NEW]))


@pytest.fixture
def visit(
    portal: SmallPortal, identity: ServerIdentity, server_context: ssl.SSLContext, recorder: Recorder
) -> Iterator[FormsRepositoryVisit]:
    table = Table(
        Source(Problems("test"), Path(), datetime.now(UTC)), "", {"repository_pages": REPOSITORY_PAGES}
    )
    pages = read_repository_pages(table, ("repository-portal",))
    assert pages is not None
    with ExitStack() as stack:
        port = stack.enter_context(serving(portal.answer, server_context))
        connection = Connection(
            f"https://127.0.0.1:{port}/", identity.certificate, 1.0, 2.0, 50_000, ciphers=ANY_CIPHERS
        )
        client = FormsRepositoryPortal(RepositorySite("repository-portal", connection, pages), recorder)
        stack.callback(client.close)
        yield client.visit(AMBER)


@pytest.fixture
def inside(visit: FormsRepositoryVisit) -> FormsRepositoryVisit:
    assert visit.log_in("amber", PASSWORD).state is LoginState.IN
    return visit


def test_who_logs_in_is_in(visit: FormsRepositoryVisit, portal: SmallPortal) -> None:
    told = visit.log_in("amber", PASSWORD)
    assert (told.state, told.refused, told.error) == (LoginState.IN, False, None)
    assert visit.is_in()
    assert portal.asked[1].fields == [("token", "t1"), ("user", "amber"), ("pass", PASSWORD)]
    assert portal.trail == ["GET /", "POST /login", "GET /home"]
    assert told.page.exchange.credential == "amber"


def test_a_refusal_is_told_in_its_words(visit: FormsRepositoryVisit, portal: SmallPortal) -> None:
    told = visit.log_in("amber", "wrong")
    assert (told.state, told.refused) == (LoginState.LOCKED, True)
    assert told.error == "Wrong, or locked: amber"
    assert not visit.is_in()
    portal.pages["/login"] = always(page("<div class='error-summary'>Wrong</div>"))
    assert visit.log_in("amber", "wrong").state is LoginState.REFUSED
    portal.pages["/login"] = always(page("Something else", status="503 Service Unavailable"))
    assert visit.log_in("amber", PASSWORD).state is None


def test_a_password_that_must_be_changed(visit: FormsRepositoryVisit, portal: SmallPortal) -> None:
    portal.pages["/home"] = members_only(f'{WHO}<p class="notification">It must be changed.</p>{PASSWORDS}')
    told = visit.log_in("amber", PASSWORD)
    assert told.state is LoginState.MUST_CHANGE
    change = visit.change_password(PASSWORD, NEW)
    assert (change.changed, change.error) == (True, None)
    assert portal.asked[-1].fields == [("old", PASSWORD), ("new", NEW), ("again", NEW)]
    assert "GET /password" not in portal.trail


def test_a_password_is_changed_unasked_or_not_at_all(
    inside: FormsRepositoryVisit, portal: SmallPortal
) -> None:
    assert inside.change_password(PASSWORD, NEW).changed is True
    portal.pages["POST /password"] = always(page("<p class='error-summary'>Too short</p>"))
    change = inside.change_password(PASSWORD, NEW)
    assert (change.changed, change.error) == (False, "Too short")
    portal.pages["POST /password"] = always(page("?"))
    assert inside.change_password(PASSWORD, NEW).changed is None


def test_a_search_reads_every_page_of_the_list(inside: FormsRepositoryVisit) -> None:
    found = inside.search(Subject.ORGANISATION, "00-DB")
    assert [row.serial for row in found.rows] == SERIALS[:3]
    assert (found.none, found.error) == (False, None)
    assert found.page.url.endswith("/search?o=00-DB&d=")
    view = inside.view(found.rows[0])
    assert view.told == {"serial": SERIALS[0], "subject": "00-DB", "status": "I", "usage": "DS"}
    assert view.certificate is not None
    assert view.certificate == found.rows[0].certificate
    assert inside.download(view.certificate).exchange.outcome == "HTTP 200 OK"


def test_a_search_that_finds_nothing_and_one_that_is_wrong(inside: FormsRepositoryVisit) -> None:
    assert (inside.search(Subject.DEVICE, "00-00").none, inside.search(Subject.SERIAL, "zz").error) == (
        True,
        "No serial number",
    )


def test_authorities_and_lists(inside: FormsRepositoryVisit) -> None:
    root, other = inside.ca_certificates()
    assert (root.certificate or "").endswith("/r.crt")
    assert other.certificate is None
    lists = inside.revocation_lists()
    assert {kind: url.rpartition("/")[2] for kind, url in lists.items()} == {
        ListKind.ORGANISATION_CRL: "o.crl",
        ListKind.DEVICE_ARL: "d.crl",
    }


def test_a_session_that_has_ended(inside: FormsRepositoryVisit, portal: SmallPortal) -> None:
    url = inside.search(Subject.ORGANISATION, "00-DB").page.url
    cookies = inside.cookies(url)
    answers = [
        inside.ask(url, cookies=cookies, headers=(("User-Agent", "Firefox"),)),
        inside.ask(url, cookies=None),
    ]
    assert [exchange.response and exchange.response.status for exchange in answers] == [200, 303]
    assert portal.asked[-2].header("User-Agent") == "Firefox"
    assert "logged out" in inside.log_out().text
    assert portal.asked[-1].fields == [("token", "t2")]
    with pytest.raises(NoWayOn, match=r"nothing on it is repository_pages\.search\.open \(link=Search\)"):
        inside.search(Subject.DEVICE, "00-00")


def test_nothing_is_sent_elsewhere(inside: FormsRepositoryVisit, portal: SmallPortal) -> None:
    elsewhere = "https://elsewhere.example/x"
    row = Row(inside.open(), "", SERIALS[0], elsewhere, elsewhere)
    portal.pages["/"] = always(page(LOGIN.replace("/login", elsewhere)))
    asked = len(portal.asked)
    with pytest.raises(NoWayOn, match="not the portal's"):
        inside.view(row)
    with pytest.raises(NoWayOn, match="not the portal's"):
        inside.download(elsewhere)
    with pytest.raises(NoWayOn, match="not the portal's"):
        inside.ask(elsewhere, cookies=None)
    assert len(portal.asked) == asked
    with pytest.raises(NoWayOn, match=r"login\.submit .* goes to 'https://elsewhere.example/x'"):
        inside.log_in("amber", PASSWORD)


@pytest.mark.parametrize(
    ("body", "lacking"),
    [
        ("<p>Nothing", r"login\.username"),
        (LOGIN.replace("<button>Log in</button>", ""), r"login\.submit"),
        (LOGIN.replace("<button>Log in</button></form>", "</form><button>Log in</button>"), r"login\.submit"),
        (LOGIN.replace('name="pass"', ""), r"login\.password"),
    ],
)
def test_a_login_page_without_its_form(
    visit: FormsRepositoryVisit, portal: SmallPortal, body: str, lacking: str
) -> None:
    portal.pages["/"] = always(page(body))
    with pytest.raises(NoWayOn, match=lacking) as caught:
        visit.log_in("amber", PASSWORD)
    assert PASSWORD not in str(caught.value)
    assert portal.trail == ["GET /"]


def test_no_page_comes_at_all(visit: FormsRepositoryVisit, portal: SmallPortal) -> None:
    portal.pages["/login"] = always([])
    told = visit.log_in("amber", PASSWORD)
    assert told.state is None
    assert told.page.exchange.failure is not None
    assert told.page.exchange.failure.kind is FailureKind.CLOSED
    assert portal.trail.count("POST /login") == 1


def test_no_secret_reaches_a_record(inside: FormsRepositoryVisit, recorder: Recorder) -> None:
    inside.change_password(PASSWORD, NEW)
    text = repr(recorder.take())
    for secret in (PASSWORD, NEW, SESSION, "canary+pass%2Bword", "canary+new"):
        assert secret not in text
    assert "POST" in text
