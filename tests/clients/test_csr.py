"""Device CSRs as built, read back by another library."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from asn1crypto import csr as asn1_csr
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from hypothesis import given
from hypothesis import strategies as st

from clients.csr import der
from clients.csr.device import (
    DIGITAL_SIGNATURE,
    KEY_AGREEMENT,
    LEGAL_SHAPES,
    build_device_csr,
    key_usage_extension,
    new_key,
    reshaped,
)
from clients.csr.faults import FAULTS, Wanted, faulty_csr
from clients.csr.gbcs_vector import device_csr_like_the_vector

HW_TYPE = "1.2.826.0.1.8641679.1.2.2.1"
DEVICE_ID = bytes.fromhex("00db1234567890a0")
VECTOR = Path(__file__).parent.parent / "vectors" / "device-csr.der"


@pytest.mark.parametrize("usage", [DIGITAL_SIGNATURE, KEY_AGREEMENT])
def test_a_device_csr_is_what_appendix_m_asks(usage: str) -> None:
    key = new_key()
    built = build_device_csr(DEVICE_ID, usage, HW_TYPE, key)
    read = x509.load_der_x509_csr(built.der)
    assert read.is_signature_valid
    assert read.public_key() == key.public_key()
    assert not list(read.subject)
    assert read.signature_algorithm_oid.dotted_string == "1.2.840.10045.4.3.2"
    extensions = {extension.oid.dotted_string: extension for extension in read.extensions}
    key_usage = extensions["2.5.29.15"]
    assert key_usage.critical
    assert key_usage.value.digital_signature is (usage == DIGITAL_SIGNATURE)
    assert key_usage.value.key_agreement is (usage == KEY_AGREEMENT)
    names = extensions["2.5.29.17"]
    assert names.critical
    (name,) = names.value
    assert name.type_id.dotted_string == "1.3.6.1.5.5.7.8.4"
    assert name.value.endswith(b"\x04\x08" + DEVICE_ID)
    info = asn1_csr.CertificationRequest.load(built.der)["certification_request_info"]
    assert info["version"].native == "v1"


def test_the_mould_of_the_vector_gives_its_shape() -> None:
    real, made = VECTOR.read_bytes(), device_csr_like_the_vector(DEVICE_ID).der
    assert x509.load_der_x509_csr(made).is_signature_valid
    point = real.index(b"\x03\x42\x00") + 3
    info_end = real.index(DEVICE_ID) + 8
    made_start = made.index(bytes.fromhex("3081ba020100"))
    real_start = real.index(bytes.fromhex("3081ba020100"))
    assert made[made_start : made_start + point - real_start] == real[real_start:point]
    assert (
        made[made_start + point - real_start + 65 : made_start + info_end - real_start]
        == real[point + 65 : info_end]
    )


def test_the_builder_makes_the_vectors_request_info() -> None:
    """The same key, Device ID and hwType give the vector's octets before its signature."""
    real = VECTOR.read_bytes()
    point = real[real.index(b"\x03\x42\x00") + 3 :][:65]
    built = build_device_csr(DEVICE_ID, DIGITAL_SIGNATURE, HW_TYPE).der
    own = built[built.index(b"\x03\x42\x00") + 3 :][:65]
    start = built.index(bytes.fromhex("3081ba020100"))
    assert built[start : start + 189].replace(own, point) in real


@pytest.mark.parametrize("shape", LEGAL_SHAPES)
def test_legal_shapes_differ_and_are_signed(shape: str) -> None:
    csr = build_device_csr(DEVICE_ID, KEY_AGREEMENT, HW_TYPE)
    other = reshaped(csr, HW_TYPE, shape)
    read = x509.load_der_x509_csr(other.der)
    assert read.is_signature_valid
    assert other.key is csr.key
    order = [extension.oid.dotted_string for extension in read.extensions]
    criticality = {extension.critical for extension in read.extensions}
    if shape == "subjectAltName before keyUsage":
        assert order == ["2.5.29.17", "2.5.29.15"]
        assert criticality == {True}
    else:
        assert order == ["2.5.29.15", "2.5.29.17"]
        assert criticality == {False}


def test_an_unknown_shape_is_refused() -> None:
    with pytest.raises(KeyError):
        reshaped(build_device_csr(DEVICE_ID, KEY_AGREEMENT, HW_TYPE), HW_TYPE, "triangular")


