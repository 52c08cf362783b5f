"""The front door: which command a verb becomes, and when the environment is made, kept or made anew."""

from __future__ import annotations

import ast
import os
import re
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

import smki

SOURCE = Path(smki.__file__).resolve()
POSIX = pytest.mark.skipif(sys.platform == "win32", reason="signals are sent to a process group")


class Installer:
    """In place of pip: makes a Python that is none, and keeps what it was asked to install."""

    def __init__(self, *, seconds: float = 0, fail: type[BaseException] | None = None) -> None:
        self.installed: list[str] = []
        self.seconds, self.fail = seconds, fail

    def __call__(self, venv: Path, lock: Path) -> None:
        python = smki.python_of(venv)
        python.parent.mkdir(exist_ok=True)
        python.touch()
        time.sleep(self.seconds)
        self.installed.append(lock.name)
        if self.fail:
            raise self.fail


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = tmp_path / "dependencies"
    folder.mkdir()
    (folder / "run.lock").write_text("a==1\n")
    (folder / "selftest.lock").write_text("a==1\nb==1\n")
    return tmp_path


def ensure(root: Path, lock: str = "run.lock", **options: object) -> list[str]:
    """What one use of the front door installs."""
    installer = Installer(**options)  # type: ignore[arg-type]
    smki.ensure_environment(root, lock, installer)
    return installer.installed


