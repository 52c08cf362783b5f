"""Defects of the revocation lists in the Repository (G-CRL, M-2.3.1.5-b)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA384

from reference_ra import der, oids
from reference_ra.alterations import Alter, defect
from reference_ra.certificate import IssuingCa
from reference_ra.policies import Policies
from reference_ra.repository.adjust import with_list_fields, with_lists
from reference_ra.repository.lists import ListFields
from reference_ra.repository.records import ListKind, Lodged, LodgedList
from reference_ra.repository.store import RepositoryStore

ChangeFields = Callable[[ListFields, IssuingCa], ListFields]
_LISTS = ("G-CRL-*", "M-2.3.1.5-b", "O-LODGE-b")


def _list_defect(name: str, summary: str, *breaks: str, extra: bool = False) -> Callable[[Alter], Alter]:
    return defect(f"repository-list-{name}", summary, breaks=breaks, related=_LISTS, extra=extra)


# Revocation lists


@_list_defect(
    "without-the-revoked",
    "A revoked Organisation Certificate is not on the Organisation CRL.",
    "G-CRL-b",
    "M-2.3.1.5-b",
)
def without_the_revoked(policies: Policies) -> Policies:
    """Leave them all out."""
    return with_lists(policies, revoked=lambda _store, _kind: ())


@_list_defect(
    "with-others", "An Organisation Certificate that was not revoked is on the Organisation CRL.", "G-CRL-b"
)
def with_others(policies: Policies) -> Policies:
    """Add every one that is lodged."""

    def revoked(store: RepositoryStore, kind: ListKind) -> Sequence[Lodged]:
        if kind is not ListKind.ORGANISATION_CRL:
            return ()
        lodged = store.lodged_between(None, datetime.max.replace(tzinfo=UTC))
        return [
            replace(each, revoked_at=each.revoked_at or each.lodged_at)
            for each in lodged
            if each.remote_party_role is not None
        ]

    return with_lists(policies, revoked=revoked)


@_list_defect(
    "not-made-anew",
    "A revocation leads to no new Organisation CRL before its time.",
    "G-CRL-b",
    "M-2.3.1.5-b",
    extra=True,
)
def not_made_anew(policies: Policies) -> Policies:
    """Keep to what was revoked when the first one was made."""
    first: dict[ListKind, Sequence[Lodged]] = {}
    lists = policies.repository.lists

    def revoked(store: RepositoryStore, kind: ListKind) -> Sequence[Lodged]:
        return first.setdefault(kind, tuple(lists.revoked(store, kind)))

    def number(last: LodgedList | None) -> int:
        return 1 if last is None else last.number

    return with_lists(policies, revoked=revoked, number=number)


def _signed_by(kind: ListKind, label: str) -> Alter:
    def alter(policies: Policies) -> Policies:
        ca = policies.repository.lists.ca
        return with_lists(
            policies, ca=lambda pki, each: pki.identities[label] if each is kind else ca(pki, each)
        )

    return alter


_list_defect("by-the-root", "The Organisation CRL is the root CA's.", "G-CRL-b")(
    _signed_by(ListKind.ORGANISATION_CRL, "organisation-root-ca")
)
_list_defect("of-devices-by-the-issuing-ca", "The Device ARL is an Issuing CA's.", "G-CRL-c")(
    _signed_by(ListKind.DEVICE_ARL, "device-issuing-ca")
)


@_list_defect(
    "signed-with-another-key",
    "The signature of revocation lists does not verify.",
    "G-CRL-b",
    "G-CRL-c",
    extra=True,
)
def signed_with_another_key(policies: Policies) -> Policies:
    """Draw a key."""
    key, sign = ec.generate_private_key(ec.SECP256R1()), policies.repository.lists.sign
    return with_lists(policies, sign=lambda ca, data: sign(replace(ca, key=key), data))


@_list_defect(
    "signed-with-sha384", "Revocation lists are signed by ECDSA with SHA-384.", "G-CRL-d", extra=True
)
def signed_with_sha384(policies: Policies) -> Policies:
    """Use another hash, and say so."""
    algorithm = der.write(der.SEQUENCE, der.write_oid("1.2.840.10045.4.3.3"))
    altered = with_list_fields(
        policies, lambda fields, _: replace(fields, algorithm=algorithm, outer_algorithm=algorithm)
    )
    return with_lists(altered, sign=lambda ca, data: ca.key.sign(data, ec.ECDSA(SHA384())))


def _field_defect(
    name: str, summary: str, *breaks: str, extra: bool = False
) -> Callable[[ChangeFields], ChangeFields]:
    def decorate(change: ChangeFields) -> ChangeFields:
        _list_defect(name, summary, *breaks, extra=extra)(lambda policies: with_list_fields(policies, change))
        return change

    return decorate


@_field_defect("stale", "The nextUpdate of revocation lists is past.", "G-CRL-b", "G-CRL-c")
def _stale(fields: ListFields, _: IssuingCa) -> ListFields:
    week = timedelta(days=7)
    return replace(fields, this_update=fields.this_update - week, next_update=fields.this_update - week / 2)


@_field_defect("of-version-1", "Revocation lists are of version 1.", "G-CRL-d")
def _version_1(fields: ListFields, _: IssuingCa) -> ListFields:
    return replace(fields, version=b"")


def _without(oid: bytes) -> ChangeFields:
    def change(fields: ListFields, _: IssuingCa) -> ListFields:
        return replace(fields, extensions=tuple(each for each in fields.extensions if each.oid != oid))

    return change


_field_defect("without-authority", "Revocation lists have no authorityKeyIdentifier.", "G-CRL-d", extra=True)(
    _without(oids.AUTHORITY_KEY_IDENTIFIER)
)
_field_defect("without-number", "Revocation lists have no cRLNumber.", "G-CRL-d", extra=True)(
    _without(oids.CRL_NUMBER)
)


@_list_defect("number-repeated", "Every Organisation CRL has the cRLNumber 1.", "G-CRL-b", "M-2.3.1.5-b")
def number_repeated(policies: Policies) -> Policies:
    """Do not count."""
    return with_lists(policies, number=lambda _: 1)


@_list_defect("missing-of-devices", "There is no Device ARL.", "G-CRL-c")
def missing_of_devices(policies: Policies) -> Policies:
    """Make the others."""
    kinds = [kind for kind in policies.repository.lists.kinds if kind is not ListKind.DEVICE_ARL]
    return with_lists(policies, kinds=kinds)
