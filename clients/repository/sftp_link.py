"""An SSH connection that is bounded in time and size, on paramiko: a hostile server neither hangs nor fills
memory."""

from __future__ import annotations

import logging
import socket
import struct
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from urllib.parse import urlsplit

import paramiko

from clients.bounded_http import WATCHDOG
from clients.exchange import Failure, FailureKind
from clients.repository.sftp import SftpSite
from clients.repository.sftp_names import SftpClient

LOG = "smki.sftp"
logging.getLogger(LOG).setLevel(logging.CRITICAL + 1)  # what goes wrong is told by the exchanges
LOGIN_OCTETS = 1_048_576
"""All that a server may send before a user is logged in."""
LIBRARY_ERRORS = (
    paramiko.SSHException,
    paramiko.SFTPError,
    OSError,
    EOFError,
    ValueError,
    TypeError,
    LookupError,
    ArithmeticError,
    struct.error,
)
"""What paramiko raises where a server refuses, breaks off, or sends what is none of the protocol."""


class _BoundedSocket:
    """A socket that lets in so many octets, and no more: what paramiko asks of a socket."""

    def __init__(self, sock: socket.socket) -> None:
        self._sock = sock
        self.left = 0
        self.exceeded = False

    def recv(self, size: int) -> bytes:
        octets = self._sock.recv(size)
        self.left -= len(octets)
        if self.left < 0:
            self.exceeded = True
            return b""
        return octets

    def send(self, octets: bytes) -> int:
        return self._sock.send(octets)

    def settimeout(self, seconds: float | None) -> None:
        self._sock.settimeout(seconds)

    def shut(self) -> None:
        """Wake whoever waits for it; from any thread."""
        try:
            self._sock.shutdown(socket.SHUT_RDWR)
        except OSError:
            return  # it is closed already, which is what is wanted

    def close(self) -> None:
        self._sock.close()

    @property
    def _closed(self) -> bool:
        return self._sock.fileno() < 0


class Link:
    """One connection to the server, from TCP to SFTP. Used from one thread."""

    def __init__(self, site: SftpSite) -> None:
        """Open the TCP connection. Raises OSError."""
        parts = urlsplit(site.url)
        address = (parts.hostname or "", parts.port or 22)
        self._site = site
        self._socket = _BoundedSocket(socket.create_connection(address, timeout=site.connect_seconds))
        self._expired = threading.Event()
        self.failure: Failure | None = None
        """Why it can be used no more; None while it can."""
        self.transport = paramiko.Transport(self._socket)  # type: ignore[arg-type] # asks for no more
        self.transport.set_log_channel(LOG)
        self.transport.banner_timeout = self.transport.handshake_timeout = site.connect_seconds
        self.transport.auth_timeout = self.transport.channel_timeout = site.response_seconds

    @contextmanager
    def bounded(self, seconds: float, octets: int) -> Iterator[None]:
        """Do something that may take so long and bring so much; where it is more, the connection ends."""
        self._socket.left = octets

        def expire() -> None:
            self._expired.set()
            self._socket.shut()

        with WATCHDOG.acting(seconds, expire):
            yield

    def negotiate(self, key_types: Sequence[str]) -> str:
        """Begin SSH, preferring host keys of these types; give the server's key, as OpenSSH writes it.

        Raises one of `LIBRARY_ERRORS`.
        """
        options = self.transport.get_security_options()
        known = tuple(options.key_types)
        preferred = [each for kind in key_types for each in _NAMES.get(kind, (kind,)) if each in known]
        options.key_types = tuple(dict.fromkeys((*preferred, *known)))
        with self.bounded(self._site.connect_seconds, LOGIN_OCTETS):
            self.transport.start_client(timeout=self._site.connect_seconds)
            key = self.transport.get_remote_server_key()
        return f"{key.get_name()} {key.get_base64()}"

    def open_sftp(self) -> SftpClient:
        """Begin SFTP. Raises one of `LIBRARY_ERRORS`."""
        channel = self.transport.open_session()
        channel.settimeout(self._site.response_seconds)
        channel.invoke_subsystem("sftp")
        return SftpClient(channel)

    def failed(self, error: BaseException, seconds: float) -> Failure:
        """Name what went wrong where the server did not answer as SFTP has it, and end the connection."""
        words = " ".join(str(error).split()) or type(error).__name__
        if self.failure is not None:
            return Failure(FailureKind.CLOSED, f"it had ended before: {self.failure}")
        if self._expired.is_set() or isinstance(error, TimeoutError):
            failure = Failure(FailureKind.TIMED_OUT, f"limit {seconds:g} s")
        elif self._socket.exceeded:
            failure = Failure(FailureKind.TOO_LARGE, "more octets than the operation may bring")
        elif _is_hang_up(error):
            failure = Failure(FailureKind.CLOSED, words)
        else:
            failure = Failure(FailureKind.NOT_SFTP, words)
        self.end(failure)
        return failure

    @property
    def is_broken(self) -> bool:
        """Whether it has ended, by either side or by its bounds."""
        broken = self._expired.is_set() or self._socket.exceeded
        return broken or self.failure is not None or not self.transport.is_active()

    def end(self, failure: Failure) -> None:
        """Close it, for this reason."""
        self.failure = failure
        self._socket.shut()
        self.transport.close()
        self._socket.close()


def _is_hang_up(error: BaseException) -> bool:
    """Whether the server has closed the connection, rather than sent what is none of the protocol."""
    causes = (error, error.__cause__, error.__context__)
    closed = any(isinstance(cause, EOFError | OSError) for cause in causes)
    return closed or isinstance(error, paramiko.AuthenticationException) or str(error) == _HUNG_UP


_HUNG_UP = "Negotiation failed."
"""Paramiko's words for a server that takes its leave before SSH has begun."""
_NAMES = {"ssh-rsa": ("rsa-sha2-512", "rsa-sha2-256")}
"""The algorithms in which keys of a type sign, where they have other names."""
