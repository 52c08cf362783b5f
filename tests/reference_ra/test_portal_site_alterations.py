"""That defects and variants of the portals' sites show over sockets, and that variants do the same work."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import pytest

from reference_ra.alterations import Alteration
from reference_ra.conformant import conformant_policies
from reference_ra.pki import TestPki
from tests.reference_ra.beside_the_matrix import beside_the_matrix
from tests.reference_ra.conftest import Ra, running
from tests.reference_ra.portal_battery import Battery

Told = dict[str, str]
MODULES = ("portal_access", "portal_pages", "portal_accessibility", "portal_internet", "portal_site")


@pytest.fixture(scope="module")
def conformant(tmp_path_factory: pytest.TempPathFactory, pki: TestPki) -> Iterator[Told]:
    with running(tmp_path_factory.mktemp("conformant"), pki, conformant_policies()) as ra:
        yield Battery(ra).run()


def told_by(start: Callable[..., Ra], alteration: Alteration) -> Told:
    return Battery(start(alteration.alter(conformant_policies()))).run()


def test_the_battery_is_told_the_same_twice(start: Callable[..., Ra], conformant: Told) -> None:
    assert Battery(start()).run() == conformant


def test_the_battery_sees_every_state(conformant: Told) -> None:
    texts = "\n".join(conformant.values())
    for sign in ("error-summary", "approved: the", "Download the", 'class="report"', "Access is refused"):
        assert sign in texts
    issued = {number: conformant[f"issued {number}"] for number in range(1, 7)}
    assert issued == {1: "0", 2: "1", 3: "1", 4: "1", 5: "0", 6: "0"}


@pytest.mark.parametrize("alteration", beside_the_matrix("defect", MODULES), ids=lambda each: each.name)
def test_a_defect_shows(start: Callable[..., Ra], conformant: Told, alteration: Alteration) -> None:
    told = told_by(start, alteration)
    assert {key for key, text in told.items() if text != conformant.get(key)}
    assert "Traceback" not in str(told)
    assert not {key for key, text in told.items() if text.startswith("500")}


@pytest.mark.parametrize("alteration", beside_the_matrix("variant", MODULES), ids=lambda each: each.name)
def test_a_variant_differs_and_does_the_same(
    start: Callable[..., Ra], conformant: Told, alteration: Alteration
) -> None:
    told = told_by(start, alteration)
    assert told != conformant or alteration.name in ("portal-tokens-alone", "portal-origins-alone")
    issued = [key for key in conformant if key.startswith("issued")]
    assert [told[key] for key in issued] == [conformant[key] for key in issued]
    files = attachments(conformant)
    assert len(files) == 5
    assert files.items() <= attachments(told).items()
    assert not {key for key, text in told.items() if text.startswith("500")}
    if alteration.name != BY_BROWSERS_ALONE:
        forged = [key for key in conformant if "forged with" in key]
        assert all(told[key].startswith("403") for key in forged)


BY_BROWSERS_ALONE = "portal-samesite-alone"
"""A browser keeps its cookie from other sites; the battery is none, and sends it."""


def attachments(told: Told) -> Told:
    """The files that could be had, whatever number their request has."""
    found = {key: text for key, text in told.items() if "attachment" in text}
    return {re.sub(r"R\d+", "R", key): re.sub(r"R\d+", "R", text) for key, text in found.items()}
