"""When: the Batched CSRs that an ARO uploads to the SMKI Portal."""

from __future__ import annotations

from collections.abc import Iterator

from pytest_bdd import parsers, when

from checks.batch_result import Expectation
from clients.csr.device import DIGITAL_SIGNATURE, KEY_AGREEMENT, LEGAL_SHAPES, DeviceCsr, new_key, reshaped
from clients.csr.factory import CsrFactory
from clients.csr.faults import Wanted, faulty_csr
from clients.csr.gbcs_vector import device_csr_like_the_vector
from clients.portal.archive import LEGAL_ARCHIVES
from fixtures.batches import Batches
from fixtures.ledger import SentCsr
from fixtures.plan import Load, sends
from fixtures.portal_batches import ANOMALY, ERROR, INELIGIBLE, SUCCESS, PortalBatches, file_name

ANY = Expectation(frozenset({SUCCESS, ERROR, ANOMALY, INELIGIBLE}), "M-2.3.1.8-d")
"""Whatever comes of a Device CSR, judged by the scenario itself."""
NAMES = {
    "1 character": ("a", "7", "Z"),
    "100 characters": ("c" * 100, "d" + "-0" * 49 + "e", "9" * 100),
    "letters, digits, dots, hyphens, underscores": ("meter-1.2_3", "00-DB-12-34", "x..y--z__"),
    "spaces": ("two words", "a b c", "meter 7 of 9"),
}
"""Names of files without extension, by what is in them."""
_BOTH = (DIGITAL_SIGNATURE, KEY_AGREEMENT)


@when(parsers.re(r"the ARO uploads a Batched CSR of (?P<number>\d+) Device CSRs for new Devices"))
@sends(lambda number, **_: Load(portal_batches=1, portal_csrs=int(number)))
def upload_new(portal_batches: PortalBatches, number: str) -> None:
    devices = portal_batches.new_devices(int(number))
    portal_batches.submit_csrs([portal_batches.new_csr(device) for device in devices])


@when(parsers.re(r"the ARO uploads a Batched CSR with both usages for each of (?P<number>\d+) new Devices"))
@sends(lambda number, **_: Load(portal_batches=1, portal_csrs=2 * int(number)))
def upload_both_usages(portal_batches: PortalBatches, number: str) -> None:
    devices = list(portal_batches.new_devices(int(number)))
    portal_batches.submit_csrs(
        [portal_batches.new_csr(device, usage) for usage in _BOTH for device in devices]
    )


@when("the ARO uploads a Batched CSR of as many Device CSRs as it may hold")
@sends(lambda target, **_: Load(portal_batches=1, portal_csrs=target.settings.batch_csr_limit))
def upload_the_largest(portal_batches: PortalBatches) -> None:
    settings, right = portal_batches.target.settings, portal_batches.right
    devices = portal_batches.new_devices(settings.batch_csr_limit)
    with CsrFactory(settings.hw_type_oid) as factory:
        made = factory.make((device, _BOTH[number % 2]) for number, device in enumerate(devices))
        sent: Iterator[SentCsr] = ((file_name(number), csr.der, right) for number, csr in enumerate(made))
        portal_batches.submit(sent, ())


@when("the ARO uploads a Batched CSR of one Device CSR more than it may hold")
@sends(Load(portal_batches_wrong=1))
def upload_one_too_many(portal_batches: PortalBatches) -> None:
    device = next(portal_batches.new_devices(1))
    count = portal_batches.target.settings.batch_csr_limit + 1
    portal_batches.submit_often(portal_batches.new_csr(device), count)


@when(parsers.re(r"the ARO uploads a Batched CSR whose files are named with (?P<names>.+)"))
@sends(Load(portal_batches=1, portal_csrs=3))
def upload_named(portal_batches: PortalBatches, names: str) -> None:
    stems = NAMES[names]
    csrs = [portal_batches.new_csr(device) for device in portal_batches.new_devices(len(stems))]
    sent = [(stem, csr.der, portal_batches.right) for stem, csr in zip(stems, csrs, strict=True)]
    portal_batches.submit(sent, [csr.device_id for csr in csrs])


@when(parsers.re(r"the ARO uploads a Batched CSR named (?P<name>.+)"))
@sends(Load(portal_batches=1, portal_csrs=2))
def upload_under_name(portal_batches: PortalBatches, name: str) -> None:
    portal_batches.submit_csrs(_two(portal_batches), name)


@when(parsers.re(rf"the ARO uploads a Batched CSR as a ZIP (?P<shape>{'|'.join(LEGAL_ARCHIVES)})"))
@sends(Load(portal_batches=1, portal_csrs=2))
def upload_shape(portal_batches: PortalBatches, shape: str) -> None:
    portal_batches.submit_csrs(_two(portal_batches), shape=shape)


@when(parsers.re(r"the ARO uploads a Batched CSR whose files have (?P<form>.+)"))
@sends(Load(portal_batches=1, portal_csrs=2))
def upload_form(portal_batches: PortalBatches, form: str) -> None:
    portal_batches.submit_csrs(_two(portal_batches), form=form)


