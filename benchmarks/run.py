"""Conformance runs, each against a bare replay of the exchanges that it made.

Both speak to one running reference RA. The replay sends the same octets with as many TCP connections and TLS
handshakes, reads the answers, and does nothing else, but put what a portal gives to a session, its cookie and
the hidden fields of its forms, in the place of what it gave then. Two things are left out: scenarios that
need a browser, since what that does besides the exchanges is its own affair; and the portal's largest batch,
which has benchmarks of its own (`benchmarks.batch`) and would be no batch any more in a replay.
"""

from __future__ import annotations

import base64
import json
import re
import socket
import ssl
import subprocess
import sys
import tempfile
from contextlib import suppress
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any
from urllib.parse import urlsplit

from benchmarks.harness import Result
from clients.recorder import REDACTED
from targets.launch import launched
from targets.model import Target

ROOT = Path(__file__).resolve().parent.parent
MOST_RATIO = 3.0
ROUNDS = 3
PORTALS = "(PGO or PGD or INT)"
LEFT_OUT = "not needs-browser and not PGD-P22"
_QUIET_SECONDS = 5
_HIDDEN = re.compile(rb'<input type="hidden" name="([^"]+)" value="([^"]*)"')


def measure() -> Result:
    """Seconds of the whole run, every report included, divided by seconds of the replay."""
    return _measured("A whole run against a bare replay of its exchanges", LEFT_OUT)


def portals() -> Result:
    """The same of the areas of the portals, by the client that sends forms."""
    name = "A run of the portals' areas against a bare replay of its exchanges"
    return _measured(name, f"{PORTALS} and {LEFT_OUT}")


def _measured(name: str, select: str) -> Result:
    """Each round has an RA of its own: lists of requests grow, and with them the pages that show them."""
    rounds = [_round(select) for _ in range(ROUNDS + 1)][1:]  # the first is to warm up
    run, replay = median(run for run, _, _ in rounds), median(replay for _, replay, _ in rounds)
    ratio = median(run / replay for run, replay, _ in rounds)
    return Result(name, ratio, MOST_RATIO, detail=f"({run:.2f} s, {rounds[-1][2]} in {replay:.2f} s)")


def _round(select: str) -> tuple[float, float, str]:
    """The seconds of a run and of its replay, and what was replayed."""
    with launched(ROOT / "targets" / "reference.toml") as target, tempfile.TemporaryDirectory() as folder:
        output = Path(folder) / "run"
        files = f"--target={target.path}", f"--output={output}"
        command = [sys.executable, "-m", "pytest", "-q", "-k", select, *files]
        start = perf_counter()
        done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
        run = perf_counter() - start
        if done.returncode not in _RAN:
            raise RuntimeError(f"the run ended with status {done.returncode}: {done.stdout[-500:]}")
        replay = Replay(target, output)
        start = perf_counter()
        replay.play()
        return run, perf_counter() - start, replay.summary


_RAN = (0, 5)
"""Conformant; or inconclusive, as a run of some areas is at best."""


_User = tuple[str | None, str]
"""A credential, and the host, or the host and port, that it is shown to."""


