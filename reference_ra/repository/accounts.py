"""The accounts of the Repository's users, in the RA's database (P-1.1-a, P-3.1-a, O-WS-a, O-SF-a)."""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
import sqlite3
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

Interface = Literal["repository-portal", "repository-web-service", "repository-sftp"]
INTERFACES: tuple[Interface, ...] = ("repository-portal", "repository-web-service", "repository-sftp")

TABLES = """
create table repository_account (
    username text primary key,
    party blob not null,
    interfaces text not null,
    withdrawn integer not null,
    password blob not null,
    must_change integer not null,
    locked_until text,
    api_key blob unique,
    ssh_keys text not null
);
create table repository_failure (
    id integer primary key,
    username text not null,
    failed_at text not null
);
create index repository_failure_by_username on repository_failure (username);
"""
_COLUMNS = "username, party, interfaces, withdrawn, password, must_change, locked_until, ssh_keys"
_SALT_OCTETS = 16


@dataclass(frozen=True, slots=True)
class Account:
    """A user of the Repository."""

    username: str
    party: bytes
    """The EUI-64 of the organisation that the user belongs to."""
    interfaces: frozenset[Interface]
    withdrawn: bool
    """All access has been taken from the user."""
    password: bytes
    """Salt and hash."""
    must_change: bool
    """The password is one that others have set: it opens only the page where it is changed (P-3.1-b)."""
    locked_until: datetime | None
    ssh_keys: tuple[str, ...]
    """Public keys of the user, as OpenSSH writes them: type and Base64."""

    def may_use(self, interface: Interface) -> bool:
        """Whether the account is one for that interface."""
        return not self.withdrawn and interface in self.interfaces

    def has_password(self, password: str) -> bool:
        """Whether it is the user's."""
        salt = self.password[:_SALT_OCTETS]
        return hmac.compare_digest(_hashed(password, salt), self.password)


class AccountStore:
    """The accounts of one RA. Used from one thread."""

    def __init__(self, database: sqlite3.Connection) -> None:
        """Keep them in a database that has the tables."""
        self._database = database

    def add(
        self,
        username: str,
        party: bytes,
        password: str,
        *,
        interfaces: Collection[Interface] = INTERFACES,
        withdrawn: bool = False,
        must_change: bool = True,
        api_key: str | None = None,
        ssh_keys: Sequence[str] = (),
    ) -> Account:
        """A new account; sqlite3.IntegrityError where there is one of that name."""
        self._database.execute(
            "insert into repository_account (username, party, interfaces, withdrawn, password, must_change,"
            " api_key, ssh_keys) values (?, ?, ?, ?, ?, ?, ?, ?)",
            (
                username,
                party,
                json.dumps(sorted(interfaces)),
                withdrawn,
                _salted(password),
                must_change,
                None if api_key is None else _digest(api_key),
                json.dumps(list(ssh_keys)),
            ),
        )
        return self._known(username)

    def find(self, username: str) -> Account | None:
        """The account of that name, exactly as it is written."""
        return self._find("username = ?", username)

    def account_of_key(self, key: str) -> Account | None:
        """The account that has that API Key, whether or not it may be used now."""
        return self._find("api_key = ?", _digest(key))

    def user_of_key(self, key: str) -> Account | None:
        """The user of the Web Service whom an API Key identifies (O-WS-a); None where nobody may use it."""
        account = self.account_of_key(key)
        return account if account and account.may_use("repository-web-service") else None

    def set_password(self, username: str, password: str, *, must_change: bool) -> Account:
        """The account has another password."""
        return self._update(username, "password = ?, must_change = ?", _salted(password), must_change)

    def failures(self, username: str) -> list[datetime]:
        """When wrong passwords were given that still count, the earliest first."""
        rows = self._database.execute(
            "select failed_at from repository_failure where username = ? order by id", (username,)
        )
        return [datetime.fromisoformat(row[0]) for row in rows]

    def note_failure(self, username: str, at: datetime) -> list[datetime]:
        """A wrong password was given; gives all that count."""
        self._database.execute(
            "insert into repository_failure (username, failed_at) values (?, ?)", (username, at.isoformat())
        )
        return self.failures(username)

    def forget_failures(self, username: str) -> None:
        """What was wrong up to now counts no more."""
        self._database.execute("delete from repository_failure where username = ?", (username,))

    def lock(self, username: str, until: datetime | None) -> Account:
        """The account is locked until then, or not at all."""
        return self._update(username, "locked_until = ?", until and until.isoformat())

    def _update(self, username: str, changes: str, *values: object) -> Account:
        self._database.execute(
            f"update repository_account set {changes} where username = ?",  # noqa: S608 - constants
            (*values, username),
        )
        return self._known(username)

    def _known(self, username: str) -> Account:
        account = self.find(username)
        if account is None:
            raise LookupError("there is no such account")
        return account

    def _find(self, condition: str, value: object) -> Account | None:
        rows = self._database.execute(
            f"select {_COLUMNS} from repository_account where {condition}",  # noqa: S608 - constants
            (value,),
        )
        return next(map(_account, rows), None)


def _account(row: Any) -> Account:
    username, party, interfaces, withdrawn, password, must_change, locked_until, ssh_keys = row
    return Account(
        username=username,
        party=party,
        interfaces=frozenset(json.loads(interfaces)),
        withdrawn=bool(withdrawn),
        password=password,
        must_change=bool(must_change),
        locked_until=datetime.fromisoformat(locked_until) if locked_until else None,
        ssh_keys=tuple(json.loads(ssh_keys)),
    )


def _salted(password: str) -> bytes:
    return _hashed(password, secrets.token_bytes(_SALT_OCTETS))


def _hashed(password: str, salt: bytes) -> bytes:
    # A low cost: the accounts protect nothing, and a run logs in hundreds of times.
    octets = password.encode("utf-8", "surrogatepass")
    return salt + hashlib.scrypt(octets, salt=salt, n=1024, r=8, p=1)


def _digest(key: str) -> bytes:
    """Of an API Key, which is long and drawn at random, so that a plain hash hides it."""
    return hashlib.sha256(key.encode("utf-8", "surrogatepass")).digest()
