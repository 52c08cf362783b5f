"""Defects in what becomes of Device CSRs on the portal beside their own rules: when, for whom, how."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from reference_ra.adjust import without
from reference_ra.alterations import defect
from reference_ra.authority import Authority
from reference_ra.batch.adjust import next_night, starting
from reference_ra.batch.messages import CsrRejected, CsrStatus
from reference_ra.batch.store import Batch
from reference_ra.batch.window import NightlyWindow
from reference_ra.csr import Csr, device_of
from reference_ra.decisions import CERTIFICATE_LIMIT, check_csr
from reference_ra.messages import Rejected, Status
from reference_ra.policies import Policies
from reference_ra.portal.adjust import with_desk
from reference_ra.portal.archive import DEFLATED, ArchiveRefused, Entry, EntryRule
from reference_ra.portal.records import Kind, PickupItem, PortalError, PortalRequest, Standing
from reference_ra.portal.site_adjust import with_shown, with_template
from reference_ra.registry import Subscriber

_BATCHES = (
    "M-2.3.1.6-b",
    "M-2.3.1.7-*",
    "M-2.3.1.8-d",
    "M-2.3.1.9-*",
    "M-F-*",
    "G-*",
    "N-2.1.1-a",
    "M-2.2-a",
)
"""What cannot be seen where a right batch is not taken, or not processed in time."""

# When


@defect(
    "portal-batches-a-night-late",
    "A Batched CSR of the portal is processed a night later than it has to be.",
    breaks=["N-3.1.1-c", "M-1.2-c"],
    related=[*_BATCHES, "M-2.3.EST-b", "N-1-a"],
)
def batches_a_night_late(policies: Policies) -> Policies:
    """Look into the portal's post in the morning."""

    def later(window: NightlyWindow, batch: Batch, earliest: datetime) -> datetime:
        return (
            earliest if batch.archive is None else next_night(window, next_night(window, batch.received_at))
        )

    return starting(policies, later)


@defect(
    "portal-device-certificate-late",
    "The certificate of an ad hoc Device CSR comes to the pickup page later than the target says.",
    breaks=["M-1.2-d"],
    related=["M-2.3.1.9-c"],
)
def device_certificate_late(policies: Policies) -> Policies:
    """Show a row 1.2 s after it was first asked for."""
    list_pickups, first_asked = policies.portal.list_pickups, dict[str, float]()

    def is_shown(item: PickupItem) -> bool:
        now = time.monotonic()
        return item.kind == "batch" or now - first_asked.setdefault(item.reference, now) > 1.2

    return with_desk(
        policies, list_pickups=lambda items: [item for item in list_pickups(items) if is_shown(item)]
    )


# For whom, and for how long to see


@defect(
    "portal-device-requests-of-others",
    "An ARO sees the Device CSRs and the files of other Parties.",
    breaks=["N-1-a"],
    related=["M-2.3.1.9-*"],
)
def device_requests_of_others(policies: Policies) -> Policies:
    """Ask for the kind of credential only."""
    own_party = policies.portal.visibility_rules["party"]
    rules = {
        **policies.portal.visibility_rules,
        "party": lambda kind, party, holder: kind != "organisation" or own_party(kind, party, holder),
    }
    return with_desk(policies, visibility_rules=rules)


@defect(
    "portal-device-requests-not-listed",
    "An ad hoc Device CSR is on no list once its answer was shown.",
    breaks=["M-2.3.1.8-c"],
    related=["M-2.3.1.7-c", "N-2.1.1-a"],
)
def device_requests_not_listed(policies: Policies) -> Policies:
    """List batches and Organisation CSRs."""
    list_requests = policies.portal.list_requests
    return with_desk(
        policies,
        list_requests=lambda found: [each for each in list_requests(found) if each.kind != "device"],
    )


