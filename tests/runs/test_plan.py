"""What a run says that it will submit, and that this is what it then submits."""

from __future__ import annotations

import re
import socket
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from fixtures.plan import Load, Plan, by_area, in_words
from fixtures.run import ConformanceRun
from targets.model import Pacing, Target
from tests.runs.conftest import Outcome, RunAgainst, run_suite
from tests.support.servers import read_request, response

OK = 0
PACED = "[pacing]\nadhoc_core_seconds = 0.2\nadhoc_other_seconds = 0.2\n"
NOON = datetime(2026, 7, 15, 11, tzinfo=UTC)
"""12:00 UK time."""


def requests_sent(outcome: Outcome) -> list[dict[str, Any]]:
    """What went to the Ad Hoc service with a body; a kept certificate's stands in several scenarios."""
    sent = {
        each["started_at"]: each
        for scenario in outcome.results["scenarios"]
        for each in scenario["exchanges"]
        if each["interface"] == "adhoc" and each["request"]["body"]["size"]
        if each["request"]["method"].isalpha() or each["request"]["method"] == "plain text"
    }
    return [sent[moment] for moment in sorted(sent)]


def planned(output: str) -> int:
    found = re.search(r"at\s+most\s+([\d,]+)\s+requests?\s+to\s+the\s+Ad\s+Hoc\s+service", output)
    assert found, output
    return int(found[1].replace(",", ""))


def altered(target: Target, name: str, old: str, new: str) -> Path:
    """The reference RA's target file with another table in it."""
    text = target.path.read_text(encoding="utf-8")
    assert old in text
    file = target.path.with_name(name)
    file.write_text(text.replace(old, new), encoding="utf-8")
    return file


# --- whole runs ---


def test_a_whole_run_sends_what_it_planned(web_services: Target, tmp_path: Path) -> None:
    outcome = run_suite(web_services.path, tmp_path)
    sent = len(requests_sent(outcome))
    assert sent > 150
    assert planned(outcome.output) - 5 <= sent <= planned(outcome.output)
    assert "as fast as they are answered" in " ".join(outcome.output.split())


def test_a_part_of_the_scenarios_has_a_plan_of_its_own(reference: Target, tmp_path: Path) -> None:
    outcome = run_suite(reference.path, tmp_path, "-k", "AHW-P05 or AHW-N01", "--formats=none")
    assert planned(outcome.output) == 1 + 5 + 8
    assert len(requests_sent(outcome)) == 1 + 5 + 7  # one of the faulty requests is an empty body


def test_a_paced_run_keeps_its_interval_and_sends_nothing_at_once(reference: Target, tmp_path: Path) -> None:
    target = altered(reference, "paced.toml", "[pacing]\nenabled = false\n", PACED)
    outcome = run_suite(target, tmp_path, "-k", "AHW-P05 or AHW-P07 or AHW-N23 or TLS-N03", "--formats=none")
    assert planned(outcome.output) == 1 + 5 + 2
    assert "at a pace that takes 0.0 minutes" in " ".join(outcome.output.split())
    sent = requests_sent(outcome)
    begun = [datetime.fromisoformat(each["started_at"]) for each in sent]
    assert len(sent) == 8
    assert "plain text" in {each["request"]["method"] for each in sent}
    assert outcome.results["target"]["settings"]["pacing_adhoc_core_seconds"] == 0.2
    assert all(after - before >= timedelta(seconds=0.2) for before, after in pairwise(begun))
    for key in ("AHW-P07", "AHW-N23"):
        assert outcome.scenario(key)["verdict"] == "NOT RUN"
        assert "pacing.enabled" in outcome.scenario(key)["reason"]


# --- the plan alone ---


def test_a_plan_connects_to_nothing_and_writes_nothing(run_against: RunAgainst, tmp_path: Path) -> None:
    asked = []

    def answer(connection: socket.socket) -> None:
        asked.append(read_request(connection))
        connection.sendall(response(b"<x/>"))

    outcome = run_against(answer, "--plan")
    assert outcome.status == OK
    assert asked == []
    assert not (tmp_path / "out").exists()
    assert planned(outcome.output) > 150
    assert re.search(r"^Plan by area, at most +Ad Hoc right +Ad Hoc wrong", outcome.output, re.MULTILINE)
    assert "CONFORMANT" not in outcome.output


def test_a_plan_of_no_scenario_is_a_plan(reference: Target, tmp_path: Path) -> None:
    outcome = run_suite(reference.path, tmp_path / "out", "--plan", "-k", "no_such_scenario")
    assert outcome.status == OK
    assert outcome.last_line == "This run submits nothing."


def test_what_the_target_rules_out_is_in_no_plan(reference: Target, tmp_path: Path) -> None:
    text, _, _ = reference.path.read_text(encoding="utf-8").partition("[operator]")
    target = reference.path.with_name("plan-no-operator.toml")
    target.write_text(text, encoding="utf-8")
    with_operator = run_suite(reference.path, tmp_path, "--plan", "-k", "AHW-N23 or AHW-N20")
    without = run_suite(target, tmp_path, "--plan", "-k", "AHW-N23 or AHW-N20")
    assert planned(with_operator.output) == 1 + 6 + 2
    assert planned(without.output) == 1 + 2


