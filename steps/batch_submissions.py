"""When: what a Party submits to the Batched Device CSR Web Service."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from pytest_bdd import parsers, when

from checks.batch_result import STATUSES, Expectation
from clients.csr.device import (
    DIGITAL_SIGNATURE,
    KEY_AGREEMENT,
    LEGAL_SHAPES,
    new_key,
    reshaped,
)
from clients.csr.factory import CsrFactory
from clients.csr.faults import Wanted, faulty_csr
from clients.csr.gbcs_vector import device_csr_like_the_vector
from clients.gateway import batch_message
from clients.gateway.batch_message import (
    NOT_AS_AGREED,
    NOT_WELL_FORMED,
    csr_id,
    malformed_submission,
    one_csr_often,
)
from fixtures.batches import Batches, new_reference
from fixtures.forged import forge
from fixtures.ledger import SentCsr
from fixtures.plan import Load, sends
from fixtures.subscribers import Subscribers
from steps.adhoc_submissions import CANARY
from steps.batch_words import IDENTIFIERS, REFERENCES

ANY = Expectation(STATUSES, "M-2.5.1.3-e")
"""Whatever comes of a Device CSR, judged by the scenario itself."""


@when(parsers.re(r"the subscriber submits a batch of (?P<number>\d+) Device CSRs for new Devices"))
@sends(lambda number, **_: Load(batches=1, csrs_right=int(number)))
def submit_new(batches: Batches, number: str) -> None:
    devices = batches.new_devices(int(number))
    batches.submit_csrs([batches.new_csr(device) for device in devices])


@when("the subscriber submits a batch with both usages for one new Device")
@sends(Load(batches=1, csrs_right=2))
def submit_both_usages(batches: Batches) -> None:
    device = next(batches.new_devices(1))
    batches.submit_csrs([batches.new_csr(device, usage) for usage in (DIGITAL_SIGNATURE, KEY_AGREEMENT)])


@when(
    parsers.re(
        r"the subscriber submits a batch with (?P<times>\d+) Device CSRs for each of (?P<number>\d+) new "
        r"Devices"
    )
)
@sends(lambda times, number, **_: Load(batches=1, csrs_right=int(times) * int(number)))
def submit_several_each(batches: Batches, times: str, number: str) -> None:
    devices = list(batches.new_devices(int(number)))
    rounds = range(int(times))
    batches.submit_csrs([batches.new_csr(device, _usage(each)) for each in rounds for device in devices])


@when("the subscriber submits a batch of as many Device CSRs as a batch may hold")
@sends(lambda target, **_: Load(batches=1, csrs_right=target.settings.batch_csr_limit))
def submit_the_largest(batches: Batches) -> None:
    count = batches.target.settings.batch_csr_limit
    devices = batches.new_devices(count)
    with CsrFactory(batches.target.settings.hw_type_oid) as factory:
        made = factory.make((device, _usage(number)) for number, device in enumerate(devices))
        right = batches.right
        sent: Iterator[SentCsr] = ((csr_id(number), csr.der, right) for number, csr in enumerate(made))
        batches.submit(sent, ())


@when("the subscriber submits a batch of one Device CSR more than a batch may hold")
@sends(Load(batches_wrong=1))
def submit_one_too_many(batches: Batches) -> None:
    device, reference = next(batches.new_devices(1)), new_reference()
    count = batches.target.settings.batch_csr_limit + 1
    body = one_csr_often(reference, batches.new_csr(device).der, count)
    batches.submit_octets(body, reference, [device])


@when(parsers.re(r"the subscriber submits (?P<number>\d+) batches, one after another"))
@sends(lambda number, **_: Load(batches=int(number), csrs_right=2 * int(number)))
def submit_batches(batches: Batches, number: str) -> None:
    for _ in range(int(number)):
        batches.submit_csrs([batches.new_csr(device) for device in batches.new_devices(2)])


@when(parsers.re(r"the subscriber submits a batch whose Device CSRs have as IDs (?P<identifiers>.+)"))
@sends(Load(batches=1, csrs_right=3))
def submit_identified(batches: Batches, identifiers: str) -> None:
    names = IDENTIFIERS[identifiers]
    csrs = [batches.new_csr(device) for device in batches.new_devices(len(names))]
    sent = [(name, csr.der, batches.right) for name, csr in zip(names, csrs, strict=True)]
    batches.submit(sent, [csr.device_id for csr in csrs])


@when(parsers.re(r"the subscriber submits a batch under a reference of (?P<reference>.+)"))
@sends(Load(batches=1, csrs_right=2))
def submit_under_reference(batches: Batches, reference: str) -> None:
    csrs = [batches.new_csr(device) for device in batches.new_devices(2)]
    batches.submit_csrs(csrs, REFERENCES[reference])


@when("the subscriber submits a batch of Device CSRs in every shape that is right")
@sends(Load(batches=1, csrs_right=2 * len(LEGAL_SHAPES) + 1))
def submit_shapes(batches: Batches) -> None:
    oid = batches.target.settings.hw_type_oid
    devices = batches.new_devices(2 * len(LEGAL_SHAPES) + 1)
    csrs = [
        reshaped(batches.new_csr(next(devices), usage), oid, shape)
        for shape in LEGAL_SHAPES
        for usage in (DIGITAL_SIGNATURE, KEY_AGREEMENT)
    ]
    batches.submit_csrs([*csrs, device_csr_like_the_vector(next(devices))])


@when(parsers.re(r"the subscriber submits a batch of (?P<number>\d+) Device CSRs for that Device"))
@sends(lambda number, **_: Load(batches=1, csrs_right=int(number)))
def submit_for_device(batches: Batches, number: str) -> None:
    device = next(iter(batches.concerned))
    batches.submit_csrs([batches.new_csr(device) for _ in range(int(number))])


@when(
    parsers.re(
        r"the subscriber submits a batch of (?P<number>\d+) Device CSRs for that Device, and a right one "
        r"for another"
    )
)
@sends(lambda number, **_: Load(batches=1, csrs_right=int(number) + 1))
def submit_for_device_and_another(batches: Batches, number: str) -> None:
    device, other = next(iter(batches.concerned)), next(batches.new_devices(1))
    csrs = [batches.new_csr(device, _usage(each)) for each in range(int(number))]
    sent = [(csr_id(each), csr.der, ANY) for each, csr in enumerate(csrs)]
    batches.submit([*sent, ("another", batches.new_csr(other).der, batches.right)], [device, other])


@when("the subscriber submits a batch with a Device CSR for each of them")
@sends(Load(batches=1, csrs_right=2))
def submit_for_each(batches: Batches) -> None:
    first, second = batches.concerned
    ineligible = Expectation(frozenset({"INELIGIBLE"}), batches.judge.naming("M-D-CSR-INELIGIBLE"))
    sent = [
        ("may-not-ask", batches.new_csr(first).der, ineligible),
        ("may-ask", batches.new_csr(second).der, batches.right),
    ]
    batches.submit(sent, [first, second])


@when("the subscriber submits a batch in which one Device CSR stands twice")
@sends(Load(batches=1, csrs_right=3))
def submit_duplicate(batches: Batches) -> None:
    first, second = batches.new_devices(2)
    twice = batches.new_csr(first).der
    sent = [
        ("once", twice, ANY),
        ("between", batches.new_csr(second).der, batches.right),
        ("again", twice, ANY),
    ]
    batches.submit(sent, [first, second])


@when("the subscriber submits a batch of right Device CSRs, and among them these faulty ones:")
@sends(lambda rows, **_: Load(batches=1, csrs_right=rows + 1, csrs_wrong=rows))
def submit_faulty_ones(batches: Batches, datatable: list[list[str]]) -> None:
    faults = [row[0] for row in datatable[1:]]
    devices = list(batches.new_devices(2 * len(faults) + 1))
    wrong = Expectation(frozenset({"CSR_ERROR"}), batches.judge.naming())
    hw_type = batches.target.settings.hw_type_oid
    sent = [("right-0", batches.new_csr(devices[0]).der, batches.right)]
    for number, name in enumerate(faults, 1):
        wanted = Wanted(devices[2 * number - 1], DIGITAL_SIGNATURE, hw_type, new_key())
        sent.append((f"faulty-{number}", faulty_csr(name, wanted), wrong))
        sent.append((f"right-{number}", batches.new_csr(devices[2 * number]).der, batches.right))
    batches.judge.note("\n".join(f"faulty-{number}: {name}" for number, name in enumerate(faults, 1)))
    batches.submit(sent, devices)


@when(parsers.re(r"the subscriber submits a faulty batch: (?P<fault>.+)"))
@sends(Load(batches_wrong=1))
def submit_faulty_batch(batches: Batches, fault: str) -> None:
    parts = batches.new_parts()
    readable = None if fault in NOT_WELL_FORMED else parts.reference
    body = malformed_submission(fault, parts)
    if fault not in NOT_AS_AGREED:
        batches.submit_octets(body, readable, malformed=True)
        return
    (wrong, wrong_der), (right, right_der) = parts.csrs[:2]
    error = Expectation(frozenset({"CSR_ERROR"}), batches.judge.naming("M-2.5.1.3-a"))
    csrs = [(wrong, wrong_der, error), (right, right_der, batches.right)]
    batches.submit_octets(body, readable, malformed=True, csrs=csrs)


@when("the subscriber submits a batch whose Version is an internal entity")
@sends(Load(batches_wrong=1))
def submit_internal_entity(batches: Batches) -> None:
    _submit_doctype(batches, batch_message.with_internal_entity)


@when("the subscriber submits a batch whose Version is an external entity")
@sends(Load(batches_wrong=1))
def submit_external_entity(batches: Batches, tmp_path: Path) -> None:
    """The entity is a file of this machine: what an RA elsewhere cannot read, it cannot disclose either."""
    secret = tmp_path / "entity.txt"
    secret.write_text(CANARY, encoding="utf-8")
    _submit_doctype(batches, lambda parts: batch_message.with_external_entity(parts, secret.as_uri()))


@when("the subscriber submits a batch whose Version expands to ten thousand million characters")
@sends(Load(batches_wrong=1))
def submit_entity_expansion(batches: Batches) -> None:
    _submit_doctype(batches, batch_message.with_entity_expansion)


@when("the Party submits a batch")
@sends(Load(batches=1, csrs_right=2))
def party_submits(batches: Batches) -> None:
    batches.submit_csrs([batches.new_csr(device) for device in batches.new_devices(2)])


@when("the Party submits a batch of which nothing may come")
@sends(Load(batches=1, csrs_right=2))
def party_submits_in_vain(batches: Batches) -> None:
    devices = list(batches.new_devices(2))
    sent = [(csr_id(number), batches.new_csr(device).der, ANY) for number, device in enumerate(devices)]
    batches.submit(sent, devices)


@when("a client without a certificate submits a batch")
@sends(Load(batches_wrong=1))
def submit_without_certificate(batches: Batches) -> None:
    batches.party = None
    party_submits(batches)


@when(
    parsers.re(r"a client with (?P<forgery>a self-signed copy .+|a copy of it .+) submits a batch"),
)
@sends(Load(batches_wrong=1))
def submit_with_forgery(batches: Batches, forgery: str) -> None:
    batches.party = forge(batches.credential, forgery)
    party_submits(batches)


@when(parsers.re(r"the subscriber and another Party submit (?P<number>\d+) batches in turn"))
@sends(lambda number, **_: Load(batches=int(number), csrs_right=2 * int(number)))
def submit_in_turn(batches: Batches, batch_subscribers: Subscribers, number: str) -> None:
    parties = [batches.credential, batch_subscribers.another()]
    for each in range(int(number)):
        batches.party = parties[each % 2]
        party_submits(batches)
        batches.accepted(batches.last)


def _submit_doctype(batches: Batches, make: batch_message.Fault) -> None:
    parts = batches.new_parts()
    batches.submit_octets(make(parts), parts.reference, malformed=True)


def _usage(number: int) -> str:
    return (DIGITAL_SIGNATURE, KEY_AGREEMENT)[number % 2]
