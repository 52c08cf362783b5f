"""Archives of a Batched CSR: what is taken, and what is refused before it can do harm."""

from __future__ import annotations

import io
import resource
import struct
import sys
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import replace

import pytest

from reference_ra.portal.archive import (
    ENTRY_RULES,
    ArchiveRefused,
    Entry,
    read_directory,
    read_entry,
)
from reference_ra.portal.conformant import conformant_portal_policies
from tests.reference_ra.desking import zipped

LIMIT = 1000
UNIX_FILE, UNIX_LINK, UNIX_DEVICE = (mode << 16 for mode in (0o100644, 0o120777, 0o060600))


def allow(count: int) -> None:
    if count > 10:
        raise ArchiveRefused("too many")


def contents(octets: bytes) -> dict[str, bytes]:
    file = io.BytesIO(octets)
    entries = conformant_portal_policies().examine_entries(read_directory(file, allow), ENTRY_RULES)
    return {entry.name: read_entry(file, entry, LIMIT) for entry in entries}


def special(name: str, content: bytes = b"text", **changes: int) -> bytes:
    """An archive of two files, one of them with other entries in its header."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        info = zipfile.ZipInfo(name)
        for key, value in changes.items():
            setattr(info, key, value)
        archive.writestr(info, content)
        archive.writestr("right.csr", "right")
    return buffer.getvalue()


def patched(octets: bytes, signature: bytes, offset: int, value: bytes) -> bytes:
    """Some octets of the first header that begins with a signature are others."""
    at = octets.index(signature) + offset
    return octets[:at] + value + octets[at + len(value) :]


LOCAL, CENTRAL, END = b"PK\x03\x04", b"PK\x01\x02", b"PK\x05\x06"
RIGHT = zipped({"a.csr": b"one" * 50, "b.csr": b"", "\u00e9 \u4e2d.csr": b"three"})
PLAIN = zipped({"a.csr": b"one" * 50}, zipfile.ZIP_STORED)


def streamed() -> bytes:
    """Written where the writer cannot go back: sizes follow the data."""

    class Stream(io.RawIOBase):
        written = b""

        def writable(self) -> bool:
            return True

        def write(self, octets: object) -> int:
            self.written += bytes(octets)  # type: ignore[call-overload]
            return len(octets)  # type: ignore[arg-type]

    stream = Stream()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:  # type: ignore[call-overload]
        archive.writestr("a.csr", "one")
        archive.writestr("b.csr", "two" * 100)
    return stream.written


def commented() -> bytes:
    buffer = io.BytesIO(PLAIN)
    with zipfile.ZipFile(buffer, "a") as archive:
        archive.comment = END + b" is what an end begins with"
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("octets", "expected"),
    [
        (RIGHT, {"a.csr": b"one" * 50, "b.csr": b"", "\u00e9 \u4e2d.csr": b"three"}),
        (PLAIN, {"a.csr": b"one" * 50}),
        (streamed(), {"a.csr": b"one", "b.csr": b"two" * 100}),
        (commented(), {"a.csr": b"one" * 50}),
        (special("u.csr", external_attr=UNIX_FILE), {"u.csr": b"text", "right.csr": b"right"}),
        (zipped({"big.csr": b"A" * (LIMIT + 500)}), {"big.csr": b"A" * (LIMIT + 1)}),
        (zipped({"big.csr": b"A" * 5000}, zipfile.ZIP_STORED), {"big.csr": b"A" * (LIMIT + 1)}),
        (zipped({"even.csr": b"A" * LIMIT}), {"even.csr": b"A" * LIMIT}),
    ],
)
def test_a_right_archive_is_read(octets: bytes, expected: dict[str, bytes]) -> None:
    assert contents(octets) == expected


def test_a_name_without_utf_8_is_of_code_page_437() -> None:
    octets = zipped({"x.csr": b"one"})
    assert set(contents(octets.replace(b"x.csr", b"\x82.csr"))) == {"\u00e9.csr"}


def overlapping() -> bytes:
    """Two entries for one file's data: what makes small archives expand enormously."""
    octets = zipped({"a.csr": b"one" * 500, "b.csr": b"two"})
    second = octets.rindex(CENTRAL)
    return octets[: second + 42] + struct.pack("<L", 0) + octets[second + 46 :]


