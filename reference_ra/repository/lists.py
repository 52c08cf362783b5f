"""Revocation lists: their fields, their DER and their signature (certificates.md, Revocation; RFC 5280)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from reference_ra import der, oids
from reference_ra.certificate import IssuingCa, Sign, authority_extension, encode_time
from reference_ra.csr import Extension
from reference_ra.repository.records import Lodged

VERSION_2 = der.write(der.INTEGER, b"\x01")


@dataclass(frozen=True, slots=True)
class ListFields:
    """A TBSCertList in parts, and the signature algorithm outside it."""

    version: bytes
    """DER, as are the fields whose kind is not told."""
    algorithm: bytes
    issuer: bytes
    this_update: datetime
    next_update: datetime
    revoked: Sequence[Lodged]
    extensions: tuple[Extension, ...]
    outer_algorithm: bytes


def fill_list(
    ca: IssuingCa, revoked: Sequence[Lodged], number: int, now: datetime, lifetime: timedelta
) -> ListFields:
    """The fields of a list that the CA issues now."""
    number_extension = Extension(oids.CRL_NUMBER, False, der.write_integer(number))
    return ListFields(
        version=VERSION_2,
        algorithm=oids.ECDSA_WITH_SHA256,
        issuer=ca.name,
        this_update=now,
        next_update=now + lifetime,
        revoked=revoked,
        extensions=(authority_extension(ca.key_identifier), number_extension),
        outer_algorithm=oids.ECDSA_WITH_SHA256,
    )


def assemble_list(fields: ListFields, ca: IssuingCa, sign: Sign) -> bytes:
    """The list's DER."""
    entries = b"".join(_entry(each) for each in fields.revoked)
    extensions = b"".join(extension.encode() for extension in fields.extensions)
    to_be_signed = der.write(
        der.SEQUENCE,
        fields.version,
        fields.algorithm,
        fields.issuer,
        encode_time(fields.this_update),
        encode_time(fields.next_update),
        der.write(der.SEQUENCE, entries) if entries else b"",  # an empty one is left out (RFC 5280 5.1.2.6)
        der.write(der.context(0), der.write(der.SEQUENCE, extensions)) if extensions else b"",
    )
    return der.write(
        der.SEQUENCE, to_be_signed, fields.outer_algorithm, der.write_bit_string(sign(ca, to_be_signed))
    )


def _entry(revoked: Lodged) -> bytes:
    if revoked.revoked_at is None:
        raise ValueError(f"the certificate {revoked.serial} is not revoked")
    return der.write(
        der.SEQUENCE, der.write_integer(int(revoked.serial, 16)), encode_time(revoked.revoked_at)
    )
