"""What the requests of both web services are written with, right and wrong: documents, lines and entities."""

from __future__ import annotations

PROLOG = '<?xml version="1.0" encoding="UTF-8"?>\n'
_LINE_CHARACTERS = 64

VERSION_ENTITY = "&version;"
INTERNAL_ENTITY = '<!ENTITY version "1.0">'
"""Declares `VERSION_ENTITY` as the Version that is right."""

EXPANDING_ENTITY = "&x9;"
ENTITY_EXPANSION = "".join(
    ['<!ENTITY x0 "0123456789">', *(f'<!ENTITY x{n} "{f"&x{n - 1};" * 10}">' for n in range(1, 10))]
)
"""Declares `EXPANDING_ENTITY` as ten thousand million characters, from entities within entities."""


def external_entity(location: str) -> str:
    """Declares `VERSION_ENTITY` as the content of the resource at `location`."""
    return f'<!ENTITY version SYSTEM "{location}">'


def document_type(root: str, declarations: str) -> str:
    """A document type of the document's own, to stand before its root element."""
    return f"<!DOCTYPE {root} [{declarations}]>\n"


def document(content: str, attributes: str, root: str, before: str = "") -> bytes:
    """A document in UTF-8; `before` stands between its prolog and its root element."""
    start = f"<{root} {attributes}>".replace(" >", ">")
    return f"{PROLOG}{before}{start}{content}</{root}>".encode()


def in_lines(base64: str) -> str:
    """Base64 with a line break after each 64 characters."""
    pieces = range(0, len(base64), _LINE_CHARACTERS)
    return "\n".join(base64[start : start + _LINE_CHARACTERS] for start in pieces)


def with_pem_lines(base64: str) -> str:
    """Base64 in lines, between the BEGIN and END lines of a PKCS#10 request (RFC 7468)."""
    return f"-----BEGIN CERTIFICATE REQUEST-----\n{in_lines(base64)}\n-----END CERTIFICATE REQUEST-----\n"
