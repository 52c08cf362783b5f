"""The bridge in a pytest of its own, with a small feature and a plugin that keeps a scenario's record."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.reports.sample import screenshot

ROOT = Path(__file__).resolve().parents[2]
SECRET = "planted-password"

FEATURE = """
Feature: Which Device CSRs are accepted
  @AHW-N07
  Scenario Outline: A CSR on another curve is refused
    Given a subscriber
    When a CSR on <curve> is submitted
    Then it is refused

    Examples:
      | curve |
      | P-384 |
      | P-521 |

  @AHW-P01
  Scenario: A Device CSR is accepted
    Given a subscriber
"""
BINDING = """
from pytest_bdd import given, parsers, scenarios, then, when
import pytest
scenarios("x.feature")

@pytest.fixture
def credential(): return {"password": "planted-password"}
@given("a subscriber")
def _(credential): pass
@when(parsers.cfparse("a CSR on {curve} is submitted"), target_fixture="answer")
def _(curve, credential): return curve + credential["password"]
@then("it is refused")
def _(answer, credential): assert answer.startswith("P-384"), "it was accepted"
"""
CONFTEST = """
import pytest
from checks.finding import Finding
from reports.model import SCENARIO, StepResult, StepVerdict, Verdict
from tests.reports.sample import exchange, scenario, screenshot

@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item):
    name = "AHW-N07" if hasattr(item, "callspec") else "AHW-P01"
    row = item.callspec.params["_pytest_bdd_example"]["curve"] if hasattr(item, "callspec") else ""
    one = scenario(name, "M-2.4.1.2-b", "M-F-DEV-c", row=row)
    one.needs = ("operator-devices",)
    item.stash[SCENARIO] = one

def pytest_bdd_after_step(request, step):
    steps = request.node.stash[SCENARIO].steps
    steps.append(StepResult(step.keyword, step.name, StepVerdict.PASSED, 0.002))

def pytest_bdd_step_error(request, step):
    one = request.node.stash[SCENARIO]
    one.steps.append(StepResult(step.keyword, step.name, StepVerdict.FAILED, 0.001, "it was \\x1baccepted"))

@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    report = yield
    one = item.stash[SCENARIO]
    if report.when == "call" and report.failed:
        one.verdict, one.reason = Verdict.FAIL, "it was accepted"
        one.add(Finding("G-12-d", "P-256", "P-521"))
    one.exchanges = [exchange(b"<request/>", b"\\x00\\xff"), exchange(b"<again/>", None)]
    one.screenshots = [screenshot()]
    return report
"""


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("allure")
    (folder / "x.feature").write_text(FEATURE, encoding="utf-8")
    (folder / "test_x.py").write_text(BINDING, encoding="utf-8")
    (folder / "conftest.py").write_text(CONFTEST, encoding="utf-8")
    (folder / "pytest.ini").write_text("[pytest]\nmarkers =\n  AHW-N07\n  AHW-P01\n", encoding="utf-8")
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "reports.allure_bridge"]
    done = subprocess.run(
        [*command, f"--rootdir={folder}", "--alluredir=out", "--tb=short", str(folder)],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert "1 failed, 2 passed" in done.stdout, done.stdout + done.stderr
    return folder / "out"


@pytest.fixture(scope="module")
def by_name(results: Path) -> dict[str, Any]:
    found = [json.loads(file.read_text(encoding="utf-8")) for file in results.glob("*-result.json")]
    return {result["name"].split()[0]: result for result in found}


def labels(result: dict[str, Any], name: str) -> list[str]:
    return [label["value"] for label in result["labels"] if label["name"] == name]


def test_each_row_is_a_result_with_its_parameters(by_name: dict[str, Any]) -> None:
    assert sorted(by_name) == ["AHW-N07[P-384]", "AHW-N07[P-521]", "AHW-P01"]
    assert by_name["AHW-N07[P-384]"]["parameters"] == [{"name": "curve", "value": "P-384"}]
    assert "parameters" not in by_name["AHW-P01"]
    rows = by_name["AHW-N07[P-384]"], by_name["AHW-N07[P-521]"]
    assert rows[0]["testCaseId"] == rows[1]["testCaseId"]
    assert rows[0]["historyId"] != rows[1]["historyId"]


def test_gherkin_steps(by_name: dict[str, Any]) -> None:
    steps = by_name["AHW-N07[P-521]"]["steps"]
    assert [(step["name"], step["status"]) for step in steps] == [
        ("Given a subscriber", "passed"),
        ("When a CSR on P-521 is submitted", "passed"),
        ("Then it is refused", "failed"),
    ]
    assert steps[0]["stop"] - steps[0]["start"] == 2
    assert steps[1]["start"] == steps[0]["stop"]
    assert steps[2]["statusDetails"] == {"message": "it was \\x1baccepted"}


def test_status_and_its_reason(by_name: dict[str, Any]) -> None:
    assert by_name["AHW-P01"]["status"] == "passed"
    assert by_name["AHW-N07[P-521]"]["status"] == "failed"
    assert by_name["AHW-N07[P-521]"]["statusDetails"] == {"message": "FAIL: it was accepted"}


def test_labels_and_links(by_name: dict[str, Any]) -> None:
    result = by_name["AHW-P01"]
    assert labels(result, "epic") == ["SMKI"]
    assert labels(result, "feature") == ["Which Devices may have their certificate replaced"]
    assert labels(result, "story") == ["AHW-P01"]
    assert labels(result, "tag") == ["M-2.4.1.2-b", "M-F-DEV-c", "operator-devices"]
    assert result["links"][0] == {
        "type": "requirement",
        "url": "../index.html#req-M-2.4.1.2-b",
        "name": "M-2.4.1.2-b",
    }


def test_exchanges_and_findings_are_attached(results: Path, by_name: dict[str, Any]) -> None:
    attachments = {item["name"]: item for item in by_name["AHW-N07[P-521]"]["attachments"]}
    shown = attachments.pop("Start: HTTP 200 OK")
    assert shown["type"] == "image/png"
    assert (results / shown["source"]).read_bytes() == screenshot().png
    assert sorted(attachments) == ["Exchanges", "Findings"]
    assert {item["type"] for item in attachments.values()} == {"text/plain"}
    text = (results / attachments["Exchanges"]["source"]).read_text(encoding="utf-8")
    assert "POST https://127.0.0.1:8443/1.0/AdHocDeviceCSR" in text
    assert "<request/>" in text
    assert "0000  00 ff" in text
    assert "--- no complete response within the time limit (limit 5 s)" in text
    findings = (results / attachments["Findings"]["source"]).read_text(encoding="utf-8")
    assert findings == "FAILURE (incidental): G-12-d: expected P-256; observed P-521\n"


def test_no_fixture_and_no_traceback_is_written(results: Path) -> None:
    files = list(results.iterdir())
    assert [file for file in files if file.name.endswith("-container.json")] == []
    for file in files:
        content = file.read_text(encoding="latin-1")
        assert SECRET not in content
        assert "Traceback" not in content
        assert '"trace"' not in content
