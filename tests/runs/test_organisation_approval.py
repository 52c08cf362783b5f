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
    issuing: bool = True
    """Whether the certificate is there once its request is approved."""
    asked: set[str] = field(default_factory=set)
    """The requests that they have been shown."""
    target: Path = Path()

    @property
    def policies(self) -> Policies:
        """Those of their RA."""
        policies = conformant_policies()
        write = policies.portal.write_certificate
        portal = replace(
            policies.portal,
            approved_at=self._approved_at,
            write_certificate=lambda octets: write(octets) if self.issuing else b"",
        )
        return replace(policies, portal=portal)

    def _approved_at(self, request: PortalRequest) -> datetime:
        self.asked.add(request.reference)
        return request.submitted_at if self.approving else datetime.max.replace(tzinfo=UTC)


@pytest.fixture
def authority(tmp_path: Path) -> Iterator[Authority]:
    people = Authority()
    pki = open_pki(tmp_path / "pki")
    with running(tmp_path, pki, people.policies) as ra:
        people.target = write_target(tmp_path, ra.endpoints, [], 300, people.policies)
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


def test_the_key_pair_of_an_earlier_process_is_not_used_again(authority: Authority, tmp_path: Path) -> None:
    output = tmp_path / "out"
    first = run_suite(authority.target, output, "-k", "PGO-P06 and another", "--formats=none")
    assert first.verdicts() == {"SUSPENDED"}, first.output
    authority.approving = True
    make_due(output)
    second = resume_suite(output).scenario("PGO-P06[the EUI-64 of another organisation]")
    assert second["verdict"] == "INCONCLUSIVE"
    assert "its key pair ended with that" in second["reason"]
    assert len(authority.asked) == 1


@pytest.mark.parametrize(("comes", "verdict"), [(True, "PASS"), (False, "FAIL")])
def test_a_certificate_that_is_not_there_at_once_is_looked_for_later(
    authority: Authority, tmp_path: Path, comes: bool, verdict: str
) -> None:
    text, _, _ = authority.target.read_text(encoding="utf-8").partition("[operator]")
    authority.target.write_text(text, encoding="utf-8")
    authority.approving, authority.issuing = True, False
    output = tmp_path / "out"
    first = run_suite(authority.target, output, "-k", "PGO-P04", "--formats=none")
    assert first.verdicts() == {"SUSPENDED"}, first.output
    assert "is approved and has no certificate yet" in first.scenario("PGO-P04")["reason"]
    authority.issuing = comes
    make_due(output)
    second = resume_suite(output).scenario("PGO-P04")
    assert second["verdict"] == verdict, second["reason"]
    assert [finding["requirement"] for finding in second["findings"]] == ["M-2.3.1.4-c"] * (not comes)
    assert len(authority.asked) == 3
