"""A launched RA is waited for, used and stopped; one that fails to start says why in clear lines."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

import pytest

from targets.launch import launched, open_target, read_launch
from targets.problems import TargetError
from tests.targets.files import GOOD, write

SERVE = """
import os, pathlib, shutil, sys
directory, files, ending = map(pathlib.Path, sys.argv[1:4])
for name in ("ca.pem", "good.pem", "good.key"):
    shutil.copy(files / name, directory / name)
shutil.copy(files / sys.argv[4], directory / "target.tmp")
os.replace(directory / "target.tmp", directory / "target.toml")
print("x" * 1_000_000)  # more than a pipe holds
sys.stdin.read()
ending.write_text(os.getcwd())
"""


@pytest.fixture
def ending(tmp_path: Path) -> Path:
    """Where a launched RA that ends by itself leaves its working folder's name."""
    return tmp_path / "ended"


def launch_file(tmp_path: Path, *command: object, seconds: float = 20) -> Path:
    document = {"schema": 1, "launch": {"command": [str(word) for word in command], "seconds": seconds}}
    return write(tmp_path, document)


def script(tmp_path: Path, text: str, *arguments: object, seconds: float = 20) -> Path:
    (tmp_path / "ra.py").write_text(text, encoding="utf-8")
    return launch_file(tmp_path, "{python}", "{here}/ra.py", "{directory}", *arguments, seconds=seconds)


def test_an_ra_is_started_used_and_stopped(tmp_path: Path, folder: Path, ending: Path) -> None:
    target_file = write(folder, GOOD)
    with open_target(script(tmp_path, SERVE, folder, ending, target_file.name)) as target:
        directory = target.path.parent
        assert target.name == "Test RA"
        assert directory.is_dir()
        assert not ending.exists()
    assert Path(ending.read_text()).resolve() == directory.parent.resolve()
    assert not directory.parent.exists()


def test_an_ra_is_stopped_when_the_run_fails(tmp_path: Path, folder: Path, ending: Path) -> None:
    path = script(tmp_path, SERVE, folder, ending, write(folder, GOOD).name)
    with pytest.raises(ZeroDivisionError), launched(path):
        raise ZeroDivisionError
    assert ending.exists()


def test_an_ordinary_target_file_is_opened_as_it_is(folder: Path) -> None:
    path = write(folder, GOOD)
    with open_target(path) as target:
        assert target.path == path


def test_a_launched_ra_finds_the_suites_modules(tmp_path: Path) -> None:
    text = "import targets, sys; sys.exit(str(targets.__doc__))"
    with (
        pytest.raises(TargetError, match="its standard error: Target files"),
        launched(script(tmp_path, text)),
    ):
        pass


def test_an_ra_that_ends_early(tmp_path: Path) -> None:
    text = "import sys; print('first\\n\\n' + 'line\\n' * 20 + 'no licence', file=sys.stderr); sys.exit(7)"
    path = script(tmp_path, text)
    with pytest.raises(TargetError) as caught, launched(path):
        pass
    first, *others = caught.value.lines
    assert first.startswith(f"{path}: launch.command = {{python}} {{here}}/ra.py")
    assert "ended with status 7 before it served; run it by hand to see why" in first
    assert others == ["  its standard error: line"] * 7 + ["  its standard error: no licence"]


def test_an_ra_that_takes_too_long(tmp_path: Path, ending: Path) -> None:
    text = f"import sys, pathlib; sys.stdin.read(); pathlib.Path({str(ending)!r}).touch()"
    started = time.monotonic()
    with (
        pytest.raises(TargetError, match=r"wrote no target file in 0\.3 s"),
        launched(script(tmp_path, text, seconds=0.3)),
    ):
        pass
    assert time.monotonic() - started < 10
    assert ending.exists()


def test_an_ra_whose_target_file_is_wrong(tmp_path: Path, folder: Path, ending: Path) -> None:
    bad = write(folder, {**GOOD, "target": {}})
    with (
        pytest.raises(TargetError, match=r"target\.name: is missing"),
        launched(script(tmp_path, SERVE, folder, ending, bad.name)),
    ):
        pass
    assert ending.exists()


def test_an_ra_that_does_not_heed_its_standard_input_is_ended(
    tmp_path: Path, folder: Path, ending: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("targets.launch._STOP_SECONDS", 0.3)
    stubborn = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN)\n" + SERVE.replace(
        "sys.stdin.read()", "(directory / 'pid').write_text(str(os.getpid())); import time; time.sleep(60)"
    )
    with launched(script(tmp_path, stubborn, folder, ending, write(folder, GOOD).name)) as target:
        pid = wait_for_text(target.path.parent / "pid")
    assert not ending.exists()
    if sys.platform != "win32":
        with pytest.raises(ProcessLookupError):
            os.kill(int(pid), 0)


def wait_for_text(path: Path) -> str:
    deadline = time.monotonic() + 10
    while not (path.exists() and path.read_text()):
        assert time.monotonic() < deadline
        time.sleep(0.01)
    return path.read_text()


def test_a_command_that_does_not_exist(tmp_path: Path) -> None:
    path = launch_file(tmp_path, "no-such-program-here", "{directory}")
    with (
        pytest.raises(TargetError, match=r"launch\.command = no-such-program-here: cannot be started: "),
        launched(path),
    ):
        pass


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("schema = 1\n[launch]\n", "launch.command: is missing; list the command and its arguments"),
        ("schema = 1\n[launch]\ncommand = []\n", "launch.command = []: not a list of texts"),
        ('schema = 1\n[launch]\ncommand = ["a", 1]\n', 'launch.command = ["a", 1]: not a list of texts'),
        (
            'schema = 1\n[launch]\ncommand = "a b"\n',
            'launch.command = "a b": has the wrong type; give a list',
        ),
        (
            'schema = 1\n[launch]\ncommand = ["a"]\nsecond = 1\n',
            'launch.second: unknown key; did you mean "seconds"?',
        ),
        ('schema = 1\n[launch]\ncommand = ["a"]\nseconds = 0\n', "launch.seconds = 0: is out of range"),
        ('schema = 1\n[launch]\ncommand = ["a"]\n[target]\n', "target: unknown key"),
        ('schema = 7\n[launch]\ncommand = ["a"]\n', "schema = 7: not a schema known here"),
    ],
)
def test_a_mistake_in_a_launch_file_gives_one_clear_line(tmp_path: Path, text: str, expected: str) -> None:
    path = write(tmp_path, text)
    with pytest.raises(TargetError) as caught, open_target(path):
        pass
    [line] = caught.value.lines
    assert line.startswith(f"{path}: ")
    assert expected in line


def test_places_in_a_command(tmp_path: Path) -> None:
    path = launch_file(tmp_path, "{python}", "--dir={directory}", "{here}/x", "{}", "plain")
    launch = read_launch(path)
    assert launch.arguments(tmp_path / "d") == [
        sys.executable,
        f"--dir={tmp_path / 'd'}",
        f"{tmp_path}/x",
        "{}",
        "plain",
    ]
    assert launch.seconds == 20
