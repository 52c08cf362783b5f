"""Why a scenario did not pass, as plain text: for the terminal, for JUnit and for Allure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from reports.evidence import command
from reports.model import ScenarioResult, Severity, StepVerdict, TargetSummary
from reports.rollup import CatalogueEntry
from reports.text import visible


def explain(scenario: ScenarioResult, catalogue: Mapping[str, CatalogueEntry], target: TargetSummary) -> str:
    """The verdict, the step, each requirement concerned, the exchanges, and how to run it again."""
    return "\n".join(visible(line) for line in _lines(scenario, catalogue, target))


def _lines(
    scenario: ScenarioResult, catalogue: Mapping[str, CatalogueEntry], target: TargetSummary
) -> Iterator[str]:
    yield f"{scenario.verdict}: {scenario.key} {scenario.title}"
    yield f"  {scenario.reason}"
    failed = next((step for step in scenario.steps if step.verdict is StepVerdict.FAILED), None)
    if failed is not None:
        yield f"  step:     {failed.keyword} {failed.text}"
    for judged in scenario.findings:
        finding = judged.finding
        kind = "advisory" if judged.severity is Severity.ADVISORY else "broken"
        entry = catalogue.get(finding.requirement)
        rule = f" ({entry.source}, {entry.clause}): {entry.summary}" if entry else ""
        yield f"  {kind}:   {finding.requirement}{rule}"
        yield f"  expected: {finding.expected}"
        yield f"  observed: {finding.observed}"
        if finding.where:
            yield f"  where:    {finding.where}"
    for number, exchange in enumerate(scenario.exchanges, 1):
        who = f" as {exchange.credential}" if exchange.credential else ""
        yield f"  exchange {number}: {exchange.method} {exchange.url}{who}: {exchange.outcome}"
    yield f"  again:    {command(scenario, target)}"
