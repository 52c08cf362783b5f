"""Messages of the Ad Hoc service: right ones pass, and each fault is found under its own requirement."""

from __future__ import annotations

from base64 import b64encode
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from checks.adhoc import (
    CODE_PREFIXES,
    ResponseUnreadable,
    judge_message,
    judge_status,
    judge_transaction_ids,
    read_response,
)
from checks.finding import Finding

MEDIA_TYPE = "application/xml;charset=UTF-8"
CERTIFICATE = (Path(__file__).parent.parent / "vectors" / "device-cert.der").read_bytes()
TEXT = b64encode(CERTIFICATE).decode()
HEAD = "<Version>1.0</Version><Build>4.2.1</Build><TransactionId>17</TransactionId><Status>SUCCESS</Status>"
RIGHT = (
    f'<DeviceCertificateSigningResponse ID="abc">{HEAD}<Certificate>{TEXT}</Certificate>'
    "</DeviceCertificateSigningResponse>"
)
ERROR = "<Error><ErrorCode>CR:12</ErrorCode><ErrorText>wrong key</ErrorText></Error>"
REFUSED = RIGHT.replace(f"<Certificate>{TEXT}</Certificate>", ERROR).replace("SUCCESS", "CSR_ERROR")
XSI = 'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'


def judged(
    body: str | bytes,
    content_type: str | None = MEDIA_TYPE,
    sent_id: str | None = "abc",
    malformed: bool = False,
) -> list[Finding]:
    octets = body.encode() if isinstance(body, str) else body
    return judge_message(200, content_type, octets, sent_id=sent_id, malformed=malformed)


def requirements(findings: list[Finding]) -> set[str]:
    return {finding.requirement for finding in findings}


def test_a_response_is_read_whole() -> None:
    response = read_response(RIGHT.encode())
    assert (response.id, response.version, response.build) == ("abc", "1.0", "4.2.1")
    assert (response.transaction_id, response.status) == (17, "SUCCESS")
    assert response.certificate == CERTIFICATE
    assert (response.error_code, response.error_text) == (None, None)
    refused = read_response(REFUSED.encode())
    assert (refused.certificate, refused.error_code, refused.error_text) == (None, "CR:12", "wrong key")


LEGAL = {
    "a certificate": RIGHT,
    "an error": REFUSED,
    "a prolog": '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<!-- <!DOCTYPE no --><?pi ?>'
    + RIGHT,
    "a byte order mark": "\ufeff" + RIGHT,
    "white space and comments between elements": RIGHT.replace("><", ">\n  <!-- here --><"),
    "a comment inside a value": RIGHT.replace("SUCCESS", "SUC<!-- -->CESS"),
    "CDATA": RIGHT.replace("SUCCESS", "<![CDATA[SUCCESS]]>"),
    "an ID in single quotes": RIGHT.replace('"abc"', "'abc'"),
    "an empty Build": RIGHT.replace("4.2.1", ""),
    "a TransactionId with sign, zeros and white space": RIGHT.replace("17", "\n +0017 "),
    "a TransactionId of 40 digits": RIGHT.replace("17", "9" * 40),
    "an empty ErrorText": REFUSED.replace("wrong key", ""),
    "an ErrorText in another script": REFUSED.replace("wrong key", "ungültig 無效"),
    "a code of ten characters": REFUSED.replace("CR:12", "CR:1aB4567"),
    "a schema location": RIGHT.replace(" ID=", f' {XSI} xsi:noNamespaceSchemaLocation="x.xsd" ID='),
    "a namespace declared and not used": RIGHT.replace(" ID=", ' xmlns:x="urn:x" ID='),
}


@pytest.mark.parametrize("body", LEGAL.values(), ids=LEGAL)
def test_what_the_schema_allows_passes(body: str) -> None:
    assert judged(body) == []


