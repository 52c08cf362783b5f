"""The Ad Hoc Device CSR Web Service as its subscriber sees it (Appendix M, 2.4)."""

from __future__ import annotations

from abc import ABC, abstractmethod

from clients.connection import Connection, Credential
from clients.exchange import Exchange
from clients.recorder import Recorder

CONTENT_TYPE = "application/xml;charset=UTF-8"
"""The media type of a request (M-A)."""


class AdHocClient(ABC):
    """What the suite asks of a client of the Ad Hoc service.

    A target file names the implementation (`[clients] adhoc = "module:Class"`). Every exchange goes through
    the recorder. A failure to connect, a refusal or a response that is not HTTP is an outcome in the
    exchange, never an exception. Several threads may call at once.
    """

    def __init__(self, connection: Connection, recorder: Recorder) -> None:
        """Connect as `connection` says, on first use."""
        self.connection = connection
        self.recorder = recorder

    def submit(self, body: bytes, credential: Credential | None) -> Exchange:
        """Send exactly these octets to the published URL as this subscriber (M-2.4.1.1-a)."""
        return self.send("POST", "", body, credential)

    @abstractmethod
    def send(self, method: str, path: str, body: bytes, credential: Credential | None) -> Exchange:
        """Send a request of any method; `path` is appended to the published URL's path."""

    @abstractmethod
    def close(self) -> None:
        """Close every connection."""
