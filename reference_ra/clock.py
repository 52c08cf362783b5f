"""The RA's clock: real time, moved forward by the operator."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta


class Clock:
    """UTC, as the RA believes it to be."""

    def __init__(self) -> None:
        """Start at the real time."""
        self._offset = timedelta()

    def now(self) -> datetime:
        """The RA's time."""
        return datetime.now(UTC) + self._offset

    def advance(self, by: timedelta) -> None:
        """Move it; a negative interval moves it back."""
        self._offset += by
