"""Defects in how the archive of a Batched CSR is taken in (M-2.3.1.7-d to -f, M-F)."""

from __future__ import annotations

import os
import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import BinaryIO

from reference_ra.adjust import without
from reference_ra.alterations import Alter, defect
from reference_ra.batch.messages import CsrRejected, CsrStatus
from reference_ra.messages import Rejected, Status
from reference_ra.policies import Policies
from reference_ra.portal.adjust import with_desk
from reference_ra.portal.archive import (
    DEFLATED,
    STORED,
    ArchiveRefused,
    Entry,
    EntryRule,
    bounded,
    read_directory_entry,
    read_end,
)
from reference_ra.portal.records import PortalError

_TRIED = frozenset(
    {
        "count-is-believed",
        "limit-one-too-far",
        "may-be-any-file",
        "takes-folders",
    }
)
"""Those that have a place in the matrix; each of the others is near to one."""
_RELATED = ("M-2.3.1.7-*", "M-F-ZIP-*", "M-2.3.1.8-d", "M-2.3.1.9-*")


def _archive_defect(
    name: str, summary: str, *breaks: str, related: tuple[str, ...] = ()
) -> Callable[[Alter], Alter]:
    return defect(
        f"portal-archive-{name}",
        summary,
        breaks=breaks,
        related=(*_RELATED, *related),
        extra=name not in _TRIED,
    )


# How many


def _allowing(policies: Policies, allows_csrs: Callable[[int, int], bool]) -> Policies:
    return with_desk(policies, allows_csrs=allows_csrs)


@_archive_defect(
    "limit-one-too-far", "A portal batch may hold one CSR more than it should.", "M-2.3.1.7-e", "M-F-ZIP-b"
)
def limit_one_too_far(policies: Policies) -> Policies:
    """Count one too many."""
    return _allowing(policies, lambda count, limit: 0 < count <= limit + 1)


@_archive_defect("limit-one-too-short", "A portal batch is held one CSR shorter.", "M-2.3.1.7-e")
def limit_one_too_short(policies: Policies) -> Policies:
    """Count one too few."""
    return _allowing(policies, lambda count, limit: 0 < count < limit)


# What is an archive


@_archive_defect("may-be-any-file", "A file that is no ZIP is accepted as one CSR.", "M-2.3.1.7-d")
def may_be_any_file(policies: Policies) -> Policies:
    """Take it for the CSR itself."""
    read = policies.portal.read_directory

    def read_directory(file: BinaryIO, check_count: Callable[[int], None]) -> Sequence[Entry]:
        try:
            read_end(file)
        except ArchiveRefused:
            length = file.seek(0, os.SEEK_END)
            return [
                Entry("request.csr", 0, STORED, 0, length, length, 0, 0, fault="is no file of an archive")
            ]
        return read(file, check_count)

    return with_desk(policies, read_directory=read_directory)


@_archive_defect(
    "count-is-believed",
    "As many files of an archive are processed as its end record counts; the others are lost.",
    "M-2.3.1.7-d",
    "M-F-ZIP-a",
)
def count_is_believed(policies: Policies) -> Policies:
    """Do not look whether the directory is over."""

    def read_directory(file: BinaryIO, check_count: Callable[[int], None]) -> Sequence[Entry]:
        end = read_end(file)
        check_count(end.count)
        file.seek(end.directory_at)
        return bounded([read_directory_entry(file) for _ in range(end.count)], end)

    return with_desk(policies, read_directory=read_directory)


# Which files


def _accepting(name: str, summary: str, breaks: str, rule: str) -> None:
    """Register a defect that leaves a rule for the entries out."""

    @_archive_defect(name, summary, breaks)
    def alter(policies: Policies) -> Policies:
        return with_desk(policies, entry_rules=without(policies.portal.entry_rules, rule))


_accepting("takes-folders", "Files in folders, and with paths for names, are processed.", "M-F-ZIP-b", "root")


@_archive_defect("takes-other-extensions", "Files of any extension are processed.", "M-F-ZIP-b")
def takes_other_extensions(policies: Policies) -> Policies:
    """Do not look at the extension."""
    rules = without(policies.portal.entry_rules, "extension", "printable")
    return with_desk(policies, entry_rules=rules)


@_archive_defect("takes-a-name-twice", "Two files of an archive may have the same name.", "M-F-ZIP-b")
def takes_a_name_twice(policies: Policies) -> Policies:
    """Do not compare names."""
    examine = policies.portal.examine_entries

    def examine_entries(entries: Sequence[Entry], rules: Mapping[str, EntryRule]) -> Sequence[Entry]:
        for entry in entries:
            examine([entry], rules)
        return entries

    return with_desk(policies, examine_entries=examine_entries)


# What is in a file


@_archive_defect("checksums-not-compared", "A file is processed although its checksum is wrong.", "M-F-ZIP-a")
def checksums_not_compared(policies: Policies) -> Policies:
    """Take what comes out."""
    read = policies.portal.read_entry

    def read_entry(file: BinaryIO, entry: Entry, limit: int) -> bytes:
        try:
            return read(file, entry, limit)
        except ArchiveRefused:
            file.seek(entry.at + 30 + len(entry.name.encode()))
            packed = file.read(entry.packed)
            content = _unpacked(packed, limit) if entry.method == DEFLATED else packed
            if len(content) == entry.unpacked:
                return content
            raise

    return with_desk(policies, read_entry=read_entry)


def _unpacked(packed: bytes, limit: int) -> bytes:
    try:
        return zlib.decompressobj(-zlib.MAX_WBITS).decompress(packed, limit)
    except zlib.error:
        raise ArchiveRefused("A file of the archive is damaged") from None


@_archive_defect(
    "refuses-line-breaks", "A file of a batch with line breaks ends with an error.", "M-F-ZIP-c",
    related=("*",),
)  # fmt: skip
def refuses_line_breaks(policies: Policies) -> Policies:
    """Read files as the web service reads its elements."""

    def file_octets(text: str) -> bytes | CsrRejected:
        if "\n" in text.strip():
            return CsrRejected(CsrStatus.CSR_ERROR, "The file has more than one line")
        return policies.portal.file_octets(text)

    return with_desk(policies, file_octets=file_octets)


@_archive_defect(
    "error-as-csr-error", "A batch that is rejected whole is told to be a CSR_ERROR.", "M-2.3.1.7-f"
)
def error_as_csr_error(policies: Policies) -> Policies:
    """Take the status of one CSR for that of the batch."""
    tell = policies.portal.error_of

    def error_of(common: Policies, rejected: Rejected) -> PortalError:
        error = tell(common, rejected)
        if rejected.status is not Status.FORMAT_ERROR:
            return error
        return replace(error, status=Status.CSR_ERROR, code="CR:3001")

    return with_desk(policies, error_of=error_of)
