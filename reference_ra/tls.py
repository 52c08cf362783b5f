"""Mutual TLS for an asyncio server, where the RA itself decides on the client's certificate.

The standard library's `ssl` cannot accept a client certificate that its own verification refuses, nor verify
by another clock. So TLS runs in pyOpenSSL over memory buffers, between TCP and the HTTP protocol.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from cryptography import x509
from OpenSSL import SSL, crypto

from reference_ra.authorities import Identity

logger = logging.getLogger(__name__)

SUITES = (
    "ECDHE-RSA-AES256-GCM-SHA384",
    "ECDHE-RSA-AES256-SHA384",
    "ECDHE-RSA-AES128-GCM-SHA256",
    "ECDHE-RSA-AES128-SHA256",
)
"""The permitted suites (M-G-a), as OpenSSL names them."""
VERSIONS = {
    "TLSv1": SSL.TLS1_VERSION,
    "TLSv1.1": SSL.TLS1_1_VERSION,
    "TLSv1.2": SSL.TLS1_2_VERSION,
    "TLSv1.3": SSL.TLS1_3_VERSION,
}
CLIENT_CERTIFICATE = "client_certificate"
"""Name of the transport's extra information that holds the DER of the certificate presented, or None."""
_NO_RENEGOTIATION = 0x40000000
_TLS_RECORD_HANDSHAKE = 0x16
_CHUNK = 65536


@dataclass(frozen=True, slots=True)
class TlsSettings:
    """What the server offers."""

    minimum: str = "TLSv1.2"
    maximum: str = "TLSv1.2"
    suites: tuple[str, ...] = SUITES
    security_level: int | None = None
    """OpenSSL's; None leaves its default."""
    plain_http: bool = False
    """Serve a client that begins without TLS."""


@dataclass(frozen=True, slots=True)
class ConnectionLimits:
    """How long, how many and how much."""

    connections: int = 512
    handshake_seconds: float = 10
    idle_seconds: float = 60
    """Without an octet from the client, or to it."""
    body_seconds: float = 30
    """For the whole of a request's body."""
    body_octets: int = 1_048_576
    keep_alive_seconds: float = 60
    """Between one request and the next."""
    half_closed_seconds: float = 1
    """Time to finish answering a client that has closed its sending side."""


Admits = Callable[[bytes], bool]
"""Whether a client certificate, as DER, gets through the handshake."""


def make_context(identity: Identity, settings: TlsSettings) -> SSL.Context:
    """The server's TLS context, which asks a client for no certificate.

    Sessions are not resumed: every connection is checked anew.
    """
    context = SSL.Context(SSL.TLS_SERVER_METHOD)
    context.set_min_proto_version(VERSIONS[settings.minimum])
    context.set_max_proto_version(VERSIONS[settings.maximum])
    level = [] if settings.security_level is None else [f"@SECLEVEL={settings.security_level}"]
    context.set_cipher_list(":".join((*settings.suites, *level)).encode())
    context.set_options(
        SSL.OP_NO_TICKET | SSL.OP_NO_COMPRESSION | SSL.OP_CIPHER_SERVER_PREFERENCE | _NO_RENEGOTIATION
    )
    context.set_session_cache_mode(SSL.SESS_CACHE_OFF)
    context.use_certificate(identity.certificate)
    context.use_privatekey(identity.key)
    return context


def make_mutual_context(
    identity: Identity,
    settings: TlsSettings,
    client_ca: x509.Certificate,
    revocations: x509.CertificateRevocationList,
    admits: Admits,
    *,
    certificate_required: bool,
) -> SSL.Context:
    """The server's TLS context, which asks a client for a certificate of the client CA."""
    context = make_context(identity, settings)
    anchor = crypto.X509.from_cryptography(client_ca)
    context.add_client_ca(client_ca)
    store = context.get_cert_store()
    if store is not None:
        # So that the alert tells the reason, where OpenSSL sees it too.
        store.add_cert(anchor)
        store.add_crl(revocations)
        store.set_flags(crypto.X509StoreFlags.CRL_CHECK)

    def verify(_: SSL.Connection, certificate: crypto.X509, _error: int, depth: int, _ok: int) -> bool:
        # OpenSSL's own verdict is left aside: it knows neither the RA's clock nor its policies.
        return depth > 0 or admits(crypto.dump_certificate(crypto.FILETYPE_ASN1, certificate))

    mode = SSL.VERIFY_PEER | (SSL.VERIFY_FAIL_IF_NO_PEER_CERT if certificate_required else 0)
    context.set_verify(mode, verify)
    return context


class TlsTransport(asyncio.Transport):
    """What the HTTP protocol writes to: encrypts, and passes on to the TCP transport."""

    def __init__(self, owner: TlsProtocol, under: asyncio.Transport, extra: dict[str, Any]) -> None:
        """Stand on a TCP transport."""
        super().__init__()
        self._information = extra
        self._owner = owner
        self._under = under

    def get_extra_info(self, name: str, default: Any = None) -> Any:
        """This layer's information, else the TCP transport's."""
        return (
            self._information[name]
            if name in self._information
            else self._under.get_extra_info(name, default)
        )

    def write(self, data: bytes | bytearray | memoryview) -> None:
        """Encrypt and send."""
        self._owner.send(bytes(data))

    def writelines(self, list_of_data: Iterable[bytes | bytearray | memoryview]) -> None:
        """Encrypt and send as one."""
        self.write(b"".join(list_of_data))

    def is_closing(self) -> bool:
        """Whether the connection is closed or about to be."""
        return self._under.is_closing()

    def close(self) -> None:
        """Say goodbye in TLS, then close."""
        self._owner.close()

    def abort(self) -> None:
        """Close at once."""
        self._under.abort()

    def is_reading(self) -> bool:
        """Whether octets are being received."""
        return self._under.is_reading()

    def pause_reading(self) -> None:
        """Stop receiving."""
        self._under.pause_reading()

    def resume_reading(self) -> None:
        """Receive again."""
        self._under.resume_reading()

    def set_write_buffer_limits(self, high: int | None = None, low: int | None = None) -> None:
        """Those of the TCP transport."""
        self._under.set_write_buffer_limits(high, low)

    def get_write_buffer_size(self) -> int:
        """That of the TCP transport."""
        return self._under.get_write_buffer_size()


