"""Right requests of the Repository Web Service in other octets: each says the same."""

from __future__ import annotations

import pytest
from lxml import etree

from clients.repository.malformed import Parts, device_parts, organisation_parts, retrieval_parts
from clients.repository.shapes import LEGAL_SHAPES, shaped

EUI64 = "90-B3-D5-1F-30-01-00-00"
RIGHT = [device_parts(EUI64), organisation_parts(EUI64), retrieval_parts("0" * 31 + "F")]


@pytest.mark.parametrize("parts", RIGHT, ids=lambda parts: parts.name)
@pytest.mark.parametrize("shape", LEGAL_SHAPES)
def test_a_shape_is_another_text_of_the_same_document(shape: str, parts: Parts) -> None:
    octets = shaped(shape, parts)
    root = etree.fromstring(octets)
    (child,) = root
    assert octets != parts.octets
    assert (root.tag, child.tag, child.text) == (parts.root, parts.name, parts.value)
    assert not (root.text or "").strip()
    assert not (child.tail or "").strip()


def test_the_dccs_client_writes_one_line_with_the_encoding_in_small_letters() -> None:
    assert shaped("the octets of the DCC's own client", device_parts(EUI64)) == (
        b'<?xml version="1.0" encoding="utf-8"?><CertificateSearchRequest>'
        b"<CertificateSubjectAltName>90-B3-D5-1F-30-01-00-00</CertificateSubjectAltName>"
        b"</CertificateSearchRequest>"
    )