# --- in words ---


def plan(by_area: dict[str, Load], *capabilities: str, starts_at: datetime = NOON, **pacing: Any) -> Plan:
    run = SimpleNamespace(
        target=SimpleNamespace(pacing=Pacing(**pacing)), operator_capabilities=frozenset(capabilities)
    )
    return Plan(by_area, cast(ConformanceRun, run), starts_at)


def words(plan: Plan) -> str:
    return " ".join(in_words(plan, 1000))


def test_loads_add_up() -> None:
    assert Load(1, 2, 3, 4, 5, 6, 7) + Load(queries=1) == Load(1, 2, 3, 4, 5, 6, 8)


def test_what_goes_through_the_portals_is_told_with_the_duties_that_it_touches() -> None:
    load = Load(portal_organisation=1, portal_device=150, portal_batches=2, portal_csrs=50_000)
    assert words(plan({"PGD": load}, "clock")) == (
        "This run submits at most 1 Organisation CSR, 150 ad hoc Device CSRs and 2 Batched CSRs of 50,000"
        " Device CSRs through the SMKI Portals, and 0 Batched CSRs to be refused."
    )
    said = words(plan({"PGD": load + Load(portal_device=1, portal_csrs=1)}))
    assert "More than 150 ad hoc ones in any 24 hours are to be agreed on (N-3.1.1-e)." in said
    assert "More than 50,000 in batches in any 24 hours are to be told to the DCC" in said
    assert "resume the run from" in said


def test_the_pace_is_that_of_the_hours_the_run_falls_in() -> None:
    load = {"AHW": Load(adhoc_right=300, adhoc_wrong=1)}
    assert "takes 4.0 minutes, to 12:04 UK time" in words(plan(load))
    assert "takes 20.0 minutes, to 02:20 UK time" in words(plan(load, starts_at=NOON - timedelta(hours=10)))
    before_seven = NOON - timedelta(hours=5, seconds=200)
    assert "takes 6.7 minutes, to 07:03 UK time" in words(plan(load, starts_at=before_seven))


@pytest.mark.parametrize(
    ("hour", "polling", "resume"),
    [
        (12, "strict", "08:00 UK time on 16 July 2026"),
        (12, "hourly", "22:00 UK time on 15 July 2026"),
        (20, "strict", "22:00 UK time on 16 July 2026"),
    ],
)
def test_batches_say_when_to_resume(hour: int, polling: str, resume: str) -> None:
    load = {"BWS": Load(batches=2, batches_wrong=1, csrs_right=1200, csrs_wrong=3, queries=4)}
    starts_at = NOON + timedelta(hours=hour - 12)
    said = words(plan(load, starts_at=starts_at, polling=polling))
    assert said.startswith(
        "This run submits at most 2 batches to the Batched service, with 1,200 right and 3 wrong Device CSRs,"
        " and 1 to be refused, and asks 4 times for results besides waiting for"
        " those of its batches."
    )
    assert said.endswith(f"resume the run from {resume} on.")


def test_a_batch_that_follows_slow_requests_may_miss_the_night() -> None:
    """At 19:59, more than a minute of paced requests comes first."""
    load = {"AHW": Load(adhoc_right=200), "BWS": Load(batches=1)}
    starts_at = NOON + timedelta(hours=7, minutes=59)
    assert words(plan(load, starts_at=starts_at)).endswith("from 22:00 UK time on 16 July 2026 on.")


def test_a_target_without_pacing_is_asked_when_its_night_is_over() -> None:
    said = words(plan({"BWS": Load(batches=1)}, enabled=False))
    assert said.endswith("resume the run when that is done.")


def test_an_operator_that_moves_the_clock_leaves_nothing_to_resume() -> None:
    assert "resume" not in words(plan({"BWS": Load(batches=1)}, "clock"))


def test_the_table_has_a_line_for_each_area_and_no_empty_column() -> None:
    lines = by_area(plan({"AHW": Load(3, 4), "BWS": Load(batches=1, csrs_right=1500)}))
    assert [re.split(r" {2,}", line) for line in lines] == [
        ["Plan by area, at most", "Ad Hoc right", "Ad Hoc wrong", "batches", "CSRs right"],
        ["AHW", "3", "4", "0", "0"],
        ["BWS", "0", "0", "1", "1,500"],
        ["in all", "3", "4", "1", "1,500"],
    ]
    assert len({len(line) for line in lines}) == 1


def test_no_line_is_wider_than_the_terminal() -> None:
    load = {"AHW": Load(100, 100), "BWS": Load(1, 2, 3, 4, 5, 6, 7)}
    assert max(map(len, in_words(plan(load), 60))) <= 60
