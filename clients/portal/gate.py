"""The way out of a browser: a proxy on this machine that holds the TLS sessions with the portal.

A browser has trust anchors, cipher suites and a certificate store of its own. Behind the gate it has those of
the suite: the server's chain must end in the target's anchors, only the cipher suites of M-G-a are offered,
and the IKI Certificate is presented from the suite's memory, without a file or a store that would outlast it.
The gate lets the browser go to the portal's hosts only, and knows what TLS agreed on, or why it failed.
"""

from __future__ import annotations

import asyncio
import base64
import re
import secrets
import ssl
import threading
from collections.abc import Coroutine
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, TypeVar
from urllib.parse import urlsplit

from playwright.sync_api import ProxySettings

from clients.bounded_http import failure_of
from clients.connection import Connection, Credential
from clients.exchange import Failure, FailureKind, TlsSession
from clients.portal.gate_key import GateKey

_PIECE = 65536
_USER = "smki"
_FETCH_MODE = re.compile(rb"(?i)\r\nSec-Fetch-Mode: *([^\r]*)")
_HEAD_ENDS = b"\r\n\r\n"
_BROKEN = (OSError, ssl.SSLError, asyncio.IncompleteReadError, asyncio.LimitOverrunError)
"""What reading and writing raise where either side has gone or speaks something else."""

Origin = tuple[str, int]
Given = TypeVar("Given")


class GateThread:
    """The thread that every gate of a browser works in, and the key by which the browser knows them."""

    def __init__(self) -> None:
        """Start it."""
        self.key = GateKey()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="browser gate", daemon=True)
        self._thread.start()

    def run(self, work: Coroutine[Any, Any, Given]) -> Given:
        """Do `work` in the thread, and wait for it."""
        return asyncio.run_coroutine_threadsafe(work, self._loop).result()

    def close(self) -> None:
        """End the thread, whose gates have been closed before."""
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()


@dataclass(eq=False, slots=True)
class _Tunnel:
    """One connection of the browser to the portal."""

    origin: Origin
    to_browser: asyncio.StreamWriter
    to_portal: asyncio.StreamWriter
    received: int = 0
    """The portal's octets since the browser's last."""
    is_between: bool = True
    """Whether what the browser says next begins a request."""

    def cut(self) -> None:
        """Close both sides at once."""
        self.to_portal.transport.abort()
        self.to_browser.transport.abort()


