"""The results of a batch: a right one passes, and each fault is found under its own requirement."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterator
from dataclasses import replace
from io import BytesIO, RawIOBase
from itertools import chain, repeat

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from checks.batch_response import LONGEST_RESULT_OCTETS
from checks.batch_result import (
    CODE_PREFIXES,
    Expectation,
    ResultVerdict,
    SentBatch,
    judge_result,
    judge_same_result,
)
from checks.certificate import DeviceProfile
from checks.finding import Finding
from tests.checks.builder import HW_TYPE, POLICY, Authority, PrivateKey, device_csr, new_key
from tests.checks.der_writer import integer

AUTHORITY = Authority(new_key())
KEYS = {name: new_key() for name in ("one", "two", "three")}
PROFILE = DeviceProfile(POLICY, [AUTHORITY.certificate], hw_type_oid=HW_TYPE)
CSRS = {name: device_csr(key) for name, key in KEYS.items()}
XSI = 'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'


def issued(key: PrivateKey, serial: int) -> bytes:
    return AUTHORITY.plan(key).but(serial=integer((1 << 120) + serial)).sign(AUTHORITY.key)


CERTIFICATES = {name: issued(key, number) for number, (name, key) in enumerate(KEYS.items())}
BASE64 = {name: b64encode(certificate).decode() for name, certificate in CERTIFICATES.items()}
RESULTS = {
    name: f'<DeviceCertificate ID="{name}"><Status>SUCCESS</Status><Certificate>{text}</Certificate>'
    "</DeviceCertificate>"
    for name, text in BASE64.items()
}
FIRST = RESULTS["one"]
HEAD = "<Version>1.0</Version><Build>4</Build><BatchStatus>COMPLETED</BatchStatus><BatchId>17</BatchId>"
RIGHT = f'<CSRBatchResult ID="abc">{HEAD}{"".join(RESULTS.values())}</CSRBatchResult>'
ERROR = "<Error><ErrorCode>CR:1</ErrorCode><ErrorText>wrong</ErrorText></Error>"
REFUSED = FIRST.replace("SUCCESS", "CSR_ERROR").replace(f"<Certificate>{BASE64['one']}</Certificate>", ERROR)
FM = "<Error><ErrorCode>FM:1</ErrorCode><ErrorText>wrong</ErrorText></Error>"
UNKNOWN = (
    "<CSRBatchResult><Version>1.0</Version><Build>4</Build><BatchStatus>FORMAT_ERROR</BatchStatus>"
    f"{FM}</CSRBatchResult>"
)


def judged(body: str | bytes, sent: SentBatch | None = None, batch_id: int | None = 17) -> ResultVerdict:
    octets = body.encode() if isinstance(body, str) else body
    return judge_result(BytesIO(octets), sent or SentBatch(CSRS.items()), PROFILE, batch_id=batch_id)


def requirements(findings: list[Finding]) -> set[str]:
    return {finding.requirement for finding in findings}


def test_a_right_result_passes_and_is_counted() -> None:
    taken: dict[str, bytes] = {}
    verdict = judge_result(
        BytesIO(RIGHT.encode()), SentBatch(CSRS.items()), PROFILE, batch_id=17, take=taken.__setitem__
    )
    assert verdict.findings == []
    assert verdict.head is not None
    assert (verdict.head.status, verdict.head.batch_id, verdict.results) == ("COMPLETED", 17, 3)
    assert verdict.statuses == {"SUCCESS": 3}
    assert taken == CERTIFICATES


def reversed_results() -> str:
    return f"<CSRBatchResult>{HEAD}{''.join(reversed(RESULTS.values()))}</CSRBatchResult>"


LEGAL = {
    "another order, no ID": reversed_results(),
    "white space and comments": RIGHT.replace("><", ">\n  <!-- here --><"),
    "CDATA": RIGHT.replace("SUCCESS", "<![CDATA[SUCCESS]]>"),
    "an ID with white space around it": RIGHT.replace('"one"', '" one\n"'),
    "UTF-16": RIGHT.encode("utf-16"),
    "a BatchId of many digits": RIGHT.replace("<BatchId>17", f"<BatchId>{'0' * 40}17"),
    "an unknown BatchId": UNKNOWN,
    "an error without its Error": UNKNOWN.replace(FM, ""),
}
LEGAL |= {
    status: f"<CSRBatchResult>{HEAD}</CSRBatchResult>".replace("COMPLETED", status)
    for status in ("PENDING", "REJECTED", "PARSING", "QUEUED", "PROCESSING", "PAUSED", "TAMPERED")
}


@pytest.mark.parametrize("body", LEGAL.values(), ids=LEGAL)
def test_what_the_schema_allows_passes(body: str | bytes) -> None:
    assert judged(body).findings == []


@pytest.mark.parametrize("status", CODE_PREFIXES)
def test_each_error_has_its_prefix(status: str) -> None:
    sent = SentBatch(CSRS.items())
    sent.add("one", b"", Expectation(frozenset({status}), "M-2.5.1.3-a"))
    body = RIGHT.replace(FIRST, REFUSED).replace("CSR_ERROR", status)
    verdict = judged(body.replace("CR:1", f"{CODE_PREFIXES[status]}:1"), sent)
    assert (verdict.findings, verdict.statuses) == ([], {"SUCCESS": 2, status: 1})
    assert requirements(judged(body.replace("CR:1", "ZZ:1"), sent).findings) == {f"M-D-CSR-{status}"}


ISSUED, ONCE = "M-2.5.1.4-a", {"M-D-COMPLETED", "M-D-RSP-d"}
BROKEN = {
    "no results": (RIGHT.replace("".join(RESULTS.values()), ""), {"M-D-COMPLETED"}),
    "one is missing": (RIGHT.replace(FIRST, ""), {"M-D-COMPLETED"}),
    "one twice": (RIGHT.replace(FIRST, FIRST * 2), ONCE),
    "one twice, apart": (RIGHT.replace("</CSRB", f"{FIRST}</CSRB"), ONCE),
    "one never sent": (RIGHT.replace(FIRST, FIRST + FIRST.replace("one", "four")), {"M-D-RSP-d"}),
    "one without ID": (RIGHT.replace(FIRST, FIRST + FIRST.replace(' ID="one"', "")), {"M-D-RSP-d"}),
    "an ID that is no name": (RIGHT.replace(FIRST, FIRST + FIRST.replace("one", "1")), {"M-D-RSP-d"}),
    "an ID too long": (RIGHT.replace(FIRST, FIRST + FIRST.replace('"one', '"' + "x" * 101)), {"M-D-RSP-d"}),
    "certificates exchanged": (
        RIGHT.replace(BASE64["one"], "*").replace(BASE64["two"], BASE64["one"]).replace("*", BASE64["two"]),
        {ISSUED},
    ),
    "one serial number twice": (
        RIGHT.replace(BASE64["one"], b64encode(issued(KEYS["one"], 1)).decode()),
        {"G-DEV-b"},
    ),
    "a certificate that breaks its profile": (
        RIGHT.replace(BASE64["one"], b64encode(issued(KEYS["one"], 7)[:-1] + b"\0").decode()),
        {"G-12-a"},
    ),
    "refused without reason": (RIGHT.replace(FIRST, REFUSED), {ISSUED}),
    "a status of the Ad Hoc service": (
        RIGHT.replace(FIRST, REFUSED.replace("CSR_ERROR", "UNKNOWN_DEVICE")),
        {"M-D-CSR-VALUES", ISSUED},
    ),
    "an unknown status": (RIGHT.replace(FIRST, REFUSED.replace("CSR_ERROR", "NO")), {"M-D-RSP-e", ISSUED}),
    "SUCCESS with an Error": (RIGHT.replace(FIRST, REFUSED.replace("CSR_ERROR", "SUCCESS")), {"M-D-RSP-e"}),
    "no Status": (RIGHT.replace("<Status>SUCCESS</Status>", "", 1), {"M-D-RSP-e", ISSUED}),
    "a nil certificate": (
        RIGHT.replace(f"<Certificate>{BASE64['one']}", f'<Certificate {XSI} xsi:nil="true">'),
        {"M-D-RSP-e"},
    ),
    "PEM lines": (
        RIGHT.replace(
            BASE64["one"], f"-----BEGIN CERTIFICATE-----\n{BASE64['one']}\n-----END CERTIFICATE-----"
        ),
        {"M-D-RSP-e"},
    ),
    "a line break": (
        RIGHT.replace(BASE64["one"], BASE64["one"][:64] + "\n" + BASE64["one"][64:]),
        {"M-D-RSP-e"},
    ),
    "an unknown attribute": (RIGHT.replace("<Status>", '<Status x="1">', 1), {"M-2.5.GO-e"}),
    "a nil Status": (RIGHT.replace("<Status>", f'<Status {XSI} xsi:nil="1">', 1), {"M-2.5.GO-e"}),
    "text in a result": (RIGHT.replace("<Status>", "so <Status>", 1), {"M-D-RSP-e"}),
    "text between results": (RIGHT.replace(FIRST, f"{FIRST}and"), {"M-2.5.GO-e"}),
    "an element between results": (RIGHT.replace(FIRST, f"{FIRST}<Time/>"), {"M-2.5.GO-e"}),
    "a result in a namespace": (
        RIGHT.replace(FIRST, FIRST.replace(" ID=", ' xmlns="urn:x" ID=')),
        {"M-MSG-a"},
    ),
    "a namespace": (RIGHT.replace(' ID="abc"', ' xmlns="urn:x"'), {"M-MSG-a"}),
    "an ID of 257 characters": (RIGHT.replace("abc", "x" * 257), {"M-D-RSP-a"}),
    "no Build": (RIGHT.replace("<Build>4</Build>", ""), {"M-D-RSP-b"}),
    "an unknown BatchStatus": (RIGHT.replace("COMPLETED", "DONE"), {"M-D-RSP-b"}),
    "another BatchId": (RIGHT.replace(">17<", ">18<"), {"M-D-RSP-c"}),
    "BatchId after the results": (
        RIGHT.replace("<BatchId>17</BatchId>", "").replace("</CSRB", "<BatchId>17</BatchId></CSRB"),
        {"M-D-RSP-c"},
    ),
    "no BatchId": (RIGHT.replace("<BatchId>17</BatchId>", ""), {"M-D-RSP-c", "M-D-COMPLETED"}),
    "an Error beside the results": (RIGHT.replace("<BatchId>", f"{FM}<BatchId>"), {"M-D-RSP-c"}),
    "an ID for an unknown batch": (UNKNOWN.replace("Result>", 'Result ID="abc">', 1), {"M-D-FORMAT_ERROR"}),
    "another prefix": (UNKNOWN.replace("FM:", "WF:"), {"M-D-FORMAT_ERROR"}),
}
BROKEN |= {
    f"results with {status}": (RIGHT.replace("COMPLETED", status), {f"M-D-{status}"})
    for status in ("PENDING", "PROCESSING", "PAUSED", "REJECTED")
}


@pytest.mark.parametrize(("body", "broken"), BROKEN.values(), ids=BROKEN)
def test_each_fault_is_found_under_its_own_requirement(body: str, broken: set[str]) -> None:
    findings = judged(body).findings
    assert requirements(findings) == broken
    assert all(finding.observed and finding.where for finding in findings)


def test_a_wrong_certificate_is_found_for_its_device_csr() -> None:
    (finding,) = judged(BROKEN["a certificate that breaks its profile"][0]).findings
    assert finding.where.startswith("DeviceCertificate one, ")


def test_a_faulty_device_csr_must_not_get_a_certificate() -> None:
    sent = SentBatch(CSRS.items())
    sent.add("one", b"\x30\x00", Expectation(frozenset({"CSR_ERROR"}), "M-2.5.1.3-a"))
    (finding,) = judged(RIGHT, sent).findings
    assert (finding.requirement, finding.observed) == ("M-2.5.1.3-a", "SUCCESS")


UNREADABLE = {
    "nothing": (b"", "M-2.5.GO-b"),
    "HTML": (b"<html/>", "M-2.5.GO-b"),
    "a document type": (b"<!DOCTYPE x>" + RIGHT.encode(), "M-2.5.GO-b"),
    "a document type far behind": (
        b"<!--" + b"x" * 100_000 + b'--><!DOCTYPE x [<!ENTITY b "4">]>' + RIGHT.encode(),
        "M-2.5.GO-b",
    ),
    "another root": (RIGHT.replace("CSRBatchResult", "Result").encode(), "M-D-RSP-a"),
    "the response to a submission": (b"<SubmitCSRBatchStatus/>", "M-D-RSP-a"),
    "a head without end": (b"<CSRBatchResult>" + b"<a/>" * LONGEST_RESULT_OCTETS, "M-2.5.GO-b"),
    "much beside the results": (RIGHT.replace(FIRST, FIRST + "<a/>" * 100).encode(), "M-2.5.GO-b"),
    "too deep": (b"<CSRBatchResult>" + b"<a>" * 10_000, "M-2.5.GO-b"),
}


@pytest.mark.parametrize(("body", "requirement"), UNREADABLE.values(), ids=UNREADABLE)
def test_a_body_that_is_no_message_is_one_finding(body: bytes, requirement: str) -> None:
    verdict = judged(body)
    assert requirements(verdict.findings) == {requirement}
    assert verdict.head is None


def test_what_stands_before_the_cut_is_judged() -> None:
    changed = RIGHT.replace(FIRST, REFUSED)
    verdict = judged(changed[: changed.index('ID="three"')])
    assert requirements(verdict.findings) == {ISSUED, "M-2.5.GO-b"}
    assert (verdict.results, verdict.head) == (2, None)


class Endless(RawIOBase):
    """A message whose results never end, and that fits no memory."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self._pieces = pieces
        self.given = 0

    def read(self, _size: int = -1) -> bytes:
        piece = next(self._pieces, b"")
        self.given += len(piece)
        return piece


