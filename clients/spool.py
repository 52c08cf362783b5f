"""Large bodies in files: what a batch needs is written down as it comes, and memory stays as it is."""

from __future__ import annotations

import hashlib
import secrets
import tempfile
import threading
from collections.abc import Iterable
from pathlib import Path
from typing import BinaryIO

from clients.exchange import Spool

HEAD_OCTETS = 1_048_576
"""A body up to this size is held in memory; of a larger one this many octets are, beside its file."""


class SpoolError(RuntimeError):
    """A body could not be written to its file; a fault of this machine, and none of the RA's."""


class SpoolFolder:
    """The files of one client, in a folder that is made when first needed. Safe for several threads."""

    def __init__(self, lasting: Path | None = None) -> None:
        """Use the folder `lasting`, whose files stay, or else a temporary one. Make nothing yet."""
        self._lock = threading.Lock()
        self._lasting = lasting
        self._folder: tempfile.TemporaryDirectory[str] | None = None

    def new_file(self) -> Path:
        """Where another body can be written; no other process chooses the same. Raises SpoolError."""
        name = f"{secrets.token_hex(8)}.bin"
        try:
            if self._lasting is not None:
                self._lasting.mkdir(parents=True, exist_ok=True)
                return self._lasting / name
            with self._lock:
                if self._folder is None:
                    self._folder = tempfile.TemporaryDirectory(prefix="smki-bodies-")
                return Path(self._folder.name, name)
        except OSError as error:
            raise SpoolError(f"no folder for large bodies can be made: {error}") from error

    def close(self) -> None:
        """Delete every file, unless they are to last."""
        with self._lock:
            folder, self._folder = self._folder, None
        if folder is not None:
            folder.cleanup()


class Spooler:
    """Takes one body piece by piece; with a folder it writes what is more than `HEAD_OCTETS` to a file."""

    def __init__(self, folder: SpoolFolder | None = None) -> None:
        """Without a folder hold all of the body in memory."""
        self._folder = folder
        self._head = bytearray()
        self._digest = hashlib.sha256()
        self._octets = 0
        self._path: Path | None = None
        self._file: BinaryIO | None = None

    def write(self, piece: bytes) -> None:
        """Take the next octets. Raises SpoolError."""
        if self._folder is None:
            self._head += piece
            return
        self._digest.update(piece)
        self._octets += len(piece)
        if self._file is None and self._octets <= HEAD_OCTETS:
            self._head += piece
            return
        try:
            if self._file is None:
                self._path = self._folder.new_file()
                self._file = self._path.open("wb")
                self._file.write(self._head)
                self._head += piece[: HEAD_OCTETS - len(self._head)]
            self._file.write(piece)
        except OSError as error:
            self.discard()
            raise SpoolError(f"a large body could not be written to {self._path}: {error}") from error

    def write_all(self, pieces: Iterable[bytes]) -> None:
        """Take every piece; where making one fails, what was taken is discarded."""
        try:
            for piece in pieces:
                self.write(piece)
        except BaseException:
            self.discard()
            raise

    def end(self) -> tuple[bytes, Spool | None]:
        """The body, or its first octets and the file that has it whole. Raises SpoolError."""
        if self._file is None or self._path is None:
            return bytes(self._head), None
        try:
            self._file.close()
        except OSError as error:
            self.discard()
            raise SpoolError(f"a large body could not be written to {self._path}: {error}") from error
        return bytes(self._head), Spool(self._path, self._octets, self._digest.hexdigest())

    def discard(self) -> None:
        """Forget the body and delete its file; nothing happens where there is none."""
        if self._file is not None and self._path is not None:
            try:
                self._file.close()
            except OSError:
                self._octets = 0  # what was not flushed is not wanted either
            self._path.unlink(missing_ok=True)
