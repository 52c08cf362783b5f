"""The DER reader: it takes DER, refuses what is not, and agrees with another reader."""

from __future__ import annotations

import pytest
from asn1crypto import core, parser
from hypothesis import given, settings
from hypothesis import strategies as st

from checks.der import DerError, Node, check_strictly, oid_octets, oid_text, read_der
from tests.checks.der_writer import integer, octets, oid, sequence, tlv

NOT_DER = {
    "nothing": (b"", 0, "no octets"),
    "a tag alone": (b"\x30", 0, "within a header"),
    "a length cut short": (b"\x30\x82\x01", 0, "within a header"),
    "an indefinite length": (b"\x30\x80\x00\x00", 0, "indefinite"),
    "a long form of a short length": (b"\x04\x81\x01\x00", 0, "shortest form"),
    "a length with a leading zero": (b"\x04\x82\x00\x80" + bytes(128), 0, "shortest form"),
    "a length of five octets": (b"\x04\x85\x01\x00\x00\x00\x00", 0, "5 octets"),
    "a length of 127 octets": (b"\x04\xff" + bytes(127), 0, "127 octets"),
    "contents cut short": (b"\x04\x05\x00", 0, "truncated"),
    "trailing octets": (b"\x05\x00\x00", 2, "1 trailing"),
    "too large": (tlv(4, bytes(70_000)), 0, "70005 octets"),
    "a tag number with a leading zero": (b"\x1f\x80\x01\x00", 0, "tag number"),
    "a short tag number in the long form": (b"\x1f\x1e\x00", 0, "tag number"),
    "a tag number without end": (b"\x1f\xff\xff\xff\xff\xff\x01\x00", 0, "tag number"),
}


@pytest.mark.parametrize(("data", "offset", "reason"), NOT_DER.values(), ids=NOT_DER)
def test_what_is_not_der_is_refused_with_its_place(data: bytes, offset: int, reason: str) -> None:
    with pytest.raises(DerError, match=reason) as caught:
        read_der(data)
    assert caught.value.offset == offset
    assert str(caught.value).startswith(f"octet {offset}: ")


def test_a_node_gives_its_octets() -> None:
    data = sequence(integer(5), octets(b"abc"))
    node = read_der(data)
    assert (node.tag, node.octets, node.header, node.value) == (0x30, data, data[:2], data[2:])
    number, text = node.children()
    assert (number.tag, number.value, text.octets) == (0x02, b"\x05", octets(b"abc"))


def test_long_tags_are_read() -> None:
    node = read_der(b"\x7f\x85\x23\x03\x02\x01\x00")
    assert node.tag == 0x7F8523
    assert [child.value for child in node.children()] == [b"\x00"]


@pytest.mark.parametrize(
    ("data", "offset", "reason"),
    [
        (tlv(0x30, b"\x02\x05\x01"), 2, "overruns"),
        (tlv(0x30, b"\x02"), 2, "within a header"),
        (tlv(0x30, b"\x02\x81"), 2, "within a header"),
        (tlv(0x30, b"\x24\x80\x00\x00"), 2, "indefinite"),
        (octets(b"\x02\x00"), 0, "primitive"),
    ],
)
def test_bad_members_are_refused_with_their_place(data: bytes, offset: int, reason: str) -> None:
    with pytest.raises(DerError, match=reason) as caught:
        read_der(data).children()
    assert caught.value.offset == offset


def test_members_are_those_of_a_sequence() -> None:
    with pytest.raises(DerError, match="tag 31 where a Name"):
        read_der(tlv(0x31)).members("a Name")


