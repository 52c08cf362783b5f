"""Verdicts on the certificates of the CAs themselves: Issuing CAs (G-CA), and the roots above them (G-12)."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from checks.certificate import basics, general, seen_defects
from checks.certificate.extensions import (
    AUTHORITY_KEY_IDENTIFIER,
    BASIC_CONSTRAINTS,
    CERTIFICATE_POLICIES,
    KEY_USAGE,
    SUBJECT_KEY_IDENTIFIER,
    BasicConstraints,
    KeyUsage,
)
from checks.certificate.issuing import CertificateProfile, IssuingCa
from checks.certificate.names import Name
from checks.certificate.organisation import subject_name
from checks.certificate.rules import Rule, RuleBook, RuleSet
from checks.certificate.structure import Certificate, read_certificate, unreadable
from checks.der import DerError
from checks.finding import Finding

ANY_POLICY = "2.5.29.32.0"
_SHORTEST, _LONGEST = timedelta(days=9124), timedelta(days=9133)
"""25 years: of 365 days or of the calendar, and the last day counted or not."""
_USAGE = ("keyCertSign", "cRLSign")


@dataclass(frozen=True)
class AuthorityProfile(CertificateProfile):
    """The CAs of one hierarchy, as the target file has them.

    `issuing_ca_certificates` are here those that issue to the CA that is judged: the roots.
    """

    policy_oid: str = ANY_POLICY
    """Not judged: which policy a CA's certificate names is not known."""
    subordinate_certificates: Iterable[bytes] = ()
    """DER of the Issuing CAs' certificates."""
    subordinates: tuple[Name, ...] = field(init=False, repr=False, compare=False)
    """The Issuing CAs by name (G-CA-a)."""

    def __post_init__(self) -> None:
        """Read the CA certificates, once."""
        super().__post_init__()
        names = tuple(IssuingCa.from_der(each).name for each in self.subordinate_certificates)
        object.__setattr__(self, "subordinates", names)

    def is_of_root(self, der: bytes) -> bool:
        """Whether a certificate (DER) has the name of one of the roots as its subject."""
        name = _subject(der)
        return name is not None and any(name.matches(root.name) for root in self.issuing_cas)

    def concerns(self, der: bytes) -> bool:
        """Whether a certificate (DER) is of this hierarchy, by its subject or by its issuer."""
        name = _subject(der)
        if name is None:
            return False
        names = (*self.subordinates, *(root.name for root in self.issuing_cas))
        issuer = read_certificate(der).issuer_name
        return any(known.matches(name) or known.matches(issuer) for known in names)


def _subject(der: bytes) -> Name | None:
    """The subject of a certificate (DER); None where it cannot be read."""
    try:
        return subject_name(read_certificate(der).subject)
    except DerError:
        return None


EVERY: RuleBook[AuthorityProfile] = RuleBook()
"""What is asked of the certificate of any CA, beside the rules on every certificate."""
ISSUING: RuleBook[AuthorityProfile] = RuleBook()
"""What is asked of an Issuing CA."""


@EVERY.rule("G-12-a", "version 3", where="version", source="RFC 5280 4.1.2.1")
def authority_version_is_3(certificate: Certificate, _profile: AuthorityProfile) -> str | None:
    """[0] INTEGER 2: there are extensions."""
    return basics.version_fault(certificate)


@EVERY.rule(
    "G-12-a", "a positive serial number", where="serialNumber", source="RFC 5280 4.1.2.2", varies=True
)
def authority_serial_is_positive(certificate: Certificate, _profile: AuthorityProfile) -> str | None:
    """As of any certificate."""
    return basics.serial_sign_fault(certificate)


@EVERY.rule("G-12-a", "a name in DER that is not empty", where="subject", source="RFC 5280 4.1.2.6")
def authority_subject_is_a_name(certificate: Certificate, _profile: AuthorityProfile) -> str | None:
    """A CA has a name that its certificates can give as issuer."""
    name = subject_name(certificate.subject)
    if name is None or not name.relative_names:
        return "not a Name" if name is None else "an empty name"
    return name.fault or basics.strings_fault(name)


@EVERY.rule(
    "G-12-a",
    "basicConstraints, critical, with cA TRUE",
    where="extension basicConstraints",
    source="RFC 5280 4.2.1.9",
)
def authority_is_marked_as_a_ca(certificate: Certificate, _profile: AuthorityProfile) -> str | None:
    """Its path length is for the kind of CA."""
    return _constraints_fault(certificate)


@EVERY.rule("G-12-a", "keyCertSign", where="extension keyUsage", source="RFC 5280 4.2.1.3")
def authority_may_sign_certificates(certificate: Certificate, _profile: AuthorityProfile) -> str | None:
    """Nothing to look at where it is absent: that is G-12-c."""
    usage = certificate.content(KEY_USAGE, KeyUsage)
    return None if usage is None or "keyCertSign" in usage.bits else _bits(usage)


@ISSUING.rule(
    "G-CA-a", "the name of one of the target's roots", where="issuer", source="real test certificates"
)
def issuer_is_a_root(certificate: Certificate, profile: AuthorityProfile) -> str | None:
    """Beside G-12-a; the names are settings of the target."""
    known = not profile.issuing_cas or profile.issuers_of(certificate)
    return None if known else str(certificate.issuer_name)


@ISSUING.rule(
    "G-CA-a", "the name of one of the target's Issuing CAs", where="subject", source="real test certificates"
)
def subject_is_an_issuing_ca(certificate: Certificate, profile: AuthorityProfile) -> str | None:
    """Names are compared as RFC 5280 7.1 does."""
    name = subject_name(certificate.subject)
    if name is None or any(name.matches(known) for known in profile.subordinates):
        return None
    return str(name)


