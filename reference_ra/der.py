"""Distinguished Encoding Rules (X.690): a strict reader of one level at a time, and a small writer.

Only what PKCS#10 and X.509 use: single-octet tags, definite lengths in their shortest form.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

BOOLEAN = 0x01
INTEGER = 0x02
BIT_STRING = 0x03
OCTET_STRING = 0x04
NULL = 0x05
OBJECT_IDENTIFIER = 0x06
UTF8_STRING = 0x0C
PRINTABLE_STRING = 0x13
UTC_TIME = 0x17
GENERALIZED_TIME = 0x18
SEQUENCE = 0x30
SET = 0x31


def context(number: int, *, constructed: bool = True) -> int:
    """The identifier octet of a context-specific tag."""
    return 0x80 | (0x20 if constructed else 0) | number


class DerError(ValueError):
    """The octets are not DER, or not of the structure asked for."""


@dataclass(frozen=True, slots=True)
class Element:
    """One data value: its identifier octet, its contents, and all its octets as they came."""

    tag: int
    contents: bytes
    octets: bytes

    def expect(self, tag: int) -> Element:
        """This element, where it has that tag; DerError where it has another."""
        if self.tag != tag:
            raise DerError(f"tag {self.tag:02X} where {tag:02X} is expected")
        return self

    def elements(self) -> list[Element]:
        """The elements inside a constructed one."""
        if not self.tag & 0x20:
            raise DerError("a primitive element where a constructed one is expected")
        found = []
        offset = 0
        while offset < len(self.contents):
            element = _element_at(self.contents, offset)
            found.append(element)
            offset += len(element.octets)
        return found


def _element_at(data: bytes, offset: int) -> Element:
    start = offset
    if len(data) - offset < 2:
        raise DerError("the data ends within an element's header")
    tag, length = data[offset], data[offset + 1]
    if tag & 0x1F == 0x1F:
        raise DerError("a tag of several octets")
    offset += 2
    if length >= 0x80:
        count = length & 0x7F
        if not 1 <= count <= 4:
            raise DerError("an indefinite or oversized length")
        encoded = data[offset : offset + count]
        offset += count
        length = int.from_bytes(encoded, "big")
        if len(encoded) < count or encoded[0] == 0 or length < 0x80:
            raise DerError("a length that is cut short or not in its shortest form")
    end = offset + length
    if end > len(data):
        raise DerError("an element is longer than the data that holds it")
    return Element(tag, data[offset:end], data[start:end])


def read_one(data: bytes, tag: int) -> Element:
    """The one element that `data` is; DerError where octets follow it or the tag is another."""
    element = _element_at(data, 0).expect(tag)
    if len(element.octets) != len(data):
        raise DerError(f"{len(data) - len(element.octets)} octets after the end")
    return element


def read_first(data: bytes, tag: int) -> Element:
    """The element at the start of `data`, whatever follows it."""
    return _element_at(data, 0).expect(tag)


def read_integer(element: Element) -> int:
    """The value of an INTEGER in its shortest form."""
    contents = element.expect(INTEGER).contents
    if not contents:
        raise DerError("an INTEGER without contents")
    if len(contents) > 1 and contents[0] in (0x00, 0xFF) and (contents[0] ^ contents[1]) < 0x80:
        raise DerError("an INTEGER not in its shortest form")
    return int.from_bytes(contents, "big", signed=True)


def read_boolean(element: Element) -> bool:
    """The value of a BOOLEAN: 00 or FF."""
    contents = element.expect(BOOLEAN).contents
    if contents not in (b"\x00", b"\xff"):
        raise DerError("a BOOLEAN that is neither 00 nor FF")
    return contents == b"\xff"


def read_bit_string(element: Element) -> bytes:
    """The octets of a BIT STRING without unused bits."""
    contents = element.expect(BIT_STRING).contents
    if contents[:1] != b"\x00":
        raise DerError("a BIT STRING with unused bits or without contents")
    return contents[1:]


def write(tag: int, *contents: bytes) -> bytes:
    """An element with that identifier octet."""
    body = b"".join(contents)
    length = len(body)
    if length < 0x80:
        return bytes((tag, length)) + body
    encoded = length.to_bytes((length.bit_length() + 7) // 8, "big")
    return bytes((tag, 0x80 | len(encoded))) + encoded + body


def write_integer(value: int) -> bytes:
    """An INTEGER that is not negative."""
    return write(INTEGER, value.to_bytes(value.bit_length() // 8 + 1, "big"))


def write_bit_string(octets: bytes) -> bytes:
    """A BIT STRING of whole octets."""
    return write(BIT_STRING, b"\x00", octets)


@lru_cache(maxsize=256)
def write_oid(dotted: str) -> bytes:
    """An OBJECT IDENTIFIER from its dotted form."""
    first, second, *rest = (int(arc) for arc in dotted.split("."))
    contents = bytearray()
    for arc in (first * 40 + second, *rest):
        septets = [arc & 0x7F]
        while arc := arc >> 7:
            septets.append(0x80 | arc & 0x7F)
        contents.extend(reversed(septets))
    return write(OBJECT_IDENTIFIER, bytes(contents))
