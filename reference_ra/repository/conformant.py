"""The Repository's policies of an RA that keeps every rule."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from reference_ra.authorities import Identity
from reference_ra.pki import TestPki
from reference_ra.repository.admission import conformant_account_policies
from reference_ra.repository.policies import RepositoryPolicies
from reference_ra.repository.records import CertificateStatus, Kind, Lodged, Way
from reference_ra.repository.sftp_policies import conformant_sftp_policies
from reference_ra.repository.site_policies import conformant_repository_site
from reference_ra.repository.store import RepositoryStore

AUTHORITIES = (
    "organisation-root-ca",
    "organisation-issuing-ca",
    "device-root-ca",
    "device-issuing-ca",
    "device-issuing-ca-2",
)


def _lodges(_: Way, certificate: Lodged) -> Lodged:
    return certificate


def _authorities(pki: TestPki) -> Mapping[str, Identity]:
    return {label: pki.identities[label] for label in AUTHORITIES}


def _search(store: RepositoryStore, kind: Kind, eui64: bytes) -> Sequence[Lodged]:
    return store.of_device(eui64) if kind is Kind.DEVICE else store.of_organisation(eui64)


def _find(store: RepositoryStore, serial: str) -> Lodged | None:
    found = store.by_serial(serial)
    return None if found is None or found.kind is Kind.CA else found


def status_of(certificate: Lodged, now: datetime) -> CertificateStatus:
    """In use from its issue on, until it is revoked or its time is over."""
    if certificate.revoked_at is not None and certificate.revoked_at <= now:
        return CertificateStatus.REVOKED
    return CertificateStatus.EXPIRED if certificate.not_after < now else CertificateStatus.IN_USE


def conformant_repository_policies() -> RepositoryPolicies:
    """Those that keep every rule."""
    return RepositoryPolicies(
        lodges=_lodges,
        authorities=_authorities,
        search=_search,
        find=_find,
        status_of=status_of,
        accounts=conformant_account_policies(),
        site=conformant_repository_site(),
        sftp=conformant_sftp_policies(),
    )
