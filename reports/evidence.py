"""What was sent and what came back, in the forms that the reports hold, and as files to send again."""

from __future__ import annotations

import base64
import hashlib
import re
import shlex
import shutil
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from clients.exchange import Exchange, Spool, TlsSession
from reports.model import ScenarioResult, TargetSummary, Verdict

INLINE_OCTETS = 16 * 1024
"""A body up to this size stands whole in `results.json`; a longer one is also a file."""
FOLDER = "evidence"
BODIES = f"{FOLDER}/bodies"
"""Where the bodies are that were too large for memory: written once, as they were sent or came."""
UNSETTLED = frozenset({Verdict.FAIL, Verdict.INCONCLUSIVE})
"""Verdicts after which somebody will want to send the request again."""

_LINE_BREAKS = {ord(character): None for character in "\t\n\r"}
_PLAIN_NAME = re.compile(r"[A-Z0-9]{1,8}-[A-Z0-9]{1,8}")
_NOT_IN_FILE_NAME = re.compile(r"[^A-Za-z0-9_-]+")
_LONGEST_FILE_NAME = 60
_PLAIN_PATH = re.compile(r"[A-Za-z0-9_./:\\-]*")
"""A path that no shell needs quotes for."""
_HEADERS_OF_CURL = frozenset({"host", "content-length", "connection", "transfer-encoding", "accept-encoding"})
"""Headers that curl sets by itself, and must, for the request to be the same."""


def file_name(key: str) -> str:
    """A scenario's key as a folder name, safe on every system; two keys never share one.

    A plain id stays as it is. Anything else is cut to letters, digits, ``-`` and ``_`` and gets the start
    of its SHA-256, in case two keys differ only in what was cut or in the case of letters.
    """
    if _PLAIN_NAME.fullmatch(key):
        return key
    readable = _NOT_IN_FILE_NAME.sub("-", key).strip("-")[:_LONGEST_FILE_NAME].rstrip("-")
    return f"{readable}-{hashlib.sha256(key.encode('utf-8', 'replace')).hexdigest()[:8]}".lstrip("-")


def printable_text(octets: bytes) -> str | None:
    """`octets` as text where they are UTF-8 without control or invisible characters; None otherwise.

    Tabs and line breaks count as printable.
    """
    try:
        text = octets.decode("utf-8")
    except UnicodeDecodeError:
        return None
    return text if text.translate(_LINE_BREAKS).isprintable() else None


def command(scenario: ScenarioResult, target: TargetSummary) -> str:
    """The command that runs the scenario again, every row of its outline included."""
    chosen = f" --target {quoted(target.file)}" if target.file else ""
    return f'python3 smki.py run{chosen} -k "{scenario.id}"'


def quoted(path: str) -> str:
    """A path as it stands in a command."""
    return path if _PLAIN_PATH.fullmatch(path) else f'"{path}"'


def curl(exchange: Exchange, body_file: str | None) -> str | None:
    """A curl command that sends the exchange's request again; None for an exchange below HTTP, and for a
    request whose body is in no file.

    ``CERT``, ``KEY`` and ``ANCHORS`` stand for the files of the credential and of the server's trust
    anchors. `body_file` is relative to the run's own folder, where the command is to be run.
    """
    below_http = exchange.answer is not None
    bodiless = bool(exchange.request_body) and body_file is None
    if below_http or bodiless or not exchange.url.startswith(("https://", "http://")):
        return None
    words = ["curl", "--tlsv1.2", "--tls-max", "1.2", "--cacert", "ANCHORS"]
    if exchange.credential is not None:
        words += ["--cert", "CERT", "--key", "KEY"]
    words += ["--request", exchange.method]
    names = {name.lower() for name, _ in exchange.request_headers}
    for name, value in exchange.request_headers:
        if name.lower() not in _HEADERS_OF_CURL:
            words += ["--header", f"{name}: {value}" if value else f"{name};"]
    if exchange.request_body:
        if "content-type" not in names:
            words += ["--header", "Content-Type:"]
        words += ["--data-binary", f"@{body_file}"]
    return shlex.join([*words, exchange.url])


