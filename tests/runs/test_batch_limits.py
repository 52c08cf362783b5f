"""Batches that are never done, results that are too large, disks that are full: the run knows its limits."""

from __future__ import annotations

import itertools
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from tests.runs.conftest import MOVABLE_CLOCK, UNPACED, BatchBench, Outcome
from tests.support.batch_service import (
    XML,
    BatchService,
    Taken,
    accepted,
    completed,
    head,
    message,
    status_only,
    success,
)

NOT_CONFORMANT, INTERNAL_ERROR, INCONCLUSIVE = 1, 3, 5
ISSUED = "BWS-P10"
UNITED_KINGDOM = ZoneInfo("Europe/London")
MEBIBYTE = 1 << 20


def check_run(outcome: Outcome, status: int) -> None:
    assert outcome.status == status
    assert outcome.results["run"]["complete"] is True
    assert "Traceback" not in outcome.output
    assert "the harness failed" not in outcome.output


def observed(outcome: Outcome, scenario: str, requirement: str) -> str:
    """What the findings of a scenario that name a requirement have observed."""
    findings = outcome.scenario(scenario)["findings"]
    return " ".join(each["observed"] for each in findings if each["requirement"] == requirement)


# --- batches that are never done ---


def test_a_right_service_passes(batch_bench: BatchBench, tmp_path: Path) -> None:
    service = BatchService(batch_bench.ca)
    outcome = batch_bench.run(tmp_path, service, f"{ISSUED} or BWS-P13", tables=UNPACED + MOVABLE_CLOCK)
    check_run(outcome, INCONCLUSIVE)  # of a few scenarios
    assert outcome.verdicts() == {"PASS"}
    own, kept, fetched_again = service.batches
    assert (own.fetches, kept.fetches, fetched_again.fetches) == (1, 0, 3)


def test_a_batch_that_is_pending_is_asked_for_once(batch_bench: BatchBench, tmp_path: Path) -> None:
    service = BatchService(batch_bench.ca, result=status_only("PENDING"))
    outcome = batch_bench.run(tmp_path, service, ISSUED)
    check_run(outcome, INCONCLUSIVE)
    assert outcome.scenario(ISSUED)["verdict"] == "SUSPENDED"
    assert outcome.scenario(ISSUED)["reason"] == "the batch 1 is PENDING"
    assert [batch.fetches for batch in service.batches] == [1]


def test_a_batch_is_not_asked_for_before_its_time(batch_bench: BatchBench, tmp_path: Path) -> None:
    service = BatchService(batch_bench.ca)
    begun = datetime.now(UTC)
    outcome = batch_bench.run(tmp_path, service, ISSUED, tables="")
    check_run(outcome, INCONCLUSIVE)
    scenario = outcome.scenario(ISSUED)
    assert scenario["verdict"] == "SUSPENDED"
    assert "may not be asked for yet" in scenario["reason"]
    assert [batch.fetches for batch in service.batches] == [0]
    assert service.queries == 1, "whether the service answers at all"
    expected = {first_question(moment) for moment in (begun, datetime.now(UTC))}  # 20:00 may lie between
    assert datetime.fromisoformat(scenario["resume_at"]) in expected


def first_question(submitted_at: datetime) -> datetime:
    """08:00 UK time on the next day; of a batch of 20:00 or later, 22:00 on the next day."""
    local = submitted_at.astimezone(UNITED_KINGDOM)
    at = time(8) if local.time() < time(20) else time(22)
    return datetime.combine(local.date() + timedelta(days=1), at, UNITED_KINGDOM).astimezone(UTC)


def test_a_batch_that_is_never_processed_fails(batch_bench: BatchBench, tmp_path: Path) -> None:
    service = BatchService(batch_bench.ca, result=status_only("QUEUED"))
    outcome = batch_bench.run(tmp_path, service, ISSUED, tables=UNPACED + MOVABLE_CLOCK)
    check_run(outcome, NOT_CONFORMANT)
    assert outcome.scenario(ISSUED)["verdict"] == "FAIL"
    assert "still QUEUED" in observed(outcome, ISSUED, "N-3.1.1-c")
    assert service.queries < 30


# --- what differs where it must not, or does not where it must ---


def test_a_result_that_changes_fails(batch_bench: BatchBench, tmp_path: Path) -> None:
    def answer(batch: Taken) -> bytes:
        if batch.fetches == 3:
            batch.issued = {}  # other certificates for the same Device CSRs
        return completed(batch)

    service = BatchService(batch_bench.ca, result=answer)
    outcome = batch_bench.run(tmp_path, service, "BWS-P13", tables=UNPACED + MOVABLE_CLOCK)
    check_run(outcome, NOT_CONFORMANT)
    assert outcome.scenario("BWS-P13")["verdict"] == "FAIL"
    assert "other results" in observed(outcome, "BWS-P13", "M-2.5.1.4-c")


def test_one_batch_id_for_all_fails(batch_bench: BatchBench, tmp_path: Path) -> None:
    service = BatchService(batch_bench.ca, taken=lambda batch: accepted(batch, "1"))
    outcome = batch_bench.run(tmp_path, service, "BWS-P05")
    check_run(outcome, NOT_CONFORMANT)
    assert outcome.scenario("BWS-P05")["verdict"] == "FAIL"
    assert "another batch of the run" in observed(outcome, "BWS-P05", "M-2.5.1.2-c")


# --- results that are too large ---

