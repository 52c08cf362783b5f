"""The portals' sites over real TLS: who gets where, sessions, forms, pages."""

from __future__ import annotations

import re
import ssl
from collections.abc import Callable
from urllib.parse import urlencode

import pytest
from cryptography import x509

from reference_ra.conformant import conformant_policies
from reference_ra.policies import Policies
from reference_ra.portal.posted import PostedLimits
from reference_ra.portal.site_adjust import with_site
from tests.reference_ra.batching import device
from tests.reference_ra.browsing import (
    BATCH_FORM,
    DEVICE_FORM,
    ORGANISATION_FORM,
    URLENCODED,
    User,
    multipart,
)
from tests.reference_ra.conftest import Ra
from tests.reference_ra.craft import RIGHT, encoded
from tests.reference_ra.portal_battery import HOSTILE, PAGES, archive, organisation_csr


@pytest.fixture
def ra(shared_ra: Ra) -> Ra:
    return shared_ra


@pytest.fixture
def aro(ra: Ra) -> User:
    return User(ra, "portal-organisation")


@pytest.fixture
def device_aro(ra: Ra) -> User:
    return User(ra, "portal-device")


# Where the pages are


def test_the_landing_page_leads_to_both_sections_without_a_credential(ra: Ra) -> None:
    landing = User(ra).get(ra.endpoints.portal_gateway)
    assert landing.status == 200
    assert landing.link("Organisation Certificates").endswith("/organisation/")
    assert landing.link("Device Certificates").endswith("/device/")


@pytest.mark.parametrize(
    ("who", "section"), [("portal-organisation", "organisation"), ("portal-device", "device")]
)
def test_every_page_is_reached_by_links(ra: Ra, who: str, section: str) -> None:
    user = User(ra, who)
    home = user.get(f"/{section}/")
    assert home.status == 200
    for link in home.tree.xpath("//main//a/@href"):
        page = user.get(str(link))
        assert page.status == 200
        assert page.texts("//*[@aria-current='page']") == [page.title]
        assert page.link("Start page of the portal") == ra.endpoints.portal_gateway


def test_a_page_that_is_not_there(aro: User) -> None:
    assert aro.get("/organisation/requests/R0").status == 404
    assert aro.get("/organisation/../../etc/passwd").status == 404
    assert aro.get("/static/../site.py").status == 404
    assert aro.send("DELETE", ORGANISATION_FORM).status == 405
    for page in (aro.get("/x"), aro.send("PUT", "/organisation/")):
        assert page.title
        assert page.headers["Content-Type"] == "text/html; charset=utf-8"


def test_static_files_are_linked_and_served(aro: User) -> None:
    home = aro.get("/organisation/")
    for path in home.tree.xpath("//link/@href | //script/@src | //img/@src"):
        assert aro.get(str(path)).status == 200
    assert "script" not in {element.tag for element in home.tree.iter() if element.get("onclick")}
    assert not home.tree.xpath("//style | //*[@style] | //script[not(@src)]")


def test_headers_of_every_page(ra: Ra, aro: User) -> None:
    for page in (aro.get("/organisation/"), aro.get("/x"), User(ra).get(ra.endpoints.portal_internet)):
        policy = page.headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "unsafe-inline" not in policy
        assert page.headers["X-Frame-Options"] == "DENY"
        assert page.headers["X-Content-Type-Options"] == "nosniff"
        assert page.headers["Cache-Control"] == "no-store"


# Who gets in


@pytest.mark.parametrize("section", PAGES)
@pytest.mark.parametrize("state", [None, "expired", "not-yet-valid", "revoked"])
def test_who_has_no_valid_credential_is_refused_in_the_handshake(
    ra: Ra, section: str, state: str | None
) -> None:
    user = User(ra, state and f"portal-{section}-{state}")
    with pytest.raises(ssl.SSLError, match="alert"):
        user.get(f"/{section}/")


@pytest.mark.parametrize(
    "who", ["portal-device-without-uept", "portal-device-wrong-key-type", "supplier-without-uept"]
)
def test_who_may_not_have_device_certificates_is_refused(ra: Ra, who: str) -> None:
    assert User(ra, who).get("/device/").status == 403


