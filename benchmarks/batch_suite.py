"""The suite's own way with batches, in a process of its own: ``python -m benchmarks.batch_suite``.

Arguments: ``web-service`` or ``portal``, the target file of an RA that takes batches that way and whose clock
can be moved, its process id, a folder for the ledger and large bodies, the sizes of the batches one after
another. For each batch a line of JSON goes to standard output: what it cost.
"""

from __future__ import annotations

import json
import os
import sys
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from datetime import datetime, timedelta
from pathlib import Path
from time import perf_counter, process_time
from types import SimpleNamespace
from typing import cast

from cryptography.hazmat.primitives.serialization import Encoding

from checks.batch_result import Expectation
from checks.certificate import DeviceProfile
from clients.csr.device import DIGITAL_SIGNATURE
from clients.csr.factory import CsrFactory
from clients.gateway.batch_message import csr_id
from clients.gateway.batch_requests import RequestsBatchClient
from clients.operator import Operator
from clients.recorder import Recorder, Redactor
from fixtures.batch_results import Results
from fixtures.batches import Batches
from fixtures.devices import Devices
from fixtures.ledger import FILE_NAME, Identity, Ledger, SentCsr
from fixtures.portal_batches import PortalBatches, file_name
from fixtures.portal_results import PortalResults
from fixtures.portals import Portals, Visits
from fixtures.run import SUITE_VERSION, ConformanceRun
from fixtures.scenarios import catalogue
from fixtures.seen import Seen
from fixtures.verdicts import Judge
from reports.model import ScenarioResult
from targets.loader import load_target
from targets.plugins import make_operator


class _TimedOperator(Operator):
    """The target's operator, and how long the target worked when its clock was moved."""

    def __init__(self, operator: Operator, work: Callable[[], float]) -> None:
        """`work` is a clock that tells how much the target has worked."""
        super().__init__(operator.options)
        self._operator, self._work = operator, work
        self.capabilities = operator.capabilities
        self.most_work = self.waited = 0.0

    def now(self) -> datetime:
        return self._operator.now()

    def advance_clock(self, by: timedelta) -> None:
        start, work = perf_counter(), self._work()
        self._operator.advance_clock(by)
        self.waited += perf_counter() - start
        self.most_work = max(self.most_work, self._work() - work)


def cpu_clock(process: int) -> Callable[[], float]:
    """The CPU time of another process in seconds; the wall's where the system does not tell."""
    file = Path(f"/proc/{process}/stat")
    if not file.exists():
        return perf_counter

    def seconds() -> float:
        fields = file.read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    return seconds


