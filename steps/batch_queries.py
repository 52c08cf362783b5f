"""Result queries: by the Party whose batch it is, by others, right and wrong."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from pytest_bdd import parsers, then, when

from checks.batch import COMPLETED, RESULT_STATUSES
from checks.batch_response import read_result
from checks.batch_result import ResultVerdict, SentBatch, judge_same_result
from checks.finding import Finding
from checks.message import ResponseUnreadable
from clients.exchange import Exchange
from clients.gateway.batch import BatchClient
from clients.gateway.batch_message import csr_id, submission
from fixtures.answers import require_known_refusal
from fixtures.batch_results import Results
from fixtures.batch_waiting import RETENTION
from fixtures.batches import Batches, new_reference
from fixtures.forged import forge
from fixtures.kept_batch import KeptBatch
from fixtures.plan import Load, sends
from fixtures.subscribers import Subscribers
from fixtures.verdicts import Judge, NotRun
from targets.model import Credential
from targets.plugins import load_class

_ERRORS = frozenset({"FORMAT_ERROR", "WORKFLOW_ERROR"})
_VERSION = "/1.0/"
_UNKNOWN = 10**15
"""Added to a BatchId: no RA has issued so many since."""


def _queries(own: int) -> dict[str, str]:
    return {
        "a BatchId that nobody was given": f"BatchId={own + _UNKNOWN}",
        "a BatchId of 30 digits": f"BatchId={'9' * 30}",
        "its own BatchId made negative": f"BatchId=-{own}",
        "its own BatchId followed by a letter": f"BatchId={own}x",
        "its own BatchId followed by .0": f"BatchId={own}.0",
        "its own BatchId in hexadecimal": f"BatchId=0x{own:x}",
        "no BatchId": "",
        "its own BatchId twice": f"BatchId={own}&BatchId={own}",
        "its own BatchId and an unknown one": f"BatchId={own}&BatchId={own + _UNKNOWN}",
    }


@when(parsers.re(r"the subscriber asks for the result with (?P<query>.+)"))
@sends(Load(batches=1, csrs_right=2, queries=1))
def ask_with(batches: Batches, results: Results, query: str) -> None:
    own = _own_batch(batches, batches.credential)
    results.query(_queries(own).get(query, query), batches.party)


@when("another Party asks for the result of the subscriber's batch")
@sends(Load(batches=1, csrs_right=2, queries=1))
def another_asks(batches: Batches, results: Results, batch_subscribers: Subscribers) -> None:
    own = _own_batch(batches, batches.credential)
    results.query(f"BatchId={own}", batch_subscribers.another())


@when("the Party asks for the result of the subscriber's batch")
@sends(Load(batches=1, csrs_right=2, queries=1))
def party_asks(kept_batch: KeptBatch, batches: Batches, results: Results) -> None:
    own = _own_batch(batches, kept_batch.subscriber)
    results.query(f"BatchId={own}", batches.party)


@when(parsers.re(r"a client with (?P<credential>.+) asks for the result of the subscriber's batch"))
@sends(Load(batches=1, csrs_right=2, queries=1))
def client_asks(batches: Batches, results: Results, credential: str) -> None:
    own = _own_batch(batches, batches.credential)
    party = None if credential == "no certificate" else forge(batches.credential, credential)
    results.query(f"BatchId={own}", party)


def _own_batch(batches: Batches, subscriber: Credential) -> int:
    """The BatchId of a batch of the subscriber's that the RA has just taken, or that the scenario has."""
    if not batches.batches:
        asking, batches.party = batches.party, subscriber
        batches.submit_csrs([batches.new_csr(device) for device in batches.new_devices(2)])
        batches.party = asking
    return batches.accepted(batches.last)


@pytest.fixture
def another_version(batches: Batches) -> Iterator[BatchClient]:
    """A client of the service under version 2.0 in the URL."""
    connection = batches.client.connection
    if _VERSION not in connection.url:
        raise NotRun(f"the URL of the Batched service, {connection.url}, has no version 1.0 in it")
    other = replace(connection, url=connection.url.replace(_VERSION, "/2.0/", 1))
    client: BatchClient = load_class(batches.target.clients["batch"])(other, batches.run.recorder)
    yield client
    client.close()


