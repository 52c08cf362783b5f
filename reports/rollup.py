"""From scenarios to requirements, from requirements to the run: pure functions.

A requirement is, by the first rule that holds:

1. FAILED where a failure finding names it, an incidental one included;
2. UNPROVED where a failed scenario cites it: what the scenario stopped at says nothing for the rest;
3. PROVED where at least one scenario that cites it was executed and passed, a negative one among them where
   there are negative ones;
4. INCONCLUSIVE where a scenario that cites it was inconclusive;
5. SUSPENDED where a scenario that cites it waits for what comes later;
6. NOT APPLICABLE where the target claims none of its interfaces, or every citing scenario is not applicable;
7. PLANNED or NOT TESTED where the catalogue says so and no scenario cites it;
8. NOT RUN otherwise.

A requirement that is recalled only (mark R) never fails: it is ADVISORY where rule 1 or 2 would hold, or
where an advisory finding names it. An id that the catalogue does not know is judged all the same.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from reports.model import (
    JudgedFinding,
    RequirementResult,
    RequirementVerdict,
    Run,
    RunVerdict,
    ScenarioResult,
    Severity,
    Verdict,
)

RECALLED = "R"
"""The certainty mark of a row that never decides a pass or a fail by itself."""
BROKEN = frozenset({RequirementVerdict.FAILED, RequirementVerdict.UNPROVED})
"""What makes a run NOT CONFORMANT."""

EXIT_STATUS = {
    RunVerdict.CONFORMANT: 0,
    RunVerdict.NOT_CONFORMANT: 1,
    RunVerdict.INCONCLUSIVE: 5,
}
INTERRUPTED, INTERNAL_ERROR, USAGE_ERROR = 2, 3, 4


class CatalogueEntry(Protocol):
    """What the roll-up reads of a requirement in the catalogue."""

    @property
    def id(self) -> str:
        """``G-12-b``."""

    @property
    def source(self) -> str:
        """The document."""

    @property
    def version(self) -> str:
        """The document's edition."""

    @property
    def clause(self) -> str:
        """The clause in that document."""

    @property
    def duty(self) -> str:
        """``RA``, ``SUB`` or ``-``."""

    @property
    def summary(self) -> str:
        """The rule in a short sentence."""

    @property
    def certainty(self) -> str:
        """``C``, ``C2`` or ``R``."""

    @property
    def interfaces(self) -> Collection[str]:
        """Names of the conformance statement's list; none stands for every interface."""

    @property
    def planned(self) -> str | None:
        """When its scenarios come, where they do not exist yet."""

    @property
    def untested(self) -> str | None:
        """Why it is not tested, where it is not."""

    @property
    def reading(self) -> str | None:
        """How an ambiguous text is read."""


@dataclass(slots=True)
class _Evidence:
    """What the scenarios of a run say of one requirement."""

    citing: list[ScenarioResult] = field(default_factory=list)
    failures: dict[str, str] = field(default_factory=dict)
    """Scenario key to what was observed, of failure findings."""
    advisories: dict[str, str] = field(default_factory=dict)

    def with_verdict(self, *verdicts: Verdict) -> list[ScenarioResult]:
        return [scenario for scenario in self.citing if scenario.verdict in verdicts]


def roll_up(
    scenarios: Iterable[ScenarioResult],
    catalogue: Mapping[str, CatalogueEntry],
    claimed: Collection[str],
) -> list[RequirementResult]:
    """One result for each requirement, in the catalogue's order; ids that it does not know come last.

    `claimed` is the interfaces of the target's conformance statement.
    """
    evidence = _gather(scenarios)
    results = [_judge(entry, evidence.pop(entry.id, _Evidence()), claimed) for entry in catalogue.values()]
    unknown = [_judge(_Unknown(name), found, claimed) for name, found in sorted(evidence.items())]
    return results + unknown


def judge_run(
    requirements: Sequence[RequirementResult],
    scenarios: Sequence[ScenarioResult],
    *,
    complete: bool,
) -> RunVerdict:
    """The run's verdict: NOT CONFORMANT on a broken requirement, CONFORMANT only on a full proof."""
    if any(r.verdict in BROKEN for r in requirements):
        return RunVerdict.NOT_CONFORMANT
    if doubts(requirements, scenarios, complete=complete):
        return RunVerdict.INCONCLUSIVE
    return RunVerdict.CONFORMANT


def doubts(
    requirements: Sequence[RequirementResult],
    scenarios: Sequence[ScenarioResult],
    *,
    complete: bool,
) -> list[str]:
    """Why a run in which nothing failed is not conformant all the same; empty where it is."""
    found: list[str] = []
    if not complete:
        found.append("the run was interrupted")
    passed = any(scenario.verdict is Verdict.PASS for scenario in scenarios)
    proved = any(r.verdict is RequirementVerdict.PROVED and r.certainty != RECALLED for r in requirements)
    if not (passed and proved):
        found.append("nothing was proved")
    inconclusive = sum(scenario.verdict is Verdict.INCONCLUSIVE for scenario in scenarios)
    if inconclusive:
        found.append(f"{count(inconclusive, 'scenario')} inconclusive")
    if suspended := _suspended(scenarios):
        found.append(suspended)
    missed = sum(scenario.deselected for scenario in scenarios)
    if missed:
        found.append(f"{count(missed, 'scenario')} not selected")
    elif any(r.blocks for r in requirements):
        found.append(f"{count(sum(r.blocks for r in requirements), 'requirement')} not tested")
    stray = _failed_for_no_requirement(scenarios, requirements)
    if stray:
        found.append(f"{count(stray, 'scenario')} failed without a requirement")
    return found


