"""Exchanges as plain data and back, for what has to outlast the process that made them."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any

from clients.exchange import Exchange, Failure, FailureKind, Response, Spool, TlsSession


def to_data(exchange: Exchange, folder: Path) -> dict[str, Any]:
    """The exchange in what JSON can hold; octets are Base64. Large bodies stay in their files, named relative
    to `folder` where they are in it."""
    tls, response, failure = exchange.tls, exchange.response, exchange.failure
    return {
        "interface": exchange.interface,
        "credential": exchange.credential,
        "method": exchange.method,
        "url": exchange.url,
        "request_headers": [list(header) for header in exchange.request_headers],
        "request_body": _text(exchange.request_body),
        "request_spool": _spool_data(exchange.request_spool, folder),
        "started_at": exchange.started_at.isoformat(),
        "seconds": exchange.seconds,
        "tls": None if tls is None else {**asdict(tls), "server_certificate": _text(tls.server_certificate)},
        "response": None
        if response is None
        else {
            "status": response.status,
            "reason": response.reason,
            "headers": [list(header) for header in response.headers],
            "body": _text(response.body),
            "spool": _spool_data(response.spool, folder),
        },
        "failure": None if failure is None else {"kind": failure.kind.name, "detail": failure.detail},
    }


def from_data(data: Mapping[str, Any], folder: Path) -> Exchange:
    """The exchange that `to_data` was given; `folder` is where the one of then is now."""
    tls, response, failure = data["tls"], data["response"], data["failure"]
    return Exchange(
        interface=data["interface"],
        credential=data["credential"],
        method=data["method"],
        url=data["url"],
        request_headers=_headers(data["request_headers"]),
        request_body=base64.b64decode(data["request_body"]),
        request_spool=_spool(data["request_spool"], folder),
        started_at=datetime.fromisoformat(data["started_at"]),
        seconds=data["seconds"],
        tls=None
        if tls is None
        else TlsSession(**{**tls, "server_certificate": base64.b64decode(tls["server_certificate"])}),
        response=None
        if response is None
        else Response(
            response["status"],
            response["reason"],
            _headers(response["headers"]),
            base64.b64decode(response["body"]),
            _spool(response["spool"], folder),
        ),
        failure=None if failure is None else Failure(FailureKind[failure["kind"]], failure["detail"]),
    )


def _text(octets: bytes) -> str:
    return base64.b64encode(octets).decode("ascii")


def _headers(pairs: list[list[str]]) -> tuple[tuple[str, str], ...]:
    return tuple((name, value) for name, value in pairs)


def _spool_data(spool: Spool | None, folder: Path) -> dict[str, Any] | None:
    if spool is None:
        return None
    path = spool.path.relative_to(folder) if spool.path.is_relative_to(folder) else spool.path
    return {**asdict(spool), "path": path.as_posix()}


def _spool(data: Mapping[str, Any] | None, folder: Path) -> Spool | None:
    return None if data is None else Spool(folder / data["path"], data["octets"], data["sha256"])
