"""A batch of 50,000 from its first key pair to its last verdict, against a reference RA of its own.

The suite's way with batches runs in one process (`benchmarks.batch_suite`), the reference RA in another, and
the factory's in some more, which are started before anything is measured. The three benchmarks of the web
service share one pass, and those of the portal another. The environment variable SMKI_BENCHMARK_WAY gives
another size than 50,000.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from statistics import median
from time import perf_counter, process_time, sleep

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256

from benchmarks.batch_suite import cpu_clock
from benchmarks.harness import Result

ROOT = Path(__file__).resolve().parent.parent
COUNT = int(os.environ.get("SMKI_BENCHMARK_WAY", "50000"))
SMALL = 1000
REPEATS = 10
"""Of the small batches and of batches of one: half of them before the large one, half after."""
MOST_MEBIBYTES = 400
MOST_RATIO = 1.1
MOST_ISSUING = 4.0
_MEBIBYTE = 1 << 20


@dataclass(frozen=True)
class Way:
    """What batches cost."""

    large: dict[str, float]
    small: list[dict[str, float]]
    single: list[dict[str, float]]
    """Batches of one: what any batch costs, connections and queries for instance."""
    raw_seconds: float
    """For as many raw verifications and signatures as the large one has Device CSRs."""

    def microseconds_each(self, clock: str) -> tuple[float, float]:
        """What another Device CSR costs in the large batch, and in the small one."""
        fixed = median(each[clock] for each in self.single)
        small = median(each[clock] for each in self.small)
        return (
            (self.large[clock] - fixed) / (self.large["count"] - 1) * 1e6,
            (small - fixed) / (SMALL - 1) * 1e6,
        )


WEB_SERVICE, PORTAL = "web-service", "portal"
_WAYS = {WEB_SERVICE: "a batch", PORTAL: "a batch by the portal"}


def memory(way: str = WEB_SERVICE) -> Result:
    """The largest size of the suite's process while it built, wrote down, submitted, awaited, fetched and
    judged the large batch. The RA's process and the factory's do not count."""
    peak = _way(COUNT, way).large["peak"] / _MEBIBYTE
    name = f"{COUNT:,} Device CSRs in {_WAYS[way]}, MiB that the suite's process needs at most"
    return Result(name, peak, MOST_MEBIBYTES)


def cost(way: str = WEB_SERVICE) -> Result:
    """CPU time of the suite's process for one Device CSR more, in the large batch and in a small one.

    CPU decides; the wall's time, shown beside it, is less what the RA took to issue.
    """
    measured = _way(COUNT, way)
    large, small = measured.microseconds_each("cpu")
    large_wall, small_wall = measured.microseconds_each("wall")
    detail = (
        f"({large:.0f} us of CPU for {small:.0f} us; by the wall {large_wall:.0f} us for {small_wall:.0f} us)"
    )
    name = f"Cost of a Device CSR in {_WAYS[way]} of {COUNT:,} against one of {SMALL:,}"
    return Result(name, large / small, MOST_RATIO, detail=detail)


def issuing(way: str = WEB_SERVICE) -> Result:
    """CPU time in which the RA processed the large batch, divided by that of the raw cryptography: verifying
    a Device CSR's signature and making the certificate's.

    Where the system does not tell another process's CPU time, the wall's counts, of both.
    """
    measured = _way(COUNT, way)
    seconds = measured.large["issuing"]
    name = f"{COUNT:,} Device CSRs of {_WAYS[way]} issued by the reference RA, against raw cryptography"
    detail = f"({seconds / COUNT * 1e6:.0f} us for {measured.raw_seconds / COUNT * 1e6:.0f} us)"
    return Result(name, seconds / measured.raw_seconds, MOST_ISSUING, detail=detail)


@cache
def _way(count: int, way: str) -> Way:
    before = [1, SMALL] * (REPEATS // 2)
    sizes = [1, SMALL, *before, count, *before]  # the first two are to warm up
    with tempfile.TemporaryDirectory() as folder, _reference_ra(Path(folder, "ra")) as process:
        target, own = Path(folder, "ra", "target.toml"), Path(folder, "suite")
        own.mkdir()
        command = [sys.executable, "-m", "benchmarks.batch_suite", way, target, process, own, *sizes]
        done = subprocess.run(
            list(map(str, command)), cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True
        )
        clock = cpu_clock(process)
    _, _, *measured = [json.loads(line) for line in done.stdout.splitlines()]
    large = measured.pop(len(before))
    return Way(
        large,
        small=[each for each in measured if each["count"] == SMALL],
        single=[each for each in measured if each["count"] == 1],
        raw_seconds=_raw_seconds(count, perf_counter if clock is perf_counter else process_time),
    )


@contextmanager
def _reference_ra(folder: Path) -> Iterator[int]:
    """The reference RA in a process of its own; its process id."""
    command = [sys.executable, "-m", "reference_ra", "--directory", str(folder), "--until-stdin-closes"]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL) as process:
        while not (folder / "target.toml").exists():
            if process.poll() is not None:
                raise RuntimeError(f"the reference RA ended with status {process.returncode}")
            sleep(0.05)
        yield process.pid


def _raw_seconds(count: int, clock: Callable[[], float]) -> float:
    key, octets, algorithm = ec.generate_private_key(ec.SECP256R1()), bytes(300), ec.ECDSA(SHA256())
    public_key, signature = key.public_key(), key.sign(octets, algorithm)
    start = clock()
    for _ in range(count):
        public_key.verify(signature, octets, algorithm)
        key.sign(octets, algorithm)
    return clock() - start
