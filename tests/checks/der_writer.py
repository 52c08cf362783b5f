"""Writes DER, octet by octet, so that a test can write it wrong. It shares nothing with `checks.der`."""

from __future__ import annotations


def tlv(tag: int, *contents: bytes) -> bytes:
    """An element with a one-octet tag and a length in its shortest form."""
    value = b"".join(contents)
    length = len(value)
    if length < 0x80:
        return bytes([tag, length]) + value
    octets = length.to_bytes((length.bit_length() + 7) // 8, "big")
    return bytes([tag, 0x80 | len(octets)]) + octets + value


def sequence(*members: bytes) -> bytes:
    return tlv(0x30, *members)


def integer(value: int) -> bytes:
    return tlv(0x02, value.to_bytes(value.bit_length() // 8 + 1, "big", signed=True))


def oid(dotted: str) -> bytes:
    first, second, *rest = map(int, dotted.split("."))
    octets = b""
    for arc in (first * 40 + second, *rest):
        groups = bytes([arc & 0x7F])
        while arc := arc >> 7:
            groups = bytes([arc & 0x7F | 0x80]) + groups
        octets += groups
    return tlv(0x06, octets)


def bits(value: bytes, unused: int = 0) -> bytes:
    return tlv(0x03, bytes([unused]), value)


def octets(value: bytes) -> bytes:
    return tlv(0x04, value)


def printable(text: str) -> bytes:
    return tlv(0x13, text.encode("ascii"))


def utc_time(text: str) -> bytes:
    return tlv(0x17, text.encode("ascii"))


def generalized_time(text: str) -> bytes:
    return tlv(0x18, text.encode("ascii"))


def common_name(value: bytes) -> bytes:
    """A relative name of one commonName, `value` being its string."""
    return tlv(0x31, sequence(oid("2.5.4.3"), value))


def extension(dotted: str, value: bytes, critical: bytes = b"") -> bytes:
    """An Extension; `critical` is the whole BOOLEAN, or nothing."""
    return sequence(oid(dotted), critical, octets(value))


TRUE = b"\x01\x01\xff"
EMPTY_NAME = sequence()
ECDSA_SHA256 = sequence(oid("1.2.840.10045.4.3.2"))
ECDSA_SHA384 = sequence(oid("1.2.840.10045.4.3.3"))
ECDSA_SHA256_NULL = sequence(oid("1.2.840.10045.4.3.2"), b"\x05\x00")
