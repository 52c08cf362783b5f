"""The SFTP client of the Repository on paramiko."""

from __future__ import annotations

import base64
import errno
import hashlib
import socket
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from io import StringIO

import paramiko
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_ssh_private_key,
)

from clients.exchange import Exchange, Failure, FailureKind
from clients.recorder import Recorder
from clients.repository.account import Account
from clients.repository.sftp import (
    Admission,
    Entry,
    Fetched,
    Listing,
    Reply,
    RepositorySftp,
    SftpLogin,
    SftpSession,
    SftpSite,
    SftpStatus,
)
from clients.repository.sftp_link import LIBRARY_ERRORS, LOGIN_OCTETS, Link
from clients.repository.sftp_names import SftpClient, TooManyEntries
from clients.spool import Spooler, SpoolError, SpoolFolder

_PIECE = 32_768
_SMALL_OCTETS = 1_048_576
"""All that may come in answer to an operation that brings no file."""
_ENTRY_OCTETS = 1024
"""What an entry of a listing may take, on the average."""
_LONGEST_ANSWER = 65_536
"""Octets of a listing that reports show."""
_STATUSES = {errno.ENOENT: SftpStatus.NO_SUCH_FILE, errno.EACCES: SftpStatus.DENIED}


class ParamikoRepositorySftp(RepositorySftp):
    """One connection for each login."""

    def __init__(self, site: SftpSite, recorder: Recorder) -> None:
        """See the interface."""
        super().__init__(site, recorder)
        self._folder = SpoolFolder()
        self._sessions: list[ParamikoSession] = []

    def connect(
        self,
        account: Account | None,
        *,
        username: str | None = None,
        password: str | None = None,
        ssh_key: str | None = None,
    ) -> SftpLogin:
        """See the interface. Raises ValueError where what should be a private key is none."""
        proof = _proof(account, username, password, ssh_key)
        started_at, start = datetime.now(UTC), time.perf_counter()
        attempt = _Attempt(self.site)
        attempt.make(proof)
        exchange = self.recorder.record(
            Exchange(
                interface="repository-sftp",
                credential=proof.label,
                method="SFTP LOGIN",
                url=self.site.url,
                request_headers=(),
                request_body=f"user {proof.username}, {proof.words}".encode(),
                started_at=started_at,
                seconds=time.perf_counter() - start,
                failure=attempt.failure,
                answer=attempt.words,
            )
        )
        session = None
        if attempt.link is not None and attempt.client is not None:
            session = ParamikoSession(self, attempt.link, attempt.client, proof.label, self._folder)
            self._sessions.append(session)
        return SftpLogin(exchange, attempt.admission, attempt.host_key, session)

    def close(self) -> None:
        """See the interface."""
        for session in self._sessions:
            session.close()
        self._folder.close()


@dataclass(frozen=True, slots=True)
class _Proof:
    """With what somebody logs in."""

    label: str | None
    """Of the account, where it is the account's own."""
    username: str
    words: str
    present: Callable[[paramiko.Transport], object]


def _proof(
    account: Account | None, username: str | None, password: str | None, ssh_key: str | None
) -> _Proof:
    own = username is None and password is None and ssh_key is None
    label = account.label if account and own else None
    name = username if username is not None else (account.username if account else None) or "nobody"
    if password is None and ssh_key is None and account is not None:
        ssh_key = account.ssh_key
        password = account.password if ssh_key is None else None
    if ssh_key is not None:
        key = _private_key(ssh_key)
        return _Proof(label, name, "by SSH key", lambda transport: transport.auth_publickey(name, key))
    if password is not None:
        return _Proof(label, name, "by password", lambda transport: transport.auth_password(name, password))
    return _Proof(label, name, "with nothing", lambda transport: transport.auth_none(name))


