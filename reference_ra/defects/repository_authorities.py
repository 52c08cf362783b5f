"""Defects of the CA certificates in the Repository (G-CA, G-12, G-BAD-c, O-LODGE-b).

The CAs issue as ever: what is wrong is in the certificates of their keys that are lodged.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA256, SHA384

from reference_ra.alterations import Alter, defect
from reference_ra.authorities import Identity, key_usage, smki_ca_name
from reference_ra.pki import TestPki
from reference_ra.policies import Policies
from reference_ra.repository.adjust import with_repository

_RELATED = ("G-CA-*", "G-12-*", "G-BAD-*", "O-LODGE-b")
_ISSUING_CA, _ROOT_CA = "organisation-issuing-ca", "organisation-root-ca"
_SIGNERS = {_ISSUING_CA: _ROOT_CA, _ROOT_CA: _ROOT_CA}


@dataclass(frozen=True, slots=True)
class _Fields:
    """Of a CA certificate, what is not its key's."""

    subject: x509.Name
    issuer: x509.Name
    begins: datetime
    ends: datetime
    extensions: Mapping[type[x509.ExtensionType], tuple[x509.ExtensionType, bool]]
    """Each with whether it is critical."""
    signer: str
    """The CA whose key signs."""
    hash_algorithm: SHA256 | SHA384

    def having(self, value: x509.ExtensionType, *, critical: bool) -> _Fields:
        """An extension is another."""
        return replace(self, extensions={**self.extensions, type(value): (value, critical)})

    def lacking(self, kind: type[x509.ExtensionType]) -> _Fields:
        """An extension is left out."""
        rest = {each: value for each, value in self.extensions.items() if each is not kind}
        return replace(self, extensions=rest)


_Change = Callable[[_Fields], _Fields]


def _fields_of(certificate: x509.Certificate, signer: str) -> _Fields:
    return _Fields(
        certificate.subject,
        certificate.issuer,
        certificate.not_valid_before_utc,
        certificate.not_valid_after_utc,
        {type(each.value): (each.value, each.critical) for each in certificate.extensions},
        signer,
        SHA256(),
    )


def _remade(identity: Identity, fields: _Fields, pki: TestPki) -> Identity:
    builder = (
        x509.CertificateBuilder()
        .subject_name(fields.subject)
        .issuer_name(fields.issuer)
        .public_key(identity.certificate.public_key())
        .serial_number(identity.certificate.serial_number)
        .not_valid_before(fields.begins)
        .not_valid_after(fields.ends)
    )
    for value, critical in fields.extensions.values():
        builder = builder.add_extension(value, critical)
    return Identity(builder.sign(pki.identities[fields.signer].key, fields.hash_algorithm), identity.key)


def _authority_defect(name: str, summary: str, *breaks: str, extra: bool = False) -> Callable[[Alter], Alter]:
    return defect(f"repository-ca-{name}", summary, breaks=breaks, related=_RELATED, extra=extra)


def _with_certificate(label: str, change: _Change) -> Alter:
    def alter(policies: Policies) -> Policies:
        authorities = policies.repository.authorities

        def changed(pki: TestPki) -> Mapping[str, Identity]:
            lodged = dict(authorities(pki))
            fields = _fields_of(lodged[label].certificate, _SIGNERS[label])
            return {**lodged, label: _remade(lodged[label], change(fields), pki)}

        return with_repository(policies, authorities=changed)

    return alter


def _certificate_defect(
    name: str, summary: str, *breaks: str, of: str = _ISSUING_CA, extra: bool = False
) -> Callable[[_Change], _Change]:
    def decorate(change: _Change) -> _Change:
        _authority_defect(name, summary, *breaks, extra=extra)(_with_certificate(of, change))
        return change

    return decorate


