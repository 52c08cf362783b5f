"""The text forms of a CSR on the portals (M-F): Base64, with BEGIN/END lines or without, on one line or more.

Nothing else is taken: what M-F does not name might be anything.
"""

from __future__ import annotations

import base64
import binascii
import re

from reference_ra.messages import Rejected, Status

LABELS = ("CERTIFICATE REQUEST", "NEW CERTIFICATE REQUEST")
LINE_LENGTHS = (64, 76)
_ENDS_OF_LINES = "\r\n"
_LINE = re.compile(r"\r?\n")


def csr_octets(text: str) -> bytes:
    """The CSR of its text, unread. Rejected with CSR_ERROR where the text is in none of M-F's forms.

    Empty lines before and after it are overlooked: whoever pastes leaves some.
    """
    return read_base64("".join(body_lines(_LINE.split(text.strip(_ENDS_OF_LINES)))))


def body_lines(lines: list[str]) -> list[str]:
    """The lines of Base64; Rejected where they are not cut as they may be."""
    lines = _without_labels(lines)
    if len(lines) > 1 and not any(
        all(len(line) == length for line in lines[:-1]) and len(lines[-1]) <= length
        for length in LINE_LENGTHS
    ):
        raise _rejected("its lines are neither of 64 nor of 76 characters")
    return lines


def _without_labels(lines: list[str]) -> list[str]:
    if not any(line.startswith("-----") for line in lines):
        return lines
    for label in LABELS:
        if lines[0] == f"-----BEGIN {label}-----" and lines[-1] == f"-----END {label}-----":
            return lines[1:-1]
    raise _rejected("its BEGIN and END lines are not those of a certificate request")


def read_base64(text: str) -> bytes:
    """The octets of Base64 without white space."""
    try:
        octets = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        octets = b""
    if not octets or base64.b64encode(octets).decode() != text:
        raise _rejected("it is empty or not Base64 in its canonical form")
    return octets


def _rejected(reason: str) -> Rejected:
    return Rejected(Status.CSR_ERROR, f"The CSR cannot be read: {reason}")
