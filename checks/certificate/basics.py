"""G-12-a: the rules of RFC 5280 (and so RFC 5759) that have no row of their own in the catalogue.

Version, the sign of the serial number and the rest that has one is judged under that row alone.
"""

from __future__ import annotations

from checks.certificate.issuing import CertificateProfile
from checks.certificate.names import COMMON_NAME, DIRECTORY_STRINGS, Name
from checks.certificate.rules import RuleBook, in_hexadecimal
from checks.certificate.structure import ECDSA_SHA256, ECDSA_SHA256_NULL, VERSION_3, Certificate
from checks.certificate.times import Time
from checks.der import PRINTABLE_STRING, UTF8_STRING, bit_string_fault, integer_fault

BOOK: RuleBook[CertificateProfile] = RuleBook()

_CURRENT_STRINGS = (PRINTABLE_STRING, UTF8_STRING)
_SERIAL_OCTETS = 20
_COMMON_NAME_CHARACTERS = 64


def version_fault(certificate: Certificate) -> str | None:
    """What stands in place of version 3, which extensions need (RFC 5280 4.1.2.1); None where it is 3."""
    version = certificate.version
    if version == VERSION_3:
        return None
    return "absent, so version 1" if version is None else in_hexadecimal(version)


def serial_sign_fault(certificate: Certificate) -> str | None:
    """A serial number that is not positive (RFC 5280 4.1.2.2); None where it is."""
    serial = certificate.serial
    return in_hexadecimal(serial) if serial == b"\x00" or serial[:1] >= b"\x80" else None


@BOOK.rule("G-12-a", "a serial number in DER", where="serialNumber", source="X.690 8.3.2", varies=True)
def serial_in_shortest_form(certificate: Certificate, _profile: CertificateProfile) -> str | None:
    """The INTEGER is minimal."""
    return integer_fault(certificate.serial)


@BOOK.rule(
    "G-12-a",
    "a serial number of at most 20 octets",
    where="serialNumber",
    source="RFC 5280 4.1.2.2",
    varies=True,
)
def serial_no_longer_than_20_octets(certificate: Certificate, _profile: CertificateProfile) -> str | None:
    """Longer ones also exceed the recalled maximum of G-DEV-c, which is silent about them."""
    if len(certificate.serial) <= _SERIAL_OCTETS:
        return None
    return f"{len(certificate.serial)} octets: {in_hexadecimal(certificate.serial)}"


@BOOK.rule(
    "G-12-a",
    "the same algorithm in the signed part and beside the signature",
    where="signature and signatureAlgorithm",
    source="RFC 5280 4.1.1.2",
    varies=True,
)
def algorithms_agree(certificate: Certificate, _profile: CertificateProfile) -> str | None:
    """Octet for octet."""
    if certificate.inner_algorithm == certificate.outer_algorithm:
        return None
    return f"{in_hexadecimal(certificate.inner_algorithm)} and {in_hexadecimal(certificate.outer_algorithm)}"


@BOOK.rule(
    "G-12-a",
    "a signature that is whole octets",
    where="signatureValue",
    source="RFC 5480 appendix A",
    varies=True,
)
def signature_is_whole_octets(certificate: Certificate, _profile: CertificateProfile) -> str | None:
    """A BIT STRING without unused bits."""
    fault = bit_string_fault(certificate.signature)
    if fault is None and certificate.signature[0]:
        fault = f"{certificate.signature[0]} unused bits"
    return fault


@BOOK.rule(
    "G-12-a",
    "a signature by the target's issuing CA that the certificate names",
    where="signatureValue",
    source="RFC 5280 4.1.1.3",
    varies=True,
)
def signature_verifies(certificate: Certificate, profile: CertificateProfile) -> str | None:
    """Judged only where the algorithm is the one of G-12-e, with or without NULL parameters."""
    if certificate.outer_algorithm not in (ECDSA_SHA256, ECDSA_SHA256_NULL):
        return None
    issuers = profile.issuers_of(certificate)
    if not issuers or profile.signer_of(certificate):
        return None
    names = sorted({str(ca.name) for ca in issuers})
    return f"it does not verify with the public key of {' or '.join(names)}"


@BOOK.rule("G-12-a", "an issuer that is not empty", where="issuer", source="RFC 5280 4.1.2.4")
def issuer_is_not_empty(certificate: Certificate, _profile: CertificateProfile) -> str | None:
    """What the name looks like is G-DEV-d and -e."""
    return None if certificate.issuer_name.relative_names else "an empty name"


@BOOK.rule("G-12-a", "the name of one of the target's issuing CAs", where="issuer", source="RFC 5280 6.1.3")
def issuer_is_a_known_ca(certificate: Certificate, profile: CertificateProfile) -> str | None:
    """Names are compared as RFC 5280 7.1 does; an empty one has its own rule."""
    if (
        not profile.issuing_cas
        or not certificate.issuer_name.relative_names
        or profile.issuers_of(certificate)
    ):
        return None
    return str(certificate.issuer_name)


