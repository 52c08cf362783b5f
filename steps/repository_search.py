"""Searches and retrievals at the Repository Web Service: what the user asks for, and what has to be told."""

from __future__ import annotations

import secrets

from pytest_bdd import given, parsers, then, when

from checks.finding import Finding
from checks.lodged import has_serial, judge_row, judge_same
from checks.repository_message import Asked, CertificateRow, serial_text
from checks.repository_refusal import judge_no_match
from clients.repository.shapes import LEGAL_SHAPES, shaped
from fixtures.devices import Devices
from fixtures.plan import FIRST_QUESTION, Load, sends
from fixtures.portals import GATEWAY, PORTALS
from fixtures.repository_certificates import KnownCertificate
from fixtures.repository_lookups import Lookups, certificate_in, parts_of
from fixtures.repository_use import any_certificate
from fixtures.verdicts import Inconclusive, Judge
from steps.words import USAGES
from targets.model import Target

_USAGE = r"(?P<usage>Digital Signing|Key Agreement)"
_SHAPE = rf"(?P<shape>{'|'.join(LEGAL_SHAPES)})"
DEVICE_ISSUED = "a Device Certificate for {usage}, to be found in the Repository"
ORGANISATION_ISSUED = "an Organisation Certificate for {usage}, to be found in the Repository"
_TOLD = ("subject_name", "subject_alt_name", "serial", "status", "role", "usage", "manufacturing")
"""What a Result and a CertificateResponse both tell."""


def one_device(target: Target, **_: object) -> Load:
    """What is sent for a Device Certificate, by `KnownCertificates.of_device`."""
    if target.claims("adhoc"):
        return Load(adhoc_right=1)
    if target.claims(GATEWAY):
        return Load(portal_device=1)
    return Load(batches=1, csrs_right=2) if target.claims("batch") else Load()


def first_question(target: Target, **_: object) -> Load:
    """What is sent first where the Device Certificate is the Ad Hoc service's."""
    return Load(adhoc_wrong=int(target.claims("adhoc")))


def one_organisation(target: Target, **_: object) -> Load:
    """What is sent for an Organisation Certificate, by `KnownCertificates.of_organisation`."""
    return Load(portal_organisation=1) if any(map(target.claims, PORTALS)) else Load()


# --- who asks, and what there is to find ---


@given("a user of the Repository Web Service")
def user(lookups: Lookups) -> None:
    lookups.user = lookups.users()[0]


@given("the Repository Web Service serves the user")
@sends(first_question, once=FIRST_QUESTION)
@sends(one_device, once=DEVICE_ISSUED.format(usage="Digital Signing"))
def serves(lookups: Lookups) -> None:
    """Seen once in a run: without it a refusal would say nothing of what is refused."""
    lookups.user = lookups.users()[0]
    _to_find(lookups, any_certificate(lookups.certificates))


@given(parsers.re(rf"a Device Certificate for {_USAGE} in the Repository"))
@sends(first_question, once=FIRST_QUESTION)
@sends(one_device, once=DEVICE_ISSUED)
def device_certificate(lookups: Lookups, usage: str) -> None:
    lookups.user = lookups.users()[0]
    _to_find(lookups, lookups.certificates.of_device(USAGES[usage]))


@given(parsers.re(rf"an Organisation Certificate for {_USAGE} in the Repository"))
@sends(one_organisation, once=ORGANISATION_ISSUED)
def organisation_certificate(lookups: Lookups, usage: str) -> None:
    lookups.user = lookups.users()[0]
    _to_find(lookups, lookups.certificates.of_organisation(USAGES[usage]))


@given("Device Certificates for both usages of one Device in the Repository")
@sends(first_question, once=FIRST_QUESTION)
@sends(lambda target, **_: Load(adhoc_right=2) if target.claims("adhoc") else Load())
def both_of_a_device(lookups: Lookups) -> None:
    for known in lookups.certificates.both_of_device():
        _to_find(lookups, known)


def _to_find(lookups: Lookups, known: KnownCertificate) -> None:
    lookups.require_lodged(known)
    lookups.known.append(known)


# --- what is asked ---


@when(parsers.re(r"the user searches for its (?:Device|organisation)"))
def search(lookups: Lookups) -> None:
    lookups.keep(lookups.search(lookups.known[-1].asked))


@when("the user retrieves it by its serial number")
def retrieve(lookups: Lookups) -> None:
    lookups.keep(lookups.retrieve(lookups.known[-1].serial))


@when(parsers.re(rf"the user searches for the certificate with {_SHAPE}"))
def search_in_shape(lookups: Lookups, shape: str) -> None:
    body = shaped(shape, parts_of(lookups, "search"))
    lookups.keep(lookups.client.search(body, lookups.account))


