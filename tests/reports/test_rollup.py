from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports.model import RequirementVerdict, RunVerdict, ScenarioResult, Severity, Verdict
from reports.rollup import conclude, doubts, exit_status, judge_run, roll_up
from tests.reports.sample import Row, catalogue, run, scenario

CLAIMED = ("adhoc",)
FAILURE, ADVISORY = Severity.FAILURE, Severity.ADVISORY


def verdict_of(row: Row, *scenarios: ScenarioResult) -> RequirementVerdict:
    return roll_up(scenarios, catalogue(row), CLAIMED)[0].verdict


A = Row("A")
RECALLED = Row("A", certainty="R")
BATCH = Row("A", interfaces=("batch",))


@pytest.mark.parametrize(
    ("row", "scenarios", "expected"),
    [
        pytest.param(A, [scenario("X", "A")], "PROVED", id="passed"),
        pytest.param(A, [scenario("X", "A", verdict=Verdict.ADVISORY)], "PROVED", id="passed-with-advice"),
        pytest.param(
            A,
            [scenario("X", "A"), scenario("Y", "A", verdict=Verdict.FAIL, findings=(("A", FAILURE),))],
            "FAILED",
            id="a-finding-outweighs-a-pass",
        ),
        pytest.param(
            A,
            [scenario("X", "A"), scenario("Y", "B", findings=(("A", FAILURE),))],
            "FAILED",
            id="incidental-finding",
        ),
        pytest.param(
            A,
            [scenario("X", "A"), scenario("Y", "A", "B", verdict=Verdict.FAIL, findings=(("B", FAILURE),))],
            "UNPROVED",
            id="cited-by-a-failed-scenario",
        ),
        pytest.param(
            A, [scenario("X", "A", findings=(("A", ADVISORY),))], "PROVED", id="advice-on-a-firm-rule"
        ),
        pytest.param(
            A, [scenario("X", "A", verdict=Verdict.INCONCLUSIVE)], "INCONCLUSIVE", id="inconclusive"
        ),
        pytest.param(
            A,
            [scenario("X", "A", verdict=Verdict.SUSPENDED), scenario("Y", "A", verdict=Verdict.NOT_RUN)],
            "SUSPENDED",
            id="suspended",
        ),
        pytest.param(
            A,
            [scenario("X", "A"), scenario("Y", "A", verdict=Verdict.SUSPENDED)],
            "PROVED",
            id="passed-and-suspended",
        ),
        pytest.param(
            A,
            [scenario("X", "A"), scenario("Y", "A", verdict=Verdict.SUSPENDED, negative=True)],
            "SUSPENDED",
            id="passed-and-its-prohibition-suspended",
        ),
        pytest.param(
            A,
            [
                scenario("X", "A", verdict=Verdict.INCONCLUSIVE),
                scenario("Y", "A", verdict=Verdict.SUSPENDED),
            ],
            "INCONCLUSIVE",
            id="inconclusive-and-suspended",
        ),
        pytest.param(
            A,
            [scenario("X", "A", verdict=Verdict.SUSPENDED, findings=(("A", FAILURE),))],
            "FAILED",
            id="a-finding-before-it-was-suspended",
        ),
        pytest.param(
            A,
            [scenario("X", "A"), scenario("Y", "A", verdict=Verdict.INCONCLUSIVE)],
            "PROVED",
            id="passed-and-inconclusive",
        ),
        pytest.param(
            A,
            [scenario("X", "A", verdict=Verdict.NOT_APPLICABLE, reason="r")],
            "NOT APPLICABLE",
            id="every-scenario-not-applicable",
        ),
        pytest.param(BATCH, [], "NOT APPLICABLE", id="interface-not-claimed"),
        pytest.param(
            BATCH,
            [scenario("X", "A", verdict=Verdict.NOT_RUN, deselected=True)],
            "NOT APPLICABLE",
            id="interface-not-claimed-and-deselected",
        ),
        pytest.param(
            A, [scenario("X", "A", verdict=Verdict.NOT_RUN, reason="no operator")], "NOT RUN", id="not-run"
        ),
        pytest.param(
            A,
            [
                scenario("X", "A", verdict=Verdict.NOT_RUN, reason="no operator"),
                scenario("Y", "A", verdict=Verdict.NOT_APPLICABLE, reason="no gas supplier"),
            ],
            "NOT RUN",
            id="not-run-and-not-applicable",
        ),
        pytest.param(A, [], "NOT RUN", id="no-scenario-selected"),
        pytest.param(replace(A, untested="inspection"), [], "NOT TESTED", id="not-testable"),
        pytest.param(replace(A, planned="with X"), [], "PLANNED", id="planned"),
        pytest.param(
            replace(A, planned="with X"),
            [scenario("X", findings=(("A", FAILURE),))],
            "FAILED",
            id="planned-yet-broken",
        ),
        pytest.param(replace(BATCH, planned="with X"), [], "NOT APPLICABLE", id="planned-not-claimed"),
        pytest.param(RECALLED, [scenario("X", "A")], "PROVED", id="recalled-kept"),
        pytest.param(
            RECALLED,
            [scenario("X", "A", verdict=Verdict.FAIL, findings=(("A", FAILURE),))],
            "ADVISORY",
            id="recalled-broken",
        ),
        pytest.param(
            RECALLED,
            [scenario("X", "A", verdict=Verdict.ADVISORY, findings=(("A", ADVISORY),))],
            "ADVISORY",
            id="recalled-broken-as-advice",
        ),
        pytest.param(
            RECALLED, [scenario("X", "A", verdict=Verdict.FAIL)], "ADVISORY", id="recalled-cited-by-a-failure"
        ),
    ],
)
def test_verdict_on_a_requirement(row: Row, scenarios: list[ScenarioResult], expected: str) -> None:
    assert verdict_of(row, *scenarios).value == expected


