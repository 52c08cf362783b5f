"""The reference RA's Repository with many certificates against a few: searches, retrievals, the full extract.

Searches and retrievals go over HTTP to its Web Service, which is served in a thread of this process without
TLS: that would cost the same for each, and so hide a difference. The extract is made in a process of its own.
The environment variable SMKI_BENCHMARK_LODGED gives another number than 200,000.
"""

from __future__ import annotations

import asyncio
import http.client
import multiprocessing
import os
import random
import secrets
import tempfile
import threading
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

from aiohttp import web

from benchmarks.batch_verdict import largest_size
from benchmarks.harness import Comparison, Result, compare
from reference_ra.access import IkiAuthority
from reference_ra.authorities import ORGANISATION_POLICY, issuing_ca, make_smki_ca, smki_ca_name
from reference_ra.authority import Authority
from reference_ra.clock import Clock
from reference_ra.conformant import conformant_policies
from reference_ra.registry import Registry
from reference_ra.repository import extracts
from reference_ra.repository.accounts_plan import ACCOUNTS, make_accounts
from reference_ra.repository.conformant import status_of
from reference_ra.repository.messages import Operation
from reference_ra.repository.records import NEVER, Kind, Lodged, eui64_text, serial_text
from reference_ra.repository.web_service import RepositoryWebService

MANY = int(os.environ.get("SMKI_BENCHMARK_LODGED", "200000"))
FEW = 1000
MOST_RATIO = 1.5
MOST_MEBIBYTES = 200
REQUESTS = 200
"""In each round."""
ROUNDS = 7
_CERTIFICATE_OCTETS = 450
"""Of a Device Certificate, about."""
_LODGED_AT = datetime(2030, 1, 1, tzinfo=UTC)
_MEBIBYTE = 1 << 20


def certificates(count: int) -> Iterator[Lodged]:
    """As many, each of a Device of its own; what stands for the DER is random."""
    for number in range(count):
        yield Lodged(
            serial_text(secrets.token_bytes(16)),
            Kind.DEVICE,
            b"\x00\xdb" + number.to_bytes(6, "big"),
            None,
            "digitalSignature",
            secrets.token_bytes(_CERTIFICATE_OCTETS),
            NEVER,
            _LODGED_AT + timedelta(milliseconds=number),
        )


@dataclass(frozen=True)
class _Repository:
    """One that is served, and what can be asked of it."""

    port: int
    query: str
    serials: list[str]
    devices: list[bytes]

    def search(self) -> None:
        """Search for some Devices."""
        self._ask(
            Operation.SEARCH,
            [
                "<CertificateSearchRequest><CertificateSubjectAltName>"
                f"{eui64_text(device)}</CertificateSubjectAltName></CertificateSearchRequest>"
                for device in random.sample(self.devices, REQUESTS)
            ],
        )

    def retrieve(self) -> None:
        """Retrieve some certificates."""
        self._ask(
            Operation.RETRIEVE,
            [
                f"<CertificateDataRequest><CertificateSerial>{serial}</CertificateSerial>"
                "</CertificateDataRequest>"
                for serial in random.sample(self.serials, REQUESTS)
            ],
        )

    def _ask(self, operation: Operation, bodies: list[str]) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        for body in bodies:
            connection.request(
                "POST", f"/services/{operation}?{self.query}", body, {"Content-Type": "application/xml"}
            )
            answer = connection.getresponse()
            if answer.status != 200 or b"CertificateSerial" not in answer.read():
                raise RuntimeError(f"the Repository answered with {answer.status}")
        connection.close()


def search() -> Result:
    """Time for a search where many certificates are lodged, against one where few are."""
    return _result("search for a Device", _compared()[0])


def retrieve() -> Result:
    """Time for a retrieval likewise."""
    return _result("retrieval by serial number", _compared()[1])


@cache
def _compared() -> tuple[Comparison, Comparison]:
    """Searches and retrievals, of the same two Repositories."""
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        many, few = (stack.enter_context(_served(Path(folder, str(count)), count)) for count in (MANY, FEW))
        return (
            compare(many.search, few.search, rounds=ROUNDS),
            compare(many.retrieve, few.retrieve, rounds=ROUNDS),
        )


def _result(what: str, compared: Comparison) -> Result:
    each = [seconds / REQUESTS * 1e6 for seconds in (compared.work_seconds, compared.yardstick_seconds)]
    return Result(
        f"A {what} among {MANY:,} certificates, against one among {FEW:,}",
        compared.ratio,
        MOST_RATIO,
        detail=f"({each[0]:.0f} us for {each[1]:.0f} us)",
    )


@contextmanager
def _served(folder: Path, count: int) -> Iterator[_Repository]:
    """A Repository with so many certificates, served in a thread."""
    folder.mkdir()
    ready, box = threading.Event(), list[_Repository]()
    loop = asyncio.new_event_loop()
    stop = asyncio.Event()

    async def serve() -> None:
        authority = _authority(folder)
        http_server = web.Server(
            RepositoryWebService(authority, conformant_policies()).handle, access_log=None
        )
        server = await loop.create_server(http_server, "127.0.0.1", 0)
        try:
            _fill(authority.registry, count)
            box.append(_look_around(authority, folder, server.sockets[0].getsockname()[1]))
            ready.set()
            await stop.wait()
        finally:
            ready.set()
            server.close()
            await http_server.shutdown(0)
            authority.registry.close()

    thread = threading.Thread(target=loop.run_until_complete, args=(serve(),))
    thread.start()
    ready.wait()
    try:
        (repository,) = box
        yield repository
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join()
        loop.close()


def _authority(folder: Path) -> Authority:
    """An RA that issues nothing, so that it needs no PKI."""
    nobody = make_smki_ca(smki_ca_name("07", "Z1"), None, ORGANISATION_POLICY, datetime.now(UTC), 0)
    ca, iki = issuing_ca(nobody), IkiAuthority(nobody.certificate, frozenset())
    authority = Authority(Registry(folder / "registry.sqlite", ()), Clock(), ca, ca, iki)
    make_accounts(authority.registry, folder)
    return authority


def _fill(registry: Registry, count: int) -> None:
    with registry.together():
        registry.repository.lodge_many(certificates(count))


def _look_around(authority: Authority, folder: Path, port: int) -> _Repository:
    lodged = authority.registry.repository.lodged_between(None, NEVER)
    found = [(each.serial, each.eui64 or b"") for each in lodged]
    serials, devices = zip(*found, strict=True)
    key = (folder / ACCOUNTS[0].api_key_file).read_text()
    return _Repository(port, f"apikey={key}", list(serials), list(devices))


def extract() -> Result:
    """The largest size of a process that makes the full extract of many certificates."""
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as other:
        peak = other.submit(_extract_and_measure).result() / _MEBIBYTE
    name = f"A full extract of {MANY:,} certificates, MiB that the process needs at most"
    return Result(name, peak, MOST_MEBIBYTES)


def _extract_and_measure() -> int:
    with tempfile.TemporaryDirectory() as name:
        registry = Registry(Path(name, "registry.sqlite"), ())
        _fill(registry, MANY)
        rows = registry.repository.lodged_between(None, NEVER)
        asyncio.run(
            extracts.write_extract(
                rows,
                lambda each: extracts.write_row(each, status_of(each, NEVER)),
                Path(name, "full.csv.gz"),
            )
        )
        registry.close()
    return largest_size()
