"""What a target file writes as text, and what is right of it: EUI-64s and object identifiers."""

from __future__ import annotations

import re

from cryptography import x509

from targets.table import Table

_OCTETS = re.compile(r"[0-9A-Fa-f]{2}(-[0-9A-Fa-f]{2})*")


def octets(text: str) -> bytes:
    """The octets of hyphenated hexadecimal pairs (spec: EUI-64 as text)."""
    return bytes.fromhex(text.replace("-", ""))


def good_octets(text: str, shortest: int, longest: int) -> bool:
    """Whether a text is that many hyphenated hexadecimal pairs."""
    return bool(_OCTETS.fullmatch(text)) and shortest <= len(text.split("-")) <= longest


def good_eui64(table: Table, key: str, text: str) -> bool:
    """Whether a text that a key gives is an EUI-64; a problem is noted where it is not."""
    good = good_octets(text, 8, 8)
    if not good:
        right = 'give 8 octets as hexadecimal pairs, such as "00-DB-12-34-56-78-90-A0"'
        table.problems.add(table.name(key), "not an EUI-64", right, value=text)
    return good


def good_oid(table: Table, key: str, text: str) -> bool:
    """Whether a text that a key gives is an object identifier; a problem is noted where it is not."""
    try:
        x509.ObjectIdentifier(text)
    except ValueError:
        table.bad(key, "not an object identifier", 'give numbers with dots, such as "1.2.826.0.1"')
        return False
    return True
