"""Exchanges and findings as plain text, for readers that show nothing else."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from clients.exchange import Exchange, Spool
from reports.evidence import INLINE_OCTETS, printable_text
from reports.model import JudgedFinding
from reports.text import duration, hex_dump, size, visible


def exchanges(items: Iterable[Exchange]) -> str:
    """Every exchange, numbered from 1: request, then response, answer or failure."""
    return "\n\n".join("\n".join(_exchange(number, item)) for number, item in enumerate(items, 1)) + "\n"


def findings(items: Iterable[JudgedFinding]) -> str:
    """A line for each finding, with how the scenario takes it."""
    return "".join(
        f"{judged.severity}{' (incidental)' if judged.incidental else ''}: "
        f"{visible(str(judged.finding), one_line=True)}\n"
        for judged in items
    )


def _exchange(number: int, exchange: Exchange) -> Iterator[str]:
    credential = exchange.credential or "no credential"
    yield f"=== {number}: {exchange.started_at.isoformat()}, {duration(exchange.seconds)}, {credential}"
    if exchange.tls is not None:
        yield f"{exchange.tls.version}, {exchange.tls.cipher}"
    yield visible(f"{exchange.method} {exchange.url}", one_line=True)
    yield from _message(exchange.request_headers, exchange.request_body, exchange.request_spool)
    yield f"--- {visible(exchange.outcome, one_line=True)}"
    if exchange.response is not None:
        yield from _message(exchange.response.headers, exchange.response.body, exchange.response.spool)
    elif exchange.answer_octets:
        yield from _message((), exchange.answer_octets)


def _message(headers: Iterable[tuple[str, str]], body: bytes, spool: Spool | None = None) -> Iterator[str]:
    for name, value in headers:
        yield visible(f"{name}: {value}", one_line=True)
    if not body:
        return
    yield ""
    shown = body[:INLINE_OCTETS]
    text = printable_text(shown)
    yield hex_dump(shown) if text is None else text
    octets = len(body) if spool is None else spool.octets
    if len(shown) < octets:
        yield f"[the first {size(len(shown))} of {size(octets)}]"
