"""Writes `results.json`: everything that is known of a run, for other programs.

Its form is `results.schema.json`, and is explained in `docs/results.md`. `VERSION` grows with every change
that an old reader would misread; a new key alone does not change it.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from reports import tables
from reports.evidence import Evidence
from reports.model import RequirementResult, Run, TargetSummary
from reports.records import record, time_text
from reports.rollup import doubts, exit_status

SCHEMA = "smki-conformance-results"
VERSION = 1
FILE_NAME = "results.json"


def document(run: Run, status: int | None = None) -> dict[str, Any]:
    """The run as plain data. Scenarios that have no record yet are given one, with its evidence files.

    `status` is the process's exit status; without it, the one that the verdict alone gives.
    """
    evidence = Evidence(run.directory, run.server_certificates)
    scenarios = [scenario.record or record(scenario, run.target, evidence) for scenario in run.scenarios]
    return {
        "schema": SCHEMA,
        "version": VERSION,
        "suite": {"name": "smki-conformance", "version": run.suite_version},
        "run": {
            "id": run.run_id,
            "started_at": run.started_at.isoformat(),
            "ended_at": time_text(run.ended_at),
            "resume_at": time_text(run.resume_at),
            "complete": run.complete,
            "verdict": run.verdict.value,
            "line": run.line,
            "doubts": doubts(run.requirements, run.scenarios, complete=run.complete),
            "exit_status": exit_status(run) if status is None else status,
        },
        "target": _target(run.target),
        "totals": {
            "requirements": tables.requirement_counts(run.requirements),
            "scenarios": tables.scenario_counts(run.scenarios),
        },
        "interfaces": [asdict(row) for row in tables.by_interface(run)],
        "areas": [asdict(row) for row in tables.by_area(run.scenarios)],
        "left_out": {
            "requirements": [asdict(group) for group in tables.requirements_left_out(run)],
            "scenarios": [asdict(group) for group in tables.scenarios_left_out(run.scenarios)],
        },
        "server_certificates": evidence.certificates,
        "requirements": [_requirement(requirement) for requirement in run.requirements],
        "scenarios": scenarios,
    }


def write(content: Mapping[str, Any], directory: Path) -> Path:
    """Write the document, whole or not at all; return the file."""
    file = directory / FILE_NAME
    write_atomically(file, _lines(content))
    return file


def write_atomically(file: Path, text: str) -> None:
    """Replace `file` by `text` in UTF-8: a reader sees the old file or the new one, never a part."""
    file.parent.mkdir(parents=True, exist_ok=True)
    unfinished = file.with_name(f".{file.name}.{os.getpid()}.tmp")
    try:
        unfinished.write_text(text, encoding="utf-8", newline="\n")
        unfinished.replace(file)
    finally:
        unfinished.unlink(missing_ok=True)


def _lines(content: Mapping[str, Any]) -> str:
    """JSON with one line for each requirement and scenario: quick to write, and fit to compare."""
    parts = []
    for key, value in content.items():
        if isinstance(value, list):
            body = ",\n".join(json.dumps(item, default=str) for item in value)
            parts.append(f"{json.dumps(key)}: [\n{body}\n]" if value else f"{json.dumps(key)}: []")
        else:
            parts.append(f"{json.dumps(key)}: {json.dumps(value, default=str)}")
    return "{\n" + ",\n".join(parts) + "\n}\n"


def _target(target: TargetSummary) -> dict[str, Any]:
    return asdict(target)


def _requirement(requirement: RequirementResult) -> dict[str, Any]:
    return {**asdict(requirement), "verdict": str(requirement.verdict)}
