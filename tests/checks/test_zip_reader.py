"""The reader of ZIP archives: what another library writes, and what no library would."""

from __future__ import annotations

import io
import struct
import zipfile
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from checks.zip_reader import ZipReader, ZipUnreadable

FILES = {"one.crt": b"first " * 100, "two.crt": b"", "folder/three.crt": bytes(range(256)) * 2000}


def archive(method: int = zipfile.ZIP_DEFLATED, comment: bytes = b"") -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as writing:
        for name, content in FILES.items():
            writing.writestr(name, content)
        writing.comment = comment
    return buffer.getvalue()


class Unseekable(io.RawIOBase):
    """What makes a library write data descriptors."""

    def __init__(self) -> None:
        self.octets = b""

    def writable(self) -> bool:
        return True

    def write(self, piece: bytes) -> int:  # type: ignore[override]
        self.octets += bytes(piece)
        return len(piece)


def streamed() -> bytes:
    raw = Unseekable()
    with zipfile.ZipFile(raw, "w", zipfile.ZIP_DEFLATED) as writing:  # type: ignore[call-overload]
        for name, content in FILES.items():
            writing.writestr(name, content)
    return raw.octets


def zip64() -> bytes:
    """Every size of an entry in a ZIP64 field, and the end record of ZIP64."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as writing:
        for name, content in FILES.items():
            with writing.open(name, "w", force_zip64=True) as file:
                file.write(content)
    octets = buffer.getvalue()
    end = octets.rindex(b"PK\x05\x06")
    count, size, offset = struct.unpack_from("<HLL", octets, end + 10)
    record = struct.pack("<4sQ2H2L4Q", b"PK\x06\x06", 44, 45, 45, 0, 0, count, count, size, offset)
    locator = struct.pack("<4sLQL", b"PK\x06\x07", 0, end, 1)
    last = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 0xFFFF, 0xFFFF, 0xFFFFFFFF, 0xFFFFFFFF, 0)
    return octets[:end] + record + locator + last


RIGHT = {
    "deflated": archive(),
    "stored": archive(zipfile.ZIP_STORED),
    "with a comment": archive(comment=b"from the portal " * 1000),
    "after other octets": b"#!/bin/sh\n" + archive(),
    "streamed": streamed(),
    "ZIP64": zip64(),
}


def read(octets: bytes, most: int = 10, limit: int = 1 << 20) -> dict[str, bytes]:
    reader = ZipReader(io.BytesIO(octets), most)
    return {entry.name: reader.read(entry, limit) for entry in reader}


@pytest.mark.parametrize("octets", RIGHT.values(), ids=RIGHT)
def test_what_a_library_writes_is_read(octets: bytes) -> None:
    assert read(octets) == FILES


def test_many_files_are_read_across_the_reader_s_buffers() -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as writing:
        for number in range(9000):
            writing.writestr(f"{'x' * 100}{number}.crt", str(number))
    found = read(buffer.getvalue(), most=9000)
    assert list(found.values()) == [str(number).encode() for number in range(9000)]


def test_names_of_other_character_sets_are_read() -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as writing:
        writing.writestr("zähler.crt", b"")
    assert list(read(buffer.getvalue())) == ["zähler.crt"]


def changed(at: bytes, offset: int, value: bytes, octets: bytes = RIGHT["deflated"]) -> bytes:
    """With other octets at an offset in the last record that begins so."""
    start = octets.rindex(at) + offset
    return octets[:start] + value + octets[start + len(value) :]


CENTRAL, LOCAL, END = b"PK\x01\x02", b"PK\x03\x04", b"PK\x05\x06"
BROKEN = {
    "nothing": (b"", "no octets"),
    "text": (b"MIIB" * 100, "no end record"),
    "half": (RIGHT["deflated"][:300], "no end record"),
    "a longer directory": (changed(END, 12, b"\xff\xff\xff\x00"), "overruns"),
    "an offset beyond": (changed(END, 16, b"\xff\xff\xff\x7f"), "overruns"),
    "one file more counted": (changed(END, 10, b"\x04\x00"), "counts 4"),
    "a directory that is none": (changed(CENTRAL, 0, b"PK\x01\x03"), "not one"),
    "a name that overruns": (changed(CENTRAL, 28, b"\xff\xff"), "cut short"),
    "a locator to nowhere": (
        changed(END, 10, b"\xff\xff", changed(b"PK\x06\x07", 8, b"\x00", zip64())),
        "locator",
    ),
    "encrypted": (changed(CENTRAL, 8, b"\x01\x00"), "encrypted"),
    "another method": (changed(CENTRAL, 10, b"\x0c\x00"), "method 12"),
    "another CRC": (changed(CENTRAL, 16, b"\x00\x00\x00\x00"), "CRC"),
    "another size": (changed(CENTRAL, 24, b"\x01\x00\x00\x00"), "where the directory says 1"),
    "data cut short": (changed(CENTRAL, 20, b"\x10\x00\x00\x00"), "too early"),
    "a local header elsewhere": (changed(CENTRAL, 42, b"\x01\x00\x00\x00"), "no local header"),
    "a local header far beyond": (changed(CENTRAL, 42, b"\xff\xff\xff\xfe"), "no local header"),
    "another local name": (changed(LOCAL, 30, b"x"), "another name"),
    "octets that are not deflated": (changed(LOCAL, 30 + 16, b"\xff\xff\xff"), "not compressed data"),
}


@pytest.mark.parametrize(("octets", "reason"), BROKEN.values(), ids=BROKEN)
def test_what_is_broken_says_why(octets: bytes, reason: str) -> None:
    with pytest.raises(ZipUnreadable, match=reason):
        read(octets)


def test_the_limits_hold() -> None:
    with pytest.raises(ZipUnreadable, match="more than 2 files"):
        read(RIGHT["deflated"], most=2)
    with pytest.raises(ZipUnreadable, match="expands to more than 599"):
        read(RIGHT["deflated"], limit=599)
    with pytest.raises(ZipUnreadable, match="octets, more than"):
        read(RIGHT["stored"], limit=600)


def test_a_file_that_expands_enormously_is_not_unpacked() -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as writing:
        writing.writestr("bomb.crt", bytes(50_000_000))
    reader = ZipReader(io.BytesIO(buffer.getvalue()), 1)
    (entry,) = reader
    pieces: list[bytes] = []
    with pytest.raises(ZipUnreadable, match="expands"):
        pieces.extend(reader.pieces(entry, 1 << 20))
    assert 0 < sum(map(len, pieces)) <= 1 << 20


def test_links_and_folders_are_told() -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as writing:
        link = zipfile.ZipInfo("link.crt")
        link.create_system, link.external_attr = 3, 0o120777 << 16
        writing.writestr(link, "elsewhere")
        writing.writestr("folder/", "")
    entries = list(ZipReader(io.BytesIO(buffer.getvalue()), 5))
    assert [(entry.link, entry.folder) for entry in entries] == [(True, False), (False, True)]


@settings(max_examples=400, deadline=None)
@given(
    data=st.data(), octets=st.sampled_from([RIGHT["deflated"][-900:], RIGHT["ZIP64"], RIGHT["stored"][-700:]])
)
def test_changed_archives_are_read_or_refused(data: st.DataObject, octets: bytes) -> None:
    start = data.draw(st.integers(0, len(octets)))
    end = data.draw(st.integers(start, min(start + 8, len(octets))))
    with suppress(ZipUnreadable):
        read(octets[:start] + data.draw(st.binary(max_size=10)) + octets[end:])


@given(st.binary(max_size=300))
def test_any_octets_are_refused(octets: bytes) -> None:
    with pytest.raises(ZipUnreadable):
        read(octets)
