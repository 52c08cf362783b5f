"""The text of a CSR, as it is pasted into a portal's form: every variant of M-F, and texts that are none."""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping
from itertools import product

HEADERS: Mapping[str, str | None] = {
    "CERTIFICATE REQUEST lines": "CERTIFICATE REQUEST",
    "NEW CERTIFICATE REQUEST lines": "NEW CERTIFICATE REQUEST",
    "no BEGIN and END lines": None,
}
"""What stands between BEGIN or END and the hyphens; None: there are no such lines."""
WIDTHS: Mapping[str, int | None] = {"one line": None, "lines of 64": 64, "lines of 76": 76}
"""Characters of Base64 on a line; None: all of them."""
LINE_ENDS: Mapping[str, str] = {"LF": "\n", "CRLF": "\r\n"}

_MEGABYTE = 1_000_000


def csr_text(der: bytes, header: str | None, width: int | None, line_end: str) -> str:
    """The Base64 of a CSR in one of M-F's variants; every line ends, the last one too."""
    encoded = base64.b64encode(der).decode()
    step = width or max(len(encoded), 1)
    lines = [encoded[at : at + step] for at in range(0, len(encoded), step)]
    if header is not None:
        lines = [f"-----BEGIN {header}-----", *lines, f"-----END {header}-----"]
    return "".join(line + line_end for line in lines)


TEXT_FORMS: Mapping[str, tuple[str | None, int | None, str]] = {
    ", ".join(names): (HEADERS[names[0]], WIDTHS[names[1]], LINE_ENDS[names[2]])
    for names in product(HEADERS, WIDTHS, LINE_ENDS)
}
"""Every variant of M-F by name, as ``CERTIFICATE REQUEST lines, lines of 64, LF``."""
USUAL_FORM = "CERTIFICATE REQUEST lines, lines of 64, LF"
"""What most tools write."""


def text_form(der: bytes, name: str = USUAL_FORM) -> str:
    """The text of a CSR in the named form. KeyError where there is no such form."""
    return csr_text(der, *TEXT_FORMS[name])


def _with_lines(begin: str, end: str) -> Callable[[bytes], str]:
    return lambda der: begin + csr_text(der, None, 64, "\n") + end


_BEGIN = "-----BEGIN CERTIFICATE REQUEST-----\n"
_END = "-----END CERTIFICATE REQUEST-----\n"

WRONG_TEXTS: Mapping[str, Callable[[bytes], str]] = {
    "nothing": lambda _: "",
    "white space only": lambda _: " \r\n\t\r\n",
    "words": lambda _: "This is no Certificate Signing Request.",
    "characters that are not Base64": lambda der: _with_lines(_BEGIN, _END)(der).replace("M", "*", 2),
    "the first half of its Base64": lambda der: csr_text(der[: len(der) // 2], None, 64, "\n"),
    "BEGIN and END lines with nothing between": lambda _: _BEGIN + _END,
    "a BEGIN line without an END line": _with_lines(_BEGIN, ""),
    "END NEW CERTIFICATE REQUEST after BEGIN CERTIFICATE REQUEST": _with_lines(
        _BEGIN, _END.replace("CERT", "NEW CERT")
    ),
    "CERTIFICATE lines": _with_lines("-----BEGIN CERTIFICATE-----\n", "-----END CERTIFICATE-----\n"),
    "PRIVATE KEY lines": _with_lines("-----BEGIN PRIVATE KEY-----\n", "-----END PRIVATE KEY-----\n"),
    "the same CSR twice": lambda der: text_form(der) * 2,
    "hexadecimal": lambda der: der.hex(),
    "its octets as they are": lambda der: der.decode("latin-1"),
    "Base64 of its Base64": lambda der: csr_text(base64.b64encode(der), "CERTIFICATE REQUEST", 64, "\n"),
    "a million characters of Base64": lambda _: _BEGIN + "A" * _MEGABYTE + "\n" + _END,
}
"""Texts that are no CSR of M-F, by name; each is made from the octets of a right one."""


def wrong_text(der: bytes, name: str) -> str:
    """The named wrong text for a CSR that is right. KeyError where there is no such text."""
    return WRONG_TEXTS[name](der)


MARKUP: Mapping[str, str] = {
    "an element": '<b id="smki-pasted">bold</b>',
    "a script": '<script id="smki-pasted">document.title = "smki"</script>',
    "the end of a text area": '</textarea><b id="smki-pasted">bold</b>',
    "the end of an attribute": '"><b id="smki-pasted">bold</b>',
    "the end of an attribute in single quotes": "'><b id='smki-pasted'>bold</b>",
    "an event handler": '<img id="smki-pasted" src="x" onerror="document.title = 1">',
    "a template's expression": '{{ 7 * 191 }}<b id="smki-pasted">bold</b>',
}
"""Texts with HTML in them, to see that a page shows back what was pasted, and is not made of it."""
MARKUP_NAMES: Mapping[str, str] = {
    "an element": "<b id=smki-pasted>",
    "the end of an attribute": '"><b id=smki-pasted>',
    "the end of an attribute in single quotes": "'><b id=smki-pasted>",
    "an event handler": "<img id=smki-pasted src=x onerror=document.title=1>",
}
"""The same as parts of file names, which hold no slash."""
MARKUP_ID = "smki-pasted"
"""The ID that an element has which came out of `MARKUP` or `MARKUP_NAMES`."""
EXPRESSION_VALUE = "1337"
"""What a page shows that took the template's expression for one."""
