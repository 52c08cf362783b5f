"""Times in certificates (RFC 5280 clause 4.1.2.5)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache

from checks.der import GENERALIZED_TIME, UTC_TIME, value_fault


@dataclass(frozen=True, slots=True)
class Time:
    """A UTCTime or GeneralizedTime."""

    tag: int
    text: str
    """Its characters as they stand."""
    moment: datetime | None
    """UTC; None where the text is not a time."""
    fault: str | None
    """How it breaks RFC 5280; None where it keeps it."""

    def __str__(self) -> str:
        """Type and text, for a report."""
        kind = {UTC_TIME: "UTCTime", GENERALIZED_TIME: "GeneralizedTime"}.get(self.tag, f"tag {self.tag:02X}")
        return f"{kind} {self.text}"


@lru_cache(maxsize=256)
def read_time(tag: int, value: bytes) -> Time:
    """The time with those contents octets; what is wrong with it stands in its `fault`."""
    if tag not in (UTC_TIME, GENERALIZED_TIME):
        return Time(tag, value.hex().upper(), None, "neither UTCTime nor GeneralizedTime")
    text = value.decode("latin-1")
    fault = value_fault(tag, value)
    if fault is None and "." in text:
        fault = "a GeneralizedTime with fractions of a second"
    if fault is not None:
        return Time(tag, text, None, fault)
    century = "" if tag == GENERALIZED_TIME else "19" if text >= "50" else "20"
    try:
        moment = _moment(century + text)
    except ValueError:
        return Time(tag, text, None, "not a date and time of day")
    if tag == GENERALIZED_TIME and moment.year < 2050:
        fault = "a GeneralizedTime for a year before 2050"
    return Time(tag, text, moment, fault)


def _moment(text: str) -> datetime:
    """Of YYYYMMDDHHMMSSZ. Raises ValueError."""
    pairs = [int(text[at : at + 2]) for at in range(4, 14, 2)]
    month, day, hour, minute, second = pairs
    return datetime(int(text[:4]), month, day, hour, minute, second, tzinfo=UTC)
