"""Verdicts on the path from a certificate to a root, through CA certificates found in the Repository
(RFC 5280 clause 6; G-12-a, G-12-b); a CA that is not found there is not lodged (O-LODGE-b)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from cryptography.hazmat.primitives.asymmetric import ec

from checks.certificate.extensions import (
    AUTHORITY_KEY_IDENTIFIER,
    BASIC_CONSTRAINTS,
    KEY_USAGE,
    SUBJECT_KEY_IDENTIFIER,
    AuthorityKeyIdentifier,
    BasicConstraints,
    KeyIdentifier,
    KeyUsage,
)
from checks.certificate.names import Name
from checks.certificate.organisation import subject_name
from checks.certificate.rules import in_hexadecimal
from checks.certificate.structure import Certificate, p256_point, read_certificate, unreadable
from checks.der import DerError
from checks.finding import Finding
from checks.lodged import CLOCKS_APART
from checks.revocation_list import AUTHORITY_LIST, ORGANISATION_LIST, RevocationList

_LONGEST = 8
"""Certificates of a path; the SMKI's have three."""
_PATH = "G-12-a"
_LODGED = "O-LODGE-b"
_WHERE = "certification path"


@dataclass(frozen=True, slots=True)
class _Authority:
    """A CA that a path may go through."""

    certificate: Certificate
    name: Name
    key: ec.EllipticCurvePublicKey
    trusted: bool


def judge_chain(
    der: bytes,
    authorities: Iterable[bytes],
    roots: Iterable[bytes],
    *,
    at: datetime,
    lists: Iterable[RevocationList] = (),
) -> list[Finding]:
    """Judge that a certificate (DER) builds to one of `roots` through `authorities`, at the RA's time `at`.

    `authorities` are the CA certificates (DER) of the Repository, `roots` those that the target file trusts.
    No certificate of the path may be on one of `lists` by its issuer. A CA certificate that cannot be read
    leads nowhere. The path is judged as far as it goes.
    """
    try:
        certificate = read_certificate(der)
    except DerError as error:
        return [unreadable(error)]
    return list(_walk(certificate, _authorities(authorities, roots), at, tuple(lists)))


def _authorities(found: Iterable[bytes], roots: Iterable[bytes]) -> list[_Authority]:
    trusted = [each for each in map(_authority, roots) if each is not None]
    keys = {(each.certificate.subject, each.certificate.key) for each in trusted}
    others = (each for each in map(_authority, found) if each is not None)
    below = [each for each in others if (each.certificate.subject, each.certificate.key) not in keys]
    return [*(_Authority(each.certificate, each.name, each.key, True) for each in trusted), *below]


def _authority(der: bytes) -> _Authority | None:
    try:
        certificate = read_certificate(der)
        point = p256_point(certificate.key)
        name = subject_name(certificate.subject)
        if point is None or name is None:
            return None
        key = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), point)
    except ValueError:  # no certificate, or a point that is not on the curve
        return None
    return _Authority(certificate, name, key, trusted=False)


def _walk(
    certificate: Certificate, known: Sequence[_Authority], at: datetime, lists: Sequence[RevocationList]
) -> Iterator[Finding]:
    yield from _judge_validity(certificate, "the certificate", at)
    for below in range(_LONGEST):
        named = [each for each in known if each.name.matches(certificate.issuer_name)]
        signers = [each for each in named if certificate.signed_by(each.key)]
        if not signers:
            requirement = _PATH if named else _LODGED
            observed = "none verifies its signature" if named else f"none among {len(known)}"
            expected = f"the CA certificate of {certificate.issuer_name}, which issued it"
            yield Finding(requirement, expected, observed, _WHERE)
            return
        ca = signers[0]
        yield from _judge_link(certificate, ca, below)
        yield from _judge_validity(ca.certificate, f"the CA {ca.name}", at)
        yield from _judge_unrevoked(certificate, ca, lists, below)
        if ca.trusted:
            return
        certificate = ca.certificate
    yield Finding(_PATH, "a path that ends at a root of the target", f"more than {_LONGEST} CAs", _WHERE)


def _judge_link(certificate: Certificate, ca: _Authority, below: int) -> Iterator[Finding]:
    """Key identifiers, and whether the CA may issue; `below` is how many CAs stand below it on the path."""
    said = certificate.content(AUTHORITY_KEY_IDENTIFIER, AuthorityKeyIdentifier)
    own = ca.certificate.content(SUBJECT_KEY_IDENTIFIER, KeyIdentifier)
    if said and said.key_identifier is not None and own and said.key_identifier != own.octets:
        expected = f"the key identifier of {ca.name}, {in_hexadecimal(own.octets)}"
        yield Finding("G-12-b", expected, in_hexadecimal(said.key_identifier), _WHERE)
    constraints = ca.certificate.content(BASIC_CONSTRAINTS, BasicConstraints)
    usage = ca.certificate.content(KEY_USAGE, KeyUsage)
    if constraints is None or not constraints.ca:
        yield Finding(_PATH, "cA TRUE in every CA's certificate", f"not so in that of {ca.name}", _WHERE)
    elif constraints.path_length is not None and below > constraints.path_length:
        expected = f"at most {constraints.path_length} CAs below {ca.name}, as its pathLen says"
        yield Finding(_PATH, expected, str(below), _WHERE)
    if usage is not None and "keyCertSign" not in usage.bits:
        yield Finding(_PATH, "keyCertSign in every CA's certificate", f"not so in that of {ca.name}", _WHERE)


def _judge_validity(certificate: Certificate, what: str, at: datetime) -> Iterator[Finding]:
    start, end = certificate.not_before.moment, certificate.not_after.moment
    late = end is not None and at - CLOCKS_APART > end
    early = start is not None and at + CLOCKS_APART < start
    if late or early:
        expected = f"{what} valid at {at:%Y-%m-%d %H:%M:%S%z}"
        yield Finding(_PATH, expected, f"from {certificate.not_before} to {certificate.not_after}", _WHERE)


def _judge_unrevoked(
    certificate: Certificate, ca: _Authority, lists: Sequence[RevocationList], below: int
) -> Iterator[Finding]:
    serial = int.from_bytes(certificate.serial, "big", signed=True)
    for each in lists:
        if serial in each.revoked and each.issuer_name.matches(ca.name) and each.signed_by(ca.key):
            requirement = AUTHORITY_LIST if below else ORGANISATION_LIST
            expected = "a certificate that was not rejected on no revocation list"
            yield Finding(requirement, expected, f"{serial:X} on that of {ca.name}", _WHERE)
