"""The files that the sites' pages are made of: templates, and what browsers load beside a page."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path

_FOLDER = Path(__file__).parent
STATIC_TYPES: Mapping[str, str] = {
    "portal.css": "text/css; charset=utf-8",
    "portal.js": "text/javascript; charset=utf-8",
    "mark.svg": "image/svg+xml",
}
"""Media types of the files that browsers load, by name."""


@cache
def template(name: str) -> str:
    """The text of a template."""
    return (_FOLDER / "templates" / name).read_text(encoding="utf-8")


@cache
def static(name: str) -> str:
    """The text of a file that browsers load."""
    return (_FOLDER / "static" / name).read_text(encoding="utf-8")
