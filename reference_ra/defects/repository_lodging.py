"""Defects of what is lodged in the Repository, and of what it knows of that (O-LODGE, M-2.3.1.5-b)."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime

from reference_ra import der
from reference_ra.alterations import defect
from reference_ra.authority import Authority
from reference_ra.csr import Csr, CsrRule, parse_csr
from reference_ra.decisions import make_certificate
from reference_ra.der import DerError
from reference_ra.messages import Rejected
from reference_ra.policies import Policies
from reference_ra.portal.adjust import with_desk
from reference_ra.portal.decisions import make_organisation_certificate
from reference_ra.registry import IssuedCertificate, IssuedOrganisationCertificate
from reference_ra.repository import lodging
from reference_ra.repository.adjust import with_lodged, with_repository
from reference_ra.repository.records import NEVER, CertificateStatus, Kind, Lodged, Way
from reference_ra.repository.store import RepositoryStore

_RELATED = ("O-LODGE-*", "P-1.3-a")
_FOUND = ("O-WS-*", "O-SF-b", "P-1.1-a")
"""Of scenarios that look for a certificate; where there is none they come to nothing, or to a failure."""
_LATE_SECONDS = 900


def _never_lodged(name: str, summary: str, *ways: Way, breaks: tuple[str, ...], extra: bool = False) -> None:
    @defect(
        f"repository-{name}-not-lodged",
        summary,
        breaks=[*breaks, "O-LODGE-a"],
        related=(*_RELATED, *_FOUND),
        extra=extra,
    )
    def leave_out(policies: Policies) -> Policies:
        return with_lodged(policies, lambda way, certificate: None if way in ways else certificate)


_never_lodged(
    "adhoc",
    "What the Ad Hoc service issues is not lodged.",
    "adhoc",
    breaks=("M-2.4.1.4-b",),
)
_never_lodged(
    "batch",
    "What the Batched service issues is not lodged.",
    "batch",
    breaks=("M-2.5.1.4-b",),
)
_never_lodged(
    "portal-device",
    "What the portal issues for an ad hoc Device CSR is not lodged.",
    "portal-device",
    breaks=("M-2.3.1.9-b",),
)
_never_lodged(
    "portal-batch",
    "What the portal issues for a Batched CSR is not lodged.",
    "portal-batch",
    breaks=("M-2.3.1.9-b",),
    extra=True,
)
_never_lodged(
    "organisation",
    "Organisation Certificates are not lodged.",
    "organisation",
    breaks=("M-2.3.1.4-b", "M-2.3.1.4-c"),
)


@defect(
    "repository-key-agreement-not-lodged",
    "Certificates for key agreement are not lodged.",
    breaks=["O-LODGE-a"],
    related=["M-2.3.1.*", "M-2.4.1.4-b", "M-2.5.1.4-b", *_RELATED, *_FOUND],
    extra=True,
)
def key_agreement_not_lodged(policies: Policies) -> Policies:
    """Lodge those for signatures alone."""
    return with_lodged(
        policies, lambda _, certificate: None if certificate.key_usage == "keyAgreement" else certificate
    )


@defect(
    "repository-lodged-late",
    "Certificates are found a quarter of an hour after their issue, not before.",
    breaks=["P-1.3-a", "O-LODGE-a"],
    related=["M-2.3.1.*", "M-2.4.1.4-b", "M-2.5.1.4-b", *_RELATED, *_FOUND],
)
def lodged_late(policies: Policies) -> Policies:
    """Leave out of what is found what was lodged lately, by real time."""
    found_from: dict[str, float] = {}
    repository = policies.repository

    def note(_: Way, certificate: Lodged) -> Lodged:
        found_from[certificate.serial] = time.monotonic() + _LATE_SECONDS
        return certificate

    def is_there(certificate: Lodged) -> bool:
        return found_from.get(certificate.serial, 0) <= time.monotonic()

    def search(store: RepositoryStore, kind: Kind, eui64: bytes) -> Sequence[Lodged]:
        return list(filter(is_there, repository.search(store, kind, eui64)))

    def find(store: RepositoryStore, serial: str) -> Lodged | None:
        found = repository.find(store, serial)
        return found if found and is_there(found) else None

    return with_repository(with_lodged(policies, note), search=search, find=find)


@defect(
    "repository-refused-lodged",
    "A certificate is lodged even for a CSR that is refused.",
    breaks=["O-LODGE-a"],
    related=["M-2.3.1.3-b", "M-2.3.1.8-c", "M-2.4.1.3-c", "M-2.5.1.3-e", *_RELATED],
)
def refused_lodged(policies: Policies) -> Policies:
    """Keep what is refused, and lodge it with the next certificate that is issued."""
    refused, refused_organisations = list[bytes](), list[Csr]()

    def keeping(check: Callable[[Policies, bytes], Csr]) -> Callable[[Policies, bytes], Csr]:
        def check_and_keep(own: Policies, octets: bytes) -> Csr:
            try:
                return check(own, octets)
            except Rejected:
                refused.append(octets)
                raise

        return check_and_keep

    def keeping_rule(rule: CsrRule) -> CsrRule:
        def keep(csr: Csr) -> str | None:
            reason = rule(csr)
            if reason:
                refused_organisations.append(csr)
            return reason

        return keep

    async def decide(own: Policies, authority: Authority, octets: bytes) -> bytes:
        try:
            return await policies.decide(own, authority, octets)
        except Rejected:
            refused.append(octets)
            raise

    def lodge(authority: Authority, issued: IssuedCertificate) -> None:
        policies.lodge(authority, issued)
        while refused:
            _lodge_device(policies, authority, refused.pop())

    def lodge_organisation(authority: Authority, issued: IssuedOrganisationCertificate) -> None:
        policies.portal.lodge(authority, issued)
        while refused_organisations:
            csr, now = refused_organisations.pop(), authority.clock.now()
            made = make_organisation_certificate(policies, authority, csr, now)
            authority.registry.repository.lodge(lodging.of_organisation(made))

    portal, batch = policies.portal, policies.batch
    rules = {name: keeping_rule(rule) for name, rule in portal.organisation_csr_rules.items()}
    altered = with_desk(
        policies,
        check_device_csr=keeping(portal.check_device_csr),
        organisation_csr_rules=rules,
        lodge=lodge_organisation,
    )
    altered = replace(altered, batch=replace(batch, check_csr=keeping(batch.check_csr)))
    return replace(altered, decide=decide, lodge=lodge)


def _lodge_device(policies: Policies, authority: Authority, octets: bytes) -> None:
    try:
        csr = parse_csr(octets)
        device = policies.device_of(authority, csr)
    except DerError:
        return
    made = make_certificate(policies, authority, csr, device, authority.clock.now())
    authority.registry.repository.lodge(lodging.of_device(made))


# Other octets


def _other_octets(
    name: str, summary: str, extra: bool = False
) -> Callable[[Callable[[bytes], bytes]], Callable[[bytes], bytes]]:
    def decorate(change: Callable[[bytes], bytes]) -> Callable[[bytes], bytes]:
        defect(
            f"repository-{name}",
            summary,
            breaks=["O-LODGE-c"],
            related=["M-2.3.1.*", "M-2.4.1.4-b", "M-2.5.1.4-b", "G-12-*", *_RELATED, *_FOUND],
            extra=extra,
        )(
            lambda policies: with_lodged(
                policies, lambda _, certificate: replace(certificate, der=change(certificate.der))
            )
        )
        return change

    return decorate


@_other_octets(
    "signature-altered", "The signature of a certificate in the Repository is not that which was issued."
)
def _signature_altered(certificate: bytes) -> bytes:
    return certificate[:-1] + bytes((certificate[-1] ^ 1,))


@_other_octets("re-encoded", "Certificates are lodged with extensions in another order.", extra=True)
def _extensions_reordered(certificate: bytes) -> bytes:
    to_be_signed, algorithm, signature = der.read_one(certificate, der.SEQUENCE).elements()
    *fields, last = to_be_signed.elements()
    (listed,) = last.elements()
    extensions = (each.octets for each in reversed(listed.elements()))
    changed = der.write(der.context(3), der.write(der.SEQUENCE, *extensions))
    return der.write(
        der.SEQUENCE,
        der.write(der.SEQUENCE, *(field.octets for field in fields), changed),
        algorithm.octets,
        signature.octets,
    )


# Statuses


def _status_defect(
    name: str, summary: str, *breaks: str, extra: bool = False
) -> Callable[[Callable[[Lodged], Lodged]], Callable[[Lodged], Lodged]]:
    """Register a defect of every status from what it takes the certificate for."""

    def decorate(change: Callable[[Lodged], Lodged]) -> Callable[[Lodged], Lodged]:
        def alter(policies: Policies) -> Policies:
            status_of = policies.repository.status_of

            def mistaken(certificate: Lodged, now: datetime) -> CertificateStatus:
                return status_of(change(certificate), now)

            return with_repository(policies, status_of=mistaken)

        related = ["O-WS-c", "O-WS-e", "O-SF-b", "M-2.3.1.5-b", *_RELATED]
        defect(f"repository-{name}", summary, breaks=breaks, related=related, extra=extra)(alter)
        return change

    return decorate


@_status_defect(
    "revoked-still-in-use",
    "A revoked Organisation Certificate has the status in use.",
    "O-WS-j",
    "M-2.3.1.5-b",
)
def _not_revoked(certificate: Lodged) -> Lodged:
    return replace(certificate, revoked_at=None)


@_status_defect("expired-still-in-use", "An expired certificate has the status in use.", "O-WS-j")
def _not_expired(certificate: Lodged) -> Lodged:
    return replace(certificate, not_after=NEVER)


@_status_defect("devices-expired", "Device Certificates have the status expired.", "O-WS-j", extra=True)
def _devices_expired(certificate: Lodged) -> Lodged:
    if certificate.kind is not Kind.DEVICE:
        return certificate
    return replace(certificate, not_after=certificate.lodged_at.replace(year=2000, day=1))


# What is found


@defect(
    "repository-serial-of-another",
    "By a serial number another certificate of the same subject is found, where there is one.",
    breaks=["O-LODGE-c", "O-WS-e"],
    related=["M-2.3.1.*", "M-2.4.1.4-b", "M-2.5.1.4-b", "O-WS-c", "O-WS-d", "O-WS-j", *_RELATED],
)
def serial_of_another(policies: Policies) -> Policies:
    """Answer with the octets of the first one of the subject's others."""
    repository = policies.repository

    def find(store: RepositoryStore, serial: str) -> Lodged | None:
        found = repository.find(store, serial)
        if found is None or found.eui64 is None:
            return found
        others = [each for each in repository.search(store, found.kind, found.eui64) if each.serial != serial]
        return replace(found, der=others[0].der) if others else found

    return with_repository(policies, find=find)


