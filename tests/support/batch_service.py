"""A Batched service of the tests: it takes every batch, and answers, well or badly, as a test tells it."""

from __future__ import annotations

import re
import socket
import threading
from base64 import b64decode, b64encode
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from xml.sax.saxutils import quoteattr

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding

from reference_ra.certificate import IssuingCa, assemble, fill_fields, sign_ecdsa_sha256
from reference_ra.csr import parse_csr
from reference_ra.oids import DEVICE_POLICY
from tests.support.servers import CutOff, read_request, response

_REFERENCE = re.compile(rb'<SubmitCSRBatch ID="([^"]*)"')
_CSR = re.compile(rb'<DeviceCSR ID="([^"]*)">([^<]*)</DeviceCSR>')
_BATCH_ID = re.compile(rb"^GET [^ ]*[?&]BatchId=([0-9]+) ")
XML = "Content-Type: application/xml\r\n"
_BEGINS = datetime(2024, 1, 1, tzinfo=UTC)
_ENDS = datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)


@dataclass(frozen=True)
class TestCa:
    """A CA that issues right Device Certificates."""

    __test__ = False
    certificate: bytes
    """PEM."""
    issuing: IssuingCa

    @classmethod
    def make(cls) -> TestCa:
        key = ec.generate_private_key(ec.SECP256R1())
        name, root = (x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, cn)]) for cn in ("Z1", "ZA"))
        identifier = x509.SubjectKeyIdentifier(bytes.fromhex("4123456789abcdef"))
        builder = x509.CertificateBuilder(root, name, key.public_key(), 1, _BEGINS, _ENDS)
        certificate = builder.add_extension(identifier, critical=False).sign(key, hashes.SHA256())
        issuing = IssuingCa(name.public_bytes(), identifier.digest, key, DEVICE_POLICY)
        return cls(certificate.public_bytes(Encoding.PEM), issuing)

    def issue(self, csr: bytes) -> bytes:
        """The Device Certificate for a right Device CSR, both in DER."""
        fields = fill_fields(parse_csr(csr), self.issuing, datetime.now(UTC))
        return assemble(fields, self.issuing, sign_ecdsa_sha256)


@dataclass
class Taken:
    """A batch that was submitted."""

    batch_id: int
    reference: str
    csrs: dict[str, bytes]
    """DER by ID."""
    ca: TestCa
    fetches: int = 0
    """How often its result was asked for."""
    issued: dict[str, bytes] = field(default_factory=dict)
    """DER by ID; made when its result is first wanted."""

    def results(self) -> dict[str, str]:
        """The right result of each Device CSR, as an element, by its ID."""
        if not self.issued:
            self.issued = {name: self.ca.issue(csr) for name, csr in self.csrs.items()}
        return {name: success(name, certificate) for name, certificate in self.issued.items()}

    @property
    def result(self) -> bytes:
        """The right result message."""
        return message(self, self.results().values())


def success(name: str, certificate: bytes) -> str:
    """The result of a Device CSR that has its certificate."""
    text = b64encode(certificate).decode("ascii")
    return (
        f'<DeviceCertificate ID="{name}"><Status>SUCCESS</Status><Certificate>{text}</Certificate>'
        "</DeviceCertificate>"
    )


def head(batch: Taken, status: str = "COMPLETED") -> str:
    """A result message as far as its results."""
    return (
        f'<?xml version="1.0" encoding="UTF-8"?><CSRBatchResult ID={quoteattr(batch.reference)}>'
        f"<Version>1.0</Version><Build>1</Build><BatchStatus>{status}</BatchStatus>"
        f"<BatchId>{batch.batch_id}</BatchId>"
    )


def message(batch: Taken, results: Iterable[str], status: str = "COMPLETED") -> bytes:
    """A result message with these results."""
    return f"{head(batch, status)}{''.join(results)}</CSRBatchResult>".encode()


def status_only(status: str) -> Callable[[Taken], bytes]:
    """An answer to every result query: a state without results."""
    return lambda batch: response(message(batch, [], status), headers=XML)


def accepted(batch: Taken, batch_id: str | None = None) -> bytes:
    """The answer to a submission that is taken; with another BatchId where one is given."""
    return response(
        f'<?xml version="1.0"?><SubmitCSRBatchStatus ID={quoteattr(batch.reference)}><Version>1.0</Version>'
        "<Build>1</Build><BatchStatus>PENDING</BatchStatus>"
        f"<BatchId>{batch.batch_id if batch_id is None else batch_id}</BatchId>"
        "</SubmitCSRBatchStatus>".encode(),
        headers=XML,
    )


def completed(batch: Taken) -> bytes:
    """The answer to a result query of an RA that issues everything at once."""
    return response(batch.result, headers=XML)


NO_SUCH_BATCH = response(
    b"<CSRBatchResult><Version>1.0</Version><Build>1</Build><BatchStatus>FORMAT_ERROR</BatchStatus><Error>"
    b"<ErrorCode>FM:1</ErrorCode><ErrorText>no such batch</ErrorText></Error></CSRBatchResult>",
    headers=XML,
)

Said = bytes | Iterable[bytes]
"""What is put on the wire: a whole response, after which another request may come; or pieces, after which
the connection is closed."""


class BatchService:
    """Serves connections with `answer`; one that speaks to a client that goes away is done with it."""

    def __init__(
        self,
        ca: TestCa,
        *,
        taken: Callable[[Taken], Said] = accepted,
        result: Callable[[Taken], Said] = completed,
    ) -> None:
        """`taken` answers submissions, `result` the result queries for batches that were submitted."""
        self._ca, self._taken, self._result = ca, taken, result
        self._lock = threading.Lock()
        self.batches: list[Taken] = []
        self.cut_off: list[bytes] = []
        """What came of requests that ended within their body."""
        self.queries = 0
        """Result queries, those for unknown batches included."""

    def answer(self, connection: socket.socket) -> None:
        """One connection."""
        while request := self._read(connection):
            said = self._said(request)
            if isinstance(said, bytes):
                connection.sendall(said)
                continue
            for piece in said:
                connection.sendall(piece)
            return

    def _read(self, connection: socket.socket) -> bytes:
        try:
            return read_request(connection)
        except CutOff as request:
            self.cut_off.append(request.received)
            raise

    def _said(self, request: bytes) -> Said:
        if not request.startswith(b"POST"):
            return self._asked(request)
        with self._lock:
            batch = self._take(request)
        return self._taken(batch)

    def _take(self, request: bytes) -> Taken:
        reference = _REFERENCE.search(request)
        csrs: Mapping[str, bytes] = {
            name.decode(): b64decode(octets) for name, octets in _CSR.findall(request)
        }
        named = reference[1].decode() if reference else ""
        batch = Taken(len(self.batches) + 1, named, dict(csrs), self._ca)
        self.batches.append(batch)
        return batch

    def _asked(self, request: bytes) -> Said:
        with self._lock:
            self.queries += 1
            found = _BATCH_ID.match(request)
            number = int(found[1]) if found else 0
            if not 1 <= number <= len(self.batches):
                return NO_SUCH_BATCH
            batch = self.batches[number - 1]
            batch.fetches += 1
        return self._result(batch)
