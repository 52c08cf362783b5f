"""Defects in what can be picked up, for how long and in what form (M-2.3.1.4-c, M-2.3.1.9, M-F)."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from reference_ra.adjust import without
from reference_ra.alterations import Alter, defect
from reference_ra.authority import Authority
from reference_ra.batch.adjust import with_batch
from reference_ra.batch.messages import CsrOutcome, CsrRejected, CsrStatus
from reference_ra.batch.store import Batch
from reference_ra.csr import Csr
from reference_ra.messages import Rejected
from reference_ra.policies import Policies
from reference_ra.portal.adjust import with_desk
from reference_ra.portal.records import BatchFile, Kind, PickupItem

_TRIED = frozenset(
    {
        "archive-named-by-number",
        "batch-files-kept-for-ever",
        "batch-spoilt-by-one-csr",
        "device-certificate-kept-for-ever",
        "report-all-successful",
        "zip-in-lower-case",
    }
)
"""Those that have a place in the matrix; each of the others is near to one."""
_RELATED = ("M-2.3.1.9-*", "M-2.3.1.8-d", "M-F-ZIP-*", "M-2.3.1.10-a", "M-2.5.1.4-d")
_WEEK = timedelta(days=7)
_A_DECADE = timedelta(days=3650)
_SINGLE = ("M-2.3.1.4-a", "M-2.3.1.5-a", "S-4")
ChangeRecord = Callable[[CsrOutcome, str], str]
ChangeFile = Callable[[CsrOutcome, str, bytes], tuple[str, bytes]]


def _pickup_defect(
    name: str, summary: str, *breaks: str, related: tuple[str, ...] = ()
) -> Callable[[Alter], Alter]:
    rows = (*_RELATED, *related)
    return defect(f"portal-{name}", summary, breaks=breaks, related=rows, extra=name not in _TRIED)


# How long


def _keeping(name: str, summary: str, days: timedelta) -> None:
    """Register defects of how long an ad hoc certificate, and a batch's files, are kept."""

    @_pickup_defect(f"device-certificate-{name}", f"A Device Certificate {summary}", "M-2.3.1.9-c")
    def certificate(policies: Policies) -> Policies:
        return with_desk(policies, is_kept=lambda since, now: now <= since + days)

    @_pickup_defect(f"batch-files-{name}", f"The files of a batch {summary}", "M-2.3.1.9-d")
    def files(policies: Policies) -> Policies:
        def is_on_pickup_page(batch: Batch, now: datetime) -> bool:
            return batch.ended_at is not None and batch.done == batch.csrs and now <= batch.ended_at + days

        return with_batch(policies, is_on_pickup_page=is_on_pickup_page)


_keeping("kept-for-a-week", "can be picked up for 7 days.", _WEEK)
_keeping("kept-for-ever", "can be picked up after 30 days too.", _A_DECADE)

# By whom


@_pickup_defect(
    "device-things-for-organisation-credentials",
    "What belongs to the Device pages is given at the Organisation pages' addresses too, of the own Party.",
    "M-2.3.EST-b",
    related=("N-1-a", "M-2.3.1.4-c"),
)
def device_things_for_organisation_credentials(policies: Policies) -> Policies:
    """Look at the Party alone."""
    return with_desk(policies, visibility_rules=without(policies.portal.visibility_rules, "section"))


# Which


@_pickup_defect(
    "pickup-of-the-latest-batch", "The pickup page has the files of the latest batch only.", "M-2.3.1.9-d"
)
def pickup_of_the_latest_batch(policies: Policies) -> Policies:
    """Have room for one."""
    return _listing(policies, "batch")


@_pickup_defect(
    "pickup-of-the-latest-certificate",
    "The pickup page has the latest Device Certificate of an ad hoc CSR only.",
    "M-2.3.1.9-c",
)
def pickup_of_the_latest_certificate(policies: Policies) -> Policies:
    """Have room for one."""
    return _listing(policies, "device")


