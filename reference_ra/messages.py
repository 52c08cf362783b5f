"""The XML messages of the Ad Hoc Device CSR Web Service (M-A, M-B): a request read, a response written."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path
from xml.sax.saxutils import escape, quoteattr

from lxml import etree

SERVICE_VERSION = "1.0"
BUILD = "reference-ra 1.0"
SCHEMA_FILE = Path(__file__).parent / "schemas" / f"AdHocDeviceCSR-{SERVICE_VERSION}.xsd"
REQUEST_ROOT = "DeviceCertificateSigningRequest"
WHITE_SPACE = frozenset(" \t\r\n")


class Status(StrEnum):
    """The statuses of M-A."""

    SUCCESS = "SUCCESS"
    UNKNOWN_DEVICE = "UNKNOWN_DEVICE"
    ISSUANCE_ANOMALY = "ISSUANCE_ANOMALY"
    CSR_ERROR = "CSR_ERROR"
    CA_ERROR = "CA_ERROR"
    FORMAT_ERROR = "FORMAT_ERROR"
    WORKFLOW_ERROR = "WORKFLOW_ERROR"


ERROR_CODES: Mapping[Status, str] = {
    Status.UNKNOWN_DEVICE: "UD:1001",
    Status.ISSUANCE_ANOMALY: "CA:2001",
    Status.CSR_ERROR: "CR:3001",
    Status.CA_ERROR: "CA:4001",
    Status.FORMAT_ERROR: "FM:5001",
    Status.WORKFLOW_ERROR: "WF:6001",
}
"""This RA's code for each; only the part before the colon is specified."""


class Rejected(Exception):
    """A request is rejected; `text` tells the subscriber why."""

    def __init__(self, status: Status, text: str) -> None:
        """Take the status of M-A and the text for ErrorText."""
        super().__init__(text)
        self.status = status
        self.text = text


@dataclass(frozen=True, slots=True)
class Request:
    """A request whose XML is right; `csr` is decoded, yet unread."""

    reference: str
    """The client's reference, the attribute ID."""
    csr: bytes


@dataclass(frozen=True, slots=True)
class Reply:
    """What a response says, apart from how it is written."""

    status: Status
    transaction: int
    reference: str | None = None
    """The request's ID; None where the request was malformed."""
    certificate: bytes | None = None
    """DER, where the status is SUCCESS."""
    error_code: str = ""
    error_text: str = ""
    version: str = SERVICE_VERSION
    build: str = BUILD


SchemaEdit = Callable[[str], str]


@cache
def _default_schema() -> etree.XMLSchema:
    return load_schema(lambda text: text)


def load_schema(edit: SchemaEdit) -> etree.XMLSchema:
    """The schema made of this RA's schema file, its text edited."""
    return etree.XMLSchema(etree.fromstring(edit(SCHEMA_FILE.read_text("utf-8")).encode()))


def default_schema() -> etree.XMLSchema:
    """The schema of M-B."""
    return _default_schema()


def parse_xml(body: bytes) -> etree._Element:
    """The root of a well-formed document without a document type; nothing is fetched or expanded."""
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        root = etree.fromstring(body, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise Rejected(Status.FORMAT_ERROR, "The request is not well-formed XML") from error
    if root.getroottree().docinfo.internalDTD is not None:
        raise Rejected(Status.FORMAT_ERROR, "The request has a document type declaration")
    return root


def validate(root: etree._Element, schema: etree.XMLSchema) -> None:
    """The document is a request and keeps the schema (M-2.4.1.2-a)."""
    if root.tag != REQUEST_ROOT or not schema.validate(root):
        raise Rejected(Status.FORMAT_ERROR, "The request does not conform to the schema")


def csr_octets(text: str) -> bytes:
    """The CSR of its element's text: Base64 on one line, without BEGIN/END lines."""
    if not text or not WHITE_SPACE.isdisjoint(text):
        raise Rejected(Status.FORMAT_ERROR, "CertificateSigningRequest is empty or holds white space")
    try:
        octets = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise Rejected(Status.FORMAT_ERROR, "CertificateSigningRequest is not Base64") from error
    if base64.b64encode(octets).decode() != text:
        raise Rejected(Status.FORMAT_ERROR, "CertificateSigningRequest is not canonical Base64")
    return octets


def write_reply(reply: Reply) -> bytes:
    """The response document, UTF-8."""
    attribute = f" ID={quoteattr(reply.reference)}" if reply.reference is not None else ""
    return (
        f"<DeviceCertificateSigningResponse{attribute}>"
        f"<Version>{escape(reply.version)}</Version>"
        f"<Build>{escape(reply.build)}</Build>"
        f"<TransactionId>{reply.transaction}</TransactionId>"
        f"<Status>{reply.status}</Status>"
        f"{_outcome(reply)}"
        "</DeviceCertificateSigningResponse>"
    ).encode()


def _outcome(reply: Reply) -> str:
    if reply.certificate is not None:
        return f"<Certificate>{base64.b64encode(reply.certificate).decode()}</Certificate>"
    return (
        f"<Error><ErrorCode>{escape(reply.error_code)}</ErrorCode>"
        f"<ErrorText>{escape(reply.error_text)}</ErrorText></Error>"
    )
