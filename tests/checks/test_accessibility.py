"""Verdicts on what axe-core found: on real results of it, and on what is none."""

from __future__ import annotations

import json
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from checks.accessibility import ResultsUnreadable, criteria, judge_accessibility

RESULTS: dict[str, Any] = json.loads(
    (Path(__file__).parent.parent / "vectors" / "axe-results.json").read_text(encoding="utf-8")
)


def test_each_element_is_a_finding_with_its_criterion() -> None:
    judged = judge_accessibility(RESULTS, "page 'Submit'")
    found = {finding.observed.partition(": ")[2].partition(":")[0]: finding for finding in judged.failures}
    assert set(found) == {"button-name", "color-contrast", "html-has-lang", "image-alt", "label"}
    label = found["label"]
    assert label.requirement == "M-2.3.GO-c"
    assert label.expected == "Form elements must have labels (WCAG 2 A, 4.1.2)"
    assert label.observed.startswith('<textarea name="csr"></textarea>: label: Fix any of the following')
    assert label.where == "page 'Submit', element textarea"
    assert found["color-contrast"].expected.endswith("(WCAG 2 AA, 1.4.3)")
    assert "#bbbbbb" in found["color-contrast"].observed


def test_what_wcag_2_1_added_is_advice() -> None:
    judged = judge_accessibility(RESULTS, "page")
    assert [advice.expected for advice in judged.advice] == [
        "autocomplete attribute must be used correctly (WCAG 2 AA, 1.3.5)"
    ]


def test_what_is_not_decided_is_for_people() -> None:
    judged = judge_accessibility(RESULTS, "page")
    assert len(judged.undecided) == 1
    assert judged.undecided[0].startswith("page: to be looked at: Elements must meet minimum color contrast")
    assert "1.4.3" in judged.undecided[0]


def test_a_rule_names_a_few_elements_and_counts_the_rest() -> None:
    results = deepcopy(RESULTS)
    rule = next(rule for rule in results["violations"] if rule["id"] == "label")
    results["violations"] = [rule]
    rule["nodes"] = rule["nodes"] * 8
    judged = judge_accessibility(results, "page")
    assert len(judged.failures) == 6
    assert judged.failures[-1].observed == "label on 3 more elements"


def test_elements_within_frames_and_long_ones_are_named_shortly() -> None:
    results = deepcopy(RESULTS)
    rule = next(rule for rule in results["violations"] if rule["id"] == "label")
    results["violations"] = [rule]
    rule["nodes"] = [{"target": ["iframe", ["#host", "textarea"]], "html": "<p>" + "x " * 300}]
    finding = judge_accessibility(results, "page").failures[0]
    assert finding.where == "page, element iframe > #host >>> textarea"
    assert len(finding.observed) < 200


def test_a_clean_page_gives_nothing() -> None:
    judged = judge_accessibility({"passes": ["label"], "violations": [], "incomplete": []}, "page")
    assert (judged.failures, judged.advice, judged.undecided) == ([], [], [])


@pytest.mark.parametrize(
    "results",
    [
        {},
        {"passes": [], "violations": [], "incomplete": []},
        {"passes": ["label"], "violations": [{"id": "label"}], "incomplete": []},
        {"passes": ["label"], "violations": None, "incomplete": []},
    ],
    ids=["empty", "no rule applied", "a rule without its tags", "no violations"],
)
def test_what_are_no_results_says_nothing_of_the_page(results: dict[str, Any]) -> None:
    with pytest.raises(ResultsUnreadable):
        judge_accessibility(results, "page")


@pytest.mark.parametrize(
    ("tags", "words"),
    [
        (["wcag2a", "wcag111"], "WCAG 2 A, 1.1.1"),
        (["wcag2aa", "wcag143"], "WCAG 2 AA, 1.4.3"),
        (["wcag21aa", "wcag1412"], "WCAG 2 AA, 1.4.12"),
        (["wcag2a", "wcag241", "wcag412", "section508"], "WCAG 2 A, 2.4.1, 4.1.2"),
    ],
)
def test_criteria_are_read_off_the_tags(tags: list[str], words: str) -> None:
    assert criteria(tags) == words
