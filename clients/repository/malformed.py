"""The Repository Web Service's requests, wrong in exactly one named way, from octets.

A fault takes the right request that it spoils. Which answer each deserves is for the scenarios: what is not
well-formed or another document is refused somehow, bad parameters with HTTP 401 (O-WS-h), and a text that
is hostile and no identifier finds nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from clients.gateway.xml_text import (
    ENTITY_EXPANSION,
    EXPANDING_ENTITY,
    VERSION_ENTITY,
    document,
    document_type,
    external_entity,
)
from clients.repository.messages import ALT_NAME, NAME, RETRIEVE, SEARCH, SERIAL, element

ENTITY = VERSION_ENTITY
"""The reference to the entity that `external_entity` declares."""


@dataclass(frozen=True, slots=True)
class Parts:
    """What a right request is made of: a root, and one element with a value."""

    root: str
    name: str
    value: str

    @property
    def content(self) -> str:
        """The element with its value."""
        return element(self.name, self.value)

    @property
    def octets(self) -> bytes:
        """The right request."""
        return document(self.content, "", self.root)

    def holding(self, content: str) -> bytes:
        """The request with other markup in its root."""
        return document(content, "", self.root)

    def saying(self, value: str) -> bytes:
        """The request with another value, any text."""
        return self.holding(element(self.name, value))


def organisation_parts(eui64: str) -> Parts:
    """A search for an organisation's certificates, by its EUI-64 as the service has it."""
    return Parts(SEARCH, NAME, eui64)


def device_parts(eui64: str) -> Parts:
    """A search for a Device's certificates, by its EUI-64 as the service has it."""
    return Parts(SEARCH, ALT_NAME, eui64)


def retrieval_parts(serial: str) -> Parts:
    """A retrieval by serial number, 32 upper-case hexadecimal digits."""
    return Parts(RETRIEVE, SERIAL, serial)


Fault = Callable[[Parts], bytes]
Change = Callable[[str], str]

