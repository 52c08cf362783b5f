"""Legal variants of the portals' desk: when it approves, what it refuses whole, how files are written."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import BinaryIO

from reference_ra.alterations import variant
from reference_ra.authority import Authority
from reference_ra.batch.adjust import with_batch
from reference_ra.batch.messages import CsrOutcome
from reference_ra.messages import Rejected, Status
from reference_ra.policies import Policies
from reference_ra.portal.adjust import with_desk
from reference_ra.portal.archive import ArchiveRefused, Entry, EntryRule
from reference_ra.portal.site_adjust import with_site
from reference_ra.registry import Subscriber

_SECOND = timedelta(seconds=1)
_UNREADABLE = ("encrypted", "method", "printable")
"""Rules that refuse an archive whole even where others do not."""


@variant("portal-one-response-file", "The files of a batch are one ZIP, which holds both.")
def one_response_file(policies: Policies) -> Policies:
    """Take M-F's reading."""
    page_map = policies.portal.site.page_map
    pickup = {
        key: value for key, value in page_map["pages.pickup"].items() if key not in ("certificates", "report")
    }
    pickup["response"] = "css=a.response"
    changed = with_site(policies, page_map={**page_map, "pages.pickup": pickup})
    return with_desk(changed, batch_files=("response",))


@variant("portal-approval-waits", "An Organisation CSR is approved or rejected after a second.")
def approval_waits(policies: Policies) -> Policies:
    """Take a second look."""
    return with_desk(policies, approved_at=lambda request: request.submitted_at + _SECOND)


@variant("portal-archive-may-be-empty", "An archive without any CSR is accepted, and nothing comes of it.")
def archive_may_be_empty(policies: Policies) -> Policies:
    """None is no more than the most that there may be."""
    return with_desk(policies, allows_csrs=lambda count, limit: count <= limit)


@variant(
    "portal-archive-faults-per-file",
    "A file of an archive that is in a folder, is a link or has another extension ends with an error alone.",
)
def archive_faults_per_file(policies: Policies) -> Policies:
    """Refuse no more than what is wrong."""
    refuse = policies.portal.examine_entries

    def examine_entries(entries: Sequence[Entry], rules: Mapping[str, EntryRule]) -> Sequence[Entry]:
        refuse(entries, {name: rule for name, rule in rules.items() if name in _UNREADABLE})
        return [
            replace(entry, fault="; ".join(reason for rule in rules.values() if (reason := rule(entry))))
            for entry in entries
        ]

    return with_desk(policies, examine_entries=examine_entries)


@variant(
    "portal-damaged-files-end-with-an-error",
    "A file with a wrong checksum ends with an error alone.",
    extra=True,
)
def damaged_files_end_with_an_error(policies: Policies) -> Policies:
    """Go on with the others."""
    read = policies.portal.read_entry

    def read_entry(file: BinaryIO, entry: Entry, limit: int) -> bytes:
        try:
            return read(file, entry, limit)
        except ArchiveRefused:
            return b""

    return with_desk(policies, read_entry=read_entry)


@variant("portal-certificates-in-der", "Single certificates are given in DER.")
def certificates_in_der(policies: Policies) -> Policies:
    """Give what was issued."""
    return with_desk(policies, write_certificate=lambda octets: octets)


@variant("portal-certificates-in-bare-base64", "Single certificates are Base64 on one line.", extra=True)
def certificates_in_bare_base64(policies: Policies) -> Policies:
    """Leave BEGIN and END out."""
    return with_desk(policies, write_certificate=base64.b64encode)


@variant("portal-zip-of-pem", "Certificates in the ZIP have BEGIN/END lines.")
def zip_of_pem(policies: Policies) -> Policies:
    """Write Base64 as RFC 7468 has it."""

    def pickup_certificate(outcome: CsrOutcome) -> tuple[str, bytes]:
        name, _ = policies.batch.pickup_certificate(outcome)
        return name, policies.portal.write_certificate(outcome.certificate or b"")

    return with_batch(policies, pickup_certificate=pickup_certificate)


@variant("portal-report-laid-out", "Fields of the report are parted by bars, and its lines end in CR LF.")
def report_laid_out(policies: Policies) -> Policies:
    """Write it for people, and say so in the page map."""
    made = policies.batch.pickup_record
    page_map = policies.portal.site.page_map
    record = r"^(?P<id>[0-9]+) \| (?P<name>.+?) \| (?P<status>[a-z]+)(?: \| (?P<code>\S+))?\r?$"
    pickup = {**page_map["pages.pickup"], "record": record}
    changed = with_site(policies, page_map={**page_map, "pages.pickup": pickup})
    return with_batch(
        changed,
        pickup_record=lambda outcome: made(outcome).replace("\t", " | ").replace("\n", "\r\n"),
    )


@variant("portal-ineligible-is-an-anomaly", "Who is not eligible is told of an ISSUANCE_ANOMALY.", extra=True)
def ineligible_is_an_anomaly(policies: Policies) -> Policies:
    """Choose another status where M-A has none that is right."""
    eligible = policies.portal.device_rules["eligible"]

    def anomaly(authority: Authority, subscriber: Subscriber, device: bytes) -> Rejected | None:
        rejected = eligible(authority, subscriber, device)
        return Rejected(Status.ISSUANCE_ANOMALY, rejected.text) if rejected else None

    return with_desk(policies, device_rules={**policies.portal.device_rules, "eligible": anomaly})