@dataclass(slots=True)
class Evidence:
    """Turns exchanges into plain data, and writes what stands outside `results.json`."""

    directory: Path
    """The run's own folder."""
    certificates: dict[str, str] = field(default_factory=dict)
    """Server certificates met: SHA-256 in hexadecimal to Base64 of the DER. Few servers, many exchanges."""

    def of(self, scenario: ScenarioResult) -> list[dict[str, Any]]:
        """Every exchange of a scenario in the form of `results.json`, numbered from 1; files are written, in
        place of those of an earlier execution."""
        shutil.rmtree(self.directory / FOLDER / file_name(scenario.key), ignore_errors=True)
        keep = scenario.verdict in UNSETTLED
        return [
            self._exchange(scenario.key, number, exchange, keep=keep)
            for number, exchange in enumerate(scenario.exchanges, 1)
        ]

    def screenshots(self, scenario: ScenarioResult) -> list[dict[str, Any]]:
        """What a browser showed in a scenario, in the form of `results.json`; the pictures become files,
        after those of its exchanges."""
        shown: list[dict[str, Any]] = []
        for number, shot in enumerate(scenario.screenshots, 1):
            path = f"{FOLDER}/{file_name(scenario.key)}/screen-{number:02}.png"
            if shot.png:
                self._write(path, shot.png)
            shown.append({"title": shot.title, "file": path if shot.png else None})
        return shown

    def _exchange(self, key: str, number: int, exchange: Exchange, *, keep: bool) -> dict[str, Any]:
        path = f"{FOLDER}/{file_name(key)}/{number}"
        request = self._body(exchange.request_body, f"{path}-request.bin", exchange.request_spool, keep=keep)
        data: dict[str, Any] = {
            "number": number,
            "interface": exchange.interface,
            "credential": exchange.credential,
            "started_at": exchange.started_at.isoformat(),
            "seconds": round(exchange.seconds, 6),
            "outcome": exchange.outcome,
            "tls": self._tls(exchange.tls),
            "request": {
                "method": exchange.method,
                "url": exchange.url,
                "headers": [list(header) for header in exchange.request_headers],
                "body": request,
            },
            "response": None,
            "failure": None,
            "answer": None,
            "curl": curl(exchange, request.get("file")) if keep else None,
        }
        if exchange.response is not None:
            data["response"] = {
                "status": exchange.response.status,
                "reason": exchange.response.reason,
                "headers": [list(header) for header in exchange.response.headers],
                "body": self._body(
                    exchange.response.body, f"{path}-response.bin", exchange.response.spool, keep=False
                ),
            }
        if exchange.failure is not None:
            data["failure"] = {"kind": exchange.failure.kind.name, "detail": exchange.failure.detail}
        if exchange.answer is not None:
            body = self._body(exchange.answer_octets, f"{path}-response.bin", keep=False)
            data["answer"] = {"text": exchange.answer, "octets": body}
        return data

    def _tls(self, session: TlsSession | None) -> dict[str, Any] | None:
        if session is None:
            return None
        digest = hashlib.sha256(session.server_certificate).hexdigest()
        if digest not in self.certificates:
            self.certificates[digest] = base64.b64encode(session.server_certificate).decode("ascii")
        return {
            "version": session.version,
            "cipher": session.cipher,
            "server_certificate": digest,
            "reused": session.reused,
        }

    def _body(self, octets: bytes, path: str, spool: Spool | None = None, *, keep: bool) -> dict[str, Any]:
        """A body as data; also as a file where it is long, or where it is to be kept. One that has a file
        already keeps that; where it was deleted, size and digest stay, and the first octets."""
        body: dict[str, Any] = {"size": len(octets), "sha256": hashlib.sha256(octets).hexdigest()}
        if spool is not None:
            body = {"size": spool.octets, "sha256": spool.sha256}
            body |= self._spooled(spool)
        inline = octets[:INLINE_OCTETS]
        whole = spool is None and len(octets) <= INLINE_OCTETS
        text = printable_text(inline if whole else _whole_characters(inline))
        if text is not None:
            body |= {"encoding": "utf-8", "data": text}
        else:
            body |= {"encoding": "base64", "data": base64.b64encode(inline).decode("ascii")}
        body["whole"] = whole
        if spool is None and (keep or not whole):
            self._write(path, octets)
            body["file"] = path
        return body

    def _spooled(self, spool: Spool) -> dict[str, Any]:
        if not spool.path.exists() or not spool.path.is_relative_to(self.directory):
            return {"kept": False}
        return {"file": spool.path.relative_to(self.directory).as_posix()}

    def _write(self, path: str, octets: bytes) -> None:
        file = self.directory / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(octets)


def _whole_characters(octets: bytes) -> bytes:
    """`octets` less the start of a UTF-8 character that the cut at the end has split."""
    for back in range(1, min(4, len(octets)) + 1):
        if octets[-back] & 0xC0 != 0x80:
            return octets[:-back] if octets[-back] >= 0xC0 else octets
    return octets
