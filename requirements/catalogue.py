"""The catalogue of requirements: what the specifications ask, one row a requirement.

The rows are data, in `requirements/catalogue/*.toml`, each file from one source document::

    [source]
    document = "SEC Appendix M, SMKI Interface Design Specification"
    version = "M8.0"

    [[requirement]]
    id = "M-2.4.1.3-a"
    clause = "2.4.1.3"
    duty = "RA"                   # RA, SUB (the subscriber) or -
    certainty = "C"               # C read, C2 in a secondary source, R recalled: never decides a verdict
    testable = "P N"              # P positive, N negative, T takes time, X by the operator, I inspected; or -
    interfaces = ["adhoc"]        # names of the target file's statement; or ["all"]
    summary = "..."               # one sentence
    reading = "..."               # optional: how a text that leaves room is read
    planned = "with ..."          # optional: its scenarios come with the interface named
    untested = "..."              # optional: why no scenario can test it

A row with neither `planned` nor `untested` is testable now: at least one scenario must cite it.
"""

from __future__ import annotations

import difflib
import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

INTERFACES = (
    "adhoc",
    "batch",
    "portal-gateway",
    "portal-internet",
    "repository-portal",
    "repository-web-service",
    "repository-sftp",
)
"""The interfaces that a target's conformance statement may claim, in the order of reports."""

DUTIES = ("RA", "SUB", "-")
CERTAINTIES = ("C", "C2", "R")
TEST_LETTERS = ("P", "N", "T", "X", "I")

DIRECTORY = Path(__file__).parent / "catalogue"
"""Where the rows of this suite stand."""

_SEGMENT = r"(?:[0-9]+(?:\.[0-9]+)*(?:\.[A-Z]+)?|[A-Z]+(?:_[A-Z]+)*|[a-z])"
ID_PATTERN = re.compile(rf"[GKMNOPS](?:-{_SEGMENT})+")
"""A requirement's id: ``M-2.4.GO-a``, ``M-A-UNKNOWN_DEVICE``, ``S-2``."""

_REQUIRED = ("id", "clause", "duty", "certainty", "testable", "interfaces", "summary")
_OPTIONAL = ("reading", "planned", "untested")


class CatalogueError(Exception):
    """The catalogue cannot be read; its text has one line for each fault, with file, id, key and value."""

    def __init__(self, faults: Iterable[str]) -> None:
        """Take one line for each fault."""
        self.faults = tuple(faults)
        super().__init__("\n".join(self.faults))


class Status(StrEnum):
    """What the suite does about a requirement."""

    TESTABLE = "testable now"
    PLANNED = "planned"
    UNTESTED = "not testable"


@dataclass(frozen=True, slots=True)
class Requirement:
    """One row of the catalogue."""

    id: str
    source: str
    """The document that asks for it."""
    version: str
    """The edition of that document."""
    clause: str
    duty: str
    """``RA``: what the suite tests; ``SUB``: what the suite does as a subscriber; ``-``: neither."""
    summary: str
    certainty: str
    """``C``, ``C2`` or ``R``. A row marked R is advisory: it never decides a verdict."""
    testable: tuple[str, ...]
    """Letters of `TEST_LETTERS`, in that order; empty where the document gives none."""
    interfaces: tuple[str, ...]
    """Names of `INTERFACES`, in that order; never empty."""
    planned: str | None = None
    """With what its scenarios come; None where they exist or cannot."""
    untested: str | None = None
    """Why no scenario tests it; None where one does or will."""
    reading: str | None = None
    """How the suite reads a text that leaves room."""

    @property
    def status(self) -> Status:
        """Exactly one of testable now, planned and not testable."""
        if self.planned is not None:
            return Status.PLANNED
        return Status.UNTESTED if self.untested is not None else Status.TESTABLE

    @property
    def advisory(self) -> bool:
        """Whether the row is only recalled, so that it never decides a verdict."""
        return self.certainty == "R"


class Catalogue(Mapping[str, Requirement]):
    """Every requirement by its id, in the order of the files and of their rows."""

    def __init__(self, requirements: Iterable[Requirement]) -> None:
        """Take requirements whose ids are unique, in the order to keep."""
        self._by_id = {requirement.id: requirement for requirement in requirements}

    def __getitem__(self, key: str) -> Requirement:
        """The requirement with that id."""
        return self._by_id[key]

    def __iter__(self) -> Iterator[str]:
        """Every id."""
        return iter(self._by_id)

    def __len__(self) -> int:
        """How many requirements there are."""
        return len(self._by_id)

    def for_interface(self, interface: str) -> tuple[Requirement, ...]:
        """The requirements on one interface; ValueError where there is no such interface."""
        if interface not in INTERFACES:
            raise ValueError(f"no interface {interface!r}; one of {', '.join(INTERFACES)}")
        return tuple(row for row in self.values() if interface in row.interfaces)

    def closest(self, name: str) -> str | None:
        """The id most like a mistyped one, if any is near."""
        return next(iter(difflib.get_close_matches(name, self._by_id, n=1)), None)


