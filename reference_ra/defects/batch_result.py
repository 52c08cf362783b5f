"""Defects of the result message, each row of M-D's response, and of what it gives (M-2.5.1.4-c)."""

from __future__ import annotations

import re
import textwrap
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import replace

from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature

from reference_ra import der
from reference_ra.alterations import Alter, defect
from reference_ra.batch.adjust import (
    with_batch,
    with_batch_answer,
    with_outcomes,
    with_result,
    with_result_text,
)
from reference_ra.batch.messages import BatchStatus, CsrOutcome, CsrStatus, ResultReply
from reference_ra.batch.store import Batch
from reference_ra.policies import Policies

ChangeOutcomes = Callable[[list[CsrOutcome]], Iterable[CsrOutcome]]
ChangeText = Callable[[str], str]
_READING = ("M-2.5.GO-d", "M-2.5.GO-e", "M-2.5.1.4-c", "M-2.5.1.4-e")
"""The rows that say that a result follows M-D and M-E, and where it stands."""
_GROUP_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
"""Of P-256."""


def _result_defect(
    name: str, summary: str, breaks: str, *related: str, extra: bool = False
) -> Callable[[Alter], Alter]:
    return defect(
        f"batch-result-{name}", summary, breaks=[breaks], related=(*related, *_READING), extra=extra
    )


def _text_defect(
    name: str, summary: str, breaks: str, change: ChangeText, *related: str, extra: bool = False
) -> None:
    _result_defect(name, summary, breaks, *related, extra=extra)(
        lambda policies: with_result_text(policies, change)
    )


def _outcome_defect(
    name: str, summary: str, breaks: str, *related: str, extra: bool = False
) -> Callable[[ChangeOutcomes], ChangeOutcomes]:
    def decorate(change: ChangeOutcomes) -> ChangeOutcomes:
        _result_defect(name, summary, breaks, *related, extra=extra)(
            lambda policies: with_outcomes(policies, change)
        )
        return change

    return decorate


# The head

_text_defect(
    "of-another-root",
    "The root element of a result has another name.",
    "M-D-RSP-a",
    lambda text: text.replace("CSRBatchResult", "BatchResult"),
    "*",
    extra=True,
)
_text_defect(
    "with-overlong-id",
    "The ID of a result has more than 256 characters.",
    "M-D-RSP-a",
    lambda text: re.sub(' ID="', f' ID="{"r" * 256}', text, count=1),
    "M-D-*",
    extra=True,
)
_text_defect(
    "out-of-order",
    "BatchStatus comes before Build in a result.",
    "M-D-RSP-b",
    lambda text: re.sub("(<Build>.*?</Build>)(<BatchStatus>.*?</BatchStatus>)", r"\2\1", text),
)
_text_defect(
    "without-version",
    "Version is missing in a result.",
    "M-D-RSP-b",
    lambda text: text.replace("<Version>1.0</Version>", ""),
    "M-MSG-b",
    extra=True,
)
_text_defect(
    "without-batch-id",
    "BatchId is missing in the result of a batch that is COMPLETED.",
    "M-D-COMPLETED",
    lambda text: re.sub("(>COMPLETED<.*?)<BatchId>.*?</BatchId>", r"\1", text),
    "M-D-RSP-c",
    extra=True,
)


@_result_defect("of-another-batch-id", "A result bears the BatchId of another batch.", "M-D-RSP-c", "M-D-*")
def of_another_batch_id(policies: Policies) -> Policies:
    """Count one too far."""
    return with_result(policies, lambda reply: replace(reply, batch_id=reply.batch_id and reply.batch_id + 1))


@_result_defect("as-html-type", "Results are text/html.", "M-2.5.GO-b", "M-D-HTTP-a", extra=True)
def as_html_type(policies: Policies) -> Policies:
    """Name another type."""
    return with_batch_answer(
        policies,
        lambda reply, answer: (
            replace(answer, content_type="text/html") if isinstance(reply, ResultReply) else answer
        ),
    )


# One result for each CSR


@_outcome_defect("missing", "A CSR of a batch has no result.", "M-D-COMPLETED", "M-2.5.1.3-e")
def _missing(outcomes: list[CsrOutcome]) -> list[CsrOutcome]:
    return outcomes[1:]


@_outcome_defect(
    "twice", "A CSR of a batch has two results.", "M-D-COMPLETED", "M-D-RSP-d", "M-2.5.1.3-e", extra=True
)
def _twice(outcomes: list[CsrOutcome]) -> list[CsrOutcome]:
    return [*outcomes, outcomes[0]]


@_outcome_defect(
    "invented",
    "A result stands for a CSR that was not in the batch.",
    "M-D-RSP-d",
    "M-D-COMPLETED",
    extra=True,
)
def _invented(outcomes: list[CsrOutcome]) -> list[CsrOutcome]:
    error = CsrOutcome("invented", CsrStatus.CSR_ERROR, error_code="CR:3001", error_text="none")
    return [*outcomes, error]


_text_defect(
    "without-csr-id",
    "The first result of a batch has no ID.",
    "M-D-RSP-d",
    lambda text: re.sub('<DeviceCertificate ID="[^"]*"', "<DeviceCertificate", text, count=1),
    "M-D-COMPLETED",
    "M-2.5.1.3-*",
    extra=True,
)
_text_defect(
    "csr-id-lower-case",
    "The IDs of the CSRs are given in small letters.",
    "M-D-RSP-d",
    lambda text: re.sub(
        '<DeviceCertificate ID="[^"]*"', lambda match: match[0][:22] + match[0][22:].lower(), text
    ),
    "M-D-COMPLETED",
    extra=True,
)