WRONG: dict[str, Callable[[], bytes]] = {
    "empty": lambda: b"",
    "no ZIP": lambda: b"-----BEGIN CERTIFICATE REQUEST-----\n" * 20,
    "cut": lambda: RIGHT[:-30],
    "cut at its end": lambda: RIGHT[:-1],
    "octets before it": lambda: b"#!/bin/sh\n" + RIGHT,
    "octets after it": lambda: RIGHT + b"\x00",
    "too many by its end record": lambda: patched(patched(RIGHT, END, 8, b"\x0b\x00"), END, 10, b"\x0b\x00"),
    "one fewer by its end record": lambda: patched(patched(RIGHT, END, 8, b"\x02\x00"), END, 10, b"\x02\x00"),
    "one more by its end record": lambda: patched(patched(RIGHT, END, 8, b"\x04\x00"), END, 10, b"\x04\x00"),
    "two counts": lambda: patched(RIGHT, END, 8, b"\x02\x00"),
    "of several disks": lambda: patched(RIGHT, END, 4, b"\x01\x00"),
    "ZIP64": lambda: patched(RIGHT, END, 16, b"\xff" * 4),
    "a file on another disk": lambda: patched(RIGHT, CENTRAL, 34, b"\x01\x00"),
    "a name of 256 octets": lambda: zipped({"x" * 252 + ".csr": b""}),
    "an invalid UTF-8 name": lambda: RIGHT.replace("\u00e9 ".encode(), b"\xff\xff "),
    "another name in the local header": lambda: patched(RIGHT, LOCAL, 30, b"z"),
    "another method in the local header": lambda: patched(RIGHT, LOCAL, 8, b"\x00\x00"),
    "nothing where the header should be": lambda: patched(RIGHT, LOCAL, 0, b"PK\x00\x00"),
    "a wrong checksum": lambda: patched(RIGHT, CENTRAL, 16, b"\x00" * 4),
    "more said than there is": lambda: patched(RIGHT, CENTRAL, 24, b"\xff"),
    "longer than its room": lambda: patched(PLAIN, CENTRAL, 20, b"\xff\x00"),
    "stored shorter than said": lambda: patched(PLAIN, CENTRAL, 20, b"\x05"),
    "broken in its data": lambda: patched(RIGHT, b"a.csr", 5, b"\xff\xff\xff"),
    "overlapping": overlapping,
    "a folder": lambda: zipped({"folder/": b""}),
    "in a folder": lambda: zipped({"folder/a.csr": b""}),
    "with a backslash": lambda: special("folder\\a.csr"),
    "leading out": lambda: zipped({"../a.csr": b""}),
    "absolute": lambda: zipped({"/a.csr": b""}),
    "of a drive": lambda: zipped({"C:a.csr": b""}),
    "a tab": lambda: zipped({"a\tb.csr": b""}),
    "a line end": lambda: zipped({"a\n.csr": b""}),
    "a zero octet": lambda: RIGHT.replace(b"a.csr", b"a\x00csr"),
    "another extension": lambda: zipped({"a.txt": b""}),
    "upper case": lambda: zipped({"a.CSR": b""}),
    "no extension": lambda: zipped({"a": b""}),
    "extension alone": lambda: zipped({".csr": b""}),
    "encrypted": lambda: patched(patched(RIGHT, LOCAL, 6, b"\x01"), CENTRAL, 8, b"\x01"),
    "a link": lambda: special("a.csr", b"/etc/passwd", external_attr=UNIX_LINK),
    "a device": lambda: special("a.csr", external_attr=UNIX_DEVICE),
    "a DOS folder": lambda: special("a.csr", external_attr=0x10),
    "BZIP2": lambda: zipped({"a.csr": b"one"}, zipfile.ZIP_BZIP2),
    "LZMA": lambda: zipped({"a.csr": b"one"}, zipfile.ZIP_LZMA),
    "one name twice": lambda: zipped({"a.csr": b"one", "b.csr": b"two"}).replace(b"b.csr", b"a.csr"),
}


@pytest.mark.parametrize("fault", WRONG)
def test_a_wrong_archive_is_refused(fault: str) -> None:
    with pytest.raises(ArchiveRefused):
        contents(WRONG[fault]())


def test_nothing_is_read_before_the_number_of_files_is_allowed() -> None:
    read: list[int] = []

    class Watched(io.BytesIO):
        def read(self, size: int | None = -1, /) -> bytes:
            read.append(self.tell())
            return super().read(size)

    many = zipped({f"{number}.csr": b"" for number in range(2000)})
    with pytest.raises(ArchiveRefused, match="too many"):
        read_directory(Watched(many), allow)
    assert read == [max(0, len(many) - 22 - 65535)]


@pytest.mark.skipif(sys.platform == "win32", reason="memory is told by the resource module")
def test_a_file_that_expands_enormously_is_unpacked_to_the_limit() -> None:
    packer = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    zeros = bytes(1 << 20)
    data = b"".join(packer.compress(zeros) for _ in range(512)) + packer.flush()
    file = io.BytesIO(zipped({"a.csr": b""}, zipfile.ZIP_STORED)[:35] + data)
    entry = Entry("a.csr", 0, 8, 0, len(data), 5, 0, 0, 35 + len(data))
    local = struct.pack("<4s5H3L2H", LOCAL, 20, 0, 8, 0, 0, 0, len(data), 5, 5, 0)
    file.seek(0)
    file.write(local)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    assert read_entry(file, entry, LIMIT) == bytes(LIMIT + 1)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 20_000


def test_a_file_is_read_only_within_its_room() -> None:
    file = io.BytesIO(PLAIN)
    (entry,) = read_directory(file, allow)
    with pytest.raises(ArchiveRefused):
        read_entry(file, replace(entry, until=entry.until - 1), LIMIT)
