"""Text for people: what an RA sends is hostile, and may not steer a terminal or mislead a reader."""

from __future__ import annotations

from datetime import datetime, timedelta

from clients.pacing import uk_time

_LINE_BREAKS_AND_TAB = "\n\t"


def visible(text: str, *, one_line: bool = False) -> str:
    """`text` with every control, invisible or undecodable character as an escape such as ``\\x1b``.

    Line breaks and tabs stay unless `one_line`; a carriage return before a line break goes.
    """
    if text.isprintable():
        return text
    kept = "" if one_line else _LINE_BREAKS_AND_TAB
    if not one_line:
        text = text.replace("\r\n", "\n")
    return "".join(
        character if character.isprintable() or character in kept else _escaped(character)
        for character in text
    )


def hex_dump(octets: bytes) -> str:
    """Octets as lines of offset, 16 octets in hexadecimal, and the printable ASCII among them."""
    lines = []
    for offset in range(0, len(octets), 16):
        row = octets[offset : offset + 16]
        ascii_part = "".join(chr(octet) if 0x20 <= octet < 0x7F else "." for octet in row)
        lines.append(f"{offset:04x}  {row.hex(' '):<47}  {ascii_part}")
    return "\n".join(lines)


def size(octets: int) -> str:
    """``1 octet``, ``279 octets``, ``1,048,576 octets``."""
    return "1 octet" if octets == 1 else f"{octets:,} octets"


def duration(seconds: float) -> str:
    """``<1 ms``, ``12 ms``, ``3.4 s``, ``2 min 5 s``."""
    if seconds < 0.001:
        return "<1 ms"
    if seconds < 1:
        return f"{seconds * 1000:.0f} ms"
    if seconds < 60:
        return f"{seconds:.1f} s"
    return f"{int(seconds // 60)} min {int(seconds % 60)} s"


def uk_moment(moment: datetime) -> str:
    """``Monday 23 November 2026, 08:00``: UK local time, in whole minutes and never before `moment`."""
    local = uk_time(moment)
    if local.second or local.microsecond:
        local += timedelta(minutes=1)
    return f"{local:%A} {local.day} {local:%B %Y, %H:%M}"


def _escaped(character: str) -> str:
    return character.encode("unicode_escape", "surrogatepass").decode("ascii")
