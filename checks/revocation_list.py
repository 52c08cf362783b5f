"""Revocation lists: reading one without judging it, and the verdict on it (G-CRL; RFC 5280 clause 5)."""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256

from checks.certificate.extensions import (
    AUTHORITY_KEY_IDENTIFIER,
    AuthorityKeyIdentifier,
    Extension,
    read_extension,
)
from checks.certificate.issuing import IssuingCa
from checks.certificate.names import Name, read_name
from checks.certificate.rules import in_hexadecimal
from checks.certificate.structure import ECDSA_SHA256, ECDSA_SHA256_NULL
from checks.certificate.times import Time, read_time
from checks.der import (
    BIT_STRING,
    GENERALIZED_TIME,
    INTEGER,
    SEQUENCE,
    UTC_TIME,
    DerError,
    Node,
    integer_fault,
    oid_octets,
    read_der,
)
from checks.finding import Collected, Finding
from checks.lodged import CLOCKS_APART

MAXIMUM_OCTETS = 4 * 1024 * 1024
"""Some hundred thousand entries."""
CRL_NUMBER = oid_octets("2.5.29.20")
ORGANISATION_LIST = "G-CRL-b"
AUTHORITY_LIST = "G-CRL-c"
_FORM = "G-CRL-d"
_VERSION_2 = b"\x01"
_TIMES = (UTC_TIME, GENERALIZED_TIME)
_BEGIN, _END = b"-----BEGIN X509 CRL-----", b"-----END X509 CRL-----"
_LIST = "revocation list"


@dataclass(frozen=True, slots=True)
class RevocationList:
    """A certificate revocation list, each field as it stands; None: absent."""

    version: bytes | None
    """Contents octets of the INTEGER: 01 is version 2."""
    inner_algorithm: bytes
    outer_algorithm: bytes
    issuer: bytes
    """DER of the Name."""
    issuer_name: Name
    this_update: Time
    next_update: Time | None
    revoked: dict[int, datetime | None]
    """By serial number, since when (UTC); None where that is no time."""
    entry_faults: tuple[Finding, ...]
    extensions: dict[bytes, Extension]
    signature: bytes
    tbs: bytes

    @property
    def number(self) -> int | None:
        """cRLNumber; None also where it is no INTEGER."""
        extension = self.extensions.get(CRL_NUMBER)
        if extension is None:
            return None
        try:
            node = read_der(extension.value)
        except DerError:
            return None
        if node.tag != INTEGER or integer_fault(node.value):
            return None
        return int.from_bytes(node.value, "big", signed=True)

    @property
    def authority(self) -> AuthorityKeyIdentifier | None:
        """authorityKeyIdentifier; None also where it cannot be decoded."""
        extension = self.extensions.get(AUTHORITY_KEY_IDENTIFIER)
        content = extension.content if extension else None
        return content if isinstance(content, AuthorityKeyIdentifier) else None

    def signed_by(self, key: ec.EllipticCurvePublicKey) -> bool:
        """Whether the signature is ECDSA with SHA-256 by `key`, whatever the algorithm identifiers say."""
        if not self.signature.startswith(b"\x00"):
            return False
        try:
            key.verify(self.signature[1:], self.tbs, ec.ECDSA(SHA256()))
        except InvalidSignature:
            return False
        return True


def read_revocation_list(octets: bytes) -> RevocationList:
    """Cut a list, in DER or PEM, into its fields. Raises DerError where it has not their structure."""
    parts = read_der(_from_pem(octets), MAXIMUM_OCTETS).members("a CertificateList")
    if len(parts) != 3 or parts[1].tag != SEQUENCE or parts[2].tag != BIT_STRING:
        raise DerError(0, "not tbsCertList, signatureAlgorithm, signatureValue")
    fields = parts[0].members("a TBSCertList")
    version = fields.pop(0).value if fields and fields[0].tag == INTEGER else None
    if len(fields) < 3 or fields[0].tag != SEQUENCE or fields[2].tag not in _TIMES:
        raise DerError(parts[0].start, "not signature, issuer, thisUpdate")
    algorithm, issuer, this_update, *rest = fields
    next_update = rest.pop(0) if rest and rest[0].tag in _TIMES else None
    entries = rest.pop(0).children() if rest and rest[0].tag == SEQUENCE else []
    extensions = _read_extensions(rest.pop(0)) if rest and rest[0].tag == 0xA0 else {}
    if rest:
        raise DerError(rest[0].start, f"tag {rest[0].tag:02X} in a TBSCertList, unknown or out of order")
    revoked, faults = _read_entries(entries)
    return RevocationList(
        version=version,
        inner_algorithm=algorithm.octets,
        outer_algorithm=parts[1].octets,
        issuer=issuer.octets,
        issuer_name=read_name(issuer),
        this_update=read_time(this_update.tag, this_update.value),
        next_update=read_time(next_update.tag, next_update.value) if next_update else None,
        revoked=revoked,
        entry_faults=faults,
        extensions=extensions,
        signature=parts[2].value,
        tbs=parts[0].octets,
    )


