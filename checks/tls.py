"""Verdicts on the TLS layer (Appendix M8.0, M-G): server certificate, protocol version, cipher suite."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from ipaddress import ip_address

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.x509 import verification

from checks.finding import Finding


@dataclass(frozen=True, slots=True)
class CipherSuite:
    """A TLS cipher suite under its three names."""

    code: int
    """The IANA registry's two octets."""
    iana_name: str
    openssl_name: str


PERMITTED_SUITES = (
    CipherSuite(0xC030, "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384", "ECDHE-RSA-AES256-GCM-SHA384"),
    CipherSuite(0xC028, "TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA384", "ECDHE-RSA-AES256-SHA384"),
    CipherSuite(0xC02F, "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256", "ECDHE-RSA-AES128-GCM-SHA256"),
    CipherSuite(0xC027, "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA256", "ECDHE-RSA-AES128-SHA256"),
)
"""The cipher suites of M-G-a. All are of TLS 1.2."""

VERSIONS = ("SSLv3", "TLSv1", "TLSv1.1", "TLSv1.2", "TLSv1.3")
"""As OpenSSL names them, oldest first."""

_KEY_BITS = 2048
_CHAIN_MAXIMUM = 10
_LEAF = "server certificate"


def judge_cipher(
    version: str,
    cipher: str,
    minimum: str = "TLSv1.2",
    maximum: str = "TLSv1.2",
    *,
    permitted: Collection[CipherSuite] = PERMITTED_SUITES,
) -> list[Finding]:
    """Judge what a session agreed on (M-G-a), in OpenSSL's names.

    The suites are those of TLS 1.2. Where the settings allow TLS 1.3, its own suites pass.
    """
    findings = []
    allowed = VERSIONS[VERSIONS.index(minimum) : VERSIONS.index(maximum) + 1]
    if version not in allowed:
        findings.append(Finding("M-G-a", " or ".join(allowed), version, "TLS version"))
    names = {name for suite in permitted for name in (suite.openssl_name, suite.iana_name)}
    if version != "TLSv1.3" and cipher not in names:
        expected = "one of " + ", ".join(suite.openssl_name for suite in permitted)
        findings.append(Finding("M-G-a", expected, cipher, "cipher suite"))
    return findings


def judge_server_certificate(
    chain: Sequence[bytes], anchors: Sequence[bytes], host: str, at: datetime
) -> list[Finding]:
    """Judge what a server presented: `chain` as it came, the server's own certificate first.

    `anchors` are the target's trust anchors, `host` is the name or address that was connected to, `at` the
    time (with its time zone) of the connection. All certificates are DER. M-G-b: RSA 2048, SHA-256.
    M-2.4.EST-b: a chain to an anchor, the host's name, the time. Raises ValueError where there are no anchors
    or they cannot be read.
    """
    store = verification.Store([x509.load_der_x509_certificate(anchor) for anchor in anchors])
    if not chain:
        return [Finding("M-2.4.EST-b", "a certificate", "none", _LEAF)]
    try:
        leaf = x509.load_der_x509_certificate(chain[0])
        findings = [
            *_judge_key(leaf),
            *_judge_hash(leaf),
            *_judge_validity(leaf, at),
            *_judge_host(leaf, host),
        ]
    except (ValueError, UnsupportedAlgorithm, x509.DuplicateExtension) as error:
        return [Finding("M-2.4.EST-b", "an X.509 certificate", f"it cannot be read: {error}", _LEAF)]
    return [*findings, *_judge_chain(leaf, chain[1:], store, at)]


def _judge_key(leaf: x509.Certificate) -> list[Finding]:
    key = leaf.public_key()
    if isinstance(key, rsa.RSAPublicKey) and key.key_size == _KEY_BITS:
        return []
    size = getattr(key, "key_size", None)
    kind = type(key).__name__.removesuffix("PublicKey")
    return [Finding("M-G-b", f"an RSA key of {_KEY_BITS} bits", f"{kind} {size or ''}".strip(), _LEAF)]


