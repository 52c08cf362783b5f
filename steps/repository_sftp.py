"""Who is let in to the Repository by SFTP, and what may be done there."""

from __future__ import annotations

import secrets
from posixpath import dirname, join

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from pytest_bdd import given, parsers, then, when

from checks.finding import Finding
from clients.exchange import FailureKind
from clients.repository.sftp import Listing, Reply, SftpStatus
from fixtures.answers import require_reply
from fixtures.repository_accounts import RepositoryUsers, with_password
from fixtures.repository_files import (
    Extracts,
    RepositoryFiles,
    not_fetched,
    require_host_key,
    served,
)
from fixtures.verdicts import Inconclusive, Judge, NotRun
from targets.repository import REPOSITORY_SFTP, Account

_EXTRACTS = "{extracts}"
"""Stands for the folder of an extract in a path."""
_OCTETS = b"written by a user of the Repository\n"


# --- who is let in ---


@given("a user whom the SFTP service lets in")
def user_let_in(repository_files: RepositoryFiles, repository_users: RepositoryUsers) -> None:
    repository_files.enter(repository_users.one(REPOSITORY_SFTP))


@when(parsers.re(r"a user logs in by SFTP with the (?P<means>password|SSH key)"))
def log_in(repository_files: RepositoryFiles, repository_users: RepositoryUsers, means: str) -> None:
    password = means == "password"
    repository_files.log_in(repository_users.by_password() if password else repository_users.by_key())


@then("the user sees the files of the Repository")
def sees_files(repository_files: RepositoryFiles, extracts: Extracts, judge: Judge) -> None:
    """A folder may not be there before there is something to put in it."""
    repository_files.expect_in()
    some = False
    for folder in extracts.layout.directories:
        listing = repository_files.session.list(folder)
        done = served(listing.exchange, listing.status)
        some = some or done
        there = done or listing.status is SftpStatus.NO_SUCH_FILE
        judge.expect(there, "P-1.1-a", f"a listing of {folder}", listing.exchange.outcome)
    judge.expect(some, "P-1.1-a", "a folder of the layout", "none of them is there")


@when(parsers.re(r"the SFTP service is connected to (?P<number>\d) times"))
def connect(repository_files: RepositoryFiles, repository_users: RepositoryUsers, number: str) -> None:
    user = repository_users.one(REPOSITORY_SFTP)
    for _ in range(int(number)):
        repository_files.log_in(user)


@then("its host key is one that the target file names")
def right_host_key(repository_files: RepositoryFiles, judge: Judge) -> None:
    for login in repository_files.logins:
        failure = login.exchange.failure
        if failure is not None and failure.kind is FailureKind.SERVER_NOT_TRUSTED:
            expected = "a host key of the target file (repository.sftp_host_keys)"
            judge.fail(Finding("O-SF-a", expected, f"{login.host_key or failure}"))
        require_reply(login.exchange)
        require_host_key(login)


@when(parsers.re(r"somebody logs in by SFTP with (?P<means>.+)"))
def log_in_with(repository_files: RepositoryFiles, repository_users: RepositoryUsers, means: str) -> None:
    """A wrong password is tried on an account that may be locked."""
    user = repository_users.one(REPOSITORY_SFTP)
    bare = with_password(user, None)
    match means:
        case "the user's name and a wrong password":
            _log_in_wrongly(repository_files, repository_users, repository_users.new_password())
        case "the user's name and no password":
            _log_in_wrongly(repository_files, repository_users, "")
        case "the user's name and the password of another user":
            _log_in_wrongly(repository_files, repository_users, repository_users.by_password().password)
        case "the user's name and an unknown SSH key":
            repository_files.log_in(bare, ssh_key=_unknown_key())
        case "the user's name and the SSH key of another user":
            other = repository_users.by_key()
            repository_files.log_in(_beside(other, repository_users), ssh_key=other.ssh_key)
        case "the user's name and no credentials at all":
            repository_files.log_in(None, username=user.username)
        case "an unknown name and the user's password":
            password = repository_users.by_password().password
            repository_files.log_in(repository_users.unknown(password))
        case "an unknown name and no credentials at all":
            repository_files.log_in(None, username=repository_users.unknown().username)
        case "the name anonymous and no password":
            repository_files.log_in(None, username="anonymous", password="")
        case _:
            raise KeyError(means)


def _log_in_wrongly(files: RepositoryFiles, users: RepositoryUsers, password: str | None) -> None:
    """Log in with a wrong password, as a user whom the right one lets in. Raises NotRun where it does not."""
    user = users.expendable()
    if files.log_in(user).session is None:
        raise NotRun(f"the account of {user.label}, which may be locked, does not open SFTP")
    files.log_in(with_password(user, password))


def _beside(user: Account, users: RepositoryUsers) -> Account:
    """Another user of SFTP than this one, without a password or a key. Raises NotRun where there is none."""
    first = users.one(REPOSITORY_SFTP)
    found = first if first.label != user.label else users.another(REPOSITORY_SFTP)
    return with_password(found, None)


