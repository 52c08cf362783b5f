"""Who sees what was submitted on the Device pages, and who is given what there is to pick up."""

from __future__ import annotations

import base64
from collections.abc import Iterable

from pytest_bdd import parsers, then, when

from clients.portal.portal import Download, NoWayOn, Pickup, Section, Visit
from fixtures.answers import require_known_refusal
from fixtures.portal_answers import carries, way_on
from fixtures.portal_batches import ARCHIVE, PortalBatch, PortalBatches
from fixtures.portal_devices import DeviceRequest, DeviceRequests
from fixtures.portals import Visits
from fixtures.subscribers import Subscribers
from fixtures.verdicts import Judge
from steps.portal_devices import expect_no_certificate

_MARK = 40
"""Characters of the end of a CSR, or a certificate, in Base64: they are of its signature."""
_WHO = (
    r"(?P<who>an ARO of another Party|a user with an Organisation IKI Certificate|"
    r"a user without an IKI Certificate)"
)


@when("an ARO of another Party looks for it on the Device pages", target_fixture="onlooker")
@when("an ARO of another Party looks for the Batched CSR on the Device pages", target_fixture="onlooker")
def another_looks(visits: Visits, device_aros: Subscribers) -> Visit:
    return visits.of(device_aros.another())


@then("it is neither among that ARO's requests nor on that ARO's pickup page")
def request_unseen(onlooker: Visit, device_requests: DeviceRequests, judge: Judge) -> None:
    request = device_requests.last
    csr = request.csr.der if request.csr else b""
    marks = [base64.b64encode(csr)[-_MARK:], base64.b64encode(request.certificate or b"")[-_MARK:]]
    _expect_not_listed(onlooker, request.reference, marks, judge)
    row = _row_of(onlooker, request.reference)
    if row is not None and row.certificate is not None:
        _expect_nothing_of(request, onlooker.download(row.certificate), judge)


@then("the Batched CSR is neither among that ARO's requests nor on that ARO's pickup page")
def batch_unseen(onlooker: Visit, portal_batches: PortalBatches, judge: Judge) -> None:
    batch = portal_batches.last
    reference = portal_batches.accepted(batch)
    _expect_not_listed(onlooker, reference, [batch.archive.removesuffix(ARCHIVE).encode()], judge)
    row = _row_of(onlooker, reference)
    if row is not None:
        for url in filter(None, (row.certificates, row.report, row.response)):
            expect_no_file(batch, onlooker.download(url), judge, judge.naming("N-1-a"))


def _expect_not_listed(onlooker: Visit, reference: str | None, marks: Iterable[bytes], judge: Judge) -> None:
    """Each Party's requests may have numbers of their own: what is listed under the same one is looked at."""
    with way_on():
        if reference is None or reference not in onlooker.requests(Section.DEVICE):
            return
        response = onlooker.request(Section.DEVICE, reference).page.exchange.response
    text = b"".join(response.body.split()) if response else b""
    shown = any(mark in text for mark in marks if mark)
    judge.expect(not shown, judge.naming("N-1-a"), "nothing of another Party's", f"{reference} on the list")


def _row_of(onlooker: Visit, reference: str | None) -> Pickup | None:
    with way_on():
        return next((row for row in onlooker.pickups() if row.reference == reference), None)


def _expect_nothing_of(request: DeviceRequest, download: Download, judge: Judge) -> None:
    response = download.exchange.response
    shown = response is not None and carries(response.body, request.certificate or b"")
    judge.expect(not shown, judge.naming("N-1-a"), "no certificate of another Party's", "it, to be picked up")


@when(parsers.re(rf"{_WHO} asks for the certificate at its address"), target_fixture="onlooker")
@when(
    parsers.re(rf"{_WHO} asks for the files of the Batched CSR at their addresses"), target_fixture="onlooker"
)
def someone_asks(visits: Visits, device_aros: Subscribers, organisation_aros: Subscribers, who: str) -> Visit:
    """Whoever it is has opened what pages there are for them first."""
    if who == "an ARO of another Party":
        visit = visits.of(device_aros.another())
    elif who == "a user with an Organisation IKI Certificate":
        visit = visits.of(organisation_aros.authorised())
    else:
        visit = visits.of(None)
    try:
        visit.follow(Section.DEVICE)
    except NoWayOn as lost:
        require_known_refusal(lost.page.exchange)
    return visit


@then("no Device Certificate is in what comes")
def no_certificate(onlooker: Visit, device_requests: DeviceRequests, judge: Judge) -> None:
    expect_no_certificate(device_requests.last, onlooker, judge, "N-1-a")


@then("no file of the Batched CSR is in what comes")
def no_file(onlooker: Visit, portal_batches: PortalBatches, judge: Judge) -> None:
    batch = portal_batches.last
    for url in addresses_of(batch):
        expect_no_file(batch, onlooker.download(url), judge, judge.naming("N-1-a"))


def addresses_of(batch: PortalBatch) -> list[str]:
    """Where the files of a batch are, by the row of the pickup page."""
    row = batch.pickup
    return [url for url in (row.certificates, row.report, row.response) if url] if row else []


def expect_no_file(batch: PortalBatch, download: Download, judge: Judge, named: str) -> None:
    """What came from the address of a file is no file of the batch: neither a ZIP nor a report of it."""
    require_known_refusal(download.exchange)
    response = download.exchange.response
    if response is None:
        return
    body = response.body
    names = (name.encode() for name in batch.certificates)
    carried = body.startswith(_ZIP) or any(name in body for name in names)
    carried = carried or any(carries(body, certificate) for certificate in batch.certificates.values())
    judge.expect(not carried, named, "no file of the batch", f"{download.exchange.outcome}, with one")


_ZIP = b"PK\x03\x04"