def _from_pem(octets: bytes) -> bytes:
    text = octets.strip()
    if not (text.startswith(_BEGIN) and text.endswith(_END)):
        return octets
    try:
        return b64decode(b"".join(text[len(_BEGIN) : -len(_END)].split()), validate=True)
    except ValueError as error:
        raise DerError(0, f"PEM that is not Base64: {error}") from None


def _read_extensions(field: Node) -> dict[bytes, Extension]:
    inner = field.children()
    if len(inner) != 1:
        raise DerError(field.start, "crlExtensions that are not one SEQUENCE")
    extensions: dict[bytes, Extension] = {}
    for node in inner[0].members("Extensions"):
        extension = read_extension(node)
        extensions.setdefault(extension.oid, extension)
    return extensions


def _read_entries(entries: Iterable[Node]) -> tuple[dict[int, datetime | None], tuple[Finding, ...]]:
    revoked: dict[int, datetime | None] = {}
    faults = Collected(_LIST)
    for entry in entries:
        members = entry.members("an entry of revokedCertificates")
        if len(members) not in (2, 3) or members[0].tag != INTEGER or members[1].tag not in _TIMES:
            raise DerError(entry.start, "an entry that is not userCertificate, revocationDate")
        serial = int.from_bytes(members[0].value, "big", signed=True)
        time = read_time(members[1].tag, members[1].value)
        for fault in (integer_fault(members[0].value), time.fault):
            if fault:
                faults.note(Finding(_FORM, "an entry that RFC 5280 allows", fault, f"{_LIST}, entry"))
        if serial in revoked:
            faults.note(Finding(_FORM, "each certificate once", f"{serial:X} again", f"{_LIST}, entry"))
        revoked[serial] = time.moment
    return revoked, tuple(faults.findings())


def judge_revocation_list(
    octets: bytes, issuers: Iterable[bytes], *, at: datetime, lodged: str = ORGANISATION_LIST
) -> list[Finding]:
    """Judge a list (DER or PEM) that is lodged now.

    `issuers` are the certificates (DER) of the CAs that may have signed it; `at` is the time by the RA's
    clock. Its form is G-CRL-d; that it is by the right CA and fresh is asked by `lodged`. Raises ValueError
    where a CA's certificate cannot be read.
    """
    try:
        read = read_revocation_list(octets)
    except DerError as error:
        return [Finding(lodged, "a revocation list in DER or PEM", str(error), _LIST)]
    cas = [IssuingCa.from_der(issuer) for issuer in issuers]
    return [
        *_judge_form(read),
        *read.entry_faults,
        *_judge_issuer(read, cas, lodged),
        *_judge_times(read, at, lodged),
    ]


