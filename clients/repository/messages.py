"""The Repository Web Service's right requests, from octets (O-WS-b, O-WS-d)."""

from __future__ import annotations

from xml.sax.saxutils import escape

SEARCH, RETRIEVE = "CertificateSearchRequest", "CertificateDataRequest"
NAME, ALT_NAME, SERIAL = "CertificateSubjectName", "CertificateSubjectAltName", "CertificateSerial"
_DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>\n'


def eui64_text(eui64: bytes) -> str:
    """An EUI-64 as the service has it: hyphenated upper-case octets, ``90-B3-D5-1F-30-01-00-00``."""
    return eui64.hex("-").upper()


def serial_text(serial: int) -> str:
    """A serial number as the service has it: 32 upper-case hexadecimal digits without separators.

    One that needs more has as many as it needs.
    """
    return f"{serial:032X}"


def organisation_search(eui64: str) -> bytes:
    """Search for an organisation's certificates by its EUI-64, any text."""
    return document(SEARCH, element(NAME, eui64))


def device_search(eui64: str) -> bytes:
    """Search for a Device's certificates by its EUI-64, any text."""
    return document(SEARCH, element(ALT_NAME, eui64))


def retrieval(serial: str) -> bytes:
    """Retrieve the certificate of a serial number, any text."""
    return document(RETRIEVE, element(SERIAL, serial))


def element(name: str, text: str) -> str:
    """An element that holds a text, escaped."""
    return f"<{name}>{escape(text)}</{name}>"


def document(root: str, content: str) -> bytes:
    """A document with that root element and content."""
    return f"{_DECLARATION}<{root}>{content}</{root}>".encode()
