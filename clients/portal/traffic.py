"""What a browser sends and gets while it goes from one page to the next, as exchanges."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from playwright.sync_api import Error as PlaywrightError
from playwright.sync_api import Page as Tab
from playwright.sync_api import Request
from playwright.sync_api import Response as BrowserResponse

from clients.exchange import Exchange, Failure, FailureKind, Response, Spool
from clients.portal.gate import Gate
from clients.recorder import Recorder
from clients.spool import Spooler, SpoolFolder

_PIECE = 1_048_576
_OTHER_FAILURES = {
    "ERR_INVALID_HTTP_RESPONSE": FailureKind.NOT_HTTP,
    "ERR_RESPONSE_HEADERS_MULTIPLE_CONTENT_LENGTH": FailureKind.NOT_HTTP,
    "ERR_INVALID_CHUNKED_ENCODING": FailureKind.NOT_HTTP,
    "ERR_TOO_MANY_REDIRECTS": FailureKind.NOT_HTTP,
}
"""What the browser calls failures that are no end of the connection."""
_COMPLETE = ("ERR_ABORTED", "ERR_HTTP_RESPONSE_CODE_FAILURE")
"""What it says of a response that it has whole and does not show."""


class Traffic:
    """The documents that one tab asks for; what they load besides is not kept."""

    def __init__(
        self,
        tab: Tab,
        gate: Gate,
        interface: str,
        credential: str | None,
        recorder: Recorder,
        folder: SpoolFolder,
    ) -> None:
        """Watch `tab`, which leads out through `gate`; large bodies go to `folder`."""
        self._tab, self._gate, self._recorder = tab, gate, recorder
        self._interface, self._credential = interface, credential
        self._folder = folder
        self._requests: list[Request] = []
        self._responses: dict[Request, BrowserResponse] = {}
        self._finished: set[Request] = set()
        self._failed: set[Request] = set()
        self._began = datetime.now(UTC), time.perf_counter()
        tab.on("request", self._requested)
        tab.on("response", self._responded)
        tab.on("requestfinished", self._ended)
        tab.on("requestfailed", self._stopped)

    def _requested(self, request: Request) -> None:
        if request.is_navigation_request() and request.frame == self._tab.main_frame:
            self._requests.append(request)

    def _responded(self, response: BrowserResponse) -> None:
        self._responses[response.request] = response

    def _ended(self, request: Request) -> None:
        self._finished.add(request)

    def _stopped(self, request: Request) -> None:
        self._failed.add(request)

    @property
    def is_broken_off(self) -> bool:
        """Whether the last document has ended before it was whole."""
        return bool(self._requests) and self._requests[-1] in self._failed

    def begin(self, limit: int) -> None:
        """Forget what was asked before; bear answers of so many octets."""
        self._gate.begin(limit)
        self._requests.clear()
        self._responses.clear()
        self._finished.clear()
        self._failed.clear()
        self._began = datetime.now(UTC), time.perf_counter()

    def end(
        self, url: str, error: str, *, timed_out: bool, file: Path | None = None, sent: Path | None = None
    ) -> Exchange:
        """Record what was asked since `begin`; give the last exchange.

        `url` is where the browser was to go, for when it asked nothing; `error` is the browser's, empty
        where there was none; `file` is what it has downloaded, `sent` what it was to upload. Raises
        SpoolError.
        """
        requests = list(self._requests)
        if len(requests) > 1 and not self._gate.admits(requests[-1].url):
            requests.pop()  # a redirection that was not followed
        for request in requests[:-1]:
            self._recorder.record(self._exchange(request, "", timed_out=False, sent=sent))
        if requests:
            return self._recorder.record(
                self._exchange(requests[-1], error, timed_out=timed_out, file=file, sent=sent)
            )
        started_at, start = self._began
        return self._recorder.record(
            Exchange(
                interface=self._interface,
                credential=self._credential,
                method="GET",
                url=url,
                request_headers=(),
                request_body=b"",
                started_at=started_at,
                seconds=time.perf_counter() - start,
                failure=self._failure(url, error, timed_out=timed_out),
            )
        )

    def _exchange(
        self,
        request: Request,
        error: str,
        *,
        timed_out: bool,
        file: Path | None = None,
        sent: Path | None = None,
    ) -> Exchange:
        answer = self._responses.get(request)
        failure = self._broken(request, error, timed_out=timed_out)
        if answer is None and failure is None:
            failure = Failure(FailureKind.CLOSED, "no response came")
        body, spool = self._body(request, sent)
        started_at, seconds = self._times(request)
        came = None if failure else answer
        return Exchange(
            interface=self._interface,
            credential=self._credential,
            method=request.method,
            url=request.url,
            request_headers=_headers(request.headers_array()) if came else tuple(request.headers.items()),
            request_body=body,
            request_spool=spool,
            started_at=started_at,
            seconds=seconds,
            tls=self._gate.session(request.url),
            response=self._response(came, file) if came else None,
            failure=failure,
        )

    def _broken(self, request: Request, error: str, *, timed_out: bool) -> Failure | None:
        """Why there is no whole response of the portal's; None where nothing says so.

        What the browser calls an error may be none: a file that it saves in place of showing it, and a
        refusal without a page to show.
        """
        if request not in self._responses:
            return self._failure(request.url, request.failure or error, timed_out=timed_out)
        stopped = request.failure or ""
        if any(mark in stopped for mark in _COMPLETE):
            stopped = ""
        return self._failure(request.url, stopped, timed_out=timed_out)

    def _body(self, request: Request, sent: Path | None) -> tuple[bytes, Spool | None]:
        """What was sent; of an upload the file, where the browser does not tell the body around it."""
        held = request.post_data_buffer or b""
        if sent is None or request.method != "POST" or len(held) > sent.stat().st_size:
            return held, None
        return self._kept(sent)

    def _response(self, answer: BrowserResponse, file: Path | None) -> Response:
        headers = _headers(answer.headers_array())
        if file is not None:
            body, spool = self._kept(file)
            return Response(answer.status, answer.status_text, headers, body, spool)
        return Response(answer.status, answer.status_text, headers, self._octets(answer))

    def _octets(self, answer: BrowserResponse) -> bytes:
        if answer.request not in self._finished:
            return b""
        try:
            return answer.body()
        except PlaywrightError:
            return b""  # of a redirection the browser keeps no body

    def _kept(self, file: Path) -> tuple[bytes, Spool | None]:
        sink = Spooler(self._folder)
        sink.write_all(_pieces(file))
        return sink.end()

    def _times(self, request: Request) -> tuple[datetime, float]:
        timing = request.timing
        started_at, start = self._began
        if timing["startTime"] > 0:
            started_at = datetime.fromtimestamp(0, UTC) + timedelta(milliseconds=timing["startTime"])
        if timing["responseEnd"] > 0:
            return started_at, timing["responseEnd"] / 1000
        return started_at, time.perf_counter() - start

    def _failure(self, url: str, error: str, *, timed_out: bool) -> Failure | None:
        """Why there is no whole response; None where nothing says that there is none."""
        known = self._gate.failure(url)
        if known is not None:
            return known
        if timed_out:
            return Failure(FailureKind.TIMED_OUT, "the page was not complete within the time limit")
        if not error:
            return None
        name = next((name for name in _OTHER_FAILURES if name in error), None)
        return Failure(_OTHER_FAILURES[name] if name else FailureKind.CLOSED, error)


def _headers(pairs: Sequence[Any]) -> tuple[tuple[str, str], ...]:
    return tuple((pair["name"], pair["value"]) for pair in pairs)


def _pieces(file: Path) -> Iterator[bytes]:
    with file.open("rb") as source:
        while piece := source.read(_PIECE):
            yield piece
