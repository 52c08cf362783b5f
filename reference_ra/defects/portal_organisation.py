"""Defects in what the portals make of Organisation CSRs (M-2.3.1.2, -3), and of any CSR's text (M-F)."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable

from reference_ra import der, oids
from reference_ra.adjust import without
from reference_ra.alterations import Alter, defect
from reference_ra.csr import Csr, CsrRule, signature_verifies
from reference_ra.messages import Rejected, Status
from reference_ra.policies import Policies
from reference_ra.portal.adjust import with_desk, with_organisation_csr_rules
from reference_ra.portal.conformant import is_own_organisation, role_is_held
from reference_ra.portal.organisation_csr import (
    EUI64_OCTETS,
    OrganisationSubject,
    role_is_hexadecimal,
    subject_attributes,
    subject_of,
)
from reference_ra.portal.policies import OrganisationRule
from reference_ra.portal.records import Interface
from reference_ra.registry import Subscriber

_TRIED = frozenset(
    {
        "portal-accepts-octets-after-csr",
        "portal-internet-takes-for-anyone",
        "portal-organisation-accepts-bad-signature",
        "portal-organisation-subject-not-checked",
        "portal-organisation-takes-other-roles",
        "portal-refuses-new-in-begin-and-end-lines",
    }
)
"""Those that have a place in the matrix; each of the others is near to one."""
_RELATED = ("M-2.3.1.2-a", "M-2.3.1.3-*", "M-F-ORG-*", "M-2.2-a", "S-4", "G-EUI-*", "G-ROLE-a", "G-BAD-a")
_FOR_WHOM = ("M-2.3.1.3-*", "N-1-a", "M-2.3.1.2-a", "S-4", "G-ROLE-a")
_TEXTS = ("M-F-TXT-*", "M-2.3.1.2-a", "M-2.3.1.7-*", "M-2.2-a", "S-4", "M-2.3.1.3-b")


def _defect(name: str, summary: str, *breaks: str, related: tuple[str, ...]) -> Callable[[Alter], Alter]:
    return defect(name, summary, breaks=breaks, related=related, extra=name not in _TRIED)


def _csr_defect(name: str, summary: str, *breaks: str) -> Callable[[Alter], Alter]:
    return _defect(f"portal-organisation-{name}", summary, *breaks, related=_RELATED)


# Format and signature


def _unless(applies: Callable[[Csr], bool], rule: CsrRule) -> CsrRule:
    return lambda csr: None if applies(csr) else rule(csr)


@_csr_defect("accepts-bad-signature", "An Organisation CSR's signature is not verified.", "M-2.3.1.2-a")
def accepts_bad_signature(policies: Policies) -> Policies:
    """Leave the signature out."""
    return with_organisation_csr_rules(policies, signature=None)


@_csr_defect("accepts-other-algorithms", "An Organisation CSR may be signed by any algorithm.", "M-F-ORG-f")
def accepts_other_algorithms(policies: Policies) -> Policies:
    """Do not look at a signature that could not be verified."""
    lenient = _unless(lambda csr: csr.signature_algorithm != oids.ECDSA_WITH_SHA256, signature_verifies)
    return with_organisation_csr_rules(policies, signature_algorithm=None, signature=lenient)


@_csr_defect("accepts-version-1", "An Organisation CSR's version is not looked at.", "M-F-ORG-a")
def accepts_version_1(policies: Policies) -> Policies:
    """Do not look at the version."""
    return with_organisation_csr_rules(policies, version=None)


@_csr_defect(
    "accepts-other-subjects",
    "An Organisation CSR's subject may hold more attributes, or one of them twice.",
    "M-F-ORG-b",
)
def accepts_other_subjects(policies: Policies) -> Policies:
    """Look for what is needed, not for what is there."""

    def readable(csr: Csr) -> str | None:
        try:
            subject_attributes(csr.subject)
        except der.DerError as error:
            return f"the subject cannot be read: {error}"
        return None

    return with_organisation_csr_rules(policies, subject=readable)


@_csr_defect(
    "accepts-roles-in-decimal",
    "A Remote Party Role Code in decimal is taken for one in hexadecimal.",
    "M-F-ORG-b",
    "G-BAD-a",
)
def accepts_roles_in_decimal(policies: Policies) -> Policies:
    """Read a number where two characters are meant, and do not ask who holds it."""

    def is_number(csr: Csr) -> str | None:
        return None if subject_of(csr).remote_party_role.isdigit() else role_is_hexadecimal(csr)

    def held(subscriber: Subscriber, subject: OrganisationSubject, interface: Interface) -> str | None:
        if len(subject.remote_party_role) > 2 and subject.remote_party_role.isdigit():
            return None
        return role_is_held(subscriber, subject, interface)

    rules = {**policies.portal.organisation_rules, "role": held}
    return with_desk(with_organisation_csr_rules(policies, role=is_number), organisation_rules=rules)


@_csr_defect(
    "accepts-other-identifiers", "uniqueIdentifier may be of any length and type.", "M-F-ORG-b", "G-EUI-a"
)
def accepts_other_identifiers(policies: Policies) -> Policies:
    """Look at whose it is only where it is an EUI-64."""

    def own(subscriber: Subscriber, subject: OrganisationSubject, interface: Interface) -> str | None:
        if len(subject.eui64) != EUI64_OCTETS:
            return None
        return is_own_organisation(subscriber, subject, interface)

    rules = {**policies.portal.organisation_rules, "eui64": own}
    return with_desk(with_organisation_csr_rules(policies, eui64=None), organisation_rules=rules)


@_csr_defect("accepts-long-common-name", "commonName may be of any length and type.", "M-F-ORG-b")
def accepts_long_common_name(policies: Policies) -> Policies:
    """Do not look at commonName."""
    return with_organisation_csr_rules(policies, common_name=None)


@_csr_defect(
    "subject-not-checked",
    "An Organisation CSR's subject may be whatever can be read, but another organisation's EUI-64.",
    "M-F-ORG-b",
    "G-BAD-a",
    "G-EUI-a",
)
def subject_not_checked(policies: Policies) -> Policies:
    """Do all that is wrong with one part of it."""
    for alter in (
        accepts_other_subjects,
        accepts_roles_in_decimal,
        accepts_other_identifiers,
        accepts_long_common_name,
    ):
        policies = alter(policies)
    return policies


@_csr_defect("accepts-other-keys", "An Organisation CSR may be for a public key of any kind.", "M-F-ORG-c")
def accepts_other_keys(policies: Policies) -> Policies:
    """Do not look at a key that is not on P-256, nor at a signature that it could not verify."""
    lenient = _unless(lambda csr: csr.key_algorithm != oids.P256_KEY, signature_verifies)
    return with_organisation_csr_rules(
        policies, key=None, point=None, signature_algorithm=None, signature=lenient
    )


@_csr_defect(
    "accepts-other-usages", "An Organisation CSR may ask for any key usage, or for none.", "M-F-ORG-d"
)
def accepts_other_usages(policies: Policies) -> Policies:
    """Do not look at keyUsage."""
    return with_organisation_csr_rules(policies, key_usage=None, critical=None, extension_request=None)


@_defect(
    "portal-organisation-refuses-key-agreement",
    "An Organisation CSR for Key Agreement is rejected.",
    "M-2.3.1.4-a",
    related=("*",),
)
def refuses_key_agreement(policies: Policies) -> Policies:
    """Know one usage only."""

    def signing(csr: Csr) -> str | None:
        agreement = any(extension.value == oids.KEY_AGREEMENT for extension in csr.extensions)
        return "keyAgreement is not served" if agreement else None

    rules = {**policies.portal.organisation_csr_rules, "signing": signing}
    return with_desk(policies, organisation_csr_rules=rules)


# For whom


def _for_whom_defect(name: str, summary: str) -> Callable[[Alter], Alter]:
    return _defect(f"portal-{name}", summary, "M-2.3.1.3-a", related=_FOR_WHOM)


@_for_whom_defect(
    "organisation-takes-other-organisations", "An ARO may submit for an organisation that is not its own."
)
def takes_other_organisations(policies: Policies) -> Policies:
    """Do not compare the EUI-64."""
    return with_desk(policies, organisation_rules=without(policies.portal.organisation_rules, "eui64"))


@_for_whom_defect(
    "organisation-takes-other-roles", "An organisation gets certificates for roles that it does not hold."
)
def takes_other_roles(policies: Policies) -> Policies:
    """Do not ask for the role."""
    return with_desk(policies, organisation_rules=without(policies.portal.organisation_rules, "role"))


@_for_whom_defect(
    "internet-takes-for-anyone", "Via the Internet, for whom an Organisation CSR is, is not looked at."
)
def internet_takes_for_anyone(policies: Policies) -> Policies:
    """Look at it on the gateway's portal only."""

    def at_the_gateway(rule: OrganisationRule) -> OrganisationRule:
        return lambda subscriber, subject, interface: (
            rule(subscriber, subject, interface) if interface == "portal-gateway" else None
        )

    rules = {name: at_the_gateway(rule) for name, rule in policies.portal.organisation_rules.items()}
    return with_desk(policies, organisation_rules=rules)


