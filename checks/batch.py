"""Verdicts on responses of the Batched Device CSR Web Service as a whole (Appendix M8.0, M-C, M-D and M-E).

Each finding names the most specific requirement. What is left over, a message that breaks only the schema, is
one of M-2.5.GO-e. The results in a result message are judged by `checks.batch_result`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from lxml import etree

from checks.batch_response import (
    RESULT,
    RESULT_ROOT,
    SUBMISSION_ROOT,
    BatchHead,
    parse_submission,
    read_head,
)
from checks.finding import Finding
from checks.message import (
    XSI,
    ResponseUnreadable,
    child,
    is_nil,
    judge_error,
    local_name,
    positive_or_zero,
    prefix_fault,
    shown,
    stray_text,
    text_of,
    unqualified,
)

ERROR_PREFIXES = {"FORMAT_ERROR": "FM", "WORKFLOW_ERROR": "WF"}
"""The statuses of a batch that are errors, and how the ErrorCode of each begins (M-C, M-D)."""
SUBMISSION_STATUSES = frozenset({"PENDING", *ERROR_PREFIXES})
COMPLETED = "COMPLETED"
RESULT_STATUSES = frozenset(
    {
        "PENDING",
        "REJECTED",
        "PARSING",
        "QUEUED",
        "PROCESSING",
        "PAUSED",
        COMPLETED,
        "TAMPERED",
        *ERROR_PREFIXES,
    }
)

_SCHEMA_FILE = Path(__file__).with_name("schemas") / "batch_device_csr_1_0.xsd"
_ID_CHARACTERS = 256
_HEAD = ("Version", "Build", "BatchStatus")


@dataclass(frozen=True, slots=True)
class _Kind:
    """One of the two responses."""

    root: str
    appendix: str
    order: tuple[str, ...]
    statuses: frozenset[str]

    def requirement(self, part: str) -> str:
        return f"{self.appendix}-{part}"


_SUBMISSION = _Kind(SUBMISSION_ROOT, "M-C", (*_HEAD, "BatchId", "Error"), SUBMISSION_STATUSES)
_RESULT = _Kind(RESULT_ROOT, "M-D", (*_HEAD, "Error", "BatchId", RESULT), RESULT_STATUSES)


def judge_submission(
    status_code: int, content_type: str | None, body: bytes, *, sent_id: str | None, malformed: bool
) -> list[Finding]:
    """Judge the whole response to a submission, of any HTTP status.

    `sent_id` is the ID of the submission, None where it had none that could be read. `malformed` says that it
    broke XML or its schema; a batch of too many Device CSRs did not. A submission that was not malformed gets
    its ID back; one that was gets it back or none (M-C-RSP-a).
    """
    findings = judge_media_type(content_type)
    try:
        root = parse_submission(body)
    except ResponseUnreadable as error:
        found = error.finding()
        observed = f"HTTP {status_code}, {found.observed}"
        return [*findings, Finding(found.requirement, found.expected, observed, found.where)]
    head = read_head(root)
    findings += _judge_head(root, head, _SUBMISSION)
    outcomes = [local_name(each) for each in root if local_name(each) in ("BatchId", "Error")]
    wanted = "BatchId" if head.status == "PENDING" else "Error"
    if len(outcomes) != 1:
        observed = shown(" and ".join(outcomes)) or "neither"
        findings.append(Finding("M-C-RSP-c", "exactly one of BatchId, Error", observed, root.tag))
    elif head.status in SUBMISSION_STATUSES and outcomes != [wanted]:
        findings.append(Finding("M-C-RSP-c", f"{wanted} with {head.status}", outcomes[0], root.tag))
    if malformed and head.id not in (None, sent_id):
        expected = f"no ID, or the submission's: {shown(sent_id)}" if sent_id is not None else "no ID"
        findings.append(Finding("M-C-RSP-a", expected, shown(head.id or "''"), "attribute ID"))
    elif not malformed and sent_id is not None and head.id != sent_id:
        observed = "absent" if head.id is None else shown(head.id)
        expected = f"the ID of the submission: {shown(sent_id)}"
        findings.append(Finding("M-C-RSP-a", expected, observed, "attribute ID"))
    return findings or judge_schema(root)


def judge_result_head(
    root: etree._Element, head: BatchHead, results: int, asked: int | None
) -> list[Finding]:
    """Judge a result message but for its results, of which there were `results` in it.

    `root` is that of a `ResultStream` read to its end; `asked` is the BatchId of the query, None where it was
    not to be had.
    """
    findings = _judge_head(root, head, _RESULT)
    names = [local_name(element) for element in root]
    if "Error" in names and ("BatchId" in names or results):
        findings.append(_result_content("Error alone, or BatchId", "both"))
    if names.count("BatchId") > 1 or names.count("Error") > 1:
        findings.append(_result_content("BatchId or Error once", shown(", ".join(names))))
    if results and "BatchId" not in names:
        findings.append(_result_content("BatchId before the results", "no BatchId"))
    if results and head.status != COMPLETED and head.status in RESULT_STATUSES:
        observed = f"{results:,} results with {head.status}"
        findings.append(Finding(f"M-D-{head.status}", "no result before COMPLETED", observed, RESULT))
    if head.status == COMPLETED and "BatchId" not in names:
        findings.append(Finding("M-D-COMPLETED", "BatchId and the results", "no BatchId", "BatchId"))
    if head.status == "FORMAT_ERROR":
        beside = ["ID"] * (head.id is not None) + ["BatchId"] * ("BatchId" in names)
        if beside:
            findings.append(
                Finding("M-D-FORMAT_ERROR", "neither ID nor BatchId", " and ".join(beside), root.tag)
            )
    if asked is not None and head.batch_id not in (None, asked):
        findings.append(_result_content(f"the BatchId of the query: {asked}", shown(str(head.batch_id))))
    return findings


def judge_status(head: BatchHead, allowed: Collection[str], requirement: str) -> list[Finding]:
    """Judge that a batch has one of the statuses that `requirement` asks for."""
    if head.status in allowed:
        return []
    reason = f" ({head.error_code}: {shown(head.error_text or '')})" if head.error_code else ""
    observed = f"{shown(head.status or '(no status)')}{reason}"
    expected = f"status {' or '.join(sorted(allowed))}"
    return [Finding(requirement, expected, observed, "BatchStatus")]


def judge_media_type(content_type: str | None) -> list[Finding]:
    """Judge that a response does not call itself anything but XML (M-2.5.GO-b). M-C and M-D name no media
    type, so any of XML passes, and none does."""
    media_type = (content_type or "").partition(";")[0].strip().lower()
    if media_type in ("", "application/xml", "text/xml") or media_type.endswith("+xml"):
        return []
    return [Finding("M-2.5.GO-b", "a media type of XML", shown(content_type or ""), "header Content-Type")]


def judge_schema(root: etree._Element) -> list[Finding]:
    """Validate against the schema of M-E (M-2.5.GO-e): what no other rule found. Changes `root`."""
    number = child(root, "BatchId")
    if number is not None:
        number.text = "1"  # judged already, and the validator knows no integers of more than 24 digits
    try:
        _schema().assertValid(root)
    except etree.DocumentInvalid as error:
        return [Finding("M-2.5.GO-e", "a response that its schema allows", shown(str(error)), "response")]
    return []


@cache
def _schema() -> etree.XMLSchema:
    return etree.XMLSchema(etree.parse(_SCHEMA_FILE))


def judge_names(root: etree._Element) -> Iterator[Finding]:
    """M-MSG-a: no name of an element in a namespace, nor the attribute ID."""
    names = {etree.QName(element) for element in root.iter()}
    qualified = sorted(f"{name.localname} in {name.namespace}" for name in names if name.namespace)
    qualified += [
        f"attribute {name!s}" for name in root.attrib if unqualified(str(name)) == "ID" and name != "ID"
    ]
    if qualified:
        yield Finding("M-MSG-a", "names without a namespace", shown(", ".join(qualified)), "response")


def judge_attributes(root: etree._Element) -> Iterator[Finding]:
    """M-2.5.GO-e: no attribute but the ID of `root`, and those of the schema language."""
    found = [
        f"{local_name(element)} has {unqualified(str(name))}"
        for element in root.iter()
        for name in element.attrib
        if not str(name).startswith(XSI) and (element is not root or unqualified(str(name)) != "ID")
    ]
    if found:
        yield Finding("M-2.5.GO-e", "no unknown attribute", shown(", ".join(found)), local_name(root))


def _judge_head(root: etree._Element, head: BatchHead, kind: _Kind) -> list[Finding]:
    """What the two responses have in common."""
    findings = [*judge_names(root), *judge_attributes(root), *_judge_order(root, kind)]
    own = kind.requirement("RSP-b")
    for name in (*_HEAD, "BatchId"):
        element = child(root, name)
        if element is not None and len(element):
            part = kind.requirement("RSP-c") if name == "BatchId" else own
            findings.append(Finding(part, f"{name} without elements in it", local_name(element[0]), name))
    if head.version is not None and head.version != "1.0":
        findings += [
            Finding(each, "Version 1.0", shown(head.version), "Version") for each in (own, "M-MSG-b")
        ]
    if head.status is not None and head.status not in kind.statuses:
        expected = f"one of {', '.join(sorted(kind.statuses))}"
        findings.append(Finding(own, expected, shown(head.status), "BatchStatus"))
    findings += _judge_outcome(root, head, kind)
    if head.id is not None and not 1 <= len(head.id) <= _ID_CHARACTERS:
        expected = f"an ID of 1 to {_ID_CHARACTERS} characters"
        findings.append(Finding(kind.requirement("RSP-a"), expected, shown(head.id) or "''", "attribute ID"))
    return findings


def _judge_order(root: etree._Element, kind: _Kind) -> Iterator[Finding]:
    names = [local_name(element) for element in root]
    for name in _HEAD:
        if names.count(name) != 1:
            observed = f"{names.count(name)} times"
            yield Finding(kind.requirement("RSP-b"), f"{name} once", observed, name)
    unknown = [name for name in names if name not in kind.order]
    places = [kind.order.index(name) for name in names if name in kind.order]
    if unknown:
        yield Finding("M-2.5.GO-e", "no unknown element", shown(", ".join(unknown)), kind.root)
    elif places != sorted(places):
        part = "RSP-b" if _head_of(places) != sorted(_head_of(places)) or places[:3] != [0, 1, 2] else "RSP-c"
        expected = f"the order {', '.join(kind.order)}"
        yield Finding(kind.requirement(part), expected, shown(", ".join(names)), kind.root)
    if stray := stray_text(root):
        yield Finding("M-2.5.GO-e", "no text between elements", shown(stray), kind.root)


def _head_of(places: list[int]) -> list[int]:
    return [place for place in places if place < len(_HEAD)]


def _judge_outcome(root: etree._Element, head: BatchHead, kind: _Kind) -> Iterator[Finding]:
    number, error = child(root, "BatchId"), child(root, "Error")
    if number is not None and (is_nil(number) or not positive_or_zero(text_of(number))):
        observed = shown(text_of(number)) or "(nothing)"
        yield Finding(kind.requirement("RSP-c"), "a positive integer", observed, "BatchId")
    if error is None:
        return
    yield from judge_error(error, kind.requirement("RSP-c"))
    prefix = ERROR_PREFIXES.get(head.status or "")
    if prefix and (fault := prefix_fault(head.error_code, prefix)):
        expected = f"an ErrorCode that begins {prefix}:"
        yield Finding(kind.requirement(head.status or ""), expected, fault, "ErrorCode")


def _result_content(expected: str, observed: str) -> Finding:
    return Finding("M-D-RSP-c", expected, observed, RESULT_ROOT)
