"""The XML messages of the Repository's Web Service (O-WS-b to O-WS-h): a request read, a response written."""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from xml.sax.saxutils import escape

from lxml import etree

from reference_ra import messages
from reference_ra.repository.records import CertificateStatus, Kind, Lodged, eui64_text


class Operation(StrEnum):
    """What is asked of the Web Service, by the last part of its path."""

    SEARCH = "certificatesearch"
    RETRIEVE = "retrievecertificate"


REQUEST_ROOTS = {
    Operation.SEARCH: "CertificateSearchRequest",
    Operation.RETRIEVE: "CertificateDataRequest",
}
RESPONSE_ROOTS = {
    Operation.SEARCH: "CertificateSearchResponse",
    Operation.RETRIEVE: "CertificateDataResponse",
}
RESULTS = {Operation.SEARCH: "Result", Operation.RETRIEVE: "CertificateResponse"}
SUBJECTS = {Kind.ORGANISATION: "CertificateSubjectName", Kind.DEVICE: "CertificateSubjectAltName"}
SERIAL = "CertificateSerial"
USAGES: Mapping[str, str] = {"digitalSignature": "DS", "keyAgreement": "KA"}

_KINDS = {element: kind for kind, element in SUBJECTS.items()}
_EUI64 = re.compile(r"[0-9A-F]{2}(-[0-9A-F]{2}){7}")
_SERIAL = re.compile(r"[0-9A-F]{32}")


class BadParameters(Exception):
    """A request's document is not one that the operation takes; the message tells the user why."""


@dataclass(frozen=True, slots=True)
class Subject:
    """For whom the certificates that are searched were issued."""

    kind: Kind
    eui64: bytes


@dataclass(frozen=True, slots=True)
class Result:
    """A certificate as a response tells of it, each value as it is written."""

    kind: Kind
    subject: str
    serial: str
    status: str
    role: str | None
    usage: str
    manufacturing: str
    body: str | None
    """The certificate; None in the answer to a search."""


@dataclass(frozen=True, slots=True)
class RepositoryReply:
    """What a response says, apart from how it is written."""

    operation: Operation
    code: int
    message: str
    audit_reference: str
    results: Sequence[Result] = ()


def parse_xml(body: bytes) -> etree._Element:
    """The root of a well-formed document without a document type; nothing is fetched or expanded."""
    try:
        return messages.parse_xml(body)
    except messages.Rejected as rejected:
        raise BadParameters(rejected.text) from rejected


def read_parameter(operation: Operation, root: etree._Element) -> tuple[str, str]:
    """Name and text of the one element that a request's document holds; BadParameters where it is not so."""
    if root.tag != REQUEST_ROOTS[operation]:
        raise BadParameters(f"The request is no {REQUEST_ROOTS[operation]}")
    if len(root) != 1 or root.attrib or (root.text or "").strip() or (root[0].tail or "").strip():
        raise BadParameters("The request does not hold one element")
    parameter = root[0]
    if len(parameter) or parameter.attrib:
        raise BadParameters("The element holds more than text")
    return str(parameter.tag), parameter.text or ""


def read_search(name: str, value: str) -> Subject:
    """What a search's parameter asks for (O-WS-b)."""
    kind = _KINDS.get(name)
    if kind is None:
        raise BadParameters(f"The request holds neither {' nor '.join(_KINDS)}")
    if not _EUI64.fullmatch(value):
        raise BadParameters(f"{name} is not an EUI-64 as hyphenated upper-case octets")
    return Subject(kind, bytes.fromhex(value.replace("-", "")))


def read_retrieve(name: str, value: str) -> str:
    """The serial number that a request to retrieve asks for (O-WS-d)."""
    if name != SERIAL:
        raise BadParameters(f"The request holds no {SERIAL}")
    if not _SERIAL.fullmatch(value):
        raise BadParameters(f"{SERIAL} is not 32 upper-case hexadecimal digits")
    return value


def result_of(certificate: Lodged, status: CertificateStatus) -> Result:
    """The certificate of a Device or an organisation as a response tells of it, with its octets."""
    role = certificate.remote_party_role
    return Result(
        kind=certificate.kind,
        subject=eui64_text(certificate.eui64 or b""),
        serial=certificate.serial,
        status=status,
        role=None if role is None else str(int(role, 16)),
        usage=USAGES[certificate.key_usage],
        manufacturing="false",
        body=base64.b64encode(certificate.der).decode(),
    )


def result_fields(result: Result) -> list[tuple[str, str]]:
    """The elements of a result, in the order of the examples."""
    found: list[tuple[str, str | None]] = [
        (SUBJECTS[result.kind], result.subject),
        (SERIAL, result.serial),
        ("CertificateStatus", result.status),
        ("CertificateBody", result.body),
        ("CertificateRole", result.role),
        ("CertificateUsage", result.usage),
        ("ManufacturingFlag", result.manufacturing),
    ]
    return [(name, text) for name, text in found if text is not None]


def reply_fields(reply: RepositoryReply) -> list[tuple[str, str]]:
    """The elements of a response before its results."""
    return [
        ("ResponseCode", str(reply.code)),
        ("ResponseMessage", reply.message),
        ("AuditReference", reply.audit_reference),
    ]


def write_fields(fields: Sequence[tuple[str, str]]) -> str:
    """Elements that hold text."""
    return "".join(f"<{name}>{escape(text)}</{name}>" for name, text in fields)


def write_reply(reply: RepositoryReply) -> bytes:
    """The response document, UTF-8."""
    root, each = RESPONSE_ROOTS[reply.operation], RESULTS[reply.operation]
    results = "".join(f"<{each}>{write_fields(result_fields(result))}</{each}>" for result in reply.results)
    text = f"<{root}>{write_fields(reply_fields(reply))}{results}</{root}>"
    return f'<?xml version="1.0" encoding="UTF-8"?>{text}'.encode()
