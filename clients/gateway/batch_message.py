"""A batch's submission, from octets: as M-E has it, and wrong in exactly one named way."""

from __future__ import annotations

from binascii import b2a_base64
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from xml.sax.saxutils import quoteattr

from clients.gateway.xml_text import (
    ENTITY_EXPANSION,
    EXPANDING_ENTITY,
    INTERNAL_ENTITY,
    PROLOG,
    VERSION_ENTITY,
    document,
    document_type,
    external_entity,
    in_lines,
    with_pem_lines,
)

ROOT = "SubmitCSRBatch"
CSR = "DeviceCSR"
LONGEST_CSR_ID = 100
"""Characters of the ID of one Device CSR (M-E-REQ-d)."""
LONGEST_REFERENCE = 256
"""Characters of the ID of a submission (M-E-REQ-a)."""
_CSR = CSR.encode()
_VERSION = "<Version>1.0</Version>"
_PIECE_OCTETS = 65536

IdentifiedCsr = tuple[str, bytes]
"""The ID of a Device CSR in its batch, and the DER."""


def submission(reference: str, csrs: Iterable[IdentifiedCsr]) -> Iterator[bytes]:
    """The well-formed submission in pieces of some 64 KiB, for any number of Device CSRs.

    The IDs stand as they are given: whether they are names, and each another, is the caller's affair.
    """
    waiting = [f"{PROLOG}<{ROOT} ID={quoteattr(reference)}>{_VERSION}".encode()]
    size = 0
    for csr_id, der in csrs:
        element = b"<%b ID=%b>%b</%b>" % (
            _CSR,
            quoteattr(csr_id).encode(),
            b2a_base64(der, newline=False),
            _CSR,
        )
        waiting.append(element)
        size += len(element)
        if size >= _PIECE_OCTETS:
            yield b"".join(waiting)
            waiting, size = [], 0
    waiting.append(f"</{ROOT}>".encode())
    yield b"".join(waiting)


def one_csr_often(reference: str, der: bytes, count: int) -> Iterator[bytes]:
    """A submission of `count` times the same Device CSR, each with an ID of its own: for a batch that is
    refused by its size alone."""
    return submission(reference, ((csr_id(number), der) for number in range(count)))


def csr_id(number: int) -> str:
    """An ID for the Device CSR of that number, counted from 0: an XML name, and another for each."""
    return f"csr-{number + 1}"


@dataclass(frozen=True, slots=True)
class Parts:
    """What a small submission is made of: at least two Device CSRs, so that their IDs can be the same."""

    reference: str
    """The value of the attribute ID: the subscriber's own reference."""
    csrs: tuple[IdentifiedCsr, IdentifiedCsr, *tuple[IdentifiedCsr, ...]]

    @property
    def id_attribute(self) -> str:
        """The attribute ID with its value escaped."""
        return f"ID={quoteattr(self.reference)}"

    @property
    def csr_elements(self) -> str:
        """Every DeviceCSR, as M-E-REQ-c and M-E-REQ-d have it."""
        return "".join(_element(f"ID={quoteattr(name)}", _base64(der)) for name, der in self.csrs)

    @property
    def first_base64(self) -> str:
        """The first Device CSR in Base64, without lines."""
        return _base64(self.csrs[0][1])


def _base64(der: bytes) -> str:
    return b2a_base64(der, newline=False).decode("ascii")


def _element(attributes: str, content: str) -> str:
    return f"<{CSR} {attributes}>".replace(" >", ">") + f"{content}</{CSR}>"


def _document(content: str, attributes: str, root: str = ROOT, before: str = "") -> bytes:
    return document(content, attributes, root, before)


def _right(parts: Parts) -> bytes:
    return _document(_VERSION + parts.csr_elements, parts.id_attribute)


Fault = Callable[[Parts], bytes]


def _content(make: Callable[[Parts], str]) -> Fault:
    return lambda parts: _document(make(parts), parts.id_attribute)


def _attributes(make: Callable[[Parts], str]) -> Fault:
    return lambda parts: _document(_VERSION + parts.csr_elements, make(parts))


def _first_csr(make: Callable[[Parts], str]) -> Fault:
    """The first DeviceCSR replaced by what `make` gives, the others as they are."""
    return _content(
        lambda parts: _VERSION + make(parts) + parts.csr_elements[parts.csr_elements.index(f"<{CSR}", 1) :]
    )


def _first_id(value: str) -> Fault:
    return _first_csr(lambda parts: _element(f'ID="{value}"', parts.first_base64))


def _first_base64(make: Callable[[str], str]) -> Fault:
    return _first_csr(lambda parts: _element(f"ID={quoteattr(parts.csrs[0][0])}", make(parts.first_base64)))


