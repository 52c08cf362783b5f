"""TLS of the SMKI Portal: at the landing page's address, and at those of the pages that it leads to."""

from __future__ import annotations

from dataclasses import replace

from pytest_bdd import given, parsers, then, when

from clients.portal.portal import Section
from clients.recorder import Recorder
from clients.tls_probe import TlsProbe
from fixtures.organisation_requests import OrganisationRequests
from fixtures.portal_answers import way_on
from fixtures.portals import GATEWAY, Visits
from fixtures.verdicts import Judge
from steps.portal_access import ArosOf
from steps.portal_words import SECTION, SECTIONS
from steps.transport import Handshake
from targets.model import Credential, Target


@given(parsers.re(rf"an ARO at the {SECTION} pages' address"), target_fixture="probe")
def at_section(
    target: Target,
    recorder: Recorder,
    visits: Visits,
    aros_of: ArosOf,
    organisation_requests: OrganisationRequests,
    section: str,
) -> TlsProbe:
    organisation_requests.party = aros_of[SECTIONS[section]].authorised()
    return _probe(target, recorder, _address(visits, organisation_requests.credential, SECTIONS[section]))


@given("the address of the landing page", target_fixture="probe")
def at_landing_page(target: Target, recorder: Recorder) -> TlsProbe:
    return _probe(target, recorder, target.endpoints[GATEWAY].url)


@given(parsers.re(rf"the address of the {SECTION} pages"), target_fixture="probe")
def at_pages(target: Target, recorder: Recorder, visits: Visits, section: str) -> TlsProbe:
    """Where the landing page's link leads, whoever is let in there, and whatever server answers."""
    return _probe(target, recorder, _address(visits, None, SECTIONS[section]))


def _address(visits: Visits, aro: Credential | None, section: Section) -> str:
    with way_on():
        return visits.of(aro, GATEWAY).follow(section).url


def _probe(target: Target, recorder: Recorder, url: str) -> TlsProbe:
    return TlsProbe(GATEWAY, replace(target.connection(GATEWAY), url=url), recorder)


@when("these pages are asked for without TLS")
def ask_without_tls(probe: TlsProbe, handshake: Handshake) -> None:
    request = f"GET {probe.path} HTTP/1.1\r\nHost: {probe.host}:{probe.port}\r\nConnection: close\r\n\r\n"
    handshake.exchanges.append(probe.plain(request.encode()))


@then("no page is in what comes back")
def no_page(handshake: Handshake, judge: Judge) -> None:
    served = handshake.exchange.answer_octets.startswith((b"HTTP/1.1 2", b"HTTP/1.0 2"))
    judge.expect(not served, "M-2.3.GO-a", "no page without TLS", handshake.exchange.outcome)
