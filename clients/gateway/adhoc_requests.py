"""The Ad Hoc service's client on `requests`, with mutual TLS."""

from __future__ import annotations

import time
from datetime import UTC, datetime

import requests

from clients.bounded_http import outcome_of
from clients.connection import Connection, Credential
from clients.exchange import Exchange
from clients.gateway.adhoc import CONTENT_TYPE, AdHocClient
from clients.recorder import Recorder
from clients.sessions import Sessions


class RequestsAdHocClient(AdHocClient):
    """One connection for each thread and credential, made anew after five minutes (M-2.4.EST-a)."""

    def __init__(self, connection: Connection, recorder: Recorder) -> None:
        """See the interface."""
        super().__init__(connection, recorder)
        self._sessions = Sessions(connection)

    def send(self, method: str, path: str, body: bytes, credential: Credential | None) -> Exchange:
        """Send one request; see the interface.

        Where the server had closed the kept connection, that is an exchange of its own, and the request goes
        once more on a new one.
        """
        exchange, stale = self._send(method, path, body, credential)
        return self._send(method, path, body, credential)[0] if stale else exchange

    def _send(
        self, method: str, path: str, body: bytes, credential: Credential | None
    ) -> tuple[Exchange, bool]:
        session = self._sessions.of(credential)
        url = self.connection.url + path
        headers = {
            "Content-Type": CONTENT_TYPE,
            "Accept": "application/xml",
            "User-Agent": "smki-conformance",
        }
        request = session.prepare_request(requests.Request(method, url, headers=headers, data=body))
        started_at, start = datetime.now(UTC), time.perf_counter()
        outcome = outcome_of(session, request, self.connection)
        exchange = Exchange(
            interface="adhoc",
            credential=credential.label if credential else None,
            method=method,
            url=url,
            request_headers=tuple(request.headers.items()),
            request_body=body,
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
