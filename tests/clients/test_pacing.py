"""The hours and intervals of Appendix N, in summer, in winter and on both days when the clocks change."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clients.pacing import (
    POLLING,
    AdHocPace,
    Polling,
    core_hours,
    earliest_fetch,
    next_fetch,
    processing_deadline,
    uk_time,
)

UK = ZoneInfo("Europe/London")
TICK = timedelta(microseconds=1)
HOUR = timedelta(hours=1)
FORWARD, BACK = "2026-03-29", "2026-10-25"
"""The days on which UK clocks change in 2026."""
DAYS = ("2026-01-15", "2026-03-28", FORWARD, "2026-07-15", "2026-10-24", BACK, "2026-12-31")
days = pytest.mark.parametrize("day", DAYS)
moments = st.datetimes(datetime(2020, 1, 1), datetime(2035, 1, 1), timezones=st.just(UTC))
pollings = st.sampled_from(POLLING)


def at(day: str, clock: str, days: int = 0) -> datetime:
    """What UK clocks show, some days after `day`, as UTC."""
    date = datetime.fromisoformat(day).date() + timedelta(days=days)
    return datetime.combine(date, time.fromisoformat(clock), UK).astimezone(UTC)


# --- hours ---


def test_uk_clocks_are_an_hour_ahead_in_summer_only() -> None:
    assert at("2026-07-15", "07:00") == datetime(2026, 7, 15, 6, tzinfo=UTC)
    assert at("2026-01-15", "07:00") == datetime(2026, 1, 15, 7, tzinfo=UTC)
    assert at(FORWARD, "00:30") + HOUR == at(FORWARD, "02:30")
    assert at(BACK, "00:30") + 3 * HOUR == at(BACK, "02:30")


@days
def test_core_hours_begin_at_seven_and_end_before_twenty(day: str) -> None:
    for clock, inside in (("07:00", True), ("20:00", False)):
        edge = at(day, clock)
        assert [core_hours(moment) for moment in (edge - TICK, edge, edge + TICK)] == [
            not inside,
            inside,
            inside,
        ]
    assert core_hours(at(day, "12:00"))
    assert not core_hours(at(day, "00:00"))


@pytest.mark.parametrize("ask", [core_hours, processing_deadline, uk_time])
def test_a_moment_without_a_time_zone_is_refused(ask: object) -> None:
    with pytest.raises(ValueError, match="has no time zone"):
        ask(datetime(2026, 7, 15, 12))  # type: ignore[operator]


@given(moments)
def test_any_time_zone_means_the_same_moment(moment: datetime) -> None:
    elsewhere = moment.astimezone(ZoneInfo("Asia/Tokyo"))
    assert core_hours(elsewhere) == core_hours(moment)
    assert processing_deadline(elsewhere) == processing_deadline(moment)
    assert next_fetch(elsewhere, elsewhere, "strict") == next_fetch(moment, moment, "strict")


# --- batches ---


@days
def test_a_batch_is_processed_this_night_or_from_twenty_on_in_the_next(day: str) -> None:
    for clock in ("00:00", "08:00", "12:00", "19:59:59.999999"):
        assert processing_deadline(at(day, clock)) == at(day, "08:00", 1)
    for clock in ("20:00", "20:00:00.000001", "23:59:59.999999"):
        assert processing_deadline(at(day, clock)) == at(day, "08:00", 2)


@days
def test_when_a_result_may_first_be_asked_for(day: str) -> None:
    for clock in ("00:00", "08:00", "12:00", "19:59:59.999999"):
        assert earliest_fetch(at(day, clock), "strict") == at(day, "08:00", 1)
        assert earliest_fetch(at(day, clock), "hourly") == at(day, "22:00")
    for clock in ("20:00", "20:00:00.000001", "23:59:59.999999"):
        for polling in POLLING:
            assert earliest_fetch(at(day, clock), polling) == at(day, "22:00", 1)


@days
@pytest.mark.parametrize("polling", POLLING)
def test_a_result_is_asked_for_again_hourly_by_night_and_not_by_day(day: str, polling: Polling) -> None:
    submitted = at(day, "12:00", -3)  # long ago: only the rule on asking again counts

    def following(clock: str) -> datetime:
        return next_fetch(submitted, at(day, clock), polling)

    assert following("22:00") == at(day, "22:00") + HOUR
    assert following("23:30") == at(day, "23:30") + HOUR
    assert following("00:30") == at(day, "00:30") + HOUR  # an hour that passes, whatever the clocks show
    assert following("07:00") == at(day, "08:00")
    assert following("07:00:00.000001") == at(day, "22:00")
    assert following("08:00") == at(day, "22:00")
    assert following("12:00") == at(day, "22:00")
    assert following("20:59:59.999999") == at(day, "22:00")
    assert following("21:00") == at(day, "22:00")
    assert following("21:00:00.000001") == at(day, "22:00:00.000001")


@days
def test_the_whole_course_of_a_batch_that_is_never_complete(day: str) -> None:
    def course(submitted: datetime, polling: Polling) -> list[datetime]:
        asked = [earliest_fetch(submitted, polling)]
        while asked[-1] < at(day, "12:00", 2):
            asked.append(next_fetch(submitted, asked[-1], polling))
        return asked

    def hourly(first: datetime, last: datetime) -> list[datetime]:
        return [first + HOUR * number for number in range((last - first) // HOUR + 1)]

    first_night = hourly(at(day, "22:00"), at(day, "08:00", 1))
    second_night = hourly(at(day, "22:00", 1), at(day, "08:00", 2))
    third = [at(day, "22:00", 2)]
    early, late = at(day, "19:59"), at(day, "20:00")
    assert course(early, "strict") == [at(day, "08:00", 1), *second_night, *third]
    assert course(early, "hourly") == [*first_night, *second_night, *third]
    assert course(late, "strict") == course(late, "hourly") == [*second_night, *third]


@given(moments, moments, pollings)
def test_no_result_is_asked_for_too_soon_or_by_day(
    submitted: datetime, asked: datetime, polling: Polling
) -> None:
    again = next_fetch(submitted, asked, polling)
    assert again.tzinfo is UTC
    assert again >= max(asked + HOUR, earliest_fetch(submitted, polling))
    shown = uk_time(again).time()
    assert shown >= time(22) or shown <= time(8)


@given(moments)
def test_the_stricter_reading_never_asks_before_the_other(submitted: datetime) -> None:
    strict, hourly = (earliest_fetch(submitted, polling) for polling in POLLING)
    assert submitted < hourly <= strict <= submitted + timedelta(hours=37 + 1)
    assert processing_deadline(submitted) >= strict


# --- the pace of the Ad Hoc service ---


class Clocks:
    """Both clocks of a pace, moved by its sleeping alone. Intervals are binary fractions, so exact."""

    def __init__(self, start: datetime) -> None:
        self.start, self.passed = start, 0.0

    def now(self) -> datetime:
        return self.start + timedelta(seconds=self.passed)

    def sleep(self, seconds: float) -> None:
        assert seconds > 0
        self.passed += seconds

    def pace(self, core: float = 0.5, other: float = 4.0) -> AdHocPace:
        return AdHocPace(core, other, now=self.now, monotonic=lambda: self.passed, sleep=self.sleep)

    def begun(self, pace: AdHocPace, turns: int, answer_takes: float = 0) -> list[float]:
        begun = []
        for _ in range(turns):
            with pace.turn():
                begun.append(self.passed)
                self.passed += answer_takes
        return begun


@days
def test_the_first_turn_is_at_once_and_the_others_an_interval_apart(day: str) -> None:
    core, other = Clocks(at(day, "07:00")), Clocks(at(day, "20:00"))
    assert core.begun(core.pace(), 4) == [0, 0.5, 1, 1.5]
    assert other.begun(other.pace(), 4) == [0, 4, 8, 12]


def test_an_interval_begins_with_the_answer() -> None:
    clocks = Clocks(at("2026-07-15", "12:00"))
    assert clocks.begun(clocks.pace(), 3, answer_takes=2) == [0, 2.5, 5]


def test_who_comes_late_does_not_wait() -> None:
    clocks = Clocks(at("2026-07-15", "12:00"))
    pace = clocks.pace()
    clocks.begun(pace, 1)
    clocks.passed += 10
    assert clocks.begun(pace, 2) == [10, 10.5]


@days
def test_a_wait_that_crosses_into_core_hours_is_the_longer_one(day: str) -> None:
    clocks = Clocks(at(day, "07:00") - timedelta(seconds=1))
    assert clocks.begun(clocks.pace(), 3) == [0, 4, 4.5]


@days
def test_a_wait_that_crosses_out_of_core_hours_is_the_longer_one(day: str) -> None:
    clocks = Clocks(at(day, "20:00") - timedelta(seconds=0.75))
    assert clocks.begun(clocks.pace(), 3) == [0, 0.5, 4.5]


def test_a_turn_that_ends_in_an_error_counts() -> None:
    clocks = Clocks(at("2026-07-15", "12:00"))
    pace = clocks.pace()
    with pytest.raises(OSError, match="gone"), pace.turn():
        raise OSError("gone")
    assert clocks.begun(pace, 1) == [0.5]


@pytest.mark.parametrize("clock", ["12:00", "03:00", "06:59:58", "19:59:58.75"])
@pytest.mark.parametrize("turns", [0, 1, 2, 9])
def test_how_long_it_will_take_is_how_long_it_takes(clock: str, turns: int) -> None:
    start = at("2026-07-15", clock)
    clocks = Clocks(start)
    pace = clocks.pace()
    clocks.begun(pace, turns)
    assert pace.end_of(turns, start) == clocks.now()


def test_threads_wait_for_one_another() -> None:
    pace = AdHocPace(0.05, 0.05)
    inside, begun, ended = threading.Lock(), [], []

    def take() -> None:
        with pace.turn():
            assert inside.acquire(blocking=False), "two at a time"
            begun.append(threading.get_ident())
            ended.append(datetime.now(UTC))
            inside.release()

    threads = [threading.Thread(target=take) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    assert len(begun) == 4
    gaps = [after - before for before, after in pairwise(ended)]
    assert min(gaps) >= timedelta(seconds=0.045)
