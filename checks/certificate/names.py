"""Distinguished names (RFC 5280 clauses 4.1.2.4 and 7.1): reading them, and telling whether two match."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass

from checks.der import PRINTABLE_STRING, SET, UTF8_STRING, DerError, Node, check_strictly, oid_text

COMMON_NAME = "2.5.4.3"

DIRECTORY_STRINGS = {
    UTF8_STRING: "utf-8",
    PRINTABLE_STRING: "ascii",
    0x14: "latin-1",  # TeletexString
    0x1C: "utf-32-be",  # UniversalString
    0x1E: "utf-16-be",  # BMPString
}
"""Tags of the choices of DirectoryString, with Python's name for the encoding of each."""


@dataclass(frozen=True, slots=True)
class Attribute:
    """One attribute of a distinguished name."""

    oid: str
    tag: int
    """The tag of the value."""
    value: bytes
    """The contents octets of the value."""
    text: str | None
    """The value where it is a DirectoryString that can be decoded."""

    def matching_form(self) -> tuple[str, str | bytes]:
        """What two attributes that match have in common: case and runs of spaces do not count."""
        if self.text is None:
            return self.oid, bytes([self.tag & 0xFF]) + self.value
        return self.oid, " ".join(unicodedata.normalize("NFKC", self.text).casefold().split())

    def __str__(self) -> str:
        """Type and value, for a report."""
        return f"{self.oid}={self.text if self.text is not None else '#' + self.value.hex().upper()}"


@dataclass(frozen=True, slots=True)
class Name:
    """A distinguished name: its relative names in order, each with its attributes."""

    relative_names: tuple[tuple[Attribute, ...], ...]
    fault: str | None
    """What DER or the string types do not allow in it; None where all is well."""

    def matches(self, other: Name) -> bool:
        """Whether both name the same (RFC 5280 clause 7.1)."""
        return self._matching_form() == other._matching_form()

    def _matching_form(self) -> list[frozenset[tuple[str, str | bytes]]]:
        return [frozenset(attribute.matching_form() for attribute in rdn) for rdn in self.relative_names]

    def __str__(self) -> str:
        """All attributes in order, for a report."""
        return ", ".join("+".join(map(str, rdn)) for rdn in self.relative_names) or "(empty)"


def read_name(node: Node) -> Name:
    """The Name that `node` is. Raises DerError where it has not the structure of one."""
    names = tuple(_read_relative_name(rdn) for rdn in node.members("a Name"))
    fault = None
    try:
        check_strictly(node)
    except DerError as error:
        fault = error.reason
    return Name(names, fault)


def _read_relative_name(node: Node) -> tuple[Attribute, ...]:
    if node.tag != SET or node.value_start == node.end:
        raise DerError(node.start, "a RelativeDistinguishedName that is not a SET with members")
    return tuple(_read_attribute(member) for member in node.children())


def _read_attribute(node: Node) -> Attribute:
    parts = node.members("an AttributeTypeAndValue")
    if len(parts) != 2 or parts[0].tag != 0x06:
        raise DerError(node.start, "an AttributeTypeAndValue that is not a type and a value")
    try:
        oid = oid_text(parts[0].value)
    except ValueError as error:
        raise DerError(parts[0].start, str(error)) from None
    return Attribute(oid, parts[1].tag, parts[1].value, _text(parts[1]))


def _text(node: Node) -> str | None:
    encoding = DIRECTORY_STRINGS.get(node.tag)
    try:
        return node.value.decode(encoding) if encoding else None
    except UnicodeDecodeError:
        return None
