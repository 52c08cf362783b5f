"""Who gets where on a portal: what users present, what they try, and what it came to."""

from __future__ import annotations

import re
import secrets
from dataclasses import replace
from html import unescape

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509 import load_der_x509_csr
from pytest_bdd import given, parsers, then, when

from checks.finding import Finding
from checks.pickup import certificate_octets
from clients.csr.texts import text_form
from clients.portal.portal import FilledForm, FormKind, NoWayOn, Section, Standing
from fixtures.answers import require_known_refusal
from fixtures.aros import IKI_INTERFACES
from fixtures.forged import SAME_NAME, SELF_SIGNED, forge
from fixtures.organisation_requests import OrganisationRequests
from fixtures.plan import Load, sends
from fixtures.portal_access import Access
from fixtures.portal_answers import decided, way_on
from fixtures.subscribers import Subscribers
from fixtures.verdicts import Inconclusive, Judge
from steps.portal_words import FORMS, RAW_LOADS, SECTION, SECTIONS, WHAT, batch_of
from targets.model import Credential

AT = r"the address of (?P<thing>a request|a certificate)"
HOW = (
    r"(?P<how>without its hidden fields|with its hidden fields changed|with the hidden fields of another ARO"
    r"|as a query in an address)"
)
_STATE = re.compile(
    r"an? (?P<state>expired|not-yet-valid|revoked|wrong-key-type) IKI Certificate for the "
    r"(?P<section>Organisation|Device) pages"
)
_SECTION = re.compile(r"an IKI Certificate for the (?P<section>Organisation|Device) pages")
_SERVICE = re.compile(r"an IKI Certificate for (?P<service>adhoc|batch)")
_MARK_CHARACTERS = 40
"""Of a CSR's Base64, the last: they are of its signature, and so of no other CSR."""

ArosOf = dict[Section, Subscribers]


@pytest.fixture
def aros_of(aros: Subscribers, device_aros: Subscribers) -> ArosOf:
    """The AROs of each section of the portal that the scenario is about."""
    return {Section.ORGANISATION: aros, Section.DEVICE: device_aros}


def user_with(means: str, rightful: Credential, aros_of: ArosOf) -> Credential | None:
    """Whom `means` describes; None for a user without a certificate. Raises NotRun as `Subscribers` does."""
    if means == "no IKI Certificate":
        return None
    if means in (SELF_SIGNED, SAME_NAME):
        return forge(rightful, means)
    if found := _STATE.fullmatch(means):
        return aros_of[SECTIONS[found["section"]]].in_state(found["state"])
    any_aros = aros_of[Section.ORGANISATION]
    if found := _SECTION.fullmatch(means):
        return any_aros.for_interface(IKI_INTERFACES[SECTIONS[found["section"]]])
    if found := _SERVICE.fullmatch(means):
        return any_aros.for_interface(found["service"])
    raise KeyError(means)


# --- who is let in ---


@given(parsers.re(rf"an ARO to whom the {SECTION} pages are open"))
def section_open(access: Access, aros_of: ArosOf, section: str) -> None:
    """Without it a refusal would say nothing of the user who is refused."""
    access.open_for(aros_of[SECTIONS[section]].authorised(), SECTIONS[section])


@given(parsers.re(rf"an ARO to whom the form for {WHAT} is open"))
@sends(lambda what, **_: RAW_LOADS[what], once="raw submission of {what}")
def form_open(
    access: Access, aros_of: ArosOf, organisation_requests: OrganisationRequests, what: str
) -> None:
    """And a CSR that is sent to it without a page is taken."""
    kind = FORMS[what]
    access.read_form(aros_of[kind.section].authorised(), kind)
    access.prove_sending(lambda: value_for(kind, access, organisation_requests))
    organisation_requests.watch(access.aro.eui64)
    access.note_requests(kind.section)


@when("a user without an IKI Certificate opens the landing page")
def open_landing_page(access: Access) -> None:
    access.open_landing_page()


@then(parsers.re(rf"it has a link to the {SECTION} pages"))
def has_link(access: Access, judge: Judge, section: str) -> None:
    expected, observed = f"a link to the {section} pages", f"none on the landing page of {access.interface}"
    judge.expect(access.links_to(SECTIONS[section]), "M-2.3.EST-a", expected, observed)


@when(parsers.re(rf"an ARO with an IKI Certificate for the {SECTION} pages follows the link to them"))
def follow_own_link(access: Access, aros_of: ArosOf, section: str) -> None:
    """Who is not let in is refused something that the scenario is about."""
    access.rightful = aros_of[SECTIONS[section]].for_interface(IKI_INTERFACES[SECTIONS[section]])


