"""The portal's client without a browser, and portals that lead elsewhere, break off or send odd pages."""

from __future__ import annotations

import re
import time
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from clients.exchange import FailureKind
from clients.portal.forms import FormsPortalClient, FormsVisit
from clients.portal.pages import Locator, Message
from clients.portal.portal import FormKind, NoWayOn, Section, Standing
from clients.recorder import Recorder
from tests.clients.conftest import VisitOf
from tests.support.portal_site import FORM, HOME, UPLOAD, Page, SmallPortal, always, page, redirect
from tests.support.servers import response

ORGANISATION, DEVICE = Section.ORGANISATION, Section.DEVICE
CSR = "AAAA"

ELSEWHERE = (
    "https://evil.example/x",
    "http://127.0.0.1:1/x",
    "https://user@127.0.0.1/x",
    "//127.0.0.2/x",
    "javascript:alert(1)",
    "https://[::1",
    "https://127.0.0.1:99999/",
    "file:///etc/passwd",
    "https://evil.example\\@127.0.0.1/",
)


@pytest.mark.parametrize("url", ELSEWHERE)
def test_no_link_form_or_redirect_leads_elsewhere(
    visit: FormsVisit, portal: SmallPortal, url: str, recorder: Recorder
) -> None:
    portal.pages["GET /o/csr"] = always(page(FORM.replace("/o/csr", url)))
    with pytest.raises(
        NoWayOn, match=r"pages.organisation.submit \(button=Send\) goes to .* not the portal's"
    ):
        visit.submit_csr(FormKind.ORGANISATION, CSR)
    portal.pages["/o/"] = always(page(f"<a href='{url}'>Submit</a>"))
    visit = FormsPortalClient(visit.site, recorder).visit(None)
    with pytest.raises(
        NoWayOn, match=r"pages.organisation.open \(link=Submit\) leads to .* not the portal's"
    ):
        visit.form(FormKind.ORGANISATION)
    portal.pages["/"] = always(redirect(url, "302 Found"))
    landing = visit.open()
    assert landing.exchange.outcome == "HTTP 302 Found"
    with pytest.raises(NoWayOn, match=r"HTTP 302 Found: nothing on it is pages.landing.device"):
        visit.follow(DEVICE)
    with pytest.raises(NoWayOn, match="is not the portal's"):
        visit.download(url)
    assert {exchange.url.startswith(visit.site.connection.url) for exchange in recorder.take()} == {True}


@pytest.mark.parametrize("wrong", ["multipart/form-data", "post"])
def test_a_form_that_sends_no_files_gets_none(
    visit: FormsVisit, portal: SmallPortal, tmp_path: Path, wrong: str
) -> None:
    portal.pages["GET /d/csr"] = always(page(UPLOAD.replace(wrong, "")))
    with pytest.raises(NoWayOn, match=r"batch\.field \(label=Archive\) is in a form that sends no files"):
        visit.submit_batch("a.zip", tmp_path / "a.zip")


def test_redirects_have_an_end(visit: FormsVisit, portal: SmallPortal) -> None:
    portal.pages["/"] = always(redirect("/", "302 Found"))
    assert visit.open().exchange.outcome == "HTTP 302 Found"
    assert len(portal.asked) == 11


@pytest.mark.parametrize("status", ["307 Temporary Redirect", "308 Permanent Redirect"])
def test_a_redirect_that_would_repeat_a_submission_is_not_followed(
    visit: FormsVisit, portal: SmallPortal, status: str
) -> None:
    portal.pages["POST /o/csr"] = always(redirect("/o/r/1", status))
    notification = visit.submit_csr(FormKind.ORGANISATION, CSR)
    assert notification.page.exchange.outcome == f"HTTP {status}"
    assert notification.standing is None
    portal.pages["/o/"] = always(redirect("/o/moved", status))
    portal.pages["/o/moved"] = always(page(HOME))
    assert FormsVisit(visit.site, None, visit._journey).follow(ORGANISATION).url.endswith("/o/moved")


