"""Verdicts on a server's certificate and on what a TLS session agreed on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding

from checks.tls import PERMITTED_SUITES, judge_cipher, judge_server_certificate

NOW = datetime(2026, 6, 1, 12, 0, tzinfo=UTC)
DAY = timedelta(days=1)
Key = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey


@dataclass(frozen=True)
class Pki:
    """A root, an intermediate CA, a server's key, and another root of the root's name."""

    root_key: Key
    ca_key: Key
    key: Key
    root: bytes
    ca: bytes
    stranger: bytes


def named(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, text)])


def issue(
    subject: str,
    key: Key,
    issuer: str,
    issuer_key: Key,
    *extensions: x509.ExtensionType,
    start: datetime = NOW - DAY,
    end: datetime = NOW + DAY,
    algorithm: hashes.HashAlgorithm | None = None,
) -> bytes:
    builder = x509.CertificateBuilder(
        named(issuer), named(subject), key.public_key(), x509.random_serial_number(), start, end
    )
    for extension in extensions:
        builder = builder.add_extension(
            extension, critical=not isinstance(extension, x509.SubjectAlternativeName)
        )
    return builder.sign(issuer_key, algorithm or hashes.SHA256()).public_bytes(Encoding.DER)


def ca_extensions(sign: bool = True, ca: bool = True) -> tuple[x509.ExtensionType, ...]:
    usage = x509.KeyUsage(not sign, False, False, False, False, sign, sign, False, False)
    return x509.BasicConstraints(ca=ca, path_length=None), usage


def names(*hosts: str) -> x509.SubjectAlternativeName:
    return x509.SubjectAlternativeName(
        [x509.IPAddress(ip_address(host)) if host[-1].isdigit() else x509.DNSName(host) for host in hosts]
    )


@pytest.fixture(scope="module")
def pki() -> Pki:
    root_key, ca_key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    key = rsa.generate_private_key(65537, 2048)
    root = issue("Root", root_key, "Root", root_key, *ca_extensions(), end=NOW + 999 * DAY)
    ca = issue("CA", ca_key, "Root", root_key, *ca_extensions())
    stranger_key = ec.generate_private_key(ec.SECP256R1())
    stranger = issue("Root", stranger_key, "Root", stranger_key, *ca_extensions())
    return Pki(root_key, ca_key, key, root, ca, stranger)


def judged(pki: Pki, chain: list[bytes], host: str = "ra.example", at: datetime = NOW) -> list[str]:
    return [finding.requirement for finding in judge_server_certificate(chain, [pki.root], host, at)]


def leaf(pki: Pki, *hosts: str, **changes: object) -> bytes:
    key = changes.pop("key", pki.key)
    return issue("Server", key, "CA", pki.ca_key, names(*hosts or ("ra.example",)), **changes)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("presented", "host"),
    [
        ("ra.example", "ra.example"),
        ("RA.Example", "ra.example."),
        ("*.dcc.example", "ra.dcc.example"),
        ("127.0.0.1", "127.0.0.1"),
        ("::1", "[::1]"),
    ],
)
def test_a_right_certificate_passes(pki: Pki, presented: str, host: str) -> None:
    assert judged(pki, [leaf(pki, presented), pki.ca], host) == []


def test_a_certificate_directly_under_the_anchor_passes(pki: Pki) -> None:
    assert judged(pki, [issue("Server", pki.key, "Root", pki.root_key, names("ra.example"))]) == []


@pytest.mark.parametrize(
    ("presented", "host"),
    [
        ("ra.example", "other.example"),
        ("*.example", "a.b.example"),
        ("*.example", "example"),
        ("ra.example", "127.0.0.1"),
        ("127.0.0.1", "127.0.0.2"),
        ("127.0.0.1", "ra.example"),
    ],
)
def test_another_host_is_found(pki: Pki, presented: str, host: str) -> None:
    assert judged(pki, [leaf(pki, presented), pki.ca], host) == ["M-2.4.EST-b"]


def test_a_certificate_without_alternative_names_is_found(pki: Pki) -> None:
    bare = issue("ra.example", pki.key, "CA", pki.ca_key)
    assert judged(pki, [bare, pki.ca]) == ["M-2.4.EST-b"]


@pytest.mark.parametrize("at", [NOW - 2 * DAY, NOW + 2 * DAY], ids=["not yet valid", "expired"])
def test_the_time_is_judged_apart_from_the_chain(pki: Pki, at: datetime) -> None:
    assert judged(pki, [leaf(pki), pki.ca], at=at) == ["M-2.4.EST-b"]


@pytest.mark.parametrize(
    "new_key",
    [
        lambda: rsa.generate_private_key(65537, 3072),
        lambda: rsa.generate_private_key(65537, 1024),
        lambda: ec.generate_private_key(ec.SECP256R1()),
    ],
    ids=["RSA 3072", "RSA 1024", "P-256"],
)
def test_another_key_is_found(pki: Pki, new_key: Callable[[], Key]) -> None:
    assert judged(pki, [leaf(pki, key=new_key()), pki.ca]) == ["M-G-b"]


def test_another_hash_is_found(pki: Pki) -> None:
    assert judged(pki, [leaf(pki, algorithm=hashes.SHA384()), pki.ca]) == ["M-G-b"]


def test_a_chain_that_leads_nowhere_is_found(pki: Pki) -> None:
    expired = issue(
        "CA", pki.ca_key, "Root", pki.root_key, *ca_extensions(), start=NOW - 9 * DAY, end=NOW - 8 * DAY
    )
    no_ca = issue("CA", pki.ca_key, "Root", pki.root_key, *ca_extensions(ca=False))
    no_signer = issue("CA", pki.ca_key, "Root", pki.root_key, *ca_extensions(sign=False))
    for others in ([], [pki.root], [expired], [no_ca], [no_signer], [b"not DER"]):
        assert judged(pki, [leaf(pki), *others]) == ["M-2.4.EST-b"]
    self_signed = issue("Server", pki.key, "Server", pki.key, names("ra.example"))
    assert judged(pki, [self_signed]) == ["M-2.4.EST-b"]
    findings = judge_server_certificate([leaf(pki), pki.ca], [pki.stranger], "ra.example", NOW)
    assert [finding.requirement for finding in findings] == ["M-2.4.EST-b"]


@pytest.mark.parametrize("chain", [[], [b""], [b"\x30\x00"], [b"-----BEGIN CERTIFICATE-----"]])
def test_no_certificate_is_found(pki: Pki, chain: list[bytes]) -> None:
    assert judged(pki, chain) == ["M-2.4.EST-b"]


def test_anchors_that_are_none_are_the_callers_mistake(pki: Pki) -> None:
    for anchors in ([], [b"not DER"]):
        with pytest.raises(ValueError, match=r"."):
            judge_server_certificate([leaf(pki), pki.ca], anchors, "ra.example", NOW)


@pytest.mark.parametrize("suite", PERMITTED_SUITES, ids=lambda suite: suite.openssl_name)
def test_a_permitted_suite_passes_under_both_names(suite) -> None:
    assert judge_cipher("TLSv1.2", suite.openssl_name) == []
    assert judge_cipher("TLSv1.2", suite.iana_name) == []


@pytest.mark.parametrize(
    ("version", "cipher", "found"),
    [
        ("TLSv1.2", "ECDHE-RSA-CHACHA20-POLY1305", ["cipher suite"]),
        ("TLSv1.2", "AES256-GCM-SHA384", ["cipher suite"]),
        ("TLSv1.1", "ECDHE-RSA-AES256-SHA", ["TLS version", "cipher suite"]),
        ("TLSv1.3", "TLS_AES_256_GCM_SHA384", ["TLS version"]),
        ("SSLv3", "ECDHE-RSA-AES128-SHA256", ["TLS version"]),
    ],
)
def test_others_are_found(version: str, cipher: str, found: list[str]) -> None:
    findings = judge_cipher(version, cipher)
    assert [finding.where for finding in findings] == found
    assert {finding.requirement for finding in findings} == {"M-G-a"}


def test_the_versions_are_settings() -> None:
    assert judge_cipher("TLSv1.3", "TLS_AES_128_GCM_SHA256", "TLSv1.2", "TLSv1.3") == []
    assert judge_cipher("TLSv1.2", "ECDHE-RSA-AES128-SHA256", "TLSv1.3", "TLSv1.3") != []
