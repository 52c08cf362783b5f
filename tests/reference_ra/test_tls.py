from __future__ import annotations

import http.client
import socket
import ssl
import time
from collections.abc import Callable

import pytest

from reference_ra.pki import TestPki
from reference_ra.tls import SUITES
from tests.reference_ra.conftest import Ra, ask
from tests.reference_ra.craft import DEVICE, RIGHT, message

REQUEST = (
    b"POST /1.0/AdHocDeviceCSR HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/xml;charset=UTF-8\r\n"
)


def ends(connection: socket.socket) -> bytes:
    """What is received until the peer closes."""
    received = b""
    try:
        while chunk := connection.recv(65536):
            received += chunk
    except (ConnectionError, ssl.SSLError):
        pass
    return received


@pytest.mark.parametrize("suite", SUITES)
def test_each_permitted_suite_works(ra: Ra, suite: str) -> None:
    context = ra.context()
    context.set_ciphers(suite)
    with (
        socket.create_connection(ra.address, 5) as plain,
        context.wrap_socket(plain, server_hostname="localhost") as connection,
    ):
        assert connection.version() == "TLSv1.2"
        cipher = connection.cipher()
        assert cipher is not None
        assert cipher[0] == suite


@pytest.mark.parametrize(
    "suite",
    ["ECDHE-RSA-CHACHA20-POLY1305", "ECDHE-RSA-AES256-SHA", "AES256-GCM-SHA384", "DHE-RSA-AES256-GCM-SHA384"],
)
def test_no_other_suite_works(ra: Ra, suite: str) -> None:
    context = ra.context()
    context.set_ciphers(suite)
    with socket.create_connection(ra.address, 5) as plain, pytest.raises(ssl.SSLError):
        context.wrap_socket(plain, server_hostname="localhost")


def test_tls_1_3_does_not_work(ra: Ra) -> None:
    context = ra.context()
    context.maximum_version = ssl.TLSVersion.TLSv1_3
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    with socket.create_connection(ra.address, 5) as plain, pytest.raises(ssl.SSLError):
        context.wrap_socket(plain, server_hostname="localhost")


@pytest.mark.parametrize("credential", [None, "expired", "not-yet-valid", "revoked"])
def test_a_credential_that_is_not_valid_is_refused_in_the_handshake(ra: Ra, credential: str | None) -> None:
    with pytest.raises(ssl.SSLError, match="alert"):
        ra.post(message(RIGHT.build()), credential)
    assert ra.issued() == 1


def test_a_certificate_of_another_ca_is_refused(ra: Ra, pki: TestPki) -> None:
    context = ra.context(None)
    # The server's own certificate stands for one from a CA that is not the IKI CA.
    context.load_cert_chain(pki.directory / "server.pem", pki.directory / "server.key")
    with socket.create_connection(ra.address, 5) as plain, pytest.raises(ssl.SSLError, match="alert"):
        context.wrap_socket(plain, server_hostname="localhost")


def test_credentials_are_judged_by_the_ra_s_own_clock(start: Callable[..., Ra]) -> None:
    ra = start()
    ra.seed(1)
    assert b"SUCCESS" in ra.post(message(RIGHT.build())).body
    status, _ = ra.manage("POST", "/clock", {"advance_seconds": 9 * 365 * 86400})
    assert status == 200
    with pytest.raises(ssl.SSLError, match="alert"):
        ra.post(message(RIGHT.build()))


def test_a_credential_may_expire_during_a_connection(start: Callable[..., Ra]) -> None:
    ra = start()
    ra.seed(1)
    connection = ra.connect()
    assert b"SUCCESS" in ask(connection, message(RIGHT.build())).body
    ra.manage("POST", "/clock", {"advance_seconds": 9 * 365 * 86400})
    assert ask(connection, message(RIGHT.build())).status == 403
    connection.close()


def test_plain_http_is_not_served(ra: Ra) -> None:
    with socket.create_connection(ra.address, 5) as plain:
        plain.sendall(REQUEST + b"Content-Length: 0\r\n\r\n")
        assert b"HTTP" not in ends(plain)


