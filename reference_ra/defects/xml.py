"""Defects in how a request's XML is checked (M-2.4.1.2-a, M-B)."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable
from dataclasses import replace

from lxml import etree

from reference_ra.adjust import with_schema
from reference_ra.alterations import Alter, defect
from reference_ra.messages import REQUEST_ROOT, Rejected, Status
from reference_ra.policies import Policies

_RELATED = ("M-A-FORMAT_ERROR", "M-B-REQ-*", "M-2.4.GO-e", "M-2.4.1.2-c")


def _xml_defect(name: str, summary: str, *also: str, extra: bool = False) -> Callable[[Alter], Alter]:
    return defect(name, summary, breaks=("M-2.4.1.2-a", *also), related=_RELATED, extra=extra)


_VERSION = '<xs:element name="Version" type="ServiceVersion"/>\n        <xs:element name="Cert'
_CSR = '<xs:element name="CertificateSigningRequest" type="xs:base64Binary"/>'


@_xml_defect("accepts-any-version", "A request of another Version is accepted.", "M-B-REQ-c")
def accepts_any_version(policies: Policies) -> Policies:
    """Take any text for the version."""
    return with_schema(policies, ('<xs:enumeration value="1.0"/>', ""))


@_xml_defect("accepts-missing-version", "A request without Version is accepted.", "M-B-REQ-c", extra=True)
def accepts_missing_version(policies: Policies) -> Policies:
    """Make Version optional."""
    return with_schema(policies, (_VERSION, _VERSION.replace("/>", ' minOccurs="0"/>')))


@_xml_defect("accepts-repeated-version", "A request with Version twice is accepted.", "M-B-REQ-c")
def accepts_repeated_version(policies: Policies) -> Policies:
    """Let Version be repeated."""
    return with_schema(policies, (_VERSION, _VERSION.replace("/>", ' maxOccurs="9"/>')))


@_xml_defect("accepts-repeated-csr", "A request with two Device CSRs is accepted.", "M-B-REQ-d", extra=True)
def accepts_repeated_csr(policies: Policies) -> Policies:
    """Take the first of several."""
    return with_schema(policies, (_CSR, _CSR.replace("/>", ' maxOccurs="9"/>')))


@_xml_defect("accepts-reordered-elements", "The elements of a request may come in another order.")
def accepts_reordered_elements(policies: Policies) -> Policies:
    """Ask for the elements in any order."""
    start = f"<xs:sequence>\n        {_VERSION}"
    end = '</xs:sequence>\n      <xs:attribute name="ID" type="Reference" use="required"/>'
    return with_schema(
        policies,
        (start, start.replace("sequence", "all")),
        (end, end.replace("sequence", "all")),
    )


@_xml_defect("accepts-unknown-elements", "Elements that the schema does not know are overlooked.")
def accepts_unknown_elements(policies: Policies) -> Policies:
    """Throw unknown elements away before the schema sees them."""

    def validate(root: etree._Element, schema: etree.XMLSchema) -> None:
        for child in list(root):
            if child.tag not in ("Version", "CertificateSigningRequest"):
                root.remove(child)
        policies.validate(root, schema)

    return replace(policies, validate=validate)


@_xml_defect("accepts-missing-id", "A request without ID is accepted.", "M-B-REQ-a")
def accepts_missing_id(policies: Policies) -> Policies:
    """Make ID optional."""
    return with_schema(policies, ('use="required"', 'use="optional"'))


@_xml_defect("accepts-empty-id", "A request with an empty ID is accepted.", "M-B-REQ-a", extra=True)
def accepts_empty_id(policies: Policies) -> Policies:
    """Set no least length."""
    return with_schema(policies, ('<xs:minLength value="1"/>\n      <xs:maxLength value="32"/>', ""))


@_xml_defect(
    "accepts-overlong-id", "A request with an ID of more than 32 characters is accepted.", "M-B-REQ-a"
)
def accepts_overlong_id(policies: Policies) -> Policies:
    """Set no greatest length."""
    return with_schema(policies, ('<xs:maxLength value="32"/>', ""))


@_xml_defect("accepts-other-root", "The root element may bear any name.", "M-B-REQ-a")
def accepts_other_root(policies: Policies) -> Policies:
    """Rename the root before the schema sees it."""

    def validate(root: etree._Element, schema: etree.XMLSchema) -> None:
        root.tag = REQUEST_ROOT
        policies.validate(root, schema)

    return replace(policies, validate=validate)


@_xml_defect("accepts-any-namespace", "The elements of a request may be in any namespace.", "M-MSG-a")
def accepts_any_namespace(policies: Policies) -> Policies:
    """Look at local names alone."""

    def parse_xml(body: bytes) -> etree._Element:
        root = policies.parse_xml(body)
        for element in root.iter():
            element.tag = etree.QName(element).localname
        return root

    return replace(policies, parse_xml=parse_xml)


@_xml_defect(
    "accepts-broken-xml", "XML that is not well formed is repaired, and a truncated request accepted."
)
def accepts_broken_xml(policies: Policies) -> Policies:
    """Parse in recovery mode."""

    def parse_xml(body: bytes) -> etree._Element:
        try:
            return policies.parse_xml(body)
        except Rejected:
            parser = etree.XMLParser(recover=True, resolve_entities=False, no_network=True)
            root = etree.fromstring(body, parser)
            if root is None or root.getroottree().docinfo.internalDTD is not None:
                raise
            return root

    return replace(policies, parse_xml=parse_xml)


@_xml_defect("accepts-text-after-root", "What follows the end of the root element is overlooked.", extra=True)
def accepts_text_after_root(policies: Policies) -> Policies:
    """Cut the body where the root element ends."""
    end = f"</{REQUEST_ROOT}>".encode()

    def parse_xml(body: bytes) -> etree._Element:
        head, found, _ = body.partition(end)
        return policies.parse_xml(head + found)

    return replace(policies, parse_xml=parse_xml)


@_xml_defect(
    "expands-internal-entities", "A document type is accepted, and its internal entities are expanded."
)
def expands_internal_entities(policies: Policies) -> Policies:
    """Parse with a parser that expands, within the library's own limits."""

    def parse_xml(body: bytes) -> etree._Element:
        try:
            return etree.fromstring(body, etree.XMLParser(resolve_entities="internal", no_network=True))  # type: ignore[arg-type]
        except etree.XMLSyntaxError:
            return policies.parse_xml(body)

    return replace(policies, parse_xml=parse_xml)


