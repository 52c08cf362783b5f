"""The house's own rules: lint, types, import contracts, file sizes, and words that have no place in it."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
OURS = ("benchmarks", "checks", "clients", "conftest.py", "features", "fixtures", "reference_ra", "reports",
        "requirements", "smki.py", "steps", "targets", "tests")  # fmt: skip
LONGEST_FILE_LINES = 400


def run(*command: str) -> str:
    ended = subprocess.run(
        [sys.executable, "-m", *command],
        cwd=ROOT,
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
    return "" if ended.returncode == 0 else ended.stdout + ended.stderr


@pytest.mark.parametrize(
    "command",
    [
        ("ruff", "check", *OURS),
        ("ruff", "format", "--check", *OURS),
        ("mypy",),
        ("importlinter.cli", "lint"),
        ("requirements",),
    ],
    ids=lambda command: " ".join(command[:2]),
)
def test_a_tool_finds_nothing(command: tuple[str, ...]) -> None:
    assert run(*command) == ""


def sources() -> list[Path]:
    files = [ROOT / name for name in OURS if name.endswith(".py")]
    for name in OURS:
        files += [file for kind in ("*.py", "*.feature", "*.toml") for file in (ROOT / name).rglob(kind)]
    return files


@pytest.mark.parametrize("file", sources(), ids=lambda file: file.relative_to(ROOT).as_posix())
def test_a_file_is_of_a_readable_length(file: Path) -> None:
    if file.suffix != ".toml":
        assert len(file.read_text(encoding="utf-8").splitlines()) <= LONGEST_FILE_LINES


def test_nothing_is_left_undone() -> None:
    undone = re.compile(
        r"\b(TODO|FIXME|XXX|HACK)\b|assert True\b|except( Exception)?: *pass|NotImplementedError"
    )
    found = [
        f"{file.relative_to(ROOT)}:{number}: {line.strip()}"
        for file in sources()
        if file != Path(__file__)
        for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), 1)
        if undone.search(line)
    ]
    assert found == []


def test_the_front_door_is_the_standard_library_alone() -> None:
    imported = re.findall(
        r"^\s*(?:import|from)\s+(\w+)", (ROOT / "smki.py").read_text(encoding="utf-8"), re.MULTILINE
    )
    assert set(imported) <= set(sys.stdlib_module_names)
