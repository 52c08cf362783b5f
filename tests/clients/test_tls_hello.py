"""The crafted ClientHello against a real TLS server, and hostile first flights."""

from __future__ import annotations

import contextlib
import socket
import ssl
from pathlib import Path

import pytest
from cryptography import x509
from hypothesis import given
from hypothesis import strategies as st

from clients.connection import Connection
from clients.exchange import FailureKind
from clients.recorder import Recorder, Redactor
from clients.tls_hello import HelloUnreadable, client_hello, read_flight
from clients.tls_probe import TlsProbe
from tests.support.servers import ServerIdentity, read_request, response, serving

GCM_256 = 0xC030


def probe_of(port: int, identity: ServerIdentity, seconds: float = 2.0) -> TlsProbe:
    url = f"https://127.0.0.1:{port}/x"
    connection = Connection(url, identity.certificate, connect_seconds=seconds, response_seconds=seconds)
    return TlsProbe("adhoc", connection, Recorder(Redactor()))


def only(context: ssl.SSLContext, version: ssl.TLSVersion) -> ssl.SSLContext:
    context.minimum_version = context.maximum_version = version
    return context


def quiet(connection: socket.socket) -> None:
    connection.recv(1)


@pytest.mark.parametrize(
    ("version", "suite", "served"),
    [
        ("TLSv1.2", GCM_256, ssl.TLSVersion.TLSv1_2),
        ("TLSv1.3", 0x1301, ssl.TLSVersion.TLSv1_3),
    ],
)
def test_an_offer_that_the_server_takes(
    identity: ServerIdentity, tmp_path: Path, version: str, suite: int, served: ssl.TLSVersion
) -> None:
    with serving(quiet, only(identity.context(tmp_path), served)) as port:
        exchange, flight = probe_of(port, identity).offer(version, (suite,))
    assert flight is not None
    assert flight.accepted
    assert (flight.version, flight.suite) == (version, suite)
    assert exchange.request_body[0] == 22
    assert "ServerHello" in exchange.outcome
    if version == "TLSv1.2":
        expected = x509.load_pem_x509_certificate(identity.certificate.encode())
        assert [x509.load_der_x509_certificate(der) for der in flight.certificates] == [expected]


@pytest.mark.parametrize(
    ("version", "suite"),
    [("SSLv3", 0x000A), ("TLSv1", 0xC014), ("TLSv1.1", 0xC014), ("TLSv1.2", 0x0005), ("TLSv1.3", 0x1301)],
)
def test_an_offer_that_the_server_refuses(
    identity: ServerIdentity, tmp_path: Path, version: str, suite: int
) -> None:
    context = only(identity.context(tmp_path), ssl.TLSVersion.TLSv1_2)
    with serving(quiet, context) as port:
        exchange, flight = probe_of(port, identity).offer(version, (suite,))
    assert flight is not None
    assert not flight.accepted
    assert exchange.outcome.startswith(("alert", "the connection was closed"))


def test_a_server_that_is_no_tls_server(identity: ServerIdentity) -> None:
    def answer(connection: socket.socket) -> None:
        connection.recv(1000)
        connection.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")

    with serving(answer, None) as port:
        exchange, flight = probe_of(port, identity).offer("TLSv1.2", (GCM_256,))
    assert flight is None
    assert exchange.failure is not None
    assert "no TLS record" in exchange.failure.detail


def test_a_handshake_with_one_suite(identity: ServerIdentity, tmp_path: Path) -> None:
    with serving(quiet, only(identity.context(tmp_path), ssl.TLSVersion.TLSv1_2)) as port:
        exchange = probe_of(port, identity).handshake(None, ("ECDHE-RSA-AES128-SHA256",))
    assert exchange.tls is not None
    assert exchange.tls.cipher == "ECDHE-RSA-AES128-SHA256"