@pytest.mark.parametrize("status", CODE_PREFIXES)
def test_each_status_has_its_prefix(status: str) -> None:
    answer = REFUSED.replace("CSR_ERROR", status)
    assert judged(answer.replace("CR:12", f"{CODE_PREFIXES[status]}:12")) == []
    assert requirements(judged(answer.replace("CR:12", "ZZ:12"))) == {f"M-A-{status}"}


LONG = "x" * 33
BROKEN = {
    "another version": (RIGHT.replace(">1.0<", ">1.1<"), {"M-B-RSP-b", "M-MSG-b"}),
    "a version with white space": (RIGHT.replace(">1.0<", "> 1.0<"), {"M-B-RSP-b", "M-MSG-b"}),
    "no Version": (RIGHT.replace("<Version>1.0</Version>", ""), {"M-B-RSP-b"}),
    "Version twice": (RIGHT.replace("<Version>1.0</Version>", "<Version>1.0</Version>" * 2), {"M-B-RSP-b"}),
    "no Build": (RIGHT.replace("<Build>4.2.1</Build>", ""), {"M-B-RSP-c"}),
    "an element in Build": (RIGHT.replace("4.2.1", "<v>4</v>"), {"M-B-RSP-c"}),
    "no TransactionId": (RIGHT.replace("<TransactionId>17</TransactionId>", ""), {"M-B-RSP-d"}),
    "TransactionId 0": (RIGHT.replace("17", "0"), {"M-B-RSP-d"}),
    "TransactionId negative": (RIGHT.replace("17", "-1"), {"M-B-RSP-d"}),
    "TransactionId a word": (RIGHT.replace("17", "T17"), {"M-B-RSP-d"}),
    "TransactionId in other digits": (RIGHT.replace("17", "\u0661\u0667"), {"M-B-RSP-d"}),
    "TransactionId endless": (RIGHT.replace("17", "1" * 5000), {"M-B-RSP-d"}),
    "no Status": (RIGHT.replace("<Status>SUCCESS</Status>", ""), {"M-B-RSP-e"}),
    "an unknown Status": (RIGHT.replace("SUCCESS", "OK"), {"M-B-RSP-e"}),
    "a Status of the batch": (RIGHT.replace("SUCCESS", "INELIGIBLE"), {"M-B-RSP-e"}),
    "PEM lines": (
        RIGHT.replace(TEXT, f"-----BEGIN CERTIFICATE-----\n{TEXT}\n-----END CERTIFICATE-----"),
        {"M-B-RSP-f"},
    ),
    "a line break": (RIGHT.replace(TEXT, f"{TEXT[:64]}\n{TEXT[64:]}"), {"M-B-RSP-f"}),
    "white space at the end": (RIGHT.replace(TEXT, TEXT + " "), {"M-B-RSP-f"}),
    "not Base64": (RIGHT.replace(TEXT, "!" + TEXT[1:]), {"M-B-RSP-f"}),
    "Base64 of the URL alphabet": (RIGHT.replace(TEXT, "MA-_"), {"M-B-RSP-f"}),
    "Base64 without padding": (RIGHT.replace(TEXT, "BQA"), {"M-B-RSP-f"}),
    "Base64 with stray bits": (RIGHT.replace(TEXT, "BQB="), {"M-B-RSP-f"}),
    "no DER": (RIGHT.replace(TEXT, b64encode(b"certificate").decode()), {"M-B-RSP-f"}),
    "DER of another type": (RIGHT.replace(TEXT, "BQA="), {"M-B-RSP-f"}),
    "PEM in Base64": (RIGHT.replace(TEXT, b64encode(TEXT.encode()).decode()), {"M-B-RSP-f"}),
    "an empty Certificate": (RIGHT.replace(TEXT, ""), {"M-B-RSP-f"}),
    "an element in Certificate": (RIGHT.replace(TEXT, f"<der>{TEXT}</der>"), {"M-B-RSP-f"}),
    "no ErrorCode": (REFUSED.replace("<ErrorCode>CR:12</ErrorCode>", ""), {"M-B-RSP-g"}),
    "no ErrorText": (REFUSED.replace("<ErrorText>wrong key</ErrorText>", ""), {"M-B-RSP-g"}),
    "ErrorText first": (
        REFUSED.replace(ERROR, "<Error><ErrorText>x</ErrorText><ErrorCode>CR:12</ErrorCode></Error>"),
        {"M-B-RSP-g"},
    ),
    "an empty Error": (REFUSED.replace(ERROR, "<Error/>"), {"M-B-RSP-g"}),
    "a code without colon": (REFUSED.replace("CR:12", "CR12"), {"M-B-RSP-g"}),
    "a code of eleven characters": (REFUSED.replace("CR:12", "CR:12345678"), {"M-B-RSP-g"}),
    "a code with a hyphen": (REFUSED.replace("CR:12", "CR:1-2"), {"M-B-RSP-g"}),
    "a code with white space": (REFUSED.replace("CR:12", "CR:12\n"), {"M-B-RSP-g"}),
    "a code of small letters": (REFUSED.replace("CR:12", "cr:12"), {"M-B-RSP-g"}),
    "text in Error": (REFUSED.replace("<Error>", "<Error>oh"), {"M-B-RSP-g"}),
    "an element in ErrorText": (REFUSED.replace("wrong key", "<b>wrong</b>"), {"M-B-RSP-g"}),
    "a nil ErrorText": (
        REFUSED.replace("<ErrorText>wrong key", f'<ErrorText {XSI} xsi:nil="true">'),
        {"M-B-RSP-g"},
    ),
    "SUCCESS with an Error": (REFUSED.replace("CSR_ERROR", "SUCCESS"), {"M-B-RSP-h"}),
    "an error with a Certificate": (RIGHT.replace("SUCCESS", "CSR_ERROR"), {"M-B-RSP-h"}),
    "neither": (RIGHT.replace(f"<Certificate>{TEXT}</Certificate>", ""), {"M-B-RSP-h"}),
    "both": (RIGHT.replace("</Certificate>", f"</Certificate>{ERROR}"), {"M-B-RSP-h"}),
    "SUCCESS with a nil Certificate": (
        RIGHT.replace(f"<Certificate>{TEXT}", f'<Certificate {XSI} xsi:nil="true">'),
        {"M-A-SUCCESS"},
    ),
    "an unknown element": (RIGHT.replace("<Status>", "<Time>now</Time><Status>"), {"M-B-RSP-i"}),
    "another order": (
        RIGHT.replace(HEAD, HEAD.replace("<Version>1.0</Version>", "") + "<Version>1.0</Version>"),
        {"M-B-RSP-i"},
    ),
    "an unknown attribute": (RIGHT.replace("<Status>", '<Status code="1">'), {"M-B-RSP-i"}),
    "an unknown attribute of the root": (RIGHT.replace(" ID=", ' version="1" ID='), {"M-B-RSP-i"}),
    "text between elements": (RIGHT.replace("<Status>", "and <Status>"), {"M-B-RSP-i"}),
    "a namespace": (RIGHT.replace(" ID=", ' xmlns="urn:x" ID='), {"M-MSG-a"}),
    "a namespace in part": (RIGHT.replace("<Status>", '<Status xmlns="urn:x">'), {"M-MSG-a"}),
    "a qualified ID": (RIGHT.replace(" ID=", ' xmlns:x="urn:x" x:ID='), {"M-MSG-a", "M-B-REQ-b"}),
    "a nil Status": (RIGHT.replace("<Status>", f'<Status {XSI} xsi:nil="true">'), {"M-2.4.GO-e"}),
    "another ID": (RIGHT.replace("abc", "abd"), {"M-B-REQ-b"}),
    "no ID": (RIGHT.replace(' ID="abc"', ""), {"M-B-REQ-b"}),
}


