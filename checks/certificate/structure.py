"""A certificate, cut into its fields without judging them.

Most fields are kept as octets: what two of them must have in common is compared octet for octet.
"""

from __future__ import annotations

from typing import TypeVar

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256

from checks.certificate.extensions import Extension, read_extension, trailing_identifier, with_identifier
from checks.certificate.names import Name, read_name
from checks.certificate.recall import Frame, Recall
from checks.certificate.times import Time, read_time
from checks.der import BIT_STRING, INTEGER, SEQUENCE, DerError, Node, read_der
from checks.finding import Finding

WHOLE_CERTIFICATE = "certificate"
"""Where a finding points that leaves nothing else to be judged: the octets are no certificate."""
VERSION_3 = bytes.fromhex("A003020102")
"""[0] EXPLICIT INTEGER 2."""
P256_KEY_PREFIX = bytes.fromhex("3059301306072A8648CE3D020106082A8648CE3D03010703420004")
"""SubjectPublicKeyInfo of an uncompressed P-256 point, up to its octet 04: id-ecPublicKey, prime256v1."""
ECDSA_SHA256 = bytes.fromhex("300A06082A8648CE3D040302")
"""AlgorithmIdentifier of ecdsa-with-SHA256, parameters absent (RFC 5758)."""
ECDSA_SHA256_NULL = bytes.fromhex("300C06082A8648CE3D0403020500")
"""The same with NULL parameters, which some libraries refuse to read."""
_P256_KEY_OCTETS = 91
_POINT_OCTETS = 65
_ECDSA_SHA256 = ec.ECDSA(SHA256())

Decoded = TypeVar("Decoded")


class Certificate:
    """The fields of an X.509 certificate, each as its octets unless said otherwise."""

    __slots__ = (
        "_identified",
        "_tried",
        "duplicates",
        "extensions",
        "extensions_empty",
        "frame",
        "inner_algorithm",
        "issuer",
        "issuer_name",
        "key",
        "not_after",
        "not_before",
        "outer_algorithm",
        "serial",
        "signature",
        "subject",
        "tbs",
        "unique_identifiers",
        "version",
    )

    tbs: bytes
    """The TBSCertificate: what is signed."""
    version: bytes | None
    """The whole [0] element; None where it is absent (version 1)."""
    serial: bytes
    """Contents octets of the INTEGER."""
    inner_algorithm: bytes
    """The AlgorithmIdentifier in the TBSCertificate."""
    outer_algorithm: bytes
    """The AlgorithmIdentifier beside the signature."""
    issuer: bytes
    issuer_name: Name
    not_before: Time
    not_after: Time
    subject: bytes
    key: bytes
    """The SubjectPublicKeyInfo."""
    unique_identifiers: bool
    """Whether issuerUniqueID or subjectUniqueID is there."""
    extensions: dict[bytes, Extension]
    """By object identifier octets; the first of each."""
    duplicates: tuple[Extension, ...]
    """Extensions whose object identifier had come before."""
    extensions_empty: bool
    """Whether there is an Extensions without any."""
    signature: bytes
    """Contents octets of the signatureValue BIT STRING."""
    frame: Frame[Certificate] | None
    """What was remembered of an earlier certificate and holds for this one."""
    _identified: tuple[bytes, ...]
    """Object identifier octets of the extensions that end in an identifier, in order."""
    _tried: list[tuple[ec.EllipticCurvePublicKey, bool]]
    """Keys that `signed_by` was asked about: a verification costs more than all the rest."""

    def content(self, oid: bytes, kind: type[Decoded]) -> Decoded | None:
        """What the extension `oid` says; None where it is absent or cannot be decoded."""
        extension = self.extensions.get(oid)
        if extension is None or not isinstance(extension.content, kind):
            return None
        return extension.content

    def signed_by(self, key: ec.EllipticCurvePublicKey) -> bool:
        """Whether the signature is ECDSA with SHA-256 by `key`, whatever the algorithm identifiers say."""
        for tried, verified in self._tried:
            if tried is key:
                return verified
        verified = self._verifies(key)
        self._tried.append((key, verified))
        return verified

    def _verifies(self, key: ec.EllipticCurvePublicKey) -> bool:
        if not self.signature.startswith(b"\x00"):
            return False
        try:
            key.verify(self.signature[1:], self.tbs, _ECDSA_SHA256)
        except InvalidSignature:
            return False
        return True


KNOWN: Recall[Certificate] = Recall()


def read_certificate(octets: bytes) -> Certificate:
    """Cut `octets` into the fields of a certificate. Raises DerError where they have not its structure."""
    parts = read_der(octets).members("a Certificate")
    if len(parts) != 3 or parts[1].tag != SEQUENCE or parts[2].tag != BIT_STRING:
        raise DerError(0, "not tbsCertificate, signatureAlgorithm, signatureValue")
    certificate = Certificate()
    certificate.tbs = parts[0].octets
    certificate.outer_algorithm = parts[1].octets
    certificate.signature = parts[2].value
    certificate.frame = KNOWN.find(certificate.tbs)
    certificate._tried = []
    if certificate.frame is None:
        _read_signed_part(certificate, parts[0])
    else:
        _fill_in(certificate, certificate.frame)
    return certificate