class Gate:
    """The gate of one visit: it presents one credential, or none."""

    def __init__(
        self,
        thread: GateThread,
        connection: Connection,
        credential: Credential | None,
        hosts: frozenset[str],
    ) -> None:
        """Open it. `hosts` are those that the browser may go to."""
        self._thread, self._connection, self._hosts = thread, connection, hosts
        self._context = connection.tls_context(credential)
        self.limit = connection.response_bytes
        """Octets of an answer, its head included; a connection that gives more is cut."""
        # Others on this machine could reach the gate's port, and must not act under the credential.
        self._password = secrets.token_urlsafe(24)
        pair = base64.b64encode(f"{_USER}:{self._password}".encode()).decode("ascii")
        self._pair = pair.encode("ascii")
        self._submissions = 0
        self._failures: dict[Origin, Failure] = {}
        self._sessions: dict[Origin, TlsSession] = {}
        self._tunnels: set[_Tunnel] = set()
        self._tasks: set[asyncio.Task[Any]] = set()
        self._server = thread.run(asyncio.start_server(self._serve, "127.0.0.1", 0))
        self._port = self._server.sockets[0].getsockname()[1]

    @property
    def proxy(self) -> ProxySettings:
        """The gate, as a browser is told of a proxy."""
        return ProxySettings(server=f"http://127.0.0.1:{self._port}", username=_USER, password=self._password)

    def admits(self, url: str) -> bool:
        """Whether the browser may go there: https, at one of the portal's hosts."""
        try:
            parts = urlsplit(url)
            return parts.scheme == "https" and "@" not in parts.netloc and origin_of(url)[0] in self._hosts
        except ValueError:  # no such port, or half an address
            return False

    def session(self, url: str) -> TlsSession | None:
        """What TLS agreed on when the browser last went where `url` points; None where it never did."""
        return self._sessions.get(origin_of(url))

    def failure(self, url: str) -> Failure | None:
        """Why the last way there has failed; None where it has not."""
        return self._failures.get(origin_of(url))

    def begin(self, limit: int) -> None:
        """Forget earlier failures, bear so many octets of an answer, and let one submission through.

        A browser that gets no answer sends a form again by itself, and so it does where a redirection asks
        for that: nobody would know what was taken.
        """
        self.limit = limit
        self._failures.clear()
        self._submissions = 0

    def close(self) -> None:
        """Close it, and every connection through it."""
        self._thread.run(self._close())

    async def _close(self) -> None:
        self._server.close()
        await _turns()  # what was accepted a moment ago has a task by then
        for tunnel in self._tunnels:
            tunnel.cut()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await _turns()  # connections that were cut let go of their sockets

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection of the browser, from its first octet to its last."""
        task = asyncio.current_task()
        assert task is not None  # noqa: S101 - a coroutine that runs is in a task
        self._tasks.add(task)
        try:
            origin = await self._asked(reader, writer)
            if origin is not None:
                await self._through(origin, reader, writer)
        except _BROKEN:
            writer.transport.abort()  # the browser has gone, which it may
        except asyncio.CancelledError:
            writer.transport.abort()  # the gate is closed; nobody waits for the task
        finally:
            self._tasks.discard(task)
            writer.close()

    async def _asked(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> Origin | None:
        """Where the browser wants to go; None where it may not, which it has been told."""
        while True:
            head = (await reader.readuntil(_HEAD_ENDS)).decode("latin-1").split("\r\n")
            headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in head[1:])}
            given = headers.get("proxy-authorization", "")
            if secrets.compare_digest(given.partition(" ")[2].encode("latin-1"), self._pair):
                break
            writer.write(
                b"HTTP/1.1 407 Proxy Authentication Required\r\n"
                b'Proxy-Authenticate: Basic realm="gate"\r\nContent-Length: 0\r\n\r\n'
            )
            await writer.drain()
        method, _, rest = head[0].partition(" ")
        target = rest.partition(" ")[0]
        origin = origin_of(f"https://{target}" if method == "CONNECT" else target)
        if method != "CONNECT":
            refusal = "it is not https"
        elif origin[0] not in self._hosts:
            refusal = f"{origin[0]} is none of the portal's hosts ({', '.join(sorted(self._hosts))})"
        else:
            return origin
        self._failures[origin] = Failure(FailureKind.NOT_CONNECTED, f"not visited: {refusal}")
        await _refuse(writer)
        return None

    async def _through(
        self, origin: Origin, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        """Connect to the portal, and carry what is said until one side ends."""
        host, port = origin
        try:
            answers, to_portal = await asyncio.wait_for(
                asyncio.open_connection(host, port, ssl=self._context, server_hostname=host),
                self._connection.connect_seconds,
            )
        except (OSError, ssl.SSLError, TimeoutError) as error:
            self._failures[origin] = failure_of(error, self._connection)
            await _refuse(writer)
            return
        self._failures.pop(origin, None)
        self._sessions[origin] = _session(to_portal)
        tunnel = _Tunnel(origin, writer, to_portal)
        self._tunnels.add(tunnel)
        try:
            writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
            await writer.start_tls(self._thread.key.context)
            up = asyncio.ensure_future(self._carry_up(tunnel, reader))
            down = asyncio.ensure_future(self._carry_down(tunnel, answers))
            try:
                await asyncio.wait((up, down), return_when=asyncio.FIRST_COMPLETED)
            finally:
                for half in (up, down):
                    half.cancel()
                await asyncio.gather(up, down, return_exceptions=True)
        finally:
            self._tunnels.discard(tunnel)
            to_portal.close()
            with suppress(*_BROKEN):
                await to_portal.wait_closed()

    async def _carry_up(self, tunnel: _Tunnel, reader: asyncio.StreamReader) -> None:
        with suppress(*_BROKEN):
            while piece := await reader.read(_PIECE):
                if tunnel.is_between and _is_submission(piece):
                    self._submissions += 1
                    if self._submissions > 1:
                        tunnel.cut()
                        return
                tunnel.is_between, tunnel.received = False, 0
                tunnel.to_portal.write(piece)
                await tunnel.to_portal.drain()

    async def _carry_down(self, tunnel: _Tunnel, answers: asyncio.StreamReader) -> None:
        try:
            while piece := await answers.read(_PIECE):
                tunnel.is_between = True
                tunnel.received += len(piece)
                if tunnel.received > self.limit:
                    detail = f"more than {self.limit} octets"
                    self._failures[tunnel.origin] = Failure(FailureKind.TOO_LARGE, detail)
                    tunnel.cut()
                    return
                tunnel.to_browser.write(piece)
                await tunnel.to_browser.drain()
        except _BROKEN as error:
            if tunnel.received == 0:  # as TLS 1.3 refuses a credential: after the handshake
                self._failures[tunnel.origin] = failure_of(error, self._connection)
        tunnel.to_browser.close()
        with suppress(*_BROKEN):
            await tunnel.to_browser.wait_closed()


async def _turns() -> None:
    """Let the loop go round as often as a connection needs to be accepted, or to be closed."""
    for _ in range(5):
        await asyncio.sleep(0)


def _is_submission(piece: bytes) -> bool:
    """Whether a request that begins so sends a form; what a page's scripts send beside it does not."""
    if not piece.startswith(b"POST "):
        return False
    mode = _FETCH_MODE.search(piece.partition(_HEAD_ENDS)[0])
    return mode is None or mode[1] == b"navigate"


async def _refuse(writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
    await writer.drain()


def _session(writer: asyncio.StreamWriter) -> TlsSession:
    tls = writer.get_extra_info("ssl_object")
    return TlsSession(tls.version() or "", tls.cipher()[0], tls.getpeercert(binary_form=True) or b"")


def origin_of(url: str) -> Origin:
    """Host and port of a URL; the scheme's own port where it gives none."""
    parts = urlsplit(url)
    return parts.hostname or "", parts.port or (80 if parts.scheme == "http" else 443)
