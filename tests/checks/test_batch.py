"""Responses of the Batched service: right ones pass, and each fault is found under its own requirement."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from checks import batch
from checks.batch import judge_media_type, judge_status, judge_submission
from checks.batch_response import ResultStream, read_head, read_submission
from checks.finding import Finding
from checks.message import ResponseUnreadable

HEAD = "<Version>1.0</Version><Build>4.2.1</Build><BatchStatus>PENDING</BatchStatus>"
RIGHT = f'<SubmitCSRBatchStatus ID="abc">{HEAD}<BatchId>17</BatchId></SubmitCSRBatchStatus>'
ERROR = "<Error><ErrorCode>FM:12</ErrorCode><ErrorText>too many</ErrorText></Error>"
REFUSED = RIGHT.replace("<BatchId>17</BatchId>", ERROR).replace("PENDING", "FORMAT_ERROR")
XSI = 'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'


def judged(
    body: str | bytes,
    content_type: str | None = "application/xml",
    sent_id: str | None = "abc",
    malformed: bool = False,
) -> list[Finding]:
    octets = body.encode() if isinstance(body, str) else body
    return judge_submission(200, content_type, octets, sent_id=sent_id, malformed=malformed)


def requirements(findings: list[Finding]) -> set[str]:
    return {finding.requirement for finding in findings}


def test_a_response_is_read_whole() -> None:
    head = read_submission(RIGHT.encode())
    assert (head.id, head.version, head.build) == ("abc", "1.0", "4.2.1")
    assert (head.status, head.batch_id, head.error_code) == ("PENDING", 17, None)
    refused = read_submission(REFUSED.encode())
    assert (refused.batch_id, refused.error_code, refused.error_text) == (None, "FM:12", "too many")


LEGAL = {
    "accepted": RIGHT,
    "refused": REFUSED,
    "an internal error": REFUSED.replace("FORMAT_ERROR", "WORKFLOW_ERROR").replace("FM:", "WF:"),
    "a prolog": '<?xml version="1.0" encoding="UTF-8"?>\n<!-- here -->' + RIGHT,
    "UTF-16": RIGHT.encode("utf-16"),
    "white space between elements": RIGHT.replace("><", ">\n  <"),
    "a BatchId of 40 digits": RIGHT.replace("17", "9" * 40),
    "a schema location": RIGHT.replace(" ID=", f' {XSI} xsi:noNamespaceSchemaLocation="x.xsd" ID='),
}


@pytest.mark.parametrize("body", LEGAL.values(), ids=LEGAL)
def test_what_the_schema_allows_passes(body: str | bytes) -> None:
    assert judged(body) == []


BROKEN = {
    "another version": (RIGHT.replace(">1.0<", ">1.1<"), {"M-C-RSP-b", "M-MSG-b"}),
    "no Version": (RIGHT.replace("<Version>1.0</Version>", ""), {"M-C-RSP-b"}),
    "Build twice": (RIGHT.replace("<Build>4.2.1</Build>", "<Build/><Build/>"), {"M-C-RSP-b"}),
    "no BatchStatus": (RIGHT.replace("<BatchStatus>PENDING</BatchStatus>", ""), {"M-C-RSP-b"}),
    "a status of the result": (RIGHT.replace("PENDING", "QUEUED"), {"M-C-RSP-b"}),
    "BatchStatus before Build": (
        RIGHT.replace(HEAD, "<Version>1.0</Version><BatchStatus>PENDING</BatchStatus><Build/>"),
        {"M-C-RSP-b"},
    ),
    "an element in Build": (RIGHT.replace("4.2.1", "<v>4</v>"), {"M-C-RSP-b"}),
    "no BatchId": (RIGHT.replace("<BatchId>17</BatchId>", ""), {"M-C-RSP-c"}),
    "BatchId 0": (RIGHT.replace("17", "0"), {"M-C-RSP-c"}),
    "BatchId negative": (RIGHT.replace("17", "-1"), {"M-C-RSP-c"}),
    "BatchId a word": (RIGHT.replace("17", "B17"), {"M-C-RSP-c"}),
    "BatchId empty": (RIGHT.replace("17", ""), {"M-C-RSP-c"}),
    "BatchId and Error": (RIGHT.replace("</BatchId>", f"</BatchId>{ERROR}"), {"M-C-RSP-c"}),
    "an Error with PENDING": (REFUSED.replace("FORMAT_ERROR", "PENDING"), {"M-C-RSP-c"}),
    "a BatchId with an error": (RIGHT.replace("PENDING", "WORKFLOW_ERROR"), {"M-C-RSP-c"}),
    "no ErrorText": (REFUSED.replace("<ErrorText>too many</ErrorText>", ""), {"M-C-RSP-c"}),
    "a code without colon": (REFUSED.replace("FM:12", "FM12"), {"M-C-RSP-c"}),
    "another prefix": (REFUSED.replace("FM:12", "WF:12"), {"M-C-FORMAT_ERROR"}),
    "another prefix of the other": (REFUSED.replace("FORMAT", "WORKFLOW"), {"M-C-WORKFLOW_ERROR"}),
    "an unknown element": (RIGHT.replace("<BatchId>", "<Time/><BatchId>"), {"M-2.5.GO-e"}),
    "an unknown attribute": (RIGHT.replace("<BatchId>", '<BatchId x="1">'), {"M-2.5.GO-e"}),
    "text between elements": (RIGHT.replace("<BatchId>", "and <BatchId>"), {"M-2.5.GO-e"}),
    "a nil BatchStatus": (RIGHT.replace("<BatchStatus", f'<BatchStatus {XSI} xsi:nil="1"'), {"M-2.5.GO-e"}),
    "a namespace": (RIGHT.replace(" ID=", ' xmlns="urn:x" ID='), {"M-MSG-a"}),
    "a qualified ID": (RIGHT.replace(" ID=", ' xmlns:x="urn:x" x:ID='), {"M-MSG-a", "M-C-RSP-a"}),
    "another ID": (RIGHT.replace("abc", "abd"), {"M-C-RSP-a"}),
    "no ID": (RIGHT.replace(' ID="abc"', ""), {"M-C-RSP-a"}),
}


@pytest.mark.parametrize(("body", "broken"), BROKEN.values(), ids=BROKEN)
def test_each_fault_is_found_under_its_own_requirement(body: str, broken: set[str]) -> None:
    findings = judged(body)
    assert requirements(findings) == broken
    assert all(finding.observed and finding.where for finding in findings)


UNREADABLE = {
    "nothing": (b"", "M-2.5.GO-b"),
    "plain text": (b"Internal Server Error", "M-2.5.GO-b"),
    "HTML": (b"<!DOCTYPE html><html/>", "M-2.5.GO-b"),
    "truncated": (RIGHT.encode()[:-1], "M-2.5.GO-b"),
    "an unknown entity": (RIGHT.replace("4.2.1", "&build;").encode(), "M-2.5.GO-b"),
    "too large": (RIGHT.replace("4.2.1", "x" * (1 << 20)).encode(), "M-2.5.GO-b"),
    "too deep": (b"<SubmitCSRBatchStatus>" + b"<a>" * 10_000, "M-2.5.GO-b"),
    "a document type": (
        b'<!DOCTYPE x [<!ENTITY b "4">]>' + RIGHT.replace("4.2.1", "&b;").encode(),
        "M-2.5.GO-b",
    ),
    "a document type in UTF-16": (f"<!DOCTYPE x>{RIGHT}".encode("utf-16"), "M-2.5.GO-b"),
    "another root": (b"<CSRBatchResult/>", "M-C-RSP-a"),
}


@pytest.mark.parametrize(("body", "requirement"), UNREADABLE.values(), ids=UNREADABLE)
def test_a_body_that_is_no_message_is_one_finding(body: bytes, requirement: str) -> None:
    with pytest.raises(ResponseUnreadable) as caught:
        read_submission(body)
    (finding,) = judged(body)
    assert finding.requirement == caught.value.finding().requirement == requirement
    assert finding.observed == f"HTTP 200, {caught.value}"


LONG = "x" * 257


@pytest.mark.parametrize(
    ("received", "sent", "malformed", "broken"),
    [
        (None, None, True, set()),
        ("abc", None, True, {"M-C-RSP-a"}),
        (None, "abc", True, set()),
        ("abc", "abc", True, set()),
        ("xyz", "abc", True, {"M-C-RSP-a"}),
        ("abc", "abc", False, set()),
        (None, "abc", False, {"M-C-RSP-a"}),
        ("x" * 256, "x" * 256, False, set()),
        (LONG, LONG, False, {"M-C-RSP-a"}),
        ("", "", True, {"M-C-RSP-a"}),
    ],
)
def test_the_id_is_echoed_where_it_must_be(
    received: str | None, sent: str | None, malformed: bool, broken: set[str]
) -> None:
    body = REFUSED.replace(' ID="abc"', "" if received is None else f' ID="{received}"')
    assert requirements(judged(body, sent_id=sent, malformed=malformed)) == broken


@pytest.mark.parametrize(
    ("content_type", "right"),
    [
        (None, True),
        ("application/xml;charset=UTF-8", True),
        ("Text/XML", True),
        ("application/smki+xml", True),
        ("text/html", False),
        ("application/json", False),
    ],
)
def test_the_media_type_is_any_of_xml(content_type: str | None, right: bool) -> None:
    assert requirements(judge_media_type(content_type)) == (set() if right else {"M-2.5.GO-b"})


def test_the_status_is_judged_for_the_requirement_asked() -> None:
    head = read_submission(REFUSED.encode())
    assert judge_status(head, {"FORMAT_ERROR"}, "M-2.5.1.2-b") == []
    (finding,) = judge_status(head, {"PENDING"}, "M-C-PENDING")
    assert str(finding) == (
        "M-C-PENDING (BatchStatus): expected status PENDING; observed FORMAT_ERROR (FM:12: too many)"
    )


def test_the_schema_is_one() -> None:
    schema = Path(batch.__file__).with_name("schemas") / "batch_device_csr_1_0.xsd"
    compiled = etree.XMLSchema(etree.parse(schema))
    assert compiled.validate(etree.fromstring(RIGHT))
    request = (
        '<SubmitCSRBatch ID="a b"><Version>1.0</Version><DeviceCSR ID="one">MAA=</DeviceCSR>'
        '<DeviceCSR ID="two">MAA=</DeviceCSR></SubmitCSRBatch>'
    )
    assert compiled.validate(etree.fromstring(request))
    for wrong in ('ID="one"', 'ID="2"', f'ID="{"x" * 101}"', ""):
        assert not compiled.validate(etree.fromstring(request.replace('ID="two"', wrong)))
    assert not compiled.validate(
        etree.fromstring('<SubmitCSRBatch ID="a"><Version>1.0</Version></SubmitCSRBatch>')
    )


@pytest.mark.parametrize("status", sorted(batch.RESULT_STATUSES))
def test_a_result_without_results_is_read(status: str) -> None:
    stream = ResultStream(
        BytesIO(f"<CSRBatchResult>{HEAD}</CSRBatchResult>".replace("PENDING", status).encode())
    )
    assert list(stream) == []
    assert stream.root is not None
    assert read_head(stream.root).status == status


@settings(max_examples=200, deadline=None)
@given(data=st.data(), body=st.sampled_from([RIGHT.encode(), REFUSED.encode()]))
def test_changed_messages_are_judged_without_failing(data: st.DataObject, body: bytes) -> None:
    start = data.draw(st.integers(0, len(body)))
    end = data.draw(st.integers(start, min(start + 20, len(body))))
    changed = body[:start] + data.draw(st.binary(max_size=12)) + body[end:]
    for finding in judged(changed):
        assert finding.requirement
        assert len(str(finding)) < 2000
