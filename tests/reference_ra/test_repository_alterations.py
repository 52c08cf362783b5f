"""That each defect of the Repository shows in what it tells, and each variant tells the same otherwise."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from reference_ra.alterations import Alteration
from reference_ra.conformant import conformant_policies
from reference_ra.pki import TestPki
from tests.reference_ra.beside_the_matrix import beside_the_matrix
from tests.reference_ra.repository_battery import Told, told_by

MODULES = (
    "repository_answers",
    "repository_authorities",
    "repository_lists",
    "repository_lodging",
    "repository_requests",
    "repository",
)


@pytest.fixture(scope="module")
def conformant(tmp_path_factory: pytest.TempPathFactory, pki: TestPki) -> Told:
    return told_by(tmp_path_factory.mktemp("conformant"), pki, conformant_policies())


def test_the_battery_is_told_the_same_twice(tmp_path: Path, pki: TestPki, conformant: Told) -> None:
    assert told_by(tmp_path, pki, conformant_policies()) == conformant


def test_the_battery_sees_every_kind_of_answer(conformant: Told) -> None:
    assert {text.split()[0] for key, text in conformant.items() if key.startswith("retrieve")} == {
        "200",
        "401",
        "402",
    }
    assert conformant["with apikey=x"].startswith("403")
    assert ">R<" in conformant["revoked"]
    assert ">E<" in conformant["expired"]


@pytest.mark.parametrize("alteration", beside_the_matrix("defect", MODULES), ids=lambda each: each.name)
def test_a_defect_shows(tmp_path: Path, pki: TestPki, conformant: Told, alteration: Alteration) -> None:
    told = told_by(tmp_path, pki, alteration.alter(conformant_policies()))
    assert {key for key in told.keys() | conformant.keys() if told.get(key) != conformant.get(key)}


def certificates(text: str) -> list[str]:
    """Which certificates an answer tells of."""
    return sorted(set(re.findall("serial of [a-z]+(?: [0-9])+", re.sub(r"\s+", " ", text))))


@pytest.mark.parametrize("alteration", beside_the_matrix("variant", MODULES), ids=lambda each: each.name)
def test_a_variant_tells_of_the_same(
    tmp_path: Path, pki: TestPki, conformant: Told, alteration: Alteration
) -> None:
    told = told_by(tmp_path, pki, alteration.alter(conformant_policies()))
    assert told != conformant or alteration.name == "repository-other-audit-references"
    assert {key: certificates(told[key]) for key in conformant} == {
        key: certificates(text) for key, text in conformant.items()
    }
