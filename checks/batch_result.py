"""Verdicts on the results of a batch: the form of each, its certificate, and that each Device CSR has one.

A result message is judged as it is read (M-D, M-E). Beside the index of what was sent, which holds the Device
CSRs themselves, memory grows by some 250 octets for each result: its ID and the serial number.
"""

from __future__ import annotations

import re
from binascii import Error as Base64Error
from binascii import a2b_base64, b2a_base64
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime
from hashlib import blake2b
from typing import BinaryIO

from lxml import etree

from checks.batch import COMPLETED, judge_attributes, judge_names, judge_result_head, judge_schema
from checks.batch_response import RESULT, RESULT_ROOT, BatchHead, ResultStream, read_head
from checks.certificate import DeviceProfile, SerialsSeen, judge_read_certificate
from checks.certificate.structure import read_certificate, unreadable
from checks.der import DerError
from checks.finding import Collected, Finding
from checks.message import (
    ResponseUnreadable,
    certificate_fault,
    child,
    child_text,
    decode_certificate,
    is_nil,
    judge_error,
    local_name,
    prefix_fault,
    shown,
    stray_text,
    text_of,
)

SUCCESS = "SUCCESS"
CODE_PREFIXES = {
    "ISSUANCE_ANOMALY": "CA",
    "INELIGIBLE": "IN",
    "CSR_ERROR": "CR",
    "CA_ERROR": "CA",
    "WORKFLOW_ERROR": "WF",
}
"""The statuses of one Device CSR that are errors, and how the ErrorCode of each begins (M-D)."""
STATUSES = frozenset({SUCCESS, *CODE_PREFIXES})

_OF_OTHER_MESSAGES = ("UNKNOWN_DEVICE", "FORMAT_ERROR")
_MOST_SURPLUS = 1000
"""So many results more than Device CSRs are judged; a message that goes on is not read to its end."""
_UNISSUED_NAMED = 1000
_NAMED = 5
"""How many of the Device CSRs without result are named."""
_ISSUED_FOR_CSR = "M-2.5.1.4-a"
_NAME_START = (
    "A-Z_a-z\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u02ff\u0370-\u037d\u037f-\u1fff\u200c\u200d\u2070-\u218f"
)
_NAME_START += "\u2c00-\u2fef\u3001-\ud7ff\uf900-\ufdcf\ufdf0-\ufffd\U00010000-\U000effff"
_NAME = re.compile(f"[{_NAME_START}][{_NAME_START}0-9.\u00b7\u0300-\u036f\u203f\u2040-]{{0,99}}")
_SUM = 1 << 128
_XML_SPACE = " \t\r\n"


@dataclass(frozen=True, slots=True)
class Expectation:
    """The statuses that are right for a Device CSR, and the requirement that says so."""

    statuses: frozenset[str]
    requirement: str


ISSUED = Expectation(frozenset({SUCCESS}), _ISSUED_FOR_CSR)
"""A right Device CSR gets a certificate."""


class SentBatch:
    """What a batch held: some 450 octets for each Device CSR, its DER included."""

    def __init__(self, csrs: Iterable[tuple[str, bytes]] = ()) -> None:
        """Hold right Device CSRs: the ID of each, and its DER."""
        self._csrs: dict[str, bytes] = dict(csrs)
        self._others: dict[str, Expectation] = {}

    def add(self, csr_id: str, der: bytes, expectation: Expectation = ISSUED) -> None:
        """Hold another Device CSR, right or wrong."""
        self._csrs[csr_id] = der
        if expectation != ISSUED:
            self._others[csr_id] = expectation

    def csr(self, csr_id: str) -> bytes | None:
        """The DER sent under that ID; None where there was none."""
        return self._csrs.get(csr_id)

    def expectation(self, csr_id: str) -> Expectation:
        """What is right for the Device CSR of that ID."""
        return self._others.get(csr_id, ISSUED)

    def without(self, answered: set[str]) -> list[str]:
        """The IDs that are not among `answered`, in the order in which they were sent."""
        return [csr_id for csr_id in self._csrs if csr_id not in answered]

    def __len__(self) -> int:
        """How many Device CSRs."""
        return len(self._csrs)


