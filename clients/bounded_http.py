"""HTTPS on `requests` that is bounded in time and size, and takes nothing from the environment."""

from __future__ import annotations

import http.client
import logging
import math
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from http.cookiejar import DefaultCookiePolicy
from typing import Any

import requests
import urllib3
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPSConnection
from urllib3.connectionpool import HTTPSConnectionPool

from clients.connection import Connection
from clients.exchange import Failure, FailureKind, Response, TlsSession
from clients.spool import Spooler, SpoolError, SpoolFolder

logging.getLogger("urllib3.connectionpool").setLevel(logging.CRITICAL + 1)  # URLs hold API Keys
_PIECE = 65536
_LONGEST_IDLE_SECONDS = 2.0
"""A connection that was idle for longer is not used again: servers close idle connections."""


class _ObservedConnection(HTTPSConnection):
    """Tells its session which socket it opened, and what TLS agreed on."""

    session: BoundedSession

    def connect(self) -> None:
        super().connect()
        self.session.opened(self.sock)


class _Adapter(HTTPAdapter):
    """Uses the session's TLS context alone: `requests` would add its own trust anchors to it."""

    def __init__(self, session: BoundedSession, context: ssl.SSLContext) -> None:
        connection_class = type("_SessionConnection", (_ObservedConnection,), {"session": session})
        pool_class = type("_SessionPool", (HTTPSConnectionPool,), {"ConnectionCls": connection_class})
        self._context, self._pool_class = context, pool_class
        super().__init__(pool_connections=1, pool_maxsize=1, max_retries=0)

    def init_poolmanager(self, connections: int, maxsize: int, block: bool = False, **options: Any) -> None:
        super().init_poolmanager(connections, maxsize, block, ssl_context=self._context, **options)
        self.poolmanager.pool_classes_by_scheme = {"https": self._pool_class}

    def get_connection_with_tls_context(
        self, request: requests.PreparedRequest, *_: object, **__: object
    ) -> HTTPSConnectionPool:
        pool: HTTPSConnectionPool = self.poolmanager.connection_from_url(str(request.url))
        return pool

    def cert_verify(self, *_: object, **__: object) -> None:
        """Nothing to set: the context verifies."""