def _judge_form(read: RevocationList) -> Iterator[Finding]:
    """G-CRL-d: version 2, ECDSA with SHA-256, authorityKeyIdentifier, cRLNumber."""
    if read.version != _VERSION_2:
        observed = "absent, so version 1" if read.version is None else in_hexadecimal(read.version)
        yield Finding(_FORM, "version 2", observed, f"{_LIST}, version")
    for algorithm in dict.fromkeys((read.inner_algorithm, read.outer_algorithm)):
        if algorithm != ECDSA_SHA256:
            expected = "ecdsa-with-SHA256 without parameters"
            yield Finding(_FORM, expected, in_hexadecimal(algorithm), f"{_LIST}, signatureAlgorithm")
    authority = read.authority
    if authority is None or authority.key_identifier is None:
        there = AUTHORITY_KEY_IDENTIFIER in read.extensions
        observed = "no keyIdentifier" if there else "absent"
        yield Finding(_FORM, "authorityKeyIdentifier, in the keyIdentifier form", observed, _LIST)
    number = read.number
    if number is None or number < 0:
        observed = (
            "absent" if CRL_NUMBER not in read.extensions else "no number" if number is None else str(number)
        )
        yield Finding(_FORM, "a cRLNumber", observed, _LIST)
    for extension in read.extensions.values():
        if extension.faults:
            yield Finding(
                _FORM, "extensions in DER", f"{extension.name}: {'; '.join(extension.faults)}", _LIST
            )


def _judge_issuer(read: RevocationList, cas: list[IssuingCa], lodged: str) -> Iterator[Finding]:
    named = [ca for ca in cas if ca.name.matches(read.issuer_name)]
    if not named:
        names = " or ".join(sorted({str(ca.name) for ca in cas})) or "a CA of the target"
        yield Finding(lodged, f"a list of {names}", str(read.issuer_name), f"{_LIST}, issuer")
        return
    signers = [ca for ca in named if read.signed_by(ca.public_key)]
    if not signers:
        if read.outer_algorithm in (ECDSA_SHA256, ECDSA_SHA256_NULL):
            expected = f"a signature by {named[0].name}"
            yield Finding(lodged, expected, "it does not verify with its public key", f"{_LIST}, signature")
        return
    said, own = read.authority, signers[0].key_identifier
    if said and said.key_identifier is not None and own is not None and said.key_identifier != own:
        observed = in_hexadecimal(said.key_identifier)
        yield Finding(_FORM, f"the key identifier of its CA, {in_hexadecimal(own)}", observed, _LIST)


def _judge_times(read: RevocationList, at: datetime, lodged: str) -> Iterator[Finding]:
    now = f"{at:%Y-%m-%d %H:%M:%S%z}"
    for time in (read.this_update, read.next_update):
        if time is not None and time.fault:
            yield Finding(_FORM, "times as RFC 5280 5.1.2 has them", f"{time}: {time.fault}", _LIST)
    begins, ends = read.this_update.moment, read.next_update.moment if read.next_update else None
    if begins is not None and begins - CLOCKS_APART > at:
        observed = f"{read.this_update}, at {now}"
        yield Finding(lodged, "a thisUpdate that is past", observed, f"{_LIST}, thisUpdate")
    if read.next_update is None:
        yield Finding(lodged, "a nextUpdate (RFC 5280 5.1.2.5)", "absent", f"{_LIST}, nextUpdate")
    elif ends is not None and ends + CLOCKS_APART < at:
        observed = f"{read.next_update}, at {now}"
        yield Finding(lodged, "a nextUpdate that is to come", observed, f"{_LIST}, nextUpdate")


def judge_listed(
    read: RevocationList, serial: int, *, listed: bool, requirement: str = ORGANISATION_LIST
) -> list[Finding]:
    """Judge that a certificate is on the list, or is not, by its serial number."""
    if (serial in read.revoked) == listed:
        return []
    wanted, found = ("on it", "not on it") if listed else ("not on it", "on it")
    observed = f"{found}, among {len(read.revoked)}"
    return [Finding(requirement, f"the certificate {serial:X} {wanted}", observed, _LIST)]


def judge_newer(
    earlier: RevocationList, later: RevocationList, requirement: str = ORGANISATION_LIST
) -> list[Finding]:
    """Judge that a list was made after another: a higher cRLNumber, and no earlier thisUpdate.

    A list without a cRLNumber is for those who judge its form.
    """
    findings = []
    if earlier.number is not None and later.number is not None and later.number <= earlier.number:
        expected = f"a cRLNumber above {earlier.number}"
        findings.append(Finding(requirement, expected, str(later.number), f"{_LIST}, cRLNumber"))
    before, after = earlier.this_update.moment, later.this_update.moment
    if before is not None and after is not None and after < before:
        expected = f"a thisUpdate not before {earlier.this_update}"
        findings.append(Finding(requirement, expected, str(later.this_update), f"{_LIST}, thisUpdate"))
    return findings
