"""When batches are processed: every night from 20:00 to 08:00, UK local time (N-3.1.1-b), and how fast."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo


@cache
def _uk() -> ZoneInfo:
    # Not before it is needed: a system without time zones of its own can still serve the Ad Hoc service.
    return ZoneInfo("Europe/London")


def uk_local(moment: datetime) -> datetime:
    """The moment as UK clocks show it."""
    return moment.astimezone(_uk())


@dataclass(frozen=True, slots=True)
class NightlyWindow:
    """The hours of processing, in UK local time; they pass over midnight. Moments are UTC."""

    opens: time = time(20)
    closes: time = time(8)

    def is_open(self, moment: datetime) -> bool:
        """Whether processing goes on; at the opening it does, at the close it does not."""
        local = uk_local(moment).time()
        return local >= self.opens or local < self.closes

    def next_open(self, moment: datetime) -> datetime:
        """The first moment, from this one on, at which processing goes on."""
        return moment if self.is_open(moment) else self._next(self.opens, moment)

    def close_after(self, moment: datetime) -> datetime:
        """When the window that is open at this moment closes."""
        return self._next(self.closes, moment)

    @staticmethod
    def _next(at: time, moment: datetime) -> datetime:
        """The next time that UK clocks show `at`, later than the moment."""
        today = uk_local(moment).date()
        days = (datetime.combine(today + timedelta(days=ahead), at, _uk()) for ahead in range(2))
        return next(day.astimezone(UTC) for day in days if day > moment)


@dataclass(frozen=True, slots=True)
class Pace:
    """How long each step takes by the RA's clock.

    A night takes more than the 375,000 CSRs that the system is sized for, in batches of 50,000, even the one
    in spring that is an hour short.
    """

    approval: timedelta = timedelta(seconds=60)
    """From receipt to PARSING."""
    parsing: timedelta = timedelta(seconds=60)
    """From PARSING to QUEUED."""
    preparation: timedelta = timedelta(seconds=30)
    """From PROCESSING to the first CSR."""
    each: timedelta = timedelta(milliseconds=100)
    """For one CSR; more than nothing."""

    def needed(self, csrs: int) -> timedelta:
        """Processing time of a batch."""
        return self.preparation + self.each * csrs

    def done(self, worked: timedelta, csrs: int) -> int:
        """How many of a batch's CSRs are done after some processing time."""
        return max(0, min(csrs, (worked - self.preparation) // self.each))
