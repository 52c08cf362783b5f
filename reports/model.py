"""The results of a run: what each scenario found, and what that says of each requirement."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Any

import pytest

from checks.finding import Finding
from clients.exchange import Exchange
from clients.recorder import Screenshot


class Verdict(StrEnum):
    """What a scenario's execution says."""

    PASS = "PASS"  # noqa: S105 - a verdict, not a password
    FAIL = "FAIL"
    """A requirement that the scenario cites is broken."""
    ADVISORY = "ADVISORY"
    """A recalled or ambiguous rule is not kept; nothing else is wrong."""
    INCONCLUSIVE = "INCONCLUSIVE"
    """A precondition failed, or the harness did: nothing is known."""
    SUSPENDED = "SUSPENDED"
    """What it waits for comes later; `python3 smki.py resume` goes on with it."""
    NOT_APPLICABLE = "NOT APPLICABLE"
    """The conformance statement does not claim what the scenario is about."""
    NOT_RUN = "NOT RUN"
    """The target lacks something, or the scenario was not selected, or the run ended before it."""


class Severity(StrEnum):
    """How a scenario takes a finding."""

    FAILURE = "FAILURE"
    ADVISORY = "ADVISORY"


class StepVerdict(StrEnum):
    """How a step ended."""

    PASSED = "passed"
    FAILED = "failed"
    NOT_REACHED = "not reached"


class RequirementVerdict(StrEnum):
    """What a run says of a requirement; the rules are in `reports.rollup`."""

    FAILED = "FAILED"
    UNPROVED = "UNPROVED"
    PROVED = "PROVED"
    ADVISORY = "ADVISORY"
    INCONCLUSIVE = "INCONCLUSIVE"
    SUSPENDED = "SUSPENDED"
    NOT_APPLICABLE = "NOT APPLICABLE"
    NOT_RUN = "NOT RUN"
    NOT_TESTED = "NOT TESTED"
    PLANNED = "PLANNED"


class RunVerdict(StrEnum):
    """What a run says of its target."""

    CONFORMANT = "CONFORMANT"
    NOT_CONFORMANT = "NOT CONFORMANT"
    INCONCLUSIVE = "INCONCLUSIVE"


@dataclass(frozen=True, slots=True)
class JudgedFinding:
    """A finding, and how the scenario takes it."""

    finding: Finding
    severity: Severity = Severity.FAILURE
    incidental: bool = False
    """It names a requirement that the scenario does not cite: it fails that requirement, not the scenario."""


@dataclass(slots=True)
class StepResult:
    """One Gherkin step of a scenario."""

    keyword: str
    """``Given``, ``When``, ``Then``, ``And`` or ``But``, without a trailing space."""
    text: str
    """The step with its example values filled in."""
    verdict: StepVerdict = StepVerdict.NOT_REACHED
    seconds: float = 0.0
    detail: str = ""
    """Why it failed, in a few lines; empty where it did not."""


@dataclass(slots=True)
class ScenarioResult:
    """One scenario, or one example row of an outline; filled in while it runs."""

    id: str
    """``AHW-N07``; the rows of an outline share it."""
    area: str
    """The first part of the id: ``AHW``."""
    key: str
    """Unique in a run: the id, and for an outline row its parameters: ``AHW-N07[P-384]``."""
    title: str
    """The rule, as a sentence."""
    feature: str
    """The feature file, relative to `features/`, with forward slashes."""
    feature_title: str
    nodeid: str
    """pytest's name of the test."""
    requirements: tuple[str, ...] = ()
    """Ids of the requirements that the scenario cites."""
    needs: tuple[str, ...] = ()
    """What the target must have, from the tags: ``operator-clock``."""
    negative: bool = False
    """True where the scenario expects a refusal."""
    example: dict[str, str] = field(default_factory=dict)
    """The outline's row: column name to value."""
    verdict: Verdict = Verdict.NOT_RUN
    reason: str = ""
    """One line: why it is not a PASS."""
    steps: list[StepResult] = field(default_factory=list)
    findings: list[JudgedFinding] = field(default_factory=list)
    exchanges: list[Exchange] = field(default_factory=list)
    """Redacted already, in the order of their start."""
    screenshots: list[Screenshot] = field(default_factory=list)
    """What a browser showed, in its order."""
    notes: list[str] = field(default_factory=list)
    started_at: datetime | None = None
    """UTC; None where it never started."""
    seconds: float = 0.0
    deselected: bool = False
    """True where the user's own selection (`-k`, `-m`, a node id) left it out."""
    not_reached: bool = False
    """True where the run ended before it."""
    appendix_k: str | None = None
    """Its id in the target's edition of SEC Appendix K, where the target file gives one."""
    resume_at: datetime | None = None
    """UTC; the earliest moment to go on with it, where it is suspended."""
    record: dict[str, Any] | None = None
    """What `results.json` says of it, made when it ended; its exchanges may be gone since."""

    def add(self, finding: Finding, severity: Severity = Severity.FAILURE) -> JudgedFinding:
        """Keep a finding; it is incidental where the scenario does not cite its requirement."""
        judged = JudgedFinding(finding, severity, finding.requirement not in self.requirements)
        self.findings.append(judged)
        return judged

    @property
    def executed(self) -> bool:
        """Whether it ran to a verdict on the RA."""
        return self.verdict in (Verdict.PASS, Verdict.FAIL, Verdict.ADVISORY)


