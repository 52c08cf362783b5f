"""How the files by SFTP are laid out, which is not public: a plug-in of the target.

It is named in the target file (`[repository.layout] plugin = "module:Class"`), and built with the options of
`[repository.layout.options]`.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, BinaryIO

from clients.repository.portal import ListKind
from clients.repository.sftp import Entry

Listings = Mapping[str, Sequence[Entry]]
"""What each of a layout's folders holds, by the folder's path."""


class LayoutError(Exception):
    """The options of a layout are wrong; the message says which, and what would be right."""


class ExtractUnreadable(Exception):
    """A file is not as the layout has it; the message says where and why."""


@dataclass(frozen=True, slots=True)
class ExtractFile:
    """An extract, by its name alone: nothing of it is read."""

    path: str
    day: date
    """The day that it is of, as its name tells."""
    octets: int | None


@dataclass(frozen=True, slots=True)
class ExtractRecord:
    """What an extract says of one certificate, in the terms of the Web Service's `Result`."""

    serial: str
    """As `CertificateSerial`."""
    subject: str
    """EUI-64, hyphenated; empty for a CA."""
    kind: str
    """``device``, ``organisation`` or ``ca``."""
    role: str
    """As `CertificateRole`; empty where it has none."""
    usage: str
    """As `CertificateUsage`; empty where it has none."""
    status: str
    """As `CertificateStatus`."""
    certificate: bytes = field(repr=False)
    """DER."""


class ExtractLayout(ABC):
    """Reads listings and files. Nothing here connects anywhere."""

    def __init__(self, options: Mapping[str, Any]) -> None:
        """Take the options of the target file. Raises LayoutError."""
        self.options = options

    @property
    @abstractmethod
    def directories(self) -> tuple[str, ...]:
        """The folders to list before anything else is asked; paths as the server has them."""

    @abstractmethod
    def full_extracts(self, listings: Listings) -> tuple[ExtractFile, ...]:
        """The full extracts, the earliest first (O-SF-b)."""

    @abstractmethod
    def increments(self, listings: Listings) -> tuple[ExtractFile, ...]:
        """The daily increments, the earliest first (O-SF-b)."""

    @abstractmethod
    def read(self, file: BinaryIO) -> Iterator[ExtractRecord]:
        """The records of an extract, one after the other: a file of any size takes little memory.

        Raises ExtractUnreadable, while it is read.
        """

    @property
    def has_authorities(self) -> bool:
        """Whether CA certificates and lists of revoked certificates have a place among the files. Where they
        have none, they are not missed there."""
        return True

    @abstractmethod
    def ca_certificates(self, listings: Listings) -> tuple[str, ...]:
        """The paths of the CA certificates, each a file in DER."""

    @abstractmethod
    def revocation_lists(self, listings: Listings) -> Mapping[ListKind, str]:
        """The paths of the lists of revoked certificates, each a file in DER."""