@defect(
    "portal-device-rejections-not-logged",
    "The rejection of an ad hoc Device CSR on the portal is in no log.",
    breaks=["M-2.3.1.7-c"],
    extra=True,
)
def device_rejections_not_logged(policies: Policies) -> Policies:
    """Tell the user alone."""
    log = policies.portal.log_rejection

    def log_rejection(common: Policies, authority: Authority, kind: Kind, label: str, reason: str) -> None:
        if kind != "device":
            log(common, authority, kind, label, reason)

    return with_desk(policies, log_rejection=log_rejection)


@defect(
    "portal-landing-page-fails",
    "The landing page is an internal error.",
    breaks=["M-2.1-a"],
    related=["M-2.3.*", "N-*", "S-*", "M-F-*", "M-G-*"],
)
def landing_page_fails(policies: Policies) -> Policies:
    """Ask the template for what there is not."""
    return with_template(
        policies, "landing.html", ("{% for section", "{{ nothing.of.the.kind }}{% for section")
    )


# One Device CSR


@defect(
    "portal-counts-rejected-csrs",
    "A rejected Device CSR counts towards the limit of its Device.",
    breaks=["M-2.3.1.8-b"],
    related=["M-2.3.1.8-c"],
)
def counts_rejected_csrs(policies: Policies) -> Policies:
    """Count what was asked for."""
    check, rejected = policies.portal.check_device_csr, dict[bytes, int]()

    def check_device_csr(common: Policies, octets: bytes) -> Csr:
        try:
            return check(common, octets)
        except Rejected:
            lenient = replace(common, csr_rules=without(common.csr_rules, "signature"))
            device = device_of(check_csr(lenient, octets))
            rejected[device] = rejected.get(device, 0) + 1
            raise

    def limit(authority: Authority, _: Subscriber, device: bytes) -> Rejected | None:
        if authority.registry.certificates_issued(device) + rejected.get(device, 0) < CERTIFICATE_LIMIT:
            return None
        return Rejected(Status.ISSUANCE_ANOMALY, "Too many certificates were issued for this Device")

    rules = {**policies.portal.device_rules, "limit": limit}
    return with_desk(policies, check_device_csr=check_device_csr, device_rules=rules)


@defect(
    "portal-refuses-second-certificate",
    "A Device that has a certificate is refused another on the portal.",
    breaks=["M-2.3.1.9-a"],
    related=["M-2.3.1.8-*", "M-2.3.1.9-c", "G-DEV-b"],
    extra=True,
)
def refuses_second_certificate(policies: Policies) -> Policies:
    """Serve new Devices only."""

    def limit(authority: Authority, _: Subscriber, device: bytes) -> Rejected | None:
        if authority.registry.certificates_issued(device):
            return Rejected(Status.ISSUANCE_ANOMALY, "This Device has a certificate")
        return None

    return with_desk(policies, device_rules={**policies.portal.device_rules, "limit": limit})


# Archives


def _with_entry_rule(policies: Policies, name: str, rule: EntryRule) -> Policies:
    return with_desk(policies, entry_rules={**policies.portal.entry_rules, name: rule})


@defect(
    "portal-refuses-data-descriptors",
    "An archive whose files have data descriptors, as one that was written to a pipe, is refused.",
    breaks=["M-F-ZIP-a"],
    related=["M-2.3.1.8-d"],
    extra=True,
)
def refuses_data_descriptors(policies: Policies) -> Policies:
    """Want the sizes in front."""
    return _with_entry_rule(
        policies, "descriptor", lambda entry: "has a data descriptor" if entry.flags & 8 else None
    )


@defect(
    "portal-refuses-stored-files",
    "An archive whose files are not compressed is refused.",
    breaks=["M-F-ZIP-a"],
    related=["M-2.3.1.8-d"],
    extra=True,
)
def refuses_stored_files(policies: Policies) -> Policies:
    """Want them deflated."""
    return _with_entry_rule(
        policies, "deflated", lambda entry: None if entry.method == DEFLATED else "is not compressed"
    )


@defect(
    "portal-refuses-spaces-in-names",
    "An archive in which a file's name has a space in it is refused.",
    breaks=["M-F-ZIP-d"],
    related=["M-F-ZIP-e", "M-F-ZIP-f", "M-2.3.1.7-f"],
    extra=True,
)
def refuses_spaces_in_names(policies: Policies) -> Policies:
    """Take one for a control character."""
    return _with_entry_rule(
        policies, "space", lambda entry: "has a space in its name" if " " in entry.name else None
    )


