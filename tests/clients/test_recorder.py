"""What the recorder keeps, and that no planted secret is in it."""

from __future__ import annotations

import base64
import time
from dataclasses import replace
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

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


def test_a_secret_that_is_made_later_is_hidden_from_then_on() -> None:
    redactor = Redactor(["given-before"])
    assert redactor.text("made-later") == "made-later"
    redactor.hide("made later+x")
    assert redactor.text("a=made+later%2Bx&b=made%20later%2Bx given-before") == (
        f"a={REDACTED}&b={REDACTED} {REDACTED}"
    )
    redactor.hide("abc")
    assert redactor.text("abc") == "abc"


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


def test_no_picture_is_kept_of_a_page_that_shows_a_secret() -> None:
    recorder = Recorder(Redactor([SECRET]))
    recorder.show("Start", "nothing", b"picture")
    recorder.show(f"Page of {SECRET}", f"it is {SECRET}", b"picture")
    first, second = recorder.take_screenshots()
    assert (first.title, first.png) == ("Start", b"picture")
    assert second.png == b""
    assert SECRET not in second.title
    assert recorder.take_screenshots() == []


def test_taking_empties_the_recorder() -> None:
    recorder = Recorder(Redactor())
    recorder.record(exchange())
    assert len(recorder.take()) == 1
    assert recorder.take() == []


ALPHABET = [SECRET.encode(), b"?token=", b"&", b"abc", b" ", b"<x a='", b"-----BEGIN PRIVATE KEY-----",
            b"-----END PRIVATE KEY-----", base64.b64encode(SECRET.encode()), b"x" * 300, b"\xff"]  # fmt: skip


@given(
    st.lists(st.sampled_from(ALPHABET), max_size=12), st.lists(st.integers(0, 2000), max_size=6, unique=True)
)
def test_a_stream_is_redacted_alike_wherever_it_is_cut(parts: list[bytes], cuts: list[int]) -> None:
    octets = b"".join(parts)
    bounds = [0, *sorted(cut for cut in cuts if cut < len(octets)), len(octets)]
    pieces = [octets[start:end] for start, end in pairwise(bounds)]
    redactor = Redactor([SECRET])
    whole = b"".join(redactor.pieces([octets]))
    assert b"".join(redactor.pieces(pieces)) == whole
    assert not any(form.encode() in whole for form in FORMS)


@pytest.mark.parametrize("at", [0, 1, 1_048_576 - 10, 1_048_576, 2 * 1_048_576 - 1, 3_000_000])
@pytest.mark.parametrize("form", FORMS)
def test_a_secret_is_taken_out_of_a_file_wherever_it_stands(tmp_path: Path, at: int, form: str) -> None:
    file = tmp_path / "1.bin"
    file.write_bytes(b"a" * at + form.encode() + b"b" * 100)
    assert Redactor([SECRET]).file(file)
    assert file.read_bytes() == b"a" * at + b"[redacted]" + b"b" * 100
    assert list(tmp_path.iterdir()) == [file]


def test_a_file_without_a_secret_is_not_touched(tmp_path: Path) -> None:
    file = tmp_path / "1.bin"
    file.write_bytes(bytes(range(256)) * 10_000)
    before = file.stat()
    assert not Redactor([SECRET]).file(file)
    assert (file.stat().st_ino, file.stat().st_mtime_ns) == (before.st_ino, before.st_mtime_ns)


def test_many_secrets_in_a_file_take_no_longer_than_few(tmp_path: Path) -> None:
    file = tmp_path / "1.bin"
    file.write_bytes((SECRET.encode() + b" ") * 100_000)
    start = time.perf_counter()
    assert Redactor([SECRET]).file(file)
    assert time.perf_counter() - start < 10
    assert file.read_bytes() == b"[redacted] " * 100_000


def test_a_file_that_cannot_be_replaced_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "1.bin"
    file.write_bytes(SECRET.encode())

    def full(*_: object) -> None:
        raise OSError("disk full")

    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(OSError, match="disk full"):
        Redactor([SECRET]).file(file)
    assert list(tmp_path.iterdir()) == [file]
