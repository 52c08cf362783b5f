"""G-BAD: defects found in real test certificates, as far as they concern every certificate that is issued.

Each says again what another row forbids, and is judged beside that row: a certificate with such a defect
breaks both.
"""

from __future__ import annotations

from cryptography.hazmat.primitives.asymmetric import ec

from checks.certificate.extensions import CERTIFICATE_POLICIES, KEY_USAGE, KeyUsage
from checks.certificate.issuing import CertificateProfile
from checks.certificate.rules import RuleBook
from checks.certificate.structure import ECDSA_SHA256_NULL, Certificate, p256_point

BOOK: RuleBook[CertificateProfile] = RuleBook()


@BOOK.rule(
    "G-BAD-b",
    "an ECDSA AlgorithmIdentifier without NULL parameters",
    where="signature and signatureAlgorithm",
    source="a defect of real test certificates, RFC 5758 3.2",
    varies=True,
)
def algorithm_parameters_are_not_null(certificate: Certificate, _profile: CertificateProfile) -> str | None:
    """Beside G-12-e, and of either place."""
    null = ECDSA_SHA256_NULL in (certificate.inner_algorithm, certificate.outer_algorithm)
    return "NULL parameters" if null else None


@BOOK.rule(
    "G-BAD-c",
    "no signature by the certificate's own key under another issuer's name",
    where="signatureValue",
    source="a defect of real test certificates",
    varies=True,
)
def certificate_is_not_self_signed(certificate: Certificate, profile: CertificateProfile) -> str | None:
    """Beside G-12-a, and judged only where no issuing CA's key verifies the signature."""
    point = p256_point(certificate.key)
    if point is None or profile.signer_of(certificate):
        return None
    try:
        own = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), point)
    except ValueError:  # not on the curve: G-12-d
        return None
    return f"self-signed, issuer {certificate.issuer_name}" if certificate.signed_by(own) else None


@BOOK.rule(
    "G-BAD-d",
    "certificatePolicies critical",
    where="extension certificatePolicies",
    source="a defect of real test certificates",
)
def policies_are_not_left_uncritical(certificate: Certificate, _profile: CertificateProfile) -> str | None:
    """Beside G-12-g."""
    extension = certificate.extensions.get(CERTIFICATE_POLICIES)
    return "not critical" if extension is not None and not extension.critical else None


@BOOK.rule(
    "G-BAD-f",
    "no nonRepudiation",
    where="extension keyUsage",
    source="a defect of real test certificates",
)
def usage_is_not_non_repudiation(certificate: Certificate, _profile: CertificateProfile) -> str | None:
    """Beside G-12-k."""
    content = certificate.content(KEY_USAGE, KeyUsage)
    return "nonRepudiation" if content is not None and "nonRepudiation" in content.bits else None
