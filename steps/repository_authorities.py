"""CA certificates, revocation lists and paths to a root: what the Repository has of them, and how it is."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from pytest_bdd import given, parsers, then, when

from checks.ca_certificate import (
    AuthorityProfile,
    judge_authorities_lodged,
    judge_issuing_ca,
    judge_root_ca,
)
from checks.chain import judge_chain
from checks.der import DerError
from checks.finding import Finding
from checks.lodged import CLOCKS_APART
from checks.revocation_list import (
    AUTHORITY_LIST,
    ORGANISATION_LIST,
    RevocationList,
    judge_listed,
    judge_newer,
    judge_revocation_list,
    read_revocation_list,
)
from clients.csr.device import DIGITAL_SIGNATURE
from clients.repository.portal import ListKind
from fixtures.lodging_time import awaited, require_stated_time
from fixtures.plan import Load, sends
from fixtures.portals import PORTALS
from fixtures.repository_authorities import LODGED, WAYS, RepositoryAuthorities
from fixtures.repository_certificates import (
    LOADS,
    ORGANISATION_PORTAL,
    KnownCertificate,
    KnownCertificates,
)
from fixtures.verdicts import Inconclusive, Judge
from steps.words import USAGES
from targets.model import Target

LISTS = {
    "Organisation CRL": ListKind.ORGANISATION_CRL,
    "Organisation ARL": ListKind.ORGANISATION_ARL,
    "Device ARL": ListKind.DEVICE_ARL,
}
RULES = {
    ListKind.ORGANISATION_CRL: ORGANISATION_LIST,
    ListKind.ORGANISATION_ARL: AUTHORITY_LIST,
    ListKind.DEVICE_ARL: AUTHORITY_LIST,
}
"""What is broken where a list is missing, by another CA or too old."""
_WAY = f"(?P<way>{'|'.join(WAYS)})"
_LIST = f"(?P<name>{'|'.join(LISTS)})"
_REJECTED = "M-2.3.1.5-b"
_PAST_DOUBT = CLOCKS_APART + timedelta(seconds=1)
"""After a nextUpdate: the list is stale by any clock."""


# --- the certificates of the CAs ---


@when(parsers.re(f"the CA certificates are taken by {_WAY}"))
def take_authorities(authorities: RepositoryAuthorities, way: str) -> None:
    authorities.take_authorities(way)


@then("the certificate of each of the target's CAs is among them")
def every_authority(authorities: RepositoryAuthorities, judge: Judge) -> None:
    judge.take(authorities.findings)
    for profile in authorities.hierarchies():
        wanted = (*profile.issuing_ca_certificates, *profile.subordinate_certificates)
        judge.take(judge_authorities_lodged(authorities.found, wanted))


@given(parsers.re(f"the CA certificates of the Repository, by {_WAY}"))
def authorities_found(authorities: RepositoryAuthorities, way: str) -> None:
    authorities.take_authorities(way)
    authorities.hierarchies()


@then("each Issuing CA's certificate keeps this rule")
def issuing_cas(authorities: RepositoryAuthorities, judge: Judge) -> None:
    _judge_each(authorities, judge, judge_issuing_ca, roots=False)


@then("each root's certificate keeps this rule")
def roots(authorities: RepositoryAuthorities, judge: Judge) -> None:
    _judge_each(authorities, judge, judge_root_ca, roots=True)


def _judge_each(
    authorities: RepositoryAuthorities,
    judge: Judge,
    verdict: Callable[..., list[Finding]],
    *,
    roots: bool,
) -> None:
    chosen = _of_the_target(authorities, roots=roots)
    if not chosen:
        raise Inconclusive(f"no certificate of the target's {'roots' if roots else 'Issuing CAs'} was found")
    now = authorities.clock.now()
    for der, profile in chosen:
        judge.take(verdict(der, profile, at=now))


def _of_the_target(
    authorities: RepositoryAuthorities, *, roots: bool
) -> list[tuple[bytes, AuthorityProfile]]:
    """The certificates found that are of the target's hierarchies; there may be others in the Repository."""
    return [
        (der, profile)
        for der in authorities.found
        for profile in authorities.hierarchies()
        if profile.concerns(der) and profile.is_of_root(der) is roots
    ]