@_xml_defect(
    "discloses-external-entities", "An external entity is read, and an ErrorText shows what it holds."
)
def discloses_external_entities(policies: Policies) -> Policies:
    """Parse with a parser that fetches, and quote the document in the error."""

    def parse_xml(body: bytes) -> etree._Element:
        try:
            return etree.fromstring(
                body, etree.XMLParser(resolve_entities=True, load_dtd=True, no_network=True)
            )
        except etree.XMLSyntaxError:
            return policies.parse_xml(body)

    def validate(root: etree._Element, schema: etree.XMLSchema) -> None:
        try:
            policies.validate(root, schema)
        except Rejected as rejected:
            said = " ".join(str(root.xpath("string()")).split())
            raise Rejected(Status.FORMAT_ERROR, f"{rejected.text}: '{said[:2000]}'") from rejected

    return replace(policies, parse_xml=parse_xml, validate=validate)


@_xml_defect(
    "exhausted-by-entities", "The expansion of nested entities exhausts its memory, an internal error."
)
def exhausted_by_entities(policies: Policies) -> Policies:
    """Fail as a parser without limits does, yet harmlessly."""

    def parse_xml(body: bytes) -> etree._Element:
        if len(re.findall(rb"<!ENTITY\s", body)) > 2:
            raise MemoryError
        return policies.parse_xml(body)

    return replace(policies, parse_xml=parse_xml)


@_xml_defect("fails-on-empty-body", "An empty body ends in an internal error.")
def fails_on_empty_body(policies: Policies) -> Policies:
    """Look at the first octet before there is one."""

    def parse_xml(body: bytes) -> etree._Element:
        if body[0] != ord("<"):
            raise Rejected(Status.FORMAT_ERROR, "The request is not XML")
        return policies.parse_xml(body)

    return replace(policies, parse_xml=parse_xml)


@_xml_defect(
    "exhausted-by-large-document", "The requests after one past its size limit end in an internal error."
)
def exhausted_by_large_document(policies: Policies) -> Policies:
    """Fail three times as an RA short of memory does: a client may send again what failed once."""
    failures_left = [0]

    def reference(root: etree._Element | None, rejected: Rejected) -> str | None:
        if "too large" in rejected.text:
            failures_left[0] = 3
        return policies.reference_when_malformed(root, rejected)

    def parse_xml(body: bytes) -> etree._Element:
        if failures_left[0]:
            failures_left[0] -= 1
            raise MemoryError
        return policies.parse_xml(body)

    return replace(policies, parse_xml=parse_xml, reference_when_malformed=reference)


