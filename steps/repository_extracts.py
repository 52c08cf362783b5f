"""The extracts by SFTP: when they are there, and what they hold."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from pytest_bdd import given, then, when

from checks.extract import ExtractJudging
from checks.finding import Finding
from clients.repository.layout import ExtractFile, ExtractUnreadable
from clients.repository.sftp import Fetched, SftpStatus
from fixtures.plan import FIRST_QUESTION, Load, sends
from fixtures.repository_accounts import RepositoryUsers
from fixtures.repository_certificates import KnownCertificates
from fixtures.repository_files import READY, Extracts, RepositoryFiles, not_fetched
from fixtures.repository_use import any_certificate
from fixtures.run import ConformanceRun
from fixtures.verdicts import Inconclusive, Judge, NotApplicable, NotRun, Suspended
from reports.model import SCENARIO
from steps.repository_portal import two_of_device
from targets.repository import REPOSITORY_SFTP

_BEFORE = timedelta(minutes=10)
"""So long before an extract hour it is looked at what there is."""
_WEEK = 7
_DAY = timedelta(days=1)


class Expected:
    """What a scenario waits for, and the certificates that it then looks for."""

    def __init__(self, run: ConformanceRun, scenario: str) -> None:
        """Nothing is waited for yet; `scenario` is the key under which the ledger keeps it."""
        self._run, self._scenario = run, scenario
        self.hour: datetime | None = None
        """The extract hour that the scenario waits for."""
        self.before: date | None = None
        """The day of the latest extract before it; None where there is none."""
        self.certificates: list[bytes] = []
        """DER."""

    def remember(self, name: str, make: Callable[[], Any]) -> Any:
        """What the scenario has noted under a name, in this process or an earlier one."""
        return self._run.ledger.remember(self._scenario, name, make)


@pytest.fixture
def expected_extracts(request: pytest.FixtureRequest, run: ConformanceRun) -> Expected:
    """What this scenario waits for."""
    return Expected(run, request.node.stash[SCENARIO].key)


# --- by the calendar ---


@given("an extract hour that has passed")
def hour_passed(
    extracts: Extracts,
    expected_extracts: Expected,
    repository_files: RepositoryFiles,
    repository_users: RepositoryUsers,
) -> None:
    expected_extracts.hour = extracts.last_hour()
    repository_files.enter(repository_users.one(REPOSITORY_SFTP))


@when("the user lists the extracts")
def list_extracts(extracts: Extracts) -> None:
    extracts.list()


@then("the newest full extract is of the last declared day")
def newest_full(extracts: Extracts, judge: Judge) -> None:
    """One that is newer, where another is made before its hour has passed, is of the next declared day.

    Its name may tell the day that it is about, or the day by another clock than UTC, as an increment's may.
    """
    wanted = extracts.last_declared_day()
    extracts.require_since(wanted)
    days = [file.day for file in extracts.full]
    due = (wanted, wanted + _WEEK * _DAY)
    right = bool(days) and any(abs(days[-1] - day) <= _DAY for day in due)
    observed = f"the newest of {days[-1]}" if days else "none"
    judge.expect(right, "O-SF-c", f"a full extract of {wanted}", observed)


@then("there is an increment of each of the last seven days")
def seven_increments(extracts: Extracts, judge: Judge) -> None:
    """Its day is the one on which it is made, or the one that it is about; today's may be made before its
    hour is over."""
    latest = extracts.last_hour().date()
    extracts.require_since(latest)
    days = {file.day for file in extracts.increments}
    ends = (latest, latest - _DAY, latest + _DAY)
    weeks = ([day for day in _week(last) if day >= extracts.since] for last in ends)
    lacking = min(([day for day in week if day not in days] for week in weeks), key=len)
    wanted = f"increments of the seven days up to {latest}, or up to the day before"
    observed = f"none of {', '.join(map(str, lacking))}"
    judge.expect(not lacking, "O-SF-b", wanted, observed)


def _week(last: date) -> list[date]:
    return [last - back * _DAY for back in range(_WEEK)]


# --- as the hour passes ---


@given("the increments as they are shortly before the extract hour")
def increments_before(
    extracts: Extracts,
    expected_extracts: Expected,
    repository_files: RepositoryFiles,
    repository_users: RepositoryUsers,
) -> None:
    expected_extracts.hour = extracts.next_hour()
    _list_before(extracts, expected_extracts.hour, repository_files, repository_users)
    expected_extracts.before = _latest(extracts.increments)


@given("the full extracts as they are shortly before the extract hour of the declared day")
def full_before(
    extracts: Extracts,
    expected_extracts: Expected,
    repository_files: RepositoryFiles,
    repository_users: RepositoryUsers,
) -> None:
    expected_extracts.hour = extracts.next_hour(extracts.weekday)
    _list_before(extracts, expected_extracts.hour, repository_files, repository_users)
    expected_extracts.before = _latest(extracts.full)


def _list_before(extracts: Extracts, hour: datetime, files: RepositoryFiles, users: RepositoryUsers) -> None:
    extracts.clock.advance_to(hour - _BEFORE)
    files.enter(users.one(REPOSITORY_SFTP))
    extracts.list()


def _latest(found: tuple[ExtractFile, ...]) -> date | None:
    return found[-1].day if found else None


@when("the extract hour has passed")
def pass_hour(
    extracts: Extracts,
    expected_extracts: Expected,
    repository_files: RepositoryFiles,
    repository_users: RepositoryUsers,
) -> None:
    if expected_extracts.hour is None:
        raise Inconclusive("no extract hour was named")
    extracts.clock.advance_to(expected_extracts.hour + READY)
    repository_files.enter(repository_users.one(REPOSITORY_SFTP))
    extracts.list()


@then("there is a new increment")
def new_increment(extracts: Extracts, expected_extracts: Expected, judge: Judge) -> None:
    _expect_newer(extracts.increments, expected_extracts, judge, "increment")


@then("there is a new full extract")
def new_full(extracts: Extracts, expected_extracts: Expected, judge: Judge) -> None:
    _expect_newer(extracts.full, expected_extracts, judge, "full extract")


def _expect_newer(found: tuple[ExtractFile, ...], expected: Expected, judge: Judge, what: str) -> None:
    latest = _latest(found)
    newer = latest is not None and (expected.before is None or latest > expected.before)
    wanted = f"a new {what} within an hour of {expected.hour:%Y-%m-%d %H:%M} UTC"
    judge.expect(newer, "O-SF-c", wanted, f"the newest of {latest}" if latest else "none")


# --- what is in them ---


@given("certificates that the run was issued before the extract hour")
@sends(Load(adhoc_wrong=1), once=FIRST_QUESTION)
@sends(two_of_device)
def issued_before(
    run: ConformanceRun,
    extracts: Extracts,
    expected_extracts: Expected,
    known_certificates: KnownCertificates,
    repository_files: RepositoryFiles,
    repository_users: RepositoryUsers,
) -> None:
    """Where the target's clock cannot be moved, the hour is waited for in another process."""
    own = expected_extracts.remember("own", lambda: _new_certificates(known_certificates))
    run.seen.certificates += [der for der in map(bytes.fromhex, own) if der not in run.seen.certificates]
    seen = {hashlib.sha256(der).hexdigest(): der for der in run.seen.certificates}
    expected_extracts.certificates = [
        seen[each] for each in expected_extracts.remember("issued", lambda: [*seen])
    ]
    if not expected_extracts.certificates:
        raise NotRun(
            "no issuing interface is claimed: no certificate in the extracts is known octet for octet"
        )
    hour = datetime.fromisoformat(
        expected_extracts.remember("hour", lambda: extracts.next_hour().isoformat())
    )
    if extracts.clock.movable:
        extracts.clock.advance_to(hour + READY)
    elif extracts.clock.now() < hour + READY:
        raise Suspended(hour + READY, f"the extract of {hour:%Y-%m-%d %H:%M} UTC is not made yet")
    repository_files.enter(repository_users.one(REPOSITORY_SFTP))


