"""The Batched service's client on `requests`, with mutual TLS."""

from __future__ import annotations

import time
from collections.abc import Iterable
from contextlib import ExitStack
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import requests

from clients.bounded_http import outcome_of
from clients.connection import Connection, Credential
from clients.exchange import Exchange
from clients.gateway.batch import CONTENT_TYPE, BatchClient
from clients.recorder import Recorder
from clients.sessions import Sessions
from clients.spool import Spooler, SpoolFolder

RESULT_OCTETS = 256 * 1_048_576
"""A longer result is not read to its end. One of 50,000 certificates has some 50 million octets."""


class RequestsBatchClient(BatchClient):
    """One connection for each thread and credential, made anew after five minutes (M-2.5.EST-a).

    Each submission has a new connection. One that is used again may turn out to be closed, and then nobody
    knows whether the batch was taken.
    """

    def __init__(self, connection: Connection, recorder: Recorder) -> None:
        """See the interface."""
        super().__init__(connection, recorder)
        self._sessions = Sessions(connection)
        self._folder = SpoolFolder(recorder.bodies)

    def send(
        self, method: str, path: str, body: bytes | Iterable[bytes], credential: Credential | None
    ) -> Exchange:
        """Send one request; see the interface."""
        fetches = method == "GET"
        headers = {"Accept": "application/xml", "User-Agent": "smki-conformance"}
        if not fetches:
            headers["Content-Type"] = CONTENT_TYPE
        sent = Spooler(self._folder)
        sent.write_all([body] if isinstance(body, bytes) else body)
        held, spool = sent.end()
        session = self._sessions.of(credential)
        limits = self.connection
        if fetches:
            limits = replace(limits, response_bytes=max(limits.response_bytes, RESULT_OCTETS))
        else:
            session.close_connection()
        with ExitStack() as stack:
            data: Any = held if spool is None else stack.enter_context(spool.path.open("rb"))
            url = self.connection.url + path
            request = session.prepare_request(requests.Request(method, url, headers=headers, data=data))
            started_at, start = datetime.now(UTC), time.perf_counter()
            outcome = outcome_of(session, request, limits, self._folder)
            seconds = time.perf_counter() - start
        return self.recorder.record(
            Exchange(
                interface="batch",
                credential=credential.label if credential else None,
                method=method,
                url=request.url or url,
                request_headers=tuple(request.headers.items()),
                request_body=held,
                request_spool=spool,
                started_at=started_at,
                seconds=seconds,
                tls=outcome.tls,
                response=outcome.response,
                failure=outcome.failure,
            )
        )

    def close(self) -> None:
        """Close every connection of every thread; delete the files of large bodies that need not last."""
        self._sessions.close()
        self._folder.close()
