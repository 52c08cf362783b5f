"""The feature lint: what must hold of the scenarios before any of them runs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from requirements.catalogue import INTERFACES, Catalogue
from requirements.features import PLACEHOLDER, SCENARIO_ID, Examples, Scenario, Step
from requirements.stepdefs import StepDefinition, StepsError, read_definitions

AREAS = ("AHW", "BWS", "PGO", "PGD", "INT", "TLS", "RPO", "RWS", "RSF", "CRT", "DEM", "E2E")
"""The first part of a scenario's id, one an interface or a theme."""
NEEDS = ("needs-browser", "needs-burst", "needs-unpaced")
OPERATOR_NEED = "needs-operator-"
"""Before a capability of the target's operator."""


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One fault of a feature, a step or the catalogue, with its place."""

    file: str
    """Path from the root, with slashes."""
    line: int
    """From 1; 0 where the whole file is meant."""
    message: str

    def __str__(self) -> str:
        """File, line and message, as compilers print them."""
        place = f"{self.file}:{self.line}" if self.line else self.file
        return f"{place}: {self.message}"


def lint(root: Path, catalogue: Catalogue, scenarios: Sequence[Scenario]) -> list[Problem]:
    """Every problem of the scenarios under `root`/features and the step definitions under `root`/steps."""
    found = set(lint_scenarios(catalogue, scenarios))
    try:
        definitions = read_definitions(root)
    except StepsError as error:
        found.add(Problem("steps", 0, str(error)))
    else:
        found.update(lint_steps(scenarios, definitions))
    return sorted(found)


def lint_scenarios(catalogue: Catalogue, scenarios: Sequence[Scenario]) -> Iterator[Problem]:
    """Problems of names, tags and tables."""
    yield from _repeated_titles(scenarios)
    yield from _repeated_ids(scenarios)
    for scenario in scenarios:
        yield from _id_tag(scenario)
        yield from _citations(catalogue, scenario)
        yield from _interface_tags(catalogue, scenario)
        yield from _need_tags(scenario)
        yield from _step_kinds(scenario)
        yield from _tables(scenario)


def lint_steps(scenarios: Iterable[Scenario], definitions: Sequence[StepDefinition]) -> Iterator[Problem]:
    """Steps that no definition or more than one matches, and definitions that no step uses."""
    used: set[int] = set()
    matches: dict[tuple[str, str], list[StepDefinition] | str] = {}
    for scenario in scenarios:
        for _, step in scenario.filled_steps():
            key = (step.kind, step.text)
            if key not in matches:
                matches[key] = _matching(step, definitions)
            matching = matches[key]
            if isinstance(matching, str):
                yield Problem(scenario.file, step.line, matching)
                continue
            used.update(id(definition) for definition in matching)
            if not matching:
                yield Problem(scenario.file, step.line, f"step not defined: {step.kind} {step.text!r}")
            elif len(matching) > 1:
                places = ", ".join(f"{one.file}:{one.line}" for one in matching)
                yield Problem(
                    scenario.file, step.line, f"step {step.text!r} has several definitions: {places}"
                )
    for definition in definitions:
        if id(definition) not in used:
            yield Problem(definition.file, definition.line, f"step definition not used: {definition.name}")


def _matching(step: Step, definitions: Iterable[StepDefinition]) -> list[StepDefinition] | str:
    matching = []
    for definition in definitions:
        try:
            if definition.matches(step):
                matching.append(definition)
        except Exception as error:
            return f"{definition.name} fails on step {step.text!r}: {type(error).__name__}: {error}"
    return matching


def _repeated_titles(scenarios: Iterable[Scenario]) -> Iterator[Problem]:
    seen: dict[str, Scenario] = {}
    for scenario in scenarios:
        # The runner drops one of two scenarios of one name; a reader confuses two that differ in case only.
        name = " ".join(scenario.title.casefold().split())
        if not name:
            yield _at(scenario, "scenario without a title")
        elif name in seen:
            first = seen[name]
            yield _at(scenario, f"title {scenario.title!r} stands at {first.file}:{first.line} already")
        seen.setdefault(name, scenario)


def _repeated_ids(scenarios: Iterable[Scenario]) -> Iterator[Problem]:
    seen: dict[str, Scenario] = {}
    for scenario in scenarios:
        for name in scenario.ids:
            if name in seen:
                first = seen[name]
                yield _at(scenario, f"id {name} stands at {first.file}:{first.line} already")
            seen.setdefault(name, scenario)


def _id_tag(scenario: Scenario) -> Iterator[Problem]:
    if len(scenario.ids) != 1:
        found = ", ".join(scenario.ids) or "none"
        yield _at(scenario, f"must have one id tag such as @AHW-N07; has {found}")
    for name in scenario.ids:
        if name[:3] not in AREAS:
            yield _at(scenario, f"id {name}: no area {name[:3]}; one of {', '.join(AREAS)}")


def _citations(catalogue: Catalogue, scenario: Scenario) -> Iterator[Problem]:
    for tag in scenario.requirements:
        if tag not in catalogue:
            yield _at(scenario, f"unknown requirement or tag @{tag}{_hint(catalogue, tag)}")
    known = [catalogue[tag] for tag in scenario.requirements if tag in catalogue]
    if not scenario.requirements:
        yield _at(scenario, "cites no requirement")
    elif known and scenario.ids:
        letter = "N" if scenario.negative else "P"
        # Rows marked T, X or I alone say nothing of sides; one row of the right side is enough.
        if all({"P", "N"} & set(row.testable) and letter not in row.testable for row in known):
            word = "negative" if scenario.negative else "positive"
            yield _at(scenario, f"id {scenario.id} says {word}, but no requirement cited has a {word} case")


def _hint(catalogue: Catalogue, tag: str) -> str:
    if len(tag) == 7 and tag[3] == "-" and SCENARIO_ID.fullmatch(tag.upper()):
        return "; an id tag is in capitals: three, hyphen, P or N, two digits"
    near = catalogue.closest(tag)
    return f"; did you mean @{near}?" if near else ""


def _interface_tags(catalogue: Catalogue, scenario: Scenario) -> Iterator[Problem]:
    for name in scenario.interfaces:
        if name not in INTERFACES:
            yield _at(scenario, f"unknown tag @interface-{name}; one of {', '.join(INTERFACES)}")
    for tag in scenario.requirements:
        on = catalogue[tag].interfaces if tag in catalogue else INTERFACES
        if scenario.interfaces and not set(scenario.interfaces) & set(on):
            yield _at(scenario, f"cites {tag}, which is not on its interface but on {', '.join(on)}")


def _need_tags(scenario: Scenario) -> Iterator[Problem]:
    for tag in scenario.needs:
        if tag not in NEEDS and not tag.startswith(OPERATOR_NEED):
            known = ", ".join(f"@{need}" for need in NEEDS)
            yield _at(scenario, f"unknown tag @{tag}; {known}, or @{OPERATOR_NEED} and a capability")


def _step_kinds(scenario: Scenario) -> Iterator[Problem]:
    if not scenario.steps:
        yield _at(scenario, "scenario without steps")
    for step in scenario.steps:
        if not step.kind:
            message = f"the first step must be a Given, When or Then: {step.keyword} {step.text}"
            yield Problem(scenario.file, step.line, message)


def _tables(scenario: Scenario) -> Iterator[Problem]:
    if scenario.outline and not scenario.rows:
        yield _at(scenario, "outline without rows")
    for table in scenario.examples:
        if table.tags:
            # The runner would make them marks and never show them to the tag hook.
            tags = " ".join(f"@{tag}" for tag in table.tags)
            yield Problem(scenario.file, table.line, f"tags on Examples are not heeded: {tags}")
        yield from _columns(scenario, table)
    yield from _placeholders(scenario)
    yield from _repeated_rows(scenario)


def _columns(scenario: Scenario, table: Examples) -> Iterator[Problem]:
    used = {name for step in scenario.steps for text in step.texts for name in PLACEHOLDER.findall(text)}
    used.update(PLACEHOLDER.findall(scenario.title))
    for number, column in enumerate(table.columns):
        if column in table.columns[:number]:
            yield Problem(scenario.file, table.line, f"column {column!r} stands twice")
        elif column not in used:
            yield Problem(scenario.file, table.line, f"column {column!r} is not used")


def _placeholders(scenario: Scenario) -> Iterator[Problem]:
    """Placeholders without a value. A step's document may hold XML, so what it lacks is not judged."""
    known = [set(table.columns) for table in scenario.examples] or [set[str]()]
    places = [(scenario.line, scenario.title)]
    for step in scenario.steps:
        places += [(step.line, text) for text in step.texts if text is not step.docstring]
    for line, text in places:
        for name in PLACEHOLDER.findall(text):
            if any(name not in columns for columns in known):
                yield Problem(scenario.file, line, f"placeholder <{name}> has no column")


def _repeated_rows(scenario: Scenario) -> Iterator[Problem]:
    seen: dict[frozenset[tuple[str, str]], int] = {}
    for row in scenario.rows:
        values = frozenset(row.values.items())
        if values in seen:
            message = f"example row stands at line {seen[values]} already"
            yield Problem(scenario.file, row.line, message)
        seen.setdefault(values, row.line)


def _at(scenario: Scenario, message: str) -> Problem:
    return Problem(scenario.file, scenario.line, message)
