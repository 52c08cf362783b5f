"""One exchange with an RA: the bytes sent, the bytes that came back, and the TLS session under them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from io import BytesIO
from pathlib import Path
from typing import BinaryIO


class FailureKind(StrEnum):
    """Why an exchange has no complete response."""

    NAME_NOT_RESOLVED = "the host name does not resolve"
    NOT_CONNECTED = "no TCP connection"
    TLS_FAILED = "the TLS handshake failed"
    SERVER_NOT_TRUSTED = "the server's certificate is not trusted"
    CLOSED = "the connection was closed before a complete response"
    TIMED_OUT = "no complete response within the time limit"
    TOO_LARGE = "the response is larger than the size limit"
    NOT_HTTP = "the response is not HTTP"
    NOT_SFTP = "the answer is not SSH, or not SFTP"


BEFORE_REQUEST = frozenset(
    {FailureKind.NAME_NOT_RESOLVED, FailureKind.NOT_CONNECTED, FailureKind.SERVER_NOT_TRUSTED}
)
"""Failures in which the RA cannot have seen the request, nor refused the credential."""


@dataclass(frozen=True, slots=True)
class Failure:
    """What stopped an exchange; `detail` is the library's own message."""

    kind: FailureKind
    detail: str

    def __str__(self) -> str:
        """One line."""
        return f"{self.kind} ({self.detail})"


@dataclass(frozen=True, slots=True)
class TlsSession:
    """What the TLS layer agreed on for an exchange."""

    version: str
    """As OpenSSL names it: ``TLSv1.2``."""
    cipher: str
    """As OpenSSL names it: ``ECDHE-RSA-AES256-GCM-SHA384``."""
    server_certificate: bytes
    """DER of the server's end-entity certificate."""
    reused: bool = False
    """Whether an earlier exchange had opened it."""


@dataclass(frozen=True, slots=True)
class Spool:
    """A body that is too large to be held in memory: whole in a file, while its scenario needs it."""

    path: Path
    octets: int
    """How many were sent, or came."""
    sha256: str
    """Of what was sent, or came; hexadecimal. The file is another one once secrets were taken out of it."""


@dataclass(frozen=True, slots=True)
class Response:
    """An HTTP response as it came."""

    status: int
    reason: str
    headers: tuple[tuple[str, str], ...]
    body: bytes
    """Undecoded; only its first octets where `spool` has it whole."""
    spool: Spool | None = None

    def open(self) -> BinaryIO:
        """The whole body as a stream, for the caller to close."""
        return BytesIO(self.body) if self.spool is None else self.spool.path.open("rb")

    def header(self, name: str) -> str | None:
        """The first header of that name, in any case of letters; None where it is absent."""
        wanted = name.lower()
        return next((value for key, value in self.headers if key.lower() == wanted), None)


@dataclass(frozen=True, slots=True)
class Exchange:
    """A request as it was sent and its outcome: a response, or a failure."""

    interface: str
    """The interface's name in the target file: ``adhoc``."""
    credential: str | None
    """The label of the credential presented; None where none was."""
    method: str
    url: str
    request_headers: tuple[tuple[str, str], ...]
    request_body: bytes
    """Only its first octets where `request_spool` has it whole."""
    started_at: datetime
    """UTC."""
    seconds: float
    """From the first octet sent to the last received, or to the failure."""
    tls: TlsSession | None = None
    response: Response | None = None
    failure: Failure | None = None
    answer: str | None = None
    """For an exchange below HTTP (a TLS handshake, raw octets): what came back, in words."""
    answer_octets: bytes = b""
    """For an exchange below HTTP: what came back."""
    request_spool: Spool | None = None

    @property
    def outcome(self) -> str:
        """A few words for a report."""
        if self.response is not None:
            return f"HTTP {self.response.status} {self.response.reason}".strip()
        return self.answer or str(self.failure)