@when("the subscriber submits a batch to version 2.0 of the service")
@sends(Load(batches_wrong=1))
def submit_to_another_version(batches: Batches, another_version: BatchClient) -> None:
    batches.client = another_version
    batches.submit_csrs([batches.new_csr(device) for device in batches.new_devices(2)])


@when("the subscriber asks version 2.0 of the service for the result of its batch")
@sends(Load(batches=1, csrs_right=2, queries=1))
def ask_another_version(batches: Batches, another_version: BatchClient) -> None:
    own = _own_batch(batches, batches.credential)
    batches.queries.append(another_version.fetch(own, batches.party))


@when(parsers.re(r"the subscriber sends a batch by (?P<method>[A-Z]+)"))
@sends(Load(batches_wrong=1))
def send_by_method(batches: Batches, method: str) -> None:
    devices = list(batches.new_devices(2))
    csrs = [(csr_id(number), batches.new_csr(device).der) for number, device in enumerate(devices)]
    reference = new_reference()
    batches.submit_octets(submission(reference, csrs), reference, devices, method=method)


@then("the query is refused with FORMAT_ERROR")
def query_refused(batches: Batches, results: Results, judge: Judge) -> None:
    verdict = results.judged(batches.queries[-1], SentBatch(), None)
    status = verdict.head.status if verdict.head else None
    if status != "FORMAT_ERROR":
        judge.fail(Finding("M-D-FORMAT_ERROR", "BatchStatus FORMAT_ERROR", f"BatchStatus {status}"))


@then("the query is rejected and shows nothing of the batch")
def query_shows_nothing(batches: Batches, judge: Judge) -> None:
    exchange = batches.queries[-1]
    require_known_refusal(exchange)
    shown = _shown(exchange)
    if shown is not None:
        judge.fail(Finding(judge.naming("M-D-HTTP-b"), "a refusal that shows nothing of the batch", shown))


@when("its result is fetched again at once, and 29 days later")
@sends(Load(queries=2))
def fetch_again(batches: Batches) -> None:
    batch = batches.last
    batches.queries.append(batches.client.fetch(batch.batch_id or 0, batches.party))
    batches.clock.advance(RETENTION - timedelta(days=1))
    batches.queries.append(batches.client.fetch(batch.batch_id or 0, batches.party))


@then("it is the same result each time")
def same_result(batches: Batches, results: Results, judge: Judge) -> None:
    batch = batches.last
    first = results.of(batch)
    for exchange in batches.queries:
        again: ResultVerdict = results.judged(exchange, batch.sent, batch.batch_id)
        status = again.head.status if again.head else None
        if status != COMPLETED:
            judge.fail(Finding("M-2.5.1.4-c", "the result, for up to 30 days", f"BatchStatus {status}"))
        judge.take(judge_same_result(first, again))


@when("its result is fetched again 31 days later")
@sends(Load(queries=1))
def fetch_too_late(batches: Batches) -> None:
    batch = batches.last
    batches.clock.advance(RETENTION + timedelta(days=1))
    batches.queries.append(batches.client.fetch(batch.batch_id or 0, batches.party))


@then("no Device Certificate is in the result")
def no_certificate_in_result(batches: Batches, judge: Judge) -> None:
    exchange = batches.queries[-1]
    require_known_refusal(exchange)
    carries = exchange.response is not None and b"<Certificate" in exchange.response.body
    judge.expect(not carries, "M-2.5.1.4-c", "no result after 30 days", "Device Certificates")


def _shown(exchange: Exchange) -> str | None:
    """What an answer shows of a batch: a state or results; None where nothing."""
    if exchange.response is None:
        return None
    with exchange.response.open() as stream:
        try:
            head, results = read_result(stream)
        except ResponseUnreadable:
            return "Device Certificates" if b"<Certificate" in exchange.response.body else None
    if results:
        return f"{results} results"
    state = head.status in RESULT_STATUSES - _ERRORS
    return f"BatchStatus {head.status}" if state else None
