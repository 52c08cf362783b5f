"""The lines of a file that may be compressed, read within bounds: a hostile file fills no memory."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from typing import BinaryIO

LINE_OCTETS = 65_536
"""A longer line is none of an extract: a certificate has some thousand."""
_PIECE = 65_536
_RATIO = 100
"""Certificates hardly shrink by half: what grows to more than so many times its size is no extract."""
_ALLOWED = 1_048_576
"""Octets that any file may grow to."""
_GZIP = 16 + zlib.MAX_WBITS


class Unreadable(ValueError):
    """The file is no gzip, or too much; the message says which."""


def gunzipped(file: BinaryIO) -> Iterator[bytes]:
    """What a gzip file holds, piece by piece. Raises Unreadable."""
    taken = given = 0
    member = zlib.decompressobj(_GZIP)
    waiting = b""
    while piece := waiting or file.read(_PIECE):
        if not waiting:
            taken += len(piece)
        if member.eof:  # another member follows
            member = zlib.decompressobj(_GZIP)
        try:
            made = member.decompress(piece, _PIECE)
        except zlib.error as error:
            raise Unreadable(f"not gzip: {error}") from None
        given += len(made)
        if given > max(taken * _RATIO, _ALLOWED):
            raise Unreadable(f"grows to more than {_RATIO} times its size")
        if made:
            yield made
        waiting = member.unused_data if member.eof else member.unconsumed_tail
    if not member.eof:
        raise Unreadable("not a whole gzip file")


def lines(pieces: Iterator[bytes]) -> Iterator[str]:
    """The lines of UTF-8 text that comes in pieces, with their ends. Raises Unreadable."""
    held = b""
    for piece in pieces:
        *whole, held = (held + piece).split(b"\n")
        for line in whole:
            yield _text(line) + "\n"
        if len(held) > LINE_OCTETS:
            raise Unreadable(f"a line has more than {LINE_OCTETS} octets")
    if held:
        yield _text(held)


def _text(line: bytes) -> str:
    try:
        return line.decode("utf-8")
    except UnicodeDecodeError:
        raise Unreadable("not UTF-8 text") from None
