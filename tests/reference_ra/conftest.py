"""The reference RA in a thread of the test's own, and clients of the standard library for it."""

from __future__ import annotations

import asyncio
import http.client
import json
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from reference_ra.conformant import conformant_policies
from reference_ra.pki import TestPki, open_pki
from reference_ra.policies import Policies
from reference_ra.server import serving
from reference_ra.target_file import Endpoints, write_credentials
from tests.reference_ra.craft import DEVICE
from tests.reference_ra.desking import Office, office


@dataclass(frozen=True)
class Answer:
    status: int
    headers: http.client.HTTPMessage
    body: bytes


@dataclass(frozen=True)
class Ra:
    """A running RA."""

    endpoints: Endpoints
    directory: Path
    policies: Policies

    @property
    def address(self) -> tuple[str, int]:
        parts = urlsplit(self.endpoints.adhoc)
        return str(parts.hostname), int(parts.port or 0)

    def context(self, credential: str | None = "import-supplier") -> ssl.SSLContext:
        folder = self.directory / "credentials"
        context = ssl.create_default_context(cafile=str(folder / "server-ca.pem"))
        context.maximum_version = ssl.TLSVersion.TLSv1_2
        if credential:
            context.load_cert_chain(folder / f"{credential}.pem", folder / f"{credential}.key")
        return context

    def connect(self, credential: str | None = "import-supplier") -> http.client.HTTPSConnection:
        host, port = self.address
        return http.client.HTTPSConnection(host, port, context=self.context(credential), timeout=30)

    def post(self, body: bytes, credential: str | None = "import-supplier", method: str = "POST") -> Answer:
        connection = self.connect(credential)
        try:
            return ask(connection, body, method, urlsplit(self.endpoints.adhoc).path)
        finally:
            connection.close()

    def raw(self, credential: str | None = "import-supplier") -> ssl.SSLSocket:
        plain = socket.create_connection(self.address, timeout=30)
        return self.context(credential).wrap_socket(plain, server_hostname=self.address[0])

    def manage(self, method: str, path: str, content: object = None) -> tuple[int, Any]:
        parts = urlsplit(self.endpoints.management)
        connection = http.client.HTTPConnection(str(parts.hostname), int(parts.port or 0), timeout=60)
        try:
            connection.request(method, path, None if content is None else json.dumps(content))
            response = connection.getresponse()
            return response.status, json.loads(response.read())
        finally:
            connection.close()

    def seed(self, certificates: int, device: bytes = DEVICE, key_usage: str = "digitalSignature") -> None:
        content = {"device_id": device.hex("-"), "certificates": certificates, "key_usage": key_usage}
        status, _ = self.manage("POST", "/devices", content)
        assert status == 200

    def issued(self, device: bytes = DEVICE) -> int:
        return int(self.manage("GET", f"/devices/{device.hex('-')}")[1]["certificates"])


def ask(
    connection: http.client.HTTPSConnection,
    body: bytes,
    method: str = "POST",
    path: str = "/1.0/AdHocDeviceCSR",
) -> Answer:
    connection.request(method, path, body, {"Content-Type": "application/xml;charset=UTF-8"})
    response = connection.getresponse()
    return Answer(response.status, response.headers, response.read())


@pytest.fixture(scope="session")
def pki(tmp_path_factory: pytest.TempPathFactory) -> TestPki:
    return open_pki(tmp_path_factory.mktemp("ra") / "pki")


@contextmanager
def running(
    directory: Path, pki: TestPki, policies: Policies, *, plain_repository: bool = False
) -> Iterator[Ra]:
    ready = threading.Event()
    box: dict[str, Any] = {}

    async def serve() -> None:
        async with serving(directory, pki, policies, plain_repository=plain_repository) as endpoints:
            box.update(endpoints=endpoints, loop=asyncio.get_running_loop(), stop=asyncio.Event())
            ready.set()
            await box["stop"].wait()

    def run() -> None:
        try:
            asyncio.run(serve())
        except BaseException as error:
            box["error"] = error
            ready.set()

    write_credentials(directory, pki)
    thread = threading.Thread(target=run)
    thread.start()
    ready.wait(20)
    try:
        if "error" in box:
            raise box["error"]
        yield Ra(box["endpoints"], directory, policies)
    finally:
        if "stop" in box:
            box["loop"].call_soon_threadsafe(box["stop"].set)
        thread.join(20)
        assert not thread.is_alive()


@pytest.fixture
def start(tmp_path: Path, pki: TestPki) -> Iterator[Callable[..., Ra]]:
    """Start an RA with limits of its own; it stops when the test ends."""
    with ExitStack() as stack:

        def begin(policies: Policies | None = None, **limits: Any) -> Ra:
            policies = policies or conformant_policies()
            policies = replace(policies, limits=replace(policies.limits, **limits))
            return stack.enter_context(running(tmp_path, pki, policies))

        yield begin


@pytest.fixture(scope="session")
def shared_ra(tmp_path_factory: pytest.TempPathFactory, pki: TestPki) -> Iterator[Ra]:
    with running(tmp_path_factory.mktemp("shared"), pki, conformant_policies()) as ra:
        yield ra


@pytest.fixture(scope="session")
def batch_ra(tmp_path_factory: pytest.TempPathFactory, pki: TestPki) -> Iterator[Ra]:
    """A conformant RA whose clock moves from test to test."""
    with running(tmp_path_factory.mktemp("batches"), pki, conformant_policies()) as ra:
        yield ra


@pytest.fixture
def ra(shared_ra: Ra) -> Ra:
    """A conformant RA at which DEVICE has one certificate."""
    shared_ra.seed(1)
    return shared_ra


@pytest.fixture
def open_office(tmp_path: Path, pki: TestPki) -> Iterator[Callable[..., Office]]:
    """Open the portals' desk of an RA of the test's own; it closes when the test ends."""
    with ExitStack() as stack:
        yield lambda policies=None: stack.enter_context(
            office(tmp_path, pki, policies or conformant_policies())
        )


@pytest.fixture(scope="session")
def desk(tmp_path_factory: pytest.TempPathFactory, pki: TestPki) -> Iterator[Office]:
    """The portals' desk of a conformant RA, its clock at a day in winter."""
    with office(tmp_path_factory.mktemp("office"), pki, conformant_policies()) as made:
        yield made
