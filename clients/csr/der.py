"""A DER encoder of a few lines: CSRs are made from octets, so that each octet can be made wrong."""

from __future__ import annotations


def tlv(tag: int, *contents: bytes) -> bytes:
    """An element with a one-octet tag and the minimal definite length."""
    content = b"".join(contents)
    length = len(content)
    if length < 0x80:
        return bytes((tag, length)) + content
    size = (length.bit_length() + 7) // 8
    return bytes((tag, 0x80 | size)) + length.to_bytes(size, "big") + content


def sequence(*contents: bytes) -> bytes:
    """SEQUENCE."""
    return tlv(0x30, *contents)


def set_of(*contents: bytes) -> bytes:
    """SET OF; the caller sorts."""
    return tlv(0x31, *contents)


def integer(value: int) -> bytes:
    """INTEGER, minimal, not negative."""
    return tlv(0x02, value.to_bytes(value.bit_length() // 8 + 1, "big"))


def octet_string(*contents: bytes) -> bytes:
    """OCTET STRING."""
    return tlv(0x04, *contents)


def bit_string(octets: bytes, unused_bits: int = 0) -> bytes:
    """BIT STRING."""
    return tlv(0x03, bytes((unused_bits,)), octets)


def utf8_string(text: str) -> bytes:
    """UTF8String."""
    return tlv(0x0C, text.encode())


def printable_string(text: str) -> bytes:
    """PrintableString. Raises UnicodeEncodeError for what is not ASCII; its smaller set is not looked at."""
    return tlv(0x13, text.encode("ascii"))


def explicit(number: int, *contents: bytes) -> bytes:
    """A constructed context-specific element."""
    return tlv(0xA0 | number, *contents)


def oid(dotted: str) -> bytes:
    """OBJECT IDENTIFIER from its dotted form."""
    first, second, *rest = (int(arc) for arc in dotted.split("."))
    return tlv(0x06, b"".join(_base128(arc) for arc in (first * 40 + second, *rest)))


def _base128(arc: int) -> bytes:
    octets = [arc & 0x7F]
    while arc := arc >> 7:
        octets.append(0x80 | arc & 0x7F)
    return bytes(reversed(octets))


TRUE = tlv(0x01, b"\xff")
NULL = tlv(0x05)
