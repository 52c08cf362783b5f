"""What is lodged, as users of the Repository portal find it, see it and download it."""

from __future__ import annotations

import secrets

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from pytest_bdd import given, parsers, then, when

from checks.disclosure import find_database_error, find_stack_trace
from checks.finding import Finding
from checks.lodged import judge_same
from checks.pickup import certificate_octets
from checks.revocation_list import judge_revocation_list
from clients.csr.texts import MARKUP
from clients.exchange import Exchange
from clients.repository.malformed import HOSTILE_TEXTS
from clients.repository.messages import eui64_text, serial_text
from clients.repository.portal import CertificateView, ListKind, SearchOutcome, Subject
from fixtures.clock import Clock
from fixtures.plan import FIRST_QUESTION, Load, sends
from fixtures.portal_answers import way_on
from fixtures.portals import GATEWAY
from fixtures.repository_accounts import RepositoryUsers
from fixtures.repository_certificates import KnownCertificate, KnownCertificates
from fixtures.repository_use import RepositoryUse, found_in_words
from fixtures.run import ConformanceRun
from fixtures.verdicts import Inconclusive, Judge, NotApplicable, NotRun
from steps.repository_search import one_device, one_organisation
from targets.model import Target

_TEXTS = {**HOSTILE_TEXTS, "a text of 2,000 characters": "A" * 2000}
_DEVICE, _ORGANISATION = "a Device Certificate", "an Organisation Certificate"
_KINDS = rf"(?P<kind>{_DEVICE}|{_ORGANISATION})"
_OF_KIND = {_DEVICE: one_device, _ORGANISATION: one_organisation}
_ISSUED = "{kind} for Digital Signing, to be found in the Repository"
"""As steps.repository_search names what is obtained once in a run."""
ANY_ISSUED = _ISSUED.format(kind=_DEVICE)
_BY = {
    "its Device ID": Subject.DEVICE,
    "its organisation's EUI-64": Subject.ORGANISATION,
    "its serial number": Subject.SERIAL,
}
_NOBODY = {
    "an organisation without any certificate": Subject.ORGANISATION,
    "a Device without any certificate": Subject.DEVICE,
    "a serial number without certificate": Subject.SERIAL,
}
_AUTHORITIES = {
    "Organisation Root CA": "organisation_root_cas",
    "Organisation Issuing CA": "organisation_issuing_cas",
    "Device Root CA": "device_root_cas",
    "Device Issuing CA": "device_issuing_cas",
}
"""The CAs whose certificates are lodged, and where the target file names them."""
_AUTHORITY = rf"(?P<authority>{'|'.join(_AUTHORITIES)})"


def one_of_any(target: Target, **named: object) -> Load:
    """What is sent for a certificate of any kind, by `any_certificate`."""
    issuing = any(map(target.claims, ("adhoc", "batch", GATEWAY)))
    return one_device(target, **named) if issuing else one_organisation(target, **named)


def two_of_device(target: Target, **_: object) -> Load:
    """What is sent for two certificates of a Device, by `KnownCertificates.both_of_device`."""
    return Load(adhoc_right=2) if target.claims("adhoc") else Load()


class Finds:
    """What a scenario looks for on the Repository portal, and what it has found."""

    def __init__(self) -> None:
        """Nothing yet."""
        self.known: list[KnownCertificate] = []
        self.found: SearchOutcome | None = None
        self.view: CertificateView | None = None
        self.files: list[Exchange] = []

    @property
    def one(self) -> KnownCertificate:
        """What is looked for. Raises Inconclusive where the scenario has named nothing."""
        if not self.known:
            raise Inconclusive("no certificate was named that could be looked for")
        return self.known[0]

    @property
    def outcome(self) -> SearchOutcome:
        """What was found. Raises Inconclusive where nothing was searched for."""
        if self.found is None:
            raise Inconclusive("nothing was searched for on the Repository portal")
        return self.found


@pytest.fixture
def repository_finds() -> Finds:
    """The searches of this scenario."""
    return Finds()


# --- what is looked for ---


@given(parsers.re(rf"{_KINDS} that the run was issued"))
@sends(Load(adhoc_wrong=1), once=FIRST_QUESTION)
@sends(lambda kind, **named: _OF_KIND[kind](**named), once=_ISSUED)
def issued_certificate(repository_finds: Finds, known_certificates: KnownCertificates, kind: str) -> None:
    found = known_certificates.of_device() if kind == _DEVICE else known_certificates.of_organisation()
    repository_finds.known.append(found)


