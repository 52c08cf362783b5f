"""Defects in the states of a batch, and in when it is processed (M-D's status table, N-3.1.1)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, time

from reference_ra.alterations import Alter, defect
from reference_ra.authority import Authority
from reference_ra.batch.adjust import next_night, starting, with_batch, with_result
from reference_ra.batch.messages import BatchStatus, ResultReply
from reference_ra.batch.store import Batch
from reference_ra.batch.window import NightlyWindow
from reference_ra.policies import Policies

_STATES = ("M-D-PENDING", "M-D-PARSING", "M-D-QUEUED", "M-D-PROCESSING", "M-D-PAUSED", "M-D-COMPLETED")
_TIMES = ("N-3.1.1-*", "M-1.2-b", "M-2.5.1.4-*", *_STATES)


def _time_defect(
    name: str, summary: str, breaks: str, *related: str, extra: bool = False
) -> Callable[[Alter], Alter]:
    return defect(f"batch-{name}", summary, breaks=breaks.split(), related=related, extra=extra)


def _told_as(
    name: str, summary: str, state: BatchStatus, told: BatchStatus, *related: str, extra: bool = False
) -> None:
    @_time_defect(name, summary, f"M-D-{state}", f"M-D-{told}", *related, extra=extra)
    def alter(policies: Policies) -> Policies:
        return with_result(
            policies, lambda reply: replace(reply, status=told) if reply.status is state else reply
        )


_told_as(
    "never-paused",
    "A batch that is under way at 08:00 is shown as PROCESSING while the window is closed.",
    BatchStatus.PAUSED,
    BatchStatus.PROCESSING,
    "N-3.1.1-b",
)
_told_as(
    "rejected-as-pending",
    "A batch that was rejected is shown as PENDING for ever.",
    BatchStatus.REJECTED,
    BatchStatus.PENDING,
    extra=True,
)
_told_as(
    "tampered-as-rejected",
    "A batch whose content was changed is shown as REJECTED.",
    BatchStatus.TAMPERED,
    BatchStatus.REJECTED,
    extra=True,
)
_told_as(
    "completed-as-processing",
    "A batch that is done is shown as PROCESSING, its results in the message.",
    BatchStatus.COMPLETED,
    BatchStatus.PROCESSING,
    "*",
    extra=True,
)


@_time_defect(
    "rejected-yet-processed", "A batch that was rejected is processed all the same.", "M-D-REJECTED",
    "M-2.5.1.4-a",
)  # fmt: skip
def rejected_yet_processed(policies: Policies) -> Policies:
    """Approve whatever has waited long enough."""
    awaiting = policies.batch.awaiting_approval | {BatchStatus.REJECTED}
    return with_batch(policies, awaiting_approval=awaiting)


@_time_defect(
    "tampering-not-noticed",
    "A batch whose content was changed between upload and parsing is processed.",
    "M-D-TAMPERED",
)
def tampering_not_noticed(policies: Policies) -> Policies:
    """Do not look."""

    async def is_intact(_authority: Authority, _batch: Batch) -> bool:
        return True

    return with_batch(policies, is_intact=is_intact)


@_time_defect(
    "back-to-pending",
    "A batch that was shown as QUEUED is PENDING again, until it is done.",
    "M-2.5.GO-d",
    *_STATES,
)
def back_to_pending(policies: Policies) -> Policies:
    """Forget that it was parsed."""
    under_way = (BatchStatus.QUEUED, BatchStatus.PROCESSING)
    shown: set[int | None] = set()

    def change(reply: ResultReply) -> ResultReply:
        if reply.status in under_way and reply.batch_id in shown:
            return replace(reply, status=BatchStatus.PENDING)
        if reply.status is BatchStatus.QUEUED:
            shown.add(reply.batch_id)
        return reply

    return with_result(policies, change)


@_time_defect("last-in-first-out", "The batch that came last is processed first.", "N-3.1.1-a", *_TIMES)
def last_in_first_out(policies: Policies) -> Policies:
    """Take batches off a pile."""
    return with_batch(policies, next_in_turn=lambda batches: batches[-1])


@_time_defect("processes-by-day", "Batches are processed by day, and at night not.", "N-3.1.1-b", *_TIMES)
def processes_by_day(policies: Policies) -> Policies:
    """Open at 08:00 and close at 20:00."""

    return with_batch(policies, window=_DailyWindow())


class _DailyWindow(NightlyWindow):
    """The other half of the day."""

    def __init__(self) -> None:
        super().__init__(opens=time(8), closes=time(20))

    def is_open(self, moment: datetime) -> bool:
        return not NightlyWindow(self.closes, self.opens).is_open(moment)


@_time_defect(
    "before-20-00-a-night-late",
    "A batch of before 20:00 is processed only in the night after the next.",
    "N-3.1.1-c M-1.2-b",
    "*",
)
def before_20_00_a_night_late(policies: Policies) -> Policies:
    """Be a night late with what came while the window was closed."""

    def later(window: NightlyWindow, batch: Batch, earliest: datetime) -> datetime:
        return earliest if window.is_open(batch.received_at) else next_night(window, batch.received_at)

    return starting(policies, later)


@_time_defect(
    "after-20-00-two-nights-late",
    "A batch of after 20:00 is processed a night later than the following one.",
    "N-3.1.1-c",
    "*",
)
def after_20_00_two_nights_late(policies: Policies) -> Policies:
    """Be two nights late with what came while the window was open."""

    def later(window: NightlyWindow, batch: Batch, earliest: datetime) -> datetime:
        if not window.is_open(batch.received_at):
            return earliest
        return next_night(window, next_night(window, batch.received_at))

    return starting(policies, later)
