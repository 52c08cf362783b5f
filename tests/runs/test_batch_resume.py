"""Batches that wait for their answer survive whatever ends the suite's process, and none is sent twice."""

from __future__ import annotations

import base64
import itertools
import json
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import requests

from clients.pacing import Polling, earliest_fetch
from fixtures.ledger import FILE_NAME, Ledger
from reports.allure_results import digest
from reports.evidence import file_name
from reports.text import uk_moment
from targets.launch import launched
from targets.model import Target
from targets.plugins import make_operator
from tests.runs.conftest import ROOT, UNPACED, BatchBench, Outcome, resume_suite, run_suite
from tests.runs.reading import allure, junit, let_days_pass
from tests.support.batch_service import XML, BatchService, Taken, completed, message, status_only
from tests.support.servers import response
from tests.targets.pki import PASSWORD

USAGE, INCONCLUSIVE = 4, 5
DAY = timedelta(days=1)
SUSPENDED = "SUSPENDED"
SEVERAL, KEPT = "BWS-P05", "kept batch"
"""A scenario that submits three batches before it asks for results, and what two others share."""
SHARING = ("CRT-P01[both usages-Batched]", "CRT-P02[both usages-Batched]")
SCENARIOS = "BWS-P02 or BWS-P05 or CRT-P01 or CRT-P02"
BATCHES = 5
PLUGIN = ("-p", "tests.runs.ending")


def ending(moment: str, scenario: str, ordinal: int) -> dict[str, str]:
    """The environment of a run that is killed at a moment of one batch's way, where one is named."""
    plan = {"moment": moment, "scenario": scenario, "ordinal": ordinal} if moment else None
    return {
        "SMKI_TEST_PASSWORD": PASSWORD,
        "SMKI_TEST_ENDING": json.dumps(plan),
        "PYTHONPATH": str(ROOT),
    }


@dataclass
class Night:
    """A Batched service whose batches are PENDING until its night is over, and a run that submits to it."""

    folder: Path
    target: Path = field(init=False)
    service: BatchService = field(init=False)
    over: bool = False
    scenarios: str = SCENARIOS
    ca_errors: set[int] = field(default_factory=set)
    """BatchIds whose last Device CSR an internal error of the CA has hit; their results are there at once."""
    given: Counter[int] = field(default_factory=Counter)
    """How often each BatchId was given its results."""

    def answer(self, batch: Taken) -> bytes:
        """The answer to a result query."""
        if batch.batch_id in self.ca_errors:
            *right, (name, _) = batch.results().items()
            return response(message(batch, [*(result for _, result in right), ca_error(name)]), headers=XML)
        if not self.over:
            return status_only("PENDING")(batch)
        self.given[batch.batch_id] += 1
        return completed(batch)

    def run(self, moment: str = "", of: str = SEVERAL, ordinal: int = 1) -> Outcome:
        """Begin the run, which is killed at a moment of one batch's way where one is named."""
        options = (*PLUGIN, "-k", self.scenarios, "--formats=none")
        return run_suite(self.target, self.output, *options, **ending(moment, of, ordinal))

    def resume(self, *options: str, moment: str = "", of: str = SEVERAL, ordinal: int = 1) -> Outcome:
        """Go on with it, likewise."""
        return resume_suite(self.output, *PLUGIN, *options, **ending(moment, of, ordinal))

    @property
    def output(self) -> Path:
        """The run's folder."""
        return self.folder / "out"

    def taken(self) -> int:
        """How many batches the service has taken; none of them twice."""
        references = [batch.reference for batch in self.service.batches]
        csrs = [csr for batch in self.service.batches for csr in batch.csrs.values()]
        assert len(set(references)) == len(references)
        assert len(set(csrs)) == len(csrs)
        return len(references)

    def ledger(self) -> Ledger:
        """The run's, while no process is at work on it."""
        return Ledger.open(self.output / FILE_NAME)


@pytest.fixture
def night(batch_bench: BatchBench, tmp_path: Path) -> Iterator[Night]:
    """One that is not paced."""
    yield from _night(batch_bench, tmp_path, UNPACED)


