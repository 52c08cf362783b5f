"""The RA's policies: every decision it takes, by name, so that one can be replaced.

A seeded defect or a legal variant replaces some of them; nothing else in the RA knows that there are any.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime

from lxml import etree

from reference_ra.access import ClientCertificate, ClientRule, ExamineClient, Refusal, SubscriberRule
from reference_ra.authorities import Identity
from reference_ra.authority import Authority, HttpAnswer
from reference_ra.batch.policies import BatchPolicies
from reference_ra.certificate import CertificateFields, IssuingCa, Sign
from reference_ra.csr import Csr, CsrRule
from reference_ra.messages import Rejected, Reply, Status
from reference_ra.pki import TestPki
from reference_ra.portal.policies import PortalPolicies
from reference_ra.registry import Credential, IssuedCertificate
from reference_ra.repository.policies import RepositoryPolicies
from reference_ra.tls import ConnectionLimits, TlsSettings

__all__ = ["Authority", "DeviceRule", "HttpAnswer", "Policies"]

DeviceRule = Callable[[Authority, bytes], Rejected | None]
"""Says why a Device, by its Device ID, gets no certificate; or None."""


@dataclass(frozen=True)
class Policies:
    """How an RA decides."""

    # Who may connect
    tls: TlsSettings
    limits: ConnectionLimits
    server_identity: Callable[[TestPki], Identity]
    """The server's certificate and key."""
    client_rules: Mapping[Refusal, ClientRule]
    """What a client's certificate must keep."""
    examine_client: ExamineClient
    handshake_refusals: frozenset[Refusal]
    """Reasons for which a client is refused in the TLS handshake; for others, at the HTTP layer."""

    # Who may use the service
    identify: Callable[[Authority, ClientCertificate | None], Credential | None]
    """Whose certificate it is."""
    subscriber_rules: Mapping[Refusal, SubscriberRule]
    refuse: Callable[[Refusal], HttpAnswer]
    """The HTTP response to a client that is refused."""
    route: Callable[[str, str], HttpAnswer | None]
    """The HTTP response to a method and path where the service is not; None where it is."""
    while_reading: Callable[[], AbstractAsyncContextManager[None]]
    """What surrounds the reading of a request's body."""

    # Is the XML right
    parse_xml: Callable[[bytes], etree._Element]
    schema: etree.XMLSchema
    validate: Callable[[etree._Element, etree.XMLSchema], None]
    csr_octets: Callable[[str], bytes]
    reference_when_malformed: Callable[[etree._Element | None, Rejected], str | None]
    """The ID to echo for XML that is refused; the document is given where it is well formed."""

    # Is the Device CSR well formed, and the Device one that may have a certificate
    parse_csr: Callable[[bytes], Csr]
    csr_rules: Mapping[str, CsrRule]
    device_of: Callable[[Authority, Csr], bytes]
    """The Device ID that a CSR names."""
    device_rules: Mapping[str, DeviceRule]
    decide: Callable[[Policies, Authority, bytes], Awaitable[bytes]]
    """From the CSR's octets to the certificate's, by way of the checks; Rejected where one fails."""

    # How a certificate is built
    device_ca: Callable[[TestPki], Identity]
    """The CA that issues Device Certificates."""
    fill_fields: Callable[[Csr, IssuingCa, datetime], CertificateFields]
    sign: Sign
    lodge: Callable[[Authority, IssuedCertificate], None]

    # How a response is written
    next_transaction: Callable[[], int]
    error_codes: Mapping[Status, str]
    finish_reply: Callable[[Reply], Awaitable[Reply]]
    """The last look at a reply before it is written."""
    write_reply: Callable[[Reply], bytes]
    http_answer: Callable[[Reply, bytes], HttpAnswer]
    log_rejection: Callable[[Authority, str, str], None]
    """Takes the credential's label and the reason."""

    batch: BatchPolicies
    """What is the Batched Device CSR Web Service's own."""
    portal: PortalPolicies
    """What is the SMKI Portals' own."""
    repository: RepositoryPolicies
    """What is the SMKI Repository's own."""
