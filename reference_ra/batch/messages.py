"""The XML messages of the Batched Device CSR Web Service (M-C, M-D, M-E), as they are written."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path
from xml.sax.saxutils import escape, quoteattr

from lxml import etree

from reference_ra.messages import BUILD, SERVICE_VERSION, SchemaEdit

SCHEMA_FILE = Path(__file__).parent.parent / "schemas" / f"BatchedDeviceCSR-{SERVICE_VERSION}.xsd"
_OUTCOMES_IN_A_PIECE = 500


class BatchStatus(StrEnum):
    """The states of a batch, and the answers that are no state, of M-C and M-D."""

    PENDING = "PENDING"
    REJECTED = "REJECTED"
    PARSING = "PARSING"
    QUEUED = "QUEUED"
    PROCESSING = "PROCESSING"
    PAUSED = "PAUSED"
    COMPLETED = "COMPLETED"
    TAMPERED = "TAMPERED"
    FORMAT_ERROR = "FORMAT_ERROR"
    WORKFLOW_ERROR = "WORKFLOW_ERROR"


class CsrStatus(StrEnum):
    """The statuses of one CSR of a batch, of M-D."""

    SUCCESS = "SUCCESS"
    ISSUANCE_ANOMALY = "ISSUANCE_ANOMALY"
    INELIGIBLE = "INELIGIBLE"
    CSR_ERROR = "CSR_ERROR"
    CA_ERROR = "CA_ERROR"
    WORKFLOW_ERROR = "WORKFLOW_ERROR"


ERROR_CODES: Mapping[str, str] = {
    BatchStatus.FORMAT_ERROR: "FM:5001",
    BatchStatus.WORKFLOW_ERROR: "WF:6001",
    CsrStatus.ISSUANCE_ANOMALY: "CA:2001",
    CsrStatus.INELIGIBLE: "IN:7001",
    CsrStatus.CSR_ERROR: "CR:3001",
    CsrStatus.CA_ERROR: "CA:4001",
}
"""This RA's code for each status of a batch or of a CSR; only the part before the colon is specified."""


class BatchRejected(Exception):
    """A submission or a query is refused whole; `text` tells the subscriber why."""

    def __init__(self, text: str, status: BatchStatus = BatchStatus.FORMAT_ERROR) -> None:
        """Take the text for ErrorText and the status."""
        super().__init__(text)
        self.status = status
        self.text = text


class TooManyCsrs(BatchRejected):
    """A submission holds more CSRs than a batch may."""


@dataclass(frozen=True, slots=True)
class CsrRejected:
    """Why one CSR of a batch gets no certificate."""

    status: CsrStatus
    text: str


@dataclass(frozen=True, slots=True)
class CsrOutcome:
    """What came of one CSR of a batch."""

    identifier: str
    """The ID of its DeviceCSR; of a CSR in an archive, its number."""
    status: CsrStatus
    certificate: bytes | None = None
    """DER, where the status is SUCCESS."""
    error_code: str = ""
    error_text: str = ""
    file_name: str = ""
    """Of its CSR. One of the web service has no file: its ID, with the extension, stands for the name."""


@dataclass(frozen=True, slots=True)
class SubmissionReply:
    """What the answer to a submission says, apart from how it is written."""

    status: BatchStatus
    reference: str | None = None
    """The submission's ID; None where it was malformed."""
    batch_id: int | None = None
    csrs: int = 0
    """How many Device CSRs were accepted; not written."""
    error_code: str = ""
    error_text: str = ""
    version: str = SERVICE_VERSION
    build: str = BUILD


@dataclass(frozen=True, slots=True)
class ResultReply:
    """What a result message says, apart from how it is written."""

    status: BatchStatus
    reference: str | None = None
    """The submission's ID; None where the query was wrong."""
    batch_id: int | None = None
    outcomes: Iterable[CsrOutcome] = ()
    """Read while the message is written; empty before COMPLETED."""
    error_code: str = ""
    error_text: str = ""
    version: str = SERVICE_VERSION
    build: str = BUILD


def load_schema(edit: SchemaEdit) -> etree.XMLSchema:
    """The schema made of this RA's schema file, its text edited."""
    return etree.XMLSchema(etree.fromstring(edit(SCHEMA_FILE.read_text("utf-8")).encode()))


@cache
def _default_schema() -> etree.XMLSchema:
    return load_schema(lambda text: text)


def default_schema() -> etree.XMLSchema:
    """The schema of M-E."""
    return _default_schema()


def write_submission(reply: SubmissionReply) -> bytes:
    """The answer to a submission, UTF-8."""
    told = (
        _error(reply.error_code, reply.error_text)
        if reply.batch_id is None
        else f"<BatchId>{reply.batch_id}</BatchId>"
    )
    return (
        f"<SubmitCSRBatchStatus{_reference(reply.reference)}>{_head(reply)}{told}</SubmitCSRBatchStatus>"
    ).encode()


def write_result(reply: ResultReply) -> Iterator[bytes]:
    """The result message, UTF-8, in pieces of some hundred CSRs."""
    yield f"<CSRBatchResult{_reference(reply.reference)}>{_head(reply)}".encode()
    if reply.error_code:
        yield _error(reply.error_code, reply.error_text).encode()
    if reply.batch_id is not None:
        yield f"<BatchId>{reply.batch_id}</BatchId>".encode()
    written = []
    for outcome in reply.outcomes:
        written.append(_outcome(outcome))
        if len(written) == _OUTCOMES_IN_A_PIECE:
            yield "".join(written).encode()
            written.clear()
    yield "".join((*written, "</CSRBatchResult>")).encode()


def _reference(reference: str | None) -> str:
    return f" ID={quoteattr(reference)}" if reference is not None else ""


def _head(reply: SubmissionReply | ResultReply) -> str:
    return (
        f"<Version>{escape(reply.version)}</Version><Build>{escape(reply.build)}</Build>"
        f"<BatchStatus>{reply.status}</BatchStatus>"
    )


def _error(code: str, text: str) -> str:
    return f"<Error><ErrorCode>{escape(code)}</ErrorCode><ErrorText>{escape(text)}</ErrorText></Error>"


def _outcome(outcome: CsrOutcome) -> str:
    if outcome.certificate is not None:
        told = f"<Certificate>{base64.b64encode(outcome.certificate).decode()}</Certificate>"
    else:
        told = _error(outcome.error_code, outcome.error_text)
    return (
        f"<DeviceCertificate ID={quoteattr(outcome.identifier)}>"
        f"<Status>{outcome.status}</Status>{told}</DeviceCertificate>"
    )