def _new_certificates(known: KnownCertificates) -> list[str]:
    """Certificates of both usages, or else any: hexadecimal. Raises as `KnownCertificates` does."""
    try:
        found = known.both_of_device()
    except (NotRun, NotApplicable):
        found = [any_certificate(known)]
    return [each.der.hex() for each in found if each.der is not None]


@pytest.fixture
def extract_judging() -> ExtractJudging:
    """What is judged of the extracts of this scenario."""
    return ExtractJudging()


@when("the user fetches the full extract and the increments since then")
def fetch_all(extracts: Extracts, extract_judging: ExtractJudging, judge: Judge) -> None:
    extracts.list()
    if not extracts.full:
        judge.fail(Finding("O-SF-b", "a full extract", "none"))
    full = extracts.full[-1]
    for file in (full, *(each for each in extracts.increments if each.day >= full.day)):
        fetched = extracts.fetch(file)
        if fetched.status is not SftpStatus.DONE:
            judge.fail(not_fetched(fetched, "O-SF-b"))
        try:
            with fetched.open() as stream:
                extract_judging.take(file.path, extracts.layout.read(stream))
        except ExtractUnreadable as error:
            raise Inconclusive(f"the layout of the target file does not fit (O-SF-d): {error}") from None


@then("every one of those certificates is in them, octet for octet")
def all_there(expected_extracts: Expected, extract_judging: ExtractJudging, judge: Judge) -> None:
    judge.take(extract_judging.missing(expected_extracts.certificates, "O-SF-b"))


@then("every record of them is right")
def records_right(extract_judging: ExtractJudging, judge: Judge) -> None:
    judge.take(extract_judging.findings())


@then("it is read by the layout")
def read_by_layout(repository_files: RepositoryFiles, extracts: Extracts, judge: Judge) -> None:
    fetched: Fetched = repository_files.fetched
    if fetched.status is not SftpStatus.DONE:
        judge.take([not_fetched(fetched, "O-SF-d")])  # recalled: it fails nothing
        return
    try:
        with fetched.open() as stream:
            for _ in extracts.layout.read(stream):
                pass
    except ExtractUnreadable as error:
        judge.take([Finding("O-SF-d", "an extract as the target's layout has it", str(error))])
