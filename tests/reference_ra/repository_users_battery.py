"""What users of the Repository meet at its portal and by SFTP: to be compared from one RA to another."""

from __future__ import annotations

import base64
import csv
import gzip
import io
import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import paramiko

from reference_ra.parties import GAS_SUPPLIER, IMPORT_SUPPLIER
from reference_ra.pki import TestPki
from reference_ra.policies import Policies
from reference_ra.repository.accounts import Account
from reference_ra.repository.admission import Admission
from tests.reference_ra.batching import device
from tests.reference_ra.browsing import DEVICE_FORM, Page, User
from tests.reference_ra.conftest import Ra
from tests.reference_ra.craft import RIGHT, encoded
from tests.reference_ra.desking import office
from tests.reference_ra.repository_files import connected, key_of
from tests.reference_ra.repository_users import RepositoryUser, advance, make_account, password_of

Told = dict[str, str]
PASSWORD, OTHER = "one of my own", "another of my own"
DEVICES = (device(880), device(881))
LOCKS = ((4, 0, 1), (5, 0, 1), (5, 0, 45), (5, 0, 61), (5, 10, 1), (5, 10, 41), (5, 12, 15), (5, 20, 21))
"""How many wrong passwords, minutes between them, and minutes from the last one to the right one."""


class _Accounts:
    """Logs in, without a socket."""

    def __init__(self, directory: Path, pki: TestPki, policies: Policies) -> None:
        self._office = (directory, pki, policies)
        self._policies = policies.repository.accounts

    def told(self) -> Told:
        with office(*self._office) as work:
            self._authority = work.authority
            self._store = work.authority.registry.accounts
            self._admission = Admission(work.authority, self._policies)
            return dict(self._all())

    def _log_in(self, name: str, password: str) -> str:
        outcome = self._admission.log_in(name, password)
        if not isinstance(outcome, Account):
            return outcome.name
        return "in, to change" if self._policies.must_change(outcome) else "in"

    def _make(self, name: str) -> Account:
        return self._policies.create(self._store, name, IMPORT_SUPPLIER.eui64, PASSWORD)

    def _all(self) -> Iterator[tuple[str, str]]:
        self._make("first")
        for password in (PASSWORD, "", f"{PASSWORD}x", PASSWORD[:-1]):
            yield f"first with {password!r}", self._log_in("first", password)
        self._store.add("gone", IMPORT_SUPPLIER.eui64, PASSWORD, withdrawn=True)
        self._store.add("gas", GAS_SUPPLIER.eui64, PASSWORD, must_change=False)
        yield "withdrawn", self._log_in("gone", PASSWORD)
        yield "of another Party", self._log_in("gas", PASSWORD)
        yield from self._changes(self._make("changing"))
        for failures, apart, wait in LOCKS:
            yield (
                f"{failures} {apart} {wait}",
                self._locked(f"{failures} {apart} {wait}", failures, apart, wait),
            )
        yield from self._far_apart()
        yield from self._unlocked(self._make("unlocked"))

    def _changes(self, account: Account) -> Iterator[tuple[str, str]]:
        yield "the same again", str(self._admission.change_password(account, PASSWORD, PASSWORD))
        yield "another", str(self._admission.change_password(account, OTHER, OTHER))
        for password in (PASSWORD, OTHER):
            yield f"changed, {password}", self._log_in(account.username, password)
        changed = self._store.find(account.username)
        assert changed is not None
        self._policies.reset(self._store, changed, "given by the DCC")
        for password in (OTHER, "given by the DCC"):
            yield f"reset, {password}", self._log_in(account.username, password)

    def _wait(self, minutes: float) -> None:
        self._authority.clock.advance(timedelta(minutes=minutes))

    def _locked(self, name: str, failures: int, apart: int, wait: int) -> str:
        self._make(name)
        for number in range(failures):
            self._wait(apart if number else 0)
            self._log_in(name, "wrong")
        self._wait(wait)
        return f"{self._log_in(name, PASSWORD)}; {self._log_in('gas', PASSWORD)}"

    def _far_apart(self) -> Iterator[tuple[str, str]]:
        self._make("far apart")
        for wait in (0, 0, 0, 0, 65):
            self._wait(wait)
            self._log_in("far apart", "wrong")
        yield "far apart", self._log_in("far apart", PASSWORD)

    def _unlocked(self, account: Account) -> Iterator[tuple[str, str]]:
        for _ in range(5):
            self._log_in(account.username, "wrong")
        self._policies.unlock(self._store, account)
        yield "unlocked", self._log_in(account.username, PASSWORD)


def told_of_accounts(directory: Path, pki: TestPki, policies: Policies) -> Told:
    return _Accounts(directory, pki, policies).told()


_PASSING = re.compile(r'value="[\w-]{43}"|<time.*?</time>|<pre>.*?</pre>|user-[0-9a-f]{12}', re.DOTALL)
"""What is never the same twice: tokens, times, certificates, users."""


def _issue(ra: Ra, *devices: bytes) -> None:
    for each in devices:
        page = User(ra, "portal-device").submit(DEVICE_FORM, encoded(RIGHT.build(each)))
        assert page.notifications


