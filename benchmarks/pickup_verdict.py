"""The verdict on a portal batch's pickup files, in raw P-256 signature verifications, and its memory.

As many Device CSRs as in `batch_verdict`. The certificates come out of a ZIP here, which costs more than XML.
"""

from __future__ import annotations

import multiprocessing
import re
import tempfile
import zipfile
from base64 import b64encode
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256

from benchmarks.batch_verdict import COUNT as COUNT_OF_A_BATCH
from benchmarks.batch_verdict import largest_size, read_sent, write_sent
from benchmarks.harness import Result, compare
from benchmarks.verdict import POLICY, Issued, ca_certificate, issue
from checks.batch_result import SentBatch
from checks.certificate import DeviceProfile
from checks.pickup import PickupFile, PickupFiles, judge_pickup

LIMIT = 2.0
COUNT = COUNT_OF_A_BATCH
ROUNDS = 3
_MEBIBYTE = 1 << 20
_RECORD = re.compile(r"^(?P<id>[^\t]+)\t(?P<name>[^\t]+)\t(?P<status>[a-z]+)(?:\t(?P<code>\S+))?$")
_REPORT, _CERTIFICATES, _CSRS = "report.txt", "batch-response.zip", "csrs.txt"


def measure() -> Result:
    """Judge files in which every Device CSR has a certificate, and verify every signature."""
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as other:
        other.submit(int).result()  # started now: a process counts what its parent held when it began
        return _measure(other)


def _measure(other: ProcessPoolExecutor) -> Result:
    ca_key = ec.generate_private_key(ec.SECP256R1())
    authority = ca_certificate(ca_key)
    issued = [issue(ca_key, number) for number in range(COUNT)]
    public_key, algorithm = ca_key.public_key(), ec.ECDSA(SHA256())
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        _write(folder, issued)
        sent, profile = read_sent(folder / _CSRS), DeviceProfile(POLICY, [authority])

        def judge() -> None:
            _judge(folder, sent, profile)

        def verify() -> None:
            for each in issued:
                public_key.verify(each.signature, each.signed, algorithm)

        compared = compare(judge, verify, rounds=ROUNDS)
        memory = other.submit(_judge_and_measure, folder, authority).result()
    peak = f"{memory / _MEBIBYTE:.0f} MiB at most in memory" if memory else "memory not measured here"
    return Result(
        f"{COUNT:,} Device CSRs' pickup files judged, against raw signature verifications",
        compared.ratio,
        LIMIT,
        detail=f"({COUNT / compared.work_seconds:,.0f} a second; {peak})",
    )


def _judge(folder: Path, sent: SentBatch, profile: DeviceProfile) -> None:
    with (folder / _REPORT).open("rb") as report, (folder / _CERTIFICATES).open("rb") as certificates:
        files = PickupFiles(PickupFile(_REPORT, report), PickupFile(_CERTIFICATES, certificates))
        verdict = judge_pickup(files, sent, profile, record=_RECORD, archive_name="batch.zip")
    if verdict.findings or verdict.certificates != len(sent):
        raise AssertionError(f"the benchmark's own files are judged bad: {verdict.findings[:1]}")


def _judge_and_measure(folder: Path, authority: bytes) -> int:
    """Judge once in a process of its own; its largest size in octets, 0 where the system does not tell."""
    _judge(folder, read_sent(folder / _CSRS), DeviceProfile(POLICY, [authority]))
    return largest_size()


def _write(folder: Path, issued: list[Issued]) -> None:
    write_sent(folder / _CSRS, issued)
    names = [f"csr-{number}" for number in range(len(issued))]
    lines = (f"{number}\t{name}.csr\tsuccess\n" for number, name in enumerate(names, 1))
    (folder / _REPORT).write_text("".join(lines), encoding="ascii")
    with zipfile.ZipFile(folder / _CERTIFICATES, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, each in zip(names, issued, strict=True):
            archive.writestr(f"{name}.crt", b64encode(each.certificate))
