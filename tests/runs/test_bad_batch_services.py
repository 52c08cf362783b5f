"""Batched services that are strange or hostile: each scenario ends, and says what it saw.

The scenarios of a run each submit one batch, and each batch is answered in another way; so one run serves a
whole table.
"""

from __future__ import annotations

import itertools
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pytest

from tests.runs.conftest import BatchBench, Outcome
from tests.support.batch_service import (
    XML,
    BatchService,
    Said,
    Taken,
    accepted,
    completed,
    head,
    message,
    success,
)
from tests.support.servers import response

NOT_CONFORMANT = 1
ONE_BATCH_EACH = "BWS-P01 or BWS-P02 or BWS-P03 or BWS-P06 or BWS-P08 or BWS-P10"
"""Scenarios, a dozen with their rows, that submit one batch and expect every certificate."""
SECONDS = 1.5
"""The suite's patience with a result."""
HTML = b"<!DOCTYPE html><html><body><script>alert(1)</script>Oops</body></html>"
BOMB = "".join(f'<!ENTITY x{n} "{f"&x{n - 1};" * 10}">' for n in range(1, 10))


@dataclass(frozen=True)
class Case:
    """How a batch is answered, and what the scenario has to say of it."""

    says: Callable[[Taken], Said]
    requirement: str | None
    """The one that a finding names; None where nothing is known, so that the scenario is INCONCLUSIVE."""
    words: str
    """In the finding, or in the reason."""


def _xml(text: str | bytes) -> bytes:
    return response(text if isinstance(text, bytes) else text.encode(), headers=XML)


def _status(status: str, headers: str = "") -> Callable[[Taken], Said]:
    return lambda _: response(b"<a/>", status, headers)


def _with_results(change: Callable[[Taken, list[str]], Iterable[str]]) -> Callable[[Taken], Said]:
    return lambda batch: _xml(message(batch, change(batch, list(batch.results().values()))))


def _cut(at: Callable[[bytes], int]) -> Callable[[Taken], Said]:
    """The message as far as `at`, as the whole of the body."""
    return lambda batch: _xml(batch.result[: at(batch.result)])


def _closed_early(batch: Taken) -> Iterator[bytes]:
    whole = completed(batch)
    yield whole[: len(whole) - 50]


def _closed_in_chunks(batch: Taken) -> Iterator[bytes]:
    yield f"HTTP/1.1 200 OK\r\n{XML}Transfer-Encoding: chunked\r\n\r\n".encode()
    yield b"%x\r\n%b\r\n" % (len(batch.result), batch.result)


def _silent(_: Taken) -> Iterator[bytes]:
    threading.Event().wait(SECONDS + 3)
    yield b""


def _drip(batch: Taken) -> Iterator[bytes]:
    """A body that is never quiet for long, and does not end in time."""
    yield f"HTTP/1.1 200 OK\r\n{XML}Transfer-Encoding: chunked\r\n\r\n".encode()
    yield b"%x\r\n%b\r\n" % (len(batch.result), batch.result)
    for _ in range(int((SECONDS + 5) / 0.2)):
        yield b"1\r\n \r\n"
        threading.Event().wait(0.2)


def _of_another_device(batch: Taken) -> bytes:
    """Each ID with the certificate of the Device before it, the only one with one of no Device sent."""
    batch.results()
    names, certificates = list(batch.issued), list(batch.issued.values())
    return _xml(message(batch, map(success, names, certificates[1:] + certificates[:1])))


def _typed(declarations: str, text: str) -> Callable[[Taken], Said]:
    """A result with a document type declaration, and `text` in its ErrorText."""

    def answer(batch: Taken) -> bytes:
        document_type = f"<!DOCTYPE CSRBatchResult [{declarations}]>"
        error = f"<Error><ErrorCode>WF:1</ErrorCode><ErrorText>{text}</ErrorText></Error></CSRBatchResult>"
        return _xml(head(batch).replace("?>", f"?>{document_type}", 1) + error)

    return answer


def _nested(batch: Taken) -> bytes:
    """A thousand elements within elements, where the results should be."""
    return _xml(head(batch) + "<a>" * 1000 + "</a>" * 1000 + "</CSRBatchResult>")