def cut(_: object) -> Iterable[bytes]:
    return [b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n<p class=ok>accepted"]


def slow(_: object) -> Iterable[bytes]:
    yield b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n"
    for _ in range(100):
        time.sleep(0.05)
        yield b"<p>"


BROKEN: Mapping[str, tuple[Page, FailureKind]] = {
    "cut": (cut, FailureKind.CLOSED),
    "slow": (slow, FailureKind.TIMED_OUT),
    "large": (always(page("x" * 300_000)), FailureKind.TOO_LARGE),
    "no http": (always([b"SSH-2.0-x\r\n"]), FailureKind.NOT_HTTP),
    "closed": (always([]), FailureKind.CLOSED),
}


@pytest.mark.parametrize(("answer", "kind"), BROKEN.values(), ids=BROKEN.keys())
def test_a_submission_without_an_answer_is_not_repeated(
    visit_of: VisitOf, portal: SmallPortal, answer: Page, kind: FailureKind
) -> None:
    portal.pages["POST /o/csr"] = answer
    notification = visit_of(portal, seconds=0.5).submit_csr(FormKind.ORGANISATION, CSR)
    assert notification.standing is None
    assert notification.page.text == ""
    failure = notification.page.exchange.failure
    assert failure is not None
    assert failure.kind is kind
    assert portal.trail.count("POST /o/csr") == 1


def test_a_page_is_asked_for_again_where_the_kept_connection_was_closed(
    visit: FormsVisit, portal: SmallPortal, recorder: Recorder
) -> None:
    closings: list[Iterable[bytes]] = [[]]
    portal.pages["/o/mine"] = lambda _: closings.pop() if closings else page("<table><tr><td>R9</table>")
    assert visit.requests(ORGANISATION) == ("R9",)
    assert portal.trail.count("GET /o/mine") == 2
    assert [exchange.failure is None for exchange in recorder.take()] == [True, True, False, True]


# --- hostile pages ---

HOSTILE: Mapping[str, bytes] = {
    "deep": page("<div>" * 60_000 + "<p class=ok>accepted"),
    "unclosed": page("<table><form><b><i>" * 5_000),
    "empty": response(b"", headers="Content-Type: text/html\r\n"),
    "zeros": response(bytes(1000), headers="Content-Type: text/html\r\n"),
    "noise": response(bytes(range(256)) * 100, headers="Content-Type: text/html\r\n"),
    "half a tag": page("<a " + "x=1 " * 20_000),
    "another kind": response(b"<p class=ok>accepted", headers="Content-Type: application/octet-stream\r\n"),
    "compressed": response(b"\x1f\x8b\x08", headers="Content-Type: text/html\r\nContent-Encoding: gzip\r\n"),
    "encoding": response(b"<p>\xff\xfe", headers="Content-Type: text/html; charset=punycode\r\n"),
    "xml": page('<?xml version="1.0" encoding="ucs-4"?><!DOCTYPE x SYSTEM "file:///etc/passwd"><x>&y;</x>'),
    "ids": page(
        "<label for=l id=l>Your CSR</label><form id=f form=f></form><input form=f aria-labelledby='q l'>"
    ),
    "a name of a thousand texts": page(
        f"<p id=a>{'x' * 60_000}</p>" + f"<input aria-labelledby='{'a ' * 30_000}'>"
    ),
    "odd names": page("<p class=bad =\"' <:x:y \x7f=3 xml:lang:z='1'><svg><title>x</title></svg>"),
}


@pytest.mark.parametrize("said", HOSTILE.values(), ids=HOSTILE.keys())
def test_a_hostile_page_is_a_page_without_what_is_sought(
    visit: FormsVisit, portal: SmallPortal, said: bytes
) -> None:
    portal.pages = dict.fromkeys(portal.pages, always(said))
    start = time.monotonic()
    for act in (
        lambda: visit.follow(ORGANISATION),
        lambda: visit.form(FormKind.DEVICE),
        lambda: visit.requests(ORGANISATION),
        visit.pickups,
    ):
        with pytest.raises(NoWayOn):
            act()
    assert not visit.links_to(DEVICE)
    assert time.monotonic() - start < 5


@pytest.mark.parametrize(
    ("octets", "kind"),
    [
        ("café".encode(), "text/html; charset=UTF-8"),
        ("café".encode(), "text/html"),
        ("<meta charset='latin1'>café".encode("latin-1"), "text/html"),
        (b"\xef\xbb\xbf" + "café".encode(), "text/html; charset=latin1"),
        ("\ufeffcafé".encode("utf-16-le"), "text/html"),
        ("caf\n é".replace("\n ", "").encode(), "text/plain"),
    ],
)
def test_encodings(visit: FormsVisit, portal: SmallPortal, octets: bytes, kind: str) -> None:
    portal.pages["/"] = always(response(octets, headers=f"Content-Type: {kind}\r\n"))
    assert visit.open().text == "café"


def test_what_a_user_does_not_see_is_no_message(visit: FormsVisit, portal: SmallPortal) -> None:
    unseen = (
        "<p class=bad hidden>x</p><div style='display:none'><p class=bad>x</p></div>"
        "<script>'<p class=bad>'</script><noscript>Read</noscript><p class=ok>not yet</p>"
        "<p class=ok>appro<b>ved</b>"
    )
    portal.pages["POST /o/csr"] = always(page(unseen))
    notification = visit.submit_csr(FormKind.ORGANISATION, CSR)
    assert notification.standing is Standing.APPROVED
    assert notification.page.text == "Read not yet approved"


@pytest.mark.parametrize(
    "disposition",
    [
        "filename*=utf-8''a; filename*0=b",
        "filename*=idna''%ff%fe",
        "filename*=\0''a",
        f'filename="{";" * 60_000}',
    ],
)
def test_a_file_whose_name_cannot_be_read_has_that_of_its_url(
    visit: FormsVisit, portal: SmallPortal, disposition: str
) -> None:
    headers = f"Content-Disposition: attachment; {disposition}\r\n"
    portal.pages["/d/7.zip"] = always(response(b"PK", headers=headers))
    start = time.monotonic()
    assert visit.download(f"{visit.site.connection.url}d/7.zip").name == "7.zip"
    assert time.monotonic() - start < 2


@pytest.mark.parametrize(
    ("told", "number"), [("50,000", 50_000), ("50 000", 50_000), (",", None), ("9" * 5000, None)]
)
def test_the_number_of_a_batch_may_be_none(
    visit: FormsVisit, portal: SmallPortal, tmp_path: Path, told: str, number: int | None
) -> None:
    csrs = Message(Locator.parse("css=.ok"), re.compile(r"(?P<csrs>[\d,\s]+) Device CSRs"))
    pages = replace(visit.site.pages, batch=replace(visit.site.pages.batch, csrs=csrs))
    visit.site = replace(visit.site, pages=pages)
    portal.pages["POST /d/csr"] = always(page(f"<p class=ok>accepted:{told} Device CSRs B7</p>"))
    archive = tmp_path / "a.zip"
    archive.write_bytes(b"PK")
    notification = visit.submit_batch("a.zip", archive)
    assert (notification.standing, notification.csrs) == (Standing.ACCEPTED, number)


def test_links_and_redirects_may_be_in_any_script(visit: FormsVisit, portal: SmallPortal) -> None:
    portal.pages["/"] = always(page("<a href='/\u65e5/'>Organisation Certificates</a>"))
    portal.pages["/%E6%97%A5/"] = always(redirect("/\u672c/"))
    portal.pages["/%E6%9C%AC/"] = always(page("<a href='/o/csr'>Submit</a>"))
    assert visit.form(FormKind.ORGANISATION).page.exchange.outcome == "HTTP 200 OK"
    referer = portal.asked[-1].header("Referer")
    assert referer is not None
    assert referer.endswith("/%E6%9C%AC/")


def test_a_long_text_is_searched_in_a_short_time(
    visit: FormsVisit, portal: SmallPortal, tmp_path: Path
) -> None:
    portal.pages["POST /d/csr"] = always(page(f"<p class=ok>accepted {'7' * 150_000}</p>"))
    archive = tmp_path / "a.zip"
    archive.write_bytes(b"PK")
    start = time.monotonic()
    assert visit.submit_batch("a.zip", archive).standing is Standing.ACCEPTED
    assert time.monotonic() - start < 10