@dataclass(slots=True)
class ResultVerdict:
    """What became of a result message."""

    head: BatchHead | None = None
    """None where the message could not be read to its end."""
    findings: list[Finding] = field(default_factory=list)
    """At most a dozen for each requirement, whatever the size of the batch."""
    results: int = 0
    statuses: dict[str, int] = field(default_factory=dict)
    """How many results have each status of M-D."""
    unissued: dict[str, str] = field(default_factory=dict)
    """The status of each Device CSR that has another than SUCCESS, by its ID: of the first thousand."""
    content: int = 0
    """The same for two messages with the same results, in any order: IDs, statuses and certificates."""


def judge_result(
    stream: BinaryIO,
    sent: SentBatch,
    profile: DeviceProfile,
    *,
    batch_id: int | None,
    at: datetime | None = None,
    take: Callable[[str, bytes], None] | None = None,
) -> ResultVerdict:
    """Judge the result of a batch, read from `stream` as it was received.

    `batch_id` is that of the query, None where it was none that can be had. `at` is the latest time that a
    certificate may begin. `take` is given every certificate that was issued: ID and DER. A message that
    cannot be read further is a finding beside those on what stood before; then nothing is known of Device
    CSRs without a result.
    """
    judging = _Judging(sent, profile, at, take)
    reading = ResultStream(stream)
    try:
        for element in reading:
            judging.judge(element)
    except ResponseUnreadable as error:
        judging.note(error.finding())
        return judging.end()
    root = reading.root
    if root is None:
        return judging.end()
    if reading.stray:
        judging.note(Finding("M-2.5.GO-e", "no text between elements", shown(reading.stray), RESULT_ROOT))
    verdict = judging.verdict
    verdict.head = read_head(root)
    for finding in judge_result_head(root, verdict.head, verdict.results, batch_id):
        judging.note(finding)
    if verdict.head.status == COMPLETED:
        judging.judge_completeness()
    if not judging.collected.found:
        for element in root.findall(RESULT):
            root.remove(element)
        for finding in judge_schema(root):
            judging.note(finding)
    return judging.end()


def judge_same_result(earlier: ResultVerdict, later: ResultVerdict) -> list[Finding]:
    """Judge that a completed batch has the same results when its result is fetched again (M-2.5.1.4-c).

    Their order may differ, and so may words of errors.
    """
    if earlier.head is None or later.head is None or earlier.content == later.content:
        return []
    observed = f"other results: {_counts(earlier)} before, {_counts(later)} now"
    return [Finding("M-2.5.1.4-c", "the same results for up to 30 days", observed, RESULT_ROOT)]


def _counts(verdict: ResultVerdict) -> str:
    each = ", ".join(f"{number:,} {status}" for status, number in sorted(verdict.statuses.items()))
    return each or f"{verdict.results:,} results"