@given("the certificates of a Device that has two")
@sends(Load(adhoc_wrong=1), once=FIRST_QUESTION)
@sends(two_of_device)
def two_certificates(repository_finds: Finds, known_certificates: KnownCertificates) -> None:
    repository_finds.known += known_certificates.both_of_device()


@when(parsers.re(rf"a user of the Repository portal searches by (?P<what>{'|'.join(_BY)})"))
def search_by(
    repository_use: RepositoryUse, repository_users: RepositoryUsers, repository_finds: Finds, what: str
) -> None:
    repository_use.enter(repository_users.one())
    repository_finds.found = repository_use.search_for(repository_finds.one, _BY[what])


@then(parsers.re(r"(?:the certificate is|both certificates are) among what is found"))
def among_found(repository_use: RepositoryUse, repository_finds: Finds, judge: Judge) -> None:
    found = repository_finds.outcome
    for known in repository_finds.known:
        expected = f"the certificate {serial_text(known.serial)}"
        there = repository_use.row_of(known, found) is not None
        judge.expect(there, judge.naming("O-LODGE-a"), expected, found_in_words(found))


@then("all that is found is of that Device")
def all_of_device(repository_use: RepositoryUse, repository_finds: Finds, judge: Judge) -> None:
    """Seen on the page of each."""
    device = repository_finds.one.asked.eui64
    for row in repository_finds.outcome.rows:
        view = repository_use.view(row)
        expected, observed = f"certificates of {eui64_text(device)} alone", f"{row.serial} as well"
        shown = _plain(eui64_text(device)) in _plain(view.page.text)
        judge.expect(shown, judge.naming("P-1.1-a"), expected, observed)


# --- what it looks like, and what it is ---


@when("a user of the Repository portal finds it and views it")
def find_and_view(
    repository_use: RepositoryUse, repository_users: RepositoryUsers, repository_finds: Finds
) -> None:
    repository_use.enter(repository_users.one())
    repository_finds.view = repository_use.view(repository_use.find(repository_finds.one))


@then("the page shows the EUI-64 and the serial number of the certificate")
def page_shows(repository_finds: Finds, judge: Judge) -> None:
    known, view = repository_finds.one, repository_finds.view
    if view is None:
        raise Inconclusive("no certificate was viewed")
    text = _plain(view.page.text)
    for what, value in (("EUI-64", known.asked.text), ("serial number", serial_text(known.serial))):
        shown = _plain(value) in text or (what == "serial number" and str(known.serial) in text)
        expected, observed = f"its {what} {value}", f"not on the page {view.page.title!r}"
        judge.expect(shown, judge.naming("P-1.1-a"), expected, observed, view.page.url)


def _plain(text: str) -> str:
    """A text without what separates groups of digits, to see whether a number stands in it."""
    return "".join(character for character in text.upper() if character not in " -:.\N{NO-BREAK SPACE}")


@when("a user of the Repository portal finds it and downloads it")
def find_and_download(
    repository_use: RepositoryUse, repository_users: RepositoryUsers, repository_finds: Finds
) -> None:
    if repository_finds.one.der is None:
        raise NotApplicable(
            "what the operator has made is not known octet for octet: no issuing interface is claimed"
        )
    repository_use.enter(repository_users.one())
    row = repository_use.find(repository_finds.one)
    url = row.certificate or repository_use.view(row).certificate
    if url is None:
        raise Inconclusive("the page map finds no link to the certificate (repository_pages.certificate)")
    repository_finds.files.append(repository_use.download(url))


@then("the download is the certificate, octet for octet")
def download_is_certificate(repository_finds: Finds, judge: Judge) -> None:
    exchange, issued = repository_finds.files[-1], repository_finds.one.der
    if exchange.response is None or exchange.response.status != 200:
        judge.fail(Finding("O-LODGE-c", "the certificate", exchange.outcome))
    octets = certificate_octets(exchange.response.body, "O-LODGE-c")
    if isinstance(octets, Finding):
        judge.fail(octets)
    judge.take(judge_same(octets, issued or b""))


# --- searches that find nothing ---