# --- the lists ---


@when(parsers.re(f"the {_LIST} is taken by {_WAY}"), target_fixture="list_kind")
@given(parsers.re(f"the {_LIST} of the Repository"), target_fixture="list_kind")
def take_list(authorities: RepositoryAuthorities, name: str, way: str | None = None) -> ListKind:
    kind = LISTS[name]
    authorities.signers(kind)
    authorities.take_lists(way or authorities.first_way(), kind)
    return kind


@then("it is there, by the right CA and fresh")
def list_is_there(authorities: RepositoryAuthorities, list_kind: ListKind, judge: Judge) -> None:
    octets = authorities.lists.get(list_kind)
    if octets is None:
        rules = [RULES[list_kind]]
        if list_kind is ListKind.ORGANISATION_CRL:  # of others O-LODGE-b says nothing
            rules.append(LODGED)
        judge.take(Finding(rule, f"the {list_kind} lodged", f"none by {authorities.way}") for rule in rules)
        return
    judge.take(_judged(authorities, list_kind, octets))


def _judged(authorities: RepositoryAuthorities, kind: ListKind, octets: bytes) -> list[Finding]:
    now = authorities.clock.now()
    return judge_revocation_list(octets, authorities.signers(kind), at=now, lodged=RULES[kind])


@then("the list keeps this rule")
def list_is_right(authorities: RepositoryAuthorities, list_kind: ListKind, judge: Judge) -> None:
    _read(authorities, list_kind)
    judge.take(_judged(authorities, list_kind, authorities.lists[list_kind]))


def _read(authorities: RepositoryAuthorities, kind: ListKind) -> RevocationList:
    """A list that was taken. Raises Inconclusive where there is none that can be read."""
    if kind not in authorities.lists:
        raise Inconclusive(f"the Repository shows no {kind} by {authorities.way}")
    try:
        return read_revocation_list(authorities.lists[kind])
    except DerError as error:
        raise Inconclusive(f"the {kind} cannot be read: {error}") from None


# --- revocation ---


def _one_to_reject(target: Target, capabilities: frozenset[str], **_: object) -> Load:
    """What `KnownCertificates.spare` sends."""
    made = "statuses" in capabilities or not any(map(target.claims, PORTALS))
    return Load() if made else LOADS[ORGANISATION_PORTAL]


@given(
    parsers.re(f"an Organisation Certificate, and the Organisation CRL without it, by (any way|{_WAY})"),
    target_fixture="rejected",
)
@sends(_one_to_reject)
def certificate_to_reject(
    authorities: RepositoryAuthorities, known_certificates: KnownCertificates, way: str | None
) -> tuple[KnownCertificate, RevocationList]:
    known = known_certificates.spare()
    before = _crl(authorities, way or authorities.first_way())
    if known.serial in before.revoked:
        raise Inconclusive("the Organisation Certificate is on the Organisation CRL before it was rejected")
    return known, before


@given("an Organisation Certificate that is not rejected", target_fixture="not_rejected")
@sends(_one_to_reject)
def certificate_to_keep(known_certificates: KnownCertificates) -> KnownCertificate:
    return known_certificates.spare()


def _crl(authorities: RepositoryAuthorities, way: str) -> RevocationList:
    authorities.take_lists(way, ListKind.ORGANISATION_CRL)
    return _read(authorities, ListKind.ORGANISATION_CRL)


@when("the Organisation Certificate is rejected by its subscriber")
def reject(known_certificates: KnownCertificates, rejected: tuple[KnownCertificate, RevocationList]) -> None:
    known_certificates.revoke(rejected[0])


