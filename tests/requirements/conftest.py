"""A small tree of features and steps, and a small catalogue to go with it."""

from __future__ import annotations

from pathlib import Path

import pytest

from requirements.catalogue import Catalogue
from tests.requirements.trees import GOOD, STEPS, Tree, requirement


@pytest.fixture
def tree(tmp_path: Path) -> Tree:
    """A tree without a fault: one scenario, its three steps and one requirement."""
    made = Tree(tmp_path, Catalogue([requirement("M-2.4.GO-a")]))
    made.feature(GOOD)
    made.steps(STEPS)
    return made
