"""Given: the ARO for Device Certificates on the SMKI Portal, its Devices and the hour."""

from __future__ import annotations

from datetime import time

from pytest_bdd import given, parsers

from clients.csr.device import DIGITAL_SIGNATURE
from clients.operator import Operator
from clients.pacing import NIGHT_BEGINS, NIGHT_ENDS
from fixtures.plan import KEPT_PORTAL_BATCH, KEPT_PORTAL_CERTIFICATE, Load, sends
from fixtures.portal_batches import PortalBatches
from fixtures.portal_devices import DeviceRequests
from fixtures.portal_kept import KeptPortalBatch
from fixtures.subscribers import Subscribers
from steps.batch_parties import device_in_state, go_to_day
from steps.batch_words import requester_role
from steps.parties import SHORT_OF_THE_LIMIT

_SHORT = r"is (?P<short>one certificate|two certificates) short of the limit"
_KEPT_SIGNING = KEPT_PORTAL_CERTIFICATE.format(usage="Digital Signing")


@given("an ARO for Device Certificates on the SMKI Portal")
def device_aro(
    device_requests: DeviceRequests, portal_batches: PortalBatches, device_aros: Subscribers
) -> None:
    device_requests.aro = portal_batches.party = device_aros.authorised()


@given("the SMKI Portal takes Device CSRs of an ARO")
@sends(Load(portal_device=1), once=_KEPT_SIGNING)
def takes_device_csrs(device_requests: DeviceRequests, device_aros: Subscribers) -> None:
    """Seen once in a run: without it a rejection would say nothing of what is rejected."""
    device_requests.aro = device_aros.authorised()
    device_requests.kept(DIGITAL_SIGNATURE)


@given("the SMKI Portal takes Batched CSRs of an ARO")
@sends(Load(portal_batches=1, portal_csrs=2), once=KEPT_PORTAL_BATCH)
def takes_batched_csrs(portal_batches: PortalBatches, kept_portal_batch: KeptPortalBatch) -> None:
    """Seen once in a run, likewise."""
    portal_batches.party = kept_portal_batch.taken().party


@given("a Device CSR of an ARO whose certificate can be picked up")
@sends(Load(portal_device=1), once=_KEPT_SIGNING)
def picked_up_request(device_requests: DeviceRequests, device_aros: Subscribers) -> None:
    device_requests.aro = device_aros.authorised()
    device_requests.requests.append(device_requests.kept(DIGITAL_SIGNATURE))


@given("a Batched CSR of an ARO whose files can be picked up")
@sends(Load(portal_batches=1, portal_csrs=2), once=KEPT_PORTAL_BATCH)
def picked_up_batch(portal_batches: PortalBatches, kept_portal_batch: KeptPortalBatch) -> None:
    batch = kept_portal_batch.taken()
    kept_portal_batch.results.of(batch)
    portal_batches.party = batch.party
    portal_batches.batches.append(batch)


@given("a new Device")
def new_device(device_requests: DeviceRequests) -> None:
    device_requests.new_device()


@given(parsers.re(rf"a Device that {_SHORT}, for the portal"))
def device_near_the_limit(device_requests: DeviceRequests, short: str) -> None:
    limit = device_requests.target.settings.device_certificate_limit
    device_requests.device_with(limit - SHORT_OF_THE_LIMIT[short])


@given("a Device that has reached the limit, for the portal")
def device_at_the_limit(device_requests: DeviceRequests) -> None:
    device_requests.device_with(device_requests.target.settings.device_certificate_limit)


@given("a Device in a provisioning state in which the ARO's Party may not ask for it")
def ineligible_device(device_requests: DeviceRequests, operator: Operator) -> None:
    role = requester_role(device_requests.credential)
    operator.set_eligibility(device_requests.device, role, eligible=False)


@given("a Device in a provisioning state in which the ARO's Party may ask for it")
def eligible_device(device_requests: DeviceRequests, operator: Operator) -> None:
    role = requester_role(device_requests.credential)
    operator.set_eligibility(device_requests.device, role, eligible=True)


@given("what the RA has logged so far of the portal")
def logged_so_far(device_requests: DeviceRequests, operator: Operator) -> None:
    device_requests.rejections_before = operator.rejections_logged()


@given(parsers.re(rf"a Device that {_SHORT}, for the Batched CSR"))
def batched_device_near_the_limit(portal_batches: PortalBatches, short: str) -> None:
    limit = portal_batches.target.settings.device_certificate_limit
    portal_batches.device_with(limit - SHORT_OF_THE_LIMIT[short])


@given("a Device that has reached the limit, for the Batched CSR")
def batched_device_at_the_limit(portal_batches: PortalBatches) -> None:
    portal_batches.device_with(portal_batches.target.settings.device_certificate_limit)


@given("a Device in a state in which the ARO's Party may not ask for it, for the Batched CSR")
def batched_ineligible_device(portal_batches: PortalBatches, operator: Operator) -> None:
    device_in_state(portal_batches, operator, eligible=False)


@given("a Device in a state in which the ARO's Party may ask for it, for the Batched CSR")
def batched_eligible_device(portal_batches: PortalBatches, operator: Operator) -> None:
    device_in_state(portal_batches, operator, eligible=True)


@given("for the portal the time is before 20:00")
def before_the_night(portal_batches: PortalBatches) -> None:
    go_to_day(portal_batches, NIGHT_ENDS, NIGHT_BEGINS)


@given("for the portal the time is after 20:00")
def after_the_nights_beginning(portal_batches: PortalBatches) -> None:
    go_to_day(portal_batches, NIGHT_BEGINS, time(23, 59))
