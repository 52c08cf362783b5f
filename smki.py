"""The front door of the SMKI conformance test suite: ``python3 smki.py --help``.

It needs Python 3.11 or later and nothing else. On first use it makes the virtual environment ``.venv``
beside this file from a lock file with hashes; then it runs a verb in it. This file is written in the
syntax of Python 3.6, so that an older Python can read it far enough to say that it is too old.
"""

import sys

if sys.version_info < (3, 11):  # noqa: UP036 - this file is what an older Python is given to run
    sys.stderr.write(f"smki: this is Python {sys.version.split()[0]}; Python 3.11 or later is needed\n")
    sys.exit(4)

import contextlib
import difflib
import hashlib
import json
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from types import FrameType
from typing import NamedTuple

ROOT = Path(__file__).resolve().parent
EXIT_INTERRUPTED, EXIT_INTERNAL, EXIT_USAGE = 2, 3, 4

RUN_LOCK, SELFTEST_LOCK = "run.lock", "selftest.lock"
INCLUDED = {RUN_LOCK: (RUN_LOCK,), SELFTEST_LOCK: (RUN_LOCK, SELFTEST_LOCK)}
"""What an installed lock file brings: selftest.lock holds every package of run.lock, at the same version."""

STATE_FILE, GUARD_FILE = "smki-state.json", "smki-guard"
REFERENCE_DIRECTORY = ROOT / "reports" / "out" / "reference-ra"


class Verb(NamedTuple):
    """Something the front door can do."""

    usage: str
    summary: str
    lock: str
    """The lock file that has to be installed for it."""
    module: str
    """What ``python -m`` runs."""


VERBS = {
    "run": Verb(
        "[--target FILE] [--plan] [pytest arguments]",
        "the conformance run; without a target against the built-in reference RA",
        RUN_LOCK,
        "pytest",
    ),
    "resume": Verb(
        "[DIR] [--target FILE]",
        "go on with a run that waits for an answer, or was cut off; without DIR with the newest",
        RUN_LOCK,
        "pytest",
    ),
    "selftest": Verb("[pytest arguments]", "the suite's own tests", SELFTEST_LOCK, "pytest"),
    "reference-ra": Verb(
        "[--directory DIR] [--defect NAME] [--variant NAME] [--list]",
        "serve the built-in reference RA until stopped; writes a target file and credentials",
        RUN_LOCK,
        "reference_ra",
    ),
    "requirements": Verb("[arguments]", "the requirements and their coverage", RUN_LOCK, "requirements"),
    "defects": Verb(
        "[arguments]", "run the suite against every seeded defect and variant", SELFTEST_LOCK, "tests.defects"
    ),
    "check-target": Verb(
        "FILE [--connect]", "validate a target file, submitting nothing", RUN_LOCK, "targets.check"
    ),
    "benchmarks": Verb("[arguments]", "measure speed, as ratios", SELFTEST_LOCK, "benchmarks"),
}

COVERAGE = ("--cov", "--cov-config=pyproject.toml", "--cov-report=term:skip-covered")
"""Measured where all of the suite's own tests run: part of them covers little."""

EXIT_STATUSES = """\
Exit status:
  0  conformant (run, resume); all is well (the other verbs)
  1  not conformant (run, resume); a failure (the other verbs)
  2  interrupted
  3  internal error, or the environment could not be installed
  4  usage error: arguments, target file, or a Python older than 3.11
  5  inconclusive: the run proved nothing certain, or waits for an answer (run, resume)
"""


class InstallError(Exception):
    """The environment could not be made; the message is for the user."""


def main(arguments: Sequence[str]) -> int:
    """Run the verb that the command line names; returns the exit status."""
    if not arguments or arguments[0] in ("-h", "--help", "help"):
        print(help_text(), end="")
        return 0 if arguments else EXIT_USAGE
    name, rest = arguments[0], list(arguments[1:])
    if name not in VERBS:
        near = difflib.get_close_matches(name, VERBS, n=1)
        hint = f"did you mean {near[0]}?" if near else "the verbs are " + ", ".join(VERBS)
        say(f"unknown verb {name}; {hint}")
        return EXIT_USAGE
    try:
        ensure_environment(ROOT, VERBS[name].lock)
    except KeyboardInterrupt:
        say("interrupted; the next use installs anew")
        return EXIT_INTERRUPTED
    except (InstallError, OSError) as error:
        say(f"the environment {ROOT / '.venv'} could not be made: {error}")
        return EXIT_INTERNAL
    command = [str(python_of(ROOT / ".venv")), "-m", VERBS[name].module]
    command += verb_arguments(name, rest, Path.cwd())
    return run_child(command, child_environment(Path.cwd()))


