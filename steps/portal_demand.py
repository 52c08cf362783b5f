"""Then: how what came through the SMKI Portal fares in the windows of the night, and in how long."""

from __future__ import annotations

from datetime import timedelta

from pytest_bdd import then

from checks.finding import Finding
from clients.pacing import NIGHT_BEGINS, next_time, processing_deadline
from fixtures.batch_results import Results
from fixtures.batch_waiting import UNDER_WAY
from fixtures.batches import Batches
from fixtures.portal_batches import PortalBatches
from fixtures.portal_results import PortalResults
from fixtures.verdicts import Inconclusive, Judge

_HOUR = timedelta(hours=1)
_TOLD_LATE = timedelta(hours=1)
"""A batch that is first looked for so long after it had to be done tells nothing of when it was."""
_TURN_WAIT = timedelta(seconds=10)
_LATER = 1.05


@then("the Batched CSR was processed by 08:00 on the next day")
@then("the Batched CSR was processed by the end of the following night")
def in_time(portal_batches: PortalBatches) -> None:
    """Where its files were not there when they were looked for in time, the scenario has failed already."""
    for batch in portal_batches.batches:
        deadline = processing_deadline(batch.submitted_at)
        if batch.ended_at is None or batch.ended_at > deadline + _TOLD_LATE:
            raise Inconclusive("it was looked for too late to tell when it was processed")


@then("the files of the Batched CSR were there within the target response time")
def within_response_time(portal_batches: PortalBatches, judge: Judge) -> None:
    hours = portal_batches.target.settings.batch_response_hours
    for batch in portal_batches.batches:
        if batch.ended_at is None:
            raise Inconclusive("when the files were there is not known")
        took = batch.ended_at - batch.submitted_at
        if took > timedelta(hours=hours) and not portal_batches.clock.movable:
            raise Inconclusive("they were looked for too late to tell when they were there")
        judge.note(f"{len(batch.sent)} Device CSRs: files {took / _HOUR:.2f} h after the submission")
        expected = f"files within {hours:g} h"
        judge.expect(took <= timedelta(hours=hours), "M-1.2-c", expected, f"{took / _HOUR:.1f} h")


@then("none of them has its results before those that came earlier")
def in_turn(
    portal_batches: PortalBatches,
    portal_results: PortalResults,
    batches: Batches,
    results: Results,
    judge: Judge,
) -> None:
    first, last = portal_batches.batches
    clock = batches.clock
    clock.advance_to(next_time(NIGHT_BEGINS, clock.now()))
    wait = _TURN_WAIT
    while True:
        # The last one first: what has no results when it is looked for later had none before either.
        ended = [
            portal_results.row_of(last) is not None,
            results.seen(batches.last).status not in UNDER_WAY,
            portal_results.row_of(first) is not None,
        ][::-1]
        if ended != sorted(ended, reverse=True):
            observed = ", ".join("processed" if each else "not processed" for each in ended)
            judge.fail(Finding("N-3.1.1-a", "batches processed in the order of their receipt", observed))
        if all(ended):
            return
        if clock.now() > processing_deadline(last.submitted_at):
            raise Inconclusive("the batches were not processed in time")
        clock.advance(wait)
        wait *= _LATER
