"""PKCS#10 Device CSRs: how one is read, and the rules that M-F sets for it.

Reading is strict DER and knows nothing of M-F, so that a CSR with, say, an RSA key can still be read and
then be refused by the rule concerned.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256

from reference_ra import der, oids


@dataclass(frozen=True, slots=True)
class Extension:
    """An X.509 extension; `oid` is the whole OBJECT IDENTIFIER, `value` the contents of extnValue."""

    oid: bytes
    critical: bool
    value: bytes

    def encode(self) -> bytes:
        """Its DER."""
        flag = b"\x01\x01\xff" if self.critical else b""
        return der.write(der.SEQUENCE, self.oid, flag, der.write(der.OCTET_STRING, self.value))


@dataclass(frozen=True, slots=True)
class Csr:
    """A CertificationRequest, its parts as they came."""

    info: bytes
    """CertificationRequestInfo: what the signature covers."""
    version: int
    subject: bytes
    """DER of the Name."""
    key_info: bytes
    """DER of SubjectPublicKeyInfo."""
    key_algorithm: bytes
    """DER of the key's AlgorithmIdentifier."""
    key: bytes
    """Octets of the BIT STRING: for an elliptic curve, the point."""
    attributes: tuple[tuple[bytes, tuple[bytes, ...]], ...]
    """Each attribute's OBJECT IDENTIFIER and the DER of each of its values."""
    extensions: tuple[Extension, ...]
    """Those of all extensionRequest attributes."""
    signature_algorithm: bytes
    """DER of the AlgorithmIdentifier."""
    signature: bytes

    def extension(self, oid: bytes) -> Extension | None:
        """The first extension of that OBJECT IDENTIFIER."""
        return next((found for found in self.extensions if found.oid == oid), None)


def parse_csr(octets: bytes) -> Csr:
    """Read a CSR; DerError where it is not DER through and through, or not a CertificationRequest."""
    info, algorithm, signature = _exactly(der.read_one(octets, der.SEQUENCE), 3)
    version, subject, key_info, attribute_set = _exactly(info.expect(der.SEQUENCE), 4)
    key_algorithm, key = _exactly(key_info.expect(der.SEQUENCE), 2)
    attributes = tuple(_attribute(item) for item in attribute_set.expect(der.context(0)).elements())
    requests = [value for oid, values in attributes if oid == oids.EXTENSION_REQUEST for value in values]
    return Csr(
        info=info.octets,
        version=der.read_integer(version),
        subject=subject.expect(der.SEQUENCE).octets,
        key_info=key_info.octets,
        key_algorithm=key_algorithm.expect(der.SEQUENCE).octets,
        key=der.read_bit_string(key),
        attributes=attributes,
        extensions=tuple(
            _extension(item)
            for request in requests
            for item in der.read_one(request, der.SEQUENCE).elements()
        ),
        signature_algorithm=algorithm.expect(der.SEQUENCE).octets,
        signature=der.read_bit_string(signature),
    )


def _exactly(element: der.Element, count: int) -> list[der.Element]:
    parts = element.elements()
    if len(parts) != count:
        raise der.DerError(f"{len(parts)} elements where {count} are expected")
    return parts


def _attribute(element: der.Element) -> tuple[bytes, tuple[bytes, ...]]:
    oid, values = _exactly(element.expect(der.SEQUENCE), 2)
    return oid.expect(der.OBJECT_IDENTIFIER).octets, tuple(
        value.octets for value in values.expect(der.SET).elements()
    )


def _extension(element: der.Element) -> Extension:
    parts = element.expect(der.SEQUENCE).elements()
    if len(parts) not in (2, 3):
        raise der.DerError(f"an extension of {len(parts)} elements")
    critical = len(parts) == 3
    if critical and not der.read_boolean(parts[1]):
        raise der.DerError("critical is FALSE, its default, which DER leaves out")
    return Extension(
        parts[0].expect(der.OBJECT_IDENTIFIER).octets, critical, parts[-1].expect(der.OCTET_STRING).contents
    )


@dataclass(frozen=True, slots=True)
class HardwareModule:
    """What a Device CSR's subjectAltName names (RFC 4108)."""

    hw_type: bytes
    """The OBJECT IDENTIFIER, whole."""
    serial_number: bytes
    """hwSerialNum: the Device ID, 8 octets of EUI-64 (any length as read)."""


