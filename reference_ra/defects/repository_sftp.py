"""Defects of the Repository's SFTP server: who is let in, what may be done, which extracts are there."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from io import FileIO
from pathlib import Path

import asyncssh

from reference_ra.alterations import defect
from reference_ra.policies import Policies
from reference_ra.repository.access_adjust import with_accounts, with_extracts, with_sftp
from reference_ra.repository.accounts import Account, Interface
from reference_ra.repository.extracts import DAY, Extract, Layout, Schedule
from reference_ra.repository.records import CertificateStatus, Kind, Lodged
from reference_ra.repository.sftp_policies import Channel, ReadOnlyFiles
from reference_ra.repository.store import RepositoryStore

_FILES = ("O-SF-*", "P-1.1-a", "O-LODGE-*", "P-1.3-a", "P-4.1-a")
"""The rows whose scenarios read files."""

# Who is let in


@defect(
    "repository-sftp-takes-any-password",
    "Whatever the password is, the user is let in by SFTP.",
    breaks=["O-SF-a", "P-1.1-a"],
)
def takes_any_password(policies: Policies) -> Policies:
    """Compare nothing."""
    return with_sftp(policies, is_password=lambda _account, _password: True)


@defect(
    "repository-sftp-takes-any-key",
    "Whoever has an SSH key is let in by SFTP.",
    breaks=["O-SF-a", "P-1.1-a"],
)
def takes_any_key(policies: Policies) -> Policies:
    """Compare nothing."""
    return with_sftp(policies, is_key=lambda _account, _key: True)


@defect(
    "repository-sftp-asks-nothing",
    "Whoever gives a name is let in by SFTP.",
    breaks=["O-SF-a", "P-1.1-a"],
)
def asks_nothing(policies: Policies) -> Policies:
    """Ask for no credentials."""
    return with_sftp(policies, asks=lambda _username: False)


@defect(
    "repository-sftp-for-anonymous-users",
    "A user of the name 'anonymous' is let in by SFTP without credentials.",
    breaks=["O-SF-a", "P-1.1-a"],
    extra=True,
)
def for_anonymous_users(policies: Policies) -> Policies:
    """Ask everybody else."""
    return with_sftp(policies, asks=lambda username: username != "anonymous")


@defect(
    "repository-sftp-admits-withdrawn-users",
    "A user whose access was withdrawn is let in by SFTP.",
    breaks=["O-SF-a", "P-1.1-a"],
)
def admits_withdrawn_users(policies: Policies) -> Policies:
    """Look at the account's interfaces only."""
    keeps = policies.repository.accounts.may_use

    def may_use(account: Account, interface: Interface) -> bool:
        here = interface == "repository-sftp"
        return keeps(replace(account, withdrawn=False) if here else account, interface)

    return with_accounts(policies, may_use=may_use)


@defect(
    "repository-sftp-without-passwords",
    "A user's password does not open SFTP.",
    breaks=["O-SF-a", "P-1.1-a"],
    related=_FILES,
)
def without_passwords(policies: Policies) -> Policies:
    """Take SSH keys only."""
    return with_sftp(policies, is_password=lambda _account, _password: False)


@defect(
    "repository-sftp-without-keys",
    "A user's SSH key does not open SFTP.",
    breaks=["O-SF-a", "P-1.1-a"],
    related=_FILES,
    extra=True,
)
def without_keys(policies: Policies) -> Policies:
    """Take passwords only."""
    return with_sftp(policies, is_key=lambda _account, _key: False)


@defect(
    "repository-sftp-host-key-of-its-own",
    "The SFTP server shows another host key than the one that was published.",
    breaks=["O-SF-a"],
    related=_FILES,
)
def host_key_of_its_own(policies: Policies) -> Policies:
    """Draw one more."""
    return with_sftp(policies, host_key=lambda _: asyncssh.generate_private_key("ssh-ed25519"))


# What may be done


class _Changeable(asyncssh.SFTPServer):
    """A folder whose files everybody changes."""

    def __init__(self, channel: Channel, folder: Path) -> None:
        super().__init__(channel, chroot=os.fsencode(folder))


class _Unbounded(ReadOnlyFiles):
    """A folder that is left by the way up."""

    def __init__(self, channel: Channel, folder: Path) -> None:
        super().__init__(channel, folder)
        self._folder = os.fsencode(folder)

    def map_path(self, path: bytes) -> bytes:
        return os.path.join(self._folder, path.lstrip(b"/"))

    def reverse_map_path(self, path: bytes) -> bytes:
        return path.removeprefix(os.path.realpath(self._folder)) or b"/"


