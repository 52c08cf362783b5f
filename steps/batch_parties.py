"""Given: the Party that speaks to the Batched service, the Devices and the hour that it speaks of."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Any

from pytest_bdd import given, parsers

from clients.operator import Operator
from clients.pacing import NIGHT_BEGINS, NIGHT_ENDS, next_time, uk_time
from fixtures.batch_drawing import DrawnBatches
from fixtures.batch_results import Results
from fixtures.batches import Batches
from fixtures.kept_batch import KeptBatch
from fixtures.plan import FIRST_BATCH_QUESTION, KEPT_BATCH, Load, sends
from fixtures.subscribers import Subscribers
from fixtures.verdicts import NotRun
from steps.batch_words import requester_role
from steps.parties import SHORT_OF_THE_LIMIT

_PART_OF_DAY = timedelta(minutes=30)
"""How far from an edge of the day a scenario stays that needs to be on one side of it."""


@given("an Authorised Subscriber of the Batched Device CSR Web Service")
@sends(Load(queries=1), once=FIRST_BATCH_QUESTION)
def authorised_subscriber(batches: Batches, batch_subscribers: Subscribers) -> None:
    batches.party = batch_subscribers.authorised()


@given("the Batched service takes batches from an Authorised Subscriber")
@sends(Load(queries=1), once=FIRST_BATCH_QUESTION)
@sends(Load(batches=1, csrs_right=2), once=KEPT_BATCH)
def service_takes_batches(batches: Batches, kept_batch: KeptBatch) -> None:
    """Seen once in a run: without it a refusal would say nothing of what is refused."""
    batches.party = kept_batch.taken().party


@given("a batch of the scenario's own that is COMPLETED")
@sends(Load(queries=1), once=FIRST_BATCH_QUESTION)
@sends(Load(batches=1, csrs_right=2))
def own_completed_batch(batches: Batches, results: Results, batch_subscribers: Subscribers) -> None:
    batches.party = batch_subscribers.authorised()
    results.of(batches.submit_csrs([batches.new_csr(device) for device in batches.new_devices(2)]))


@given(parsers.re(r"a Party of the Batched service in the User Role of (?P<user_role>[a-z-]+)"))
def party_in_user_role(batches: Batches, batch_subscribers: Subscribers, user_role: str) -> None:
    batches.party = batch_subscribers.in_user_role(user_role)


@given("a Party of the Batched service that has not completed User Entry Process Tests")
def party_without_uept(batches: Batches, batch_subscribers: Subscribers) -> None:
    batches.party = batch_subscribers.without_uept()


@given(parsers.re(r"a Party of the Batched service with an IKI Certificate for (?P<interface>[a-z-]+)"))
def party_for_interface(batches: Batches, batch_subscribers: Subscribers, interface: str) -> None:
    batches.party = batch_subscribers.for_interface(interface)


@given(parsers.re(r"a Party of the Batched service whose IKI Certificate is (?P<state>[a-z-]+)"))
def party_in_state(batches: Batches, batch_subscribers: Subscribers, state: str) -> None:
    batches.party = batch_subscribers.in_state(state)


@given(
    parsers.re(
        r"a Device that is (?P<short>one certificate|two certificates) short of the limit, for the batch"
    )
)
def device_near_the_limit(batches: Batches, short: str) -> None:
    limit = batches.target.settings.device_certificate_limit
    batches.device_with(limit - SHORT_OF_THE_LIMIT[short])


@given("a Device that has reached the limit, for the batch")
def device_at_the_limit(batches: Batches) -> None:
    batches.device_with(batches.target.settings.device_certificate_limit)


@given("a Device in a provisioning state in which the subscriber may not ask for it")
def ineligible_device(batches: Batches, operator: Operator) -> None:
    device_in_state(batches, operator, eligible=False)


@given("a Device in a provisioning state in which the subscriber may ask for it")
def eligible_device(batches: Batches, operator: Operator) -> None:
    device_in_state(batches, operator, eligible=True)


def device_in_state(batches: DrawnBatches[Any], operator: Operator, *, eligible: bool) -> None:
    device = next(batches.new_devices(1))
    batches.concerned[device] = 0
    operator.set_eligibility(device, requester_role(batches.credential), eligible)


@given("the time is before 20:00")
def before_the_night(batches: Batches) -> None:
    go_to_day(batches, NIGHT_ENDS, NIGHT_BEGINS)


@given("the time is in the morning, after 08:00")
def morning(batches: Batches) -> None:
    go_to_day(batches, NIGHT_ENDS, time(12))


@given("the time is after 20:00")
def after_the_nights_beginning(batches: Batches) -> None:
    go_to_day(batches, NIGHT_BEGINS, time(23, 59))


def go_to_day(batches: DrawnBatches[Any], begins: time, ends: time) -> None:
    """Bring the target to a time of the day, well within its bounds; kept where the clock cannot be moved."""
    if batches.clock.movable:
        now = batches.clock.now()
        if not _is_within(now, begins, ends):
            batches.clock.advance_to(next_time(begins, now) + _PART_OF_DAY)
        return
    now = datetime.fromisoformat(batches.remember(lambda: batches.clock.now().isoformat()))
    if not _is_within(now, begins, ends):
        raise NotRun(
            f"it is {uk_time(now):%H:%M} UK time, not well between {begins:%H:%M} and {ends:%H:%M}, and the "
            "target's clock cannot be moved"
        )


def _is_within(moment: datetime, begins: time, ends: time) -> bool:
    return begins <= uk_time(moment).time() and uk_time(moment + _PART_OF_DAY).time() < ends
