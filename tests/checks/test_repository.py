"""Answers of the Repository's Web Service: right ones pass, and each fault is found under its requirement."""

from __future__ import annotations

import contextlib
from base64 import b64encode
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from checks.finding import Finding
from checks.lodged import has_serial, judge_row, judge_same, serial_of, serials_of
from checks.message import ResponseUnreadable
from checks.repository_message import Asked, CertificateRow
from checks.repository_refusal import (
    judge_bad_parameters,
    judge_inside,
    judge_key_refused,
    judge_no_match,
    judge_refused_request,
)
from checks.repository_retrieve import judge_retrieve, read_retrieve
from checks.repository_search import judge_search, read_search
from tests.checks.der_writer import integer
from tests.checks.organisation_builder import AUTHORITY, EUI64, organisation_plan

DEVICE_DER = (Path(__file__).parent.parent / "vectors" / "device-cert.der").read_bytes()
DEVICE_TEXT = "00-DB-12-34-56-78-90-A0"
DEVICE = Asked("device", bytes.fromhex("00DB1234567890A0"))
DEVICE_SERIAL = "30398236744D9DA0E57F8D74AE041FCD"
ORGANISATION_DER = organisation_plan().but(serial=integer(0x1234)).sign(AUTHORITY.key)
ORGANISATION = Asked("organisation", EUI64)
SERIAL = serial_of(ORGANISATION_DER)
MEDIA_TYPE = "application/xml; charset=utf-8"
NOW = datetime(2026, 7, 1, tzinfo=UTC)

HEAD = (
    "<ResponseCode>200</ResponseCode><ResponseMessage>Success</ResponseMessage>"
    "<AuditReference>a-17</AuditReference>"
)
RESULT = (
    f"<Result><CertificateSubjectAltName>{DEVICE_TEXT}</CertificateSubjectAltName>"
    f"<CertificateSerial>{DEVICE_SERIAL}</CertificateSerial><CertificateStatus>I</CertificateStatus>"
    "<CertificateUsage>DS</CertificateUsage><ManufacturingFlag>false</ManufacturingFlag></Result>"
)
FOUND = f"<CertificateSearchResponse>{HEAD}{RESULT}</CertificateSearchResponse>"
NOTHING = f"<CertificateSearchResponse>{HEAD}</CertificateSearchResponse>"
FOUND_ORGANISATION = (
    FOUND.replace("SubjectAltName", "SubjectName")
    .replace(DEVICE_TEXT, ORGANISATION.text)
    .replace(DEVICE_SERIAL, SERIAL)
    .replace("<CertificateUsage>", "<CertificateRole>2</CertificateRole><CertificateUsage>")
)
BODY = f"<CertificateBody>{b64encode(DEVICE_DER).decode()}</CertificateBody>"
RETRIEVED = (
    FOUND.replace("CertificateSearchResponse", "CertificateDataResponse")
    .replace("Result>", "CertificateResponse>")
    .replace("<CertificateUsage>", f"{BODY}<CertificateUsage>")
)


def searched(body: str | bytes, status: int = 200, media_type: str | None = MEDIA_TYPE) -> list[Finding]:
    octets = body.encode() if isinstance(body, str) else body
    asked = ORGANISATION if b"CertificateSubjectName" in octets else DEVICE
    return judge_search(status, media_type, octets, asked, absent="M-2.4.1.4-b")


def retrieved(body: str, status: int = 200, media_type: str | None = MEDIA_TYPE) -> list[Finding]:
    return judge_retrieve(status, media_type, body.encode(), DEVICE_SERIAL, absent="M-2.4.1.4-b")


def requirements(findings: list[Finding]) -> set[str]:
    return {finding.requirement for finding in findings}


def test_a_search_response_is_read_whole() -> None:
    response = read_search(FOUND.encode())
    assert (response.code, response.message, response.audit) == ("200", "Success", "a-17")
    assert response.rows == (CertificateRow(None, DEVICE_TEXT, DEVICE_SERIAL, "I", None, "DS", "false"),)