@BOOK.rule("G-12-a", "a name in DER with strings of their types", where="issuer", source="RFC 5280 4.1.2.4")
def issuer_is_well_encoded(certificate: Certificate, _profile: CertificateProfile) -> str | None:
    """Characters outside a PrintableString's set, UTF-8 that is none, an unordered SET."""
    return certificate.issuer_name.fault


@BOOK.rule(
    "G-12-a",
    "names as PrintableString or UTF8String, of 1 to 64 characters",
    where="issuer",
    source="RFC 5280 4.1.2.4, appendix A.1",
)
def issuer_strings_are_allowed(certificate: Certificate, profile: CertificateProfile) -> str | None:
    """Older string types may stay in a name that its CA's own certificate has, octet for octet."""
    known = any(ca.subject == certificate.issuer for ca in profile.issuing_cas)
    return strings_fault(certificate.issuer_name, of_the_past=known)


def strings_fault(name: Name, *, of_the_past: bool = False) -> str | None:
    """What RFC 5280 does not allow in the strings of a name; `of_the_past` lets older string types pass."""
    for rdn in name.relative_names:
        for attribute in rdn:
            old = attribute.tag in DIRECTORY_STRINGS and attribute.tag not in _CURRENT_STRINGS
            if old and not of_the_past:
                return f"{attribute} with tag {attribute.tag:02X}"
            if attribute.text == "":
                return f"{attribute} without characters"
            if attribute.oid == COMMON_NAME and len(attribute.text or "") > _COMMON_NAME_CHARACTERS:
                return f"a commonName of {len(attribute.text or '')} characters"
    return None


@BOOK.rule(
    "G-12-a",
    "UTCTime YYMMDDHHMMSSZ before 2050, GeneralizedTime YYYYMMDDHHMMSSZ from then on",
    where="notBefore",
    source="RFC 5280 4.1.2.5",
    varies=True,
)
def not_before_is_well_encoded(certificate: Certificate, _profile: CertificateProfile) -> str | None:
    """Seconds given, no fractions, Z for the time zone."""
    return _encoding_of(certificate.not_before)


@BOOK.rule(
    "G-12-a",
    "UTCTime YYMMDDHHMMSSZ before 2050, GeneralizedTime YYYYMMDDHHMMSSZ from then on",
    where="notAfter",
    source="RFC 5280 4.1.2.5",
)
def not_after_is_well_encoded(certificate: Certificate, _profile: CertificateProfile) -> str | None:
    """Which time it must be is G-12-i."""
    return _encoding_of(certificate.not_after)


def _encoding_of(time: Time) -> str | None:
    return f"{time}: {time.fault}" if time.fault else None


@BOOK.rule(
    "G-12-a",
    "a notBefore that is not after notAfter",
    where="validity",
    source="RFC 5280 4.1.2.5",
    varies=True,
)
def validity_is_in_order(certificate: Certificate, _profile: CertificateProfile) -> str | None:
    """Nothing to compare where one of them is not a time."""
    start, end = certificate.not_before, certificate.not_after
    if start.moment is None or end.moment is None or start.moment <= end.moment:
        return None
    return f"from {start} to {end}"


@BOOK.rule(
    "G-12-a",
    "no issuerUniqueID and no subjectUniqueID",
    where="unique identifiers",
    source="RFC 5280 4.1.2.8",
)
def no_unique_identifiers(certificate: Certificate, _profile: CertificateProfile) -> str | None:
    """Conforming CAs do not write them."""
    return "one is there" if certificate.unique_identifiers else None


@BOOK.rule("G-12-a", "at least one extension in extensions", where="extensions", source="RFC 5280 4.1")
def extensions_are_not_empty(certificate: Certificate, _profile: CertificateProfile) -> str | None:
    """SIZE (1..MAX)."""
    return "an empty SEQUENCE" if certificate.extensions_empty else None


@BOOK.rule("G-12-a", "each extension once", where="extensions", source="RFC 5280 4.2")
def extensions_are_unique(certificate: Certificate, _profile: CertificateProfile) -> str | None:
    """The first of each is the one that other rules look at."""
    if not certificate.duplicates:
        return None
    return ", ".join(sorted({extension.name for extension in certificate.duplicates})) + " more than once"


@BOOK.rule(
    "G-12-a", "every extension in DER and of its own syntax", where="extensions", source="RFC 5280 4.2"
)
def extensions_are_well_encoded(certificate: Certificate, _profile: CertificateProfile) -> str | None:
    """DER booleans and bit strings, defaults left out, an extnValue that holds what the extension is."""
    faults = [
        f"{extension.name}: {'; '.join(extension.faults)}"
        for extension in certificate.extensions.values()
        if extension.faults
    ]
    return ". ".join(faults) or None
