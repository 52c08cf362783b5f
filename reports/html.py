"""Writes `index.html`: the whole run as one page that asks nothing of the network.

The page is made from the document of `results.json` alone. All that an RA sent is hostile: it is escaped by
the template, its control characters are shown as escapes, and a content security policy lets the page run
its own script only.
"""

from __future__ import annotations

import base64
import hashlib
from collections import Counter
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote

import jinja2
from markupsafe import Markup

from reports.evidence import file_name
from reports.results import write_atomically
from reports.text import duration, hex_dump, size, uk_moment, visible

FILE_NAME = "index.html"
TEMPLATES = Path(__file__).parent / "templates"
BODY_OCTETS = 4096
"""At most so much of a body stands in the page."""
BINARY_OCTETS = 1024
"""Likewise of a body that is not text: a dump takes four times its size."""
PAGE_BUDGET = 1_500_000
"""Octets of bodies in the whole page; beyond it, passed scenarios show less of theirs."""
SHORT_OCTETS = 512
FINDING_CHIPS = 6
"""At most so many scenarios are named that found a requirement broken without citing it."""

EXIT_MEANING = {
    0: "conformant",
    1: "not conformant",
    2: "interrupted",
    3: "internal error",
    4: "usage error",
    5: "inconclusive",
}
LOOKS = {
    "PASS": ("pass", "✓"),
    "PROVED": ("pass", "✓"),
    "CONFORMANT": ("pass", "✓"),
    "passed": ("pass", "✓"),
    "FAIL": ("fail", "✗"),
    "FAILED": ("fail", "✗"),
    "FAILURE": ("fail", "✗"),
    "UNPROVED": ("fail", "✗"),
    "NOT CONFORMANT": ("fail", "✗"),
    "failed": ("fail", "✗"),
    "ADVISORY": ("advisory", "!"),
    "INCONCLUSIVE": ("inconclusive", "?"),
    "SUSPENDED": ("suspended", "…"),
}
"""Verdict to the style of its badge and its sign; the verdict's own word always stands beside them."""
OTHER_LOOK = ("neutral", "–")  # noqa: RUF001 - a dash is the sign
WORST_FIRST = ("FAIL", "INCONCLUSIVE", "SUSPENDED", "ADVISORY", "PASS", "NOT RUN", "NOT APPLICABLE")
UNSETTLED = ("FAIL", "INCONCLUSIVE", "SUSPENDED", "ADVISORY")


def write(document: Mapping[str, Any], directory: Path) -> Path:
    """Write the page into the run's folder, whole or not at all; return the file."""
    file = directory / FILE_NAME
    write_atomically(file, render(document))
    return file


def render(document: Mapping[str, Any]) -> str:
    """The page for a document in the form of `results.json`."""
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        finalize=_shown,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"look": _look, "sign": _sign, "duration": duration}
    style, script = _asset("report.css"), _asset("report.js")
    page = environment.get_template("report.html.j2").render(
        **_view(document),
        style=Markup(style),  # noqa: S704 - our own file
        script=Markup(script),  # noqa: S704 - our own file
        style_digest=_digest(style),
        script_digest=_digest(script),
    )
    return page.encode("utf-8", "backslashreplace").decode("utf-8")


def _view(document: Mapping[str, Any]) -> dict[str, Any]:
    """What the template shows, so that it holds no logic of its own."""
    limit = _passed_limit(document["scenarios"])
    rules = {requirement["id"]: requirement["summary"] for requirement in document["requirements"]}
    scenarios = [_scenario(scenario, limit, rules) for scenario in document["scenarios"]]
    by_key = {scenario["key"]: scenario for scenario in scenarios}
    requirements = [_requirement(requirement, by_key) for requirement in document["requirements"]]
    run = document["run"]
    return {
        "run": run,
        "detail": run["line"].removeprefix(f"{run['verdict']}: "),
        "suite": document["suite"],
        "target": document["target"],
        "exit_meaning": EXIT_MEANING.get(run["exit_status"], "unknown"),
        "when": _moment(run["started_at"]),
        "took": _between(run["started_at"], run["ended_at"]),
        "resume_from": uk_moment(datetime.fromisoformat(run["resume_at"])) if run["resume_at"] else None,
        "interfaces": document["interfaces"],
        "areas": document["areas"],
        "requirement_columns": _used(document["interfaces"]),
        "scenario_columns": _used(document["areas"]),
        "left_out": document["left_out"],
        "attention": [(verdict, [s for s in scenarios if s["verdict"] == verdict]) for verdict in UNSETTLED],
        "in_passing": _in_passing(document["scenarios"]),
        "requirements": [r for r in requirements if r["verdict"] != "NOT APPLICABLE"],
        "not_applicable": [r for r in requirements if r["verdict"] == "NOT APPLICABLE"],
        "requirement_ids": [r["id"] for r in requirements if r["scenarios"]],
        "requirement_verdicts": _present(requirements, document["totals"]["requirements"]),
        "scenarios": scenarios,
        "scenario_verdicts": _present(scenarios, document["totals"]["scenarios"]),
    }


