"""Conformance runs against the reference RA as it is, with one seeded defect, or as a legal variant."""

from __future__ import annotations

import contextlib
import io
import json
import multiprocessing
import os
from collections.abc import Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest

from reference_ra.alterations import Alteration, alterations
from tests.defects.scope import OneRowOfTheRest, scenarios_of

ROOT = Path(__file__).resolve().parent.parent.parent
CONFORMANT, IN_PART = 0, 5
"""Exit statuses of a run in which every scenario passed: of all of them, and of a selection."""
PASSING = frozenset({"PASS", "ADVISORY"})
"""Verdicts of a scenario that a conformant RA may get."""
KEPT = ("id", "key", "verdict", "reason", "requirements", "deselected")
BATCH_LIMIT = 300
"""Device CSRs that a batch may hold: as few as scenarios can do with, so that a run is quick."""
JOBS = 3
"""Runs at a time: one more than two cores, since each run also waits."""


@dataclass(frozen=True, slots=True)
class Trial:
    """What a conformance run said of one RA."""

    status: int
    """Exit status of the run."""
    whole: bool
    """Whether every scenario was executed that the target claims."""
    scenarios: list[dict[str, Any]]
    """What `results.json` says of each scenario, as far as it matters here; empty where it wrote none."""
    output: str

    def with_verdict(self, *verdicts: str) -> list[dict[str, Any]]:
        """The scenarios that ended so."""
        return [scenario for scenario in self.scenarios if scenario["verdict"] in verdicts]


@dataclass(frozen=True, slots=True)
class DefectVerdict:
    """Whether the suite finds a defect, and blames nothing else."""

    failed: tuple[str, ...]
    """Keys of scenarios that cite a broken requirement and failed."""
    advised: tuple[str, ...]
    """Keys of those that may only advise, and did."""
    strays: tuple[str, ...]
    """Keys of scenarios that failed although they cite nothing that the defect touches."""

    @property
    def detected_by(self) -> tuple[str, ...]:
        """Keys of scenarios that found it."""
        return self.failed + self.advised


def judge_defect(alteration: Alteration, trial: Trial) -> DefectVerdict:
    """What a trial of a defective RA shows."""
    touched = (*alteration.breaks, *alteration.related)
    detected: dict[str, list[str]] = {"FAIL": [], "ADVISORY": []}
    strays = []
    for scenario in trial.with_verdict("FAIL", "ADVISORY"):
        cited = scenario["requirements"]
        if set(cited) & set(alteration.breaks):
            detected[scenario["verdict"]].append(scenario["key"])
        elif scenario["verdict"] == "FAIL" and not any(
            fnmatchcase(requirement, pattern) for requirement in cited for pattern in touched
        ):
            strays.append(scenario["key"])
    return DefectVerdict(tuple(detected["FAIL"]), tuple(detected["ADVISORY"]), tuple(strays))


def not_whole(trial: Trial, alteration: Alteration | None = None) -> list[str]:
    """Why a run that should have passed whole did not; empty where it did."""
    hidden = alteration.hides if alteration else ()
    limited = alteration is not None and alteration.interfaces != ()
    reasons = [
        f"{each['key']} {each['verdict']}: {each['reason']}"
        for each in trial.scenarios
        if each["verdict"] not in PASSING
        and not (each["verdict"] == "NOT RUN" and each["id"] in hidden)
        and not (each["verdict"] == "NOT APPLICABLE" and limited)
        and not (each["deselected"] and not trial.whole)
    ]
    if trial.status != (CONFORMANT if trial.whole else IN_PART):
        reasons.append(f"exit status {trial.status}")
    if not trial.scenarios:
        reasons.append(f"no scenario ran: {trial.output[-500:]}")
    return reasons


