"""What is done with what users submit, and what they may see: the portals without their pages (M-2.3.1)."""

from __future__ import annotations

import logging
import re
import shutil
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import replace
from tempfile import TemporaryFile
from typing import BinaryIO, get_args

from reference_ra.batch.messages import BatchStatus, CsrOutcome
from reference_ra.batch.outcomes import outcomes_of
from reference_ra.batch.pickup import write_certificates, write_report
from reference_ra.batch.store import Batch
from reference_ra.messages import Rejected, Status
from reference_ra.policies import Authority, Policies
from reference_ra.portal.archive import ArchiveRefused
from reference_ra.portal.decisions import (
    check_organisation_csr,
    decide_on_device,
    issue_organisation,
    why_not,
)
from reference_ra.portal.intake import Intake
from reference_ra.portal.organisation_csr import subject_of
from reference_ra.portal.records import (
    SECTIONS,
    BatchFile,
    Interface,
    Kind,
    PickupItem,
    PortalError,
    PortalRequest,
    Section,
    Standing,
)
from reference_ra.registry import Credential

logger = logging.getLogger(__name__)

_BATCH = re.compile(r"B([0-9]{1,18})")
_INTERNAL_ERROR = Rejected(Status.CA_ERROR, "An internal error; sending again may help")
_GIVEN_UP = (BatchStatus.REJECTED, BatchStatus.TAMPERED, BatchStatus.WORKFLOW_ERROR)
_WORDS = {
    BatchStatus.PENDING: "awaiting approval",
    BatchStatus.REJECTED: "rejected by the Registration Authority",
    BatchStatus.PARSING: "approved, being parsed",
    BatchStatus.QUEUED: "approved, waiting for its turn",
    BatchStatus.PROCESSING: "being processed",
    BatchStatus.PAUSED: "paused until the next night",
    BatchStatus.COMPLETED: "completed",
    BatchStatus.TAMPERED: "given up: its content had changed before it was parsed",
    BatchStatus.WORKFLOW_ERROR: "given up after an internal error",
}


