"""Defects of the answer to a submission, each row of M-C's response and of its status table."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

from reference_ra.alterations import Alter, defect
from reference_ra.batch.adjust import (
    with_batch,
    with_batch_answer,
    with_submission,
    with_submission_text,
)
from reference_ra.batch.messages import BatchRejected, BatchStatus, SubmissionReply
from reference_ra.policies import Policies

ChangeReply = Callable[[SubmissionReply], SubmissionReply]
ChangeText = Callable[[str], str]
_READING = ("M-2.5.GO-c", "M-2.5.GO-e", "M-2.5.1.2-c")
"""The rows that say that an answer follows M-C and M-E, and what it tells."""
_REFUSED = ("M-2.5.1.2-*", "M-E-REQ-*", *_READING)
_ROOT = "SubmitCSRBatchStatus"


def _submission_defect(
    name: str, summary: str, breaks: str, *related: str, extra: bool = False
) -> Callable[[Alter], Alter]:
    return defect(
        f"batch-answer-{name}", summary, breaks=[breaks], related=(*related, *_READING), extra=extra
    )


def _reply_defect(
    name: str, summary: str, breaks: str, *related: str, extra: bool = False
) -> Callable[[ChangeReply], ChangeReply]:
    def decorate(change: ChangeReply) -> ChangeReply:
        _submission_defect(name, summary, breaks, *related, extra=extra)(
            lambda policies: with_submission(policies, change)
        )
        return change

    return decorate


def _text_defect(
    name: str, summary: str, breaks: str, change: ChangeText, *related: str, extra: bool = False
) -> None:
    _submission_defect(name, summary, breaks, *related, extra=extra)(
        lambda policies: with_submission_text(policies, change)
    )


# The root and its ID


@_reply_defect("without-id", "The submission's ID is not echoed.", "M-C-RSP-a", "M-E-REQ-a", extra=True)
def _without_id(reply: SubmissionReply) -> SubmissionReply:
    return replace(reply, reference=None)


@_reply_defect(
    "id-lower-case", "The submission's ID is echoed in small letters.", "M-C-RSP-a", "M-E-REQ-a", extra=True
)
def _id_lower_case(reply: SubmissionReply) -> SubmissionReply:
    return replace(reply, reference=reply.reference and reply.reference.lower())


@_reply_defect(
    "id-cut", "Only the first 100 characters of the submission's ID are echoed.", "M-C-RSP-a", "M-E-REQ-a"
)
def _id_cut(reply: SubmissionReply) -> SubmissionReply:
    return replace(reply, reference=reply.reference and reply.reference[:100])


@_reply_defect(
    "id-changed", "A prefix is put before the ID that is echoed.", "M-C-RSP-a", "M-E-REQ-a", extra=True
)
def _id_changed(reply: SubmissionReply) -> SubmissionReply:
    return replace(reply, reference=reply.reference and f"RA{reply.reference}"[:256])


@_submission_defect(
    "id-of-broken-xml",
    "A submission that is not well formed is answered with an ID all the same.",
    "M-C-RSP-a",
    "M-C-FORMAT_ERROR",
    *_REFUSED,
)
def id_of_broken_xml(policies: Policies) -> Policies:
    """Make up an ID."""
    keep = policies.batch.reference_when_refused

    def reference_when_refused(reference: str | None, rejected: BatchRejected) -> str | None:
        return keep(reference, rejected) or "unknown"

    return with_batch(policies, reference_when_refused=reference_when_refused)


@_submission_defect(
    "limit-without-id",
    "A batch of too many CSRs is refused without its ID.",
    "M-C-FORMAT_ERROR",
    "M-C-RSP-a",
    *_REFUSED,
)
def limit_without_id(policies: Policies) -> Policies:
    """Take it for malformed."""
    return with_batch(policies, reference_when_refused=lambda *_: None)


_text_defect(
    "of-another-root",
    "The root element of an answer is the submission's.",
    "M-C-RSP-a",
    lambda text: text.replace(_ROOT, "SubmitCSRBatch"),
    "*",
    extra=True,
)
_text_defect(
    "in-a-namespace",
    "The elements of an answer are in a namespace.",
    "M-MSG-a",
    lambda text: text.replace(f"<{_ROOT}", f'<{_ROOT} xmlns="urn:smki:batch"'),
    "*",
    extra=True,
)

# Version, Build, BatchStatus


@_reply_defect("version-1.1", "Version of an answer is 1.1.", "M-C-RSP-b", "M-MSG-b")
def _version_1_1(reply: SubmissionReply) -> SubmissionReply:
    return replace(reply, version="1.1")


_text_defect(
    "without-build",
    "Build is missing in an answer.",
    "M-C-RSP-b",
    lambda text: re.sub("<Build>.*?</Build>", "", text),
    extra=True,
)
_text_defect(
    "status-unknown",
    "BatchStatus of a batch that was taken is ACCEPTED.",
    "M-C-RSP-b",
    lambda text: text.replace(">PENDING<", ">ACCEPTED<"),
    "*",
    extra=True,
)


@_reply_defect("completed", "BatchStatus of a batch that was taken is COMPLETED at once.", "M-C-PENDING", "*")
def _completed(reply: SubmissionReply) -> SubmissionReply:
    return replace(reply, status=BatchStatus.COMPLETED) if reply.batch_id else reply


# BatchId or Error

_text_defect(
    "without-batch-id",
    "A batch is taken, and its BatchId not told.",
    "M-C-RSP-c",
    lambda text: re.sub("<BatchId>.*</BatchId>", "", text),
    "*",
)
_text_defect(
    "batch-id-zero",
    "BatchId is 0.",
    "M-C-RSP-c",
    lambda text: re.sub("<BatchId>.*</BatchId>", "<BatchId>0</BatchId>", text),
    "*",
    extra=True,
)
_text_defect(
    "batch-id-not-a-number",
    "BatchId has letters in it.",
    "M-C-RSP-c",
    lambda text: text.replace("<BatchId>", "<BatchId>B-"),
    "*",
    extra=True,
)
_ERROR = "<Error><ErrorCode>WF:1</ErrorCode><ErrorText>none</ErrorText></Error>"
_text_defect(
    "of-batch-id-and-error",
    "BatchId and Error stand in one answer.",
    "M-C-RSP-c",
    lambda text: text.replace("</BatchId>", f"</BatchId>{_ERROR}"),
    extra=True,
)
_text_defect(
    "of-neither",
    "An answer that refuses has no Error.",
    "M-C-RSP-c",
    lambda text: re.sub("<Error>.*</Error>", "", text, flags=re.DOTALL),
    "M-C-FORMAT_ERROR",
    *_REFUSED,
    extra=True,
)
_text_defect(
    "out-of-order",
    "BatchStatus comes before Build.",
    "M-C-RSP-b",
    lambda text: re.sub("(<Build>.*</Build>)(<BatchStatus>.*</BatchStatus>)", r"\2\1", text),
    extra=True,
)


@_submission_defect(
    "batch-id-repeated",
    "Every batch is given the first one's BatchId.",
    "M-2.5.1.2-c",
    "*",
)
def batch_id_repeated(policies: Policies) -> Policies:
    """Count no further."""
    first: list[int] = []

    def change(reply: SubmissionReply) -> SubmissionReply:
        if reply.batch_id is None:
            return reply
        first.append(reply.batch_id)
        return replace(reply, batch_id=first[0])

    return with_submission(policies, change)


@_reply_defect(
    "code-of-csr-error",
    "ErrorCode of a submission's FORMAT_ERROR begins with CR:",
    "M-C-FORMAT_ERROR",
    *_REFUSED,
)
def _code_of_csr_error(reply: SubmissionReply) -> SubmissionReply:
    return replace(reply, error_code=reply.error_code.replace("FM:", "CR:"))


@_reply_defect(
    "workflow-error-for-format-error",
    "A submission whose XML is wrong is refused with WORKFLOW_ERROR.",
    "M-C-FORMAT_ERROR",
    "M-C-WORKFLOW_ERROR",
    *_REFUSED,
    extra=True,
)
def _workflow_error(reply: SubmissionReply) -> SubmissionReply:
    if reply.status is not BatchStatus.FORMAT_ERROR:
        return reply
    return replace(reply, status=BatchStatus.WORKFLOW_ERROR, error_code="WF:6001")


@_submission_defect("as-html-type", "Answers to submissions are text/html.", "M-2.5.GO-b", "M-C-HTTP-a")
def as_html_type(policies: Policies) -> Policies:
    """Name another type."""
    return with_batch_answer(
        policies,
        lambda reply, answer: (
            replace(answer, content_type="text/html") if isinstance(reply, SubmissionReply) else answer
        ),
    )
