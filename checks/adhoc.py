"""Verdicts on messages of the Ad Hoc Device CSR Web Service (Appendix M8.0, M-A and M-B).

Each finding names the most specific requirement. What is left over, a message that breaks only the schema, is
one of M-2.4.GO-e.
"""

from __future__ import annotations

import re
from base64 import b64decode, b64encode
from collections.abc import Collection, Iterable, Iterator
from functools import cache
from pathlib import Path

from lxml import etree

from checks.adhoc_response import (
    NIL,
    ROOT,
    AdHocResponse,
    ResponseUnreadable,
    child,
    extract,
    local_name,
    parse,
    positive_or_zero,
    read_response,
    text_of,
)
from checks.der import SEQUENCE, DerError, read_der
from checks.disclosure import find_private_disclosure, find_stack_trace
from checks.finding import Finding

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
_CODE_CHARACTERS = 10
_CODE = re.compile(r"[A-Z]{2}:[A-Za-z0-9]+")
_XSI = "{http://www.w3.org/2001/XMLSchema-instance}"
_SHOWN = 200


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
    reason = f" ({response.error_code}: {_shown(response.error_text or '')})" if response.error_code else ""
    observed = f"{_shown(response.status or '(no status)')}{reason}"
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
        observed = "absent" if content_type is None else _shown(content_type)
        yield Finding("M-A-HTTP-b", "application/xml;charset=UTF-8", observed, "header Content-Type")


def _judge_namespaces(root: etree._Element) -> Iterator[Finding]:
    """M-MSG-a: no target namespace."""
    qualified = [etree.QName(element) for element in root.iter()]
    names = sorted({f"{name.localname} in {name.namespace}" for name in qualified if name.namespace})
    names += [
        f"attribute {name!s}" for name in root.attrib if _unqualified(str(name)) == "ID" and name != "ID"
    ]
    if names:
        yield Finding("M-MSG-a", "names without a namespace", _shown(", ".join(names)), "response")


def _unqualified(name: str) -> str:
    return name.rpartition("}")[2]


def _judge_elements(root: etree._Element) -> Iterator[Finding]:
    """Which elements and attributes there are, and in which order."""
    names = [local_name(element) for element in root]
    for name, requirement in _ONCE.items():
        if names.count(name) != 1:
            yield Finding(requirement, f"{name} once", f"{names.count(name)} times", name)
    outcomes = [name for name in names if name in ("Certificate", "Error")]
    if len(outcomes) != 1:
        observed = " and ".join(outcomes) or "neither"
        yield Finding("M-B-RSP-h", "exactly one of Certificate, Error", _shown(observed), ROOT)
    unknown = [name for name in names if name not in _ORDER]
    places = [_ORDER.index(name) for name in names if name in _ORDER]
    if unknown:
        yield Finding("M-B-RSP-i", "no unknown element", _shown(", ".join(unknown)), ROOT)
    elif places != sorted(places):
        yield Finding("M-B-RSP-i", "the order of the schema", _shown(", ".join(names)), ROOT)
    attributes = [
        f"{local_name(element)} has {_unqualified(str(name))}"
        for element in root.iter()
        for name in element.attrib
        if not str(name).startswith(_XSI) and (element is not root or _unqualified(str(name)) != "ID")
    ]
    if attributes:
        yield Finding("M-B-RSP-i", "no unknown attribute", _shown(", ".join(attributes)), ROOT)
    if stray := _stray_text(root):
        yield Finding("M-B-RSP-i", "no text between elements", _shown(stray), ROOT)


def _stray_text(parent: etree._Element) -> str:
    return "".join([parent.text or "", *(element.tail or "" for element in parent)]).strip()


def _judge_values(root: etree._Element, response: AdHocResponse) -> Iterator[Finding]:
    """The content of each element that is there."""
    for name, requirement in (*_ONCE.items(), ("Certificate", "M-B-RSP-f")):
        element = child(root, name)
        if element is not None and len(element):
            yield Finding(requirement, f"{name} without elements in it", local_name(element[0]), name)
    if response.version is not None and response.version != "1.0":
        for requirement in ("M-B-RSP-b", "M-MSG-b"):
            yield Finding(requirement, "Version 1.0", _shown(response.version), "Version")
    number = child(root, "TransactionId")
    if number is not None and not positive_or_zero(text_of(number)):
        yield _transaction("a positive integer", _shown(text_of(number)))
    if response.status is not None and response.status not in STATUSES:
        yield Finding("M-B-RSP-e", f"one of {', '.join(sorted(STATUSES))}", _shown(response.status), "Status")
    certificate = child(root, "Certificate")
    if certificate is not None and not _is_nil(certificate):
        fault = _certificate_fault(text_of(certificate))
        if fault is not None:
            expected = "Base64 of a DER certificate, without BEGIN and END lines or white space"
            yield Finding("M-B-RSP-f", expected, fault, "Certificate")
    error = child(root, "Error")
    if error is not None:
        yield from _judge_error(error, response)