WELL_FORMED_FAULTS = sorted(
    set(FAULTS)
    - {
        "random octets",
        "cut after its first half",
        "without its last octet",
        "followed by another octet",
        "a certificate in place of the request",
    }
)


@pytest.mark.parametrize("name", sorted(FAULTS))
def test_a_fault_differs_from_the_right_request(name: str) -> None:
    wanted = Wanted(DEVICE_ID, DIGITAL_SIGNATURE, HW_TYPE, new_key())
    assert faulty_csr(name, wanted) != wanted.right


@pytest.mark.parametrize("name", WELL_FORMED_FAULTS)
def test_a_fault_is_the_only_one(name: str) -> None:
    """It is a PKCS#10 request in strict DER, and has no other fault of those that can be told apart here."""
    wanted = Wanted(DEVICE_ID, DIGITAL_SIGNATURE, HW_TYPE, new_key())
    request = asn1_csr.CertificationRequest.load(faulty_csr(name, wanted), strict=True)
    info = request["certification_request_info"]
    faults = set()
    if info["version"].native != "v1":
        faults.add("version")
    if len(info["subject"].chosen):
        faults.add("subject")
    algorithm = info["subject_pk_info"]["algorithm"]
    if algorithm["algorithm"].native != "ec" or algorithm["parameters"].native != "secp256r1":
        faults.add("key")
    if request["signature_algorithm"]["algorithm"].native != "sha256_ecdsa":
        faults.add("signature algorithm")
    usage, names = extensions_of(info)
    if usage != {"digital_signature"}:
        faults.add("keyUsage")
    if names != [DEVICE_ID]:
        faults.add("subjectAltName")
    expected = {
        "version": {"version"},
        "a subject": {"subject"},
        "keyUsage": {"keyUsage"},
        "no keyUsage": {"keyUsage"},
        "no extensionRequest": {"keyUsage", "subjectAltName"},
        "signed with": {"signature algorithm"},
        "naming": {"signature algorithm"},
        "an RSA key": {"key", "signature algorithm"},
        "an Ed25519 key": {"key", "signature algorithm"},
        "a signature": set(),
        "signed by": set(),
        "a point": set(),
        "hwSerialNum": {"subjectAltName"},
        "a subjectAltName": {"subjectAltName"},
        "no subjectAltName": {"subjectAltName"},
        "an otherName": {"subjectAltName"},
    }
    start = max((prefix for prefix in expected if name.startswith(prefix)), key=len, default=None)
    assert faults == (expected[start] if start else {"key"})


def extensions_of(info: asn1_csr.CertificationRequestInfo) -> tuple[set[str], list[object]]:
    """keyUsage's bits, and for each name the serial number of its hardwareModuleName (None: another name)."""
    usage: set[str] = set()
    names: list[object] = []
    for attribute in info["attributes"]:
        for extension in attribute["values"][0]:
            if extension["extn_id"].native == "key_usage":
                usage = set(extension["extn_value"].parsed.native)
            if extension["extn_id"].native == "subject_alt_name":
                names += [hardware_serial(name) for name in extension["extn_value"].parsed]
    return usage, names


def hardware_serial(name: asn1_x509.GeneralName) -> bytes | None:
    if name.name != "other_name" or name.chosen["type_id"].native != "1.3.6.1.5.5.7.8.4":
        return None
    value: bytes = name.chosen["value"].parsed.contents
    _, oid_length = value[:2]
    return value[2 + oid_length + 2 :]


def test_key_usage_without_a_bit_is_an_empty_bit_string() -> None:
    assert key_usage_extension().endswith(b"\x04\x03\x03\x01\x00")


@given(st.integers(min_value=0, max_value=1 << 70))
def test_integers_are_minimal(value: int) -> None:
    encoded = der.integer(value)
    assert int.from_bytes(encoded[2:], "big", signed=True) == value
    assert len(encoded) == 3 or not (encoded[2] == 0 and encoded[3] < 0x80)


@given(st.integers(min_value=0, max_value=70_000))
def test_lengths_are_minimal(length: int) -> None:
    encoded = der.octet_string(os.urandom(min(length, 8)).ljust(length, b"x"))
    header = len(encoded) - length
    assert header == (2 if length < 128 else 3 if length < 256 else 4 if length < 65536 else 5)