class Desk:
    """Takes requests for one authority and shows what became of them, as its policies say."""

    def __init__(self, authority: Authority, policies: Policies) -> None:
        """Serve one authority's portals; there may be several desks."""
        self._authority = authority
        self._policies = policies
        self._portal = policies.portal
        self._records = authority.registry.portal_requests

    async def submit_organisation_csr(
        self, credential: Credential, text: str, interface: Interface
    ) -> PortalRequest:
        """An Organisation CSR as it was pasted (M-2.3.1.1-a)."""
        request = self._receive("organisation", credential, interface, text=text)
        try:
            check_organisation_csr(self._policies, text)
        except Rejected as rejected:
            return self._reject(request, credential.label, self._error_of(rejected))
        except Exception:
            return self._fail(request, credential.label)
        self._decide_what_is_due()
        return self._records.find(request.reference) or request

    async def submit_device_csr(self, credential: Credential, text: str) -> PortalRequest:
        """An ad hoc Device CSR as it was pasted (M-2.3.1.6-a)."""
        request = self._receive("device", credential, "portal-gateway", text=text)
        try:
            device, certificate = decide_on_device(
                self._policies, self._authority, credential.subscriber, text
            )
        except Rejected as rejected:
            return self._reject(request, credential.label, self._error_of(rejected))
        except Exception:
            return self._fail(request, credential.label)
        return self._approve(request, certificate, device.hex("-").upper())

    async def submit_batch(self, credential: Credential, file_name: str, file: BinaryIO) -> PortalRequest:
        """A Batched CSR as it was uploaded (M-2.3.1.6-b).

        One that is refused becomes a request that was rejected; nothing of its content is kept.
        """
        name = self._portal.archive_name(file_name)
        try:
            intake = Intake(self._authority, self._policies, file)
            batch = await intake.take_in(credential.subscriber, name)
        except ArchiveRefused as refused:
            error = self._error_of(Rejected(Status.FORMAT_ERROR, str(refused)))
        except Exception:
            logger.exception("an archive failed")
            error = self._error_of(Rejected(Status.WORKFLOW_ERROR, "An internal error"))
        else:
            return _as_request(batch)
        request = self._receive("batch", credential, "portal-gateway", file_name=name)
        return self._reject(request, credential.label, error)

    def requests(self, credential: Credential, section: Section) -> Sequence[PortalRequest]:
        """The requests of a section that the holder of a credential may see, the latest first."""
        self._decide_what_is_due()
        kinds = [kind for kind, its_section in SECTIONS.items() if its_section == section]
        found = self._records.of(*kinds)
        if "batch" in kinds:
            batches = self._authority.registry.batches.all()
            found += [_as_request(batch) for batch in batches if batch.archive is not None]
        seen = [self._shown(each) for each in found if self._may_see(each.kind, each.party, credential)]
        latest_first = sorted(seen, key=lambda each: each.submitted_at, reverse=True)
        return self._portal.list_requests(latest_first)

    def request(self, credential: Credential, reference: str) -> PortalRequest | None:
        """One of them; None where there is none, or it is not for them to see."""
        self._decide_what_is_due()
        found = self._records.find(reference)
        batch = self._batch(reference)
        if batch is not None and batch.archive is not None:
            found = _as_request(batch)
        if found is None or not self._may_see(found.kind, found.party, credential):
            return None
        return self._shown(found)

    def pickups(self, credential: Credential) -> Sequence[PickupItem]:
        """What can be picked up now, the latest first (M-2.3.1.9-c and -d)."""
        found = [
            PickupItem(each.reference, each.kind, each.file_name, each.settled_at, ("certificate",))
            for each in self._records.of("device")
            if each.settled_at is not None
            and self._may_see(each.kind, each.party, credential)
            and self._shown(each).certificate is not None
        ]
        found += [
            PickupItem(
                f"B{batch.id}",
                "batch",
                batch.archive or "",
                batch.ended_at,
                self._portal.batch_files,
                batch.csrs,
            )
            for batch in self._authority.registry.batches.all()
            if batch.ended_at is not None and self._may_pick_up(batch, credential)
        ]
        latest_first = sorted(found, key=lambda each: each.available_at, reverse=True)
        return self._portal.list_pickups(latest_first)

    def certificate_file(self, credential: Credential, reference: str) -> tuple[str, bytes] | None:
        """Name and content of the certificate's file, of an Organisation CSR or an ad hoc Device CSR."""
        found = self.request(credential, reference)
        if found is None or found.certificate is None:
            return None
        return found.file_name, self._portal.write_certificate(found.certificate)

    async def batch_file(
        self, credential: Credential, reference: str, which: BatchFile, file: BinaryIO
    ) -> str | None:
        """Write a file of a batch, and give its name; None where there is none now."""
        batch, policies = self._batch(reference), self._policies.batch
        if batch is None or which not in self._portal.batch_files or not self._may_pick_up(batch, credential):
            return None
        names = {each: self._portal.batch_file_name(batch, each) for each in get_args(BatchFile)}
        if which == "certificates":
            await write_certificates(policies, self._outcomes(batch), file)
        elif which == "report":
            await write_report(policies, self._outcomes(batch), file)
        else:
            with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
                with archive.open(names["report"], "w") as part:
                    await write_report(policies, self._outcomes(batch), part)
                with TemporaryFile() as certificates:
                    await write_certificates(policies, self._outcomes(batch), certificates)
                    certificates.seek(0)
                    with archive.open(names["certificates"], "w") as part:
                        shutil.copyfileobj(certificates, part)
        return names[which]

    # Steps

    def _receive(
        self, kind: Kind, credential: Credential, interface: Interface, *, text: str = "", file_name: str = ""
    ) -> PortalRequest:
        """A new request, its reference given by the records."""
        party, now = credential.subscriber.eui64, self._authority.clock.now()
        return self._records.add(
            PortalRequest("", kind, party, interface, now, Standing.ACCEPTED, text=text, file_name=file_name)
        )

    def _decide_what_is_due(self) -> None:
        """Approve or reject the Organisation CSRs that were accepted long enough ago."""
        now = self._authority.clock.now()
        for request in self._records.waiting():
            if self._portal.approved_at(request) <= now:
                self._decide_on_organisation(request)

    def _decide_on_organisation(self, request: PortalRequest) -> None:
        subscriber = self._authority.registry.subscriber(request.party)
        label = subscriber.organisation
        try:
            csr = check_organisation_csr(self._policies, request.text)
            subject = subject_of(csr)
            reasons = why_not(self._policies, subscriber, subject, request.interface)
            if reasons:
                self._reject(request, label, *map(PortalError, reasons))
                return
            certificate = issue_organisation(self._policies, self._authority, csr)
        except Exception:
            self._fail(request, label)
            return
        self._approve(request, certificate, f"{subject.eui64.hex('-').upper()}-{subject.remote_party_role}")

    def _approve(self, request: PortalRequest, certificate: bytes, subject: str) -> PortalRequest:
        name = f"{subject}-{request.reference}.crt"
        return self._records.approve(request.reference, self._authority.clock.now(), certificate, name)

    def _reject(self, request: PortalRequest, label: str, *errors: PortalError) -> PortalRequest:
        """Reject a request, and log it, for the holder of a credential or an organisation."""
        reason = "; ".join(each.text for each in errors)
        self._portal.log_rejection(self._policies, self._authority, request.kind, label, reason)
        return self._records.reject(request.reference, self._authority.clock.now(), errors)

    def _fail(self, request: PortalRequest, label: str) -> PortalRequest:
        """Reject a request after an internal failure, of which nothing is shown."""
        logger.exception("request %s failed", request.reference)
        return self._reject(request, label, self._error_of(_INTERNAL_ERROR))

    def _error_of(self, rejected: Rejected) -> PortalError:
        return self._portal.error_of(self._policies, rejected)

    # What may be seen

    def _may_see(self, kind: Kind, party: bytes, credential: Credential) -> bool:
        return all(rule(kind, party, credential) for rule in self._portal.visibility_rules.values())

    def _may_pick_up(self, batch: Batch, credential: Credential) -> bool:
        on_page = self._policies.batch.is_on_pickup_page(batch, self._authority.clock.now())
        return on_page and self._may_see("batch", batch.party, credential)

    def _shown(self, request: PortalRequest) -> PortalRequest:
        """The request, without a Device Certificate that is not kept any more."""
        if request.kind == "organisation" or request.settled_at is None:
            return request
        kept = self._portal.is_kept(request.settled_at, self._authority.clock.now())
        return request if kept else replace(request, certificate=None)

    def _batch(self, reference: str) -> Batch | None:
        found = _BATCH.fullmatch(reference)
        return self._authority.registry.batches.find(int(found[1])) if found else None

    def _outcomes(self, batch: Batch) -> Iterator[CsrOutcome]:
        return outcomes_of(self._authority, self._policies.batch, batch)


def _as_request(batch: Batch) -> PortalRequest:
    """A batch that was accepted, as its Party sees it."""
    if batch.status is BatchStatus.PENDING:
        standing = Standing.ACCEPTED
    else:
        standing = Standing.REJECTED if batch.status in _GIVEN_UP else Standing.APPROVED
    return PortalRequest(
        f"B{batch.id}",
        "batch",
        batch.party,
        "portal-gateway",
        batch.received_at,
        standing,
        settled_at=batch.ended_at,
        errors=(PortalError(f"The batch is {_WORDS[batch.status]}"),)
        if standing is Standing.REJECTED
        else (),
        file_name=batch.archive or "",
        csrs=batch.csrs,
        status=_WORDS[batch.status],
    )
