"""A small reader of ZIP (Info-ZIP application note, 11 March 1997), made for octets that an RA chose.

It keeps one file of the archive in memory at a time, believes no size before it has counted, and writes
nothing. ZIP64 records are read, since a library may write them for any archive.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from typing import BinaryIO, NamedTuple

_END = struct.Struct("<4s4H2LH")
_LOCATOR = struct.Struct("<4sLQL")
_END_64 = struct.Struct("<4sQ2H2L4Q")
_CENTRAL = struct.Struct("<4s6H3L5H2L")
_LOCAL = struct.Struct("<4s5H3L2H")
_LONGEST_COMMENT = 0xFFFF
_ALL_ONES_16, _ALL_ONES_32 = 0xFFFF, 0xFFFFFFFF
_LONGEST_HEADER = _CENTRAL.size + 3 * 0xFFFF
_AT_ONCE = 1 << 18
_STORED, _DEFLATED = 0, 8
_ENCRYPTED = 0x0001
_UTF8 = 0x0800
_UNIX = 3
_LINK = 0o120000
_KIND = 0o170000
_LENGTHS = struct.Struct("<HH")
_SMALL = 16_384
_USUAL_EXTRA = 64
_SLACK = 1024
"""Octets by which deflate may make a small file longer."""


class ZipUnreadable(ValueError):
    """The archive, or one file of it, cannot be read; the text says why."""


class ZipEntry(NamedTuple):
    """A file of the archive, as the central directory tells of it."""

    name: str
    raw_name: bytes
    flags: int
    method: int
    crc: int
    packed: int
    """Octets in the archive."""
    size: int
    """Octets when unpacked, as it says."""
    offset: int
    link: bool

    @property
    def folder(self) -> bool:
        """Whether it stands for a folder."""
        return self.name.endswith("/")


class ZipReader:
    """Reads an archive from a stream that can be sought in; the stream stays the caller's."""

    def __init__(self, stream: BinaryIO, most_entries: int) -> None:
        """Find the central directory. Raises ZipUnreadable where there is none."""
        self._stream = stream
        self._most = most_entries
        self._size = stream.seek(0, 2)
        self.count, self._start, self._stop, self._base = self._find_directory()

    def _find_directory(self) -> tuple[int, int, int, int]:
        """How many files it says, where the directory begins and ends, and what offsets count from."""
        tail_start = max(0, self._size - _END.size - _LONGEST_COMMENT)
        tail = self._read(tail_start, self._size - tail_start)
        at = tail.rfind(b"PK\x05\x06", 0, max(len(tail) - _END.size + 4, 0))
        if at < 0:
            raise ZipUnreadable("no end record of a ZIP" if self._size else "no octets")
        _, _, _, _, count, size, offset, _ = _END.unpack_from(tail, at)
        end = tail_start + at
        if count == _ALL_ONES_16 or _ALL_ONES_32 in (size, offset):
            count, size, offset, end = self._find_zip64(end, (count, size, offset))
        if offset + size > end:
            raise ZipUnreadable(f"a central directory of {size} octets that overruns its end record")
        base = end - size - offset
        return count, base + offset, end, base

    def _find_zip64(self, end: int, told: tuple[int, int, int]) -> tuple[int, int, int, int]:
        locator = self._read(max(end - _LOCATOR.size, 0), _LOCATOR.size)
        if len(locator) < _LOCATOR.size or not locator.startswith(b"PK\x06\x07"):
            return *told, end
        _, _, at, _ = _LOCATOR.unpack(locator)
        record = self._read(at, _END_64.size) if at < end else b""
        if len(record) < _END_64.size or not record.startswith(b"PK\x06\x06"):
            raise ZipUnreadable("a ZIP64 locator that leads to no end record")
        *_, count, size, offset = _END_64.unpack(record)
        return count, size, offset, at

    def _read(self, at: int, length: int) -> bytes:
        if at >= self._size:
            return b""
        self._stream.seek(at)
        return self._stream.read(length)

    def __iter__(self) -> Iterator[ZipEntry]:
        """The files in the directory's order. Raises ZipUnreadable where it is broken, or has too many."""
        at, buffer, position, found = self._start, b"", 0, 0
        while at < self._stop or position < len(buffer):
            if len(buffer) - position < _LONGEST_HEADER and at < self._stop:
                piece = self._read(at, min(_AT_ONCE + _LONGEST_HEADER, self._stop - at))
                at += len(piece)
                buffer, position = buffer[position:] + piece, 0
                if not piece:
                    raise ZipUnreadable("a central directory that is cut short")
            entry, position = _read_entry(buffer, position)
            found += 1
            if found > self._most:
                raise ZipUnreadable(f"more than {self._most:,} files")
            yield entry
        if found != self.count:
            raise ZipUnreadable(f"{found:,} files, and an end record that counts {self.count:,}")

    def read(self, entry: ZipEntry, limit: int) -> bytes:
        """The content of a file of at most `limit` octets. Raises ZipUnreadable."""
        content = self._plain_content(entry, min(limit, _SMALL))
        return b"".join(self.pieces(entry, limit)) if content is None else content

    def _plain_content(self, entry: ZipEntry, limit: int) -> bytes | None:
        """The content of a small file that nothing is wrong with, without the cost of asking for every fault.
        None of any other."""
        if entry.flags & _ENCRYPTED or entry.method != _DEFLATED or max(entry.packed, entry.size) > limit:
            return None
        name_end = _LOCAL.size + len(entry.raw_name)
        octets = self._read(self._base + entry.offset, name_end + entry.packed + _USUAL_EXTRA)
        if not octets.startswith(b"PK\x03\x04") or octets[_LOCAL.size : name_end] != entry.raw_name:
            return None
        name_length, extra_length = _LENGTHS.unpack_from(octets, _LOCAL.size - _LENGTHS.size)
        start = name_end + extra_length
        if name_length != len(entry.raw_name) or start + entry.packed > len(octets):
            return None
        unpacker = zlib.decompressobj(-zlib.MAX_WBITS)
        try:
            content = unpacker.decompress(octets[start : start + entry.packed], entry.size + 1)
        except zlib.error:
            return None
        right = unpacker.eof and len(content) == entry.size and zlib.crc32(content) == entry.crc
        return content if right else None

    def pieces(self, entry: ZipEntry, limit: int) -> Iterator[bytes]:
        """The content of a file piece by piece. Raises ZipUnreadable, maybe after the first pieces."""
        if entry.flags & _ENCRYPTED:
            raise ZipUnreadable("encrypted")
        if entry.method not in (_STORED, _DEFLATED):
            raise ZipUnreadable(f"compressed by method {entry.method}")
        if entry.packed > limit + _SLACK:
            raise ZipUnreadable(f"{entry.packed:,} octets, more than {limit:,}")
        unpacker = zlib.decompressobj(-zlib.MAX_WBITS) if entry.method == _DEFLATED else None
        crc, size = 0, 0
        for packed in self._packed(entry):
            for piece in _unpacked(unpacker, packed):
                size += len(piece)
                if size > limit:
                    raise ZipUnreadable(f"it expands to more than {limit:,} octets")
                crc = zlib.crc32(piece, crc)
                yield piece
        if unpacker is not None and not unpacker.eof:
            raise ZipUnreadable("compressed data that ends too early")
        if size != entry.size:
            raise ZipUnreadable(f"{size:,} octets, where the directory says {entry.size:,}")
        if crc != entry.crc:
            raise ZipUnreadable("a CRC that is not that of its content")

    def _packed(self, entry: ZipEntry) -> Iterator[bytes]:
        """The data of a file as it stands in the archive."""
        start = self._base + entry.offset
        head_length = _LOCAL.size + len(entry.raw_name)
        first = self._read(start, head_length + min(entry.packed, _AT_ONCE) + _SLACK)
        if len(first) < _LOCAL.size or not first.startswith(b"PK\x03\x04"):
            raise ZipUnreadable("no local header where the directory says")
        *_, name_length, extra_length = _LOCAL.unpack_from(first)
        if first[_LOCAL.size : _LOCAL.size + name_length] != entry.raw_name:
            raise ZipUnreadable("another name in its local header")
        data = head_length + extra_length
        left = entry.packed
        piece = first[data : data + left]
        at = start + data + len(piece)
        while True:
            left -= len(piece)
            yield piece
            if not left:
                return
            piece = self._read(at, min(left, _AT_ONCE))
            at += len(piece)
            if not piece:
                raise ZipUnreadable("data that ends too early")