RESULTS: Mapping[str, Case] = {
    "cut in the middle of a certificate": Case(
        _cut(lambda body: body.index(b"<Certificate>") + 100), "M-2.5.GO-b", "not well-formed XML"
    ),
    "a result twice": Case(_with_results(lambda _, each: [*each, each[0]]), "M-D-COMPLETED", "another"),
    "the certificates of others": Case(_of_another_device, "M-2.5.1.4-a", "3059301306072A86"),
    "never answered": Case(_silent, None, "no complete response within the time limit"),
    "never ended, a little at a time": Case(_drip, None, "no complete response within the time limit"),
    "no result at all": Case(_with_results(lambda *_: []), "M-D-COMPLETED", "none for"),
    "an ID that was never sent": Case(
        _with_results(lambda batch, each: [*each, success("stranger", next(iter(batch.issued.values())))]),
        "M-D-RSP-d",
        "stranger, which was never sent",
    ),
    "a result missing": Case(_with_results(lambda _, each: each[1:]), "M-D-COMPLETED", "none for 1"),
    "cut in the head": Case(_cut(lambda body: body.index(b"<BatchStatus>")), "M-2.5.GO-b", "not well-formed"),
    "closed before its length": Case(_closed_early, "M-2.5.1.4-e", "closed before a complete response"),
    "chunked without a last chunk": Case(
        _closed_in_chunks, "M-2.5.1.4-e", "closed before a complete response"
    ),
    "HTTP 500": Case(_status("500 Internal Server Error"), "M-D-RSP-a", "root element a"),
}
MORE_RESULTS: Mapping[str, Case] = {
    "an empty body": Case(lambda _: response(b""), "M-2.5.GO-b", "0 octets"),
    "HTML": Case(lambda _: response(HTML, headers="Content-Type: text/html\r\n"), "M-2.5.GO-b", "text/html"),
    "not HTTP": Case(lambda _: iter([b"\x00\xff\x00\xff\r\n\r\n"]), "M-2.5.1.4-e", "not HTTP"),
    "an entity that expands": Case(
        _typed(f'<!ENTITY x0 "boom">{BOMB}', "&x9;"), "M-2.5.GO-b", "a document type declaration"
    ),
    "an external entity": Case(
        _typed('<!ENTITY x9 SYSTEM "file:///etc/hostname">', "&x9;"),
        "M-2.5.GO-b",
        "a document type declaration",
    ),
    "a document type": Case(_typed("", "none"), "M-2.5.GO-b", "a document type declaration"),
    "HTTP 503": Case(_status("503 Service Unavailable"), None, "asks for fewer requests: HTTP 503"),
    "HTTP 429": Case(_status("429 Too Many Requests"), None, "asks for fewer requests: HTTP 429"),
    "a redirect": Case(
        _status("302 Found", "Location: https://127.0.0.1:9/\r\n"), "M-D-RSP-a", "root element a"
    ),
    "elements within elements": Case(_nested, "M-2.5.GO-b", "not well-formed XML"),
    "a head without end": Case(
        lambda batch: _xml(head(batch) + " " * 1_000_000), "M-2.5.GO-b", "without the end of a result"
    ),
    "octets that are not UTF-8": Case(
        lambda batch: _xml(head(batch).encode() + b"\xff\xfe</CSRBatchResult>"),
        "M-2.5.GO-b",
        "not well-formed",
    ),
}


def _with_batch_id(number: str) -> Callable[[Taken], Said]:
    return lambda batch: accepted(batch, number)


def _endless(_: Taken) -> Iterator[bytes]:
    yield f"HTTP/1.1 200 OK\r\n{XML}Transfer-Encoding: chunked\r\n\r\n".encode()
    piece = b"10000\r\n" + b" " * 65536 + b"\r\n"
    yield from itertools.repeat(piece)


