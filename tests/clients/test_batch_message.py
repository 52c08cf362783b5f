"""Submissions as built: the right one keeps the schema, each wrong one breaks it as its name says."""

from __future__ import annotations

from base64 import b64decode
from pathlib import Path

import pytest
from lxml import etree

import checks
from clients.gateway.batch_message import (
    MALFORMED,
    NOT_AS_AGREED,
    NOT_WELL_FORMED,
    SCHEMA_INVALID,
    Parts,
    csr_id,
    malformed_submission,
    one_csr_often,
    submission,
    with_entity_expansion,
    with_external_entity,
    with_internal_entity,
)

SCHEMA = etree.XMLSchema(etree.parse(Path(checks.__file__).with_name("schemas") / "batch_device_csr_1_0.xsd"))
CSRS = (("first", b"\x30" * 279), ("second", b"\x31" * 280), ("third", b"\x32" * 281))
PARTS = Parts('a "reference" & <more>', CSRS)


def parsed(octets: bytes) -> etree._Element:
    return etree.fromstring(octets, etree.XMLParser(resolve_entities=False))


def test_a_submission_is_what_the_schema_asks() -> None:
    root = parsed(b"".join(submission(PARTS.reference, CSRS)))
    assert SCHEMA.validate(root)
    assert root.get("ID") == PARTS.reference
    assert [(each.get("ID"), b64decode(each.text or "")) for each in root[1:]] == list(CSRS)


def test_a_large_submission_comes_in_pieces_as_it_is_made() -> None:
    made = 0

    def csrs():
        nonlocal made
        for number in range(2000):
            made += 1
            yield csr_id(number), b"\x30" * 279

    pieces = submission("abc", csrs())
    first = next(pieces)
    assert 65_536 <= len(first) < 70_000
    assert made < 200
    assert len(parsed(first + b"".join(pieces))) == 2001


def test_one_device_csr_can_make_a_batch_too_large() -> None:
    root = parsed(b"".join(one_csr_often("abc", CSRS[0][1], 50_001)))
    assert len(root) == 50_002
    assert len({each.get("ID") for each in root[1:]}) == 50_001
    assert SCHEMA.validate(root)


@pytest.mark.parametrize("name", NOT_WELL_FORMED)
def test_what_is_not_well_formed_is_not(name: str) -> None:
    with pytest.raises(etree.XMLSyntaxError):
        parsed(malformed_submission(name, PARTS))


NOT_BASE64 = {"a CSR that is not Base64", "a CSR with BEGIN and END lines"}
"""libxml2 passes over characters that do not belong in an xs:base64Binary."""


@pytest.mark.parametrize("name", [name for name in SCHEMA_INVALID if name not in NOT_BASE64])
def test_what_breaks_the_schema_breaks_it(name: str) -> None:
    assert not SCHEMA.validate(parsed(malformed_submission(name, PARTS)))


@pytest.mark.parametrize("name", NOT_BASE64)
def test_what_is_not_base64_is_not(name: str) -> None:
    (text,) = parsed(malformed_submission(name, PARTS)).xpath("DeviceCSR[1]/text()")
    with pytest.raises(ValueError, match="base64"):
        b64decode("".join(text.split()), validate=True)


@pytest.mark.parametrize("name", NOT_AS_AGREED)
def test_what_the_schema_lets_pass_passes_it(name: str) -> None:
    octets = malformed_submission(name, PARTS)
    assert SCHEMA.validate(parsed(octets))
    assert octets != b"".join(submission(PARTS.reference, CSRS))


def test_each_fault_leaves_the_other_device_csrs_right() -> None:
    for name in SCHEMA_INVALID:
        if "DeviceCSR" in name and name != "no DeviceCSR":
            root = parsed(malformed_submission(name, PARTS))
            last = [each for each in root if each.tag == "DeviceCSR"][-1]
            assert (last.get("ID"), b64decode(last.text or "")) == CSRS[-1]
    assert len({malformed_submission(name, PARTS) for name in MALFORMED}) == len(MALFORMED)


def test_documents_with_entities_are_right_but_for_them() -> None:
    right = etree.fromstring(
        with_internal_entity(PARTS), etree.XMLParser(resolve_entities=True, no_network=True)
    )
    assert SCHEMA.validate(right)
    assert b'SYSTEM "file:///x"' in with_external_entity(PARTS, "file:///x")
    assert with_entity_expansion(PARTS).count(b"<!ENTITY") == 10
