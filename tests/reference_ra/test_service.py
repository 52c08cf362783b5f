from __future__ import annotations

import base64
import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest
from cryptography import x509
from lxml import etree

from reference_ra.conformant import conformant_policies
from reference_ra.messages import default_schema
from tests.reference_ra.conftest import Answer, Ra, ask
from tests.reference_ra.craft import AGREEMENT, DEVICE, LEGAL, RIGHT, WRONG, bad_messages, message


def status_of(answer: Answer) -> str:
    document = etree.fromstring(answer.body)
    assert answer.status == 200
    assert answer.headers["Content-Type"] == "application/xml;charset=UTF-8"
    assert default_schema().validate(document), answer.body
    return document.findtext("Status", "")


def certificate_in(answer: Answer) -> bytes:
    return base64.b64decode(etree.fromstring(answer.body).findtext("Certificate", ""))


@pytest.mark.parametrize("name", LEGAL)
def test_a_certificate_is_issued(ra: Ra, name: str) -> None:
    csr = LEGAL[name].build()
    answer = ra.post(message(csr, "A &amp; &quot;B&quot;"))
    assert status_of(answer) == "SUCCESS"
    assert etree.fromstring(answer.body).get("ID") == 'A & "B"'
    certificate = x509.load_der_x509_certificate(certificate_in(answer))
    ca = (ra.directory / "credentials" / "device-issuing-ca.pem").read_bytes()
    certificate.verify_directly_issued_by(x509.load_pem_x509_certificate(ca))
    assert certificate.public_key() == x509.load_der_x509_csr(csr).public_key()
    assert [extension.critical for extension in certificate.extensions] == [True, False, True, True, False]
    assert ra.issued() == 2


@pytest.mark.parametrize("credential", ["import-supplier", "dcc"])
def test_the_permitted_user_roles_are_served(ra: Ra, credential: str) -> None:
    assert status_of(ra.post(message(AGREEMENT.build()), credential)) == "SUCCESS"


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_csr_is_a_csr_error(ra: Ra, name: str) -> None:
    answer = ra.post(message(WRONG[name].build()))
    assert status_of(answer) == "CSR_ERROR"
    assert etree.fromstring(answer.body).get("ID") == "ref-1"
    assert ra.issued() == 1


def test_wrong_xml_is_a_format_error(ra: Ra, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("canary")
    good = message(RIGHT.build())
    for name, body in bad_messages(good, secret.as_uri()).items():
        answer = ra.post(body)
        assert status_of(answer) == "FORMAT_ERROR", name
        assert b"canary" not in answer.body
        assert etree.fromstring(answer.body).get("ID") is None
    assert ra.issued() == 1


def test_a_large_document_is_a_format_error(ra: Ra) -> None:
    assert status_of(ra.post(b"<x>" + b"y" * 20_000_000)) == "FORMAT_ERROR"


def test_devices(ra: Ra) -> None:
    for before, status in {0: "UNKNOWN_DEVICE", 99: "SUCCESS", 100: "ISSUANCE_ANOMALY"}.items():
        ra.seed(before)
        assert status_of(ra.post(message(RIGHT.build()))) == status
        assert ra.issued() == before + (status == "SUCCESS")


def test_the_limit_holds_when_many_ask_at_once(ra: Ra) -> None:
    ra.seed(95)
    with ThreadPoolExecutor(12) as pool:
        answers = list(pool.map(lambda _: status_of(ra.post(message(RIGHT.build()))), range(12)))
    assert sorted(answers) == ["ISSUANCE_ANOMALY"] * 7 + ["SUCCESS"] * 5
    assert ra.issued() == 100


def test_answers_do_not_cross_when_many_ask_at_once(ra: Ra) -> None:
    devices = [DEVICE[:-1] + bytes((number,)) for number in range(10, 26)]
    for device in devices:
        ra.seed(1, device)

    def submit(device: bytes) -> tuple[str, bool]:
        answer = ra.post(message(RIGHT.build(device), device.hex()))
        return str(etree.fromstring(answer.body).get("ID")), device in certificate_in(answer)

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(submit, devices)) == [(device.hex(), True) for device in devices]


def test_serials_and_transactions_differ(ra: Ra) -> None:
    connection = ra.connect()
    answers = [ask(connection, message(RIGHT.build())) for _ in range(20)]
    connection.close()
    transactions = [int(re.findall(rb"<TransactionId>(\d+)<", answer.body)[0]) for answer in answers]
    assert len(set(transactions)) == 20
    assert min(transactions) > 0
    serials = {x509.load_der_x509_certificate(certificate_in(answer)).serial_number for answer in answers}
    assert len(serials) == 20
    assert all(serial.bit_length() in range(121, 128) for serial in serials)


@pytest.mark.parametrize(
    "credential",
    [
        "network-operator",
        "supplier-without-uept",
        "batch-supplier",
        "portal-organisation",
        "portal-device",
        "wrong-key-type",
    ],
)
def test_who_may_not_use_the_service_is_refused(ra: Ra, credential: str) -> None:
    before = ra.manage("GET", "/rejections")[1]["count"]
    assert ra.post(message(RIGHT.build()), credential).status == 403
    assert ra.issued() == 1
    assert ra.manage("GET", "/rejections")[1]["count"] == before + 1


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "PATCH", "OPTIONS"])
def test_other_methods_issue_nothing(ra: Ra, method: str) -> None:
    assert ra.post(message(RIGHT.build()), method=method).status == 405
    assert ra.issued() == 1


def test_other_paths_issue_nothing(ra: Ra) -> None:
    for path in ("/", "/2.0/AdHocDeviceCSR", "/1.0/adhocdevicecsr", "/1.0/AdHocDeviceCSR/"):
        connection = ra.connect()
        assert ask(connection, message(RIGHT.build()), path=path).status == 404
        connection.close()
    assert ra.issued() == 1


def test_rejections_are_logged(ra: Ra) -> None:
    before = ra.manage("GET", "/rejections")[1]["count"]
    ra.post(b"")
    ra.post(message(b"0"))
    assert ra.manage("GET", "/rejections")[1]["count"] == before + 2


def test_an_internal_failure_shows_nothing_of_itself(start: Callable[..., Ra]) -> None:
    async def fail(*_: object) -> bytes:
        raise RuntimeError("secret detail")

    ra = start(replace(conformant_policies(), decide=fail))
    answer = ra.post(message(RIGHT.build()))
    assert status_of(answer) == "CA_ERROR"
    assert b"secret" not in answer.body
    assert b"Traceback" not in answer.body
