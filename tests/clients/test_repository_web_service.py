"""The client of the Repository Web Service: what goes on the wire, and that API Keys stay out of records."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest
import requests

from clients.connection import ANY_CIPHERS, Connection
from clients.exchange import FailureKind
from clients.recorder import Recorder, Redactor
from clients.repository.messages import device_search, organisation_search, retrieval, serial_text
from clients.repository.web_service import RepositoryRequest, RepositoryWebService
from clients.repository.web_service_requests import RequestsRepositoryWebService
from targets.repository import Account
from tests.support.servers import Answer, ServerIdentity, read_request, response, serving

API_KEY = "canary/key+1&x=ü"
AMBER = Account("amber", ("repository-web-service",), "valid", api_key=API_KEY)
ServiceFor = Callable[[Answer], RepositoryWebService]
BODY = organisation_search("90-B3-D5-1F-30-01-00-00")


@pytest.fixture
def service_for(identity: ServerIdentity, server_context: ssl.SSLContext) -> Iterator[ServiceFor]:
    with ExitStack() as stack:

        def make(answer: Answer) -> RepositoryWebService:
            port = stack.enter_context(serving(answer, server_context))
            connection = Connection(
                f"https://127.0.0.1:{port}/base", identity.certificate, 2.0, 2.0, 10_000, ciphers=ANY_CIPHERS
            )
            client = RequestsRepositoryWebService(connection, Recorder(Redactor([API_KEY])))
            stack.callback(client.close)
            return client

        yield make


class Asked(list[bytes]):
    """Answers every request, and keeps it."""

    def __call__(self, connection: socket.socket) -> None:
        while octets := read_request(connection):
            self.append(octets)
            connection.sendall(response(b"<CertificateSearchResponse/>"))


def first_line(octets: bytes) -> str:
    return octets.split(b"\r\n")[0].decode()


def test_a_search_and_a_retrieval_as_the_service_has_them(service_for: ServiceFor) -> None:
    asked = Asked()
    service = service_for(asked)
    exchange = service.search(BODY, AMBER)
    service.retrieve(retrieval(serial_text(0xAB)), AMBER)
    query = "apikey=canary%2Fkey%2B1%26x%3D%C3%BC"
    assert first_line(asked[0]) == f"POST /base/services/certificatesearch?{query} HTTP/1.1"
    assert first_line(asked[1]) == f"POST /base/services/retrievecertificate?{query} HTTP/1.1"
    assert b"\r\ncontent-type: application/xml\r\n" in asked[0].lower()
    assert asked[0].endswith(
        b"<CertificateSearchRequest><CertificateSubjectName>90-B3-D5-1F-30-01-00-00"
        b"</CertificateSubjectName></CertificateSearchRequest>"
    )
    assert asked[1].endswith(
        b"<CertificateDataRequest><CertificateSerial>000000000000000000000000000000AB"
        b"</CertificateSerial></CertificateDataRequest>"
    )
    assert b"<CertificateSubjectAltName>a&amp;&lt;" in device_search("a&<")
    assert (exchange.credential, exchange.outcome) == ("amber", "HTTP 200 OK")


def test_octets_method_query_and_headers_can_be_anything(service_for: ServiceFor) -> None:
    asked = Asked()
    service = service_for(asked)
    hostile = b"\xff<!DOCTYPE a>\0"
    exchange = service.send(
        RepositoryRequest(
            "services/other",
            hostile,
            query="apikey=1&apikey=2;'--",
            method="PUT",
            content_type=None,
            headers=(("X-API-Key", "none"),),
        )
    )
    assert first_line(asked[0]) == "PUT /base/services/other?apikey=1&apikey=2;'-- HTTP/1.1"
    assert asked[0].endswith(b"\r\n\r\n" + hostile)
    assert b"content-type" not in asked[0].lower()
    assert b"X-API-Key: none" in asked[0]
    assert exchange.request_body == hostile


def test_whose_api_key_is_sent(service_for: ServiceFor) -> None:
    asked = Asked()
    service = service_for(asked)
    exchanges = [
        service.search(BODY, None),
        service.search(BODY, AMBER, api_key="another"),
        service.search(BODY, AMBER, api_key=""),
        service.search(BODY, Account("none", (), "valid")),
    ]
    assert [first_line(each).split()[1].partition("?")[2] for each in asked] == [
        "",
        "apikey=another",
        "apikey=",
        "",
    ]
    assert [exchange.credential for exchange in exchanges] == [None, None, None, "none"]


def test_an_api_key_reaches_no_record(
    service_for: ServiceFor, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")

    def echo(connection: socket.socket) -> None:
        octets = read_request(connection)
        connection.sendall(response(octets, headers=f"X-Echo: {first_line(octets)}\r\n"))

    service = service_for(echo)
    service.search(BODY, AMBER)
    silent = service_for(lambda connection: read_request(connection) and None)
    failed = silent.search(BODY, AMBER)
    assert failed.failure is not None
    assert failed.failure.kind is FailureKind.CLOSED
    recorded = [*service.recorder.take(), *silent.recorder.take()]
    wrong = requests.utils.quote("wrong-canary")
    service_for(echo).search(BODY, AMBER, api_key=wrong)
    text = repr(recorded) + caplog.text + repr(capsys.readouterr()) + repr(AMBER)
    for form in (API_KEY, "canary%2Fkey", wrong):
        assert form not in text
    assert text.count("[redacted]") >= 4


def test_a_connection_that_the_server_has_closed_is_made_anew(service_for: ServiceFor) -> None:
    times: list[bytes] = []

    def once(connection: socket.socket) -> None:
        times.append(read_request(connection))
        connection.sendall(response(b"<a/>"))

    service = service_for(once)
    outcomes = [service.search(BODY, AMBER).outcome for _ in range(300)]  # the close may come at any moment
    assert set(outcomes) == {"HTTP 200 OK"}
    failures = {exchange.failure and exchange.failure.kind for exchange in service.recorder.take()}
    assert failures <= {None, FailureKind.CLOSED}
    assert len(times) >= 300
