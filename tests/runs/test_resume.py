"""A run that is gone on with: suspended, cut off, refused; and what every report says of the whole."""

from __future__ import annotations

import hashlib
import json
import xml.etree.ElementTree as ElementTree
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from fixtures.ledger import FILE_NAME, Ledger
from reports.allure_results import digest
from targets.model import Target
from tests.reports.schema import violations
from tests.runs.conftest import ROOT, Outcome, resume_suite, run_suite
from tests.runs.reading import allure, junit, make_due

CONFORMANT, NOT_CONFORMANT, INTERNAL, USAGE, INCONCLUSIVE = 0, 1, 3, 4, 5
SCHEMA = json.loads((ROOT / "reports" / "results.schema.json").read_text(encoding="utf-8"))
FEW = ("-k", "AHW-P03 or AHW-P01 or AHW-N20 or AHW-N31 or CRT-P01")
"""Of several modules, and so that between two that wait others stand."""


def waiting(plans: dict[str, Any]) -> dict[str, str]:
    return {"SMKI_TEST_WAITING": json.dumps(plans), "PYTHONPATH": str(ROOT)}


def begin(target: Path, folder: Path, plans: dict[str, Any], *options: str) -> Outcome:
    return run_suite(target, folder, "-p", "tests.runs.waiting", *options, **waiting(plans))


def resume(folder: Path, *options: str, plans: dict[str, Any] | None = None) -> Outcome:
    return resume_suite(folder, "-p", "tests.runs.waiting", *options, **waiting(plans or {}))


def test_a_suspended_run_is_gone_on_with(reference: Target, tmp_path: Path) -> None:
    plans = {
        "AHW-P03": {"at": "then", "seconds": 0},
        "CRT-P01": {"at": "then", "seconds": 0},
        "AHW-N20": {"at": "when", "seconds": 3600},
        "AHW-N31": {"at": "given", "seconds": 7200},
    }
    first = begin(reference.path, tmp_path, plans, *FEW)
    assert first.status == INCONCLUSIVE
    assert list(violations(first.results, SCHEMA, SCHEMA)) == []
    before, earlier = first.executed, first.results["run"]
    suspended = {key for key, each in before.items() if each["verdict"] == "SUSPENDED"}
    assert {key.partition("[")[0] for key in suspended} == set(plans)
    assert earlier["resume_at"] == min(before[key]["resume_at"] for key in suspended)
    assert before["AHW-P03"]["reason"] == "the answer comes tomorrow"
    assert f"{len(suspended)} scenarios suspended" in first.last_line
    *_, where, _ = first.output.rstrip().splitlines()
    assert where.startswith("Resume from ")
    assert where.endswith(f"UK time: python3 smki.py resume {tmp_path}")
    assert "This run is suspended:" in (tmp_path / "index.html").read_text(encoding="utf-8")
    assert Counter(junit(tmp_path).values())["SUSPENDED skipped"] == len(suspended)
    assert allure(tmp_path)[digest("AHW-P03")] == "skipped"

    second = resume(tmp_path)
    assert second.status == INCONCLUSIVE
    after = second.executed
    assert after.keys() == before.keys()
    due = {key for key in suspended if key.startswith(("AHW-P03", "CRT-P01"))}
    assert {after[key]["verdict"] for key in due} == {"PASS"}
    assert {key for key, each in after.items() if each["verdict"] == "SUSPENDED"} == suspended - due
    assert all(after[key] == before[key] for key in after.keys() - due)
    assert f"{len(after) - len(due)} taken over" in second.output
    assert list(violations(second.results, SCHEMA, SCHEMA)) == []
    run = second.results["run"]
    assert (run["id"], run["started_at"]) == (earlier["id"], earlier["started_at"])
    assert run["ended_at"] > earlier["ended_at"]
    verdicts = Counter(each["verdict"] for each in after.values())
    assert Counter(each.split()[0] for each in junit(tmp_path).values()) == verdicts
    assert allure(tmp_path).keys() == set(map(digest, after))
    assert allure(tmp_path)[digest("AHW-P03")] == "passed"

    files = {file: file.stat().st_mtime_ns for file in tmp_path.rglob("*") if file.name != FILE_NAME}
    early = resume(tmp_path)
    assert early.status == INCONCLUSIVE
    assert "too early, and the RA was asked nothing" in early.output
    assert early.last_line.startswith("Resume from ")
    assert {file: file.stat().st_mtime_ns for file in files} == files

    make_due(tmp_path)
    last = resume(tmp_path)
    assert {each["verdict"] for each in last.executed.values()} == {"PASS"}
    assert last.results["run"]["complete"] is True
    assert last.results["run"]["resume_at"] is None
    assert set(junit(tmp_path).values()) == {"PASS"}
    assert set(allure(tmp_path).values()) == {"passed"}
    assert not any(key.startswith("AHW-P02") for key in last.executed)  # not chosen then, nor now

    over = resume(tmp_path)
    assert over.status == USAGE
    assert "every scenario of this run has ended" in over.output