def test_a_retrieval_response_is_read_whole() -> None:
    row = read_retrieve(RETRIEVED.encode()).row
    assert row == CertificateRow(None, DEVICE_TEXT, DEVICE_SERIAL, "I", None, "DS", "false", DEVICE_DER)


LEGAL_SEARCHES = {
    "a Device's": FOUND,
    "an organisation's": FOUND_ORGANISATION,
    "a prolog": '<?xml version="1.0" encoding="utf-8"?>\n' + FOUND,
    "white space": FOUND.replace("><", ">\n  <").replace(">I<", "> I\n<"),
    "another order": FOUND.replace(HEAD, "").replace("</Result>", f"</Result>{HEAD}"),
    "unknown elements": FOUND.replace("<Result>", "<Count>1</Count><Result><IssuedOn>x</IssuedOn>"),
    "a namespace": FOUND.replace("Response>", 'Response xmlns="urn:x">', 1),
    "two certificates": FOUND.replace(RESULT, RESULT + RESULT.replace(DEVICE_SERIAL, "0" * 31 + "1")),
    "an empty role of a Device": FOUND.replace("<CertificateUsage>", "<CertificateRole/><CertificateUsage>"),
    "role 135": FOUND_ORGANISATION.replace(">2<", ">135<"),
    "ManufacturingFlag true": FOUND.replace("false", "true"),
}


@pytest.mark.parametrize("body", LEGAL_SEARCHES.values(), ids=LEGAL_SEARCHES)
def test_a_legal_search_response_has_no_finding(body: str) -> None:
    assert searched(body) == []


@pytest.mark.parametrize("media_type", ["application/xml", 'Application/XML;charset="UTF-8"'])
def test_a_media_type_that_says_the_same_passes(media_type: str) -> None:
    assert searched(FOUND, media_type=media_type) == []


FAULTY_SEARCHES = {
    "no AuditReference": (FOUND.replace("<AuditReference>a-17</AuditReference>", ""), {"O-WS-c"}),
    "ResponseCode twice": (FOUND.replace(HEAD, "<ResponseCode>200</ResponseCode>" + HEAD), {"O-WS-c"}),
    "ResponseCode 402": (FOUND.replace(">200<", ">402<"), {"O-WS-f"}),
    "another ResponseMessage": (FOUND.replace("Success", "Well"), {"O-WS-f"}),
    "no Result": (NOTHING, {"M-2.4.1.4-b"}),
    "another Device's": (FOUND.replace(DEVICE_TEXT, "00-DB-12-34-56-78-90-A1"), {"O-WS-c"}),
    "a name in lower case": (FOUND.replace(DEVICE_TEXT, DEVICE_TEXT.lower()), {"O-WS-c", "G-EUI-b"}),
    "a name without hyphens": (
        FOUND.replace(DEVICE_TEXT, DEVICE_TEXT.replace("-", "")),
        {"O-WS-c", "G-EUI-b"},
    ),
    "both names": (
        FOUND_ORGANISATION.replace(
            "<CertificateSerial>",
            f"<CertificateSubjectAltName>{DEVICE_TEXT}</CertificateSubjectAltName><CertificateSerial>",
        ),
        {"O-WS-c"},
    ),
    "a serial number in lower case": (FOUND.replace(DEVICE_SERIAL, DEVICE_SERIAL.lower()), {"O-WS-c"}),
    "a serial number of 31 digits": (FOUND.replace(DEVICE_SERIAL, DEVICE_SERIAL[1:]), {"O-WS-c"}),
    "no status": (FOUND.replace("<CertificateStatus>I</CertificateStatus>", ""), {"O-WS-c"}),
    "another status": (FOUND.replace(">I<", ">Issued<"), {"O-WS-j"}),
    "another usage": (FOUND.replace(">DS<", ">digitalSignature<"), {"O-WS-k"}),
    "a flag in capitals": (FOUND.replace("false", "FALSE"), {"O-WS-m"}),
    "a role in hexadecimal": (FOUND_ORGANISATION.replace(">2<", ">02<"), {"O-WS-l"}),
    "a role that is none": (FOUND_ORGANISATION.replace(">2<", ">9<"), {"O-WS-l"}),
    "an organisation without role": (
        FOUND_ORGANISATION.replace("<CertificateRole>2</CertificateRole>", ""),
        {"O-WS-c"},
    ),
    "a Device with a role": (
        FOUND.replace("<CertificateUsage>", "<CertificateRole>2</CertificateRole><CertificateUsage>"),
        {"O-WS-c"},
    ),
    "a Result again": (FOUND.replace(RESULT, RESULT + RESULT), {"O-WS-c"}),
    "another root": (FOUND.replace("CertificateSearchResponse", "SearchResponse"), {"O-WS-c"}),
    "a document type": ("<!DOCTYPE CertificateSearchResponse []>" + FOUND, {"O-WS-c"}),
    "HTML": ("<html><body>Found</body></html>", {"O-WS-c"}),
    "nothing": ("", {"O-WS-c"}),
    "cut XML": (FOUND[:200], {"O-WS-c"}),
}