def parse_hardware_module(value: bytes) -> HardwareModule:
    """Read subjectAltName's extnValue: one otherName, a hardwareModuleName. DerError where it is not that."""
    (name,) = _exactly(der.read_one(value, der.SEQUENCE), 1)
    kind, wrapped = _exactly(name.expect(der.context(0)), 2)
    if kind.octets != oids.HARDWARE_MODULE_NAME:
        raise der.DerError("the otherName is not a hardwareModuleName")
    (module,) = _exactly(wrapped.expect(der.context(0)), 1)
    hw_type, serial = _exactly(module.expect(der.SEQUENCE), 2)
    if not hw_type.expect(der.OBJECT_IDENTIFIER).contents:
        raise der.DerError("hwType is empty")
    return HardwareModule(hw_type.octets, serial.expect(der.OCTET_STRING).contents)


CsrRule = Callable[[Csr], str | None]
"""Says what is wrong with a CSR, or None."""


def version_is_zero(csr: Csr) -> str | None:
    """M-F: version 0."""
    return None if csr.version == 0 else f"the version is {csr.version}"


def subject_is_empty(csr: Csr) -> str | None:
    """M-F: an empty subject."""
    return None if csr.subject == b"\x30\x00" else "the subject is not empty"


def key_is_p256(csr: Csr) -> str | None:
    """M-F: id-ecPublicKey, named curve P-256."""
    return None if csr.key_algorithm == oids.P256_KEY else "the public key is not id-ecPublicKey on P-256"


def point_is_on_curve(csr: Csr) -> str | None:
    """GBCS 12: an uncompressed point of P-256."""
    if len(csr.key) != 65 or csr.key[0] != 4:
        return "the public key is not an uncompressed point"
    try:
        ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), csr.key)
    except ValueError:
        return "the public key is not a point of the curve"
    return None


def extensions_are_requested_once(csr: Csr) -> str | None:
    """M-F: one extensionRequest with one value."""
    requests = [values for oid, values in csr.attributes if oid == oids.EXTENSION_REQUEST]
    return None if [len(values) for values in requests] == [1] else "there is not one extensionRequest"


def extensions_are_the_two(csr: Csr) -> str | None:
    """M-F: keyUsage and subjectAltName, in any order, and nothing else."""
    known = {oids.KEY_USAGE, oids.SUBJECT_ALT_NAME}
    others = [extension for extension in csr.extensions if extension.oid not in known]
    return "an extension other than keyUsage and subjectAltName is requested" if others else None


def key_usage_is_one_of_two(csr: Csr) -> str | None:
    """M-F: digitalSignature or keyAgreement. The criticality is not checked (M-2.4.1.2-b)."""
    found = [extension.value for extension in csr.extensions if extension.oid == oids.KEY_USAGE]
    if len(found) == 1 and found[0] in (oids.DIGITAL_SIGNATURE, oids.KEY_AGREEMENT):
        return None
    return "keyUsage is not exactly one of digitalSignature, keyAgreement"


def subject_alt_name_is_device(csr: Csr) -> str | None:
    """M-F: one hardwareModuleName with 8 octets of EUI-64. The criticality is not checked."""
    found = [extension.value for extension in csr.extensions if extension.oid == oids.SUBJECT_ALT_NAME]
    if len(found) != 1:
        return "there is not one subjectAltName"
    try:
        module = parse_hardware_module(found[0])
    except der.DerError as error:
        return f"subjectAltName: {error}"
    length = len(module.serial_number)
    return None if length == 8 else f"hwSerialNum has {length} octets"


def signature_algorithm_is_ecdsa_sha256(csr: Csr) -> str | None:
    """M-F: ecdsa-with-SHA256, the parameters absent."""
    if csr.signature_algorithm == oids.ECDSA_WITH_SHA256:
        return None
    return "the signature algorithm is not ecdsa-with-SHA256"


def signature_verifies(csr: Csr) -> str | None:
    """PKCS#10: the signature is by the key that is requested for."""
    try:
        key = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), csr.key)
        key.verify(csr.signature, csr.info, ec.ECDSA(SHA256()))
    except (InvalidSignature, ValueError):
        return "the signature does not verify"
    return None


CSR_RULES: Mapping[str, CsrRule] = {
    "version": version_is_zero,
    "subject": subject_is_empty,
    "key": key_is_p256,
    "point": point_is_on_curve,
    "extension-request": extensions_are_requested_once,
    "extensions": extensions_are_the_two,
    "key-usage": key_usage_is_one_of_two,
    "subject-alt-name": subject_alt_name_is_device,
    "signature-algorithm": signature_algorithm_is_ecdsa_sha256,
    "signature": signature_verifies,
}
"""The rules in the order in which they are applied; the costly one last."""


def device_of(csr: Csr) -> bytes:
    """The Device ID that a CSR names, 8 octets; of a CSR that keeps the rules."""
    extension = csr.extension(oids.SUBJECT_ALT_NAME)
    return parse_hardware_module(extension.value).serial_number if extension else b""
