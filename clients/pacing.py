"""When a subscriber may send: what Appendix N asks of it so that the RA is not overrun (N-3.1.1 to N-3.1.3).

Hours are UK local time, right across both changes of the clocks. Every moment is an aware datetime; those
given back are UTC. A naive one raises `ValueError`.
"""

from __future__ import annotations

import threading
import time as clock
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, time, timedelta
from functools import cache
from typing import Literal, get_args
from zoneinfo import ZoneInfo

Polling = Literal["strict", "hourly"]
"""How to read N-3.1.3-b, which contradicts itself: not before 08:00 on the next day, or hourly from 22:00."""
POLLING: tuple[Polling, ...] = get_args(Polling)

CORE_BEGINS, CORE_ENDS = time(7), time(20)
"""Core hours of the Ad Hoc service (N-3.1.2-a)."""
NIGHT_BEGINS, NIGHT_ENDS = time(20), time(8)
"""When batches are processed (N-3.1.1-b)."""
POLLING_BEGINS, POLLING_ENDS = time(22), time(8)
"""When the result of a batch that is not complete may be asked for, both ends included (N-3.1.3-b, -c)."""
_HOUR = timedelta(hours=1)


@cache
def _uk() -> ZoneInfo:
    return ZoneInfo("Europe/London")


def uk_time(moment: datetime) -> datetime:
    """The same moment as UK clocks show it."""
    if moment.tzinfo is None:
        raise ValueError(f"{moment} has no time zone")
    return moment.astimezone(_uk())


def core_hours(moment: datetime) -> bool:
    """Whether a moment is in core hours: from 07:00 on, before 20:00 (N-3.1.2-a)."""
    return CORE_BEGINS <= uk_time(moment).time() < CORE_ENDS


def processing_deadline(submitted_at: datetime) -> datetime:
    """When a batch has to be processed (N-3.1.1-c): after this night, or from 20:00 on after the next."""
    return _days_later(submitted_at, 1 if _before_the_night(submitted_at) else 2, NIGHT_ENDS)


def earliest_fetch(submitted_at: datetime, polling: Polling) -> datetime:
    """Before when the result of a batch may not be asked for (N-3.1.3-b, N-3.1.3-c)."""
    if not _before_the_night(submitted_at):
        return _days_later(submitted_at, 1, POLLING_BEGINS)
    if polling == "hourly":
        return _days_later(submitted_at, 0, POLLING_BEGINS)
    return _days_later(submitted_at, 1, NIGHT_ENDS)


def next_fetch(submitted_at: datetime, asked_at: datetime, polling: Polling) -> datetime:
    """When to ask again for the result of a batch that was not complete when it was last asked for.

    An hour later while that is from 22:00 to 08:00, else at the next 22:00 (N-3.1.3-b, N-3.1.3-c).
    """
    later = asked_at.astimezone(UTC) + _HOUR
    shown = uk_time(later).time()
    if POLLING_ENDS < shown < POLLING_BEGINS:
        later = _days_later(later, 0, POLLING_BEGINS)
    return max(later, earliest_fetch(submitted_at, polling))


def window_is_open(moment: datetime) -> bool:
    """Whether batches are processed at a moment: from 20:00 on, before 08:00 (N-3.1.1-b)."""
    return not NIGHT_ENDS <= uk_time(moment).time() < NIGHT_BEGINS


def next_time(at: time, moment: datetime, *, days: int = 0) -> datetime:
    """The next moment after `moment` at which UK clocks show `at`, or as many days after that one."""
    today = _days_later(moment, 0, at)
    return _days_later(moment, days, at) if today > moment else _days_later(moment, days + 1, at)


def _before_the_night(moment: datetime) -> bool:
    return uk_time(moment).time() < NIGHT_BEGINS


def _days_later(moment: datetime, days: int, at: time) -> datetime:
    """When UK clocks show `at`, some days after the day that they show now; that hour is never changed."""
    day = uk_time(moment).date() + timedelta(days=days)
    return datetime.combine(day, at, _uk()).astimezone(UTC)


class AdHocPace:
    """Lets one request to the Ad Hoc service go at a time, no sooner than N-3.1.2-a allows.

    An interval begins when the request before it has been answered: the RA has then seen that request,
    however long the connection took.
    """

    def __init__(
        self,
        core_seconds: float,
        other_seconds: float,
        *,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        monotonic: Callable[[], float] = clock.monotonic,
        sleep: Callable[[float], None] = clock.sleep,
    ) -> None:
        """Take the seconds between two requests in core hours and outside them."""
        self._core_seconds, self._other_seconds = core_seconds, other_seconds
        self._now, self._monotonic, self._sleep = now, monotonic, sleep
        self._lock = threading.Lock()
        self._last: tuple[float, datetime] | None = None
        """When the last turn ended, by both clocks."""

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Wait until another request may be sent; on leaving, it has been answered.

        Threads wait for one another.
        """
        with self._lock:
            while (left := self._left()) > 0:
                self._sleep(left)
            try:
                yield
            finally:
                self._last = self._monotonic(), self._now()

    def interval(self, before: datetime, after: datetime) -> float:
        """Seconds that lie between two requests; across 07:00 or 20:00 the rules of both hours hold."""
        hours = {core_hours(before), core_hours(after)}
        return max(self._core_seconds if core else self._other_seconds for core in hours)

    def end_of(self, requests: int, start: datetime) -> datetime:
        """When the last of so many requests may be sent, where the first goes at `start`.

        An RA that takes long to answer adds to that.
        """
        moment = start.astimezone(UTC)
        for _ in range(requests - 1):
            begun = moment
            while moment < (due := begun + timedelta(seconds=self.interval(begun, moment))):
                moment = due
        return moment

    def _left(self) -> float:
        if self._last is None:
            return 0
        ended, moment = self._last
        return ended + self.interval(moment, self._now()) - self._monotonic()
