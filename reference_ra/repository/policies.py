"""The policies that are the Repository's own, by name, so that one can be replaced."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from lxml import etree

from reference_ra.authorities import Identity
from reference_ra.authority import Authority, HttpAnswer
from reference_ra.certificate import IssuingCa, Sign
from reference_ra.pki import TestPki
from reference_ra.repository.accounts import Account
from reference_ra.repository.admission import AccountPolicies
from reference_ra.repository.extracts import Extract, Layout, Schedule
from reference_ra.repository.lists import ListFields
from reference_ra.repository.messages import Operation, RepositoryReply, Result, Subject
from reference_ra.repository.records import CertificateStatus, Kind, ListKind, Lodged, LodgedList, Way
from reference_ra.repository.sftp_policies import SftpPolicies
from reference_ra.repository.site_policies import RepositorySitePolicies
from reference_ra.repository.store import RepositoryStore


@dataclass(frozen=True)
class WebServicePolicies:
    """How the Web Service reads and answers."""

    route: Callable[[str, str], Operation | HttpAnswer]
    """What a method and a path ask for, or the HTTP response where the service is not."""
    keys_of: Callable[[Sequence[tuple[str, str]], Mapping[str, str]], Sequence[str]]
    """The API Keys in a request, of the parameters of its query and its headers."""
    identify: Callable[[Authority, Sequence[str]], Account | None]
    """The user whom a request's API Keys identify; None where the request is refused."""
    accepts_type: Callable[[str], bool]
    """Whether a request may have that Content-Type."""
    body_octets: int
    """Of a request, at most."""
    parse_xml: Callable[[bytes], etree._Element]
    read_parameter: Callable[[Operation, etree._Element], tuple[str, str]]
    """Name and text of the element that says what is asked for; these four raise BadParameters."""
    read_search: Callable[[str, str], Subject]
    read_retrieve: Callable[[str, str], str]
    result_of: Callable[[Lodged, CertificateStatus], Result]
    results: Callable[[Operation, Sequence[Result]], Sequence[Result]]
    """What the answer to an operation shows, of all that was found."""
    next_audit_reference: Callable[[], str]
    finish_reply: Callable[[RepositoryReply], RepositoryReply]
    """The last look at a reply before it is written."""
    write_reply: Callable[[RepositoryReply], bytes]
    http_answer: Callable[[RepositoryReply, bytes], HttpAnswer]


@dataclass(frozen=True)
class ListPolicies:
    """How revocation lists are made."""

    kinds: Sequence[ListKind]
    """Those that are lodged."""
    ca: Callable[[TestPki, ListKind], Identity]
    """The CA that issues a list."""
    revoked: Callable[[RepositoryStore, ListKind], Sequence[Lodged]]
    """The certificates on a list."""
    number: Callable[[LodgedList | None], int]
    """The cRLNumber of the list after one; of the first where there is none."""
    lifetime: timedelta
    """From a list to its nextUpdate."""
    is_due: Callable[[LodgedList, datetime], bool]
    """Whether a list is to be followed by another at some time, though nothing was revoked."""
    fill: Callable[[IssuingCa, Sequence[Lodged], int, datetime, timedelta], ListFields]
    sign: Sign


@dataclass(frozen=True)
class ExtractPolicies:
    """How extracts are made."""

    layout: Layout
    schedule: Schedule
    rows: Callable[[RepositoryStore, Extract], Iterator[Lodged]]
    """The certificates in an extract."""
    write_row: Callable[[Lodged, CertificateStatus], bytes]


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
    web: WebServicePolicies
    lists: ListPolicies
    extracts: ExtractPolicies
