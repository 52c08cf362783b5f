"""G-12-b to -h and G-OID-a: what is asked of every certificate, applied to one that a CA issued.

For a Device Certificate G-OID-a says again what G-12-l says; a certificate that breaks one breaks both.
"""

from __future__ import annotations

from hashlib import sha1

from checks.certificate.extensions import (
    AUTHORITY_KEY_IDENTIFIER,
    CERTIFICATE_POLICIES,
    KEY_USAGE,
    SUBJECT_KEY_IDENTIFIER,
    AuthorityKeyIdentifier,
    KeyIdentifier,
    KeyUsage,
    Policies,
)
from checks.certificate.issuing import CertificateProfile
from checks.certificate.rules import RuleBook, in_hexadecimal
from checks.certificate.structure import ECDSA_SHA256, Certificate, p256_point

BOOK: RuleBook[CertificateProfile] = RuleBook()

_USAGES = (("digitalSignature",), ("keyAgreement",))
_P = 2**256 - 2**224 + 2**192 + 2**96 - 1
_B = 0x5AC635D8AA3A93E7B3EBBD55769886BC651D06B0CC53B0F63BCE3C3E27D2604B


@BOOK.rule(
    "G-12-b", "authorityKeyIdentifier present", where="extension authorityKeyIdentifier", source="GBCS 12"
)
def authority_key_identifier_is_there(certificate: Certificate, _profile: CertificateProfile) -> str | None:
    """Neither kind that is judged here is a self-signed root, the one exception."""
    return None if AUTHORITY_KEY_IDENTIFIER in certificate.extensions else "absent"


@BOOK.rule(
    "G-12-b", "not critical", where="extension authorityKeyIdentifier", source="GBCS 12, RFC 5280 4.2.1.1"
)
def authority_key_identifier_is_not_critical(
    certificate: Certificate, _profile: CertificateProfile
) -> str | None:
    """Nothing to look at where it is absent."""
    extension = certificate.extensions.get(AUTHORITY_KEY_IDENTIFIER)
    return "critical" if extension is not None and extension.critical else None


@BOOK.rule("G-12-b", "the keyIdentifier form", where="extension authorityKeyIdentifier", source="GBCS 12")
def authority_is_named_by_key_identifier(
    certificate: Certificate, _profile: CertificateProfile
) -> str | None:
    """The other two members may stand beside it."""
    content = certificate.content(AUTHORITY_KEY_IDENTIFIER, AuthorityKeyIdentifier)
    return "no keyIdentifier" if content is not None and content.key_identifier is None else None


@BOOK.rule(
    "G-12-b",
    "the subjectKeyIdentifier of the issuing CA",
    where="extension authorityKeyIdentifier",
    source="RFC 5280 4.2.1.1",
)
def authority_key_identifier_is_the_cas(certificate: Certificate, profile: CertificateProfile) -> str | None:
    """Where the issuing CA is known and has one; an identifier of the wrong form is G-12-h."""
    content = certificate.content(AUTHORITY_KEY_IDENTIFIER, AuthorityKeyIdentifier)
    if content is None or content.key_identifier is None or _form_fault(content.key_identifier):
        return None
    known = [ca.key_identifier for ca in profile.issuers_of(certificate) if ca.key_identifier is not None]
    if not known or content.key_identifier in known:
        return None
    wanted = " or ".join(map(in_hexadecimal, known))
    return f"{in_hexadecimal(content.key_identifier)}; the CA's is {wanted}"


@BOOK.rule("G-12-c", "keyUsage present", where="extension keyUsage", source="GBCS 12")
def key_usage_is_there(certificate: Certificate, _profile: CertificateProfile) -> str | None:
    """What it says is G-12-k."""
    return None if KEY_USAGE in certificate.extensions else "absent"


@BOOK.rule("G-12-c", "critical", where="extension keyUsage", source="GBCS 12")
def key_usage_is_critical(certificate: Certificate, _profile: CertificateProfile) -> str | None:
    """Whatever the CSR marked."""
    extension = certificate.extensions.get(KEY_USAGE)
    return "not critical" if extension is not None and not extension.critical else None


@BOOK.rule(
    "G-12-d",
    "a point of NIST P-256, uncompressed, on the named curve prime256v1",
    where="subjectPublicKeyInfo",
    source="GBCS 12, RFC 5480 2.1.1",
    varies=True,
)
def public_key_is_p256(certificate: Certificate, _profile: CertificateProfile) -> str | None:
    """91 octets of which the last 65 are the point; its coordinates fulfil the curve's equation."""
    point = p256_point(certificate.key)
    if point is None:
        return in_hexadecimal(certificate.key, 96)
    x = int.from_bytes(point[1:33], "big")
    y = int.from_bytes(point[33:], "big")
    if x >= _P or y >= _P or (y * y - (x * x - 3) * x - _B) % _P:
        return f"a point that is not on the curve: {point.hex().upper()}"
    return None


