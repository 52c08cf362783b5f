"""One visit's requests: its cookies, the redirects that it follows, and where it may be led."""

from __future__ import annotations

import time
from collections.abc import Iterable
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

import requests

from clients.bounded_http import outcome_of
from clients.connection import Connection, Credential
from clients.exchange import Exchange
from clients.portal.cookies import Cookies
from clients.portal.form_reading import MULTIPART, URL_ENCODED
from clients.portal.html import joined
from clients.portal.multipart import multipart
from clients.portal.portal import FilledForm
from clients.portal.site import Site
from clients.recorder import Recorder
from clients.sessions import Sessions
from clients.spool import Spooler, SpoolFolder

FILE_OCTETS = 256 * 1_048_576
"""A longer file is not downloaded to its end."""
REDIRECTS = 10
"""So many are followed, and no more."""
_IDLE_SECONDS = 0.2
"""A connection that was idle for longer takes no submission."""
_AFTER_POST = frozenset({301, 302, 303})
"""Redirects that a browser follows with GET whatever it had sent; the others would repeat a POST."""
_AFTER_GET = _AFTER_POST | {307, 308}


@dataclass(frozen=True, slots=True)
class Arrival:
    """Where a request, and the redirects that answered it, have led."""

    exchange: Exchange
    """The last one."""
    url: str
    """As it was asked for, in ASCII: headers of later requests name it."""


@dataclass(frozen=True, slots=True)
class _Sending:
    """A request to be made."""

    method: str
    url: str
    limits: Connection
    came_from: str | None
    """The page whose link or form it is."""
    headers: dict[str, str] = field(default_factory=dict)
    body: Iterable[bytes] = ()


class Journey:
    """What one visit sends. Every exchange goes through the recorder, under the site's interface."""

    def __init__(
        self,
        site: Site,
        recorder: Recorder,
        sessions: Sessions,
        folder: SpoolFolder,
        label: str | None = None,
    ) -> None:
        """Nothing is sent yet. `sessions` and `folder` are the client's, which closes them; `label` is whose
        visit it is where no IKI Certificate tells."""
        self._site, self._recorder, self._sessions, self._folder = site, recorder, sessions, folder
        self._label = label
        connection = site.connection
        self._patient = replace(
            connection, response_seconds=max(connection.response_seconds, site.file_seconds)
        )
        self._for_files = replace(self._patient, response_bytes=max(connection.response_bytes, FILE_OCTETS))
        self.cookies = Cookies()

    def get(
        self, url: str, credential: Credential | None, *, came_from: str | None = None, file: bool = False
    ) -> Arrival:
        """Ask for a page, or for a `file`, for which there is more room and time. `url` is the portal's.

        Raises SpoolError.
        """
        limits = self._for_files if file else self._site.connection
        return self._follow(_Sending("GET", url, limits, came_from), credential)

    def send(
        self, form: FilledForm, value: str | tuple[str, Path] | None, credential: Credential | None
    ) -> Arrival:
        """Send a form once, with a text in its field or a file under a name; None: as it is filled in.

        `form.action` is the portal's. Raises SpoolError, and OSError where the file cannot be read.
        """
        upload = (form.field, *value) if isinstance(value, tuple) else None
        fields = (*form.fields, (form.field, value)) if isinstance(value, str) else form.fields
        sending = _Sending(form.method, form.action, self._site.connection, form.page.url)
        if form.method == "GET":
            url = f"{form.action.partition('?')[0]}?{urlencode(fields)}"
            return self._follow(replace(sending, url=url), credential)
        kind, body = URL_ENCODED, iter([urlencode(fields).encode("ascii")])
        if form.encoding == MULTIPART:
            kind, body = multipart(fields, upload)
        # Where a connection that is used again turns out to be closed, nobody knows what was taken.
        session = self._sessions.of(credential)
        if upload is not None or time.monotonic() - session.last_used > _IDLE_SECONDS:
            session.close_connection()
        if upload is not None:
            sending = replace(sending, limits=self._patient)
        headers = {"Content-Type": kind, "Origin": _origin(form.page.url)}
        return self._follow(replace(sending, headers=headers, body=body), credential)

    def _follow(self, sending: _Sending, credential: Credential | None) -> Arrival:
        exchange = self._exchange(sending, credential)
        for _ in range(REDIRECTS):
            target = redirection(exchange, sending.url)
            if target is None or not self._site.admits(target):
                break
            sending = _Sending("GET", target, sending.limits, sending.came_from)
            exchange = self._exchange(sending, credential)
        return Arrival(exchange, exchange.url)

    def _exchange(self, sending: _Sending, credential: Credential | None) -> Exchange:
        exchange, stale = self._attempt(sending, credential)
        if stale and sending.method == "GET":
            exchange, _ = self._attempt(sending, credential)
        if exchange.response is not None:
            self.cookies.take(sending.url, exchange.response)
        return exchange

    def _attempt(self, sending: _Sending, credential: Credential | None) -> tuple[Exchange, bool]:
        sent = Spooler(self._folder)
        sent.write_all(sending.body)
        held, spool = sent.end()
        session = self._sessions.of(credential)
        with ExitStack() as stack:
            data: Any = held if spool is None else stack.enter_context(spool.path.open("rb"))
            headers = self._headers(sending)
            request = session.prepare_request(
                requests.Request(sending.method, sending.url, headers=headers, data=data)
            )
            started_at, start = datetime.now(UTC), time.perf_counter()
            outcome = outcome_of(session, request, sending.limits, self._folder)
            seconds = time.perf_counter() - start
        exchange = Exchange(
            interface=self._site.interface,
            credential=credential.label if credential else self._label,
            method=sending.method,
            url=request.url or sending.url,
            request_headers=tuple(request.headers.items()),
            request_body=held,
            request_spool=spool,
            started_at=started_at,
            seconds=seconds,
            tls=outcome.tls,
            response=outcome.response,
            failure=outcome.failure,
        )
        return self._recorder.record(exchange), outcome.stale

    def _headers(self, sending: _Sending) -> dict[str, str]:
        headers = {"User-Agent": "smki-conformance", "Accept": "text/html,*/*;q=0.8", **sending.headers}
        if sending.came_from is not None:
            headers["Referer"] = _referer(sending.came_from, sending.url)
        cookie = self.cookies.header(sending.url)
        if cookie is not None:
            headers["Cookie"] = cookie
        return headers


def redirection(exchange: Exchange, url: str) -> str | None:
    """Where a response to a request for `url` sends a browser; None where it sends it nowhere."""
    response = exchange.response
    followed = _AFTER_GET if exchange.method == "GET" else _AFTER_POST
    if response is None or response.status not in followed:
        return None
    # Header octets come as Latin-1, and a path in them may be UTF-8.
    location = (response.header("Location") or "").encode("latin-1", "replace").decode("utf-8", "replace")
    return joined(url, location) if location else None


def _origin(url: str) -> str:
    return "{0.scheme}://{0.netloc}".format(urlsplit(url))


def _referer(page: str, url: str) -> str:
    """What a browser tells of the page that led to `url`: all of it, or to another origin its own alone."""
    return page if _origin(page) == _origin(url) else f"{_origin(page)}/"