class _Judging:
    """Judges result after result."""

    def __init__(
        self,
        sent: SentBatch,
        profile: DeviceProfile,
        at: datetime | None,
        take: Callable[[str, bytes], None] | None,
    ) -> None:
        self.verdict = ResultVerdict()
        self.collected = Collected(RESULT_ROOT)
        self.note = self.collected.note
        self._sent, self._profile, self._at, self._take = sent, profile, at, take
        self._answered: set[str] = set()
        self._serials = SerialsSeen()

    def end(self) -> ResultVerdict:
        """The verdict, with the number of findings that were not kept."""
        self.verdict.findings = self.collected.findings()
        return self.verdict

    def judge(self, element: etree._Element) -> None:
        """Judge one result. Raises ResponseUnreadable where there are far more than were asked for."""
        self.verdict.results += 1
        if self.verdict.results > len(self._sent) + _MOST_SURPLUS:
            expected = f"a result for each of {len(self._sent):,} Device CSRs"
            raise ResponseUnreadable(
                f"more than {self.verdict.results - 1:,} results", "M-D-COMPLETED", expected
            )
        plain = _plain_success(element)
        if plain is None or self._sent.csr(plain[0]) is None:
            self._judge_any(element)
        elif self._is_expected(plain[0]):
            self._judge_outcome(plain[0], SUCCESS, plain[1])

    def _judge_any(self, element: etree._Element) -> None:
        csr_id = (element.get("ID") or "").strip(_XML_SPACE)
        where = f"{RESULT} {shown(csr_id) or 'without ID'}"
        form = list(_form(element))
        for finding in form or _schema_of_one(element):
            self.note(replace(finding, where=f"{where}, {finding.where}"))
        certificate = child_text(element, "Certificate")
        octets = None if certificate is None else decode_certificate(certificate)
        if self._is_expected(csr_id):
            self._judge_outcome(csr_id, child_text(element, "Status"), octets)

    def _is_expected(self, csr_id: str) -> bool:
        """Whether the ID was sent, and this is its first result; a finding where not."""
        if csr_id in self._answered:
            where = f"{RESULT} {shown(csr_id)}"
            self.note(Finding("M-D-COMPLETED", "exactly one result for each Device CSR", "another", where))
            self.note(Finding("M-D-RSP-d", "an ID that is unique in the document", "one again", where))
            return False
        if self._sent.csr(csr_id) is not None:
            self._answered.add(csr_id)
            return True
        if _NAME.fullmatch(csr_id):
            expected = "the ID of a Device CSR of the batch"
            self.note(Finding("M-D-RSP-d", expected, f"{shown(csr_id)}, which was never sent", RESULT))
        return False

    def _judge_outcome(self, csr_id: str, status: str | None, certificate: bytes | None) -> None:
        verdict = self.verdict
        digest = blake2b(f"{csr_id}\0{status}\0".encode("utf-8", "replace"), digest_size=16)
        digest.update(certificate or b"")
        verdict.content = (verdict.content + int.from_bytes(digest.digest(), "big")) % _SUM
        if status in STATUSES:
            verdict.statuses[status] = verdict.statuses.get(status, 0) + 1
            if status != SUCCESS and len(verdict.unissued) < _UNISSUED_NAMED:
                verdict.unissued[csr_id] = status
        expectation = self._sent.expectation(csr_id)
        if status not in expectation.statuses:
            expected = f"status {' or '.join(sorted(expectation.statuses))}"
            observed = shown(status or "(no status)")
            self.note(Finding(expectation.requirement, expected, observed, f"{RESULT} {csr_id}, Status"))
        if certificate is None or status != SUCCESS:
            return
        if self._take is not None:
            self._take(csr_id, certificate)
        if SUCCESS in expectation.statuses:
            self._judge_certificate(csr_id, certificate)

    def _judge_certificate(self, csr_id: str, octets: bytes) -> None:
        try:
            certificate = read_certificate(octets)
        except DerError as error:
            findings = [unreadable(error)]
        else:
            csr = self._sent.csr(csr_id) or b""
            findings = judge_read_certificate(
                certificate, csr, self._profile, at=self._at, issue=_ISSUED_FOR_CSR
            )
            if (repeated := self._serials.add(certificate, octets)) is not None:
                findings.append(repeated)
        for finding in findings:
            self.note(replace(finding, where=f"{RESULT} {csr_id}, {finding.where}"))

    def judge_completeness(self) -> None:
        """M-D-COMPLETED: a result for every Device CSR."""
        missing = self._sent.without(self._answered)
        if missing:
            named = ", ".join(map(shown, missing[:_NAMED])) + (", ..." if len(missing) > _NAMED else "")
            expected = f"a result for each of {len(self._sent):,} Device CSRs"
            observed = f"none for {len(missing):,}: {named}"
            self.note(Finding("M-D-COMPLETED", expected, observed, RESULT))