class BoundedSession(requests.Session):
    """One TLS context, at most one connection, no cookies, redirects, proxies or netrc."""

    def __init__(self, context: ssl.SSLContext) -> None:
        """Make every connection with `context`."""
        super().__init__()
        self.trust_env = False
        self.headers.clear()
        self.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
        self.adapters.clear()
        self.mount("https://", _Adapter(self, context))
        self.socket: socket.socket | None = None
        self.tls: TlsSession | None = None
        self.fresh = True
        self.last_used = 0.0

    def resolve_redirects(self, *_: object, **__: object) -> Iterator[Any]:
        """No redirect is followed, nor its body read without a bound."""
        return iter(())

    def opened(self, sock: Any) -> None:
        """Note a new connection."""
        self.socket = sock
        self.fresh = True
        cipher = sock.cipher()
        self.tls = TlsSession(
            version=sock.version() or "",
            cipher=cipher[0] if cipher else "",
            server_certificate=sock.getpeercert(binary_form=True) or b"",
        )

    def close_connection(self) -> None:
        """Close the connection; the next request opens another."""
        for adapter in self.adapters.values():
            adapter.close()
        self.socket = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one request."""

    response: Response | None
    tls: TlsSession | None
    failure: Failure | None
    stale: bool = False
    """The server had closed a connection that an earlier request had opened: not an octet of a response came.

    That shows only when the connection is used again, and says nothing of the request: it may be sent anew.
    """


def outcome_of(
    session: BoundedSession,
    request: requests.PreparedRequest,
    connection: Connection,
    folder: SpoolFolder | None = None,
) -> Outcome:
    """Send `request` once and read its response whole, within the limits of `connection`.

    With a `folder` a large response goes into a file there; without one it is held in memory. Raises
    SpoolError where that file cannot be written.
    """
    if session.socket is not None and time.monotonic() - session.last_used > _LONGEST_IDLE_SECONDS:
        session.close_connection()
    session.fresh = False
    session.tls = None if session.socket is None else session.tls
    sink = Spooler(folder)
    with _deadline(session, connection.response_seconds + connection.connect_seconds) as expired:
        try:
            outcome = _attempt(session, request, connection, sink)
        except SpoolError:
            session.close_connection()  # the rest of that response is still in it
            raise
    if expired.is_set():
        outcome = Outcome(None, session.tls, _timed_out(connection))
    if outcome.failure is not None:
        sink.discard()
        session.close_connection()
    session.last_used = time.monotonic()
    return outcome


def _attempt(
    session: BoundedSession, request: requests.PreparedRequest, connection: Connection, sink: Spooler
) -> Outcome:
    answer = None
    try:
        answer = session.send(
            request,
            stream=True,
            allow_redirects=False,
            timeout=(connection.connect_seconds, connection.response_seconds),
        )
        size = _read(answer, connection.response_bytes, sink)
    except (requests.RequestException, urllib3.exceptions.HTTPError, OSError, ValueError) as error:
        stale = answer is None and not session.fresh and _nothing_came(error)
        failure = failure_of(error, connection)
        if stale:  # TLS takes the same for a fault of its own where the close comes while it writes
            failure = Failure(FailureKind.CLOSED, failure.detail)
        return Outcome(None, session.tls, failure, stale)
    except http.client.HTTPException as error:
        return Outcome(None, session.tls, Failure(FailureKind.NOT_HTTP, _words(error)))
    if size > connection.response_bytes:
        detail = f"more than {connection.response_bytes} octets"
        return Outcome(None, session.tls, Failure(FailureKind.TOO_LARGE, detail))
    if session.tls is not None and not session.fresh:
        session.tls = replace(session.tls, reused=True)
    headers = tuple((str(name), str(value)) for name, value in answer.raw.headers.items())
    body, spool = sink.end()
    return Outcome(Response(answer.status_code, answer.reason or "", headers, body, spool), session.tls, None)


def _nothing_came(error: BaseException) -> bool:
    closed = (http.client.RemoteDisconnected, ConnectionResetError, BrokenPipeError, ssl.SSLEOFError)
    return any(isinstance(link, closed) for link in _chain(error))


class Watchdog:
    """Acts at deadlines, in one thread for all sessions: one for each would cost more than its request."""

    def __init__(self) -> None:
        """Watch nothing yet."""
        self._changed = threading.Condition()
        self._due: dict[object, tuple[float, Callable[[], None]]] = {}
        self._wakes_at = math.inf
        self._thread: threading.Thread | None = None

    @contextmanager
    def acting(self, seconds: float, act: Callable[[], None]) -> Iterator[None]:
        """Do `act`, which must be quick, unless this context ends within so many seconds."""
        key, deadline = object(), time.monotonic() + seconds
        with self._changed:
            self._due[key] = deadline, act
            if self._thread is None:
                self._thread = threading.Thread(target=self._watch, name="deadlines", daemon=True)
                self._thread.start()
            elif deadline < self._wakes_at:
                self._changed.notify()
        try:
            yield
        finally:
            with self._changed:
                self._due.pop(key, None)

    def _watch(self) -> None:
        with self._changed:
            while True:
                now = time.monotonic()
                for key, (deadline, act) in list(self._due.items()):
                    if deadline <= now:
                        del self._due[key]
                        act()
                self._wakes_at = min((deadline for deadline, _ in self._due.values()), default=math.inf)
                self._changed.wait(None if self._wakes_at == math.inf else max(self._wakes_at - now, 0))


WATCHDOG = Watchdog()
"""The one of this process."""


@contextmanager
def _deadline(session: BoundedSession, seconds: float) -> Iterator[threading.Event]:
    """Shut the socket when `seconds` are over: a slow drip defeats the time-outs of single reads."""
    expired = threading.Event()

    def expire() -> None:
        expired.set()
        sock = session.socket
        if sock is not None:
            try:
                sock.shutdown(socket.SHUT_RDWR)
            except OSError:
                return  # it was closed at this very moment, which is what is wanted

    with WATCHDOG.acting(seconds, expire):
        yield expired


def _read(answer: requests.Response, limit: int, sink: Spooler) -> int:
    """Put the body into `sink`, undecoded, or its first octets where it is larger than `limit`; give their
    number."""
    size = 0
    for piece in answer.raw.stream(_PIECE, decode_content=False):
        sink.write(piece)
        size += len(piece)
        if size > limit:
            answer.close()
            break
    return size


def _timed_out(connection: Connection) -> Failure:
    return Failure(FailureKind.TIMED_OUT, f"limit {connection.response_seconds:g} s")


def failure_of(error: BaseException, connection: Connection) -> Failure:
    """Name what went wrong, by the innermost errors that `error` wraps."""
    chain = list(_chain(error))
    words = _words(chain[-1])

    def has(*kinds: type[BaseException]) -> bool:
        return any(isinstance(link, kinds) for link in chain)

    if has(urllib3.exceptions.NameResolutionError, socket.gaierror):
        return Failure(FailureKind.NAME_NOT_RESOLVED, words)
    if has(ssl.SSLCertVerificationError):
        return Failure(FailureKind.SERVER_NOT_TRUSTED, words)
    if has(ssl.SSLError, urllib3.exceptions.SSLError):
        return Failure(FailureKind.TLS_FAILED, words)
    if has(
        urllib3.exceptions.NewConnectionError, urllib3.exceptions.ConnectTimeoutError, ConnectionRefusedError
    ):
        return Failure(FailureKind.NOT_CONNECTED, words)
    if has(TimeoutError, urllib3.exceptions.TimeoutError, requests.Timeout):
        return _timed_out(connection)
    if has(urllib3.exceptions.InvalidChunkLength):
        return Failure(FailureKind.NOT_HTTP, words)
    if isinstance(error, urllib3.exceptions.ProtocolError):  # while the body was read: it ended too soon
        return Failure(FailureKind.CLOSED, _words(error))
    if has(http.client.RemoteDisconnected, ConnectionError, http.client.IncompleteRead):
        return Failure(FailureKind.CLOSED, words)
    return Failure(FailureKind.NOT_HTTP, words)


def _chain(error: BaseException) -> Iterator[BaseException]:
    """`error` and what it wraps: urllib3 keeps causes in `reason` and in its arguments."""
    seen: set[int] = set()
    waiting: list[BaseException] = [error]
    while waiting:
        link = waiting.pop(0)
        if id(link) in seen:
            continue
        seen.add(id(link))
        yield link
        inner = [getattr(link, "reason", None), link.__cause__, link.__context__, *link.args]
        waiting.extend(item for item in inner if isinstance(item, BaseException))


def _words(error: BaseException) -> str:
    return " ".join(str(error).split()) or type(error).__name__
