"""Defects of what the desk does with Organisation CSRs, and of what it shows of them to whom (M-2.3.1)."""

from __future__ import annotations

import zipfile
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import count

from aiohttp import web

from reference_ra import oids
from reference_ra.access import Refusal
from reference_ra.adjust import without
from reference_ra.alterations import defect
from reference_ra.authority import Authority
from reference_ra.certificate import CertificateFields, IssuingCa
from reference_ra.csr import Csr
from reference_ra.der import UTF8_STRING
from reference_ra.policies import Policies
from reference_ra.portal.desk import Desk
from reference_ra.portal.organisation_csr import OrganisationSubject, subject_attributes
from reference_ra.portal.pages import CSR_FIELD
from reference_ra.portal.posted import Posted, PostedLimits
from reference_ra.portal.records import Interface, Kind, PortalError, PortalRequest, Standing
from reference_ra.portal.sections import Place
from reference_ra.portal.site_adjust import excusing_at, with_shown, with_site
from reference_ra.registry import Credential, Subscriber
from reference_ra.target_file import RESPONSE_SECONDS

_LONG_TEXT = 100_000
_REJECTED = ("M-2.3.1.*", "S-4", "N-1-a", "N-2.1.1-a", "M-2.2-a", "M-F-ORG-*", "G-*")
"""What cannot be seen where a right Organisation CSR is rejected."""


def _with_portal(policies: Policies, **changes: object) -> Policies:
    return replace(policies, portal=replace(policies.portal, **changes))  # type: ignore[arg-type]


# What is approved


@defect(
    "portal-organisation-in-one-role",
    "Of the Remote Party Roles that an organisation holds only the first may be asked for.",
    breaks=["M-2.3.1.3-a", "G-EUI-e"],
)
def organisation_in_one_role(policies: Policies) -> Policies:
    """Take the role of the IKI Certificate for all that there is."""

    def is_first(subscriber: Subscriber, subject: OrganisationSubject, _: Interface) -> str | None:
        same = subject.remote_party_role.upper() == subscriber.remote_party_role
        return None if same else f"{subscriber.organisation} has another Remote Party Role"

    return _with_portal(policies, organisation_rules={**policies.portal.organisation_rules, "role": is_first})


@defect(
    "portal-organisation-common-name-refused",
    "An Organisation CSR with a commonName is rejected, although the target's policy allows one.",
    breaks=["M-F-ORG-b"],
)
def organisation_common_name_refused(policies: Policies) -> Policies:
    """Allow none."""

    def has_none(csr: Csr) -> str | None:
        names = [oid for oid, _ in subject_attributes(csr.subject)]
        return "the subject has a commonName" if oids.COMMON_NAME in names else None

    rules = {**policies.portal.organisation_csr_rules, "no-common-name": has_none}
    return _with_portal(policies, organisation_csr_rules=rules)


@defect(
    "portal-organisation-utf8-refused",
    "An Organisation CSR whose subject has an UTF8String is rejected.",
    breaks=["M-F-ORG-b"],
)
def organisation_utf8_refused(policies: Policies) -> Policies:
    """Know PrintableString alone."""

    def is_printable(csr: Csr) -> str | None:
        tags = [value.tag for _, value in subject_attributes(csr.subject)]
        return "the subject has an UTF8String" if UTF8_STRING in tags else None

    rules = {**policies.portal.organisation_csr_rules, "printable": is_printable}
    return _with_portal(policies, organisation_csr_rules=rules)


@defect(
    "portal-organisation-key-used-up",
    "After a rejection no other Organisation CSR for the same key pair is accepted.",
    breaks=["M-2.3.1.3-b"],
)
def organisation_key_used_up(policies: Policies) -> Policies:
    """Remember every key, whatever became of its CSR."""
    seen: dict[bytes, bytes] = {}

    def is_new(csr: Csr) -> str | None:
        first = seen.setdefault(csr.key, csr.signature)
        return None if first == csr.signature else "the key pair has been used before"

    rules = {"new-key": is_new, **policies.portal.organisation_csr_rules}
    return _with_portal(policies, organisation_csr_rules=rules)


@defect(
    "portal-organisation-serial-repeated",
    "Organisation Certificates have the serial number of the first one.",
    breaks=["G-12-a"],
)
def organisation_serial_repeated(policies: Policies) -> Policies:
    """Draw it once."""
    fill_fields, first = policies.portal.fill_fields, list[bytes]()

    def with_first_serial(csr: Csr, ca: IssuingCa, now: datetime) -> CertificateFields:
        fields = fill_fields(csr, ca, now)
        first.append(fields.serial)
        return replace(fields, serial=first[0])

    return _with_portal(policies, fill_fields=with_first_serial)


@defect(
    "portal-organisation-late",
    "Now and then an Organisation CSR is decided after the target response time.",
    breaks=["M-1.2-e"],
)
def organisation_late(policies: Policies) -> Policies:
    """Hold every third one back."""
    late: set[str] = set()
    taken: set[str] = set()
    number = count(1)

    def approved_at(request: PortalRequest) -> datetime:
        if request.reference not in taken:
            taken.add(request.reference)
            if next(number) % 3 == 0:
                late.add(request.reference)
        wait = timedelta(seconds=RESPONSE_SECONDS * 1.3) if request.reference in late else timedelta()
        return request.submitted_at + wait

    return _with_portal(policies, approved_at=approved_at)


# What is taken for a CSR


def _filling_empty_forms(policies: Policies, section: str) -> Policies:
    """Help out with what is at hand."""
    submit, last = policies.portal.site.submit_csr, [""]

    async def submit_csr(desk: Desk, place: Place, credential: Credential, text: str) -> PortalRequest:
        if place.section == section:
            text = text if text.strip() else last[0]
        made = await submit(desk, place, credential, text)
        if place.section == section and made.standing is Standing.APPROVED:
            last[0] = text
        return made

    return with_site(policies, submit_csr=submit_csr)


