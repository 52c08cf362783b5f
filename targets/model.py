"""What a target file says, as values: the RA under test and what the suite holds to speak to it.

Nothing here reads a file: `targets.loader` makes these from TOML. A repr of any of them is safe to print:
private keys, passwords and operator options are left out of it.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import ssl
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding, PrivateFormat

from clients.connection import ANY_CIPHERS, PERMITTED_CIPHERS, Connection
from clients.connection import TLS_VERSIONS as CLIENT_TLS_VERSIONS
from clients.pacing import Polling
from clients.portal.pages import PageMap
from clients.portal.portal import PortalSite
from clients.repository.pages import RepositoryPages
from clients.repository.portal import RepositorySite
from clients.repository.sftp import SftpSite
from targets.repository import (
    REPOSITORY,
    REPOSITORY_PORTAL,
    REPOSITORY_SFTP,
    Account,
    RepositorySettings,
)

INTERFACES = (
    "adhoc",
    "batch",
    "portal-gateway",
    "portal-internet",
    *REPOSITORY,
)
"""The interfaces that a conformance statement may claim."""

SEC_RELEASES = ("before v6.21", "from v6.21", "N4.0")
"""Which release of the Smart Energy Code the RA follows (spec: history of the proposal)."""

CERTIFICATE_TYPES = ("device", "organisation")

PORTALS = ("portal-gateway", "portal-internet")
"""The interfaces that a person uses, on pages (M-2.3)."""

PORTAL_CREDENTIALS = ("portal-organisation", "portal-device")
"""What the IKI Certificates of those who use a portal were issued for (M-2.3.EST-b)."""

CREDENTIAL_INTERFACES = ("adhoc", "batch", *PORTAL_CREDENTIALS)
"""What an IKI Certificate was issued for (M-G-e; N-1-a for the portal)."""

COMMON_NAMES = ("optional", "absent", "required")
"""What an Organisation CSR may do about commonName, which the Organisation Certificate Policy says (M-F)."""

CREDENTIAL_STATES = ("valid", "expired", "not-yet-valid", "revoked", "wrong-key-type")

ADHOC_USER_ROLES = ("import-supplier", "gas-supplier", "dcc")
"""The User Roles that may use the Ad Hoc Device CSR Web Service (M-2.4.GO-a)."""

TLS_VERSIONS = tuple(CLIENT_TLS_VERSIONS)
"""As OpenSSL names them, in order."""

DEFAULT_CLIENTS: Mapping[str, str] = {
    "adhoc": "clients.gateway.adhoc_requests:RequestsAdHocClient",
    "batch": "clients.gateway.batch_requests:RequestsBatchClient",
    "portal-gateway": "clients.portal.forms:FormsPortalClient",
    "portal-internet": "clients.portal.forms:FormsPortalClient",
    "repository-portal": "clients.repository.portal_forms:FormsRepositoryPortal",
    "repository-web-service": "clients.repository.web_service_requests:RequestsRepositoryWebService",
    "repository-sftp": "clients.repository.sftp_paramiko:ParamikoRepositorySftp",
}
"""The client of each interface where the target file names no other."""


@dataclass(frozen=True, slots=True)
class Statement:
    """The conformance statement: what the RA claims to offer, and so what it is tested for."""

    interfaces: tuple[str, ...]
    user_roles: tuple[str, ...]
    certificate_types: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where an interface is: its published URL."""

    interface: str
    url: str
    hosts: tuple[str, ...] = ()
    """Of a portal: other hosts, without a port, that its links and forms may lead to."""

    @property
    def host(self) -> str:
        """The host name or address, without port or brackets."""
        return urlsplit(self.url).hostname or ""

    @property
    def port(self) -> int:
        """The TCP port; the scheme's own where the URL gives none."""
        parts = urlsplit(self.url)
        return parts.port or (22 if parts.scheme == "sftp" else 443)

    @property
    def path(self) -> str:
        """The path, never empty."""
        return urlsplit(self.url).path or "/"


@dataclass(frozen=True, slots=True)
class TrustAnchors:
    """The certificates that the RA's answers are judged by."""

    server_anchors: tuple[x509.Certificate, ...] = ()
    """Root certificates that the server's certificate must chain to (M-2.4.EST-b)."""
    device_issuing_cas: tuple[x509.Certificate, ...] = ()
    """Issuing CAs whose key may have signed a Device Certificate."""
    organisation_issuing_cas: tuple[x509.Certificate, ...] = ()
    """Issuing CAs whose key may have signed an Organisation Certificate."""
    device_root_cas: tuple[x509.Certificate, ...] = ()
    """Roots above the CAs that issue Device Certificates."""
    organisation_root_cas: tuple[x509.Certificate, ...] = ()
    """Roots above the CAs that issue Organisation Certificates."""

    @property
    def server_anchors_pem(self) -> str:
        """The server anchors as PEM, for `ssl.SSLContext.load_verify_locations(cadata=...)`."""
        return "".join(to_pem(anchor) for anchor in self.server_anchors)