@defect(
    "portal-refuses-files-on-one-line",
    "A file of an archive whose Base64 is on one line ends with an error.",
    breaks=["M-F-ZIP-c"],
    related=["M-2.3.1.8-d"],
    extra=True,
)
def refuses_files_on_one_line(policies: Policies) -> Policies:
    """Want lines of 64."""
    file_octets = policies.portal.file_octets

    def want_lines(text: str) -> bytes | CsrRejected:
        if len(text.split()) > 1:
            return file_octets(text)
        return CsrRejected(CsrStatus.CSR_ERROR, "The file is one line")

    return with_desk(policies, file_octets=want_lines)


@defect(
    "portal-leaves-wrong-files-out",
    "Files of an archive that are not as they should be are left out, and nobody is told.",
    breaks=["M-2.3.1.7-d"],
    related=["M-2.3.1.7-f", "M-F-ZIP-*"],
)
def leaves_wrong_files_out(policies: Policies) -> Policies:
    """Go on with the others."""

    def examine_entries(entries: Sequence[Entry], rules: Mapping[str, EntryRule]) -> Sequence[Entry]:
        right = [entry for entry in entries if not any(broken(entry) for broken in rules.values())]
        if not right:
            raise ArchiveRefused("No file of the archive is a CSR")
        return list({entry.name: entry for entry in right}.values())

    return with_desk(policies, examine_entries=examine_entries)


@defect(
    "portal-exhausted-by-large-files",
    "Once an archive had a file that is far too large, no other archive is taken.",
    breaks=["M-2.3.1.7-d"],
    related=[*_BATCHES, "N-1-a", "N-3.1.1-*", "M-1.2-c", "M-2.3.EST-b"],
    extra=True,
)
def exhausted_by_large_files(policies: Policies) -> Policies:
    """Never free the memory."""
    allows_csrs, exhausted = policies.portal.allows_csrs, []

    def is_small(entry: Entry) -> str | None:
        if entry.packed < 500_000:
            return None
        exhausted.append(entry.name)
        return "is too large"

    def while_there_is_memory(count: int, limit: int) -> bool:
        if exhausted:
            raise MemoryError
        return allows_csrs(count, limit)

    return with_desk(_with_entry_rule(policies, "small", is_small), allows_csrs=while_there_is_memory)


@defect(
    "portal-processes-what-it-rejects",
    "An archive that is refused whole, for its files or for their number, is processed all the same.",
    breaks=["M-2.3.1.7-d", "M-2.3.1.7-e"],
    related=["M-F-ZIP-*", "M-2.3.1.8-d", "M-2.3.1.7-f"],
)
def processes_what_it_rejects(policies: Policies) -> Policies:
    """Look at it when it is kept already."""
    portal, uploaded, refused = policies.portal, [""], set[str]()

    def archive_name(name: str) -> str:
        uploaded[0] = portal.archive_name(name)
        return uploaded[0]

    def allows_csrs(count: int, limit: int) -> bool:
        if not portal.allows_csrs(count, limit):
            refused.add(uploaded[0])
        return count > 0

    def examine_entries(entries: Sequence[Entry], rules: Mapping[str, EntryRule]) -> Sequence[Entry]:
        try:
            return portal.examine_entries(entries, rules)
        except ArchiveRefused:
            refused.add(uploaded[0])
            return [entry for entry in entries if not any(broken(entry) for broken in rules.values())]

    def shown(request: PortalRequest) -> PortalRequest:
        if request.file_name not in refused:
            return request
        error = PortalError("The archive is refused", Status.FORMAT_ERROR, "FM:5001")
        return replace(request, standing=Standing.REJECTED, errors=(error,), csrs=None)

    altered = with_desk(
        policies, archive_name=archive_name, allows_csrs=allows_csrs, examine_entries=examine_entries
    )
    return with_shown(altered, shown)