@dataclass(slots=True)
class Listener:
    """What the connections of one port share."""

    context: SSL.Context
    application: Callable[[], asyncio.Protocol]
    limits: ConnectionLimits
    plain_http: bool = False
    open_connections: int = 0


class TlsProtocol(asyncio.Protocol):
    """One connection: the TLS handshake, then octets to and from the application's protocol."""

    def __init__(self, listener: Listener) -> None:
        """Serve a connection of that listener; within a running event loop."""
        self._listener = listener
        self._loop = asyncio.get_running_loop()
        self._under: asyncio.Transport
        self._tls: SSL.Connection | None = None
        self._application: asyncio.Protocol | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._last_active = 0.0
        self._unanswered = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """A TCP connection: the handshake must follow in time."""
        assert isinstance(transport, asyncio.Transport)  # noqa: S101 - a stream server's always is
        self._under = transport
        self._listener.open_connections += 1
        limits = self._listener.limits
        if self._listener.open_connections > limits.connections:
            transport.abort()
            return
        self._timer = self._loop.call_later(limits.handshake_seconds, transport.abort)

    def data_received(self, data: bytes) -> None:
        """Octets from the client, still encrypted."""
        self._last_active = self._loop.time()
        if self._tls is None:
            if self._application is not None:
                self._unanswered = True
                self._application.data_received(data)
                return
            if self._listener.plain_http and data[0] != _TLS_RECORD_HANDSHAKE:
                self._begin(self._under)
                self.data_received(data)
                return
            self._tls = SSL.Connection(self._listener.context, None)
            self._tls.set_accept_state()
        try:
            self._tls.bio_write(data)
            self._advance(self._tls)
        except SSL.Error as error:
            logger.debug("TLS: %r", error)
            self._flush()
            self._under.close()

    def _advance(self, tls: SSL.Connection) -> None:
        try:
            if self._application is None:
                tls.do_handshake()
                certificate = tls.get_peer_certificate(as_cryptography=False)
                octets = certificate and crypto.dump_certificate(crypto.FILETYPE_ASN1, certificate)
                self._flush()
                self._begin(TlsTransport(self, self._under, {CLIENT_CERTIFICATE: octets}))
            while self._application is not None:
                received = tls.recv(_CHUNK)
                self._unanswered = True
                self._application.data_received(received)
        except SSL.WantReadError:
            self._flush()
        except SSL.ZeroReturnError:
            self._flush()
            self._peer_closed()

    def _begin(self, transport: asyncio.Transport) -> None:
        if self._timer:
            self._timer.cancel()
        self._watch_idleness()
        self._application = self._listener.application()
        self._application.connection_made(transport)

    def _watch_idleness(self) -> None:
        patience = self._listener.limits.idle_seconds
        silent = self._loop.time() - self._last_active
        if silent >= patience:
            self.close()
        else:
            self._timer = self._loop.call_later(patience - silent, self._watch_idleness)

    def _flush(self) -> None:
        if self._tls is None:
            return
        while not self._under.is_closing():
            try:
                self._under.write(self._tls.bio_read(_CHUNK))
            except SSL.WantReadError:
                return

    def send(self, data: bytes) -> None:
        """Encrypt and send what the application writes."""
        if self._tls is None or self._under.is_closing():
            return
        self._unanswered = False
        self._last_active = self._loop.time()
        view = memoryview(data)
        try:
            while view:
                view = view[self._tls.send(view) :]
        except SSL.Error as error:
            logger.debug("TLS: %r", error)
            self._under.abort()
            return
        self._flush()

    def close(self) -> None:
        """Send close_notify and close the connection."""
        if self._under.is_closing():
            return
        if self._tls is not None and self._application is not None:
            try:
                self._tls.shutdown()
            except SSL.Error as error:
                logger.debug("TLS: %r", error)
            self._flush()
        self._under.close()

    def _peer_closed(self) -> None:
        if self._timer:
            self._timer.cancel()
        patience = self._listener.limits.half_closed_seconds if self._unanswered else 0
        self._timer = self._loop.call_later(patience, self.close)

    def eof_received(self) -> bool:
        """The client sends no more: what is being answered may still be sent."""
        if self._application is None:
            return False
        self._peer_closed()
        return True

    def connection_lost(self, exc: Exception | None) -> None:
        """The TCP connection is gone."""
        self._listener.open_connections -= 1
        if self._timer:
            self._timer.cancel()
        if self._application is not None:
            self._application.connection_lost(exc)
            self._application = None

    def pause_writing(self) -> None:
        """The client reads slowly."""
        if self._application is not None:
            self._application.pause_writing()

    def resume_writing(self) -> None:
        """The client has caught up."""
        if self._application is not None:
            self._application.resume_writing()