@pytest.mark.parametrize(("body", "expected"), FAULTY_SEARCHES.values(), ids=FAULTY_SEARCHES)
def test_a_fault_of_a_search_response_is_found(body: str, expected: set[str]) -> None:
    assert requirements(searched(body)) == expected


@pytest.mark.parametrize("media_type", [None, "text/xml", "application/xml; charset=iso-8859-1"])
def test_another_media_type_is_found(media_type: str | None) -> None:
    assert requirements(searched(FOUND, media_type=media_type)) == {"O-WS-f"}


@pytest.mark.parametrize(("status", "requirement"), [(402, "M-2.4.1.4-b"), (500, "O-WS-f"), (401, "O-WS-f")])
def test_a_search_that_is_not_served_is_found(status: int, requirement: str) -> None:
    assert requirements(searched(NOTHING, status)) == {requirement}
    assert requirements(retrieved(RETRIEVED, status)) == {requirement}


LEGAL_RETRIEVALS = {
    "as it is": RETRIEVED,
    "Base64 in lines": RETRIEVED.replace(BODY, BODY.replace("MII", "\n  M I\nI")),
}


@pytest.mark.parametrize("body", LEGAL_RETRIEVALS.values(), ids=LEGAL_RETRIEVALS)
def test_a_legal_retrieval_has_no_finding(body: str) -> None:
    assert retrieved(body) == []
    row = read_retrieve(body.encode()).row
    assert row is not None
    assert row.certificate == DEVICE_DER


FAULTY_RETRIEVALS = {
    "BEGIN and END lines": (
        RETRIEVED.replace("<CertificateBody>", "<CertificateBody>-----BEGIN CERTIFICATE-----\n"),
        {"O-WS-e"},
    ),
    "no CertificateBody": (RETRIEVED.replace(BODY, ""), {"O-WS-e"}),
    "no Base64": (RETRIEVED.replace("MII", "M#I"), {"O-WS-e"}),
    "no DER": (RETRIEVED.replace("MII", "MIIA"), {"O-WS-e"}),
    "another serial number": (RETRIEVED.replace(DEVICE_SERIAL, "0" * 32), {"O-WS-e"}),
    "no CertificateResponse": (
        NOTHING.replace("CertificateSearchResponse", "CertificateDataResponse"),
        {"M-2.4.1.4-b"},
    ),
    "two": (
        RETRIEVED.replace("</CertificateDataResponse>", "<CertificateResponse/></CertificateDataResponse>"),
        {"O-WS-e"},
    ),
}


@pytest.mark.parametrize(("body", "expected"), FAULTY_RETRIEVALS.values(), ids=FAULTY_RETRIEVALS)
def test_a_fault_of_a_retrieval_is_found(body: str, expected: set[str]) -> None:
    assert requirements(retrieved(body)) == expected


def row(**changes: str) -> CertificateRow:
    right = read_search(FOUND_ORGANISATION.encode()).rows[0]
    fields = {name: getattr(right, name) for name in CertificateRow.__slots__}
    return CertificateRow(**{**fields, **changes})


