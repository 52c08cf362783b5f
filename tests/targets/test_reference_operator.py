"""The reference RA's operator speaks to its management port as agreed, and says what went wrong."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from clients.operator import CAPABILITIES, Operator, OperatorError
from targets.model import OperatorConfig
from targets.plugins import PluginError, load_class, make_operator
from targets.problems import TargetError
from targets.reference_operator import ReferenceOperator

DEVICE = bytes.fromhex("00DB1234567890A0")


class Port:
    """A stand-in for the management port: keeps what it was asked, and answers what it was told."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, str, Any]] = []
        self.status, self.answer = 200, b"{}"
        port = self

        class Handler(BaseHTTPRequestHandler):
            def respond(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                port.asked.append((self.command, self.path, json.loads(body) if body else None))
                self.send_response(port.status)
                self.send_header("Content-Length", str(len(port.answer)))
                self.end_headers()
                self.wfile.write(port.answer)

            do_GET = do_POST = respond

            def log_message(self, *_: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"


@pytest.fixture
def port(monkeypatch: pytest.MonkeyPatch) -> Iterator[Port]:
    # A proxy that is not there: nothing of the environment may be used.
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    monkeypatch.delenv("no_proxy", raising=False)
    port = Port()
    thread = threading.Thread(target=port.server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield port
    port.server.shutdown()
    port.server.server_close()
    thread.join()


def test_it_has_every_capability(port: Port) -> None:
    assert ReferenceOperator({"url": port.url}).capabilities == set(CAPABILITIES)


def test_requests_are_as_agreed(port: Port) -> None:
    operator = ReferenceOperator({"url": port.url + "/"})
    operator.seed_device(DEVICE, 99, "keyAgreement")
    operator.advance_clock(timedelta(minutes=5))
    port.answer = b'{"certificates": 99, "count": 3, "now": "2026-01-02T03:04:05Z"}'
    assert operator.certificates_issued(DEVICE) == 99
    assert operator.organisation_certificates_issued(DEVICE) == 99
    assert operator.rejections_logged() == 3
    assert operator.now() == datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
    seed = {"device_id": "00-DB-12-34-56-78-90-A0", "certificates": 99, "key_usage": "keyAgreement"}
    assert port.asked == [
        ("POST", "/devices", seed),
        ("POST", "/clock", {"advance_seconds": 300.0}),
        ("GET", "/devices/00-DB-12-34-56-78-90-A0", None),
        ("GET", "/organisations/00-DB-12-34-56-78-90-A0", None),
        ("GET", "/rejections", None),
        ("GET", "/clock", None),
    ]


def test_requests_about_batches_and_eligibility_are_as_agreed(port: Port) -> None:
    operator = ReferenceOperator({"url": port.url})
    operator.reject_batch(7)
    operator.tamper_with_batch(8)
    operator.set_eligibility(DEVICE, "02", True)
    operator.set_eligibility(DEVICE, "03", False)
    device = "/devices/00-DB-12-34-56-78-90-A0/provisioning-state"
    assert port.asked == [
        ("POST", "/batches/7/reject", None),
        ("POST", "/batches/8/tamper", None),
        ("POST", "/provisioning-states", {"state": "for role 02", "remote_party_roles": ["02"]}),
        ("POST", device, {"state": "for role 02"}),
        ("POST", "/provisioning-states", {"state": "for no role", "remote_party_roles": []}),
        ("POST", device, {"state": "for no role"}),
    ]


def test_requests_about_the_repository_are_as_agreed(port: Port) -> None:
    operator = ReferenceOperator({"url": port.url})
    port.answer = b'{"username": "new", "password": "canary-1", "serial": "0000000000000000000000000000AB01"}'
    assert operator.make_repository_account() == ("new", "canary-1")
    assert operator.reset_repository_password("a/b c") == "canary-1"
    operator.unlock_repository_account("new")
    assert operator.organisation_certificate_with_status(DEVICE, "E") == 0xAB01
    operator.revoke_organisation_certificate(0xAB01)
    assert port.asked == [
        ("POST", "/repository/accounts", None),
        ("POST", "/repository/accounts/a%2Fb%20c/reset", None),
        ("POST", "/repository/accounts/new/unlock", None),
        ("POST", "/repository/certificates", {"eui64": "00-DB-12-34-56-78-90-A0", "status": "E"}),
        ("POST", "/repository/certificates/0000000000000000000000000000AB01/revoke", None),
    ]


@pytest.mark.parametrize("answer", [b'{"password": "canary-1"}', b'{"username": "", "password": "canary-1"}'])
def test_an_account_without_a_name_is_told_without_its_password(port: Port, answer: bytes) -> None:
    port.answer = answer
    with pytest.raises(OperatorError, match="without a text 'username'") as caught:
        ReferenceOperator({"url": port.url}).make_repository_account()
    assert "canary" not in str(caught.value)


def test_a_serial_number_that_is_none(port: Port) -> None:
    port.answer = b'{"serial": "xyz"}'
    with pytest.raises(OperatorError, match="the serial number 'xyz'"):
        ReferenceOperator({"url": port.url}).organisation_certificate_with_status(DEVICE, "E")


def test_an_operator_refuses_what_it_cannot() -> None:
    operator = Operator({})
    for ask in (
        lambda: operator.reject_batch(1),
        lambda: operator.tamper_with_batch(1),
        lambda: operator.set_eligibility(DEVICE, "02", True),
        lambda: operator.make_repository_account(),
        lambda: operator.reset_repository_password("a"),
        lambda: operator.unlock_repository_account("a"),
        lambda: operator.revoke_organisation_certificate(1),
        lambda: operator.organisation_certificate_with_status(DEVICE, "E"),
    ):
        with pytest.raises(OperatorError, match="Operator cannot "):
            ask()


@pytest.mark.parametrize(
    ("status", "answer", "expected"),
    [
        (400, b'{"error": "no such thing"}', "refused GET /rejections: no such thing"),
        (500, b"{}", "refused GET /rejections: Internal Server Error"),
        (302, b"{}", "refused GET /rejections"),
        (200, b"<html>", "management port"),
        (200, b"[]", "something else than an object"),
        (200, b'{"count": true}', "without a number 'count'"),
        (200, b"", "without a number 'count'"),
    ],
)
def test_an_answer_that_is_no_answer(port: Port, status: int, answer: bytes, expected: str) -> None:
    port.status, port.answer = status, answer
    with pytest.raises(OperatorError, match=expected):
        ReferenceOperator({"url": port.url}).rejections_logged()


def test_a_clock_that_tells_no_time(port: Port) -> None:
    port.answer = b'{"now": "noon"}'
    with pytest.raises(OperatorError, match="clock reads 'noon'"):
        ReferenceOperator({"url": port.url}).now()


def test_nobody_there() -> None:
    with pytest.raises(OperatorError, match="management port"):
        ReferenceOperator({"url": "http://127.0.0.1:9"}).rejections_logged()


@pytest.mark.parametrize("options", [{}, {"url": 3}, {"url": "127.0.0.1:9"}, {"url": "http://h", "ulr": 1}])
def test_options_that_it_does_not_take(options: dict[str, Any]) -> None:
    config = OperatorConfig("targets.reference_operator:ReferenceOperator", options)
    with pytest.raises(TargetError, match=r"operator\.options: .*ReferenceOperator does not take them: "):
        make_operator(config)


def test_an_operator_is_made_with_its_options() -> None:
    operator = make_operator(OperatorConfig("clients.operator:Operator", {"a": 1}))
    assert type(operator) is Operator
    assert operator.options == {"a": 1}


def test_a_plugin_that_cannot_be_made() -> None:
    with pytest.raises(TargetError, match=r"operator\.plugin = nowhere:Class: cannot be imported"):
        make_operator(OperatorConfig("nowhere:Class", {}))


@pytest.mark.parametrize("spec", ["", "a", ":A", "a:", "a:B:C", "a b:C", "a.:C", "a:B.C", "../a:B"])
def test_the_form_of_a_plugins_name(spec: str) -> None:
    with pytest.raises(PluginError, match="not of the form module:Class"):
        load_class(spec)
