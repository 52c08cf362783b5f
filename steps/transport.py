"""TLS: what a client offers, and what the server agrees to and presents."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, nullcontext
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

import pytest
from cryptography.hazmat.primitives.serialization import Encoding
from pytest_bdd import parsers, then, when

from checks.tls import PERMITTED_SUITES, judge_server_certificate
from clients.exchange import BEFORE_REQUEST, Exchange, FailureKind
from clients.gateway.adhoc_message import Parts, signing_request
from clients.gateway.batch import SUBMIT_PATH, BatchClient
from clients.gateway.batch_message import csr_id, submission
from clients.pacing import AdHocPace
from clients.tls_hello import VERSION_CODES, ServerFlight
from clients.tls_probe import TlsProbe
from fixtures.batches import Batches, new_reference
from fixtures.conversation import Conversation
from fixtures.organisation_requests import OrganisationRequests
from fixtures.plan import Load, sends
from fixtures.subscribers import Subscribers
from fixtures.target import interface_of
from fixtures.verdicts import Inconclusive, Judge, NotApplicable
from steps.words import SUITES, SUITES_OF_VERSION
from targets.model import Target
from targets.plugins import load_class

PRESENTS_CERTIFICATE = {
    "adhoc": "M-2.4.EST-b",
    "batch": "M-2.5.EST-b",
    "portal-gateway": "M-2.3.EST-c",
}
"""By interface, the rule that its server presents a certificate of the CA/Browser Forum chain."""
Speaker = Conversation | Batches | OrganisationRequests
SPEAKERS = {"adhoc": "conversation", "batch": "batches", "portal-gateway": "organisation_requests"}
"""By interface, the fixture that speaks to it."""
PERMITTED = tuple(suite.code for suite in PERMITTED_SUITES)


@dataclass(slots=True)
class Handshake:
    """What a scenario's own handshake or plain connection got."""

    exchanges: list[Exchange] = field(default_factory=list)
    flight: ServerFlight | None = None
    offered: str = ""

    @property
    def exchange(self) -> Exchange:
        """The last one. Raises Inconclusive where nobody was there."""
        exchange = self.exchanges[-1]
        if exchange.failure is not None and exchange.failure.kind in BEFORE_REQUEST - {
            FailureKind.SERVER_NOT_TRUSTED
        }:
            raise Inconclusive(f"{exchange.url} could not be reached: {exchange.failure}")
        return exchange


@pytest.fixture
def handshake() -> Handshake:
    """The handshake of this scenario."""
    return Handshake()


@pytest.fixture
def speaker(request: pytest.FixtureRequest) -> Speaker:
    """Who speaks to the interface that the scenario is about."""
    return request.getfixturevalue(SPEAKERS[interface_of(request.node)])  # type: ignore[no-any-return]


@pytest.fixture
def held_open() -> Iterator[ExitStack]:
    """Connections that stay open until the scenario ends."""
    with ExitStack() as stack:
        yield stack


@when(parsers.re(r"the subscriber opens a TLS session that offers only (?P<suite>[A-Z0-9-]+)"))
def open_session(probe: TlsProbe, speaker: Speaker, handshake: Handshake, suite: str) -> None:
    if speaker.target.settings.tls_minimum == "TLSv1.3":
        raise NotApplicable("the target file permits TLS 1.3 only, which has suites of its own")
    handshake.offered = suite
    handshake.exchanges.append(probe.handshake(speaker.credential, (suite,)))


@then("the session is agreed with that suite")
def session_agreed(handshake: Handshake, judge: Judge) -> None:
    exchange = handshake.exchange
    agreed = exchange.tls is not None and exchange.tls.cipher == handshake.offered
    judge.expect(agreed, "M-G-a", f"a TLS session with {handshake.offered}", exchange.outcome)


@when(parsers.re(r"a client offers TLS with only (?P<suite>[A-Z0-9-]+)"))
def offer_suite(probe: TlsProbe, handshake: Handshake, target: Target, suite: str) -> None:
    _see_offer_taken(probe, handshake, target)
    _offer(probe, handshake, "TLSv1.2", (SUITES[suite],), suite)


@when(parsers.re(r"a client offers only (?P<version>SSLv3|TLSv1(?:\.\d)?)"))
def offer_version(probe: TlsProbe, handshake: Handshake, target: Target, version: str) -> None:
    lowest, highest = target.settings.tls_minimum, target.settings.tls_maximum
    if VERSION_CODES[lowest] <= VERSION_CODES[version] <= VERSION_CODES[highest]:
        raise NotApplicable(f"the target file permits {version} (settings.tls_minimum, settings.tls_maximum)")
    _see_offer_taken(probe, handshake, target)
    _offer(probe, handshake, version, SUITES_OF_VERSION[version], version)


@then("the handshake goes no further")
def handshake_refused(handshake: Handshake, judge: Judge) -> None:
    exchange, flight = handshake.exchange, handshake.flight
    if exchange.failure is not None and exchange.failure.kind is FailureKind.TIMED_OUT:
        raise Inconclusive(f"{exchange.url} neither answered nor refused: {exchange.failure}")
    accepted = flight is not None and flight.accepted
    judge.expect(not accepted, "M-G-a", f"no handshake with {handshake.offered}", exchange.outcome)