def test_it_is_read_by_an_older_python_and_needs_the_standard_library_only() -> None:
    tree = ast.parse(SOURCE.read_text(encoding="utf-8"), feature_version=(3, 6))
    named = {
        alias.name.split(".")[0]
        for node in ast.walk(tree)
        if isinstance(node, ast.Import)
        for alias in node.names
    }
    named |= {str(node.module).split(".")[0] for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert named <= sys.stdlib_module_names
    assert "__future__" not in named  # Python 3.6 knows no `annotations` there


def test_an_older_python_is_told_so() -> None:
    program = (
        "import sys; sys.version_info = (3, 6, 15, 'final', 0); sys.version = '3.6.15 (main)'\n"
        f"exec(compile(open({str(SOURCE)!r}).read(), 'smki.py', 'exec'), {{'__name__': '__main__'}})"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (4, "")
    assert done.stderr == "smki: this is Python 3.6.15; Python 3.11 or later is needed\n"


def test_the_first_use_installs_and_the_second_does_not(
    root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert ensure(root) == ["run.lock"]
    out, err = capsys.readouterr()
    assert out == ""
    assert err == "smki: Installing run.lock into .venv, once; this takes about 20 seconds ...\n"
    assert ensure(root) == []
    assert capsys.readouterr() == ("", "")


def test_selftest_brings_what_a_run_needs(root: Path) -> None:
    assert ensure(root, "selftest.lock") == ["selftest.lock"]
    assert ensure(root, "run.lock") == []


def test_selftest_is_added_to_a_run(root: Path) -> None:
    ensure(root)
    kept = root / ".venv" / "kept"
    kept.touch()
    assert ensure(root, "selftest.lock") == ["selftest.lock"]
    assert ensure(root) == ensure(root, "selftest.lock") == []
    assert kept.exists()


def test_a_changed_lock_is_installed_into_an_empty_environment(root: Path) -> None:
    ensure(root)
    left_over = root / ".venv" / "lib" / "package"
    left_over.mkdir(parents=True)
    (root / "dependencies" / "run.lock").write_text("a==2\n")
    assert ensure(root) == ["run.lock"]
    assert not left_over.exists()
    assert ensure(root) == []


def test_line_ends_are_no_change(root: Path) -> None:
    ensure(root)
    (root / "dependencies" / "run.lock").write_bytes(b"a==1\r\n")
    assert ensure(root) == []


@pytest.mark.parametrize("fail", [KeyboardInterrupt, smki.InstallError])
def test_an_installation_that_was_cut_short_is_redone(root: Path, fail: type[BaseException]) -> None:
    with pytest.raises(fail):
        ensure(root, fail=fail)
    half = root / ".venv" / "half-a-package"
    half.touch()
    assert ensure(root) == ["run.lock"]
    assert not half.exists()


def test_an_addition_that_was_cut_short_is_redone_whole(root: Path) -> None:
    ensure(root)
    with pytest.raises(KeyboardInterrupt):
        ensure(root, "selftest.lock", fail=KeyboardInterrupt)
    assert ensure(root) == ["run.lock"]


@pytest.mark.parametrize("damage", ["{", "[]", "\xff"])
def test_a_damaged_record_is_an_unfinished_installation(root: Path, damage: str) -> None:
    ensure(root)
    (root / ".venv" / smki.STATE_FILE).write_text(damage, encoding="latin-1")
    assert ensure(root) == ["run.lock"]
    assert ensure(root) == []


def test_an_environment_whose_python_is_gone_is_made_anew(root: Path) -> None:
    ensure(root)
    smki.python_of(root / ".venv").unlink()
    assert ensure(root) == ["run.lock"]


def test_an_environment_made_by_hand_is_completed_not_emptied(root: Path) -> None:
    (root / ".venv").mkdir()
    Installer()(root / ".venv", root / "run.lock")
    kept = root / ".venv" / "kept"
    kept.touch()
    assert ensure(root) == ["run.lock"]
    assert kept.exists()


def test_first_uses_at_the_same_time_install_once(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    installer = Installer(seconds=0.5)
    threads = [
        threading.Thread(target=smki.ensure_environment, args=(root, "run.lock", installer)) for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert installer.installed == ["run.lock"]
    assert capsys.readouterr().err.count("waiting for another smki.py") == 3


def pins(lock: str) -> set[str]:
    text = (SOURCE.parent / "dependencies" / lock).read_text(encoding="utf-8")
    return set(re.findall(r"^([A-Za-z0-9_.\[\]-]+==\S+)", text, re.MULTILINE))


def test_selftest_lock_holds_every_pin_of_run_lock() -> None:
    assert pins("run.lock")
    assert pins("run.lock") < pins("selftest.lock")


def test_pip_installs_with_hashes_into_a_new_environment(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    commands: list[list[str]] = []

    def run(command: list[str], env: dict[str, str]) -> subprocess.CompletedProcess[bytes]:
        assert env["PIP_USER"] == "0"
        commands.append(command)
        return subprocess.CompletedProcess(command, 0)

    monkeypatch.setattr(subprocess, "run", run)
    smki.install_with_pip(root / ".venv", root / "dependencies" / "run.lock")
    make, install = commands
    assert make[1:] == ["-m", "venv", str(root / ".venv")]
    assert install[0] == str(smki.python_of(root / ".venv"))
    assert "--require-hashes" in install
    assert install[-2:] == ["--requirement", str(root / "dependencies" / "run.lock")]


@pytest.mark.parametrize(("there", "expected"), [(False, "python -m venv failed"), (True, "pip failed")])
def test_an_installation_that_fails_says_so(
    root: Path, monkeypatch: pytest.MonkeyPatch, there: bool, expected: str
) -> None:
    if there:
        smki.python_of(root / ".venv").parent.mkdir(parents=True)
        smki.python_of(root / ".venv").touch()
    monkeypatch.setattr(subprocess, "run", lambda command, env: subprocess.CompletedProcess(command, 9, env))
    with pytest.raises(smki.InstallError, match=f"{expected} with status 9"):
        smki.install_with_pip(root / ".venv", root / "dependencies" / "run.lock")


HERE = Path("/somewhere") if sys.platform != "win32" else Path("C:/somewhere")
OWN = str(smki.REFERENCE_DIRECTORY)


@pytest.mark.parametrize(
    ("verb", "given", "expected"),
    [
        (
            "run",
            ["-k", "AHW", "--target", "my.toml", "-x"],
            ["-k", "AHW", f"--target={HERE / 'my.toml'}", "-x"],
        ),
        ("run", ["--target=a/my.toml"], [f"--target={HERE / 'a/my.toml'}"]),
        ("run", ["--target"], ["--target"]),
        ("run", [], []),
        ("resume", [], ["--resume="]),
        ("resume", ["out/1"], [f"--resume={HERE / 'out/1'}"]),
        (
            "resume",
            ["--target", "my.toml", "out/1", "-v"],
            [f"--resume={HERE / 'out/1'}", f"--target={HERE / 'my.toml'}", "-v"],
        ),
        ("resume", ["--target=my.toml"], ["--resume=", f"--target={HERE / 'my.toml'}"]),
        ("selftest", [], ["tests", *smki.COVERAGE]),
        ("selftest", ["-k", "loader"], ["tests", "-k", "loader"]),
        ("selftest", ["tests/targets", "-q"], ["tests/targets", "-q"]),
        ("selftest", ["tests/test_front_door.py::test_help"], ["tests/test_front_door.py::test_help"]),
        ("selftest", ["-k", "tests of nothing"], ["tests", "-k", "tests of nothing"]),
        ("reference-ra", [], ["--directory", OWN]),
        ("reference-ra", ["--defect", "x"], ["--directory", OWN, "--defect", "x"]),
        ("reference-ra", ["--pki", "p"], ["--directory", OWN, f"--pki={HERE / 'p'}"]),
        ("reference-ra", ["--directory=d"], [f"--directory={HERE / 'd'}"]),
        ("reference-ra", ["--directory", "d"], [f"--directory={HERE / 'd'}"]),
        ("reference-ra", ["--list"], ["--list"]),
        ("check-target", ["my.toml", "--connect"], [str(HERE / "my.toml"), "--connect"]),
        ("requirements", ["a", "b"], ["a", "b"]),
        ("benchmarks", [], []),
    ],
)
def test_the_arguments_of_a_verb(verb: str, given: list[str], expected: list[str]) -> None:
    assert smki.verb_arguments(verb, given, HERE) == expected


def test_a_verb_becomes_a_module_of_the_environments_python(monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[object] = []
    monkeypatch.setattr(smki, "ensure_environment", lambda root, lock: calls.append((root, lock)))
    monkeypatch.setattr(smki, "run_child", lambda command, _: calls.append(command) or 5)
    assert smki.main(["run", "-x"]) == 5
    assert smki.main(["defects"]) == 5
    python = str(smki.python_of(SOURCE.parent / ".venv"))
    assert calls == [
        (SOURCE.parent, "run.lock"),
        [python, "-m", "pytest", "-x"],
        (SOURCE.parent, "selftest.lock"),
        [python, "-m", "tests.defects"],
    ]


@pytest.mark.parametrize(
    ("error", "status", "expected"),
    [
        (KeyboardInterrupt(), 2, "interrupted"),
        (smki.InstallError("pip failed"), 3, "could not be made: pip failed"),
        (PermissionError(13, "Permission denied"), 3, "could not be made: [Errno 13] Permission denied"),
    ],
)
def test_an_environment_that_cannot_be_made(
    error: BaseException,
    status: int,
    expected: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def fail(_root: Path, _lock: str) -> None:
        raise error

    monkeypatch.setattr(smki, "ensure_environment", fail)
    assert smki.main(["run"]) == status
    out, err = capsys.readouterr()
    assert (out, err.count("\n")) == ("", 1)
    assert expected in err


@pytest.mark.parametrize(("arguments", "status"), [([], 4), (["--help"], 0), (["-h"], 0)])
def test_help(arguments: list[str], status: int, capsys: pytest.CaptureFixture[str]) -> None:
    assert smki.main(arguments) == status
    out = capsys.readouterr().out
    assert all(f"smki.py {verb} " in out for verb in smki.VERBS)
    assert all(f"\n  {number}  " in out for number in range(6))


def test_a_misspelt_verb(capsys: pytest.CaptureFixture[str]) -> None:
    assert smki.main(["selftets"]) == 4
    assert capsys.readouterr().err == "smki: unknown verb selftets; did you mean selftest?\n"
    assert smki.main(["xyz"]) == 4
    assert "the verbs are run, resume, selftest" in capsys.readouterr().err


def test_the_environment_of_a_verb(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    elsewhere = str(tmp_path / "absolute")
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(["plugins", "", elsewhere]))
    monkeypatch.setenv("PYTHONHOME", "/nowhere")
    environment = smki.child_environment(tmp_path)
    assert environment["PYTHONPATH"] == os.pathsep.join([str(tmp_path / "plugins"), elsewhere])
    assert environment["PYTHONUTF8"] == "1"
    assert "PYTHONHOME" not in environment


@pytest.mark.parametrize("status", [0, 1, 5])
def test_a_verbs_exit_status_is_passed_on(status: int) -> None:
    handlers = [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)]
    program = f"import os, sys; sys.exit({status} if os.path.exists('smki.py') else 99)"
    assert smki.run_child([sys.executable, "-c", program], dict(os.environ)) == status
    assert [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)] == handlers


CAREFUL = """
import sys, time
try:
    print("ready", flush=True)
    time.sleep(30)
except KeyboardInterrupt:
    time.sleep(0.3)  # reports are written
    print("written", flush=True)
    sys.exit(2)
"""
CARELESS = "import signal, time; signal.signal(2, signal.SIG_DFL); print('ready', flush=True); time.sleep(30)"


@POSIX
@pytest.mark.parametrize(
    ("program", "number", "to_all", "status", "output"),
    [
        (CAREFUL, signal.SIGINT, True, 2, "written\n"),
        (CARELESS, signal.SIGINT, True, 2, ""),
        (CAREFUL, signal.SIGTERM, False, 143, ""),
    ],
    ids=["Ctrl-C", "Ctrl-C unheeded", "terminated"],
)
def test_a_signal_reaches_the_verb_and_its_status_comes_back(
    program: str, number: int, to_all: bool, status: int, output: str
) -> None:
    front = (
        "import os, sys, smki\n"
        f"sys.exit(smki.run_child([sys.executable, '-c', {program!r}], dict(os.environ)))"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", front],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=SOURCE.parent,
        start_new_session=True,
    )
    with process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        if to_all:
            os.killpg(process.pid, number)
        else:
            os.kill(process.pid, number)
        out, err = process.communicate(timeout=20)
    assert (process.returncode, out, err) == (status, output, "")
