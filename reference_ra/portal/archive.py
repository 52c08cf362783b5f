"""The ZIP of a Batched CSR (M-F), read as what it may be: an attacker's.

After the Info-ZIP application note of 11 March 1997: no ZIP64, one disk. Its directory is read entry by
entry, after the number of them was looked at; a file is unpacked up to a limit and no further; names are
never used as paths, and nothing is written.
"""

from __future__ import annotations

import os
import re
import struct
import zlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import BinaryIO

EXTENSION = ".csr"
STORED, DEFLATED = 0, 8
_ENCRYPTED = 0x2041
"""General purpose bits 0, 6 and 13: encrypted, strongly encrypted, a masked directory."""
_UTF_8 = 0x0800
_DOS_FOLDER = 0x10
_UNIX_TYPE = 0o170000
_UNIX_FILE = 0o100000
_LONGEST_NAME = 255
"""Octets."""
_PIECE = 65536

_END = struct.Struct("<4s4H2LH")
_DIRECTORY_ENTRY = struct.Struct("<4s6H3L5H2L")
_LOCAL_HEADER = struct.Struct("<4s5H3L2H")
_LONGEST_COMMENT = 65535


class ArchiveRefused(Exception):
    """An archive is refused whole; the message tells the subscriber why."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A file of an archive, as the directory has it."""

    name: str
    flags: int
    method: int
    checksum: int
    packed: int
    """Octets in the archive."""
    unpacked: int
    """Octets of the file, as the directory says."""
    attributes: int
    """External ones: those of MS-DOS, and above them the mode of Unix."""
    at: int
    """Where its local header begins."""
    until: int = 0
    """Where the next one, or the directory, begins."""
    fault: str = ""
    """Why its content is not looked at; empty where it is."""


EntryRule = Callable[[Entry], str | None]
"""Says what is wrong with an entry, or None."""


def is_not_encrypted(entry: Entry) -> str | None:
    """It can be read."""
    return "is encrypted" if entry.flags & _ENCRYPTED else None


def is_a_file(entry: Entry) -> str | None:
    """No folder, no link, no device."""
    kind = entry.attributes >> 16 & _UNIX_TYPE
    if kind not in (0, _UNIX_FILE) or entry.attributes & _DOS_FOLDER:
        return "is a folder, a link or another thing than a file"
    return None


def is_in_the_root(entry: Entry) -> str | None:
    """M-F: in the root, so the name is no path of any system."""
    if re.search(r"[/\\:]", entry.name) or entry.name.startswith(".."):
        return "is not in the root of the archive"
    return None


def is_printable(entry: Entry) -> str | None:
    """The report has a line for each, with tabs in it."""
    return None if entry.name.isprintable() else "has a name with control characters"


def has_the_extension(entry: Entry) -> str | None:
    """M-F: ``csr``, after a name."""
    if entry.name.endswith(EXTENSION) and entry.name != EXTENSION:
        return None
    return f"has not the extension {EXTENSION[1:]}"


def is_packed_as_usual(entry: Entry) -> str | None:
    """Stored or deflated."""
    return None if entry.method in (STORED, DEFLATED) else "is packed in a way that is not supported"


ENTRY_RULES: Mapping[str, EntryRule] = {
    "encrypted": is_not_encrypted,
    "file": is_a_file,
    "root": is_in_the_root,
    "printable": is_printable,
    "extension": has_the_extension,
    "method": is_packed_as_usual,
}


def read_directory(file: BinaryIO, check_count: Callable[[int], None]) -> list[Entry]:
    """The entries of an archive, in the order of its directory; ArchiveRefused where it is not a whole one.

    `check_count` is given their number before any is read, and raises what refuses it.
    """
    end = read_end(file)
    check_count(end.count)
    file.seek(end.directory_at)
    entries = [read_directory_entry(file) for _ in range(end.count)]
    if file.tell() != end.directory_at + end.directory_octets:
        raise ArchiveRefused("The archive's directory is not as long as it says")
    return bounded(entries, end)


@dataclass(frozen=True, slots=True)
class End:
    """The record at the end of an archive."""

    count: int
    """Of entries."""
    directory_at: int
    directory_octets: int