def test_a_row_that_is_true_of_its_certificate_has_no_finding() -> None:
    assert judge_row(row(), ORGANISATION_DER, at=NOW) == []
    device = read_search(FOUND.encode()).rows[0]
    assert judge_row(device, DEVICE_DER, at=NOW) == []


@pytest.mark.parametrize(
    ("changes", "requirement"),
    [
        ({"serial": DEVICE_SERIAL}, "O-WS-c"),
        ({"subject_name": "00-DB-00-00-00-00-00-02"}, "O-WS-c"),
        ({"subject_name": "", "subject_alt_name": DEVICE_TEXT}, "O-WS-c"),
        ({"role": "127"}, "O-WS-l"),
        ({"usage": "KA"}, "O-WS-k"),
        ({"status": "E"}, "O-WS-j"),
        ({"status": "R"}, "O-WS-j"),
    ],
)
def test_a_row_that_is_not_true_of_its_certificate_is_found(
    changes: dict[str, str], requirement: str
) -> None:
    assert requirements(judge_row(row(**changes), ORGANISATION_DER, at=NOW)) == {requirement}


@pytest.mark.parametrize(
    ("at", "revoked", "right"),
    [
        (NOW, False, {"P", "I", "N"}),
        (NOW, True, {"R"}),
        (NOW, None, {"P", "I", "N", "R"}),
        (datetime(2034, 1, 1, 1, tzinfo=UTC), False, {"E"}),
        (datetime(2034, 1, 1, 1, tzinfo=UTC), True, {"E", "R"}),
        (datetime(2034, 1, 1, tzinfo=UTC), False, {"P", "I", "N", "E"}),
    ],
)
def test_a_status_follows_the_life_of_the_certificate(
    at: datetime, revoked: bool | None, right: set[str]
) -> None:
    passed = {
        status
        for status in "PINER"
        if not judge_row(row(status=status), ORGANISATION_DER, at=at, revoked=revoked)
    }
    assert passed == right


def test_a_certificate_is_the_same_octets() -> None:
    assert judge_same(DEVICE_DER, DEVICE_DER) == []
    changed = DEVICE_DER[:100] + bytes([DEVICE_DER[100] ^ 1]) + DEVICE_DER[101:]
    for other in (changed, DEVICE_DER[:-1], DEVICE_DER + b"\0", b""):
        assert requirements(judge_same(other, DEVICE_DER)) == {"O-LODGE-c"}


SENT = (
    f"<CertificateDataRequest><CertificateSerial>{DEVICE_SERIAL}</CertificateSerial></CertificateDataRequest>"
)
ECHO = f"<Error><CertificateSerial>{DEVICE_SERIAL}</CertificateSerial></Error>"


@pytest.mark.parametrize(
    ("status", "body"), [(402, NOTHING), (402, ""), (200, NOTHING), (402, "nothing found"), (402, ECHO)]
)
def test_no_match_is_402_or_nothing(status: int, body: str) -> None:
    assert judge_no_match(status, body.encode(), SENT.encode()) == []


@pytest.mark.parametrize(("status", "body"), [(404, ""), (500, ""), (200, FOUND), (402, RETRIEVED)])
def test_another_answer_than_no_match_is_found(status: int, body: str) -> None:
    assert requirements(judge_no_match(status, body.encode(), b"")) == {"O-WS-g"}


def test_bad_parameters_are_401() -> None:
    assert judge_bad_parameters(401, b"", b"") == []
    assert judge_bad_parameters(402, b"", b"", or_no_match=True) == []
    for status, body in ((402, ""), (400, ""), (200, NOTHING), (401, FOUND)):
        assert requirements(judge_bad_parameters(status, body.encode(), b"")) == {"O-WS-h"}


def test_a_request_that_is_none_is_refused() -> None:
    assert judge_refused_request(415, b"", b"", "O-WS-a") == []
    for status, body in ((200, ""), (500, ""), (302, ""), (400, FOUND)):
        assert requirements(judge_refused_request(status, body.encode(), b"", "O-WS-a")) == {"O-WS-a"}


