"""The Ad Hoc client against servers that answer well, badly, or not at all."""

from __future__ import annotations

import socket
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from clients import sessions
from clients.connection import Connection
from clients.exchange import FailureKind
from clients.gateway.adhoc_requests import RequestsAdHocClient
from clients.recorder import Recorder, Redactor
from tests.clients.conftest import ClientFor
from tests.support.servers import make_identity, read_request, response


def answering(octets: bytes, times: int = 1):
    def answer(connection: socket.socket) -> None:
        for _ in range(times):
            if not read_request(connection):
                return
            connection.sendall(octets)

    return answer


def test_octets_go_out_and_come_back_as_they_are(client_for: ClientFor) -> None:
    received: list[bytes] = []

    def answer(connection: socket.socket) -> None:
        received.append(read_request(connection))
        connection.sendall(response(b"\x00\xff<not xml", headers="X-One: 1\r\n"))

    client = client_for(answer)
    body = b"\xef\xbb\xbf<?xml\x00 \xff raw"
    exchange = client.submit(body, None)
    assert received[0].partition(b"\r\n\r\n")[2] == body
    assert received[0].startswith(b"POST /1.0/AdHoc HTTP/1.1\r\n")
    assert b"content-type: application/xml;charset=utf-8" in received[0].lower()
    assert exchange.response is not None
    assert exchange.response.body == b"\x00\xff<not xml"
    assert exchange.response.header("x-ONE") == "1"
    assert exchange.tls is not None
    assert exchange.tls.version == "TLSv1.2"
    assert client.recorder.take() == [exchange]


def test_method_and_path_can_be_chosen(client_for: ClientFor) -> None:
    received: list[bytes] = []

    def answer(connection: socket.socket) -> None:
        received.append(read_request(connection))
        connection.sendall(response(b"", "405 Method Not Allowed"))

    exchange = client_for(answer).send("DELETE", "/2.0", b"x", None)
    assert received[0].startswith(b"DELETE /1.0/AdHoc/2.0 HTTP/1.1\r\n")
    assert exchange.outcome == "HTTP 405 Method Not Allowed"


def test_redirects_are_not_followed(client_for: ClientFor) -> None:
    asked: list[bytes] = []

    def answer(connection: socket.socket) -> None:
        asked.append(read_request(connection))
        connection.sendall(response(b"", "302 Found", "Location: /elsewhere\r\n"))

    exchange = client_for(answer).submit(b"x", None)
    assert exchange.response is not None
    assert exchange.response.status == 302
    assert len(asked) == 1


def test_cookies_are_not_kept(client_for: ClientFor) -> None:
    received: list[bytes] = []

    def answer(connection: socket.socket) -> None:
        for _ in range(2):
            received.append(read_request(connection))
            connection.sendall(response(b"", headers="Set-Cookie: session=1; Path=/\r\n"))

    client = client_for(answer)
    client.submit(b"x", None)
    client.submit(b"x", None)
    assert b"cookie" not in received[1].lower()


@pytest.mark.parametrize("variable", ["REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE"])
def test_trust_is_not_taken_from_the_environment(
    client_for: ClientFor, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, identity, variable: str
) -> None:
    bundle = tmp_path / "bundle.pem"
    bundle.write_text(identity.certificate, encoding="ascii")
    monkeypatch.setenv(variable, str(bundle))
    client = client_for(answering(response(b"")), anchors=make_identity().certificate)
    failure = client.submit(b"x", None).failure
    assert failure is not None
    assert failure.kind is FailureKind.SERVER_NOT_TRUSTED


def test_the_public_cas_are_not_trusted_beside_the_anchors(client_for: ClientFor) -> None:
    client = client_for(answering(response(b"")))
    client.submit(b"x", None)
    assert len(client.connection.tls_context(None).get_ca_certs()) == 1


def test_proxies_are_not_taken_from_the_environment(
    client_for: ClientFor, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HTTPS_PROXY", "https_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    assert client_for(answering(response(b"ok"))).submit(b"x", None).response is not None


@pytest.mark.parametrize(
    ("sent", "kind"),
    [
        (b"", FailureKind.CLOSED),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nfive!", FailureKind.CLOSED),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", FailureKind.NOT_HTTP),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n", FailureKind.CLOSED),
        (b"\x00\x01\x02 this is no HTTP\r\n\r\n", FailureKind.NOT_HTTP),
        (b"HTTP/1.1 200 OK\r\n" + b"X: " + b"a" * 70_000 + b"\r\n\r\n", FailureKind.NOT_HTTP),
        (response(b"x" * 200_000), FailureKind.TOO_LARGE),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 1000000000\r\n\r\n" + b"x" * 200_000, FailureKind.TOO_LARGE),
    ],
)
def test_what_is_no_complete_response_is_an_outcome(
    client_for: ClientFor, sent: bytes, kind: FailureKind
) -> None:
    failure = client_for(answering(sent)).submit(b"x", None).failure
    assert failure is not None
    assert failure.kind is kind


