"""A month in the life of the Batched service: what its clients are told at every turn, over sockets."""

from __future__ import annotations

import base64
import http.client
import re
from dataclasses import dataclass, field, replace
from datetime import timedelta

from reference_ra.policies import Policies
from tests.reference_ra.batching import CREDENTIAL, advance, device, move_to, wrap
from tests.reference_ra.conftest import Ra
from tests.reference_ra.craft import AGREEMENT, LEGAL, RIGHT, WRONG, encoded

LIMIT = 20
"""Device CSRs that a batch may hold."""
NEW, NEARLY_FULL, FULL, RESTRICTED, SUSPENDED, OTHER = (device(number) for number in range(1, 7))
MAIN = {
    "new": encoded(RIGHT.build(NEW)),
    "New2": encoded(AGREEMENT.build(NEW)),
    "not-critical": encoded(LEGAL["not critical"].build(OTHER)),
    "subject": encoded(WRONG["subject"].build(OTHER)),
    "signature": encoded(WRONG["signature by another key"].build(OTHER)),
    "empty": "",
    "spaced": " " + encoded(RIGHT.build(OTHER)),
    "the-100th": encoded(RIGHT.build(NEARLY_FULL)),
    "the-101st": encoded(AGREEMENT.build(NEARLY_FULL)),
    "full": encoded(RIGHT.build(FULL)),
    "restricted": encoded(RIGHT.build(RESTRICTED)),
    "suspended": encoded(RIGHT.build(SUSPENDED)),
    "again": encoded(RIGHT.build(NEW)),
    "last": encoded(RIGHT.build(OTHER)),
}
ONE = encoded(RIGHT.build(device(10)))
_SERVICE = "/1.0/PortalCSRBatch"
_SUBMIT = f"{_SERVICE}/SubmitCSRBatch"
_RESULT = f"{_SERVICE}/CSRBatchResult?BatchId="


def limited(policies: Policies) -> Policies:
    """The policies with this battery's limit."""
    limits = replace(policies.batch.limits, csrs=LIMIT)
    return replace(policies, batch=replace(policies.batch, limits=limits))