def _listing(policies: Policies, kind: Kind) -> Policies:
    def list_pickups(items: Sequence[PickupItem]) -> Sequence[PickupItem]:
        latest = [item for item in items if item.kind == kind][:1]
        return [*latest, *(item for item in items if item.kind != kind)]

    return with_desk(policies, list_pickups=list_pickups)


# Single certificates


def _writing(name: str, summary: str, change: Callable[[bytes], bytes]) -> None:
    """Register a defect of the file of a single certificate; its DER is given."""

    @_pickup_defect(
        name, summary, "M-2.3.1.9-c", "M-2.3.1.4-c", related=("M-2.3.1.4-a", "M-2.3.1.5-a", "S-4")
    )
    def alter(policies: Policies) -> Policies:
        return with_desk(policies, write_certificate=change)


_writing(
    "certificate-file-in-hexadecimal",
    "A single certificate is given in hexadecimal.",
    lambda octets: octets.hex().encode(),
)
_writing(
    "certificate-file-cut",
    "A single certificate is given without its last octets.",
    lambda octets: base64.b64encode(octets[:-20]),
)


# The ZIP of certificates


def _file_defect(name: str, summary: str, *breaks: str) -> Callable[[ChangeFile], ChangeFile]:
    def decorate(change: ChangeFile) -> ChangeFile:
        @_pickup_defect(f"zip-{name}", summary, *breaks)
        def alter(policies: Policies) -> Policies:
            made = policies.batch.pickup_certificate
            return with_batch(policies, pickup_certificate=lambda outcome: change(outcome, *made(outcome)))

        return change

    return decorate


@_file_defect("named-by-number", "Certificates in the ZIP are named by number.", "M-F-ZIP-d", "M-F-ZIP-f")
def _named_by_number(outcome: CsrOutcome, _name: str, octets: bytes) -> tuple[str, bytes]:
    return f"{outcome.identifier}.crt", octets


@_file_defect("named-cer", "Certificates in the ZIP have the extension cer.", "M-F-ZIP-f")
def _named_cer(_: CsrOutcome, name: str, octets: bytes) -> tuple[str, bytes]:
    return name.removesuffix(".crt") + ".cer", octets


@_file_defect("in-lower-case", "Names of certificates in the ZIP are in lower case.", "M-F-ZIP-d")
def _in_lower_case(_: CsrOutcome, name: str, octets: bytes) -> tuple[str, bytes]:
    return name.lower(), octets


@_file_defect("in-a-folder", "Certificates in the ZIP are in a folder.", "M-F-ZIP-f")
def _in_a_folder(_: CsrOutcome, name: str, octets: bytes) -> tuple[str, bytes]:
    return f"certificates/{name}", octets


@_file_defect("of-der", "Certificates in the ZIP are DER, not Base64.", "M-2.3.1.9-d", "M-F-ZIP-f")
def _of_der(outcome: CsrOutcome, name: str, _: bytes) -> tuple[str, bytes]:
    return name, outcome.certificate or b""


@_pickup_defect("zip-of-one-certificate", "All files of the ZIP hold the same certificate.", "M-2.3.1.9-a")
def zip_of_one_certificate(policies: Policies) -> Policies:
    """Give the first one that was asked for."""
    made = policies.batch.pickup_certificate
    first: list[bytes] = []

    def pickup_certificate(outcome: CsrOutcome) -> tuple[str, bytes]:
        name, octets = made(outcome)
        first.append(octets)
        return name, first[0]

    return with_batch(policies, pickup_certificate=pickup_certificate)


# The report


def _record_defect(
    name: str, summary: str, *breaks: str, related: tuple[str, ...] = ()
) -> Callable[[ChangeRecord], ChangeRecord]:
    def decorate(change: ChangeRecord) -> ChangeRecord:
        @_pickup_defect(f"report-{name}", summary, *breaks, related=related)
        def alter(policies: Policies) -> Policies:
            made = policies.batch.pickup_record
            return with_batch(policies, pickup_record=lambda outcome: change(outcome, made(outcome)))

        return change

    return decorate