# The text of a CSR of either kind


@_defect(
    "portal-accepts-octets-after-csr",
    "Octets after the CSR are overlooked.",
    "M-2.3.1.2-a",
    "M-2.3.1.7-a",
    related=("M-2.2-a", "M-2.3.1.7-*", "S-4"),
)
def accepts_octets_after_csr(policies: Policies) -> Policies:
    """Read the first element only."""
    read = policies.portal.csr_octets

    def first(text: str) -> bytes:
        octets = read(text)
        try:
            return der.read_first(octets, der.SEQUENCE).octets
        except der.DerError:
            return octets

    return with_desk(policies, csr_octets=first)


@_defect(
    "portal-accepts-any-text",
    "Whatever lines stand around Base64, and between it, are overlooked.",
    "M-2.3.1.2-a",
    "M-2.3.1.7-a",
    related=_TEXTS,
)
def accepts_any_text(policies: Policies) -> Policies:
    """Gather what may be Base64."""

    def gather(text: str) -> bytes:
        lines = [line for line in text.split() if re.fullmatch("[A-Za-z0-9+/=]{20,}", line)]
        try:
            return base64.b64decode("".join(lines))
        except ValueError:
            raise Rejected(Status.CSR_ERROR, "The CSR cannot be read") from None

    return with_desk(policies, csr_octets=gather)


