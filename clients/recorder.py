"""The one recorder: every exchange of every client passes here, and leaves its secrets here."""

from __future__ import annotations

import base64
import re
import threading
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import chain
from pathlib import Path
from urllib.parse import quote, quote_plus

from clients.exchange import Exchange, Failure, Response

REDACTED = "[redacted]"
_SECRET_HEADERS = frozenset({"authorization", "proxy-authorization", "cookie", "set-cookie", "x-api-key"})
_SECRET_PARAMETER = re.compile(rb"(?i)([?&](?:apikey|api_key|password|pin|token)=)[^&\s#\"'<>]*")
_PRIVATE_KEY = re.compile(
    rb"-----BEGIN [A-Z0-9 ]*PRIVATE KEY-----.*?(?:-----END [A-Z0-9 ]*PRIVATE KEY-----|\Z)", re.DOTALL
)
_SHORTEST_SECRET = 4
_SHORTEST_SESSION = 16
"""Octets of a cookie that may be the secret of a session; a shorter one may be a word that pages use."""
_BEGINNING = 12
"""Octets by which secrets are looked for first: the texts of all private keys of a kind begin alike."""
_SESSIONS = 16
"""The cookies of so many exchanges that had new ones are remembered, the latest."""
_PIECE = 1_048_576
_LONGEST_MARK = 256
"""Octets by which two pieces overlap at least, so that the mark of a secret is whole in one of them."""
_KINDS = re.compile(
    rb"(?P<parameter>(?i:[?&](?:apikey|api_key|password|pin|token)=))"
    rb"|(?P<key>-----BEGIN [A-Z0-9 ]*PRIVATE KEY-----)"
)
_ENDS = {
    "parameter": re.compile(rb"(?=[&\s#\"'<>])"),
    "key": re.compile(rb"-----END [A-Z0-9 ]*PRIVATE KEY-----"),
}
"""What ends a secret of unknown length that `_KINDS` finds the beginning of."""


class Redactor:
    """Replaces known secrets, and what is secret by its kind, with ``[redacted]``."""

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        """Take the secret values themselves; their usual encodings are looked for as well.

        A secret shorter than four characters is not looked for: it would be found everywhere.
        """
        self._given: frozenset[bytes] = frozenset().union(*map(_forms, secrets))
        self._sessions: list[frozenset[bytes]] = []
        self._lock = threading.Lock()
        self._marks: tuple[list[bytes], re.Pattern[bytes]] = [], re.compile(b"")
        self._look_for(self._given)

    def hide(self, secret: str) -> None:
        """Look for another secret from now on: one that was made in the run."""
        with self._lock:
            self._given |= _forms(secret)
            self._look_for(self._given.union(*self._sessions))

    def _look_for(self, forms: Iterable[bytes]) -> None:
        known = sorted(forms, key=len, reverse=True)
        self._overlap = max([_LONGEST_MARK, *map(len, known)])
        self._known = known
        groups: dict[bytes, list[bytes]] = {}
        for secret in known:
            groups.setdefault(secret[:_BEGINNING], []).append(secret)
        self._beginnings = list(groups.items())

    def learn(self, exchange: Exchange) -> None:
        """Look for the secrets of a session from now on: the cookies that an exchange gave or presented."""
        found = frozenset(_cookies(exchange))
        with self._lock:
            if found <= frozenset().union(*self._sessions):
                return
            # However many one response gives, they push out those of one other alone.
            self._sessions = [*self._sessions, found][-_SESSIONS:]
            self._look_for(self._given.union(*self._sessions))

    def octets(self, value: bytes) -> bytes:
        """`value` without secrets; the same object where there is none."""
        begun = [secrets for beginning, secrets in self._beginnings if beginning in value]
        for secret in sorted(chain.from_iterable(begun), key=len, reverse=True):
            value = value.replace(secret, REDACTED.encode())
        if b"=" in value:
            value = _SECRET_PARAMETER.sub(rb"\1" + REDACTED.encode(), value)
        if b"PRIVATE KEY" in value:
            value = _PRIVATE_KEY.sub(REDACTED.encode(), value)
        return value

    def file(self, path: Path) -> bool:
        """Take the secrets out of a file, of which only pieces are held in memory; False where there is none.

        The file is replaced whole or not at all, and not touched where it holds no secret. Raises OSError.
        """
        if not self._is_in(path):
            return False
        clean = path.with_suffix(".clean")
        try:
            with clean.open("wb") as file:
                file.writelines(self.pieces(_pieces(path)))
            clean.replace(path)
        finally:
            clean.unlink(missing_ok=True)
        return True

    def _is_in(self, path: Path) -> bool:
        """Whether there is a secret in a file. `octets` is much quicker than `pieces`."""
        before = b""
        for piece in _pieces(path):
            window = before + piece
            if self.octets(window) != window:
                return True
            before = window[-self._overlap :]
        return False

    def pieces(self, source: Iterable[bytes]) -> Iterator[bytes]:
        """A stream without secrets, one that lies across several pieces included."""
        known = self._known
        sought, marks = self._marks
        if sought is not known:  # a second's work: not done before a file needs it
            marks = re.compile(b"|".join(map(re.escape, known)))
            self._marks = known, marks
        if known:
            source = _without(source, marks, self._overlap)
        return _without(source, _KINDS, self._overlap)

    def text(self, value: str) -> str:
        """`value` without secrets."""
        return self.octets(value.encode("utf-8", "surrogateescape")).decode("utf-8", "surrogateescape")

    def exchange(self, exchange: Exchange) -> Exchange:
        """A copy of `exchange` without secrets, its session's among them.

        The file of a spooled body stays as it is for the checks, until its scenario has ended: see `file`.
        """
        self.learn(exchange)
        response = exchange.response
        failure = exchange.failure
        return replace(
            exchange,
            url=self.text(exchange.url),
            request_headers=self._headers(exchange.request_headers),
            request_body=self.octets(exchange.request_body),
            response=response and self._response(response),
            failure=failure and Failure(failure.kind, self.text(failure.detail)),
            answer=exchange.answer and self.text(exchange.answer),
            answer_octets=self.octets(exchange.answer_octets),
        )

    def _response(self, response: Response) -> Response:
        return replace(
            response,
            reason=self.text(response.reason),
            headers=self._headers(response.headers),
            body=self.octets(response.body),
        )

    def _headers(self, headers: tuple[tuple[str, str], ...]) -> tuple[tuple[str, str], ...]:
        return tuple(
            (name, REDACTED if name.lower() in _SECRET_HEADERS else self.text(value))
            for name, value in headers
        )