@defect(
    "repository-first-one-only",
    "Of several certificates of a subject a search finds the first alone.",
    breaks=["O-WS-c"],
    related=["M-2.3.1.*", "M-2.4.1.4-b", "M-2.5.1.4-b", "P-3.1-*", "P-1.1-a", "O-WS-b", "O-WS-j", *_RELATED],
)
def first_one_only(policies: Policies) -> Policies:
    """Stop at it."""
    search = policies.repository.search
    return with_repository(policies, search=lambda *asked: search(*asked)[:1])


@defect(
    "repository-finds-under-the-other-name",
    "A search for an organisation finds Devices of that EUI-64 as well, and the other way round.",
    breaks=["O-WS-b", "O-WS-g"],
    related=["O-WS-c"],
)
def finds_under_the_other_name(policies: Policies) -> Policies:
    """Look for the EUI-64 alone."""
    search = policies.repository.search
    kinds = (Kind.ORGANISATION, Kind.DEVICE)
    return with_repository(
        policies,
        search=lambda store, _, eui64: [each for kind in kinds for each in search(store, kind, eui64)],
    )


@defect(
    "repository-finds-others",
    "A search finds a certificate of another subject as well: the one that was lodged last.",
    breaks=["O-WS-b", "O-WS-c"],
    related=["O-WS-g", "O-LODGE-a", "P-1.1-a"],
    extra=True,
)
def finds_others(policies: Policies) -> Policies:
    """Add it wherever something is found."""
    search = policies.repository.search

    def widely(store: RepositoryStore, kind: Kind, eui64: bytes) -> Sequence[Lodged]:
        found = search(store, kind, eui64)
        others = [
            each
            for each in store.lodged_between(None, NEVER)
            if each.kind is kind and each.eui64 != eui64 and found
        ]
        return [*found, *others[-1:]]

    return with_repository(policies, search=widely)
