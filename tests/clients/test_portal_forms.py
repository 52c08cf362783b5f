"""The portal's client without a browser: it goes where a user would, and nowhere else."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from clients.portal import walk
from clients.portal.forms import FormsPortalClient, FormsVisit
from clients.portal.pages import Locator
from clients.portal.portal import FormKind, NoWayOn, PortalError, Section, Standing
from clients.recorder import Recorder
from clients.spool import HEAD_OCTETS
from tests.clients.conftest import VisitOf
from tests.support.portal_site import FORM, HOME, PICKUP, REQUESTS, SESSION, SmallPortal, always, page
from tests.support.servers import response

ORGANISATION, DEVICE = Section.ORGANISATION, Section.DEVICE
CSR = "-----BEGIN CERTIFICATE REQUEST-----\r\nAB+/ =&%\n-----END CERTIFICATE REQUEST-----\n"


def test_from_the_landing_page_into_a_section(visit: FormsVisit, portal: SmallPortal) -> None:
    landing = visit.open()
    assert (landing.title, landing.text) == ("Landing page", "Organisation Certificates Device Certificates")
    assert visit.links_to(ORGANISATION)
    home = visit.follow(ORGANISATION)
    assert home.url.endswith("/o/")
    assert home.exchange.interface == "portal-gateway"
    assert visit.cookies(home.url) == f"session={SESSION}"
    assert portal.trail == ["GET /", "GET /o/"]
    assert [asked.header("Referer") for asked in portal.asked] == [None, landing.url]


def test_a_csr_is_sent_exactly_with_the_form_and_its_button(visit: FormsVisit, portal: SmallPortal) -> None:
    notification = visit.submit_csr(FormKind.ORGANISATION, CSR)
    post = portal.asked[-2]
    assert portal.trail == ["GET /", "GET /o/", "GET /o/csr", "POST /o/csr", "GET /o/r/1"]
    assert post.header("Content-Type") == "application/x-www-form-urlencoded"
    assert post.fields == [("token", "t0k&n"), ("usage", "ka"), ("box", "on"), ("go", "1"), ("csr", CSR)]
    origin = visit.site.connection.url.rstrip("/")
    assert (post.header("Origin"), post.header("Referer")) == (origin, f"{origin}/o/csr")
    assert {asked.header("Cookie") for asked in portal.asked[2:]} == {f"session={SESSION}"}
    assert notification.standing is Standing.ACCEPTED
    assert notification.reference == "R1"
    assert notification.page.text == "Your CSR was accepted. It is R1"


def test_a_form_is_read_and_nothing_sent(visit: FormsVisit, portal: SmallPortal) -> None:
    form = visit.form(FormKind.ORGANISATION)
    assert (form.method, form.field, form.encoding) == ("POST", "csr", "application/x-www-form-urlencoded")
    assert form.action == f"{visit.site.connection.url}o/csr"
    assert ("token", "t0k&n") in form.fields
    assert not any(asked.method == "POST" for asked in portal.asked)


def test_errors_with_their_status_and_code(visit: FormsVisit, portal: SmallPortal) -> None:
    portal.pages["POST /o/csr"] = portal.pages["/o/r/2"]
    notification = visit.submit_csr(FormKind.ORGANISATION, CSR)
    assert notification.standing is Standing.REJECTED
    assert notification.reference == "R2"
    assert notification.errors == (
        PortalError("CSR_ERROR CR:0007: no", "CSR_ERROR", "CR:0007"),
        PortalError("Something else", None, None),
    )


@pytest.mark.parametrize("octets", [10, 3 * HEAD_OCTETS])
def test_an_archive_is_uploaded_from_its_file(
    visit: FormsVisit, portal: SmallPortal, tmp_path: Path, octets: int
) -> None:
    archive = tmp_path / "a.bin"
    archive.write_bytes(b"PK\r\n" * (octets // 4))
    notification = visit.submit_batch('my "batch".zip', archive)
    post = portal.asked[-1]
    boundary = str(post.header("Content-Type")).removeprefix("multipart/form-data; boundary=")
    assert (
        post.body
        == (
            f'--{boundary}\r\nContent-Disposition: form-data; name="token"\r\n\r\nt\r\n'
            f'--{boundary}\r\nContent-Disposition: form-data; name="zip"; filename="my %22batch%22.zip"\r\n'
            f"Content-Type: application/zip\r\n\r\n"
        ).encode()
        + archive.read_bytes()
        + f"\r\n--{boundary}--\r\n".encode()
    )
    assert (notification.standing, notification.reference) == (Standing.ACCEPTED, "B7")
    assert notification.csrs == 3
    exchange = notification.page.exchange
    assert exchange.request_body == post.body[:HEAD_OCTETS]
    spool = exchange.request_spool
    assert (spool is not None) is (octets > HEAD_OCTETS)
    assert spool is None or spool.sha256 == hashlib.sha256(post.body).hexdigest()


def test_ones_own_requests(visit: FormsVisit) -> None:
    assert visit.requests(ORGANISATION) == ("R1", "R2")
    assert visit.request(ORGANISATION, "R1").standing is Standing.ACCEPTED
    assert visit.request(ORGANISATION, "R2").standing is Standing.REJECTED
    with pytest.raises(NoWayOn, match=r"organisation-requests.row \(css=tr\) lists no R3"):
        visit.request(ORGANISATION, "R3")


def with_next(visit: FormsVisit) -> None:
    """The lists go on by a link."""
    pages = visit.site.pages
    after = Locator.parse("css=a[rel=next]")
    listed = replace(pages.organisation_requests, next=after)
    visit.site = replace(
        visit.site,
        pages=replace(pages, organisation_requests=listed, pickup=replace(pages.pickup, next=after)),
    )


def test_a_list_on_several_pages(visit: FormsVisit, portal: SmallPortal) -> None:
    with_next(visit)
    row = "<table><tr><td>R3<td><a href='/o/r/1'>Details</a></table>"
    for name in ("/o/mine", "/d/pickup"):
        more = f"<a rel=next href='{name}?p=2'>More</a>"
        portal.pages[name] = always(page((REQUESTS if name == "/o/mine" else PICKUP) + more))
        portal.pages[f"{name}?p=2"] = always(page(row + more))
    assert visit.requests(ORGANISATION) == ("R1", "R2", "R3")
    assert visit.request(ORGANISATION, "R3").standing is Standing.ACCEPTED
    portal.asked.clear()
    assert visit.request(ORGANISATION, "R2").standing is Standing.REJECTED
    assert "GET /o/mine?p=2" not in portal.trail
    assert [item.reference for item in visit.pickups()] == ["R5", "B7", "R3"]


def test_a_list_without_an_end(
    visit: FormsVisit, portal: SmallPortal, monkeypatch: pytest.MonkeyPatch
) -> None:
    with_next(visit)
    monkeypatch.setattr(walk, "LIST_PAGES", 3)
    for number in range(5):
        name = f"/o/mine?p={number}" if number else "/o/mine"
        portal.pages[name] = always(page(f"{REQUESTS}<a rel=next href='/o/mine?p={number + 1}'>More</a>"))
    with pytest.raises(NoWayOn, match=r"requests.next \(.*\) still leads on after 3 pages"):
        visit.requests(ORGANISATION)


def test_errors_in_words_alone(visit: FormsVisit, portal: SmallPortal) -> None:
    words = {"CSR_ERROR": re.compile("corrupt|format"), "ISSUANCE_ANOMALY": re.compile("too many")}
    visit.site = replace(visit.site, pages=replace(visit.site.pages, status=words))
    portal.pages["POST /o/csr"] = always(page("<ul class=bad><li>too many of them<li>It is corrupt<li>no"))
    told = visit.submit_csr(FormKind.ORGANISATION, CSR)
    assert [error.status for error in told.errors] == ["ISSUANCE_ANOMALY", "CSR_ERROR", None]


def test_a_certificate_of_a_request(visit: FormsVisit, portal: SmallPortal) -> None:
    portal.pages["/o/r/1"] = always(page("<a class=certificate href='file/1'>Certificate</a>"))
    headers = 'Content-Disposition: attachment; filename="../x/R1.crt"\r\n'
    portal.pages["/o/r/file/1"] = always(response(b"\x30\x00", headers=headers))
    download = visit.certificate_of("R1")
    assert (download.name, download.url.rpartition("/o/")[2]) == ("R1.crt", "r/file/1")
    assert download.exchange.response is not None
    assert download.exchange.response.body == b"\x30\x00"
    with pytest.raises(NoWayOn, match=r"organisation-requests.certificate \(css=a.certificate\)"):
        visit.certificate_of("R2")


def test_the_pickup_page(visit: FormsVisit, portal: SmallPortal) -> None:
    one, batch = visit.pickups()
    url = visit.site.connection.url
    assert (one.reference, one.text, one.certificate) == ("R5", "R5 One", f"{url}d/5.crt")
    assert (one.certificates, one.report, one.response) == (None, None, None)
    assert (batch.reference, batch.certificate) == ("B7", None)
    assert (batch.certificates, batch.report) == (f"{url}d/7.zip", f"{url}d/7.txt")
    portal.pages["/d/7.zip"] = always(response(bytes(3 * HEAD_OCTETS)))
    download = visit.download(str(batch.certificates))
    assert download.name == "7.zip"
    assert download.exchange.response is not None
    assert download.exchange.response.spool is not None
    assert download.exchange.response.spool.octets == 3 * HEAD_OCTETS


def test_each_visit_has_its_own_cookies(visit_of: VisitOf, portal: SmallPortal, recorder: Recorder) -> None:
    first = visit_of(portal)
    first.follow(ORGANISATION)
    second = FormsPortalClient(first.site, recorder).visit(None)
    home = second.follow(ORGANISATION)
    assert portal.asked[-1].header("Cookie") is None
    assert second.cookies(home.url) == f"session={SESSION}"


def test_cookies_go_where_they_belong(visit: FormsVisit, portal: SmallPortal) -> None:
    given = (
        "Set-Cookie: a=1; Path=/o/r\r\nSet-Cookie: b=2; Domain=evil.example\r\nSet-Cookie: c=3; Max-Age=0\r\n"
    )
    portal.pages["/o/"] = always(page(HOME, headers=given))
    visit.requests(ORGANISATION)
    assert portal.asked[-1].header("Cookie") is None
    visit.request(ORGANISATION, "R1")
    assert portal.asked[-1].header("Cookie") == "a=1"


@pytest.mark.parametrize(
    ("attribute", "with_post", "with_get"),
    [
        ("; samesite=Strict", None, None),
        ("; SameSite=lax", None, "a=1"),
        ("; SameSite=None", "a=1", "a=1"),
        ("", "a=1", "a=1"),
    ],
)
def test_a_request_of_another_site_has_the_cookies_that_samesite_leaves(
    visit: FormsVisit, portal: SmallPortal, attribute: str, with_post: str | None, with_get: str | None
) -> None:
    portal.pages["/o/"] = always(page(HOME, headers=f"Set-Cookie: a=1; Path=/{attribute}\r\n"))
    home = visit.follow(ORGANISATION)
    assert visit.cookies(home.url) == "a=1"
    assert visit.cookies(home.url, foreign_method="POST") == with_post
    assert visit.cookies(home.url, foreign_method="GET") == with_get


def test_the_secret_of_a_session_is_in_no_record(
    visit: FormsVisit, portal: SmallPortal, recorder: Recorder
) -> None:
    portal.pages["/o/mine"] = lambda asked: page(f"{asked.header('Cookie')}, {SESSION}")
    visit.requests(ORGANISATION)
    visit.download(f"{visit.site.connection.url}o/mine?s={SESSION}")
    records = recorder.take()
    assert len(records) == 4
    assert SESSION not in repr(records)
    assert SESSION not in recorder.redactor.text(f"the page says {SESSION}")


def test_decoys_do_not_make_the_secret_of_a_session_forgotten(
    visit: FormsVisit, portal: SmallPortal, recorder: Recorder
) -> None:
    decoys = "".join(f"Set-Cookie: decoy{number}={number:032}; Path=/\r\n" for number in range(40))
    portal.pages["/o/mine"] = always(page(REQUESTS, headers=decoys))
    visit.requests(ORGANISATION)
    visit.requests(ORGANISATION)
    assert SESSION not in recorder.redactor.text(f"the page says {SESSION}")


# --- how a label, a link and a button are found ---


@pytest.mark.parametrize(
    "control",
    [
        "<label>Your <b>CSR</b> <textarea name=csr>Your</textarea></label>",
        "<span id=a>Your</span> <i id=b hidden>CSR</i><textarea name=csr aria-labelledby='a b'></textarea>",
        "<textarea name=csr aria-label='Your CSR'></textarea>",
        "<label for=x>Your CSR</label><label for=c>Your\n CSR</label><p id=x></p><input name=csr id=c>",
    ],
)
def test_ways_to_label_a_field(visit: FormsVisit, portal: SmallPortal, control: str) -> None:
    form = f"<form method=POST>{control}<input type=submit value=' Send '></form>"
    portal.pages["GET /o/csr"] = always(page(f"<template>{form}</template>{form}"))
    read = visit.form(FormKind.ORGANISATION)
    assert (read.field, read.action) == ("csr", f"{visit.site.connection.url}o/csr")


def test_controls_outside_their_form_and_a_button_that_says_where_it_goes(
    visit: FormsVisit, portal: SmallPortal
) -> None:
    portal.pages["GET /o/csr"] = always(
        page(
            "<base href='/base/'><form id=f><input name=token value=1></form><label for=c>Your CSR</label>"
            "<input id=c name=csr form=f><button form=f formaction=go formmethod=post "
            "formenctype=multipart/form-data>Send</button>"
        )
    )
    form = visit.form(FormKind.ORGANISATION)
    assert (form.method, form.encoding, form.fields) == ("POST", "multipart/form-data", (("token", "1"),))
    assert form.action == f"{visit.site.connection.url}base/go"


def test_a_form_that_is_sent_by_get(visit: FormsVisit, portal: SmallPortal) -> None:
    portal.pages["GET /o/csr"] = always(page(FORM.replace('method="post"', "")))
    visit.submit_csr(FormKind.ORGANISATION, "A B")
    assert portal.trail[-1] == "GET /o/csr?token=t0k%26n&usage=ka&box=on&go=1&csr=A+B"


NO_FORMS: Mapping[str, tuple[str, str]] = {
    "no field": ("<form><button>Send</button></form>", "nothing on it is pages.organisation.field (label="),
    "no button": (FORM.replace(">Send<", ">Go<"), "nothing on it is pages.organisation.submit (button=Send)"),
    "no form": (FORM.replace("<form", "<div"), "pages.organisation.field (label=Your CSR) is in no form"),
    "no name": (FORM.replace('name="csr"', ""), "(label=Your CSR) is no field with a name"),
    "two forms": (FORM.replace("<button", "</form><form><button"), "(button=Send) is not in the form of the"),
    "nothing": ("", "nothing on it is pages.organisation.field"),
}


@pytest.mark.parametrize(("markup", "wrong"), NO_FORMS.values(), ids=NO_FORMS.keys())
def test_a_page_without_the_form(visit: FormsVisit, portal: SmallPortal, markup: str, wrong: str) -> None:
    portal.pages["GET /o/csr"] = always(page(markup))
    with pytest.raises(NoWayOn) as caught:
        visit.submit_csr(FormKind.ORGANISATION, CSR)
    assert wrong in str(caught.value)
    assert "HTTP 200 OK" in str(caught.value)
    assert not any(asked.method == "POST" for asked in portal.asked)
