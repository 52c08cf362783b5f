"""The portals' policies of an RA that keeps every rule."""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping, Sequence
from datetime import datetime

from reference_ra.authorities import Identity
from reference_ra.authority import Authority
from reference_ra.batch.messages import CsrRejected, CsrStatus
from reference_ra.batch.store import Batch
from reference_ra.certificate import sign_ecdsa_sha256
from reference_ra.decisions import check_csr, is_below_limit
from reference_ra.messages import Rejected, Status
from reference_ra.pki import TestPki
from reference_ra.policies import Policies
from reference_ra.portal.archive import (
    ENTRY_RULES,
    ArchiveRefused,
    Entry,
    EntryRule,
    read_directory,
    read_entry,
)
from reference_ra.portal.conformant_site import conformant_site_policies
from reference_ra.portal.csr_text import csr_octets
from reference_ra.portal.organisation_certificate import fill_fields
from reference_ra.portal.organisation_csr import ORGANISATION_CSR_RULES, OrganisationSubject
from reference_ra.portal.policies import (
    ArchiveLimits,
    OrganisationRule,
    PortalDeviceRule,
    PortalPolicies,
    VisibilityRule,
)
from reference_ra.portal.records import (
    RETENTION,
    SECTIONS,
    BatchFile,
    Interface,
    Kind,
    PickupItem,
    PortalError,
    PortalRequest,
)
from reference_ra.registry import Credential, IssuedOrganisationCertificate, Subscriber

_LONGEST_ARCHIVE_NAME = 200
_FILE_NAMES: Mapping[BatchFile, str] = {
    "certificates": "{}-response.zip",
    "report": "{}-report.txt",
    "response": "{}-result.zip",
}


def is_own_organisation(subscriber: Subscriber, subject: OrganisationSubject, _: Interface) -> str | None:
    """M-2.3.1.3-a: the EUI-64 is that of the ARO's organisation."""
    if subject.eui64 == subscriber.eui64:
        return None
    return f"the EUI-64 {_eui64(subject.eui64)} is not that of {subscriber.organisation}"


def role_is_held(subscriber: Subscriber, subject: OrganisationSubject, _: Interface) -> str | None:
    """The organisation holds the Remote Party Role."""
    if subject.remote_party_role.upper() in subscriber.remote_party_roles:
        return None
    return f"{subscriber.organisation} does not hold the Remote Party Role {subject.remote_party_role}"


def _approved_at(request: PortalRequest) -> datetime:
    return request.submitted_at


ORGANISATION_RULES: Mapping[str, OrganisationRule] = {"eui64": is_own_organisation, "role": role_is_held}


def requester_is_eligible(authority: Authority, subscriber: Subscriber, device: bytes) -> Rejected | None:
    """M-2.3.1.7-b. M-A has no status for it: of those that there are, this one promises least."""
    if authority.registry.eligibility.may_ask(subscriber.remote_party_role, device):
        return None
    return Rejected(Status.WORKFLOW_ERROR, "The requester is no Eligible Subscriber for this Device")


def device_is_below_limit(authority: Authority, _: Subscriber, device: bytes) -> Rejected | None:
    """M-2.3.1.8-b: fewer than 100 were issued before."""
    return is_below_limit(authority, device)


DEVICE_RULES: Mapping[str, PortalDeviceRule] = {
    "eligible": requester_is_eligible,
    "limit": device_is_below_limit,
}


def _error_of(policies: Policies, rejected: Rejected) -> PortalError:
    return PortalError(rejected.text, rejected.status, policies.error_codes[rejected.status])


def _log_rejection(policies: Policies, authority: Authority, _: Kind, label: str, reason: str) -> None:
    policies.log_rejection(authority, label, reason)


def _organisation_ca(pki: TestPki) -> Identity:
    return pki.identities["organisation-issuing-ca"]


def _lodge(authority: Authority, issued: IssuedOrganisationCertificate) -> None:
    authority.registry.lodge_organisation(issued)


