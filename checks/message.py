"""What the messages of the two web services have in common, and how an RA may have written them wrong.

Reading is lenient where a verdict wants to look further: names count without their namespace, the first
element of a name is taken, and a certificate is decoded in spite of PEM lines.
"""

from __future__ import annotations

import re
from base64 import b64decode, b64encode
from collections.abc import Iterator
from typing import Any

from lxml import etree

from checks.der import SEQUENCE, DerError, read_der
from checks.finding import Finding

XSI = "{http://www.w3.org/2001/XMLSchema-instance}"
NIL = f"{XSI}nil"

_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
# A document type may follow the declaration, comments and processing instructions. Atomic and possessive
# groups: the time is linear in the prolog, however it is written.
_DOCUMENT_TYPE = re.compile(rb"(?>\s|<\?.*?\?>|<!--.*?-->)*+<!DOCTYPE", re.DOTALL)
_HTML = re.compile(rb"\s*(?:<!DOCTYPE\s+html|<html)", re.IGNORECASE)
_INTEGER = re.compile(r"\+?[0-9]{1,1000}")
_XML_SPACE = " \t\r\n"
_CODE_CHARACTERS = 10
_CODE = re.compile(r"[A-Z]{2}:[A-Za-z0-9]+")
_SHOWN = 200

SAFE_XML: dict[str, Any] = {
    "resolve_entities": False,
    "no_network": True,
    "load_dtd": False,
    "huge_tree": False,
    "remove_comments": True,
    "remove_pis": True,
}
"""How lxml parses what an RA sent: nothing is expanded, fetched, or larger than it bears."""


class ResponseUnreadable(ValueError):
    """The body is no message that could be read further; its text says why."""

    def __init__(self, reason: str, requirement: str, expected: str) -> None:
        """`requirement` is the one that asks for `expected`."""
        super().__init__(reason)
        self.requirement = requirement
        self.expected = expected

    def finding(self) -> Finding:
        """The finding that this response is."""
        return Finding(self.requirement, self.expected, str(self), "response body")


def is_html(start: bytes) -> bool:
    """Whether a body that starts so is a web page."""
    return _HTML.match(start) is not None


def has_document_type(start: bytes) -> bool:
    """Whether a document type declaration stands in the prolog, as far as `start` shows it."""
    return _DOCUMENT_TYPE.match(start.removeprefix(_BYTE_ORDER_MARK)) is not None


def local_name(element: etree._Element) -> str:
    """The element's name without its namespace."""
    return etree.QName(element).localname


def child(parent: etree._Element, name: str) -> etree._Element | None:
    """The first child of that local name."""
    return next((element for element in parent if local_name(element) == name), None)


def text_of(element: etree._Element) -> str:
    """All character data in the element."""
    return "".join(map(str, element.itertext()))


def child_text(parent: etree._Element, name: str) -> str | None:
    """All character data in the first child of that local name; None where there is no such child."""
    element = child(parent, name)
    return None if element is None else text_of(element)


def positive_or_zero(text: str | None) -> int | None:
    """The value of an xs:nonNegativeInteger, of at most 1000 digits; None of anything else."""
    collapsed = (text or "").strip(_XML_SPACE)
    return int(collapsed) if _INTEGER.fullmatch(collapsed) else None


def decode_certificate(text: str) -> bytes | None:
    """Base64 decoded as by one who wants to see the certificate: without PEM lines and white space."""
    lines = (line for line in text.splitlines() if not line.strip().startswith("-----"))
    try:
        return b64decode("".join("".join(lines).split()), validate=True) or None
    except ValueError:
        return None


def unqualified(name: str) -> str:
    """An attribute's or element's name as lxml has it, without its namespace."""
    return name.rpartition("}")[2]


def stray_text(parent: etree._Element) -> str:
    """Character data between the children, less the white space around it."""
    return "".join([parent.text or "", *(element.tail or "" for element in parent)]).strip()


def is_nil(element: etree._Element) -> bool:
    """Whether xsi:nil says so."""
    return element.get(NIL, "").strip() in ("true", "1")


def certificate_fault(text: str) -> str | None:
    """What is wrong with the content of a Certificate: Base64 of DER on one line; None where nothing is."""
    if "-----" in text:
        return "BEGIN or END lines"
    if any(character.isspace() for character in text):
        return f"white space at character {next(at for at, char in enumerate(text) if char.isspace()) + 1}"
    try:
        octets = b64decode(text, validate=True)
    except ValueError as error:
        return f"not Base64: {error}"
    if b64encode(octets).decode("ascii") != text:
        return "Base64 whose last character has bits that belong to no octet"
    try:
        tag = read_der(octets).tag
    except DerError as error:
        return f"not DER: {error}"
    return None if tag == SEQUENCE else f"DER of an element with tag {tag:02X}"


def judge_error(error: etree._Element, requirement: str) -> Iterator[Finding]:
    """The form of an Error: ErrorCode and ErrorText, in this order (M-B; M-E is read as meaning the same)."""
    names = [local_name(element) for element in error]
    nil = [local_name(element) for element in (error, *error) if is_nil(element)]
    if names != ["ErrorCode", "ErrorText"] or stray_text(error):
        observed = shown(", ".join(names) or "(nothing)")
        yield Finding(requirement, "ErrorCode, ErrorText and nothing else", observed, "Error")
    if nil:
        yield Finding(requirement, "Error, ErrorCode and ErrorText not nil", f"nil {', '.join(nil)}", "Error")
    for element in error:
        if len(element):
            yield Finding(requirement, "text only", local_name(element[0]), f"Error, {local_name(element)}")
    code = child_text(error, "ErrorCode")
    if code is None:
        return
    if len(code) > _CODE_CHARACTERS or not _CODE.fullmatch(code):
        expected = f"at most {_CODE_CHARACTERS} characters, [A-Z]{{2}}:[A-Za-z0-9]+"
        yield Finding(requirement, expected, shown(code), "ErrorCode")


def prefix_fault(code: str | None, prefix: str) -> str | None:
    """An ErrorCode that does not begin with `prefix`; None where it does, and where it is no code at all."""
    if code is None or len(code) > _CODE_CHARACTERS or not _CODE.fullmatch(code):
        return None
    return None if code.startswith(f"{prefix}:") else code


def shown(text: str) -> str:
    """Text for a report, cut where it is long."""
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}... ({len(text)} characters)"
