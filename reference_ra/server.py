"""The RA as a running server: its ports, made and closed together."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import asyncssh
from aiohttp import web
from cryptography.hazmat.primitives.hashes import SHA256
from OpenSSL import SSL

from reference_ra.access import IkiAuthority, Refusal
from reference_ra.authorities import ORGANISATION_POLICY, issuing_ca
from reference_ra.batch.conformant import BATCH_PATH
from reference_ra.batch.processor import Processor
from reference_ra.clock import Clock
from reference_ra.conformant import ADHOC_PATH
from reference_ra.door import Door
from reference_ra.management import management_application
from reference_ra.oids import DEVICE_POLICY
from reference_ra.parties import CREDENTIALS
from reference_ra.pki import TestPki
from reference_ra.policies import Authority, Policies
from reference_ra.portal.desk import Desk
from reference_ra.portal.records import Interface
from reference_ra.portal.sections import GATEWAY, INTERNET
from reference_ra.portal.site import PortalSite
from reference_ra.registry import Credential, Registry
from reference_ra.repository.accounts_plan import make_accounts
from reference_ra.repository.keeper import FOLDER as REPOSITORY_FOLDER
from reference_ra.repository.keeper import Keeper
from reference_ra.repository.sftp import public_text, serving_files
from reference_ra.repository.site import RepositorySite
from reference_ra.repository.web_service import RepositoryWebService
from reference_ra.services import Services
from reference_ra.target_file import FOLDER, Endpoints
from reference_ra.tls import Listener, TlsProtocol, make_context, make_mutual_context

HOST = "127.0.0.1"
_BACKLOG = 256
_SHUTDOWN_SECONDS = 0.1
_LONGEST_SEARCH = 262_144
"""Octets of a request line: the Repository portal's search stands in it, and a page tells what is wrong."""


def _iki_authority(pki: TestPki) -> IkiAuthority:
    ca = pki.identities["iki-ca"]
    if not pki.crl.is_signature_valid(ca.certificate.public_key()):  # type: ignore[arg-type]
        raise ValueError("the IKI CA's revocation list is not signed by it")
    return IkiAuthority(ca.certificate, frozenset(entry.serial_number for entry in pki.crl))


def make_authority(directory: Path, pki: TestPki, policies: Policies) -> Authority:
    """An RA without certificates, its records in `directory`."""
    credentials = (
        Credential(
            plan.label,
            pki.identities[plan.label].certificate.fingerprint(SHA256()),
            plan.interface,
            plan.party,
        )
        for plan in CREDENTIALS
    )
    return Authority(
        Registry(directory / "registry.sqlite", credentials),
        Clock(),
        issuing_ca(policies.device_ca(pki), DEVICE_POLICY),
        issuing_ca(policies.portal.organisation_ca(pki), ORGANISATION_POLICY),
        _iki_authority(pki),
    )


@contextlib.asynccontextmanager
async def serving(
    directory: Path,
    pki: TestPki,
    policies: Policies,
    *,
    plain_repository: bool = False,
) -> AsyncIterator[Endpoints]:
    """Serve on ephemeral ports of loopback while the context lasts.

    `plain_repository` serves the Repository's Web Service over plain HTTP too.
    """
    authority = make_authority(directory, pki, policies)
    make_accounts(authority.registry, directory / FOLDER)
    keeper = Keeper(directory, authority, policies, pki)
    processor = Processor(authority, policies, keeper.catch_up)
    house = _House(authority, pki, policies)
    async with contextlib.AsyncExitStack() as stack:
        stack.callback(authority.registry.close)
        services = await house.serve_web_services(stack)
        gateway = await house.serve_portal(stack, GATEWAY)
        internet = await house.serve_portal(stack, INTERNET)
        repository_portal = await house.serve_repository_portal(stack)
        host_key = policies.repository.sftp.new_host_key()
        repository_sftp = await house.serve_files(stack, directory / REPOSITORY_FOLDER, host_key)
        repository = await house.serve_repository_web_service(stack)
        plain = await house.serve_plain_repository(stack) if plain_repository else None
        management = management_application(authority, processor, policies, keeper)
        runner = web.AppRunner(management, access_log=None, shutdown_timeout=_SHUTDOWN_SECONDS)
        stack.push_async_callback(runner.cleanup)
        await runner.setup()
        await web.TCPSite(runner, HOST, 0).start()
        await processor.catch_up()
        await stack.enter_async_context(processor.running())
        yield Endpoints(
            adhoc=services + ADHOC_PATH,
            batch=services + BATCH_PATH,
            portal_gateway=gateway,
            portal_internet=internet,
            repository_portal=repository_portal,
            repository_sftp=repository_sftp,
            sftp_host_key=public_text(host_key),
            repository_web_service=repository,
            plain_repository=plain,
            management=f"http://{HOST}:{runner.addresses[0][1]}",
        )


