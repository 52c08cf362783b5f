"""Verdicts on messages of the Ad Hoc Device CSR Web Service (Appendix M8.0, M-A and M-B).

Each finding names the most specific requirement. What is left over, a message that breaks only the schema, is
one of M-2.4.GO-e.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from functools import cache
from pathlib import Path

from lxml import etree

from checks.adhoc_response import ROOT, AdHocResponse, extract, parse, read_response
from checks.disclosure import find_private_disclosure, find_stack_trace
from checks.finding import Finding
from checks.message import (
    XSI,
    ResponseUnreadable,
    certificate_fault,
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

__all__ = [
    "CODE_PREFIXES",
    "AdHocResponse",
    "ResponseUnreadable",
    "find_private_disclosure",
    "find_stack_trace",
    "judge_message",
    "judge_status",
    "judge_transaction_ids",
    "read_response",
]

CODE_PREFIXES = {
    "UNKNOWN_DEVICE": "UD",
    "ISSUANCE_ANOMALY": "CA",
    "CSR_ERROR": "CR",
    "CA_ERROR": "CA",
    "FORMAT_ERROR": "FM",
    "WORKFLOW_ERROR": "WF",
}
"""The statuses of an error, and how the ErrorCode of each begins (M-A)."""
STATUSES = frozenset({"SUCCESS", *CODE_PREFIXES})

_SCHEMA_FILE = Path(__file__).with_name("schemas") / "adhoc_device_csr_1_0.xsd"
_ORDER = ("Version", "Build", "TransactionId", "Status", "Certificate", "Error")
_ONCE = {
    "Version": "M-B-RSP-b",
    "Build": "M-B-RSP-c",
    "TransactionId": "M-B-RSP-d",
    "Status": "M-B-RSP-e",
}
_ID_CHARACTERS = 32


def judge_message(
    status_code: int, content_type: str | None, body: bytes, *, sent_id: str | None, malformed: bool
) -> list[Finding]:
    """Judge a whole response, of any HTTP status.

    `sent_id` is the ID of the request, None where it had none that could be read: of a request that was not
    well-formed XML, always. `malformed` says that the request broke XML or its schema. A request that was not
    malformed gets its ID back; one that was gets it back or none (M-B-REQ-b, M-B-RSP-a).
    """
    findings = list(_judge_media_type(content_type))
    try:
        root = parse(body)
    except ResponseUnreadable as error:
        found = error.finding()
        observed = f"HTTP {status_code}, {found.observed}"
        return [*findings, Finding(found.requirement, found.expected, observed, found.where)]
    response = extract(root)
    findings += _judge_namespaces(root)
    findings += _judge_elements(root)
    findings += _judge_values(root, response)
    findings += _judge_outcome(root, response)
    findings += _judge_id(response.id, sent_id, malformed)
    return findings or list(_judge_schema(root))


def judge_status(response: AdHocResponse, allowed: Collection[str], requirement: str) -> list[Finding]:
    """Judge that the response has one of the statuses that `requirement` asks for."""
    if response.status in allowed:
        return []
    reason = f" ({response.error_code}: {shown(response.error_text or '')})" if response.error_code else ""
    observed = f"{shown(response.status or '(no status)')}{reason}"
    return [Finding(requirement, f"status {' or '.join(sorted(allowed))}", observed, "Status")]


def judge_transaction_ids(ids: Iterable[int | None]) -> list[Finding]:
    """Judge the TransactionIds of several responses: positive, and different each time (M-B-RSP-d).

    One that is None, absent or no integer, is passed over: `judge_message` reports it.
    """
    findings = []
    seen: set[int] = set()
    for number in ids:
        if number is None:
            continue
        if number < 1:
            findings.append(_transaction("a positive integer", str(number)))
        elif number in seen:
            findings.append(_transaction("a TransactionId for each request", f"{number} again"))
        seen.add(number)
    return findings


def _transaction(expected: str, observed: str) -> Finding:
    return Finding("M-B-RSP-d", expected, observed, "TransactionId")


def _judge_media_type(content_type: str | None) -> Iterator[Finding]:
    """M-A-HTTP-b, read as: application/xml, and no character set other than UTF-8."""
    media_type, *parameters = (content_type or "").split(";")
    pairs = (parameter.partition("=") for parameter in parameters)
    charsets = {
        value.strip().strip('"').lower() for name, _, value in pairs if name.strip().lower() == "charset"
    }
    if media_type.strip().lower() != "application/xml" or not charsets <= {"utf-8"}:
        observed = "absent" if content_type is None else shown(content_type)
        yield Finding("M-A-HTTP-b", "application/xml;charset=UTF-8", observed, "header Content-Type")


def _judge_namespaces(root: etree._Element) -> Iterator[Finding]:
    """M-MSG-a: no target namespace."""
    qualified = [etree.QName(element) for element in root.iter()]
    names = sorted({f"{name.localname} in {name.namespace}" for name in qualified if name.namespace})
    names += [
        f"attribute {name!s}" for name in root.attrib if unqualified(str(name)) == "ID" and name != "ID"
    ]
    if names:
        yield Finding("M-MSG-a", "names without a namespace", shown(", ".join(names)), "response")


def _judge_elements(root: etree._Element) -> Iterator[Finding]:
    """Which elements and attributes there are, and in which order."""
    names = [local_name(element) for element in root]
    for name, requirement in _ONCE.items():
        if names.count(name) != 1:
            yield Finding(requirement, f"{name} once", f"{names.count(name)} times", name)
    outcomes = [name for name in names if name in ("Certificate", "Error")]
    if len(outcomes) != 1:
        observed = " and ".join(outcomes) or "neither"
        yield Finding("M-B-RSP-h", "exactly one of Certificate, Error", shown(observed), ROOT)
    unknown = [name for name in names if name not in _ORDER]
    places = [_ORDER.index(name) for name in names if name in _ORDER]
    if unknown:
        yield Finding("M-B-RSP-i", "no unknown element", shown(", ".join(unknown)), ROOT)
    elif places != sorted(places):
        yield Finding("M-B-RSP-i", "the order of the schema", shown(", ".join(names)), ROOT)
    attributes = [
        f"{local_name(element)} has {unqualified(str(name))}"
        for element in root.iter()
        for name in element.attrib
        if not str(name).startswith(XSI) and (element is not root or unqualified(str(name)) != "ID")
    ]
    if attributes:
        yield Finding("M-B-RSP-i", "no unknown attribute", shown(", ".join(attributes)), ROOT)
    if stray := stray_text(root):
        yield Finding("M-B-RSP-i", "no text between elements", shown(stray), ROOT)


def _judge_values(root: etree._Element, response: AdHocResponse) -> Iterator[Finding]:
    """The content of each element that is there."""
    for name, requirement in (*_ONCE.items(), ("Certificate", "M-B-RSP-f")):
        element = child(root, name)
        if element is not None and len(element):
            yield Finding(requirement, f"{name} without elements in it", local_name(element[0]), name)
    if response.version is not None and response.version != "1.0":
        for requirement in ("M-B-RSP-b", "M-MSG-b"):
            yield Finding(requirement, "Version 1.0", shown(response.version), "Version")
    number = child(root, "TransactionId")
    if number is not None and not positive_or_zero(text_of(number)):
        yield _transaction("a positive integer", shown(text_of(number)))
    if response.status is not None and response.status not in STATUSES:
        yield Finding("M-B-RSP-e", f"one of {', '.join(sorted(STATUSES))}", shown(response.status), "Status")
    certificate = child(root, "Certificate")
    if certificate is not None and not is_nil(certificate):
        fault = certificate_fault(text_of(certificate))
        if fault is not None:
            expected = "Base64 of a DER certificate, without BEGIN and END lines or white space"
            yield Finding("M-B-RSP-f", expected, fault, "Certificate")
    error = child(root, "Error")
    if error is not None:
        yield from _judge_error(error, response)


def _judge_error(error: etree._Element, response: AdHocResponse) -> Iterator[Finding]:
    """M-B-RSP-g, and the prefix of the code (M-A)."""
    yield from judge_error(error, "M-B-RSP-g")
    prefix = CODE_PREFIXES.get(response.status or "")
    if prefix and (fault := prefix_fault(response.error_code, prefix)):
        yield Finding(f"M-A-{response.status}", f"an ErrorCode that begins {prefix}:", fault, "ErrorCode")


def _judge_outcome(root: etree._Element, response: AdHocResponse) -> Iterator[Finding]:
    """M-B-RSP-h: a certificate where the status is SUCCESS, an error where it is another. The schema lets a
    Certificate be nil; one that is nil is none that was issued (M-A-SUCCESS)."""
    outcomes = [element for element in root if local_name(element) in ("Certificate", "Error")]
    if len(outcomes) != 1 or response.status not in STATUSES:
        return
    wanted = "Certificate" if response.status == "SUCCESS" else "Error"
    found = local_name(outcomes[0])
    if found != wanted:
        yield Finding("M-B-RSP-h", f"{wanted} with status {response.status}", found, ROOT)
    elif found == "Certificate" and is_nil(outcomes[0]):
        yield Finding("M-A-SUCCESS", "the certificate that was issued", "a Certificate that is nil", ROOT)


def _judge_id(received: str | None, sent: str | None, malformed: bool) -> Iterator[Finding]:
    if received is not None and not 1 <= len(received) <= _ID_CHARACTERS:
        yield Finding(
            "M-B-RSP-a", f"an ID of 1 to {_ID_CHARACTERS} characters", shown(received), "attribute ID"
        )
    if malformed:
        if received not in (None, sent):
            expected = f"no ID, or the request's: {shown(sent)}" if sent is not None else "no ID"
            yield Finding("M-B-RSP-a", expected, shown(received or "''"), "attribute ID")
    elif sent is not None and received != sent:
        observed = "absent" if received is None else shown(received)
        yield Finding("M-B-REQ-b", f"the ID of the request: {shown(sent)}", observed, "attribute ID")


def _judge_schema(root: etree._Element) -> Iterator[Finding]:
    """What no other rule found."""
    number = child(root, "TransactionId")
    if number is not None:
        number.text = "1"  # judged already, and the validator knows no integers of more than 24 digits
    try:
        _schema().assertValid(root)
    except etree.DocumentInvalid as error:
        yield Finding("M-2.4.GO-e", "a response that its schema allows", shown(str(error)), "response")


@cache
def _schema() -> etree.XMLSchema:
    return etree.XMLSchema(etree.parse(_SCHEMA_FILE))