def run_trial(
    folder: Path, options: tuple[str, ...], select: tuple[str, ...] = (), *plugins: OneRowOfTheRest
) -> Trial:
    """One conformance run, in this process, against an RA of its own; the test PKI is made once.

    `options` are the RA's; `select` and `plugins` are pytest's, of some scenarios, or empty for all.
    """
    folder.mkdir()
    command = [
        "{python}", "-m", "reference_ra", "--directory", "{directory}", "--until-stdin-closes",
        "--pki", str(folder.parent / "pki"), "--batch-limit", str(BATCH_LIMIT), *options,
    ]  # fmt: skip
    launch = folder / "target.toml"
    launch.write_text(f"schema = 1\n[launch]\ncommand = {json.dumps(command)}\n", encoding="utf-8")
    arguments = [
        f"--rootdir={ROOT}", f"--config-file={ROOT / 'pytest.ini'}", "-q",
        f"--target={launch}", f"--output={folder / 'out'}", "--formats=none",
        # A process has many trials: what one left to the garbage collector is not blamed on the next.
        "-W", "default::pytest.PytestUnraisableExceptionWarning",
        *([] if any(map(os.path.isabs, select)) else [str(ROOT / "features")]), *select,
    ]  # fmt: skip
    output = io.StringIO()
    with contextlib.chdir(ROOT), contextlib.redirect_stdout(output), contextlib.redirect_stderr(output):
        status = int(pytest.main(arguments, list(plugins)))
    file = folder / "out" / "results.json"
    scenarios = json.loads(file.read_text(encoding="utf-8"))["scenarios"] if file.exists() else []
    kept = [{key: scenario[key] for key in KEPT} for scenario in scenarios]
    return Trial(status, not select, kept, output.getvalue())


class Trials:
    """Runs trials in processes that last, several at a time."""

    def __init__(self, folder: Path, pool: ProcessPoolExecutor, *, every_row: bool) -> None:
        """Keep what the runs write in `folder`; `every_row` as `running_trials` has it."""
        self._folder, self._pool, self._every_row = folder, pool, every_row
        self._started: dict[str, Future[Trial]] = {}

    def start(
        self,
        name: str,
        *options: str,
        select: tuple[str, ...] = (),
        plugins: tuple[OneRowOfTheRest, ...] = (),
    ) -> Future[Trial]:
        """Start a trial, or find the one that was started."""
        if name not in self._started:
            folder = self._folder / name
            self._started[name] = self._pool.submit(run_trial, folder, options, select, *plugins)
        return self._started[name]

    def start_altered(self, alteration: Alteration) -> Future[Trial]:
        """Start a trial of the reference RA with a defect, or as a variant."""
        name = f"{alteration.kind}-{alteration.name}"
        claims = [word for interface in alteration.interfaces for word in ("--claim", interface)]
        few = alteration.kind == "defect" and not self._every_row
        plugins = (OneRowOfTheRest(alteration.name, alteration.breaks),) if few else ()
        options = (f"--{alteration.kind}", alteration.name, *claims)
        return self.start(name, *options, select=scenarios_of(alteration), plugins=plugins)


@contextmanager
def running_trials(jobs: int = JOBS, *, every_row: bool) -> Iterator[Trials]:
    """Trials that are stopped on leaving; none starts before the unaltered one has made the PKI.

    A defect's trial executes of each outline that it may concern `every_row`, or one of those outlines that
    cite nothing that it breaks: a rule that is blamed wrongly mostly is so in every row.
    """
    with TemporaryDirectory(prefix="smki-matrix-", ignore_cleanup_errors=True) as folder:
        pool = ProcessPoolExecutor(jobs, mp_context=multiprocessing.get_context("spawn"))
        try:
            trials = Trials(Path(folder), pool, every_row=every_row)
            trials.start("unaltered").result()
            yield trials
        finally:
            pool.shutdown(cancel_futures=True)


def known(kind: str, *, extra: bool = False) -> list[Alteration]:
    """The reference RA's defects, or its variants; those too that come close to another if `extra`."""
    return [each for each in alterations().values() if each.kind == kind and (extra or not each.extra)]
