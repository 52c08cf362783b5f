"""`python -m tests.defects`: the matrix of defects and scenarios, and of variants."""

from __future__ import annotations

import argparse
import sys

from reference_ra.alterations import Alteration
from tests.defects.execution import JOBS, Trials, judge_defect, known, not_whole, running_trials

USAGE_ERROR = 4


def main(arguments: list[str] | None = None) -> int:
    """Run it; 0 where the suite finds every defect, blames no innocent rule and passes every variant."""
    parser = argparse.ArgumentParser(prog="python3 smki.py defects", description=__doc__)
    parser.add_argument("names", nargs="*", help="defects and variants to try (default: all)")
    parser.add_argument("--all", action="store_true", help="those too that come close to another one")
    parser.add_argument("--jobs", type=int, default=JOBS, help=f"runs at a time (default: {JOBS})")
    try:
        options = parser.parse_args(arguments)
    except SystemExit as ended:
        return USAGE_ERROR if ended.code else 0
    everything = [*known("defect", extra=True), *known("variant", extra=True)]
    chosen = [
        each
        for each in everything
        if each.name in options.names or (not options.names and (options.all or not each.extra))
    ]
    if unknown := set(options.names) - {each.name for each in everything}:
        print(f"no defect or variant of this name: {', '.join(sorted(unknown))}", file=sys.stderr)
        return USAGE_ERROR
    with running_trials(options.jobs, every_row=True) as trials:
        return _report(trials, chosen, whole=not options.names)


def _report(trials: Trials, chosen: list[Alteration], *, whole: bool) -> int:
    for each in chosen:
        trials.start_altered(each)
    unaltered = trials.start("unaltered").result()
    problems = [f"unaltered: {reason}" for reason in not_whole(unaltered)]
    detecting: set[str] = set()
    for each in chosen:
        trial = trials.start_altered(each).result()
        if each.kind == "variant":
            reasons = not_whole(trial, each)
            _say(each, "passes whole" if not reasons else "DOES NOT PASS", reasons)
        else:
            verdict = judge_defect(each, trial)
            ids = sorted({key.partition("[")[0] for key in verdict.detected_by})
            detecting.update(ids)
            reasons = [] if verdict.detected_by else ["survives"]
            reasons += [f"{key} fails and cites nothing of it" for key in verdict.strays]
            _say(each, " ".join(ids) or "SURVIVES", reasons)
        problems += [f"{each.name}: {reason}" for reason in reasons]
    if whole:
        idle = {scenario["id"] for scenario in unaltered.scenarios} - detecting
        problems += [f"{scenario}: detects no defect" for scenario in sorted(idle)]
    return _conclude(chosen, problems)


def _say(each: Alteration, outcome: str, reasons: list[str]) -> None:
    broken = f" [{' '.join(each.breaks)}]" if each.breaks else ""
    print(f"{each.kind:8} {each.name}{broken}: {outcome}", flush=True)
    for reason in reasons:
        print(f"           - {reason}", flush=True)


def _conclude(chosen: list[Alteration], problems: list[str]) -> int:
    defects = sum(each.kind == "defect" for each in chosen)
    for problem in problems:
        print(f"PROBLEM  {problem}")
    print(f"{defects} defects and {len(chosen) - defects} variants tried; {len(problems)} problems.")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
