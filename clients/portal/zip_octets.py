"""A ZIP written record by record (Info-ZIP application note of 11 March 1997): each can be made wrong.

What stays in memory is the central directory, some 70 octets for each file.
"""

from __future__ import annotations

import os
import struct
import zlib
from dataclasses import dataclass
from functools import lru_cache
from typing import BinaryIO

STORED, DEFLATED = 0, 8
ENCRYPTED_FLAG, DESCRIPTOR_FLAG = 0x0001, 0x0008
MADE_ON_UNIX = 0x0314
"""Version made by: Unix, 2.0."""
_VERSION = 20
_DATE = 40 << 9 | 1 << 5 | 1
"""1 January 2020 in the form of MS-DOS."""
_FIELDS = struct.Struct("<HHHHHIIIHH")
"""What local header and central directory have alike: version needed to the length of the extra field."""
_ALL_ONES = 0xFFFFFFFF


@dataclass(frozen=True, slots=True)
class Member:
    """A file of the archive as its records tell of it."""

    name: bytes
    data: bytes
    """As it stands in the archive: compressed, encrypted."""
    crc: int
    size: int
    """Octets before compression."""
    method: int = DEFLATED
    flags: int = 0
    attributes: int = 0
    """External file attributes; on Unix the mode in the upper 16 bits."""
    made_by: int = _VERSION
    extra: bytes = b""

    def _fields(self, *, described_later: bool = False) -> bytes:
        sizes = (0, 0, 0) if described_later else (self.crc, len(self.data), self.size)
        lengths = (len(self.name), len(self.extra))
        return _FIELDS.pack(_VERSION, self.flags, self.method, 0, _DATE, *sizes, *lengths)

    @property
    def local(self) -> bytes:
        """Local header, data and, where its flag is set, data descriptor."""
        later = bool(self.flags & DESCRIPTOR_FLAG)
        header = b"PK\x03\x04" + self._fields(described_later=later) + self.name + self.extra
        tail = struct.pack("<4sIII", b"PK\x07\x08", self.crc, len(self.data), self.size) if later else b""
        return header + self.data + tail

    def central(self, offset: int) -> bytes:
        """Its header in the central directory; `offset` is where its local header begins."""
        made_by = struct.pack("<H", self.made_by)
        rest = struct.pack("<HHHII", 0, 0, 0, self.attributes, offset)
        return b"PK\x01\x02" + made_by + self._fields() + rest + self.name + self.extra


def member(name: str, content: bytes, *, method: int = DEFLATED) -> Member:
    """A file of this content: deflated, or as it is."""
    data = content if method == STORED else deflated(content)
    return Member(name.encode(), data, zlib.crc32(content), len(content), method)


@lru_cache(maxsize=1)  # an archive may hold one content fifty thousand times
def deflated(content: bytes) -> bytes:
    """Content in a raw deflate stream."""
    packer = zlib.compressobj(1, zlib.DEFLATED, -zlib.MAX_WBITS)
    return packer.compress(content) + packer.flush()


class ZipOctets:
    """Writes an archive to a file, member after member."""

    def __init__(self, file: BinaryIO) -> None:
        """The file is empty and stays the caller's."""
        self._file = file
        self._directory = bytearray()
        self._offset = 0
        self.count = 0

    def add(self, member: Member) -> None:
        """Write a member."""
        octets = member.local
        self._file.write(octets)
        self._directory += member.central(self._offset)
        self._offset += len(octets)
        self.count += 1

    def end(self, *, comment: bytes = b"", count: int | None = None, zip64_count: int | None = None) -> None:
        """Write central directory and end record; a `count` given is written in place of the right one.

        With `zip64_count` the end record refers to one of ZIP64, which is not of 1997, for the number.
        """
        self._file.write(self._directory)
        if zip64_count is not None:
            self._write_zip64_end(zip64_count)
            count = 0xFFFF
        told = self.count if count is None else count
        ends = (0, 0, told, told, len(self._directory), self._offset, len(comment))
        self._file.write(struct.pack("<4sHHHHIIH", b"PK\x05\x06", *ends) + comment)

    def _write_zip64_end(self, count: int) -> None:
        size, start = len(self._directory), self._offset
        fields = (44, MADE_ON_UNIX, 45, 0, 0, count, count, size, start)
        self._file.write(struct.pack("<4sQHHIIQQQQ", b"PK\x06\x06", *fields))
        self._file.write(struct.pack("<4sIQI", b"PK\x06\x07", 0, start + size, 1))


def encrypted(data: bytes, crc: int, password: bytes) -> bytes:
    """Data in the traditional encryption of the application note, its header of 12 octets before it."""
    keys = _Keys(password)
    header = os.urandom(11) + bytes((crc >> 24,))
    return bytes(keys.encrypt(octet) for octet in header + data)


class _Keys:
    """The three keys of the traditional encryption."""

    def __init__(self, password: bytes) -> None:
        self._first, self._second, self._third = 0x12345678, 0x23456789, 0x34567890
        for octet in password:
            self._update(octet)

    def encrypt(self, octet: int) -> int:
        mask = self._third & 0xFFFF | 2
        self._update(octet)
        return octet ^ (mask * (mask ^ 1) >> 8 & 0xFF)

    def _update(self, octet: int) -> None:
        self._first = _crc_step(self._first, octet)
        self._second = ((self._second + (self._first & 0xFF)) * 134775813 + 1) & _ALL_ONES
        self._third = _crc_step(self._third, self._second >> 24)


def _crc_step(value: int, octet: int) -> int:
    """CRC-32 of one more octet, without the inversions before and after."""
    return zlib.crc32(bytes((octet,)), value ^ _ALL_ONES) ^ _ALL_ONES
