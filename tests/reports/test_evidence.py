from __future__ import annotations

import base64
import hashlib
import shlex
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clients.exchange import Exchange, Spool
from clients.recorder import Screenshot
from reports import records, transcript
from reports.evidence import BODIES, INLINE_OCTETS, Evidence, command, curl, file_name, printable_text
from reports.model import Verdict
from tests.reports.sample import URL, exchange, scenario, screenshot, target


def record(directory: Path, item: Exchange, verdict: Verdict = Verdict.PASS) -> dict[str, Any]:
    return Evidence(directory).of(scenario("AHW-N01", verdict=verdict, exchanges=[item]))[0]


def test_an_exchange_as_plain_data(tmp_path: Path) -> None:
    data = record(tmp_path, exchange(b"<a/>", "<b>é</b>\r\n".encode()))
    assert data["request"] == {
        "method": "POST",
        "url": URL,
        "headers": [
            ["Content-Type", "application/xml;charset=UTF-8"],
            ["Accept", "application/xml"],
            ["Content-Length", "4"],
        ],
        "body": {
            "size": 4,
            "sha256": hashlib.sha256(b"<a/>").hexdigest(),
            "encoding": "utf-8",
            "data": "<a/>",
            "whole": True,
        },
    }
    assert data["response"]["body"]["data"] == "<b>é</b>\r\n"
    assert (data["credential"], data["outcome"], data["number"]) == ("import-supplier", "HTTP 200 OK", 1)
    assert data["started_at"] == "2026-11-22T16:40:12+00:00"
    assert data["curl"] is None
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "body", [b"\xff\xfe", b"a\x00b", b"\x1b[31mred", "\u202eabc".encode(), b"\xed\xa0\x80"]
)
def test_a_body_that_is_no_plain_text_is_base64(tmp_path: Path, body: bytes) -> None:
    held = record(tmp_path, exchange(response=body))["response"]["body"]
    assert held["encoding"] == "base64"
    assert base64.b64decode(held["data"]) == body


def test_server_certificates_are_kept_once(tmp_path: Path) -> None:
    evidence = Evidence(tmp_path)
    items = evidence.of(scenario(exchanges=[exchange(), exchange()]))
    digest = hashlib.sha256(b"0" * 900).hexdigest()
    assert {item["tls"]["server_certificate"] for item in items} == {digest}
    assert evidence.certificates == {digest: base64.b64encode(b"0" * 900).decode()}


@pytest.mark.parametrize("letter", ["a", "é", "\x00"])
def test_a_long_body_is_a_file_and_stands_cut(tmp_path: Path, letter: str) -> None:
    body = b"<" + letter.encode() * INLINE_OCTETS
    held = record(tmp_path, exchange(response=body))["response"]["body"]
    assert held["size"] == len(body)
    assert held["whole"] is False
    assert (tmp_path / held["file"]).read_bytes() == body
    inline = held["data"].encode() if held["encoding"] == "utf-8" else base64.b64decode(held["data"])
    assert body.startswith(inline)
    assert INLINE_OCTETS - 4 <= len(inline) <= INLINE_OCTETS


def test_a_body_of_just_the_limit_is_whole(tmp_path: Path) -> None:
    held = record(tmp_path, exchange(response=b"a" * INLINE_OCTETS))["response"]["body"]
    assert held["whole"] is True
    assert "file" not in held


@pytest.mark.parametrize("verdict", [Verdict.FAIL, Verdict.INCONCLUSIVE])
def test_an_unsettled_scenario_keeps_its_requests_to_send_again(tmp_path: Path, verdict: Verdict) -> None:
    one = scenario(
        "AHW-N07", row="P-384", verdict=verdict, exchanges=[exchange(b"one"), exchange(b"two\x00")]
    )
    items = Evidence(tmp_path).of(one)
    folder = f"evidence/{file_name('AHW-N07[P-384]')}"
    assert [item["request"]["body"]["file"] for item in items] == [
        f"{folder}/1-request.bin",
        f"{folder}/2-request.bin",
    ]
    assert (tmp_path / folder / "2-request.bin").read_bytes() == b"two\x00"
    assert f"@{folder}/1-request.bin" in items[0]["curl"]


