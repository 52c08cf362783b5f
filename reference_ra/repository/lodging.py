"""Lodging: every certificate goes to the Repository as soon as it is issued (M-2.3.1.4-b, M-2.4.1.4-b)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime

from cryptography import x509

from reference_ra import der
from reference_ra.authority import Authority
from reference_ra.pki import TestPki
from reference_ra.policies import Policies
from reference_ra.registry import IssuedCertificate, IssuedOrganisationCertificate
from reference_ra.repository.records import NEVER, Kind, Lodged, Way, serial_text


def lodge(policies: Policies, authority: Authority, way: Way, certificates: Iterable[Lodged]) -> None:
    """Lodge certificates that were issued in one way, as the policies say."""
    lodged = (policies.repository.lodges(way, certificate) for certificate in certificates)
    authority.registry.repository.lodge_many(each for each in lodged if each is not None)


def of_device(issued: IssuedCertificate) -> Lodged:
    """A Device Certificate as it is lodged."""
    serial = serial_text(issued.serial)
    return Lodged(
        serial, Kind.DEVICE, issued.device, None, issued.key_usage, issued.der, NEVER, issued.issued_at
    )


def of_organisation(issued: IssuedOrganisationCertificate) -> Lodged:
    """An Organisation Certificate as it is lodged."""
    return Lodged(
        serial_text(issued.serial),
        Kind.ORGANISATION,
        issued.eui64,
        issued.remote_party_role.upper(),
        issued.key_usage,
        issued.der,
        not_after_of(issued.der),
        issued.issued_at,
    )


def lodge_authorities(policies: Policies, authority: Authority, pki: TestPki) -> None:
    """Lodge the CA certificates; where they were lodged before, once more."""
    now = authority.clock.now()
    authority.registry.repository.lodge_many(
        _of_authority(label, identity.certificate, identity.der, now)
        for label, identity in policies.repository.authorities(pki).items()
    )


def _of_authority(label: str, certificate: x509.Certificate, octets: bytes, now: datetime) -> Lodged:
    units = certificate.subject.get_attributes_for_oid(x509.NameOID.ORGANIZATIONAL_UNIT_NAME)
    role = str(units[0].value) if units else None
    ends, serial = certificate.not_valid_after_utc, serial_text(certificate.serial_number)
    return Lodged(serial, Kind.CA, None, role, "keyCertSign", octets, ends, now, label=label)


def not_after_of(certificate: bytes) -> datetime:
    """When a certificate ends, of its DER; DerError or ValueError where it is none."""
    fields = der.read_one(certificate, der.SEQUENCE).elements()[0].elements()
    versioned = fields[0].tag == der.context(0)  # a certificate of version 1 does not say so
    validity = fields[4 if versioned else 3].expect(der.SEQUENCE)
    ends = validity.elements()[1]
    text = ends.contents.decode("ascii")
    if ends.tag == der.UTC_TIME:  # RFC 5280: a year from 50 on is of the last century
        text = ("19" if text[:2] >= "50" else "20") + text
    return datetime.strptime(text, "%Y%m%d%H%M%SZ").replace(tzinfo=UTC)