def _in_passing(scenarios: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Requirements that were broken in scenarios about something else: one finding each, and where."""
    seen: dict[str, dict[str, Any]] = {}
    for scenario in scenarios:
        for finding in scenario["findings"]:
            if finding["incidental"] and finding["severity"] == "FAILURE":
                first = {**finding, "key": scenario["key"], "anchor": file_name(scenario["key"]), "count": 0}
                seen.setdefault(finding["requirement"], first)["count"] += 1
    return list(seen.values())


def _used(rows: list[dict[str, Any]]) -> list[str]:
    """The verdicts that a table needs a column for."""
    return [
        verdict for verdict in (rows[0]["counts"] if rows else ()) if any(r["counts"][verdict] for r in rows)
    ]


def _present(items: list[dict[str, Any]], order: Mapping[str, int]) -> list[tuple[str, int]]:
    found = Counter(item["verdict"] for item in items)
    return [(verdict, found[verdict]) for verdict in order if found[verdict]]


def _requirement(requirement: Mapping[str, Any], by_key: Mapping[str, dict[str, Any]]) -> dict[str, Any]:
    """A row of the matrix: the scenarios that cite it, then those that found it broken all the same."""
    cited = set(requirement["scenarios"])
    strays = [by_key[key] for key in requirement["findings"] if key not in cited]
    found = "FAIL" if requirement["verdict"] == "FAILED" else "ADVISORY"
    chips = _chips([by_key[key] for key in requirement["scenarios"]])
    findings = [{**chip, "verdict": found, "text": f"finding in {chip['text']}"} for chip in _chips(strays)]
    return {**requirement, "chips": chips + findings[:FINDING_CHIPS], "more": len(findings[FINDING_CHIPS:])}


def _chips(scenarios: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """A chip for each scenario id; it leads to the row with the worst verdict."""
    outlines: dict[str, list[dict[str, Any]]] = {}
    for scenario in scenarios:
        outlines.setdefault(scenario["id"], []).append(scenario)
    chips = []
    for name, rows in outlines.items():
        worst = min(rows, key=lambda row: WORST_FIRST.index(row["verdict"]))
        chips.append(
            {"text": name, "verdict": worst["verdict"], "anchor": worst["anchor"], "rows": len(rows)}
        )
    return chips


def _scenario(scenario: Mapping[str, Any], passed_limit: int, rules: Mapping[str, str]) -> dict[str, Any]:
    limit = BODY_OCTETS if scenario["verdict"] in UNSETTLED else passed_limit
    return {
        **scenario,
        "anchor": file_name(scenario["key"]),
        "exchanges": [_exchange(exchange, limit) for exchange in scenario["exchanges"]],
        "findings": [{**f, "rule": rules.get(f["requirement"], "")} for f in scenario["findings"]],
        "screenshots": [{**s, "href": quote(s["file"] or "")} for s in scenario["screenshots"]],
        "brief": _brief(scenario),
    }


def _brief(scenario: Mapping[str, Any]) -> str:
    """Why a scenario did not pass, in one line under its title."""
    if scenario["verdict"] == "PASS":
        return ""
    if scenario["reason"]:
        return str(scenario["reason"])
    return next((f"{f['requirement']}: {f['observed']}" for f in scenario["findings"]), "")


def _exchange(exchange: Mapping[str, Any], limit: int) -> dict[str, Any]:
    request, response, answer = exchange["request"], exchange["response"], exchange["answer"]
    return {
        **exchange,
        "request_body": _body(request["body"], limit),
        "response_body": _body(response["body"], limit) if response else None,
        "answer_octets": _body(answer["octets"], limit) if answer else None,
    }


def _body(body: Mapping[str, Any], limit: int) -> dict[str, Any] | None:
    """A body as the page shows it; None where it is empty."""
    if not body["size"]:
        return None
    if body["encoding"] == "utf-8":
        shown = body["data"].encode()[:limit].decode("utf-8", "ignore")
        rest = len(shown.encode()) < body["size"]
        text, broken = _elements_apart(shown)
    else:
        octets = base64.b64decode(body["data"])[: min(limit, BINARY_OCTETS)]
        rest = len(octets) < body["size"]
        text, broken = hex_dump(octets), False
    return {
        "text": text,
        "size": size(body["size"]),
        "sha256": body["sha256"],
        "partial": rest,
        "broken": broken,
        "dropped": not body.get("kept", True),
        "file": body.get("file"),
        "href": quote(body["file"]) if body.get("file") else None,
    }


def _elements_apart(text: str) -> tuple[str, bool]:
    """XML with a line break between elements that touch, and whether any was put in."""
    if not text.startswith("<") or "><" not in text:
        return text, False
    return text.replace("><", ">\n<"), True


def _passed_limit(scenarios: list[dict[str, Any]]) -> int:
    """How much of a body a passed scenario shows, so that the page stays within its budget."""
    sizes = [
        min(part["body"]["size"], BODY_OCTETS)
        for scenario in scenarios
        for exchange in scenario["exchanges"]
        for part in (exchange["request"], exchange["response"])
        if part
    ]
    return BODY_OCTETS if sum(sizes) <= PAGE_BUDGET else SHORT_OCTETS


def _shown(value: object) -> object:
    """What the template prints: text without control characters; our own markup as it is."""
    return visible(value) if isinstance(value, str) and not isinstance(value, Markup) else value


def _look(verdict: str) -> str:
    return LOOKS.get(str(verdict), OTHER_LOOK)[0]


def _sign(verdict: str) -> str:
    return LOOKS.get(str(verdict), OTHER_LOOK)[1]


def _moment(text: str) -> str:
    return f"{datetime.fromisoformat(text):%d %B %Y, %H:%M:%S %Z}".lstrip("0")


def _between(start: str, end: str | None) -> str:
    if end is None:
        return "not ended"
    return duration((datetime.fromisoformat(end) - datetime.fromisoformat(start)).total_seconds())


def _asset(name: str) -> str:
    return (TEMPLATES / name).read_text(encoding="utf-8")


def _digest(text: str) -> str:
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode("ascii")
