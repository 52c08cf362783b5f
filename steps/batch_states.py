"""The states of a batch on its way, by the target's clock; and how it fares in the windows of the night."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from itertools import pairwise, takewhile

import pytest
from pytest_bdd import given, parsers, then, when

from checks.batch import COMPLETED
from checks.finding import Finding
from clients.operator import Operator
from clients.pacing import NIGHT_BEGINS, NIGHT_ENDS, next_time, processing_deadline, uk_time
from fixtures.batch_results import Results, Seen
from fixtures.batch_waiting import UNDER_WAY
from fixtures.batches import Batch, Batches
from fixtures.plan import FOLLOWED_BATCH, Load, sends
from fixtures.run import ConformanceRun
from fixtures.subscribers import Subscribers
from fixtures.verdicts import Inconclusive, Judge, NotRun
from targets.model import Target

ORDER = ("PENDING", "PARSING", "QUEUED", "PROCESSING", "COMPLETED")
"""A batch goes from the first on. What may come after PAUSED the text leaves open."""
FOLLOWED_CSRS = 300
_EVENING = time(19, 55)
"""When the batch is submitted that is followed: it waits for the window, and is then processed."""
_SHORTEST_WAIT = timedelta(seconds=10)
_RELATIVE_WAIT = 0.03
"""Of the time since the submission: so finely a batch is followed."""
_HOUR = timedelta(hours=1)
_AT_THE_CLOSE = timedelta(seconds=15)
"""After the window's close a batch that was under way is looked at."""
_TOLD_LATE = timedelta(hours=1)
"""A batch that is first asked for so long after it had to be done tells nothing of when it was."""
_TURN_WAIT = timedelta(seconds=10)
_LATER = 1.05
_TRIES = 3


@dataclass(frozen=True, slots=True)
class Followed:
    """A batch that was followed on its way, once in a run."""

    seen: list[Seen]
    submitted_at: datetime

    def after(self, *states: str) -> timedelta:
        """How long after its submission it was first seen in one of these states. Raises NotRun where it
        never was."""
        for each in self.seen:
            if each.status in states:
                return each.at - self.submitted_at
        raise NotRun(f"the batch that was followed was never seen {' or '.join(states)}")


_FOLLOWED: pytest.StashKey[Followed] = pytest.StashKey()


def _large_batch(target: Target, **_: object) -> Load:
    return Load(batches=1, csrs_right=_count(target))


@given("a batch that was followed on its way", target_fixture="followed")
@sends(_large_batch, once=FOLLOWED_BATCH)
def followed_batch(
    run: ConformanceRun, batches: Batches, followed_batches: Batches, batch_subscribers: Subscribers
) -> Followed:
    batches.party = followed_batches.party = batch_subscribers.authorised()
    if _FOLLOWED not in run.kept:
        batches, results = followed_batches, Results(followed_batches)
        batches.clock.advance_to(next_time(_EVENING, batches.clock.now()))
        batch = _submit_large(batches)
        seen = [results.seen(batch)]
        run.kept[_FOLLOWED] = Followed(seen, batch.submitted_at)
        while seen[-1].status in UNDER_WAY and seen[-1].at <= processing_deadline(batch.submitted_at):
            since = seen[-1].at - batch.submitted_at
            batches.clock.advance(max(_SHORTEST_WAIT, since * _RELATIVE_WAIT))
            seen.append(results.seen(batch))
    return run.kept[_FOLLOWED]


@given(parsers.re(r"it was seen (?P<status>[A-Z]+)"))
def was_seen(followed: Followed, status: str) -> None:
    followed.after(status)


@then("it never went back to an earlier state")
def never_back(followed: Followed, judge: Judge) -> None:
    for each in followed.seen:
        judge.take(each.verdict.findings)
    in_order = takewhile(lambda seen: seen.status in ORDER, followed.seen)
    for earlier, later in pairwise(in_order):
        if ORDER.index(later.status) < ORDER.index(earlier.status):
            observed = f"{later.status} after {earlier.status}"
            judge.fail(Finding(judge.naming(f"M-D-{later.status}"), "the states in their order", observed))
    last = followed.seen[-1].status
    judge.expect(last == COMPLETED, "M-D-COMPLETED", "COMPLETED in the end", last)


@then(parsers.re(r"its message was right then, and it held no result: (?P<status>[A-Z]+)"))
def right_without_result(followed: Followed, judge: Judge, status: str) -> None:
    for each in followed.seen:
        if each.status == status:
            judge.take(each.verdict.findings)
            observed = f"{each.verdict.results} results"
            judge.expect(each.verdict.results == 0, f"M-D-{status}", "no result before COMPLETED", observed)


@when("a batch is under way as the window closes")
@sends(lambda target, **_: Load(batches=_TRIES, csrs_right=_TRIES * _count(target)))
def under_way_at_the_close(followed: Followed, batches: Batches, results: Results) -> None:
    """The batch that was followed shows how long after its submission one like it is under way."""
    processed = followed.after(COMPLETED) - followed.after("PROCESSING")
    middle = followed.after("QUEUED", "PROCESSING") + processed / 2
    for _ in range(_TRIES):
        close = _next_close(batches.clock.now() + middle)
        batches.clock.advance_to(close - middle)
        batch = _submit_large(batches)
        batches.clock.advance_to(close + _AT_THE_CLOSE)
        if results.seen(batch).status in ("PROCESSING", "PAUSED"):
            return
    raise NotRun("no batch could be brought to be under way as the window closed")


