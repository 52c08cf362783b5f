"""The Repository's policies of an RA that keeps every rule."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import count

from reference_ra.authorities import Identity
from reference_ra.authority import Authority, HttpAnswer
from reference_ra.certificate import sign_ecdsa_sha256
from reference_ra.pki import TestPki
from reference_ra.repository import extracts, lists, messages
from reference_ra.repository.accounts import Account
from reference_ra.repository.admission import conformant_account_policies
from reference_ra.repository.messages import Operation, RepositoryReply, Result
from reference_ra.repository.policies import (
    ExtractPolicies,
    ListPolicies,
    RepositoryPolicies,
    WebServicePolicies,
)
from reference_ra.repository.records import CertificateStatus, Kind, ListKind, Lodged, LodgedList, Way
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
LIST_SIGNERS: Mapping[ListKind, str] = {
    ListKind.ORGANISATION_CRL: "organisation-issuing-ca",
    ListKind.ORGANISATION_ARL: "organisation-root-ca",
    ListKind.DEVICE_ARL: "device-root-ca",
}
LIST_LIFETIME = timedelta(days=2)
API_KEY = "apikey"
OPERATIONS: Mapping[str, Operation] = {f"/services/{each}": each for each in Operation}
MOST_BODY_OCTETS = 65536
XML_TYPE = "application/xml; charset=utf-8"


# What is lodged and found


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


# The Web Service


def _route(method: str, path: str) -> Operation | HttpAnswer:
    if path not in OPERATIONS:
        return HttpAnswer(404, b"There is nothing here.\n")
    if method != "POST":
        return HttpAnswer(405, b"Only POST is served here.\n", headers=(("Allow", "POST"),))
    return OPERATIONS[path]


def _keys_of(query: Sequence[tuple[str, str]], _: Mapping[str, str]) -> Sequence[str]:
    return [value for name, value in query if name == API_KEY]


def _identify(authority: Authority, keys: Sequence[str]) -> Account | None:
    return authority.registry.accounts.user_of_key(keys[0]) if len(keys) == 1 else None


def _accepts_type(content_type: str) -> bool:
    return content_type.partition(";")[0].strip().lower() == "application/xml"


def _results(operation: Operation, found: Sequence[Result]) -> Sequence[Result]:
    return [replace(each, body=None) for each in found] if operation is Operation.SEARCH else found


def _as_it_is(reply: RepositoryReply) -> RepositoryReply:
    return reply


def _http_answer(reply: RepositoryReply, body: bytes) -> HttpAnswer:
    return HttpAnswer(reply.code, body, XML_TYPE)


def _web_service_policies() -> WebServicePolicies:
    numbers = count(1)
    return WebServicePolicies(
        route=_route,
        keys_of=_keys_of,
        identify=_identify,
        accepts_type=_accepts_type,
        body_octets=MOST_BODY_OCTETS,
        parse_xml=messages.parse_xml,
        read_parameter=messages.read_parameter,
        read_search=messages.read_search,
        read_retrieve=messages.read_retrieve,
        result_of=messages.result_of,
        results=_results,
        next_audit_reference=lambda: f"AUDIT-{next(numbers):08}",
        finish_reply=_as_it_is,
        write_reply=messages.write_reply,
        http_answer=_http_answer,
    )


# Revocation lists


def _list_ca(pki: TestPki, kind: ListKind) -> Identity:
    return pki.identities[LIST_SIGNERS[kind]]


def _revoked(store: RepositoryStore, kind: ListKind) -> Sequence[Lodged]:
    return store.revoked() if kind is ListKind.ORGANISATION_CRL else ()


def _next_number(last: LodgedList | None) -> int:
    return 1 if last is None else last.number + 1


def _is_due(last: LodgedList, now: datetime) -> bool:
    """When half its life is over; and where the clock was moved back to before it."""
    return not last.this_update <= now <= last.this_update + (last.next_update - last.this_update) / 2


_LISTS = ListPolicies(
    kinds=tuple(ListKind),
    ca=_list_ca,
    revoked=_revoked,
    number=_next_number,
    lifetime=LIST_LIFETIME,
    is_due=_is_due,
    fill=lists.fill_list,
    sign=sign_ecdsa_sha256,
)


# Extracts


def _rows(store: RepositoryStore, extract: extracts.Extract) -> Iterator[Lodged]:
    return store.lodged_between(extract.begin, extract.end)


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
        web=_web_service_policies(),
        lists=_LISTS,
        extracts=ExtractPolicies(extracts.Layout(), extracts.Schedule(), _rows, extracts.write_row),
    )
