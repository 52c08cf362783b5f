"""Forms with files in them, as a browser writes them (RFC 7578)."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Iterator
from pathlib import Path

_PIECE = 65536


def multipart(
    fields: Iterable[tuple[str, str]], upload: tuple[str, str, Path] | None
) -> tuple[str, Iterator[bytes]]:
    """The content type and the body, piece by piece; `upload` is a field, the file's name in it, and the
    file. Making the pieces raises OSError where the file cannot be read."""
    boundary = f"----smki{secrets.token_hex(16)}"  # no text has it by chance
    return f"multipart/form-data; boundary={boundary}", _pieces(boundary, fields, upload)


def _pieces(
    boundary: str, fields: Iterable[tuple[str, str]], upload: tuple[str, str, Path] | None
) -> Iterator[bytes]:
    for name, value in fields:
        yield _head(boundary, name) + b"\r\n" + value.encode() + b"\r\n"
    if upload is not None:
        name, file_name, path = upload
        kind = "application/zip" if file_name.lower().endswith(".zip") else "application/octet-stream"
        yield _head(boundary, name, file_name) + f"Content-Type: {kind}\r\n\r\n".encode()
        with path.open("rb") as file:
            while piece := file.read(_PIECE):
                yield piece
        yield b"\r\n"
    yield f"--{boundary}--\r\n".encode()


def _head(boundary: str, name: str, file_name: str | None = None) -> bytes:
    file = "" if file_name is None else f'; filename="{_quoted(file_name)}"'
    return f'--{boundary}\r\nContent-Disposition: form-data; name="{_quoted(name)}"{file}\r\n'.encode()


def _quoted(text: str) -> str:
    return text.replace("\r", "%0D").replace("\n", "%0A").replace('"', "%22")
