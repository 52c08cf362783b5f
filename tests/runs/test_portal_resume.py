"""Batched CSRs through the portal whose files come tomorrow: a resumed run finds them, and uploads none."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, time, timedelta
from pathlib import Path

import pytest

from fixtures.ledger import FILE_NAME, Ledger
from reference_ra.batch.adjust import with_batch
from reference_ra.batch.store import Batch
from reference_ra.batch.window import NightlyWindow, Pace
from reference_ra.conformant import conformant_policies
from reference_ra.pki import open_pki
from reference_ra.policies import Policies
from reference_ra.portal.adjust import with_desk
from reference_ra.portal.records import PortalError, PortalRequest, Standing
from reference_ra.portal.site_adjust import with_shown
from reference_ra.target_file import write_target
from tests.reference_ra.conftest import running
from tests.runs.conftest import Outcome, resume_suite, run_suite
from tests.runs.reading import let_days_pass, make_due

SUSPENDED = 5
SCENARIOS = "PGD-P29 or PGD-N20 or PGD-N21"
"""One with batches of its own, and some that build on the run's."""


@dataclass
class Night:
    """An RA without operator, whose night comes when the test says so."""

    comes: bool = False
    rejects: bool = False
    uploaded: list[str] = field(default_factory=list)
    target: Path = Path()

    @property
    def policies(self) -> Policies:
        """Those of the RA."""
        policies = conformant_policies()
        always = NightlyWindow(opens=time(0), closes=time(0))
        at_once = Pace(timedelta(), timedelta(), timedelta(), timedelta(milliseconds=1))
        policies = with_batch(policies, window=always, pace=at_once, earliest_start=self._starts)
        policies = with_desk(policies, archive_name=self._keep(policies.portal.archive_name))
        return with_shown(policies, self._shown)

    def _starts(self, batch: Batch, _: Pace) -> datetime:
        return batch.received_at if self.comes else datetime.max.replace(tzinfo=UTC)

    def _keep(self, archive_name: Callable[[str], str]) -> Callable[[str], str]:
        def kept(name: str) -> str:
            self.uploaded.append(name)
            return archive_name(name)

        return kept

    def _shown(self, request: PortalRequest) -> PortalRequest:
        if not self.rejects or request.kind != "batch":
            return request
        return replace(request, standing=Standing.REJECTED, errors=(PortalError("not this one"),))


@pytest.fixture
def night(tmp_path: Path) -> Iterator[Night]:
    night = Night()
    policies = night.policies
    with running(tmp_path, open_pki(tmp_path / "pki"), policies) as ra:
        night.target = write_target(tmp_path, ra.endpoints, [], 300, policies)
        text, _, _ = night.target.read_text(encoding="utf-8").partition("[operator]")
        night.target.write_text(text, encoding="utf-8")
        yield night


def begin(night: Night, output: Path) -> Outcome:
    """All of them wait, and four batches were uploaded."""
    first = run_suite(night.target, output, "-k", SCENARIOS, "--formats=none")
    assert first.status == SUSPENDED, first.output
    assert first.verdicts() == {"SUSPENDED"}, first.output
    assert "is PENDING" in first.scenario("PGD-P29")["reason"]
    assert len(set(night.uploaded)) == len(night.uploaded) == 4
    assert list(output.rglob("*.zip")) == []
    ledger = Ledger.open(output / FILE_NAME)
    waiting = ledger.waiting()
    ledger.close()
    assert sorted(f"{reference}.zip" for reference in waiting) == sorted(night.uploaded)
    return first


def test_batches_are_picked_up_by_a_resumed_run(night: Night, tmp_path: Path) -> None:
    output = tmp_path / "out"
    begin(night, output)
    make_due(output)
    assert resume_suite(output).verdicts() == {"SUSPENDED"}
    night.comes = True
    make_due(output)
    last = resume_suite(output)
    assert last.verdicts() == {"PASS"}, last.output
    assert len(night.uploaded) == 4


def test_a_batch_that_is_not_processed_in_time_fails(night: Night, tmp_path: Path) -> None:
    output = tmp_path / "out"
    begin(night, output)
    let_days_pass(output, 3)
    late = resume_suite(output).scenario("PGD-P29")
    assert late["verdict"] == "FAIL"
    assert late["findings"][0]["requirement"] == "N-3.1.1-c"
    assert "not on the pickup page" in late["findings"][0]["observed"]


def test_a_batch_that_people_have_rejected_says_nothing_of_lateness(night: Night, tmp_path: Path) -> None:
    output = tmp_path / "out"
    begin(night, output)
    night.rejects = True
    let_days_pass(output, 3)
    rejected = resume_suite(output).scenario("PGD-P29")
    assert (rejected["verdict"], rejected["findings"]) == ("INCONCLUSIVE", [])
    assert "rejected the batch: rejected: not this one" in rejected["reason"]
