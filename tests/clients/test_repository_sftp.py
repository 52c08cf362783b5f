"""The Repository's SFTP client against real SSH servers: good ones, refusing ones, and hostile ones."""

from __future__ import annotations

import asyncio
import dataclasses
import logging
import socket
import struct
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import asyncssh
import pytest

from clients.exchange import FailureKind
from clients.recorder import Recorder, Redactor
from clients.repository.sftp import Admission, SftpLogin, SftpSite, SftpStatus
from clients.repository.sftp_names import read_names
from clients.repository.sftp_paramiko import ParamikoRepositorySftp
from targets.repository import Account
from tests.support.servers import serving
from tests.support.sftp_server import PASSWORD, USER, Users, read_only, serving_sftp

WRONG = "canary-wrong-4ce1"
AMBER = Account("amber", ("repository-sftp",), "valid", USER, PASSWORD)
LoginTo = Callable[..., SftpLogin]


def public(key: asyncssh.SSHKey) -> str:
    return " ".join(key.export_public_key().decode().split()[:2])


@pytest.fixture(scope="module")
def host_key() -> asyncssh.SSHKey:
    return asyncssh.generate_private_key("ssh-ed25519")


@pytest.fixture(scope="module")
def user_key(request: pytest.FixtureRequest) -> str:
    key = asyncssh.generate_private_key(getattr(request, "param", "ssh-ed25519"))
    Users.keys["blue"] = key
    return str(key.export_private_key("openssh").decode())


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = tmp_path / "files"
    (folder / "full").mkdir(parents=True)
    (folder / "full" / "a.gz").write_bytes(b"full extract")
    (folder / "large").write_bytes(bytes(range(256)) * 8192)
    (tmp_path / "outside").write_bytes(b"another's")
    return folder


@pytest.fixture
def recorder() -> Recorder:
    return Recorder(Redactor([PASSWORD]))


@pytest.fixture
def login_to(host_key: asyncssh.SSHKey, recorder: Recorder) -> Iterator[LoginTo]:
    """Log in to a server of a folder, or one that a function makes."""
    with ExitStack() as stack:

        def login(
            server: Any,
            account: Account | None = AMBER,
            *,
            users: type[asyncssh.SSHServer] = Users,
            host_keys: tuple[str, ...] = (public(host_key),),
            limits: dict[str, Any] | None = None,
            **proof: str,
        ) -> SftpLogin:
            factory = read_only(server) if isinstance(server, Path) else server
            port = stack.enter_context(serving_sftp(factory, host_key, users))
            site = SftpSite(f"sftp://127.0.0.1:{port}/", host_keys, 5.0, 5.0, 10.0)
            client = ParamikoRepositorySftp(dataclasses.replace(site, **(limits or {})), recorder)
            stack.callback(client.close)
            return client.connect(account, **proof)

        yield login


def test_a_user_reads_files(login_to: LoginTo, root: Path, recorder: Recorder) -> None:
    login = login_to(root)
    assert (login.admission, login.exchange.credential) == (Admission.IN, "amber")
    session = login.session
    assert session is not None
    listing = session.list("full")
    assert [(entry.name, entry.is_directory, entry.octets) for entry in listing.entries] == [
        ("a.gz", False, 12)
    ]
    assert listing.exchange.answer == "done: 1 entries"
    assert [(entry.name, entry.is_directory) for entry in session.list(".").entries if entry.is_directory]
    small, large = session.fetch("full/a.gz"), session.fetch("large")
    with small.open() as file:
        assert file.read() == b"full extract"
    assert large.spool is not None
    with large.open() as file:
        assert file.read() == (root / "large").read_bytes()
    taken = recorder.take()
    assert [exchange.method for exchange in taken] == ["SFTP LOGIN", "SFTP LIST", "SFTP LIST"] + 2 * [
        "SFTP GET"
    ]
    assert taken[3].url.endswith("/full/a.gz")
    assert taken[1].answer_octets == b"- 12 a.gz"


def test_a_user_reads_and_nothing_else(login_to: LoginTo, root: Path) -> None:
    session = login_to(root).session
    assert session is not None
    replies = [
        session.write("full/new", b"x"),
        session.append("full/a.gz", b"x"),
        session.remove("full/a.gz"),
        session.rename("full/a.gz", "full/b"),
        session.make_directory("new"),
    ]
    assert [reply.status for reply in replies] == [SftpStatus.DENIED] * 5
    assert session.fetch("nowhere").status is SftpStatus.NO_SUCH_FILE
    assert session.list("../../outside").status is SftpStatus.NO_SUCH_FILE
    assert session.fetch("full").status is SftpStatus.FAILED
    assert session.fetch("full/a.gz").status is SftpStatus.DONE


