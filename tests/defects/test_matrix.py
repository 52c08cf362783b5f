"""Every seeded defect is found by a scenario that cites its rule, and every legal variant passes whole."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from reference_ra.alterations import Alteration
from tests.defects.execution import Trials, judge_defect, known, not_whole, running_trials

NOT_CONFORMANT = 1
DEFECTS, VARIANTS = known("defect"), known("variant")


@pytest.fixture(scope="module")
def trials() -> Iterator[Trials]:
    with running_trials(every_row=False) as started:
        for alteration in (*DEFECTS, *VARIANTS):
            started.start_altered(alteration)
        yield started


def test_the_reference_ra_conforms_in_every_scenario(trials: Trials) -> None:
    unaltered = trials.start("unaltered").result()
    assert not_whole(unaltered) == []
    assert {scenario["verdict"] for scenario in unaltered.scenarios} == {"PASS"}


@pytest.mark.parametrize("defect", DEFECTS, ids=lambda each: each.name)
def test_a_defect_is_found_and_nothing_else_is_blamed(trials: Trials, defect: Alteration) -> None:
    trial = trials.start_altered(defect).result()
    verdict = judge_defect(defect, trial)
    assert verdict.detected_by, f"{defect.summary} survives:\n{trial.output[-2000:]}"
    assert verdict.strays == ()
    if verdict.failed:  # an advisory rule alone leaves the run conformant
        assert trial.status == NOT_CONFORMANT


@pytest.mark.parametrize("variant", VARIANTS, ids=lambda each: each.name)
def test_a_legal_variant_passes_whole(trials: Trials, variant: Alteration) -> None:
    assert not_whole(trials.start_altered(variant).result(), variant) == []


def test_each_scenario_finds_a_defect(trials: Trials) -> None:
    finding = {
        key.partition("[")[0]
        for defect in DEFECTS
        for key in judge_defect(defect, trials.start_altered(defect).result()).detected_by
    }
    every = {scenario["id"] for scenario in trials.start("unaltered").result().scenarios}
    assert every - finding == set()


def test_there_are_as_many_as_the_suite_promises() -> None:
    def of(service: str, known: list[Alteration]) -> int:
        return sum(service in each.interfaces and "adhoc" not in each.interfaces for each in known)

    batches, portals = of("batch", DEFECTS), of("portal-gateway", DEFECTS)
    assert len(DEFECTS) - batches - portals >= 45
    assert batches >= 35
    assert portals >= 45
    batches, portals = of("batch", VARIANTS), of("portal-gateway", VARIANTS)
    assert len(VARIANTS) - batches - portals >= 12
    assert batches >= 8
    assert portals >= 8