NOT_WELL_FORMED: dict[str, Fault] = {
    "an empty body": lambda _: b"",
    "text that is not XML": lambda parts: f"{parts.name}={parts.value}".encode(),
    "JSON": lambda parts: f'{{"{parts.root}": {{"{parts.name}": "{parts.value}"}}}}'.encode(),
    "XML cut after its first half": lambda parts: parts.octets[: len(parts.octets) // 2],
    "XML without its last end tag": lambda parts: parts.octets[: -len(parts.root) - 3],
    "XML with octets that are not UTF-8": lambda parts: parts.octets.replace(b"</", b"\xff\xfe</", 1),
    "XML with an undeclared entity": lambda parts: parts.holding(f"<{parts.name}>&one;</{parts.name}>"),
    "XML with a reference to NUL": lambda parts: parts.holding(
        f"<{parts.name}>{parts.value}&#0;</{parts.name}>"
    ),
    "XML with a second root element": lambda parts: parts.octets + b"<Another/>",
}
"""Requests that are not XML."""

WRONG_DOCUMENTS: dict[str, Fault] = {
    "another root element": lambda parts: document(parts.content, "", "CertificateRequest"),
    "the element as the root": lambda parts: document(parts.value, "", parts.name),
    "no element": lambda parts: parts.holding(""),
    "another element": lambda parts: parts.holding(element("Certificate", parts.value)),
    "an element within the element": lambda parts: parts.holding(
        f"<{parts.name}>{parts.content}</{parts.name}>"
    ),
    "an empty element": lambda parts: parts.saying(""),
    "white space alone": lambda parts: parts.saying(" \n "),
}
"""Requests that are XML and ask for nothing: bad parameters."""


BAD_NAMES: dict[str, Change] = {
    "7 octets": lambda text: text[:-3],
    "9 octets": lambda text: f"{text}-00",
    "a digit too few": lambda text: text[:-1],
    "a digit that is not hexadecimal": lambda text: f"{text[:-1]}G",
    "digits of another script": lambda text: f"{text[:-1]}\N{ARABIC-INDIC DIGIT FIVE}",
    "a word": lambda _: "supplier",
}
"""Texts that are no EUI-64, from one that is."""

NAMES_OF_ANOTHER_FORM: dict[str, Change] = {
    "lower case": str.lower,
    "no hyphens": lambda text: text.replace("-", ""),
    "colons": lambda text: text.replace("-", ":"),
    "spaces": lambda text: text.replace("-", " "),
    "white space around it": lambda text: f" {text}\n",
}
"""The same EUI-64 in another form than O-WS-b has; lower case differs only where there are letters in it."""

BAD_SERIALS: dict[str, Change] = {
    "31 digits": lambda text: text[1:],
    "33 digits": lambda text: f"0{text}",
    "a digit that is not hexadecimal": lambda text: f"{text[:-1]}G",
    "a minus sign": lambda text: f"-{text[1:]}",
    "a word": lambda _: "certificate",
}
"""Texts that are no serial number, from one that is."""

SERIALS_OF_ANOTHER_FORM: dict[str, Change] = {
    "lower case": str.lower,
    "hyphens": lambda text: "-".join(text[at : at + 2] for at in range(0, len(text), 2)),
    "colons": lambda text: ":".join(text[at : at + 2] for at in range(0, len(text), 2)),
    "a prefix 0x": lambda text: f"0x{text}",
}
"""The same serial number in another form than O-WS-d has."""

HOSTILE_TEXTS: dict[str, str] = {
    "a quote": "'",
    "a double quote": '"',
    "an SQL condition": "' OR '1'='1",
    "an SQL comment": "90-B3-D5-1F-30-01-00-00'--",
    "a second SQL statement": "'; SELECT 1; --",
    "an SQL union": "' UNION ALL SELECT NULL, NULL --",
    "an SQL wildcard": "%",
    "an SQL wildcard in the place of a character": "__-__-__-__-__-__-__-__",
    "a shell wildcard": "*",
    "a regular expression": ".*",
    "an XPath condition": "' or '1'='1' or ''='",
    "an LDAP filter": "*)(objectClass=*",
    "a path": "../../../../etc/passwd",
    "a command": "; id",
    "a template": "{{7*7}}${7*7}",
    "a format": "%s%n%x",
    "markup": "<script>alert(1)</script>",
    "line breaks": "X\r\nSet-Cookie: a=b\r\n\r\n",
    "a text of another script": "\N{GREEK CAPITAL LETTER ALPHA}\N{CJK UNIFIED IDEOGRAPH-4E00}",
    "a right-to-left mark": "\N{RIGHT-TO-LEFT OVERRIDE}90-B3",
    "a character beyond the basic plane": "\N{GRINNING FACE}",
    "a long text": "A" * 100_000,
}
"""Texts that are no identifier and that a careless service reads as something else."""


def with_internal_entity(parts: Parts) -> bytes:
    """A request that is right once an entity of its own document type is replaced by the value."""
    return _with_entity(parts, f'<!ENTITY version "{parts.value}">', ENTITY)


def with_external_entity(parts: Parts, location: str) -> bytes:
    """A request whose value would be the content of the resource at `location`."""
    return _with_entity(parts, external_entity(location), ENTITY)


def with_entity_expansion(parts: Parts) -> bytes:
    """A request whose value would be ten thousand million characters, from entities within entities."""
    return _with_entity(parts, ENTITY_EXPANSION, EXPANDING_ENTITY)


def _with_entity(parts: Parts, declarations: str, value: str) -> bytes:
    content = f"<{parts.name}>{value}</{parts.name}>"
    return document(content, "", parts.root, before=document_type(parts.root, declarations))


def very_large(parts: Parts, octets: int) -> bytes:
    """A request of about `octets` octets: well-formed, and its value is no identifier."""
    return parts.saying("A" * octets)