class Suite(ABC):
    """Factory, ledger, client and judge, as a run has them."""

    cites = ""
    """The requirement by which a Device CSR gets its certificate."""

    def __init__(self, target_file: Path, process: int, folder: Path, stack: ExitStack) -> None:
        """Start everything that costs once: the factory's processes, the ledger."""
        target = load_target(target_file)
        operator = make_operator(target.operator) if target.operator else None
        if operator is None:
            raise ValueError(f"{target_file}: has no operator that could move the clock")
        self.target = target
        self._operator = _TimedOperator(operator, cpu_clock(process))
        redactor = Redactor(target.secrets)
        self.recorder = Recorder(redactor, folder / "bodies")
        self._factory = stack.enter_context(CsrFactory(target.settings.hw_type_oid))
        self._factory.start()
        ledger = Ledger.create(
            folder / FILE_NAME, Identity(SUITE_VERSION, target.name, {}), {}, redactor=redactor
        )
        stack.callback(ledger.close)
        self.connect(stack)
        self._run = SimpleNamespace(
            target=target,
            redactor=redactor,
            recorder=self.recorder,
            operator=self._operator,
            ledger=ledger,
            seen=Seen(),
            judge_batch_id=lambda *_: [],
        )
        authorities = [ca.public_bytes(Encoding.DER) for ca in target.trust.device_issuing_cas]
        self.profile = DeviceProfile(target.settings.device_policy_oid, authorities)
        self._number = 0

    def batch(self, count: int) -> dict[str, float]:
        """Build a batch of so many Device CSRs, write it down, submit it, wait for its results, fetch them
        and judge each; what that cost."""
        self._number += 1
        key = f"batch {self._number}"
        scenario = ScenarioResult(key, "", key, "", "", "", "", (self.cites,))
        run = cast(ConformanceRun, self._run)
        judge = Judge(scenario, catalogue(), run.redactor, advisory=False)
        devices = Devices(self.target, None, run.ledger)
        self._operator.most_work = self._operator.waited = 0.0
        cpu, start = process_time(), perf_counter()
        statuses = self.issued(run, judge, devices, key, count)
        wall, cpu = perf_counter() - start, process_time() - cpu
        if scenario.findings or list(statuses.values()) != [count]:
            raise AssertionError(f"the RA did not issue {count}: {statuses}, {scenario.findings[:1]}")
        self.recorder.take()
        return {
            "count": count,
            "cpu": cpu,
            "wall": wall - self._operator.waited,
            "issuing": self._operator.most_work,
            "peak": _peak(),
        }

    @abstractmethod
    def connect(self, stack: ExitStack) -> None:
        """Make the client."""

    @abstractmethod
    def issued(
        self, run: ConformanceRun, judge: Judge, devices: Devices, key: str, count: int
    ) -> Mapping[str, int]:
        """Submit a batch of so many Device CSRs and judge its results: how many of each status."""

    def csrs(
        self, devices: Iterable[bytes], name: Callable[[int], str], right: Expectation
    ) -> Iterator[SentCsr]:
        """A Device CSR for each, under the name that its number gives it."""
        made = self._factory.make((device, DIGITAL_SIGNATURE) for device in devices)
        return ((name(number), csr.der, right) for number, csr in enumerate(made))


class WebServiceSuite(Suite):
    """By the Batched Device CSR Web Service."""

    cites = "M-2.5.1.4-a"

    def connect(self, stack: ExitStack) -> None:
        """See `Suite`."""
        self._client = RequestsBatchClient(self.target.connection("batch"), self.recorder)
        stack.callback(self._client.close)

    def issued(
        self, run: ConformanceRun, judge: Judge, devices: Devices, key: str, count: int
    ) -> Mapping[str, int]:
        """See `Suite`."""
        batches = Batches(run, self._client, judge, self.profile, devices, key)
        (batches.party,) = self.target.find_credentials("batch", user_role="import-supplier")[:1]
        csrs = self.csrs(batches.new_devices(count), csr_id, batches.right)
        return Results(batches).issued(batches.submit(csrs, ())).statuses


class PortalSuite(Suite):
    """By the SMKI Portal."""

    cites = "M-2.3.1.9-a"

    def connect(self, stack: ExitStack) -> None:
        """See `Suite`."""
        portals = Portals(self.target, self.recorder)
        stack.callback(portals.close)
        self._visits = Visits(portals)

    def issued(
        self, run: ConformanceRun, judge: Judge, devices: Devices, key: str, count: int
    ) -> Mapping[str, int]:
        """See `Suite`."""
        batches = PortalBatches(run, self._visits, judge, self.profile, devices, key)
        (batches.party,) = self.target.find_credentials("portal-device", user_role="import-supplier")[:1]
        csrs = self.csrs(batches.new_devices(count), file_name, batches.right)
        return PortalResults(batches).issued(batches.submit(csrs, ())).statuses


SUITES: Mapping[str, type[Suite]] = {"web-service": WebServiceSuite, "portal": PortalSuite}


def _peak() -> int:
    """The largest size of this process so far in octets, 0 where the system does not tell."""
    if sys.platform == "win32":
        return 0
    own = Path("/proc/self/status")
    if own.exists():  # what `getrusage` says there begins with the size of the process that started this one
        words = own.read_text().partition("VmHWM:")[2].split()
        return int(words[0]) * 1024
    import resource  # of POSIX only

    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit


def main(arguments: Sequence[str]) -> None:
    """Run the batches of these sizes."""
    way, target, process, folder, *counts = arguments
    with ExitStack() as stack:
        suite = SUITES[way](Path(target), int(process), Path(folder), stack)
        for count in counts:
            print(json.dumps(suite.batch(int(count))), flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
