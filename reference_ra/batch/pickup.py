"""The files that the portal's pickup page offers for a batch: certificates and a report.

M-2.5.1.4-d, M-2.3.1.9-d and M-F. They are made of the records when they are asked for. What stays in
memory is the ZIP's directory, some hundred octets for each certificate, which its format wants at the end.
"""

from __future__ import annotations

import asyncio
import base64
import zipfile
from collections.abc import Iterable, Mapping
from typing import IO, TYPE_CHECKING

from reference_ra.batch.messages import CsrOutcome, CsrStatus

if TYPE_CHECKING:
    from reference_ra.batch.policies import BatchPolicies

_AT_ONCE = 250
_STATUSES: Mapping[CsrStatus, str] = {
    CsrStatus.SUCCESS: "success",
    CsrStatus.ISSUANCE_ANOMALY: "anomaly",
    CsrStatus.INELIGIBLE: "ineligible",
}


def certificate_file(outcome: CsrOutcome) -> tuple[str, bytes]:
    """Name and content of a certificate's file: Base64 of the DER.

    It is named as its CSR's file is, with ``crt`` for ``csr``.
    """
    return f"{outcome.file_name.removesuffix('.csr')}.crt", base64.b64encode(outcome.certificate or b"")


def record(outcome: CsrOutcome) -> str:
    """A line: identifier in the batch, file name, status, and the error code where there is one.

    The fields are separated by tabs, which neither an ID nor a file name holds.
    """
    fields = [outcome.identifier, outcome.file_name, _STATUSES.get(outcome.status, "error")]
    return "\t".join([*fields, outcome.error_code] if outcome.error_code else fields) + "\n"


async def write_certificates(
    policies: BatchPolicies, outcomes: Iterable[CsrOutcome], file: IO[bytes]
) -> None:
    """Write the ZIP of the certificates that were issued."""
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for number, outcome in enumerate(outcomes):
            if outcome.certificate is not None:
                archive.writestr(*policies.pickup_certificate(outcome))
            await _let_others_in(number)


async def write_report(policies: BatchPolicies, outcomes: Iterable[CsrOutcome], file: IO[bytes]) -> None:
    """Write the report, UTF-8."""
    for number, outcome in enumerate(outcomes):
        file.write(policies.pickup_record(outcome).encode())
        await _let_others_in(number)


async def _let_others_in(number: int) -> None:
    if number % _AT_ONCE == 0:
        await asyncio.sleep(0)