def load_catalogue(directory: Path = DIRECTORY) -> Catalogue:
    """Read every row under a directory; CatalogueError with every fault found."""
    files = sorted(directory.glob("*.toml"))
    if not files:
        raise CatalogueError([f"{directory}: no *.toml file; the catalogue's files stand here"])
    faults: list[str] = []
    seen: dict[str, str] = {}
    rows: list[Requirement] = []
    for file in files:
        for row in _read_file(file, faults):
            if row.id in seen:
                faults.append(f"{file.name}: {row.id}: id stands in {seen[row.id]} already; ids are unique")
            seen[row.id] = file.name
            rows.append(row)
    if faults:
        raise CatalogueError(faults)
    return Catalogue(rows)


def _read_file(file: Path, faults: list[str]) -> Iterator[Requirement]:
    try:
        document = tomllib.loads(file.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        faults.append(f"{file.name}: not readable as TOML: {error}")
        return
    for key in document.keys() - {"source", "requirement"}:
        faults.append(f"{file.name}: {key}: unknown table; a file holds [source] and [[requirement]]")
    source = document.get("source")
    if not isinstance(source, dict) or set(source) != {"document", "version"}:
        faults.append(f"{file.name}: source: {source!r}; must be a table of 'document' and 'version'")
        return
    entries = document.get("requirement", [])
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        faults.append(f"{file.name}: requirement: must be an array of tables, [[requirement]]")
        return
    for number, entry in enumerate(entries, 1):
        reader = _RowReader(f"{file.name}: {entry.get('id', f'row {number}')}", entry, faults)
        row = reader.read(str(source["document"]), str(source["version"]))
        if row is not None:
            yield row


class _RowReader:
    """Reads one `[[requirement]]` table and notes each fault with its place."""

    def __init__(self, place: str, entry: dict[str, Any], faults: list[str]) -> None:
        self._place = place
        self._entry = entry
        self._faults = faults
        self._sound = True

    def read(self, source: str, version: str) -> Requirement | None:
        """The row; None where it has a fault."""
        self._check_keys()
        row_id = self._text("id")
        if row_id is not None and not ID_PATTERN.fullmatch(row_id):
            self._fault("id", row_id, "must be like M-2.4.GO-a, M-A-SUCCESS or S-2")
        duty = self._choice("duty", DUTIES)
        certainty = self._choice("certainty", CERTAINTIES)
        testable = self._letters()
        interfaces = self._interfaces()
        texts = {key: self._text(key) for key in ("clause", "summary", *_OPTIONAL)}
        if texts["planned"] and texts["untested"]:
            self._fault("planned", texts["planned"], "must not stand beside 'untested'; keep one")
        if texts["planned"] and not texts["planned"].startswith("with "):
            self._fault("planned", texts["planned"], "must say with what it comes: 'with the ...'")
        if not self._sound:
            return None
        return Requirement(
            id=row_id or "",
            source=source,
            version=version,
            clause=texts["clause"] or "",
            duty=duty,
            summary=texts["summary"] or "",
            certainty=certainty,
            testable=testable,
            interfaces=interfaces,
            planned=texts["planned"],
            untested=texts["untested"],
            reading=texts["reading"],
        )

    def _fault(self, key: str, value: object, right: str) -> None:
        self._sound = False
        self._faults.append(f"{self._place}: {key}: {value!r}; {right}")

    def _check_keys(self) -> None:
        known = (*_REQUIRED, *_OPTIONAL)
        for key in self._entry:
            if key not in known:
                near = difflib.get_close_matches(key, known, n=1)
                self._fault(key, self._entry[key], f"unknown key; {_hint(near, known)}")
        for key in _REQUIRED:
            if key not in self._entry:
                self._fault(key, None, "missing; every row has it")

    def _text(self, key: str) -> str | None:
        value = self._entry.get(key)
        if key not in self._entry:
            return None
        if not isinstance(value, str) or not value.strip() or value != " ".join(value.split()):
            self._fault(key, value, "must be one line of text without spaces at its ends")
            return None
        return value

    def _choice(self, key: str, allowed: tuple[str, ...]) -> str:
        value = self._entry.get(key)
        if key in self._entry and value not in allowed:
            self._fault(key, value, f"must be one of {', '.join(allowed)}")
        return str(value)

    def _letters(self) -> tuple[str, ...]:
        value = self._entry.get("testable", "-")
        if value == "-":
            return ()
        letters = value.split() if isinstance(value, str) else []
        if not letters or letters != [letter for letter in TEST_LETTERS if letter in letters]:
            right = f"must be '-' or letters of '{' '.join(TEST_LETTERS)}' in that order, each once"
            self._fault("testable", value, right)
        return tuple(letters)

    def _interfaces(self) -> tuple[str, ...]:
        value = self._entry.get("interfaces", ["all"])
        if value == ["all"]:
            return INTERFACES
        named = value if isinstance(value, list) else []
        if not named or named != [name for name in INTERFACES if name in named]:
            right = f"must be ['all'] or a list of {', '.join(INTERFACES)}, in that order, each once"
            self._fault("interfaces", value, right)
        return tuple(named)


def _hint(near: list[str], known: Iterable[str]) -> str:
    return f"did you mean '{near[0]}'?" if near else f"known keys are {', '.join(known)}"
