"""Reading a response of the Ad Hoc Device CSR Web Service (Appendix M8.0, M-B), whatever an RA sent.

Reading is lenient where a verdict wants to look further: names count without their namespace, the first
element of a name is taken, and a certificate is decoded in spite of PEM lines. The form is judged by
`checks.adhoc`.
"""

from __future__ import annotations

import re
from base64 import b64decode
from dataclasses import dataclass

from lxml import etree

from checks.finding import Finding

ROOT = "DeviceCertificateSigningResponse"
MAXIMUM_OCTETS = 1024 * 1024
"""A response holds one certificate; this is far beyond any that does."""

NIL = "{http://www.w3.org/2001/XMLSchema-instance}nil"

_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
# A document type may follow the declaration, comments and processing instructions. Atomic and possessive
# groups: the time is linear in the prolog, however it is written.
_DOCUMENT_TYPE = re.compile(rb"(?>\s|<\?.*?\?>|<!--.*?-->)*+<!DOCTYPE", re.DOTALL)
_HTML = re.compile(rb"\s*(?:<!DOCTYPE\s+html|<html)", re.IGNORECASE)
_INTEGER = re.compile(r"\+?[0-9]{1,1000}")
_XML_SPACE = " \t\r\n"


class ResponseUnreadable(ValueError):
    """The body is no message that could be read further; its text says why."""

    def __init__(self, reason: str, requirement: str, expected: str) -> None:
        """`requirement` is the one that asks for `expected`."""
        super().__init__(reason)
        self.requirement = requirement
        self.expected = expected

    def finding(self) -> Finding:
        """The finding that this response is."""
        return Finding(self.requirement, self.expected, str(self), "response body")


@dataclass(frozen=True, slots=True)
class AdHocResponse:
    """A response as it was read; None stands for what is absent."""

    id: str | None
    version: str | None
    build: str | None
    transaction_id: int | None
    """None also where it is not an integer."""
    status: str | None
    certificate: bytes | None
    """DER; None also where it cannot be decoded."""
    certificate_text: str | None
    """The content of `Certificate` as it stands."""
    error_code: str | None
    error_text: str | None


def read_response(body: bytes) -> AdHocResponse:
    """Read the body of an HTTP response. Raises ResponseUnreadable."""
    return extract(parse(body))


def parse(body: bytes) -> etree._Element:
    """The root element, whose local name is that of a response. Raises ResponseUnreadable."""
    _refuse_early(body)
    parser = etree.XMLParser(
        encoding="utf-8",
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        root = etree.fromstring(body, parser)
    except etree.XMLSyntaxError as error:
        raise ResponseUnreadable(
            f"not well-formed XML: {error.msg}", "M-2.4.GO-c", "an XML response"
        ) from None
    if local_name(root) != ROOT:
        raise ResponseUnreadable(
            f"root element {local_name(root)[:100]}", "M-B-RSP-a", f"root element {ROOT}"
        )
    return root


def _refuse_early(body: bytes) -> None:
    """Refuse what needs no XML parser to be refused, or should not come near one."""
    expected = "an XML response"
    if not body.strip():
        raise ResponseUnreadable(f"a body of {len(body)} octets without content", "M-2.4.GO-c", expected)
    if len(body) > MAXIMUM_OCTETS:
        raise ResponseUnreadable(f"{len(body)} octets, more than {MAXIMUM_OCTETS}", "M-2.4.GO-c", expected)
    if _HTML.match(body):
        raise ResponseUnreadable("HTML", "M-2.4.GO-c", expected)
    try:
        body.decode("utf-8")
    except UnicodeDecodeError as error:
        reason = f"octet {error.start} is {body[error.start]:02X}, not UTF-8"
        raise ResponseUnreadable(reason, "M-A-HTTP-b", "a response in UTF-8") from None
    if _DOCUMENT_TYPE.match(body.removeprefix(_BYTE_ORDER_MARK)):
        raise ResponseUnreadable("a document type declaration", "M-2.4.GO-c", "XML without a document type")


def extract(root: etree._Element) -> AdHocResponse:
    """The fields of a response."""
    certificate = child(root, "Certificate")
    certificate_text = None if certificate is None else text_of(certificate)
    error = child(root, "Error")
    return AdHocResponse(
        id=root.get("ID"),
        version=_text(root, "Version"),
        build=_text(root, "Build"),
        transaction_id=positive_or_zero(_text(root, "TransactionId")),
        status=_text(root, "Status"),
        certificate=None if certificate_text is None else _decode(certificate_text),
        certificate_text=certificate_text,
        error_code=None if error is None else _text(error, "ErrorCode"),
        error_text=None if error is None else _text(error, "ErrorText"),
    )


def local_name(element: etree._Element) -> str:
    """The element's name without its namespace."""
    return etree.QName(element).localname


def child(parent: etree._Element, name: str) -> etree._Element | None:
    """The first child of that local name."""
    return next((element for element in parent if local_name(element) == name), None)


def text_of(element: etree._Element) -> str:
    """All character data in the element."""
    return "".join(map(str, element.itertext()))


def _text(parent: etree._Element, name: str) -> str | None:
    element = child(parent, name)
    return None if element is None else text_of(element)


def positive_or_zero(text: str | None) -> int | None:
    """The value of an xs:nonNegativeInteger, of at most 1000 digits; None of anything else."""
    collapsed = (text or "").strip(_XML_SPACE)
    return int(collapsed) if _INTEGER.fullmatch(collapsed) else None


def _decode(text: str) -> bytes | None:
    """Base64 decoded as by one who wants to see the certificate: without PEM lines and white space."""
    lines = (line for line in text.splitlines() if not line.strip().startswith("-----"))
    try:
        return b64decode("".join("".join(lines).split()), validate=True) or None
    except ValueError:
        return None
