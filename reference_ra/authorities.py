"""The CAs of the test PKI, and the certificates that they sign (certificates.md; M-G)."""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.name import _ASN1Type
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from reference_ra.certificate import IssuingCa, key_identifier

Key = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey
SHA256 = hashes.SHA256()
YEAR = timedelta(days=365)
ORGANISATION_POLICY = "1.2.826.0.1.8641679.1.2.1.1"


@dataclass(frozen=True)
class Identity:
    """A certificate and its private key."""

    certificate: x509.Certificate
    key: Key

    @property
    def der(self) -> bytes:
        """The certificate's DER."""
        return self.certificate.public_bytes(serialization.Encoding.DER)


def name(*attributes: tuple[x509.ObjectIdentifier, str]) -> x509.Name:
    """A Name in UTF8String, with one attribute in each relative name."""
    return x509.Name([x509.NameAttribute(oid, value) for oid, value in attributes])


def printable_name(*attributes: tuple[x509.ObjectIdentifier, str]) -> x509.Name:
    """A Name in PrintableString, as most of the SMKI's CAs have it."""
    kind = _ASN1Type.PrintableString
    return x509.Name([x509.NameAttribute(oid, value, kind) for oid, value in attributes])


def smki_ca_name(role: str, common_name: str) -> x509.Name:
    """The Name of an Organisation CA: Remote Party Role Code, then commonName."""
    return printable_name((NameOID.ORGANIZATIONAL_UNIT_NAME, role), (NameOID.COMMON_NAME, common_name))


def key_usage(*wanted: str) -> x509.KeyUsage:
    """A keyUsage with those bits, named as the x509 library names them."""
    names = (
        "digital_signature", "content_commitment", "key_encipherment", "data_encipherment",
        "key_agreement", "key_cert_sign", "crl_sign", "encipher_only", "decipher_only",
    )  # fmt: skip
    return x509.KeyUsage(**{bit: bit in wanted for bit in names})


def _smki_key_identifier(key: Key) -> bytes:
    point = key.public_key().public_bytes(
        serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint
    )
    return key_identifier(point)


def issuing_ca(identity: Identity, policy: str = "") -> IssuingCa:
    """A CA of the SMKI as it signs: certificates that name a policy, or revocation lists, which name none."""
    if not isinstance(identity.key, ec.EllipticCurvePrivateKey):
        raise TypeError("a CA of the SMKI has a key on an elliptic curve")
    subject = identity.certificate.subject.public_bytes()
    return IssuingCa(subject, _smki_key_identifier(identity.key), identity.key, policy)


def make_smki_ca(
    subject: x509.Name, issuer: Identity | None, policy: str, now: datetime, path_length: int | None
) -> Identity:
    """A CA of the SMKI on P-256; self-signed where there is no issuer."""
    key = ec.generate_private_key(ec.SECP256R1())
    identifier = _smki_key_identifier(key)
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer.certificate.subject if issuer else subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number() >> 33)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + 25 * YEAR)
        .add_extension(x509.BasicConstraints(ca=True, path_length=path_length), critical=True)
        .add_extension(key_usage("key_cert_sign", "crl_sign"), critical=True)
        .add_extension(
            x509.CertificatePolicies([x509.PolicyInformation(x509.ObjectIdentifier(policy), None)]),
            critical=True,
        )
        .add_extension(x509.SubjectKeyIdentifier(identifier), critical=False)
    )
    if issuer:
        authority = _smki_key_identifier(issuer.key)
        builder = builder.add_extension(x509.AuthorityKeyIdentifier(authority, None, None), critical=False)
    return Identity(builder.sign(issuer.key if issuer else key, SHA256), key)


def make_rsa_ca(subject: x509.Name, key: Key, now: datetime) -> Identity:
    """A self-signed CA, for IKI Certificates or for servers."""
    public = key.public_key()
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(public)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - 3 * YEAR)
        .not_valid_after(now + 10 * YEAR)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(key_usage("key_cert_sign", "crl_sign"), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
    )
    return Identity(builder.sign(key, SHA256), key)


def _end_entity(
    subject: x509.Name, key: Key, ca: Identity, not_before: datetime, not_after: datetime
) -> x509.CertificateBuilder:
    public = key.public_key()
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(ca.certificate.subject)
        .public_key(public)
        .serial_number(x509.random_serial_number())
        .not_valid_before(not_before)
        .not_valid_after(not_after)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(ca.key.public_key()), critical=False
        )
    )


def make_iki_certificate(
    subject: x509.Name, key: Key, ca: Identity, not_before: datetime, not_after: datetime
) -> Identity:
    """An IKI Certificate for a credential's key (M-G-d: keyUsage critical, digitalSignature)."""
    builder = _end_entity(subject, key, ca, not_before, not_after).add_extension(
        key_usage("digital_signature"), critical=True
    )
    return Identity(builder.sign(ca.key, SHA256), key)


@dataclass(frozen=True)
class ServerProfile:
    """How a server's certificate is made."""

    hosts: Sequence[str] = ("localhost",)
    addresses: Sequence[str] = ("127.0.0.1",)
    begins: timedelta = timedelta(days=-1)
    """From the time of making, as is `ends`."""
    ends: timedelta = timedelta(days=390)
    hash_algorithm: type[hashes.SHA256 | hashes.SHA384 | hashes.SHA512] = hashes.SHA256


def make_server_certificate(key: Key, ca: Identity, profile: ServerProfile, now: datetime) -> Identity:
    """A server's certificate, as a public web server's is."""
    names: list[x509.GeneralName] = [x509.DNSName(host) for host in profile.hosts]
    names += [x509.IPAddress(ipaddress.ip_address(address)) for address in profile.addresses]
    subject = name((NameOID.COMMON_NAME, profile.hosts[0]))
    builder = (
        _end_entity(subject, key, ca, now + profile.begins, now + profile.ends)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(key_usage("digital_signature", "key_encipherment"), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
    )
    return Identity(builder.sign(ca.key, profile.hash_algorithm()), key)


def make_crl(
    ca: Identity, revoked: Sequence[x509.Certificate], now: datetime
) -> x509.CertificateRevocationList:
    """The CA's revocation list."""
    builder = (
        x509.CertificateRevocationListBuilder()
        .issuer_name(ca.certificate.subject)
        .last_update(now - timedelta(days=1))
        .next_update(now + 10 * YEAR)
        .add_extension(x509.CRLNumber(1), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(ca.key.public_key()), critical=False
        )
    )
    for certificate in revoked:
        builder = builder.add_revoked_certificate(
            x509.RevokedCertificateBuilder()
            .serial_number(certificate.serial_number)
            .revocation_date(now - timedelta(hours=1))
            .build()
        )
    return builder.sign(ca.key, SHA256)