def help_text() -> str:
    """What ``--help`` prints."""
    verbs = "\n".join(
        f"  python3 smki.py {name} {verb.usage}\n      {verb.summary}" for name, verb in VERBS.items()
    )
    return (
        f"The SMKI conformance test suite.\n\n{verbs}\n\n"
        "FILE and DIR are relative to the current folder; other paths, in pytest arguments, to the suite's.\n"
        f"The first use makes the virtual environment .venv beside smki.py.\n\n{EXIT_STATUSES}"
    )


def say(text: str) -> None:
    """Tell the user something, apart from a verb's own output."""
    print("smki: " + text, file=sys.stderr, flush=True)


def verb_arguments(name: str, rest: Sequence[str], caller: Path) -> list[str]:
    """The arguments of a verb's module; `caller` is the folder that the user's paths are relative to."""
    if name == "run":
        return with_absolute(rest, ("--target", "--output", "--junitxml", "--alluredir"), caller)
    if name == "resume":
        options = with_absolute(rest, ("--target",), caller)
        folder = next((word for word in options if not word.startswith("-")), None)
        if folder is None:
            return ["--resume=", *options]
        options.remove(folder)
        return [f"--resume={caller / folder}", *options]
    if name == "selftest":
        if not rest:
            return ["tests", *COVERAGE]
        return list(rest) if names_tests(rest) else ["tests", *rest]
    if name == "reference-ra":
        own = with_absolute(rest, ("--directory", "--pki"), caller)
        if any(argument.split("=")[0] in ("--directory", "--list", "-h", "--help") for argument in own):
            return own
        return ["--directory", str(REFERENCE_DIRECTORY), *own]
    if name == "check-target":
        return [word if word.startswith("-") else str(caller / word) for word in rest]
    return list(rest)


def with_absolute(arguments: Sequence[str], options: Sequence[str], caller: Path) -> list[str]:
    """The arguments, with the paths that these options give made absolute and joined to their option.

    pytest takes a value that stands apart for a test file until it has met the option's definition.
    """
    result: list[str] = []
    remaining = iter(arguments)
    for argument in remaining:
        option, equals, value = argument.partition("=")
        if option in options:
            path = value if equals else next(remaining, None)
            argument = option if path is None else f"{option}={caller / path}"
        result.append(argument)
    return result


def names_tests(arguments: Sequence[str]) -> bool:
    """Whether pytest arguments say by themselves which of the suite's own tests to run."""
    words = [word.split("::")[0] for word in arguments if not word.startswith("-")]
    return any(word.startswith("tests") and (ROOT / word).exists() for word in words)


def child_environment(caller: Path) -> dict[str, str]:
    """The environment of a verb: UTF-8, and what would confuse the virtual environment's Python left out."""
    left_out = ("PYTHONHOME", "__PYVENV_LAUNCHER__")
    environment = {key: value for key, value in os.environ.items() if key not in left_out}
    environment["PYTHONUTF8"] = "1"
    if environment.get("PYTHONPATH"):  # plug-ins are found on it; the verb runs in another folder
        entries = environment["PYTHONPATH"].split(os.pathsep)
        environment["PYTHONPATH"] = os.pathsep.join(str(caller / entry) for entry in entries if entry)
    return environment


def run_child(command: Sequence[str], environment: dict[str, str]) -> int:
    """Run a verb to its end; returns its exit status.

    Ctrl-C reaches the verb from the terminal; this process waits for what the verb makes of it.
    """
    process = None

    def pass_on(number: int, _frame: "FrameType | None") -> None:
        if process is not None and number != signal.SIGINT:
            process.send_signal(number)

    previous = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    for number, handler in previous.items():
        if handler is not signal.SIG_IGN:
            signal.signal(number, pass_on)
    try:
        process = subprocess.Popen(command, cwd=str(ROOT), env=environment)
        status = process.wait()
    finally:
        for number, handler in previous.items():
            signal.signal(number, handler)
    if status == -signal.SIGINT:
        return EXIT_INTERRUPTED
    return status if status >= 0 else 128 - status


