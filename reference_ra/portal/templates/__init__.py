"""The templates of the sites' pages."""

from __future__ import annotations

from functools import cache
from pathlib import Path

_FOLDER = Path(__file__).parent


@cache
def source(name: str) -> str:
    """The text of a template, by its file's name."""
    return (_FOLDER / name).read_text(encoding="utf-8")
