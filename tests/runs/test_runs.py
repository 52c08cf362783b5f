"""What a run says and writes: selection, exit status, interruption, another client, and no secrets."""

from __future__ import annotations

import base64
import os
import signal
import socket
import subprocess
import sys
import threading
import time
import xml.etree.ElementTree as ElementTree
from pathlib import Path
from urllib.parse import quote

import pytest
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from targets.model import Target
from tests.runs.conftest import ROOT, RunAgainst, command, run_suite
from tests.support.browsers import has_browser
from tests.support.servers import read_request, response
from tests.targets.pki import PASSWORD

CONFORMANT, INTERRUPTED, USAGE, INCONCLUSIVE = 0, 2, 4, 5


def test_a_whole_run_against_the_reference_ra(reference: Target, tmp_path: Path) -> None:
    outcome = run_suite(reference.path, tmp_path)
    assert outcome.status == CONFORMANT
    assert outcome.last_line.startswith("CONFORMANT: ")
    not_passed = {key for key, each in outcome.executed.items() if each["verdict"] != "PASS"}
    needing = {key for key, each in outcome.executed.items() if "browser" in each["needs"]}
    assert not_passed == (set() if has_browser() else needing)
    assert outcome.results["run"]["complete"] is True
    cases = ElementTree.parse(tmp_path / "junit.xml").getroot().iter("testcase")
    properties = {item.get("name"): item.get("value") for case in cases for item in case.iter("property")}
    assert {"id", "requirement", "verdict"} <= set(properties)
    assert list((tmp_path / "allure").glob("*-result.json"))


def test_a_part_of_the_scenarios_is_never_conformant(reference: Target, tmp_path: Path) -> None:
    outcome = run_suite(reference.path, tmp_path, "-k", "AHW-P03")
    assert outcome.status == INCONCLUSIVE
    assert outcome.scenario("AHW-P03")["verdict"] == "PASS"
    assert "not selected" in outcome.last_line


@pytest.mark.parametrize(
    "options", [["-k", "not AHW-N15"], ["features/transport"], ["--deselect", "features/transport"]]
)
def test_leaving_some_out_is_never_conformant(
    web_services: Target, tmp_path: Path, options: list[str]
) -> None:
    outcome = run_suite(web_services.path, tmp_path, *options)
    assert outcome.status == INCONCLUSIVE
    assert "not selected" in outcome.last_line
    assert len(outcome.results["scenarios"]) == len({each["key"] for each in outcome.results["scenarios"]})


