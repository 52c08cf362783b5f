"""What is asked of Device Certificates alone: G-12-i to -n, G-DEV, G-OID-b and G-BAD-e.

G-BAD-e and part of G-DEV-h say again, of real certificates, what a row of G-12 says; each is judged beside
that row, so a certificate that breaks one breaks both.
"""

from __future__ import annotations

from checks.certificate.device_profile import DeviceProfile
from checks.certificate.extensions import (
    AUTHORITY_KEY_IDENTIFIER,
    BASIC_CONSTRAINTS,
    CERTIFICATE_POLICIES,
    HARDWARE_MODULE_NAME,
    KEY_USAGE,
    NAMES,
    SUBJECT_ALT_NAME,
    SUBJECT_ALT_PUBLIC_KEY_INFO,
    SUBJECT_KEY_IDENTIFIER,
    AlternativeNames,
)
from checks.certificate.general import key_usage_fault, policy_fault
from checks.certificate.names import COMMON_NAME
from checks.certificate.rules import RuleBook, in_hexadecimal
from checks.certificate.structure import VERSION_3, Certificate
from checks.der import GENERALIZED_TIME

BOOK: RuleBook[DeviceProfile] = RuleBook()

_NO_END = "99991231235959Z"
_EMPTY_NAME = b"\x30\x00"
_SERIAL_OCTETS_OF_RFC_5280 = 20
_EUI64_OCTETS = 8
_ADDED_BY_CA = (SUBJECT_KEY_IDENTIFIER, CERTIFICATE_POLICIES, AUTHORITY_KEY_IDENTIFIER)
_NAMED_IN_PROFILE = frozenset((*_ADDED_BY_CA, KEY_USAGE, SUBJECT_ALT_NAME, BASIC_CONSTRAINTS))


@BOOK.rule("G-12-i", f"GeneralizedTime {_NO_END}", where="notAfter", source="GBCS 12")
def not_after_is_the_end_of_9999(certificate: Certificate, _profile: DeviceProfile) -> str | None:
    """No other end, and no other encoding."""
    end = certificate.not_after
    return None if end.text == _NO_END and end.tag == GENERALIZED_TIME else str(end)


@BOOK.rule("G-12-j", "an empty subject", where="subject", source="GBCS 12")
def subject_is_empty(certificate: Certificate, _profile: DeviceProfile) -> str | None:
    """A SEQUENCE without members."""
    return None if certificate.subject == _EMPTY_NAME else in_hexadecimal(certificate.subject)


@BOOK.rule(
    "G-12-k", "exactly one of digitalSignature, keyAgreement", where="extension keyUsage", source="GBCS 12"
)
def key_usage_is_one_of_two(certificate: Certificate, _profile: DeviceProfile) -> str | None:
    """Nothing to look at where it is absent."""
    return key_usage_fault(certificate)


@BOOK.rule(
    "G-12-l",
    "exactly one policyIdentifier, that of the environment",
    where="extension certificatePolicies",
    source="GBCS 12",
)
def policy_is_the_environments(certificate: Certificate, profile: DeviceProfile) -> str | None:
    """The expected one is a setting of the target. None at all is G-12-g."""
    return policy_fault(certificate, profile)


@BOOK.rule(
    "G-12-m", "subjectAltName present and critical", where="extension subjectAltName", source="GBCS 12"
)
def alternative_name_is_critical(certificate: Certificate, _profile: DeviceProfile) -> str | None:
    """Whatever the CSR marked."""
    extension = certificate.extensions.get(SUBJECT_ALT_NAME)
    if extension is None:
        return "absent"
    return None if extension.critical else "not critical"


@BOOK.rule(
    "G-12-m",
    "one GeneralName, an otherName id-on-hardwareModuleName with an hwSerialNum of 8 octets (EUI-64)",
    where="extension subjectAltName",
    source="GBCS 12, RFC 4108 5",
    varies=True,
)
def alternative_name_is_the_device(certificate: Certificate, _profile: DeviceProfile) -> str | None:
    """Nothing to look at where it is absent."""
    content = certificate.content(SUBJECT_ALT_NAME, AlternativeNames)
    if content is None:
        return None
    if len(content.names) != 1:
        return f"{len(content.names)} names"
    name = content.names[0]
    if name.type_id is None:
        return f"a GeneralName with tag {name.tag:02X}"
    if name.type_id != HARDWARE_MODULE_NAME:
        return f"an otherName of type {in_hexadecimal(name.type_id)}"
    if name.hardware_serial is None:
        return "an otherName that is not a HardwareModuleName"
    if len(name.hardware_serial) != _EUI64_OCTETS:
        return f"an hwSerialNum of {len(name.hardware_serial)} octets: {in_hexadecimal(name.hardware_serial)}"
    return None


@BOOK.rule("G-12-n", "one public key", where="extensions", source="GBCS 12")
def public_key_is_alone(certificate: Certificate, _profile: DeviceProfile) -> str | None:
    """A second one could only stand in subjectAltPublicKeyInfo (X.509 clause 9.8)."""
    return "a second one" if SUBJECT_ALT_PUBLIC_KEY_INFO in certificate.extensions else None


