"""A user of the Repository's files by SFTP, for the reference RA's own tests."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

import paramiko

from tests.reference_ra.conftest import Ra
from tests.reference_ra.repository_users import password_of


@contextmanager
def connected(ra: Ra) -> Iterator[paramiko.Transport]:
    parts = urlsplit(ra.endpoints.repository_sftp)
    transport = paramiko.Transport(socket.create_connection((str(parts.hostname), int(parts.port or 0)), 10))
    try:
        transport.start_client(timeout=10)
        yield transport
    finally:
        transport.close()


@contextmanager
def logged_in(ra: Ra) -> Iterator[paramiko.SFTPClient]:
    with connected(ra) as transport:
        transport.auth_password("amber-energy", password_of(ra), fallback=False)
        client = paramiko.SFTPClient.from_transport(transport)
        assert client is not None
        yield client


def key_of(ra: Ra) -> paramiko.Ed25519Key:
    return paramiko.Ed25519Key.from_private_key_file(str(ra.directory / "credentials/repository-other.ssh"))
