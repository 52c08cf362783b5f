"""Launch files: an RA that the suite starts, uses and stops.

A launch file holds `schema = 1` and a table `[launch]` with `command`, a list of texts, and optionally
`seconds`, the longest start in seconds. The command writes a target file, `target.toml`, into the folder
that the suite gives it, once it serves; it ends when its standard input closes.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from targets.loader import load_target, read_document
from targets.model import Target
from targets.problems import Problems, TargetError
from targets.table import Source, Table

SUITE = Path(__file__).resolve().parent.parent
"""The suite's own folder: on the Python path of a launched command."""

_POLL_SECONDS = 0.02
_STOP_SECONDS = 5.0
_STDERR_LINES = 8


@dataclass(frozen=True)
class Launch:
    """What a launch file says."""

    path: Path
    command: tuple[str, ...]
    """Arguments, with ``{python}``, ``{directory}`` and ``{here}`` not yet replaced."""
    seconds: float
    """The longest that the start may take."""

    def arguments(self, directory: Path) -> list[str]:
        """The command to run, `directory` being where it is to write its target file."""
        places = {
            "{python}": sys.executable,
            "{directory}": str(directory),
            "{here}": str(self.path.absolute().parent),
        }
        arguments = []
        for argument in self.command:
            for place, value in places.items():
                argument = argument.replace(place, value)
            arguments.append(argument)
        return arguments


def read_launch(path: Path | str) -> Launch:
    """Read and check a launch file. Raises `TargetError`."""
    problems = Problems(str(path))
    file = Path(path).absolute()
    root = Table(Source(problems, file.parent, datetime.now(UTC)), "", read_document(path))
    table = root.table("launch", required="give the table [launch] with a command")
    command = table.words("command", required='list the command and its arguments, such as ["{python}", ...]')
    seconds = table.number("seconds", 60.0, 0.1, 3600)
    table.finish()
    root.finish()
    problems.raise_if_any()
    return Launch(file, command or (), seconds)


def is_launch_file(path: Path | str) -> bool:
    """Whether the suite is to start the RA itself. Raises `TargetError` where the file cannot be read."""
    return "launch" in read_document(path)


@contextlib.contextmanager
def open_target(path: Path | str) -> Iterator[Target]:
    """The target of a target file; or, of a launch file, the RA that it starts, stopped on leaving.

    Raises `TargetError`.
    """
    if is_launch_file(path):
        with launched(path) as target:
            yield target
    else:
        yield load_target(path)


@contextlib.contextmanager
def launched(path: Path | str) -> Iterator[Target]:
    """Start the RA of a launch file, wait until it serves, and stop it on leaving.

    It runs in a fresh temporary folder, which goes with it. Raises `TargetError` where it cannot be
    started, ends early, takes too long, or writes a target file that cannot be used.
    """
    launch = read_launch(path)
    with tempfile.TemporaryDirectory(prefix="smki-", ignore_cleanup_errors=True) as folder:
        directory = Path(folder) / "ra"
        directory.mkdir()
        # Its output goes to files: a pipe that nobody reads would stop it once full.
        with (
            (Path(folder) / "stdout.txt").open("wb") as stdout,
            (Path(folder) / "stderr.txt").open("w+b") as stderr,
        ):
            process = _start(launch, directory, stdout.fileno(), stderr.fileno())
            try:
                _wait_until_ready(launch, process, directory / "target.toml", Path(stderr.name))
                yield load_target(directory / "target.toml")
            finally:
                _stop(process)


def _start(launch: Launch, directory: Path, stdout: int, stderr: int) -> subprocess.Popen[bytes]:
    paths = [str(SUITE), *filter(None, [os.environ.get("PYTHONPATH")])]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(paths), "PYTHONUTF8": "1"}
    arguments = launch.arguments(directory)
    try:
        return subprocess.Popen(
            arguments,
            stdin=subprocess.PIPE,
            stdout=stdout,
            stderr=stderr,
            cwd=directory.parent,
            env=environment,
            # Ctrl-C is for the suite, which then stops the RA itself: keep it out of the process group.
            start_new_session=True,
            creationflags=getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0),
        )
    except OSError as error:
        raise TargetError(
            [
                f"{launch.path}: launch.command = {arguments[0]}: cannot be started: {error.strerror};"
                " give a program that this user can run"
            ]
        ) from None


def _wait_until_ready(
    launch: Launch, process: subprocess.Popen[bytes], target_file: Path, stderr: Path
) -> None:
    deadline = time.monotonic() + launch.seconds
    while not target_file.exists():
        status = process.poll()
        # It may have written the file and ended between the two looks.
        if status is not None and not target_file.exists():
            raise TargetError(_failure(launch, f"ended with status {status} before it served", stderr))
        if time.monotonic() > deadline:
            raise TargetError(_failure(launch, f"wrote no target file in {launch.seconds:g} s", stderr))
        time.sleep(_POLL_SECONDS)


def _failure(launch: Launch, what: str, stderr: Path) -> list[str]:
    lines = stderr.read_bytes().decode("utf-8", "replace").splitlines()
    last = [line.rstrip() for line in lines if line.strip()][-_STDERR_LINES:]
    command = " ".join(launch.command)
    first = f"{launch.path}: launch.command = {command}: {what}; run it by hand to see why"
    return [first, *(f"  its standard error: {line}" for line in last)]


def _stop(process: subprocess.Popen[bytes]) -> None:
    """Close its standard input; where that is not enough terminate it, then kill it."""
    if process.stdin is not None:
        with contextlib.suppress(OSError):
            process.stdin.close()
    for insist in (None, "SIGTERM", "SIGKILL"):
        if insist is not None:
            _signal(process, insist)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(_STOP_SECONDS)
            return


def _signal(process: subprocess.Popen[bytes], name: str) -> None:
    if sys.platform == "win32":
        process.terminate()  # Windows has one way to end a process, and it is final
        return
    # Its own children, a shell's for instance, are in its process group.
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, getattr(signal, name))
