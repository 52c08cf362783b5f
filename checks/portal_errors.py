"""Verdicts on the errors that a portal shows to its user: they accord with the status tables of the web
services (M-2.3.1.7-c with M-A, M-2.3.1.7-f with M-C)."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Protocol

from checks.adhoc import CODE_PREFIXES as ADHOC_CODE_PREFIXES
from checks.finding import Finding
from checks.message import shown

BATCH_CODE_PREFIXES: Mapping[str, str] = {"FORMAT_ERROR": "FM", "WORKFLOW_ERROR": "WF"}
"""The statuses of a batch that is refused, and how the error code of each begins (M-C)."""

__all__ = ["ADHOC_CODE_PREFIXES", "BATCH_CODE_PREFIXES", "ShownError", "judge_errors"]


class ShownError(Protocol):
    """An error as it was read off a page."""

    @property
    def text(self) -> str:
        """All of it."""

    @property
    def status(self) -> str | None:
        """The status that it names."""

    @property
    def code(self) -> str | None:
        """The error code that it names."""


def judge_errors(
    errors: Sequence[ShownError], expected: Collection[str], prefixes: Mapping[str, str], requirement: str
) -> list[Finding]:
    """Judge that a rejection shows an error that accords with one of the `expected` statuses.

    `prefixes` has every status of the table, and how its codes begin. What an error does not name, the status
    or the code, is not judged; one that names neither accords with nothing.
    """
    if not errors:
        return [Finding(requirement, "an error message", "a rejection without one")]
    findings = list(_contradictions(errors, prefixes, requirement))
    if not any(_accords(error, expected, prefixes) for error in errors):
        wanted = " or ".join(f"{status} ({prefixes[status]}:)" for status in sorted(expected))
        observed = "; ".join(shown(error.text) for error in errors)
        findings.append(Finding(requirement, f"an error that accords with {wanted}", observed))
    return findings


def _accords(error: ShownError, expected: Collection[str], prefixes: Mapping[str, str]) -> bool:
    if error.status is not None:
        return error.status in expected
    return error.code is not None and _prefix(error.code) in {prefixes[status] for status in expected}


def _contradictions(
    errors: Sequence[ShownError], prefixes: Mapping[str, str], requirement: str
) -> Iterator[Finding]:
    for error in errors:
        if error.status is None or error.code is None or error.status not in prefixes:
            continue
        prefix = prefixes[error.status]
        if _prefix(error.code) != prefix:
            yield Finding(requirement, f"an error code {prefix}: with {error.status}", error.code)


def _prefix(code: str) -> str:
    return code.partition(":")[0]
