"""Reading a response of the Ad Hoc Device CSR Web Service (Appendix M8.0, M-B), whatever an RA sent.

Reading is lenient where a verdict wants to look further: names count without their namespace, the first
element of a name is taken, and a certificate is decoded in spite of PEM lines. The form is judged by
`checks.adhoc`.
"""

from __future__ import annotations

from dataclasses import dataclass

from lxml import etree

from checks.message import (
    SAFE_XML,
    ResponseUnreadable,
    child,
    child_text,
    decode_certificate,
    has_document_type,
    is_html,
    local_name,
    positive_or_zero,
    text_of,
)

ROOT = "DeviceCertificateSigningResponse"
MAXIMUM_OCTETS = 1024 * 1024
"""A response holds one certificate; this is far beyond any that does."""


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
    error_code: str | None
    error_text: str | None


def read_response(body: bytes) -> AdHocResponse:
    """Read the body of an HTTP response. Raises ResponseUnreadable."""
    return extract(parse(body))


def parse(body: bytes) -> etree._Element:
    """The root element, whose local name is that of a response. Raises ResponseUnreadable."""
    _refuse_early(body)
    parser = etree.XMLParser(encoding="utf-8", **SAFE_XML)
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
    if is_html(body):
        raise ResponseUnreadable("HTML", "M-2.4.GO-c", expected)
    try:
        body.decode("utf-8")
    except UnicodeDecodeError as error:
        reason = f"octet {error.start} is {body[error.start]:02X}, not UTF-8"
        raise ResponseUnreadable(reason, "M-A-HTTP-b", "a response in UTF-8") from None
    if has_document_type(body):
        raise ResponseUnreadable("a document type declaration", "M-2.4.GO-c", "XML without a document type")


def extract(root: etree._Element) -> AdHocResponse:
    """The fields of a response."""
    certificate = child(root, "Certificate")
    certificate_text = None if certificate is None else text_of(certificate)
    error = child(root, "Error")
    return AdHocResponse(
        id=root.get("ID"),
        version=child_text(root, "Version"),
        build=child_text(root, "Build"),
        transaction_id=positive_or_zero(child_text(root, "TransactionId")),
        status=child_text(root, "Status"),
        certificate=None if certificate_text is None else decode_certificate(certificate_text),
        error_code=None if error is None else child_text(error, "ErrorCode"),
        error_text=None if error is None else child_text(error, "ErrorText"),
    )