def test_results_follow_the_catalogue_and_unknown_ids_are_judged_all_the_same() -> None:
    stray = scenario("X", "B", "Z", verdict=Verdict.FAIL, findings=(("Y", FAILURE),))
    results = roll_up([stray], catalogue(Row("B"), Row("A")), CLAIMED)
    assert [(r.id, r.verdict.value) for r in results] == [
        ("B", "UNPROVED"),
        ("A", "NOT RUN"),
        ("Y", "FAILED"),
        ("Z", "UNPROVED"),
    ]
    assert "not in the requirements catalogue" in results[-1].summary


def test_reasons_say_what_was_observed_once_for_each_scenario() -> None:
    failed = scenario("X", "A", verdict=Verdict.FAIL, findings=(("A", FAILURE), ("A", FAILURE)))
    (result,) = roll_up([failed], catalogue(A), CLAIMED)
    assert result.reasons == ("X: status SUCCESS",)
    assert result.findings == ("X",)
    assert result.scenarios == ("X",)


@pytest.mark.parametrize(
    ("scenarios", "blocks"),
    [
        ([], True),
        ([scenario("X", "A", verdict=Verdict.NOT_RUN, deselected=True)], True),
        ([scenario("X", "A", verdict=Verdict.NOT_RUN)], True),
        ([scenario("X", "A", verdict=Verdict.NOT_RUN, reason="needs operator-clock")], False),
        ([scenario("X", "A")], False),
    ],
    ids=["not-collected", "deselected", "no-reason", "by-the-target", "proved"],
)
def test_what_the_selection_left_out_blocks(scenarios: list[ScenarioResult], blocks: bool) -> None:
    assert roll_up(scenarios, catalogue(A), CLAIMED)[0].blocks is blocks


def judged(rows: dict[str, Row], *scenarios: ScenarioResult, complete: bool = True) -> RunVerdict:
    return judge_run(roll_up(scenarios, rows, CLAIMED), scenarios, complete=complete)


@pytest.mark.parametrize(
    ("scenarios", "complete", "expected"),
    [
        ([scenario("X", "A")], True, RunVerdict.CONFORMANT),
        ([scenario("X", "A", verdict=Verdict.ADVISORY), scenario("Y", "A")], True, RunVerdict.CONFORMANT),
        ([], True, RunVerdict.INCONCLUSIVE),
        ([scenario("X", "A")], False, RunVerdict.INCONCLUSIVE),
        ([scenario("X", "A", verdict=Verdict.ADVISORY)], True, RunVerdict.INCONCLUSIVE),
        (
            [scenario("X", "A"), scenario("Y", "A", verdict=Verdict.INCONCLUSIVE)],
            True,
            RunVerdict.INCONCLUSIVE,
        ),
        ([scenario("X", "A"), scenario("Y", verdict=Verdict.FAIL)], True, RunVerdict.INCONCLUSIVE),
        ([scenario("X", "A"), scenario("Y", "A", verdict=Verdict.FAIL)], True, RunVerdict.NOT_CONFORMANT),
        ([scenario("X", "A"), scenario("Y", "A", verdict=Verdict.FAIL)], False, RunVerdict.NOT_CONFORMANT),
        ([scenario("X", "A", findings=(("B", FAILURE),))], True, RunVerdict.NOT_CONFORMANT),
    ],
    ids=[
        "proved",
        "proved-with-advice",
        "nothing-run",
        "interrupted",
        "nothing-passed",
        "one-inconclusive",
        "failed-for-no-requirement",
        "failed",
        "failed-then-interrupted",
        "incidental",
    ],
)
def test_verdict_on_a_run(scenarios: list[ScenarioResult], complete: bool, expected: RunVerdict) -> None:
    assert judged(catalogue(A), *scenarios, complete=complete) is expected


