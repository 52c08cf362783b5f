"""Batches move on as the RA's clock does (N-3.1.1): approved, parsed, processed in turn, in the window.

Nothing waits for real time. When the clock has moved, `catch_up` does all that was due in between, each step
dated by the moment at which it was due; and what else the clock brings about comes after that.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import datetime, timedelta

from reference_ra.authority import Authority
from reference_ra.batch.issuing import Issuer
from reference_ra.batch.messages import BatchStatus
from reference_ra.batch.store import Batch
from reference_ra.policies import Policies

logger = logging.getLogger(__name__)

_TICK_SECONDS = 1.0
"""How often the real time's passing is looked at."""
_IN_TURN = (BatchStatus.PROCESSING, BatchStatus.PAUSED, BatchStatus.QUEUED)


class Processor:
    """Works on the batches of one authority, as its policies say."""

    def __init__(
        self,
        authority: Authority,
        policies: Policies,
        also: Callable[[datetime], Awaitable[None]] | None = None,
    ) -> None:
        """Begin with nothing to do; within a running event loop.

        `also` does what else is due at a time; it is called when the batches have come so far.
        """
        self._authority = authority
        self._also = also
        self._policies = policies.batch
        self._issuer = Issuer(authority, policies)
        self._lock = asyncio.Lock()
        self._stopping = asyncio.Event()
        self._free_at = authority.clock.now()
        """The moment up to which processing has come."""

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Look at the clock all the time that the context lasts; then stop, leaving batches as they are."""
        ticking = asyncio.create_task(self._tick())
        try:
            yield
        finally:
            self._stopping.set()
            await ticking
            async with self._lock:  # whoever holds it sees that it is time to stop
                pass

    async def _tick(self) -> None:
        while not self._stopping.is_set():
            try:
                await self.catch_up()
            except Exception:
                logger.exception("the batches could not be moved on")
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._stopping.wait(), _TICK_SECONDS)

    async def catch_up(self) -> None:
        """Do all that is due by the RA's clock."""
        async with self._lock:
            if self._stopping.is_set():
                return
            now = self._authority.clock.now()
            # The clock may have been moved back.
            self._free_at = min(self._free_at, now)
            await self._take_in(now)
            await self._work_off(now)
            if self._also is not None:
                await self._also(now)

    async def _work_off(self, now: datetime) -> None:
        """Processing, one batch after another."""
        batches = self._authority.registry.batches
        while waiting := batches.in_status(*_IN_TURN):
            batch = self._policies.next_in_turn(waiting)
            if self._stopping.is_set() or not await self._work_on(batch, now):
                return

    async def _take_in(self, now: datetime) -> None:
        """Approval and parsing, which go on by day as well."""
        batches, policies = self._authority.registry.batches, self._policies
        for batch in batches.in_status(*policies.awaiting_approval):
            if policies.approved_at(batch, policies.pace) <= now:
                batches.set_status(batch.id, BatchStatus.PARSING)
        for batch in batches.in_status(BatchStatus.PARSING):
            parsed_at = policies.approved_at(batch, policies.pace) + policies.pace.parsing
            if parsed_at > now:
                continue
            if await policies.is_intact(self._authority, batch):
                batches.set_status(batch.id, BatchStatus.QUEUED)
            else:
                batches.set_status(batch.id, BatchStatus.TAMPERED, parsed_at)

    async def _work_on(self, batch: Batch, now: datetime) -> bool:
        """Process a batch as far as it is due; True where it has ended: the next one's turn has come."""
        try:
            return await self._process(batch, now)
        except Exception:
            logger.exception("batch %d failed", batch.id)
            self._authority.registry.batches.set_status(batch.id, BatchStatus.WORKFLOW_ERROR, now)
            return True

    async def _process(self, batch: Batch, now: datetime) -> bool:
        policies, batches = self._policies, self._authority.registry.batches
        status, worked, done = batch.status, batch.worked, batch.done
        needed = policies.pace.needed(batch.csrs)
        begins = self._free_at
        if status is BatchStatus.QUEUED:
            begins = max(begins, policies.earliest_start(batch, policies.pace))
        while worked < needed:
            begins = policies.window.next_open(begins)
            if begins > now:
                if status is not BatchStatus.QUEUED:
                    batches.set_status(batch.id, BatchStatus.PAUSED)
                return False
            status = BatchStatus.PROCESSING
            batches.set_status(batch.id, status)
            ends = min(now, policies.window.close_after(begins), begins + needed - worked)
            due = policies.pace.done(worked + (ends - begins), batch.csrs)
            if not await self._issue(batch, done, due, self._moments(worked, begins)):
                return False
            worked, done = worked + (ends - begins), due
            batches.set_worked(batch.id, worked)
            self._free_at = ends
            if ends == now and worked < needed and policies.window.is_open(now):
                return False
            begins = ends
        batches.set_status(batch.id, BatchStatus.COMPLETED, begins)
        return True

    def _moments(self, worked: timedelta, begins: datetime) -> Callable[[int], datetime]:
        """When each CSR is processed, by its position, in a stretch that begins after so much work."""
        pace = self._policies.pace
        return lambda position: begins + pace.needed(position + 1) - worked

    async def _issue(self, batch: Batch, first: int, end: int, moment: Callable[[int], datetime]) -> bool:
        """Process the CSRs of these positions; False where the RA stops before that."""
        while first < end:
            if self._stopping.is_set():
                return False
            first = await self._issuer.process(batch, first, end, moment)
        return True
