"""The one recorder: every exchange of every client passes here, and leaves its secrets here."""

from __future__ import annotations

import base64
import re
import threading
from collections.abc import Iterable
from dataclasses import replace
from urllib.parse import quote

from clients.exchange import Exchange, Failure, Response

REDACTED = "[redacted]"
_SECRET_HEADERS = frozenset({"authorization", "proxy-authorization", "cookie", "set-cookie", "x-api-key"})
_SECRET_PARAMETER = re.compile(rb"(?i)([?&](?:apikey|api_key|password|pin|token)=)[^&\s#\"'<>]*")
_PRIVATE_KEY = re.compile(
    rb"-----BEGIN [A-Z0-9 ]*PRIVATE KEY-----.*?(?:-----END [A-Z0-9 ]*PRIVATE KEY-----|\Z)", re.DOTALL
)
_SHORTEST_SECRET = 4


class Redactor:
    """Replaces known secrets, and what is secret by its kind, with ``[redacted]``."""

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        """Take the secret values themselves; their usual encodings are looked for as well.

        A secret shorter than four characters is not looked for: it would be found everywhere.
        """
        forms: set[bytes] = set()
        for secret in secrets:
            if len(secret) >= _SHORTEST_SECRET:
                octets = secret.encode()
                forms |= {octets, quote(secret, safe="").encode(), base64.b64encode(octets)}
        self._known = sorted(forms, key=len, reverse=True)

    def octets(self, value: bytes) -> bytes:
        """`value` without secrets; the same object where there is none."""
        for secret in self._known:
            if secret in value:
                value = value.replace(secret, REDACTED.encode())
        if b"=" in value:
            value = _SECRET_PARAMETER.sub(rb"\1" + REDACTED.encode(), value)
        if b"PRIVATE KEY" in value:
            value = _PRIVATE_KEY.sub(REDACTED.encode(), value)
        return value

    def text(self, value: str) -> str:
        """`value` without secrets."""
        return self.octets(value.encode("utf-8", "surrogateescape")).decode("utf-8", "surrogateescape")

    def exchange(self, exchange: Exchange) -> Exchange:
        """A copy of `exchange` without secrets. The file of a spooled body stays as it is: what is shown of
        such a body is what the exchange itself holds, its first octets."""
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


class Recorder:
    """Collects the exchanges of the scenario that is running. Safe to use from several threads."""

    def __init__(self, redactor: Redactor) -> None:
        """Record through `redactor`: nothing is kept unredacted."""
        self.redactor = redactor
        self._exchanges: list[Exchange] = []
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