MOST_MEMORY = 250 * MEBIBYTE
"""Of the suite's process, which needs some 100 MiB for any run."""
MEASURE = """\
import pathlib, resource, subprocess, sys
status = subprocess.call(sys.argv[2:])
most = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
pathlib.Path(sys.argv[1]).write_text(str(most * (1 if sys.platform == "darwin" else 1024)))
sys.exit(status)
"""


def _endless(batch: Taken) -> Iterator[bytes]:
    """Results without end, in chunks."""
    yield f"HTTP/1.1 200 OK\r\n{XML}Transfer-Encoding: chunked\r\n\r\n".encode()
    yield _chunk(head(batch).encode())
    result = success("stranger", bytes(300)).encode()
    yield from itertools.repeat(_chunk(result * 200))


def _chunk(octets: bytes) -> bytes:
    return b"%x\r\n%b\r\n" % (len(octets), octets)


def _gigabyte(_: Taken) -> Iterator[bytes]:
    """A thousand million octets, as the head says."""
    yield f"HTTP/1.1 200 OK\r\n{XML}Content-Length: 1000000000\r\n\r\n".encode()
    yield from itertools.repeat(b" " * 100_000, 10_000)


def _many_strangers(batch: Taken) -> Iterator[bytes]:
    """As many small results as the suite reads, each wrong in its own way."""
    result = '<DeviceCertificate ID="s"><Status>SUCCES</Status></DeviceCertificate>' * 1000
    octets = message(batch, itertools.repeat(result, 3000))
    yield f"HTTP/1.1 200 OK\r\n{XML}Content-Length: {len(octets)}\r\n\r\n".encode() + octets


@pytest.mark.skipif(sys.platform == "win32", reason="the system does not tell what a child needed")
def test_a_result_without_end_costs_neither_memory_nor_time(batch_bench: BatchBench, tmp_path: Path) -> None:
    answers = [_endless, _gigabyte, _many_strangers]
    service = BatchService(batch_bench.ca, result=lambda batch: answers[batch.batch_id - 1](batch))
    peak = tmp_path / "peak"
    measured = (sys.executable, "-c", MEASURE, str(peak))
    outcome = batch_bench.run(tmp_path, service, "BWS-P01", seconds=60, before=measured)
    check_run(outcome, NOT_CONFORMANT)
    verdicts = {each["key"]: each for each in outcome.results["scenarios"] if each["id"] == "BWS-P01"}
    assert {each["verdict"] for each in verdicts.values()} == {"FAIL"}
    for row in ("1", "3"):
        assert "larger than the size limit" in observed(outcome, f"BWS-P01[{row}]", "M-2.5.GO-d")
    assert "more than 1,040 results" in observed(outcome, "BWS-P01[40]", "M-D-COMPLETED")
    assert int(peak.read_text()) < MOST_MEMORY


# --- disks that are full ---

ROOM_OCTETS = 2 * MEBIBYTE
CSRS = 8000
"""So many that neither they nor a submission of them fit in the room."""


def _large(batch: Taken) -> Iterator[bytes]:
    """A right result with white space at its end, larger than the room; only the first time."""
    octets = batch.result + b" " * (2 * ROOM_OCTETS)
    if batch.batch_id == 1:
        yield f"HTTP/1.1 200 OK\r\n{XML}Content-Length: {len(octets)}\r\n\r\n".encode() + octets
    else:
        yield completed(batch)


def files_of_at_most(octets: int) -> tuple[str, ...]:
    """What stands before a command to let it write no file that is larger."""
    return "bash", "-c", f'ulimit -f {octets // 1024}; exec "$@"', "limited"


@pytest.mark.skipif(sys.platform == "win32", reason="files have no size limit there")
def test_a_full_disk_is_said_in_one_line(batch_bench: BatchBench, tmp_path: Path) -> None:
    service = BatchService(batch_bench.ca, result=_large)
    limit = files_of_at_most(ROOM_OCTETS)
    scenarios = "BWS-P03 or BWS-P04 or BWS-N06 or BWS-P10"
    outcome = batch_bench.run(tmp_path, service, scenarios, limit=CSRS, before=limit)
    check_run(outcome, INCONCLUSIVE)
    verdicts = {each["id"]: each for each in outcome.results["scenarios"] if not each["deselected"]}
    assert {each["verdict"] for each in verdicts.values()} == {"INCONCLUSIVE", "PASS"}
    response, ledger, request = (verdicts[name]["reason"] for name in ("BWS-P03", "BWS-P04", "BWS-N06"))
    assert "the ledger cannot be written" in ledger
    assert ledger.endswith("nothing was submitted")
    for reason in (request, response):
        assert reason.startswith("a large body could not be written to ")
    assert verdicts["BWS-P10"]["verdict"] == "PASS", "room for a small batch is left"
    # Those of BWS-P03 and BWS-P10, and the one that shows BWS-N06 that batches are taken.
    assert [len(batch.csrs) for batch in service.batches] == [8, 5, 2]


@pytest.mark.skipif(sys.platform == "win32", reason="files have no size limit there")
def test_reports_that_cannot_be_written_are_said_in_one_line(batch_bench: BatchBench, tmp_path: Path) -> None:
    service = BatchService(batch_bench.ca)
    outcome = batch_bench.run(tmp_path, service, ISSUED, before=files_of_at_most(300 * 1024))
    assert outcome.status == INTERNAL_ERROR
    assert "the reports cannot be written: [Errno" in outcome.output
    assert "Traceback" not in outcome.output
