"""Device CSRs on the ways to the Internet portal, where none may be taken (S-3)."""

from __future__ import annotations

from dataclasses import replace

from pytest_bdd import given, parsers, then, when

from checks.tls import PERMITTED_SUITES
from clients.csr.texts import text_form
from clients.portal.form_reading import MULTIPART
from clients.portal.html import Document
from clients.portal.portal import FormKind, Section
from clients.recorder import Recorder
from clients.tls_probe import TlsProbe
from fixtures.aros import IKI_INTERFACES
from fixtures.organisation_requests import OrganisationRequests
from fixtures.plan import Load, sends
from fixtures.portal_access import FORMS_OF, Access, at_host_of, at_site_of
from fixtures.portal_answers import way_on
from fixtures.portals import GATEWAY, INTERNET
from fixtures.subscribers import Subscribers
from fixtures.verdicts import Inconclusive, Judge, NotApplicable
from steps.portal_access import value_for
from steps.portal_words import FORMS, RAW_LOADS, SECTION, SECTIONS, WHAT, batch_of
from steps.words import USAGES
from targets.model import Target

BEFORE_THE_CHANGE = "before v6.21"
"""Until then the Internet portal took Device CSRs."""


@given("a release of the SEC in which the Internet portal takes no Device CSR")
def release_after_the_change(target: Target) -> None:
    if target.sec_release == BEFORE_THE_CHANGE:
        raise NotApplicable(f"the target follows the SEC {BEFORE_THE_CHANGE} (target.sec_release)")


@when(
    parsers.re(
        r"the ARO pastes a (?P<usage>Digital Signing|Key Agreement) Device CSR into the form for "
        r"Organisation CSRs"
    )
)
@sends(Load(portal_organisation=1))
def paste_device_csr(access: Access, organisation_requests: OrganisationRequests, usage: str) -> None:
    organisation_requests.submit(text_form(access.new_device_csr(USAGES[usage]).der))


@when("the ARO sends a Batched CSR to the form for Organisation CSRs")
@sends(Load(portal_batches_wrong=1))
@sends(Load(portal_organisation=1), once="raw submission via the Internet")
def send_batch_to_organisation_form(access: Access, organisation_requests: OrganisationRequests) -> None:
    aro = organisation_requests.credential
    access.read_form(aro, FormKind.ORGANISATION)
    access.prove_sending(lambda: value_for(FormKind.ORGANISATION, access, organisation_requests))
    form = replace(access.rightful_form, encoding=MULTIPART)
    access.send(form, batch_of(access.new_device_csr()), aro, session_of=aro)


@given(parsers.re(rf"the form for {WHAT} as the portal via DCC Gateway Connection has it"))
@sends(lambda what, **_: RAW_LOADS[what], once="raw submission of {what}")
def gateway_form(
    access: Access, device_aros: Subscribers, organisation_requests: OrganisationRequests, what: str
) -> None:
    """Its own ARO reads it there, and what they send to it without a page is taken."""
    access.interface = GATEWAY
    access.read_form(device_aros.authorised(), FORMS[what])
    access.prove_sending(lambda: value_for(FORMS[what], access, organisation_requests))
    access.note_requests(Section.DEVICE)


@given("an ARO to whom the Device pages of the portal via DCC Gateway Connection are open")
def gateway_pages(access: Access, device_aros: Subscribers) -> None:
    visit = access.visits.of(device_aros.authorised(), GATEWAY)
    for kind in FORMS_OF[Section.DEVICE]:
        with way_on():
            form = visit.form(kind)
        access.addresses[form.page.url] = kind


@when(parsers.re(rf"a user with an IKI Certificate for the {SECTION} pages sends it to the Internet portal"))
@sends(Load(portal_device=1))
def send_to_internet(
    access: Access,
    internet_aros: Subscribers,
    organisation_requests: OrganisationRequests,
    section: str,
) -> None:
    """With all that the Internet portal gives to an ARO whom it lets in."""
    access.interface = INTERNET
    own = internet_aros.authorised()
    with way_on():
        there = access.visits.of(own, INTERNET).form(FormKind.ORGANISATION)
    user = internet_aros.for_interface(IKI_INTERFACES[SECTIONS[section]])
    value = value_for(access.kind, access, organisation_requests)
    access.send(at_site_of(access.rightful_form, there), value, user, session_of=own)


@when(
    parsers.re(
        rf"a user with an IKI Certificate for the {SECTION} pages asks the Internet portal for their "
        "addresses"
    )
)
def ask_internet(access: Access, internet_aros: Subscribers, section: str) -> None:
    own = internet_aros.authorised()
    with way_on():
        there = access.visits.of(own, INTERNET).form(FormKind.ORGANISATION)
    user = internet_aros.for_interface(IKI_INTERFACES[SECTIONS[section]])
    access.addresses = {at_host_of(url, there.page.url): kind for url, kind in access.addresses.items()}
    access.note_own(user, SECTIONS[section])
    access.ask(access.addresses, user, own)


@then("nothing of it is on the pages of the portal via DCC Gateway Connection")
def nothing_on_the_gateway(access: Access) -> None:
    access.interface = GATEWAY
    access.expect_nothing_new()


@when("a user looks for a portal via the Internet")
def look_for_internet_portal(target: Target, access: Access, recorder: Recorder) -> None:
    """At the address that the target file gives, claimed or not.

    What answers there without a claim is not known to be the portal, nor to be none.
    """
    if target.claims(INTERNET):
        access.interface = INTERNET
    elif INTERNET in target.endpoints:
        exchange, flight = TlsProbe(INTERNET, target.connection(INTERNET), recorder).offer(
            target.settings.tls_minimum, tuple(suite.code for suite in PERMITTED_SUITES)
        )
        if flight is not None and flight.accepted:
            raise Inconclusive(f"{exchange.url} answers: claim portal-internet, so that it is tried")


def _device_pages(target: Target, access: Access, device_aros: Subscribers) -> set[str]:
    """The addresses of the Device pages of the portal via DCC Gateway Connection; none without one."""
    if not target.claims(GATEWAY):
        return set()
    visit = access.visits.of(device_aros.authorised(), GATEWAY)
    with way_on():
        return {visit.form(kind).page.url for kind in FORMS_OF[Section.DEVICE]}


@then("there is none, or it has a link to the Organisation pages and none to Device pages")
def no_device_link(
    target: Target, access: Access, internet_aros: Subscribers, device_aros: Subscribers, judge: Judge
) -> None:
    """On the landing page or the first of the Organisation pages, by the page map or by its address."""
    if not target.claims(INTERNET):
        judge.note("The target has no portal via the Internet: no Device CSR can come through it.")
        return
    with way_on():
        landing, device_pages = access.open_landing_page(), _device_pages(target, access, device_aros)
        home = access.visits.of(internet_aros.authorised(), INTERNET).follow(Section.ORGANISATION)
    link = target.portal_site(INTERNET).pages.landing.device
    for page in (landing, home):
        document = Document(page.url, page.exchange.response)
        leads = {document.absolute(each.get("href", "")) for each in document.elements("a", "area")}
        found = bool(document.find(link) or leads & device_pages)
        judge.expect(not found, "S-3", "no link to Device pages", f"{page.url} has one to them")
