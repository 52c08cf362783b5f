"""What is wrong with a target file: each problem one line with file, key, value and what would be right."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any
from urllib.parse import urlsplit, urlunsplit

_LONGEST_VALUE = 80


class TargetError(Exception):
    """A target file cannot be used; `lines` says why, one line for each problem."""

    def __init__(self, lines: Iterable[str]) -> None:
        """Take the lines; their order is the order in which they are shown."""
        self.lines = tuple(lines)
        super().__init__("\n".join(self.lines))


class Problems:
    """The problems of one file, collected so that its author sees all of them at once."""

    def __init__(self, file: str) -> None:
        """Take the file's name as its author gave it."""
        self.file = file
        self._lines: list[str] = []

    def add(self, key: str, wrong: str, right: str, *, value: Any = None, show: bool = True) -> None:
        """Note one problem. `value` stays out of the line where it is None or must not be shown."""
        where = f"{self.file}: {key}" if key else self.file
        what = f" = {shown(value)}" if show and value is not None else ""
        # A library's message may span lines; a problem is one line.
        self._lines.append(" ".join(f"{where}{what}: {wrong}; {right}".split()))

    def raise_if_any(self) -> None:
        """Raise `TargetError` where something was noted."""
        if self._lines:
            raise TargetError(self._lines)


def shown(value: Any) -> str:
    """A value as an error line may show it: short, on one line, and without key material or user info."""
    if isinstance(value, str):
        if holds_pem(value):
            return "(PEM text)"
        return _shortened(json.dumps(_without_user_info(value), ensure_ascii=False))
    if isinstance(value, dict):
        return "(a table)"
    if isinstance(value, list):
        return "[" + _shortened(", ".join(shown(item) for item in value)) + "]"
    if isinstance(value, bool):
        return "true" if value else "false"
    return _shortened(str(value))


def holds_pem(value: str) -> bool:
    """Whether a text is or holds a PEM block."""
    return "-----BEGIN" in value


def _without_user_info(text: str) -> str:
    """The text; a URL among them without what may be a password or an API Key."""
    if "://" not in text:
        return text
    try:
        parts = urlsplit(text)
    except ValueError:
        return "(a malformed URL)"
    host = parts.netloc.rpartition("@")[2]
    return urlunsplit(
        (
            parts.scheme,
            f"***@{host}" if "@" in parts.netloc else host,
            parts.path,
            "***" if parts.query else "",
            "***" if parts.fragment else "",
        )
    )


def _shortened(text: str) -> str:
    return text if len(text) <= _LONGEST_VALUE else text[:_LONGEST_VALUE] + "..."
