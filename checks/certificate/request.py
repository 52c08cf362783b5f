"""What of a CSR a certificate must carry over, cut out without judging it."""

from __future__ import annotations

from typing import NamedTuple

from checks.certificate.extensions import SUBJECT_ALT_NAME, read_extension, trailing_identifier
from checks.certificate.recall import Recall
from checks.certificate.structure import p256_point
from checks.der import OBJECT_IDENTIFIER, SEQUENCE, SET, DerError, Node, oid_octets, read_der

_EXTENSION_REQUEST = oid_octets("1.2.840.113549.1.9.14")


class SigningRequest(NamedTuple):
    """The public key, the subject and the extensions that a PKCS#10 asks for."""

    key: bytes
    """The SubjectPublicKeyInfo as it stands."""
    subject: bytes
    """The Name as it stands."""
    values: dict[bytes, bytes]
    """extnValue of each extension, by object identifier octets; the first of each."""


KNOWN: Recall[SigningRequest] = Recall()


def read_signing_request(octets: bytes) -> SigningRequest:
    """The public key, the subject and the extensions that a PKCS#10 (DER) asks for. Raises DerError."""
    parts = read_der(octets).members("a CertificationRequest")
    if len(parts) != 3:
        raise DerError(0, "not certificationRequestInfo, signatureAlgorithm, signature")
    info = parts[0].octets
    frame = KNOWN.find(info)
    if frame is None:
        return _read_info(parts[0])
    point, device = frame.holes
    known = frame.reading
    values = dict(known.values)
    identifier = info[device]
    values[SUBJECT_ALT_NAME] = values[SUBJECT_ALT_NAME][: -len(identifier)] + identifier
    return SigningRequest(known.key[:-65] + info[point], known.subject, values)


def _read_info(info: Node) -> SigningRequest:
    fields = info.members("a CertificationRequestInfo")
    if len(fields) < 3 or fields[2].tag != SEQUENCE:
        raise DerError(info.start, "a CertificationRequestInfo that lacks fields")
    key = fields[2]
    request = SigningRequest(key.octets, fields[1].octets, {})
    device = None
    for field in fields[3:]:
        for attribute in field.children():
            for node in _requested_extensions(attribute):
                extension = read_extension(node)
                if extension.oid in request.values:
                    continue
                request.values[extension.oid] = extension.value
                identifier = trailing_identifier(extension)
                if extension.oid == SUBJECT_ALT_NAME and identifier:
                    device = slice(node.end - len(identifier) - info.start, node.end - info.start)
    if p256_point(request.key) and device:
        point = slice(key.end - 65 - info.start, key.end - info.start)
        KNOWN.learn(info.octets, (point, device), request)
    return request


def _requested_extensions(attribute: Node) -> list[Node]:
    """The Extension elements of an extensionRequest attribute; none of any other attribute."""
    parts = attribute.members("an Attribute")
    if len(parts) != 2 or parts[0].tag != OBJECT_IDENTIFIER or parts[1].tag != SET:
        raise DerError(attribute.start, "an Attribute that is not a type and a SET of values")
    if parts[0].value != _EXTENSION_REQUEST:
        return []
    return [node for value in parts[1].children() for node in value.members("Extensions")]
