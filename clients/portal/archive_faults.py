"""Portal batches that are wrong in exactly one way, by the name that the feature files use.

Each is made from right Device CSRs, of which the first is the one that the fault concerns: it is in the file
with the fault, and no certificate may be issued for it.
"""

from __future__ import annotations

import gzip
import io
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

from clients.csr.texts import USUAL_FORM, text_form
from clients.portal.archive import EXTENSION, csr_file
from clients.portal.zip_octets import (
    DEFLATED,
    ENCRYPTED_FLAG,
    MADE_ON_UNIX,
    STORED,
    Member,
    ZipOctets,
    encrypted,
    member,
)

Csrs = Sequence[tuple[str, bytes]]
"""Names without ``.csr``, and DER."""

_UNIX_LINK = 0o120777 << 16
_NO_METHOD = 200
_MEBIBYTE = 1 << 20
_GIBIBYTE = 1 << 30
_PASSWORD = b"a rehearsal"
_MANY_FILES = 1 << 32


@dataclass(frozen=True, slots=True)
class FaultyArchive:
    """An archive with a fault, and what is in it."""

    path: Path
    right: dict[str, bytes]
    """Device CSRs in files that nothing is wrong with: name without ``.csr``, and DER."""
    wrong: tuple[str, ...]
    """Whole names of files for which no certificate may be issued, as they stand in the archive."""


@dataclass(frozen=True, slots=True)
class _Content:
    octets: bytes
    wrong: tuple[str, ...]
    right: Csrs


ArchiveFault = Callable[[Csrs], _Content]
UNREADABLE_ARCHIVES: dict[str, ArchiveFault] = {}
"""What cannot be read as a ZIP of Device CSRs: it is refused whole."""
STRUCTURE_FAULTS: dict[str, ArchiveFault] = {}
"""A ZIP that is not as M-F has it: refused whole, or the wrong files end with an error."""
FILE_FAULTS: dict[str, ArchiveFault] = {}
"""A ZIP as M-F has it, of which one file is no Device CSR: that file ends with an error."""


def faulty_archive(name: str, path: Path, right_csrs: Csrs) -> FaultyArchive:
    """Write the named archive from at least two right Device CSRs, the first of which the fault concerns.

    Raises KeyError where there is no such fault.
    """
    if len(right_csrs) < 2:
        raise ValueError("a faulty archive needs two Device CSRs: one for the fault, one beside it")
    content = (UNREADABLE_ARCHIVES | STRUCTURE_FAULTS | FILE_FAULTS)[name](right_csrs)
    path.write_bytes(content.octets)
    return FaultyArchive(path, dict(content.right), content.wrong)


def _zipped(*files: Member, **end: int) -> bytes:
    buffer = io.BytesIO()
    archive = ZipOctets(buffer)
    for file in files:
        archive.add(file)
    archive.end(comment=b"", **end)
    return buffer.getvalue()


def _right(csrs: Csrs) -> bytes:
    return _zipped(*(csr_file(*csr) for csr in csrs))


def _names(csrs: Csrs) -> tuple[str, ...]:
    return tuple(name + EXTENSION for name, _ in csrs)


# --- what is no archive ---


def _unreadable(name: str, make: Callable[[Csrs], bytes]) -> None:
    UNREADABLE_ARCHIVES[name] = lambda csrs: _Content(make(csrs), (), ())


