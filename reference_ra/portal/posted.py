"""Reading a form that was sent: its fields, and the file in it, within bounds."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from tempfile import TemporaryFile
from typing import BinaryIO
from urllib.parse import parse_qsl

from aiohttp import BodyPartReader, web
from aiohttp.http_exceptions import HttpProcessingError

_FIELDS = 20
_NAME_OCTETS = 1024


@dataclass(frozen=True, slots=True)
class PostedLimits:
    """How much a form may be."""

    field_octets: int = 1_048_576
    """Of all its fields together."""
    file_octets: int = 128 * 1_048_576
    """Of a batch's ZIP: 2,600 octets for each of 50,000 CSRs, where one needs some 400 in a ZIP."""
    seconds: float = 600


@dataclass(slots=True)
class Posted:
    """What a user sent."""

    fields: dict[str, str] = field(default_factory=dict)
    """By name, the first of each; what is not UTF-8 has replacement characters."""
    file_name: str = ""
    file: BinaryIO | None = None
    """On disk, at its beginning; gone when the reading's context ends."""


class TooLarge(Exception):
    """A form is past the limits."""


class Unreadable(Exception):
    """A form is not what its media type says."""


@contextlib.asynccontextmanager
async def reading(request: web.Request, limits: PostedLimits) -> AsyncIterator[Posted]:
    """What a request's body has, while the context lasts.

    Raises TooLarge, Unreadable, and TimeoutError where it does not arrive in time.
    """
    with contextlib.ExitStack() as files:
        posted = Posted()
        try:
            async with asyncio.timeout(limits.seconds):
                if request.content_type == "multipart/form-data":
                    await _read_parts(request, limits, posted, files)
                else:
                    posted.fields = _fields(await _read_all(request, limits))
        except (ValueError, AssertionError, HttpProcessingError, web.RequestPayloadError) as error:
            # An assertion of the library is its way to refuse a part that it cannot read.
            raise Unreadable from error
        yield posted


async def _read_all(request: web.Request, limits: PostedLimits) -> bytes:
    body = bytearray()
    async for chunk in request.content.iter_any():
        body += chunk
        if len(body) > limits.field_octets:
            raise TooLarge
    return bytes(body)


def _fields(body: bytes) -> dict[str, str]:
    pairs = parse_qsl(body.decode("ascii"), keep_blank_values=True, errors="replace", max_num_fields=_FIELDS)
    return dict(reversed(pairs))


async def _read_parts(
    request: web.Request, limits: PostedLimits, posted: Posted, files: contextlib.ExitStack
) -> None:
    room = limits.field_octets
    count = 0
    async for part in await request.multipart():
        count += 1
        if count > _FIELDS or not isinstance(part, BodyPartReader):
            raise Unreadable
        name = part.name or ""
        if part.filename is not None and posted.file is None:
            posted.file_name = part.filename[:_NAME_OCTETS]
            posted.file = files.enter_context(TemporaryFile())  # noqa: SIM115 - `files` closes it
            await _copy(part, posted.file, limits.file_octets)
            continue
        value = bytearray()
        while chunk := await part.read_chunk():
            value += chunk
            if len(value) > room:
                raise TooLarge
        room -= len(value)
        posted.fields.setdefault(name, value.decode(errors="replace"))


async def _copy(part: BodyPartReader, file: BinaryIO, limit: int) -> None:
    octets = 0
    while chunk := await part.read_chunk(65536):
        octets += len(chunk)
        if octets > limit:
            raise TooLarge
        file.write(chunk)
    file.seek(0)
