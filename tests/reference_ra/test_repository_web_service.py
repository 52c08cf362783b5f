"""The Repository's Web Service on its port, and what is lodged by each way of issuing."""

from __future__ import annotations

import base64
from pathlib import Path

import pytest
from cryptography import x509
from lxml import etree

from reference_ra.conformant import conformant_policies
from reference_ra.pki import TestPki
from reference_ra.repository.records import Kind, serial_text
from tests.reference_ra.conftest import Ra, running
from tests.reference_ra.craft import AGREEMENT, DEVICE, RIGHT, WRONG, message
from tests.reference_ra.desking import AMBER, Office, for_organisation, pem, zipped
from tests.reference_ra.repository_asking import (
    AMBER_TEXT,
    RETRIEVE,
    SEARCH,
    api_key,
    ask,
    retrieve,
    retrieve_body,
    search_body,
    search_device,
    search_organisation,
)

EXTERNAL = (
    '<!DOCTYPE r [<!ENTITY e SYSTEM "file:///etc/hostname">]>'
    "<CertificateSearchRequest><CertificateSubjectAltName>&e;</CertificateSubjectAltName>"
    "</CertificateSearchRequest>"
)


def issue(ra: Ra, csr: bytes) -> bytes:
    document = etree.fromstring(ra.post(message(csr)).body)
    return base64.b64decode(document.findtext("Certificate", ""))


def test_a_device_certificate_is_found_as_soon_as_it_is_issued(ra: Ra) -> None:
    issued = [issue(ra, RIGHT.build()), issue(ra, AGREEMENT.build())]
    found = search_device(ra, DEVICE)
    assert (found.status, found.content_type, found.code) == (200, "application/xml; charset=utf-8", "200")
    assert [each.tag for each in found.document][:3] == ["ResponseCode", "ResponseMessage", "AuditReference"]
    assert found.document.findtext("ResponseMessage") == "Success"
    serials = [serial_text(x509.load_der_x509_certificate(each).serial_number) for each in issued]
    expected = {
        "CertificateSubjectAltName": "00-DB-12-34-56-00-00-01",
        "CertificateStatus": "I",
        "ManufacturingFlag": "false",
    }
    assert found.results[-2:] == [
        {**expected, "CertificateSerial": serial, "CertificateUsage": usage}
        for serial, usage in zip(serials, ("DS", "KA"), strict=True)
    ]
    assert [certificate for serial in serials for certificate in retrieve(ra, serial).certificates] == issued


def test_a_role_is_decimal_here_and_hexadecimal_in_the_certificate(ra: Ra) -> None:
    status, made = ra.manage("POST", "/repository/certificates", {"eui64": AMBER_TEXT, "status": "I"})
    assert status == 200
    (result,) = retrieve(ra, made["serial"]).results
    assert list(result)[:5] == [
        "CertificateSubjectName",
        "CertificateSerial",
        "CertificateStatus",
        "CertificateBody",
        "CertificateRole",
    ]
    assert (result["CertificateRole"], result["CertificateUsage"]) == ("2", "DS")
    assert made["serial"] in [each["CertificateSerial"] for each in search_organisation(ra).results]


@pytest.mark.parametrize(("status", "found"), [("E", "E"), ("R", "R"), ("I", "I")])
def test_a_certificate_is_made_with_a_status(ra: Ra, status: str, found: str) -> None:
    made = ra.manage("POST", "/repository/certificates", {"eui64": AMBER_TEXT, "status": status})[1]
    assert retrieve(ra, made["serial"]).results[0]["CertificateStatus"] == found


@pytest.mark.parametrize(
    ("operation", "body"),
    [
        (SEARCH, search_body("FF-FF-FF-FF-FF-FF-FF-FF")),
        (SEARCH, search_body(AMBER_TEXT)),
        (RETRIEVE, retrieve_body("0" * 32)),
    ],
)
def test_no_match_is_402(ra: Ra, operation: str, body: bytes) -> None:
    told = ask(ra, operation, body)
    assert (told.status, told.code, told.results) == (402, "402", [])
    assert told.document.findtext("AuditReference")


def test_a_ca_certificate_is_none_of_what_the_results_describe(ra: Ra, pki: TestPki) -> None:
    serial = pki.identities["organisation-issuing-ca"].certificate.serial_number
    assert retrieve(ra, serial_text(serial)).status == 402