@pytest.mark.parametrize(
    ("element", "reason"),
    [
        (tlv(1, b"\x01"), "BOOLEAN"),
        (tlv(1), "BOOLEAN"),
        (tlv(2), "INTEGER"),
        (tlv(2, b"\x00\x7f"), "shortest form"),
        (tlv(2, b"\xff\x80"), "shortest form"),
        (tlv(0x0A, b"\x00\x01"), "shortest form"),
        (tlv(3), "unused bits"),
        (tlv(3, b"\x08\x00"), "unused bits"),
        (tlv(3, b"\x01"), "unused bits"),
        (tlv(3, b"\x01\x01"), "not zero"),
        (tlv(5, b"\x00"), "NULL"),
        (tlv(6), "OBJECT IDENTIFIER"),
        (tlv(6, b"\x2a\x80\x01"), "shortest form"),
        (tlv(6, b"\x2a\x81"), "cut short"),
        (tlv(6, b"\x2a" * 129), "too long"),
        (tlv(0x0C, b"\xc3\x28"), "UTF-8"),
        (tlv(0x13, b"a@b"), "PrintableString"),
        (tlv(0x16, b"\x80"), "IA5String"),
        (tlv(0x17, b"2401010000Z"), "UTCTime"),
        (tlv(0x18, b"20240101000000"), "GeneralizedTime"),
        (tlv(0x18, b"20240101000000.50Z"), "GeneralizedTime"),
        (tlv(0x18, b"20240101000000.Z"), "GeneralizedTime"),
        (tlv(0x10), "primitive and constructed"),
        (tlv(0x24, octets(b"a")), "primitive and constructed"),
        (tlv(0x00), "end of contents"),
        (tlv(0x31, integer(2), integer(1)), "out of order"),
    ],
)
def test_values_that_der_does_not_allow_are_found(element: bytes, reason: str) -> None:
    with pytest.raises(DerError, match=reason) as caught:
        check_strictly(read_der(sequence(integer(1), element)))
    assert caught.value.offset >= 5


def test_a_right_tree_is_right_all_through() -> None:
    members = (
        tlv(1, b"\xff"),
        integer(-129),
        tlv(3, b"\x04\xf0"),
        oid("2.999.3"),
        tlv(0x0C, "é".encode()),
        tlv(0x13, b"Z1"),
        tlv(0x17, b"240101000000Z"),
        tlv(0x18, b"20240101000000.5Z"),
        tlv(0x31, integer(1), integer(2)),
        tlv(0xA0, tlv(0x80, b"anything")),
    )
    check_strictly(read_der(sequence(*members)))


def test_deep_nesting_is_refused_and_does_no_harm() -> None:
    data = b""
    for _ in range(10_000):
        data = tlv(0x30, data)
    with pytest.raises(DerError, match="deep"):
        check_strictly(read_der(data))


def test_many_members_do_no_harm() -> None:
    check_strictly(read_der(sequence(*[b"\x05\x00"] * 30_000)))


@given(st.lists(st.integers(0, 2**70), min_size=1, max_size=8), st.integers(0, 2), st.integers(0, 39))
def test_object_identifiers_agree_with_asn1crypto(arcs: list[int], first: int, second: int) -> None:
    dotted = ".".join(map(str, (first, second, *arcs)))
    contents = core.ObjectIdentifier(dotted).contents
    assert oid_octets(dotted) == contents
    assert oid_text(contents) == dotted


@pytest.mark.parametrize("text", ["", "1", "1.2.x", "3.1", "1.40", "1..2", "-1.2", "1.2.٣"])
def test_what_is_no_object_identifier_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="dotted"):
        oid_octets(text)


TREES = st.recursive(
    st.builds(
        lambda tag, value: tlv(tag, value), st.sampled_from([1, 2, 4, 5, 0x80, 0x9E]), st.binary(max_size=200)
    ),
    lambda inner: st.builds(
        lambda tag, members: tlv(tag, *members),
        st.sampled_from([0x30, 0x31, 0xA0]),
        st.lists(inner, max_size=5),
    ),
    max_leaves=12,
)


def agree(node: Node) -> None:
    """asn1crypto reads the same tag, contents and members."""
    class_, method, tag, header, contents, trailer = parser.parse(node.octets, strict=True)
    assert (header, contents, trailer) == (node.header, node.value, b"")
    if node.tag <= 0xFF:
        assert class_ << 6 | method << 5 | tag == node.tag
    if method:
        for child in node.children():
            agree(child)


@given(TREES)
def test_the_reader_agrees_with_asn1crypto(data: bytes) -> None:
    agree(read_der(data))


@settings(max_examples=500)
@given(TREES, st.data())
def test_what_a_change_leaves_readable_asn1crypto_reads_alike(data: bytes, draw: st.DataObject) -> None:
    at = draw.draw(st.integers(0, len(data) - 1))
    changed = data[:at] + draw.draw(st.binary(max_size=2)) + data[at + 1 :]
    try:
        node = read_der(changed)
        check_strictly(node)
    except DerError:
        return
    agree(node)


@given(st.binary(max_size=300))
def test_any_octets_are_read_or_refused(data: bytes) -> None:
    try:
        check_strictly(read_der(data))
    except DerError as error:
        offset = error.offset
    else:
        offset = 0
    assert 0 <= offset <= len(data)