def _plain_success(element: etree._Element) -> tuple[str, bytes] | None:
    """ID and certificate of a result that is right in form: what nearly all of a batch are, without the cost
    of asking for every fault. None of any other."""
    if element.tag != RESULT or element.keys() != ["ID"] or len(element) != 2:
        return None
    status, certificate = element
    if status.tag != "Status" or certificate.tag != "Certificate" or status.text != SUCCESS:
        return None
    if len(status) or len(certificate) or status.keys() or certificate.keys():
        return None
    for between in (element.text, status.tail, certificate.tail):
        if between and not between.isspace():
            return None
    csr_id = element.get("ID")
    text = (certificate.text or "").encode()
    try:
        octets = a2b_base64(text)
    except Base64Error:
        return None
    if csr_id is None or not octets.startswith(b"\x30") or b2a_base64(octets, newline=False) != text:
        return None
    return csr_id.strip(_XML_SPACE), octets


def _form(element: etree._Element) -> Iterable[Finding]:
    """The form of one result (M-D-RSP-d, M-D-RSP-e), and its status and code (M-D)."""
    yield from judge_names(element)
    yield from judge_attributes(element)
    csr_id = element.get("ID")
    if csr_id is None or not _NAME.fullmatch(csr_id.strip(_XML_SPACE)):
        observed = "absent" if csr_id is None else shown(csr_id) or "''"
        yield Finding("M-D-RSP-d", "an ID that is an XML name of 1 to 100 characters", observed, "ID")
    names = [local_name(part) for part in element]
    status = child_text(element, "Status")
    outcome = "Certificate" if status == SUCCESS else "Error"
    if len(names) != 2 or names[0] != "Status" or names[1] not in ("Certificate", "Error"):
        expected = "Status, then Certificate or Error"
        yield Finding("M-D-RSP-e", expected, shown(", ".join(names)) or "(nothing)", RESULT)
    elif status in STATUSES and names[1] != outcome:
        yield Finding("M-D-RSP-e", f"{outcome} with {status}", names[1], RESULT)
    if stray := stray_text(element):
        yield Finding("M-D-RSP-e", "no text between elements", shown(stray), RESULT)
    if status in _OF_OTHER_MESSAGES:
        yield Finding("M-D-CSR-VALUES", f"one of {', '.join(sorted(STATUSES))}", str(status), "Status")
    elif status is not None and status not in STATUSES:
        yield Finding("M-D-RSP-e", f"one of {', '.join(sorted(STATUSES))}", shown(status), "Status")
    yield from _form_of_parts(element, status)


def _form_of_parts(element: etree._Element, status: str | None) -> Iterable[Finding]:
    for name in ("Status", "Certificate"):
        part = child(element, name)
        if part is not None and len(part):
            yield Finding("M-D-RSP-e", f"{name} without elements in it", local_name(part[0]), name)
    certificate, error = child(element, "Certificate"), child(element, "Error")
    if certificate is not None:
        fault = "nil" if is_nil(certificate) else certificate_fault(text_of(certificate))
        if fault is not None:
            expected = "Base64 of a DER certificate, without BEGIN and END lines or white space"
            yield Finding("M-D-RSP-e", expected, fault, "Certificate")
    if error is not None:
        yield from judge_error(error, "M-D-RSP-e")
        prefix = CODE_PREFIXES.get(status or "")
        if prefix and (found := prefix_fault(child_text(error, "ErrorCode"), prefix)):
            yield Finding(f"M-D-CSR-{status}", f"an ErrorCode that begins {prefix}:", found, "ErrorCode")


def _schema_of_one(element: etree._Element) -> list[Finding]:
    """Validate one result in a message of its own: what no other rule found."""
    message = etree.fromstring(_MESSAGE)
    text = etree.tostring(element, encoding="utf-8", with_tail=False)
    message.append(etree.fromstring(text, etree.XMLParser(resolve_entities=False, no_network=True)))
    return judge_schema(message)


_MESSAGE = (
    f"<{RESULT_ROOT}><Version>1.0</Version><Build/><BatchStatus>{COMPLETED}</BatchStatus>"
    f"<BatchId>1</BatchId></{RESULT_ROOT}>"
)
