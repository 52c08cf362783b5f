"""Reads the feature files into small records, with the same parser as the runner's, but hiding nothing.

The runner drops the first of two scenarios with one name and meets an undefined step only when it runs; so
what the lint and the matrices see comes from here, not from the runner.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from gherkin.errors import CompositeParserException, ParserError
from gherkin.parser import Parser

SCENARIO_ID = re.compile(r"[A-Z0-9]{3}-[PN]\d\d")
"""A scenario's id, a tag: ``AHW-N07``."""

PLACEHOLDER = re.compile(r"<([^\s<>][^<>]*)>")
"""An outline's placeholder: ``<curve>``."""

_KINDS = {"Context": "given", "Action": "when", "Outcome": "then"}


class FeatureError(Exception):
    """Feature files that cannot be read; the text has one line for each, with file and line."""


@dataclass(frozen=True, slots=True)
class Step:
    """One step, as written or with an outline's row filled in."""

    keyword: str
    """As written: ``Given``, ``And``."""
    kind: str
    """``given``, ``when`` or ``then``; of an `And`, that of the step before. Empty where there is none."""
    text: str
    line: int
    docstring: str | None = None
    table: tuple[tuple[str, ...], ...] = ()

    def filled(self, row: Mapping[str, str]) -> Step:
        """The step with the placeholders of a row replaced; others stay as they are."""
        return replace(
            self,
            text=_fill(self.text, row),
            docstring=None if self.docstring is None else _fill(self.docstring, row),
            table=tuple(tuple(_fill(cell, row) for cell in cells) for cells in self.table),
        )

    @property
    def texts(self) -> tuple[str, ...]:
        """Every text in which a placeholder may stand."""
        cells = (cell for line in self.table for cell in line)
        return (self.text, *cells) if self.docstring is None else (self.text, self.docstring, *cells)


@dataclass(frozen=True, slots=True)
class ExampleRow:
    """One row of an outline's table."""

    line: int
    values: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Examples:
    """One table of an outline."""

    line: int
    columns: tuple[str, ...]
    rows: tuple[ExampleRow, ...]
    tags: tuple[str, ...] = ()
    """Tags on the table itself, without the at sign."""


@dataclass(frozen=True, slots=True)
class Scenario:
    """One scenario or outline."""

    title: str
    feature: str
    """Title of its feature."""
    file: str
    """Path from the root, with slashes."""
    line: int
    outline: bool
    """Whether it was written as an outline."""
    tags: tuple[str, ...]
    """Without the at sign: those of its feature, of its rule, its own; each once."""
    steps: tuple[Step, ...]
    """Those of its backgrounds first."""
    examples: tuple[Examples, ...] = ()

    @property
    def ids(self) -> tuple[str, ...]:
        """The tags that are scenario ids; the lint holds that there is one."""
        return tuple(tag for tag in self.tags if SCENARIO_ID.fullmatch(tag))

    @property
    def id(self) -> str:
        """Its id; where it has none, its place, so that a report can still name it."""
        return next(iter(self.ids), f"{self.file}:{self.line}")

    @property
    def negative(self) -> bool:
        """Whether the id says that it is a negative case."""
        return any(name[4] == "N" for name in self.ids)

    @property
    def needs(self) -> tuple[str, ...]:
        """Its `needs-` tags."""
        return tuple(tag for tag in self.tags if tag.startswith("needs-"))

    @property
    def interfaces(self) -> tuple[str, ...]:
        """The names in its `interface-` tags."""
        return tuple(tag.removeprefix("interface-") for tag in self.tags if tag.startswith("interface-"))

    @property
    def advisory(self) -> bool:
        """Whether its findings are advisory."""
        return "advisory" in self.tags

    @property
    def requirements(self) -> tuple[str, ...]:
        """Every other tag: the requirements that it cites, known to the catalogue or not."""
        return tuple(tag for tag in self.tags if not _is_reserved(tag))

    @property
    def rows(self) -> tuple[ExampleRow, ...]:
        """The rows of all its tables."""
        return tuple(row for table in self.examples for row in table.rows)

    @property
    def runs(self) -> int:
        """How often it runs: once a row, or once."""
        return len(self.rows) if self.outline else 1

    def filled_steps(self) -> Iterator[tuple[ExampleRow | None, Step]]:
        """Every step as it runs, with the row that filled it."""
        for row in self.rows or (None,):
            for step in self.steps:
                yield row, step if row is None else step.filled(row.values)