def test_reports_that_cannot_be_written_are_a_usage_error(reference: Target, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    outcome = run_suite(reference.path, tmp_path / "file" / "out")
    assert outcome.status == USAGE
    assert "the folder for the reports cannot be made" in outcome.output
    assert "Traceback" not in outcome.output


def test_a_run_that_executes_nothing_is_never_green(reference: Target, tmp_path: Path) -> None:
    outcome = run_suite(reference.path, tmp_path, "-k", "no_such_scenario")
    assert outcome.status == INCONCLUSIVE
    assert "0 requirements proved" in outcome.last_line


def test_a_format_that_there_is_not_is_a_usage_error(reference: Target, tmp_path: Path) -> None:
    outcome = run_suite(reference.path, tmp_path / "out", "--formats=html,pdf")
    assert outcome.status == USAGE
    assert "pdf is none of html, junit, allure, none" in outcome.output


def test_scenarios_are_found_by_requirement(reference: Target, tmp_path: Path) -> None:
    outcome = run_suite(reference.path, tmp_path, "-k", "S-2")
    executed = {each["id"] for each in outcome.results["scenarios"] if not each["deselected"]}
    assert executed == {"AHW-N31", "BWS-N60", "PGO-N32"}


def test_an_interface_that_is_not_claimed_is_not_applicable(web_services: Target, tmp_path: Path) -> None:
    text = web_services.path.read_text(encoding="utf-8")
    assert 'interfaces = ["adhoc", "batch"]' in text
    text = text.replace('interfaces = ["adhoc", "batch"]', 'interfaces = ["repository-web-service"]')
    target = web_services.path.with_name("claims-another.toml")
    endpoint = '[endpoints.repository-web-service]\nurl = "https://ra.invalid/"\n'
    target.write_text(text + endpoint, encoding="utf-8")
    outcome = run_suite(target, tmp_path, "--deselect=features/repository")
    assert outcome.status == INCONCLUSIVE
    verdicts = {each["verdict"] for each in outcome.results["scenarios"] if not each["deselected"]}
    assert verdicts == {"NOT APPLICABLE"}


def test_without_an_operator_the_rest_is_still_tested(web_services: Target, tmp_path: Path) -> None:
    text, _, _ = web_services.path.read_text(encoding="utf-8").partition("[operator]")
    target = web_services.path.with_name("no-operator.toml")
    target.write_text(text, encoding="utf-8")
    outcome = run_suite(target, tmp_path)
    assert outcome.scenario("AHW-N23")["verdict"] == "NOT RUN"
    assert "operator" in outcome.scenario("AHW-N23")["reason"]
    assert outcome.scenario("TLS-P02")["verdict"] == "PASS"
    limit = next(each for each in outcome.results["requirements"] if each["id"] == "M-2.4.1.3-b")
    assert limit["verdict"] == "NOT RUN"


CLIENT = '''
import http.client
import time
from datetime import UTC, datetime
from urllib.parse import urlsplit

from clients.exchange import Exchange, Failure, FailureKind, Response
from clients.gateway.adhoc import AdHocClient


class OneConnectionEach(AdHocClient):
    """Another client: the standard library's, with a connection for each request."""

    def send(self, method, path, body, credential):
        parts = urlsplit(self.connection.url)
        started_at, start = datetime.now(UTC), time.perf_counter()
        response = failure = None
        connection = http.client.HTTPSConnection(
            parts.hostname, parts.port, context=self.connection.tls_context(credential), timeout=10
        )
        try:
            headers = {"Content-Type": "application/xml;charset=UTF-8"}
            connection.request(method, parts.path + path, body, headers)
            answer = connection.getresponse()
            response = Response(answer.status, answer.reason, tuple(answer.getheaders()), answer.read())
        except OSError as error:
            failure = Failure(FailureKind.TLS_FAILED, str(error))
        finally:
            connection.close()
        return self.recorder.record(
            Exchange(
                "adhoc", credential.label if credential else None, method, self.connection.url + path,
                (("X-Client", "another"),), body, started_at, time.perf_counter() - start,
                response=response, failure=failure,
            )
        )

    def close(self):
        pass
'''


def test_another_client_is_chosen_in_the_target_file_alone(reference: Target, tmp_path: Path) -> None:
    (tmp_path / "acme.py").write_text(CLIENT, encoding="utf-8")
    text = reference.path.read_text(encoding="utf-8")
    kept = "\n".join(
        line for line in text.splitlines() if not line.startswith(("[clients]", 'adhoc = "clients.'))
    )
    target = reference.path.with_name("other-client.toml")
    target.write_text(kept + '\n[clients]\nadhoc = "acme:OneConnectionEach"\n', encoding="utf-8")
    outcome = run_suite(target, tmp_path / "out", "-k", "AHW", PYTHONPATH=str(tmp_path))
    assert {each["verdict"] for each in outcome.results["scenarios"] if not each["deselected"]} == {"PASS"}
    headers = outcome.scenario("AHW-P03")["exchanges"][0]["request"]["headers"]
    assert headers == [["X-Client", "another"]]


def test_an_interrupted_run_leaves_valid_reports_marked_incomplete(
    run_against: RunAgainst, tmp_path: Path
) -> None:
    asked = threading.Event()

    def answer(connection: socket.socket) -> None:
        while read_request(connection):
            asked.set()
            time.sleep(0.3)
            connection.sendall(response(b"<x/>"))

    target = run_against.write_target(answer, tls=True, trusted=True, seconds=5)  # type: ignore[attr-defined]
    flags = subprocess.CREATE_NEW_PROCESS_GROUP if sys.platform == "win32" else 0
    process = subprocess.Popen(
        command(target, tmp_path / "out"),
        cwd=ROOT,
        env={**os.environ, "SMKI_TEST_PASSWORD": PASSWORD},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        creationflags=flags,
    )
    assert asked.wait(30)
    time.sleep(1)
    process.send_signal(signal.CTRL_BREAK_EVENT if sys.platform == "win32" else signal.SIGINT)
    output = process.communicate(timeout=60)[0].decode("utf-8", "replace")
    assert process.returncode == INTERRUPTED
    document = (tmp_path / "out" / "results.json").read_text(encoding="utf-8")
    assert '"complete": false' in document
    assert "interrupted" in output.rstrip().splitlines()[-1]
    assert (tmp_path / "out" / "index.html").exists()
    ElementTree.parse(tmp_path / "out" / "junit.xml")


@pytest.mark.parametrize(
    "options", [[], ["-vv", "-l", "--tb=long", "-rA", "--capture=no"]], ids=["plain", "loud"]
)
def test_no_planted_secret_reaches_a_report_a_log_or_the_terminal(
    run_against: RunAgainst, credentials: Path, options: list[str]
) -> None:
    """The server sends back, in its headers and body, the secrets that the suite holds."""
    key = load_pem_private_key((credentials / "good.key").read_bytes(), None)
    key_text = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    forms = [PASSWORD, quote(PASSWORD, safe=""), base64.b64encode(PASSWORD.encode()).decode()]
    lines = key_text.splitlines()[1:-1]
    body = f"<Canary>{' '.join(forms)} {key_text}</Canary>".encode()
    headers = f"X-Canary: {forms[0]} {forms[2]}\r\nSet-Cookie: session=canary-cookie\r\n"

    def answer(connection: socket.socket) -> None:
        while read_request(connection):
            connection.sendall(response(body, f"200 {forms[0]}", headers))

    outcome = run_against(answer, "-k", "AHW-P0 or AHW-N01 or CRT-P01 or TLS", *options)
    texts = {"terminal": outcome.output}
    for file in outcome.folder.rglob("*"):
        if file.is_file():
            texts[file.name] = file.read_bytes().decode("utf-8", "replace")
    assert len(texts) > 4
    for name, text in texts.items():
        for canary in (*forms, *lines[:3], "canary-cookie"):
            assert canary not in text, name
