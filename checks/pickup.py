"""Verdicts on the files that the portal's pickup page has for a batch (M-2.3.1.9-d, M-2.5.1.4-d, M-F).

Two layouts are right: a report and a ZIP of the certificates (M-2.3.1.9-d), or one response file, a ZIP that
holds the report and a ZIP of the certificates (M-F). Files are judged as they are read.
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import BinaryIO

from checks.batch_result import SentBatch
from checks.certificate import DeviceProfile
from checks.finding import Finding
from checks.message import shown
from checks.pickup_certificates import certificate_octets, judge_certificates
from checks.pickup_report import judge_report
from checks.pickup_state import ISSUED_WORD, OUTCOMES, PORTAL_ISSUE, PickupJudging, PickupVerdict
from checks.zip_reader import ZipEntry, ZipReader, ZipUnreadable

__all__ = [
    "OUTCOMES",
    "PickupFile",
    "PickupFiles",
    "PickupVerdict",
    "certificate_octets",
    "judge_pickup",
    "judge_same_pickup",
]

_ARCHIVE_SUFFIX = ".zip"
_RESPONSE_SUFFIX = "-response.zip"
_RESPONSE = "response file"
_RECORD_OCTETS = 1024
_CERTIFICATE_OCTETS = 4096
"""So many octets each, a report or an inner ZIP may take; beyond that it is not read."""


@dataclass(frozen=True, slots=True)
class PickupFile:
    """A file that was downloaded."""

    name: str | None
    """As the portal gives it."""
    stream: BinaryIO
    """Its content, from the start; it can be sought in, and stays the caller's."""


@dataclass(frozen=True, slots=True)
class PickupFiles:
    """What the pickup page offers for a batch; None where it has no link for it."""

    report: PickupFile | None = None
    certificates: PickupFile | None = None
    response: PickupFile | None = None


def judge_pickup(
    files: PickupFiles,
    sent: SentBatch,
    profile: DeviceProfile,
    *,
    record: re.Pattern[str],
    archive_name: str | None = None,
    at: datetime | None = None,
    issue: str = PORTAL_ISSUE,
    take: Callable[[str, bytes], None] | None = None,
) -> PickupVerdict:
    """Judge the pickup files of a batch whose processing has ended.

    `sent` holds the Device CSRs by the names of their files without ``.csr``, or by their IDs where the web
    service sent them; its statuses are those of M-D or the words of a record. `record` is the page map's.
    `archive_name` is the name of the request's file, None where there was none. `at` is the latest time that
    a certificate may begin. `issue` is the requirement by which a right Device CSR gets a certificate. `take`
    is given every certificate: name without extension, and DER.
    """
    judging = PickupJudging(sent, profile, at=at, issue=issue, take=take)
    if files.report is not None:
        judging.verdict.layout = "two files"
        judge_report(files.report.stream, record, judging)
        if files.certificates is not None:
            _judge_name([files.certificates.name], archive_name, judging)
        _judge_archive(files.certificates.stream if files.certificates else None, judging)
    elif files.response is not None:
        judging.verdict.layout = "one response file"
        _judge_response(files.response, record, archive_name, judging)
    else:
        expected = "a report and a ZIP of certificates, or one response file"
        judging.note(Finding("M-2.3.1.9-d", expected, "no report on the pickup page", "pickup page"))
    return judging.end()


def judge_same_pickup(earlier: PickupVerdict, later: PickupVerdict) -> list[Finding]:
    """Judge that the files of a batch are the same when they are picked up again (M-2.3.1.9-d).

    Their order may differ.
    """
    if earlier.content == later.content:
        return []
    observed = f"other files: {_counts(earlier)} before, {_counts(later)} now"
    return [Finding("M-2.3.1.9-d", "the same files for up to 30 days", observed, "pickup page")]


def _counts(verdict: PickupVerdict) -> str:
    each = ", ".join(f"{number:,} {status}" for status, number in sorted(verdict.statuses.items()))
    return f"{each or 'no records'}, {verdict.certificates:,} certificates"


def _judge_archive(stream: BinaryIO | None, judging: PickupJudging) -> None:
    if stream is not None:
        judge_certificates(stream, judging)
    elif issued := judging.verdict.statuses.get(ISSUED_WORD, 0):
        expected = "a ZIP of the certificates issued"
        judging.note(Finding("M-2.3.1.9-d", expected, f"none, and {issued:,} of success", "pickup page"))


def _judge_name(names: list[str | None], archive_name: str | None, judging: PickupJudging) -> None:
    """M-F: the ZIP is named as the request's with ``-response`` appended."""
    if archive_name is None:
        return
    expected = archive_name.removesuffix(_ARCHIVE_SUFFIX) + _RESPONSE_SUFFIX
    if expected not in names:
        observed = ", ".join(shown(name) for name in names if name) or "no name"
        judging.note(Finding("M-F-ZIP-g", expected, observed, "file name"))


def _judge_response(
    response: PickupFile, record: re.Pattern[str], archive_name: str | None, judging: PickupJudging
) -> None:
    """The layout of M-F: the text that is not a ZIP is the report, be it one file or several."""
    with tempfile.TemporaryFile() as report, tempfile.TemporaryFile() as certificates:
        try:
            archive = ZipReader(response.stream, judging.most)
            inner = []
            room = judging.most * _RECORD_OCTETS
            for entry in archive:
                if entry.name.lower().endswith(_ARCHIVE_SUFFIX):
                    inner.append(entry)
                else:
                    _unpack(archive, entry, report, max(room - report.tell(), 0))
                    report.write(b"\n")
            for entry in inner[:1]:
                _unpack(archive, entry, certificates, judging.most * _CERTIFICATE_OCTETS)
        except ZipUnreadable as error:
            expected = "a ZIP of the report and a ZIP of the certificates"
            judging.note(Finding("M-F-ZIP-e", expected, str(error), _RESPONSE))
            return
        report.seek(0)
        judge_report(report, record, judging)
        _judge_name([response.name, *(entry.name for entry in inner)], archive_name, judging)
        if len(inner) > 1:
            names = ", ".join(shown(entry.name) for entry in inner)
            judging.note(Finding("M-F-ZIP-f", "one ZIP of certificates", names, _RESPONSE))
        _judge_archive(certificates if inner else None, judging)


def _unpack(archive: ZipReader, entry: ZipEntry, file: BinaryIO, limit: int) -> None:
    for piece in archive.pieces(entry, limit):
        file.write(piece)
