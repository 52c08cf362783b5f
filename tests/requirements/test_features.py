"""The reader of feature files."""

from __future__ import annotations

import pytest

from requirements.features import FeatureError
from tests.requirements.trees import Tree

OUTLINE = """
Background:
  Given a Device

Rule: Some rule

  Background:
    And a Device

  @AHW-N07 @M-B-REQ-a @needs-operator-clock
  Scenario Outline: <thing> is refused
    When it asks for <thing>
      | <thing> | <other> |
    Then it is refused
      \"\"\"
      <a><thing></a>
      \"\"\"
    But it is <verdict>

    Examples:
      | thing | verdict |
      | bread | cold    |

    Examples: more
      | thing | verdict |
      | milk  | warm    |
"""


def test_an_outline_is_read_whole(tree: Tree) -> None:
    tree.feature(OUTLINE, head="@interface-adhoc @advisory @M-MSG-a\nFeature: Two")
    (scenario,) = tree.read()
    assert (scenario.id, scenario.negative, scenario.advisory, scenario.outline) == (
        "AHW-N07",
        True,
        True,
        True,
    )
    assert (scenario.file, scenario.line, scenario.feature) == ("features/adhoc/one.feature", 13, "Two")
    assert scenario.title == "<thing> is refused"
    assert scenario.requirements == ("M-MSG-a", "M-B-REQ-a")
    assert (scenario.needs, scenario.interfaces) == (("needs-operator-clock",), ("adhoc",))
    assert [step.kind for step in scenario.steps] == ["given", "", "when", "then", "then"]
    assert [step.keyword for step in scenario.steps] == ["Given", "And", "When", "Then", "But"]
    assert scenario.runs == 2


def test_steps_are_filled_from_each_row(tree: Tree) -> None:
    tree.feature(OUTLINE)
    (scenario,) = tree.read()
    filled = list(scenario.filled_steps())
    assert [row.values["thing"] for row, _ in filled if row is not None] == ["bread"] * 5 + ["milk"] * 5
    step = filled[7][1]
    assert (step.text, step.table) == ("it asks for milk", (("milk", "<other>"),))
    assert filled[8][1].docstring == "<a>milk</a>"


def test_a_plain_scenario_runs_once(tree: Tree) -> None:
    (scenario,) = tree.read()
    assert (scenario.runs, scenario.outline, scenario.rows) == (1, False, ())
    assert [row for row, _ in scenario.filled_steps()] == [None, None, None]


def test_tags_of_the_feature_come_first_and_once(tree: Tree) -> None:
    tree.feature(
        "@M-1.2-a @AHW-P01\nScenario: One\n  Given a Device", head="@interface-adhoc @M-1.2-a\nFeature: A"
    )
    assert tree.read()[0].tags == ("interface-adhoc", "M-1.2-a", "AHW-P01")


def test_a_scenario_without_an_id_is_named_by_its_place(tree: Tree) -> None:
    tree.feature("Scenario: One\n  Given a Device")
    scenario = tree.read()[0]
    assert (scenario.id, scenario.negative) == ("features/adhoc/one.feature:3", False)


def test_files_come_in_one_order(tree: Tree) -> None:
    tree.feature("Scenario: B\n  Given a Device", "a/b.feature")
    tree.feature("Scenario: A\n  Given a Device", "a/a.feature")
    assert [scenario.title for scenario in tree.read()] == ["A", "B", "A Device is served"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (b"Feature: A\n  Scenario: B\n    Given a\n      | a |\n      | a | b |\n", r"bad\.feature: \(5:7\)"),
        (b"nonsense\n", r"bad\.feature: \(1:1\)"),
        (b"", r"bad\.feature: no feature in it"),
        (b"# language: xx\nFeature: A\n", r"bad\.feature: .*Language not supported: xx"),
        (b"\xff\xfe", r"bad\.feature: 'utf-8' codec"),
    ],
)
def test_a_file_that_is_not_gherkin_is_named(tree: Tree, text: bytes, message: str) -> None:
    (tree.root / "features" / "bad.feature").write_bytes(text)
    with pytest.raises(FeatureError, match=message):
        tree.read()
