"""Device CSRs built, against the raw key generation and signature that each needs."""

from __future__ import annotations

import os

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

from benchmarks.harness import Result, compare
from clients.csr.device import DIGITAL_SIGNATURE, build_device_csr

COUNT = 1000
LEAST_RATIO = 0.5
HW_TYPE = "1.2.826.0.1.8641679.1.2.2.1"
_INFO_OCTETS = 189


def measure() -> Result:
    """Rate of Device CSRs divided by the rate of key generation plus signature, on one core."""
    device_ids = [os.urandom(8) for _ in range(COUNT)]
    octets = os.urandom(_INFO_OCTETS)
    algorithm = ec.ECDSA(hashes.SHA256())

    def build() -> None:
        for device_id in device_ids:
            build_device_csr(device_id, DIGITAL_SIGNATURE, HW_TYPE)

    def raw() -> None:
        for _ in device_ids:
            ec.generate_private_key(ec.SECP256R1()).sign(octets, algorithm)

    compared = compare(build, raw)
    rate = COUNT / compared.work_seconds
    return Result(
        "Device CSRs built, rate against raw key generation and signature",
        1 / compared.ratio,
        LEAST_RATIO,
        at_least=True,
        detail=f"({rate:,.0f} a second)",
    )
