"""Reading the documents of the Repository's Web Service (Appendix O), whatever an RA sent.

The schema is not at hand. So names count without a namespace, elements may stand in any order, and what is
not known is passed over. Reading is lenient where a verdict wants to look further: the first element of a
name is taken, and a certificate is decoded in spite of PEM lines.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from lxml import etree

from checks.finding import Finding
from checks.message import (
    SAFE_XML,
    ResponseUnreadable,
    child,
    child_text,
    decode_certificate,
    has_document_type,
    is_html,
    local_name,
    shown,
)

MAXIMUM_OCTETS = 16 * 1024 * 1024
"""A search may find the certificates of many years; this is far beyond what a client would take."""
HEAD = ("ResponseCode", "ResponseMessage", "AuditReference")
SUCCESS_CODE, SUCCESS_MESSAGE = "200", "Success"
SERIAL_DIGITS = 32

Kind = Literal["organisation", "device"]
"""Whose certificates are looked for."""
NAME_ELEMENTS: dict[Kind, str] = {
    "organisation": "CertificateSubjectName",
    "device": "CertificateSubjectAltName",
}


@dataclass(frozen=True, slots=True)
class Asked:
    """What a search asked for."""

    kind: Kind
    eui64: bytes
    """8 octets."""

    @property
    def text(self) -> str:
        """The EUI-64 as the Repository writes it."""
        return eui64_text(self.eui64)


@dataclass(frozen=True, slots=True)
class CertificateRow:
    """What a document says of one certificate, without the white space around it; None: absent."""

    subject_name: str | None
    """CertificateSubjectName: an organisation's EUI-64."""
    subject_alt_name: str | None
    """CertificateSubjectAltName: a Device's EUI-64."""
    serial: str | None
    status: str | None
    role: str | None
    usage: str | None
    manufacturing: str | None
    """ManufacturingFlag."""
    certificate: bytes | None = None
    """DER from CertificateBody; None also where it cannot be decoded."""


@dataclass(frozen=True, slots=True)
class Head:
    """What stands before the certificates, without the white space around it; None: absent."""

    code: str | None
    message: str | None
    audit: str | None


def eui64_text(eui64: bytes) -> str:
    """Hyphenated upper-case octets (O-WS-b, G-EUI-b)."""
    return eui64.hex("-").upper()


def serial_text(serial: int) -> str:
    """A serial number as the Repository writes it: 32 upper-case hexadecimal digits (O-WS-d)."""
    return f"{serial:0{SERIAL_DIGITS}X}"


def parse(body: bytes, root_name: str, requirement: str) -> etree._Element:
    """The root element, whose local name is `root_name`, as `requirement` asks. Raises ResponseUnreadable."""
    expected = f"a {root_name}"
    _refuse_early(body, requirement, expected)
    try:
        root = etree.fromstring(body, etree.XMLParser(**SAFE_XML))
    except etree.XMLSyntaxError as error:
        raise ResponseUnreadable(f"not well-formed XML: {error.msg}", requirement, expected) from None
    if root.getroottree().docinfo.internalDTD is not None:
        raise ResponseUnreadable("a document type declaration", requirement, expected)
    if local_name(root) != root_name:
        raise ResponseUnreadable(f"root element {shown(local_name(root))}", requirement, expected)
    return root


def _refuse_early(body: bytes, requirement: str, expected: str) -> None:
    """Refuse what needs no XML parser to be refused, or should not come near one."""
    reason = None
    if not body.strip():
        reason = f"a body of {len(body)} octets without content"
    elif len(body) > MAXIMUM_OCTETS:
        reason = f"{len(body)} octets, more than {MAXIMUM_OCTETS}"
    elif is_html(body):
        reason = "HTML"
    elif has_document_type(body):
        reason = "a document type declaration"
    if reason is not None:
        raise ResponseUnreadable(reason, requirement, expected)


def read_head(root: etree._Element) -> Head:
    """The fields before the certificates."""
    return Head(*(_value(root, name) for name in HEAD))


def read_row(element: etree._Element) -> CertificateRow:
    """The fields of a Result or a CertificateResponse."""
    body = child_text(element, "CertificateBody")
    return CertificateRow(
        subject_name=_value(element, "CertificateSubjectName"),
        subject_alt_name=_value(element, "CertificateSubjectAltName"),
        serial=_value(element, "CertificateSerial"),
        status=_value(element, "CertificateStatus"),
        role=_value(element, "CertificateRole"),
        usage=_value(element, "CertificateUsage"),
        manufacturing=_value(element, "ManufacturingFlag"),
        certificate=None if body is None else decode_certificate(body),
    )


def _value(parent: etree._Element, name: str) -> str | None:
    text = child_text(parent, name)
    return None if text is None else text.strip()


def children(parent: etree._Element, name: str) -> list[etree._Element]:
    """All children of that local name."""
    return [element for element in parent if local_name(element) == name]


def judge_success(status_code: int, content_type: str | None) -> Iterator[Finding]:
    """O-WS-f, of the HTTP response: 200 and application/xml, with no character set other than UTF-8."""
    if status_code != 200:
        yield Finding("O-WS-f", "HTTP 200", f"HTTP {status_code}", "HTTP status")
    media_type, *parameters = (content_type or "").split(";")
    pairs = (parameter.partition("=") for parameter in parameters)
    charsets = {
        value.strip().strip('"').lower() for name, _, value in pairs if name.strip().lower() == "charset"
    }
    if media_type.strip().lower() != "application/xml" or not charsets <= {"utf-8"}:
        observed = "absent" if content_type is None else shown(content_type)
        yield Finding("O-WS-f", "application/xml; charset=utf-8", observed, "header Content-Type")


def judge_head(root: etree._Element, requirement: str) -> Iterator[Finding]:
    """ResponseCode, ResponseMessage and AuditReference, each once (`requirement`), and saying success."""
    for name in HEAD:
        if (count := len(children(root, name))) != 1:
            yield Finding(requirement, f"{name} once", f"{count} times", name)
    head = read_head(root)
    if head.code is not None and head.code != SUCCESS_CODE:
        yield Finding("O-WS-f", f"ResponseCode {SUCCESS_CODE}", shown(head.code) or "empty", "ResponseCode")
    if head.message is not None and head.message.casefold() != SUCCESS_MESSAGE.casefold():
        observed = shown(head.message) or "empty"
        yield Finding("O-WS-f", f"ResponseMessage {SUCCESS_MESSAGE}", observed, "ResponseMessage")


def has_certificate(element: etree._Element) -> bool:
    """Whether a Result or a CertificateResponse says anything of a certificate."""
    return child(element, "CertificateSerial") is not None or child(element, "CertificateBody") is not None