@BOOK.rule("G-DEV-a", "version 3", where="version", source="real test certificates, RFC 5280 4.1.2.1")
def version_is_3(certificate: Certificate, _profile: DeviceProfile) -> str | None:
    """[0] INTEGER 2."""
    version = certificate.version
    if version == VERSION_3:
        return None
    return "absent, so version 1" if version is None else in_hexadecimal(version)


@BOOK.rule(
    "G-DEV-b",
    "a positive serial number",
    where="serialNumber",
    source="real test certificates, RFC 5280 4.1.2.2",
    varies=True,
)
def serial_is_positive(certificate: Certificate, _profile: DeviceProfile) -> str | None:
    """That it is unique is judged over many certificates, by `judge_unique_serials`."""
    serial = certificate.serial
    return in_hexadecimal(serial) if serial == b"\x00" or serial[:1] >= b"\x80" else None


@BOOK.rule(
    "G-DEV-c", "a serial number no longer than was seen", where="serialNumber", source="recalled", varies=True
)
def serial_is_short(certificate: Certificate, profile: DeviceProfile) -> str | None:
    """The maximum is a setting of the target. More than 20 octets is G-12-a."""
    length = len(certificate.serial)
    if length <= profile.serial_octets_maximum or length > _SERIAL_OCTETS_OF_RFC_5280:
        return None
    return f"{length} octets, more than {profile.serial_octets_maximum}: {in_hexadecimal(certificate.serial)}"


@BOOK.rule("G-DEV-d", "an issuer of one commonName", where="issuer", source="real test certificates")
def issuer_is_one_common_name(certificate: Certificate, _profile: DeviceProfile) -> str | None:
    """An empty issuer is G-12-a."""
    names = certificate.issuer_name.relative_names
    if not names or (len(names) == 1 and len(names[0]) == 1 and names[0][0].oid == COMMON_NAME):
        return None
    return str(certificate.issuer_name)


@BOOK.rule("G-DEV-e", "an issuer's commonName no longer than was seen", where="issuer", source="recalled")
def issuer_name_is_short(certificate: Certificate, profile: DeviceProfile) -> str | None:
    """The maximum is a setting of the target."""
    for rdn in certificate.issuer_name.relative_names:
        for attribute in rdn:
            text = attribute.text or ""
            if attribute.oid == COMMON_NAME and len(text) > profile.issuer_name_characters_maximum:
                return f"{len(text)} characters, more than {profile.issuer_name_characters_maximum}: {text}"
    return None


@BOOK.rule(
    "G-DEV-f", "no basicConstraints", where="extension basicConstraints", source="real test certificates"
)
def basic_constraints_are_not_there(certificate: Certificate, _profile: DeviceProfile) -> str | None:
    """Neither with cA nor without."""
    extension = certificate.extensions.get(BASIC_CONSTRAINTS)
    return in_hexadecimal(extension.value) if extension is not None else None


@BOOK.rule(
    "G-DEV-h",
    "subjectKeyIdentifier, certificatePolicies, authorityKeyIdentifier added, and no other that is critical",
    where="extensions",
    source="real test certificates",
)
def ca_adds_its_extensions(certificate: Certificate, _profile: DeviceProfile) -> str | None:
    """Serial number, issuer and validity are always there. A further extension that is not critical passes:
    RFC 5280 lets a CA add one, and a Device may ignore it."""
    extensions = certificate.extensions
    faults = [f"no {NAMES[oid]}" for oid in _ADDED_BY_CA if oid not in extensions]
    if not extensions.keys() <= _NAMED_IN_PROFILE:
        others = (extension for oid, extension in extensions.items() if oid not in _NAMED_IN_PROFILE)
        faults += [f"a critical extension {extension.name}" for extension in others if extension.critical]
    return ", ".join(faults) or None


@BOOK.rule(
    "G-OID-b", "the hwType of the target's settings", where="extension subjectAltName", source="a setting"
)
def hardware_type_is_the_one_set(certificate: Certificate, profile: DeviceProfile) -> str | None:
    """Judged only where the profile names one."""
    if profile.hw_type_oid is None:
        return None
    content = certificate.content(SUBJECT_ALT_NAME, AlternativeNames)
    found = [name.hardware_type for name in content.names if name.hardware_type] if content else []
    if set(found) <= {profile.hw_type_oid}:
        return None
    return f"{', '.join(found)}; the setting is {profile.hw_type_oid}"


@BOOK.rule(
    "G-BAD-e",
    "subjectKeyIdentifier in a Device Certificate",
    where="extension subjectKeyIdentifier",
    source="a defect of real test certificates",
)
def subject_key_identifier_is_not_left_out(certificate: Certificate, _profile: DeviceProfile) -> str | None:
    """Beside G-12-f."""
    return None if SUBJECT_KEY_IDENTIFIER in certificate.extensions else "absent"