@pytest.fixture
def paced_night(batch_bench: BatchBench, tmp_path: Path) -> Iterator[Night]:
    """One that is asked no sooner than N-3.1.3 allows."""
    yield from _night(batch_bench, tmp_path, "")


def _night(bench: BatchBench, folder: Path, tables: str) -> Iterator[Night]:
    night = Night(folder)
    night.service = BatchService(bench.ca, result=night.answer)
    with bench.serving(folder, night.service, tables=tables) as night.target:
        yield night


def verdicts(outcome: Outcome) -> dict[str, str]:
    """Those of the scenarios that speak to the Batched service, each once."""
    keys = [each["key"] for each in outcome.results["scenarios"]]
    assert len(set(keys)) == len(keys)
    assert outcome.results["run"]["complete"] is True
    found = {key: each["verdict"] for key, each in outcome.executed.items()}
    return {key: verdict for key, verdict in found.items() if verdict != "NOT APPLICABLE"}


PASSED = dict.fromkeys(("BWS-P02", SEVERAL, *SHARING), "PASS")


@dataclass(frozen=True)
class Stage:
    """Where on a batch's way the process is killed, and what becomes of it."""

    moment: str
    lost: bool = False
    """Whether it stays unknown if the batch was taken."""
    taken: int = BATCHES
    """Batches that the service has taken in the end, whoever saw it."""
    over: bool = False
    """Whether the results are there before."""
    given: int = 1
    """How often that batch's results are asked for with success."""


STAGES = (
    Stage("before prepare"),
    Stage("after prepare", lost=True, taken=BATCHES - 2, over=True),
    Stage("half sent", lost=True, taken=BATCHES - 2, over=True),
    Stage("before answered", lost=True, taken=BATCHES - 1, over=True),
    Stage("after answered"),
    Stage("asked", over=True, given=2),
    Stage("before retrieved", over=True, given=2),
    Stage("after retrieved", over=True),
    Stage("before ended", over=True),
    Stage("after ended", over=True),
)


@pytest.mark.parametrize("stage", STAGES, ids=lambda stage: stage.moment)
def test_a_batch_survives_the_end_of_the_process(night: Night, stage: Stage) -> None:
    """The second of three batches of a scenario; others come before and after."""
    night.over = stage.over
    check_killed(night.run(stage.moment))
    if not stage.over:
        waiting = night.resume()
        assert waiting.status == INCONCLUSIVE
        assert set(verdicts(waiting).values()) == {SUSPENDED, *(["INCONCLUSIVE"] if stage.lost else [])}
        night.over = True
    last = night.resume()
    assert verdicts(last) == PASSED | ({SEVERAL: "INCONCLUSIVE"} if stage.lost else {})
    assert night.taken() == stage.taken
    # Of BWS-P02, of BWS-P05, and the kept one. What is not sure of its batches asks for no results.
    expected = [1] * 2 if stage.lost else [1, 1, stage.given, 1, 1]
    given = [night.given[batch.batch_id] for batch in night.service.batches]
    assert list(filter(None, given)) == expected
    assert len(night.service.cut_off) == (stage.moment == "half sent")
    if stage.lost:
        check_lost(night, last.scenario(SEVERAL)["reason"], SEVERAL, 1)
    else:
        check_seen(night)


def check_killed(outcome: Outcome) -> None:
    assert outcome.status not in range(6), outcome.output
    assert not (outcome.folder / "results.json").exists()


def check_lost(night: Night, reason: str, scenario: str, ordinal: int) -> None:
    """The reason names the batch, and that nobody knows of it."""
    ledger = night.ledger()
    batch = ledger.batch(scenario, ordinal)
    ledger.close()
    assert batch is not None
    assert batch.reference
    assert f"while it submitted the batch {batch.reference!r}" in reason
    assert "not sent again" in reason


