"""The summaries that the terminal, `results.json` and the page share."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from reports.model import RequirementResult, RequirementVerdict, Run, ScenarioResult, Verdict

AREAS = {
    "AHW": "Ad Hoc Device CSR Web Service",
    "BWS": "Batched Device CSR Web Service",
    "PGO": "Portal via DCC Gateway, Organisation CSRs",
    "PGD": "Portal via DCC Gateway, Device CSRs",
    "INT": "Portal via the Internet",
    "TLS": "Transport security and access",
    "RPO": "Repository Portal",
    "RWS": "Repository Web Service",
    "RSF": "Repository SFTP",
    "CRT": "Certificate profiles",
    "DEM": "Demand: windows, limits, times",
    "E2E": "Journeys across interfaces",
}
"""What each area of scenario ids is about, in the order of reports."""

REQUIREMENT_COLUMNS = (
    RequirementVerdict.PROVED,
    RequirementVerdict.FAILED,
    RequirementVerdict.UNPROVED,
    RequirementVerdict.INCONCLUSIVE,
    RequirementVerdict.SUSPENDED,
    RequirementVerdict.ADVISORY,
    RequirementVerdict.NOT_RUN,
    RequirementVerdict.NOT_TESTED,
    RequirementVerdict.PLANNED,
    RequirementVerdict.NOT_APPLICABLE,
)
"""The verdicts on requirements, in the order of reports."""


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a table: a name, and how many of each verdict."""

    name: str
    title: str
    counts: dict[str, int]
    """Verdict to number; every verdict of the table is a key."""


def by_interface(run: Run) -> list[Row]:
    """Requirements by interface that the target claims; one of several interfaces counts in each."""
    rows = []
    for interface in run.target.interfaces:
        concerned = [r for r in run.requirements if interface in r.interfaces or not r.interfaces]
        rows.append(Row(interface, interface, requirement_counts(concerned)))
    return rows


def by_area(scenarios: Sequence[ScenarioResult]) -> list[Row]:
    """Scenarios by area, in the order of `AREAS`, then unknown areas."""
    present = {scenario.area for scenario in scenarios}
    order = [area for area in AREAS if area in present] + sorted(present - AREAS.keys())
    rows = []
    for area in order:
        counts = scenario_counts(s for s in scenarios if s.area == area)
        rows.append(Row(area, AREAS.get(area, area), counts))
    return rows


def requirement_counts(requirements: Iterable[RequirementResult]) -> dict[str, int]:
    """How many requirements have each verdict."""
    found = Counter(r.verdict for r in requirements)
    return {verdict.value: found[verdict] for verdict in REQUIREMENT_COLUMNS}


def scenario_counts(scenarios: Iterable[ScenarioResult]) -> dict[str, int]:
    """How many scenarios have each verdict."""
    found = Counter(scenario.verdict for scenario in scenarios)
    return {verdict.value: found[verdict] for verdict in Verdict}


@dataclass(frozen=True, slots=True)
class Group:
    """What was left out for one reason."""

    verdict: str
    reason: str
    members: tuple[str, ...]
    """Scenario keys, or requirement ids."""


def scenarios_left_out(scenarios: Iterable[ScenarioResult]) -> list[Group]:
    """Scenarios that were not run or not applicable, by reason; the largest group first."""
    return _grouped(
        (scenario.verdict, scenario.reason or ("not selected" if scenario.deselected else ""), scenario.key)
        for scenario in scenarios
        if scenario.verdict in (Verdict.NOT_RUN, Verdict.NOT_APPLICABLE)
    )


def requirements_left_out(run: Run) -> list[Group]:
    """Requirements of the claimed interfaces that were not tested, by reason; the largest group first."""
    left_out = (RequirementVerdict.NOT_RUN, RequirementVerdict.NOT_TESTED, RequirementVerdict.PLANNED)
    return _grouped(
        (r.verdict, "; ".join(r.reasons), r.id) for r in run.requirements if r.verdict in left_out
    )


def _grouped(entries: Iterable[tuple[str, str, str]]) -> list[Group]:
    groups: dict[tuple[str, str], list[str]] = {}
    for verdict, reason, member in entries:
        groups.setdefault((str(verdict), reason or "no reason given"), []).append(member)
    found = [Group(verdict, reason, tuple(members)) for (verdict, reason), members in groups.items()]
    return sorted(found, key=lambda group: (group.verdict, -len(group.members)))
