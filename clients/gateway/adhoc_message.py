"""The Ad Hoc service's request, from octets: as M-B has it, and wrong in exactly one named way."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from xml.sax.saxutils import quoteattr

from clients.gateway.xml_text import (
    ENTITY_EXPANSION,
    EXPANDING_ENTITY,
    INTERNAL_ENTITY,
    VERSION_ENTITY,
    document,
    document_type,
    external_entity,
    in_lines,
    with_pem_lines,
)

ROOT = "DeviceCertificateSigningRequest"
CSR = "CertificateSigningRequest"


@dataclass(frozen=True, slots=True)
class Parts:
    """What a request is made of."""

    reference: str
    """The value of the attribute ID: the subscriber's own reference."""
    csr: str
    """The Device CSR in Base64, without lines."""

    @property
    def version_element(self) -> str:
        """Version, as M-B-REQ-c has it."""
        return "<Version>1.0</Version>"

    @property
    def csr_element(self) -> str:
        """CertificateSigningRequest, as M-B-REQ-d has it."""
        return f"<{CSR}>{self.csr}</{CSR}>"

    @property
    def id_attribute(self) -> str:
        """The attribute ID with its value escaped."""
        return f"ID={quoteattr(self.reference)}"


def signing_request(parts: Parts) -> bytes:
    """The well-formed request."""
    return _document(parts.version_element + parts.csr_element, parts.id_attribute)


def _document(content: str, attributes: str, root: str = ROOT, before: str = "") -> bytes:
    return document(content, attributes, root, before)


Fault = Callable[[Parts], bytes]


def _content(make: Callable[[Parts], str]) -> Fault:
    return lambda parts: _document(make(parts), parts.id_attribute)


def _attributes(make: Callable[[Parts], str]) -> Fault:
    return lambda parts: _document(parts.version_element + parts.csr_element, make(parts))


def _with_csr(make: Callable[[str], str]) -> Fault:
    return _content(lambda parts: f"{parts.version_element}<{CSR}>{make(parts.csr)}</{CSR}>")


NOT_WELL_FORMED: dict[str, Fault] = {
    "an empty body": lambda _: b"",
    "text that is not XML": lambda parts: f"ID={parts.reference}&CSR={parts.csr}".encode(),
    "JSON": lambda parts: f'{{"ID": "{parts.reference}", "CSR": "{parts.csr}"}}'.encode(),
    "XML cut after its first half": lambda parts: signing_request(parts)[: len(signing_request(parts)) // 2],
    "XML without its last end tag": lambda parts: signing_request(parts)[: -len(ROOT) - 3],
    "XML with octets that are not UTF-8": lambda parts: signing_request(parts).replace(
        b"</Version>", b"\xff\xfe</Version>"
    ),
    "XML with an undeclared entity": _content(lambda parts: f"<Version>&one;</Version>{parts.csr_element}"),
    "XML with a second root element": lambda parts: signing_request(parts) + b"<Another/>",
}
"""Requests that are not XML: the response cannot know their ID."""

SCHEMA_INVALID: dict[str, Fault] = {
    "another root element": lambda parts: _document(
        parts.version_element + parts.csr_element, parts.id_attribute, root="SigningRequest"
    ),
    "the root element in a namespace": _attributes(
        lambda parts: f'xmlns="http://smki.example/csr" {parts.id_attribute}'
    ),
    "no Version": _content(lambda parts: parts.csr_element),
    "Version twice": _content(lambda parts: parts.version_element * 2 + parts.csr_element),
    "Version 2.0": _content(lambda parts: "<Version>2.0</Version>" + parts.csr_element),
    "an empty Version": _content(lambda parts: "<Version></Version>" + parts.csr_element),
    "no CertificateSigningRequest": _content(lambda parts: parts.version_element),
    "CertificateSigningRequest twice": _content(lambda parts: parts.version_element + parts.csr_element * 2),
    "CertificateSigningRequest before Version": _content(
        lambda parts: parts.csr_element + parts.version_element
    ),
    "an unknown element between": _content(
        lambda parts: f"{parts.version_element}<Priority>1</Priority>{parts.csr_element}"
    ),
    "an unknown element at the end": _content(
        lambda parts: f"{parts.version_element}{parts.csr_element}<Priority>1</Priority>"
    ),
    "an unknown attribute": _attributes(lambda parts: f'{parts.id_attribute} Priority="1"'),
    "no ID": _attributes(lambda _: ""),
    "an empty ID": _attributes(lambda _: 'ID=""'),
    "an ID of 33 characters": _attributes(lambda _: f'ID="{"R" * 33}"'),
    "a CSR that is not Base64": _with_csr(lambda _: "#" * 372),
    "a CSR with BEGIN and END lines": _with_csr(with_pem_lines),
}
"""Requests that are XML and break the schema of M-B."""

NOT_AS_AGREED: dict[str, Fault] = {
    "a CSR with line breaks": _with_csr(in_lines),
    "a CSR with spaces": _with_csr(lambda csr: " ".join((csr[:100], csr[100:200], csr[200:]))),
    "an empty CSR": _with_csr(lambda _: ""),
}
"""Requests whose Base64 the schema's type lets pass and M-F-DEV-g does not."""

MALFORMED = NOT_WELL_FORMED | SCHEMA_INVALID | NOT_AS_AGREED


def malformed_request(name: str, parts: Parts) -> bytes:
    """The octets of a request with the named fault. KeyError where there is no such fault."""
    return MALFORMED[name](parts)


def with_internal_entity(parts: Parts) -> bytes:
    """A request that is right once an entity of its own document type is replaced by ``1.0``."""
    return _with_doctype(parts, INTERNAL_ENTITY, VERSION_ENTITY)


def with_external_entity(parts: Parts, location: str) -> bytes:
    """A request whose Version would be the content of the resource at `location`: never ``1.0``."""
    return _with_doctype(parts, external_entity(location), VERSION_ENTITY)


def with_entity_expansion(parts: Parts) -> bytes:
    """A request whose Version would be ten thousand million characters, from entities within entities."""
    return _with_doctype(parts, ENTITY_EXPANSION, EXPANDING_ENTITY)


def _with_doctype(parts: Parts, declarations: str, version: str) -> bytes:
    content = f"<Version>{version}</Version>{parts.csr_element}"
    return _document(content, parts.id_attribute, before=document_type(ROOT, declarations))


def very_large(parts: Parts, octets: int) -> bytes:
    """A request of about `octets` octets: well-formed XML and Base64, and no CSR."""
    return _with_csr(lambda _: "AAAA" * (octets // 4))(parts)