def _unpacked(unpacker: zlib._Decompress | None, packed: bytes) -> Iterator[bytes]:
    """What a piece of data unpacks to, in pieces of a bounded size."""
    if unpacker is None:
        yield packed
        return
    try:
        while not unpacker.eof:
            piece = unpacker.decompress(packed, _AT_ONCE)
            packed = unpacker.unconsumed_tail
            yield piece
            if not packed and len(piece) < _AT_ONCE:
                return
    except zlib.error as error:
        raise ZipUnreadable(f"not compressed data: {error}") from None


def _read_entry(buffer: bytes, at: int) -> tuple[ZipEntry, int]:
    """The entry whose header begins at `at`, and where the next one does."""
    if len(buffer) - at < _CENTRAL.size or buffer[at : at + 4] != b"PK\x01\x02":
        raise ZipUnreadable("a central directory that is not one")
    (_, made_by, _, flags, method, _, _, crc, packed, size, name_length, extra_length, comment_length, _, _,
     attributes, offset) = _CENTRAL.unpack_from(buffer, at)  # fmt: skip
    name_at = at + _CENTRAL.size
    extra_at = name_at + name_length
    end = extra_at + extra_length + comment_length
    if end > len(buffer):
        raise ZipUnreadable("a central directory that is cut short")
    if _ALL_ONES_32 in (packed, size, offset):
        extra = buffer[extra_at : extra_at + extra_length]
        size, packed, offset = _zip64_values(extra, (size, packed, offset))
    raw = buffer[name_at:extra_at]
    name = raw.decode("utf-8" if flags & _UTF8 or raw.isascii() else "cp437", "replace")
    link = made_by >> 8 == _UNIX and attributes >> 16 & _KIND == _LINK
    return ZipEntry(name, raw, flags, method, crc, packed, size, offset, link), end


def _zip64_values(extra: bytes, told: tuple[int, int, int]) -> tuple[int, int, int]:
    """Size, packed size and offset, those that are all ones taken from the ZIP64 extra field."""
    values: list[int] = []
    at = 0
    while at + 4 <= len(extra):
        kind, length = struct.unpack_from("<HH", extra, at)
        field = extra[at + 4 : at + 4 + length]
        if kind == 1:
            values = [*struct.unpack(f"<{len(field) // 8}Q", field[: len(field) // 8 * 8])]
        at += 4 + length
    later = iter(values)
    size, packed, offset = (next(later, each) if each == _ALL_ONES_32 else each for each in told)
    return size, packed, offset