class Replay:
    """The exchanges of a run, to be sent again."""

    def __init__(self, target: Target, directory: Path) -> None:
        """Read them from the run's results and evidence."""
        results = json.loads((directory / "results.json").read_text(encoding="utf-8"))
        self._target, self._directory = target, directory
        every = [exchange for scenario in results["scenarios"] for exchange in scenario["exchanges"]]
        every.sort(key=lambda exchange: exchange["started_at"])
        # Scenarios may share an exchange; it was made once.
        self._exchanges: list[dict[str, Any]] = list({each["started_at"]: each for each in every}.values())
        self._requests = [self._octets(exchange) for exchange in self._exchanges]
        self._open: dict[_User, ssl.SSLSocket] = {}
        self._cookies: dict[_User, bytes] = {}
        self._hidden: dict[_User, dict[bytes, bytes]] = {}

    @property
    def summary(self) -> str:
        """How many exchanges and connections."""
        reused = sum(self._reuses(exchange) for exchange in self._exchanges)
        return f"{len(self._exchanges)} exchanges on {len(self._exchanges) - reused} connections"

    def play(self) -> None:
        """Send them all, one after another."""
        for exchange, octets in zip(self._exchanges, self._requests, strict=True):
            with suppress(OSError):  # a refusal is an outcome here as there
                self._send(exchange, octets)
        for connection in self._open.values():
            connection.close()
        self._open = {}

    def _send(self, exchange: dict[str, Any], octets: bytes) -> None:
        label, netloc = exchange["credential"], urlsplit(exchange["request"]["url"]).netloc
        user = label, netloc
        connection = self._open.pop(user, None) if self._reuses(exchange) else None
        if connection is None:
            plain = self._connect(exchange["request"]["url"])
            if exchange["answer"] is not None and exchange["tls"] is None:
                with plain:
                    plain.sendall(octets)
                    plain.recv(65536)
                return
            credential = self._target.credentials.get(label)
            context = self._target.connection(exchange["interface"]).tls_context(credential)
            connection = context.wrap_socket(
                plain, server_hostname=urlsplit(exchange["request"]["url"]).hostname
            )
        if octets:
            connection.sendall(self._renewed(octets, user))
            self._learn(_read_response(connection), user)
        kept = self._open.pop(user, None)
        if kept is not None:
            kept.close()
        self._open[user] = connection

    def _renewed(self, octets: bytes, user: _User) -> bytes:
        """A request with the cookie and the hidden fields that the portal has given to this user now."""
        head, blank, body = octets.partition(b"\r\n\r\n")
        if f"Cookie: {REDACTED}".encode() not in head:
            return octets
        cookie = self._cookies.get(_at_host(user), b"")
        head = head.replace(f"Cookie: {REDACTED}".encode(), b"Cookie: " + cookie)
        for name, value in self._hidden.get(user, {}).items():
            field = b"(^|&)" + name + b"=[^&]*"
            part = b'(name="' + name + b'"\r\n\r\n)[^\r]*'
            body = re.sub(field, rb"\g<1>" + name + b"=" + value, body, count=1)
            body = re.sub(part, rb"\g<1>" + value, body, count=1)
        return head + blank + body

    def _learn(self, octets: bytes, user: _User) -> None:
        head, _, body = octets.partition(b"\r\n\r\n")
        given = re.search(rb"(?i)\r\nSet-Cookie: ([^;\r]*)", head)
        if given:
            self._cookies[_at_host(user)] = given[1]
        self._hidden[user] = dict(_HIDDEN.findall(body)) or self._hidden.get(user, {})

    @staticmethod
    def _reuses(exchange: dict[str, Any]) -> bool:
        return bool(exchange["tls"] and exchange["tls"]["reused"])

    @staticmethod
    def _connect(url: str) -> socket.socket:
        parts = urlsplit(url)
        return socket.create_connection((parts.hostname or "", parts.port or 443), _QUIET_SECONDS)

    def _octets(self, exchange: dict[str, Any]) -> bytes:
        """The whole request as it was on the wire."""
        body = self._body(exchange["request"])
        if exchange["answer"] is not None:
            return body
        parts = urlsplit(exchange["request"]["url"])
        path = f"{parts.path}?{parts.query}" if parts.query else parts.path
        head = [f"{exchange['request']['method']} {path} HTTP/1.1", f"Host: {parts.netloc}"]
        head += [f"{name}: {value}" for name, value in exchange["request"]["headers"]]
        return "\r\n".join([*head, "", ""]).encode() + body

    def _body(self, message: dict[str, Any]) -> bytes:
        body: dict[str, Any] = message["body"]
        if "file" in body:
            return Path(self._directory, body["file"]).read_bytes()
        data: str = body["data"]
        octets = base64.b64decode(data) if body["encoding"] == "base64" else data.encode()
        # Of a large body that was not kept there are the first octets: its length at least is the same.
        return octets.ljust(body["size"])


def _at_host(user: _User) -> _User:
    """Cookies belong to a host, whatever its ports."""
    return user[0], user[1].partition(":")[0]


def _read_response(connection: ssl.SSLSocket) -> bytes:
    octets = b""
    while b"\r\n\r\n" not in octets:
        piece = connection.recv(65536)
        if not piece:
            return octets
        octets += piece
    head, _, body = octets.partition(b"\r\n\r\n")
    lengths = [
        line.split(b":")[1] for line in head.split(b"\r\n") if line.lower().startswith(b"content-length")
    ]
    pieces, missing = [octets], int(lengths[0]) - len(body) if lengths else 0
    while missing > 0 and (piece := connection.recv(65536)):
        pieces.append(piece)
        missing -= len(piece)
    return b"".join(pieces)
