"""A test PKI made once, and a target file to alter."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.targets.pki import Pki, write_folder


@pytest.fixture(scope="session")
def pki() -> Pki:
    return Pki.make()


@pytest.fixture(scope="session")
def folder(pki: Pki, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with every file that the tests name; nothing in it is changed."""
    return write_folder(pki, tmp_path_factory.mktemp("target"))


@pytest.fixture(autouse=True)
def _no_secrets_set(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("SMKI_TEST_PASSWORD", "SMKI_TEST_EMPTY", "SMKI_TEST_UNSET"):
        monkeypatch.delenv(name, raising=False)
