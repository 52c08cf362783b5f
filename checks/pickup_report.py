"""Verdicts on the report of a batch: a record for each Device CSR, as text (M-F, M-2.3.1.9-d)."""

from __future__ import annotations

import codecs
import io
import re
from collections.abc import Iterator
from typing import BinaryIO

from checks.finding import Finding
from checks.message import shown
from checks.pickup_state import ISSUED_WORD, OUTCOMES, PickupJudging, stem_of

LONGEST_LINE = 4096
"""Characters of a line that is looked at."""
_LINES_BESIDE = 10_000
"""So many lines that are no records may stand in a report."""
_REPORT = "report"
_RECORDS = "M-F-ZIP-e"
_NAMES_KEPT = "M-F-ZIP-d"
_NAMED = 5


def judge_report(stream: BinaryIO, record: re.Pattern[str], judging: PickupJudging) -> None:
    """Judge the report, read from `stream` line by line.

    `record` is searched for in each line; it has the groups ``id``, ``name``, ``status`` and, where there
    may be one, ``code``. Other lines, as a heading, are passed over.
    """
    reading = _Reading(judging)
    beside = 0
    for line in _lines(stream):
        if line is None:
            expected = f"lines of at most {LONGEST_LINE:,} characters"
            judging.note(Finding(_RECORDS, expected, "a longer one", _REPORT))
            continue
        match = record.search(line)
        if match is None:
            beside += bool(line.strip())
        else:
            reading.judge(match)
        if judging.verdict.records >= judging.most or beside > _LINES_BESIDE:
            expected = f"a record for each of {len(judging.sent):,} Device CSRs"
            observed = f"{judging.verdict.records:,} records and {beside:,} other lines, and no end"
            judging.note(Finding(_RECORDS, expected, observed, _REPORT))
            return
    reading.judge_completeness(beside)


class _Reading:
    """Judges record after record."""

    def __init__(self, judging: PickupJudging) -> None:
        self._judging = judging
        self._identifiers: set[str] = set()
        self._strangers = 0

    def judge(self, match: re.Match[str]) -> None:
        """Judge a record."""
        judging = self._judging
        judging.verdict.records += 1
        identifier, name, status = (each or "" for each in match.group("id", "name", "status"))
        code = match.groupdict().get("code") or None
        self._judge_identifier(identifier, name)
        if status not in OUTCOMES:
            expected = f"a status of {', '.join(OUTCOMES)}"
            judging.note(Finding(_RECORDS, expected, shown(status) or "none", _place(name)))
        elif status == ISSUED_WORD and code:
            judging.note(Finding(_RECORDS, "no error code with success", shown(code), _place(name)))
        stem = stem_of(name, judging.sent)
        if stem is None:
            expected = "the name of a file of the batch"
            judging.note(Finding(_NAMES_KEPT, expected, f"{shown(name)}, which was never sent", _REPORT))
            judging.add_stranger(name)
            self._strangers += 1
            return
        self._judge_outcome(stem, status, code)

    def _judge_identifier(self, identifier: str, name: str) -> None:
        expected = "an identifier of its own in the batch"
        if not identifier.strip():
            self._judging.note(Finding(_RECORDS, expected, "none", _place(name)))
        elif identifier in self._identifiers:
            self._judging.note(Finding(_RECORDS, expected, f"{shown(identifier)} once again", _place(name)))
        self._identifiers.add(identifier)

    def _judge_outcome(self, stem: str, status: str, code: str | None) -> None:
        judging = self._judging
        expectation = judging.expectation(stem)
        if stem in judging.outcomes:
            # Two files of one name may each have their record, where neither gets a certificate.
            if ISSUED_WORD in expectation.statuses or status == ISSUED_WORD:
                judging.note(Finding(_RECORDS, "one record for each Device CSR", "another", _place(stem)))
            return
        judging.add_record(stem, status, code)
        if status not in expectation.statuses:
            expected = f"status {' or '.join(sorted(expectation.statuses))}"
            told = f"{status} {code}" if code else status
            judging.note(Finding(expectation.requirement, expected, shown(told), _place(stem)))

    def judge_completeness(self, beside: int) -> None:
        """M-F: a record for each Device CSR. Records of names that were not sent may stand for some."""
        judging = self._judging
        missing = judging.sent.without(set(judging.outcomes))
        if len(missing) <= self._strangers:
            return
        named = ", ".join(map(shown, missing[:_NAMED])) + (", ..." if len(missing) > _NAMED else "")
        lines = f"; {beside:,} lines are no records" if beside else ""
        expected = f"a record for each of {len(judging.sent):,} Device CSRs"
        judging.note(Finding(_RECORDS, expected, f"none for {len(missing):,}: {named}{lines}", _REPORT))


def _place(name: str) -> str:
    return f"{_REPORT}, record of {shown(name) or '(no name)'}"


def _lines(stream: BinaryIO) -> Iterator[str | None]:
    """The lines without their ends; None for one that is too long. UTF-8, or UTF-16 where it begins so."""
    start = stream.read(2)
    stream.seek(0)
    encoding = "utf-16" if start in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE) else "utf-8-sig"
    text = io.TextIOWrapper(stream, encoding=encoding, errors="replace")
    try:
        while line := text.readline(LONGEST_LINE + 1):
            if len(line) <= LONGEST_LINE or line.endswith("\n"):
                yield line.rstrip("\n")
                continue
            while line and not line.endswith("\n"):
                line = text.readline(LONGEST_LINE)
            yield None
    finally:
        text.detach()
