"""An Ad Hoc client that keeps the pace which Appendix N asks of a subscriber (N-3.1.2-a)."""

from __future__ import annotations

from contextlib import nullcontext

from clients.connection import Credential
from clients.exchange import Exchange
from clients.gateway.adhoc import AdHocClient
from clients.pacing import AdHocPace


class PacedAdHocClient(AdHocClient):
    """Takes a turn for each request that has a body, since that may be a CSR; any client does the sending."""

    def __init__(self, client: AdHocClient, pace: AdHocPace) -> None:
        """Send by `client`."""
        super().__init__(client.connection, client.recorder)
        self._client, self._pace = client, pace

    def submit(self, body: bytes, credential: Credential | None) -> Exchange:
        """Send exactly these octets; see the interface."""
        with self._pace.turn() if body else nullcontext():
            return self._client.submit(body, credential)

    def send(self, method: str, path: str, body: bytes, credential: Credential | None) -> Exchange:
        """Send one request; see the interface."""
        with self._pace.turn() if body else nullcontext():
            return self._client.send(method, path, body, credential)

    def close(self) -> None:
        """Close every connection."""
        self._client.close()