def test_failures_and_answers_below_http(tmp_path: Path) -> None:
    silent = record(tmp_path, exchange(response=None))
    assert silent["failure"] == {"kind": "TIMED_OUT", "detail": "limit 5 s"}
    assert silent["response"] is None
    probe = exchange(response=None, failure=None, answer="alert handshake_failure", answer_octets=b"\x15\x03")
    data = record(tmp_path, probe, Verdict.FAIL)
    assert data["answer"]["text"] == data["outcome"] == "alert handshake_failure"
    assert data["answer"]["octets"]["size"] == 2
    assert data["curl"] is None


def test_curl_has_placeholders_and_the_headers_of_the_request() -> None:
    words = shlex.split(curl(exchange(b"x"), "evidence/A/1-request.bin") or "")
    assert words == [
        *("curl", "--tlsv1.2", "--tls-max", "1.2", "--cacert", "ANCHORS", "--cert", "CERT", "--key", "KEY"),
        *("--request", "POST", "--header", "Content-Type: application/xml;charset=UTF-8"),
        *("--header", "Accept: application/xml", "--data-binary", "@evidence/A/1-request.bin", URL),
    ]


def test_curl_without_credential_body_or_content_type() -> None:
    bare = exchange(b"", credential=None, method="GET", request_headers=(("X-Empty", ""),))
    assert shlex.split(curl(bare, "f") or "")[6:] == ["--request", "GET", "--header", "X-Empty;", URL]
    untyped = exchange(b"x", request_headers=())
    assert "--header Content-Type: " in (curl(untyped, "f") or "") or "Content-Type:" in (
        curl(untyped, "f") or ""
    )


@given(st.text(max_size=40), st.text(min_size=1, max_size=40))
def test_curl_quotes_whatever_the_request_held(value: str, path: str) -> None:
    item = exchange(b"x", url=f"https://host/{path}", request_headers=(("X-Odd", f"-{value}"),))
    words = shlex.split(curl(item, "f") or "")
    assert f"X-Odd: -{value}" in words
    assert words[-1] == f"https://host/{path}"


@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed")
def test_curl_accepts_the_command(tmp_path: Path) -> None:
    words = shlex.split(curl(exchange(b"x", credential=None, url="https://127.0.0.1:9/"), "f") or "")
    (tmp_path / "f").write_bytes(b"x")
    words[words.index("ANCHORS")] = "/etc/ssl/certs/ca-certificates.crt"
    done = subprocess.run(words, cwd=tmp_path, capture_output=True, text=True, timeout=30)
    assert done.returncode in (7, 77), done.stderr  # no connection, or no such file of anchors


def test_command_runs_the_scenario_again() -> None:
    one = scenario("AHW-N07", row="P-384")
    assert command(one, target()) == 'python3 smki.py run -k "AHW-N07"'
    assert command(one, target(file="my/ra.toml")) == 'python3 smki.py run --target my/ra.toml -k "AHW-N07"'
    assert '--target "my ra.toml"' in command(one, target(file="my ra.toml"))


RESERVED = (
    "con",
    "nul",
    "aux",
    "..",
    ".",
    "",
    "a/b",
    "a\\b",
    "a:b",
    "a*b",
    "trailing.",
    "trailing ",
    "CON-",
    "\ud800",
)


@pytest.mark.parametrize("key", RESERVED)
def test_names_that_systems_refuse_are_changed(key: str) -> None:
    assert file_name(key) != key
    assert file_name(key).upper() not in ("CON", "NUL", "AUX", "PRN", "COM1", "LPT1")


@given(st.text(max_size=200))
def test_file_names_are_safe_everywhere(key: str) -> None:
    name = file_name(key)
    assert 0 < len(name) <= 80
    assert name.isascii()
    assert set(name) <= set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_")


