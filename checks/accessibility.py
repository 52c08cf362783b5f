"""Verdicts on accessibility (M-2.3.GO-c), from what axe-core found on a page.

axe-core names the success criteria of the Web Content Accessibility Guidelines (WCAG) that each of its rules
stands for. The requirement says WCAG 2 at level AA; which 2.x is not said, so that the criteria of 2.0 decide
and those that 2.1 added are advice. What axe-core cannot decide by itself is for people to look at.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from checks.finding import Finding

REQUIREMENT = "M-2.3.GO-c"
DECIDING = ("wcag2a", "wcag2aa")
"""axe-core's tags of the rules that decide: WCAG 2.0, levels A and AA."""
ADVISING = ("wcag21a", "wcag21aa")
"""Those of the criteria that WCAG 2.1 added."""
_CRITERION = re.compile(r"wcag(\d)(\d)(\d+)")
_ELEMENTS = 5
"""At most so many elements of a page are named for one rule."""
_MARKUP = 160


class ResultsUnreadable(Exception):
    """What should be axe-core's results is something else: nothing is known of the page."""


@dataclass(frozen=True, slots=True)
class Accessibility:
    """What is known of a page."""

    failures: list[Finding] = field(default_factory=list)
    advice: list[Finding] = field(default_factory=list)
    undecided: list[str] = field(default_factory=list)
    """What a person would have to look at, a line for each rule."""


def judge_accessibility(results: Mapping[str, Any], page: str) -> Accessibility:
    """Judge axe-core's results for one page; `page` says which it is, and in which state.

    Raises ResultsUnreadable where no rule at all was applied, or the results are not axe-core's.
    """
    try:
        if not results["passes"] and not results["violations"]:
            raise ResultsUnreadable(f"{page}: axe-core has applied none of its rules")
        judged = Accessibility()
        for rule in results["violations"]:
            decides = not set(DECIDING).isdisjoint(rule["tags"])
            (judged.failures if decides else judged.advice).extend(_findings(rule, page))
        judged.undecided.extend(_undecided(rule, page) for rule in results["incomplete"])
    except (KeyError, TypeError) as error:
        raise ResultsUnreadable(f"{page}: not axe-core's results: {error!r}") from None
    return judged


def _findings(rule: Mapping[str, Any], page: str) -> Iterator[Finding]:
    nodes: Sequence[Mapping[str, Any]] = rule["nodes"]
    expected = f"{rule['help']} ({criteria(rule['tags'])})"
    for node in nodes[:_ELEMENTS]:
        reason = " ".join(str(node.get("failureSummary") or "").split())
        observed = f"{_markup(node['html'])}: {rule['id']}{f': {reason}' if reason else ''}"
        yield Finding(REQUIREMENT, expected, observed, f"{page}, element {_selector(node['target'])}")
    if len(nodes) > _ELEMENTS:
        observed = f"{rule['id']} on {len(nodes) - _ELEMENTS} more elements"
        yield Finding(REQUIREMENT, expected, observed, page)


def criteria(tags: Sequence[str]) -> str:
    """The success criteria that a rule stands for: ``WCAG 2 AA, 1.4.3``."""
    level = "AA" if any(tag.endswith("aa") for tag in (*DECIDING, *ADVISING) if tag in tags) else "A"
    numbers = (".".join(match.groups()) for tag in tags if (match := _CRITERION.fullmatch(tag)))
    return ", ".join((f"WCAG 2 {level}", *numbers))


def _undecided(rule: Mapping[str, Any], page: str) -> str:
    places = ", ".join(_selector(node["target"]) for node in rule["nodes"][:_ELEMENTS])
    return f"{page}: to be looked at: {rule['help']} ({criteria(rule['tags'])}): {places}"


def _selector(target: Sequence[Any]) -> str:
    """Where an element is; a path of selectors where it is in a frame or a shadow tree."""
    return " > ".join(part if isinstance(part, str) else " >>> ".join(part) for part in target)


def _markup(html: str) -> str:
    text = " ".join(html.split())
    return text if len(text) <= _MARKUP else f"{text[:_MARKUP]}..."
