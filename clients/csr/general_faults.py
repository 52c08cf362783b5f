"""What can be wrong with a CSR of either kind, in exactly one way, by the name that the feature files use."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import replace
from typing import Protocol

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from clients.csr import der
from clients.csr.device import (
    ECDSA_WITH_SHA256,
    CsrContent,
    key_usage_extension,
    new_key,
    signer,
)


class Wish(Protocol):
    """The CSR that would be right, and the key pair that it is for."""

    @property
    def key(self) -> ec.EllipticCurvePrivateKey:
        """The key pair."""

    @property
    def right(self) -> bytes:
        """The well-formed CSR."""

    @property
    def content(self) -> CsrContent:
        """Its parts; keyUsage is the first of the extensions."""


GeneralFault = Callable[[Wish], bytes]
GENERAL_FAULTS: dict[str, GeneralFault] = {}
"""Every fault by name."""


def fault(name: str) -> Callable[[GeneralFault], GeneralFault]:
    """Register a fault."""

    def register(make: GeneralFault) -> GeneralFault:
        GENERAL_FAULTS[name] = make
        return make

    return register


# --- the encoding ---


@fault("random octets")
def _random_octets(_: Wish) -> bytes:
    return b"\xff" + os.urandom(278)


@fault("cut after its first half")
def _half(wanted: Wish) -> bytes:
    right = wanted.right
    return right[: len(right) // 2]


@fault("without its last octet")
def _last_octet(wanted: Wish) -> bytes:
    return wanted.right[:-1]


@fault("followed by another octet")
def _trailing(wanted: Wish) -> bytes:
    return wanted.right + b"\x00"


@fault("a certificate in place of the request")
def _certificate(wanted: Wish) -> bytes:
    """The shape of a certificate: a version in [0] and a validity where a request has neither."""
    validity = der.sequence(der.tlv(0x17, b"200101000000Z"), der.tlv(0x18, b"99991231235959Z"))
    body = der.sequence(
        der.explicit(0, der.integer(2)),
        der.integer(1),
        ECDSA_WITH_SHA256,
        der.sequence(),
        validity,
        der.sequence(),
        wanted.content.public_key_info,
    )
    return der.sequence(body, ECDSA_WITH_SHA256, der.bit_string(signer(wanted.key)(body)))


# --- the signature ---


@fault("a signature with one bit changed")
def _broken_signature(wanted: Wish) -> bytes:
    def sign(octets: bytes) -> bytes:
        r, s = decode_dss_signature(signer(wanted.key)(octets))
        return encode_dss_signature(r, s ^ 1)

    return wanted.content.signed(sign)


@fault("signed by another key")
def _other_key(wanted: Wish) -> bytes:
    return wanted.content.signed(signer(new_key()))


def _ecdsa(arc: str, hash_algorithm: hashes.HashAlgorithm) -> GeneralFault:
    def make(wanted: Wish) -> bytes:
        content = replace(wanted.content, signature_algorithm=der.sequence(der.oid(arc)))
        return content.signed(signer(wanted.key, hash_algorithm))

    return make


fault("signed with ecdsa-with-SHA1")(_ecdsa("1.2.840.10045.4.1", hashes.SHA1()))  # noqa: S303
fault("signed with ecdsa-with-SHA224")(_ecdsa("1.2.840.10045.4.3.1", hashes.SHA224()))
fault("signed with ecdsa-with-SHA384")(_ecdsa("1.2.840.10045.4.3.3", hashes.SHA384()))
fault("signed with ecdsa-with-SHA512")(_ecdsa("1.2.840.10045.4.3.4", hashes.SHA512()))


@fault("naming sha256WithRSAEncryption for its ECDSA signature")
def _named_rsa(wanted: Wish) -> bytes:
    return replace(wanted.content, signature_algorithm=_SHA256_WITH_RSA).signed(signer(wanted.key))


# --- the version ---


@fault("version 1")
def _version_1(wanted: Wish) -> bytes:
    return replace(wanted.content, version=der.integer(1)).signed(signer(wanted.key))


# --- the public key ---

_EC_PUBLIC_KEY = der.oid("1.2.840.10045.2.1")
_SHA256_WITH_RSA = der.sequence(der.oid("1.2.840.113549.1.1.11"), der.NULL)
_ED25519 = der.sequence(der.oid("1.3.101.112"))


def _curve(curve: ec.EllipticCurve) -> GeneralFault:
    def make(wanted: Wish) -> bytes:
        key = ec.generate_private_key(curve)
        info = key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        return replace(wanted.content, public_key_info=info).signed(signer(key))

    return make


fault("a P-384 key")(_curve(ec.SECP384R1()))
fault("a P-521 key")(_curve(ec.SECP521R1()))
fault("a secp256k1 key")(_curve(ec.SECP256K1()))
fault("a brainpoolP256r1 key")(_curve(ec.BrainpoolP256R1()))


@fault("an RSA key")
def _rsa(wanted: Wish) -> bytes:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    info = key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    content = replace(wanted.content, public_key_info=info, signature_algorithm=_SHA256_WITH_RSA)
    return content.signed(lambda octets: key.sign(octets, padding.PKCS1v15(), hashes.SHA256()))


@fault("an Ed25519 key")
def _ed25519(wanted: Wish) -> bytes:
    key = ed25519.Ed25519PrivateKey.generate()
    info = key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    content = replace(wanted.content, public_key_info=info, signature_algorithm=_ED25519)
    return content.signed(key.sign)


@fault("a P-256 key with explicit parameters")
def _explicit_parameters(wanted: Wish) -> bytes:
    """The curve written out (X9.62 ECParameters; the numbers are those of SEC 2, secp256r1)."""
    p = 0xFFFFFFFF00000001000000000000000000000000FFFFFFFFFFFFFFFFFFFFFFFF
    b = "5ac635d8aa3a93e7b3ebbd55769886bc651d06b0cc53b0f63bce3c3e27d2604b"
    base = (
        "046b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296"
        "4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5"
    )
    order = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
    parameters = der.sequence(
        der.integer(1),
        der.sequence(der.oid("1.2.840.10045.1.1"), der.integer(p)),
        der.sequence(der.octet_string((p - 3).to_bytes(32, "big")), der.octet_string(bytes.fromhex(b))),
        der.octet_string(bytes.fromhex(base)),
        der.integer(order),
        der.integer(1),
    )
    info = _spki(der.sequence(_EC_PUBLIC_KEY, parameters), _point(wanted.key))
    return replace(wanted.content, public_key_info=info).signed(signer(wanted.key))


@fault("a point that is not on the curve")
def _off_curve(wanted: Wish) -> bytes:
    point = bytearray(_point(wanted.key))
    point[-1] ^= 1
    algorithm = der.sequence(_EC_PUBLIC_KEY, der.oid("1.2.840.10045.3.1.7"))
    info = _spki(algorithm, bytes(point))
    return replace(wanted.content, public_key_info=info).signed(signer(wanted.key))


def _point(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


def _spki(algorithm: bytes, point: bytes) -> bytes:
    return der.sequence(algorithm, der.bit_string(point))


# --- keyUsage ---


def _usage_extensions(*extensions: bytes) -> GeneralFault:
    def make(wanted: Wish) -> bytes:
        others = wanted.content.extensions[1:]
        return replace(wanted.content, extensions=(*extensions, *others)).signed(signer(wanted.key))

    return make


def _usages(*usages: str) -> GeneralFault:
    return _usage_extensions(key_usage_extension(*usages))


fault("no keyUsage")(_usage_extensions())
fault("keyUsage digitalSignature and keyAgreement")(_usages("digitalSignature", "keyAgreement"))
fault("keyUsage keyEncipherment")(_usages("keyEncipherment"))
fault("keyUsage nonRepudiation")(_usages("nonRepudiation"))
fault("keyUsage keyCertSign")(_usages("keyCertSign"))
fault("keyUsage digitalSignature and nonRepudiation")(_usages("digitalSignature", "nonRepudiation"))
fault("keyUsage without any bit")(_usages())
