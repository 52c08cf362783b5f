"""That defects and variants of the portals' desk show, and that variants keep the rules."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from reference_ra.alterations import Alteration
from reference_ra.conformant import conformant_policies
from reference_ra.pki import TestPki
from tests.reference_ra.beside_the_matrix import beside_the_matrix
from tests.reference_ra.desk_battery import LIMIT, Battery, limited
from tests.reference_ra.desking import Office, office

Told = dict[str, str]
MODULES = (
    "portal_organisation",
    "portal_certificates",
    "portal_device",
    "portal_archive",
    "portal_pickup",
    "portal_desk",
)


@pytest.fixture(scope="module")
def conformant(tmp_path_factory: pytest.TempPathFactory, pki: TestPki) -> Told:
    with office(tmp_path_factory.mktemp("conformant"), pki, limited(conformant_policies())) as made:
        return Battery(made).run()


def told_by(open_office: Callable[..., Office], alteration: Alteration) -> Told:
    return Battery(open_office(alteration.alter(limited(conformant_policies())))).run()


def test_the_battery_is_told_the_same_twice(open_office: Callable[..., Office], conformant: Told) -> None:
    told = Battery(open_office(limited(conformant_policies()))).run()
    assert not {key: text for key, text in told.items() if text != conformant.get(key)}


def test_the_battery_sees_what_there_is(conformant: Told) -> None:
    texts = "\n".join(conformant.values())
    for sign in ("CSR_ERROR", "ISSUANCE_ANOMALY", "WORKFLOW_ERROR", "FORMAT_ERROR", "ineligible", "anomaly"):
        assert sign in texts
    assert conformant[f"batch, of {LIMIT}"].startswith(f"accepted [] {LIMIT} awaiting approval")
    assert "PEM " in conformant["file, Device CSR, signing, after a night"]


@pytest.mark.parametrize("alteration", beside_the_matrix("defect", MODULES), ids=lambda each: each.name)
def test_a_defect_shows(open_office: Callable[..., Office], conformant: Told, alteration: Alteration) -> None:
    told = told_by(open_office, alteration)
    assert {key for key, text in told.items() if text != conformant.get(key)}
    assert "An internal error" not in str(told)


ELSEWHERE = ("portal-damaged-files-end-with-an-error", "portal-archive-faults-per-file")
"""Those that accept what others refuse, so that what comes later is counted otherwise."""
MAY_BE_DECIDED_ANEW = {"portal-archive-may-be-empty": ("batch, of 0, after a night, to portal-device",)}
"""What a variant is there to decide in another way."""


@pytest.mark.parametrize("alteration", beside_the_matrix("variant", MODULES), ids=lambda each: each.name)
def test_a_variant_differs_and_decides_the_same(
    open_office: Callable[..., Office], conformant: Told, alteration: Alteration
) -> None:
    told = told_by(open_office, alteration)
    assert {key for key, text in told.items() if text != conformant.get(key)}
    assert "An internal error" not in str(told)
    decided = [
        key
        for key in conformant
        if re.search(f", after a night, to portal-(organisation|device)$|^issued|of {LIMIT}$", key)
        and not key.startswith(("pickups", "list", "files"))
    ]
    decided = [key for key in decided if key not in MAY_BE_DECIDED_ANEW.get(alteration.name, ())]
    if alteration.name in ELSEWHERE:
        decided = [key for key in decided if not key.startswith("batch")]
    assert not {
        key: (told.get(key, ""), conformant[key])
        for key in decided
        if standing(told.get(key, "")) != standing(conformant[key])
    }


def standing(text: str) -> str:
    return text.partition(" ")[0]
