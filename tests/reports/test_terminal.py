from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from checks.finding import Finding
from reports import junit
from reports.model import Run, Severity, Verdict
from reports.rollup import conclude
from reports.terminal import render
from reports.text import duration, hex_dump, uk_moment, visible
from tests.reports.sample import Row, catalogue, large_catalogue, large_run, run, scenario


@pytest.fixture(scope="module")
def lines(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    result = large_run(tmp_path_factory.mktemp("run"))
    conclude(result, large_catalogue())
    return render(result, 80)


def test_the_last_line_is_the_result_and_what_to_open_stands_before_it(lines: list[str]) -> None:
    assert lines[-1].startswith("NOT CONFORMANT: 98 requirements proved, 6 failed, 5 unproved")
    assert lines[-2].startswith("Report: ")
    assert lines[-2].endswith("results.json")


def test_the_page_is_what_to_open_where_it_was_written(tmp_path: Path) -> None:
    result = large_run(tmp_path)
    (result.directory / "index.html").parent.mkdir(parents=True, exist_ok=True)
    (result.directory / "index.html").touch()
    assert render(result)[-2] == f"Report: {result.directory / 'index.html'}"


def test_what_was_seen_in_passing_is_told(tmp_path: Path) -> None:
    result = large_run(tmp_path)
    result.scenarios[0].add(Finding("Z-9-a", "a thing", "another thing"))
    text = "\n".join(render(result, 200))
    section = text.split("Broken, as seen in passing:")[1].split("\n\n")[0]
    assert f"Z-9-a: expected a thing; observed another thing (in {result.scenarios[0].key})" in section


def test_the_tables(lines: list[str]) -> None:
    text = "\n".join(lines)
    assert re.search(r"Requirements by interface +proved +failed +inconclusive +advisory +not run\n", text)
    assert re.search(r"\nadhoc +98 +11 +0 +2 +29\n", text)
    assert re.search(r"\nAHW +109 +5 +0 +0 +6\n", text)


def test_what_was_not_run_is_grouped_by_reason(lines: list[str]) -> None:
    text = " ".join(" ".join(lines).split())
    assert "12 scenarios not run: needs an operator that can move the clock (operator-clock)" in text
    assert "20 requirements planned: with the SMKI Repository" in text
    assert (
        "9 requirements not tested: no scenario can test them, for reasons in the report: G-12-0, G-12-1"
        in text
    )


def test_failures_name_their_findings(lines: list[str]) -> None:
    text = " ".join(" ".join(lines).split())
    assert (
        "AHW-P00[P-5] A Device that never had a certificate is refused as an unknown device - M-2.4.1.5-a "
        "(response, Status): expected status CSR_ERROR; observed status SUCCESS, with a certificate"
    ) in text


@pytest.mark.parametrize("width", [10, 60, 80, 200])
def test_lines_keep_to_the_width(tmp_path: Path, width: int) -> None:
    result = large_run(tmp_path)
    conclude(result, large_catalogue())
    body = [line for line in render(result, width)[:-2] if line.startswith("  ")]
    body = [line for line in body if not line.startswith("    again: ")]  # a command is to be copied whole
    assert max(map(len, body)) <= max(width, 40)


def test_a_clean_run_is_short(tmp_path: Path) -> None:
    result = run(tmp_path, scenario("AHW-P01", "A"))
    conclude(result, catalogue(Row("A")))
    assert [line for line in render(result, 80) if line.endswith(":")] == []
    assert render(result, 80)[-1] == (
        "CONFORMANT: 1 requirement proved, 0 failed; 0 not tested; 1 scenario run."
    )


def test_a_run_of_nothing(tmp_path: Path) -> None:
    result = run(tmp_path)
    conclude(result, catalogue(Row("A")))
    assert render(result, 80)[-1].startswith("INCONCLUSIVE: 0 requirements proved")


def test_many_findings_and_many_failures_are_summed_up(tmp_path: Path) -> None:
    many = tuple(("A", Severity.FAILURE) for _ in range(9))
    rows = [scenario(f"AHW-N{n:02d}", "A", verdict=Verdict.FAIL, findings=many) for n in range(40)]
    result = run(tmp_path, *rows)
    conclude(result, catalogue(Row("A")))
    text = "\n".join(render(result, 80))
    assert "    - and 5 more findings" in text
    assert "  and 15 more; see the report" in text


def test_what_an_ra_sends_cannot_steer_the_terminal(tmp_path: Path) -> None:
    one = scenario("AHW-N01", "A", verdict=Verdict.FAIL, reason="\x1b[2J\x07 two\nlines \u202e é")
    result = run(tmp_path, one)
    conclude(result, catalogue(Row("A")))
    text = "\n".join(render(result, 80))
    assert "\\x1b[2J\\x07 two lines \\u202e é" in text
    assert "é" not in "\n".join(render(result, 80, encoding="ascii"))
    assert "\\xe9" in "\n".join(render(result, 80, encoding="ascii"))


def test_junit_properties() -> None:
    assert junit.properties(scenario("AHW-N01", "A", "B")) == [
        ("id", "AHW-N01"),
        ("area", "AHW"),
        ("verdict", "PASS"),
        ("requirement", "A"),
        ("requirement", "B"),
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("plain é", "plain é"),
        ("a\r\nb\tc", "a\nb\tc"),
        ("a\rb", "a\\rb"),
        ("\x00\x85\ue000", "\\x00\\x85\\ue000"),
        ("\U000e0001", "\\U000e0001"),
    ],
)
def test_visible(text: str, expected: str) -> None:
    assert visible(text) == expected


