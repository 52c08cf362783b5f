"""The Repository Web Service's client on `requests`."""

from __future__ import annotations

import time
from datetime import UTC, datetime

import requests

from clients.bounded_http import outcome_of
from clients.connection import Connection
from clients.exchange import Exchange
from clients.recorder import Recorder
from clients.repository.web_service import RepositoryRequest, RepositoryWebService
from clients.sessions import Sessions


class RequestsRepositoryWebService(RepositoryWebService):
    """One connection for each thread, whoever asks: the API Key stands in the request."""

    def __init__(self, connection: Connection, recorder: Recorder) -> None:
        """See the interface."""
        super().__init__(connection, recorder)
        self._sessions = Sessions(connection)

    def send(self, request: RepositoryRequest) -> Exchange:
        """Send one request; see the interface.

        Where the server had closed the kept connection, that is an exchange of its own, and the request goes
        once more on a new one: it changes nothing at the Repository.
        """
        exchange, stale = self._send(request)
        return self._send(request)[0] if stale else exchange

    def _send(self, asked: RepositoryRequest) -> tuple[Exchange, bool]:
        session = self._sessions.of(None)
        url = f"{self.connection.url.rstrip('/')}/{asked.path.removeprefix('/')}"
        headers = {"Accept": "application/xml", "User-Agent": "smki-conformance"}
        if asked.content_type is not None:
            headers["Content-Type"] = asked.content_type
        headers.update(asked.headers)
        request = session.prepare_request(
            requests.Request(
                asked.method, f"{url}?{asked.query}" if asked.query else url, headers=headers, data=asked.body
            )
        )
        started_at, start = datetime.now(UTC), time.perf_counter()
        outcome = outcome_of(session, request, self.connection)
        exchange = Exchange(
            interface="repository-web-service",
            credential=asked.account,
            method=asked.method,
            url=request.url or url,
            request_headers=tuple(request.headers.items()),
            request_body=asked.body,
            started_at=started_at,
            seconds=time.perf_counter() - start,
            tls=outcome.tls,
            response=outcome.response,
            failure=outcome.failure,
        )
        return self.recorder.record(exchange), outcome.stale

    def close(self) -> None:
        """Close every connection of every thread."""
        self._sessions.close()