def check_seen(night: Night) -> None:
    """The run knows every certificate that it was given."""
    ledger = night.ledger()
    ended = ledger.ended_scenarios().values()
    ledger.close()
    seen = {base64.b64decode(text) for each in ended for text in each["seen"]["certificates"]}
    assert seen == {octets for batch in night.service.batches for octets in batch.issued.values()}


@pytest.mark.parametrize(
    ("moment", "lost"), [("after prepare", True), ("after answered", False), ("after retrieved", False)]
)
def test_the_batch_that_scenarios_share_survives_too(night: Night, moment: str, lost: bool) -> None:
    night.over = True
    check_killed(night.run(moment, KEPT, 0))
    last = night.resume()
    assert verdicts(last) == PASSED | (dict.fromkeys(SHARING, "INCONCLUSIVE") if lost else {})
    assert night.taken() == BATCHES - lost
    assert set(night.given.values()) == {1}
    if lost:
        for key in SHARING:
            check_lost(night, last.scenario(key)["reason"], KEPT, 0)
    else:
        check_seen(night)


def ca_error(name: str) -> str:
    """The result of a Device CSR that is to be sent again."""
    return (
        f'<DeviceCertificate ID="{name}"><Status>CA_ERROR</Status><Error><ErrorCode>CA:1</ErrorCode>'
        "<ErrorText>try again</ErrorText></Error></DeviceCertificate>"
    )


def test_what_is_sent_again_of_the_shared_batch_is_waited_for_by_all(night: Night) -> None:
    night.scenarios = "CRT-P01 or CRT-P02"
    night.ca_errors = {1}
    assert verdicts(night.run()) == dict.fromkeys(SHARING, SUSPENDED)
    night.over = True
    assert verdicts(night.resume()) == dict.fromkeys(SHARING, "PASS")
    assert [len(batch.csrs) for batch in night.service.batches] == [2, 1]
    assert night.service.batches[0].fetches == 1


def test_reports_are_made_up_for_where_every_scenario_has_ended(night: Night) -> None:
    night.over = True
    check_killed(night.run("after ended", SHARING[-1]))
    asked = night.service.queries
    assert verdicts(night.resume()) == PASSED
    assert night.service.queries == asked
    again = night.resume()
    assert again.status == USAGE
    assert "nothing is left to resume" in again.output


def test_reports_are_made_up_for_where_every_scenario_waits(paced_night: Night) -> None:
    check_killed(paced_night.run("after ended", SHARING[-1]))
    assert verdicts(paced_night.resume()) == dict.fromkeys(PASSED, SUSPENDED)
    assert paced_night.service.queries == 1  # before: whether the service answers at all


def test_a_paced_run_asks_when_it_may(paced_night: Night) -> None:
    night = paced_night
    begun = datetime.now(UTC)
    first = night.run()
    assert first.status == INCONCLUSIVE
    assert verdicts(first) == dict.fromkeys(PASSED, SUSPENDED)
    check_resume_line(first, earliest_fetch, begun)
    assert (night.taken(), night.service.queries) == (BATCHES, 1)  # whether the service answers at all

    early = night.resume()
    assert early.status == INCONCLUSIVE
    assert "too early, and the RA was asked nothing" in early.output
    check_resume_line(early, earliest_fetch, begun)
    assert night.service.queries == 1

    let_days_pass(night.output, 2)
    refused = night.resume(f"--target={another_target(night)}")
    assert refused.status == USAGE
    assert len(refused.output.strip().splitlines()) == 1
    assert "the target was 'a Batched service of the tests' when the run began" in refused.output
    assert night.service.queries == 1

    night.over = True
    last = night.resume()
    assert verdicts(last) == PASSED
    assert night.taken() == BATCHES
    assert [batch.fetches for batch in night.service.batches] == [1] * BATCHES


def check_resume_line(
    outcome: Outcome, allowed: Callable[[datetime, Polling], datetime], since: datetime
) -> None:
    """The moment that is said is the one allowed, by what was sent between `since` and now."""
    moments = {uk_moment(allowed(moment, "strict")) for moment in (since, datetime.now(UTC))}
    said = next(line for line in outcome.output.splitlines() if line.startswith("Resume from "))
    assert said.removeprefix("Resume from ").partition(" UK time: ")[0] in moments
    assert said.endswith(f"python3 smki.py resume {outcome.folder}")


