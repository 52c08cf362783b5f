"""Many Device CSRs built on all cores, against the raw key generation and signature that each needs."""

from __future__ import annotations

import multiprocessing
import os
from concurrent.futures import ProcessPoolExecutor

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

from benchmarks.harness import Result, compare
from clients.csr.device import DIGITAL_SIGNATURE
from clients.csr.factory import CHUNK, CsrFactory, device_ids

COUNT = 10_000
"""A fifth of a full batch: enough that the processes are busy, and quick."""
ROUNDS = 3
LEAST_RATIO = 0.6
HW_TYPE = "1.2.826.0.1.8641679.1.2.2.1"
_INFO_OCTETS = 189


def measure() -> Result:
    """Rate of Device CSRs divided by the rate of key generation plus signature, both in one process for each
    core, started before."""
    cores = os.cpu_count() or 1
    context = multiprocessing.get_context("spawn")
    with CsrFactory(HW_TYPE) as factory, ProcessPoolExecutor(cores, context) as pool:
        factory.start()

        def build() -> None:
            wanted = ((device_id, DIGITAL_SIGNATURE) for device_id in device_ids("benchmark", COUNT))
            built = sum(1 for _ in factory.make(wanted))
            if built != COUNT:
                raise AssertionError(f"{built} Device CSRs in place of {COUNT}")

        def raw() -> None:
            list(pool.map(_generate_and_sign, [CHUNK] * (COUNT // CHUNK)))

        compared = compare(build, raw, rounds=ROUNDS)
    return Result(
        f"{COUNT:,} Device CSRs built on {cores} cores, rate against raw key generation and signature",
        1 / compared.ratio,
        LEAST_RATIO,
        at_least=True,
        detail=f"({COUNT / compared.work_seconds:,.0f} a second)",
    )


def _generate_and_sign(count: int) -> None:
    algorithm, octets = ec.ECDSA(hashes.SHA256()), os.urandom(_INFO_OCTETS)
    for _ in range(count):
        ec.generate_private_key(ec.SECP256R1()).sign(octets, algorithm)