@then(parsers.re(rf"the form for {WHAT} is there"))
def form_is_there(access: Access, judge: Judge, what: str) -> None:
    visit = access.visits.of(access.aro, access.interface)
    try:
        visit.form(FORMS[what])
    except NoWayOn as lost:
        require_known_refusal(lost.page.exchange)
        response = lost.page.exchange.response
        shown = response is not None and response.status == 200
        judge.fail(Finding("N-2.1.1-a" if shown else "M-2.3.EST-b", f"the form for {what}", str(lost)))


@when(parsers.re(rf"a user with (?P<means>.+) follows the link to the {SECTION} pages"))
def follow_link(access: Access, aros_of: ArosOf, means: str, section: str) -> None:
    access.go(user_with(means, access.aro, aros_of), SECTIONS[section])


@then("access is denied")
def access_denied(access: Access) -> None:
    access.expect_refused()


@when(parsers.re(r"a user with (?P<means>.+) asks for their addresses"))
def ask_for_addresses(access: Access, aros_of: ArosOf, means: str) -> None:
    user = user_with(means, access.aro, aros_of)
    found = _SECTION.fullmatch(means)
    if user is not None and found:
        access.note_own(user, SECTIONS[found["section"]])
    access.ask(access.addresses, user)


@then(parsers.re(rf"nothing of the {SECTION} pages is shown"))
def nothing_shown(access: Access, judge: Judge) -> None:
    for kind, exchange in zip(access.addresses.values(), access.exchanges, strict=True):
        response = exchange.response
        shown = response is not None and response.status == 200 and access.shows_form(exchange, kind)
        judge.expect(not shown, judge.naming(), "a refusal", f"the form at {exchange.url}")


@when("an ARO whose organisation has not completed User Entry Process Tests submits a Device CSR")
@sends(Load(portal_device=1))
def submit_without_uept(access: Access, device_aros: Subscribers) -> None:
    """A page without the form is a refusal as good as any."""
    visit = access.visits.of(device_aros.without_uept(), access.interface)
    patience = access.run.patience_with_approval(access.interface)
    try:
        told = visit.submit_csr(FormKind.DEVICE, text_form(access.new_device_csr().der))
    except NoWayOn as refusal:
        require_known_refusal(refusal.page.exchange)
        return
    require_known_refusal(told.page.exchange)
    access.answers.append(decided(visit, Section.DEVICE, told, patience))


@then("no Device Certificate is issued through the portal")
def no_device_certificate(access: Access, judge: Judge) -> None:
    """Raises Inconclusive where approval is still awaited."""
    standings = [told.standing for told in access.answers]
    approved = Standing.APPROVED in standings
    judge.expect(not approved, judge.naming(), "a refusal", "a notification of approval")
    access.expect_no_device_certificate()
    if Standing.ACCEPTED in standings:
        raise Inconclusive("the Device CSR is accepted, and neither approved nor rejected yet")


# --- what is sent past the pages ---


def value_for(kind: FormKind, access: Access, requests: OrganisationRequests) -> str | tuple[str, bytes]:
    """What a form of this kind takes: a right Organisation CSR of the rightful ARO's, a right Device CSR, or
    a batch of one."""
    if kind is FormKind.ORGANISATION:
        requests.party = access.aro
        return text_form(requests.new_csr().der)
    csr = access.new_device_csr()
    return text_form(csr.der) if kind is FormKind.DEVICE else batch_of(csr)


@when(parsers.re(r"a user with (?P<means>.+) sends a CSR straight to the form"))
@sends(Load(portal_organisation=1))
def send_straight(
    access: Access, aros_of: ArosOf, organisation_requests: OrganisationRequests, means: str
) -> None:
    user = user_with(means, access.aro, aros_of)
    value = value_for(access.kind, access, organisation_requests)
    access.send(access.rightful_form, value, user, session_of=access.aro)


@when("an ARO of another Party sends the first one's form with the first one's session")
@sends(Load(portal_organisation=1))
def send_under_another_credential(
    access: Access, aros: Subscribers, organisation_requests: OrganisationRequests
) -> None:
    value = value_for(access.kind, access, organisation_requests)
    access.send(access.rightful_form, value, aros.another(), session_of=access.aro)


@when(parsers.re(rf"another site sends the form in the name of the ARO {HOW}"))
@sends(Load(portal_organisation=1))
def send_from_another_site(
    access: Access, aros_of: ArosOf, organisation_requests: OrganisationRequests, how: str
) -> None:
    form = _as_elsewhere(access, aros_of, how)
    value = value_for(access.kind, access, organisation_requests)
    access.send(form, value, access.aro, session_of=access.aro, foreign=True)