@_record_defect("without-errors", "A CSR without a certificate has no record.", "M-F-ZIP-e", "M-2.3.1.8-d")
def _without_errors(outcome: CsrOutcome, line: str) -> str:
    return line if outcome.certificate is not None else ""


@_record_defect("without-codes", "Records have no error code.", "M-F-ZIP-e")
def _without_codes(outcome: CsrOutcome, line: str) -> str:
    return line.replace(f"\t{outcome.error_code}\n", "\n") if outcome.error_code else line


@_record_defect("without-extension", "Records have the name without csr.", "M-F-ZIP-e")
def _without_extension(_: CsrOutcome, line: str) -> str:
    return line.replace(".csr\t", "\t")


@_record_defect("all-successful", "Every record says success.", "M-F-ZIP-e", "M-2.3.1.8-d")
def _all_successful(_: CsrOutcome, line: str) -> str:
    return re.sub("\t(error|anomaly|ineligible)(?=\t)", "\tsuccess", line)


@_record_defect(
    "anomaly-as-error", "Records call an anomaly an error.", "M-F-ZIP-e", related=("M-2.3.1.8-*",)
)
def _anomaly_as_error(_: CsrOutcome, line: str) -> str:
    return line.replace("\tanomaly", "\terror")


@_record_defect("ineligible-as-error", "Records call the ineligible an error.", "M-F-ZIP-e")
def _ineligible_as_error(_: CsrOutcome, line: str) -> str:
    return line.replace("\tineligible", "\terror")


@_record_defect("in-words-of-m-d", "Records have the statuses of M-D.", "M-F-ZIP-e", related=("*",))
def _in_words_of_the_web_service(outcome: CsrOutcome, line: str) -> str:
    words = "success|error|anomaly|ineligible"
    return re.sub(f"\t({words})(?=[\t\n])", f"\t{outcome.status}", line)


# Names of the files


@_pickup_defect(
    "archive-named-by-number", "The ZIP of certificates is named by the batch's number.", "M-F-ZIP-g"
)
def archive_named_by_number(policies: Policies) -> Policies:
    """Forget the name of the request."""

    def batch_file_name(batch: Batch, which: BatchFile) -> str:
        return f"batch-{batch.id}-{which}.zip"

    return with_desk(policies, batch_file_name=batch_file_name)


# What was made


@_pickup_defect(
    "batch-spoilt-by-one-csr", "One wrong CSR of a portal batch leaves all of it without certificates.",
    "M-2.3.1.8-d",
)  # fmt: skip
def batch_spoilt_by_one_csr(policies: Policies) -> Policies:
    """Fail as a whole."""
    spoilt: set[int] = set()
    is_intact = policies.batch.is_intact

    def is_right(text: str) -> bool:
        octets = policies.portal.file_octets(text)
        if isinstance(octets, CsrRejected):
            return False
        try:
            policies.batch.check_csr(policies, octets)
        except Rejected:
            return False
        return True

    async def look(authority: Authority, batch: Batch) -> bool:
        csrs = authority.registry.batches.csrs(batch.id, 0, batch.csrs)
        if batch.archive is not None and not all(is_right(csr.text) for csr in csrs):
            spoilt.add(batch.id)
        return await is_intact(authority, batch)

    def is_not_spoilt(_authority: Authority, batch: Batch, _device: bytes, _csr: Csr) -> CsrRejected | None:
        if batch.id not in spoilt:
            return None
        return CsrRejected(CsrStatus.CSR_ERROR, "Another CSR of the batch is wrong")

    rules = {**policies.batch.device_rules, "spoilt": is_not_spoilt}
    return with_batch(policies, is_intact=look, device_rules=rules)