# The parts of one result

_text_defect(
    "with-certificate-first",
    "Status comes after Certificate.",
    "M-D-RSP-e",
    lambda text: re.sub("(<Status>SUCCESS</Status>)(<Certificate>.*?</Certificate>)", r"\2\1", text),
    extra=True,
)
_text_defect(
    "with-nil-certificate",
    "With SUCCESS the certificate is nil.",
    "M-D-RSP-e",
    lambda text: re.sub(
        "<Certificate>.*?</Certificate>",
        '<Certificate xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:nil="true"/>',
        text,
    ),
    "*",
    extra=True,
)


def _certificates(change: Callable[[str], str]) -> ChangeText:
    return lambda text: re.sub(
        "(?<=<Certificate>).*?(?=</Certificate>)", lambda match: change(match[0]), text
    )


_text_defect(
    "certificate-as-pem",
    "Certificates have BEGIN and END lines.",
    "M-D-RSP-e",
    _certificates(
        lambda encoded: "\n".join(
            ("-----BEGIN CERTIFICATE-----", *textwrap.wrap(encoded, 64), "-----END CERTIFICATE-----")
        )
    ),
    "*",
)
_text_defect(
    "certificate-in-lines",
    "The Base64 of certificates is broken into lines.",
    "M-D-RSP-e",
    _certificates(lambda encoded: "\n".join(textwrap.wrap(encoded, 64))),
    extra=True,
)
_text_defect(
    "without-error-code",
    "The Error of a CSR has no ErrorCode.",
    "M-D-RSP-e",
    lambda text: re.sub("(<DeviceCertificate.*?)<ErrorCode>[^<]*</ErrorCode>", r"\1", text),
    "M-D-CSR-*",
    "M-2.5.1.3-*",
    extra=True,
)
_text_defect(
    "error-code-overlong",
    "ErrorCode in a result is longer than 10 characters.",
    "M-D-RSP-e",
    lambda text: text.replace("</ErrorCode>", "00000000</ErrorCode>"),
    "M-D-*",
    "M-2.5.1.3-*",
    extra=True,
)
_text_defect(
    "success-with-error",
    "A CSR without a certificate has the status SUCCESS.",
    "M-D-RSP-e",
    lambda text: re.sub(r"<Status>\w+</Status><Error>", "<Status>SUCCESS</Status><Error>", text),
    "M-D-CSR-*",
    "M-2.5.1.3-*",
    extra=True,
)


@_result_defect(
    "cut-short", "The result of a batch that is COMPLETED ends amid its XML.", "M-2.5.GO-e", "*", extra=True
)
def cut_short(policies: Policies) -> Policies:
    """Lose the end."""
    return with_result_text(policies, lambda text: text[:-10] if ">COMPLETED<" in text else text)


# Results before their time


def _told_early(status: BatchStatus, *related: str, extra: bool = False) -> None:
    name = status.lower()

    @_result_defect(
        f"while-{name}", f"A batch that is {status} has a result.", f"M-D-{status}", *related, extra=extra
    )
    def alter(policies: Policies) -> Policies:
        listed = policies.batch.list_outcomes
        error = CsrOutcome("early", CsrStatus.CA_ERROR, error_code="CA:4001", error_text="Not processed")

        def list_outcomes(batch: Batch, outcomes: Iterable[CsrOutcome]) -> Iterable[CsrOutcome]:
            return (error,) if batch.status is status else listed(batch, outcomes)

        return with_batch(policies, list_outcomes=list_outcomes)


_told_early(BatchStatus.QUEUED, "M-D-RSP-d", "M-D-COMPLETED", "N-3.1.1-*")
_told_early(BatchStatus.PAUSED, "M-D-RSP-d", "M-D-COMPLETED", "N-3.1.1-*")
_told_early(BatchStatus.PROCESSING, "M-D-RSP-d", "M-D-COMPLETED", "N-3.1.1-*", extra=True)
_told_early(BatchStatus.PENDING, "M-D-RSP-d", "M-D-COMPLETED", "N-3.1.1-*", extra=True)
_told_early(BatchStatus.REJECTED, "M-D-RSP-d", extra=True)


# The same result whenever it is fetched


def _signed_otherwise(certificate: bytes) -> bytes:
    """The certificate with the other signature that is as good: a new one for anyone who compares octets."""
    body, algorithm, signature = der.read_one(certificate, der.SEQUENCE).elements()
    r, s = decode_dss_signature(der.read_bit_string(signature))
    other = der.write_bit_string(encode_dss_signature(r, _GROUP_ORDER - s))
    return der.write(der.SEQUENCE, body.octets, algorithm.octets, other)


@_result_defect(
    "signed-anew", "Each time that a result is fetched, its certificates are others.", "M-2.5.1.4-c", "*"
)
def signed_anew(policies: Policies) -> Policies:
    """Sign when asked, not when processed."""
    fetched: Counter[bytes] = Counter()

    def again(outcome: CsrOutcome) -> CsrOutcome:
        if outcome.certificate is None:
            return outcome
        fetched[outcome.certificate] += 1
        if fetched[outcome.certificate] % 2:
            return outcome
        return replace(outcome, certificate=_signed_otherwise(outcome.certificate))

    return with_outcomes(policies, lambda outcomes: [again(each) for each in outcomes])