def conclude(run: Run, catalogue: Mapping[str, CatalogueEntry]) -> None:
    """Fill in the run's requirements, verdict and one line, from its scenarios and `run.complete`."""
    run.requirements = roll_up(run.scenarios, catalogue, run.target.interfaces)
    run.verdict = judge_run(run.requirements, run.scenarios, complete=run.complete)
    run.line = one_line(run)


def exit_status(run: Run, pytest_status: int = 0) -> int:
    """The exit status of the run's process.

    `pytest_status` is pytest's own: an interruption (2), an internal error (3) and a usage error (4) stand;
    the others say only whether tests passed, which is not the question.
    """
    if pytest_status in (INTERRUPTED, INTERNAL_ERROR, USAGE_ERROR):
        return pytest_status
    return EXIT_STATUS[run.verdict]


def one_line(run: Run) -> str:
    """The run in one line: the verdict, how many requirements were proved, and how many were not tested."""
    verdicts = [r.verdict for r in run.requirements]

    def number(verdict: RequirementVerdict) -> int:
        return verdicts.count(verdict)

    judged = [
        f"{count(number(RequirementVerdict.PROVED), 'requirement')} proved",
        f"{number(RequirementVerdict.FAILED)} failed",
    ]
    for verdict in (
        RequirementVerdict.UNPROVED,
        RequirementVerdict.INCONCLUSIVE,
        RequirementVerdict.SUSPENDED,
        RequirementVerdict.ADVISORY,
    ):
        if number(verdict):
            judged.append(f"{number(verdict)} {verdict.value.lower()}")
    parts = [", ".join(judged), _not_tested(run.requirements), _scenarios_run(run.scenarios)]
    if run.verdict is RunVerdict.INCONCLUSIVE:
        parts.append(", ".join(doubts(run.requirements, run.scenarios, complete=run.complete)))
    else:
        parts += ["the run was interrupted"] if not run.complete else []
        parts += filter(None, [_suspended(run.scenarios)])
    return f"{run.verdict}: {'; '.join(parts)}."