@dataclass
class Battery:
    """Asks one RA everything, and keeps what it told."""

    ra: Ra
    told: dict[str, str] = field(default_factory=dict)
    """By what was asked when: status, media type and body."""
    ids: dict[str, str] = field(default_factory=dict)
    """BatchIds."""
    _latest: dict[str, str] = field(default_factory=dict)
    _connections: dict[str, http.client.HTTPSConnection] = field(default_factory=dict)

    def run(self, bad: dict[str, bytes]) -> dict[str, str]:
        """Everything."""
        try:
            self._prepare()
            self._submissions_at_noon(bad)
            self._first_night()
            self._second_night()
            self._a_month_later()
        finally:
            for connection in self._connections.values():
                connection.close()
        for number in range(1, 12):
            self.told[f"issued {number}"] = str(self.ra.issued(device(number)))
        return self.told

    def _prepare(self) -> None:
        move_to(self.ra, 9)
        move_to(self.ra, 12)
        self.ra.seed(99, NEARLY_FULL)
        self.ra.seed(100, FULL)
        for each, state, roles in ((RESTRICTED, "restricted", ["02"]), (SUSPENDED, "suspended", [])):
            self.ra.manage("POST", f"/devices/{each.hex('-')}/provisioning-state", {"state": state})
            self.ra.manage("POST", "/provisioning-states", {"state": state, "remote_party_roles": roles})

    def _submissions_at_noon(self, bad: dict[str, bytes]) -> None:
        self._submit("main", wrap(MAIN, "Main &amp; " + "x" * 249))
        for name, body in bad.items():
            self._submit(f"bad {name}", body)
        for name, identifier in (("short", "c"), ("long", "c" * 100), ("beyond ASCII", "\u00e9")):
            self._submit(f"ID {name}", wrap({identifier: ONE}))
        for count in (LIMIT - 1, LIMIT, LIMIT + 1):
            of_one = encoded(RIGHT.build(device(10 + count - LIMIT)))
            self._submit(f"of {count}", wrap({f"c{number}": of_one for number in range(count)}))
        for who in ("batch-network-operator", "import-supplier", "portal-device", "batch-without-uept"):
            self._submit(f"by {who}", wrap({"c1": ONE}), who)
        self._submit("rejected", wrap({"c1": ONE}))
        self._submit("tampered", wrap({"c1": ONE}))
        for name, operation in (("rejected", "reject"), ("tampered", "tamper")):
            self.ra.manage("POST", f"/batches/{self.ids[name]}/{operation}")
        self._ask("PUT", "PUT", _SUBMIT, wrap({"c1": ONE}))
        self._ask("version 2.0", "GET", _RESULT.replace("1.0", "2.0") + self.ids["main"])
        own = self.ids["main"]
        for query in ("999999", "-{}", "{}x", "{0}&BatchId={0}", "", "1.0"):
            self._ask(f"query {query}", "GET", f"{_RESULT}{query.format(own)}")

    def _first_night(self) -> None:
        for minute in range(3):
            self._look(f"noon + {minute}")
            advance(self.ra, timedelta(minutes=1))
        self._look("noon + 3")
        move_to(self.ra, 20, 0, 5)
        self._look("20:00:05")
        move_to(self.ra, 20, 0, 31)
        self._look("20:00:31")
        move_to(self.ra, 21)
        self._submit("late", wrap({"c1": ONE}))
        move_to(self.ra, 7, 57, 40)
        self._submit("paused", wrap({"c1": ONE}))
        move_to(self.ra, 8, 0, 1)
        self._look("08:00:01")

    def _second_night(self) -> None:
        move_to(self.ra, 18)
        self._look("the second day at 18:00")
        move_to(self.ra, 8)
        self._look("the third day at 08:00")
        for which in self.ids:
            self._result("fetched", which)
            self._result("again", which)
        for which in self.ids:
            self._result("for another Party", which, "batch-gas-supplier")

    def _a_month_later(self) -> None:
        move_to(self.ra, 20, 30)
        advance(self.ra, timedelta(days=27))  # from the third day on
        self._look("after 29 days")
        advance(self.ra, timedelta(days=5))
        self._look("after 34 days")

    def _look(self, when: str) -> None:
        for which in ("main", "rejected", "tampered", f"of {LIMIT}", "late", "paused"):
            if which in self.ids:
                self._result(when, which)

    def _result(self, when: str, which: str, who: str = CREDENTIAL) -> None:
        text = self._ask(f"{which}, {when}", "GET", f"{_RESULT}{self.ids[which]}", None, who)
        if when == "again":
            self.told[f"{which}, the same again"] = str(text == self._latest.get(which))
        self._latest[which] = text

    def _submit(self, name: str, body: bytes, who: str = CREDENTIAL) -> None:
        answer = self._ask(f"submission {name}", "POST", _SUBMIT, body, who)
        found = re.search(r"<BatchId>(\d+)<", answer)
        if found or name in ("main", "rejected", "tampered"):
            self.ids[name] = found[1] if found else "0"

    def _ask(
        self, name: str, method: str, path: str, body: bytes | None = None, who: str = CREDENTIAL
    ) -> str:
        if who not in self._connections:
            self._connections[who] = self.ra.connect(who)
        connection = self._connections[who]
        headers = {"Content-Type": "application/xml;charset=UTF-8"} if body is not None else {}
        connection.request(method, path, body, headers)
        response = connection.getresponse()
        text = response.read().decode("utf-8", "replace")
        self.told[name] = f"{response.status} {response.headers['Content-Type']} {_shown(text)}"
        return text


def _shown(text: str) -> str:
    """The text, with the Device and the keyUsage alone for each certificate."""

    def certificate(match: re.Match[str]) -> str:
        octets = base64.b64decode(match[1])
        named = re.search(rb"\x00\xdb\x12\x34.{4}", octets, re.DOTALL)
        usage = re.search(rb"\x55\x1d\x0f.{9}", octets, re.DOTALL)
        found = (each[0].hex() for each in (named, usage) if each)
        return f"<Certificate>{' '.join(found)}</Certificate>"

    return re.sub("<Certificate>([A-Za-z0-9+/=]+)</Certificate>", certificate, text)