def _forms(secret: str) -> frozenset[bytes]:
    """A secret as it may stand somewhere; none of a short one."""
    if len(secret) < _SHORTEST_SECRET:
        return frozenset()
    octets = secret.encode()
    as_in_form = quote_plus(secret).encode()
    return frozenset({octets, quote(secret, safe="").encode(), as_in_form, base64.b64encode(octets)})


@dataclass(frozen=True, slots=True)
class Screenshot:
    """What a browser showed."""

    title: str
    """What it shows, in a few words."""
    png: bytes
    """Empty where the picture is not kept."""


class Recorder:
    """Collects the exchanges of the scenario that is running, and what a browser showed in it. Safe to use
    from several threads."""

    def __init__(self, redactor: Redactor, bodies: Path | None = None) -> None:
        """Record through `redactor`: nothing is kept unredacted. `bodies` is the folder of large ones."""
        self.redactor = redactor
        self.bodies = bodies
        """Where clients keep bodies that are too large for memory; None where they need not last."""
        self._exchanges: list[Exchange] = []
        self._screenshots: list[Screenshot] = []
        self._lock = threading.Lock()

    def record(self, exchange: Exchange) -> Exchange:
        """Keep a redacted copy; return the exchange itself, for the checks."""
        redacted = self.redactor.exchange(exchange)
        with self._lock:
            self._exchanges.append(redacted)
        return exchange

    def take(self) -> list[Exchange]:
        """The exchanges since the last call, in the order in which they ended."""
        with self._lock:
            taken, self._exchanges = self._exchanges, []
        return taken

    def show(self, title: str, text: str, png: bytes) -> None:
        """Keep what a browser shows; `text` is what can be read on it.

        Where a secret stands there the picture is not kept, since nothing can be taken out of it.
        """
        title = self.redactor.text(title)
        shot = Screenshot(title, png)
        if self.redactor.text(text) != text:
            shot = Screenshot(f"{title} (not kept: a secret stands on it)", b"")
        with self._lock:
            self._screenshots.append(shot)

    def take_screenshots(self) -> list[Screenshot]:
        """The screenshots since the last call, in their order."""
        with self._lock:
            taken, self._screenshots = self._screenshots, []
        return taken


def _cookies(exchange: Exchange) -> Iterator[bytes]:
    """The values of an exchange's cookies that are long enough for secrets."""
    given = exchange.response.headers if exchange.response else ()
    for name, value in (*exchange.request_headers, *given):
        if name.lower() == "cookie":
            cookies = value.split(";")
        elif name.lower() == "set-cookie":
            cookies = value.split(";")[:1]
        else:
            continue
        for cookie in cookies:
            secret = cookie.partition("=")[2].strip(' "').encode("utf-8", "surrogateescape")
            if len(secret) >= _SHORTEST_SESSION:
                yield secret


def _pieces(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while piece := file.read(_PIECE):
            yield piece


def _without(source: Iterable[bytes], marks: re.Pattern[bytes], overlap: int) -> Iterator[bytes]:
    """A stream with a note in place of what begins with a mark. No mark is longer than `overlap`."""
    held, end = b"", None
    for piece, last in _with_last(source):
        held, at = held + piece, 0
        # A mark that begins further on may not be whole yet.
        safe = len(held) if last else max(len(held) - overlap, 0)
        while True:
            if end is not None:  # within a secret
                found = end.search(held, at)
                if found is None:
                    at = max(at, safe)
                    break
                at, end = found.end(), None
            found = marks.search(held, at)
            if found is None or found.start() >= safe:
                yield held[at:safe]
                at = max(at, safe)
                break
            kind = found.lastgroup
            yield held[at : found.start()] + (found[0] if kind == "parameter" else b"") + REDACTED.encode()
            at, end = found.end(), _ENDS[kind] if kind else None
        held = held[at:]


def _with_last(source: Iterable[bytes]) -> Iterator[tuple[bytes, bool]]:
    """Each piece with False, then an empty one with True."""
    for piece in source:
        yield piece, False
    yield b"", True
