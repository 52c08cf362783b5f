"""Errors that a portal shows accord with the status tables, or are findings."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from checks.portal_errors import ADHOC_CODE_PREFIXES, BATCH_CODE_PREFIXES, judge_errors


@dataclass(frozen=True)
class Shown:
    text: str = "The CSR is refused"
    status: str | None = None
    code: str | None = None


RIGHT = {
    "status and code": [Shown(status="CSR_ERROR", code="CR:3001")],
    "the status alone": [Shown(status="CSR_ERROR")],
    "the code alone": [Shown(code="CR:anything")],
    "beside one that names neither": [Shown("There is a problem"), Shown(status="CSR_ERROR")],
    "beside one of another status": [Shown(status="WORKFLOW_ERROR", code="WF:1"), Shown(code="CR:1")],
}


@pytest.mark.parametrize("errors", RIGHT.values(), ids=RIGHT)
def test_what_accords_is_no_finding(errors: list[Shown]) -> None:
    assert judge_errors(errors, ["CSR_ERROR"], ADHOC_CODE_PREFIXES, "M-2.3.1.7-c") == []


WRONG = {
    "no error": ([], "a rejection without one"),
    "neither status nor code": ([Shown("No.")], "No."),
    "another status": ([Shown("Unknown", status="UNKNOWN_DEVICE", code="UD:1")], "Unknown"),
    "the code of another status": ([Shown("Late", code="WF:1")], "Late"),
    "a status of no table": ([Shown("Odd", status="SOMETHING")], "Odd"),
    "a code that is not its status's": ([Shown(status="CSR_ERROR", code="FM:5001")], "FM:5001"),
}


@pytest.mark.parametrize(("errors", "observed"), WRONG.values(), ids=WRONG)
def test_what_does_not_accord_is_a_finding(errors: list[Shown], observed: str) -> None:
    (finding,) = judge_errors(errors, ["CSR_ERROR"], ADHOC_CODE_PREFIXES, "M-2.3.1.7-c")
    assert (finding.requirement, finding.observed) == ("M-2.3.1.7-c", observed)


def test_each_of_several_statuses_will_do() -> None:
    for error in (Shown(status="FORMAT_ERROR", code="FM:1"), Shown(code="WF:1")):
        assert judge_errors([error], BATCH_CODE_PREFIXES, BATCH_CODE_PREFIXES, "M-2.3.1.7-f") == []


def test_what_is_shown_is_shown_in_the_finding_shortened() -> None:
    (finding,) = judge_errors([Shown("x" * 10_000)], ["CSR_ERROR"], ADHOC_CODE_PREFIXES, "M-2.3.1.7-c")
    assert len(finding.observed) < 500
