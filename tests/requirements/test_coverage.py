"""Coverage, the matrices, and the command that prints and checks them."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from requirements import __main__ as command
from requirements.catalogue import INTERFACES, Catalogue
from requirements.coverage import Coverage, Sides
from requirements.matrix import render_matrices
from tests.requirements.trees import GOOD, Tree, requirement

REFUSED = GOOD.replace("AHW-P01", "AHW-N01").replace("is served\n  G", "is refused\n  G")


def run(tree: Tree, *arguments: str) -> int:
    return command.main(arguments, root=tree.root, catalogue=tree.catalogue)


def coverage(tree: Tree) -> Coverage:
    return Coverage(tree.catalogue, tree.read())


def test_a_covered_tree_with_fresh_matrices_is_right(tree: Tree, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(tree, "--write") == 0
    assert run(tree) == 0
    printed = capsys.readouterr().out
    assert "Written: docs/matrix/requirements.md" in printed
    assert printed.endswith("No faults.\n")


def test_a_gap_fails(tree: Tree, capsys: pytest.CaptureFixture[str]) -> None:
    tree.catalogue = Catalogue([*tree.catalogue.values(), requirement("M-2.4.GO-b")])
    assert run(tree, "--write") == 1
    assert "\nM-2.4.GO-b: testable now, but no scenario cites it\n1 faults.\n" in capsys.readouterr().out


def test_an_unknown_id_fails(tree: Tree, capsys: pytest.CaptureFixture[str]) -> None:
    tree.feature(GOOD.replace("@M-2.4.GO-a", "@M-2.4.GO-a @M-9-z"))
    assert run(tree, "--write") == 1
    assert "features/adhoc/one.feature:4: unknown requirement or tag @M-9-z" in capsys.readouterr().out


@pytest.mark.parametrize("name", ["requirements.md", "scenarios.md"])
def test_a_stale_matrix_fails(tree: Tree, capsys: pytest.CaptureFixture[str], name: str) -> None:
    run(tree, "--write")
    file = tree.root / "docs" / "matrix" / name
    file.write_text(file.read_text("utf-8").replace("AHW-P01", "AHW-P02"), "utf-8")
    assert run(tree) == 1
    assert f"docs/matrix/{name}: stale; run: python3 smki.py requirements --write" in capsys.readouterr().out
    assert run(tree, "--write") == 0


def test_a_missing_matrix_fails(tree: Tree) -> None:
    assert run(tree) == 1


def test_a_changed_title_makes_the_matrix_stale(tree: Tree) -> None:
    run(tree, "--write")
    tree.feature(GOOD.replace("A Device is served", "A Device is served well"))
    assert run(tree) == 1


def test_a_matrix_with_other_line_ends_is_not_stale(tree: Tree) -> None:
    run(tree, "--write")
    for file in (tree.root / "docs" / "matrix").iterdir():
        file.write_bytes(file.read_bytes().replace(b"\n", b"\r\n"))
    assert run(tree) == 0


@pytest.mark.parametrize("status", ["planned", "untested"])
def test_a_scenario_for_what_is_not_testable_now_fails(
    tree: Tree, capsys: pytest.CaptureFixture[str], status: str
) -> None:
    tree.catalogue = Catalogue([requirement("M-2.4.GO-a", **{status: "with a reason"})])
    assert run(tree, "--write") == 1
    word = {"planned": "planned", "untested": "not testable"}[status]
    assert f"M-2.4.GO-a: {word} in the catalogue, but cited by AHW-P01" in capsys.readouterr().out


def test_one_side_only_is_told_and_does_not_fail(tree: Tree, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(tree, "--write") == 0
    assert "One side only:\n  M-2.4.GO-a: positive only\n" in capsys.readouterr().out


def test_what_is_not_tested_is_told_with_its_reason(tree: Tree, capsys: pytest.CaptureFixture[str]) -> None:
    more = [
        requirement("M-2.4.GO-f", untested="Nobody can."),
        requirement("M-2.5.GO-a", planned="with a thing"),
        requirement("M-2.5.GO-b", planned="with a thing"),
    ]
    tree.catalogue = Catalogue([*tree.catalogue.values(), *more])
    assert run(tree, "--write") == 0
    printed = capsys.readouterr().out
    assert "Not testable:\n  M-2.4.GO-f: Nobody can.\n" in printed
    assert "Planned:\n     2 with a thing\n" in printed


@pytest.mark.parametrize(
    ("bodies", "testable", "sides", "one_sided"),
    [
        ([GOOD], "P", Sides.POSITIVE, False),
        ([GOOD], "P N", Sides.POSITIVE, True),
        ([REFUSED], "N", Sides.NEGATIVE, False),
        ([REFUSED], "P N", Sides.NEGATIVE, True),
        ([GOOD, REFUSED], "P N", Sides.BOTH, False),
        ([], "P N", Sides.NONE, False),
    ],
)
def test_sides(tree: Tree, bodies: list[str], testable: str, sides: Sides, one_sided: bool) -> None:
    tree.catalogue = Catalogue([requirement("M-2.4.GO-a", testable)])
    tree.feature("\n".join(bodies))
    (row,) = coverage(tree).rows
    assert (row.sides, row.one_sided, row.gap) == (sides, one_sided, not bodies)


def test_counts_by_interface(tree: Tree) -> None:
    tree.feature(GOOD + REFUSED)
    tree.catalogue = Catalogue(
        [
            requirement("M-2.4.GO-a", interfaces=("adhoc", "batch")),
            requirement("M-2.4.GO-b"),
            requirement("M-2.4.GO-f", untested="Nobody can."),
            requirement("M-2.5.GO-a", planned="with a thing", interfaces=("batch",)),
        ]
    )
    counts = {one.interface: one for one in coverage(tree).by_interface()}
    assert tuple(counts) == INTERFACES
    adhoc, batch = counts["adhoc"], counts["batch"]
    assert (adhoc.requirements, adhoc.positive, adhoc.negative, adhoc.both) == (3, 1, 1, 1)
    assert (adhoc.gaps, adhoc.untested, adhoc.planned) == (1, 1, 0)
    assert (batch.requirements, batch.both, batch.gaps, batch.untested, batch.planned) == (2, 1, 0, 0, 1)


def test_the_matrices_lead_both_ways(tree: Tree) -> None:
    tree.feature(GOOD + REFUSED)
    written = render_matrices(tree.catalogue, tree.read())
    assert (
        '| <a id="m-2.4.go-a"></a>M-2.4.GO-a | 2.4 | The rule M-2.4.GO-a. | RA | C | P N | adhoc '
        "| [AHW-P01](scenarios.md#ahw-p01), [AHW-N01](scenarios.md#ahw-n01) |"
    ) in written["requirements.md"]
    assert (
        '| <a id="ahw-p01"></a>AHW-P01 | A Device is served | 1 | - '
        "| [M-2.4.GO-a](requirements.md#m-2.4.go-a) |"
    ) in written["scenarios.md"]
    assert "[features/adhoc/one.feature](../../features/adhoc/one.feature)" in written["scenarios.md"]


def test_the_matrices_say_what_is_not_tested(tree: Tree) -> None:
    tree.feature("")
    tree.catalogue = Catalogue(
        [
            requirement("M-2.4.GO-a", reading="It is so."),
            requirement("M-2.4.GO-b", "", planned="with a thing", interfaces=INTERFACES),
            requirement("M-2.4.GO-c", untested="Nobody can."),
        ]
    )
    text = render_matrices(tree.catalogue, tree.read())["requirements.md"]
    assert "The rule M-2.4.GO-a.<br>Reading: It is so. | RA | C | P N | adhoc | **none** |" in text
    assert "| - | all | planned with a thing |" in text
    assert "| not testable: Nobody can. |" in text


def test_a_title_cannot_break_the_table(tree: Tree) -> None:
    tree.feature(
        """
        @AHW-P01 @M-2.4.GO-a @advisory @needs-operator-clock
        Scenario Outline: A | <verdict> & *so*
          Then it is <verdict>

          Examples:
            | verdict |
            | served  |
            | refused |
        """
    )
    text = render_matrices(tree.catalogue, tree.read())["scenarios.md"]
    assert "| A \\| &lt;verdict&gt; &amp; \\*so\\* (advisory) | 2 | operator-clock |" in text


def test_the_matrices_are_the_same_each_time(tree: Tree) -> None:
    first = render_matrices(tree.catalogue, tree.read())
    assert render_matrices(tree.catalogue, tuple(tree.read())) == first


def test_a_feature_that_cannot_be_read_fails(tree: Tree, capsys: pytest.CaptureFixture[str]) -> None:
    (tree.root / "features" / "bad.feature").write_text("nonsense", "utf-8")
    assert run(tree) == 1
    assert capsys.readouterr().out.startswith("features/bad.feature: (1:1)")


def test_a_usage_error_has_its_own_status(tree: Tree, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        run(tree, "--wirte")
    assert caught.value.code == 4
    assert "unrecognized arguments: --wirte" in capsys.readouterr().err


def test_help_documents_the_statuses() -> None:
    root = Path(command.__file__).parent.parent
    done = subprocess.run(
        [sys.executable, "-m", "requirements", "--help"],
        cwd=root,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0
    assert "4 a usage error" in done.stdout