@when("a right request is sent to the service's port without TLS")
@sends(Load(adhoc_wrong=1))
def send_plain(
    probe: TlsProbe, conversation: Conversation, handshake: Handshake, adhoc_pace: AdHocPace | None
) -> None:
    body = signing_request(Parts(conversation.new_reference(), conversation.new_csr().base64))
    with adhoc_pace.turn() if adhoc_pace else nullcontext():
        handshake.exchanges.append(probe.plain(_post(probe, "", body)))


@when("a right batch is sent to the service's port without TLS")
@sends(Load(batches_wrong=1))
def send_batch_plain(probe: TlsProbe, batches: Batches, handshake: Handshake) -> None:
    csrs = [batches.new_csr(device) for device in batches.new_devices(2)]
    body = b"".join(submission(new_reference(), [(csr_id(0), csrs[0].der), (csr_id(1), csrs[1].der)]))
    batches.concerned.update({csr.device_id: 0 for csr in csrs})
    handshake.exchanges.append(probe.plain(_post(probe, SUBMIT_PATH, body)))


def _post(probe: TlsProbe, path: str, body: bytes) -> bytes:
    head = (
        f"POST {probe.path}{path} HTTP/1.1\r\nHost: {probe.host}:{probe.port}\r\nConnection: close\r\n"
        f"Content-Type: application/xml;charset=UTF-8\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


@then("no Device Certificate is in what comes back")
def nothing_in_plain(handshake: Handshake, judge: Judge) -> None:
    octets = handshake.exchange.answer_octets
    served = b"<Certificate" in octets or b"DeviceCertificateSigningResponse" in octets
    judge.expect(not served, "M-2.4.GO-b", "no service without TLS", handshake.exchange.outcome)


@then("no acceptance is in what comes back")
def no_batch_in_plain(handshake: Handshake, judge: Judge) -> None:
    served = b"SubmitCSRBatchStatus" in handshake.exchange.answer_octets
    judge.expect(not served, "M-2.5.GO-a", "no service without TLS", handshake.exchange.outcome)


@when("the server's certificate chain is taken from its handshake")
def take_chain(probe: TlsProbe, handshake: Handshake) -> None:
    _offer(probe, handshake, "TLSv1.2", PERMITTED, "the permitted suites")


@then("the server's certificate keeps this rule")
def server_certificate(probe: TlsProbe, handshake: Handshake, judge: Judge, target: Target) -> None:
    exchange, flight = handshake.exchange, handshake.flight
    if flight is None or not flight.certificates:
        raise Inconclusive(f"{exchange.url} presented no certificate: {exchange.outcome}")
    anchors = [anchor.public_bytes(Encoding.DER) for anchor in target.trust.server_anchors]
    findings = judge_server_certificate(flight.certificates, anchors, probe.host, datetime.now(UTC))
    judge.take(
        replace(finding, requirement=PRESENTS_CERTIFICATE[probe.interface])
        if finding.requirement == PRESENTS_CERTIFICATE["adhoc"]
        else finding
        for finding in findings
    )


@when("one client falls silent in the middle of its request")
def fall_silent(
    probe: TlsProbe, conversation: Conversation, handshake: Handshake, held_open: ExitStack
) -> None:
    exchange = held_open.enter_context(probe.silent_client(conversation.credential, promised=2000))
    handshake.exchanges.append(exchange)
    if exchange.failure is not None:
        raise Inconclusive(f"the client that was to fall silent was not let in: {exchange.failure}")


@when("another Party falls silent in the middle of its batch")
@sends(Load(batches_wrong=1))
def fall_silent_in_batch(
    probe: TlsProbe,
    batches: Batches,
    batch_subscribers: Subscribers,
    handshake: Handshake,
    held_open: ExitStack,
) -> None:
    """From here on the scenario has no more patience than for a small request: its batches are small."""
    silent = probe.silent_client(batch_subscribers.another(), promised=2000, path=SUBMIT_PATH)
    exchange = held_open.enter_context(silent)
    handshake.exchanges.append(exchange)
    if exchange.failure is not None:
        raise Inconclusive(f"the client that was to fall silent was not let in: {exchange.failure}")
    client: BatchClient = load_class(batches.target.clients["batch"])(probe.connection, probe.recorder)
    held_open.callback(client.close)
    batches.client = client


def _see_offer_taken(probe: TlsProbe, handshake: Handshake, target: Target) -> None:
    """Make sure that the server takes what is permitted when it is offered in the same way.

    Raises Inconclusive where it does not: its refusal of anything else would then say nothing.
    """
    version = target.settings.tls_minimum
    suites = PERMITTED if version == "TLSv1.2" else SUITES_OF_VERSION[version]
    _offer(probe, handshake, version, suites, "what is permitted")
    if handshake.flight is None or not handshake.flight.accepted:
        outcome = handshake.exchange.outcome
        raise Inconclusive(f"the server does not take an offer of what is permitted: {outcome}")


def _offer(
    probe: TlsProbe, handshake: Handshake, version: str, suites: tuple[int, ...], offered: str
) -> None:
    handshake.offered = offered
    exchange, handshake.flight = probe.offer(version, suites)
    handshake.exchanges.append(exchange)