def read_features(root: Path) -> tuple[Scenario, ...]:
    """Every scenario under `root`/features, by file and line; FeatureError with every file that fails."""
    scenarios: list[Scenario] = []
    faults: list[str] = []
    for file in sorted((root / "features").rglob("*.feature")):
        try:
            scenarios += read_feature(file, root)
        except FeatureError as error:
            faults.append(str(error))
    if faults:
        raise FeatureError("\n".join(faults))
    return tuple(scenarios)


def read_feature(file: Path, root: Path) -> tuple[Scenario, ...]:
    """The scenarios of one file, in its order; FeatureError where it is not Gherkin in UTF-8."""
    name = file.relative_to(root).as_posix()
    try:
        feature: Any = Parser().parse(file.read_text(encoding="utf-8")).get("feature")
    except CompositeParserException as error:
        raise FeatureError("\n".join(f"{name}: {one}" for one in error.errors)) from error
    except (ParserError, UnicodeDecodeError) as error:
        raise FeatureError(f"{name}: {error}") from error
    if feature is None:
        raise FeatureError(f"{name}: no feature in it")
    return tuple(_Reader(name, feature["name"]).children(feature, (), ()))


class _Reader:
    """Turns the parser's tree into records."""

    def __init__(self, file: str, title: str) -> None:
        self._file = file
        self._title = title

    def children(self, parent: Any, tags: tuple[str, ...], steps: tuple[Step, ...]) -> Iterator[Scenario]:
        """The scenarios of a feature or rule, under the tags and background steps around it."""
        tags = _merged(tags, _tags(parent))
        for child in parent["children"]:
            if "background" in child:
                steps = (*steps, *_steps(child["background"]["steps"]))
            elif "rule" in child:
                yield from self.children(child["rule"], tags, steps)
            else:
                yield self._scenario(child["scenario"], tags, steps)

    def _scenario(self, node: Any, tags: tuple[str, ...], background: tuple[Step, ...]) -> Scenario:
        return Scenario(
            title=node["name"],
            feature=self._title,
            file=self._file,
            line=node["location"]["line"],
            outline=bool(node["examples"]) or "Outline" in node["keyword"] or "Template" in node["keyword"],
            tags=_merged(tags, _tags(node)),
            steps=(*background, *_steps(node["steps"])),
            examples=tuple(_examples(table) for table in node["examples"]),
        )


def _tags(node: Any) -> tuple[str, ...]:
    return tuple(tag["name"].removeprefix("@") for tag in node["tags"])


def _merged(outer: tuple[str, ...], inner: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*outer, *inner)))


def _steps(nodes: Iterable[Any]) -> Iterator[Step]:
    kind = ""
    for node in nodes:
        kind = _KINDS.get(node["keywordType"], kind)
        table = node.get("dataTable", {"rows": []})
        yield Step(
            keyword=node["keyword"].strip(),
            kind=kind,
            text=node["text"],
            line=node["location"]["line"],
            docstring=node["docString"]["content"] if "docString" in node else None,
            table=tuple(tuple(cell["value"] for cell in row["cells"]) for row in table["rows"]),
        )


def _examples(node: Any) -> Examples:
    columns = tuple(cell["value"] for cell in node["tableHeader"]["cells"]) if "tableHeader" in node else ()
    rows = tuple(
        ExampleRow(
            row["location"]["line"],
            dict(zip(columns, (cell["value"] for cell in row["cells"]), strict=True)),
        )
        for row in node.get("tableBody", [])
    )
    return Examples(node["location"]["line"], columns, rows, _tags(node))


def _fill(text: str, row: Mapping[str, str]) -> str:
    return PLACEHOLDER.sub(lambda match: row.get(match[1], match[0]), text)


def _is_reserved(tag: str) -> bool:
    prefixed = tag.startswith(("needs-", "interface-"))
    return prefixed or tag == "advisory" or SCENARIO_ID.fullmatch(tag) is not None