@defect(
    "portal-organisation-takes-empty-form",
    "An empty form for Organisation CSRs submits the CSR again that was the last one.",
    breaks=["M-2.3.1.2-a"],
    extra=True,
)
def organisation_takes_empty_form(policies: Policies) -> Policies:
    """On the Organisation pages."""
    return _filling_empty_forms(policies, "organisation")


@defect(
    "portal-device-takes-empty-form",
    "An empty form for Device CSRs submits the CSR again that was the last one.",
    breaks=["M-2.3.1.7-a"],
)
def device_takes_empty_form(policies: Policies) -> Policies:
    """On the Device pages."""
    return _filling_empty_forms(policies, "device")


@defect(
    "portal-organisation-choked-by-long-text",
    "After a very long text the next Organisation CSR is rejected, whatever it is.",
    breaks=["M-2.3.1.2-a"],
)
def organisation_choked_by_long_text(policies: Policies) -> Policies:
    """Leave the rest of the text to the next one."""
    submit, rest = policies.portal.site.submit_csr, [""]

    async def submit_csr(desk: Desk, place: Place, credential: Credential, text: str) -> PortalRequest:
        whole, rest[0] = rest[0] + text, text[_LONG_TEXT:]
        return await submit(desk, place, credential, whole[: max(_LONG_TEXT, len(text))])

    return with_site(policies, submit_csr=submit_csr)


@defect(
    "portal-internet-takes-batches",
    "A Batched CSR in the Internet portal's form for Organisation CSRs is issued for.",
    breaks=["S-3"],
    related=["S-5"],
)
def internet_takes_batches(policies: Policies) -> Policies:
    """Read a file where there is no text, and try what is no Organisation CSR as a Device CSR."""
    site = policies.portal.site

    @asynccontextmanager
    async def reading(request: web.Request, limits: PostedLimits) -> AsyncIterator[Posted]:
        async with site.reading(request, limits) as posted:
            if posted.file is not None and request.path.startswith("/organisation/"):
                with zipfile.ZipFile(posted.file) as archive:
                    posted.fields[CSR_FIELD] = archive.read(archive.namelist()[0]).decode("ascii")
            yield posted

    async def submit_csr(desk: Desk, place: Place, credential: Credential, text: str) -> PortalRequest:
        made = await site.submit_csr(desk, place, credential, text)
        if place.interface == "portal-internet" and made.standing is Standing.REJECTED and "-" not in text:
            await desk.submit_device_csr(credential, text)
        return made

    return with_site(policies, reading=reading, submit_csr=submit_csr)


# What is told, and to whom


@defect(
    "portal-organisation-rejection-not-logged",
    "The rejection of an Organisation CSR is not logged.",
    breaks=["M-2.3.1.2-a"],
)
def organisation_rejection_not_logged(policies: Policies) -> Policies:
    """Log those of Device CSRs and batches."""
    log = policies.portal.log_rejection

    def log_rejection(given: Policies, authority: Authority, kind: Kind, label: str, reason: str) -> None:
        if kind != "organisation":
            log(given, authority, kind, label, reason)

    return _with_portal(policies, log_rejection=log_rejection)


@defect(
    "portal-organisation-rejected-not-listed",
    "Rejected Organisation CSRs are not on the list of requests.",
    breaks=["M-2.3.1.3-b"],
    related=_REJECTED,
    extra=True,
)
def organisation_rejected_not_listed(policies: Policies) -> Policies:
    """Show what went well."""

    def list_requests(requests: Sequence[PortalRequest]) -> Sequence[PortalRequest]:
        return [
            each for each in requests if (each.kind, each.standing) != ("organisation", Standing.REJECTED)
        ]

    return _with_portal(policies, list_requests=list_requests)


@defect(
    "portal-shows-requests-of-other-parties",
    "An ARO sees the requests of every Party, and may fetch their certificates.",
    breaks=["N-1-a"],
    related=["M-2.3.1.9-c"],
)
def shows_requests_of_other_parties(policies: Policies) -> Policies:
    """Trust all who are let in."""
    return _with_portal(policies, visibility_rules=without(policies.portal.visibility_rules, "party"))


@defect(
    "portal-session-is-enough",
    "Whoever has the cookie and the token of a session may do what its user may, with any IKI Certificate.",
    breaks=["N-1-a", "M-2.3.EST-b"],
    related=["M-2.3.EST-d", "M-2.3.1.3-a"],
)
def session_is_enough(policies: Policies) -> Policies:
    """Ask for the right IKI Certificate on the first page alone, and believe the cookie from then on."""

    def beyond(place: Place, path: str, _holder: Credential) -> bool:
        return path != f"/{place.section}/"

    return with_site(
        excusing_at(policies, Refusal.INTERFACE, beyond),
        session_rules=without(policies.portal.site.session_rules, "credential"),
        acting=lambda session, _credential: session.credential,
    )


@defect(
    "portal-organisation-shows-stack-trace",
    "The page of a rejected Organisation CSR shows a stack trace.",
    breaks=["M-2.3.1.2-a"],
    extra=True,
)
def organisation_shows_stack_trace(policies: Policies) -> Policies:
    """Tell the user all."""
    trace = PortalError('Traceback (most recent call last): File "csr.py", line 7, in read')

    def with_trace(request: PortalRequest) -> PortalRequest:
        return replace(request, errors=(*request.errors, trace)) if request.errors else request

    return with_shown(policies, with_trace)
