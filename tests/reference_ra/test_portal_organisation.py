"""Organisation CSRs at the portals' desk, and the Organisation Certificates that are issued for them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from reference_ra import der, oids
from reference_ra.pki import TestPki
from reference_ra.portal.records import Standing
from tests.reference_ra.craft import AGREEMENT, KEYS, RIGHT, WRONG, CsrRecipe, encoded
from tests.reference_ra.desking import (
    AMBER,
    BLUE,
    ORGANISATION,
    Office,
    for_organisation,
    is_approved,
    name_of,
    pem,
    subject,
    text,
)


def kinds_of_time(certificate: bytes) -> list[str]:
    validity = asn1_x509.Certificate.load(certificate)["tbs_certificate"]["validity"]
    return [validity[each].name for each in ("not_before", "not_after")]


def test_an_organisation_certificate_is_as_its_profile_has_it(desk: Office, pki: TestPki) -> None:
    csr = for_organisation(AGREEMENT)
    made = desk.organisation(pem(csr.build()))
    found = desk.desk.certificate_file(desk.holder(ORGANISATION), made.reference)
    assert found is not None
    name, octets = found
    assert name == f"00-DB-00-00-00-00-00-01-02-{made.reference}.crt"
    certificate = x509.load_pem_x509_certificate(octets)
    ca = pki.identities["organisation-issuing-ca"].certificate
    certificate.verify_directly_issued_by(ca)
    assert certificate.subject.public_bytes() == csr.subject
    assert certificate.public_key() == KEYS["P-256"].public_key()
    begins, ends = certificate.not_valid_before_utc, certificate.not_valid_after_utc
    assert (begins.date(), ends) == (datetime(2030, 1, 15).date(), begins.replace(year=2040))
    extensions = {each.oid.dotted_string: each for each in certificate.extensions}
    assert {oid: each.critical for oid, each in extensions.items()} == {
        "2.5.29.15": True,
        "2.5.29.14": False,
        "2.5.29.32": True,
        "2.5.29.35": False,
    }
    usage = certificate.extensions.get_extension_for_class(x509.KeyUsage).value
    assert (usage.key_agreement, usage.digital_signature) == (True, False)
    (policy,) = certificate.extensions.get_extension_for_class(x509.CertificatePolicies).value
    assert policy.policy_identifier.dotted_string == "1.2.826.0.1.8641679.1.2.1.1"
    ours = certificate.extensions.get_extension_for_class(x509.AuthorityKeyIdentifier).value
    theirs = ca.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value
    assert ours.key_identifier == theirs.digest
    assert kinds_of_time(certificate.public_bytes(Encoding.DER)) == ["utc_time", "utc_time"]


def test_times_from_2050_on_are_generalized(open_office: Callable[..., Office]) -> None:
    desk = open_office()
    desk.authority.clock.advance(datetime(2040, 2, 29, tzinfo=UTC) - desk.authority.clock.now())
    made = desk.organisation(pem(for_organisation().build()))
    assert made.certificate is not None
    assert kinds_of_time(made.certificate) == ["utc_time", "general_time"]
    ends = x509.load_der_x509_certificate(made.certificate).not_valid_after_utc
    assert ends.date() == datetime(2050, 2, 28).date()


WRONG_SUBJECTS = {
    "empty": b"\x30\x00",
    "no role": name_of((oids.UNIQUE_IDENTIFIER, der.write_bit_string(AMBER))),
    "no EUI-64": name_of((oids.ORGANIZATIONAL_UNIT_NAME, text(der.UTF8_STRING, "02"))),
    "role twice": name_of(
        *[(oids.ORGANIZATIONAL_UNIT_NAME, text(der.UTF8_STRING, "02"))] * 2,
        (oids.UNIQUE_IDENTIFIER, der.write_bit_string(AMBER)),
    ),
    "organizationName": name_of(
        (der.write_oid("2.5.4.10"), text(der.UTF8_STRING, "Amber")),
        (oids.ORGANIZATIONAL_UNIT_NAME, text(der.UTF8_STRING, "02")),
        (oids.UNIQUE_IDENTIFIER, der.write_bit_string(AMBER)),
    ),
    "all in one relative name": der.write(
        der.SEQUENCE,
        der.write(
            der.SET,
            *(each.contents for each in der.read_one(subject(), der.SEQUENCE).elements()),
        ),
    ),
    "commonName of 17": subject(common_name="C" * 17),
    "commonName of 0": subject(common_name=""),
    "IA5String": subject(kind=0x16),
    "decimal role": subject(role="137"),
    "role of one": subject(role="2"),
    "role in words": subject(role="supplier"),
    "EUI-64 of 7": subject(AMBER[:7]),
    "EUI-64 of 9": subject(AMBER + b"\x00"),
    "EUI-64 in octets": name_of(
        (oids.ORGANIZATIONAL_UNIT_NAME, text(der.UTF8_STRING, "02")),
        (oids.UNIQUE_IDENTIFIER, der.write(der.OCTET_STRING, AMBER)),
    ),
    "EUI-64 with unused bits": name_of(
        (oids.ORGANIZATIONAL_UNIT_NAME, text(der.UTF8_STRING, "02")),
        (oids.UNIQUE_IDENTIFIER, der.write(der.BIT_STRING, b"\x04", AMBER[:7], b"\x10")),
    ),
}
_OF_DEVICES = ("subject", "no subjectAltName", "dNSName", "two names", "another otherName")
WRONG_ORGANISATION: dict[str, CsrRecipe] = {
    **{
        name: for_organisation(recipe)
        for name, recipe in WRONG.items()
        if name not in _OF_DEVICES and not name.startswith("serial")
    },
    "not critical": for_organisation(replace(RIGHT, critical=False)),
    "subjectAltName as well": replace(RIGHT, subject=subject()),
    **{name: for_organisation(subject_name=made) for name, made in WRONG_SUBJECTS.items()},
}


@pytest.mark.parametrize("fault", WRONG_ORGANISATION)
def test_a_wrong_organisation_csr_is_rejected(desk: Office, fault: str) -> None:
    made = desk.organisation(pem(WRONG_ORGANISATION[fault].build()))
    assert (made.standing, made.certificate) == (Standing.REJECTED, None)
    assert [(each.status, each.code) for each in made.errors] == [("CSR_ERROR", "CR:3001")]


@pytest.mark.parametrize(
    "right",
    [
        subject(common_name=None),
        subject(common_name="C" * 16),
        subject(common_name="é" * 16),
        subject(role="08"),
        subject(kind=der.PRINTABLE_STRING),
        der.write(
            der.SEQUENCE,
            *(each.octets for each in reversed(der.read_one(subject(), der.SEQUENCE).elements())),
        ),
    ],
)
def test_a_right_subject_is_carried_over(desk: Office, right: bytes) -> None:
    made = desk.organisation(encoded(for_organisation(subject_name=right).build()))
    assert made.certificate is not None
    assert x509.load_der_x509_certificate(made.certificate).subject.public_bytes() == right


@pytest.mark.parametrize("internet", [False, True])
@pytest.mark.parametrize(
    ("wrong", "reasons"),
    [
        (subject(BLUE), ["the EUI-64 00-DB-00-00-00-00-00-02 is not that of Amber Energy"]),
        (subject(role="03"), ["Amber Energy does not hold the Remote Party Role 03"]),
        (
            subject(BLUE, "89"),
            [
                "the EUI-64 00-DB-00-00-00-00-00-02 is not that of Amber Energy",
                "Amber Energy does not hold the Remote Party Role 89",
            ],
        ),
    ],
)
def test_an_aro_submits_for_its_organisation(
    desk: Office, wrong: bytes, reasons: list[str], internet: bool
) -> None:
    issued = desk.authority.registry.organisation_certificates_issued
    before = issued(AMBER), issued(BLUE)
    refused = desk.organisation(pem(for_organisation(subject_name=wrong).build()), internet=internet)
    assert refused.standing is Standing.REJECTED
    assert [each.text for each in refused.errors] == [f"The CSR is refused: {each}" for each in reasons]
    assert before == (issued(AMBER), issued(BLUE))
    corrected = desk.organisation(pem(for_organisation().build()), internet=internet)
    assert is_approved(corrected)
    assert issued(AMBER) == before[0] + 1
