"""Organisation Certificates: the fields that the CA fills in (certificates.md)."""

from __future__ import annotations

from datetime import datetime, timedelta

from reference_ra import oids
from reference_ra.certificate import (
    VERSION_3,
    CertificateFields,
    IssuingCa,
    authority_extension,
    encode_time,
    key_identifier,
    new_serial,
    policies_extension,
    subject_key_extension,
)
from reference_ra.csr import Csr, Extension

YEARS_VALID = 10


def years_later(moment: datetime, years: int) -> datetime:
    """The same day and time some years on; of 29 February the 28th where the year has no 29th."""
    try:
        return moment.replace(year=moment.year + years)
    except ValueError:
        return (moment - timedelta(days=1)).replace(year=moment.year + years)


def fill_fields(csr: Csr, ca: IssuingCa, now: datetime) -> CertificateFields:
    """The fields of the certificate for a CSR that keeps the rules: subject and keyUsage are carried over."""
    asked = csr.extension(oids.KEY_USAGE)
    usage = () if asked is None else (Extension(oids.KEY_USAGE, True, asked.value),)
    return CertificateFields(
        version=VERSION_3,
        serial=new_serial(),
        algorithm=oids.ECDSA_WITH_SHA256,
        issuer=ca.name,
        not_before=encode_time(now),
        not_after=encode_time(years_later(now, YEARS_VALID)),
        subject=csr.subject,
        key_info=csr.key_info,
        extensions=(
            *usage,
            subject_key_extension(key_identifier(csr.key)),
            policies_extension(ca.policy),
            authority_extension(ca.key_identifier),
        ),
        outer_algorithm=oids.ECDSA_WITH_SHA256,
    )
