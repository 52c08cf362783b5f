"""The status of Organisation Certificates through their life, as the Repository tells it."""

from __future__ import annotations

from collections.abc import Sequence

from pytest_bdd import given, parsers, then

from checks.certificate.structure import read_certificate
from checks.der import DerError
from checks.lodged import judge_row, organisation_of
from checks.repository_message import Asked
from fixtures.plan import Load, sends
from fixtures.portals import PORTALS
from fixtures.repository_certificates import KnownCertificate
from fixtures.repository_lookups import Lookups
from fixtures.verdicts import Inconclusive, Judge, NotRun
from targets.model import Target

_VALID, _EXPIRED, _REVOKED = "is valid", "has expired", "was revoked"
_LIFE = rf"(?P<life>{_VALID}|{_EXPIRED}|{_REVOKED})"


def _at_most_one(target: Target, **_: object) -> Load:
    return Load(portal_organisation=int(any(map(target.claims, PORTALS))))


@given(parsers.re(rf"an Organisation Certificate that {_LIFE}"))
@sends(_at_most_one)
def in_its_life(lookups: Lookups, life: str) -> None:
    """Made by the operator where it can, else one that the target file lists."""
    certificates, settings = lookups.certificates, lookups.target.repository
    if life == _VALID:
        known = certificates.of_organisation()
    elif life == _EXPIRED:
        known = certificates.expired() or _listed(lookups, settings.expired, "expired")
    else:
        known = certificates.revoked() or _listed(lookups, settings.revoked, "revoked")
    lookups.require_lodged(known)
    lookups.known.append(known)


def _listed(lookups: Lookups, serials: Sequence[str], state: str) -> KnownCertificate:
    """The first of those; whose it is, it tells itself."""
    if not serials:
        raise NotRun(
            f"the target file lists no {state} Organisation Certificate (repository.{state}), and there is "
            "no operator that makes one"
        )
    serial = int(serials[0], 16)
    try:
        eui64 = organisation_of(read_certificate(lookups.octets(serial) or b""))
    except DerError:
        eui64 = None
    if eui64 is None:
        raise Inconclusive(f"no Organisation Certificate is found that is listed under repository.{state}")
    return KnownCertificate(Asked("organisation", eui64), serial)


@then(parsers.re(rf"it is told that it {_LIFE}"))
def told_life(lookups: Lookups, judge: Judge, life: str) -> None:
    known = lookups.known[-1]
    row = lookups.retrieved(lookups.last, known.serial)
    der = known.der or row.certificate or b""
    told = judge_row(row, der, at=lookups.clock.now(), revoked=life == _REVOKED, requirement="O-WS-e")
    judge.take(told)