@pytest.mark.parametrize(("body", "broken"), BROKEN.values(), ids=BROKEN)
def test_each_fault_is_found_under_its_own_requirement(body: str, broken: set[str]) -> None:
    findings = judged(body)
    assert requirements(findings) == broken
    assert all(finding.observed and finding.where for finding in findings)


UNREADABLE = {
    "nothing": (b"", "M-2.4.GO-c"),
    "white space": (b" \r\n", "M-2.4.GO-c"),
    "plain text": (b"Internal Server Error", "M-2.4.GO-c"),
    "JSON": (b'{"status": "SUCCESS"}', "M-2.4.GO-c"),
    "HTML": (b"<!DOCTYPE html><html><body>404</body></html>", "M-2.4.GO-c"),
    "XHTML": (b"<html xmlns='http://www.w3.org/1999/xhtml'/>", "M-2.4.GO-c"),
    "truncated": (RIGHT.encode()[:-1], "M-2.4.GO-c"),
    "two roots": (RIGHT.encode() * 2, "M-2.4.GO-c"),
    "a control character": (RIGHT.replace("4.2.1", "\x01").encode(), "M-2.4.GO-c"),
    "an unknown entity": (RIGHT.replace("4.2.1", "&build;").encode(), "M-2.4.GO-c"),
    "too large": (RIGHT.replace("4.2.1", "x" * (1 << 20)).encode(), "M-2.4.GO-c"),
    "too deep": (b"<DeviceCertificateSigningResponse>" + b"<a>" * 10_000, "M-2.4.GO-c"),
    "Latin-1": (RIGHT.replace("4.2.1", "é").encode("latin-1"), "M-A-HTTP-b"),
    "UTF-16": (RIGHT.encode("utf-16"), "M-A-HTTP-b"),
    "a document type": (b"<!DOCTYPE x>" + RIGHT.encode(), "M-2.4.GO-c"),
    "a document type after the rest of a prolog": (
        b'\xef\xbb\xbf<?xml version="1.0"?>\n<!-- a -->\n<?b c?>\n<!DOCTYPE x [<!ENTITY b "4.2.1">]>'
        + RIGHT.replace("4.2.1", "&b;").encode(),
        "M-2.4.GO-c",
    ),
    "another root": (b"<Fault/>", "M-B-RSP-a"),
    "the request": (b"<DeviceCertificateSigningRequest/>", "M-B-RSP-a"),
}


