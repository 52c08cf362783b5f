"""A scenario in the form of `results.json`, made once when it has ended; and back, for a run that goes on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any

from checks.finding import Finding
from reports.evidence import Evidence, command
from reports.model import (
    JudgedFinding,
    ScenarioResult,
    Severity,
    StepResult,
    StepVerdict,
    TargetSummary,
    Verdict,
)


def record(scenario: ScenarioResult, target: TargetSummary, evidence: Evidence) -> dict[str, Any]:
    """The scenario as plain data. Writes the evidence files that the data names."""
    return {
        "id": scenario.id,
        "key": scenario.key,
        "area": scenario.area,
        "title": scenario.title,
        "feature": scenario.feature,
        "feature_title": scenario.feature_title,
        "example": scenario.example,
        "requirements": list(scenario.requirements),
        "needs": list(scenario.needs),
        "negative": scenario.negative,
        "nodeid": scenario.nodeid,
        "appendix_k": scenario.appendix_k,
        "verdict": str(scenario.verdict),
        "reason": scenario.reason,
        "deselected": scenario.deselected,
        "started_at": time_text(scenario.started_at),
        "seconds": round(scenario.seconds, 6),
        "resume_at": time_text(scenario.resume_at),
        "steps": [{**asdict(step), "verdict": str(step.verdict)} for step in scenario.steps],
        "findings": [
            {
                **judged.finding.as_dict(),
                "severity": str(judged.severity),
                "incidental": judged.incidental,
            }
            for judged in scenario.findings
        ],
        "notes": list(scenario.notes),
        "exchanges": evidence.of(scenario),
        "screenshots": evidence.screenshots(scenario),
        "command": command(scenario, target),
    }


def restored(data: Mapping[str, Any]) -> ScenarioResult:
    """The scenario that `record` was given, but for its exchanges and screenshots, which stand in its record
    alone."""
    return ScenarioResult(
        id=data["id"],
        area=data["area"],
        key=data["key"],
        title=data["title"],
        feature=data["feature"],
        feature_title=data["feature_title"],
        nodeid=data["nodeid"],
        requirements=tuple(data["requirements"]),
        needs=tuple(data["needs"]),
        negative=data["negative"],
        example=dict(data["example"]),
        verdict=Verdict(data["verdict"]),
        reason=data["reason"],
        steps=[StepResult(**{**step, "verdict": StepVerdict(step["verdict"])}) for step in data["steps"]],
        findings=[_judged(finding) for finding in data["findings"]],
        notes=list(data["notes"]),
        started_at=_moment(data["started_at"]),
        seconds=data["seconds"],
        deselected=data["deselected"],
        appendix_k=data["appendix_k"],
        resume_at=_moment(data["resume_at"]),
        record=dict(data),
    )


def time_text(moment: datetime | None) -> str | None:
    """A moment as it stands in `results.json`."""
    return moment.isoformat() if moment else None


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def _judged(data: Mapping[str, Any]) -> JudgedFinding:
    finding = Finding(data["requirement"], data["expected"], data["observed"], data["where"])
    return JudgedFinding(finding, Severity(data["severity"]), data["incidental"])
