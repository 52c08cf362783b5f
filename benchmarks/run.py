"""A whole conformance run, against a bare replay of the exchanges that it made.

Both speak to one running reference RA. The replay sends the same octets with as many TCP connections and TLS
handshakes, reads the answers, and does nothing else.
"""

from __future__ import annotations

import base64
import json
import socket
import ssl
import subprocess
import sys
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from benchmarks.harness import Result, compare
from targets.launch import launched
from targets.model import Target

ROOT = Path(__file__).resolve().parent.parent
MOST_RATIO = 3.0
ROUNDS = 3
_QUIET_SECONDS = 5


def measure() -> Result:
    """Seconds of the run, every report included, divided by seconds of the replay."""
    with launched(ROOT / "targets" / "reference.toml") as target, tempfile.TemporaryDirectory() as folder:
        output = Path(folder) / "run"

        def run() -> None:
            command = [sys.executable, "-m", "pytest", "-q", f"--target={target.path}", f"--output={output}"]
            subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.DEVNULL)

        run()
        replay = Replay(target, output)
        compared = compare(run, replay.play, rounds=ROUNDS)
        return Result(
            "A whole run against a bare replay of its exchanges",
            compared.ratio,
            MOST_RATIO,
            detail=f"({compared.work_seconds:.2f} s, {replay.summary} in {compared.yardstick_seconds:.2f} s)",
        )


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
        self._open: dict[str | None, ssl.SSLSocket] = {}

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
        label = exchange["credential"]
        connection = self._open.pop(label, None) if self._reuses(exchange) else None
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
            connection.sendall(octets)
            _read_response(connection)
        kept = self._open.pop(label, None)
        if kept is not None:
            kept.close()
        self._open[label] = connection

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
        head = [f"{exchange['request']['method']} {parts.path} HTTP/1.1", f"Host: {parts.netloc}"]
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


def _read_response(connection: ssl.SSLSocket) -> None:
    octets = b""
    while b"\r\n\r\n" not in octets:
        piece = connection.recv(65536)
        if not piece:
            return
        octets += piece
    head, _, body = octets.partition(b"\r\n\r\n")
    lengths = [
        line.split(b":")[1] for line in head.split(b"\r\n") if line.lower().startswith(b"content-length")
    ]
    missing = int(lengths[0]) - len(body) if lengths else 0
    while missing > 0 and (piece := connection.recv(65536)):
        missing -= len(piece)