@pytest.mark.parametrize(("body", "requirement"), UNREADABLE.values(), ids=UNREADABLE)
def test_a_body_that_is_no_message_is_one_finding(body: bytes, requirement: str) -> None:
    with pytest.raises(ResponseUnreadable) as caught:
        read_response(body)
    (finding,) = judged(body)
    assert finding.requirement == caught.value.finding().requirement == requirement
    assert finding.observed == f"HTTP 200, {caught.value}"


def test_a_declared_encoding_does_not_matter_where_the_octets_are_utf_8() -> None:
    assert judged('<?xml version="1.0" encoding="ISO-8859-1"?>' + RIGHT.replace("4.2.1", "é")) == []


@pytest.mark.timeout(10)
def test_a_long_prolog_takes_no_long_time() -> None:
    body = (b"<?a ?><!-- -->" * 60_000)[: (1 << 20) - 10] + b"<x"
    with pytest.raises(ResponseUnreadable):
        read_response(body)


@pytest.mark.parametrize(
    ("content_type", "right"),
    [
        ("application/xml;charset=UTF-8", True),
        ("application/xml", True),
        ('Application/XML ; Charset="utf-8"', True),
        ("application/xml;charset=utf-8;profile=x", True),
        (None, False),
        ("", False),
        ("text/xml;charset=UTF-8", False),
        ("text/html", False),
        ("application/soap+xml", False),
        ("application/xml;charset=ISO-8859-1", False),
    ],
)
def test_the_media_type_is_judged(content_type: str | None, right: bool) -> None:
    assert requirements(judged(RIGHT, content_type)) == (set() if right else {"M-A-HTTP-b"})


