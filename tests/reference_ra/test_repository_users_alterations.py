"""That each defect of the Repository's accounts, portal and files shows in what its users meet."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from reference_ra.alterations import Alteration
from reference_ra.conformant import conformant_policies
from reference_ra.pki import TestPki
from reference_ra.policies import Policies
from tests.reference_ra.beside_the_matrix import beside_the_matrix
from tests.reference_ra.conftest import running
from tests.reference_ra.repository_users_battery import Told, told_of_accounts, told_of_files, told_of_portal


def portal(directory: Path, pki: TestPki, policies: Policies) -> Told:
    with running(directory, pki, policies) as ra:
        return told_of_portal(ra)


def files(directory: Path, pki: TestPki, policies: Policies) -> Told:
    with running(directory, pki, policies) as ra:
        return told_of_files(ra)


BATTERIES: dict[str, Callable[[Path, TestPki, Policies], Told]] = {
    "repository_accounts": told_of_accounts,
    "repository_portal": portal,
    "repository_sftp": files,
}


def module_of(alteration: Alteration) -> str:
    return alteration.alter.__module__.rpartition(".")[2]


DEFECTS = beside_the_matrix("defect", BATTERIES)


@pytest.fixture(scope="module")
def conformant(tmp_path_factory: pytest.TempPathFactory, pki: TestPki) -> dict[str, Told]:
    policies = conformant_policies()
    return {name: tell(tmp_path_factory.mktemp(name), pki, policies) for name, tell in BATTERIES.items()}


@pytest.mark.parametrize("name", BATTERIES)
def test_a_battery_is_told_the_same_twice(
    tmp_path: Path, pki: TestPki, conformant: dict[str, Told], name: str
) -> None:
    assert BATTERIES[name](tmp_path, pki, conformant_policies()) == conformant[name]


@pytest.mark.parametrize("defect", DEFECTS, ids=lambda each: each.name)
def test_a_defect_shows(
    tmp_path: Path, pki: TestPki, conformant: dict[str, Told], defect: Alteration
) -> None:
    name = module_of(defect)
    assert BATTERIES[name](tmp_path, pki, defect.alter(conformant_policies())) != conformant[name]
