"""Reads the certificates and keys that a target file names."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)
from cryptography.hazmat.primitives.serialization.pkcs12 import load_pkcs12

from targets.model import to_pem
from targets.table import Table

_PEM_CERTIFICATES = "give a PEM file with CERTIFICATE blocks"


@dataclass(frozen=True)
class KeyMaterial:
    """A certificate chain, the end-entity certificate first, and its private key."""

    chain: tuple[x509.Certificate, ...]
    key: PrivateKeyTypes


def read_anchors(table: Table, key: str) -> tuple[x509.Certificate, ...]:
    """All certificates of the PEM files that a key lists, each valid now."""
    anchors: list[x509.Certificate] = []
    for path in table.files(key) or ():
        for certificate in _read_certificates(table, key, path):
            wrong = validity_problem(certificate, table)
            if wrong:
                table.problems.add(
                    table.name(key), wrong, "give the certificate in force", value=str(path.name)
                )
            anchors.append(certificate)
    return tuple(anchors)


def read_key_material(table: Table) -> KeyMaterial | None:
    """What a credential's table names: a PKCS#12 file, or a PEM certificate and a PEM key."""
    if "pkcs12" in table:
        return _read_pkcs12(table)
    certificate_path = table.file("certificate", required="give the path of a PEM certificate, or pkcs12")
    key_path = table.file("key", required="give the path of the certificate's PEM private key")
    password_named = any(f"key_password_{kind}" in table for kind in ("env", "file"))
    password = table.secret("key_password")
    chain = _read_certificates(table, "certificate", certificate_path) if certificate_path else []
    if password_named and password is None:
        return None
    key = _read_key(table, key_path, password) if key_path else None
    if not chain or key is None:
        return None
    return _matched(table, "key", chain, key)


def validity_problem(certificate: x509.Certificate, table: Table) -> str | None:
    """Says that a certificate is not in force now; None where it is."""
    now = table.source.now
    if certificate.not_valid_after_utc < now:
        return f"the certificate expired on {certificate.not_valid_after_utc:%Y-%m-%d %H:%M} UTC"
    if certificate.not_valid_before_utc > now:
        return f"the certificate is not valid before {certificate.not_valid_before_utc:%Y-%m-%d %H:%M} UTC"
    return None


def credential_key_problem(certificate: x509.Certificate) -> str | None:
    """Says how a certificate departs from M-G-c (RSA 2048, SHA-256); None where it keeps it."""
    public = certificate.public_key()
    if not isinstance(public, rsa.RSAPublicKey):
        return f"the certificate's key is {type(public).__name__.removesuffix('PublicKey')}, not RSA"
    if public.key_size != 2048:
        return f"the certificate's RSA key has {public.key_size} bits, not 2048"
    algorithm = certificate.signature_hash_algorithm
    if not isinstance(algorithm, hashes.SHA256):
        name = algorithm.name if algorithm else "no separate hash"
        return f"the certificate is signed with {name}, not SHA-256"
    return None


def key_texts(key: PrivateKeyTypes) -> tuple[str, str]:
    """The Base64 text of a private key, in lines and in one line: what a redactor looks for."""
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode("ascii")
    body = "\n".join(pem.split("\n")[1:-2])
    return body, body.replace("\n", "")


def chain_pem(material: KeyMaterial) -> str:
    """The chain as PEM text."""
    return "".join(to_pem(certificate) for certificate in material.chain)


def _read_pkcs12(table: Table) -> KeyMaterial | None:
    path = table.file("pkcs12")
    for key in ("certificate", "key"):
        if table.text(key) is not None:
            table.bad(key, "pkcs12 is given as well", "give either pkcs12, or certificate and key")
    password_named = any(f"password_{kind}" in table for kind in ("env", "file"))
    password = table.secret("password")
    if path is None or (password_named and password is None):
        return None
    try:
        content = load_pkcs12(path.read_bytes(), password.encode() if password is not None else None)
    except OSError as error:
        table.bad("pkcs12", f"cannot be read: {error.strerror}", "give a file that this user may read")
        return None
    except (ValueError, UnsupportedAlgorithm):
        wrong = "not a PKCS#12 file, or its password is wrong"
        table.bad("pkcs12", wrong, "give its password with password_env or password_file")
        return None
    if content.key is None or content.cert is None:
        table.bad("pkcs12", "holds no certificate with its private key", "export both into it")
        return None
    chain = [content.cert.certificate, *(extra.certificate for extra in content.additional_certs)]
    return _matched(table, "pkcs12", chain, content.key)


def _read_certificates(table: Table, key: str, path: Path) -> list[x509.Certificate]:
    try:
        with warnings.catch_warnings():
            # Oddities that cryptography warns of are for the checks to judge, not for the loader.
            warnings.simplefilter("ignore")
            return x509.load_pem_x509_certificates(path.read_bytes())
    except OSError as error:
        wrong, right = f"cannot be read: {error.strerror}", "give a file that this user may read"
    except ValueError:
        wrong, right = "holds no readable certificate", _PEM_CERTIFICATES
    table.problems.add(table.name(key), wrong, right, value=path.name)
    return []


def _read_key(table: Table, path: Path, password: str | None) -> PrivateKeyTypes | None:
    try:
        return load_pem_private_key(
            path.read_bytes(),
            password.encode() if password is not None else None,
            # OpenSSL's own check tests the primes again, 25 ms a key. `_matched` tries the key instead.
            unsafe_skip_rsa_key_validation=True,
        )
    except OSError as error:
        table.bad("key", f"cannot be read: {error.strerror}", "give a file that this user may read")
    except TypeError:
        if password is None:
            wrong = "is encrypted, and no password is named"
            table.bad("key", wrong, "name its password with key_password_env or key_password_file")
        else:
            table.bad("key", "is not encrypted, though a password is named", "take key_password_... away")
    except (ValueError, UnsupportedAlgorithm):
        if password is None:
            table.bad("key", "not a readable private key", "give a PEM file with a PRIVATE KEY block")
        else:
            wrong = "not a readable private key, or its password is wrong"
            table.bad("key", wrong, "give a PEM key and the password that it is encrypted with")
    return None


def _matched(
    table: Table, name: str, chain: list[x509.Certificate], key: PrivateKeyTypes
) -> KeyMaterial | None:
    if not _belongs(key, chain[0]):
        table.bad(name, "does not match the certificate", "give the key that the certificate was issued for")
        return None
    return KeyMaterial(tuple(chain), key)


def _belongs(key: PrivateKeyTypes, certificate: x509.Certificate) -> bool:
    form = (Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    try:
        public = certificate.public_key()
        if key.public_key().public_bytes(*form) != public.public_bytes(*form):
            return False
        if isinstance(key, rsa.RSAPrivateKey) and isinstance(public, rsa.RSAPublicKey):
            scheme = (padding.PKCS1v15(), hashes.SHA256())
            public.verify(key.sign(b"trial", *scheme), b"trial", *scheme)
    except (InvalidSignature, UnsupportedAlgorithm, ValueError):
        return False
    return True
