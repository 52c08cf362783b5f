"""What a Device Certificate takes over from its CSR, octet for octet."""

from __future__ import annotations

from collections.abc import Iterator

from checks.certificate.extensions import KEY_USAGE, NAMES, SUBJECT_ALT_NAME
from checks.certificate.request import SigningRequest, read_signing_request
from checks.certificate.rules import in_hexadecimal
from checks.certificate.structure import Certificate, read_certificate, unreadable
from checks.der import DerError
from checks.finding import Finding


def judge_against_csr(certificate_der: bytes, csr_der: bytes) -> list[Finding]:
    """Compare a certificate with the CSR (PKCS#10, DER) that it answers.

    The public key is that of the CSR (M-2.4.1.4-a); the values of keyUsage and subjectAltName are carried
    over (G-DEV-g), whatever the CSR marks critical. A certificate that cannot be read gives one finding of
    G-12-a; a CSR that cannot be read gives one of M-2.2-a, since no certificate may answer it.
    """
    try:
        certificate = read_certificate(certificate_der)
    except DerError as error:
        return [unreadable(error)]
    return compare_with_csr(certificate, csr_der)


AD_HOC_ISSUE = "M-2.4.1.4-a"
"""Why a certificate has the public key of its CSR, where the Ad Hoc service issued it."""


def compare_with_csr(certificate: Certificate, csr_der: bytes, issue: str = AD_HOC_ISSUE) -> list[Finding]:
    """As `judge_against_csr`, of a certificate that was read already; `issue` is the requirement by which the
    service that was asked issues certificates."""
    try:
        request = read_signing_request(csr_der)
    except DerError as error:
        return [unanswerable(error)]
    findings = list(compare_keys(certificate, request, issue))
    for oid in (KEY_USAGE, SUBJECT_ALT_NAME):
        wanted = request.values.get(oid)
        extension = certificate.extensions.get(oid)
        found = None if extension is None else extension.value
        if wanted != found:
            expected = f"the value in the CSR: {_shown(wanted)}"
            findings.append(
                Finding("G-DEV-g", expected, _shown(found), f"certificate, extension {NAMES[oid]}")
            )
    return findings


def unanswerable(error: DerError) -> Finding:
    """The finding on a certificate for a CSR that cannot be read."""
    expected = "no certificate for a CSR that is not PKCS#10"
    return Finding("M-2.2-a", expected, f"a certificate was issued; the CSR: {error}", "CSR")


def compare_keys(certificate: Certificate, request: SigningRequest, issue: str) -> Iterator[Finding]:
    """Whether the public key is that of the CSR; `issue` as for `compare_with_csr`."""
    if certificate.key != request.key:
        expected = f"the public key of the CSR: {in_hexadecimal(request.key, 128)}"
        observed = in_hexadecimal(certificate.key, 128)
        yield Finding(issue, expected, observed, "certificate, subjectPublicKeyInfo")


def _shown(value: bytes | None) -> str:
    return "absent" if value is None else in_hexadecimal(value, 256)
