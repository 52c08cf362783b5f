"""The Repository's files by SFTP as their user sees them (Appendix O 2.3.3, P3.0)."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from io import BytesIO
from typing import BinaryIO

from clients.exchange import Exchange, Spool
from clients.recorder import Recorder
from clients.repository.account import Account


@dataclass(frozen=True, slots=True)
class SftpSite:
    """Which server, and how much to bear of it."""

    url: str
    """``sftp://HOST:PORT/``: the path is where the user's files are."""
    host_keys: tuple[str, ...] = field(repr=False)
    """The keys of which the server has to have one, as OpenSSH writes them: ``ssh-ed25519 AAAA...``."""
    connect_seconds: float = 10.0
    response_seconds: float = 60.0
    """For one operation; a file has `file_seconds`."""
    file_seconds: float = 600.0
    file_octets: int = 2**31
    """A longer file is not read to its end."""
    entries: int = 10_000
    """A longer listing is not read to its end."""


class SftpStatus(StrEnum):
    """What a server answers to an operation."""

    DONE = "done"
    NO_SUCH_FILE = "no such file"
    DENIED = "permission denied"
    FAILED = "failed"
    """Any other refusal."""


class Admission(StrEnum):
    """What became of a login."""

    IN = "logged in"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Reply:
    """What became of an operation. Why it has no status is in the exchange's failure."""

    exchange: Exchange
    status: SftpStatus | None


@dataclass(frozen=True, slots=True)
class Entry:
    """What a listing says of a file or a folder."""

    name: str
    """As the server gives it, hostile or not: it names no file of this machine."""
    is_directory: bool
    octets: int | None
    modified: datetime | None
    """UTC."""


@dataclass(frozen=True, slots=True)
class Listing(Reply):
    """What a folder holds, without ``.`` and ``..``."""

    entries: tuple[Entry, ...] = ()


@dataclass(frozen=True, slots=True)
class Fetched(Reply):
    """A file; only its first octets in `octets` where `spool` has it whole."""

    octets: bytes = field(default=b"", repr=False)
    spool: Spool | None = None

    def open(self) -> BinaryIO:
        """The whole file as a stream, for the caller to close."""
        return BytesIO(self.octets) if self.spool is None else self.spool.path.open("rb")


class SftpSession(ABC):
    """A user who is logged in. Paths are the server's, and are sent exactly as they are given.

    Each operation is an exchange of its own; what goes wrong is an outcome in it, never an exception, but
    for a fault of this machine, which raises `clients.spool.SpoolError`. Used from one thread.
    """

    @abstractmethod
    def list(self, path: str) -> Listing:
        """What a folder holds."""

    @abstractmethod
    def fetch(self, path: str) -> Fetched:
        """Read a file to its end."""

    @abstractmethod
    def write(self, path: str, octets: bytes) -> Reply:
        """Make a file, or replace one, that holds these octets."""

    @abstractmethod
    def append(self, path: str, octets: bytes) -> Reply:
        """Open a file that is there for writing, and add these octets to its end."""

    @abstractmethod
    def remove(self, path: str) -> Reply:
        """Delete a file."""

    @abstractmethod
    def rename(self, path: str, to: str) -> Reply:
        """Give a file another name."""

    @abstractmethod
    def make_directory(self, path: str) -> Reply:
        """Make a folder."""

    @abstractmethod
    def close(self) -> None:
        """End the connection."""


@dataclass(frozen=True, slots=True)
class SftpLogin:
    """What became of a login. A server that never came to it is told by the exchange's failure."""

    exchange: Exchange
    admission: Admission | None
    host_key: str | None
    """The key that the server has shown, as OpenSSH writes it; None where it did not come to that."""
    session: SftpSession | None


class RepositorySftp(ABC):
    """What the suite asks of a client of the Repository's SFTP server.

    A target file names the implementation (`[clients] repository-sftp = "module:Class"`). Every operation
    goes through the recorder as an exchange: its method is ``SFTP LIST``, ``SFTP GET``, ``SFTP PUT`` and so
    on, its URL the server's with the path, its answer in words. A server whose key is none of the target's
    is shown no credential: the exchange's failure is SERVER_NOT_TRUSTED.
    """

    def __init__(self, site: SftpSite, recorder: Recorder) -> None:
        """Nothing is sent yet."""
        self.site, self.recorder = site, recorder

    @abstractmethod
    def connect(
        self,
        account: Account | None,
        *,
        username: str | None = None,
        password: str | None = None,
        ssh_key: str | None = None,
    ) -> SftpLogin:
        """Log in as this user, with the account's SSH key, or else its password.

        `username` is given in place of the account's; `password` or `ssh_key` (an OpenSSH private key) is
        presented in place of what the account has. With neither account nor these, nothing is presented.
        """

    @abstractmethod
    def close(self) -> None:
        """End every session, and delete the files that were fetched."""
