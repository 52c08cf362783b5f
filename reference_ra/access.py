"""Who may connect, and who may use the Ad Hoc Device CSR Web Service (M-2.4.GO-a, M-2.4.EST-c, M-G, S-2)."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import lru_cache

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.hashes import SHA256

from reference_ra.registry import Credential

ADHOC = "adhoc"
ADHOC_USER_ROLES = frozenset({"import-supplier", "gas-supplier", "dcc"})


class Refusal(StrEnum):
    """Why a client is refused."""

    NO_CERTIFICATE = "no client certificate"
    UNREADABLE = "the client certificate cannot be read"
    UNTRUSTED = "the client certificate is not from the IKI CA"
    BAD_SIGNATURE = "the IKI CA did not sign the client certificate"
    WRONG_KEY_TYPE = "the client certificate is not RSA 2048 bit with SHA-256"
    NOT_YET_VALID = "the client certificate is not yet valid"
    EXPIRED = "the client certificate has expired"
    REVOKED = "the client certificate is revoked"
    UNKNOWN = "the IKI Certificate is not registered"
    INTERFACE = "the IKI Certificate is for another interface"
    NOT_AUTHORISED = "the Party is no Authorised Subscriber for Device Certificates"
    USER_ROLE = "the User Role may not use this service"
    UEPT = "the Party has not completed User Entry Process Tests"


CERTIFICATE_REFUSALS = frozenset(list(Refusal)[: list(Refusal).index(Refusal.UNKNOWN)])
"""Those that a look at the certificate alone can tell."""
HANDSHAKE_REFUSALS = CERTIFICATE_REFUSALS - {Refusal.WRONG_KEY_TYPE}
"""Those that TLS has an alert for."""


@dataclass(frozen=True, slots=True)
class IkiAuthority:
    """The IKI CA that client certificates are checked with, and its revocation list."""

    certificate: x509.Certificate
    revoked: frozenset[int]
    """Serial numbers."""


@dataclass(frozen=True)
class ClientCertificate:
    """The certificate that a client presented."""

    parsed: x509.Certificate | None
    """None where it cannot be read."""
    fingerprint: bytes


@lru_cache(maxsize=64)
def read_client_certificate(octets: bytes) -> ClientCertificate:
    """Read a certificate as presented; one that cannot be read is refused later, by name."""
    parsed: x509.Certificate | None
    try:
        parsed = x509.load_der_x509_certificate(octets)
    except ValueError:
        parsed = None
    return ClientCertificate(parsed, hashlib.sha256(octets).digest())


ClientRule = Callable[[x509.Certificate, IkiAuthority, datetime], bool]
"""True where a client certificate keeps the rule at that time."""


def names_iki_ca(certificate: x509.Certificate, iki: IkiAuthority, _now: datetime) -> bool:
    """The issuer is the IKI CA, by name."""
    return certificate.issuer == iki.certificate.subject


@lru_cache(maxsize=64)
def _signed(certificate: x509.Certificate, issuer: x509.Certificate) -> bool:
    try:
        certificate.verify_directly_issued_by(issuer)
    except (InvalidSignature, ValueError, TypeError):
        return False
    return True


def signed_by_iki_ca(certificate: x509.Certificate, iki: IkiAuthority, _now: datetime) -> bool:
    """The signature is the IKI CA's."""
    return _signed(certificate, iki.certificate)


def is_rsa_2048(certificate: x509.Certificate, _iki: IkiAuthority, _now: datetime) -> bool:
    """M-G-c: RSA 2048 bit, SHA-256."""
    try:
        key = certificate.public_key()
    except ValueError:
        return False
    hashed = certificate.signature_hash_algorithm
    return isinstance(key, rsa.RSAPublicKey) and key.key_size == 2048 and isinstance(hashed, SHA256)


def has_begun(certificate: x509.Certificate, _iki: IkiAuthority, now: datetime) -> bool:
    """It is valid already."""
    return certificate.not_valid_before_utc <= now


def has_not_ended(certificate: x509.Certificate, _iki: IkiAuthority, now: datetime) -> bool:
    """It is valid still."""
    return now <= certificate.not_valid_after_utc


def is_not_revoked(certificate: x509.Certificate, iki: IkiAuthority, _now: datetime) -> bool:
    """The IKI CA's revocation list does not name it."""
    return certificate.serial_number not in iki.revoked


CLIENT_RULES: Mapping[Refusal, ClientRule] = {
    Refusal.UNTRUSTED: names_iki_ca,
    Refusal.BAD_SIGNATURE: signed_by_iki_ca,
    Refusal.WRONG_KEY_TYPE: is_rsa_2048,
    Refusal.NOT_YET_VALID: has_begun,
    Refusal.EXPIRED: has_not_ended,
    Refusal.REVOKED: is_not_revoked,
}

SubscriberRule = Callable[[Credential], bool]
"""True where the holder of a registered credential may use the service, as far as the rule goes."""

SUBSCRIBER_RULES: Mapping[Refusal, SubscriberRule] = {
    Refusal.INTERFACE: lambda credential: credential.interface == ADHOC,
    Refusal.NOT_AUTHORISED: lambda credential: credential.subscriber.device_certificates,
    Refusal.USER_ROLE: lambda credential: bool(credential.subscriber.user_roles & ADHOC_USER_ROLES),
    Refusal.UEPT: lambda credential: credential.subscriber.uept,
}


ExamineClient = Callable[
    [ClientCertificate | None, Mapping[Refusal, ClientRule], IkiAuthority, datetime], Refusal | None
]
"""Gives the reason to refuse a client for its certificate."""


def examine_client(
    client: ClientCertificate | None,
    rules: Mapping[Refusal, ClientRule],
    iki: IkiAuthority,
    now: datetime,
) -> Refusal | None:
    """The first rule that a client's certificate breaks."""
    if client is None:
        return Refusal.NO_CERTIFICATE
    if client.parsed is None:
        return Refusal.UNREADABLE
    for refusal, keeps in rules.items():
        if not keeps(client.parsed, iki, now):
            return refusal
    return None


def examine_subscriber(
    credential: Credential | None, rules: Mapping[Refusal, SubscriberRule]
) -> Refusal | None:
    """The first rule that the holder of a credential breaks."""
    if credential is None:
        return Refusal.UNKNOWN
    return next((refusal for refusal, keeps in rules.items() if not keeps(credential)), None)
