"""The benchmarks' harness, and the command that runs them."""

from __future__ import annotations

import os
import time

import pytest

from benchmarks import __main__ as command
from benchmarks import batch, batch_verdict, factory, pickup_verdict, repository, verdict
from benchmarks.batch_suite import cpu_clock
from benchmarks.harness import Result, compare


def test_work_is_compared_with_its_yardstick() -> None:
    comparison = compare(lambda: time.sleep(0.006), lambda: time.sleep(0.002), rounds=3)
    assert 1.5 < comparison.ratio < 6
    assert comparison.work_seconds > comparison.yardstick_seconds


def test_each_round_runs_both_after_a_warm_up() -> None:
    order: list[str] = []
    compare(lambda: order.append("work"), lambda: order.append("yardstick"), rounds=2)
    assert order == ["work", "yardstick"] * 3


def test_a_limit_is_an_upper_or_a_lower_one() -> None:
    assert Result("a", 1.5, 2).met
    assert not Result("a", 2.5, 2).met
    assert Result("a", 0.6, 0.5, at_least=True).met
    assert not Result("a", 0.4, 0.5, at_least=True).met
    assert str(Result("verdict", 1.234, 10)) == "verdict: 1.23 (at most 10)"
    assert (
        str(Result("csr", 0.4, 0.5, at_least=True, detail="slow"))
        == "csr: 0.40 (at least 0.5)  slow  LIMIT NOT MET"
    )


def test_the_command_tells_kept_from_broken_limits(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    results = {"quick": Result("quick", 1, 2), "slow": Result("slow", 3, 2)}
    monkeypatch.setattr(
        command, "BENCHMARKS", {name: lambda result=result: result for name, result in results.items()}
    )
    assert command.main(["quick"]) == 0
    assert command.main(["slow"]) == 1
    assert command.main([]) == 1
    assert capsys.readouterr().out.splitlines()[0] == "quick: 1.00 (at most 2)"
    assert command.main(["quick", "fast"]) == 4
    assert "no benchmark named fast: there are quick, slow" in capsys.readouterr().err


def test_the_verdict_is_measured(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(verdict, "_CERTIFICATES", 20)
    assert verdict.measure().met


def test_the_factory_is_measured(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(factory, "COUNT", 1000)
    result = factory.measure()
    assert result.at_least
    assert result.ratio > 0.1


def test_the_verdict_on_a_batch_is_measured(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batch_verdict, "COUNT", 100)
    result = batch_verdict.measure()
    assert result.name.startswith("100 results")
    assert 0.5 < result.ratio < 10


def test_the_verdict_on_pickup_files_is_measured(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pickup_verdict, "COUNT", 100)
    result = pickup_verdict.measure()
    assert result.name.startswith("100 Device CSRs")
    assert 0.5 < result.ratio < 10


@pytest.mark.parametrize("way", [batch.WEB_SERVICE, batch.PORTAL])
def test_the_whole_way_of_a_batch_is_measured(monkeypatch: pytest.MonkeyPatch, way: str) -> None:
    monkeypatch.setattr(batch, "COUNT", 300)
    monkeypatch.setattr(batch, "SMALL", 100)
    monkeypatch.setattr(batch, "REPEATS", 2)
    assert batch.memory(way).met
    assert batch.memory(way).ratio > 20, "of MiB: no Python process is smaller"
    assert 0.1 < batch.cost(way).ratio < 5
    assert 0.5 < batch.issuing(way).ratio < 20


def test_the_repository_is_measured(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(repository, "MANY", 300)
    monkeypatch.setattr(repository, "FEW", 100)
    monkeypatch.setattr(repository, "REQUESTS", 20)
    monkeypatch.setattr(repository, "ROUNDS", 2)
    assert 0.1 < repository.search().ratio < 10
    assert 0.1 < repository.retrieve().ratio < 10
    assert repository.extract().met


def test_another_process_is_seen_to_work() -> None:
    clock = cpu_clock(os.getpid())
    start = clock()
    while clock() == start:
        sum(range(100_000))
    assert clock() > start


def test_a_process_that_cannot_be_seen_is_timed_by_the_wall() -> None:
    assert cpu_clock(2**31) is time.perf_counter
