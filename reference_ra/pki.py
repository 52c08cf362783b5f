"""The RA's test PKI on disk: made once in a directory, loaded again while it is fresh."""

from __future__ import annotations

import contextlib
import os
import secrets
import shutil
import tempfile
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import pkcs12
from cryptography.x509.oid import NameOID

from reference_ra.authorities import (
    ORGANISATION_POLICY,
    YEAR,
    Identity,
    Key,
    ServerProfile,
    make_crl,
    make_iki_certificate,
    make_rsa_ca,
    make_server_certificate,
    make_smki_ca,
    name,
    printable_name,
    smki_ca_name,
)
from reference_ra.oids import DEVICE_POLICY
from reference_ra.parties import CREDENTIALS, CredentialPlan

LAYOUT = "5"
"""Raised when what a directory holds changes, so that an older one is made anew."""
FRESH_FOR = timedelta(days=30)
_STAMP = "layout"
_CRL = "iki-ca.crl"
PASSWORD_SUFFIX = ".password"  # noqa: S105 - a file name's ending


@dataclass(frozen=True)
class TestPki:
    """The test PKI. Keys of CAs never leave its directory."""

    __test__ = False  # the name is the subject's; no test class

    directory: Path
    identities: Mapping[str, Identity]
    """Every CA, the server and every credential, by name."""
    crl: x509.CertificateRevocationList

    def server_identity(
        self, label: str, profile: ServerProfile, ca: str = "server-ca", bits: int = 2048
    ) -> Identity:
        """Another certificate for the server; made once and kept under its label."""
        kept = _load_identity(self.directory, label)
        if kept is None:
            issuer = self.identities[ca]
            key = rsa.generate_private_key(65537, bits)
            kept = make_server_certificate(key, issuer, profile, datetime.now(UTC))
            _save_identity(self.directory, label, kept)
        return kept


def open_pki(directory: Path) -> TestPki:
    """The test PKI of a directory, made there first where there is none or it is too old."""
    if not _is_fresh(directory):
        _make(directory)
    identities = {}
    for certificate in directory.glob("*.pem"):
        identity = _load_identity(directory, certificate.stem)
        if identity:
            identities[certificate.stem] = identity
    crl = x509.load_pem_x509_crl((directory / _CRL).read_bytes())
    return TestPki(directory, identities, crl)


def _is_fresh(directory: Path) -> bool:
    try:
        stamp = directory / _STAMP
        made = datetime.fromtimestamp(stamp.stat().st_mtime, UTC)
        return stamp.read_text() == LAYOUT and datetime.now(UTC) - made < FRESH_FOR
    except OSError:
        return False


def _make(directory: Path) -> None:
    """Make it beside, then move it in one step: two RAs may start on one directory at a time."""
    directory.parent.mkdir(parents=True, exist_ok=True)
    new = Path(tempfile.mkdtemp(prefix=f".{directory.name}-", dir=directory.parent))
    try:
        _fill(new)
        if directory.exists() and not _is_fresh(directory):
            shutil.rmtree(directory, ignore_errors=True)
        with contextlib.suppress(OSError):  # another RA was first: its PKI is as good
            new.rename(directory)
    finally:
        shutil.rmtree(new, ignore_errors=True)
    if not _is_fresh(directory):
        raise OSError(f"the test PKI cannot be made in {directory}")


def _fill(directory: Path) -> None:
    now = datetime.now(UTC).replace(microsecond=0)
    rsa_names = ["iki-ca", "server-ca", "server", *(plan.label for plan in CREDENTIALS if plan.rsa_key)]
    keys = _rsa_keys(rsa_names)
    made = _smki_authorities(now)
    made["iki-ca"] = make_rsa_ca(name((NameOID.COMMON_NAME, "Test IKI CA")), keys["iki-ca"], now)
    made["server-ca"] = make_rsa_ca(name((NameOID.COMMON_NAME, "Test Server CA")), keys["server-ca"], now)
    made["server"] = make_server_certificate(keys["server"], made["server-ca"], ServerProfile(), now)
    revoked = []
    for plan in CREDENTIALS:
        key = keys.get(plan.label) or ec.generate_private_key(ec.SECP256R1())
        made[plan.label] = _iki_identity(plan, key, made["iki-ca"], now)
        if plan.state == "revoked":
            revoked.append(made[plan.label].certificate)
    for label, identity in made.items():
        _save_identity(directory, label, identity)
    crl = make_crl(made["iki-ca"], revoked, now)
    (directory / _CRL).write_bytes(crl.public_bytes(serialization.Encoding.PEM))
    (directory / _STAMP).write_text(LAYOUT)