def _fill_in(certificate: Certificate, frame: Frame[Certificate]) -> None:
    """Take what is common from the certificate that was read before, what varies from this one."""
    known, tbs = frame.reading, certificate.tbs
    serial, start, point, *identifiers = frame.holes
    certificate.version = known.version
    certificate.serial = tbs[serial]
    certificate.inner_algorithm = known.inner_algorithm
    certificate.issuer = known.issuer
    certificate.issuer_name = known.issuer_name
    certificate.not_before = read_time(known.not_before.tag, tbs[start])
    certificate.not_after = known.not_after
    certificate.subject = known.subject
    certificate.key = known.key[:-_POINT_OCTETS] + tbs[point]
    certificate.unique_identifiers = known.unique_identifiers
    certificate.extensions = dict(known.extensions)
    certificate.duplicates = known.duplicates
    certificate.extensions_empty = known.extensions_empty
    for oid, hole in zip(known._identified, identifiers, strict=True):
        certificate.extensions[oid] = with_identifier(known.extensions[oid], tbs[hole])


def _read_signed_part(certificate: Certificate, tbs: Node) -> None:
    """Read the TBSCertificate, and remember its structure where it is that of any Device Certificate."""
    fields = tbs.members("a TBSCertificate")
    certificate.version = None
    if fields and fields[0].tag == 0xA0:
        certificate.version = fields.pop(0).octets
    if len(fields) < 6:
        raise DerError(tbs.start, "a TBSCertificate that lacks fields")
    serial, algorithm, issuer, validity, subject, key = fields[:6]
    if serial.tag != INTEGER:
        raise DerError(serial.start, f"tag {serial.tag:02X} where serialNumber (INTEGER) belongs")
    for node in (algorithm, subject, key):
        if node.tag != SEQUENCE:
            raise DerError(
                node.start, f"tag {node.tag:02X} where a field of TBSCertificate (SEQUENCE) belongs"
            )
    certificate.serial = serial.value
    certificate.inner_algorithm = algorithm.octets
    certificate.issuer = issuer.octets
    certificate.issuer_name = read_name(issuer)
    times = validity.members("validity")
    if len(times) != 2:
        raise DerError(validity.start, f"a validity of {len(times)} times")
    certificate.not_before = read_time(times[0].tag, times[0].value)
    certificate.not_after = read_time(times[1].tag, times[1].value)
    certificate.subject = subject.octets
    certificate.key = key.octets
    identifiers = _read_optional(certificate, fields[6:])
    if p256_point(certificate.key):
        point = slice(key.end - _POINT_OCTETS, key.end)
        holes = (slice(serial.value_start, serial.end), slice(times[0].value_start, times[0].end), point)
        moved = (slice(hole.start - tbs.start, hole.stop - tbs.start) for hole in (*holes, *identifiers))
        KNOWN.learn(certificate.tbs, tuple(moved), certificate)


def _read_optional(certificate: Certificate, fields: list[Node]) -> list[slice]:
    """Read unique identifiers and extensions; gives where those of `_identified` hold their identifiers."""
    certificate.unique_identifiers = False
    certificate.extensions_empty = False
    certificate.extensions = {}
    certificate.duplicates = ()
    certificate._identified = ()
    identifiers: list[slice] = []
    earlier = 0
    for field in fields:
        number = field.tag & 0x1F
        if field.tag not in (0x81, 0x82, 0xA3) or number <= earlier:
            raise DerError(field.start, f"tag {field.tag:02X} after the public key, unknown or out of order")
        earlier = number
        if number == 3:
            identifiers = _read_extensions(certificate, field)
        else:
            certificate.unique_identifiers = True
    return identifiers


def _read_extensions(certificate: Certificate, field: Node) -> list[slice]:
    inner = field.children()
    if len(inner) != 1:
        raise DerError(field.start, "extensions that are not one SEQUENCE")
    nodes = inner[0].members("Extensions")
    certificate.extensions_empty = not nodes
    identifiers = []
    for node in nodes:
        extension = read_extension(node)
        if extension.oid in certificate.extensions:
            certificate.duplicates += (extension,)
            continue
        certificate.extensions[extension.oid] = extension
        if identifier := trailing_identifier(extension):
            certificate._identified += (extension.oid,)
            identifiers.append(slice(node.end - len(identifier), node.end))
    return identifiers


def p256_point(key: bytes) -> bytes | None:
    """The 65 octets of an uncompressed P-256 point in a SubjectPublicKeyInfo, else None. The curve's equation
    is not looked at."""
    if len(key) == _P256_KEY_OCTETS and key.startswith(P256_KEY_PREFIX):
        return key[-_POINT_OCTETS:]
    return None


def unreadable(error: DerError) -> Finding:
    """The finding on octets that are no certificate in DER."""
    return Finding("G-12-a", "a certificate in DER (RFC 5280 4.1)", str(error), WHOLE_CERTIFICATE)