def test_rubbish_in_the_handshake_is_survived(ra: Ra) -> None:
    for rubbish in (
        b"\x16\x03\x01\xff\xff" + b"x" * 70000,
        b"\x16\x03\x03\x00\x00",
        b"\x80\x2e\x01\x00\x02",
        b"\x00",
    ):
        with socket.create_connection(ra.address, 5) as plain:
            plain.sendall(rubbish)
            plain.shutdown(socket.SHUT_WR)
            ends(plain)
    assert b"SUCCESS" in ra.post(message(RIGHT.build())).body


def test_a_request_in_single_octets_is_answered(ra: Ra) -> None:
    body = message(RIGHT.build())
    with ra.raw() as connection:
        for octet in REQUEST + b"Content-Length: %d\r\n\r\n" % len(body) + body:
            connection.sendall(bytes((octet,)))
        assert b"SUCCESS" in connection.recv(65536)


def test_a_client_that_closes_its_sending_side_is_answered(ra: Ra) -> None:
    body = message(RIGHT.build())
    with ra.raw() as connection:
        connection.sendall(REQUEST + b"Content-Length: %d\r\n\r\n" % len(body) + body)
        socket.socket.shutdown(connection, socket.SHUT_WR)
        assert b"SUCCESS" in ends(connection)


def test_silent_clients_do_not_stop_others(ra: Ra) -> None:
    silent: list[socket.socket] = [socket.create_connection(ra.address, 5) for _ in range(5)]
    for connection in silent:
        connection.sendall(b"\x16\x03\x01\x02")
    for _ in range(5):
        halfway = ra.raw()
        halfway.sendall(REQUEST + b"Content-Length: 900\r\n\r\n<Dev")
        silent.append(halfway)
    begun = time.monotonic()
    assert b"SUCCESS" in ra.post(message(RIGHT.build())).body
    assert time.monotonic() - begun < 2
    for connection in silent:
        connection.close()


def test_clients_that_vanish_are_survived(ra: Ra) -> None:
    for _ in range(10):
        connection = ra.raw()
        connection.sendall(REQUEST + b"Content-Length: 900\r\n\r\n<Dev")
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        connection.close()
    assert b"SUCCESS" in ra.post(message(RIGHT.build())).body


def test_a_handshake_must_come_in_time(start: Callable[..., Ra]) -> None:
    ra = start(handshake_seconds=0.2)
    with socket.create_connection(ra.address, 5) as plain:
        assert ends(plain) == b""


def test_a_silent_connection_is_closed(start: Callable[..., Ra]) -> None:
    ra = start(idle_seconds=0.2)
    with ra.raw() as connection:
        connection.sendall(REQUEST)
        assert ends(connection) == b""


def test_a_body_must_come_in_time(start: Callable[..., Ra]) -> None:
    ra = start(body_seconds=0.2)
    with ra.raw() as connection:
        connection.sendall(REQUEST + b"Content-Length: 900\r\n\r\n<Dev")
        assert b" 408 " in connection.recv(65536)


def test_an_idle_connection_is_closed(start: Callable[..., Ra]) -> None:
    ra = start(keep_alive_seconds=0.2)
    ra.seed(1)
    connection = ra.connect()
    assert b"SUCCESS" in ask(connection, message(RIGHT.build())).body
    assert connection.sock is not None
    assert connection.sock.recv(1) == b""
    connection.close()


def test_connections_past_the_limit_are_closed(start: Callable[..., Ra]) -> None:
    ra = start(connections=2)
    held = [ra.raw(), ra.raw()]
    with pytest.raises((ssl.SSLError, ConnectionError)):
        ra.raw()
    for connection in held:
        connection.close()
    time.sleep(0.2)
    ra.raw().close()


def test_a_bad_chunk_is_refused_without_a_trace(ra: Ra) -> None:
    with ra.raw() as connection:
        connection.sendall(REQUEST + b"Transfer-Encoding: chunked\r\n\r\nxyz\r\n")
        received = ends(connection)
    assert b" 400 " in received
    assert b"Traceback" not in received


def test_many_requests_share_a_connection(ra: Ra) -> None:
    connection = ra.connect()
    for number in range(30):
        device = DEVICE[:-1] + bytes((100 + number,))
        ra.seed(1, device)
        assert b"SUCCESS" in ask(connection, message(RIGHT.build(device))).body
    assert isinstance(connection, http.client.HTTPSConnection)
    connection.close()