@when("the ARO uploads a Batched CSR of Device CSRs in every shape that is right")
@sends(Load(portal_batches=1, portal_csrs=2 * len(LEGAL_SHAPES) + 1))
def upload_csr_shapes(portal_batches: PortalBatches) -> None:
    oid = portal_batches.target.settings.hw_type_oid
    devices = portal_batches.new_devices(2 * len(LEGAL_SHAPES) + 1)
    csrs = [
        reshaped(portal_batches.new_csr(next(devices), usage), oid, shape)
        for shape in LEGAL_SHAPES
        for usage in _BOTH
    ]
    portal_batches.submit_csrs([*csrs, device_csr_like_the_vector(next(devices))])


@when(parsers.re(r"the ARO uploads a Batched CSR of (?P<number>\d+) Device CSRs for that Device"))
@sends(lambda number, **_: Load(portal_batches=1, portal_csrs=int(number)))
def upload_for_device(portal_batches: PortalBatches, number: str) -> None:
    device = next(iter(portal_batches.concerned))
    portal_batches.submit_csrs([portal_batches.new_csr(device) for _ in range(int(number))])


@when(
    parsers.re(
        r"the ARO uploads a Batched CSR of (?P<number>\d+) Device CSRs for that Device, and a right one for "
        r"another"
    )
)
@sends(lambda number, **_: Load(portal_batches=1, portal_csrs=int(number) + 1))
def upload_for_device_and_another(portal_batches: PortalBatches, number: str) -> None:
    device, other = next(iter(portal_batches.concerned)), next(portal_batches.new_devices(1))
    csrs = [portal_batches.new_csr(device, _BOTH[each % 2]) for each in range(int(number))]
    sent = [(file_name(each), csr.der, ANY) for each, csr in enumerate(csrs)]
    another = ("another", portal_batches.new_csr(other).der, portal_batches.right)
    portal_batches.submit([*sent, another], [device, other])


@when("the ARO uploads a Batched CSR with a Device CSR for each of them")
@sends(Load(portal_batches=1, portal_csrs=2))
def upload_for_each(portal_batches: PortalBatches) -> None:
    first, second = portal_batches.concerned
    ineligible = Expectation(frozenset({INELIGIBLE}), "M-2.3.1.8-d")
    sent = [
        ("may-not-ask", portal_batches.new_csr(first).der, ineligible),
        ("may-ask", portal_batches.new_csr(second).der, portal_batches.right),
    ]
    portal_batches.submit(sent, [first, second])


@when("the ARO uploads a Batched CSR in which one Device CSR stands under two names")
@sends(Load(portal_batches=1, portal_csrs=3))
def upload_duplicate(portal_batches: PortalBatches) -> None:
    first, second = portal_batches.new_devices(2)
    twice = portal_batches.new_csr(first).der
    between = portal_batches.new_csr(second).der
    sent = [("once", twice, ANY), ("between", between, portal_batches.right), ("again", twice, ANY)]
    portal_batches.submit(sent, [first, second])


@when("the ARO uploads a Batched CSR of right Device CSRs, and among them these faulty ones:")
@sends(lambda rows, **_: Load(portal_batches=1, portal_csrs=2 * rows + 1))
def upload_faulty_ones(portal_batches: PortalBatches, datatable: list[list[str]]) -> None:
    faults = [row[0] for row in datatable[1:]]
    devices = list(portal_batches.new_devices(2 * len(faults) + 1))
    wrong = Expectation(frozenset({ERROR}), portal_batches.judge.naming("M-2.3.1.8-d"))
    hw_type, right = portal_batches.target.settings.hw_type_oid, portal_batches.right
    sent = [("right-0", portal_batches.new_csr(devices[0]).der, right)]
    for number, name in enumerate(faults, 1):
        wanted = Wanted(devices[2 * number - 1], DIGITAL_SIGNATURE, hw_type, new_key())
        sent.append((f"faulty-{number}", faulty_csr(name, wanted), wrong))
        sent.append((f"right-{number}", portal_batches.new_csr(devices[2 * number]).der, right))
    portal_batches.judge.note("\n".join(f"faulty-{number}: {name}" for number, name in enumerate(faults, 1)))
    portal_batches.submit(sent, devices)


@when(parsers.re(r"the ARO uploads (?P<number>\d+) Batched CSRs, one after another"))
@sends(lambda number, **_: Load(portal_batches=int(number), portal_csrs=2 * int(number)))
def upload_several(portal_batches: PortalBatches, number: str) -> None:
    for _ in range(int(number)):
        portal_batches.submit_csrs(_two(portal_batches))


@when(parsers.re(r"the ARO uploads a faulty archive: (?P<fault>.+)"))
@sends(Load(portal_batches_wrong=1))
def upload_faulty_archive(portal_batches: PortalBatches, fault: str) -> None:
    devices = portal_batches.new_devices(3)
    portal_batches.submit_faulty(fault, [portal_batches.new_csr(device) for device in devices])


@when("batches come in turn from the portal, from the web service and from the portal")
@sends(Load(portal_batches=2, portal_csrs=4, batches=1, csrs_right=2))
def upload_in_turn(portal_batches: PortalBatches, batches: Batches) -> None:
    portal_batches.accepted(portal_batches.submit_csrs(_two(portal_batches)))
    batch = batches.submit_csrs([batches.new_csr(device) for device in batches.new_devices(2)])
    batch.batch_id = batches.accepted(batch)
    portal_batches.accepted(portal_batches.submit_csrs(_two(portal_batches)))


def _two(portal_batches: PortalBatches) -> list[DeviceCsr]:
    return [portal_batches.new_csr(device) for device in portal_batches.new_devices(2)]