@when(parsers.re(rf"the user searches for (?P<what>{'|'.join(_NOBODY)})"))
def search_for_nobody(repository_use: RepositoryUse, repository_finds: Finds, what: str) -> None:
    by = _NOBODY[what]
    number = secrets.token_bytes(16 if by is Subject.SERIAL else 8)
    text = serial_text(int.from_bytes(number)) if by is Subject.SERIAL else eui64_text(number)
    repository_finds.found = repository_use.search(by, text)


@when(parsers.re(r"the user searches for a hostile text: (?P<text>.+)"))
def search_for_hostile_text(repository_use: RepositoryUse, repository_finds: Finds, text: str) -> None:
    repository_finds.found = repository_use.search(Subject.ORGANISATION, _TEXTS[text])


@when(parsers.re(rf"the user searches for a text with markup in it: (?P<markup>{'|'.join(MARKUP)})"))
def search_for_markup(repository_use: RepositoryUse, markup: str) -> None:
    for by in Subject:
        repository_use.search(by, MARKUP[markup])


@then("nothing is found, and no fault is shown")
def nothing_found(repository_finds: Finds, judge: Judge) -> None:
    found = repository_finds.outcome
    response = found.page.exchange.response
    status, body = (response.status, response.body) if response else (None, b"")
    judge.expect(not found.rows, "P-4.1-a", "nothing found", found_in_words(found))
    fault = find_database_error(body) or find_stack_trace(body)
    judge.expect(fault is None, "P-4.1-a", "an answer without a fault of the system", f"{fault}")
    told = found.none or found.error is not None or (status is not None and 400 <= status < 500)
    judge.expect(
        told, "P-4.1-a", "a page that says so", f"{found.page.exchange.outcome}: {found.page.text[:160]!r}"
    )


@then("the certificate is still found")
def still_found(repository_use: RepositoryUse, judge: Judge) -> None:
    seen = repository_use.seen
    if seen is None:
        raise Inconclusive("no certificate was seen before")
    repository_use.enter(repository_use.named)  # the page of a fault may lead nowhere
    found = repository_use.search_for(seen.certificate)
    there = repository_use.row_of(seen.certificate, found) is not None
    judge.expect(there, "P-4.1-a", "a portal that goes on as before", found_in_words(found))


# --- CA certificates and lists ---


@when("the user downloads the CA certificates")
def download_authorities(repository_use: RepositoryUse, repository_finds: Finds) -> None:
    with way_on():
        rows = repository_use.current.ca_certificates()
    repository_use.require_own_page(rows)
    repository_finds.files = [repository_use.download(row.certificate) for row in rows if row.certificate]


@then(parsers.re(rf"the certificate of each {_AUTHORITY} that the target trusts is among them"))
def authorities_there(repository_finds: Finds, target: Target, judge: Judge, authority: str) -> None:
    trusted: tuple[x509.Certificate, ...] = getattr(target.trust, _AUTHORITIES[authority])
    if not trusted:
        raise NotRun(f"the target file names no {authority} (trust.{_AUTHORITIES[authority]})")
    bodies = (exchange.response.body for exchange in repository_finds.files if exchange.response)
    found = {octets for body in bodies if isinstance(octets := certificate_octets(body, "O-LODGE-b"), bytes)}
    for certificate in trusted:
        name = certificate.subject.rfc4514_string()
        there = certificate.public_bytes(Encoding.DER) in found
        judge.expect(there, "O-LODGE-b", f"the certificate of {name}", f"{len(found)} others")


@when("the user downloads the revocation lists")
def download_lists(repository_use: RepositoryUse, repository_finds: Finds) -> None:
    with way_on():
        links = repository_use.current.revocation_lists()
    repository_use.require_own_page(links)
    url = links.get(ListKind.ORGANISATION_CRL)
    repository_finds.files = [repository_use.download(url)] if url else []


@then("the Organisation CRL is among them")
def crl_there(run: ConformanceRun, repository_finds: Finds, target: Target, judge: Judge) -> None:
    if not repository_finds.files:
        judge.fail(Finding("O-LODGE-b", "an Organisation CRL", "no link to one"))
    exchange = repository_finds.files[0]
    body = exchange.response.body if exchange.response else b""
    issuers = [ca.public_bytes(Encoding.DER) for ca in target.trust.organisation_issuing_cas]
    judge.take(judge_revocation_list(body, issuers, at=Clock(run.operator).now(), lodged="O-LODGE-b"))
