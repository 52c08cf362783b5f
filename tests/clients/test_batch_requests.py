"""The Batched service's client: octets of any size out and back, a submission never sent twice."""

from __future__ import annotations

import hashlib
import socket
from collections.abc import Iterator

import pytest

from clients.exchange import FailureKind
from clients.gateway import batch_requests
from clients.spool import HEAD_OCTETS, SpoolError, SpoolFolder
from tests.clients.conftest import BatchClientFor
from tests.support.servers import read_request, response

PIECE = bytes(range(256)) * 256


def test_a_small_submission_is_held_in_memory(batch_client_for: BatchClientFor) -> None:
    received: list[bytes] = []

    def answer(connection: socket.socket) -> None:
        received.append(read_request(connection))
        connection.sendall(response(b"<ok/>"))

    client = batch_client_for(answer)
    exchange = client.submit(b"\xef\xbb\xbf<a/>\x00", None)
    head, _, body = received[0].partition(b"\r\n\r\n")
    assert head.startswith(b"POST /1.0/PortalCSRBatch/SubmitCSRBatch HTTP/1.1\r\n")
    assert b"content-type: application/xml;charset=utf-8" in head.lower()
    assert body == exchange.request_body == b"\xef\xbb\xbf<a/>\x00"
    assert exchange.request_spool is None
    assert exchange.interface == "batch"
    assert exchange.response is not None
    assert exchange.response.body == b"<ok/>"
    assert client.recorder.take() == [exchange]


def test_large_bodies_are_in_files_until_the_end(batch_client_for: BatchClientFor) -> None:
    received: list[bytes] = []

    def answer(connection: socket.socket) -> None:
        received.append(read_request(connection))
        connection.sendall(response(received[0].partition(b"\r\n\r\n")[2][:90_000]))

    client = batch_client_for(answer)
    exchange = client.submit((PIECE for _ in range(40)), None)
    head, _, body = received[0].partition(b"\r\n\r\n")
    assert body == PIECE * 40
    assert b"transfer-encoding" not in head.lower()
    spool = exchange.request_spool
    assert spool is not None
    assert spool.path.read_bytes() == body
    assert (spool.octets, spool.sha256) == (len(body), hashlib.sha256(body).hexdigest())
    assert exchange.request_body == body[:HEAD_OCTETS]
    (recorded,) = client.recorder.take()
    assert recorded.request_spool == spool
    client.close()
    assert not spool.path.exists()


def test_a_large_result_is_in_a_file(batch_client_for: BatchClientFor) -> None:
    received: list[bytes] = []

    def answer(connection: socket.socket) -> None:
        received.append(read_request(connection))
        connection.sendall(response(PIECE * 40))

    exchange = batch_client_for(answer).fetch(99, None)
    assert received[0].startswith(b"GET /1.0/PortalCSRBatch/CSRBatchResult?BatchId=99 HTTP/1.1\r\n")
    assert exchange.response is not None
    assert exchange.response.spool is not None
    assert exchange.response.body == (PIECE * 40)[:HEAD_OCTETS]
    with exchange.response.open() as stream:
        assert stream.read() == PIECE * 40


def test_a_small_result_is_a_stream_as_well(batch_client_for: BatchClientFor) -> None:
    def answer(connection: socket.socket) -> None:
        read_request(connection)
        connection.sendall(response(b"<a/>"))

    exchange = batch_client_for(answer).fetch(1, None)
    assert exchange.response is not None
    assert exchange.response.spool is None
    with exchange.response.open() as stream:
        assert stream.read() == b"<a/>"