class _Portal:
    """Goes over the portal's pages."""

    def __init__(self, ra: Ra) -> None:
        self._ra = ra
        self._changing: dict[str, str] = {}
        """What differs from one run to the next, and what it is called."""

    def told(self) -> Told:
        return {name: self._text(page) for name, page in self._pages()}

    def _text(self, page: Page) -> str:
        text = _PASSING.sub("", page.body.decode("latin-1"))
        for found, name in self._changing.items():
            text = text.replace(found, name)
        return f"{page.status} {text}"

    def _pages(self) -> Iterator[tuple[str, Page]]:
        user = RepositoryUser(self._ra)
        _issue(self._ra, *DEVICES, DEVICES[0])
        yield "login", user.get("/")
        yield "as another browser", user.send("GET", "/", headers={"User-Agent": "Trident/7.0"})
        yield "wrong", user.log_in("amber-energy", "wrong")
        yield "in", user.log_in("amber-energy", password_of(self._ra))
        yield from self._searches(user)
        yield "script", user.get("/static/portal.js")
        inside = dict(user.cookies)
        yield "out", user.log_out()
        user.cookies = inside
        yield "after the logout", user.follow(user.get("/search"))
        new = RepositoryUser(self._ra)
        yield "must change", new.log_in(*make_account(self._ra))
        yield "before the change", new.follow(new.get("/authorities"))

    def _searches(self, user: RepositoryUser) -> Iterator[tuple[str, Page]]:
        for number, each in enumerate(DEVICES):
            page = user.get(f"/search?device={each.hex('-')}")
            for serial in page.texts("//th[@class='serial']"):
                self._changing.setdefault(serial, f"serial {number}")
                self._changing.setdefault(serial[:-1], f"serial {number}, wrong")
            yield f"search {number}", page
        link = str(page.tree.xpath("string(//a[@class='certificate']/@href)")) or "/nothing"
        yield "details", user.get(link.removesuffix("/certificate"))
        file = user.get(link).body
        lodged = (self._ra.directory / "registry.sqlite").read_bytes()
        yield "download", Page(200, page.headers, str(file in lodged).encode(), link)
        stranger = RepositoryUser(self._ra)
        yield "without a login", stranger.follow(stranger.get(link.removesuffix("/certificate")))
        for text in ("00-00-00-00-00-00-00-00", "x'", "<b>", ""):
            yield f"search {text}", user.get(f"/search?device={text}")
        for path in ("/authorities", "/lists"):
            page = user.get(path)
            for serial in page.texts("//td[@class='serial']"):
                self._changing.setdefault(serial, "serial of a CA")
            yield path, page


def told_of_portal(ra: Ra) -> Told:
    return _Portal(ra).told()


def told_of_files(ra: Ra) -> Told:
    """What SFTP lets its users do, and which extracts there are two days after a certificate was issued."""
    _issue(ra, DEVICES[0])
    advance(ra, 2 * 24 * 60)
    return dict(_files(ra))


def _files(ra: Ra) -> Iterator[tuple[str, str]]:
    password = password_of(ra)
    with connected(ra) as transport:
        key = transport.get_remote_server_key()
        yield "host key", str(f"{key.get_name()} {key.get_base64()}" == ra.endpoints.sftp_host_key)
    for name in ("amber-energy", "amber-energy-former", "anonymous"):
        withdrawn = password_of(ra, "repository-withdrawn")
        for what in (password, "wrong", withdrawn):
            with connected(ra) as transport:
                yield f"{name} {(password, 'wrong', withdrawn).index(what)}", _outcome(transport, name, what)
    for name in ("amber-energy", "blue-gas"):
        with connected(ra) as transport:
            yield f"key of {name}", _outcome(transport, name, key_of(ra))
    with _logged_in(ra) as client:
        (ra.directory / "outside.txt").write_bytes(b"outside")
        for path in ("../outside.txt", "/../outside.txt"):
            yield path, _try(lambda path=path: client.open(path).read())  # type: ignore[misc]
        yield "mkdir", _try(lambda: client.mkdir("new"))
        for folder in sorted(set(client.listdir("/")) - {"new"}):
            for name in sorted(client.listdir(folder)):
                yield f"{folder}/{name}", _content(ra, client, f"{folder}/{name}")


def _content(ra: Ra, client: paramiko.SFTPClient, path: str) -> str:
    with client.open(path) as file:
        octets = file.read()
    whole = octets == (ra.directory / "repository" / path).read_bytes()
    if not path.endswith("gz") or not whole:
        return f"whole: {whole}"
    lodged = (ra.directory / "registry.sqlite").read_bytes()
    rows = csv.DictReader(io.StringIO(gzip.decompress(octets).decode()))
    return "; ".join(f"{row['subject']} {_known(row['certificate'], lodged)}" for row in rows)


def _known(certificate: str | None, lodged: bytes) -> bool:
    return certificate is not None and base64.b64decode(certificate) in lodged


def _outcome(transport: paramiko.Transport, name: str, what: str | paramiko.PKey) -> str:
    if isinstance(what, str):
        return _try(lambda: transport.auth_password(name, what, fallback=False))
    return _try(lambda: transport.auth_publickey(name, what))


def _try(deed: object) -> str:
    try:
        return str(deed())  # type: ignore[operator]
    except (paramiko.SSHException, OSError) as error:
        return type(error).__name__


@contextmanager
def _logged_in(ra: Ra) -> Iterator[paramiko.SFTPClient]:
    """As somebody whom this RA lets in: paramiko's second attempt on one connection is none for asyncssh."""
    for what in (key_of(ra), password_of(ra, "repository-other")):
        with connected(ra) as transport:
            if _outcome(transport, "blue-gas", what) == "[]":
                client = paramiko.SFTPClient.from_transport(transport)
                assert client is not None
                yield client
                return
    raise AssertionError("nobody is let in")
