"""What a verdict on certificates is taken against: the target's settings and its issuing CAs."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from cryptography.hazmat.primitives.asymmetric import ec

from checks.certificate.extensions import (
    AUTHORITY_KEY_IDENTIFIER,
    SUBJECT_KEY_IDENTIFIER,
    AuthorityKeyIdentifier,
    KeyIdentifier,
)
from checks.certificate.names import Name, read_name
from checks.certificate.recall import FRAMES_MAXIMUM, Frame
from checks.certificate.structure import Certificate, p256_point, read_certificate
from checks.der import DerError, oid_octets, read_der
from checks.finding import Finding


@dataclass(frozen=True, slots=True)
class IssuingCa:
    """A CA that issues Device or Organisation Certificates."""

    subject: bytes
    """DER of its Name."""
    name: Name
    key_identifier: bytes | None
    """Its subjectKeyIdentifier."""
    public_key: ec.EllipticCurvePublicKey

    @classmethod
    def from_der(cls, octets: bytes) -> IssuingCa:
        """Of a CA certificate in DER. Raises ValueError where it is not one with a P-256 key."""
        try:
            certificate = read_certificate(octets)
            name = read_name(read_der(certificate.subject))
        except DerError as error:
            raise ValueError(f"an issuing CA certificate cannot be read: {error}") from None
        point = p256_point(certificate.key)
        if point is None:
            raise ValueError(f"the issuing CA {name} has no P-256 public key (uncompressed, named curve)")
        own = certificate.content(SUBJECT_KEY_IDENTIFIER, KeyIdentifier)
        return cls(
            certificate.subject,
            name,
            own.octets if own else None,
            ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), point),
        )


@dataclass(frozen=True)
class CertificateProfile:
    """The settings of a target that bear on all certificates of one kind.

    Without issuing CAs no signature is verified and no authorityKeyIdentifier compared.
    Raises ValueError where a CA certificate or an object identifier cannot be read.
    """

    policy_oid: str
    """The policyIdentifier of the environment's certificates of this kind, dotted (G-12-l, G-OID-a)."""
    issuing_ca_certificates: Iterable[bytes] = ()
    """DER of the CA certificates that they are issued under."""
    issuing_cas: tuple[IssuingCa, ...] = field(init=False, repr=False, compare=False)
    _by_subject: dict[bytes, tuple[IssuingCa, ...]] = field(init=False, repr=False, compare=False)
    _findings: dict[Frame[Certificate], tuple[Finding, ...]] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Read the CA certificates, once."""
        oid_octets(self.policy_oid)
        certificates = tuple(self.issuing_ca_certificates)
        object.__setattr__(self, "issuing_ca_certificates", certificates)
        object.__setattr__(self, "issuing_cas", tuple(map(IssuingCa.from_der, certificates)))
        object.__setattr__(self, "_by_subject", {})
        object.__setattr__(self, "_findings", {})
        for ca in self.issuing_cas:
            self._by_subject[ca.subject] = (*self._by_subject.get(ca.subject, ()), ca)

    def issuers_of(self, certificate: Certificate) -> tuple[IssuingCa, ...]:
        """The CAs whose subject is the certificate's issuer; of several, those that its
        authorityKeyIdentifier names, if any."""
        same = self._by_subject.get(certificate.issuer)
        if same is None:
            same = tuple(ca for ca in self.issuing_cas if ca.name.matches(certificate.issuer_name))
        if len(same) > 1:
            wanted = certificate.content(AUTHORITY_KEY_IDENTIFIER, AuthorityKeyIdentifier)
            named = wanted.key_identifier if wanted else None
            same = tuple(ca for ca in same if ca.key_identifier == named) or same
        return same

    def signer_of(self, certificate: Certificate) -> IssuingCa | None:
        """The CA of `issuers_of` whose key verifies the certificate's signature."""
        return next((ca for ca in self.issuers_of(certificate) if certificate.signed_by(ca.public_key)), None)

    def recalled(self, frame: Frame[Certificate]) -> tuple[Finding, ...] | None:
        """What `recall` was given for that frame; None where it was not, or was forgotten."""
        return self._findings.get(frame)

    def recall(self, frame: Frame[Certificate], findings: tuple[Finding, ...]) -> None:
        """Remember the findings that all certificates of the frame share under this profile."""
        if len(self._findings) >= FRAMES_MAXIMUM:
            self._findings.clear()
        self._findings[frame] = findings