def _judge_hash(leaf: x509.Certificate) -> list[Finding]:
    algorithm = leaf.signature_hash_algorithm
    if isinstance(algorithm, SHA256):
        return []
    observed = algorithm.name if algorithm else leaf.signature_algorithm_oid.dotted_string
    return [Finding("M-G-b", "a signature with SHA-256", observed, _LEAF)]


def _judge_validity(leaf: x509.Certificate, at: datetime) -> list[Finding]:
    if leaf.not_valid_before_utc <= at <= leaf.not_valid_after_utc:
        return []
    observed = f"valid from {leaf.not_valid_before_utc} to {leaf.not_valid_after_utc}"
    return [Finding("M-2.4.EST-b", f"a certificate valid at {at}", observed, _LEAF)]


def _judge_host(leaf: x509.Certificate, host: str) -> list[Finding]:
    """The name by RFC 6125: in subjectAltName; a wildcard only as the whole of the first label."""
    try:
        names = leaf.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return [Finding("M-2.4.EST-b", f"a certificate for {host}", "no subjectAltName", _LEAF)]
    addresses = [str(address) for address in names.get_values_for_type(x509.IPAddress)]
    domains = names.get_values_for_type(x509.DNSName)
    try:
        found = str(ip_address(host.strip("[]"))) in addresses
    except ValueError:
        found = any(_covers(domain, host) for domain in domains)
    if found:
        return []
    observed = f"one for {', '.join([*domains, *addresses]) or 'no host'}"
    return [Finding("M-2.4.EST-b", f"a certificate for {host}", observed, _LEAF)]


def _covers(domain: str, host: str) -> bool:
    pattern, name = domain.lower().rstrip("."), host.lower().rstrip(".")
    if not pattern.startswith("*."):
        return pattern == name
    label, _, rest = name.partition(".")
    return bool(label) and rest == pattern[2:] and "." in rest


def _judge_chain(
    leaf: x509.Certificate, others: Sequence[bytes], store: verification.Store, at: datetime
) -> list[Finding]:
    """The path to an anchor, at a time at which the leaf is valid: its own validity is judged apart."""
    moment = min(max(at, leaf.not_valid_before_utc), leaf.not_valid_after_utc)
    try:
        _verifier(store, moment).verify(leaf, [x509.load_der_x509_certificate(other) for other in others])
    except (verification.VerificationError, ValueError) as error:
        expected = "a chain to one of the target's trust anchors"
        return [Finding("M-2.4.EST-b", expected, f"issuer {_text(leaf.issuer)}: {error}", _LEAF)]
    return []


def _verifier(store: verification.Store, moment: datetime) -> verification.ClientVerifier:
    """One that looks at the path alone.

    The library's defaults are those of the Web PKI, which a test environment's own CA need not keep; and its
    verifier for servers looks at the host too, which is judged apart.
    """
    agnostic = verification.Criticality.AGNOSTIC
    ca_policy = (
        verification.ExtensionPolicy.permit_all()
        .require_present(x509.BasicConstraints, agnostic, None)
        .may_be_present(x509.KeyUsage, agnostic, _require_certificate_signing)
    )
    builder = verification.PolicyBuilder().store(store).time(moment).max_chain_depth(_CHAIN_MAXIMUM)
    return builder.extension_policies(
        ca_policy=ca_policy, ee_policy=verification.ExtensionPolicy.permit_all()
    ).build_client_verifier()


def _require_certificate_signing(
    _policy: verification.Policy, _certificate: x509.Certificate, usage: x509.KeyUsage | None
) -> None:
    if usage is not None and not usage.key_cert_sign:
        raise ValueError("a CA certificate whose keyUsage lacks keyCertSign")


def _text(name: x509.Name) -> str:
    return name.rfc4514_string() or "(empty)"