def _allows_csrs(count: int, limit: int) -> bool:
    return 0 < count <= limit


def _examine_entries(entries: Sequence[Entry], rules: Mapping[str, EntryRule]) -> Sequence[Entry]:
    names = set()
    for entry in entries:
        for broken in rules.values():
            if reason := broken(entry):
                raise ArchiveRefused(f"{entry.name!r} {reason}")
        names.add(entry.name)
    if len(names) < len(entries):
        raise ArchiveRefused("Two files of the archive have the same name")
    return entries


def file_octets(text: str) -> bytes | CsrRejected:
    """A file may be in the forms that a pasted text may, and no larger than one is looked at."""
    limit = ArchiveLimits().file_octets
    if len(text) > limit:
        return CsrRejected(CsrStatus.CSR_ERROR, f"The file is larger than {limit} octets")
    try:
        return csr_octets(text)
    except Rejected as rejected:
        return CsrRejected(CsrStatus.CSR_ERROR, rejected.text)


def is_of_own_party(_kind: Kind, party: bytes, credential: Credential) -> bool:
    """A Party sees its own requests only."""
    return party == credential.subscriber.eui64


def is_of_own_section(kind: Kind, _party: bytes, credential: Credential) -> bool:
    """M-2.3.EST-b: each kind of IKI Certificate opens one section."""
    return credential.interface == f"portal-{SECTIONS[kind]}"


VISIBILITY_RULES: Mapping[str, VisibilityRule] = {"party": is_of_own_party, "section": is_of_own_section}


def _all_requests(requests: Sequence[PortalRequest]) -> Sequence[PortalRequest]:
    return requests


def _all_pickups(items: Sequence[PickupItem]) -> Sequence[PickupItem]:
    return items


def _is_kept(since: datetime, now: datetime) -> bool:
    return now <= since + RETENTION


def _archive_name(uploaded: str) -> str:
    """The last part of what may be a path, without what has a meaning in headers or in lines."""
    name = re.split(r"[/\\]", uploaded)[-1]
    return "".join(each for each in name if each.isprintable() and each not in '";')[:_LONGEST_ARCHIVE_NAME]


def _batch_file_name(batch: Batch, which: BatchFile) -> str:
    stem = re.sub(r"\.zip$", "", batch.archive or "", flags=re.IGNORECASE)
    return _FILE_NAMES[which].format(stem or f"batch-{batch.id}")


def _write_certificate(octets: bytes) -> bytes:
    text = base64.b64encode(octets).decode()
    lines = (text[start : start + 64] for start in range(0, len(text), 64))
    return "\n".join(("-----BEGIN CERTIFICATE-----", *lines, "-----END CERTIFICATE-----", "")).encode()


def _eui64(octets: bytes) -> str:
    return octets.hex("-").upper()


def conformant_portal_policies() -> PortalPolicies:
    """Those that keep every rule."""
    return PortalPolicies(
        csr_octets=csr_octets,
        organisation_csr_rules=ORGANISATION_CSR_RULES,
        check_device_csr=check_csr,
        organisation_rules=ORGANISATION_RULES,
        approved_at=_approved_at,
        device_rules=DEVICE_RULES,
        error_of=_error_of,
        log_rejection=_log_rejection,
        organisation_ca=_organisation_ca,
        fill_fields=fill_fields,
        sign=sign_ecdsa_sha256,
        lodge=_lodge,
        archive_limits=ArchiveLimits(),
        read_directory=read_directory,
        read_entry=read_entry,
        allows_csrs=_allows_csrs,
        entry_rules=ENTRY_RULES,
        examine_entries=_examine_entries,
        file_octets=file_octets,
        visibility_rules=VISIBILITY_RULES,
        list_requests=_all_requests,
        list_pickups=_all_pickups,
        is_kept=_is_kept,
        batch_files=("certificates", "report"),
        archive_name=_archive_name,
        batch_file_name=_batch_file_name,
        write_certificate=_write_certificate,
        site=conformant_site_policies(),
    )
