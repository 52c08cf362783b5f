"""A user of the SMKI Repository, as its clients need one."""

from __future__ import annotations

from typing import Protocol


class Account(Protocol):
    """What somebody uses the Repository with. Only its label is shown anywhere."""

    @property
    def label(self) -> str:
        """The name shown in reports."""

    @property
    def username(self) -> str | None:
        """The user's name at the portal and by SFTP (P-3.1-a); None where the account opens neither."""

    @property
    def password(self) -> str | None:
        """The password at the portal, and by SFTP where there is no key."""

    @property
    def api_key(self) -> str | None:
        """What identifies the user to the Web Service (O-WS-a)."""

    @property
    def ssh_key(self) -> str | None:
        """An OpenSSH private key, which opens SFTP in place of the password."""