def test_a_method_that_is_not_implemented_is_refused() -> None:
    assert judge_refused_request(501, b"", b"", "O-WS-a", other_method=True) == []
    for status, body in ((501, FOUND), (500, ""), (200, "")):
        found = judge_refused_request(status, body.encode(), b"", "O-WS-a", other_method=True)
        assert requirements(found) == {"O-WS-a"}
    assert requirements(judge_refused_request(501, b"", b"", "O-WS-a")) == {"O-WS-a"}


def test_serial_numbers_are_those_of_what_can_be_read() -> None:
    assert serials_of([DEVICE_DER, b"", b"no certificate"]) == {DEVICE_SERIAL}
    assert has_serial(DEVICE_DER, int(DEVICE_SERIAL, 16))
    assert not has_serial(DEVICE_DER, int(DEVICE_SERIAL, 16) ^ 8)
    assert not has_serial(None, 0)


DISCLOSING = {
    "a Result": FOUND,
    "a certificate": RETRIEVED,
    "a certificate in lines": "\n".join(RETRIEVED[at : at + 16] for at in range(0, len(RETRIEVED), 16)),
    "the serial number": f"no key for {DEVICE_SERIAL}",
    "the serial number in lower case": f"no key for {DEVICE_SERIAL.lower()}",
    "PEM": "-----BEGIN CERTIFICATE-----",
    "a part of it": b64encode(DEVICE_DER[96:144]).decode(),
}


@pytest.mark.parametrize("body", DISCLOSING.values(), ids=DISCLOSING)
def test_a_refusal_that_tells_of_a_certificate_is_found(body: str) -> None:
    assert requirements(judge_key_refused(403, body.encode(), b"", [DEVICE_DER])) == {"O-WS-i"}


def test_octets_of_a_certificate_are_found() -> None:
    assert requirements(judge_key_refused(403, DEVICE_DER, b"", [DEVICE_DER])) == {"O-WS-i"}


@pytest.mark.parametrize("body", ["", "who are you?", ECHO, NOTHING.replace("200", "403")])
def test_a_refused_key_needs_no_certain_answer(body: str) -> None:
    for status in (400, 401, 403, 404):
        assert judge_key_refused(status, body.encode(), SENT.encode(), [DEVICE_DER]) == []
    assert requirements(judge_key_refused(200, body.encode(), SENT.encode())) == {"O-WS-i"}


@pytest.mark.parametrize(
    "text",
    [
        'sqlite3.OperationalError: near "OR": syntax error',
        "ERROR:  unterminated quoted string at or near &quot;'&quot;",
        "You have an error in your SQL syntax; check the manual",
        "ORA-01756: quoted string not properly terminated",
        "Traceback (most recent call last):",
    ],
)
def test_the_inside_of_the_ra_is_found(text: str) -> None:
    assert requirements(judge_inside(f"<p>{text}</p>".encode(), "O-WS-g")) == {"O-WS-g"}


def test_a_plain_answer_shows_no_inside() -> None:
    assert (
        judge_inside(b"<ResponseMessage>no certificate matches ' OR 1=1 --</ResponseMessage>", "O-WS-g") == []
    )


DOCUMENTS = st.one_of(
    st.binary(max_size=200),
    st.integers(0, len(RETRIEVED)).map(lambda at: RETRIEVED[:at].encode()),
    st.tuples(st.integers(0, len(RETRIEVED)), st.text(max_size=8)).map(
        lambda cut: (RETRIEVED[: cut[0]] + cut[1] + RETRIEVED[cut[0] :]).encode("utf-8", "replace")
    ),
)


@given(DOCUMENTS)
@settings(deadline=None, max_examples=200)
def test_no_document_breaks_the_judge(body: bytes) -> None:
    judge_search(200, MEDIA_TYPE, body, DEVICE)
    judge_retrieve(200, MEDIA_TYPE, body, DEVICE_SERIAL)
    judge_key_refused(403, body, b"", [DEVICE_DER])
    with contextlib.suppress(ResponseUnreadable):
        read_retrieve(body)
