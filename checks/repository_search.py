"""Verdicts on the answer to a search of the Repository's Web Service (O-WS-c, O-WS-f, O-WS-g)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from lxml import etree

from checks.finding import Collected, Finding
from checks.message import ResponseUnreadable, shown
from checks.repository_message import (
    Asked,
    CertificateRow,
    children,
    judge_head,
    judge_success,
    parse,
    read_head,
    read_row,
)
from checks.repository_row import judge_form, judge_name

ROOT = "CertificateSearchResponse"
RESULT = "Result"
NO_MATCH = 402
_FORM = "O-WS-c"


@dataclass(frozen=True, slots=True)
class SearchResponse:
    """A response to a search; None stands for what is absent."""

    code: str | None
    message: str | None
    audit: str | None
    rows: tuple[CertificateRow, ...]


def read_search(body: bytes) -> SearchResponse:
    """Read the body of a response to a search. Raises ResponseUnreadable."""
    root = parse(body, ROOT, _FORM)
    head = read_head(root)
    rows = tuple(read_row(element) for element in children(root, RESULT))
    return SearchResponse(head.code, head.message, head.audit, rows)


def judge_search(
    status_code: int, content_type: str | None, body: bytes, asked: Asked, *, absent: str = "O-WS-f"
) -> list[Finding]:
    """Judge the whole response to a search that finds at least one certificate.

    `absent` is the requirement that is broken where the Repository says that there is no match: HTTP 402, or
    HTTP 200 without a Result.
    """
    if status_code == NO_MATCH:
        return [_nothing(absent, asked, f"HTTP {NO_MATCH}")]
    findings = list(judge_success(status_code, content_type))
    if status_code != 200:
        return findings
    try:
        root = parse(body, ROOT, _FORM)
    except ResponseUnreadable as error:
        return [*findings, error.finding()]
    findings += judge_head(root, _FORM)
    results = children(root, RESULT)
    if not results:
        return [*findings, _nothing(absent, asked, "no Result")]
    return [*findings, *_judge_results(results, asked)]


def _nothing(requirement: str, asked: Asked, observed: str) -> Finding:
    return Finding(requirement, f"certificates of the {asked.kind} {asked.text}", observed, "search")


def _judge_results(results: Sequence[etree._Element], asked: Asked) -> list[Finding]:
    collected = Collected(ROOT)
    for finding in _result_findings(results, asked):
        collected.note(finding)
    return collected.findings()


def _result_findings(results: Sequence[etree._Element], asked: Asked) -> Iterator[Finding]:
    seen: set[CertificateRow] = set()
    for element in results:
        yield from judge_form(element, _FORM, whole=False)
        row = read_row(element)
        yield from judge_name(row, asked, _FORM, RESULT)
        if row in seen:
            yield Finding(_FORM, "a Result for each certificate", f"{shown(row.serial or '')} again", RESULT)
        seen.add(row)