@ISSUING.rule(
    "G-CA-b", "a validity of 25 years", where="validity", source="real test certificates", varies=True
)
def validity_is_25_years(certificate: Certificate, _profile: AuthorityProfile) -> str | None:
    """Years of 365 days or of the calendar, to the same second or to the one before it."""
    start, end = certificate.not_before.moment, certificate.not_after.moment
    if start is None or end is None or end < start or _SHORTEST <= end - start <= _LONGEST:
        return None
    return f"{(end - start).days} days, from {certificate.not_before} to {certificate.not_after}"


@ISSUING.rule(
    "G-CA-c",
    f"{' and '.join(_USAGE)}, critical",
    where="extension keyUsage",
    source="real test certificates",
)
def usage_is_an_issuing_cas(certificate: Certificate, _profile: AuthorityProfile) -> str | None:
    """These two bits and no other."""
    extension, usage = certificate.extensions.get(KEY_USAGE), certificate.content(KEY_USAGE, KeyUsage)
    if extension is None or usage is None:
        return "absent" if extension is None else "no KeyUsage"
    if usage.bits != _USAGE:
        return _bits(usage)
    return None if extension.critical else "not critical"


@ISSUING.rule(
    "G-CA-d",
    "critical, cA TRUE, pathLen 0",
    where="extension basicConstraints",
    source="real test certificates",
)
def constraints_are_an_issuing_cas(certificate: Certificate, _profile: AuthorityProfile) -> str | None:
    """No CA stands below it."""
    fault = _constraints_fault(certificate)
    constraints = certificate.content(BASIC_CONSTRAINTS, BasicConstraints)
    if fault is not None or constraints is None or constraints.path_length == 0:
        return fault
    return "no pathLen" if constraints.path_length is None else f"pathLen {constraints.path_length}"


@ISSUING.rule("G-CA-e", "critical", where="extension certificatePolicies", source="real test certificates")
def policies_are_an_issuing_cas(certificate: Certificate, _profile: AuthorityProfile) -> str | None:
    """Beside G-12-g."""
    extension = certificate.extensions.get(CERTIFICATE_POLICIES)
    if extension is None:
        return "absent"
    return None if extension.critical else "not critical"


@ISSUING.rule(
    "G-CA-f",
    "subjectKeyIdentifier and authorityKeyIdentifier",
    where="extensions",
    source="real test certificates",
)
def key_identifiers_are_there(certificate: Certificate, _profile: AuthorityProfile) -> str | None:
    """Beside G-12-b and -f."""
    needed = {
        SUBJECT_KEY_IDENTIFIER: "subjectKeyIdentifier",
        AUTHORITY_KEY_IDENTIFIER: "authorityKeyIdentifier",
    }
    missing = [name for oid, name in needed.items() if oid not in certificate.extensions]
    return f"no {' and no '.join(missing)}" if missing else None


def _constraints_fault(certificate: Certificate) -> str | None:
    extension = certificate.extensions.get(BASIC_CONSTRAINTS)
    constraints = certificate.content(BASIC_CONSTRAINTS, BasicConstraints)
    if extension is None or constraints is None:
        return "absent" if extension is None else "no BasicConstraints"
    if not constraints.ca:
        return "cA FALSE"
    return None if extension.critical else "not critical"


def _bits(usage: KeyUsage) -> str:
    return ", ".join(usage.bits) or "no bit set"


_OF_ANY = tuple(rule for rule in general.BOOK.rules if rule.judge is not general.policy_oid_is_the_one_set)
_OF_ROOTS = tuple(
    rule for rule in _OF_ANY if rule.judge is not general.authority_key_identifier_is_there
)  # G-12-b: the exception is the self-signed root
_SHARED: tuple[Rule[AuthorityProfile], ...] = (
    *basics.BOOK.rules,
    *EVERY.rules,
    *seen_defects.BOOK.rules,
)
_ISSUING_RULES = RuleSet(*_SHARED, *_OF_ANY, *ISSUING.rules)
_ROOT_RULES = RuleSet(*_SHARED, *_OF_ROOTS)


def judge_issuing_ca(der: bytes, profile: AuthorityProfile, *, at: datetime | None = None) -> list[Finding]:
    """Judge the certificate (DER) of an Issuing CA by every rule on it.

    `at`, if given, is the latest time that notBefore may have.
    """
    return _judge(der, profile, _ISSUING_RULES, at)


def judge_root_ca(der: bytes, profile: AuthorityProfile, *, at: datetime | None = None) -> list[Finding]:
    """Judge the self-signed certificate (DER) of a root; `at` as of an Issuing CA."""
    return _judge(der, profile, _ROOT_RULES, at)


def _judge(
    der: bytes, profile: AuthorityProfile, rules: RuleSet[AuthorityProfile], at: datetime | None
) -> list[Finding]:
    try:
        certificate = read_certificate(der)
    except DerError as error:
        return [unreadable(error)]
    return rules.judge(certificate, profile, at)


def judge_authorities_lodged(
    found: Collection[bytes], wanted: Iterable[bytes], requirement: str = "O-LODGE-b"
) -> list[Finding]:
    """Judge that each of the target's CA certificates (`wanted`, DER) is among `found`, octet for octet."""
    return [
        Finding(requirement, f"the certificate of the CA {_name(der)}", f"not among the {len(found)} there")
        for der in wanted
        if der not in found
    ]


def _name(der: bytes) -> str:
    return str(IssuingCa.from_der(der).name)
