"""The verdict on an Organisation Certificate: every rule of its profile, and what it shares with its CSR."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from checks.certificate import basics, general, organisation, seen_defects
from checks.certificate.extensions import KEY_USAGE
from checks.certificate.match import compare_keys, unanswerable
from checks.certificate.names import COMMON_NAME, Name
from checks.certificate.organisation import ORGANIZATIONAL_UNIT, UNIQUE_IDENTIFIER, subject_name
from checks.certificate.organisation_profile import OrganisationProfile
from checks.certificate.request import SigningRequest, read_signing_request
from checks.certificate.rules import Rule, RuleSet, in_hexadecimal
from checks.certificate.structure import Certificate, read_certificate, unreadable
from checks.der import DerError
from checks.finding import Finding

ORGANISATION_RULES: tuple[Rule[OrganisationProfile], ...] = (
    *basics.BOOK.rules,
    *general.BOOK.rules,
    *organisation.BOOK.rules,
    *seen_defects.BOOK.rules,
)
"""Every rule on an Organisation Certificate, in the order in which findings come."""
ISSUE = "M-2.3.1.4-a"
"""Why an Organisation Certificate is as its CSR asks."""

_RULES = RuleSet(*ORGANISATION_RULES)
_SUBJECT = "certificate, subject"


def judge_organisation_certificate(
    der: bytes, csr_der: bytes, profile: OrganisationProfile, *, at: datetime | None = None
) -> list[Finding]:
    """Judge the DER of an Organisation Certificate against every rule, and against its CSR (PKCS#10, DER).

    `at`, if given, is the latest time (with its time zone) that notBefore may have. Public key, role, EUI-64,
    commonName and keyUsage are those of the CSR (M-2.3.1.4-a). Octets that cannot be read as a certificate
    give one finding, of G-12-a; a CSR that cannot be read gives one of M-2.2-a, since no certificate may
    answer it.
    """
    try:
        certificate = read_certificate(der)
    except DerError as error:
        return [unreadable(error)]
    findings = _RULES.judge(certificate, profile, at)
    try:
        request = read_signing_request(csr_der)
    except DerError as error:
        return [*findings, unanswerable(error)]
    return [*findings, *_compare(certificate, request, profile)]


def _compare(
    certificate: Certificate, request: SigningRequest, profile: OrganisationProfile
) -> Iterator[Finding]:
    yield from compare_keys(certificate, request, ISSUE)
    yield from _compare_subjects(certificate, request, profile)
    wanted, extension = request.values.get(KEY_USAGE), certificate.extensions.get(KEY_USAGE)
    found = None if extension is None else extension.value
    if wanted != found:
        expected = f"the value in the CSR: {_shown(wanted)}"
        yield Finding(ISSUE, expected, _shown(found), "certificate, extension keyUsage")


def _compare_subjects(
    certificate: Certificate, request: SigningRequest, profile: OrganisationProfile
) -> Iterator[Finding]:
    """As RFC 5280 7.1 compares names, attribute by attribute; a name that is none has its own rule.

    A commonName may be left out where the target's policy has none.
    """
    wanted, found = subject_name(request.subject), subject_name(certificate.subject)
    if wanted is None or found is None:
        return
    for oid, name in (
        (ORGANIZATIONAL_UNIT, "organizationalUnitName"),
        (UNIQUE_IDENTIFIER, "uniqueIdentifier"),
        (COMMON_NAME, "commonName"),
    ):
        ours, theirs = _values(wanted, oid), _values(found, oid)
        left_out = oid == COMMON_NAME and profile.common_name == "absent" and not theirs
        if ours.keys() != theirs.keys() and not left_out:
            expected = f"the {name} of the CSR: {', '.join(ours.values()) or 'none'}"
            yield Finding(ISSUE, expected, ", ".join(theirs.values()) or "none", _SUBJECT)


def _values(name: Name, oid: str) -> dict[tuple[str, str | bytes], str]:
    """The attributes of a type: the form that is compared, and the one to be shown."""
    attributes = (attribute for rdn in name.relative_names for attribute in rdn if attribute.oid == oid)
    return {attribute.matching_form(): str(attribute) for attribute in attributes}


def _shown(value: bytes | None) -> str:
    return "absent" if value is None else in_hexadecimal(value, 256)
