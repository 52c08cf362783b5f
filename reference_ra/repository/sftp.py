"""The Repository's SFTP server: who is let in, with a password or an SSH key (O-SF-a)."""

from __future__ import annotations

import contextlib
import socket
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path

import asyncssh

from reference_ra.authority import Authority
from reference_ra.repository.accounts import Account
from reference_ra.repository.policies import RepositoryPolicies
from reference_ra.repository.sftp_policies import Channel

_VERSION = "reference-ra"
_LOGIN_SECONDS = 20


@dataclass
class _House:
    """What the connections of one server share."""

    authority: Authority
    policies: RepositoryPolicies
    open: set[asyncssh.SSHServerConnection] = field(default_factory=set)

    def account(self, username: str) -> Account | None:
        """The account of that name, where it is one for SFTP."""
        account = self.authority.registry.accounts.find(username)
        usable = account is not None and self.policies.accounts.may_use(account, "repository-sftp")
        return account if usable else None


class _Visit(asyncssh.SSHServer):
    """One connection."""

    def __init__(self, house: _House) -> None:
        self._house = house
        self._connection: asyncssh.SSHServerConnection | None = None

    def connection_made(self, conn: asyncssh.SSHServerConnection) -> None:
        """Somebody has connected."""
        self._connection = conn
        self._house.open.add(conn)

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - asyncssh names it
        """The connection is gone."""
        if self._connection is not None:
            self._house.open.discard(self._connection)

    def begin_auth(self, username: str) -> bool:
        """Whether the user has to prove anything."""
        return self._house.policies.sftp.asks(username)

    def password_auth_supported(self) -> bool:
        """It is."""
        return True

    def validate_password(self, username: str, password: str) -> bool:
        """Whether a password opens the account.

        Not one that others have set, and none while the account is locked; a wrong one here locks nothing,
        as P-3.1-c is about logging in to the portal.
        """
        house, account = self._house, self._house.account(username)
        if account is None:
            return False
        rules, now = house.policies.accounts, house.authority.clock.now()
        if rules.must_change(account) or rules.is_locked(account, now):
            return False
        return house.policies.sftp.is_password(account, password)

    def public_key_auth_supported(self) -> bool:
        """It is."""
        return True

    def validate_public_key(self, username: str, key: asyncssh.SSHKey) -> bool:
        """Whether a key opens the account; that the user has its private key is seen to elsewhere."""
        account = self._house.account(username)
        return account is not None and self._house.policies.sftp.is_key(account, public_text(key))


def public_text(key: asyncssh.SSHKey) -> str:
    """The public key as OpenSSH writes it, without a comment: ``ssh-ed25519 AAAA...``."""
    algorithm, octets, *_ = key.export_public_key("openssh").decode().split()
    return f"{algorithm} {octets}"


@contextlib.asynccontextmanager
async def serving_files(
    authority: Authority,
    policies: RepositoryPolicies,
    folder: Path,
    port: socket.socket,
    host_key: asyncssh.SSHKey,
) -> AsyncIterator[None]:
    """Serve a folder while the context lasts; whoever is connected then is cut off."""
    house = _House(authority, policies)

    def files(channel: Channel) -> asyncssh.SFTPServer:
        return policies.sftp.files(channel, folder)

    acceptor = await asyncssh.listen(
        sock=port,
        server_factory=lambda: _Visit(house),
        server_host_keys=[policies.sftp.host_key(host_key)],
        server_version=_VERSION,
        sftp_factory=files,
        sftp_version=3,
        allow_scp=False,
        allow_pty=False,
        agent_forwarding=False,
        kbdint_auth=False,
        host_based_auth=False,
        login_timeout=_LOGIN_SECONDS,
    )
    try:
        yield
    finally:
        acceptor.close()
        for connection in tuple(house.open):
            connection.abort()
        await acceptor.wait_closed()