class _CutOff(ReadOnlyFiles):
    """Files of which the last octets never come."""

    def read(self, file_obj: object, offset: int, size: int) -> bytes:
        if not isinstance(file_obj, FileIO):
            raise TypeError("a file that was opened is one of this machine")
        left = os.fstat(file_obj.fileno()).st_size - 1 - offset
        return os.pread(file_obj.fileno(), min(size, left), offset) if left > 0 else b""


def _files_defect(
    name: str,
    summary: str,
    breaks: Sequence[str],
    files: Callable[[Channel, Path], asyncssh.SFTPServer],
) -> None:
    """A defect that is another way to serve the folder."""
    defect(f"repository-sftp-{name}", summary, breaks=breaks, related=_FILES)(
        lambda policies: with_sftp(policies, files=files)
    )


_files_defect(
    "takes-changes",
    "Users change what is in the Repository by SFTP: files are written, renamed and removed.",
    ["O-SF-a"],
    _Changeable,
)
_files_defect(
    "gives-files-of-the-server",
    "A path that goes up leads out of the user's folder, to the files of the server.",
    ["O-SF-a"],
    _Unbounded,
)
_files_defect(
    "cuts-files-off", "The last octet of a file never comes by SFTP.", ["P-1.1-a", "O-SF-d"], _CutOff
)


# Which extracts are there


def _schedule_defect(name: str, summary: str, schedule: Schedule, *, extra: bool = False) -> None:
    """A defect that is another plan for extracts; the target file tells the right one."""
    breaks = ["O-SF-b", "O-SF-c"]
    defect(f"repository-{name}", summary, breaks=breaks, related=_FILES, extra=extra)(
        lambda policies: with_extracts(policies, schedule=schedule)
    )


class _Monthly(Schedule):
    """A full extract once in four weeks."""

    def due(self, layout: Layout, now: datetime) -> Sequence[Extract]:
        full, *increments = super().due(layout, now)
        end = full.end - 7 * DAY * (1 + full.end.toordinal() // 7 % 4)
        return (replace(full, name=layout.full.format(date=end.date()), end=end), *increments)


_schedule_defect("six-increments", "Increments of six days are kept, not of seven.", Schedule(increments=6))
_schedule_defect(
    "extracts-late", "Extracts are made eight hours after the hour that was told.", Schedule(hour=10)
)
_schedule_defect(
    "full-extract-of-another-day",
    "The full extract is made on Wednesdays, though Sunday was told.",
    Schedule(full_weekday=2),
    extra=True,
)
_schedule_defect("full-extract-monthly", "The full extract is weeks old.", _Monthly())


@defect(
    "repository-extracts-lack-certificates",
    "No Device Certificate is in any extract.",
    breaks=["O-SF-b", "O-LODGE-a"],
    related=_FILES,
)
def extracts_lack_certificates(policies: Policies) -> Policies:
    """Leave them out."""
    rows = policies.repository.extracts.rows

    def some(store: RepositoryStore, extract: Extract) -> Iterator[Lodged]:
        return (each for each in rows(store, extract) if each.kind is not Kind.DEVICE)

    return with_extracts(policies, rows=some)


@defect(
    "repository-increments-without-the-first-hours",
    "What is lodged in the first six hours after an extract is in no increment.",
    breaks=["O-SF-b", "O-LODGE-a"],
    related=_FILES,
    extra=True,
)
def increments_without_the_first_hours(policies: Policies) -> Policies:
    """Begin the next one six hours late."""
    rows = policies.repository.extracts.rows

    def some(store: RepositoryStore, extract: Extract) -> Iterator[Lodged]:
        return rows(store, replace(extract, begin=extract.begin and extract.begin + DAY / 4))

    return with_extracts(policies, rows=some)


@defect(
    "repository-extracts-of-other-octets",
    "Certificates in extracts have another signature than those that were issued.",
    breaks=["O-LODGE-c", "O-SF-b"],
    related=_FILES,
)
def extracts_of_other_octets(policies: Policies) -> Policies:
    """Alter the last octet."""
    write_row = policies.repository.extracts.write_row

    def altered(certificate: Lodged, status: CertificateStatus) -> bytes:
        octets = certificate.der[:-1] + bytes([certificate.der[-1] ^ 1])
        return write_row(replace(certificate, der=octets), status)

    return with_extracts(policies, write_row=altered)


@defect(
    "repository-extracts-of-another-layout",
    "The fields of an extract's records are separated by semicolons, though the layout says commas.",
    breaks=["O-SF-d"],
    related=_FILES,
)
def extracts_of_another_layout(policies: Policies) -> Policies:
    """Write the records so, and the header as it was."""
    write_row = policies.repository.extracts.write_row
    return with_extracts(
        policies, write_row=lambda certificate, status: write_row(certificate, status).replace(b",", b";")
    )
