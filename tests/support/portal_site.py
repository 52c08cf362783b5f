"""A portal of the tests: pages by path, good ones at first, each replaced as a test wants it."""

from __future__ import annotations

import re
import socket
import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from urllib.parse import parse_qsl

from clients.portal.pages import (
    FormPage,
    LandingPage,
    Locator,
    Message,
    PageMap,
    PickupPage,
    RequestsPage,
)
from tests.support.servers import read_request, response

HTML = "Content-Type: text/html; charset=utf-8\r\n"
SESSION = "session-canary-5b1f0c77"


@dataclass(frozen=True)
class Asked:
    """One request."""

    octets: bytes

    @property
    def head(self) -> str:
        return self.octets.partition(b"\r\n\r\n")[0].decode("latin-1")

    @property
    def body(self) -> bytes:
        return self.octets.partition(b"\r\n\r\n")[2]

    @property
    def method(self) -> str:
        return self.head.split(" ")[0]

    @property
    def path(self) -> str:
        return self.head.split(" ")[1]

    def header(self, name: str) -> str | None:
        found = re.search(rf"(?im)^{name}: (.*?)\r?$", self.head)
        return found[1] if found else None

    @property
    def fields(self) -> list[tuple[str, str]]:
        return parse_qsl(self.body.decode(), keep_blank_values=True)


Said = bytes | Iterable[bytes]
"""A whole response; or pieces, after which the connection is closed."""
Page = Callable[[Asked], Said]


def page(body: str, *, title: str = "Portal", headers: str = "", status: str = "200 OK") -> bytes:
    """An HTML page."""
    markup = f"<!DOCTYPE html><html lang='en'><head><title>{title}</title></head><body>{body}</body></html>"
    return response(markup.encode(), status, HTML + headers)


def redirect(to: str, status: str = "303 See Other") -> bytes:
    """A redirect."""
    return response(b"", status, f"Location: {to}\r\n")


def always(said: Said) -> Page:
    """The same answer to everything."""
    return lambda _: said


LANDING = "<a href='/o/'>Organisation  Certificates</a> <a href='/d/'>Device Certificates</a>"
HOME = "<a href='csr'>Submit</a> <a href='/o/mine'>Yours</a> <a href='/d/pickup'>Pickup</a>"
FORM = """<h1>Submit a CSR</h1><form method="post" action="/o/csr">
<input type="hidden" name="token" value="t0k&amp;n"><input name="note" value="n" disabled>
<label for="c">Your CSR</label><textarea id="c" name="csr">
</textarea><select name="usage"><option>sign</option><option value="ka" selected>agree</option></select>
<input type="checkbox" name="box" checked><input type="checkbox" name="other">
<button name="go" value="1">Send</button><button name="stop" value="1">Stop</button></form>"""
UPLOAD = """<form method="post" enctype="multipart/form-data"><input type="hidden" name="token" value="t">
<label>Archive <input type="file" name="zip" style="display: none"></label>
<input type="submit" value="Upload"></form>"""
REQUESTS = """<table><tr><td>R1</td><td><a href="/o/r/1">Details</a></td></tr><tr><td>none</td></tr>
<tr><td>R2</td><td><a href="/o/r/2">Details</a></td></tr></table>"""
PICKUP = """<table><tr><td>R5</td><td><a class="certificate" href="/d/5.crt">One</a></td></tr>
<tr><td>B7</td><td><a class="certificates" href="7.zip">Many</a>
<a class="report" href="7.txt">Report</a></td></tr></table>"""


@dataclass
class SmallPortal:
    """Serves connections with its pages."""

    pages: dict[str, Page] = field(default_factory=dict)
    asked: list[Asked] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def __post_init__(self) -> None:
        cookie = f"Set-Cookie: session={SESSION}; Secure; HttpOnly; SameSite=Strict; Path=/\r\n"
        good = {
            "/": page(LANDING, title=" Landing\n page "),
            "/o/": page(HOME, headers=cookie),
            "/d/": page(HOME, headers=cookie),
            "GET /o/csr": page(FORM),
            "GET /d/csr": page(UPLOAD),
            "POST /o/csr": redirect("/o/r/1"),
            "POST /d/csr": page("<p class=ok>accepted: 3 Device CSRs <b>B7</b></p>"),
            "/o/mine": page(REQUESTS),
            "/o/r/1": page("<p class=ok>Your CSR was <i>accepted</i>.</p><p class=ref>It is R1</p>"),
            "/o/r/2": page(
                "<ul class=bad><li>CSR_ERROR CR:0007: no<li>Something else</ul><p class=ref>R2</p>"
            ),
            "/d/pickup": page(PICKUP),
        }
        self.pages = {path: always(said) for path, said in good.items()} | self.pages

    def answer(self, connection: socket.socket) -> None:
        """One connection."""
        while octets := read_request(connection):
            asked = Asked(octets)
            with self._lock:
                self.asked.append(asked)
            missing = always(page("Not here", status="404 Not Found"))
            found = self.pages.get(f"{asked.method} {asked.path}") or self.pages.get(asked.path, missing)
            said = found(asked)
            if isinstance(said, bytes):
                connection.sendall(said)
                continue
            for piece in said:
                connection.sendall(piece)
            return

    @property
    def trail(self) -> list[str]:
        """What was asked for, in short."""
        return [f"{asked.method} {asked.path}" for asked in self.asked]


_FORM = FormPage(
    open=Locator.parse("link=Submit"),
    field=Locator.parse("label=Your CSR"),
    submit=Locator.parse("button=Send"),
    accepted=Message(Locator.parse("css=.ok"), re.compile("accepted")),
    rejected=Message(Locator.parse("css=.bad")),
    error=Locator.parse("css=.bad li"),
    reference=Message(Locator.parse("css=.ref, .ok b"), re.compile("(?P<reference>[RB][0-9]+)")),
    approved=Message(Locator.parse("css=.ok"), re.compile("approved")),
)
_REQUESTS = RequestsPage(
    open=Locator.parse("link=Yours"),
    row=Locator.parse("css=tr"),
    reference=re.compile("^(?P<reference>[RB][0-9]+)"),
    details=Locator.parse("link=Details"),
    certificate=Locator.parse("css=a.certificate"),
)
PAGES = PageMap(
    landing=LandingPage(
        Locator.parse("link=Organisation Certificates"), Locator.parse("link=Device Certificates")
    ),
    organisation=_FORM,
    organisation_requests=_REQUESTS,
    device=_FORM,
    device_requests=_REQUESTS,
    batch=FormPage(
        open=Locator.parse("link=Submit"),
        field=Locator.parse("label=Archive"),
        submit=Locator.parse("button=Upload"),
        accepted=_FORM.accepted,
        rejected=_FORM.rejected,
        error=_FORM.error,
        reference=_FORM.reference,
        csrs=Message(Locator.parse("css=.ok"), re.compile("(?P<csrs>[0-9,]+) Device CSRs")),
    ),
    pickup=PickupPage(
        open=Locator.parse("link=Pickup"),
        row=Locator.parse("css=tr"),
        reference=re.compile("^(?P<reference>[RB][0-9]+)"),
        certificate=Locator.parse("css=a.certificate"),
        certificates=Locator.parse("css=a.certificates"),
        report=Locator.parse("css=a.report"),
        response=None,
        web_service_batch="B{batch_id}",
        record=re.compile("(?P<id>.*),(?P<name>.*),(?P<status>.*)"),
    ),
    status=re.compile("(?P<status>[A-Z]+_ERROR)"),
    code=re.compile("(?P<code>[A-Z]{2}:[0-9]+)"),
)
