"""The Repository Web Service as its user sees it (Appendix O)."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from urllib.parse import quote

from clients.connection import Connection
from clients.exchange import Exchange
from clients.recorder import Recorder
from clients.repository.account import Account

CONTENT_TYPE = "application/xml"
"""The media type of a request (O-WS-a)."""
SEARCH_PATH = "services/certificatesearch"
"""Where a search goes (O-WS-b), under the published URL."""
RETRIEVE_PATH = "services/retrievecertificate"
"""Where the retrieval of a certificate goes (O-WS-d), under the same URL."""


@dataclass(frozen=True, slots=True)
class RepositoryRequest:
    """A request, right or wrong: what of it goes on the wire."""

    path: str
    """Appended to the published URL."""
    body: bytes
    query: str = ""
    """What stands after the question mark; none where it is empty. Characters that no URL may hold are
    percent-encoded as UTF-8; all others go as they stand."""
    account: str | None = None
    """The label of the account whose API Key it holds; for reports."""
    method: str = "POST"
    content_type: str | None = CONTENT_TYPE
    """None: no such header."""
    headers: tuple[tuple[str, str], ...] = ()
    """Sent besides."""


class RepositoryWebService(ABC):
    """What the suite asks of a client of the Repository Web Service.

    A target file names the implementation (`[clients] repository-web-service = "module:Class"`). Every
    exchange goes through the recorder. A failure to connect, a refusal or a response that is not HTTP is an
    outcome in the exchange, never an exception. Several threads may call at once.
    """

    def __init__(self, connection: Connection, recorder: Recorder) -> None:
        """Connect as `connection` says, on first use."""
        self.connection = connection
        self.recorder = recorder

    def search(
        self,
        body: bytes,
        account: Account | None,
        *,
        api_key: str | None = None,
        content_type: str | None = CONTENT_TYPE,
        method: str = "POST",
    ) -> Exchange:
        """Send exactly these octets as a search (O-WS-b), with the account's API Key.

        `api_key` is sent in place of the account's own. Without account and key there is no `apikey`.
        """
        return self.send(_request(SEARCH_PATH, body, account, api_key, content_type, method))

    def retrieve(
        self,
        body: bytes,
        account: Account | None,
        *,
        api_key: str | None = None,
        content_type: str | None = CONTENT_TYPE,
        method: str = "POST",
    ) -> Exchange:
        """Send exactly these octets as the retrieval of a certificate (O-WS-d); as `search` otherwise."""
        return self.send(_request(RETRIEVE_PATH, body, account, api_key, content_type, method))

    @abstractmethod
    def send(self, request: RepositoryRequest) -> Exchange:
        """Send any request."""

    @abstractmethod
    def close(self) -> None:
        """Close every connection."""


def api_key_query(api_key: str) -> str:
    """The query that identifies a user (O-WS-a)."""
    return f"apikey={quote(api_key, safe='')}"


def _request(
    path: str,
    body: bytes,
    account: Account | None,
    api_key: str | None,
    content_type: str | None,
    method: str,
) -> RepositoryRequest:
    key = api_key if api_key is not None or account is None else account.api_key
    return RepositoryRequest(
        path=path,
        body=body,
        query="" if key is None else api_key_query(key),
        account=account.label if account and key == account.api_key else None,
        method=method,
        content_type=content_type,
    )
