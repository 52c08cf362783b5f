"""Legal variants of the Batched Device CSR Web Service."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime, timedelta

from lxml import etree

from reference_ra.access import Refusal
from reference_ra.adjust import without
from reference_ra.alterations import variant
from reference_ra.authority import Authority, HttpAnswer
from reference_ra.batch.adjust import (
    next_night,
    starting,
    with_batch,
    with_batch_answer,
    with_outcomes,
    with_result,
    with_result_text,
    with_submission,
    with_submission_rules,
    with_submission_text,
)
from reference_ra.batch.messages import (
    BatchRejected,
    BatchStatus,
    CsrRejected,
    CsrStatus,
    ResultReply,
    SubmissionReply,
)
from reference_ra.batch.store import Batch
from reference_ra.batch.window import NightlyWindow, Pace
from reference_ra.csr import Csr
from reference_ra.parties import NEW_SUPPLIER
from reference_ra.policies import Policies

# How messages are written


@variant("batch-results-reversed", "Results stand in another order than the CSRs.")
def results_reversed(policies: Policies) -> Policies:
    """Turn them round."""
    return with_outcomes(policies, lambda outcomes: outcomes[::-1])


@variant("batch-laid-out", "Messages have an XML declaration, comments, and white space between elements.")
def laid_out(policies: Policies) -> Policies:
    """Lay the XML out for people to read."""

    def lay_out(text: str) -> str:
        spaced = re.sub(r"><(?!/)", ">\n  <!-- next -->\n  <", text)
        closed = re.sub(r"(</\w+>)(?=</)", r"\1\n", spaced)
        return f'<?xml version="1.0" encoding="UTF-8"?>\n<!-- SMKI -->\n{closed}\n'

    return with_result_text(with_submission_text(policies, lay_out), lay_out)


@variant("batch-result-without-id", "A result does not bear the submission's ID.")
def result_without_id(policies: Policies) -> Policies:
    """Leave out what is optional."""
    return with_result(policies, lambda reply: replace(reply, reference=None))


@variant("batch-large-ids", "BatchIds have 18 digits.")
def large_ids(policies: Policies) -> Policies:
    """Count on from a large number."""
    return with_batch(policies, first_batch_id=123_456_789_012_345_678)


@variant("batch-other-error-codes", "Codes after the colon, and texts of errors, are others.")
def other_error_codes(policies: Policies) -> Policies:
    """Number errors otherwise, and speak Welsh."""
    codes = {status: f"{code[:3]}E{code[-4:]}x" for status, code in policies.batch.error_codes.items()}
    text = "Gwrthodwyd y cais <tŷ & dŵr>"
    told = with_submission(
        with_batch(policies, error_codes=codes),
        lambda reply: replace(reply, error_text=reply.error_text and text),
    )
    return with_outcomes(
        with_result(told, lambda reply: replace(reply, error_text=reply.error_text and text)),
        lambda outcomes: [replace(each, error_text=each.error_text and text) for each in outcomes],
    )


@variant("batch-without-error-texts", "ErrorText is empty in every message.", extra=True)
def without_error_texts(policies: Policies) -> Policies:
    """Say nothing: a string may be empty."""

    def empty(text: str) -> str:
        return re.sub("(?<=<ErrorText>)[^<]*", "", text)

    return with_result_text(with_submission_text(policies, empty), empty)


@variant("batch-media-type-text-xml", "Messages are text/xml: M-C and M-D name no type.")
def media_type_text_xml(policies: Policies) -> Policies:
    """Name another type of XML."""
    return with_batch_answer(
        policies, lambda _, answer: replace(answer, content_type="text/xml; charset=utf-8")
    )


@variant("batch-errors-on-http-400", "Errors are sent with HTTP 400, the XML unchanged.")
def errors_on_http_400(policies: Policies) -> Policies:
    """Use a status of HTTP for errors: M-C and M-D name none."""
    errors = (BatchStatus.FORMAT_ERROR, BatchStatus.WORKFLOW_ERROR)

    def change(reply: SubmissionReply | ResultReply, answer: HttpAnswer) -> HttpAnswer:
        return replace(answer, status=400) if reply.status in errors else answer

    return with_batch_answer(policies, change)


@variant("batch-echoes-id-of-invalid-xml", "A submission that breaks the schema gets its ID back.")
def echoes_id_of_invalid_xml(policies: Policies) -> Policies:
    """Echo an ID that is one, of well-formed XML."""
    keep = policies.batch.reference_when_refused
    invalid = "The submission breaks the schema"

    def reference_when_refused(reference: str | None, rejected: BatchRejected) -> str | None:
        if rejected.text == invalid and reference and len(reference) <= 256:
            return reference
        return keep(reference, rejected)

    def refusal(log: etree._ListErrorLog) -> str:
        return invalid if all(entry.domain_name == "SCHEMASV" for entry in log) else "No XML"

    told = with_submission_rules(policies, schema_refusal=refusal)
    return with_batch(told, reference_when_refused=reference_when_refused)


# When batches are processed


@variant(
    "batch-slow-states",
    "Approval and parsing take an hour each.",
    hides=("BWS-P22", "BWS-P24", "BWS-P25"),
)
def slow_states(policies: Policies) -> Policies:
    """Take time."""
    hour = timedelta(hours=1)
    return with_batch(policies, pace=replace(policies.batch.pace, approval=hour, parsing=hour))


@variant(
    "batch-states-skipped",
    "A batch is never shown as PARSING or QUEUED: PENDING, then PROCESSING.",
    hides=("BWS-P22", "BWS-P23", "BWS-P24"),
)
def states_skipped(policies: Policies) -> Policies:
    """Show no more states than needed."""
    unseen = (BatchStatus.PARSING, BatchStatus.QUEUED)
    return with_result(
        policies,
        lambda reply: replace(reply, status=BatchStatus.PENDING) if reply.status in unseen else reply,
    )


@variant(
    "batch-swift",
    "A batch is approved and parsed as soon as it is there.",
    extra=True,
    hides=("BWS-P21", "BWS-P23"),
)
def swift(policies: Policies) -> Policies:
    """Lose no time."""
    none = timedelta()
    return with_batch(policies, pace=replace(policies.batch.pace, approval=none, parsing=none))


@variant(
    "batch-approved-at-20-00",
    "Batches are approved when the window opens, not before.",
    hides=("BWS-P22", "BWS-P24"),
)
def approved_at_20_00(policies: Policies) -> Policies:
    """Show a batch as PENDING until then."""
    window, approved_at = policies.batch.window, policies.batch.approved_at

    def later(batch: Batch, pace: Pace) -> datetime:
        return window.next_open(approved_at(batch, pace))

    return with_batch(
        policies, approved_at=later, earliest_start=lambda batch, pace: later(batch, pace) + pace.parsing
    )


@variant(
    "batch-after-20-00-waits",
    "A batch of after 20:00 waits for the following night.",
    hides=("BWS-P22",),
)
def after_20_00_waits(policies: Policies) -> Policies:
    """Take as long as is allowed."""

    def later(window: NightlyWindow, batch: Batch, earliest: datetime) -> datetime:
        if not window.is_open(batch.received_at):
            return earliest
        return next_night(window, batch.received_at)

    return starting(policies, later)


# Decisions


@variant("batch-anomaly-for-same-csr", "A CSR that comes again in its batch is an ISSUANCE_ANOMALY.")
def anomaly_for_same_csr(policies: Policies) -> Policies:
    """Refuse duplicates."""
    seen: set[tuple[int, bytes]] = set()

    def duplicate(_authority: Authority, batch: Batch, _device: bytes, csr: Csr) -> CsrRejected | None:
        if (batch.id, csr.info) in seen:
            return CsrRejected(CsrStatus.ISSUANCE_ANOMALY, "The batch has this CSR twice")
        seen.add((batch.id, csr.info))
        return None

    return with_batch(policies, device_rules={**policies.batch.device_rules, "duplicate": duplicate})


@variant(
    "batch-ca-error-once", "The first CSR of all meets an internal error of the CA; sent again, it does not."
)
def ca_error_once(policies: Policies) -> Policies:
    """Stumble once."""
    stumbled: list[bytes] = []

    def stumble(_authority: Authority, _batch: Batch, _device: bytes, csr: Csr) -> CsrRejected | None:
        if stumbled:
            return None
        stumbled.append(csr.info)
        return CsrRejected(CsrStatus.CA_ERROR, "Sending again may help")

    return with_batch(policies, device_rules={**policies.batch.device_rules, "stumble": stumble})


@variant("batch-without-uept-ineligible", "Who has not completed UEPT may submit, and finds all ineligible.")
def without_uept_ineligible(policies: Policies) -> Policies:
    """Decide on each CSR in place of the batch."""

    def uept(_authority: Authority, batch: Batch, _device: bytes, _csr: Csr) -> CsrRejected | None:
        if batch.party != NEW_SUPPLIER.eui64:
            return None
        return CsrRejected(CsrStatus.INELIGIBLE, "The requester has not completed UEPT")

    admitted = with_batch(policies, subscriber_rules=without(policies.batch.subscriber_rules, Refusal.UEPT))
    return with_batch(admitted, device_rules={"uept": uept, **policies.batch.device_rules})
