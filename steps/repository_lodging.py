"""What is issued is lodged, and nothing else is: looked for in the Repository, however it was asked for."""

from __future__ import annotations

from collections.abc import Iterable

from pytest_bdd import given, parsers, then, when

from checks.certificate.structure import read_certificate
from checks.finding import Finding
from checks.lodged import device_of, serial_of, serials_of
from checks.repository_message import Asked
from fixtures.batch_results import Results
from fixtures.batches import Batches
from fixtures.conversation import Conversation
from fixtures.lodging_time import awaited, require_stated_time
from fixtures.organisation_requests import OrganisationRequests, eui64_of
from fixtures.plan import Load, sends
from fixtures.portal_devices import DeviceRequests
from fixtures.repository_certificates import (
    ADHOC,
    INTERFACES,
    LOADS,
    KnownCertificate,
    KnownCertificates,
    known_device,
)
from fixtures.repository_lodging import FILES, REPOSITORY_PORTAL, WEB_SERVICE, Lodging
from fixtures.repository_lookups import Lookups
from fixtures.verdicts import Inconclusive, Judge, NotRun
from targets.model import Target

_WAY = rf"(?P<way>{'|'.join(LOADS)})"
_REPOSITORY = rf"(?P<repository>{'|'.join((WEB_SERVICE, REPOSITORY_PORTAL, FILES))})"
_ISSUED = "what {way} issues, to be found in the Repository"


def _of_each_way(target: Target, **_: object) -> Load:
    return sum((LOADS[way] for way, name in INTERFACES.items() if target.claims(name)), Load())


# --- each way of issuing, each way of retrieving ---


@given(parsers.re(rf"a user of {_REPOSITORY}"))
def user(lodging: Lodging, repository: str) -> None:
    lodging.take(repository)


@given(parsers.re(rf"certificates that {_WAY} has issued"))
@sends(lambda way, **_: LOADS[way], once=_ISSUED)
def issued(lodging: Lodging, known_certificates: KnownCertificates, way: str) -> None:
    lodging.known += known_certificates.issued_by(way)


@given("certificates that each interface which is claimed has issued")
@sends(_of_each_way)
def issued_by_each(lodging: Lodging, known_certificates: KnownCertificates, target: Target) -> None:
    for way, interface in INTERFACES.items():
        if target.claims(interface):
            lodging.known += known_certificates.issued_by(way)
    if not lodging.known:
        raise NotRun("no interface is claimed that issues a certificate which could be looked for")


@when("the user looks for them")
def look(lodging: Lodging) -> None:
    lodging.look()


@when("the user looks for that certificate at once")
def look_at_once(lodging: Lodging, conversation: Conversation) -> None:
    lodging.known = [known_device(conversation.certificates[-1], ADHOC)]
    lodging.look()


@then("each is found in time, in the octets that were issued")
@then("it is found in time, in the octets that were issued")
def lodged(lodging: Lodging) -> None:
    lodging.expect_lodged()


# --- a certificate that is rejected ---


@given("an Organisation Certificate of this scenario's own in the Repository")
@sends(lambda capabilities, **_: Load(portal_organisation=int("statuses" not in capabilities)))
def own_certificate(lookups: Lookups) -> None:
    known = lookups.certificates.spare()
    lookups.require_lodged(known)
    lookups.known.append(known)


@when("the subscriber rejects that certificate")
def rejected(lookups: Lookups) -> None:
    lookups.certificates.revoke(lookups.known[-1])


@then("before long it is told that it was revoked")
def told_revoked(lookups: Lookups, judge: Judge) -> None:
    """As soon as it has to be lodged."""
    known = lookups.known[-1]

    def told() -> bool:
        return lookups.retrieved(lookups.keep(lookups.retrieve(known.serial)), known.serial).status == "R"

    if not awaited(lookups.run, "revoked", known.serial, told):
        status = lookups.retrieved(lookups.last, known.serial).status
        require_stated_time(lookups.run, f"CertificateStatus is {status or 'absent'}")
        judge.fail(Finding("O-WS-j", "R, as it is revoked", status or "no status", "CertificateStatus"))


# --- what is refused ---


@given("what the Repository holds of the Device")
def held_of_device(lookups: Lookups, conversation: Conversation) -> None:
    lookups.before = lookups.held(Asked("device", conversation.device.device_id))


@given("what the Repository holds of the ARO's organisation")
def held_of_organisation(lookups: Lookups, organisation_requests: OrganisationRequests) -> None:
    """The run may have come back for an approval: what it held before is what it held at first."""
    requests = organisation_requests
    asked = Asked("organisation", eui64_of(requests.credential))
    kept = requests.run.ledger.remember(
        requests.scenario, "lodged before", lambda: sorted(lookups.held(asked))
    )
    lookups.before = set(kept)


@then("the Repository holds that one besides, and no other")
def one_more_of_device(lookups: Lookups, conversation: Conversation) -> None:
    asked = Asked("device", conversation.device.device_id)
    _expect_only(lookups, asked, conversation.certificates, "M-2.4.1.4-b")


@then("the Repository holds those certificates of the batch's Devices, and no other")
def only_those_of_batch(lookups: Lookups, batches: Batches, results: Results) -> None:
    results.issued(batches.last)
    for device in batches.concerned:
        mine = [
            der for der in batches.last.certificates.values() if device_of(read_certificate(der)) == device
        ]
        _expect_only(lookups, Asked("device", device), mine, "M-2.5.1.4-b")


@then("the Repository holds that one of the portal's Device, and no other")
def only_that_of_portal(lookups: Lookups, device_requests: DeviceRequests) -> None:
    issued = [each.certificate for each in device_requests.requests if each.certificate is not None]
    _expect_only(lookups, Asked("device", device_requests.device), issued, "M-2.3.1.9-b")


@then("the Repository holds that one of the organisation besides, and no other")
def one_more_of_organisation(lookups: Lookups, organisation_requests: OrganisationRequests) -> None:
    """Others of the run may be approved at any time where people approve them: they are known to it too."""
    requests = organisation_requests
    if requests.run.slow_approval:
        raise Inconclusive("other Organisation CSRs of the run await approval: any may be issued meanwhile")
    own = [each.certificate for each in requests.submissions if each.certificate is not None]
    _expect_only(lookups, Asked("organisation", eui64_of(requests.credential)), own, "M-2.3.1.4-b")


def _expect_only(lookups: Lookups, asked: Asked, issued: Iterable[bytes], rule: str) -> None:
    """Once the Repository has what was issued, it has nothing else that it did not have before.

    What the run was issued earlier may be lodged meanwhile.
    """
    expected = lookups.before | serials_of(lookups.run.seen.certificates)
    for der in issued:
        serial = serial_of(der)
        lookups.require_lodged(KnownCertificate(asked, int(serial, 16), der, rule))
        expected.add(serial)
    others = sorted(lookups.held(asked) - expected)
    if others:
        named = lookups.judge.naming("M-2.4.1.3-c", "M-2.5.1.3-e", "M-2.3.1.8-c", "M-2.3.1.3-b")
        observed = f"{', '.join(others)} besides"
        lookups.judge.fail(Finding(named, f"nothing but what was issued for {asked.text}", observed))
