"""The record of a scenario, and the scenario that comes back from it."""

from __future__ import annotations

import json
from dataclasses import fields
from datetime import UTC, datetime
from pathlib import Path

import pytest

from reports.evidence import Evidence
from reports.model import ScenarioResult, Verdict
from reports.records import record, restored
from reports.results import document
from tests.reports.sample import large_run, run, scenario, target


@pytest.mark.parametrize("number", range(30))
def test_a_scenario_comes_back_but_for_its_exchanges(tmp_path: Path, number: int) -> None:
    one = large_run(tmp_path, scenarios=30, exchanges=40).scenarios[number]
    one.notes.append("a note")
    data = json.loads(json.dumps(record(one, target(), Evidence(tmp_path))))
    again = restored(data)
    assert again.record == data
    for name in {each.name for each in fields(ScenarioResult)} - {"exchanges", "screenshots", "record"}:
        assert getattr(again, name) == getattr(one, name), name
    assert record(again, target(), Evidence(tmp_path)) == data | {"exchanges": []}


def test_when_to_go_on_comes_back(tmp_path: Path) -> None:
    one = scenario(verdict=Verdict.SUSPENDED, resume_at=datetime(2026, 11, 23, 8, tzinfo=UTC))
    assert restored(record(one, target(), Evidence(tmp_path))).resume_at == one.resume_at


def test_a_record_is_made_once(tmp_path: Path) -> None:
    one = scenario("AHW-P01", "A")
    one.record = {**record(one, target(), Evidence(tmp_path)), "reason": "as it was then"}
    one.reason = "as it is now"
    result = run(tmp_path, one, server_certificates={"ab": "cd"})
    made = document(result)
    assert made["scenarios"][0]["reason"] == "as it was then"
    assert made["server_certificates"] == {"ab": "cd"}