@dataclass(frozen=True, slots=True)
class RequirementResult:
    """What the run says of one requirement of the catalogue."""

    id: str
    verdict: RequirementVerdict
    source: str
    version: str
    """The edition of the source document."""
    clause: str
    duty: str
    """``RA``, ``SUB`` or ``-``."""
    summary: str
    certainty: str
    """``C``, ``C2`` or ``R``."""
    interfaces: tuple[str, ...]
    scenarios: tuple[str, ...]
    """Keys of the scenarios that cite it."""
    reasons: tuple[str, ...] = ()
    """Why it is not PROVED; distinct, one line each."""
    findings: tuple[str, ...] = ()
    """Keys of the scenarios that hold a finding naming it, incidental ones included."""
    reading: str = ""
    """How an ambiguous text is read; empty where it is plain."""
    blocks: bool = False
    """It could have been tested with a wider selection: the run cannot be conformant without it."""


@dataclass(frozen=True, slots=True)
class TargetSummary:
    """What the reports say of the RA under test. Holds no secret."""

    name: str
    sec_release: str
    interfaces: tuple[str, ...]
    """The interfaces that the conformance statement claims."""
    settings: dict[str, Any] = field(default_factory=dict)
    """The target file's settings and limits; values that JSON can hold."""
    clients: dict[str, str] = field(default_factory=dict)
    """Interface to client implementation, ``module:Class``."""
    user_roles: tuple[str, ...] = ()
    certificate_types: tuple[str, ...] = ()
    endpoints: dict[str, str] = field(default_factory=dict)
    """Interface to URL."""
    file: str | None = None
    """The target file as a path for `--target`; None for the default target."""


@dataclass(slots=True)
class Run:
    """A whole run, as the reports are made from it."""

    run_id: str
    directory: Path
    """The run's own folder: `reports/out/<run>`."""
    suite_version: str
    target: TargetSummary
    started_at: datetime
    """UTC."""
    ended_at: datetime | None = None
    complete: bool = False
    """True once every selected scenario had its turn."""
    scenarios: list[ScenarioResult] = field(default_factory=list)
    requirements: list[RequirementResult] = field(default_factory=list)
    verdict: RunVerdict = RunVerdict.INCONCLUSIVE
    line: str = ""
    """The one-line result."""
    resumable: bool = True
    """False where the run has started its RA itself, which is gone afterwards with all that it was sent."""
    server_certificates: dict[str, str] = field(default_factory=dict)
    """SHA-256 in hexadecimal to Base64 of the DER: the server certificates that the records name."""

    @property
    def resume_at(self) -> datetime | None:
        """UTC; the earliest moment to go on with a suspended scenario; None where that cannot be done."""
        moments = [s.resume_at for s in self.scenarios if s.verdict is Verdict.SUSPENDED and s.resume_at]
        return min(moments, default=None) if self.resumable else None


SCENARIO: pytest.StashKey[ScenarioResult] = pytest.StashKey()
"""Where the plugin keeps a scenario's result while it runs: `item.stash[SCENARIO]`."""