@pytest.mark.parametrize(
    ("operation", "body"),
    [
        (SEARCH, search_body("00-db-12-34-56-00-00-01")),
        (SEARCH, search_body("00DB123456000001")),
        (SEARCH, search_body("' or '1'='1")),
        (SEARCH, search_body("00-DB-12-34-56-00-00-01", "Subject")),
        (SEARCH, b"<CertificateSearchRequest/>"),
        (SEARCH, search_body(f"{AMBER_TEXT}</CertificateSubjectAltName><CertificateSubjectAltName>")),
        (SEARCH, search_body(AMBER_TEXT).replace(b"Request>", b"Requests>")),
        (SEARCH, search_body(AMBER_TEXT)[:-4]),
        (SEARCH, EXTERNAL.encode()),
        (SEARCH, b""),
        (SEARCH, search_body(" " * 70_000)),
        (RETRIEVE, retrieve_body("0" * 31)),
        (RETRIEVE, retrieve_body("a" * 32)),
        (RETRIEVE, search_body(AMBER_TEXT)),
    ],
)
def test_bad_parameters_are_401(ra: Ra, operation: str, body: bytes) -> None:
    told = ask(ra, operation, body)
    assert (told.status, told.code, told.results) == (401, "401", [])


def test_only_xml_is_read(ra: Ra) -> None:
    body = search_body(AMBER_TEXT)
    assert ask(ra, SEARCH, body, content_type="text/plain").status == 401
    assert ask(ra, SEARCH, body, content_type="Application/XML; charset=UTF-8").status == 402


@pytest.mark.parametrize(
    "key", ["", "apikey=", "apikey=wrong", "apikey={0}x", "apikey={0}&apikey={0}", "key={0}"]
)
def test_without_its_key_nobody_is_served(ra: Ra, key: str) -> None:
    issue(ra, RIGHT.build())
    told = ask(ra, SEARCH, search_body(DEVICE.hex("-").upper()), key.format(api_key(ra)))
    assert (told.status, told.code, told.results) == (403, "403", [])


def test_keys_are_those_of_users_who_may_come(ra: Ra) -> None:
    body = search_body(AMBER_TEXT)
    assert ask(ra, SEARCH, body, f"apikey={api_key(ra, 'repository-other')}").status == 402
    assert ask(ra, SEARCH, body, f"apikey={api_key(ra, 'repository-withdrawn')}").status == 403


def test_other_methods_and_paths(ra: Ra) -> None:
    assert ask(ra, SEARCH, b"", method="GET").status == 405
    assert ask(ra, "certificates", b"").status == 404


def test_what_is_refused_is_not_lodged(ra: Ra) -> None:
    before = len(search_device(ra, DEVICE).results)
    for recipe in list(WRONG.values())[:5]:
        ra.post(message(recipe.build()))
    assert len(search_device(ra, DEVICE).results) == before


def test_it_is_served_over_plain_http_where_that_is_asked_for(ra: Ra, tmp_path: Path, pki: TestPki) -> None:
    assert ra.endpoints.plain_repository is None
    with running(tmp_path, pki, conformant_policies(), plain_repository=True) as plain:
        told = ask(plain, SEARCH, search_body(AMBER_TEXT), url=plain.endpoints.plain_repository or "")
    assert (told.status, told.code) == (402, "402")


def test_each_way_of_issuing_lodges(desk: Office) -> None:
    store = desk.authority.registry.repository
    devices = [bytes.fromhex(f"00db12345a00000{number}") for number in range(1, 3)]
    organisations = len(store.of_organisation(AMBER))
    made = desk.organisation(pem(for_organisation().build()))
    asked = desk.device(pem(RIGHT.build(devices[0])))
    desk.batch(zipped({"one.csr": pem(RIGHT.build(devices[1])), "bad.csr": "nothing"}))
    desk.pass_night()
    assert store.of_organisation(AMBER)[organisations].der == made.certificate
    (found,) = store.of_device(devices[0])
    assert (found.kind, found.der) == (Kind.DEVICE, asked.certificate)
    (found,) = store.of_device(devices[1])
    assert found.lodged_at < desk.authority.clock.now()