_unreadable("no octets", lambda _: b"")
_unreadable("a text in place of the ZIP", lambda csrs: text_form(csrs[0][1], USUAL_FORM).encode())
_unreadable(
    "a gzip file in place of the ZIP", lambda csrs: gzip.compress(text_form(csrs[0][1], USUAL_FORM).encode())
)
_unreadable("cut after its first half", lambda csrs: _right(csrs)[: len(_right(csrs)) // 2])
_unreadable("without its central directory", lambda csrs: _right(csrs).partition(b"PK\x01\x02")[0])
_unreadable("without any file", lambda _: _zipped())


# --- what is an archive, and not as M-F has it ---


def _one_file(faults: dict[str, ArchiveFault], name: str, change: Callable[[str, bytes], Member]) -> None:
    """Register a fault of the first Device CSR's file."""

    def make(csrs: Csrs) -> _Content:
        file = change(*csrs[0])
        octets = _zipped(file, *(csr_file(*csr) for csr in csrs[1:]))
        return _Content(octets, (file.name.decode(),), csrs[1:])

    faults[name] = make


def _renamed(name: str, rename: Callable[[str], str]) -> None:
    """Register a fault of the first file's whole name."""

    def change(original: str, der: bytes) -> Member:
        return replace(csr_file(original, der), name=rename(original + EXTENSION).encode())

    _one_file(STRUCTURE_FAULTS, name, change)


_renamed("a file in a folder", lambda name: f"folder/{name}")
_renamed("a name with a backslash", lambda name: f"folder\\{name}")
_renamed("a name that leads out of the archive", lambda name: f"../{name}")
_renamed("a name that leads out of a folder", lambda name: f"folder/../../{name}")
_renamed("a name that leads out by backslashes", lambda name: f"..\\..\\{name}")
_renamed("an absolute name", lambda name: f"/tmp/{name}")  # noqa: S108 - a name that must not be written to
_renamed("a name with a drive letter", lambda name: f"C:\\{name}")
_renamed("a name with a NUL", lambda name: f"{name}\0.txt")
_renamed("another extension", lambda name: name.replace(EXTENSION, ".txt"))
_renamed("no extension", lambda name: name.removesuffix(EXTENSION))


def _structure(name: str, change: Callable[[str, bytes], Member]) -> None:
    _one_file(STRUCTURE_FAULTS, name, change)


def _locked(file: Member) -> Member:
    return replace(file, data=encrypted(file.data, file.crc, _PASSWORD), flags=ENCRYPTED_FLAG)


def _link(name: str, _der: bytes) -> Member:
    link = member(name + EXTENSION, b"../../../../../../etc/hostname", method=STORED)
    return replace(link, made_by=MADE_ON_UNIX, attributes=_UNIX_LINK)


def _of_unknown_method(name: str, der: bytes) -> Member:
    return replace(csr_file(name, der), method=_NO_METHOD)


def _of_wrong_crc(name: str, der: bytes) -> Member:
    file = csr_file(name, der)
    return replace(file, crc=file.crc ^ 1)


def _cut_in_itself(name: str, der: bytes) -> Member:
    file = csr_file(name, der)
    return replace(file, data=file.data[: len(file.data) // 2])


@lru_cache(maxsize=1)
def _gibibyte_of_zeros() -> tuple[bytes, int]:
    """In a raw deflate stream, and its CRC."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    zeros, times = bytes(_MEBIBYTE), _GIBIBYTE // _MEBIBYTE
    block = packer.compress(zeros) + packer.flush(zlib.Z_FULL_FLUSH)
    crc = 0
    for _ in range(times):
        crc = zlib.crc32(zeros, crc)
    return block * times + b"\x03\x00", crc


def _enormous(size: int) -> Callable[[str, bytes], Member]:
    def change(name: str, _der: bytes) -> Member:
        data, crc = _gibibyte_of_zeros()
        return Member((name + EXTENSION).encode(), data, crc, size, DEFLATED)

    return change


_structure("one file encrypted", lambda name, der: _locked(csr_file(name, der)))
_structure("a link", _link)
_structure("a file compressed by an unknown method", _of_unknown_method)
_structure("a file with a wrong CRC", _of_wrong_crc)
_structure("a file cut short in itself", _cut_in_itself)
_structure("a file that expands to a gibibyte", _enormous(_GIBIBYTE))
_structure("a file that expands to a gibibyte and tells of 400 octets", _enormous(400))


def _all_encrypted(csrs: Csrs) -> _Content:
    return _Content(_zipped(*(_locked(csr_file(*csr)) for csr in csrs)), _names(csrs), ())


def _two_of_one_name(csrs: Csrs) -> _Content:
    name, first = csrs[0]
    files = (csr_file(name, first), csr_file(name, csrs[1][1]))
    return _Content(_zipped(*files, *(csr_file(*csr) for csr in csrs[2:])), _names(csrs[:1]), csrs[2:])


def _counted_wrong(change: int) -> ArchiveFault:
    def make(csrs: Csrs) -> _Content:
        files = [csr_file(*csr) for csr in csrs]
        return _Content(_zipped(*files, count=len(files) + change), (), csrs)

    return make


def _counted_by_zip64(csrs: Csrs) -> _Content:
    return _Content(_zipped(*(csr_file(*csr) for csr in csrs), zip64_count=_MANY_FILES), (), csrs)


STRUCTURE_FAULTS |= {
    "every file encrypted": _all_encrypted,
    "two files of one name": _two_of_one_name,
    "an end record that counts one file fewer": _counted_wrong(-1),
    "an end record that counts one file more": _counted_wrong(1),
    "an end record of ZIP64 that counts four thousand million files": _counted_by_zip64,
}


# --- what is as M-F has it but for one file's content ---


def _content(name: str, content: Callable[[bytes], bytes]) -> None:
    _one_file(FILE_FAULTS, name, lambda file, der: member(file + EXTENSION, content(der)))


_content("a file without octets", lambda _: b"")
_content("a file of ten million characters", lambda _: b"A" * 10_000_000)
_content("a file that is not Base64", lambda _: b"This is no Device CSR.\n")
_content("a file of half a CSR", lambda der: text_form(der[: len(der) // 2]).encode())
_content("a file that is itself a ZIP", lambda der: _zipped(csr_file("inner", der)))