def test_what_may_be_changed_is_changed(login_to: LoginTo, root: Path) -> None:
    session = login_to(lambda channel: asyncssh.SFTPServer(channel, chroot=str(root))).session
    assert session is not None
    done = [
        session.write("new", b"one"),
        session.append("new", b" two"),
        session.rename("new", "newer"),
        session.make_directory("folder"),
        session.remove("full/a.gz"),
    ]
    assert [reply.status for reply in done] == [SftpStatus.DONE] * 5
    assert (root / "newer").read_bytes() == b"one two"
    assert not (root / "full" / "a.gz").exists()


@pytest.mark.parametrize("user_key", ["ssh-ed25519", "ecdsa-sha2-nistp256", "ssh-rsa"], indirect=True)
def test_a_key_opens_in_place_of_a_password(login_to: LoginTo, root: Path, user_key: str) -> None:
    blue = Account("blue", ("repository-sftp",), "valid", "blue", ssh_key=user_key)
    login = login_to(root, blue)
    assert (login.admission, login.exchange.credential) == (Admission.IN, "blue")
    assert login_to(root, username="blue", ssh_key=user_key).admission is Admission.IN


@pytest.mark.parametrize("proof", [{"password": WRONG}, {"username": "nobody"}, {"password": ""}])
def test_a_wrong_credential_is_refused(login_to: LoginTo, root: Path, proof: dict[str, str]) -> None:
    login = login_to(root, **proof)
    assert (login.admission, login.session, login.exchange.credential) == (Admission.REFUSED, None, None)
    assert login.exchange.failure is None


def test_another_key_is_refused(login_to: LoginTo, root: Path) -> None:
    other = asyncssh.generate_private_key("ssh-ed25519").export_private_key("openssh").decode()
    assert login_to(root, ssh_key=other).admission is Admission.REFUSED


def test_nothing_is_presented_without_an_account(login_to: LoginTo, root: Path) -> None:
    login = login_to(root, None)
    assert login.admission is Admission.REFUSED
    assert login.exchange.request_body == b"user nobody, with nothing"


def test_sftp_that_is_refused_after_the_login(login_to: LoginTo) -> None:
    login = login_to(False)
    assert login.admission is Admission.REFUSED
    assert "SFTP is refused" in login.exchange.outcome


def test_what_is_no_key_is_not_shown(login_to: LoginTo, root: Path) -> None:
    with pytest.raises(ValueError, match="not an OpenSSH private key") as caught:
        login_to(root, ssh_key=WRONG)
    assert WRONG not in str(caught.value)


def test_a_server_with_another_key_is_shown_no_credential(login_to: LoginTo, root: Path) -> None:
    seen: list[str] = []

    class Watching(Users):
        def begin_auth(self, username: str) -> bool:
            seen.append(username)
            return True

    other = public(asyncssh.generate_private_key("ssh-ed25519"))
    login = login_to(root, users=Watching, host_keys=(other,))
    assert (login.admission, login.session, seen) == (None, None, [])
    assert login.exchange.failure is not None
    assert login.exchange.failure.kind is FailureKind.SERVER_NOT_TRUSTED
    assert login.host_key not in (None, other)


def test_a_key_of_a_type_that_the_server_lacks_is_a_mismatch_too(login_to: LoginTo, root: Path) -> None:
    other = public(asyncssh.generate_private_key("ssh-rsa"))
    failure = login_to(root, host_keys=(other,)).exchange.failure
    assert failure is not None
    assert failure.kind is FailureKind.SERVER_NOT_TRUSTED


def test_no_secret_is_recorded_or_logged(
    login_to: LoginTo, root: Path, user_key: str, recorder: Recorder, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    logging.getLogger("asyncssh").setLevel(logging.WARNING)
    login_to(root)
    login_to(root, password=WRONG)
    login_to(root, username="blue", ssh_key=user_key)
    failed = login_to(root, users=Hanging, limits={"response_seconds": 0.3})
    text = repr(recorder.take()) + repr(failed) + caplog.text
    for secret in (PASSWORD, WRONG, user_key.split("\n")[1]):
        assert secret not in text
    assert not [record for record in caplog.records if record.name.startswith(("paramiko", "smki"))]
    assert PASSWORD not in repr(AMBER)


# --- servers that hold up, or send without an end ---


class Hanging(Users):
    """Does not come to an answer."""

    async def validate_password(self, username: str, password: str) -> bool:  # type: ignore[override]
        await asyncio.sleep(60)
        return username == password


def test_a_login_without_an_answer(login_to: LoginTo, root: Path) -> None:
    start = time.monotonic()
    failure = login_to(root, users=Hanging, limits={"response_seconds": 0.5}).exchange.failure
    assert failure is not None
    assert failure.kind is FailureKind.TIMED_OUT
    assert time.monotonic() - start < 4


def drip(connection: socket.socket) -> None:
    while connection.send(b"x"):
        time.sleep(0.02)


def flood(connection: socket.socket) -> None:
    while connection.send(b"x" * 65536):
        continue


def other_protocol(connection: socket.socket) -> None:
    connection.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n" * 200)


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (drip, FailureKind.TIMED_OUT),
        (flood, FailureKind.TOO_LARGE),
        (other_protocol, FailureKind.NOT_SFTP),
        (lambda connection: connection.shutdown(socket.SHUT_RDWR), FailureKind.CLOSED),
    ],
)
def test_what_is_no_ssh(
    answer: Callable[[socket.socket], None], kind: FailureKind, recorder: Recorder
) -> None:
    start = time.monotonic()
    with serving(answer, None) as port:
        client = ParamikoRepositorySftp(SftpSite(f"sftp://127.0.0.1:{port}/", (), 1.0, 1.0), recorder)
        login = client.connect(AMBER)
        client.close()
    assert login.exchange.failure is not None
    assert login.exchange.failure.kind is kind, login.exchange.failure
    assert (login.admission, login.host_key) == (None, None)
    assert time.monotonic() - start < 4


