"""Revocation lists made at run time, right as they stand and with every field open to change."""

from __future__ import annotations

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256

from tests.checks.builder import AKI, Authority, PrivateKey
from tests.checks.der_writer import ECDSA_SHA256, bits, extension, integer, sequence, tlv, utc_time

CRL_NUMBER = "2.5.29.20"


def entry(serial: int, since: str = "260601000000Z", *extensions: bytes) -> bytes:
    """An entry of revokedCertificates."""
    more = (sequence(*extensions),) if extensions else ()
    return sequence(integer(serial), utc_time(since), *more)


def revocation_list(
    authority: Authority,
    *,
    version: bytes = integer(1),
    algorithm: bytes = ECDSA_SHA256,
    inner: bytes | None = None,
    issuer: bytes | None = None,
    this_update: bytes = utc_time("260630000000Z"),
    next_update: bytes = utc_time("260708000000Z"),
    entries: tuple[bytes, ...] = (entry(0x1234),),
    number: bytes = integer(7),
    authority_identifier: bytes | None = None,
    more: tuple[bytes, ...] = (),
    key: PrivateKey | None = None,
) -> bytes:
    """A right list of one entry; each field is whole elements, and none where it is empty."""
    identifier = authority_identifier
    if identifier is None:
        identifier = extension(AKI, sequence(tlv(0x80, authority.key_identifier)))
    extensions = tlv(0xA0, sequence(identifier, extension(CRL_NUMBER, number) if number else b"", *more))
    signed = sequence(
        version,
        inner or algorithm,
        issuer or authority.subject,
        this_update,
        next_update,
        sequence(*entries) if entries else b"",
        extensions,
    )
    signature = (key or authority.key).sign(signed, ec.ECDSA(SHA256()))
    return sequence(signed, algorithm, bits(signature))
