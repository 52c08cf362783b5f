"""Extracts as comma-separated values: the layout of the built-in reference RA, and of others by its options.

The options are paths, such as ``full = "full/full-{date}.csv.gz"``; ``{date}``, where the day stands in the
name of an extract (YYYY-MM-DD), and ``{name}``, where anything may stand, are the only variable parts.
"""

from __future__ import annotations

import base64
import binascii
import csv
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any, BinaryIO

from clients.repository.gunzip import Unreadable, gunzipped, lines
from clients.repository.layout import (
    ExtractFile,
    ExtractLayout,
    ExtractRecord,
    ExtractUnreadable,
    LayoutError,
    Listings,
)
from clients.repository.portal import ListKind

COLUMNS = ("serial", "subject", "kind", "role", "usage", "status", "certificate")
"""What an extract tells of a certificate; the option `columns` gives the name of any that has another."""
_DEFAULTS = {
    "full": "full/full-{date}.csv.gz",
    "increment": "increments/increment-{date}.csv.gz",
    "authority": "authorities/{name}.crt",
    "compression": "gzip",
    **{str(kind): f"lists/{kind}.crl" for kind in ListKind},
}
_PLACES = {"full": "{date}", "increment": "{date}", "authority": "{name}"}
_COMPRESSIONS = ("gzip", "none")
_PIECE = 65_536


class CsvLayout(ExtractLayout):
    """See the module."""

    def __init__(self, options: Mapping[str, Any]) -> None:
        """See the interface."""
        super().__init__(options)
        known = (*_DEFAULTS, "columns", "authorities")
        unknown = sorted(set(options) - set(known))
        if unknown:
            raise LayoutError(f"unknown option {unknown[0]!r}; the options are {', '.join(known)}")
        self._texts = {key: _text_option(options, key) for key in _DEFAULTS}
        if self._texts["compression"] not in _COMPRESSIONS:
            raise LayoutError(f"compression is one of {', '.join(_COMPRESSIONS)}")
        self._columns = _columns_option(options)
        has_authorities = options.get("authorities", True)
        if not isinstance(has_authorities, bool):
            raise LayoutError("authorities is true or false")
        self._has_authorities = has_authorities

    @property
    def has_authorities(self) -> bool:
        """See the interface."""
        return self._has_authorities

    @property
    def directories(self) -> tuple[str, ...]:
        """See the interface."""
        extracts = ("full", "increment")
        keys = (*extracts, "authority", *map(str, ListKind)) if self.has_authorities else extracts
        paths = (self._texts[key] for key in keys)
        return tuple(dict.fromkeys(_folder(path) for path in paths))

    def full_extracts(self, listings: Listings) -> tuple[ExtractFile, ...]:
        """See the interface."""
        return self._extracts("full", listings)

    def increments(self, listings: Listings) -> tuple[ExtractFile, ...]:
        """See the interface."""
        return self._extracts("increment", listings)

    def _extracts(self, key: str, listings: Listings) -> tuple[ExtractFile, ...]:
        form = self._texts[key]
        before, after = form.rpartition("/")[2].split("{date}")
        name = re.compile(f"{re.escape(before)}([0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}){re.escape(after)}")
        found: list[ExtractFile] = []
        for entry in listings.get(_folder(form), ()):
            match = name.fullmatch(entry.name)
            day = _day(match[1]) if match and not entry.is_directory else None
            if day is not None:
                found.append(ExtractFile(_joined(_folder(form), entry.name), day, entry.octets))
        return tuple(sorted(found, key=lambda each: each.day))

    def read(self, file: BinaryIO) -> Iterator[ExtractRecord]:
        """See the interface."""
        pieces = gunzipped(file) if self._texts["compression"] == "gzip" else _pieces(file)
        rows = csv.reader(lines(pieces), strict=True)
        at: Mapping[str, int] | None = None
        try:
            for row in rows:
                if at is None:
                    at = self._places(row)
                elif row:
                    yield _record(row, at, rows.line_num)
        except (Unreadable, csv.Error) as error:
            raise ExtractUnreadable(f"line {rows.line_num}: {error}") from None
        if at is None:
            raise ExtractUnreadable("has no line with the columns' names")

    def _places(self, header: Sequence[str]) -> Mapping[str, int]:
        for name in self._columns.values():
            if header.count(name) != 1:
                raise ExtractUnreadable(f"line 1: there is not one column {name!r} but {header.count(name)}")
        return {column: header.index(name) for column, name in self._columns.items()}

    def ca_certificates(self, listings: Listings) -> tuple[str, ...]:
        """See the interface."""
        form = self._texts["authority"]
        before, after = form.rpartition("/")[2].split("{name}")
        name = re.compile(f"{re.escape(before)}[^/\\\\\\0]+{re.escape(after)}")
        names = (each.name for each in listings.get(_folder(form), ()) if not each.is_directory)
        return tuple(_joined(_folder(form), each) for each in names if name.fullmatch(each))

    def revocation_lists(self, listings: Listings) -> Mapping[ListKind, str]:
        """See the interface."""
        found: dict[ListKind, str] = {}
        for kind in ListKind:
            path = self._texts[kind]
            entries = listings.get(_folder(path), ())
            if any(_joined(_folder(path), each.name) == path for each in entries if not each.is_directory):
                found[kind] = path
        return found


def _text_option(options: Mapping[str, Any], key: str) -> str:
    value = options.get(key, _DEFAULTS[key])
    if not isinstance(value, str) or not value:
        raise LayoutError(f"{key} is no text")
    place = _PLACES.get(key)
    if place is not None and value.rpartition("/")[2].count(place) != 1:
        raise LayoutError(f"{key} has not one {place} in the name of the file")
    return value


def _columns_option(options: Mapping[str, Any]) -> Mapping[str, str]:
    given = options.get("columns", {})
    if not isinstance(given, Mapping) or not all(isinstance(name, str) for name in given.values()):
        raise LayoutError("columns is no table of texts")
    unknown = sorted(set(given) - set(COLUMNS))
    if unknown:
        raise LayoutError(f"unknown column {unknown[0]!r}; the columns are {', '.join(COLUMNS)}")
    return {column: given.get(column, column) for column in COLUMNS}


def _folder(path: str) -> str:
    return path.rpartition("/")[0] or "."


def _joined(folder: str, name: str) -> str:
    return name if folder == "." else f"{folder}/{name}"


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _record(row: Sequence[str], at: Mapping[str, int], line: int) -> ExtractRecord:
    if len(row) <= max(at.values()):
        raise ExtractUnreadable(f"line {line}: has {len(row)} columns only")
    values = {column: row[place] for column, place in at.items()}
    try:
        certificate = base64.b64decode(values.pop("certificate"), validate=True)
    except (binascii.Error, ValueError):
        raise ExtractUnreadable(f"line {line}: the certificate is not Base64") from None
    return ExtractRecord(**values, certificate=certificate)


def _pieces(file: BinaryIO) -> Iterator[bytes]:
    while piece := file.read(_PIECE):
        yield piece
