"""Faulty requests of the Repository's Web Service have the fault of their name, and no other."""

from __future__ import annotations

import pytest
from lxml import etree

from clients.repository.malformed import (
    BAD_NAMES,
    BAD_SERIALS,
    HOSTILE_TEXTS,
    NAMES_OF_ANOTHER_FORM,
    NOT_WELL_FORMED,
    SERIALS_OF_ANOTHER_FORM,
    WRONG_DOCUMENTS,
    Parts,
    device_parts,
    organisation_parts,
    retrieval_parts,
    very_large,
    with_entity_expansion,
    with_external_entity,
    with_internal_entity,
)
from clients.repository.messages import device_search, organisation_search, retrieval

NAME = "90-B3-D5-1F-30-01-00-00"
SERIAL = "00AB" * 8
EVERY_KIND = [device_parts(NAME), organisation_parts(NAME), retrieval_parts(SERIAL)]
SAFE = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)


def values(body: bytes) -> list[tuple[str, str]]:
    return [(element.tag, element.text or "") for element in etree.fromstring(body, SAFE)]


def test_the_parts_make_the_right_requests() -> None:
    made = [parts.octets for parts in EVERY_KIND]
    assert made == [device_search(NAME), organisation_search(NAME), retrieval(SERIAL)]


@pytest.mark.parametrize("parts", EVERY_KIND, ids=lambda parts: parts.name)
@pytest.mark.parametrize("name", NOT_WELL_FORMED)
def test_what_is_not_well_formed_is_no_xml(name: str, parts: Parts) -> None:
    with pytest.raises(etree.XMLSyntaxError):
        etree.fromstring(NOT_WELL_FORMED[name](parts), SAFE)


@pytest.mark.parametrize("parts", EVERY_KIND, ids=lambda parts: parts.name)
@pytest.mark.parametrize("name", WRONG_DOCUMENTS)
def test_a_wrong_document_is_xml_without_the_value_in_its_place(name: str, parts: Parts) -> None:
    root = etree.fromstring(WRONG_DOCUMENTS[name](parts), SAFE)
    said = [element.text for element in root if element.tag == parts.name]
    assert root.tag != parts.root or parts.value not in said


@pytest.mark.parametrize("name", BAD_NAMES | NAMES_OF_ANOTHER_FORM)
def test_a_bad_name_is_another_text_than_the_right_one(name: str) -> None:
    assert (BAD_NAMES | NAMES_OF_ANOTHER_FORM)[name](NAME) != NAME


@pytest.mark.parametrize("name", BAD_SERIALS | SERIALS_OF_ANOTHER_FORM)
def test_a_bad_serial_number_is_another_text_than_the_right_one(name: str) -> None:
    assert (BAD_SERIALS | SERIALS_OF_ANOTHER_FORM)[name](SERIAL) != SERIAL


@pytest.mark.parametrize("text", HOSTILE_TEXTS.values(), ids=HOSTILE_TEXTS)
def test_a_hostile_text_arrives_as_it_is(text: str) -> None:
    arrived = values(device_parts(NAME).saying(text))
    expected = text.replace("\r\n", "\n")  # XML 1.0, 2.11
    assert arrived == [("CertificateSubjectAltName", expected)]


def test_entities_stand_in_the_documents_own_type() -> None:
    parts = device_parts(NAME)
    resolved = etree.fromstring(with_internal_entity(parts), etree.XMLParser(no_network=True))
    assert resolved[0].text == NAME
    assert b'SYSTEM "http://127.0.0.1/x"' in with_external_entity(parts, "http://127.0.0.1/x")
    assert b"&x9;" in with_entity_expansion(parts)


def test_a_large_request_is_as_large_as_asked() -> None:
    parts = retrieval_parts(SERIAL)
    assert 1_000_000 <= len(very_large(parts, 1_000_000)) < 1_001_000