def test_a_run_that_proves_recalled_rules_only_is_not_conformant() -> None:
    assert judged(catalogue(RECALLED), scenario("X", "A")) is RunVerdict.INCONCLUSIVE


def test_what_the_target_lacks_does_not_stop_a_run_from_being_conformant() -> None:
    rows = catalogue(
        A, Row("B"), Row("C", untested="inspection"), Row("D", planned="with X"), Row("E", ("batch",))
    )
    lacking = scenario("Y", "B", verdict=Verdict.NOT_RUN, reason="needs operator-clock")
    assert judged(rows, scenario("X", "A"), lacking) is RunVerdict.CONFORMANT


def test_what_was_deselected_does() -> None:
    rows = catalogue(A, Row("B"))
    left_out = scenario("Y", "B", verdict=Verdict.NOT_RUN, deselected=True, reason="not selected")
    assert judged(rows, scenario("X", "A"), left_out) is RunVerdict.INCONCLUSIVE
    assert judged(rows, scenario("X", "A")) is RunVerdict.INCONCLUSIVE


def test_line_of_a_conformant_run(tmp_path: Path) -> None:
    rows = catalogue(A, Row("B"), Row("C", untested="inspection"), Row("D", planned="with X"))
    lacking = scenario("Y", "B", verdict=Verdict.NOT_RUN, reason="needs operator-clock")
    result = run(tmp_path, scenario("X", "A"), lacking)
    conclude(result, rows)
    assert result.line == (
        "CONFORMANT: 1 requirement proved, 0 failed; "
        "3 not tested (1 by this target, 1 by nature, 1 planned); 1 scenario run, 1 not run."
    )


def test_line_of_a_failed_and_of_an_interrupted_run(tmp_path: Path) -> None:
    failed = scenario("Y", "B", "A", verdict=Verdict.FAIL, findings=(("B", FAILURE),))
    result = run(tmp_path, scenario("X", "A"), failed)
    conclude(result, catalogue(A, Row("B")))
    assert result.line == (
        "NOT CONFORMANT: 0 requirements proved, 1 failed, 1 unproved; 0 not tested; "
        "2 scenarios run, 1 failed."
    )
    result.complete = False
    conclude(result, catalogue(A, Row("B")))
    assert result.line.endswith("; the run was interrupted.")


def test_line_of_an_inconclusive_run_says_why(tmp_path: Path) -> None:
    result = run(tmp_path, complete=False)
    conclude(result, catalogue(A))
    assert result.line == (
        "INCONCLUSIVE: 0 requirements proved, 0 failed; 1 not tested (1 not selected); 0 scenarios run; "
        "the run was interrupted, nothing was proved, 1 requirement not tested."
    )


@pytest.mark.parametrize(
    ("verdict", "pytest_status", "expected"),
    [
        (RunVerdict.CONFORMANT, 0, 0),
        (RunVerdict.CONFORMANT, 1, 0),
        (RunVerdict.NOT_CONFORMANT, 1, 1),
        (RunVerdict.NOT_CONFORMANT, 2, 2),
        (RunVerdict.CONFORMANT, 3, 3),
        (RunVerdict.INCONCLUSIVE, 4, 4),
        (RunVerdict.INCONCLUSIVE, 5, 5),
        (RunVerdict.INCONCLUSIVE, 0, 5),
    ],
)
def test_exit_status(tmp_path: Path, verdict: RunVerdict, pytest_status: int, expected: int) -> None:
    assert exit_status(run(tmp_path, verdict=verdict), pytest_status) == expected


IDS = ("A", "B", "C", "D", "E")
ROWS = catalogue(A, Row("B"), Row("C", certainty="R"), Row("D", ("batch",)), Row("E", planned="with X"))
RANK = {RunVerdict.NOT_CONFORMANT: 0, RunVerdict.INCONCLUSIVE: 1, RunVerdict.CONFORMANT: 2}

