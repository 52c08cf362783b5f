"""Journeys between the SMKI Portal and the web services."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus

import pytest
from pytest_bdd import given, parsers, then, when

from checks.batch_result import SentBatch
from checks.finding import Finding
from clients.exchange import Exchange
from fixtures.answers import require_reply
from fixtures.batch_results import Results
from fixtures.batches import Batches
from fixtures.plan import FIRST_BATCH_QUESTION, Load, sends
from fixtures.portal_answers import until
from fixtures.portal_batches import PortalBatches
from fixtures.portal_results import PortalResults
from fixtures.portals import GATEWAY, INTERNET, PORTALS, Visits
from fixtures.subscribers import Subscribers
from fixtures.verdicts import Judge, NotApplicable
from targets.model import Target

INTERFACES: Mapping[str, str] = {
    "the Ad Hoc Device CSR Web Service": "adhoc",
    "the Batched Device CSR Web Service": "batch",
    "the SMKI Portal via DCC Gateway Connection": GATEWAY,
    "the SMKI Portal via the Internet": INTERNET,
}
_SUBSCRIBERS = {"adhoc": "subscribers", "batch": "batch_subscribers"}
_NOT_THERE = frozenset({HTTPStatus.NOT_FOUND, HTTPStatus.GONE})


@given("a batch that the web service took from a Party with an ARO on the SMKI Portal")
@sends(Load(queries=1), once=FIRST_BATCH_QUESTION)
@sends(Load(batches=1, csrs_right=2))
def web_service_batch(
    batches: Batches,
    portal_batches: PortalBatches,
    device_aros: Subscribers,
    batch_subscribers: Subscribers,
) -> None:
    portal_batches.party = device_aros.authorised()
    batches.party = batch_subscribers.of_the_party(portal_batches.party)
    batch = batches.submit_csrs([batches.new_csr(device) for device in batches.new_devices(2)])
    batch.batch_id = batches.accepted(batch)


@when("its results are there")
def results_are_there(batches: Batches, results: Results) -> None:
    results.of(batches.last)


@then("the pickup page has its files, and they say the same")
def on_the_pickup_page(
    batches: Batches, portal_batches: PortalBatches, portal_results: PortalResults, judge: Judge
) -> None:
    """Under the IDs of its Device CSRs, in place of the names of files."""
    batch, aro = batches.last, portal_batches.credential
    reference = portal_batches.visit.site.pages.pickup.web_service_batch.format(batch_id=batch.batch_id)
    patience = portal_batches.target.limits.response_seconds
    row = until(lambda: portal_results.row(aro, reference), lambda found: found is not None, patience)
    if row is None:
        expected = f"files of the batch {batch.batch_id}, as {reference}"
        judge.fail(Finding("M-2.5.1.4-d", expected, "no row on the pickup page"))
    sent, picked_up = SentBatch(), dict[str, bytes]()
    for name in batch.certificates:
        sent.add(name, batch.sent.csr(name) or b"")
    verdict = portal_results.judged(aro, row, sent, None, picked_up, issue="M-2.5.1.4-d")
    judge.take(verdict.findings)
    same = picked_up == batch.certificates
    observed = f"{len(picked_up)} certificates, not the same"
    judge.expect(same, "M-2.5.1.4-d", "the certificates that the web service gave", observed)


# --- the interfaces ---


@given(parsers.re(r"the conformance statement claims (?P<interface>.+)"))
def claimed(target: Target, interface: str) -> None:
    if not target.claims(INTERFACES[interface]):
        raise NotApplicable(f"the conformance statement does not claim {INTERFACES[interface]}")


@when(parsers.re(r"a user of (?P<interface>.+) turns to its address"), target_fixture="first_answer")
@sends(
    lambda interface, **_: Load(adhoc_wrong=int("Ad Hoc" in interface)),
    once="the first question to {interface}",
)
def turn_to(request: pytest.FixtureRequest, visits: Visits, interface: str) -> Exchange:
    """A web service is asked as its subscribers are before anything else, a portal for its landing page."""
    name = INTERFACES[interface]
    if name in PORTALS:
        return visits.of(None, name).open().exchange
    subscribers: Subscribers = request.getfixturevalue(_SUBSCRIBERS[name])
    return subscribers.first_answer()


@then("it answers there")
def answers(first_answer: Exchange, judge: Judge) -> None:
    require_reply(first_answer)
    response = first_answer.response
    there = (
        response is not None
        and response.status not in _NOT_THERE
        and response.status < HTTPStatus.INTERNAL_SERVER_ERROR
    )
    judge.expect(there, "M-2.1-a", "the interface at its published URL", first_answer.outcome)