def python_of(venv: Path) -> Path:
    """The Python of a virtual environment."""
    if sys.platform == "win32":
        return venv / "Scripts" / "python.exe"
    return venv / "bin" / "python"


def ensure_environment(root: Path, lock: str, install: "Callable[[Path, Path], None] | None" = None) -> None:
    """Make the virtual environment, or bring it up to date, where `lock` is not yet installed in it.

    `install` takes the environment's folder and a lock file, and makes the environment where it has no
    Python. Raises `InstallError` or `OSError`; an installation that was cut short is redone next time.
    """
    venv = root / ".venv"
    digests = {name: digest_of(root / "dependencies" / name) for name in INCLUDED[lock]}
    if is_current(venv, digests):
        return
    venv.mkdir(exist_ok=True)
    with only_one(venv / GUARD_FILE):
        if is_current(venv, digests):  # another process has just done it
            return
        say(f"Installing {lock} into .venv, once; this takes about 20 seconds ...")
        state = read_state(venv)
        present = {name: digest_of(root / "dependencies" / name) for name in INCLUDED}
        changed = any(present.get(name) != digest for name, digest in state.items())
        if changed or not python_of(venv).exists():
            clear(venv)
            state = {}
        write_state(venv, {"unfinished": lock})
        (install or install_with_pip)(venv, root / "dependencies" / lock)
        write_state(venv, dict(state, **digests))


def digest_of(file: Path) -> str:
    """A lock file's content, as far as a change in it matters."""
    # Line ends may differ between checkouts of one commit.
    return hashlib.sha256(file.read_bytes().replace(b"\r\n", b"\n")).hexdigest()


def is_current(venv: Path, digests: dict[str, str]) -> bool:
    """Whether all these lock files, as they are now, are installed."""
    state = read_state(venv)
    return all(state.get(name) == digest for name, digest in digests.items()) and python_of(venv).exists()


def read_state(venv: Path) -> dict[str, str]:
    """The digests of the installed lock files by name.

    Empty where nothing is recorded; a name that is no lock file's marks an unfinished installation.
    """
    try:
        state = json.loads((venv / STATE_FILE).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError):
        return {"unfinished": ""}
    return state if isinstance(state, dict) else {"unfinished": ""}


def write_state(venv: Path, state: dict[str, str]) -> None:
    """Record what is installed; a reader sees the old record or the new one."""
    new = venv / (STATE_FILE + ".new")
    new.write_text(json.dumps(state, indent=1), encoding="utf-8")
    os.replace(str(new), str(venv / STATE_FILE))


def clear(venv: Path) -> None:
    """Empty an environment's folder, but for the file that guards it."""
    for entry in venv.iterdir():
        if entry.name == GUARD_FILE:
            continue
        if entry.is_dir() and not entry.is_symlink():
            shutil.rmtree(str(entry))
        else:
            entry.unlink()


def install_with_pip(venv: Path, lock: Path) -> None:
    """Make the environment where it has no Python, and install exactly what the lock file names."""
    environment = child_environment(Path.cwd())
    environment.update(PIP_USER="0", PIP_DISABLE_PIP_VERSION_CHECK="1", PIP_NO_INPUT="1")
    if not python_of(venv).exists():
        made = subprocess.run([sys.executable, "-m", "venv", str(venv)], env=environment)
        if made.returncode:
            raise InstallError(
                f"python -m venv failed with status {made.returncode};"
                " on Debian and Ubuntu install python3-venv"
            )
    command = [str(python_of(venv)), "-m", "pip", "install", "-qq", "--require-hashes"]
    done = subprocess.run([*command, "--requirement", str(lock)], env=environment)
    if done.returncode:
        raise InstallError(f"pip failed with status {done.returncode}, for the reason above")


@contextlib.contextmanager
def only_one(guard: Path) -> Iterator[None]:
    """Let one process at a time in; the others wait. The system lets go when a process ends."""
    with guard.open("a+b") as file:
        told = False
        while not try_lock(file.fileno()):
            if not told:
                say("waiting for another smki.py to finish its installation ...")
                told = True
            time.sleep(0.2)
        yield  # closing the file lets go


def try_lock(descriptor: int) -> bool:
    """Lock an open file unless another process holds it."""
    try:
        if sys.platform == "win32":
            import msvcrt

            os.lseek(descriptor, 0, os.SEEK_SET)  # it locks from the current position
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
