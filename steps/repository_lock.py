"""Wrong passwords at the Repository portal, and the accounts that they lock (P-3.1-c)."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from pytest_bdd import given, parsers, when

from clients.repository.portal import LoginState
from fixtures.answers import require_reply
from fixtures.clock import Clock
from fixtures.repository_accounts import LOCKING_FAILURES, RepositoryUsers
from fixtures.repository_use import RepositoryUse, in_words
from fixtures.run import ConformanceRun
from fixtures.verdicts import Inconclusive


class WrongPasswords:
    """The wrong passwords that a scenario gives, by the target's clock."""

    def __init__(self, use: RepositoryUse, users: RepositoryUsers, clock: Clock) -> None:
        """None is given yet."""
        self._use, self._users, self._clock = use, users, clock
        self._first_at: datetime | None = None

    def give(self, number: int, apart: timedelta = timedelta()) -> None:
        """Give so many, each so much later than the one before.

        Raises Inconclusive where one is not answered, or lets in.
        """
        for ordinal in range(number):
            if ordinal and apart:
                self._clock.advance(apart)
            self._first_at = self._first_at or self._clock.now()
            outcome = self._use.log_in(self._use.named, self._users.new_password())
            require_reply(outcome.page.exchange)
            if outcome.state is LoginState.IN:
                raise Inconclusive(f"a wrong password is taken for the right one: {in_words(outcome)}")

    def wait_since_first(self, time: timedelta) -> None:
        """Let so much time pass from the first on."""
        if self._first_at is None:
            raise Inconclusive("no wrong password was given")
        self._clock.advance_to(self._first_at + time)


@pytest.fixture
def wrong_passwords(
    run: ConformanceRun, repository_use: RepositoryUse, repository_users: RepositoryUsers
) -> WrongPasswords:
    """The wrong passwords of this scenario."""
    return WrongPasswords(repository_use, repository_users, Clock(run.operator))


@given("an account that may be locked")
def account(repository_use: RepositoryUse, repository_users: RepositoryUsers) -> None:
    """It lets its user in: a right password that is refused later says something."""
    repository_use.enter(repository_users.lockable())


@given(f"an account that was locked by {LOCKING_FAILURES} wrong passwords")
def locked_account(
    repository_use: RepositoryUse, repository_users: RepositoryUsers, wrong_passwords: WrongPasswords
) -> None:
    account(repository_use, repository_users)
    wrong_passwords.give(LOCKING_FAILURES)
    outcome = repository_use.log_in(repository_use.named)
    require_reply(outcome.page.exchange)
    if outcome.state is LoginState.IN:
        raise Inconclusive("the account is not locked, so that it could not be unlocked")


@when(parsers.re(r"a wrong password is given (?P<number>\d) times?"))
def give_wrong_passwords(wrong_passwords: WrongPasswords, number: str) -> None:
    wrong_passwords.give(int(number))


@when(parsers.re(r"a wrong password is given (?P<number>\d) times, one in (?P<minutes>\d+) minutes"))
def spread_wrong_passwords(wrong_passwords: WrongPasswords, number: str, minutes: str) -> None:
    wrong_passwords.give(int(number), timedelta(minutes=int(minutes)))


@when(parsers.re(r"(?P<minutes>\d+) minutes have passed since the first of them"))
def minutes_have_passed(wrong_passwords: WrongPasswords, minutes: str) -> None:
    wrong_passwords.wait_since_first(timedelta(minutes=int(minutes)))


@when("the right password is given")
def give_right_password(repository_use: RepositoryUse) -> None:
    repository_use.log_in(repository_use.named)


@when("an administrator unlocks the account")
def unlock(repository_use: RepositoryUse, repository_users: RepositoryUsers) -> None:
    repository_users.unlock(repository_use.named)
