"""The feature lint: each rule broken alone, and found."""

from __future__ import annotations

import sys

import pytest

from requirements.catalogue import Catalogue
from tests.requirements.trees import GOOD, STEPS, Tree, requirement

FILE = "features/adhoc/one.feature"
OUTLINE = """
@AHW-P01 @M-2.4.GO-a
Scenario Outline: A Device gets <thing>
  Given a Device
  When it asks for <thing>
  Then it is <verdict>

  Examples:
    | thing | verdict |
    | bread | served  |
    | milk  | served  |
"""


def test_a_good_tree_has_no_problem(tree: Tree) -> None:
    assert tree.problems() == []


def test_a_good_outline_has_no_problem(tree: Tree) -> None:
    tree.feature(OUTLINE)
    assert tree.problems() == []


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("@AHW-P01 ", "", f"{FILE}:4: must have one id tag such as @AHW-N07; has none"),
        (
            "@AHW-P01",
            "@AHW-P01 @AHW-P02",
            f"{FILE}:4: must have one id tag such as @AHW-N07; has AHW-P01, AHW-P02",
        ),
        ("@AHW-P01", "@ABC-P01", f"{FILE}:4: id ABC-P01: no area ABC; one of AHW, BWS, PGO, PGD, INT"),
        ("@AHW-P01", "@ahw-p01", "unknown requirement or tag @ahw-p01; an id tag is in capitals"),
        ("@M-2.4.GO-a", "", f"{FILE}:4: cites no requirement"),
        (
            "@M-2.4.GO-a",
            "@M-2.4.GO-z",
            f"{FILE}:4: unknown requirement or tag @M-2.4.GO-z; did you mean @M-2.4.GO-a?",
        ),
        ("@M-2.4.GO-a", "@M-2.4.GO-a @slow", f"{FILE}:4: unknown requirement or tag @slow"),
        (
            "@M-2.4.GO-a",
            "@M-2.4.GO-a @needs-bursts",
            f"{FILE}:4: unknown tag @needs-bursts; @needs-browser, @needs-burst, @needs-unpaced, or "
            "@needs-operator- and a capability",
        ),
        (
            "@M-2.4.GO-a",
            "@M-2.4.GO-a @interface-soap",
            f"{FILE}:4: unknown tag @interface-soap; one of adhoc, batch",
        ),
        (
            "@M-2.4.GO-a",
            "@M-2.4.GO-a @interface-batch",
            "cites M-2.4.GO-a, which is not on its interface but on adhoc",
        ),
        ("A Device is served", "", f"{FILE}:4: scenario without a title"),
        ("Given a Device", "Given a Gadget", f"{FILE}:5: step not defined: given 'a Gadget'"),
        ("Given a Device", "When a Device", f"{FILE}:5: step not defined: when 'a Device'"),
        (
            "Given a Device",
            "And a Device",
            f"{FILE}:5: the first step must be a Given, When or Then: And a Device",
        ),
        ("for service", "for <service>", f"{FILE}:6: placeholder <service> has no column"),
        ("is served\n  G", "has <x>\n  G", f"{FILE}:4: placeholder <x> has no column"),
        ("Then it is served", "", "steps/common.py:15: step definition not used: then 'it is {verdict:w}'"),
    ],
)
def test_a_broken_scenario_is_found(tree: Tree, old: str, new: str, problem: str) -> None:
    assert old in GOOD
    tree.feature(GOOD.replace(old, new))
    assert any(problem in line for line in tree.problems()), tree.problems()


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        (
            "    | milk  | served  |",
            "    | bread | served  |",
            f"{FILE}:12: example row stands at line 11 already",
        ),
        ("<verdict>", "served", f"{FILE}:9: column 'verdict' is not used"),
        ("| thing | verdict |", "| thing | thing |", f"{FILE}:9: column 'thing' stands twice"),
        ("| thing | verdict |", "| thing | verdicts |", f"{FILE}:7: placeholder <verdict> has no column"),
        ("  Examples:", "  @slow\n  Examples:", f"{FILE}:10: tags on Examples are not heeded: @slow"),
        ("| bread | served  |\n    | milk  | served  |", "", f"{FILE}:4: outline without rows"),
        ("| milk  | served", "| milk  | not served", f"{FILE}:7: step not defined: then 'it is not served'"),
    ],
)
def test_a_broken_outline_is_found(tree: Tree, old: str, new: str, problem: str) -> None:
    assert old in OUTLINE
    tree.feature(OUTLINE.replace(old, new))
    assert any(problem in line for line in tree.problems()), tree.problems()


def test_rows_of_two_tables_are_one_list(tree: Tree) -> None:
    tree.feature(OUTLINE + "\n  Examples:\n    | verdict | thing |\n    | served  | milk  |\n")
    assert tree.problems() == [f"{FILE}:16: example row stands at line 12 already"]


def test_an_outline_without_a_table_is_found(tree: Tree) -> None:
    tree.feature(GOOD.replace("Scenario:", "Scenario Outline:"))
    assert tree.problems() == [f"{FILE}:4: outline without rows"]


def test_xml_in_a_document_is_no_placeholder(tree: Tree) -> None:
    tree.feature(GOOD.replace("Given a Device", 'Given a Device\n    """\n    <a>text</a>\n    """'))
    assert tree.problems() == []


def test_a_column_used_in_the_title_a_document_or_a_cell_alone_is_used(tree: Tree) -> None:
    tree.feature(
        """
        @AHW-P01 @M-2.4.GO-a
        Scenario Outline: A Device is <served>
          Given a Device
            | <cell> |
          When it asks for service
            \"\"\"
            <document>
            \"\"\"
          Then it is served

          Examples:
            | served | cell | document |
            | served | a    | b        |
        """
    )
    assert tree.problems() == []


