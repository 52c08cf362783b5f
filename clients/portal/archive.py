"""A Batched CSR for the portal: a ZIP of Device CSRs (M-F), written as they are made."""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from pathlib import Path

from clients.csr.texts import text_form
from clients.portal.zip_octets import DESCRIPTOR_FLAG, MADE_ON_UNIX, STORED, Member, ZipOctets, member

EXTENSION = ".csr"
FILE_FORM = "no BEGIN and END lines, lines of 64, LF"
"""The text of a Device CSR in its file: the base64text of RFC 7468 section 3."""
_UNIX_FILE = 0o100644 << 16
_TIME = struct.pack("<HHBI", 0x5455, 5, 1, 1_577_836_800)
"""Extra field: time of modification on Unix, 1 January 2020."""


def csr_file(name: str, der: bytes, form: str = FILE_FORM) -> Member:
    """The file of one Device CSR; `name` is without extension, `form` one of `TEXT_FORMS`."""
    return member(name + EXTENSION, text_form(der, form).encode())


def _stored(file: Member, content: bytes) -> Member:
    return replace(file, data=content, method=STORED)


def _streamed(file: Member, _content: bytes) -> Member:
    return replace(file, flags=DESCRIPTOR_FLAG)


def _from_unix(file: Member, _content: bytes) -> Member:
    return replace(file, made_by=MADE_ON_UNIX, attributes=_UNIX_FILE, extra=_TIME)


def _as_it_is(file: Member, _content: bytes) -> Member:
    return file


USUAL_ARCHIVE = "deflated"
LEGAL_ARCHIVES: Mapping[str, Callable[[Member, bytes], Member]] = {
    USUAL_ARCHIVE: _as_it_is,
    "not compressed": _stored,
    "with data descriptors": _streamed,
    "with permissions and times of Unix": _from_unix,
    "with a comment": _as_it_is,
}
"""Shapes of the archive that the application note allows, and how each changes a file of it."""
_COMMENTS = {"with a comment": b"Device CSRs of a rehearsal"}


def write_archive(
    path: Path, csrs: Iterable[tuple[str, bytes]], *, shape: str = USUAL_ARCHIVE, form: str = FILE_FORM
) -> int:
    """Write a ZIP of Device CSRs, and tell how many.

    `csrs` gives the name of each file without ``.csr``, and the DER; it is read as it is written. `shape` is
    one of `LEGAL_ARCHIVES`, `form` one of `TEXT_FORMS`; KeyError where it is not. Up to 65,535 files: ZIP64
    is not of the application note.
    """
    reshape = LEGAL_ARCHIVES[shape]
    with path.open("wb") as file:
        archive = ZipOctets(file)
        for name, der in csrs:
            content = text_form(der, form).encode()
            archive.add(reshape(member(name + EXTENSION, content), content))
        archive.end(comment=_COMMENTS.get(shape, b""))
        return archive.count