@_authority_defect("missing", "The certificates of the Issuing CAs are not lodged.", "O-LODGE-b")
def authority_missing(policies: Policies) -> Policies:
    """Lodge the roots."""
    authorities = policies.repository.authorities

    def without(pki: TestPki) -> Mapping[str, Identity]:
        return {label: identity for label, identity in authorities(pki).items() if "root" in label}

    return with_repository(policies, authorities=without)


@_certificate_defect("under-another-name", "An Issuing CA's subject is another than it issues by.", "G-CA-a")
def _under_another_name(fields: _Fields) -> _Fields:
    return replace(fields, subject=smki_ca_name("07", "Z7"))


@_certificate_defect("of-ten-years", "An Issuing CA's certificate is valid ten years.", "G-CA-b")
def _of_ten_years(fields: _Fields) -> _Fields:
    return replace(fields, ends=fields.begins + timedelta(days=3652))


@_certificate_defect("usage-not-critical", "An Issuing CA's keyUsage is not critical.", "G-CA-c", "G-12-c")
def _usage_not_critical(fields: _Fields) -> _Fields:
    return fields.having(key_usage("key_cert_sign", "crl_sign"), critical=False)


@_certificate_defect(
    "usage-without-crl-sign", "An Issuing CA's keyUsage lacks cRLSign.", "G-CA-c", extra=True
)
def _usage_without_crl_sign(fields: _Fields) -> _Fields:
    return fields.having(key_usage("key_cert_sign"), critical=True)


@_certificate_defect("path-unbounded", "An Issuing CA's basicConstraints has no pathLen.", "G-CA-d")
def _path_unbounded(fields: _Fields) -> _Fields:
    return fields.having(x509.BasicConstraints(ca=True, path_length=None), critical=True)


@_certificate_defect(
    "constraints-not-critical", "An Issuing CA's basicConstraints is not critical.", "G-CA-d", extra=True
)
def _constraints_not_critical(fields: _Fields) -> _Fields:
    return fields.having(x509.BasicConstraints(ca=True, path_length=0), critical=False)


@_certificate_defect(
    "no-ca", "An Issuing CA's basicConstraints has cA FALSE.", "G-CA-d", "G-12-a", extra=True
)
def _no_ca(fields: _Fields) -> _Fields:
    return fields.having(x509.BasicConstraints(ca=False, path_length=None), critical=True)


@_certificate_defect(
    "policies-not-critical", "An Issuing CA's certificatePolicies is not critical.", "G-CA-e", "G-12-g"
)
def _policies_not_critical(fields: _Fields) -> _Fields:
    value, _ = fields.extensions[x509.CertificatePolicies]
    return fields.having(value, critical=False)


@_certificate_defect(
    "without-authority-key", "An Issuing CA's certificate has no authorityKeyIdentifier.", "G-CA-f", "G-12-b"
)
def _without_authority_key(fields: _Fields) -> _Fields:
    return fields.lacking(x509.AuthorityKeyIdentifier)


@_certificate_defect(
    "without-subject-key",
    "An Issuing CA's certificate has no subjectKeyIdentifier.",
    "G-CA-f",
    "G-12-f",
    extra=True,
)
def _without_subject_key(fields: _Fields) -> _Fields:
    return fields.lacking(x509.SubjectKeyIdentifier)


@_certificate_defect("signed-by-another", "An Issuing CA's certificate is not signed by its root.", "G-12-a")
def _signed_by_another(fields: _Fields) -> _Fields:
    return replace(fields, signer="device-root-ca")


@_certificate_defect(
    "signed-with-sha384", "An Issuing CA's certificate is signed with SHA-384.", "G-12-e", extra=True
)
def _signed_with_sha384(fields: _Fields) -> _Fields:
    return replace(fields, hash_algorithm=SHA384())


@_certificate_defect(
    "root-names-another-issuer",
    "The root CA's certificate, which is self-signed, names another issuer.",
    "G-BAD-c",
    of=_ROOT_CA,
)
def _root_names_another_issuer(fields: _Fields) -> _Fields:
    return replace(fields, issuer=smki_ca_name("00", "ZX"))
