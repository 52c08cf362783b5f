"""The Repository portal's site over real TLS: sessions, searching, downloads, what a page shows."""

from __future__ import annotations

import re
from urllib.parse import urlencode

import pytest
from cryptography import x509

from tests.reference_ra.batching import device
from tests.reference_ra.browsing import DEVICE_FORM, User
from tests.reference_ra.conftest import Ra
from tests.reference_ra.craft import RIGHT, encoded
from tests.reference_ra.repository_users import (
    AMBER,
    PATHS,
    RepositoryUser,
    is_in,
    password_of,
    where,
)

HOSTILE = "'\"><b>&lt;\u2028; drop table lodged --"
DEVICE = device(990)


@pytest.fixture(scope="module")
def ra(shared_ra: Ra) -> Ra:
    """One that has issued a certificate for DEVICE."""
    assert User(shared_ra, "portal-device").submit(DEVICE_FORM, encoded(RIGHT.build(DEVICE))).notifications
    return shared_ra


@pytest.fixture(scope="module")
def user(ra: Ra) -> RepositoryUser:
    """One who has logged in."""
    user = RepositoryUser(ra)
    assert is_in(user.log_in("amber-energy", password_of(ra)))
    return user


def test_nothing_but_the_login_page_is_there_before_logging_in(ra: Ra) -> None:
    stranger = RepositoryUser(ra)
    for path in PATHS:
        assert where(stranger.follow(stranger.get(path))) == "/"
    assert "Firefox" in stranger.get("/").texts("//*[@class='browsers']")[0]


def test_the_cookie_is_another_one_after_the_login_and_is_dead_after_logging_out(ra: Ra) -> None:
    user = RepositoryUser(ra)
    before = dict(user.cookies)
    page = user.log_in("amber-energy", password_of(ra))
    assert is_in(page)
    inside = dict(user.cookies)
    assert inside != before
    assert user.log_out().notifications == ["You have been logged out."]
    for cookies in (before, inside):
        user.cookies = cookies
        assert where(user.follow(user.get("/search"))) == "/"


def test_the_cookie_and_the_headers(ra: Ra) -> None:
    page = RepositoryUser(ra).send("GET", ra.endpoints.repository_portal)
    assert page.headers["Content-Security-Policy"].startswith("default-src 'none'")
    fresh = RepositoryUser(ra)
    fresh.cookies = {}
    cookie = fresh.get("/").headers["Set-Cookie"]
    assert re.fullmatch(r"__Host-repository=\S+; Path=/; Secure; HttpOnly; SameSite=Strict", cookie)


def test_a_form_of_another_site_is_not_taken(user: RepositoryUser) -> None:
    assert user.send("POST", "/logout", b"form-token=x").status == 403
    stranger = RepositoryUser(user.ra)
    fields = {"username": "amber-energy", "password": password_of(user.ra)}
    assert stranger.send("POST", "/login", "&".join(map("=".join, fields.items())).encode()).status == 403
    assert is_in(user.get("/search"))


def test_every_page_is_reached_by_links(user: RepositoryUser) -> None:
    for text in ("Search", "CA certificates", "Revocation lists", "Change password"):
        page = user.get(user.get("/search").link(text))
        assert page.texts("//*[@aria-current='page']") == [page.title]


def test_a_device_is_found_viewed_and_downloaded(user: RepositoryUser) -> None:
    page = user.get(f"/search?device={DEVICE.hex('-')}")
    assert len(page.texts("//table[@class='results']/tbody/tr")) == 1
    link = str(page.tree.xpath("//a[@class='certificate']/@href")[0])
    file = user.get(link)
    certificate = x509.load_der_x509_certificate(file.body)
    assert f"{certificate.serial_number:032X}" in link
    assert file.headers["Content-Disposition"].startswith("attachment; filename=")
    details = user.get(str(page.tree.xpath("//a[@class='details']/@href")[0]))
    assert details.texts("//dd[@class='subject']") == [DEVICE.hex("-").upper()]
    assert details.texts("//dd[@class='status']") == ["I In use"]
    assert (
        user.get(str(details.tree.xpath("//a[contains(@class, 'certificate')]/@href")[0])).body == file.body
    )
    again = user.get(f"/search?serial={certificate.serial_number:032X}")
    assert again.tree.xpath("//a[@class='certificate']/@href") == [link]


@pytest.mark.parametrize(
    "query", [f"organisation={AMBER[:-2]}FF", f"serial={'F' * 32}", f"organisation={DEVICE.hex('-')}"]
)
def test_nothing_is_found(user: RepositoryUser, query: str) -> None:
    page = user.get(f"/search?{query}")
    assert "No certificate" in page.texts("//*[@class='empty']")[0]
    assert not page.errors


@pytest.mark.parametrize("name", ["organisation", "device", "serial"])
def test_hostile_text_is_shown_as_text(user: RepositoryUser, name: str) -> None:
    page = user.get(f"/search?{urlencode({name: HOSTILE})}")
    assert (page.status, len(page.errors)) == (200, 1)
    assert not page.tree.xpath("//main//b")
    assert page.tree.xpath(f"//input[@name='{name}']/@value") == [HOSTILE]


def test_a_search_text_may_be_long(user: RepositoryUser) -> None:
    page = user.get(f"/search?device={'A' * 100_000}")
    assert (page.status, len(page.errors)) == (200, 1)


def test_a_page_that_is_not_there(user: RepositoryUser) -> None:
    for path in ("/x", "/certificates/x", "/authorities/x/certificate", "/lists/x/list", "/static/x"):
        assert user.get(path).status == 404
    assert user.send("DELETE", "/search").status == 405
