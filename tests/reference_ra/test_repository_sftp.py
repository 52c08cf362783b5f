"""The Repository's files over real SSH: who is let in, and that they are to be read only (O-SF-a)."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

import paramiko
import pytest

from reference_ra.conformant import conformant_policies
from reference_ra.pki import TestPki
from tests.reference_ra.conftest import Ra, running
from tests.reference_ra.repository_files import connected, key_of, logged_in
from tests.reference_ra.repository_users import make_account, password_of

FILE = "full/a.txt"
CONTENT = b"read me" * 20_000


@pytest.fixture(scope="module")
def ra(shared_ra: Ra) -> Ra:
    """One whose users find a file."""
    folder = shared_ra.directory / "repository"
    (folder / "full").mkdir(exist_ok=True)
    (folder / FILE).write_bytes(CONTENT)
    (shared_ra.directory / "outside.txt").write_bytes(b"outside")
    return shared_ra


def test_the_server_has_the_key_of_the_target_file(ra: Ra) -> None:
    with connected(ra) as transport:
        key = transport.get_remote_server_key()
        assert f"{key.get_name()} {key.get_base64()}" == ra.endpoints.sftp_host_key


def test_a_key_opens_its_own_account(ra: Ra) -> None:
    with connected(ra) as transport:
        transport.auth_publickey("blue-gas", key_of(ra))
        assert transport.is_authenticated()
    with connected(ra) as transport, pytest.raises(paramiko.AuthenticationException):
        transport.auth_publickey("amber-energy", key_of(ra))


@pytest.mark.parametrize(
    ("username", "label"),
    [
        ("blue-gas", "repository-user"),
        ("amber-energy-former", "repository-withdrawn"),
        ("nobody", "repository-user"),
        ("", "repository-user"),
    ],
)
def test_others_are_refused(ra: Ra, username: str, label: str) -> None:
    with connected(ra) as transport:
        with pytest.raises(paramiko.SSHException):
            transport.auth_password(username, password_of(ra, label), fallback=False)
        assert not transport.is_authenticated()


def test_who_presents_nothing_is_refused(ra: Ra) -> None:
    with connected(ra) as transport, pytest.raises(paramiko.BadAuthenticationType):
        transport.auth_none("amber-energy")


def test_a_password_that_must_be_changed_opens_nothing(ra: Ra) -> None:
    for own, expected in (("", False), ("one of my own", True)):
        with connected(ra) as transport:
            try:
                transport.auth_password(*make_account(ra, own), fallback=False)
            except paramiko.AuthenticationException:
                assert not expected
            assert transport.is_authenticated() == expected


def test_files_are_listed_and_read(ra: Ra) -> None:
    with logged_in(ra) as client:
        assert "full" in client.listdir("/")
        assert "a.txt" in client.listdir("full")
        with client.open(FILE) as file:
            assert file.read() == CONTENT


@pytest.mark.parametrize(
    "path", ["../outside.txt", "/../outside.txt", "full/../../outside.txt", "/etc/passwd"]
)
def test_nothing_outside_the_folder_is_there(ra: Ra, path: str) -> None:
    with logged_in(ra) as client:
        with pytest.raises(FileNotFoundError):
            client.stat(path)
        with pytest.raises(FileNotFoundError):
            client.open(path).close()
        assert client.normalize("..") == "/"


CHANGES: dict[str, Callable[[paramiko.SFTPClient], object]] = {
    "write": lambda client: client.open("full/new.txt", "w"),
    "truncate": lambda client: client.open(FILE, "w"),
    "append": lambda client: client.open(FILE, "a"),
    "read and write": lambda client: client.open(FILE, "r+"),
    "remove": lambda client: client.remove(FILE),
    "rename": lambda client: client.rename(FILE, "full/b.txt"),
    "posix rename": lambda client: client.posix_rename(FILE, "full/b.txt"),
    "mkdir": lambda client: client.mkdir("new"),
    "rmdir": lambda client: client.rmdir("full"),
    "symlink": lambda client: client.symlink("/etc/passwd", "link"),
    "chmod": lambda client: client.chmod(FILE, 0o600),
    "cut": lambda client: client.truncate(FILE, 0),
}


@pytest.mark.parametrize("name", CHANGES)
def test_nothing_is_changed(ra: Ra, name: str) -> None:
    with logged_in(ra) as client, pytest.raises(PermissionError):
        CHANGES[name](client)
    assert (ra.directory / "repository" / FILE).read_bytes() == CONTENT


def test_there_is_no_shell(ra: Ra) -> None:
    with connected(ra) as transport:
        transport.auth_password("amber-energy", password_of(ra), fallback=False)
        channel = transport.open_session(timeout=10)
        with pytest.raises(paramiko.SSHException):
            channel.exec_command("id")


def test_the_ra_stops_although_users_are_connected(tmp_path: Path, pki: TestPki) -> None:
    with ExitStack() as stack:
        with running(tmp_path, pki, conformant_policies()) as ra:
            transport = stack.enter_context(connected(ra))
            transport.auth_password("amber-energy", password_of(ra), fallback=False)
        transport.join(10)
        assert not transport.is_active()
