"""What the gate presents to the browser: a key made for it, and a certificate that nobody else trusts."""

from __future__ import annotations

import base64
import datetime
import hashlib
import secrets
import ssl
import tempfile
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    PrivateFormat,
    PublicFormat,
)

_DAYS = datetime.timedelta(days=30)


class GateKey:
    """A key pair of this process; the browser is told its digest and trusts it alone."""

    def __init__(self) -> None:
        """Make it. Its file, encrypted, is gone on return: `ssl` takes files only."""
        key = ec.generate_private_key(ec.SECP256R1())
        public = key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        self.digest = base64.b64encode(hashlib.sha256(public).digest()).decode("ascii")
        """SHA-256 of its SubjectPublicKeyInfo, in Base64."""
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        """Presents it."""
        self.context.set_alpn_protocols(["http/1.1"])
        password = secrets.token_bytes(32)
        pem = _certificate(key).public_bytes(Encoding.PEM) + key.private_bytes(
            Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(password)
        )
        with tempfile.TemporaryDirectory(prefix="smki-") as folder:  # made with mode 0700
            file = Path(folder, "gate.pem")
            file.write_bytes(pem)
            self.context.load_cert_chain(file, password=password)


def _certificate(key: ec.EllipticCurvePrivateKey) -> x509.Certificate:
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "gate of a browser")])
    now = datetime.datetime.now(datetime.UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - _DAYS)
        .not_valid_after(now + _DAYS)
        .sign(key, hashes.SHA256())
    )
