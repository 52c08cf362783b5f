"""The verdict on a whole batch's result, in raw P-256 signature verifications, and the memory that it needs.

A batch of 5,000 by default; the environment variable SMKI_BENCHMARK_BATCH gives another size, for instance
50000, the largest that a submission may have.
"""

from __future__ import annotations

import multiprocessing
import os
import sys
import tempfile
from base64 import b64encode
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256

from benchmarks.harness import Result, compare
from benchmarks.verdict import POLICY, Issued, ca_certificate, issue
from checks.batch_result import SentBatch, judge_result
from checks.certificate import DeviceProfile

LIMIT = 2.0
COUNT = int(os.environ.get("SMKI_BENCHMARK_BATCH", "5000"))
ROUNDS = 3
_MEBIBYTE = 1 << 20


def measure() -> Result:
    """Judge a result in which every Device CSR has a certificate, and verify every signature."""
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as other:
        other.submit(int).result()  # started now: a process counts what its parent held when it began
        return _measure(other)


def _measure(other: ProcessPoolExecutor) -> Result:
    ca_key = ec.generate_private_key(ec.SECP256R1())
    authority = ca_certificate(ca_key)
    issued = [issue(ca_key, number) for number in range(COUNT)]
    public_key, algorithm = ca_key.public_key(), ec.ECDSA(SHA256())
    with tempfile.TemporaryDirectory() as folder:
        message, csrs = Path(folder, "result.xml"), Path(folder, "csrs.txt")
        _write(message, csrs, issued)
        sent, profile = read_sent(csrs), DeviceProfile(POLICY, [authority])

        def judge() -> None:
            _judge(message, sent, profile)

        def verify() -> None:
            for each in issued:
                public_key.verify(each.signature, each.signed, algorithm)

        compared = compare(judge, verify, rounds=ROUNDS)
        memory = other.submit(_judge_and_measure, message, csrs, authority).result()
        size = message.stat().st_size
    rate = COUNT / compared.work_seconds
    octets = f"{size / _MEBIBYTE:.0f} MiB of XML"
    peak = f"{memory / _MEBIBYTE:.0f} MiB at most in memory" if memory else "memory not measured here"
    return Result(
        f"{COUNT:,} results of a batch judged, against raw signature verifications",
        compared.ratio,
        LIMIT,
        detail=f"({rate:,.0f} a second; {octets}, {peak})",
    )


def _judge(message: Path, sent: SentBatch, profile: DeviceProfile) -> None:
    with message.open("rb") as stream:
        verdict = judge_result(stream, sent, profile, batch_id=1)
    if verdict.findings or verdict.results != len(sent):
        raise AssertionError(f"the benchmark's own result is judged bad: {verdict.findings[:1]}")


def _judge_and_measure(message: Path, csrs: Path, authority: bytes) -> int:
    """Judge once in a process of its own; its largest size in octets, 0 where the system does not tell."""
    _judge(message, read_sent(csrs), DeviceProfile(POLICY, [authority]))
    return largest_size()


def largest_size() -> int:
    """Of this process so far, in octets; 0 where the system does not tell."""
    if sys.platform == "win32":
        return 0
    status = Path("/proc/self/status")
    if status.exists():  # getrusage begins with the size of the process that started this one
        peak = next(line for line in status.read_text("ascii").splitlines() if line.startswith("VmHWM:"))
        return int(peak.split()[1]) * 1024
    import resource  # of POSIX only

    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit


def _write(message: Path, csrs: Path, issued: list[Issued]) -> None:
    with message.open("w", encoding="ascii") as file:
        file.write(
            '<?xml version="1.0" encoding="UTF-8"?><CSRBatchResult ID="batch"><Version>1.0</Version>'
            "<Build>1</Build><BatchStatus>COMPLETED</BatchStatus><BatchId>1</BatchId>"
        )
        for number, each in enumerate(issued):
            certificate = b64encode(each.certificate).decode("ascii")
            file.write(
                f'<DeviceCertificate ID="csr-{number}"><Status>SUCCESS</Status>'
                f"<Certificate>{certificate}</Certificate></DeviceCertificate>"
            )
        file.write("</CSRBatchResult>")
    write_sent(csrs, issued)


def write_sent(csrs: Path, issued: list[Issued]) -> None:
    """Write the Device CSRs, a line each."""
    csrs.write_text("\n".join(each.csr.hex() for each in issued), encoding="ascii")


def read_sent(csrs: Path) -> SentBatch:
    """What `write_sent` wrote, as ``csr-0`` and on."""
    with csrs.open(encoding="ascii") as lines:
        return SentBatch((f"csr-{number}", bytes.fromhex(line)) for number, line in enumerate(lines))
