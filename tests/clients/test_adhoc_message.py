"""The Ad Hoc service's requests: the right one, and that each wrong one is wrong in the way of its kind."""

from __future__ import annotations

import binascii
from base64 import b64decode, b64encode
from pathlib import Path

import pytest
from lxml import etree

from clients.gateway.adhoc_message import (
    NOT_AS_AGREED,
    NOT_WELL_FORMED,
    SCHEMA_INVALID,
    Parts,
    malformed_request,
    signing_request,
    very_large,
    with_entity_expansion,
    with_external_entity,
    with_internal_entity,
)

CSR = b64encode((Path(__file__).parent.parent / "vectors" / "device-csr.der").read_bytes()).decode()
PARTS = Parts("reference-0001", CSR)
SCHEMA = etree.XMLSchema(
    etree.fromstring(
        """<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" elementFormDefault="qualified">
        <xs:element name="DeviceCertificateSigningRequest"><xs:complexType><xs:sequence>
          <xs:element name="Version"><xs:simpleType><xs:restriction base="xs:string">
            <xs:enumeration value="1.0"/></xs:restriction></xs:simpleType></xs:element>
          <xs:element name="CertificateSigningRequest" type="xs:base64Binary"/>
        </xs:sequence><xs:attribute name="ID" use="required"><xs:simpleType><xs:restriction base="xs:string">
          <xs:minLength value="1"/><xs:maxLength value="32"/></xs:restriction></xs:simpleType></xs:attribute>
        </xs:complexType></xs:element></xs:schema>"""
    )
)


def parsed(octets: bytes) -> etree._Element:
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    return etree.fromstring(octets, parser)


def test_the_right_request_is_what_the_schema_asks() -> None:
    root = parsed(signing_request(PARTS))
    assert SCHEMA.validate(root)
    assert root.get("ID") == "reference-0001"
    assert [element.text for element in root] == ["1.0", CSR]


@pytest.mark.parametrize(
    "reference", ["<a>&\"b\"'c'", "Z\u00e4hler \u21167 \u20ac", "two words  and more", "7" * 32]
)
def test_a_reference_survives_its_escaping(reference: str) -> None:
    assert parsed(signing_request(Parts(reference, CSR))).get("ID") == reference


@pytest.mark.parametrize("fault", NOT_WELL_FORMED)
def test_what_is_not_well_formed_is_no_xml(fault: str) -> None:
    with pytest.raises(etree.XMLSyntaxError):
        parsed(malformed_request(fault, PARTS))


NOT_BASE64 = {"a CSR that is not Base64", "a CSR with BEGIN and END lines"}
"""libxml2 passes over characters that base64Binary does not allow, so these are judged apart."""


@pytest.mark.parametrize("fault", sorted(set(SCHEMA_INVALID) - NOT_BASE64))
def test_what_is_schema_invalid_is_xml_that_breaks_the_schema(fault: str) -> None:
    assert not SCHEMA.validate(parsed(malformed_request(fault, PARTS)))


@pytest.mark.parametrize("fault", sorted(NOT_BASE64))
def test_what_is_not_base64_is_so_without_its_white_space(fault: str) -> None:
    text = parsed(malformed_request(fault, PARTS)).findtext("CertificateSigningRequest") or ""
    with pytest.raises(binascii.Error):
        b64decode("".join(text.split()), validate=True)


@pytest.mark.parametrize("fault", NOT_AS_AGREED)
def test_what_is_not_as_agreed_passes_the_schema(fault: str) -> None:
    assert SCHEMA.validate(parsed(malformed_request(fault, PARTS)))


def test_an_unknown_fault_is_refused() -> None:
    with pytest.raises(KeyError):
        malformed_request("a typing mistake", PARTS)


def test_the_document_types() -> None:
    assert b'<!ENTITY version "1.0">' in with_internal_entity(PARTS)
    assert b'SYSTEM "file:///x"' in with_external_entity(PARTS, "file:///x")
    bomb = with_entity_expansion(PARTS)
    assert bomb.count(b"<!ENTITY") == 10
    assert len(bomb) < 2000


def test_a_very_large_request_is_right_but_for_its_csr() -> None:
    large = very_large(PARTS, 1_000_000)
    assert 1_000_000 <= len(large) < 1_001_000
    assert SCHEMA.validate(parsed(large))