@then("it is on the Organisation CRL", target_fixture="later_list")
def is_on_the_list(
    authorities: RepositoryAuthorities,
    rejected: tuple[KnownCertificate, RevocationList],
    judge: Judge,
) -> RevocationList:
    known, _ = rejected
    seen: list[RevocationList] = []

    def look() -> bool:
        seen.append(_crl(authorities, authorities.way))
        return known.serial in seen[-1].revoked

    if not awaited(authorities.run, f"revoked, {authorities.way}", known.serial, look):
        require_stated_time(authorities.run, "the Organisation CRL does not list the certificate")
    for rule in (_REJECTED, ORGANISATION_LIST):
        judge.take(judge_listed(seen[-1], known.serial, listed=True, requirement=rule))
    return seen[-1]


@then("the one that is not rejected is not on it")
def is_not_on_the_list(not_rejected: KnownCertificate, later_list: RevocationList, judge: Judge) -> None:
    judge.take(judge_listed(later_list, not_rejected.serial, listed=False))


@then("that list is newer, by the right CA and fresh")
def list_is_newer(
    authorities: RepositoryAuthorities,
    rejected: tuple[KnownCertificate, RevocationList],
    later_list: RevocationList,
    judge: Judge,
) -> None:
    judge.take(judge_newer(rejected[1], later_list))
    kind = ListKind.ORGANISATION_CRL
    judge.take(_judged(authorities, kind, authorities.lists[kind]))


@when("the time of its nextUpdate has come", target_fixture="earlier_list")
def next_update_comes(authorities: RepositoryAuthorities, list_kind: ListKind) -> RevocationList:
    read = _read(authorities, list_kind)
    moment = read.next_update.moment if read.next_update else None
    if moment is None:
        raise Inconclusive("the Organisation CRL tells no nextUpdate")
    authorities.clock.advance_to(moment + _PAST_DOUBT)
    return read


@then("another one is lodged, newer and fresh")
def another_is_lodged(
    authorities: RepositoryAuthorities, earlier_list: RevocationList, list_kind: ListKind, judge: Judge
) -> None:
    """Not at once: a list that is made on time by a clock takes a moment where that is moved."""
    seen: list[RevocationList] = []

    def look() -> bool:
        seen.append(_crl(authorities, authorities.way))
        return seen[-1].tbs != earlier_list.tbs

    awaited(authorities.run, f"another list, {authorities.way}", earlier_list.number or 0, look)
    judge.take(judge_newer(earlier_list, seen[-1]))
    judge.take(_judged(authorities, list_kind, authorities.lists[list_kind]))


# --- paths ---


@given("the CA certificates and revocation lists of the Repository")
def whole_repository(authorities: RepositoryAuthorities) -> None:
    authorities.roots()
    way = authorities.first_way()
    authorities.take_authorities(way)
    authorities.take_lists(way, *ListKind)


@given(
    parsers.re(rf"a certificate for (?P<usage>.+) that (?P<issuer>{'|'.join(LOADS)}) has issued"),
    target_fixture="issued",
)
@sends(lambda issuer, **_: LOADS[issuer], once="a certificate for {usage} that {issuer} has issued")
def issued_certificates(
    known_certificates: KnownCertificates, usage: str, issuer: str
) -> list[KnownCertificate]:
    return known_certificates.issued_by(issuer, USAGES.get(usage, DIGITAL_SIGNATURE))


@then("its path leads to a root of the target")
def path_leads_to_a_root(
    authorities: RepositoryAuthorities, issued: list[KnownCertificate], judge: Judge
) -> None:
    _judge_paths(authorities, [each.der for each in issued if each.der], judge)


@then("the path of each Issuing CA's certificate leads to a root of the target")
def path_of_each_authority(authorities: RepositoryAuthorities, judge: Judge) -> None:
    chosen = [der for der, _ in _of_the_target(authorities, roots=False)]
    if not chosen:
        raise Inconclusive("no certificate of the target's Issuing CAs was found")
    _judge_paths(authorities, chosen, judge)


def _judge_paths(authorities: RepositoryAuthorities, certificates: list[bytes], judge: Judge) -> None:
    lists = [_read(authorities, kind) for kind in authorities.lists]
    now = authorities.clock.now()
    for der in certificates:
        judge.take(judge_chain(der, authorities.found, authorities.roots(), at=now, lists=lists))