def test_what_failed_stays_failed(reference: Target, tmp_path: Path) -> None:
    plans = {"AHW-P01": {"at": "then", "ends": "failed"}, "AHW-P03": {"at": "then", "seconds": 0}}
    first = begin(reference.path, tmp_path, plans, *FEW)
    assert first.status == NOT_CONFORMANT
    assert "suspended" in first.last_line
    last = resume(tmp_path)
    assert last.status == NOT_CONFORMANT
    assert last.executed["AHW-P03"]["verdict"] == "PASS"
    failed = [key for key, each in last.executed.items() if each["verdict"] == "FAIL"]
    assert {key.partition("[")[0] for key in failed} == {"AHW-P01"}
    assert Counter(junit(tmp_path).values())["FAIL failure"] == len(failed)
    cases = ElementTree.parse(tmp_path / "junit.xml").getroot().iter("failure")
    assert all("observed: another thing" in (case.text or "") for case in cases)
    broken = next(each for each in last.results["requirements"] if failed[0] in each["findings"])
    assert broken["verdict"] == "FAILED"


@pytest.mark.parametrize(
    "plans",
    [
        {"AHW-P03": {"at": "given", "ends": "killed"}},
        {"AHW-P03": {"at": "then", "ends": "killed"}},
        {"": {"at": "logfinish", "nodeid": "features"}},
        {"": {"at": "finish"}, "AHW-P03": {"at": "then", "seconds": 0}},
    ],
    ids=["before it asks", "after it asked", "after a report", "before the reports"],
)
def test_a_killed_run_is_gone_on_with(reference: Target, tmp_path: Path, plans: dict[str, Any]) -> None:
    first = begin(reference.path, tmp_path, plans, *FEW, "--deselect=features/transport")
    assert first.status not in (CONFORMANT, NOT_CONFORMANT, INTERNAL, USAGE, INCONCLUSIVE)
    assert not (tmp_path / "results.json").exists()
    last = resume(tmp_path)
    assert last.status == INCONCLUSIVE  # of the scenarios only some were selected
    assert last.results["run"]["complete"] is True
    found = last.executed
    assert {each["verdict"] for each in found.values()} == {"PASS"}
    assert {key.partition("[")[0] for key in found} == {"AHW-P01", "AHW-P03", "AHW-N20", "AHW-N31", "CRT-P01"}
    assert allure(tmp_path).keys() == set(map(digest, found))
    assert len(junit(tmp_path)) == len(found)


def test_formats_are_those_of_the_first_run(web_services: Target, tmp_path: Path) -> None:
    begin(web_services.path, tmp_path, {"AHW-P03": {"at": "then", "seconds": 0}}, *FEW, "--formats=none")
    resume(tmp_path)
    assert sorted(file.name for file in tmp_path.iterdir()) == ["ledger.sqlite", "results.json"]


def altered(target: Target, name: str, old: str, new: str) -> Path:
    text = target.path.read_text(encoding="utf-8")
    assert old in text
    other = target.path.with_name(name)
    other.write_text(text.replace(old, new), encoding="utf-8")
    return other


def test_who_is_refused(reference: Target, tmp_path: Path) -> None:
    begin(reference.path, tmp_path, {"AHW-P03": {"at": "then", "seconds": 0}}, *FEW)
    before = (tmp_path / "results.json").read_bytes()

    def refused(why: str, *options: str, folder: Path = tmp_path) -> None:
        outcome = resume(folder, *options)
        assert outcome.status == USAGE
        assert len([line for line in outcome.output.splitlines() if line.strip()]) == 1, outcome.output
        assert why in outcome.output

    refused("there is no ledger", folder=tmp_path / "absent")
    moved = altered(reference, "moved.toml", f'name = "{reference.name}"', 'name = "another"')
    refused("the target was", f"--target={moved}")
    refused("would start another RA", "--target=targets/reference.toml")
    refused("leave out -k", "-k", "AHW")
    refused("leave out --formats", "--formats=none")
    refused("leave out a path", "features/adhoc")
    ledger = Ledger.open(tmp_path / FILE_NAME)
    refused("another process is at work on this run")
    ledger.tell("suite_version", "0.0.1")
    ledger.close()
    refused("the suite's version was '0.0.1' when the run began")
    assert (tmp_path / "results.json").read_bytes() == before


