"""The paced Ad Hoc client in front of the real one: what waits, and what goes through unchanged."""

from __future__ import annotations

import socket
import time
from itertools import pairwise

import pytest

from clients.gateway.paced import PacedAdHocClient
from clients.pacing import AdHocPace
from tests.clients.conftest import ClientFor
from tests.support.servers import read_request, response

SECONDS = 0.2


class Seen:
    """A server's side: when each request came, and what it was."""

    def __init__(self) -> None:
        self.times: list[float] = []
        self.requests: list[bytes] = []

    def answer(self, connection: socket.socket) -> None:
        while request := read_request(connection):
            self.times.append(time.monotonic())
            self.requests.append(request)
            connection.sendall(response(b"<x/>"))


@pytest.fixture
def seen() -> Seen:
    return Seen()


@pytest.fixture
def client(client_for: ClientFor, seen: Seen) -> PacedAdHocClient:
    return PacedAdHocClient(client_for(seen.answer), AdHocPace(SECONDS, SECONDS))


def test_requests_with_a_body_come_an_interval_apart(client: PacedAdHocClient, seen: Seen) -> None:
    client.submit(b"<one/>", None)
    client.send("PUT", "/other", b"<two/>", None)
    client.submit(b"<three/>", None)
    gaps = [after - before for before, after in pairwise(seen.times)]
    assert len(gaps) == 2
    assert min(gaps) >= SECONDS
    assert [request.split(b"\r\n")[0] for request in seen.requests] == [
        b"POST /1.0/AdHoc HTTP/1.1",
        b"PUT /1.0/AdHoc/other HTTP/1.1",
        b"POST /1.0/AdHoc HTTP/1.1",
    ]
    assert seen.requests[0].endswith(b"\r\n\r\n<one/>")


def test_a_request_without_a_body_does_not_wait(client: PacedAdHocClient, seen: Seen) -> None:
    client.submit(b"<one/>", None)
    client.submit(b"", None)
    client.send("GET", "", b"", None)
    assert seen.times[-1] - seen.times[0] < SECONDS


def test_the_wait_is_no_part_of_what_is_recorded(client: PacedAdHocClient) -> None:
    exchanges = [client.submit(b"<x/>", None) for _ in range(2)]
    assert client.recorder.take() == exchanges
    assert exchanges[1].seconds < SECONDS


def test_closing_closes_the_connections_of_the_client_behind(client: PacedAdHocClient, seen: Seen) -> None:
    first = client.submit(b"<x/>", None)
    client.close()
    second = client.submit(b"<x/>", None)
    assert first.tls is not None
    assert second.tls is not None
    assert not second.tls.reused
    assert len(seen.requests) == 2
