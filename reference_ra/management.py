"""The operator's management port: JSON over plain HTTP, on loopback, apart from the protocol's port.

`POST /devices`, `GET /devices/{id}`, `GET /rejections`, `GET /clock`, `POST /clock`. Errors are 4xx with
`{"error": "..."}`.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

from aiohttp import web

from reference_ra.policies import Authority

KEY_USAGES = ("digitalSignature", "keyAgreement")
SEEDED_AT_MOST = 1000
FURTHEST_ADVANCE = 50 * 365 * 86400
"""Seconds."""
_DEVICE_ID = re.compile(r"[0-9A-Fa-f]{2}(-[0-9A-Fa-f]{2}){7}")
_AUTHORITY = web.AppKey("authority", Authority)


class _Refused(Exception):
    """A management request is wrong."""


def parse_device_id(text: object) -> bytes:
    """The 8 octets of an EUI-64 written as hyphenated hexadecimal pairs."""
    if not isinstance(text, str) or not _DEVICE_ID.fullmatch(text):
        raise _Refused(f"{text!r} is not an EUI-64 such as 00-DB-12-34-56-78-90-A0")
    return bytes.fromhex(text.replace("-", ""))


async def _object(request: web.Request) -> dict[str, Any]:
    try:
        content = json.loads(await request.text())
    except ValueError as error:
        raise _Refused("the body is not JSON") from error
    if not isinstance(content, dict):
        raise _Refused("the body is not a JSON object")
    return content


async def _seed(request: web.Request) -> web.Response:
    content = await _object(request)
    device = parse_device_id(content.get("device_id"))
    certificates = content.get("certificates")
    key_usage = content.get("key_usage", KEY_USAGES[0])
    if type(certificates) is not int or not 0 <= certificates <= SEEDED_AT_MOST:
        raise _Refused(f"certificates is not a number from 0 to {SEEDED_AT_MOST}")
    if key_usage not in KEY_USAGES:
        raise _Refused(f"key_usage is none of {', '.join(KEY_USAGES)}")
    authority = request.app[_AUTHORITY]
    authority.registry.seed(device, certificates, key_usage, authority.clock.now())
    return web.json_response({"certificates": certificates})


async def _device(request: web.Request) -> web.Response:
    device = parse_device_id(request.match_info["id"])
    return web.json_response({"certificates": request.app[_AUTHORITY].registry.certificates_issued(device)})


async def _rejections(request: web.Request) -> web.Response:
    return web.json_response({"count": request.app[_AUTHORITY].registry.rejections()})


async def _clock(request: web.Request) -> web.Response:
    return web.json_response({"now": request.app[_AUTHORITY].clock.now().isoformat()})


async def _advance(request: web.Request) -> web.Response:
    seconds = (await _object(request)).get("advance_seconds")
    number = isinstance(seconds, int | float) and not isinstance(seconds, bool) and math.isfinite(seconds)
    if not number or abs(seconds or 0) > FURTHEST_ADVANCE:
        raise _Refused(f"advance_seconds is not a number within {FURTHEST_ADVANCE}")
    request.app[_AUTHORITY].clock.advance(timedelta(seconds=seconds or 0))
    return await _clock(request)


@web.middleware
async def _errors_as_json(
    request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
) -> web.StreamResponse:
    try:
        return await handler(request)
    except _Refused as refused:
        return web.json_response({"error": str(refused)}, status=400)
    except web.HTTPException as error:
        return web.json_response({"error": error.reason}, status=error.status)


def management_application(authority: Authority) -> web.Application:
    """The management port's application."""
    application = web.Application(middlewares=[_errors_as_json], client_max_size=65536)
    application[_AUTHORITY] = authority
    application.router.add_post("/devices", _seed)
    application.router.add_get("/devices/{id}", _device)
    application.router.add_get("/rejections", _rejections)
    application.router.add_get("/clock", _clock)
    application.router.add_post("/clock", _advance)
    return application
