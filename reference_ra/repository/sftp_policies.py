"""The policies of the Repository's SFTP server, by name, so that one can be replaced; and its files."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

import asyncssh

from reference_ra.repository.accounts import Account

Channel = asyncssh.SSHServerChannel[bytes]


class ReadOnlyFiles(asyncssh.SFTPServer):
    """What is under one folder, which is the whole world to a user, and changed by none (O-SF-a)."""

    refusal: type[asyncssh.SFTPPermissionDenied | asyncssh.SFTPFailure] = asyncssh.SFTPPermissionDenied
    """How a change is refused."""

    def __init__(self, channel: Channel, folder: Path) -> None:
        """Serve that folder, whatever a path may have in it."""
        super().__init__(channel, chroot=os.fsencode(folder))

    def open(self, path: bytes, pflags: int, attrs: asyncssh.SFTPAttrs) -> object:
        """A file, to read it."""
        if pflags & ~asyncssh.FXF_READ:
            self._refuse()
        return super().open(path, pflags, attrs)

    def _refuse(self, *_: object) -> NoReturn:
        raise self.refusal("these files are to be read only")

    # `open56` is of a later version of the protocol than the one that is offered.
    open56 = write = setstat = lsetstat = fsetstat = remove = mkdir = rmdir = _refuse  # type: ignore[assignment]
    rename = posix_rename = symlink = link = lock = unlock = _refuse  # type: ignore[assignment]


@dataclass(frozen=True)
class SftpPolicies:
    """How the server decides."""

    new_host_key: Callable[[], asyncssh.SSHKey]
    """Draws the server's key, which is published."""
    host_key: Callable[[asyncssh.SSHKey], asyncssh.SSHKey]
    """The key that the server shows, given the one that is published."""
    asks: Callable[[str], bool]
    """Whether a user of that name has to prove anything."""
    is_password: Callable[[Account, str], bool]
    """Whether a password opens an account, as far as the password goes."""
    is_key: Callable[[Account, str], bool]
    """Whether a public key, as OpenSSH writes it, opens an account."""
    files: Callable[[Channel, Path], asyncssh.SFTPServer]
    """What a user finds, of a folder."""


def conformant_sftp_policies() -> SftpPolicies:
    """Those that keep every rule."""
    return SftpPolicies(
        new_host_key=lambda: asyncssh.generate_private_key("ssh-ed25519"),
        host_key=lambda published: published,
        asks=lambda _: True,
        is_password=Account.has_password,
        is_key=lambda account, key: key in account.ssh_keys,
        files=ReadOnlyFiles,
    )
