"""The policies that are the portals' own, by name, so that one can be replaced.

What is done with a Device CSR of a batch once it is in the queue is the Batched service's affair; the checks
of clients' certificates and the making of Device Certificates are common to all.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, BinaryIO

from reference_ra.authorities import Identity
from reference_ra.authority import Authority
from reference_ra.batch.messages import CsrRejected
from reference_ra.batch.store import Batch
from reference_ra.certificate import CertificateFields, IssuingCa, Sign
from reference_ra.csr import Csr, CsrRule
from reference_ra.messages import Rejected
from reference_ra.pki import TestPki
from reference_ra.portal.archive import Entry, EntryRule
from reference_ra.portal.organisation_csr import OrganisationSubject
from reference_ra.portal.records import BatchFile, Interface, Kind, PickupItem, PortalError, PortalRequest
from reference_ra.portal.site_policies import SitePolicies
from reference_ra.registry import Credential, IssuedOrganisationCertificate, Subscriber

if TYPE_CHECKING:
    from reference_ra.policies import Policies

OrganisationRule = Callable[[Subscriber, OrganisationSubject, Interface], str | None]
"""Says why an organisation whose ARO submits through a portal gets no certificate for a subject; or None."""

PortalDeviceRule = Callable[[Authority, Subscriber, bytes], Rejected | None]
"""Says why a Device, by its Device ID, gets no certificate for an ad hoc CSR of a Party; or None."""

VisibilityRule = Callable[[Kind, bytes, Credential], bool]
"""True where the holder of a credential may see a request of that kind and Party, as far as the rule goes."""


@dataclass(frozen=True, slots=True)
class ArchiveLimits:
    """How much an archive may unpack to."""

    file_octets: int = 65536
    """Of one CSR's file; one needs some 400."""
    all_octets: int = 128 * 1_048_576
    """Of all files together, as far as they are looked at."""


@dataclass(frozen=True)
class PortalPolicies:
    """How an RA decides on what comes through its portals."""

    # Is a CSR well formed
    csr_octets: Callable[[str], bytes]
    """The CSR of the text that was pasted; Rejected where it is in none of the forms."""
    organisation_csr_rules: Mapping[str, CsrRule]
    check_device_csr: Callable[[Policies, bytes], Csr]
    """The ad hoc Device CSR of its octets; Rejected where it breaks a rule."""

    # Who may have a certificate, and when
    organisation_rules: Mapping[str, OrganisationRule]
    """Of an Organisation CSR whose format and signature are right."""
    approved_at: Callable[[PortalRequest], datetime]
    """When an Organisation CSR that was accepted is approved or rejected, by the RA's clock."""
    device_rules: Mapping[str, PortalDeviceRule]
    error_of: Callable[[Policies, Rejected], PortalError]
    """What the user is told of a rejection."""
    log_rejection: Callable[[Policies, Authority, Kind, str, str], None]
    """Takes the kind of request, the credential's label or the organisation, and the reason."""

    # How an Organisation Certificate is built
    organisation_ca: Callable[[TestPki], Identity]
    """The CA that issues Organisation Certificates."""
    fill_fields: Callable[[Csr, IssuingCa, datetime], CertificateFields]
    sign: Sign
    lodge: Callable[[Authority, IssuedOrganisationCertificate], None]

    # Is an archive right
    archive_limits: ArchiveLimits
    read_directory: Callable[[BinaryIO, Callable[[int], None]], Sequence[Entry]]
    """The entries of an archive, after their number was allowed; ArchiveRefused where it is no archive."""
    read_entry: Callable[[BinaryIO, Entry, int], bytes]
    """The content of a file, of one that is larger than the limit the beginning."""
    allows_csrs: Callable[[int, int], bool]
    """Whether an archive may have that many files, where a batch may hold so many CSRs."""
    entry_rules: Mapping[str, EntryRule]
    examine_entries: Callable[[Sequence[Entry], Mapping[str, EntryRule]], Sequence[Entry]]
    """The entries to go on with; ArchiveRefused where the archive is refused for one of them."""
    file_octets: Callable[[str], bytes | CsrRejected]
    """The CSR of a file's text."""

    # What is shown
    visibility_rules: Mapping[str, VisibilityRule]
    list_requests: Callable[[Sequence[PortalRequest]], Sequence[PortalRequest]]
    """Those that a Party's list shows, of all that it may see; the latest first."""
    list_pickups: Callable[[Sequence[PickupItem]], Sequence[PickupItem]]
    """What the pickup page shows, of all that there is; the latest first."""
    is_kept: Callable[[datetime, datetime], bool]
    """Whether a Device Certificate that was there from one moment on can be had at another."""
    batch_files: Sequence[BatchFile]
    """Those that the pickup page offers for a batch."""
    archive_name: Callable[[str], str]
    """What is kept of the name under which an archive was uploaded."""
    batch_file_name: Callable[[Batch, BatchFile], str]
    write_certificate: Callable[[bytes], bytes]
    """The file of a single certificate, of its DER."""

    site: SitePolicies
    """What is the pages' own."""