@pytest.mark.parametrize("section", PAGES)
@pytest.mark.parametrize(
    "who", ["import-supplier", "batch-supplier", "wrong-key-type", "portal-device", "portal-organisation"]
)
def test_a_section_is_for_its_own_credentials(ra: Ra, section: str, who: str) -> None:
    user = User(ra, who)
    expected = (200, 404) if who == f"portal-{section}" else (403,)
    for path in PAGES[section]:
        page = user.get(path)
        assert page.status in expected
        assert (page.status != 403) == bool(page.headers["Set-Cookie"] or user.cookies)


def test_refusals_are_logged(ra: Ra) -> None:
    before = ra.manage("GET", "/rejections")[1]["count"]
    assert User(ra, "portal-device").get("/organisation/").status == 403
    assert ra.manage("GET", "/rejections")[1]["count"] == before + 1


def test_the_internet_portal_has_no_device_pages(ra: Ra) -> None:
    landing = User(ra, portal="portal_internet").get(ra.endpoints.portal_internet)
    assert "Device" not in " ".join(landing.texts("//a"))
    csr = encoded(RIGHT.build(device(900)))
    for who in ("portal-device", "portal-organisation"):
        user = User(ra, who, "portal_internet")
        for path in PAGES["device"]:
            assert user.get(path).status == 404
            body = urlencode({"csr": csr}).encode()
            assert user.send("POST", path, body, {"Content-Type": URLENCODED}).status == 404
    kind, body = multipart({}, "a.zip", archive(RIGHT.build(device(900))))
    assert user.send("POST", BATCH_FORM, body, {"Content-Type": kind}).status == 404
    assert user.submit(ORGANISATION_FORM, csr).errors
    assert ra.issued(device(900)) == 0


# Sessions, and where a form comes from


def test_the_cookie_is_for_this_site_over_tls_alone(aro: User) -> None:
    cookie = aro.get("/organisation/").headers["Set-Cookie"]
    assert cookie.startswith("__Host-portal-gateway-organisation=")
    assert cookie.endswith("; Path=/; Secure; HttpOnly; SameSite=Strict")
    assert aro.get("/organisation/").headers["Set-Cookie"] is None


FORGED = {
    "no token": {"token": None},
    "wrong token": {"token": "x" * 43},
    "strange token": {"token": "\u00e9\u2028"},
    "foreign origin": {"headers": {"Origin": "https://example.org"}},
    "null origin": {"headers": {"Origin": "null"}},
    "cross-site": {"headers": {"Sec-Fetch-Site": "cross-site"}},
    "same-site": {"headers": {"Sec-Fetch-Site": "same-site"}},
}


@pytest.mark.parametrize("name", FORGED)
def test_a_form_of_another_site_is_not_taken(aro: User, name: str) -> None:
    before = len(aro.get("/organisation/requests").tree.xpath("//tbody/tr"))
    page = aro.submit(ORGANISATION_FORM, "x", **FORGED[name])  # type: ignore[arg-type]
    assert page.status == 403
    assert len(aro.get("/organisation/requests").tree.xpath("//tbody/tr")) == before


def test_a_form_of_the_own_site_is_taken(aro: User) -> None:
    headers = {"Origin": aro.sections, "Sec-Fetch-Site": "same-origin"}
    assert aro.submit(ORGANISATION_FORM, "x", headers=headers).errors


def test_a_form_by_get_submits_nothing(aro: User) -> None:
    before = len(aro.get("/organisation/requests").tree.xpath("//tbody/tr"))
    query = urlencode({"form-token": aro.get(ORGANISATION_FORM).form_token, "csr": "x"})
    assert aro.get(f"{ORGANISATION_FORM}?{query}").title == "Submit an Organisation CSR"
    assert len(aro.get("/organisation/requests").tree.xpath("//tbody/tr")) == before


def test_a_token_is_of_one_session(ra: Ra, aro: User) -> None:
    stranger = User(ra, "portal-organisation")
    assert aro.submit(ORGANISATION_FORM, "x", token=stranger.get(ORGANISATION_FORM).form_token).status == 403


def test_a_session_is_of_one_credential(ra: Ra, aro: User) -> None:
    token = aro.get(ORGANISATION_FORM).form_token
    other = User(ra, "portal-organisation-gas-supplier")
    other.cookies = dict(aro.cookies)
    assert other.submit(ORGANISATION_FORM, "x", token=token).status == 403
    assert other.cookies != aro.cookies
    assert aro.submit(ORGANISATION_FORM, "x", token=token).errors


