"""A small SFTP server for the tests of clients, on asyncssh, in a thread of its own."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, ClassVar

import asyncssh

USER, PASSWORD = "amber", "canary-password-1"


class Users(asyncssh.SSHServer):
    """Who may log in: by password, or by the key."""

    passwords: ClassVar[dict[str, str]] = {USER: PASSWORD}
    keys: ClassVar[dict[str, asyncssh.SSHKey]] = {}

    def begin_auth(self, username: str) -> bool:
        del username
        return True

    def password_auth_supported(self) -> bool:
        return True

    def public_key_auth_supported(self) -> bool:
        return True

    def validate_password(self, username: str, password: str) -> bool:
        return self.passwords.get(username) == password

    def validate_public_key(self, username: str, key: asyncssh.SSHKey) -> bool:
        known = self.keys.get(username)
        return known is not None and known.public_data == key.public_data


def read_only(root: Path) -> Callable[[Any], asyncssh.SFTPServer]:
    """A server of one folder in which nothing may be changed."""

    class ReadOnly(asyncssh.SFTPServer):
        def __init__(self, channel: Any) -> None:
            super().__init__(channel, chroot=str(root))

        def _refuse(self, *_: object) -> None:
            raise asyncssh.SFTPPermissionDenied("read-only")

        remove = rename = mkdir = posix_rename = _refuse

        def open(self, path: bytes, pflags: int, attrs: Any) -> Any:
            if pflags & ~asyncssh.FXF_READ:
                self._refuse()
            return super().open(path, pflags, attrs)

    return ReadOnly


@contextmanager
def serving_sftp(
    sftp: Callable[[Any], asyncssh.SFTPServer] | bool,
    key: asyncssh.SSHKey,
    users: type[asyncssh.SSHServer] = Users,
) -> Iterator[int]:
    """Serve until the context ends; gives the port."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()

    connections: list[asyncssh.SSHServerConnection] = []

    class Known(users):  # type: ignore[misc, valid-type]
        def connection_made(self, conn: asyncssh.SSHServerConnection) -> None:
            connections.append(conn)

    async def start() -> asyncssh.SSHAcceptor:
        return await asyncssh.listen(
            "127.0.0.1", 0, server_factory=Known, server_host_keys=[key], sftp_factory=sftp
        )

    server = asyncio.run_coroutine_threadsafe(start(), loop).result(10)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:

        async def stop() -> None:
            server.close()
            for connection in connections:
                connection.abort()
            tasks = asyncio.all_tasks() - {asyncio.current_task()}
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

        asyncio.run_coroutine_threadsafe(stop(), loop).result(10)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)
        loop.close()
