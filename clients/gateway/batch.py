"""The Batched Device CSR Web Service as its subscriber sees it (Appendix M, 2.5)."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable

from clients.connection import Connection, Credential
from clients.exchange import Exchange
from clients.recorder import Recorder

CONTENT_TYPE = "application/xml;charset=UTF-8"
"""The media type of a submission: that of the Ad Hoc service (M-A), since M-C names none."""
SUBMIT_PATH = "/SubmitCSRBatch"
"""Where a batch goes (M-C), under the published URL ``https://HOST:443/1.0/PortalCSRBatch``."""
RESULT_PATH = "/CSRBatchResult"
"""Where results are (M-D), under the same URL."""


class BatchClient(ABC):
    """What the suite asks of a client of the Batched service.

    A target file names the implementation (`[clients] batch = "module:Class"`). Every exchange goes through
    the recorder. A failure to connect, a refusal or a response that is not HTTP is an outcome in the
    exchange, never an exception; a fault of this machine, a full disk among them, raises
    `clients.spool.SpoolError`. Bodies that are too large for memory are in files: in the recorder's folder,
    where it has one, for as long as the run needs them, otherwise until `close`. Several threads may call at
    once.
    """

    def __init__(self, connection: Connection, recorder: Recorder) -> None:
        """Connect as `connection` says, on first use."""
        self.connection = connection
        self.recorder = recorder

    def submit(self, body: bytes | Iterable[bytes], credential: Credential | None) -> Exchange:
        """Submit exactly these octets as this subscriber (M-2.5.1.1-a), whole or in pieces as they are made.

        They are sent once at most: an answer that does not come may mean that the batch was taken.
        """
        return self.send("POST", SUBMIT_PATH, body, credential)

    def fetch(self, batch_id: int, credential: Credential | None) -> Exchange:
        """Ask for the result of a batch (M-2.5.1.4-e)."""
        return self.query(f"BatchId={batch_id}", credential)

    def query(self, query: str, credential: Credential | None) -> Exchange:
        """Ask for a result with any query: what stands after the question mark, none where it is empty.

        Characters that no URL may hold are percent-encoded as UTF-8; all others go as they stand.
        """
        return self.send("GET", f"{RESULT_PATH}?{query}" if query else RESULT_PATH, b"", credential)

    @abstractmethod
    def send(
        self, method: str, path: str, body: bytes | Iterable[bytes], credential: Credential | None
    ) -> Exchange:
        """Send a request of any method; `path`, with its query, is appended to the published URL.

        A request that is not a GET is never repeated.
        """

    @abstractmethod
    def close(self) -> None:
        """Close every connection, and delete the files of large bodies but those in the recorder's folder."""
