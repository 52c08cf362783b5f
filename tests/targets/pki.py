"""A small test PKI on disk: what the examples and the loader's tests name by path."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.types import CertificateIssuerPrivateKeyTypes
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
)
from cryptography.hazmat.primitives.serialization.pkcs12 import serialize_key_and_certificates

PASSWORD = "correct-horse-canary"
DAY = timedelta(days=1)


@dataclass(frozen=True)
class Pki:
    """Keys made once: RSA keys take most of a test's time."""

    ca_key: ec.EllipticCurvePrivateKey
    rsa_key: rsa.RSAPrivateKey
    other_rsa_key: rsa.RSAPrivateKey
    small_rsa_key: rsa.RSAPrivateKey
    ec_key: ec.EllipticCurvePrivateKey

    @classmethod
    def make(cls) -> Pki:
        return cls(
            ec.generate_private_key(ec.SECP256R1()),
            rsa.generate_private_key(65537, 2048),
            rsa.generate_private_key(65537, 2048),
            rsa.generate_private_key(65537, 1024),
            ec.generate_private_key(ec.SECP256R1()),
        )

    def ca(self) -> x509.Certificate:
        return self.certificate(self.ca_key, name="Test CA", ca=True)

    def certificate(
        self,
        key: CertificateIssuerPrivateKeyTypes,
        *,
        name: str = "system.example",
        start: timedelta = -DAY,
        end: timedelta = 365 * DAY,
        algorithm: hashes.HashAlgorithm | None = None,
        ca: bool = False,
        host: str = "127.0.0.1",
    ) -> x509.Certificate:
        now = datetime.now(UTC)
        builder = (
            x509.CertificateBuilder()
            .subject_name(x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)]))
            .issuer_name(x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "Test CA")]))
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now + start)
            .not_valid_after(now + end)
            .add_extension(x509.BasicConstraints(ca, None), critical=True)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
            .add_extension(
                x509.AuthorityKeyIdentifier.from_issuer_public_key(self.ca_key.public_key()), critical=False
            )
        )
        if not ca:
            names = [x509.IPAddress(ipaddress.ip_address(host)), x509.DNSName("localhost")]
            builder = builder.add_extension(x509.SubjectAlternativeName(names), critical=False)
        return builder.sign(self.ca_key, algorithm or hashes.SHA256())


def pem(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(Encoding.PEM)


def key_pem(key: CertificateIssuerPrivateKeyTypes, password: str | None = None) -> bytes:
    encryption = BestAvailableEncryption(password.encode()) if password else NoEncryption()
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, encryption)


def pkcs12(
    key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey | None,
    certificate: x509.Certificate | None,
    password: str | None,
    *,
    cas: list[x509.Certificate] | None = None,
) -> bytes:
    encryption = BestAvailableEncryption(password.encode()) if password else NoEncryption()
    return serialize_key_and_certificates(b"x", key, certificate, cas, encryption)


def write_folder(pki: Pki, folder: Path) -> Path:
    """The files that the loader's tests name; returns the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    good = pki.certificate(pki.rsa_key)
    files = {
        "ca.pem": pem(pki.ca()),
        "good.pem": pem(good),
        "good.key": key_pem(pki.rsa_key),
        "locked.key": key_pem(pki.rsa_key, PASSWORD),
        "password.txt": (PASSWORD + "\n").encode(),
        "empty.txt": b"\n",
        "latin1.txt": b"\xe9\n",
        "other.key": key_pem(pki.other_rsa_key),
        "expired.pem": pem(pki.certificate(pki.rsa_key, start=-10 * DAY, end=-DAY)),
        "later.pem": pem(pki.certificate(pki.rsa_key, start=DAY)),
        "small.pem": pem(pki.certificate(pki.small_rsa_key)),
        "small.key": key_pem(pki.small_rsa_key),
        "sha384.pem": pem(pki.certificate(pki.rsa_key, algorithm=hashes.SHA384())),
        "ec.pem": pem(pki.certificate(pki.ec_key)),
        "ec.key": key_pem(pki.ec_key),
        "garbage.pem": b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
        "text.pem": b"no certificate here\n",
        "good.p12": pkcs12(pki.rsa_key, good, PASSWORD, cas=[pki.ca()]),
        "keyless.p12": pkcs12(None, good, PASSWORD),
    }
    for name, content in files.items():
        (folder / name).write_bytes(content)
    (folder / "folder.pem").mkdir(exist_ok=True)
    return folder
