"""The listings of SFTP (version 3), read from octets: paramiko would believe any number of entries."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from datetime import UTC, datetime

import paramiko
from paramiko.sftp import CMD_CLOSE, CMD_HANDLE, CMD_NAME, CMD_OPENDIR, CMD_READDIR

from clients.repository.sftp import Entry

_SIZE, _OWNER, _MODE, _TIMES, _EXTENDED = 0x1, 0x2, 0x4, 0x8, 0x80000000
_FORMAT, _DIRECTORY = 0o170000, 0o040000


class TooManyEntries(Exception):
    """A folder holds more than the limit allows to read."""


class SftpClient(paramiko.SFTPClient):
    """Paramiko's, with a reader of folders that believes nothing."""

    def entries(self, path: bytes, limit: int) -> list[Entry]:
        """What a folder holds, without ``.`` and ``..``.

        Raises TooManyEntries, and what paramiko raises; ValueError where the answer is no listing.
        """
        kind, answer = self._ask(CMD_OPENDIR, path)
        if kind != CMD_HANDLE:
            raise ValueError("no handle of a folder came")
        handle = answer.get_binary()
        found: list[Entry] = []
        for names in self._read_directory(handle):
            found += (entry for entry in read_names(names) if entry.name not in (".", ".."))
            if len(found) > limit:
                raise TooManyEntries(f"more than {limit} entries")
        self._ask(CMD_CLOSE, handle)
        return found

    def _ask(self, kind: int, what: bytes) -> tuple[int, paramiko.Message]:
        answer: tuple[int, paramiko.Message] = self._request(kind, what)  # type: ignore[attr-defined] # no stub
        return answer

    def _read_directory(self, handle: bytes) -> Iterator[bytes]:
        while True:
            try:
                kind, answer = self._ask(CMD_READDIR, handle)
            except EOFError:  # the status that ends a listing
                return
            if kind != CMD_NAME:
                raise ValueError("no names came")
            yield answer.get_remainder()


def read_names(octets: bytes) -> Iterator[Entry]:
    """The entries of an answer, SSH_FXP_NAME. Raises ValueError where it is none."""
    reader = _Reader(octets)
    for _ in range(reader.number()):
        name, described = reader.text(), reader.text()
        flags = reader.number()
        size = reader.long() if flags & _SIZE else None
        if flags & _OWNER:
            reader.number(), reader.number()
        mode = reader.number() if flags & _MODE else None
        modified = (reader.number(), reader.number())[1] if flags & _TIMES else None
        for _ in range(reader.number() if flags & _EXTENDED else 0):
            reader.text(), reader.text()
        yield Entry(
            name=name,
            is_directory=described.startswith("d") if mode is None else mode & _FORMAT == _DIRECTORY,
            octets=size,
            modified=None if modified is None else datetime.fromtimestamp(modified, UTC),
        )


class _Reader:
    """Takes what SSH writes one after the other."""

    def __init__(self, octets: bytes) -> None:
        self._octets, self._at = octets, 0

    def _take(self, size: int) -> bytes:
        taken = self._octets[self._at : self._at + size]
        if len(taken) < size:
            raise ValueError("a listing ends within an entry")
        self._at += size
        return taken

    def number(self) -> int:
        return int(struct.unpack(">I", self._take(4))[0])

    def long(self) -> int:
        return int(struct.unpack(">Q", self._take(8))[0])

    def text(self) -> str:
        """Octets that are not UTF-8 stay what they were, so that the name can be sent back."""
        return self._take(self.number()).decode("utf-8", "surrogateescape")
