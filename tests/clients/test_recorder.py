"""What the recorder keeps, and that no planted secret is in it."""

from __future__ import annotations

import base64
from dataclasses import replace
from datetime import UTC, datetime
from urllib.parse import quote

import pytest

from clients.exchange import Exchange, Failure, FailureKind, Response
from clients.recorder import REDACTED, Recorder, Redactor

SECRET = "canary/£ secret+value"


def exchange() -> Exchange:
    return Exchange(
        interface="adhoc",
        credential="import-supplier",
        method="POST",
        url="https://ra.example/services",
        request_headers=(("Content-Type", "application/xml"),),
        request_body=b"<a/>",
        started_at=datetime(2026, 1, 1, tzinfo=UTC),
        seconds=0.1,
        response=Response(200, "OK", (("Server", "x"),), b"<b/>"),
    )


FORMS = [SECRET, quote(SECRET, safe=""), base64.b64encode(SECRET.encode()).decode()]


@pytest.mark.parametrize("form", FORMS)
def test_a_known_secret_is_found_wherever_it_stands(form: str) -> None:
    real = exchange()
    planted = replace(
        real,
        url=f"https://ra.example/?q={form}&x=1",
        request_headers=(("X-Custom", form),),
        request_body=b"before " + form.encode() + b" after",
        response=Response(200, f"OK {form}", (("X-Back", form),), b"<b>" + form.encode() + b"</b>"),
        answer=f"got {form}",
        answer_octets=form.encode(),
    )
    recorder = Recorder(Redactor([SECRET]))
    assert recorder.record(planted) is planted
    recorder.record(replace(real, response=None, failure=Failure(FailureKind.CLOSED, form)))
    kept = repr(recorder.take())
    for canary in FORMS:
        assert canary not in kept
    assert "before [redacted] after" in kept
    assert "x=1" in kept


def test_what_is_secret_by_its_kind_is_found_without_being_known() -> None:
    key = "-----BEGIN RSA PRIVATE KEY-----\ncanary\n-----END RSA PRIVATE KEY-----"
    planted = replace(
        exchange(),
        url="https://ra.example/services?apikey=canary-1&serial=12",
        request_headers=(("Authorization", "Basic canary-2"), ("Cookie", "session=canary-3")),
        request_body=f"text {key} more".encode(),
        response=Response(200, "OK", (("Set-Cookie", "canary-4"),), b"/?password=canary-5#x"),
    )
    kept = repr(Redactor().exchange(planted))
    assert "canary" not in kept
    assert "serial=12" in kept
    assert "more" in kept
    assert kept.count(REDACTED) == 6


def test_a_private_key_that_is_cut_off_is_found() -> None:
    assert Redactor().octets(b"x -----BEGIN PRIVATE KEY-----\nMIIcanary") == b"x [redacted]"


def test_what_holds_no_secret_is_kept_octet_for_octet() -> None:
    octets = bytes(range(256)) * 4
    assert Redactor([SECRET]).octets(octets) is octets or Redactor([SECRET]).octets(octets) == octets
    assert Redactor([SECRET]).exchange(exchange()) == exchange()


def test_a_very_short_secret_does_not_blank_everything() -> None:
    assert Redactor(["a"]).text("banana") == "banana"


def test_taking_empties_the_recorder() -> None:
    recorder = Recorder(Redactor())
    recorder.record(exchange())
    assert len(recorder.take()) == 1
    assert recorder.take() == []
