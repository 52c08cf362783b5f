"""The verdict on one issued Device Certificate, in raw P-256 signature verifications."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from benchmarks.harness import Result, compare
from checks.certificate import DeviceProfile, judge_issued_certificate
from checks.certificate.general import key_identifier

LIMIT = 10.0
_CERTIFICATES = 400
"""All different, as in a batch: what the checks remember of one must not make the next one cheap."""
POLICY = "1.2.826.0.1.8641679.1.2.1.4"
_START = datetime(2024, 1, 1, tzinfo=UTC)
_NO_END = datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Issued:
    """A certificate, the CSR that it answers, and what was signed, all in DER."""

    csr: bytes
    certificate: bytes
    signed: bytes
    signature: bytes


def measure() -> Result:
    """Judge every certificate whole (profile, signature, match with its CSR), and verify every signature."""
    ca_key = ec.generate_private_key(ec.SECP256R1())
    profile = DeviceProfile(POLICY, [ca_certificate(ca_key)])
    issued = [issue(ca_key, number) for number in range(_CERTIFICATES)]
    public_key = ca_key.public_key()
    algorithm = ec.ECDSA(SHA256())

    def judge() -> None:
        for each in issued:
            if findings := judge_issued_certificate(each.certificate, each.csr, profile):
                raise AssertionError(f"the benchmark's own certificate is judged bad: {findings[0]}")

    def verify() -> None:
        for each in issued:
            public_key.verify(each.signature, each.signed, algorithm)

    comparison = compare(judge, verify)
    microseconds = [
        seconds / _CERTIFICATES * 1e6 for seconds in (comparison.work_seconds, comparison.yardstick_seconds)
    ]
    detail = "{:.0f} us a verdict, {:.0f} us a verification".format(*microseconds)
    return Result("verdict", comparison.ratio, LIMIT, detail=detail)


def ca_certificate(key: ec.EllipticCurvePrivateKey) -> bytes:
    """That of the CA with this key, in DER."""
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "Z1")])
    root = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "ZA")])
    builder = x509.CertificateBuilder(root, name, key.public_key(), 1, _START, _NO_END)
    return (
        builder.add_extension(_identifier(key), critical=False).sign(key, SHA256()).public_bytes(Encoding.DER)
    )


def issue(ca_key: ec.EllipticCurvePrivateKey, number: int) -> Issued:
    """A right certificate for a new key and the Device of that number."""
    key = ec.generate_private_key(ec.SECP256R1())
    module = bytes.fromhex("3019060D2A863A0001848FB90F0102020104 08".replace(" ", "")) + number.to_bytes(
        8, "big"
    )
    alternative = x509.SubjectAlternativeName(
        [x509.OtherName(x509.ObjectIdentifier("1.3.6.1.5.5.7.8.4"), module)]
    )
    usage = x509.KeyUsage(True, False, False, False, False, False, False, False, False)
    request = x509.CertificateSigningRequestBuilder(x509.Name([]))
    request = request.add_extension(usage, critical=True).add_extension(alternative, critical=True)
    policies = x509.CertificatePolicies([x509.PolicyInformation(x509.ObjectIdentifier(POLICY), None)])
    authority = x509.AuthorityKeyIdentifier(_identifier(ca_key).digest, None, None)
    issuer = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "Z1")])
    serial = (1 << 120) + number
    builder = x509.CertificateBuilder(issuer, x509.Name([]), key.public_key(), serial, _START, _NO_END)
    for extension, critical in (
        (usage, True),
        (_identifier(key), False),
        (alternative, True),
        (policies, True),
        (authority, False),
    ):
        builder = builder.add_extension(extension, critical=critical)
    certificate = builder.sign(ca_key, SHA256())
    return Issued(
        request.sign(key, SHA256()).public_bytes(Encoding.DER),
        certificate.public_bytes(Encoding.DER),
        certificate.tbs_certificate_bytes,
        certificate.signature,
    )


def _identifier(key: ec.EllipticCurvePrivateKey) -> x509.SubjectKeyIdentifier:
    point = key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    return x509.SubjectKeyIdentifier(key_identifier(point))