SUBMISSIONS: Mapping[str, Case] = {
    "nothing, the connection closed": Case(lambda _: iter([]), "M-2.5.1.2-c", "closed before a complete"),
    "an empty body": Case(lambda _: response(b""), "M-2.5.GO-b", "0 octets"),
    "not HTTP": Case(lambda _: iter([b"\x00\xff\x00\xff\r\n\r\n"]), "M-2.5.1.2-c", "not HTTP"),
    "PENDING without BatchId": Case(
        lambda batch: accepted(batch).replace(b"BatchId>", b"BatchNo>"), "M-C-RSP-c", "neither"
    ),
    "a BatchId of 10,000 digits": Case(_with_batch_id("1" * 10_000), "M-C-RSP-c", "(10000 characters)"),
    "a BatchId that is no number": Case(_with_batch_id("0x1F"), "M-C-RSP-c", "0x1F"),
    "HTML": Case(lambda _: response(HTML, headers="Content-Type: text/html\r\n"), "M-2.5.GO-b", "HTML"),
    "a redirect": Case(
        _status("307 Temporary Redirect", "Location: https://127.0.0.1:9/\r\n"), "M-C-RSP-a", "root element a"
    ),
    "HTTP 503": Case(_status("503 Service Unavailable"), None, "asks for fewer requests: HTTP 503"),
    "cut short": Case(
        lambda batch: _xml(accepted(batch).partition(b"\r\n\r\n")[2][:90]), "M-2.5.GO-b", "XML"
    ),
    "never answered": Case(_silent, None, "no complete response within the time limit"),
    "without end": Case(_endless, "M-2.5.1.2-c", "larger than the size limit"),
}


@dataclass(frozen=True)
class Table:
    """A table of cases after its run."""

    cases: Mapping[str, Case]
    outcome: Outcome

    def scenario(self, name: str) -> dict[str, Any]:
        """The one whose batch was answered so."""
        executed = [each for each in self.outcome.results["scenarios"] if each["started_at"]]
        executed.sort(key=lambda each: each["started_at"])
        assert len(executed) == len(self.cases)
        found: dict[str, Any] = executed[list(self.cases).index(name)]
        return found

    def check(self, name: str) -> None:
        case, scenario = self.cases[name], self.scenario(name)
        found = [(finding["requirement"], finding["observed"]) for finding in scenario["findings"]]
        if case.requirement is None:
            assert (scenario["verdict"], found) == ("INCONCLUSIVE", [])
            assert case.words in scenario["reason"]
        else:
            assert scenario["verdict"] == "FAIL", scenario["reason"]
            assert any(named == case.requirement and case.words in observed for named, observed in found), (
                found
            )

    def check_run(self) -> None:
        assert self.outcome.status == NOT_CONFORMANT
        assert self.outcome.results["run"]["complete"] is True
        assert "Traceback" not in self.outcome.output
        assert "the harness failed" not in self.outcome.output


def _by_batch(cases: Mapping[str, Case]) -> Callable[[Taken], Said]:
    answers = [case.says for case in cases.values()]
    return lambda batch: answers[batch.batch_id - 1](batch)


RunTable = Callable[..., Table]


@pytest.fixture(scope="module")
def run_table(batch_bench: BatchBench, tmp_path_factory: pytest.TempPathFactory) -> RunTable:
    def run(cases: Mapping[str, Case], answers: str) -> Table:
        service = BatchService(batch_bench.ca, **{answers: _by_batch(cases)})
        folder = tmp_path_factory.mktemp("run")
        return Table(cases, batch_bench.run(folder, service, ONE_BATCH_EACH, seconds=SECONDS))

    return run


@pytest.fixture(scope="module")
def results(run_table: RunTable) -> Table:
    return run_table(RESULTS, "result")


@pytest.fixture(scope="module")
def more_results(run_table: RunTable) -> Table:
    return run_table(MORE_RESULTS, "result")


@pytest.fixture(scope="module")
def submissions(run_table: RunTable) -> Table:
    return run_table(SUBMISSIONS, "taken")


@pytest.mark.parametrize("name", RESULTS)
def test_a_bad_result_is_a_finding(results: Table, name: str) -> None:
    results.check(name)


@pytest.mark.parametrize("name", MORE_RESULTS)
def test_another_bad_result_is_a_finding(more_results: Table, name: str) -> None:
    more_results.check(name)


@pytest.mark.parametrize("name", SUBMISSIONS)
def test_a_bad_answer_to_a_submission_is_a_finding(submissions: Table, name: str) -> None:
    submissions.check(name)


def test_the_runs_go_on_to_their_end(results: Table, more_results: Table, submissions: Table) -> None:
    for table in (results, more_results, submissions):
        table.check_run()