def _as_elsewhere(access: Access, aros_of: ArosOf, how: str) -> FilledForm:
    """The form as a site could make it that has seen another ARO's: it knows what both forms have alike, and
    not what stands in this ARO's alone."""
    visit = access.visits.of(aros_of[access.kind.section].another(), access.interface)
    with way_on():
        form = visit.form(access.kind)
    if how == "with the hidden fields of another ARO":
        return form
    own = set(access.rightful_form.fields)
    known = tuple(each for each in form.fields if each in own)
    if how == "with its hidden fields changed":
        fields = tuple(
            (name, value if (name, value) in own else secrets.token_hex(16)) for name, value in form.fields
        )
        return replace(form, fields=fields)
    return replace(form, fields=known, method="GET" if how == "as a query in an address" else form.method)


@then("the ARO has no new request")
def no_new_request(access: Access) -> None:
    access.expect_nothing_new()


@then("nothing was issued for that CSR")
def nothing_issued(access: Access, organisation_requests: OrganisationRequests) -> None:
    access.expect_not_taken()
    if access.device_csr is not None:
        access.expect_no_device_certificate()
    else:
        organisation_requests.expect_issued(0)


# --- one Party's things and another Party's ARO ---


@when("an ARO of another Party looks at the list of requests")
def look_at_the_list(access: Access, aros: Subscribers) -> None:
    visit = access.visits.of(aros.another(), access.interface)
    with way_on():
        access.listed = visit.requests(Section.ORGANISATION)


@then("the request is not on it")
def not_on_the_list(
    access: Access, aros: Subscribers, organisation_requests: OrganisationRequests, judge: Judge
) -> None:
    """Each Party's requests may have numbers of their own: what is listed under the same one is looked at."""
    reference = organisation_requests.last.reference
    if reference not in access.listed:
        return
    with way_on():
        page = (
            access.visits.of(aros.another(), access.interface).request(Section.ORGANISATION, reference).page
        )
    response = page.exchange.response
    shown = response is not None and _shows(response.body, organisation_requests)
    expected = "nothing of another Party's requests"
    judge.expect(not shown, judge.naming(), expected, f"{reference} on the list")


@when(parsers.re(rf"an ARO of another Party asks for {AT}"))
def ask_as_another(
    access: Access, aros: Subscribers, organisation_requests: OrganisationRequests, thing: str
) -> None:
    other = aros.another()
    with way_on():
        access.visits.of(other, access.interface).follow(Section.ORGANISATION)
    access.ask([_address(thing, organisation_requests)], other, other)


@when(parsers.re(rf"an ARO of another Party asks for {AT} with the first one's session"))
def ask_with_session(
    access: Access, aros: Subscribers, organisation_requests: OrganisationRequests, thing: str
) -> None:
    address = _address(thing, organisation_requests)
    access.ask([address], aros.another(), organisation_requests.credential)


def _address(thing: str, requests: OrganisationRequests) -> str:
    """Where its own ARO is shown it. Raises Inconclusive where that shows nothing to know it by."""
    visit, reference = requests.visit, requests.last.reference
    with way_on():
        if thing == "a certificate":
            download = visit.certificate_of(reference)
            exchange, url = download.exchange, download.url
        else:
            page = visit.request(Section.ORGANISATION, reference).page
            exchange, url = page.exchange, page.url
    if not _shows(exchange.response.body if exchange.response else b"", requests):
        raise Inconclusive(f"{url} shows its own ARO nothing that it could be known by")
    return url


@then("nothing of the request is shown")
def nothing_of_the_request(access: Access, organisation_requests: OrganisationRequests, judge: Judge) -> None:
    for exchange in access.exchanges:
        response = exchange.response
        shown = response is not None and _shows(response.body, organisation_requests)
        expected = "nothing of another Party's request"
        judge.expect(not shown, judge.naming("N-1-a"), expected, f"{exchange.url} shows it")


def _shows(body: bytes, requests: OrganisationRequests) -> bool:
    """Whether something is a certificate for the key of the request, or a page with its CSR or EUI-64."""
    csr = requests.last.csr
    if csr is None:
        raise Inconclusive("it is not known what was submitted")
    certificate = certificate_octets(body, "M-2.3.1.4-c")
    if not isinstance(certificate, Finding):
        key = load_der_x509_csr(csr.der).public_key()
        return key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo) in certificate
    text = unescape(body.decode("utf-8", "replace"))
    if csr.base64[-_MARK_CHARACTERS:] in "".join(text.split()):
        return True
    return any(mark in text.lower() for mark in (csr.eui64.hex("-"), csr.eui64.hex()))