def test_a_session_is_of_one_portal(ra: Ra, aro: User) -> None:
    token = aro.get(ORGANISATION_FORM).form_token
    there = User(ra, "portal-organisation", "portal_internet")
    there.cookies = {name.replace("gateway", "internet"): value for name, value in aro.cookies.items()}
    assert there.submit(ORGANISATION_FORM, "x", token=token).status == 403


def test_a_session_ends_when_it_was_not_used_for_long(start: Callable[..., Ra]) -> None:
    ra = start()
    user = User(ra, "portal-organisation")
    token = user.get(ORGANISATION_FORM).form_token
    ra.manage("POST", "/clock", {"advance_seconds": 29 * 60})
    assert user.submit(ORGANISATION_FORM, "x", token=token).status == 200
    ra.manage("POST", "/clock", {"advance_seconds": 31 * 60})
    assert user.submit(ORGANISATION_FORM, "x", token=token).status == 403
    assert user.submit(ORGANISATION_FORM, "x").status == 200


# Forms


def test_a_rejection_shows_its_errors_and_what_was_pasted(aro: User) -> None:
    page = aro.submit(ORGANISATION_FORM, f"\nfirst\r\n{HOSTILE}")
    assert page.errors
    assert page.reference.startswith("R")
    assert not page.notifications
    assert not page.tree.xpath("//main//script | //main//b")
    area = page.tree.xpath("//textarea")[0]
    assert area.text.split() == f"first\r\n{HOSTILE}".split()
    assert area.get("aria-invalid") == "true"
    described = area.get("aria-describedby").split()
    assert all(page.tree.xpath(f"//*[@id='{each}']") for each in described)
    assert page.tree.xpath("//*[@class='error-summary']//a/@href")[0] == f"#{area.get('id')}"
    assert re.search("^Error:", page.texts("//title")[0])


def test_a_rejected_request_stays_in_the_list(aro: User) -> None:
    reference = aro.submit(ORGANISATION_FORM, "x").reference
    rows = aro.get("/organisation/requests").texts("//table[@class='requests']/tbody/tr")
    assert any(row.startswith(f"{reference} ") and "Rejected" in row for row in rows)
    assert aro.get(f"/organisation/requests/{reference}").errors


def test_a_form_is_read_however_it_is_encoded(aro: User) -> None:
    token = aro.get(ORGANISATION_FORM).form_token
    boundary = "b"
    fields = {"form-token": token, "csr": "pasted \u00e9"}
    parts = [f'--b\r\nContent-Disposition: form-data; name="{k}"\r\n\r\n{v}\r\n' for k, v in fields.items()]
    kind = {"Content-Type": f"multipart/form-data; boundary={boundary}"}
    page = aro.follow(aro.send("POST", ORGANISATION_FORM, f"{''.join(parts)}--b--\r\n".encode(), kind))
    assert page.tree.xpath("//textarea")[0].text.strip() == "pasted \u00e9"


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("multipart/form-data", b"x"),
        ("multipart/form-data; boundary=b", b"--c\r\n\r\n"),
        (
            "multipart/form-data; boundary=b",
            b"--b\r\nContent-Type: multipart/mixed; boundary=c\r\n\r\n--c--\r\n--b--",
        ),
        ("multipart/form-data; boundary=b", b"--b\r\nbroken\r\n\r\nx\r\n--b--\r\n"),
        (URLENCODED, b"\xff=\xfe"),
        (URLENCODED, b"&".join(b"a%d=1" % number for number in range(1000))),
        ("application/json", b"{}"),
        (URLENCODED, b""),
    ],
)
def test_what_is_no_form_is_refused(aro: User, kind: str, body: bytes) -> None:
    page = aro.send("POST", ORGANISATION_FORM, body, {"Content-Type": kind})
    assert page.status in (400, 403)
    assert b"Traceback" not in page.body


def test_a_form_past_the_limits_is_refused(start: Callable[..., Ra]) -> None:
    ra = start(limited(field_octets=5_000, file_octets=10_000))
    user = User(ra, "portal-organisation")
    assert user.submit(ORGANISATION_FORM, "x" * 4_000).errors
    assert user.submit(ORGANISATION_FORM, "x" * 6_000).status == 413
    user = User(ra, "portal-device")
    assert user.upload("a.zip", b"x" * 9_000).errors
    assert user.upload("a.zip", b"x" * 11_000).status == 413


