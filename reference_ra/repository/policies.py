"""The policies that are the Repository's own, by name, so that one can be replaced."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from reference_ra.authorities import Identity
from reference_ra.pki import TestPki
from reference_ra.repository.admission import AccountPolicies
from reference_ra.repository.records import CertificateStatus, Kind, Lodged, Way
from reference_ra.repository.sftp_policies import SftpPolicies
from reference_ra.repository.site_policies import RepositorySitePolicies
from reference_ra.repository.store import RepositoryStore


@dataclass(frozen=True)
class RepositoryPolicies:
    """How an RA lodges, and what is found of that."""

    # What is lodged
    lodges: Callable[[Way, Lodged], Lodged | None]
    """What is lodged of a certificate that was issued in some way; None where nothing is."""
    authorities: Callable[[TestPki], Mapping[str, Identity]]
    """The CAs whose certificates are lodged, by their names in the Repository."""

    # What is found, by whichever interface
    search: Callable[[RepositoryStore, Kind, bytes], Sequence[Lodged]]
    """The certificates of an organisation or of a Device, by its EUI-64."""
    find: Callable[[RepositoryStore, str], Lodged | None]
    """The certificate of a serial number, of an organisation or a Device."""
    status_of: Callable[[Lodged, datetime], CertificateStatus]
    """Of a certificate at some time."""

    accounts: AccountPolicies
    site: RepositorySitePolicies
    """The Repository portal's."""
    sftp: SftpPolicies