def read_end(file: BinaryIO) -> End:
    """The record at the end of an archive; ArchiveRefused where there is none, or nothing that it fits to."""
    length = file.seek(0, os.SEEK_END)
    tail_at = max(0, length - _END.size - _LONGEST_COMMENT)
    file.seek(tail_at)
    tail = file.read()
    at = len(tail) - _END.size
    while (at := tail.rfind(b"PK\x05\x06", 0, at + 4)) >= 0:
        _, disk, its_disk, here, count, size, begins, comment = _END.unpack_from(tail, at)
        if at + _END.size + comment == len(tail):
            break
        at -= 1
    else:
        raise ArchiveRefused("The file is no ZIP archive, or not a whole one")
    if (disk, its_disk, here) != (0, 0, count) or begins + size != tail_at + at:
        raise ArchiveRefused("The archive is in parts, is ZIP64, or has something before or after it")
    return End(count, begins, size)


def bounded(entries: list[Entry], end: End) -> list[Entry]:
    """The entries, each with the place where the next one's header begins, or the directory."""
    ordered = sorted(range(len(entries)), key=lambda place: entries[place].at)
    until = end.directory_at
    for place in reversed(ordered):
        entries[place] = replace(entries[place], until=until)
        until = entries[place].at
    return entries


def read_directory_entry(file: BinaryIO) -> Entry:
    """The next entry of a directory."""
    header = _read(file, _DIRECTORY_ENTRY.size)
    signature, _, _, flags, method, _, _, *sizes, disk, _, attributes, at = _DIRECTORY_ENTRY.unpack(header)
    checksum, packed, unpacked, name_length, extra, comment = sizes
    if signature != b"PK\x01\x02" or disk != 0:
        raise ArchiveRefused("The archive's directory is damaged")
    if name_length > _LONGEST_NAME:
        raise ArchiveRefused("A file's name is too long")
    name = _name(_read(file, name_length), flags)
    file.seek(extra + comment, os.SEEK_CUR)
    return Entry(name, flags, method, checksum, packed, unpacked, attributes, at)


def _name(octets: bytes, flags: int) -> str:
    try:
        return octets.decode("utf-8" if flags & _UTF_8 else "cp437")
    except UnicodeDecodeError:
        raise ArchiveRefused("A file's name is not UTF-8, though it says so") from None


def _read(file: BinaryIO, length: int) -> bytes:
    octets = file.read(length)
    if len(octets) != length:
        raise ArchiveRefused("The archive is cut short")
    return octets


def read_entry(file: BinaryIO, entry: Entry, limit: int) -> bytes:
    """The content of a file, or the first `limit` octets and one more of a larger one.

    ArchiveRefused where the archive is not what its directory says.
    """
    file.seek(entry.at)
    signature, _, flags, method, *_, name_length, extra = _LOCAL_HEADER.unpack(
        _read(file, _LOCAL_HEADER.size)
    )
    octets = _read(file, name_length)
    if signature != b"PK\x03\x04" or (flags, method) != (entry.flags, entry.method):
        raise ArchiveRefused("A file of the archive is not where the directory says, or not as it says")
    begins = file.seek(extra, os.SEEK_CUR)
    if _name(octets, flags) != entry.name or begins + entry.packed > entry.until:
        raise ArchiveRefused("A file of the archive is not what the directory says")
    content = bytearray()
    unpack = _inflate if method == DEFLATED else _copy
    for piece in unpack(file, entry.packed, limit + 1):
        content += piece
        if len(content) > limit:
            return bytes(content[: limit + 1])
    if len(content) != entry.unpacked or zlib.crc32(content) != entry.checksum:
        raise ArchiveRefused("A file of the archive is damaged")
    return bytes(content)


def _copy(file: BinaryIO, packed: int, most: int) -> Iterator[bytes]:
    """What is stored, up to `most` octets."""
    yield _read(file, min(packed, most))


def _inflate(file: BinaryIO, packed: int, most: int) -> Iterator[bytes]:
    """What is deflated, in pieces of up to `most` octets."""
    unpacker = zlib.decompressobj(-zlib.MAX_WBITS)
    try:
        while packed and not unpacker.eof:
            piece = _read(file, min(packed, _PIECE))
            packed -= len(piece)
            while piece and not unpacker.eof:
                yield unpacker.decompress(piece, most)
                piece = unpacker.unconsumed_tail
    except zlib.error:
        raise ArchiveRefused("A file of the archive is damaged") from None
    if packed or not unpacker.eof or unpacker.unused_data:
        raise ArchiveRefused("A file of the archive is damaged")
