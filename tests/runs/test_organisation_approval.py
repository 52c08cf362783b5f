"""Organisation CSRs that await people's approval: the run is resumed, and none is submitted twice."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from reference_ra.conformant import conformant_policies
from reference_ra.pki import open_pki
from reference_ra.policies import Policies
from reference_ra.portal.records import PortalRequest
from reference_ra.target_file import write_target
from tests.reference_ra.conftest import running
from tests.runs.conftest import resume_suite, run_suite
from tests.runs.reading import make_due

SUSPENDED = 5
SCENARIOS = "PGO-P01 or CRT-P40"


@dataclass
class Authority:
    """People who approve Organisation CSRs when they come to it."""

    approving: bool = False
    asked: set[str] = field(default_factory=set)
    """The requests that they have been shown."""
    target: Path = Path()

    @property
    def policies(self) -> Policies:
        """Those of their RA."""
        policies = conformant_policies()
        return replace(policies, portal=replace(policies.portal, approved_at=self._approved_at))

    def _approved_at(self, request: PortalRequest) -> datetime:
        self.asked.add(request.reference)
        return request.submitted_at if self.approving else datetime.max.replace(tzinfo=UTC)


@pytest.fixture
def authority(tmp_path: Path) -> Iterator[Authority]:
    people = Authority()
    pki = open_pki(tmp_path / "pki")
    with running(tmp_path, pki, people.policies) as ra:
        page_map = people.policies.portal.site.page_map
        people.target = write_target(tmp_path, ra.endpoints, [], 300, page_map)
        text = people.target.read_text(encoding="utf-8")
        people.target.write_text(text.replace("response_seconds = 5\n", "response_seconds = 1\n"))
        yield people


def test_what_awaits_approval_is_found_again(authority: Authority, tmp_path: Path) -> None:
    output = tmp_path / "out"
    first = run_suite(authority.target, output, "-k", SCENARIOS, "--formats=none")
    assert first.status == SUSPENDED, first.output
    assert first.verdicts() == {"SUSPENDED"}
    assert "accepted and awaits approval" in first.scenario("PGO-P01[Key Agreement]")["reason"]
    submitted = set(authority.asked)
    assert len(submitted) == 5  # two of PGO-P01, and three that the scenarios of certificates share
    authority.approving = True
    make_due(output)
    second = resume_suite(output)
    assert second.verdicts() == {"PASS"}, second.output
    assert authority.asked == submitted


def test_of_several_in_one_scenario_none_is_submitted_again(authority: Authority, tmp_path: Path) -> None:
    output = tmp_path / "out"
    first = run_suite(authority.target, output, "-k", "PGO-P04", "--formats=none")
    assert first.verdicts() == {"SUSPENDED"}, first.output
    submitted = set(authority.asked)
    assert len(submitted) == 3
    authority.approving = True
    make_due(output)
    second = resume_suite(output)
    assert second.verdicts() == {"PASS"}, second.output
    assert authority.asked == submitted
