"""What pytest's own JUnit writer is given for each scenario: `item.user_properties`."""

from __future__ import annotations

from reports.model import ScenarioResult


def properties(scenario: ScenarioResult) -> list[tuple[str, str]]:
    """Id, area and verdict, then one ``requirement`` for each that the scenario cites."""
    return [
        ("id", scenario.id),
        ("area", scenario.area),
        ("verdict", str(scenario.verdict)),
        *(("requirement", requirement) for requirement in scenario.requirements),
    ]
