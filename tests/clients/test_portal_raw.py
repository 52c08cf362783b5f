"""Requests to a portal that no page of it would make, over real TLS."""

from __future__ import annotations

from dataclasses import replace

import pytest

from clients.portal.forms import FormsVisit
from clients.portal.portal import FilledForm, FormKind
from clients.portal.raw import MULTIPART, LeadsElsewhere, RawRequests
from clients.recorder import REDACTED, Recorder
from tests.support.portal_site import SESSION, SmallPortal, always, redirect

FOREIGN = {"Origin": "https://elsewhere.example", "Sec-Fetch-Site": "cross-site"}


@pytest.fixture
def raw(visit: FormsVisit, recorder: Recorder) -> RawRequests:
    return RawRequests(visit.site, recorder)


@pytest.fixture
def form(visit: FormsVisit) -> FilledForm:
    return visit.form(FormKind.ORGANISATION)


def test_a_form_is_sent_with_what_another_site_says(
    raw: RawRequests, form: FilledForm, visit: FormsVisit, portal: SmallPortal, recorder: Recorder
) -> None:
    exchange = raw.submit(form, "a CSR\n", None, cookies=visit.cookies(form.action), headers=FOREIGN)
    asked = portal.asked[-1]
    assert (asked.method, asked.path, exchange.outcome) == ("POST", "/o/csr", "HTTP 303 See Other")
    assert asked.fields == [*form.fields, ("csr", "a CSR\n")]
    assert asked.header("Origin") == "https://elsewhere.example"
    assert asked.header("Sec-Fetch-Site") == "cross-site"
    assert asked.header("Cookie") == f"session={SESSION}"
    headers = dict(recorder.take()[-1].request_headers)
    assert headers["Cookie"] == REDACTED
    assert exchange.interface == "portal-gateway"
    assert exchange.tls is not None


def test_a_form_as_a_query(raw: RawRequests, form: FilledForm, portal: SmallPortal) -> None:
    raw.submit(replace(form, fields=(), method="GET"), "a b&c", None, cookies=None, headers={})
    assert portal.trail[-1] == "GET /o/csr?csr=a+b%26c"
    assert portal.asked[-1].header("Cookie") is None


@pytest.mark.parametrize("value", ["a text", ("some.zip", b"PK\x05\x06")])
def test_a_form_in_parts(
    raw: RawRequests, form: FilledForm, portal: SmallPortal, value: str | tuple[str, bytes]
) -> None:
    exchange = raw.submit(replace(form, encoding=MULTIPART), value, None, cookies=None, headers={})
    body = portal.asked[-1].body
    assert exchange.request_body == body
    assert b'name="token"\r\n\r\nt0k&n' in body
    expected = b'name="csr"\r\n\r\na text' if isinstance(value, str) else b'name="csr"; filename="some.zip"'
    assert expected in body


def test_an_address_is_asked_for_and_no_redirect_followed(raw: RawRequests, portal: SmallPortal) -> None:
    portal.pages["/away"] = always(redirect("/o/"))
    exchange = raw.get(raw.site.connection.url + "away", None, cookies="session=other")
    assert exchange.outcome == "HTTP 303 See Other"
    assert portal.trail == ["GET /away"]
    assert portal.asked[-1].header("Cookie") == "session=other"


@pytest.mark.parametrize("action", ["https://elsewhere.example/", "http://127.0.0.1/"])
def test_nothing_goes_to_another_host_or_without_tls(
    raw: RawRequests, form: FilledForm, portal: SmallPortal, action: str
) -> None:
    asked = len(portal.asked)
    with pytest.raises(LeadsElsewhere, match="is not the portal's"):
        raw.submit(replace(form, action=action), "a CSR", None, cookies=None, headers={})
    assert len(portal.asked) == asked