def _certificate_fault(text: str) -> str | None:
    if "-----" in text:
        return "BEGIN or END lines"
    if any(character.isspace() for character in text):
        return f"white space at character {next(at for at, char in enumerate(text) if char.isspace()) + 1}"
    try:
        octets = b64decode(text, validate=True)
    except ValueError as error:
        return f"not Base64: {error}"
    if b64encode(octets).decode("ascii") != text:
        return "Base64 whose last character has bits that belong to no octet"
    try:
        tag = read_der(octets).tag
    except DerError as error:
        return f"not DER: {error}"
    return None if tag == SEQUENCE else f"DER of an element with tag {tag:02X}"


def _judge_error(error: etree._Element, response: AdHocResponse) -> Iterator[Finding]:
    """M-B-RSP-g, and the prefix of the code (M-A)."""
    names = [local_name(element) for element in error]
    nil = [local_name(element) for element in (error, *error) if _is_nil(element)]
    if names != ["ErrorCode", "ErrorText"] or _stray_text(error):
        observed = _shown(", ".join(names) or "(nothing)")
        yield Finding("M-B-RSP-g", "ErrorCode, ErrorText and nothing else", observed, "Error")
    if nil:
        yield Finding("M-B-RSP-g", "Error, ErrorCode and ErrorText not nil", f"nil {', '.join(nil)}", "Error")
    for element in error:
        if len(element):
            yield Finding("M-B-RSP-g", "text only", local_name(element[0]), f"Error, {local_name(element)}")
    code = response.error_code
    if code is None:
        return
    if len(code) > _CODE_CHARACTERS or not _CODE.fullmatch(code):
        expected = f"at most {_CODE_CHARACTERS} characters, [A-Z]{{2}}:[A-Za-z0-9]+"
        yield Finding("M-B-RSP-g", expected, _shown(code), "ErrorCode")
    elif (prefix := CODE_PREFIXES.get(response.status or "")) and not code.startswith(f"{prefix}:"):
        yield Finding(f"M-A-{response.status}", f"an ErrorCode that begins {prefix}:", code, "ErrorCode")


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
    elif found == "Certificate" and _is_nil(outcomes[0]):
        yield Finding("M-A-SUCCESS", "the certificate that was issued", "a Certificate that is nil", ROOT)


def _is_nil(element: etree._Element) -> bool:
    return element.get(NIL, "").strip() in ("true", "1")


def _judge_id(received: str | None, sent: str | None, malformed: bool) -> Iterator[Finding]:
    if received is not None and not 1 <= len(received) <= _ID_CHARACTERS:
        yield Finding(
            "M-B-RSP-a", f"an ID of 1 to {_ID_CHARACTERS} characters", _shown(received), "attribute ID"
        )
    if malformed:
        if received not in (None, sent):
            expected = f"no ID, or the request's: {_shown(sent)}" if sent is not None else "no ID"
            yield Finding("M-B-RSP-a", expected, _shown(received or "''"), "attribute ID")
    elif sent is not None and received != sent:
        observed = "absent" if received is None else _shown(received)
        yield Finding("M-B-REQ-b", f"the ID of the request: {_shown(sent)}", observed, "attribute ID")


def _judge_schema(root: etree._Element) -> Iterator[Finding]:
    """What no other rule found."""
    number = child(root, "TransactionId")
    if number is not None:
        number.text = "1"  # judged already, and the validator knows no integers of more than 24 digits
    try:
        _schema().assertValid(root)
    except etree.DocumentInvalid as error:
        yield Finding("M-2.4.GO-e", "a response that its schema allows", _shown(str(error)), "response")


@cache
def _schema() -> etree.XMLSchema:
    return etree.XMLSchema(etree.parse(_SCHEMA_FILE))


def _shown(text: str) -> str:
    """Text for a report, cut where it is long."""
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}... ({len(text)} characters)"
