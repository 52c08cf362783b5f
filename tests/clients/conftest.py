"""What the tests of the clients share."""

from __future__ import annotations

import ssl
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from clients.connection import Connection
from clients.gateway.adhoc_requests import RequestsAdHocClient
from clients.gateway.batch_requests import RequestsBatchClient
from clients.portal.forms import FormsPortalClient, FormsVisit
from clients.portal.portal import PortalSite
from clients.recorder import Recorder, Redactor
from tests.support.portal_site import PAGES, SmallPortal
from tests.support.servers import Answer, ServerIdentity, make_identity, serving

ClientFor = Callable[..., RequestsAdHocClient]
BatchClientFor = Callable[..., RequestsBatchClient]
VisitOf = Callable[..., FormsVisit]


@pytest.fixture(scope="session")
def identity() -> ServerIdentity:
    return make_identity()


@pytest.fixture(scope="session")
def server_context(identity: ServerIdentity, tmp_path_factory: pytest.TempPathFactory) -> ssl.SSLContext:
    return identity.context(Path(tmp_path_factory.mktemp("identity")))


@pytest.fixture
def client_for(identity: ServerIdentity, server_context: ssl.SSLContext) -> Iterator[ClientFor]:
    """A client of a server that answers each connection with the given function."""
    with ExitStack() as stack:

        def make(
            answer: Answer, *, tls: bool = True, anchors: str | None = None, **limits: float
        ) -> RequestsAdHocClient:
            port = stack.enter_context(serving(answer, server_context if tls else None))
            connection = Connection(
                url=f"https://127.0.0.1:{port}/1.0/AdHoc",
                server_anchors=anchors or identity.certificate,
                connect_seconds=limits.get("connect_seconds", 5.0),
                response_seconds=limits.get("response_seconds", 5.0),
                response_bytes=int(limits.get("response_bytes", 100_000)),
            )
            client = RequestsAdHocClient(connection, Recorder(Redactor()))
            stack.callback(client.close)
            return client

        yield make


@pytest.fixture
def batch_client_for(identity: ServerIdentity, server_context: ssl.SSLContext) -> Iterator[BatchClientFor]:
    """A client of the Batched service, of a server that answers each connection with the given function."""
    with ExitStack() as stack:

        def make(answer: Answer, response_seconds: float = 10.0) -> RequestsBatchClient:
            port = stack.enter_context(serving(answer, server_context))
            connection = Connection(
                url=f"https://127.0.0.1:{port}/1.0/PortalCSRBatch",
                server_anchors=identity.certificate,
                connect_seconds=5.0,
                response_seconds=response_seconds,
                response_bytes=100_000,
            )
            client = RequestsBatchClient(connection, Recorder(Redactor()))
            stack.callback(client.close)
            return client

        yield make


@pytest.fixture
def portal() -> SmallPortal:
    return SmallPortal()


@pytest.fixture
def recorder() -> Recorder:
    return Recorder(Redactor())


@pytest.fixture
def visit_of(
    identity: ServerIdentity, server_context: ssl.SSLContext, recorder: Recorder
) -> Iterator[VisitOf]:
    """A visit, without a credential, to a portal of the tests."""
    with ExitStack() as stack:

        def begin(portal: SmallPortal, *, response_bytes: int = 200_000, seconds: float = 10) -> FormsVisit:
            port = stack.enter_context(serving(portal.answer, server_context))
            connection = Connection(
                url=f"https://127.0.0.1:{port}/",
                server_anchors=identity.certificate,
                connect_seconds=0.5,
                response_seconds=seconds,
                response_bytes=response_bytes,
            )
            site = PortalSite("portal-gateway", connection, PAGES, frozenset())
            client = FormsPortalClient(site, recorder)
            stack.callback(client.close)
            return client.visit(None)

        yield begin


@pytest.fixture
def visit(visit_of: VisitOf, portal: SmallPortal) -> FormsVisit:
    return visit_of(portal)