def _unknown_key() -> str:
    """An SSH key that nobody has been told of."""
    key = Ed25519PrivateKey.generate()
    return key.private_bytes(Encoding.PEM, PrivateFormat.OpenSSH, NoEncryption()).decode("ascii")


@when("a user whose access was withdrawn logs in by SFTP")
def log_in_withdrawn(repository_files: RepositoryFiles, repository_users: RepositoryUsers) -> None:
    repository_files.log_in(repository_users.withdrawn(REPOSITORY_SFTP))


@then("the SFTP service lets nobody in")
def lets_nobody_in(repository_files: RepositoryFiles) -> None:
    repository_files.expect_refused()


# --- what may be read ---


@when(parsers.re(r"the user asks for a file of the server itself: (?P<path>.+)"))
def ask_outside(repository_files: RepositoryFiles, extracts: Extracts, path: str) -> None:
    folder = extracts.layout.directories[0]
    repository_files.replies = [repository_files.session.fetch(path.replace(_EXTRACTS, folder))]


@when("the user looks for the folders of the server itself")
def list_outside(repository_files: RepositoryFiles, extracts: Extracts) -> None:
    folder = extracts.layout.directories[0]
    up = join(folder, *[".."] * 8)
    repository_files.replies = [repository_files.session.list(path) for path in ("/", "/..", up)]


@then("no such file is given")
def not_given(repository_files: RepositoryFiles, judge: Judge) -> None:
    for reply in repository_files.replies:
        given_away = served(reply.exchange, reply.status)
        judge.expect(not given_away, "O-SF-a", "no file of the server itself", reply.exchange.url)


@then("none of them is listed")
def none_listed(repository_files: RepositoryFiles, judge: Judge) -> None:
    for reply in repository_files.replies:
        if not isinstance(reply, Listing) or not served(reply.exchange, reply.status):
            continue
        names = {entry.name for entry in reply.entries}
        there = sorted(names & {"etc", "proc", "root", "usr", "var"})
        observed = f"{', '.join(there)} in {reply.exchange.url}"
        judge.expect(len(there) < 2, "O-SF-a", "no folder of the server itself", observed)


# --- what may not be done ---


@when(parsers.re(r"the user tries by SFTP to (?P<deed>.+)"))
def try_deed(repository_files: RepositoryFiles, extracts: Extracts, deed: str) -> None:
    extracts.list()
    extract = extracts.any()
    repository_files.before = _content(extracts)
    session, folder = repository_files.session, dirname(extract.path)
    new = join(folder, f"smki-{secrets.token_hex(6)}")
    replies: list[Reply]
    match deed:
        case "write a new file":
            replies = [session.write(new, _OCTETS)]
        case "write over an extract":
            # What is added to its end spoils less than what replaces it, where that is not refused.
            replies = [session.append(extract.path, _OCTETS)]
        case "remove an extract":
            replies = [session.remove(extract.path)]
        case "rename an extract":
            replies = [session.rename(extract.path, new)]
        case "make a directory":
            replies = [session.make_directory(new)]
        case _:
            raise KeyError(deed)
    repository_files.replies = replies


def _content(extracts: Extracts) -> dict[str, list[tuple[str, int | None]]]:
    """What the folders hold."""
    return {
        folder: sorted((entry.name, entry.octets) for entry in entries)
        for folder, entries in extracts.listings.items()
    }


@then("that is refused, and the files are as they were")
def refused(repository_files: RepositoryFiles, extracts: Extracts, judge: Judge) -> None:
    reply = repository_files.replies[-1]
    done = served(reply.exchange, reply.status)
    extracts.list()
    judge.expect(not done, "O-SF-a", "a refusal", reply.exchange.outcome, reply.exchange.url)
    same = _content(extracts) == repository_files.before
    judge.expect(same, "O-SF-a", "the files as they were", "other files, or files of other sizes")


# --- files ---


@when("the user fetches an extract")
def fetch_extract(repository_files: RepositoryFiles, extracts: Extracts) -> None:
    extracts.list()
    repository_files.replies = [extracts.fetch(extracts.any())]


@then("the whole of the file came")
def whole_file(repository_files: RepositoryFiles, extracts: Extracts, judge: Judge) -> None:
    fetched = repository_files.fetched
    if fetched.status is not SftpStatus.DONE:
        judge.fail(not_fetched(fetched, "P-1.1-a"))
    listed = extracts.any().octets
    with fetched.open() as file:
        came = sum(map(len, iter(lambda: file.read(1 << 20), b"")))
    if listed is None:
        raise Inconclusive("the listing tells no sizes, so that nobody knows how much should come")
    judge.expect(came == listed, "P-1.1-a", f"{listed} octets, as listed", f"{came} octets")