def test_nobody_is_there(recorder: Recorder) -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    for url, kind in (
        (f"sftp://127.0.0.1:{port}/", FailureKind.NOT_CONNECTED),
        ("sftp://no-such-host.invalid/", FailureKind.NAME_NOT_RESOLVED),
    ):
        failure = ParamikoRepositorySftp(SftpSite(url, ()), recorder).connect(AMBER).exchange.failure
        assert failure is not None
        assert failure.kind is kind


class Endless(asyncssh.SFTPServer):
    """Lists names, and sends a file, without an end; of another file not an octet."""

    async def scandir(self, path: bytes) -> AsyncIterator[asyncssh.SFTPName]:
        number = 0
        while path != b"/slow":
            number += 1
            yield asyncssh.SFTPName(b"../%d" % number, "-", asyncssh.SFTPAttrs(size=1))
        await asyncio.sleep(60)

    def open(self, path: bytes, pflags: int, attrs: Any) -> Any:
        del pflags, attrs
        return path

    async def read(self, file_obj: Any, offset: int, size: int) -> bytes:
        del offset
        if file_obj == b"slow":
            await asyncio.sleep(60)
        return b"\0" * size

    def close(self, file_obj: Any) -> None:
        del file_obj


@pytest.mark.parametrize(
    ("act", "kind"),
    [
        (lambda session: session.list("/"), FailureKind.TOO_LARGE),
        (lambda session: session.list("/slow"), FailureKind.TIMED_OUT),
        (lambda session: session.fetch("fast"), FailureKind.TOO_LARGE),
        (lambda session: session.fetch("slow"), FailureKind.TIMED_OUT),
    ],
)
def test_what_has_no_end(login_to: LoginTo, act: Callable[[Any], Any], kind: FailureKind) -> None:
    limits = {"response_seconds": 1.5, "file_seconds": 1.5, "file_octets": 300_000, "entries": 500}
    session = login_to(Endless, limits=limits).session
    assert session is not None
    start = time.monotonic()
    reply = act(session)
    assert reply.exchange.failure is not None
    assert (reply.status, reply.exchange.failure.kind) == (None, kind)
    assert time.monotonic() - start < 5
    after = session.list("/")
    assert after.exchange.failure is not None
    assert after.exchange.failure.kind is FailureKind.CLOSED


def test_a_connection_that_breaks_off(host_key: asyncssh.SSHKey, root: Path, recorder: Recorder) -> None:
    with serving_sftp(read_only(root), host_key) as port:
        client = ParamikoRepositorySftp(SftpSite(f"sftp://127.0.0.1:{port}/", (public(host_key),)), recorder)
        session = client.connect(AMBER).session
        assert session is not None
    reply = session.list(".")
    client.close()
    assert reply.exchange.failure is not None
    assert reply.exchange.failure.kind is FailureKind.CLOSED


# --- listings, from octets ---


def text(octets: bytes) -> bytes:
    return struct.pack(">I", len(octets)) + octets


def test_names_that_are_hostile_stay_as_they_came() -> None:
    plain = text(b"../../etc/passwd\xff") + text(b"drwx") + struct.pack(">I", 0)
    described = text(b"a") + text(b"") + struct.pack(">IQI", 0x5, 2**63, 0o040755)
    [first, second] = read_names(struct.pack(">I", 2) + plain + described)
    assert first.name.encode("utf-8", "surrogateescape") == b"../../etc/passwd\xff"
    assert (first.is_directory, first.octets) == (True, None)
    assert (second.is_directory, second.octets) == (True, 2**63)


@pytest.mark.parametrize(
    "octets",
    [
        struct.pack(">I", 2**32 - 1),
        struct.pack(">I", 1) + struct.pack(">I", 2**31) + b"a",
        struct.pack(">I", 1) + text(b"a") + text(b"") + struct.pack(">II", 0x80000000, 2**32 - 1),
        b"\0",
    ],
)
def test_a_listing_that_promises_more_than_it_holds(octets: bytes) -> None:
    with pytest.raises(ValueError, match="ends within an entry"):
        list(read_names(octets))
