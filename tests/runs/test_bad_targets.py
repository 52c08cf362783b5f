"""A target that is absent, strange or hostile: the run goes on, ends, and says so."""

from __future__ import annotations

import socket
import threading

import pytest

from tests.runs.conftest import RunAgainst
from tests.support.servers import read_request, response

CONFORMANT, NOT_CONFORMANT, USAGE, INCONCLUSIVE = 0, 1, 4, 5
ACCEPTED = "AHW-P03"
CHAIN = "TLS-P03"


def answering(octets: bytes):
    def answer(connection: socket.socket) -> None:
        while read_request(connection):
            connection.sendall(octets)

    return answer


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("https://127.0.0.1:9/1.0/AdHoc", "no TCP connection"),
        ("https://no-such-host.invalid/1.0/AdHoc", "does not resolve"),
    ],
)
def test_a_target_that_is_not_there(run_against: RunAgainst, url: str, reason: str) -> None:
    outcome = run_against(url)
    assert outcome.status == INCONCLUSIVE
    assert outcome.verdicts() == {"INCONCLUSIVE", "NOT RUN", "NOT APPLICABLE"}
    assert reason in outcome.scenario(ACCEPTED)["reason"]
    assert outcome.last_line.startswith("INCONCLUSIVE: 0 requirements proved")
    assert "Traceback" not in outcome.output
    assert (outcome.folder / "index.html").exists()
    assert (outcome.folder / "junit.xml").exists()


def test_a_target_that_speaks_plain_http(run_against: RunAgainst) -> None:
    outcome = run_against(answering(response(b"hello", "400 Bad Request")), tls=False)
    assert outcome.status == INCONCLUSIVE
    assert outcome.scenario(ACCEPTED)["verdict"] == "INCONCLUSIVE"
    assert outcome.scenario(CHAIN)["verdict"] == "INCONCLUSIVE"
    assert "Traceback" not in outcome.output


def test_a_target_with_an_untrusted_certificate(run_against: RunAgainst) -> None:
    outcome = run_against(answering(response(b"<x/>")), trusted=False)
    assert outcome.status == NOT_CONFORMANT
    assert outcome.scenario(ACCEPTED)["verdict"] == "INCONCLUSIVE"
    assert "not trusted" in outcome.scenario(ACCEPTED)["reason"]
    chain = outcome.scenario(CHAIN)
    assert chain["verdict"] == "FAIL"
    assert {finding["requirement"] for finding in chain["findings"]} >= {"M-2.4.EST-b"}


def test_a_credential_that_is_refused_outright(run_against: RunAgainst) -> None:
    outcome = run_against(answering(response(b"go away", "403 Forbidden")))
    assert outcome.scenario(ACCEPTED)["verdict"] == "INCONCLUSIVE"
    assert "refuses the credential 'supplier'" in outcome.scenario(ACCEPTED)["reason"]


HTML = b"<!DOCTYPE html><html><body><script>alert(1)</script>Oops</body></html>"


@pytest.mark.parametrize(
    ("octets", "observed"),
    [
        (response(b"", "500 Internal Server Error"), "0 octets"),
        (response(HTML, headers="Content-Type: text/html\r\n"), ""),
        (response(b""), "0 octets"),
        (response(b"<DeviceCertificateSigningResponse>\xff\xfe</DeviceCertificateSigningResponse>"), "UTF-8"),
        (
            b"HTTP/1.1 200 OK\r\nContent-Length: 1000000000\r\n\r\n" + b"A" * 300_000,
            "larger than the size limit",
        ),
        (b"\x00\xff\x00\xff\r\n\r\n", "not HTTP"),
    ],
    ids=["500", "HTML", "empty body", "invalid UTF-8", "1 GB", "no HTTP"],
)
def test_an_answer_that_is_none_is_a_finding(run_against: RunAgainst, octets: bytes, observed: str) -> None:
    outcome = run_against(answering(octets))
    scenario = outcome.scenario(ACCEPTED)
    assert scenario["verdict"] in ("FAIL", "INCONCLUSIVE")
    said = scenario["reason"] + "".join(finding["observed"] for finding in scenario["findings"])
    assert observed in said
    assert outcome.status in (NOT_CONFORMANT, INCONCLUSIVE)
    assert outcome.results["run"]["complete"] is True
    assert "Traceback" not in outcome.output
    assert "the harness failed" not in outcome.output
    assert b"<script>alert(1)" not in (outcome.folder / "index.html").read_bytes()


def test_an_answer_that_never_comes(run_against: RunAgainst) -> None:
    stop = threading.Event()

    def answer(connection: socket.socket) -> None:
        read_request(connection)
        stop.wait(20)

    outcome = run_against(answer, "-k", "AHW", seconds=0.5)
    stop.set()
    assert outcome.scenario(ACCEPTED)["verdict"] == "INCONCLUSIVE"
    assert "no complete response within the time limit" in outcome.scenario(ACCEPTED)["reason"]


def test_an_entity_bomb_in_the_answer_is_a_finding(run_against: RunAgainst) -> None:
    levels = "".join(f'<!ENTITY x{n} "{f"&x{n - 1};" * 10}">' for n in range(1, 10))
    root = "DeviceCertificateSigningResponse"
    bomb = f'<!DOCTYPE {root} [<!ENTITY x0 "boom">{levels}]><{root}>&x9;</{root}>'
    outcome = run_against(answering(response(bomb.encode())), "-k", ACCEPTED)
    assert outcome.scenario(ACCEPTED)["verdict"] == "FAIL"
    assert outcome.status == NOT_CONFORMANT


def test_a_mistake_in_the_target_file_is_one_line(run_against: RunAgainst) -> None:
    outcome = run_against("http://127.0.0.1/1.0/AdHoc")
    assert outcome.status == USAGE
    assert "target.toml" in outcome.output
    assert "https" in outcome.output
    assert "Traceback" not in outcome.output
    assert not outcome.folder.exists()
