"""`python -m requirements`: coverage of the catalogue, the feature lint, and the matrices."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NoReturn

from requirements.catalogue import Catalogue, CatalogueError, load_catalogue
from requirements.coverage import Coverage, Covered
from requirements.features import FeatureError, Scenario, read_features
from requirements.lint import lint
from requirements.matrix import stale_matrices, write_matrices

ROOT = Path(__file__).resolve().parent.parent

USAGE_ERROR = 4
"""Exit status of a usage error, the same for every verb."""


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        self.print_usage(sys.stderr)
        self.exit(USAGE_ERROR, f"{self.prog}: {message}\n")


def main(
    arguments: Sequence[str] | None = None, root: Path = ROOT, catalogue: Catalogue | None = None
) -> int:
    """Print the coverage of the scenarios under a root; 0 where nothing is wrong, 1 where something is."""
    parser = _Parser(
        prog="requirements",
        description="Print how far the scenarios cover the catalogue of requirements, and check both.",
        epilog="Exit status: 0 nothing is wrong; 1 a gap, an unknown id, a fault of a feature or of the "
        "catalogue, or a stale matrix; 4 a usage error.",
    )
    parser.add_argument("--write", action="store_true", help="write the two matrices under docs/matrix")
    options = parser.parse_args(arguments)
    try:
        rows = load_catalogue() if catalogue is None else catalogue
        scenarios = read_features(root)
    except (CatalogueError, FeatureError) as error:
        print(error)
        return 1
    coverage = Coverage(rows, scenarios)
    _print(_summary(coverage, scenarios))
    if options.write:
        for path in write_matrices(root, rows, scenarios):
            _print([f"Written: {path.relative_to(root).as_posix()}"])
    faults = list(_faults(root, rows, scenarios, coverage))
    _print(faults)
    _print([f"{len(faults)} faults." if faults else "No faults."])
    return 1 if faults else 0


def _faults(
    root: Path, catalogue: Catalogue, scenarios: Sequence[Scenario], coverage: Coverage
) -> Iterator[str]:
    for problem in lint(root, catalogue, scenarios):
        yield str(problem)
    for row in coverage.gaps:
        yield f"{row.requirement.id}: testable now, but no scenario cites it"
    for row in coverage.contradictions:
        names = ", ".join(scenario.id for scenario in row.scenarios)
        yield f"{row.requirement.id}: {row.requirement.status} in the catalogue, but cited by {names}"
    for name in stale_matrices(root, catalogue, scenarios):
        yield f"{name}: stale; run: python3 smki.py requirements --write"


def _summary(coverage: Coverage, scenarios: Sequence[Scenario]) -> Iterator[str]:
    yield f"{len(coverage.rows)} requirements, {len(scenarios)} scenarios, {_runs(scenarios)} runs of them."
    yield ""
    yield from _interface_table(coverage)
    yield "A requirement on several interfaces counts in each."
    yield from _listed("Not testable", [_reason(row) for row in coverage.untested])
    yield from _listed("Planned", [f"{count:4} {phrase}" for phrase, count in coverage.planned().items()])
    yield from _listed("One side only", [f"{row.requirement.id}: {row.sides}" for row in coverage.one_sided])
    yield ""


def _interface_table(coverage: Coverage) -> Iterator[str]:
    heads = ("interface", "rows", "positive", "negative", "both", "gaps", "not testable", "planned")
    counts = [
        (
            one.interface,
            one.requirements,
            one.positive,
            one.negative,
            one.both,
            one.gaps,
            one.untested,
            one.planned,
        )
        for one in coverage.by_interface()
    ]
    wide = max(len(str(line[0])) for line in counts)
    yield "  ".join([heads[0].ljust(wide), *heads[1:]])
    for line in counts:
        cells = [str(cell).rjust(len(head)) for cell, head in zip(line[1:], heads[1:], strict=True)]
        yield "  ".join([str(line[0]).ljust(wide), *cells])


def _listed(title: str, lines: Sequence[str]) -> Iterator[str]:
    if lines:
        yield ""
        yield f"{title}:"
        yield from (f"  {line}" for line in lines)


def _reason(row: Covered) -> str:
    return f"{row.requirement.id}: {row.requirement.untested}"


def _runs(scenarios: Sequence[Scenario]) -> int:
    return sum(scenario.runs for scenario in scenarios)


def _print(lines: Iterator[str] | Sequence[str]) -> None:
    for line in lines:
        print(line)


if __name__ == "__main__":
    sys.exit(main())