def test_one_title_in_two_files_is_found(tree: Tree) -> None:
    tree.feature(GOOD.replace("P01", "P02").replace("A Device is", "a device  IS"), "b/two.feature")
    assert tree.problems() == [
        f"features/b/two.feature:4: title 'a device  IS served' stands at {FILE}:4 already"
    ]


def test_one_id_in_two_files_is_found(tree: Tree) -> None:
    tree.feature(GOOD.replace("A Device is", "Another is"), "b/two.feature")
    assert tree.problems() == [f"features/b/two.feature:4: id AHW-P01 stands at {FILE}:4 already"]


def test_two_scenarios_of_one_title_in_one_file_are_found(tree: Tree) -> None:
    tree.feature(GOOD + GOOD.replace("P01", "P02"))
    assert tree.problems() == [f"{FILE}:10: title 'A Device is served' stands at {FILE}:4 already"]


def test_a_scenario_without_steps_is_found(tree: Tree) -> None:
    tree.feature(GOOD + "\n@AHW-P02 @M-2.4.GO-a\nScenario: Nothing\n")
    assert tree.problems() == [f"{FILE}:10: scenario without steps"]


@pytest.mark.parametrize(
    ("letter", "testable", "found"),
    [
        ("P", "P", False),
        ("P", "P N", False),
        ("P", "N", True),
        ("N", "N", False),
        ("N", "P", True),
        ("N", "X", False),
        ("P", "T", False),
    ],
)
def test_the_side_of_an_id_is_that_of_a_requirement(
    tree: Tree, letter: str, testable: str, found: bool
) -> None:
    tree.catalogue = Catalogue([requirement("M-2.4.GO-a", testable)])
    tree.feature(GOOD.replace("AHW-P01", f"AHW-{letter}01"))
    word = {"P": "positive", "N": "negative"}[letter]
    expected = f"{FILE}:4: id AHW-{letter}01 says {word}, but no requirement cited has a {word} case"
    assert tree.problems() == ([expected] if found else [])


def test_one_requirement_of_the_right_side_is_enough(tree: Tree) -> None:
    tree.catalogue = Catalogue([requirement("M-2.4.GO-a", "P"), requirement("M-2.4.GO-b", "N")])
    tree.feature(GOOD.replace("@M-2.4.GO-a", "@M-2.4.GO-a @M-2.4.GO-b").replace("P01", "N01"))
    assert tree.problems() == []


def test_a_step_with_two_definitions_is_found(tree: Tree) -> None:
    tree.steps(STEPS + '\n\n@then("it is served")\ndef again():\n    pass\n')
    assert tree.problems() == [
        f"{FILE}:7: step 'it is served' has several definitions: steps/common.py:15, steps/common.py:20"
    ]


def test_a_definition_for_any_kind_of_step_matches(tree: Tree) -> None:
    tree.steps(
        STEPS.replace('@given("a Device")', '@step("a Device")').replace("import given", "import step")
    )
    assert tree.problems() == []


def test_each_decorator_of_a_step_must_be_used(tree: Tree) -> None:
    tree.steps(STEPS.replace('@given("a Device")', '@given("a Device")\n@given("a device")'))
    assert tree.problems() == ["steps/common.py:5: step definition not used: given 'a device'"]


def test_steps_of_every_module_are_found_once(tree: Tree) -> None:
    tree.steps('from pytest_bdd import given\n\n\n@given("a Device")\ndef it():\n    pass\n', "deep/more.py")
    (tree.root / "steps" / "deep" / "__init__.py").write_text("from steps.deep.more import *\n", "utf-8")
    tree.steps(STEPS.replace('@given("a Device")', '@given("a Gadget")'))
    assert tree.problems() == ["steps/common.py:5: step definition not used: given 'a Gadget'"]


def test_a_module_that_cannot_be_imported_is_named(tree: Tree) -> None:
    tree.steps("import nothing_of_this_name\n")
    assert tree.problems() == [
        "steps: steps.common: cannot be imported: ModuleNotFoundError: No module named 'nothing_of_this_name'"
    ]


def test_a_definition_that_fails_on_a_step_is_named(tree: Tree) -> None:
    pattern = "parsers.parse('{what:Odd}', extra_types={'Odd': lambda text: 1 // 0})"
    broken = f"@given({pattern})\ndef odd():\n    pass\n"
    tree.steps(STEPS + "\n\n" + broken)
    lines = tree.problems()
    assert f"{FILE}:5: given '{{what:Odd}}' fails on step 'a Device': ZeroDivisionError" in lines[0]


def test_a_tree_without_steps_has_no_definition(tree: Tree) -> None:
    for file in (tree.root / "steps").glob("*.py"):
        file.unlink()
    (tree.root / "steps").rmdir()
    assert [line.split(": ")[1] for line in tree.problems()] == ["step not defined"] * 3


def test_reading_another_tree_leaves_what_is_loaded(tree: Tree) -> None:
    path = list(sys.path)
    before = {name: module for name, module in sys.modules.items() if name.split(".")[0] == "steps"}
    tree.problems()
    after = {name: module for name, module in sys.modules.items() if name.split(".")[0] == "steps"}
    assert (after, sys.path) == (before, path)


def test_a_tree_already_loaded_is_not_loaded_again(tree: Tree, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(tree.root)
    for name in [name for name in sys.modules if name.split(".")[0] == "steps"]:
        monkeypatch.delitem(sys.modules, name)
    import steps.common as loaded

    try:
        assert tree.problems() == []
        assert sys.modules["steps.common"] is loaded
    finally:
        for name in [name for name in sys.modules if name.split(".")[0] == "steps"]:
            del sys.modules[name]
