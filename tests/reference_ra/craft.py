"""Device CSRs and requests for the reference RA's own tests, right ones and one wrong in each way."""

from __future__ import annotations

import base64
from collections.abc import Callable
from dataclasses import dataclass, replace

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from reference_ra import der, oids

DEVICE = bytes.fromhex("00db123456000001")
HW_TYPE = "1.2.826.0.1.8641679.1.2.2.1"
EC_KEY = der.write_oid("1.2.840.10045.2.1")
KEYS = {
    name: ec.generate_private_key(curve)
    for name, curve in {
        "P-256": ec.SECP256R1(),
        "another P-256": ec.SECP256R1(),
        "P-384": ec.SECP384R1(),
        "P-521": ec.SECP521R1(),
        "brainpool": ec.BrainpoolP256R1(),
    }.items()
}


def integer(value: int) -> bytes:
    length = (value if value >= 0 else ~value).bit_length() // 8 + 1
    return der.write(der.INTEGER, value.to_bytes(length, "big", signed=True))


def key_info(key: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey | ed25519.Ed25519PrivateKey) -> bytes:
    return key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def hardware_module(serial: bytes, kind: bytes = oids.HARDWARE_MODULE_NAME) -> bytes:
    module = der.write(der.SEQUENCE, der.write_oid(HW_TYPE), der.write(der.OCTET_STRING, serial))
    return der.write(der.context(0), kind, der.write(der.context(0), module))


def alt_name(*names: bytes) -> bytes:
    return der.write(der.SEQUENCE, *names)


def extension(oid: bytes, value: bytes, *, critical: bool = True) -> bytes:
    flag = b"\x01\x01\xff" if critical else b""
    return der.write(der.SEQUENCE, oid, flag, der.write(der.OCTET_STRING, value))


@dataclass(frozen=True)
class CsrRecipe:
    """The parts of a CSR; those of a right one by default."""

    version: int = 0
    subject: bytes = b"\x30\x00"
    key: str = "P-256"
    info: bytes | None = None
    usage: bytes | None = oids.DIGITAL_SIGNATURE
    name: bytes | None = None
    critical: bool = True
    reorder: bool = False
    requested: bool = True
    algorithm: bytes = oids.ECDSA_WITH_SHA256
    signer: Callable[[bytes], bytes] | None = None
    tail: bytes = b""

    def build(self, device: bytes = DEVICE) -> bytes:
        name = alt_name(hardware_module(device)) if self.name is None else self.name
        wanted = []
        if self.usage is not None:
            wanted.append(extension(oids.KEY_USAGE, self.usage, critical=self.critical))
        if name:
            wanted.append(extension(oids.SUBJECT_ALT_NAME, name, critical=self.critical))
        if self.reorder:
            wanted.reverse()
        request = der.write(
            der.SEQUENCE, oids.EXTENSION_REQUEST, der.write(der.SET, der.write(der.SEQUENCE, *wanted))
        )
        content = der.write(
            der.SEQUENCE,
            integer(self.version),
            self.subject,
            key_info(KEYS[self.key]) if self.info is None else self.info,
            der.write(der.context(0), request if self.requested else b""),
        )
        sign = self.signer or (lambda data: KEYS[self.key].sign(data, ec.ECDSA(hashes.SHA256())))
        return (
            der.write(der.SEQUENCE, content, self.algorithm, der.write_bit_string(sign(content))) + self.tail
        )


RIGHT = CsrRecipe()
AGREEMENT = replace(RIGHT, usage=oids.KEY_AGREEMENT)
LEGAL = {
    "signing": RIGHT,
    "agreement": AGREEMENT,
    "reordered": replace(RIGHT, reorder=True),
    "not critical": replace(RIGHT, critical=False),
}


def _algorithm(dotted: str, *parameters: bytes) -> bytes:
    return der.write(der.SEQUENCE, der.write_oid(dotted), *parameters)


def _ecdsa(hashed: hashes.HashAlgorithm) -> Callable[[bytes], bytes]:
    return lambda data: KEYS["P-256"].sign(data, ec.ECDSA(hashed))


def _explicit_parameters() -> bytes:
    _, key = der.read_one(key_info(KEYS["P-256"]), der.SEQUENCE).elements()
    parameters = der.write(der.SEQUENCE, integer(1))
    return der.write(der.SEQUENCE, der.write(der.SEQUENCE, EC_KEY, parameters), key.octets)


def _off_curve() -> bytes:
    return der.write(der.SEQUENCE, oids.P256_KEY, der.write_bit_string(b"\x04" + b"\x01" * 64))


