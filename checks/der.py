"""A small strict reader of DER (X.690 clauses 8 and 10), made for octets that an RA chose.

It never recurses over its input, never copies more than it is asked for, and refuses what DER refuses:
indefinite lengths, lengths that are not minimal, elements that overrun their parent, trailing octets.
`read_der` and `Node.children` check structure; `check_strictly` also checks every primitive value.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from itertools import pairwise

BOOLEAN = 0x01
INTEGER = 0x02
BIT_STRING = 0x03
OCTET_STRING = 0x04
NULL = 0x05
OBJECT_IDENTIFIER = 0x06
UTF8_STRING = 0x0C
PRINTABLE_STRING = 0x13
IA5_STRING = 0x16
UTC_TIME = 0x17
GENERALIZED_TIME = 0x18
SEQUENCE = 0x30
SET = 0x31

MAXIMUM_OCTETS = 65536
"""Larger than any certificate or CSR of these profiles by two orders of magnitude."""
MAXIMUM_DEPTH = 32
"""Levels of nesting that `check_strictly` follows; a certificate has about ten."""

_CONSTRUCTED = 0x20
_LONG_TAG = 0x1F
_PRINTABLE = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789 '()+,-./:=?")
_LONGEST_OID = 128


class DerError(ValueError):
    """The octets are not DER, or not of the type asked for."""

    def __init__(self, offset: int, reason: str) -> None:
        """`offset` counts octets from the start of what was read; `reason` is a phrase for a report."""
        super().__init__(f"octet {offset}: {reason}")
        self.offset = offset
        self.reason = reason


class Node:
    """One element: where its identifier, its value and its end stand in `data`.

    `tag` is the identifier octet; for tag numbers above 30, all the identifier octets as one number.
    """

    __slots__ = ("data", "end", "start", "tag", "value_start")

    def __init__(self, data: bytes, tag: int, start: int, value_start: int, end: int) -> None:
        """`data[start:value_start]` is identifier and length, `data[value_start:end]` the value."""
        self.data = data
        self.tag = tag
        self.start = start
        self.value_start = value_start
        self.end = end

    @property
    def octets(self) -> bytes:
        """The whole element as it stands: identifier, length and value."""
        return self.data[self.start : self.end]

    @property
    def header(self) -> bytes:
        """The identifier and length octets."""
        return self.data[self.start : self.value_start]

    @property
    def value(self) -> bytes:
        """The contents octets."""
        return self.data[self.value_start : self.end]

    def children(self) -> list[Node]:
        """The elements inside a constructed element, in order. Raises DerError."""
        data = self.data
        if not data[self.start] & _CONSTRUCTED:
            raise DerError(
                self.start, f"a primitive element (tag {self.tag:02X}) where one with members belongs"
            )
        at = self.value_start
        end = self.end
        nodes: list[Node] = []
        try:
            while at < end:
                tag = data[at]
                length = data[at + 1]
                if length < 0x80 and tag & _LONG_TAG != _LONG_TAG:
                    value_start = at + 2
                else:
                    tag, value_start, length = _read_long_header(data, at)
                stop = value_start + length
                if stop > end:
                    raise DerError(at, f"an element of {length} octets overruns the one around it")
                nodes.append(Node(data, tag, at, value_start, stop))
                at = stop
        except IndexError:
            raise DerError(at, "the octets end within a header") from None
        return nodes

    def members(self, what: str) -> list[Node]:
        """The members of a SEQUENCE; `what` names it in the DerError raised where this is none."""
        if self.tag != SEQUENCE:
            raise DerError(self.start, f"tag {self.tag:02X} where {what} (SEQUENCE) belongs")
        return self.children()


def read_der(data: bytes, limit: int = MAXIMUM_OCTETS) -> Node:
    """The one element that `data` is, whole, of at most `limit` octets. Raises DerError."""
    if not data:
        raise DerError(0, "no octets")
    if len(data) > limit:
        raise DerError(0, f"{len(data)} octets, more than the {limit} this reader takes")
    try:
        tag, value_start, length = _read_long_header(data, 0)
    except IndexError:
        raise DerError(0, "the octets end within a header") from None
    end = value_start + length
    if end > len(data):
        raise DerError(0, f"truncated: the element announces {end} octets and {len(data)} are there")
    if end < len(data):
        raise DerError(end, f"{len(data) - end} trailing octets")
    return Node(data, tag, 0, value_start, end)


def _read_long_header(data: bytes, start: int) -> tuple[int, int, int]:
    """Tag, start and length of the value, of an element with any header. Raises DerError and IndexError."""
    tag = data[start]
    at = start + 1
    if tag & _LONG_TAG == _LONG_TAG:
        tag, at = _read_long_tag(data, start)
    length = data[at]
    at += 1
    if length < 0x80:
        return tag, at, length
    if length == 0x80:
        raise DerError(start, "an indefinite length (BER)")
    count = length - 0x80
    if count > 4:
        raise DerError(start, f"a length of {count} octets")
    octets = data[at : at + count]
    if len(octets) < count:
        raise DerError(start, "the octets end within a header")
    length = int.from_bytes(octets, "big")
    if octets[0] == 0 or length < 0x80:
        raise DerError(start, "a length that is not in its shortest form")
    return tag, at + count, length


def _read_long_tag(data: bytes, start: int) -> tuple[int, int]:
    """All identifier octets as one number, and where they end."""
    at = start + 1
    if data[at] == 0x80:
        raise DerError(start, "a tag number that is not in its shortest form")
    number = 0
    while True:
        octet = data[at]
        at += 1
        number = number << 7 | octet & 0x7F
        if not octet & 0x80:
            break
        if at - start > 4:
            raise DerError(start, "a tag number of more than four octets")
    if number < _LONG_TAG:
        raise DerError(start, "a tag number that is not in its shortest form")
    return int.from_bytes(data[start:at], "big"), at


def check_strictly(node: Node) -> None:
    """Check `node` and all inside it: structure, the form of every universal type, and its value.

    Raises DerError at the first element that DER does not allow, or below MAXIMUM_DEPTH.
    """
    waiting = [(node, 1)]
    while waiting:
        current, depth = waiting.pop()
        if depth > MAXIMUM_DEPTH:
            raise DerError(current.start, f"nested more than {MAXIMUM_DEPTH} deep")
        _check_form(current)
        if current.data[current.start] & _CONSTRUCTED:
            children = current.children()
            if current.tag == SET:
                _check_set_order(children)
            waiting.extend((child, depth + 1) for child in reversed(children))
        elif fault := value_fault(current.tag, current.value):
            raise DerError(current.start, fault)


def _check_form(node: Node) -> None:
    first = node.data[node.start]
    if first & 0xC0:
        return
    number = first & _LONG_TAG
    if number == 0:
        raise DerError(node.start, "tag 00 (end of contents)")
    if bool(first & _CONSTRUCTED) != (number in (0x08, 0x0B, 0x10, 0x11, 0x1D)):
        raise DerError(
            node.start, f"tag {first:02X}: the wrong one of primitive and constructed for this type"
        )


def _check_set_order(children: list[Node]) -> None:
    for earlier, later in pairwise(children):
        if earlier.octets > later.octets:
            raise DerError(later.start, "members of a SET out of order")


def value_fault(tag: int, value: bytes) -> str | None:
    """What is wrong with the value of a primitive universal type; None where DER allows it."""
    check = _VALUE_FAULTS.get(tag)
    return check(value) if check else None


def integer_fault(value: bytes) -> str | None:
    """What is wrong with the contents octets of an INTEGER."""
    if not value:
        return "an INTEGER without octets"
    if len(value) > 1 and ((value[0] == 0 and value[1] < 0x80) or (value[0] == 0xFF and value[1] >= 0x80)):
        return f"an INTEGER that is not in its shortest form: {value.hex().upper()}"
    return None


def bit_string_fault(value: bytes) -> str | None:
    """What is wrong with the contents octets of a BIT STRING without named bits."""
    if not value:
        return "a BIT STRING without its octet of unused bits"
    unused = value[0]
    if unused > 7 or (unused and len(value) == 1):
        return f"a BIT STRING with {unused} unused bits in {len(value) - 1} octets"
    if unused and value[-1] & ((1 << unused) - 1):
        return f"a BIT STRING whose unused bits are not zero: {value.hex().upper()}"
    return None


def _boolean_fault(value: bytes) -> str | None:
    return (
        None if value in (b"\x00", b"\xff") else f"a BOOLEAN that is neither 00 nor FF: {value.hex().upper()}"
    )


def _null_fault(value: bytes) -> str | None:
    return "a NULL with a value" if value else None


def _oid_fault(value: bytes) -> str | None:
    try:
        oid_text(value)
    except ValueError as error:
        return str(error)
    return None


def _utf8_fault(value: bytes) -> str | None:
    try:
        value.decode("utf-8")
    except UnicodeDecodeError:
        return "a UTF8String that is not UTF-8"
    return None


def _printable_fault(value: bytes) -> str | None:
    return None if _PRINTABLE.issuperset(value) else "a PrintableString with a character outside its set"


def _ia5_fault(value: bytes) -> str | None:
    return None if value.isascii() else "an IA5String with an octet above 7F"


def _utc_time_fault(value: bytes) -> str | None:
    whole = len(value) == 13 and value[:12].isdigit() and value.endswith(b"Z")
    return None if whole else "a UTCTime that is not YYMMDDHHMMSSZ"


def _generalized_time_fault(value: bytes) -> str | None:
    moment, _, fraction = value.removesuffix(b"Z").partition(b".")
    whole = len(moment) == 14 and moment.isdigit() and value.endswith(b"Z")
    if not whole or (b"." in value and (not fraction.isdigit() or fraction.endswith(b"0"))):
        return "a GeneralizedTime that is not YYYYMMDDHHMMSS[.f]Z"
    return None


_VALUE_FAULTS: dict[int, Callable[[bytes], str | None]] = {
    BOOLEAN: _boolean_fault,
    INTEGER: integer_fault,
    BIT_STRING: bit_string_fault,
    NULL: _null_fault,
    OBJECT_IDENTIFIER: _oid_fault,
    0x0A: integer_fault,  # ENUMERATED
    UTF8_STRING: _utf8_fault,
    PRINTABLE_STRING: _printable_fault,
    IA5_STRING: _ia5_fault,
    UTC_TIME: _utc_time_fault,
    GENERALIZED_TIME: _generalized_time_fault,
}


@lru_cache(maxsize=256)
def oid_text(value: bytes) -> str:
    """The dotted form of the contents octets of an OBJECT IDENTIFIER. Raises ValueError, saying why."""
    if not value or len(value) > _LONGEST_OID or value[-1] & 0x80:
        raise ValueError(f"an OBJECT IDENTIFIER of {len(value)} octets that is empty, cut short or too long")
    arcs: list[int] = []
    number = 0
    fresh = True
    for octet in value:
        if fresh and octet == 0x80:
            raise ValueError("an OBJECT IDENTIFIER with a component that is not in its shortest form")
        number = number << 7 | octet & 0x7F
        fresh = not octet & 0x80
        if fresh:
            arcs.append(number)
            number = 0
    first = min(arcs[0] // 40, 2)
    return ".".join(str(arc) for arc in (first, arcs[0] - 40 * first, *arcs[1:]))


@lru_cache(maxsize=256)
def oid_octets(text: str) -> bytes:
    """The contents octets of an OBJECT IDENTIFIER in dotted form. Raises ValueError."""
    arcs = [int(part) for part in text.split(".") if part.isascii() and part.isdigit()]
    if len(arcs) < 2 or len(arcs) != text.count(".") + 1 or arcs[0] > 2 or (arcs[0] < 2 and arcs[1] > 39):
        raise ValueError(f"{text!r} is not an object identifier in dotted form")
    octets = bytearray()
    for arc in (arcs[0] * 40 + arcs[1], *arcs[2:]):
        groups = [arc & 0x7F]
        while arc := arc >> 7:
            groups.append(arc & 0x7F | 0x80)
        octets += bytes(reversed(groups))
    return bytes(octets)
