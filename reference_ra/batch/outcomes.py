"""What came of each CSR of a batch, as it is told to those who ask."""

from __future__ import annotations

from collections.abc import Iterator

from reference_ra.authority import Authority
from reference_ra.batch.messages import CsrOutcome
from reference_ra.batch.policies import BatchPolicies
from reference_ra.batch.store import Batch


def outcomes_of(authority: Authority, policies: BatchPolicies, batch: Batch) -> Iterator[CsrOutcome]:
    """The outcomes so far, in the order of the CSRs, read from the records while they are asked for."""
    for each in authority.registry.batches.outcomes(batch.id):
        code = "" if each.certificate is not None else policies.error_codes[each.status]
        file_name = f"{each.identifier}.csr" if each.file_name is None else each.file_name
        yield CsrOutcome(each.identifier, each.status, each.certificate, code, each.error_text, file_name)