def another_target(night: Night) -> Path:
    text = night.target.read_text(encoding="utf-8")
    other = night.target.with_name("other.toml")
    other.write_text(text.replace("a Batched service of the tests", "another"), encoding="utf-8")
    return other


def test_a_paced_run_that_was_killed_as_it_asked_does_not_ask_again_too_soon(paced_night: Night) -> None:
    night = paced_night
    night.run()
    let_days_pass(night.output, 2)
    night.over = True
    assert night.resume(moment="asked", of="BWS-P02", ordinal=0).status not in range(6)
    waiting = night.resume()
    assert verdicts(waiting) == PASSED | {"BWS-P02": SUSPENDED}
    assert "may not be asked for yet (N-3.1.3)" in waiting.scenario("BWS-P02")["reason"]
    assert [batch.fetches for batch in night.service.batches] == [1] * BATCHES


# --- the built-in RA, without its operator ---

MANY = "BWS-P03 or BWS-P05 or BWS-N11 or E2E-P01 or ((CRT-P01 or CRT-P02) and Batched)"
MANY_BATCHES = 7


@pytest.fixture
def reference_ra() -> Iterator[Target]:
    """One of its own, whose clock the test moves."""
    with launched(ROOT / "targets" / "reference.toml") as target:
        yield target


def test_a_night_at_the_built_in_ra(reference_ra: Target, tmp_path: Path) -> None:
    """Its clock begins a day behind, so that what it issues in the end is of no time to come."""
    text = reference_ra.path.read_text(encoding="utf-8")
    unmovable = reference_ra.path.with_name("unmovable.toml")
    unmovable.write_text(text.partition("[operator]")[0], encoding="utf-8")
    assert reference_ra.operator is not None
    operator = make_operator(reference_ra.operator)
    operator.advance_clock(-DAY)

    first = run_suite(unmovable, tmp_path, "-k", MANY)
    assert first.status == INCONCLUSIVE
    chosen = verdicts(first)
    assert set(chosen.values()) == {SUSPENDED}
    assert {key.partition("[")[0] for key in chosen} == set(re.findall(r"\w+-[PN]\d+", MANY))
    check_reports(first, chosen)
    assert f"{len(chosen)} scenarios suspended" in first.last_line
    check_resume_line(first, lambda moment, _: moment, first_moment(first))

    again = resume_suite(tmp_path)
    assert again.status == INCONCLUSIVE
    assert verdicts(again) == chosen
    check_reports(again, chosen)

    operator.advance_clock(DAY)
    last = resume_suite(tmp_path)
    assert verdicts(last) == dict.fromkeys(chosen, "PASS")
    check_reports(last, verdicts(last))
    assert taken_by(reference_ra) == MANY_BATCHES


def first_moment(outcome: Outcome) -> datetime:
    """When the run began."""
    return datetime.fromisoformat(outcome.results["run"]["started_at"])


def check_reports(outcome: Outcome, expected: Mapping[str, str]) -> None:
    """Every report has each scenario once, and its verdict."""
    cases = Counter(each.split()[0] for each in junit(outcome.folder).values())
    assert cases == Counter(expected.values())
    assert allure(outcome.folder).keys() == set(map(digest, expected))
    page = (outcome.folder / "index.html").read_text(encoding="utf-8")
    for key, verdict in expected.items():
        found = re.findall(rf'<details class="scenario" id="{re.escape(file_name(key))}".*?>', page)
        assert len(found) == 1
        assert f'data-verdict="{verdict}"' in found[0]


def taken_by(target: Target) -> int:
    """How many batches the RA has taken: it numbers them from 1."""
    assert target.operator is not None
    url = target.operator.options["url"]
    asked = (requests.get(f"{url}/batches/{number}", timeout=10) for number in itertools.count(1))
    return sum(1 for _ in itertools.takewhile(lambda answer: answer.ok, asked))
