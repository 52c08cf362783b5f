"""What a user gives to a portal with HTML in it, and what the pages are made of that show it."""

from __future__ import annotations

import pytest
from pytest_bdd import parsers, then, when

from checks.markup import find_markup
from clients.csr.texts import EXPRESSION_VALUE, MARKUP, MARKUP_ID, MARKUP_NAMES
from clients.portal.portal import Notification, Section, Visit
from fixtures.organisation_requests import OrganisationRequests
from fixtures.plan import Load, sends
from fixtures.portal_answers import require_page, way_on
from fixtures.portal_batches import PortalBatches, new_archive_name
from fixtures.portal_devices import DeviceRequests
from fixtures.portal_results import PortalResults
from fixtures.run import ConformanceRun
from fixtures.verdicts import Judge
from reports.model import SCENARIO
from steps.portal_batches import ANY

_MARKUP = rf"(?P<markup>{'|'.join(MARKUP)})"


@when(parsers.re(rf"the ARO submits a text with markup in it: {_MARKUP}"))
@sends(Load(portal_organisation=1))
def submit_organisation(organisation_requests: OrganisationRequests, markup: str) -> None:
    organisation_requests.submit(MARKUP[markup])


@when(parsers.re(rf"the ARO submits a text with markup in it in place of the Device CSR: {_MARKUP}"))
@sends(Load(portal_device=1))
def submit_device(device_requests: DeviceRequests, markup: str) -> None:
    device_requests.submit_text(MARKUP[markup])


@when(
    parsers.re(
        r"the ARO uploads a Batched CSR with markup in (?P<of>its own name|the name of a file in it): "
        rf"(?P<markup>{'|'.join(MARKUP_NAMES)})"
    )
)
@sends(Load(portal_batches=1, portal_csrs=1))
def upload(portal_batches: PortalBatches, of: str, markup: str) -> None:
    """Under such a name it may be refused, whole or in part."""
    device = next(portal_batches.new_devices(1))
    marked, archive = f"marked {MARKUP_NAMES[markup]}", new_archive_name()
    own = of == "its own name"
    sent = [("device" if own else marked, portal_batches.new_csr(device).der, ANY)]
    portal_batches.submit(sent, [device], f"{archive} {marked}" if own else archive)


@when("the ARO looks for it on the Organisation pages")
def look_at_organisation(organisation_requests: OrganisationRequests) -> None:
    _look(organisation_requests.visit, Section.ORGANISATION, organisation_requests.last.notification)


@when("the ARO looks for it on the Device pages")
def look_at_device(device_requests: DeviceRequests) -> None:
    _look(device_requests.visit, Section.DEVICE, device_requests.last.notification)


@when("the ARO looks for the Batched CSR on the Device pages")
def look_at_batch(portal_batches: PortalBatches, portal_results: PortalResults) -> None:
    """Once it is processed, where it was taken."""
    batch = portal_batches.last
    if portal_batches.is_taken(batch):
        portal_results.wait(batch)
    _look(portal_batches.visit, Section.DEVICE, batch.notification)


def _look(visit: Visit, section: Section, told: Notification) -> None:
    """See the list of requests, the request's own page where it is listed, and the pickup page."""
    require_page(told)
    with way_on():
        if told.reference in visit.requests(section):
            visit.request(section, told.reference)
        if section is Section.DEVICE:
            visit.pickups()


@then("no page has anything in it that came of the markup")
def no_markup(request: pytest.FixtureRequest, run: ConformanceRun, judge: Judge) -> None:
    """None of those that came in the scenario."""
    scenario = request.node.stash[SCENARIO]
    run.collect(scenario)
    for exchange in scenario.exchanges:
        body = exchange.response.body if exchange.response else b""
        found = find_markup(body, MARKUP_ID, EXPRESSION_VALUE)
        expected = "what a user gave shown as text, if at all"
        judge.expect(found is None, judge.naming("N-1-a"), expected, f"{found}", exchange.url)
