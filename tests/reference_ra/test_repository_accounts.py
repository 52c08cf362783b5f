"""The Repository's accounts over real TLS: passwords that must be changed, locks, secrets (P-3.1)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from reference_ra.repository.admission import LockRule
from tests.reference_ra.conftest import Ra
from tests.reference_ra.repository_users import (
    RepositoryUser,
    advance,
    is_in,
    make_account,
    password_of,
    where,
)

NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)
OWN = "one of my own"


@pytest.fixture
def ra(batch_ra: Ra) -> Ra:
    """One whose clock may be moved."""
    return batch_ra


def fail(ra: Ra, username: str, times: int) -> None:
    for number in range(times):
        assert not is_in(RepositoryUser(ra).log_in(username, f"wrong {number}"))


@pytest.mark.parametrize(
    ("minutes", "locked_for"),
    [
        ([0, 1, 2, 3], None),
        ([0, 1, 2, 3, 4], 60),
        ([0, 15, 30, 45, 60], 60),
        ([0, 15, 30, 45, 61], None),
        ([0, 30, 40, 50, 55, 65], 90),
    ],
)
def test_five_failures_within_the_hour_lock_from_the_first(
    minutes: list[int], locked_for: int | None
) -> None:
    failures = [NOON + timedelta(minutes=each) for each in minutes]
    expected = None if locked_for is None else NOON + timedelta(minutes=locked_for)
    assert LockRule().until(failures) == expected


def test_the_users_of_the_target_file_log_in_but_for_the_withdrawn_one(ra: Ra) -> None:
    assert is_in(RepositoryUser(ra).log_in("amber-energy", password_of(ra)))
    assert is_in(RepositoryUser(ra).log_in("blue-gas", password_of(ra, "repository-other")))
    assert not is_in(RepositoryUser(ra).log_in("blue-gas", password_of(ra)))
    former = password_of(ra, "repository-withdrawn")
    assert not is_in(RepositoryUser(ra).log_in("amber-energy-former", former))


def test_the_first_password_opens_only_the_page_where_it_is_changed(ra: Ra) -> None:
    username, password = make_account(ra)
    user = RepositoryUser(ra)
    for page in (user.log_in(username, password), user.follow(user.get("/search"))):
        assert where(page) == "/password"
        assert "must be changed" in page.notifications[0]
    assert user.change_password("wrong", OWN).errors == ["The current password is wrong."]
    assert "at least 8" in user.change_password(password, "short").errors[0]
    assert "another one" in user.change_password(password, password).errors[0]
    assert "the same" in user.change_password(password, OWN, "other").errors[0]
    assert "has been changed" in user.change_password(password, OWN).notifications[0]
    assert user.get("/search").status == 200
    assert not is_in(RepositoryUser(ra).log_in(username, password))
    assert where(RepositoryUser(ra).log_in(username, OWN)) == "/search"


def test_a_reset_asks_for_another_password(ra: Ra) -> None:
    username, old = make_account(ra, OWN)
    password = ra.manage("POST", f"/repository/accounts/{username}/reset")[1]["password"]
    assert not is_in(RepositoryUser(ra).log_in(username, old))
    assert where(RepositoryUser(ra).log_in(username, password)) == "/password"


def test_five_failures_lock_until_an_hour_after_the_first(ra: Ra) -> None:
    username, password = make_account(ra, OWN)
    fail(ra, username, 4)
    advance(ra, 20)
    fail(ra, username, 1)
    refused = RepositoryUser(ra).log_in(username, password)
    assert not is_in(refused)
    assert "locked" in refused.errors[0]
    advance(ra, 39)
    assert not is_in(RepositoryUser(ra).log_in(username, password))
    advance(ra, 1.1)
    assert is_in(RepositoryUser(ra).log_in(username, password))


def test_an_administrator_unlocks(ra: Ra) -> None:
    username, password = make_account(ra, OWN)
    fail(ra, username, 5)
    assert ra.manage("POST", f"/repository/accounts/{username}/unlock")[0] == 200
    assert is_in(RepositoryUser(ra).log_in(username, password))
    assert ra.manage("POST", "/repository/accounts/nobody/unlock")[0] == 404


def test_a_login_begins_the_count_anew(ra: Ra) -> None:
    username, password = make_account(ra, OWN)
    for _ in range(2):
        fail(ra, username, 4)
        assert is_in(RepositoryUser(ra).log_in(username, password))


def test_no_secret_stands_in_the_database(ra: Ra) -> None:
    octets = (ra.directory / "registry.sqlite").read_bytes()
    for file in (ra.directory / "credentials").glob("repository-*"):
        assert file.stat().st_mode & 0o077 == 0
        assert file.read_bytes().strip() not in octets