def _private_key(text: str) -> paramiko.PKey:
    """Read by cryptography: paramiko takes the end of some keys for padding."""
    try:
        key = load_ssh_private_key(text.encode(), None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        key = None
    if isinstance(key, ec.EllipticCurvePrivateKey):
        return paramiko.ECDSAKey(vals=(key, key.public_key()))
    if isinstance(key, rsa.RSAPrivateKey):
        return paramiko.RSAKey(key=key)
    if isinstance(key, ed25519.Ed25519PrivateKey):
        written = key.private_bytes(Encoding.PEM, PrivateFormat.OpenSSH, NoEncryption()).decode()
        return paramiko.Ed25519Key(file_obj=StringIO(written))
    # What stands in it is nobody's business.
    raise ValueError("not an OpenSSH private key of Ed25519, ECDSA or RSA without a passphrase")


class _Attempt:
    """A login, as far as it comes."""

    def __init__(self, site: SftpSite) -> None:
        """Nothing is sent yet."""
        self._site = site
        self.link: Link | None = None
        self.client: SftpClient | None = None
        self.host_key: str | None = None
        self.admission: Admission | None = None
        self.failure: Failure | None = None
        self.words: str | None = None

    def make(self, proof: _Proof) -> None:
        """Connect, look at the server's key, and only then log in."""
        site = self._site
        try:
            self.link = Link(site)
        except OSError as error:
            unresolved = isinstance(error, socket.gaierror)
            kind = FailureKind.NAME_NOT_RESOLVED if unresolved else FailureKind.NOT_CONNECTED
            self.failure = Failure(kind, str(error))
            return
        try:
            self.host_key = self.link.negotiate([key.split()[0] for key in site.host_keys])
        except LIBRARY_ERRORS as error:
            self.failure = self.link.failed(error, site.connect_seconds)
            return
        if self.host_key not in site.host_keys:
            wrong = f"its key {_fingerprint(self.host_key)} is none of the target file's"
            self.failure = Failure(FailureKind.SERVER_NOT_TRUSTED, wrong)
            self.link.end(self.failure)
            return
        with self.link.bounded(site.response_seconds, LOGIN_OCTETS):
            self._log_in(self.link, proof)

    def _log_in(self, link: Link, proof: _Proof) -> None:
        try:
            proof.present(link.transport)
            if not link.transport.is_authenticated():
                raise paramiko.AuthenticationException("more than this is asked for")
        except LIBRARY_ERRORS as error:
            if isinstance(error, paramiko.AuthenticationException) and not link.is_broken:
                self._refused(link, str(error))
            else:
                self.failure = link.failed(error, self._site.response_seconds)
            return
        try:
            self.client = link.open_sftp()
        except LIBRARY_ERRORS as error:
            if link.is_broken:
                self.failure = link.failed(error, self._site.response_seconds)
            else:
                self._refused(link, f"logged in, and SFTP is refused: {error}")
            return
        self.admission, self.words = Admission.IN, Admission.IN

    def _refused(self, link: Link, words: str) -> None:
        self.admission, self.words = Admission.REFUSED, f"{Admission.REFUSED}: {words}"
        link.end(Failure(FailureKind.CLOSED, "the login was refused"))


def _fingerprint(host_key: str) -> str:
    """A key as `ssh-keygen -l` shows it."""
    kind, _, text = host_key.partition(" ")
    digest = hashlib.sha256(base64.b64decode(text)).digest()
    return f"{kind} SHA256:{base64.b64encode(digest).decode().rstrip('=')}"


class ParamikoSession(SftpSession):
    """See the interface. After a failure the connection is closed, and every operation tells so."""

    def __init__(
        self,
        server: ParamikoRepositorySftp,
        link: Link,
        client: SftpClient,
        label: str | None,
        folder: SpoolFolder,
    ) -> None:
        """Take a connection on which SFTP has begun."""
        self._site, self._recorder = server.site, server.recorder
        self._link, self._client, self._label, self._folder = link, client, label, folder

    def list(self, path: str) -> Listing:
        """See the interface."""
        entries: list[Entry] = []

        def deed() -> str:
            entries.extend(self._client.entries(_octets(path), self._site.entries))
            return f"{len(entries)} entries"

        def told() -> bytes:
            lines = (f"{'d' if each.is_directory else '-'} {each.octets} {each.name}" for each in entries)
            return "\n".join(lines).encode("utf-8", "backslashreplace")[:_LONGEST_ANSWER]

        room = _SMALL_OCTETS + self._site.entries * _ENTRY_OCTETS
        reply = self._do("LIST", path, deed, octets=room, told=told)
        return Listing(reply.exchange, reply.status, tuple(entries) if reply.status else ())

    def fetch(self, path: str) -> Fetched:
        """See the interface. Raises SpoolError."""
        sink = Spooler(self._folder)
        size = 0

        def deed() -> str:
            nonlocal size
            with self._client.open(_octets(path), "rb") as file:
                while piece := file.read(_PIECE):
                    size += len(piece)
                    if size > self._site.file_octets:
                        raise TooManyOctets(f"more than {self._site.file_octets} octets")
                    sink.write(piece)
            return f"{size} octets"

        limit = self._site.file_octets
        room = _SMALL_OCTETS + limit + limit // 16
        reply = self._do("GET", path, deed, seconds=self._site.file_seconds, octets=room)
        if reply.status is not SftpStatus.DONE:
            sink.discard()
            return Fetched(reply.exchange, reply.status)
        held, spool = sink.end()
        return Fetched(reply.exchange, reply.status, held, spool)

    def write(self, path: str, octets: bytes) -> Reply:
        """See the interface."""
        return self._do("PUT", path, lambda: self._put(path, "wb", octets), sent=octets)

    def append(self, path: str, octets: bytes) -> Reply:
        """See the interface."""
        return self._do("APPEND", path, lambda: self._put(path, "ab", octets), sent=octets)

    def _put(self, path: str, mode: str, octets: bytes) -> str:
        with self._client.open(_octets(path), mode) as file:
            file.write(octets)
        return "written"

    def remove(self, path: str) -> Reply:
        """See the interface."""
        return self._do("REMOVE", path, lambda: self._client.remove(_octets(path)))

    def rename(self, path: str, to: str) -> Reply:
        """See the interface."""
        deed = lambda: self._client.rename(_octets(path), _octets(to))  # noqa: E731
        return self._do("RENAME", path, deed, sent=_octets(to))

    def make_directory(self, path: str) -> Reply:
        """See the interface."""
        return self._do("MKDIR", path, lambda: self._client.mkdir(_octets(path)))

    def close(self) -> None:
        """See the interface."""
        self._link.end(Failure(FailureKind.CLOSED, "by the client"))

    def _do(
        self,
        name: str,
        path: str,
        deed: Callable[[], str | None],
        *,
        seconds: float | None = None,
        octets: int = _SMALL_OCTETS,
        sent: bytes = b"",
        told: Callable[[], bytes] = bytes,
    ) -> Reply:
        patience = seconds or self._site.response_seconds
        started_at, start = datetime.now(UTC), time.perf_counter()
        status, failure, words = None, None, None
        try:
            with self._link.bounded(patience, octets):
                words = deed()
            status = SftpStatus.DONE
        except SpoolError:
            self.close()
            raise
        except (TooManyEntries, TooManyOctets) as error:
            failure = Failure(FailureKind.TOO_LARGE, str(error))
            self._link.end(failure)
        except LIBRARY_ERRORS as error:
            status = self._status_of(error)
            if status is None:
                failure = self._link.failed(error, patience)
            else:
                words = getattr(error, "strerror", None) or str(error)
        exchange = Exchange(
            interface="repository-sftp",
            credential=self._label,
            method=f"SFTP {name}",
            url=self._site.url.rstrip("/") + "/" + path.encode("utf-8", "backslashreplace").decode(),
            request_headers=(),
            request_body=sent,
            started_at=started_at,
            seconds=time.perf_counter() - start,
            failure=failure,
            answer=f"{status}: {words}" if status and words else status and str(status),
            answer_octets=told(),
        )
        return Reply(self._recorder.record(exchange), status)

    def _status_of(self, error: BaseException) -> SftpStatus | None:
        """What the server has answered; None where it was no answer."""
        if isinstance(error, OSError) and error.errno in _STATUSES:
            return _STATUSES[error.errno]
        answered = isinstance(error, OSError | EOFError) and not isinstance(error, TimeoutError)
        return SftpStatus.FAILED if answered and not self._is_cut_off() else None

    def _is_cut_off(self) -> bool:
        channel = self._client.get_channel()
        return self._link.is_broken or channel is None or channel.closed


class TooManyOctets(Exception):
    """A file is larger than the limit allows to read."""


def _octets(path: str) -> bytes:
    return path.encode("utf-8", "surrogateescape")
