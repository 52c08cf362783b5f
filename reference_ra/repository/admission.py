"""Who is let in with a username and a password, and when an account is locked (P-3.1-a to P-3.1-c)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from reference_ra.authority import Authority
from reference_ra.repository.accounts import Account, AccountStore, Interface

SHORTEST_PASSWORD = 8
LONGEST_PASSWORD = 1000


class Turned(StrEnum):
    """Why a user is not let in."""

    AWAY = "The username or the password is wrong."
    LOCKED = "The account is locked after too many wrong passwords."


@dataclass(frozen=True, slots=True)
class LockRule:
    """When wrong passwords lock an account, and for how long (P-3.1-c)."""

    failures: int = 5
    within: timedelta = timedelta(hours=1)
    lasting: timedelta = timedelta(hours=1)

    def until(self, failures: Sequence[datetime]) -> datetime | None:
        """Until when these failures, the earliest first, lock the account; None where they do not.

        The hour counts from the first of the failures that lock it.
        """
        counted = failures[-self.failures :]
        if len(counted) < self.failures or counted[-1] - counted[0] > self.within:
            return None
        return counted[0] + self.lasting


PasswordRule = Callable[[Account, str, str], bool]
"""True where a new password may be set, given it and what was written the second time."""

PASSWORD_RULES: Mapping[str, PasswordRule] = {
    f"It must have at least {SHORTEST_PASSWORD} characters.": lambda _account, new, _again: (
        len(new) >= SHORTEST_PASSWORD
    ),
    f"It must have at most {LONGEST_PASSWORD} characters.": lambda _account, new, _again: (
        len(new) <= LONGEST_PASSWORD
    ),
    "It must be another one than the current password.": lambda account, new, _again: (
        not account.has_password(new)
    ),
    "Both new passwords must be the same.": lambda _account, new, again: new == again,
}
"""What a new password must keep, in the words of the page that asks for it."""


@dataclass(frozen=True)
class AccountPolicies:
    """How the RA decides about accounts."""

    may_use: Callable[[Account, Interface], bool]
    """Whether the account is one for an interface."""
    is_password: Callable[[Account, str], bool]
    """Whether a password is the account's."""
    admitted: Callable[[AccountStore, Account], None]
    """What becomes of earlier failures once a user is let in."""
    lock_until: Callable[[Sequence[datetime]], datetime | None]
    """Until when failures lock an account, given all that count, the latest last."""
    is_locked: Callable[[Account, datetime], bool]
    must_change: Callable[[Account], bool]
    """Whether a user must change the password before anything else."""
    password_rules: Mapping[str, PasswordRule]
    change_password: Callable[[AccountStore, Account, str], Account]
    """The user gives the account that password."""
    create: Callable[[AccountStore, str, bytes, str], Account]
    """A new account of that name, for a Party's user, with a password that the DCC has given."""
    reset: Callable[[AccountStore, Account, str], Account]
    """The DCC gives the account that password."""
    unlock: Callable[[AccountStore, Account], Account]
    """An administrator unlocks the account."""


def _admitted(store: AccountStore, account: Account) -> None:
    store.forget_failures(account.username)


def _is_locked(account: Account, now: datetime) -> bool:
    return account.locked_until is not None and now < account.locked_until


def _change_password(store: AccountStore, account: Account, password: str) -> Account:
    return store.set_password(account.username, password, must_change=False)


def _create(store: AccountStore, username: str, party: bytes, password: str) -> Account:
    return store.add(username, party, password)


def _reset(store: AccountStore, account: Account, password: str) -> Account:
    store.set_password(account.username, password, must_change=True)
    return _unlock(store, account)


def _unlock(store: AccountStore, account: Account) -> Account:
    store.forget_failures(account.username)
    return store.lock(account.username, None)


def conformant_account_policies() -> AccountPolicies:
    """Those that keep every rule."""
    return AccountPolicies(
        may_use=Account.may_use,
        is_password=Account.has_password,
        admitted=_admitted,
        lock_until=LockRule().until,
        is_locked=_is_locked,
        must_change=lambda account: account.must_change,
        password_rules=PASSWORD_RULES,
        change_password=_change_password,
        create=_create,
        reset=_reset,
        unlock=_unlock,
    )


class Admission:
    """Lets users in, and counts what was wrong."""

    def __init__(self, authority: Authority, policies: AccountPolicies) -> None:
        """Decide as the policies say."""
        self._store = authority.registry.accounts
        self._clock = authority.clock
        self._policies = policies

    def log_in(self, username: str, password: str) -> Account | Turned:
        """The account, where its password is right; else why not (P-3.1-a).

        A successful login begins the count of failures anew, and so does the end of a lock: the failures that
        led to it count no more. What is tried while the account is locked does not prolong that.
        """
        now, account = self._clock.now(), self._store.find(username)
        if account is None or not self._policies.may_use(account, "repository-portal"):
            return Turned.AWAY
        if self._policies.is_locked(account, now):
            return Turned.LOCKED
        if self._policies.is_password(account, password):
            self._policies.admitted(self._store, account)
            return account
        until = self._policies.lock_until(self._store.note_failure(username, now))
        if until is None:
            return Turned.AWAY
        self._store.forget_failures(username)
        self._store.lock(username, until)
        return Turned.LOCKED

    def is_password(self, account: Account, password: str) -> bool:
        """Whether a password is the account's."""
        return self._policies.is_password(account, password)

    def change_password(self, account: Account, new: str, again: str) -> str | None:
        """The account has a new password; or else, in words, what is wrong with that."""
        for words, keeps in self._policies.password_rules.items():
            if not keeps(account, new, again):
                return words
        self._policies.change_password(self._store, account, new)
        return None