@dataclass(frozen=True, eq=False)
class Credential:
    """An IKI Certificate, its private key, and whose it is. The key is never part of a repr."""

    label: str
    """The table's name in the target file; what reports show."""
    interface: str
    """What it was issued for: one of `CREDENTIAL_INTERFACES`."""
    user_role: str
    state: str
    """One of `CREDENTIAL_STATES`: how the RA has to see it."""
    uept: bool
    """Whether its holder has completed User Entry Process Tests (S-2)."""
    certificate: x509.Certificate = field(repr=False)
    certificate_chain: str = field(repr=False)
    """PEM: the certificate, then any CA certificates that came with it."""
    private_key: PrivateKeyTypes = field(repr=False)
    eui64: bytes | None = None
    """Of an Authorised Responsible Officer: the organisation for which Organisation CSRs may be submitted,
    8 octets (M-2.3.1.3-a)."""
    remote_party_roles: tuple[str, ...] = ()
    """The Remote Party Role Codes that it holds, as an Organisation CSR has them: ``02``."""

    def load_into(self, context: ssl.SSLContext) -> None:
        """Let `context` present this credential.

        `ssl` takes files only, so the chain and the key stand for a moment in a file that only this user
        can read, the key encrypted under a password drawn for it. The file is gone on return.

        Raises `ssl.SSLError` where OpenSSL does not take the key or the certificate.
        """
        password = secrets.token_hex(32)
        key = self.private_key.private_bytes(
            Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(password.encode())
        )
        descriptor, name = tempfile.mkstemp(prefix="smki-", suffix=".pem")  # made with mode 0600
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(self.certificate_chain.encode() + key)
            context.load_cert_chain(name, password=password)
        finally:
            with contextlib.suppress(FileNotFoundError):
                os.unlink(name)


@dataclass(frozen=True, slots=True)
class Devices:
    """Which Devices the scenarios may use. Device IDs are EUI-64s of 8 octets."""

    new_prefix: bytes | None = None
    """1 to 7 octets: new Device IDs are drawn under it. None where the RA gives no such range."""
    seed: str | None = None
    """New Device IDs are the same in every run that has the same seed; None: others in each run."""
    known: tuple[bytes, ...] = ()
    """Devices for which at least one Device Certificate was issued."""
    unknown: tuple[bytes, ...] = ()
    """Devices for which none ever was."""


@dataclass(frozen=True, slots=True)
class Settings:
    """What the specification leaves to the target, or what is recalled only (marked R)."""

    device_policy_oid: str = "1.2.826.0.1.8641679.1.2.1.4"
    """The policyIdentifier of the environment's Device Certificates (G-12-l, G-OID-a)."""
    hw_type_oid: str = "1.2.826.0.1.8641679.1.2.2.1"
    """hwType that the suite writes in Device CSRs (G-OID-b)."""
    device_certificate_limit: int = 100
    """Device Certificates issued for one Device ID before the next is refused (M-2.4.1.3-b)."""
    batch_csr_limit: int = 50_000
    """Device CSRs in one Batched CSR (SEC L8.2)."""
    tls_minimum: str = "TLSv1.2"
    tls_maximum: str = "TLSv1.2"
    """Lowest and highest TLS version that the RA may agree to (M-G-a)."""
    adhoc_response_seconds: float = 30.0
    """R: SEC Section L8, a single Device CSR."""
    batch_response_hours: float = 24.0
    """R: SEC Section L8, a Batched CSR."""
    serial_octets_maximum: int = 16
    """R: octets of a Device Certificate's serial number (G-DEV-c)."""
    issuer_name_characters_maximum: int = 4
    """R: characters of the issuer's commonName (G-DEV-e)."""
    organisation_policy_oid: str = "1.2.826.0.1.8641679.1.2.1.4"
    """The policyIdentifier of the environment's Organisation Certificates."""
    organisation_common_name: str = "optional"
    """Whether an Organisation CSR has a commonName: one of `COMMON_NAMES` (M-F)."""
    organisation_common_name_characters_maximum: int = 16
    """Characters of that commonName."""
    organisation_response_seconds: float | None = None
    """Until an Organisation CSR has its answer; None: nobody says."""


@dataclass(frozen=True, slots=True)
class Limits:
    """The suite's own patience; no duty of the RA."""

    connect_seconds: float = 10.0
    """To resolve, connect and finish the TLS handshake."""
    response_seconds: float = 60.0
    """From the request's last octet to the response's last."""
    batch_response_seconds: float = 600.0
    """The same of the Batched service, whose requests and results may have 20 million octets, and of the
    files that a portal or SFTP gives, or a portal is given."""
    response_bytes: int = 1_048_576
    """Largest response that is read."""
    extract_bytes: int = 2_147_483_648
    """Largest file that is read by SFTP."""
    concurrent_requests: int = 20
    """Device CSRs that the concurrency scenarios have in flight at once."""