@pytest.mark.parametrize(
    "query",
    [
        "",
        "BatchId=-1",
        "BatchId=",
        "BatchId=1&BatchId=2",
        "batchid=1",
        "BatchId=" + "9" * 400,
        "BatchId=0x1F",
    ],
)
def test_a_query_goes_as_it_stands(batch_client_for: BatchClientFor, query: str) -> None:
    received: list[bytes] = []

    def answer(connection: socket.socket) -> None:
        received.append(read_request(connection))
        connection.sendall(response(b"<a/>"))

    batch_client_for(answer).query(query, None)
    path = "/1.0/PortalCSRBatch/CSRBatchResult" + (f"?{query}" if query else "")
    assert received[0].startswith(f"GET {path} HTTP/1.1\r\n".encode())


def test_a_submission_is_sent_once_whatever_happens(batch_client_for: BatchClientFor) -> None:
    received: list[bytes] = []

    def answer(connection: socket.socket) -> None:
        request = read_request(connection)
        received.append(request)
        if request.startswith(b"GET"):
            connection.sendall(response(b"ok"))  # keep-alive promised, and not kept

    client = batch_client_for(answer)
    assert client.fetch(1, None).response is not None
    exchange = client.submit(b"<batch/>", None)
    assert exchange.failure is not None
    assert exchange.failure.kind is FailureKind.CLOSED
    assert sum(request.startswith(b"POST") for request in received) == 1


def test_a_connection_serves_several_fetches(batch_client_for: BatchClientFor) -> None:
    connections: list[int] = []

    def answer(connection: socket.socket) -> None:
        connections.append(1)
        while read_request(connection):
            connection.sendall(response(b"ok"))

    client = batch_client_for(answer)
    for _ in range(3):
        client.fetch(1, None)
    assert len(connections) == 1


@pytest.mark.parametrize("cut", [False, True])
def test_a_result_that_is_no_whole_result_leaves_no_file(
    batch_client_for: BatchClientFor, monkeypatch: pytest.MonkeyPatch, cut: bool
) -> None:
    monkeypatch.setattr(batch_requests, "RESULT_OCTETS", 2 * HEAD_OCTETS)
    whole = response(PIECE * 64)

    def answer(connection: socket.socket) -> None:
        read_request(connection)
        connection.sendall(whole[: HEAD_OCTETS + 500_000] if cut else whole)

    client = batch_client_for(answer)
    failure = client.fetch(1, None).failure
    assert failure is not None
    assert failure.kind is (FailureKind.CLOSED if cut else FailureKind.TOO_LARGE)
    assert list(client._folder.new_file().parent.iterdir()) == []


def test_pieces_that_cannot_be_made_are_nothing_sent(batch_client_for: BatchClientFor) -> None:
    asked: list[int] = []

    def pieces() -> Iterator[bytes]:
        yield from (PIECE for _ in range(40))
        raise LookupError("no more")

    client = batch_client_for(lambda _: asked.append(1))
    with pytest.raises(LookupError):
        client.submit(pieces(), None)
    assert asked == []
    assert list(client._folder.new_file().parent.iterdir()) == []


def test_a_disk_that_takes_nothing_is_told_before_anything_is_sent(
    batch_client_for: BatchClientFor, monkeypatch: pytest.MonkeyPatch, tmp_path
) -> None:
    asked: list[int] = []
    monkeypatch.setattr(SpoolFolder, "new_file", lambda _: tmp_path / "absent" / "1.bin")
    client = batch_client_for(lambda _: asked.append(1))
    with pytest.raises(SpoolError, match="could not be written"):
        client.submit((PIECE for _ in range(40)), None)
    assert asked == []


def test_a_disk_that_fills_while_a_result_comes_is_no_fault_of_the_ra(
    batch_client_for: BatchClientFor, monkeypatch: pytest.MonkeyPatch, tmp_path
) -> None:
    def answer(connection: socket.socket) -> None:
        read_request(connection)
        connection.sendall(response(PIECE * 40))

    monkeypatch.setattr(SpoolFolder, "new_file", lambda _: tmp_path / "absent" / "1.bin")
    with pytest.raises(SpoolError, match="could not be written"):
        batch_client_for(answer).fetch(1, None)
