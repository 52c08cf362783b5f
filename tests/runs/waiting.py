"""A pytest plugin for the tests of resumed runs: scenarios that wait, fail or are killed as the tests say.

The environment variable SMKI_TEST_WAITING holds JSON: by scenario id what happens on its first execution.
"""

from __future__ import annotations

import json
import os
import signal
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from checks.finding import Finding
from clients.exchange import Response
from clients.spool import HEAD_OCTETS, Spooler, SpoolFolder
from fixtures.run import RUN
from fixtures.verdicts import NonConformant, Suspended
from reports.model import SCENARIO

PLANS: dict[str, dict[str, Any]] = json.loads(os.environ.get("SMKI_TEST_WAITING", "{}"))
ENLARGED: set[str] = set()
SECRET = os.environ.get("SMKI_TEST_SECRET", "")


def pytest_bdd_before_step(request: pytest.FixtureRequest, step: Any) -> None:
    scenario, run = request.node.stash[SCENARIO], request.config.stash[RUN]
    plan = PLANS.get(scenario.id, {})
    if "body" in plan and step.type == "then" and scenario.key not in ENLARGED:
        ENLARGED.add(scenario.key)
        _add_large_body(run, plan["body"])
    if plan.get("at") != step.type:
        return
    if plan.get("ends") == "killed":
        _die()
    if plan.get("ends") == "failed":
        finding = Finding(scenario.requirements[0], "one thing", "another thing")
        scenario.add(finding)
        raise NonConformant([finding])
    if run.ledger.recall(scenario.key, "waited") is None:
        run.ledger.note(scenario.key, "waited", True)
        raise Suspended(datetime.now(UTC) + timedelta(seconds=plan["seconds"]), "the answer comes tomorrow")


@pytest.hookimpl(trylast=True)
def pytest_runtest_logfinish(nodeid: str) -> None:
    if PLANS.get("", {}).get("at") == "logfinish" and PLANS[""]["nodeid"] in nodeid:
        _die()


@pytest.hookimpl(tryfirst=True)
def pytest_sessionfinish() -> None:
    if PLANS.get("", {}).get("at") == "finish":
        _die()


def _die() -> None:
    os.kill(os.getpid(), getattr(signal, "SIGKILL", signal.SIGTERM))


def _add_large_body(run: Any, octets: int) -> None:
    """Put a body in a file with the last exchange, as the client of batches does."""
    sink = Spooler(SpoolFolder(run.recorder.bodies))
    sink.write(b"a" * (HEAD_OCTETS - 5) + SECRET.encode() + b"b" * octets)
    head, spool = sink.end()
    for exchange in run.recorder.take():
        response = Response(200, "OK", (), head, spool)
        run.recorder.record(replace(exchange, response=response))