@pytest.mark.parametrize(
    ("received", "sent", "malformed", "broken"),
    [
        (None, None, True, set()),
        ("abc", None, True, {"M-B-RSP-a"}),
        (None, "abc", True, set()),
        ("abc", "abc", True, set()),
        ("xyz", "abc", True, {"M-B-RSP-a"}),
        ("abc", "abc", False, set()),
        (None, "abc", False, {"M-B-REQ-b"}),
        ("ABC", "abc", False, {"M-B-REQ-b"}),
        ("xyz", None, False, set()),
        ("x" * 32, "x" * 32, False, set()),
        (LONG, LONG, True, {"M-B-RSP-a"}),
        ("", "", True, {"M-B-RSP-a"}),
        ("&lt;&amp;&quot;&#233;", '<&"é', False, set()),
    ],
)
def test_the_id_is_echoed_where_it_must_be(
    received: str | None, sent: str | None, malformed: bool, broken: set[str]
) -> None:
    body = REFUSED.replace(' ID="abc"', "" if received is None else f' ID="{received}"')
    assert requirements(judged(body, sent_id=sent, malformed=malformed)) == broken


def test_a_certificate_is_seen_in_spite_of_its_form() -> None:
    lines = f"\n-----BEGIN CERTIFICATE-----\r\n{TEXT[:64]}\r\n{TEXT[64:]}\r\n-----END CERTIFICATE-----\n"
    assert read_response(RIGHT.replace(TEXT, lines).encode()).certificate == CERTIFICATE
    assert read_response(RIGHT.replace(TEXT, "!").encode()).certificate is None
    assert read_response(RIGHT.replace(TEXT, "").encode()).certificate is None


def test_the_status_is_judged_for_the_requirement_asked() -> None:
    response = read_response(REFUSED.encode())
    assert judge_status(response, {"CSR_ERROR", "FORMAT_ERROR"}, "M-2.4.1.2-b") == []
    (finding,) = judge_status(response, {"UNKNOWN_DEVICE"}, "M-2.4.1.3-a")
    assert str(finding) == (
        "M-2.4.1.3-a (Status): expected status UNKNOWN_DEVICE; observed CSR_ERROR (CR:12: wrong key)"
    )
    bare = read_response(b"<DeviceCertificateSigningResponse/>")
    assert judge_status(bare, {"SUCCESS"}, "M-2.4.1.4-a")[0].observed == "(no status)"


def test_transaction_ids_are_positive_and_differ() -> None:
    assert judge_transaction_ids([3, 1, None, 2, None, 10**30]) == []
    assert [finding.observed for finding in judge_transaction_ids([1, 2, 1, 0])] == ["1 again", "0"]
    assert requirements(judge_transaction_ids([5, 5])) == {"M-B-RSP-d"}


def test_the_schema_is_one() -> None:
    schema = Path(judge_message.__code__.co_filename).with_name("schemas") / "adhoc_device_csr_1_0.xsd"
    compiled = etree.XMLSchema(etree.parse(schema))
    assert compiled.validate(etree.fromstring(RIGHT))
    request = (
        '<DeviceCertificateSigningRequest ID="a"><Version>1.0</Version>'
        "<CertificateSigningRequest>MAA=</CertificateSigningRequest></DeviceCertificateSigningRequest>"
    )
    assert compiled.validate(etree.fromstring(request))
    assert not compiled.validate(etree.fromstring(request.replace(' ID="a"', "")))


@settings(max_examples=300, deadline=None)
@given(data=st.data(), body=st.sampled_from([RIGHT.encode(), REFUSED.encode()]))
def test_changed_messages_are_judged_without_failing(data: st.DataObject, body: bytes) -> None:
    start = data.draw(st.integers(0, len(body)))
    end = data.draw(st.integers(start, min(start + 20, len(body))))
    changed = body[:start] + data.draw(st.binary(max_size=12)) + body[end:]
    for finding in judged(changed):
        assert finding.requirement
        assert len(str(finding)) < 2000


@given(st.binary(max_size=300), st.none() | st.text(max_size=40))
def test_any_octets_are_judged_without_failing(body: bytes, content_type: str | None) -> None:
    assert judged(body, content_type)
