"""An operator that moves a clock of its own: for servers of the tests that look at none."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from clients.operator import Operator


class MovableClock(Operator):
    """Its time begins as everybody's."""

    capabilities = frozenset({"clock"})
    _ahead = timedelta()

    def now(self) -> datetime:
        """The time, UTC."""
        return datetime.now(UTC) + self._ahead

    def advance_clock(self, by: timedelta) -> None:
        """Move on; nothing is due."""
        self._ahead += by