def _rsa_keys(labels: Sequence[str]) -> dict[str, Key]:
    def make(_: str) -> Key:
        return rsa.generate_private_key(65537, 2048)

    with ThreadPoolExecutor(os.cpu_count()) as pool:
        return dict(zip(labels, pool.map(make, labels), strict=True))


def _smki_authorities(now: datetime) -> dict[str, Identity]:
    organisation_root = make_smki_ca(smki_ca_name("00", "ZA"), None, ORGANISATION_POLICY, now, None)
    device_root = make_smki_ca(printable_name((NameOID.COMMON_NAME, "ZD")), None, DEVICE_POLICY, now, None)
    device_name = printable_name((NameOID.COMMON_NAME, "ZD1"))
    other_name = name((NameOID.COMMON_NAME, "Z9"))
    return {
        "organisation-root-ca": organisation_root,
        "organisation-issuing-ca": make_smki_ca(
            smki_ca_name("07", "Z1"), organisation_root, ORGANISATION_POLICY, now, 0
        ),
        "device-root-ca": device_root,
        "device-issuing-ca": make_smki_ca(device_name, device_root, DEVICE_POLICY, now, 0),
        "device-issuing-ca-2": make_smki_ca(other_name, device_root, DEVICE_POLICY, now, 0),
    }


def _iki_identity(plan: CredentialPlan, key: Key, ca: Identity, now: datetime) -> Identity:
    # A run moves the RA's clock on by months: what is valid, or not yet, is to be so after many runs.
    begins, ends = {
        "expired": (now - 2 * YEAR, now - timedelta(days=1)),
        "not-yet-valid": (now + 9 * YEAR, now + 10 * YEAR),
    }.get(plan.state, (now - timedelta(days=1), now + 9 * YEAR))
    subject = name(
        (NameOID.ORGANIZATION_NAME, plan.party.organisation),
        (NameOID.ORGANIZATIONAL_UNIT_NAME, plan.party.remote_party_role),
        (NameOID.COMMON_NAME, plan.system_name),
    )
    return make_iki_certificate(subject, key, ca, begins, ends)


def _load_identity(directory: Path, label: str) -> Identity | None:
    try:
        certificate = x509.load_pem_x509_certificate((directory / f"{label}.pem").read_bytes())
        # This RA made the key itself, so OpenSSL's slow check of it is left out.
        key = serialization.load_pem_private_key(
            (directory / f"{label}.key").read_bytes(), None, unsafe_skip_rsa_key_validation=True
        )
    except FileNotFoundError:
        return None
    if not isinstance(key, rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey):
        raise TypeError(f"{label}.key is neither RSA nor elliptic curve")
    return Identity(certificate, key)


def key_pem(key: Key) -> bytes:
    """The private key as unencrypted PKCS#8."""
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def certificate_pem(certificate: x509.Certificate) -> bytes:
    """The certificate as PEM."""
    return certificate.public_bytes(serialization.Encoding.PEM)


def write_secret(file: Path, octets: bytes) -> None:
    """Write a file that only its owner may read, whole or not at all."""
    partial = file.with_name(f".{file.name}.{secrets.token_hex(4)}")
    descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as stream:
        stream.write(octets)
    partial.replace(file)


def _save_identity(directory: Path, label: str, identity: Identity) -> None:
    # The key first: a certificate that is there has its key.
    write_secret(directory / f"{label}.key", key_pem(identity.key))
    write_secret(directory / f"{label}.pem", certificate_pem(identity.certificate))


def write_pkcs12(file: Path, label: str, identity: Identity) -> None:
    """Write a credential as PKCS#12, its password in a file beside it."""
    password = secrets.token_urlsafe(16).encode()
    write_secret(file.with_name(file.name + PASSWORD_SUFFIX), password + b"\n")
    pack: Callable[..., bytes] = pkcs12.serialize_key_and_certificates
    encryption = serialization.BestAvailableEncryption(password)
    write_secret(file, pack(label.encode(), identity.key, identity.certificate, None, encryption))
