"""Organisation CSRs as built, read back by other libraries: right ones, and wrong in exactly one way."""

from __future__ import annotations

from dataclasses import replace

import pytest
from asn1crypto import csr as asn1_csr
from cryptography import x509
from cryptography.x509.oid import NameOID

from clients.csr.device import DIGITAL_SIGNATURE, KEY_AGREEMENT, new_key
from clients.csr.faults import FAULTS
from clients.csr.general_faults import GENERAL_FAULTS
from clients.csr.organisation import (
    LEGAL_ORGANISATION_SHAPES,
    build_organisation_csr,
    reshaped_organisation,
)
from clients.csr.organisation_faults import (
    ORGANISATION_FAULTS,
    WantedOrganisation,
    faulty_organisation_csr,
)

EUI64 = bytes.fromhex("00db000000000001")
OTHER = bytes.fromhex("00db000000000002")
UNIQUE_IDENTIFIER = "2.5.4.45"
KEY = new_key()
WANTED = WantedOrganisation(EUI64, "02", DIGITAL_SIGNATURE, KEY, OTHER, "08")


@pytest.mark.parametrize("usage", [DIGITAL_SIGNATURE, KEY_AGREEMENT])
@pytest.mark.parametrize("common_name", [None, "Amber Energy"])
def test_an_organisation_csr_is_what_appendix_m_asks(usage: str, common_name: str | None) -> None:
    built = build_organisation_csr(EUI64, "89", usage, common_name, KEY)
    read = x509.load_der_x509_csr(built.der)
    assert read.is_signature_valid
    assert read.public_key() == KEY.public_key()
    assert read.signature_algorithm_oid.dotted_string == "1.2.840.10045.4.3.2"
    expected = [("2.5.4.11", "89"), (UNIQUE_IDENTIFIER, b"\x00" + EUI64)]
    names = [(name.oid.dotted_string, name.value) for name in read.subject]
    assert names == ([("2.5.4.3", common_name)] if common_name else []) + expected
    (extension,) = read.extensions
    assert extension.critical
    assert extension.value.digital_signature is (usage == DIGITAL_SIGNATURE)
    assert extension.value.key_agreement is (usage == KEY_AGREEMENT)
    info = asn1_csr.CertificationRequest.load(built.der, strict=True)["certification_request_info"]
    assert info["version"].native == "v1"
    assert "PrivateKey" not in repr(built)


def test_the_encodings_are_those_of_the_profile() -> None:
    built = build_organisation_csr(EUI64, "02", KEY_AGREEMENT, "A")
    assert bytes.fromhex("0603550403" + "130141") in built.der
    assert bytes.fromhex("060355040b" + "13023032") in built.der
    assert bytes.fromhex("060355042d" + "030900") + EUI64 in built.der


def test_a_second_csr_can_have_the_first_ones_key_pair() -> None:
    first = build_organisation_csr(EUI64, "02", DIGITAL_SIGNATURE)
    second = build_organisation_csr(EUI64, "02", DIGITAL_SIGNATURE, "Corrected", first.key)
    keys = [x509.load_der_x509_csr(each.der).public_key() for each in (first, second)]
    assert keys[0] == keys[1]
    assert first.der != second.der


@pytest.mark.parametrize("shape", LEGAL_ORGANISATION_SHAPES)
def test_legal_shapes_name_the_same(shape: str) -> None:
    csr = build_organisation_csr(EUI64, "02", KEY_AGREEMENT, "Amber")
    other = reshaped_organisation(csr, shape)
    assert other.der != csr.der
    before, after = x509.load_der_x509_csr(csr.der), x509.load_der_x509_csr(other.der)
    assert after.is_signature_valid
    assert [(name.oid, name.value) for name in before.subject] == [
        (name.oid, name.value) for name in after.subject
    ]
    with pytest.raises(KeyError):
        reshaped_organisation(csr, "triangular")


def test_every_general_fault_is_one_of_each_kind() -> None:
    assert len(GENERAL_FAULTS) > 25
    assert GENERAL_FAULTS.keys() <= ORGANISATION_FAULTS.keys()
    assert GENERAL_FAULTS.keys() <= FAULTS.keys()


@pytest.mark.parametrize("name", sorted(ORGANISATION_FAULTS))
def test_a_fault_differs_from_the_right_request(name: str) -> None:
    assert faulty_organisation_csr(name, WANTED) != WANTED.right
    assert ORGANISATION_FAULTS[name](WANTED)


def test_a_fault_leaves_the_common_name_that_is_demanded() -> None:
    wanted = replace(WANTED, common_name="Amber")
    for name in ("a uniqueIdentifier of 7 octets", "a signature with one bit changed", "no keyUsage"):
        subject = x509.load_der_x509_csr(faulty_organisation_csr(name, wanted)).subject
        assert [each.value for each in subject.get_attributes_for_oid(NameOID.COMMON_NAME)] == ["Amber"]


OWN_FAULTS = sorted(ORGANISATION_FAULTS.keys() - GENERAL_FAULTS.keys())
UNREADABLE_BY_OTHERS = {"a commonName without characters", "a commonName that is no string"}


@pytest.mark.parametrize("name", OWN_FAULTS)
def test_a_fault_of_the_subject_is_the_only_one(name: str) -> None:
    octets = faulty_organisation_csr(name, WANTED)
    info = asn1_csr.CertificationRequest.load(octets, strict=True)["certification_request_info"]
    assert info["version"].native == "v1"
    assert len(info["attributes"]) == 1
    right = asn1_csr.CertificationRequest.load(WANTED.right)["certification_request_info"]
    for field in ("subject_pk_info", "attributes"):
        assert info[field].dump() == right[field].dump()
    if name not in UNREADABLE_BY_OTHERS:
        read = x509.load_der_x509_csr(octets)
        assert read.is_signature_valid is (name != "an EUI-64 changed after it was signed")


@pytest.mark.parametrize(
    "name", ["the EUI-64 of another organisation", "a Remote Party Role that is not held"]
)
def test_a_fault_of_content_is_a_right_request_for_someone_else(name: str) -> None:
    subject = x509.load_der_x509_csr(faulty_organisation_csr(name, WANTED)).subject
    (role,) = subject.get_attributes_for_oid(NameOID.ORGANIZATIONAL_UNIT_NAME)
    (identifier,) = subject.get_attributes_for_oid(x509.ObjectIdentifier(UNIQUE_IDENTIFIER))
    assert [role.value != "02", identifier.value != b"\x00" + EUI64].count(True) == 1
    with pytest.raises(ValueError, match="is known"):
        faulty_organisation_csr(name, WantedOrganisation(EUI64, "02", DIGITAL_SIGNATURE, KEY))


def test_a_request_changed_after_it_was_signed_is_for_this_organisation() -> None:
    octets = faulty_organisation_csr("an EUI-64 changed after it was signed", WANTED)
    assert EUI64 in octets
    assert not x509.load_der_x509_csr(octets).is_signature_valid