@when(parsers.re(rf"the user retrieves the certificate with {_SHAPE}"))
def retrieve_in_shape(lookups: Lookups, shape: str) -> None:
    body = shaped(shape, parts_of(lookups, "retrieval"))
    lookups.keep(lookups.client.retrieve(body, lookups.account))


@when("the user searches for a Device that never had a Device Certificate")
def search_unknown_device(lookups: Lookups, devices: Devices) -> None:
    lookups.keep(lookups.search(Asked("device", devices.never_certified().device_id)))


@when("the user searches for an organisation that has no certificate")
def search_unknown_organisation(lookups: Lookups, devices: Devices) -> None:
    lookups.keep(lookups.search(Asked("organisation", devices.new_id())))


@when("the user searches for a Device, as if it were an organisation")
@when("the user searches for its organisation, as if it were a Device")
def search_as_another(lookups: Lookups) -> None:
    asked = lookups.known[-1].asked
    lookups.keep(lookups.search(Asked("organisation" if asked.kind == "device" else "device", asked.eui64)))


@when("the user retrieves a serial number that no certificate has")
def retrieve_unknown(lookups: Lookups) -> None:
    """Drawn by lot from as many as no RA issues."""
    lookups.keep(lookups.retrieve(secrets.randbits(127)))


@when("the user retrieves a certificate's serial number with its last digit changed")
def retrieve_neighbour(lookups: Lookups) -> None:
    """Where serial numbers are given one after the other, another certificate may have that one."""
    serial = lookups.known[-1].serial ^ 8
    exchange = lookups.keep(lookups.retrieve(serial))
    if has_serial(certificate_in(lookups.response(exchange)), serial):
        raise Inconclusive("another certificate has the serial number that was to be none's")


# --- what a search tells ---


@then("the certificate is among the results")
@then("each of the certificates is among the results")
def among_the_results(lookups: Lookups) -> None:
    rows_of_all(lookups)


@then("its result says what the certificate says")
@then("each of their results says what its certificate says")
def result_is_true(lookups: Lookups, judge: Judge) -> None:
    for known, row in zip(lookups.known, rows_of_all(lookups), strict=True):
        judge.take(judge_row(row, certificate_of(lookups, known), at=lookups.clock.now()))


def rows_of_all(lookups: Lookups) -> list[CertificateRow]:
    """What the last search tells of each certificate that is to be found.

    Raises NonConformant where one is not among the results.
    """
    answer = lookups.found(lookups.last, lookups.known[-1].asked)
    return [_row_of(lookups, answer.rows, known) for known in lookups.known]


def _row_of(lookups: Lookups, rows: tuple[CertificateRow, ...], known: KnownCertificate) -> CertificateRow:
    serial = serial_text(known.serial)
    found = next((row for row in rows if row.serial == serial), None)
    if found is None:
        expected = f"a Result with the serial number {serial}"
        lookups.judge.fail(Finding("O-WS-b", expected, f"none among {len(rows)}", "Result"))
    return found


def certificate_of(lookups: Lookups, known: KnownCertificate) -> bytes:
    """The certificate, DER, as it was issued, or where the run did not ask for it, as it is retrieved."""
    if known.der is not None:
        return known.der
    row = lookups.retrieved(lookups.retrieve(known.serial), known.serial)
    if row.certificate is None:
        raise Inconclusive("no certificate came that its result could be judged by")
    return row.certificate


# --- what a retrieval tells ---


@then("it is the certificate, octet for octet")
def same_octets(lookups: Lookups, judge: Judge) -> None:
    known = lookups.known[-1]
    row = lookups.retrieved(lookups.last, known.serial)
    if known.der is None:
        judge.note("The octets that were issued are not known: the operator made the certificate.")
        return
    judge.take(judge_same(row.certificate or b"", known.der))


@then("what is told of it is what the certificate says")
def told_is_true(lookups: Lookups, judge: Judge) -> None:
    known = lookups.known[-1]
    row = lookups.retrieved(lookups.last, known.serial)
    der = known.der or row.certificate or b""
    judge.take(judge_row(row, der, at=lookups.clock.now(), requirement="O-WS-e"))


@then("a search tells the same of it")
def same_of_both(lookups: Lookups, judge: Judge) -> None:
    known = lookups.known[-1]
    retrieved = lookups.retrieved(lookups.last, known.serial)
    searched = _row_of(lookups, lookups.found(lookups.search(known.asked), known.asked).rows, known)
    for name in _TOLD:
        by_search, by_retrieval = getattr(searched, name), getattr(retrieved, name)
        same = by_search == by_retrieval
        judge.expect(same, "O-WS-e", f"{by_search}, as in the Result", by_retrieval, name)


@then("the answer is that there is no match")
def no_match(lookups: Lookups, judge: Judge) -> None:
    exchange = lookups.last
    response = lookups.response(exchange)
    judge.take(judge_no_match(response.status, response.body, exchange.request_body))