class _House:
    """Opens the ports that speak TLS, for as long as an exit stack lasts."""

    def __init__(self, authority: Authority, pki: TestPki, policies: Policies) -> None:
        self._authority = authority
        self._pki = pki
        self._policies = policies

    async def serve_web_services(self, stack: contextlib.AsyncExitStack) -> str:
        """Serve both web services; gives the URL without a path."""
        http = web.Server(Services(self._authority, self._policies).handle, **self._http_settings())
        stack.push_async_callback(http.shutdown, _SHUTDOWN_SECONDS)
        port = _bind()
        await self._listen(stack, self._mutual_context(), http, port)
        return _url(port)

    async def serve_repository_web_service(self, stack: contextlib.AsyncExitStack) -> str:
        """Serve the Repository's Web Service; gives the URL that stands before its paths."""
        port = _bind()
        context = make_context(self._policies.server_identity(self._pki), self._policies.tls)
        await self._listen(stack, context, self._repository_web_service(stack), port)
        return f"{_url(port)}/"

    async def serve_plain_repository(self, stack: contextlib.AsyncExitStack) -> str:
        """Serve it over plain HTTP, as an emulator on the user's own machine does; gives that URL."""
        port = _bind()
        http = self._repository_web_service(stack)
        server = await asyncio.get_running_loop().create_server(http, sock=port, backlog=_BACKLOG)
        stack.callback(server.close)
        return f"http://{HOST}:{port.getsockname()[1]}/"

    def _repository_web_service(self, stack: contextlib.AsyncExitStack) -> web.Server:
        service = RepositoryWebService(self._authority, self._policies)
        http = web.Server(service.handle, **self._http_settings())
        stack.push_async_callback(http.shutdown, _SHUTDOWN_SECONDS)
        return http

    async def serve_portal(self, stack: contextlib.AsyncExitStack, interface: Interface) -> str:
        """Serve one portal, its landing page on a port of its own; gives that page's URL."""
        landing, sections = _bind(), _bind()
        desk = Desk(self._authority, self._policies)
        urls = {"landing_url": _url(landing), "sections_url": _url(sections)}
        site = PortalSite(interface, self._authority, self._policies, desk, **urls)
        context = make_context(self._policies.server_identity(self._pki), self._policies.tls)
        for application, its_context, port in (
            (site.landing_application(), context, landing),
            (site.sections_application(), self._mutual_context(), sections),
        ):
            await self._serve(stack, application, its_context, port)
        return f"{_url(landing)}/"

    async def serve_repository_portal(self, stack: contextlib.AsyncExitStack) -> str:
        """Serve the Repository portal; gives the URL of its login page."""
        port = _bind()
        application = RepositorySite(self._authority, self._policies).application()
        context = make_context(self._policies.server_identity(self._pki), self._policies.tls)
        await self._serve(stack, application, context, port, max_line_size=_LONGEST_SEARCH)
        return f"{_url(port)}/"

    async def serve_files(
        self, stack: contextlib.AsyncExitStack, folder: Path, host_key: asyncssh.SSHKey
    ) -> str:
        """Serve a folder by SFTP; gives the URL of what its users see first."""
        folder.mkdir(exist_ok=True)
        port = _bind()
        await stack.enter_async_context(
            serving_files(self._authority, self._policies.repository, folder, port, host_key)
        )
        return f"sftp://{HOST}:{port.getsockname()[1]}/"

    async def _serve(
        self,
        stack: contextlib.AsyncExitStack,
        application: web.Application,
        context: SSL.Context,
        port: socket.socket,
        **more: int,
    ) -> None:
        settings = {**self._http_settings(), **more}
        runner = web.AppRunner(application, shutdown_timeout=_SHUTDOWN_SECONDS, **settings)
        stack.push_async_callback(runner.cleanup)
        await runner.setup()
        if runner.server is None:
            raise RuntimeError("an application has no server although it is set up")
        await self._listen(stack, context, runner.server, port)

    def _http_settings(self) -> dict[str, Any]:
        return {
            "access_log": None,
            "keepalive_timeout": self._policies.limits.keep_alive_seconds,
            "lingering_time": 5,
            "auto_decompress": False,
        }

    def _mutual_context(self) -> SSL.Context:
        policies = self._policies
        return make_mutual_context(
            policies.server_identity(self._pki),
            policies.tls,
            self._authority.iki.certificate,
            self._pki.crl,
            Door(self._authority, policies).admits,
            certificate_required=Refusal.NO_CERTIFICATE in policies.handshake_refusals,
        )

    async def _listen(
        self,
        stack: contextlib.AsyncExitStack,
        context: SSL.Context,
        application: Callable[[], asyncio.Protocol],
        port: socket.socket,
    ) -> None:
        policies = self._policies
        listener = Listener(context, application, policies.limits, policies.tls.plain_http)
        loop = asyncio.get_running_loop()
        server = await loop.create_server(lambda: TlsProtocol(listener), sock=port, backlog=_BACKLOG)
        stack.callback(server.close)


def _bind() -> socket.socket:
    return socket.create_server((HOST, 0), backlog=_BACKLOG)


def _url(port: socket.socket) -> str:
    return f"https://{HOST}:{port.getsockname()[1]}"