any_id = st.sampled_from((*IDS, "UNKNOWN"))
any_scenario = st.builds(
    lambda ids, verdict, findings, deselected, reason: scenario(
        "X", *ids, verdict=verdict, findings=tuple(findings), deselected=deselected, reason=reason
    ),
    st.lists(any_id, unique=True, max_size=3),
    st.sampled_from(Verdict),
    st.lists(st.tuples(any_id, st.sampled_from(Severity)), max_size=2),
    st.booleans(),
    st.sampled_from(("", "needs operator-clock")),
)


def _keyed(scenarios: list[ScenarioResult]) -> list[ScenarioResult]:
    for number, one in enumerate(scenarios):
        one.key = one.id = f"X{number}"
    return scenarios


any_run = st.lists(any_scenario, max_size=6).map(_keyed)


@given(any_run, st.booleans())
def test_a_run_without_a_passed_scenario_is_never_conformant(
    scenarios: list[ScenarioResult], complete: bool
) -> None:
    none_passed = [one for one in scenarios if one.verdict is not Verdict.PASS]
    assert judged(ROWS, *none_passed, complete=complete) is not RunVerdict.CONFORMANT


@given(any_run, st.booleans())
def test_a_conformant_run_is_complete_and_has_no_failure_and_no_doubt(
    scenarios: list[ScenarioResult], complete: bool
) -> None:
    if judged(ROWS, *scenarios, complete=complete) is RunVerdict.CONFORMANT:
        assert complete
        assert {one.verdict for one in scenarios}.isdisjoint({Verdict.FAIL, Verdict.INCONCLUSIVE})
        assert not doubts(roll_up(scenarios, ROWS, CLAIMED), scenarios, complete=True)


@given(any_run, st.integers(0, 5))
def test_taking_a_passed_scenario_away_never_improves_the_verdict(
    scenarios: list[ScenarioResult], position: int
) -> None:
    passed = [one for one in scenarios if one.verdict is Verdict.PASS and not one.findings]
    if passed:
        fewer = [one for one in scenarios if one is not passed[position % len(passed)]]
        assert RANK[judged(ROWS, *fewer)] <= RANK[judged(ROWS, *scenarios)]


@given(any_run)
def test_every_requirement_has_one_verdict_and_every_failure_finding_shows(
    scenarios: list[ScenarioResult],
) -> None:
    results = {result.id: result for result in roll_up(scenarios, ROWS, CLAIMED)}
    assert set(IDS) <= results.keys()
    for one in scenarios:
        for found in one.findings:
            if found.severity is FAILURE:
                assert results[found.finding.requirement].verdict.value in ("FAILED", "ADVISORY")


def test_a_prohibition_is_not_proved_by_what_is_accepted(tmp_path: Path) -> None:
    refused = scenario(
        "AHW-N21", "A", verdict=Verdict.NOT_RUN, reason="the target has no operator", negative=True
    )
    result = run(tmp_path, scenario("AHW-P08", "A"), refused)
    conclude(result, catalogue(A))
    assert result.requirements[0].verdict is RequirementVerdict.NOT_RUN


def test_one_scenario_left_out_by_the_user_is_never_conformant(tmp_path: Path) -> None:
    left_out = scenario("AHW-N15", "A", verdict=Verdict.NOT_RUN, reason="not selected", deselected=True)
    result = run(tmp_path, scenario("AHW-N14", "A"), left_out)
    conclude(result, catalogue(A))
    assert result.verdict is RunVerdict.INCONCLUSIVE
    assert "1 scenario not selected" in result.line


def test_a_suspended_scenario_leaves_the_run_inconclusive(tmp_path: Path) -> None:
    waits = [scenario(f"BWS-P0{number}", "B", verdict=Verdict.SUSPENDED) for number in range(3)]
    result = run(tmp_path, scenario("AHW-P01", "A"), *waits)
    conclude(result, catalogue(A, Row("B")))
    assert exit_status(result) == 5
    assert doubts(result.requirements, result.scenarios, complete=True) == ["3 scenarios suspended"]
    assert result.line == (
        "INCONCLUSIVE: 1 requirement proved, 0 failed, 1 suspended; 0 not tested; 1 scenario run; "
        "3 scenarios suspended."
    )


def test_a_failed_run_says_what_is_suspended(tmp_path: Path) -> None:
    failed = scenario("AHW-P01", "A", verdict=Verdict.FAIL, findings=(("A", FAILURE),))
    result = run(tmp_path, failed, scenario("BWS-P01", "B", verdict=Verdict.SUSPENDED), complete=False)
    conclude(result, catalogue(A, Row("B")))
    assert result.line.startswith("NOT CONFORMANT: ")
    assert result.line.endswith("; the run was interrupted; 1 scenario suspended.")
