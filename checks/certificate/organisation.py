"""What is asked of Organisation Certificates alone: G-ORG, the role codes and the EUI-64 in their subject.

G-ROLE-a, G-EUI and G-BAD-a say again of parts of the subject what G-ORG-a says of the whole, and G-ORG-c what
RFC 5280 says of times: a certificate that breaks one breaks both. What the rows on Device Certificates say of
version and serial number stands here under G-12-a, since RFC 5280 asks the same of all.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import lru_cache

from checks.certificate.basics import serial_sign_fault, strings_fault, version_fault
from checks.certificate.general import key_usage_fault
from checks.certificate.names import COMMON_NAME, Attribute, Name, read_name
from checks.certificate.organisation_profile import OrganisationProfile
from checks.certificate.rules import RuleBook, in_hexadecimal
from checks.certificate.structure import Certificate
from checks.der import BIT_STRING, GENERALIZED_TIME, DerError, read_der

BOOK: RuleBook[OrganisationProfile] = RuleBook()

ORGANIZATIONAL_UNIT = "2.5.4.11"
UNIQUE_IDENTIFIER = "2.5.4.45"
REMOTE_PARTY_ROLES = frozenset({*(f"{code:02X}" for code in range(9)), "7F", "87", "89"})
"""Remote Party Role Codes as they stand in organizationalUnitName."""

_NAMES = {COMMON_NAME: "commonName", ORGANIZATIONAL_UNIT: "organizationalUnitName"}
_NAMES |= {UNIQUE_IDENTIFIER: "uniqueIdentifier"}
_HEXADECIMAL = re.compile(r"[0-9A-Fa-f]{2}")
_DECIMAL_89 = "137"
_EUI64_OCTETS = 8
_ISSUER_UNIT = "07"
_SHORTEST, _LONGEST = timedelta(days=3649), timedelta(days=3654)
"""Ten years: of 365 days or of the calendar, and the last day counted or not."""
_UTC_TIME_ENDS = datetime(2050, 1, 1, tzinfo=UTC)


@lru_cache(maxsize=256)
def subject_name(subject: bytes) -> Name | None:
    """The Name whose DER is `subject`; None where it has not the structure of one."""
    try:
        return read_name(read_der(subject))
    except DerError:
        return None


def subject_values(certificate: Certificate, attribute_type: str) -> list[Attribute]:
    """The attributes of a type in the subject, in order; none where that cannot be read."""
    name = subject_name(certificate.subject)
    return [each for rdn in name.relative_names for each in rdn if each.oid == attribute_type] if name else []


@BOOK.rule("G-12-a", "version 3", where="version", source="RFC 5280 4.1.2.1")
def organisation_version_is_3(certificate: Certificate, _profile: OrganisationProfile) -> str | None:
    """[0] INTEGER 2: there are extensions."""
    return version_fault(certificate)


@BOOK.rule("G-12-a", "a positive serial number", where="serialNumber", source="RFC 5280 4.1.2.2", varies=True)
def organisation_serial_is_positive(certificate: Certificate, _profile: OrganisationProfile) -> str | None:
    """That it is unique is judged over many certificates, by `judge_unique_serials`."""
    return serial_sign_fault(certificate)


@BOOK.rule("G-12-a", "a name in DER with strings of their types", where="subject", source="RFC 5280 4.1.2.6")
def subject_is_well_encoded(certificate: Certificate, _profile: OrganisationProfile) -> str | None:
    """Characters outside a PrintableString's set, UTF-8 that is none, an unordered SET."""
    name = subject_name(certificate.subject)
    return f"not a Name: {in_hexadecimal(certificate.subject)}" if name is None else name.fault


@BOOK.rule(
    "G-12-a",
    "names as PrintableString or UTF8String, of 1 to 64 characters",
    where="subject",
    source="RFC 5280 4.1.2.6, appendix A.1",
)
def subject_strings_are_allowed(certificate: Certificate, _profile: OrganisationProfile) -> str | None:
    """Older string types have no exception in a name that is new."""
    name = subject_name(certificate.subject)
    return strings_fault(name) if name else None


@BOOK.rule(
    "G-ORG-a",
    "commonName where it is allowed, organizationalUnitName and uniqueIdentifier, each once, and no other",
    where="subject",
    source="real test certificates",
)
def subject_is_the_organisations(certificate: Certificate, profile: OrganisationProfile) -> str | None:
    """Whether there is a commonName is a setting of the target. Their order is not judged."""
    name = subject_name(certificate.subject)
    if name is None:
        return None
    found = [attribute.oid for rdn in name.relative_names for attribute in rdn]
    needed = {ORGANIZATIONAL_UNIT, UNIQUE_IDENTIFIER}
    needed |= {COMMON_NAME} if profile.common_name == "required" else set()
    allowed = needed | ({COMMON_NAME} if profile.common_name == "optional" else set())
    faults = [f"no {_NAMES[oid]}" for oid in sorted(needed - set(found))]
    faults += [f"{_NAMES.get(oid, oid)} as well" for oid in sorted(set(found) - allowed)]
    faults += [f"{_NAMES[oid]} more than once" for oid in sorted(allowed) if found.count(oid) > 1]
    return ", ".join(faults) or None


@BOOK.rule(
    "G-ORG-a", "a commonName no longer than is allowed", where="subject", source="real test certificates"
)
def common_name_is_short(certificate: Certificate, profile: OrganisationProfile) -> str | None:
    """The maximum is a setting of the target."""
    longest = max((len(each.text or "") for each in subject_values(certificate, COMMON_NAME)), default=0)
    if longest <= profile.common_name_characters_maximum:
        return None
    return f"{longest} characters, more than {profile.common_name_characters_maximum}"


