"""How a client connects: what it trusts, what it offers in TLS, and how long and how much it bears."""

from __future__ import annotations

import ssl
from dataclasses import dataclass
from functools import lru_cache
from typing import Protocol

PERMITTED_CIPHERS = (
    "ECDHE-RSA-AES256-GCM-SHA384",
    "ECDHE-RSA-AES256-SHA384",
    "ECDHE-RSA-AES128-GCM-SHA256",
    "ECDHE-RSA-AES128-SHA256",
)
"""The cipher suites of M-G-a, by OpenSSL's names: all that a client of the SMKI may offer."""

ANY_CIPHERS = ("DEFAULT",)
"""OpenSSL's own choice: of a service for which M-G-a does not ask."""

RENEGOTIATION_SECONDS = 300.0
"""M-2.4.EST-a: the TLS session renegotiation time-out that a subscriber sets for each connection."""


class Credential(Protocol):
    """An IKI Certificate and its private key, as a client needs them."""

    @property
    def label(self) -> str:
        """The name shown in reports."""

    def load_into(self, context: ssl.SSLContext) -> None:
        """Make `context` present this credential. The private key is shown to nothing else."""


@dataclass(frozen=True, slots=True)
class Connection:
    """What every connection to one interface has in common."""

    url: str
    """The published URL of the interface, https."""
    server_anchors: str
    """PEM certificates that the server's chain must end in."""
    connect_seconds: float = 10.0
    response_seconds: float = 60.0
    """From the request's first octet to the response's last."""
    response_bytes: int = 1_048_576
    """A longer body is not read to its end."""
    tls_minimum: str = "TLSv1.2"
    tls_maximum: str = "TLSv1.2"
    ciphers: tuple[str, ...] = PERMITTED_CIPHERS
    """What is offered, by OpenSSL's names."""

    def tls_context(
        self, credential: Credential | None, ciphers: tuple[str, ...] | None = None
    ) -> ssl.SSLContext:
        """A context that verifies the server, its host name included, and presents `credential`; with
        `ciphers` in place of the connection's own."""
        return _tls_context(self, credential, ciphers or self.ciphers)  # type: ignore[arg-type] # hashed by identity


TLS_VERSIONS = {
    "TLSv1": ssl.TLSVersion.TLSv1,
    "TLSv1.1": ssl.TLSVersion.TLSv1_1,
    "TLSv1.2": ssl.TLSVersion.TLSv1_2,
    "TLSv1.3": ssl.TLSVersion.TLSv1_3,
}
"""The protocol versions by the names that OpenSSL and the target file use."""


@lru_cache(maxsize=64)
def _tls_context(
    connection: Connection, credential: Credential | None, ciphers: tuple[str, ...]
) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.load_verify_locations(cadata=connection.server_anchors)
    context.minimum_version = TLS_VERSIONS[connection.tls_minimum]
    context.maximum_version = TLS_VERSIONS[connection.tls_maximum]
    context.set_ciphers(":".join(ciphers))
    if credential is not None:
        credential.load_into(context)
    return context