@_xml_defect(
    "accepts-white-space-in-csr", "White space within the Base64 of a CSR is overlooked.", "M-B-REQ-d"
)
def accepts_white_space_in_csr(policies: Policies) -> Policies:
    """Take the white space away."""
    return replace(policies, csr_octets=lambda text: policies.csr_octets("".join(text.split())))


@_xml_defect("accepts-pem-lines", "A CSR with its BEGIN and END lines is accepted.", "M-B-REQ-d")
def accepts_pem_lines(policies: Policies) -> Policies:
    """Take the lines away."""
    text_type = with_schema(policies, (_CSR, _CSR.replace("base64Binary", "string")))

    def csr_octets(text: str) -> bytes:
        inner = re.fullmatch(r"\s*-----BEGIN [A-Z ]+-----(.*)-----END [A-Z ]+-----\s*", text, re.DOTALL)
        return policies.csr_octets("".join(inner[1].split()) if inner else text)

    return replace(text_type, csr_octets=csr_octets)


@_xml_defect("accepts-loose-base64", "Characters outside the Base64 alphabet are overlooked.", "M-B-REQ-d")
def accepts_loose_base64(policies: Policies) -> Policies:
    """Decode whatever can be decoded."""
    text_type = with_schema(policies, (_CSR, _CSR.replace("base64Binary", "string")))

    def csr_octets(text: str) -> bytes:
        try:
            return policies.csr_octets(text)
        except Rejected:
            if "-----" in text or set(text) & set(" \t\r\n"):
                raise
            return base64.b64decode(re.sub(r"[^A-Za-z0-9+/]", "", text) + "==")

    return replace(text_type, csr_octets=csr_octets)


@defect(
    "format-error-as-csr-error",
    "A request whose XML is wrong is answered with CSR_ERROR.",
    breaks=["M-A-FORMAT_ERROR"],
    related=["M-2.4.1.2-a", "M-B-REQ-*", "M-2.4.1.2-c", "M-MSG-*"],
)
def format_error_as_csr_error(policies: Policies) -> Policies:
    """Give the wrong status."""

    def validate(root: etree._Element, schema: etree.XMLSchema) -> None:
        try:
            policies.validate(root, schema)
        except Rejected as rejected:
            raise Rejected(Status.CSR_ERROR, rejected.text) from rejected

    return replace(policies, validate=validate)


@defect(
    "echoes-id-of-broken-xml",
    "A request that is not well formed is answered with an ID all the same.",
    breaks=["M-B-RSP-a"],
    related=["M-2.4.1.2-a", "M-A-FORMAT_ERROR", "M-B-REQ-b"],
)
def echoes_id_of_broken_xml(policies: Policies) -> Policies:
    """Make up an ID."""
    return replace(policies, reference_when_malformed=lambda *_: "unknown")


@defect(
    "refuses-32-character-id",
    "An ID of 32 characters is refused.",
    breaks=["M-B-REQ-a"],
    related=["M-B-REQ-b", "M-B-RSP-a"],
)
def refuses_32_character_id(policies: Policies) -> Policies:
    """Stop one short."""
    return with_schema(policies, ('<xs:maxLength value="32"/>', '<xs:maxLength value="31"/>'))


@defect(
    "refuses-1-character-id",
    "An ID of one character is refused.",
    breaks=["M-B-REQ-a"],
    related=["M-B-REQ-b", "M-B-RSP-a"],
    extra=True,
)
def refuses_1_character_id(policies: Policies) -> Policies:
    """Begin one late."""
    edit = ('"1"/>\n      <xs:maxLength value="32"/>', '"2"/>\n      <xs:maxLength value="32"/>')
    return with_schema(policies, edit)


@defect(
    "refuses-escaped-id",
    "An ID with characters that XML escapes is refused.",
    breaks=["M-B-REQ-a"],
    related=["M-B-REQ-b", "M-B-RSP-a"],
)
def refuses_escaped_id(policies: Policies) -> Policies:
    """Allow letters, digits and a few signs only."""
    limit = '<xs:maxLength value="32"/>'
    return with_schema(policies, (limit, limit + '<xs:pattern value="[^&lt;&gt;&amp;]*"/>'))