def test_the_target_file_may_move(reference: Target, tmp_path: Path) -> None:
    old = altered(reference, "old.toml", "schema", "schema")
    begin(old, tmp_path, {"AHW-P03": {"at": "then", "seconds": 0}}, *FEW)
    new = old.rename(old.with_name("new.toml"))
    assert resume(tmp_path).status == USAGE
    last = resume(tmp_path, f"--target={new}")
    assert last.executed["AHW-P03"]["verdict"] == "PASS"
    assert last.results["target"]["file"] == str(new)


def test_a_run_that_starts_its_ra_itself_cannot_be_resumed(tmp_path: Path) -> None:
    plans = {"AHW-P03": {"at": "then", "seconds": 0}}
    first = begin(ROOT / "targets" / "reference.toml", tmp_path, plans, "-k", "AHW-P03")
    assert "This run cannot be resumed: it has started its RA itself" in first.output
    assert first.results["run"]["resume_at"] is None
    refused = resume(tmp_path)
    assert refused.status == USAGE
    assert "that run had started its RA itself" in refused.output


def test_a_folder_is_used_again_unless_batches_wait_there(reference: Target, tmp_path: Path) -> None:
    plans = {"AHW-P03": {"at": "then", "seconds": 3600}}
    one = ("-k", "AHW-P03", "--formats=none")
    begin(reference.path, tmp_path, plans, *one)
    (tmp_path / "evidence" / "bodies").mkdir(parents=True)
    (tmp_path / "evidence" / "bodies" / "old.bin").touch()
    again = begin(reference.path, tmp_path, plans, *one)
    assert again.executed["AHW-P03"]["verdict"] == "SUSPENDED"
    assert not (tmp_path / "evidence" / "bodies" / "old.bin").exists()
    ledger = Ledger.open(tmp_path / FILE_NAME)
    ledger.prepare("AHW-P03", 0, reference="ref-1", credential=None)
    ledger.close()
    refused = run_suite(reference.path, tmp_path, *one)
    assert refused.status == USAGE
    assert "batches that have no result yet (ref-1)" in refused.output
    make_due(tmp_path)
    assert resume(tmp_path).executed["AHW-P03"]["verdict"] == "PASS"
    assert run_suite(reference.path, tmp_path, *one).status == INCONCLUSIVE


def test_large_bodies_stand_in_the_folder_without_secrets_and_go_where_all_is_well(
    reference: Target, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """AHW-P03 passes, AHW-P01 fails, AHW-N31 waits; each got a large body that holds a secret."""
    secret = min(reference.secrets, key=len)
    monkeypatch.setenv("SMKI_TEST_SECRET", secret)
    plans = {
        "AHW-P03": {"body": 100},
        "AHW-P01": {"body": 100, "at": "then", "ends": "failed"},
        "AHW-N31": {"body": 100, "at": "then", "seconds": 0},
    }
    first = begin(reference.path, tmp_path, plans, *FEW)

    def bodies(id_: str) -> list[dict[str, Any]]:
        found = [each for key, each in first.executed.items() if key.startswith(id_)]
        every = [exchange["response"]["body"] for each in found for exchange in each["exchanges"]]
        return [body for body in every if body["size"] > 1_048_576]

    assert len(bodies("AHW-P03")) > 0
    for body in bodies("AHW-P03"):
        assert (body["kept"], "file" in body) == (False, False)
    assert "The rest was not kept, since the scenario passed." in (tmp_path / "index.html").read_text("utf-8")
    sent = b"a" * (1_048_576 - 5) + secret.encode() + b"b" * 100
    for body in (*bodies("AHW-P01"), *bodies("AHW-N31")):
        assert (body["size"], body["sha256"]) == (len(sent), hashlib.sha256(sent).hexdigest())
        assert (tmp_path / body["file"]).read_bytes() == sent.replace(secret.encode(), b"[redacted]")
    kept = {file.relative_to(tmp_path).as_posix() for file in (tmp_path / "evidence/bodies").iterdir()}
    assert kept == {body["file"] for body in (*bodies("AHW-P01"), *bodies("AHW-N31"))}
    for file in tmp_path.rglob("*"):
        assert file.is_dir() or secret.encode() not in file.read_bytes(), file

    resume(tmp_path)
    kept = {file.relative_to(tmp_path).as_posix() for file in (tmp_path / "evidence/bodies").iterdir()}
    assert kept == {body["file"] for body in bodies("AHW-P01")}
