"""Runs made up for the tests of the reports: plausible, and of any size."""

from __future__ import annotations

import base64
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from checks.finding import Finding
from clients.exchange import Exchange, Failure, FailureKind, Response, TlsSession
from clients.recorder import Screenshot
from reports import html, results
from reports.model import (
    Run,
    ScenarioResult,
    Severity,
    StepResult,
    StepVerdict,
    TargetSummary,
    Verdict,
)
from reports.rollup import CatalogueEntry, conclude

START = datetime(2026, 11, 22, 16, 40, 12, tzinfo=UTC)
URL = "https://127.0.0.1:8443/1.0/AdHocDeviceCSR"
PROLOG = '<?xml version="1.0" encoding="UTF-8"?>'
CERTIFICATE = base64.b64encode(bytes(range(256)) * 2).decode()


@dataclass(frozen=True)
class Row:
    """A requirement, as much as the roll-up reads of it."""

    id: str
    interfaces: tuple[str, ...] = ("adhoc",)
    certainty: str = "C"
    planned: str | None = None
    untested: str | None = None
    reading: str | None = None
    source: str = "SEC Appendix M, SMKI Interface Design Specification"
    version: str = "M8.0"
    clause: str = "2.4.1.2"
    duty: str = "RA"
    summary: str = (
        "The XML is validated against the schema of Appendix B, and refused where it does not conform."
    )


def catalogue(*rows: Row) -> dict[str, Row]:
    return {row.id: row for row in rows}


def scenario(
    name: str = "AHW-N01",
    *requirements: str,
    verdict: Verdict = Verdict.PASS,
    row: str = "",
    findings: tuple[tuple[str, Severity], ...] = (),
    **more: object,
) -> ScenarioResult:
    """A scenario; `findings` are pairs of requirement id and severity."""
    result = ScenarioResult(
        id=name,
        area=name[:3],
        key=f"{name}[{row}]" if row else name,
        title="A Device that never had a certificate is refused as an unknown device",
        feature="adhoc/device.feature",
        feature_title="Which Devices may have their certificate replaced",
        nodeid=f"features/adhoc/test_device.py::test_{name}",
        requirements=requirements,
        verdict=verdict,
        example={"curve": row} if row else {},
        negative=name[4:5] == "N",
        started_at=START,
        seconds=0.021,
    )
    for requirement, severity in findings:
        result.add(Finding(requirement, "status CSR_ERROR", "status SUCCESS", "response, Status"), severity)
    for key, value in more.items():
        setattr(result, key, value)
    return result


