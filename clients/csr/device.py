"""A Device CSR as M-F has it: PKCS#10, P-256, empty subject, keyUsage and one hardwareModuleName."""

from __future__ import annotations

import base64
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Protocol

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from clients.csr import der

DIGITAL_SIGNATURE = "digitalSignature"
KEY_AGREEMENT = "keyAgreement"

KEY_USAGE_BITS = {
    "digitalSignature": 0,
    "nonRepudiation": 1,
    "keyEncipherment": 2,
    "dataEncipherment": 3,
    "keyAgreement": 4,
    "keyCertSign": 5,
    "cRLSign": 6,
}
"""Bit numbers of RFC 5280 4.2.1.3."""

ECDSA_WITH_SHA256 = der.sequence(der.oid("1.2.840.10045.4.3.2"))
VERSION_0 = der.integer(0)
EMPTY_SUBJECT = der.sequence()
_P256_ALGORITHM = der.sequence(der.oid("1.2.840.10045.2.1"), der.oid("1.2.840.10045.3.1.7"))
_SPKI_PREFIX = bytes.fromhex("3059") + _P256_ALGORITHM + bytes.fromhex("034200")
_EXTENSION_REQUEST = der.oid("1.2.840.113549.1.9.14")
_KEY_USAGE = der.oid("2.5.29.15")
_SUBJECT_ALT_NAME = der.oid("2.5.29.17")
_HARDWARE_MODULE_NAME = der.oid("1.3.6.1.5.5.7.8.4")
_ECDSA_SHA256 = ec.ECDSA(hashes.SHA256())


class Signer(Protocol):
    """Signs the octets of a CertificationRequestInfo."""

    def __call__(self, octets: bytes, /) -> bytes:
        """The value of the signature's BIT STRING."""


@dataclass(frozen=True, slots=True)
class DeviceCsr:
    """A Device CSR and what it was made for."""

    der: bytes
    device_id: bytes
    """EUI-64, 8 octets."""
    key_usage: str
    key: ec.EllipticCurvePrivateKey | None = field(default=None, repr=False)

    @property
    def base64(self) -> str:
        """As it stands in a message: Base64 without lines (M-B-REQ-d)."""
        return base64.b64encode(self.der).decode()


@dataclass(frozen=True, slots=True)
class CsrContent:
    """The parts of a PKCS#10 request, each as its DER octets, so that each can be replaced."""

    public_key_info: bytes
    extensions: tuple[bytes, ...]
    version: bytes = VERSION_0
    subject: bytes = EMPTY_SUBJECT
    signature_algorithm: bytes = ECDSA_WITH_SHA256

    @property
    def attributes(self) -> bytes:
        """The attributes element: an extensionRequest, or empty where there is no extension at all."""
        if not self.extensions:
            return der.explicit(0)
        request = der.sequence(_EXTENSION_REQUEST, der.set_of(der.sequence(*self.extensions)))
        return der.explicit(0, request)

    def signed(self, sign: Signer) -> bytes:
        """The whole CertificationRequest."""
        info = der.sequence(self.version, self.subject, self.public_key_info, self.attributes)
        return der.sequence(info, self.signature_algorithm, der.bit_string(sign(info)))


def key_usage_extension(*usages: str, critical: bool = True) -> bytes:
    """keyUsage with these bits; with none, an empty BIT STRING."""
    bits = sum(0x80 >> KEY_USAGE_BITS[usage] for usage in usages)
    unused = (bits & -bits).bit_length() - 1 if bits else 0
    value = der.bit_string(bytes((bits,)) if bits else b"", unused)
    return der.sequence(_KEY_USAGE, der.TRUE if critical else b"", der.octet_string(value))


def hardware_module_name(device_id: bytes, hw_type: str) -> bytes:
    """The GeneralName of a Device: otherName id-on-hardwareModuleName."""
    value = der.sequence(_oid(hw_type), der.octet_string(device_id))
    return der.explicit(0, _HARDWARE_MODULE_NAME, der.explicit(0, value))


def subject_alt_name_extension(*names: bytes, critical: bool = True) -> bytes:
    """subjectAltName with these GeneralNames."""
    value = der.octet_string(der.sequence(*names))
    return der.sequence(_SUBJECT_ALT_NAME, der.TRUE if critical else b"", value)


def public_key_info(key: ec.EllipticCurvePrivateKey) -> bytes:
    """SubjectPublicKeyInfo of a P-256 key, uncompressed point."""
    return _SPKI_PREFIX + key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


def new_key() -> ec.EllipticCurvePrivateKey:
    """A new P-256 key pair."""
    return ec.generate_private_key(ec.SECP256R1())


def signer(key: ec.EllipticCurvePrivateKey, hash_algorithm: hashes.HashAlgorithm | None = None) -> Signer:
    """ECDSA with `key`; SHA-256 where no other hash is given."""
    algorithm = ec.ECDSA(hash_algorithm) if hash_algorithm else _ECDSA_SHA256
    return lambda octets: key.sign(octets, algorithm)


def device_csr_content(
    device_id: bytes, key_usage: str, hw_type: str, key: ec.EllipticCurvePrivateKey
) -> CsrContent:
    """The parts of a well-formed Device CSR, not yet signed."""
    return CsrContent(
        public_key_info(key),
        (
            _critical_key_usage(key_usage),
            subject_alt_name_extension(hardware_module_name(device_id, hw_type)),
        ),
    )


def build_device_csr(
    device_id: bytes, key_usage: str, hw_type: str, key: ec.EllipticCurvePrivateKey | None = None
) -> DeviceCsr:
    """A well-formed Device CSR (M-F), for a new key pair where none is given.

    `device_id` is the EUI-64 in 8 octets, `key_usage` ``digitalSignature`` or ``keyAgreement``, `hw_type`
    a dotted OID.
    """
    key = key or new_key()
    content = device_csr_content(device_id, key_usage, hw_type, key)
    return DeviceCsr(content.signed(signer(key)), device_id, key_usage, key)


def reshaped(csr: DeviceCsr, hw_type: str, shape: str) -> DeviceCsr:
    """The same request in another shape that M-F and M-2.4.1.2-b allow; see `LEGAL_SHAPES`."""
    if csr.key is None:
        raise ValueError("this Device CSR cannot be signed again: its private key was not kept")
    content = device_csr_content(csr.device_id, csr.key_usage, hw_type, csr.key)
    critical = shape != "extensions not marked critical"
    extensions = (
        key_usage_extension(csr.key_usage, critical=critical),
        subject_alt_name_extension(hardware_module_name(csr.device_id, hw_type), critical=critical),
    )
    if shape == "subjectAltName before keyUsage":
        extensions = extensions[::-1]
    elif critical:
        raise KeyError(shape)
    content = replace(content, extensions=extensions)
    return replace(csr, der=content.signed(signer(csr.key)))


LEGAL_SHAPES = ("subjectAltName before keyUsage", "extensions not marked critical")
"""Shapes of a Device CSR that are as good as that of M-F's table."""


@lru_cache(maxsize=32)
def _oid(dotted: str) -> bytes:
    return der.oid(dotted)


@lru_cache(maxsize=8)
def _critical_key_usage(key_usage: str) -> bytes:
    return key_usage_extension(key_usage)