@BOOK.rule(
    "G-ORG-a",
    "an organizationalUnitName of two hexadecimal digits",
    where="subject",
    source="real test certificates",
)
def unit_is_two_hexadecimal_digits(certificate: Certificate, _profile: OrganisationProfile) -> str | None:
    """Which code it is is G-ROLE-a."""
    return _first_unlike(certificate, lambda text: bool(_HEXADECIMAL.fullmatch(text)))


@BOOK.rule(
    "G-ROLE-a",
    f"one of the Remote Party Role Codes {', '.join(sorted(REMOTE_PARTY_ROLES))}",
    where="subject",
    source="GBCS, Remote Party Role codes",
)
def unit_is_a_role(certificate: Certificate, _profile: OrganisationProfile) -> str | None:
    """In either case of letters."""
    return _first_unlike(certificate, lambda text: text.upper() in REMOTE_PARTY_ROLES)


@BOOK.rule(
    "G-BAD-a",
    "no decimal 137 in place of the hexadecimal 89",
    where="subject",
    source="a defect of real test certificates",
)
def unit_is_not_decimal(certificate: Certificate, _profile: OrganisationProfile) -> str | None:
    """Beside G-ORG-a and G-ROLE-a."""
    return _first_unlike(certificate, lambda text: text != _DECIMAL_89)


def _first_unlike(certificate: Certificate, is_right: Callable[[str], bool]) -> str | None:
    units = subject_values(certificate, ORGANIZATIONAL_UNIT)
    return next((str(unit) for unit in units if not is_right(unit.text or "")), None)


@BOOK.rule(
    "G-ORG-a",
    "a uniqueIdentifier that is a BIT STRING of 64 bits, none unused",
    where="subject",
    source="real test certificates",
)
def unique_identifier_has_64_bits(certificate: Certificate, _profile: OrganisationProfile) -> str | None:
    """Nothing to look at where it is absent."""
    return _identifier_fault(certificate)


@BOOK.rule(
    "G-EUI-d", "the EUI-64 as a BIT STRING of 64 bits", where="subject", source="GBCS, EUI-64, X.520 6.2.7"
)
def eui64_is_a_bit_string(certificate: Certificate, _profile: OrganisationProfile) -> str | None:
    """Beside G-ORG-a."""
    return _identifier_fault(certificate)


def _identifier_fault(certificate: Certificate) -> str | None:
    for each in subject_values(certificate, UNIQUE_IDENTIFIER):
        if each.tag != BIT_STRING:
            return f"a value with tag {each.tag:02X}: {in_hexadecimal(each.value)}"
        if each.value[:1] != b"\x00" or len(each.value) != 1 + _EUI64_OCTETS:
            return f"a BIT STRING of {len(each.value) - 1} octets, unused bits {each.value[:1].hex()}"
    return None


@BOOK.rule("G-EUI-a", "an EUI-64 of 8 octets", where="subject", source="GBCS, EUI-64")
def eui64_has_8_octets(certificate: Certificate, _profile: OrganisationProfile) -> str | None:
    """Beside G-ORG-a; of any other type than BIT STRING nothing is said here."""
    for each in subject_values(certificate, UNIQUE_IDENTIFIER):
        if each.tag == BIT_STRING and len(each.value) != 1 + _EUI64_OCTETS:
            return f"{len(each.value) - 1} octets: {in_hexadecimal(each.value[1:])}"
    return None


@BOOK.rule(
    "G-ORG-b", "a validity of 10 years", where="validity", source="real test certificates", varies=True
)
def validity_is_10_years(certificate: Certificate, _profile: OrganisationProfile) -> str | None:
    """Years of 365 days or of the calendar, to the same second or to the one before it."""
    start, end = certificate.not_before.moment, certificate.not_after.moment
    if start is None or end is None or end < start or _SHORTEST <= end - start <= _LONGEST:
        return None
    return f"{(end - start).days} days, from {certificate.not_before} to {certificate.not_after}"


@BOOK.rule(
    "G-ORG-c", "UTCTime while it is before 2050", where="notAfter", source="real test certificates, RFC 5280"
)
def not_after_is_in_utc_time(certificate: Certificate, _profile: OrganisationProfile) -> str | None:
    """Beside G-12-a. From 2050 on it is a GeneralizedTime, which that row asks for."""
    end = certificate.not_after
    late = end.moment is None or end.moment >= _UTC_TIME_ENDS
    return None if late or end.tag != GENERALIZED_TIME else str(end)


@BOOK.rule(
    "G-ORG-d",
    f"an issuer of organizationalUnitName {_ISSUER_UNIT} and one commonName",
    where="issuer",
    source="real test certificates",
)
def issuer_is_an_issuing_ca(certificate: Certificate, _profile: OrganisationProfile) -> str | None:
    """An empty issuer is G-12-a; so is one that is not the name of the target's Issuing CA."""
    found = [each for rdn in certificate.issuer_name.relative_names for each in rdn]
    units = [each.text for each in found if each.oid == ORGANIZATIONAL_UNIT]
    names = [each for each in found if each.oid == COMMON_NAME]
    if not found or (units == [_ISSUER_UNIT] and len(names) == 1 and len(found) == 2):
        return None
    return str(certificate.issuer_name)


@BOOK.rule(
    "G-ORG-e",
    "exactly one of digitalSignature, keyAgreement",
    where="extension keyUsage",
    source="real test certificates",
)
def organisation_key_usage_is_one_of_two(
    certificate: Certificate, _profile: OrganisationProfile
) -> str | None:
    """Nothing to look at where it is absent: that is G-12-c."""
    return key_usage_fault(certificate)
