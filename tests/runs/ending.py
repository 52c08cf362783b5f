"""A pytest plugin for the tests of resumed runs: it kills the suite's process at one step of a batch's way.

The environment variable SMKI_TEST_ENDING holds JSON: the name of a moment, of the scenario whose batch it is
(or "kept batch"), and the number of that batch.
"""

from __future__ import annotations

import functools
import json
import os
import signal
import ssl
from collections.abc import Callable
from typing import Any

from fixtures.ledger import Ledger, LedgerBatch

_WRITES = {
    "before prepare": (Ledger.prepare, False),
    "after prepare": (Ledger.prepare, True),
    "before answered": (Ledger.answered, False),
    "after answered": (Ledger.answered, True),
    "before retrieved": (Ledger.retrieved, False),
    "after retrieved": (Ledger.retrieved, True),
    "before ended": (Ledger.ended, False),
    "after ended": (Ledger.ended, True),
}
"""What the ledger is told, and whether it has been when the process dies.

Besides these there are "half sent": half of the batch has left this process; and "asked": a query for its
result has, and no answer was read."""


def pytest_configure() -> None:
    plan = json.loads(os.environ.get("SMKI_TEST_ENDING", "null"))
    if plan is None:
        return
    if plan["moment"] in _WRITES:
        method, after = _WRITES[plan["moment"]]
        _die_at(method, plan, after=after)
    else:
        _die_sending(plan)


def _die_at(method: Callable[..., Any], plan: dict[str, Any], *, after: bool) -> None:
    @functools.wraps(method)
    def wrapped(ledger: Ledger, scenario: str, *rest: Any, **named: Any) -> Any:
        whole = method.__name__ == "ended"
        meant = scenario == plan["scenario"] and (whole or rest[0] == plan["ordinal"])
        if meant and not after:
            _die()
        done = method(ledger, scenario, *rest, **named)
        if meant:
            _die()
        return done

    setattr(Ledger, method.__name__, wrapped)


def _die_sending(plan: dict[str, Any]) -> None:
    """The ledger knows the batch's reference before it is sent, and its BatchId before it is asked for."""
    marks: list[bytes] = []
    find, send = Ledger.batch, ssl.SSLSocket.sendall
    halves = plan["moment"] == "half sent"

    def finds(ledger: Ledger, scenario: str, ordinal: int) -> LedgerBatch | None:
        batch = find(ledger, scenario, ordinal)
        if batch is not None and (scenario, ordinal) == (plan["scenario"], plan["ordinal"]):
            mark = f'<SubmitCSRBatch ID="{batch.reference}"' if halves else f"BatchId={batch.given} "
            marks.append(mark.encode())
        return batch

    def sends(connection: ssl.SSLSocket, octets: bytes, *rest: Any) -> None:
        meant = any(mark in octets for mark in marks)
        send(connection, octets[: len(octets) // 2] if meant and halves else octets, *rest)
        if meant:
            _die()

    for owner, name, method in ((Ledger, "batch", finds), (ssl.SSLSocket, "sendall", sends)):
        setattr(owner, name, method)


def _die() -> None:
    os.kill(os.getpid(), getattr(signal, "SIGKILL", signal.SIGTERM))