def test_two_keys_never_share_a_name() -> None:
    keys = ["AHW-N07", "AHW-N07[a]", "AHW-N07[A]", "AHW-N07(a)", "AHW-N07[" + "x" * 90, "AHW-N07[" + "x" * 91]
    assert len({file_name(key).lower() for key in keys}) == len(keys)
    assert file_name("AHW-N07") == "AHW-N07"


@given(st.binary(max_size=60))
def test_printable_text_is_the_octets_or_nothing(octets: bytes) -> None:
    text = printable_text(octets)
    assert text is None or text.encode() == octets


@pytest.fixture
def spooled(tmp_path: Path) -> Exchange:
    file = tmp_path / BODIES / "1.bin"
    file.parent.mkdir(parents=True)
    file.write_bytes(b"<a/>" * 300_000)
    spool = Spool(file, 20_000_000, "ab" * 32)
    one = exchange(b"<a/>" * 5000, b"<b/>" * 5000, request_spool=spool)
    assert one.response is not None
    return replace(one, response=replace(one.response, spool=spool))


def test_a_body_in_a_file_of_its_own_is_not_copied(tmp_path: Path, spooled: Exchange) -> None:
    judged = scenario(verdict=Verdict.FAIL, exchanges=[spooled])
    (data,) = Evidence(tmp_path).of(judged)
    for body in (data["request"]["body"], data["response"]["body"]):
        assert (body["size"], body["sha256"], body["whole"]) == (20_000_000, "ab" * 32, False)
        assert len(body["data"]) == INLINE_OCTETS
        assert body["file"] == "evidence/bodies/1.bin"
    assert "--data-binary @evidence/bodies/1.bin" in data["curl"]
    assert [file.name for file in tmp_path.rglob("*.bin")] == ["1.bin"]
    assert transcript.exchanges([spooled]).count("of 20,000,000 octets]") == 2


@pytest.mark.parametrize("where", ["deleted", "elsewhere"])
def test_a_large_body_that_was_not_kept_stands_cut_with_its_size(
    tmp_path: Path, spooled: Exchange, where: str
) -> None:
    assert spooled.request_spool is not None
    folder = tmp_path
    if where == "deleted":
        spooled.request_spool.path.unlink()
    else:
        folder = tmp_path / "run"
    (data,) = Evidence(folder).of(scenario(verdict=Verdict.FAIL, exchanges=[spooled]))
    for body in (data["request"]["body"], data["response"]["body"]):
        assert (body["size"], body["sha256"], body["whole"]) == (20_000_000, "ab" * 32, False)
        assert (body["kept"], "file" in body) == (False, False)
    assert data["curl"] is None


def test_screenshots_are_files_but_those_that_show_a_secret(tmp_path: Path) -> None:
    shots = [screenshot(), Screenshot("not kept", b"")]
    one = scenario("PGO-P60", exchanges=[exchange()], screenshots=shots)
    data = records.record(one, target(), Evidence(tmp_path))["screenshots"]
    file = "evidence/PGO-P60/screen-01.png"
    assert data == [{"title": "Start: HTTP 200 OK", "file": file}, {"title": "not kept", "file": None}]
    assert (tmp_path / file).read_bytes() == shots[0].png
    assert len(list((tmp_path / "evidence" / "PGO-P60").glob("screen*"))) == 1


def test_evidence_of_an_earlier_execution_goes(tmp_path: Path) -> None:
    evidence = Evidence(tmp_path)
    evidence.of(scenario(verdict=Verdict.FAIL, exchanges=[exchange(), exchange()]))
    evidence.of(scenario(verdict=Verdict.FAIL, exchanges=[exchange()]))
    assert [file.name for file in tmp_path.rglob("*.bin")] == ["1-request.bin"]
    evidence.of(scenario(verdict=Verdict.PASS, exchanges=[exchange()]))
    assert list(tmp_path.rglob("*.bin")) == []
