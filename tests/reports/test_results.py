from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from clients.recorder import Screenshot
from reports import results
from reports.model import Run, Severity, Verdict
from tests.reports.sample import (
    Row,
    catalogue,
    exchange,
    finish,
    large_catalogue,
    large_run,
    run,
    scenario,
    screenshot,
    target,
)
from tests.reports.schema import violations

SCHEMA = json.loads((Path(results.__file__).parent / "results.schema.json").read_text(encoding="utf-8"))


def written(result: Run) -> Any:
    finish(result, catalogue(Row("A"), Row("B", certainty="R")))
    return json.loads((result.directory / "results.json").read_text(encoding="utf-8"))


def test_a_large_run_keeps_the_schema(tmp_path: Path) -> None:
    result = large_run(tmp_path, scenarios=120, exchanges=200)
    finish(result, large_catalogue())
    document = json.loads((tmp_path / "results.json").read_text(encoding="utf-8"))
    assert list(violations(document, SCHEMA, SCHEMA)) == []
    assert document["version"] == results.VERSION
    assert len(document["scenarios"]) == 120
    for one in document["scenarios"]:
        for item in one["exchanges"]:
            assert item["tls"] is None or item["tls"]["server_certificate"] in document["server_certificates"]


def test_odd_content_keeps_the_schema(tmp_path: Path) -> None:
    odd = scenario(
        "AHW-N01",
        "A",
        "UNKNOWN",
        verdict=Verdict.FAIL,
        reason="lone \ud800 surrogate, \x1b[31m and </script>",
        findings=(("A", Severity.FAILURE), ("B", Severity.ADVISORY)),
        exchanges=[
            exchange(response=None),
            exchange(response=None, failure=None, answer="alert", answer_octets=b"\x15", tls=None),
            exchange(b"a" * 40_000, b"\xff" * 40_000, credential=None),
        ],
        notes=["a note"],
        screenshots=[screenshot("lone \ud800"), Screenshot("", b"")],
        appendix_k="SMKI-1",
        started_at=None,
    )
    document = written(run(tmp_path, odd, target=target(file="x.toml")))
    assert list(violations(document, SCHEMA, SCHEMA)) == []
    assert document["scenarios"][0]["reason"] == odd.reason
    assert document["scenarios"][0]["findings"][0] == {
        "requirement": "A",
        "expected": "status CSR_ERROR",
        "observed": "status SUCCESS",
        "where": "response, Status",
        "severity": "FAILURE",
        "incidental": False,
    }
    assert document["scenarios"][0]["findings"][1]["incidental"] is True


def test_an_interrupted_run_is_written_and_marked(tmp_path: Path) -> None:
    result = run(tmp_path, scenario("AHW-P01", "A"), complete=False, ended_at=None)
    finish(result, catalogue(Row("A")), status=2)
    document = json.loads((tmp_path / "results.json").read_text(encoding="utf-8"))
    assert list(violations(document, SCHEMA, SCHEMA)) == []
    assert document["run"]["complete"] is False
    assert document["run"]["ended_at"] is None
    assert document["run"]["exit_status"] == 2
    assert document["run"]["verdict"] == "INCONCLUSIVE"
    assert document["run"]["doubts"] == ["the run was interrupted"]
    assert "This run was interrupted" in (tmp_path / "index.html").read_text(encoding="utf-8")


def test_a_run_of_nothing_is_written(tmp_path: Path) -> None:
    document = written(run(tmp_path))
    assert list(violations(document, SCHEMA, SCHEMA)) == []
    assert document["run"]["exit_status"] == 5


def test_one_line_for_each_scenario(tmp_path: Path) -> None:
    written(run(tmp_path, scenario("AHW-P01", "A"), scenario("AHW-P02", "A")))
    lines = (tmp_path / "results.json").read_text(encoding="utf-8").splitlines()
    assert sum('"key": "AHW-P0' in line for line in lines) == 2


def test_writing_is_whole_or_not_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "page"
    results.write_atomically(file, "old")

    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(Path, "replace", interrupted)
        with pytest.raises(KeyboardInterrupt):
            results.write_atomically(file, "new")
    assert file.read_text() == "old"
    assert list(tmp_path.iterdir()) == [file]
