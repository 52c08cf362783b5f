"""Whole conformance runs, in a process of their own, against targets that the tests make."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from targets.launch import launched
from targets.model import Target
from tests.support.batch_service import BatchService, TestCa
from tests.support.servers import Answer, ServerIdentity, make_identity, serving
from tests.targets.pki import PASSWORD, Pki, write_folder

ROOT = Path(__file__).resolve().parent.parent.parent


@dataclass(frozen=True)
class Outcome:
    """What a run left behind."""

    status: int
    output: str
    folder: Path

    @property
    def results(self) -> dict[str, Any]:
        document: dict[str, Any] = json.loads((self.folder / "results.json").read_text(encoding="utf-8"))
        return document

    def scenario(self, key: str) -> dict[str, Any]:
        return next(each for each in self.results["scenarios"] if each["key"] == key)

    @property
    def executed(self) -> dict[str, dict[str, Any]]:
        """The scenarios that were selected, by key."""
        return {each["key"]: each for each in self.results["scenarios"] if not each["deselected"]}

    def verdicts(self) -> set[str]:
        return {each["verdict"] for each in self.executed.values()}

    @property
    def last_line(self) -> str:
        return self.output.rstrip().splitlines()[-1]


def command(target: Path, folder: Path, *options: str) -> list[str]:
    return [sys.executable, "-m", "pytest", "-q", f"--target={target}", f"--output={folder}", *options]


def run_suite(target: Path, folder: Path, *options: str, **environment: str) -> Outcome:
    return run_command(command(target, folder, *options), folder, environment)


def resume_suite(folder: Path, *options: str, **environment: str) -> Outcome:
    """Go on with the run of that folder."""
    arguments = [sys.executable, "-m", "pytest", "-q", f"--resume={folder}", *options]
    return run_command(arguments, folder, environment)


def run_command(arguments: list[str], folder: Path, environment: Mapping[str, str]) -> Outcome:
    """Run the suite by a command that writes its reports into `folder`."""
    ended = subprocess.run(
        arguments,
        cwd=ROOT,
        env={**os.environ, **environment},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        encoding="utf-8",
        errors="replace",
        timeout=600,
        check=False,
    )
    return Outcome(ended.returncode, ended.stdout + ended.stderr, folder)


@pytest.fixture(scope="session")
def identity() -> ServerIdentity:
    return make_identity()


@pytest.fixture(scope="session")
def credentials(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_folder(Pki.make(), tmp_path_factory.mktemp("pki"))


TARGET = """\
schema = 1
[target]
name = "a target of the tests"
sec_release = "from v6.21"
[statement]
interfaces = ["adhoc"]
user_roles = ["import-supplier"]
certificate_types = ["device"]
[endpoints.adhoc]
url = "{url}"
[trust]
server_anchors = ["server.pem"]
device_issuing_cas = ["{pki}/ca.pem"]
[credentials.supplier]
interface = "adhoc"
user_role = "import-supplier"
state = "valid"
uept = true
pkcs12 = "{pki}/good.p12"
password_env = "SMKI_TEST_PASSWORD"
[devices]
known = ["00-DB-12-34-56-78-90-A0"]
[limits]
connect_seconds = 2
response_seconds = {seconds}
response_bytes = 100000
[pacing]
enabled = false
"""

RunAgainst = Callable[..., Outcome]


@pytest.fixture
def run_against(identity: ServerIdentity, credentials: Path, tmp_path: Path) -> Iterator[RunAgainst]:
    """Run the suite against a server that answers each connection with a function, or against a URL."""
    with ExitStack() as stack:

        def run(
            answer: Answer | str, *options: str, tls: bool = True, trusted: bool = True, seconds: float = 2
        ) -> Outcome:
            target = write_target(answer, tls=tls, trusted=trusted, seconds=seconds)
            return run_suite(target, tmp_path / "out", *options, SMKI_TEST_PASSWORD=PASSWORD)

        def write_target(answer: Answer | str, *, tls: bool, trusted: bool, seconds: float) -> Path:
            if isinstance(answer, str):
                url = answer
            else:
                context = identity.context(tmp_path) if tls else None
                port = stack.enter_context(serving(answer, context))
                url = f"https://127.0.0.1:{port}/1.0/AdHoc"
            anchor = identity if trusted else make_identity()
            (tmp_path / "server.pem").write_text(anchor.certificate, encoding="ascii")
            target = tmp_path / "target.toml"
            target.write_text(
                TARGET.format(url=url, pki=credentials.as_posix(), seconds=seconds), encoding="utf-8"
            )
            return target

        run.write_target = write_target  # type: ignore[attr-defined]
        yield run


BATCH_TARGET = """\
schema = 1
[target]
name = "a Batched service of the tests"
sec_release = "from v6.21"
[statement]
interfaces = ["batch"]
user_roles = ["import-supplier"]
certificate_types = ["device"]
[endpoints.batch]
url = "https://127.0.0.1:{port}/1.0/PortalCSRBatch"
[trust]
server_anchors = ["server.pem"]
device_issuing_cas = ["ca.pem"]
[credentials.supplier]
interface = "batch"
user_role = "import-supplier"
state = "valid"
uept = true
pkcs12 = "{pki}/good.p12"
password_env = "SMKI_TEST_PASSWORD"
[devices]
new_prefix = "00-DB-12-34-56"
[settings]
batch_csr_limit = {limit}
[limits]
connect_seconds = 2
response_seconds = 2
batch_response_seconds = {seconds}
response_bytes = 100000
"""
UNPACED = "[pacing]\nenabled = false\n"
MOVABLE_CLOCK = '[operator]\nplugin = "tests.support.movable_clock:MovableClock"\n'


@dataclass(frozen=True)
class BatchBench:
    """Runs scenarios of the Batched service against servers of the tests."""

    identity: ServerIdentity
    credentials: Path
    ca: TestCa

    @contextmanager
    def serving(
        self,
        folder: Path,
        service: BatchService,
        *,
        tables: str = UNPACED,
        seconds: float = 5,
        limit: int = 5,
    ) -> Iterator[Path]:
        """Serve for as long as several runs need it; yield the target file, in `folder`."""
        with serving(service.answer, self.identity.context(folder)) as port:
            target = folder / "target.toml"
            places: dict[str, object] = {
                "port": port,
                "pki": self.credentials.as_posix(),
                "seconds": seconds,
                "limit": limit,
            }
            target.write_text(BATCH_TARGET.format(**places) + tables, encoding="utf-8")
            (folder / "ca.pem").write_bytes(self.ca.certificate)
            yield target

    def run(
        self,
        folder: Path,
        service: BatchService,
        scenarios: str,
        *options: str,
        tables: str = UNPACED,
        seconds: float = 5,
        limit: int = 5,
        before: tuple[str, ...] = (),
    ) -> Outcome:
        """One run, with its files in `folder`. `before` stands before the command: what sets limits to it."""
        with self.serving(folder, service, tables=tables, seconds=seconds, limit=limit) as target:
            arguments = ["-k", scenarios, "--formats=none", *options]
            whole = [*before, *command(target, folder / "out", *arguments)]
            return run_command(whole, folder / "out", {"SMKI_TEST_PASSWORD": PASSWORD})


@pytest.fixture(scope="session")
def batch_bench(identity: ServerIdentity, credentials: Path) -> BatchBench:
    return BatchBench(identity, credentials, TestCa.make())


@pytest.fixture(scope="session")
def reference(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Target]:
    """The reference RA with batches of a few hundred at most, served for as long as the tests run."""
    with _served(tmp_path_factory) as target:
        yield target


@pytest.fixture(scope="session")
def web_services(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Target]:
    """The same, but that it claims no portals: a whole run against it takes seconds."""
    with _served(tmp_path_factory, "--claim", "adhoc", "--claim", "batch") as target:
        yield target


@contextmanager
def _served(folders: pytest.TempPathFactory, *options: str) -> Iterator[Target]:
    command = [
        "{python}", "-m", "reference_ra", "--directory", "{directory}", "--until-stdin-closes",
        "--batch-limit", "300", *options,
    ]  # fmt: skip
    file = folders.mktemp("reference") / "launch.toml"
    file.write_text(f"schema = 1\n[launch]\ncommand = {json.dumps(command)}\n", encoding="utf-8")
    with launched(file) as target:
        yield target