def test_a_handshake_that_the_server_refuses(identity: ServerIdentity, tmp_path: Path) -> None:
    context = only(identity.context(tmp_path), ssl.TLSVersion.TLSv1_2)
    context.set_ciphers("ECDHE-RSA-AES256-GCM-SHA384")
    with serving(quiet, context) as port:
        exchange = probe_of(port, identity).handshake(None, ("ECDHE-RSA-AES128-SHA256",))
    assert exchange.failure is not None
    assert exchange.failure.kind is FailureKind.TLS_FAILED


def test_plain_text_is_sent_as_it_is(identity: ServerIdentity) -> None:
    received: list[bytes] = []

    def answer(connection: socket.socket) -> None:
        received.append(read_request(connection))
        connection.sendall(response(b"plain"))

    sent = b"POST / HTTP/1.1\r\nContent-Length: 2\r\n\r\nhi"
    with serving(answer, None) as port:
        exchange = probe_of(port, identity).plain(sent)
    assert received[0] == sent
    assert exchange.answer_octets.endswith(b"plain")


def test_a_silent_client_holds_its_connection(identity: ServerIdentity, tmp_path: Path) -> None:
    received: list[bytes] = []

    def answer(connection: socket.socket) -> None:
        while piece := connection.recv(1000):
            received.append(piece)

    with serving(answer, only(identity.context(tmp_path), ssl.TLSVersion.TLSv1_2)) as port:
        with probe_of(port, identity).silent_client(None, promised=500) as exchange:
            assert exchange.failure is None
        assert b"Content-Length: 500" in exchange.request_body


def test_nobody_there(identity: ServerIdentity) -> None:
    exchange, flight = probe_of(9, identity).offer("TLSv1.2", (GCM_256,))
    assert flight is None
    assert exchange.failure is not None
    assert exchange.failure.kind is FailureKind.NOT_CONNECTED


def test_silence_ends_at_the_time_limit(identity: ServerIdentity) -> None:
    with serving(
        lambda connection: connection.recv(1) and connection.recv(10_000) and connection.recv(1), None
    ) as port:
        exchange, flight = probe_of(port, identity, seconds=0.3).offer("TLSv1.2", (GCM_256,))
    assert flight is not None
    assert not flight.accepted
    assert exchange.seconds < 3


def test_the_host_name_is_in_the_hello() -> None:
    assert b"ra.example" in client_hello("ra.example", "TLSv1.2", (GCM_256,))
    assert b"127.0.0.1" not in client_hello("127.0.0.1", "TLSv1.2", (GCM_256,))


@given(st.binary(max_size=400))
def test_hostile_octets_never_crash_the_reader(octets: bytes) -> None:
    record = b"\x16\x03\x03" + len(octets).to_bytes(2, "big") + octets
    for hostile in (octets, record):
        with contextlib.suppress(HelloUnreadable):
            assert read_flight(hostile) is not None


def test_an_endless_flight_is_refused() -> None:
    with pytest.raises(HelloUnreadable, match="more than"):
        read_flight(b"\x16" * 300_000)


def record(kind: int, content: bytes) -> bytes:
    return bytes((kind, 3, 3)) + len(content).to_bytes(2, "big") + content


def server_hello(suite: int) -> bytes:
    body = b"\x03\x03" + b"\x00" * 32 + b"\x00" + suite.to_bytes(2, "big") + b"\x00"
    return b"\x02" + len(body).to_bytes(3, "big") + body


def test_a_warning_does_not_end_the_flight() -> None:
    flight = read_flight(record(21, b"\x01\x70") + record(22, server_hello(0x0005) + b"\x0e\x00\x00\x00"))
    assert flight.accepted
    assert flight.suite == 0x0005
    assert flight.done


@pytest.mark.parametrize("alert", [b"\x02\x28", b"\x01\x00"], ids=["fatal", "close_notify"])
def test_a_fatal_alert_ends_the_flight(alert: bytes) -> None:
    flight = read_flight(record(21, alert))
    assert not flight.accepted
    assert flight.done


def test_the_hello_offers_what_strict_servers_ask_for() -> None:
    hello = client_hello("ra.example", "TLSv1.2", (GCM_256,))
    assert b"\xff\x01\x00\x01\x00" in hello  # renegotiation_info
    assert b"\x00\x17\x00\x00" in hello  # extended_master_secret
