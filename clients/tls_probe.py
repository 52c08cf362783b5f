"""Below HTTP: handshakes, offers, plain text and silence, each recorded as an exchange."""

from __future__ import annotations

import socket
import ssl
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from urllib.parse import urlsplit

from clients.connection import Connection, Credential
from clients.exchange import Exchange, Failure, FailureKind, TlsSession
from clients.recorder import Recorder
from clients.tls_hello import HelloUnreadable, ServerFlight, client_hello, read_flight

_PIECE = 16384
_PLAIN_LIMIT = 65536


class TlsProbe:
    """Speaks to the host and port of one interface's URL."""

    def __init__(self, interface: str, connection: Connection, recorder: Recorder) -> None:
        """Probe the interface that `connection` leads to."""
        self.interface, self.connection, self.recorder = interface, connection, recorder
        parts = urlsplit(connection.url)
        self.host, self.port = parts.hostname or "", parts.port or 443
        self.path = parts.path or "/"

    def handshake(self, credential: Credential | None, ciphers: tuple[str, ...]) -> Exchange:
        """A whole handshake that offers just these suites of TLS 1.2, by OpenSSL's names."""

        def shake(sock: socket.socket) -> tuple[str, bytes, TlsSession]:
            context = replace(self.connection, tls_maximum="TLSv1.2").tls_context(credential, ciphers)
            with context.wrap_socket(sock, server_hostname=self.host) as secured:
                cipher = secured.cipher()
                session = TlsSession(
                    secured.version() or "", cipher[0] if cipher else "", secured.getpeercert(True) or b""
                )
            return f"{session.version} with {session.cipher}", b"", session

        return self._probe(f"TLS handshake, {' '.join(ciphers)}", b"", credential, shake)

    def offer(self, version: str, suites: tuple[int, ...]) -> tuple[Exchange, ServerFlight | None]:
        """A ClientHello with just this version and these suites (IANA numbers), and the server's answer."""
        hello = client_hello(self.host, version, suites)
        flights: list[ServerFlight] = []

        def ask(sock: socket.socket) -> tuple[str, bytes, None]:
            sock.sendall(hello)
            octets = _read_until(sock, self.connection.response_seconds, lambda read: read_flight(read).done)
            flights.append(read_flight(octets))
            return str(flights[0]), octets, None

        exchange = self._probe(f"ClientHello, {version}", hello, None, ask)
        return exchange, flights[0] if flights else None

    def plain(self, octets: bytes) -> Exchange:
        """Send octets without TLS, and read what comes back until the server closes or falls silent."""

        def ask(sock: socket.socket) -> tuple[str, bytes, None]:
            sock.sendall(octets)
            answer = _read_until(sock, self.connection.connect_seconds, lambda read: len(read) > _PLAIN_LIMIT)
            return answer[:200].decode("latin-1") or "the connection was closed", answer, None

        return self._probe("plain text", octets, None, ask)

    @contextmanager
    def silent_client(
        self, credential: Credential | None, promised: int, path: str = ""
    ) -> Iterator[Exchange]:
        """A subscriber that announces a body of `promised` octets, sends a few, and falls silent.

        `path` is appended to the published URL's.
        """
        request = (
            f"POST {self.path}{path} HTTP/1.1\r\nHost: {self.host}:{self.port}\r\n"
            f"Content-Type: application/xml;charset=UTF-8\r\nContent-Length: {promised}\r\n\r\n<?xml"
        ).encode()
        held: list[ssl.SSLSocket] = []

        def fall_silent(sock: socket.socket) -> tuple[str, bytes, None]:
            context = self.connection.tls_context(credential)
            secured = context.wrap_socket(sock, server_hostname=self.host)
            held.append(secured)
            secured.sendall(request)
            return "left waiting for the rest of the body", b"", None

        exchange = self._probe("request cut short", request, credential, fall_silent)
        try:
            yield exchange
        finally:
            for secured in held:
                secured.close()

    def _probe(
        self,
        method: str,
        sent: bytes,
        credential: Credential | None,
        run: Callable[[socket.socket], tuple[str, bytes, TlsSession | None]],
    ) -> Exchange:
        started_at, start = datetime.now(UTC), time.perf_counter()
        answer, octets, tls, failure = None, b"", None, None
        try:
            sock = socket.create_connection((self.host, self.port), self.connection.connect_seconds)
        except OSError as error:
            kind = (
                FailureKind.NAME_NOT_RESOLVED
                if isinstance(error, socket.gaierror)
                else FailureKind.NOT_CONNECTED
            )
            failure = Failure(kind, str(error))
        else:
            try:
                answer, octets, tls = run(sock)
            except (OSError, HelloUnreadable) as error:
                failure = _failure(error)
            finally:
                sock.close()  # of a socket that TLS took over this closes nothing
        return self.recorder.record(
            Exchange(
                interface=self.interface,
                credential=credential.label if credential else None,
                method=method,
                url=f"https://{self.host}:{self.port}",
                request_headers=(),
                request_body=sent,
                started_at=started_at,
                seconds=time.perf_counter() - start,
                tls=tls,
                failure=failure,
                answer=answer,
                answer_octets=octets,
            )
        )


def _read_until(sock: socket.socket, seconds: float, enough: Callable[[bytes], bool]) -> bytes:
    """What comes until `enough` holds, the server closes, or the time is over."""
    octets, deadline = b"", time.monotonic() + seconds
    while not enough(octets) and (left := deadline - time.monotonic()) > 0:
        sock.settimeout(left)
        try:
            piece = sock.recv(_PIECE)
        except (TimeoutError, ConnectionResetError):
            break
        if not piece:
            break
        octets += piece
    return octets


def _failure(error: OSError | HelloUnreadable) -> Failure:
    if isinstance(error, ssl.SSLCertVerificationError):
        return Failure(FailureKind.SERVER_NOT_TRUSTED, error.verify_message)
    if isinstance(error, ssl.SSLError):
        return Failure(FailureKind.TLS_FAILED, error.reason or str(error))
    if isinstance(error, HelloUnreadable):
        return Failure(FailureKind.TLS_FAILED, str(error))
    if isinstance(error, TimeoutError):
        return Failure(FailureKind.TIMED_OUT, str(error))
    return Failure(FailureKind.CLOSED, str(error) or type(error).__name__)
