"""The two matrices, requirement to scenarios and scenario to requirements, as Markdown under docs/matrix."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from pathlib import Path

from requirements.catalogue import INTERFACES, Catalogue, Requirement, Status
from requirements.coverage import Coverage, Covered
from requirements.features import Scenario

DIRECTORY = Path("docs") / "matrix"
"""Where the matrices stand, from the root."""

_MADE = "Written by `python3 smki.py requirements --write`. Do not edit by hand."


def render_matrices(catalogue: Catalogue, scenarios: Sequence[Scenario]) -> dict[str, str]:
    """Each matrix's file name and text. The same catalogue and scenarios always give the same text."""
    return {
        "requirements.md": _requirements(Coverage(catalogue, scenarios)),
        "scenarios.md": _scenarios(catalogue, scenarios),
    }


def write_matrices(root: Path, catalogue: Catalogue, scenarios: Sequence[Scenario]) -> tuple[Path, ...]:
    """Write both matrices under `root`; the files written."""
    directory = root / DIRECTORY
    directory.mkdir(parents=True, exist_ok=True)
    written = []
    for name, text in render_matrices(catalogue, scenarios).items():
        path = directory / name
        path.write_text(text, encoding="utf-8", newline="\n")
        written.append(path)
    return tuple(written)


def stale_matrices(root: Path, catalogue: Catalogue, scenarios: Sequence[Scenario]) -> tuple[str, ...]:
    """The matrices under `root` that are missing or are not what they would be if written now."""
    stale = []
    for name, text in render_matrices(catalogue, scenarios).items():
        path = root / DIRECTORY / name
        if not path.is_file() or path.read_text(encoding="utf-8", errors="replace") != text:
            stale.append((DIRECTORY / name).as_posix())
    return tuple(stale)


def _requirements(coverage: Coverage) -> str:
    lines = ["# Requirements and the scenarios that cite them", "", _MADE, ""]
    lines += ["- Whose: RA, the Registration Authority under test; SUB, the subscriber, so the suite itself."]
    lines += ["- Mark: C read in the document, C2 in a secondary source, R recalled and so only advisory."]
    lines += ["- Test: P positive, N negative, T takes time, X needs the operator, I inspected."]
    for (source, version), rows in groupby(coverage.rows, key=lambda row: _source(row.requirement)):
        lines += ["", f"## {_escaped(source)}, {_escaped(version)}", ""]
        lines += _table(
            ("Requirement", "Clause", "What it asks", "Whose", "Mark", "Test", "Interfaces", "Scenarios"),
            (_requirement_cells(row) for row in rows),
        )
    return "\n".join(lines) + "\n"


def _source(row: Requirement) -> tuple[str, str]:
    return row.source, row.version


def _requirement_cells(row: Covered) -> Iterator[str]:
    requirement = row.requirement
    yield _anchored(requirement.id)
    yield _escaped(requirement.clause)
    reading = f"<br>Reading: {_escaped(requirement.reading)}" if requirement.reading else ""
    yield _escaped(requirement.summary) + reading
    yield requirement.duty
    yield requirement.certainty
    yield " ".join(requirement.testable) or "-"
    every = requirement.interfaces == INTERFACES
    yield "all" if every else ", ".join(requirement.interfaces)
    links = ", ".join(f"[{one.id}](scenarios.md#{one.id.lower()})" for one in row.scenarios)
    if requirement.status is Status.PLANNED:
        yield f"planned {_escaped(requirement.planned or '')}"
    elif requirement.status is Status.UNTESTED:
        yield f"not testable: {_escaped(requirement.untested or '')}"
    else:
        yield links or "**none**"


def _scenarios(catalogue: Catalogue, scenarios: Sequence[Scenario]) -> str:
    lines = ["# Scenarios and the requirements that they cite", "", _MADE]
    for file, group in groupby(scenarios, key=lambda scenario: scenario.file):
        members = sorted(group, key=lambda scenario: scenario.id)
        lines += ["", f"## {_escaped(members[0].feature)}", "", f"[{file}](../../{file})", ""]
        lines += _table(
            ("Scenario", "Title", "Runs", "Needs", "Requirements"),
            (_scenario_cells(catalogue, scenario) for scenario in members),
        )
    return "\n".join(lines) + "\n"


def _scenario_cells(catalogue: Catalogue, scenario: Scenario) -> Iterator[str]:
    yield _anchored(scenario.id)
    yield _escaped(scenario.title) + (" (advisory)" if scenario.advisory else "")
    yield str(scenario.runs)
    yield ", ".join(need.removeprefix("needs-") for need in scenario.needs) or "-"
    order = {name: place for place, name in enumerate(catalogue)}
    cited = sorted(scenario.requirements, key=lambda name: (order.get(name, len(order)), name))
    yield ", ".join(f"[{name}](requirements.md#{name.lower()})" for name in cited) or "**none**"


def _table(head: Sequence[str], rows: Iterable[Iterable[str]]) -> Iterator[str]:
    yield "| " + " | ".join(head) + " |"
    yield "| " + " | ".join("---" for _ in head) + " |"
    for row in rows:
        yield "| " + " | ".join(row) + " |"


def _anchored(name: str) -> str:
    return f'<a id="{name.lower()}"></a>{name}'


def _escaped(text: str) -> str:
    """Text as a cell shows it: no column, tag or emphasis comes of it."""
    for character, shown in (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"), ("|", "\\|"), ("*", "\\*")):
        text = text.replace(character, shown)
    return text