NOT_WELL_FORMED: dict[str, Fault] = {
    "an empty body": lambda _: b"",
    "text that is not XML": lambda parts: f"ID={parts.reference}&CSR={parts.first_base64}".encode(),
    "JSON": lambda parts: f'{{"ID": "{parts.reference}", "CSR": ["{parts.first_base64}"]}}'.encode(),
    "XML cut after its first half": lambda parts: _right(parts)[: len(_right(parts)) // 2],
    "XML without its last end tag": lambda parts: _right(parts)[: -len(ROOT) - 3],
    "XML with octets that are not UTF-8": lambda parts: _right(parts).replace(
        b"</Version>", b"\xff\xfe</Version>"
    ),
    "XML with an undeclared entity": _content(lambda parts: f"<Version>&one;</Version>{parts.csr_elements}"),
    "XML with a second root element": lambda parts: _right(parts) + b"<Another/>",
}
"""Submissions that are not XML: the response cannot know their ID."""

WRONG_CSR_IDS: dict[str, Fault] = {
    "a DeviceCSR without ID": _first_csr(lambda parts: _element("", parts.first_base64)),
    "a DeviceCSR with an empty ID": _first_id(""),
    "a DeviceCSR with an ID of 101 characters": _first_id("I" * (LONGEST_CSR_ID + 1)),
    "a DeviceCSR with an ID that starts with a digit": _first_id("1st"),
    "a DeviceCSR with an ID that starts with a hyphen": _first_id("-first"),
    "a DeviceCSR with an ID that holds a space": _first_id("the first"),
    "a DeviceCSR with an ID that holds a colon": _first_id("csr:first"),
    "a DeviceCSR with an ID that holds a slash": _first_id("csr/first"),
    "two DeviceCSRs with one ID": _first_csr(
        lambda parts: _element(f"ID={quoteattr(parts.csrs[1][0])}", parts.first_base64)
    ),
}
"""Submissions with one ID that is no xs:ID of 1 to 100 characters (M-E-REQ-d)."""

SCHEMA_INVALID: dict[str, Fault] = WRONG_CSR_IDS | {
    "another root element": lambda parts: _document(
        _VERSION + parts.csr_elements, parts.id_attribute, root="SubmitBatch"
    ),
    "the root element of the Ad Hoc service": lambda parts: _document(
        _VERSION + parts.csr_elements, parts.id_attribute, root="DeviceCertificateSigningRequest"
    ),
    "the root element in a namespace": _attributes(
        lambda parts: f'xmlns="http://smki.example/csr" {parts.id_attribute}'
    ),
    "no Version": _content(lambda parts: parts.csr_elements),
    "Version twice": _content(lambda parts: _VERSION * 2 + parts.csr_elements),
    "Version 2.0": _content(lambda parts: "<Version>2.0</Version>" + parts.csr_elements),
    "an empty Version": _content(lambda parts: "<Version></Version>" + parts.csr_elements),
    "no DeviceCSR": _content(lambda _: _VERSION),
    "the DeviceCSRs before Version": _content(lambda parts: parts.csr_elements + _VERSION),
    "an unknown element between": _content(
        lambda parts: f"{_VERSION}<Priority>1</Priority>{parts.csr_elements}"
    ),
    "an unknown element at the end": _content(
        lambda parts: f"{_VERSION}{parts.csr_elements}<Priority>1</Priority>"
    ),
    "an unknown attribute": _attributes(lambda parts: f'{parts.id_attribute} Priority="1"'),
    "an unknown attribute of a DeviceCSR": _first_csr(
        lambda parts: _element(f'ID={quoteattr(parts.csrs[0][0])} Priority="1"', parts.first_base64)
    ),
    "no ID": _attributes(lambda _: ""),
    "an empty ID": _attributes(lambda _: 'ID=""'),
    "an ID of 257 characters": _attributes(lambda _: f'ID="{"R" * (LONGEST_REFERENCE + 1)}"'),
    "a CSR that is not Base64": _first_base64(lambda _: "#" * 372),
    "a CSR with BEGIN and END lines": _first_base64(with_pem_lines),
}
"""Submissions that are XML and break the schema of M-E."""

NOT_AS_AGREED: dict[str, Fault] = {
    "a CSR with line breaks": _first_base64(in_lines),
    "a CSR with spaces": _first_base64(lambda csr: " ".join((csr[:100], csr[100:200], csr[200:]))),
    "an empty CSR": _first_base64(lambda _: ""),
}
"""Submissions whose Base64 the schema's type lets pass and M-E-REQ-c does not. An RA may refuse the batch, or
take it and give the one CSR an error."""

MALFORMED = NOT_WELL_FORMED | SCHEMA_INVALID | NOT_AS_AGREED


def malformed_submission(name: str, parts: Parts) -> bytes:
    """The octets of a submission with the named fault. KeyError where there is no such fault."""
    return MALFORMED[name](parts)


def with_internal_entity(parts: Parts) -> bytes:
    """A submission that is right once an entity of its own document type is replaced by ``1.0``."""
    return _with_doctype(parts, INTERNAL_ENTITY, VERSION_ENTITY)


def with_external_entity(parts: Parts, location: str) -> bytes:
    """A submission whose Version would be the content of the resource at `location`: never ``1.0``."""
    return _with_doctype(parts, external_entity(location), VERSION_ENTITY)


def with_entity_expansion(parts: Parts) -> bytes:
    """A submission whose Version would be ten thousand million characters, from entities within entities."""
    return _with_doctype(parts, ENTITY_EXPANSION, EXPANDING_ENTITY)


def _with_doctype(parts: Parts, declarations: str, version: str) -> bytes:
    content = f"<Version>{version}</Version>{parts.csr_elements}"
    return _document(content, parts.id_attribute, before=document_type(ROOT, declarations))