def screenshot(title: str = "Start: HTTP 200 OK") -> Screenshot:
    """What a browser showed: one grey pixel."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return len(data).to_bytes(4) + kind + data + zlib.crc32(kind + data).to_bytes(4)

    size = (1).to_bytes(4) * 2 + bytes([8, 0, 0, 0, 0])
    png = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", size)
    return Screenshot(title, png + chunk(b"IDAT", zlib.compress(b"\0\x80")) + chunk(b"IEND", b""))


def exchange(
    request: bytes = b"<DeviceCertificateSigningRequest ID='1'/>",
    response: bytes | None = b"<DeviceCertificateSigningResponse/>",
    **more: object,
) -> Exchange:
    """An exchange with a response, or with a time-out where `response` is None."""
    fields: dict[str, object] = {
        "interface": "adhoc",
        "credential": "import-supplier",
        "method": "POST",
        "url": URL,
        "request_headers": (
            ("Content-Type", "application/xml;charset=UTF-8"),
            ("Accept", "application/xml"),
            ("Content-Length", str(len(request))),
        ),
        "request_body": request,
        "started_at": START,
        "seconds": 0.0042,
        "tls": TlsSession("TLSv1.2", "ECDHE-RSA-AES256-GCM-SHA384", b"0" * 900),
        "response": None,
        "failure": None,
    }
    if response is None:
        fields["failure"] = Failure(FailureKind.TIMED_OUT, "limit 5 s")
    else:
        headers = (("Content-Type", "application/xml;charset=UTF-8"), ("Content-Length", str(len(response))))
        fields["response"] = Response(200, "OK", headers, response)
    return Exchange(**{**fields, **more})  # type: ignore[arg-type]


def finish(result: Run, rows: Mapping[str, CatalogueEntry], status: int | None = None) -> dict[str, Any]:
    """Conclude a run and write its files, as the plugin does at the end; gives the document."""
    conclude(result, rows)
    document = results.document(result, status)
    results.write(document, result.directory)
    html.write(document, result.directory)
    return document


def target(**more: object) -> TargetSummary:
    fields: dict[str, object] = {
        "name": "Reference RA",
        "sec_release": "from v6.21",
        "interfaces": ("adhoc",),
        "settings": {"device_certificate_limit": 100, "tls_minimum": "TLSv1.2"},
        "clients": {"adhoc": "clients.gateway.adhoc_requests:RequestsAdHocClient"},
        "user_roles": ("import-supplier", "gas-supplier", "dcc"),
        "certificate_types": ("device",),
        "endpoints": {"adhoc": URL},
    }
    return TargetSummary(**{**fields, **more})  # type: ignore[arg-type]


def run(directory: Path, *scenarios: ScenarioResult, **more: object) -> Run:
    """A complete run, not yet concluded."""
    result = Run(
        run_id="20261122-164012",
        directory=directory,
        suite_version="0.1.0",
        target=target(),
        started_at=START,
        ended_at=START + timedelta(seconds=4.3),
        complete=True,
        scenarios=list(scenarios),
    )
    for key, value in more.items():
        setattr(result, key, value)
    return result


AREAS = (("AHW", "P"), ("AHW", "N"), ("TLS", "P"), ("TLS", "N"), ("CRT", "P"))
ROWS = 3
STEPS = (
    ("Given", "an Authorised Subscriber in the User Role of Import Supplier"),
    ("And", "a Device with one earlier Device Certificate"),
    ("When", "the subscriber submits a Device CSR on curve P-384"),
    ("Then", "the request is refused as CSR_ERROR"),
    ("And", "nothing was issued"),
)


def large_catalogue() -> dict[str, Row]:
    """240 requirements: 100 that are tested, the others planned, not testable or of another interface."""
    rows = [Row(f"M-2.4.1.{number}-a") for number in range(100)]
    rows += [Row(f"G-12-{number}", untested="It can only be inspected.") for number in range(10)]
    rows += [Row(f"O-LODGE-{number}", planned="with the SMKI Repository") for number in range(20)]
    rows += [
        Row(f"M-2.5.{number}-a", interfaces=("batch",), planned="with the Batched service")
        for number in range(100)
    ]
    rows += [
        Row(f"M-1.2-{number}", certainty="R", reading="A setting of the target.") for number in range(10)
    ]
    return catalogue(*rows)


def large_run(directory: Path, scenarios: int = 300, exchanges: int = 1000, *, clean: bool = False) -> Run:
    """A run of many scenarios; unless `clean`, some of each verdict."""
    result = run(directory)
    for number in range(scenarios):
        area, letter = AREAS[number % len(AREAS)]
        name = f"{area}-{letter}{number // (len(AREAS) * ROWS):02d}"
        verdict, reason = (Verdict.PASS, "") if clean else _verdict_of(number)
        cited = (f"M-2.4.1.{number % 100}-a", f"M-2.4.1.{(number * 7) % 100}-a", f"M-1.2-{number % 10}")
        one = scenario(name, *cited, verdict=verdict, row=f"P-{number}", reason=reason)
        one.started_at = START + timedelta(milliseconds=15 * number)
        share = exchanges // scenarios + (number < exchanges % scenarios)
        if verdict in (Verdict.NOT_RUN, Verdict.NOT_APPLICABLE):
            one.started_at, share = None, 0
        one.exchanges = [_plausible(number * 10 + part) for part in range(share)]
        _steps(one)
        if verdict is Verdict.FAIL:
            one.add(
                Finding(
                    cited[0], "status CSR_ERROR", "status SUCCESS, with a certificate", "response, Status"
                )
            )
            one.add(Finding("G-12-7", "notAfter 99991231235959Z", "notAfter 20491231235959Z " + "ab" * 60))
        if verdict is Verdict.ADVISORY:
            one.add(Finding(cited[2], "at most 4 characters", "7 characters"), Severity.ADVISORY)
        result.scenarios.append(one)
    return result


def _verdict_of(number: int) -> tuple[Verdict, str]:
    if number % 60 == 5:
        return Verdict.FAIL, "the CSR was accepted, and a certificate was issued"
    if number % 75 == 8:
        return Verdict.INCONCLUSIVE, "the operator could not seed the Device: no answer within 5 s"
    if number % 70 == 9:
        return Verdict.ADVISORY, "a recalled rule is not kept"
    if number % 25 == 12:
        return Verdict.NOT_RUN, "needs an operator that can move the clock (operator-clock)"
    if number % 50 == 20:
        return Verdict.NOT_APPLICABLE, "the target does not claim the User Role gas-supplier"
    return Verdict.PASS, ""


def _steps(one: ScenarioResult) -> None:
    ran = one.started_at is not None
    for number, (keyword, text) in enumerate(STEPS):
        verdict = StepVerdict.PASSED if ran else StepVerdict.NOT_REACHED
        detail = ""
        if one.verdict is Verdict.FAIL and number >= 3:
            verdict = StepVerdict.FAILED if number == 3 else StepVerdict.NOT_REACHED
            detail = "expected CSR_ERROR, observed SUCCESS" if number == 3 else ""
        one.steps.append(StepResult(keyword, text, verdict, 0.004 if ran else 0.0, detail))


def _plausible(number: int) -> Exchange:
    request = (
        f'{PROLOG}<DeviceCertificateSigningRequest ID="ref-{number}"><Version>1.0'
        f"</Version><CertificateSigningRequest>{CERTIFICATE[:372]}</CertificateSigningRequest>"
        "</DeviceCertificateSigningRequest>"
    )
    answer = (
        f'{PROLOG}<DeviceCertificateSigningResponse ID="ref-{number}"><Version>1.0</Version>'
        f"<Build>RA 1.0</Build><TransactionId>{number}</TransactionId><Status>SUCCESS</Status>"
        f"<Certificate>{CERTIFICATE[:600]}</Certificate></DeviceCertificateSigningResponse>"
    )
    if number % 97 == 0:
        return exchange(request.encode(), None)
    if number % 50 == 7:
        return exchange(bytes(range(200)), b"\x15\x03\x03\x00\x02\x02\x28" * 3)
    return exchange(request.encode(), answer.encode())
