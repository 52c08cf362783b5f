"""What a run left in its folder, as the tests of resumed runs read it, and how they let time go by there."""

from __future__ import annotations

import json
import sqlite3
import xml.etree.ElementTree as ElementTree
from datetime import UTC, datetime, timedelta
from pathlib import Path

from fixtures.ledger import FILE_NAME


def make_due(folder: Path) -> None:
    """Let the moments come that scenarios wait for."""
    with sqlite3.connect(folder / FILE_NAME) as database:
        past = (datetime.now(UTC) - timedelta(seconds=1)).isoformat()
        database.execute(
            "update ended set document = json_set(document, '$.scenario.resume_at', ?)"
            " where json_extract(document, '$.scenario.verdict') = 'SUSPENDED'",
            (past,),
        )
    database.close()


def junit(folder: Path) -> dict[str, str]:
    """The verdict by pytest's name of each case, and how JUnit takes it; each name once."""
    cases = list(ElementTree.parse(folder / "junit.xml").getroot().iter("testcase"))
    found = {}
    for case in cases:
        verdict = next(each.get("value") for each in case.iter("property") if each.get("name") == "verdict")
        kinds = [kind for kind in ("failure", "error", "skipped") if case.find(kind) is not None]
        found[f"{case.get('classname')}.{case.get('name')}"] = f"{verdict} {' '.join(kinds)}".strip()
    assert len(found) == len(cases)
    return found


def allure(folder: Path) -> dict[str, str]:
    """The status of each result, by its scenario's identity; each once."""
    files = list((folder / "allure").glob("*-result.json"))
    documents = [json.loads(file.read_text(encoding="utf-8")) for file in files]
    found = {document["historyId"]: document["status"] for document in documents}
    assert len(found) == len(documents)
    sources = {each["source"] for document in documents for each in document.get("attachments", ())}
    assert {file.name for file in (folder / "allure").glob("*-attachment*")} == sources
    return found


def let_days_pass(folder: Path, days: int) -> None:
    """Let everything that has happened so far in the run of a folder be so much older."""
    with sqlite3.connect(folder / FILE_NAME) as database:
        rows = database.execute(
            "select scenario, name, value from memory where name glob 'submitted *' or name glob 'asked *'"
        ).fetchall()
        for scenario, name, value in rows:
            earlier = datetime.fromisoformat(json.loads(value)) - timedelta(days=days)
            database.execute(
                "update memory set value = ? where scenario = ? and name = ?",
                (json.dumps(earlier.isoformat()), scenario, name),
            )
    database.close()
    make_due(folder)