def test_silence_ends_at_the_time_limit(client_for: ClientFor) -> None:
    released = threading.Event()

    def answer(connection: socket.socket) -> None:
        read_request(connection)
        released.wait(10)

    exchange = client_for(answer, response_seconds=0.3).submit(b"x", None)
    released.set()
    assert exchange.failure is not None
    assert exchange.failure.kind is FailureKind.TIMED_OUT


def test_a_slow_drip_ends_at_the_time_limit(client_for: ClientFor) -> None:
    def answer(connection: socket.socket) -> None:
        read_request(connection)
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
        for _ in range(200):
            connection.sendall(b"x")
            time.sleep(0.05)

    start = time.monotonic()
    exchange = client_for(answer, response_seconds=0.3, connect_seconds=0.3).submit(b"x", None)
    assert exchange.failure is not None
    assert exchange.failure.kind is FailureKind.TIMED_OUT
    assert time.monotonic() - start < 5


def test_a_server_that_speaks_plain_http_is_an_outcome(client_for: ClientFor) -> None:
    def answer(connection: socket.socket) -> None:
        connection.recv(1000)
        connection.sendall(response(b"", "400 Bad Request"))

    failure = client_for(answer, tls=False).submit(b"x", None).failure
    assert failure is not None
    assert failure.kind in (FailureKind.TLS_FAILED, FailureKind.CLOSED)


@pytest.mark.parametrize(
    ("url", "kind"),
    [
        ("https://127.0.0.1:9/x", FailureKind.NOT_CONNECTED),
        ("https://no-such-host.invalid/x", FailureKind.NAME_NOT_RESOLVED),
    ],
)
def test_a_server_that_is_not_there_is_an_outcome(identity, url: str, kind: FailureKind) -> None:
    connection = Connection(url=url, server_anchors=identity.certificate, connect_seconds=2)
    exchange = RequestsAdHocClient(connection, Recorder(Redactor())).submit(b"x", None)
    assert exchange.failure is not None
    assert exchange.failure.kind is kind


def test_a_connection_that_the_server_closed_is_replaced(client_for: ClientFor) -> None:
    connections: list[int] = []

    def answer(connection: socket.socket) -> None:
        connections.append(1)
        read_request(connection)
        connection.sendall(response(b"ok"))  # keep-alive promised, and not kept

    client = client_for(answer)
    for _ in range(5):
        assert client.submit(b"x", None).response is not None
    assert len(connections) == 5


def test_a_new_connection_that_closes_is_not_tried_again(client_for: ClientFor) -> None:
    connections: list[int] = []

    def answer(connection: socket.socket) -> None:
        connections.append(1)
        read_request(connection)

    assert client_for(answer).submit(b"x", None).response is None
    assert len(connections) == 1


def test_a_connection_is_kept_for_the_next_request(client_for: ClientFor) -> None:
    connections: list[int] = []

    def answer(connection: socket.socket) -> None:
        connections.append(1)
        answering(response(b"ok"), times=3)(connection)

    client = client_for(answer)
    for _ in range(3):
        client.submit(b"x", None)
    assert len(connections) == 1


def test_a_connection_is_made_anew_after_the_renegotiation_time(
    client_for: ClientFor, monkeypatch: pytest.MonkeyPatch
) -> None:
    connections: list[int] = []

    def answer(connection: socket.socket) -> None:
        connections.append(1)
        answering(response(b"ok"), times=3)(connection)

    monkeypatch.setattr(sessions, "RENEGOTIATION_SECONDS", 0.0)
    client = client_for(answer)
    client.submit(b"x", None)
    client.submit(b"x", None)
    assert len(connections) == 2


def test_answers_do_not_cross_between_threads(client_for: ClientFor) -> None:
    def answer(connection: socket.socket) -> None:
        while request := read_request(connection):
            connection.sendall(response(request.partition(b"\r\n\r\n")[2]))

    client = client_for(answer)
    bodies = [str(number).encode() for number in range(40)]
    with ThreadPoolExecutor(10) as pool:
        exchanges = list(pool.map(lambda body: client.submit(body, None), bodies))
    assert [exchange.response and exchange.response.body for exchange in exchanges] == bodies


def test_a_request_that_is_sent_anew_is_two_exchanges(client_for: ClientFor) -> None:
    """The server closes only when the kept connection is used again, and before any octet of a response."""

    def answer(connection: socket.socket) -> None:
        read_request(connection)
        connection.sendall(response(b"ok"))
        read_request(connection)

    client = client_for(answer)
    client.submit(b"first", None)
    assert client.submit(b"second", None).response is not None
    outcomes = [exchange.failure for exchange in client.recorder.take()]
    assert [failure is None for failure in outcomes] == [True, False, True]


def test_an_answer_that_is_cut_short_is_not_asked_for_again(client_for: ClientFor) -> None:
    def answer(connection: socket.socket) -> None:
        read_request(connection)
        connection.sendall(response(b"ok"))
        read_request(connection)
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf")

    client = client_for(answer)
    client.submit(b"first", None)
    failure = client.submit(b"second", None).failure
    assert failure is not None
    assert failure.kind is FailureKind.CLOSED
    assert len(client.recorder.take()) == 2