def count(number: int, noun: str) -> str:
    """``1 scenario``, ``2 scenarios``."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def _not_tested(requirements: Sequence[RequirementResult]) -> str:
    kinds = {
        "not selected": sum(r.blocks for r in requirements),
        "by this target": sum(r.verdict is RequirementVerdict.NOT_RUN and not r.blocks for r in requirements),
        "by nature": sum(r.verdict is RequirementVerdict.NOT_TESTED for r in requirements),
        "planned": sum(r.verdict is RequirementVerdict.PLANNED for r in requirements),
    }
    detail = ", ".join(f"{number} {kind}" for kind, number in kinds.items() if number)
    return f"{sum(kinds.values())} not tested" + (f" ({detail})" if detail else "")


def _scenarios_run(scenarios: Sequence[ScenarioResult]) -> str:
    failed = sum(s.verdict is Verdict.FAIL for s in scenarios)
    not_run = sum(s.verdict is Verdict.NOT_RUN for s in scenarios)
    line = f"{count(sum(s.executed for s in scenarios), 'scenario')} run"
    line += f", {failed} failed" if failed else ""
    return line + (f", {not_run} not run" if not_run else "")


def _suspended(scenarios: Sequence[ScenarioResult]) -> str:
    """``3 scenarios suspended``; empty where none is."""
    number = sum(scenario.verdict is Verdict.SUSPENDED for scenario in scenarios)
    return f"{count(number, 'scenario')} suspended" if number else ""


def _gather(scenarios: Iterable[ScenarioResult]) -> dict[str, _Evidence]:
    """What is said of each requirement, by the scenarios that cite it first, then incidentally."""
    evidence: dict[str, _Evidence] = {}
    found: list[tuple[ScenarioResult, JudgedFinding]] = []
    for scenario in scenarios:
        for name in dict.fromkeys(scenario.requirements):
            evidence.setdefault(name, _Evidence()).citing.append(scenario)
        found += [(scenario, judged) for judged in scenario.findings]
    for scenario, judged in sorted(found, key=lambda pair: pair[1].incidental):
        named = evidence.setdefault(judged.finding.requirement, _Evidence())
        kept = named.failures if judged.severity is Severity.FAILURE else named.advisories
        kept.setdefault(scenario.key, f"{scenario.key}: {judged.finding.observed}")
    return evidence


def _judge(entry: CatalogueEntry, evidence: _Evidence, claimed: Collection[str]) -> RequirementResult:
    verdict, reasons = _verdict(entry, evidence, claimed)
    return RequirementResult(
        id=entry.id,
        verdict=verdict,
        source=entry.source,
        version=entry.version,
        clause=entry.clause,
        duty=entry.duty,
        summary=entry.summary,
        certainty=entry.certainty,
        interfaces=tuple(entry.interfaces),
        scenarios=tuple(scenario.key for scenario in evidence.citing),
        reasons=tuple(dict.fromkeys(reasons)),
        findings=tuple(dict.fromkeys([*evidence.failures, *evidence.advisories])),
        reading=entry.reading or "",
        blocks=verdict is RequirementVerdict.NOT_RUN and _could_have_run(evidence),
    )


def _verdict(
    entry: CatalogueEntry, evidence: _Evidence, claimed: Collection[str]
) -> tuple[RequirementVerdict, list[str]]:
    failed = evidence.with_verdict(Verdict.FAIL)
    failures = [*evidence.failures.values()]
    unproved = [f"{scenario.key} failed" for scenario in failed]
    if entry.certainty == RECALLED and (failures or failed or evidence.advisories):
        return RequirementVerdict.ADVISORY, [*failures, *evidence.advisories.values(), *unproved]
    if failures:
        return RequirementVerdict.FAILED, failures
    if failed:
        return RequirementVerdict.UNPROVED, unproved
    executed = evidence.with_verdict(Verdict.PASS, Verdict.ADVISORY)
    missing = _prohibitions_not_tried(evidence)
    if executed and not missing:
        return RequirementVerdict.PROVED, [*evidence.advisories.values()]
    if inconclusive := evidence.with_verdict(Verdict.INCONCLUSIVE):
        return RequirementVerdict.INCONCLUSIVE, _reasons(inconclusive)
    if suspended := evidence.with_verdict(Verdict.SUSPENDED):
        return RequirementVerdict.SUSPENDED, _reasons(suspended)
    return _not_judged(entry, evidence, claimed)


def _not_judged(
    entry: CatalogueEntry, evidence: _Evidence, claimed: Collection[str]
) -> tuple[RequirementVerdict, list[str]]:
    """The verdict on a requirement that no executed scenario says anything of."""
    if not _claims(entry, claimed):
        interfaces = ", ".join(entry.interfaces)
        return RequirementVerdict.NOT_APPLICABLE, [f"the target does not claim: {interfaces}"]
    not_run = evidence.with_verdict(Verdict.NOT_RUN)
    if evidence.citing and not not_run:
        return RequirementVerdict.NOT_APPLICABLE, _reasons(evidence.citing)
    if not_run:
        return RequirementVerdict.NOT_RUN, _reasons(not_run)
    if entry.untested:
        return RequirementVerdict.NOT_TESTED, [entry.untested]
    if entry.planned:
        return RequirementVerdict.PLANNED, [entry.planned]
    return RequirementVerdict.NOT_RUN, ["no scenario that cites it was selected"]


def _claims(entry: CatalogueEntry, claimed: Collection[str]) -> bool:
    return not entry.interfaces or not set(entry.interfaces).isdisjoint(claimed)


def _prohibitions_not_tried(evidence: _Evidence) -> list[ScenarioResult]:
    """The negative scenarios that cite a requirement, where not one of them was executed.

    That an RA accepts what is right says nothing of what it must refuse.
    """
    negatives = [scenario for scenario in evidence.citing if scenario.negative]
    if any(scenario.executed for scenario in negatives):
        return []
    return [scenario for scenario in negatives if scenario.verdict is not Verdict.NOT_APPLICABLE]


def _could_have_run(evidence: _Evidence) -> bool:
    """Whether the selection, and not the target, kept a requirement from being tested.

    Nothing cites it (the scenarios that do were not collected), or a scenario was deselected, or one was
    left out with no reason given.
    """
    return not evidence.citing or any(
        scenario.deselected or scenario.not_reached or not scenario.reason
        for scenario in evidence.with_verdict(Verdict.NOT_RUN)
    )


def _reasons(scenarios: Iterable[ScenarioResult]) -> list[str]:
    return [
        scenario.reason or ("not selected" if scenario.deselected else "no reason given")
        for scenario in scenarios
    ]


def _failed_for_no_requirement(
    scenarios: Sequence[ScenarioResult], requirements: Sequence[RequirementResult]
) -> int:
    """How many failed scenarios left every requirement standing: a failure must not vanish.

    They cite nothing, or recalled requirements only.
    """
    explained = {key for r in requirements if r.verdict in BROKEN for key in r.scenarios}
    return sum(s.verdict is Verdict.FAIL and s.key not in explained for s in scenarios)


@dataclass(frozen=True, slots=True)
class _Unknown:
    """An id that a scenario or a finding names and the catalogue does not hold."""

    id: str
    source: str = ""
    version: str = ""
    clause: str = ""
    duty: str = "-"
    summary: str = "This id is not in the requirements catalogue."
    certainty: str = ""
    interfaces: tuple[str, ...] = ()
    planned: str | None = None
    untested: str | None = None
    reading: str | None = None