@BOOK.rule(
    "G-12-e",
    "ecdsa-with-SHA256 without parameters",
    where="signatureAlgorithm",
    source="GBCS 12, RFC 5758 3.2",
    varies=True,
)
def signature_algorithm_is_ecdsa_with_sha256(
    certificate: Certificate, _profile: CertificateProfile
) -> str | None:
    """The one beside the signature; that the signed part names the same is G-12-a."""
    return (
        None if certificate.outer_algorithm == ECDSA_SHA256 else in_hexadecimal(certificate.outer_algorithm)
    )


@BOOK.rule("G-12-f", "subjectKeyIdentifier present", where="extension subjectKeyIdentifier", source="GBCS 12")
def subject_key_identifier_is_there(certificate: Certificate, _profile: CertificateProfile) -> str | None:
    """What it holds is G-12-h."""
    return None if SUBJECT_KEY_IDENTIFIER in certificate.extensions else "absent"


@BOOK.rule("G-12-f", "not critical", where="extension subjectKeyIdentifier", source="GBCS 12")
def subject_key_identifier_is_not_critical(
    certificate: Certificate, _profile: CertificateProfile
) -> str | None:
    """Nothing to look at where it is absent."""
    extension = certificate.extensions.get(SUBJECT_KEY_IDENTIFIER)
    return "critical" if extension is not None and extension.critical else None


@BOOK.rule("G-12-g", "certificatePolicies present", where="extension certificatePolicies", source="GBCS 12")
def policies_are_there(certificate: Certificate, _profile: CertificateProfile) -> str | None:
    """With at least one policyIdentifier."""
    if CERTIFICATE_POLICIES not in certificate.extensions:
        return "absent"
    content = certificate.content(CERTIFICATE_POLICIES, Policies)
    return "no policyIdentifier" if content is not None and not content.oids else None


@BOOK.rule("G-12-g", "critical", where="extension certificatePolicies", source="GBCS 12")
def policies_are_critical(certificate: Certificate, _profile: CertificateProfile) -> str | None:
    """Nothing to look at where it is absent."""
    extension = certificate.extensions.get(CERTIFICATE_POLICIES)
    return "not critical" if extension is not None and not extension.critical else None


@BOOK.rule(
    "G-12-h",
    "the key identifier by method (2) of RFC 5280 4.2.1.2",
    where="extension subjectKeyIdentifier",
    source="GBCS 12, RFC 5280 4.2.1.2",
    varies=True,
)
def subject_key_identifier_is_by_method_2(
    certificate: Certificate, _profile: CertificateProfile
) -> str | None:
    """Its value is compared where the public key is a P-256 point, its form in any case."""
    content = certificate.content(SUBJECT_KEY_IDENTIFIER, KeyIdentifier)
    if content is None:
        return None
    point = p256_point(certificate.key)
    if point is None:
        return _form_fault(content.octets)
    wanted = key_identifier(point)
    if content.octets == wanted:
        return None
    return f"{in_hexadecimal(content.octets)}; that of its public key is {wanted.hex().upper()}"


@BOOK.rule(
    "G-12-h",
    "8 octets that begin with the bits 0100",
    where="extension authorityKeyIdentifier",
    source="GBCS 12, RFC 5280 4.2.1.2",
)
def authority_key_identifier_is_by_method_2(
    certificate: Certificate, _profile: CertificateProfile
) -> str | None:
    """Only the form: that it is the CA's own identifier is G-12-b."""
    content = certificate.content(AUTHORITY_KEY_IDENTIFIER, AuthorityKeyIdentifier)
    return _form_fault(content.key_identifier) if content and content.key_identifier is not None else None


@BOOK.rule(
    "G-OID-a",
    "one policy OID, that of the target's settings",
    where="extension certificatePolicies",
    source="real test certificates",
)
def policy_oid_is_the_one_set(certificate: Certificate, profile: CertificateProfile) -> str | None:
    """The expected one is a setting of the target. None at all is G-12-g."""
    return policy_fault(certificate, profile)


def policy_fault(certificate: Certificate, profile: CertificateProfile) -> str | None:
    """What certificatePolicies says in place of the one policy of the target; None where it says that."""
    content = certificate.content(CERTIFICATE_POLICIES, Policies)
    if content is None or not content.oids or content.oids == (profile.policy_oid,):
        return None
    return f"{', '.join(content.oids)}; the target's setting is {profile.policy_oid}"


def key_usage_fault(certificate: Certificate) -> str | None:
    """What keyUsage says in place of exactly one of digitalSignature and keyAgreement; None where it says
    that, and where it is absent."""
    content = certificate.content(KEY_USAGE, KeyUsage)
    if content is None or content.bits in _USAGES:
        return None
    return ", ".join(content.bits) or "no bit set"


def key_identifier(point: bytes) -> bytes:
    """The key identifier of a public key by method (2): `point` is the value of its BIT STRING, 65 octets."""
    digest = sha1(point, usedforsecurity=False).digest()
    return bytes([0x40 | digest[12] & 0x0F]) + digest[13:]


def _form_fault(identifier: bytes) -> str | None:
    if len(identifier) == 8 and identifier[0] >> 4 == 4:
        return None
    return f"{in_hexadecimal(identifier)} ({len(identifier)} octets)"