def test_a_form_must_come_in_time(start: Callable[..., Ra]) -> None:
    ra = start(limited(seconds=0.3))
    user = User(ra, "portal-organisation")
    headers = {"Content-Type": URLENCODED, "Content-Length": "100"}
    assert user.send("POST", ORGANISATION_FORM, b"csr=", headers).status == 408


def limited(**limits: float) -> Policies:
    return with_site(conformant_policies(), limits=PostedLimits(**limits))  # type: ignore[arg-type]


def test_a_failure_shows_nothing_of_itself(start: Callable[..., Ra]) -> None:
    async def fail(*_: object) -> object:
        raise RuntimeError("secret detail")

    user = User(start(with_site(conformant_policies(), submit_csr=fail)), "portal-organisation")
    page = user.submit(ORGANISATION_FORM, "x")
    assert (page.status, page.title) == (500, "The portal has failed")
    assert b"secret" not in page.body


# Organisation CSRs


def test_an_organisation_csr_is_issued_for_and_downloaded(aro: User) -> None:
    page = aro.submit(ORGANISATION_FORM, encoded(organisation_csr()))
    assert [re.findall("accepted|approved", each) for each in page.notifications] == [
        ["accepted"],
        ["approved"],
    ]
    link = page.tree.xpath("//a[contains(@class, 'certificate')]/@href")[0]
    file = aro.get(str(link))
    assert file.headers["Content-Disposition"].startswith("attachment; filename=")
    assert x509.load_pem_x509_certificate(file.body).public_key()


# Device CSRs


def test_an_ad_hoc_csr_is_issued_for_and_picked_up(device_aro: User, ra: Ra) -> None:
    page = device_aro.submit(DEVICE_FORM, encoded(RIGHT.build(device(901))))
    assert [re.findall("accepted|approved", each) for each in page.notifications] == [
        ["accepted"],
        ["approved"],
    ]
    assert ra.issued(device(901)) == 1
    rows = device_aro.get("/device/pickup").tree.xpath("//table[@class='pickup']/tbody/tr")
    row = next(each for each in rows if page.reference in each.text_content())
    file = device_aro.get(row.xpath(".//a[@class='certificate']/@href")[0])
    assert re.search(r'attachment; filename="[^"]+\.crt"', file.headers["Content-Disposition"])
    assert device_aro.get(f"/organisation/requests/{page.reference}").status == 403


def test_a_wrong_device_csr_is_told_with_its_status(device_aro: User) -> None:
    page = device_aro.submit(DEVICE_FORM, "x")
    assert page.errors[0].startswith("CSR_ERROR CR:")


def test_a_batch_is_accepted_with_its_number_of_csrs(device_aro: User) -> None:
    page = device_aro.upload("my batch.zip", archive(*(RIGHT.build(device(number)) for number in (902, 903))))
    assert page.reference.startswith("B")
    assert "2 Device CSRs" in page.notifications[0]
    assert "my batch.zip" in page.texts("//dl")[0]
    assert page.reference in device_aro.get("/device/requests").texts("//tbody/tr")[0]


@pytest.mark.parametrize("octets", [b"", b"PK", b"x" * 100_000])
def test_what_is_no_batch_is_rejected(device_aro: User, octets: bytes) -> None:
    page = device_aro.upload(f"{HOSTILE}.zip", octets)
    assert page.errors[0].startswith("FORMAT_ERROR FM:")
    assert not page.tree.xpath("//main//script | //main//b")


# What belongs to another Party


def test_what_another_party_submitted_is_not_there(ra: Ra, device_aro: User) -> None:
    mine = device_aro.submit(DEVICE_FORM, encoded(RIGHT.build(device(904)))).reference
    other = User(ra, "portal-device-gas-supplier")
    assert mine not in b"".join(other.get(f"/device/{each}").body for each in ("requests", "pickup")).decode()
    for path in (f"/device/requests/{mine}", f"/device/pickup/{mine}/certificate"):
        assert device_aro.get(path).status == 200
        page, none = other.get(path), other.get(path.replace(mine, "R999999"))
        assert (page.status, page.body) == (404, none.body)
