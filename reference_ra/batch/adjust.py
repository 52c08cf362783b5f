"""What defects and variants of the Batched service are made of, beside `reference_ra.adjust`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from datetime import datetime
from typing import Any

from reference_ra.access import Refusal
from reference_ra.authority import HttpAnswer
from reference_ra.batch.messages import CsrOutcome, ResultReply, SubmissionReply, load_schema
from reference_ra.batch.store import Batch
from reference_ra.batch.window import NightlyWindow, Pace
from reference_ra.policies import Policies
from reference_ra.registry import Credential


def with_batch(policies: Policies, **changes: Any) -> Policies:
    """Some of the batch policies are others."""
    return replace(policies, batch=replace(policies.batch, **changes))


def with_submission_rules(policies: Policies, **changes: Any) -> Policies:
    """Some of the rules for a submission are others."""
    return with_batch(policies, submission_rules=replace(policies.batch.submission_rules, **changes))


def with_batch_schema(policies: Policies, *edits: tuple[str, str]) -> Policies:
    """The schema with some of its text replaced, wherever it stands."""

    def edit(text: str) -> str:
        for old, new in edits:
            if old not in text:
                raise ValueError(f"not in the schema: {old}")
            text = text.replace(old, new)
        return text

    return with_submission_rules(policies, schema=load_schema(edit))


def with_submission(policies: Policies, change: Callable[[SubmissionReply], SubmissionReply]) -> Policies:
    """What the answer to every submission says is changed."""
    finish = policies.batch.finish_submission

    async def finish_submission(reply: SubmissionReply) -> SubmissionReply:
        return change(await finish(reply))

    return with_batch(policies, finish_submission=finish_submission)


def with_submission_text(policies: Policies, change: Callable[[str], str]) -> Policies:
    """The written answer to a submission is changed."""
    write = policies.batch.write_submission
    return with_batch(policies, write_submission=lambda reply: change(write(reply).decode()).encode())


def with_result(policies: Policies, change: Callable[[ResultReply], ResultReply]) -> Policies:
    """What every result message says is changed."""
    finish = policies.batch.finish_result

    async def finish_result(reply: ResultReply) -> ResultReply:
        return change(await finish(reply))

    return with_batch(policies, finish_result=finish_result)


def with_result_text(policies: Policies, change: Callable[[str], str]) -> Policies:
    """The written result message is changed, whole."""
    write = policies.batch.write_result

    def write_result(reply: ResultReply) -> Iterator[bytes]:
        yield change(b"".join(write(reply)).decode()).encode()

    return with_batch(policies, write_result=write_result)


def with_outcomes(policies: Policies, change: Callable[[list[CsrOutcome]], Iterable[CsrOutcome]]) -> Policies:
    """The results of a batch are others than there are. Those of a batch without any stay none."""
    listed = policies.batch.list_outcomes

    def list_outcomes(batch: Batch, outcomes: Iterable[CsrOutcome]) -> Iterable[CsrOutcome]:
        found = list(listed(batch, outcomes))
        return change(found) if found else found

    return with_batch(policies, list_outcomes=list_outcomes)


def with_batch_answer(
    policies: Policies, change: Callable[[SubmissionReply | ResultReply, HttpAnswer], HttpAnswer]
) -> Policies:
    """The HTTP response that carries a message is changed."""
    answer = policies.batch.http_answer
    return with_batch(policies, http_answer=lambda reply: change(reply, answer(reply)))


def excusing_in_batches(policies: Policies, refusal: Refusal, whom: Callable[[Credential], bool]) -> Policies:
    """A rule about the subscribers of this service is not applied to some."""
    keeps = policies.batch.subscriber_rules[refusal]
    rules = {**policies.batch.subscriber_rules, refusal: lambda holder: whom(holder) or keeps(holder)}
    return with_batch(policies, subscriber_rules=rules)


def starting(policies: Policies, later: Callable[[NightlyWindow, Batch, datetime], datetime]) -> Policies:
    """Batches are begun at another time; the time of the policies is given."""
    earliest, window = policies.batch.earliest_start, policies.batch.window

    def earliest_start(batch: Batch, pace: Pace) -> datetime:
        return later(window, batch, earliest(batch, pace))

    return with_batch(policies, earliest_start=earliest_start)


def next_night(window: NightlyWindow, moment: datetime) -> datetime:
    """The opening of the night after the one that is on, or that comes next, at a moment."""
    return window.next_open(window.close_after(window.next_open(moment)))