def test_visible_in_one_line() -> None:
    assert visible("a\nb\tc", one_line=True) == "a\\nb\\tc"


def test_hex_dump() -> None:
    assert hex_dump(b"0123456789abcdef\xff") == (
        "0000  30 31 32 33 34 35 36 37 38 39 61 62 63 64 65 66  0123456789abcdef\n"
        "0010  ff                                               ."
    )


@pytest.mark.parametrize(
    ("seconds", "text"), [(0.0004, "<1 ms"), (0.0124, "12 ms"), (3.42, "3.4 s"), (125.9, "2 min 5 s")]
)
def test_duration(seconds: float, text: str) -> None:
    assert duration(seconds) == text


DUE = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)


def suspended(directory: Path, *moments: datetime) -> Run:
    waits = [
        scenario(f"BWS-P0{number}", "A", verdict=Verdict.SUSPENDED, reason="tomorrow", resume_at=moment)
        for number, moment in enumerate(moments)
    ]
    result = run(directory, *waits)
    conclude(result, catalogue(Row("A")))
    return result


def test_the_last_lines_say_from_when_on_to_resume(tmp_path: Path) -> None:
    lines = render(suspended(tmp_path, DUE + timedelta(days=1), DUE), 80)
    assert lines[-2] == (
        f"Resume from Monday 23 November 2026, 08:00 UK time: python3 smki.py resume {tmp_path}"
    )
    assert "Suspended:" in lines
    assert re.search(r"\nadhoc +0 +0 +0 +1 +0 +0\n", "\n".join(lines))


def test_a_folder_with_blanks_is_quoted(tmp_path: Path) -> None:
    assert render(suspended(tmp_path / "my runs", DUE))[-2].endswith(f'resume "{tmp_path / "my runs"}"')


def test_a_run_whose_ra_is_gone_cannot_be_resumed(tmp_path: Path) -> None:
    result = suspended(tmp_path, DUE)
    result.resumable = False
    assert render(result)[-2] == (
        "This run cannot be resumed: it has started its RA itself, and that is gone."
    )


def test_an_interrupted_run_can_be_gone_on_with(tmp_path: Path) -> None:
    result = run(tmp_path, scenario("AHW-P01", "A"), complete=False)
    conclude(result, catalogue(Row("A")))
    assert render(result)[-2] == f"Go on with it: python3 smki.py resume {tmp_path}"


@pytest.mark.parametrize(
    ("moment", "text"),
    [
        (DUE, "Monday 23 November 2026, 08:00"),
        (datetime(2026, 7, 1, 7, 0, tzinfo=UTC), "Wednesday 1 July 2026, 08:00"),
        (datetime(2026, 11, 23, 7, 59, 1, tzinfo=UTC), "Monday 23 November 2026, 08:00"),
        (datetime(2026, 11, 23, 23, 59, 59, 1, tzinfo=UTC), "Tuesday 24 November 2026, 00:00"),
    ],
)
def test_uk_moments_are_never_early(moment: datetime, text: str) -> None:
    assert uk_moment(moment) == text
