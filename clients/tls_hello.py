"""A TLS ClientHello made from octets, and the server's first flight read from octets.

The TLS library of the machine that runs the suite may refuse to offer an old protocol version or suite; what
an RA answers to such an offer must be known all the same. Nothing here encrypts anything.
"""

from __future__ import annotations

import os
import struct
from dataclasses import dataclass, field

VERSION_CODES = {"SSLv3": 0x0300, "TLSv1": 0x0301, "TLSv1.1": 0x0302, "TLSv1.2": 0x0303, "TLSv1.3": 0x0304}
"""Protocol versions by the names that OpenSSL uses."""

VERSION_NAMES = {code: name for name, code in VERSION_CODES.items()}

_ALERT, _HANDSHAKE = 21, 22
_FATAL, _CLOSE_NOTIFY = 2, 0
_SERVER_HELLO, _CERTIFICATE, _SERVER_HELLO_DONE = 2, 11, 14
_HELLO_RETRY_RANDOM = bytes.fromhex("cf21ad74e59a6111be1d8c021e65b891c2a211167abb8c5e079e09e2c8a8339c")
_LONGEST_FLIGHT = 262_144


class HelloUnreadable(Exception):
    """The server's octets are not a TLS flight; the message says where."""


@dataclass(slots=True)
class ServerFlight:
    """What the server answered to a ClientHello."""

    version: str | None = None
    """The protocol version chosen; None where the server chose none."""
    suite: int | None = None
    """IANA number of the suite chosen."""
    alert: int | None = None
    """Description of a fatal alert, RFC 5246 7.2."""
    certificates: list[bytes] = field(default_factory=list)
    """DER of the chain as presented (not in TLS 1.3, where it is encrypted)."""
    done: bool = False
    """Whether the flight is complete, so far as it can be read."""

    @property
    def accepted(self) -> bool:
        """Whether the server goes on with the handshake as offered."""
        return self.version is not None

    def __str__(self) -> str:
        """One line."""
        if self.accepted:
            return f"ServerHello: {self.version}, suite 0x{self.suite:04X}"
        if self.alert is not None:
            return f"alert {self.alert}"
        return "the connection was closed"


def client_hello(host: str, version: str, suites: tuple[int, ...]) -> bytes:
    """A record with a ClientHello that offers just this protocol version and these suites."""
    code = VERSION_CODES[version]
    legacy = min(code, 0x0303)
    extensions = [
        _extension(0, _vector16(b"\x00" + _vector16(host.encode("idna")))) if not _is_address(host) else b"",
        _extension(10, _vector16(struct.pack("!4H", 23, 24, 25, 29))),
        _extension(11, b"\x01\x00"),
        _extension(0xFF01, b"\x00"),  # renegotiation_info and extended_master_secret: some servers insist
        _extension(23, b""),
        _extension(13, _vector16(struct.pack("!8H", 0x401, 0x501, 0x601, 0x804, 0x805, 0x403, 0x503, 0x201))),
    ]
    if version == "TLSv1.3":
        extensions.append(_extension(43, b"\x02\x03\x04"))
        extensions.append(_extension(51, _vector16(struct.pack("!H", 29) + _vector16(os.urandom(32)))))
    body = b"".join(
        (
            struct.pack("!H", legacy),
            os.urandom(32),
            b"\x00",
            _vector16(struct.pack(f"!{len(suites)}H", *suites)),
            b"\x01\x00",
            _vector16(b"".join(extensions)),
        )
    )
    message = b"\x01" + len(body).to_bytes(3, "big") + body
    return struct.pack("!BHH", _HANDSHAKE, min(legacy, 0x0301), len(message)) + message


def read_flight(octets: bytes) -> ServerFlight:
    """Read as much of the server's first flight as has come.

    Raises HelloUnreadable where it is no TLS, or longer than 256 KiB.
    """
    if len(octets) > _LONGEST_FLIGHT:
        raise HelloUnreadable(f"a first flight of more than {_LONGEST_FLIGHT} octets")
    flight, handshake, position = ServerFlight(), bytearray(), 0
    while position + 5 <= len(octets):
        kind, major, _, length = struct.unpack_from("!BBBH", octets, position)
        if kind not in (20, _ALERT, _HANDSHAKE, 23) or major != 3:
            raise HelloUnreadable(
                f"no TLS record at octet {position}: {octets[position : position + 16].hex()}"
            )
        fragment = octets[position + 5 : position + 5 + length]
        if len(fragment) < length:
            break
        position += 5 + length
        if kind == _ALERT and length == 2 and not flight.accepted and _ends(fragment):
            flight.alert, flight.done = fragment[1], True
            return flight
        if kind == _HANDSHAKE:
            handshake += fragment
            _read_messages(handshake, flight)
    return flight


def _ends(alert: bytes) -> bool:
    """Whether an alert ends the handshake: fatal, or close_notify. After a warning a server may go on."""
    level, description = alert
    return level == _FATAL or description == _CLOSE_NOTIFY


def _read_messages(handshake: bytearray, flight: ServerFlight) -> None:
    """Take the complete messages off the front of `handshake`."""
    while len(handshake) >= 4:
        length = int.from_bytes(handshake[1:4], "big")
        if len(handshake) < 4 + length:
            return
        kind, body = handshake[0], bytes(handshake[4 : 4 + length])
        del handshake[: 4 + length]
        try:
            if kind == _SERVER_HELLO:
                _read_server_hello(body, flight)
            elif kind == _CERTIFICATE:
                flight.certificates = _read_certificates(body)
            elif kind == _SERVER_HELLO_DONE:
                flight.done = True
        except (struct.error, IndexError) as error:
            raise HelloUnreadable(f"handshake message {kind} is too short: {body[:16].hex()}") from error
        if flight.version == "TLSv1.3":
            flight.done = True


def _read_server_hello(body: bytes, flight: ServerFlight) -> None:
    (version,) = struct.unpack_from("!H", body)
    position = 35 + body[34]
    (suite,) = struct.unpack_from("!H", body, position)
    for kind, content in _read_extensions(body[position + 5 :]):
        if kind == 43:
            (version,) = struct.unpack("!H", content)
    if body[2:34] == _HELLO_RETRY_RANDOM:
        version = 0x0304
    flight.version, flight.suite = VERSION_NAMES.get(version, f"0x{version:04X}"), suite


def _read_extensions(octets: bytes) -> list[tuple[int, bytes]]:
    extensions, position = [], 0
    while position + 4 <= len(octets):
        kind, length = struct.unpack_from("!HH", octets, position)
        extensions.append((kind, octets[position + 4 : position + 4 + length]))
        position += 4 + length
    return extensions


def _read_certificates(body: bytes) -> list[bytes]:
    certificates, position = [], 3
    while position + 3 <= len(body):
        length = int.from_bytes(body[position : position + 3], "big")
        certificates.append(body[position + 3 : position + 3 + length])
        position += 3 + length
    return certificates


def _extension(kind: int, content: bytes) -> bytes:
    return struct.pack("!HH", kind, len(content)) + content


def _vector16(content: bytes) -> bytes:
    return struct.pack("!H", len(content)) + content


def _is_address(host: str) -> bool:
    return ":" in host or host.replace(".", "").isdigit()
