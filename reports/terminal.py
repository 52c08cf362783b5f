"""What a run prints after pytest's own lines: a table, what was left out and why, what failed, the result."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path

from reports import tables
from reports.evidence import command, quoted
from reports.model import RequirementVerdict, Run, ScenarioResult, Severity, Verdict
from reports.text import uk_moment, visible

_NARROWEST = 40
_FINDINGS_SHOWN = 4
_FAILURES_SHOWN = 25

_ONLY_WHERE_THERE_ARE = "suspended"
"""A column that most runs have no use for."""
_REQUIREMENTS = {
    "proved": (RequirementVerdict.PROVED,),
    "failed": (RequirementVerdict.FAILED, RequirementVerdict.UNPROVED),
    "inconclusive": (RequirementVerdict.INCONCLUSIVE,),
    "suspended": (RequirementVerdict.SUSPENDED,),
    "advisory": (RequirementVerdict.ADVISORY,),
    "not run": (RequirementVerdict.NOT_RUN, RequirementVerdict.NOT_TESTED, RequirementVerdict.PLANNED),
}
_SCENARIOS = {
    "passed": (Verdict.PASS,),
    "failed": (Verdict.FAIL,),
    "inconclusive": (Verdict.INCONCLUSIVE,),
    "suspended": (Verdict.SUSPENDED,),
    "advisory": (Verdict.ADVISORY,),
    "not run": (Verdict.NOT_RUN, Verdict.NOT_APPLICABLE),
}


def render(run: Run, width: int = 80, encoding: str | None = None) -> list[str]:
    """The lines; all but the tables, the path and the last, the result, keep to `width`.

    What `encoding` cannot hold becomes an escape. Control characters, which an RA may send, always do.
    """
    width = max(width, _NARROWEST)
    lines = [
        *_table("Requirements by interface", tables.by_interface(run), _REQUIREMENTS),
        "",
        *_table("Scenarios by area", tables.by_area(run.scenarios), _SCENARIOS),
        *_section("Not run, and why", _left_out(run, width)),
        *_section("Failed", _unsettled(run, Verdict.FAIL, width)),
        *_section("Broken, as seen in passing", _incidental(run.scenarios, width)),
        *_section("Inconclusive", _unsettled(run, Verdict.INCONCLUSIVE, width)),
        *_section("Advisory", _unsettled(run, Verdict.ADVISORY, width)),
        *_section("Suspended", _waiting(run.scenarios, width)),
        "",
        f"Report: {_shown(_report(run.directory))}",
        *_resumption(run),
        run.line,
    ]
    return [_encodable(visible(line, one_line=True), encoding) for line in lines]


def resume_line(moment: datetime, directory: Path) -> str:
    """From when on a run can be gone on with, and by what command."""
    return f"Resume from {uk_moment(moment)} UK time: {_resume_command(directory)}"


def _resumption(run: Run) -> Iterator[str]:
    """How to go on with a run that has not come to its end."""
    suspended = any(scenario.verdict is Verdict.SUSPENDED for scenario in run.scenarios)
    if run.resume_at is not None:
        yield resume_line(run.resume_at, run.directory)
    elif suspended and not run.resumable:
        yield "This run cannot be resumed: it has started its RA itself, and that is gone."
    elif not run.complete and run.resumable:
        yield f"Go on with it: {_resume_command(run.directory)}"


def _resume_command(directory: Path) -> str:
    return f"python3 smki.py resume {quoted(_shown(directory))}"


def _table(title: str, rows: Sequence[tables.Row], columns: Mapping[str, Sequence[str]]) -> Iterator[str]:
    columns = {
        name: verdicts
        for name, verdicts in columns.items()
        if name != _ONLY_WHERE_THERE_ARE or any(row.counts[v] for row in rows for v in verdicts)
    }
    widths = [max(len(column), 5) for column in columns]
    first = max([len(title), *(len(row.name) for row in rows)])
    yield "  ".join([title.ljust(first), *(c.rjust(w) for c, w in zip(columns, widths, strict=True))])
    for row in rows:
        numbers = [str(sum(row.counts[v] for v in verdicts)) for verdicts in columns.values()]
        yield "  ".join([row.name.ljust(first), *(n.rjust(w) for n, w in zip(numbers, widths, strict=True))])


def _section(title: str, body: Iterable[str]) -> list[str]:
    lines = list(body)
    return ["", f"{title}:", *lines] if lines else []


def _left_out(run: Run, width: int) -> Iterator[str]:
    for noun, groups in (
        ("scenario", tables.scenarios_left_out(run.scenarios)),
        ("requirement", tables.requirements_left_out(run)),
    ):
        for group in _by_nature_as_one(groups):
            number = len(group.members)
            words = f"{number} {noun}{'' if number == 1 else 's'} {group.verdict.lower()}: {group.reason}"
            yield from _wrapped(words, width, "  ", "    ")


def _by_nature_as_one(groups: Sequence[tables.Group]) -> Iterator[tables.Group]:
    """What no scenario can test has a reason each, and the same ones in every run: here they share a line."""
    by_nature = [group for group in groups if group.verdict == RequirementVerdict.NOT_TESTED]
    yield from (group for group in groups if group not in by_nature)
    if by_nature:
        members = tuple(member for group in by_nature for member in group.members)
        reason = f"no scenario can test them, for reasons in the report: {', '.join(members)}"
        yield tables.Group(RequirementVerdict.NOT_TESTED.value, reason, members)


def _unsettled(run: Run, verdict: Verdict, width: int) -> Iterator[str]:
    """The scenarios of one verdict with their findings in brief, or else their reason."""
    chosen = [scenario for scenario in run.scenarios if scenario.verdict is verdict]
    for scenario in chosen[:_FAILURES_SHOWN]:
        yield from _wrapped(f"{scenario.key}  {scenario.title}", width, "  ", "    ")
        briefs = [str(judged.finding) for judged in scenario.findings] or [scenario.reason]
        for brief in briefs[:_FINDINGS_SHOWN]:
            yield from _wrapped(textwrap.shorten(brief, 4 * width), width, "    - ", "      ")
        if len(briefs) > _FINDINGS_SHOWN:
            yield f"    - and {len(briefs) - _FINDINGS_SHOWN} more findings"
        if verdict is Verdict.FAIL:
            yield f"    again: {command(scenario, run.target)}"
    if len(chosen) > _FAILURES_SHOWN:
        yield f"  and {len(chosen) - _FAILURES_SHOWN} more; see the report"


def _waiting(scenarios: Sequence[ScenarioResult], width: int) -> list[str]:
    """The suspended scenarios: they wait for much the same, and the report says for what."""
    keys = [scenario.key for scenario in scenarios if scenario.verdict is Verdict.SUSPENDED]
    return _wrapped(", ".join(keys), width, "  ", "  ")


def _incidental(scenarios: Sequence[ScenarioResult], width: int) -> Iterator[str]:
    """Requirements that the RA broke in scenarios about something else: one finding each, and where."""
    seen: dict[str, list[tuple[str, str]]] = {}
    for scenario in scenarios:
        for judged in scenario.findings:
            if judged.incidental and judged.severity is Severity.FAILURE:
                keys = seen.setdefault(judged.finding.requirement, [])
                keys.append((scenario.key, str(judged.finding)))
    for findings in seen.values():
        key, finding = findings[0]
        more = f" and {len(findings) - 1} more" if len(findings) > 1 else ""
        yield from _wrapped(f"{textwrap.shorten(finding, 4 * width)} (in {key}{more})", width, "  ", "    ")


def _report(directory: Path) -> Path:
    """What to open first."""
    page = directory / "index.html"
    return page if page.exists() else directory / "results.json"


def _wrapped(text: str, width: int, first: str, rest: str) -> list[str]:
    return textwrap.wrap(
        visible(text, one_line=True),
        width,
        initial_indent=first,
        subsequent_indent=rest,
        break_on_hyphens=False,
    )


def _shown(path: Path) -> str:
    """The path from here where it is below the working directory, since that is shorter to open."""
    try:
        return str(path.relative_to(Path.cwd()))
    except ValueError:
        return str(path)


def _encodable(line: str, encoding: str | None) -> str:
    if encoding is None or line.isascii():
        return line
    return line.encode(encoding, "backslashreplace").decode(encoding)
