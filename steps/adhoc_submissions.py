"""When: what a Party sends to the Ad Hoc Device CSR Web Service."""

from __future__ import annotations

from pathlib import Path

from pytest_bdd import parsers, when

from clients.csr.device import LEGAL_SHAPES, DeviceCsr, new_key, reshaped
from clients.csr.faults import Wanted, faulty_csr
from clients.csr.gbcs_vector import device_csr_like_the_vector
from clients.gateway import adhoc_message
from clients.gateway.adhoc_message import NOT_WELL_FORMED, Parts, malformed_request, signing_request
from fixtures.conversation import Conversation, Submission
from fixtures.forged import forge
from fixtures.plan import Load, sends
from steps.words import REFERENCES, USAGES

USAGE = r"(?P<usage>Digital Signing|Key Agreement)"
CANARY = "canary-of-the-conformance-suite"
"""What the external entity's file holds, so that a disclosure is known when it is seen."""


@when(parsers.re(rf"the (?:subscriber|Party) submits a {USAGE} Device CSR for the Device"))
@sends(Load(adhoc_right=1))
def submit(conversation: Conversation, usage: str) -> None:
    conversation.submit_csr(conversation.new_csr(USAGES[usage]))


@when(parsers.re(rf"the subscriber submits a {USAGE} Device CSR with (?P<shape>{'|'.join(LEGAL_SHAPES)})"))
@sends(Load(adhoc_right=1))
def submit_shape(conversation: Conversation, usage: str, shape: str) -> None:
    csr = conversation.new_csr(USAGES[usage])
    conversation.submit_csr(reshaped(csr, conversation.target.settings.hw_type_oid, shape))


@when("the subscriber submits a Device CSR in the octets of the GBCS test vector")
@sends(Load(adhoc_right=1))
def submit_vector(conversation: Conversation) -> None:
    conversation.submit_csr(device_csr_like_the_vector(conversation.device.device_id))


@when(parsers.re(r"the subscriber submits a Device CSR under a reference of (?P<reference>.+)"))
@sends(Load(adhoc_right=1))
def submit_under_reference(conversation: Conversation, reference: str) -> None:
    conversation.submit_csr(conversation.new_csr(), REFERENCES[reference])


@when(parsers.re(r"the subscriber submits (?P<number>\d+) Device CSRs, one after another"))
@sends(lambda number, **_: Load(adhoc_right=int(number)))
def submit_several(conversation: Conversation, number: str) -> None:
    for _ in range(int(number)):
        conversation.submit_csr(conversation.new_csr())


@when("the subscriber submits Device CSRs for them all at once")
@sends(lambda target, **_: Load(adhoc_right=target.limits.concurrent_requests))
def submit_for_all(conversation: Conversation) -> None:
    conversation.submit_at_once([conversation.new_csr(device=device) for device in conversation.devices])


@when(parsers.re(r"the subscriber submits (?P<number>\d+) Device CSRs for the Device at once"))
@sends(lambda number, **_: Load(adhoc_right=int(number)))
def submit_at_once(conversation: Conversation, number: str) -> None:
    conversation.submit_at_once([conversation.new_csr() for _ in range(int(number))])


@when(parsers.re(r"the subscriber submits a faulty Device CSR: (?P<fault>.+)"))
@sends(Load(adhoc_wrong=1))
def submit_faulty_csr(conversation: Conversation, fault: str) -> None:
    wanted = Wanted(
        conversation.device.device_id,
        USAGES["Digital Signing"],
        conversation.target.settings.hw_type_oid,
        new_key(),
    )
    csr = DeviceCsr(faulty_csr(fault, wanted), wanted.device_id, wanted.key_usage)
    reference = conversation.new_reference()
    conversation.submit_octets(signing_request(Parts(reference, csr.base64)), reference)


@when(parsers.re(r"the subscriber submits a faulty request: (?P<fault>.+)"))
@sends(Load(adhoc_wrong=1))
def submit_faulty_request(conversation: Conversation, fault: str) -> None:
    parts = _parts(conversation)
    readable = None if fault in NOT_WELL_FORMED else parts.reference
    conversation.submit_octets(malformed_request(fault, parts), readable, malformed=True)


@when("the subscriber submits a request whose Version is an internal entity")
@sends(Load(adhoc_wrong=1))
def submit_internal_entity(conversation: Conversation) -> None:
    _submit_doctype(conversation, adhoc_message.with_internal_entity)


@when("the subscriber submits a request whose Version is an external entity")
@sends(Load(adhoc_wrong=1))
def submit_external_entity(conversation: Conversation, tmp_path: Path) -> None:
    """The entity is a file of this machine: what an RA elsewhere cannot read, it cannot disclose either."""
    secret = tmp_path / "entity.txt"
    secret.write_text(CANARY, encoding="utf-8")
    _submit_doctype(conversation, lambda parts: adhoc_message.with_external_entity(parts, secret.as_uri()))


@when("the subscriber submits a request whose Version expands to ten thousand million characters")
@sends(Load(adhoc_wrong=1))
def submit_entity_expansion(conversation: Conversation) -> None:
    _submit_doctype(conversation, adhoc_message.with_entity_expansion)


@when("the subscriber submits a request of 8 million octets")
@sends(Load(adhoc_wrong=1))
def submit_very_large(conversation: Conversation) -> None:
    parts = _parts(conversation)
    conversation.submit_octets(adhoc_message.very_large(parts, 8_000_000), parts.reference)


@when(parsers.re(r"the subscriber sends a right request by (?P<method>[A-Z]+)"))
@sends(Load(adhoc_wrong=1))
def send_by_method(conversation: Conversation, method: str) -> None:
    _send(conversation, method, "")


@when(parsers.re(r"the subscriber sends a right request to the published path followed by (?P<path>/\S+)"))
@sends(Load(adhoc_wrong=1))
def send_to_path(conversation: Conversation, path: str) -> None:
    _send(conversation, "POST", path)


@when("a client without a certificate submits a Device CSR for the Device")
@sends(Load(adhoc_wrong=1))
def submit_without_certificate(conversation: Conversation) -> None:
    conversation.party = None
    conversation.submit_csr(conversation.new_csr())


@when(
    parsers.re(
        r"a client with (?P<forgery>a self-signed copy .+|a copy of it .+) submits a Device CSR for "
        r"the Device"
    )
)
@sends(Load(adhoc_wrong=1))
def submit_with_forgery(conversation: Conversation, forgery: str) -> None:
    conversation.party = forge(conversation.credential, forgery)
    conversation.submit_csr(conversation.new_csr())


def _parts(conversation: Conversation) -> Parts:
    return Parts(conversation.new_reference(), conversation.new_csr().base64)


def _submit_doctype(conversation: Conversation, make: adhoc_message.Fault) -> None:
    parts = _parts(conversation)
    conversation.submit_octets(make(parts), parts.reference, malformed=True)


def _send(conversation: Conversation, method: str, path: str) -> None:
    parts = _parts(conversation)
    exchange = conversation.client.send(method, path, signing_request(parts), conversation.party)
    conversation.submissions.append(Submission(parts.reference, exchange))