def test_many_findings_are_few_lines() -> None:
    def pieces() -> Iterator[bytes]:
        yield f"<CSRBatchResult>{HEAD}".encode()
        for number in range(10):
            yield b"".join(b'<DeviceCertificate ID="x%d"/>' % (number * 100 + each) for each in range(100))
        yield b"</CSRBatchResult>"

    verdict = judge_result(Endless(pieces()), SentBatch(), PROFILE, batch_id=17)  # type: ignore[arg-type]
    assert verdict.results == 1000
    assert len(verdict.findings) == 22
    assert any(finding.observed.startswith("990 more") for finding in verdict.findings)


def test_a_result_without_end_is_not_read_to_it() -> None:
    def pieces() -> Iterator[bytes]:
        yield f'<CSRBatchResult>{HEAD}<DeviceCertificate ID="one"><Certificate>'.encode()
        while True:
            yield b"A" * 65536

    stream = Endless(pieces())
    verdict = judge_result(stream, SentBatch(CSRS.items()), PROFILE, batch_id=17)  # type: ignore[arg-type]
    assert requirements(verdict.findings) == {"M-2.5.GO-b"}
    assert stream.given < 10 * LONGEST_RESULT_OCTETS


def test_a_result_that_changes_between_two_fetches_is_found() -> None:
    earlier = judged(RIGHT)
    assert judge_same_result(earlier, judged(reversed_results())) == []
    assert judge_same_result(earlier, judged(RIGHT[:-1])) == []
    other = judged(RIGHT.replace(BASE64["one"], b64encode(issued(KEYS["one"], 9)).decode()))
    assert other.findings == []
    (finding,) = judge_same_result(earlier, other)
    assert finding.requirement == "M-2.5.1.4-c"
    (finding,) = judge_same_result(earlier, replace(other, statuses={}))
    assert "3 SUCCESS before, 3 results now" in finding.observed


@settings(max_examples=200, deadline=None)
@given(data=st.data(), body=st.sampled_from([RIGHT.encode(), UNKNOWN.encode()]))
def test_changed_messages_are_judged_without_failing(data: st.DataObject, body: bytes) -> None:
    start = data.draw(st.integers(0, len(body)))
    end = data.draw(st.integers(start, min(start + 20, len(body))))
    changed = body[:start] + data.draw(st.binary(max_size=12)) + body[end:]
    for finding in judged(changed).findings:
        assert finding.requirement
        assert len(str(finding)) < 2500


def test_far_more_results_than_device_csrs_are_not_read_to_their_end() -> None:
    start = RIGHT[: RIGHT.index("<DeviceCertificate")].encode()
    result = b'<DeviceCertificate ID="another"><Status>SUCCES</Status></DeviceCertificate>'
    endless = Endless(chain([start], repeat(result * 100)))
    verdict = judge_result(endless, SentBatch(CSRS.items()), PROFILE, batch_id=17)  # type: ignore[arg-type]
    assert verdict.head is None
    observed = f"more than {len(CSRS) + 1000:,} results"
    assert observed in [each.observed for each in verdict.findings if each.requirement == "M-D-COMPLETED"]