@dataclass(frozen=True, slots=True)
class Pacing:
    """How the suite keeps the duties of a subscriber that spare the RA (N-3.1.2-a, N-3.1.3-a to -c)."""

    enabled: bool = True
    """Whether it keeps them; an RA of one's own may do without."""
    adhoc_core_seconds: float = 0.8
    """Between two CSRs to the Ad Hoc service, from 07:00 to 20:00 UK local time."""
    adhoc_other_seconds: float = 4.0
    """The same in the other hours."""
    polling: Polling = "strict"
    """Which reading of the rules on asking for a batch's result, which contradict themselves."""


@dataclass(frozen=True, slots=True)
class OperatorConfig:
    """The operator plug-in and the options it is built with. Options may hold secrets: not in the repr."""

    plugin: str
    """``module:Class``"""
    options: Mapping[str, Any] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, eq=False)
class Target:
    """The RA under test, as its target file describes it."""

    path: Path
    name: str
    sec_release: str
    statement: Statement
    endpoints: Mapping[str, Endpoint]
    """By interface."""
    trust: TrustAnchors = field(repr=False)
    credentials: Mapping[str, Credential]
    """By label, in the file's order."""
    devices: Devices
    settings: Settings
    limits: Limits
    pacing: Pacing
    pages: Mapping[str, PageMap]
    """The page map of each portal."""
    browser: Path | None
    """The browser that a client may use; None: one that is found."""
    clients: Mapping[str, str]
    """``module:Class`` by interface; the suite's own where the file names none."""
    operator: OperatorConfig | None
    accounts: Mapping[str, Account]
    """The users of the Repository, by label, in the file's order."""
    repository: RepositorySettings
    repository_pages: RepositoryPages | None
    """The page map of the Repository portal, where it is claimed."""
    appendix_k: Mapping[str, str]
    """Scenario id to its id in the edition of Appendix K that the target is tested beside."""
    secrets: frozenset[str] = field(repr=False)
    """Every secret value the suite holds for this target; the recorder's redactor removes them."""

    def claims(self, interface: str) -> bool:
        """Whether the conformance statement claims an interface."""
        return interface in self.statement.interfaces

    def connection(self, interface: str) -> Connection:
        """How a client connects to an interface that has an https endpoint."""
        limits = self.limits
        patience = limits.batch_response_seconds if interface == "batch" else limits.response_seconds
        return Connection(
            url=self.endpoints[interface].url,
            server_anchors=self.trust.server_anchors_pem,
            connect_seconds=limits.connect_seconds,
            response_seconds=patience,
            response_bytes=limits.response_bytes,
            tls_minimum=self.settings.tls_minimum,
            tls_maximum=self.settings.tls_maximum,
            ciphers=ANY_CIPHERS if interface in REPOSITORY else PERMITTED_CIPHERS,
        )

    def portal_site(self, interface: str) -> PortalSite:
        """How a client connects to a portal that is claimed, and finds its way on it."""
        endpoint = self.endpoints[interface]
        return PortalSite(
            interface=interface,
            connection=self.connection(interface),
            pages=self.pages[interface],
            hosts=frozenset(endpoint.hosts),
            browser=self.browser,
            file_seconds=self.limits.batch_response_seconds,
        )

    def repository_site(self) -> RepositorySite:
        """How a client connects to the Repository portal, which is claimed, and finds its way on it."""
        if self.repository_pages is None:
            raise ValueError(f"the target file has no page map of {REPOSITORY_PORTAL}")
        return RepositorySite(
            interface=REPOSITORY_PORTAL,
            connection=self.connection(REPOSITORY_PORTAL),
            pages=self.repository_pages,
            hosts=frozenset(self.endpoints[REPOSITORY_PORTAL].hosts),
            browser=self.browser,
            file_seconds=self.limits.batch_response_seconds,
        )

    def sftp_site(self) -> SftpSite:
        """How a client connects to the Repository's SFTP server, which is claimed."""
        return SftpSite(
            url=self.endpoints[REPOSITORY_SFTP].url,
            host_keys=self.repository.sftp_host_keys,
            connect_seconds=self.limits.connect_seconds,
            response_seconds=self.limits.response_seconds,
            file_seconds=self.limits.batch_response_seconds,
            file_octets=self.limits.extract_bytes,
        )

    def find_accounts(self, interface: str, *, state: str = "valid") -> tuple[Account, ...]:
        """The users of the Repository who may use an interface and have this state."""
        return tuple(
            account
            for account in self.accounts.values()
            if interface in account.interfaces and account.state == state
        )

    def find_credentials(
        self,
        interface: str,
        *,
        state: str = "valid",
        user_role: str | None = None,
        uept: bool | None = True,
    ) -> tuple[Credential, ...]:
        """The credentials for an interface that have this state, and this role and UEPT (None: any)."""
        return tuple(
            credential
            for credential in self.credentials.values()
            if credential.interface == interface
            and credential.state == state
            and user_role in (None, credential.user_role)
            and uept in (None, credential.uept)
        )


def to_pem(certificate: x509.Certificate) -> str:
    """A certificate as PEM text."""
    return certificate.public_bytes(Encoding.PEM).decode("ascii")
