"""Verdicts on the answer to a retrieval from the Repository's Web Service (O-WS-e, O-WS-f, O-WS-g)."""

from __future__ import annotations

from dataclasses import dataclass

from checks.finding import Finding
from checks.message import ResponseUnreadable, shown
from checks.repository_message import (
    CertificateRow,
    children,
    has_certificate,
    judge_head,
    judge_success,
    parse,
    read_head,
    read_row,
)
from checks.repository_row import judge_form
from checks.repository_search import NO_MATCH

ROOT = "CertificateDataResponse"
RESPONSE = "CertificateResponse"
_FORM = "O-WS-e"


@dataclass(frozen=True, slots=True)
class RetrieveResponse:
    """A response to a retrieval; None stands for what is absent."""

    code: str | None
    message: str | None
    audit: str | None
    row: CertificateRow | None
    """The first CertificateResponse."""


def read_retrieve(body: bytes) -> RetrieveResponse:
    """Read the body of a response to a retrieval. Raises ResponseUnreadable."""
    root = parse(body, ROOT, _FORM)
    head = read_head(root)
    row = next((read_row(element) for element in children(root, RESPONSE)), None)
    return RetrieveResponse(head.code, head.message, head.audit, row)


def judge_retrieve(
    status_code: int, content_type: str | None, body: bytes, serial: str, *, absent: str = "O-WS-f"
) -> list[Finding]:
    """Judge the whole response to the retrieval of the certificate with `serial`, 32 hexadecimal digits.

    `absent` is the requirement that is broken where the Repository says that there is no match: HTTP 402, or
    HTTP 200 without a certificate.
    """
    if status_code == NO_MATCH:
        return [_nothing(absent, serial, f"HTTP {NO_MATCH}")]
    findings = list(judge_success(status_code, content_type))
    if status_code != 200:
        return findings
    try:
        root = parse(body, ROOT, _FORM)
    except ResponseUnreadable as error:
        return [*findings, error.finding()]
    findings += judge_head(root, _FORM)
    responses = children(root, RESPONSE)
    if not any(map(has_certificate, responses)):
        return [*findings, _nothing(absent, serial, f"no certificate in {RESPONSE}")]
    if len(responses) != 1:
        findings.append(Finding(_FORM, f"{RESPONSE} once", f"{len(responses)} times", ROOT))
    findings += judge_form(responses[0], _FORM, whole=True)
    row = read_row(responses[0])
    if row.serial is not None and row.serial != serial:
        expected = f"the serial number that was asked for, {serial}"
        findings.append(Finding(_FORM, expected, shown(row.serial), f"{RESPONSE}, CertificateSerial"))
    return findings


def _nothing(requirement: str, serial: str, observed: str) -> Finding:
    return Finding(requirement, f"the certificate with the serial number {serial}", observed, "retrieval")