@then("it is PAUSED until the window opens, without any result")
def paused_until_open(batches: Batches, results: Results, judge: Judge) -> None:
    """Looked at hours after the close: what it takes to come to rest the text leaves open."""
    for noon in (time(10), time(12)):
        batches.clock.advance_to(next_time(noon, batches.clock.now()))
        seen = results.seen(batches.last)
        judge.take(seen.verdict.findings)
        if seen.status == COMPLETED:
            raise NotRun("the batch that was under way was completed as the window closed")
        if seen.status != "PAUSED":
            expected = "PAUSED while the window is closed"
            judge.fail(Finding("M-D-PAUSED", expected, f"{seen.status} at {uk_time(seen.at):%H:%M}"))


@when("the Registration Authority rejects it")
def rejected(batches: Batches, operator: Operator) -> None:
    operator.reject_batch(batches.accepted(batches.last))


@when("its content is changed before it is parsed")
def tampered(batches: Batches, operator: Operator) -> None:
    operator.tamper_with_batch(batches.accepted(batches.last))


@then(parsers.re(r"the batch is (?P<status>REJECTED|TAMPERED) for good, and nothing of it is issued"))
def ended_for_good(batches: Batches, results: Results, judge: Judge, status: str) -> None:
    """By the end of the night after this one every batch has ended, and stays as it is."""
    for days in (1, 2):
        batches.clock.advance_to(next_time(NIGHT_ENDS, batches.clock.now(), days=1))
        seen = results.seen(batches.last)
        judge.take(seen.verdict.findings)
        if seen.status != status:
            observed = f"{seen.status} after {days * 2} nights"
            judge.fail(Finding(f"M-D-{status}", f"BatchStatus {status}", observed))
    batches.expect_nothing_issued()


@then("none of them is completed before those that came earlier")
def in_turn(batches: Batches, results: Results, judge: Judge) -> None:
    batches.clock.advance_to(next_time(NIGHT_BEGINS, batches.clock.now()))
    wait = _TURN_WAIT
    while True:
        # The last one first: what is not completed when it is asked for later was not before either.
        states = [results.seen(batch) for batch in reversed(batches.batches)][::-1]
        ended = [seen.status not in UNDER_WAY for seen in states]
        if ended != sorted(ended, reverse=True):
            observed = ", ".join(seen.status for seen in states)
            judge.fail(Finding("N-3.1.1-a", "batches processed in the order of their receipt", observed))
        if all(ended):
            if any(seen.status != COMPLETED for seen in states):
                raise Inconclusive(f"not processed: {', '.join(seen.status for seen in states)}")
            return
        if states[-1].at > processing_deadline(batches.last.submitted_at):
            raise Inconclusive("the batches were not processed in time")
        batches.clock.advance(wait)
        wait *= _LATER


@then("it is neither PROCESSING nor COMPLETED before 20:00")
def not_by_day(batches: Batches, results: Results, judge: Judge) -> None:
    batches.accepted(batches.last)
    evening = next_time(NIGHT_BEGINS, batches.clock.now())
    while batches.clock.now() < evening - 2 * _HOUR:
        batches.clock.advance(_HOUR)
        status = results.seen(batches.last).status
        observed = f"{status} at {uk_time(batches.clock.now()):%H:%M}"
        waits = status not in ("PROCESSING", COMPLETED)
        judge.expect(waits, "N-3.1.1-b", "processed overnight", observed, advisory=True)


@then("it was processed by 08:00 on the next day")
@then("it was processed by the end of the following night")
def in_time(batches: Batches) -> None:
    """Where the batch was not completed when it was asked for in time, the scenario has failed already."""
    for batch in batches.batches:
        deadline = processing_deadline(batch.submitted_at)
        if batch.ended_at is None or batch.ended_at > deadline + _TOLD_LATE:
            raise Inconclusive("it was asked for too late to tell when it was processed")


@then("its results were there within the target response time")
def within_response_time(batches: Batches, judge: Judge) -> None:
    hours = batches.target.settings.batch_response_hours
    for batch in batches.batches:
        if batch.ended_at is None:
            raise Inconclusive("when the batch ended is not known")
        took = batch.ended_at - batch.submitted_at
        if took > timedelta(hours=hours) and not batches.clock.movable:
            raise Inconclusive("it was asked for too late to tell when its results were there")
        judge.note(f"{len(batch.sent)} Device CSRs: results {took / _HOUR:.2f} h after the submission")
        judge.expect(
            took <= timedelta(hours=hours), "M-1.2-b", f"results within {hours:g} h", f"{took / _HOUR:.1f} h"
        )


def _count(target: Target) -> int:
    return min(FOLLOWED_CSRS, target.settings.batch_csr_limit)


def _submit_large(batches: Batches) -> Batch:
    count = _count(batches.target)
    batch = batches.submit_csrs([batches.new_csr(device) for device in batches.new_devices(count)])
    batch.batch_id = batches.accepted(batch)
    return batch


def _next_close(after: datetime) -> datetime:
    return next_time(NIGHT_ENDS, after)
