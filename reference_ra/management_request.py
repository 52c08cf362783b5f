"""What requests to the management port have in common: their JSON, the names in them, and their refusal."""

from __future__ import annotations

import json
import re
from typing import Any

from aiohttp import web

_DEVICE_ID = re.compile(r"[0-9A-Fa-f]{2}(-[0-9A-Fa-f]{2}){7}")


class Refused(Exception):
    """A management request is wrong."""

    def __init__(self, reason: str, status: int = 400) -> None:
        """Take the reason and the HTTP status."""
        super().__init__(reason)
        self.status = status


def parse_device_id(text: object) -> bytes:
    """The 8 octets of an EUI-64 written as hyphenated hexadecimal pairs."""
    if not isinstance(text, str) or not _DEVICE_ID.fullmatch(text):
        raise Refused(f"{text!r} is not an EUI-64 such as 00-DB-12-34-56-78-90-A0")
    return bytes.fromhex(text.replace("-", ""))


async def read_object(request: web.Request) -> dict[str, Any]:
    """The JSON object that a request's body is."""
    try:
        content = json.loads(await request.text())
    except ValueError as error:
        raise Refused("the body is not JSON") from error
    if not isinstance(content, dict):
        raise Refused("the body is not a JSON object")
    return content