def _wrong() -> dict[str, CsrRecipe]:
    rsa_key = rsa.generate_private_key(65537, 2048)
    ed_key = ed25519.Ed25519PrivateKey.generate()
    two_names = alt_name(hardware_module(DEVICE), hardware_module(DEVICE))
    dns_name = alt_name(der.write(der.context(2, constructed=False), b"device.example"))
    other_kind = alt_name(hardware_module(DEVICE, der.write_oid("1.3.6.1.5.5.7.8.5")))
    organisation = der.write(
        der.SEQUENCE, der.write(der.SET, der.write(der.SEQUENCE, oids.COMMON_NAME, der.write(12, b"x")))
    )
    return {
        "version": replace(RIGHT, version=1),
        "subject": replace(RIGHT, subject=organisation),
        "key P-384": replace(RIGHT, key="P-384"),
        "key P-521": replace(RIGHT, key="P-521"),
        "key on another curve": replace(RIGHT, key="brainpool"),
        "key RSA": replace(
            RIGHT,
            info=key_info(rsa_key),
            algorithm=_algorithm("1.2.840.113549.1.1.11", der.write(der.NULL)),
            signer=lambda data: rsa_key.sign(data, PKCS1v15(), hashes.SHA256()),
        ),
        "key Ed25519": replace(
            RIGHT, info=key_info(ed_key), algorithm=_algorithm("1.3.101.112"), signer=ed_key.sign
        ),
        "key with explicit parameters": replace(RIGHT, info=_explicit_parameters()),
        "key off the curve": replace(RIGHT, info=_off_curve()),
        "signature SHA-1": replace(
            RIGHT, algorithm=_algorithm("1.2.840.10045.4.1"), signer=_ecdsa(hashes.SHA1())
        ),
        "signature SHA-224": replace(
            RIGHT, algorithm=_algorithm("1.2.840.10045.4.3.1"), signer=_ecdsa(hashes.SHA224())
        ),
        "signature SHA-384": replace(
            RIGHT, algorithm=_algorithm("1.2.840.10045.4.3.3"), signer=_ecdsa(hashes.SHA384())
        ),
        "signature SHA-512": replace(
            RIGHT, algorithm=_algorithm("1.2.840.10045.4.3.4"), signer=_ecdsa(hashes.SHA512())
        ),
        "signature with NULL": replace(
            RIGHT, algorithm=_algorithm("1.2.840.10045.4.3.2", der.write(der.NULL))
        ),
        "signature by another key": replace(
            RIGHT, signer=lambda data: KEYS["another P-256"].sign(data, ec.ECDSA(hashes.SHA256()))
        ),
        "signature missing": replace(RIGHT, signer=lambda _: b""),
        "octets after it": replace(RIGHT, tail=b"\x00"),
        "no keyUsage": replace(RIGHT, usage=None),
        "both usages": replace(RIGHT, usage=bytes.fromhex("03020388")),
        "another usage": replace(RIGHT, usage=bytes.fromhex("03020204")),
        "no subjectAltName": replace(RIGHT, name=b""),
        "dNSName": replace(RIGHT, name=dns_name),
        "two names": replace(RIGHT, name=two_names),
        "another otherName": replace(RIGHT, name=other_kind),
        "serial of 0": replace(RIGHT, name=alt_name(hardware_module(b""))),
        "serial of 7": replace(RIGHT, name=alt_name(hardware_module(DEVICE[:7]))),
        "serial of 9": replace(RIGHT, name=alt_name(hardware_module(DEVICE + b"\x00"))),
        "no extensionRequest": replace(RIGHT, requested=False),
    }


WRONG = _wrong()


def wrap(text: str, reference: str = "ref-1") -> bytes:
    return (
        f'<DeviceCertificateSigningRequest ID="{reference}"><Version>1.0</Version>'
        f"<CertificateSigningRequest>{text}</CertificateSigningRequest>"
        "</DeviceCertificateSigningRequest>"
    ).encode()


def encoded(csr: bytes) -> str:
    return base64.b64encode(csr).decode()


def message(csr: bytes, reference: str = "ref-1") -> bytes:
    return wrap(encoded(csr), reference)


def bad_messages(good: bytes, secret_file: str) -> dict[str, bytes]:
    """Requests whose XML is wrong, each made of a right one."""
    csr = good.partition(b"<CertificateSigningRequest>")[2].partition(b"<")[0]
    version = b"<Version>1.0</Version>"
    element = b"<CertificateSigningRequest>" + csr + b"</CertificateSigningRequest>"
    lines = b"\n".join(csr[start : start + 64] for start in range(0, len(csr), 64))
    declared = good.replace(b'ID="ref-1"', b'ID="&a;"')
    nested = b"".join(b'<!ENTITY e%d "%s">' % (i, b"&e%d;" % (i - 1) * 10) for i in range(1, 9))
    bomb = (
        b'<!DOCTYPE x [<!ENTITY e0 "lol">'
        + nested
        + b"]>"
        + good.replace(version, b"<Version>&e8;</Version>")
    )
    external = f'<!DOCTYPE x [<!ENTITY a SYSTEM "{secret_file}">]>'.encode()
    return {
        "not XML": b"hello",
        "empty": b"",
        "truncated": good[:-20],
        "text after the root": good + b"more",
        "another root": good.replace(b"DeviceCertificateSigningRequest", b"DeviceCertificateRequest"),
        "a namespace": good.replace(b" ID=", b' xmlns="urn:x" ID='),
        "no version": good.replace(version, b""),
        "version twice": good.replace(version, version * 2),
        "another version": good.replace(b"1.0", b"1.1"),
        "no CSR": good.replace(element, b""),
        "CSR twice": good.replace(element, element * 2),
        "reordered": good.replace(version + element, element + version),
        "unknown element": good.replace(version, version + b"<Extra>x</Extra>"),
        "unknown attribute": good.replace(b" ID=", b' Extra="x" ID='),
        "no ID": good.replace(b' ID="ref-1"', b""),
        "empty ID": good.replace(b"ref-1", b""),
        "ID of 33": good.replace(b"ref-1", b"x" * 33),
        "not Base64": good.replace(csr, b"!" + csr),
        "not Base64 at all": good.replace(csr, b"***"),
        "PEM": good.replace(
            csr,
            b"-----BEGIN CERTIFICATE REQUEST-----\n" + lines + b"\n-----END CERTIFICATE REQUEST-----\n",
        ),
        "white space": good.replace(csr, lines),
        "a space before": good.replace(csr, b" " + csr),
        "empty CSR": good.replace(csr, b""),
        "internal entity": b'<!DOCTYPE x [<!ENTITY a "ref-1">]>' + declared,
        "external entity": external + good.replace(version, b"<Version>&a;</Version>"),
        "entity bomb": bomb,
        "invalid UTF-8": good.replace(b"ref-1", b"\xff\xfe"),
    }