def _refuse_form(name: str, summary: str, breaks: str, *related: str, pattern: str) -> None:
    """Register a defect that refuses texts in which a pattern is found."""

    @_defect(f"portal-refuses-{name}", summary, breaks, related=(*_TEXTS, *related))
    def alter(policies: Policies) -> Policies:
        read = policies.portal.csr_octets

        def refuse(text: str) -> bytes:
            if re.search(pattern, text):
                raise Rejected(Status.CSR_ERROR, "The CSR is in a form that is not served")
            return read(text)

        return with_desk(policies, csr_octets=refuse)


_refuse_form(
    "begin-and-end-lines", "A CSR with BEGIN/END CERTIFICATE REQUEST lines is rejected.", "M-F-TXT-a", "*",
    pattern="BEGIN CERTIFICATE",
)  # fmt: skip
_refuse_form(
    "new-in-begin-and-end-lines", "A CSR with BEGIN/END NEW CERTIFICATE REQUEST lines is rejected.",
    "M-F-TXT-b", pattern="BEGIN NEW",
)  # fmt: skip
_refuse_form(
    "bare-base64", "A CSR without BEGIN/END lines is rejected.", "M-F-TXT-c", pattern="^[^-]",
)  # fmt: skip
_refuse_form("one-line", "A CSR on one line is rejected.", "M-F-TXT-d", pattern="[A-Za-z0-9+/=]{77}")
_refuse_form(
    "lines-of-64", "A CSR in lines of 64 characters is rejected.", "M-F-TXT-e", "*",
    pattern=r"(?m)^[A-Za-z0-9+/]{64}\r?$",
)  # fmt: skip
_refuse_form(
    "lines-of-76", "A CSR in lines of 76 characters is rejected.", "M-F-TXT-f",
    pattern=r"(?m)^[A-Za-z0-9+/]{76}\r?$",
)  # fmt: skip
_refuse_form(
    "line-feeds", "A CSR whose lines end in a line feed alone is rejected.", "M-F-TXT-g", "*",
    pattern=r"(?<!\r)\n",
)  # fmt: skip
_refuse_form(
    "carriage-returns", "A CSR whose lines end in carriage return and line feed is rejected.", "M-F-TXT-h",
    pattern=r"\r\n",
)  # fmt: skip
