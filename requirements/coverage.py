"""How far the scenarios cover the catalogue."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from requirements.catalogue import INTERFACES, Catalogue, Requirement, Status
from requirements.features import Scenario


class Sides(StrEnum):
    """Which kinds of scenario cite a requirement."""

    NONE = "no scenario"
    POSITIVE = "positive only"
    NEGATIVE = "negative only"
    BOTH = "positive and negative"


@dataclass(frozen=True, slots=True)
class Covered:
    """One requirement and the scenarios that cite it."""

    requirement: Requirement
    positive: tuple[Scenario, ...]
    negative: tuple[Scenario, ...]

    @property
    def scenarios(self) -> tuple[Scenario, ...]:
        """The scenarios that cite it, positive ones first."""
        return (*self.positive, *self.negative)

    @property
    def sides(self) -> Sides:
        """Which kinds of scenario cite it."""
        if self.positive and self.negative:
            return Sides.BOTH
        if self.positive:
            return Sides.POSITIVE
        return Sides.NEGATIVE if self.negative else Sides.NONE

    @property
    def gap(self) -> bool:
        """Whether it is testable now and nothing cites it."""
        return self.requirement.status is Status.TESTABLE and not self.scenarios

    @property
    def one_sided(self) -> bool:
        """Whether the document names a case, positive or negative, of which there is no scenario."""
        wanted = set(self.requirement.testable)
        only_positive = self.sides is Sides.POSITIVE and "N" in wanted
        return only_positive or (self.sides is Sides.NEGATIVE and "P" in wanted)

    @property
    def contradiction(self) -> bool:
        """Whether a scenario cites what the catalogue calls planned or not testable."""
        return self.requirement.status is not Status.TESTABLE and bool(self.scenarios)


@dataclass(frozen=True, slots=True)
class InterfaceCounts:
    """How many requirements on one interface are in each state. A requirement may be on several."""

    interface: str
    requirements: int
    positive: int
    """Those that a positive scenario cites; those of `both` among them."""
    negative: int
    both: int
    gaps: int
    untested: int
    planned: int


class Coverage:
    """Every requirement with the scenarios that cite it, in the catalogue's order."""

    def __init__(self, catalogue: Catalogue, scenarios: Iterable[Scenario]) -> None:
        """Match the ids that scenarios cite; an id that the catalogue lacks is the lint's to tell."""
        citing: dict[str, list[Scenario]] = {}
        for scenario in scenarios:
            for requirement in scenario.requirements:
                citing.setdefault(requirement, []).append(scenario)
        self.rows = tuple(_covered(row, citing.get(row.id, [])) for row in catalogue.values())

    @property
    def gaps(self) -> tuple[Covered, ...]:
        """What is testable now and cited by nothing."""
        return tuple(row for row in self.rows if row.gap)

    @property
    def contradictions(self) -> tuple[Covered, ...]:
        """What is cited although the catalogue calls it planned or not testable."""
        return tuple(row for row in self.rows if row.contradiction)

    @property
    def one_sided(self) -> tuple[Covered, ...]:
        """What has scenarios of one side only where the document names the other."""
        return tuple(row for row in self.rows if row.one_sided)

    @property
    def untested(self) -> tuple[Covered, ...]:
        """What no scenario can test."""
        return tuple(row for row in self.rows if row.requirement.status is Status.UNTESTED)

    def planned(self) -> dict[str, int]:
        """How many requirements come with what, in the catalogue's order."""
        counts: dict[str, int] = {}
        for row in self.rows:
            if row.requirement.planned is not None:
                counts[row.requirement.planned] = counts.get(row.requirement.planned, 0) + 1
        return counts

    def by_interface(self) -> tuple[InterfaceCounts, ...]:
        """The counts of each interface, in the order of reports."""
        return tuple(self._counts(interface) for interface in INTERFACES)

    def _counts(self, interface: str) -> InterfaceCounts:
        rows = [row for row in self.rows if interface in row.requirement.interfaces]
        return InterfaceCounts(
            interface,
            requirements=len(rows),
            positive=sum(bool(row.positive) for row in rows),
            negative=sum(bool(row.negative) for row in rows),
            both=sum(row.sides is Sides.BOTH for row in rows),
            gaps=sum(row.gap for row in rows),
            untested=sum(row.requirement.status is Status.UNTESTED for row in rows),
            planned=sum(row.requirement.status is Status.PLANNED for row in rows),
        )


def _covered(requirement: Requirement, citing: Iterable[Scenario]) -> Covered:
    by_id = sorted(citing, key=lambda scenario: scenario.id)
    return Covered(
        requirement,
        positive=tuple(scenario for scenario in by_id if not scenario.negative),
        negative=tuple(scenario for scenario in by_id if scenario.negative),
    )
