"""The sessions that a client keeps from one request to the next."""

from __future__ import annotations

import threading
import time

from clients.bounded_http import BoundedSession
from clients.connection import RENEGOTIATION_SECONDS, Connection, Credential


class Sessions:
    """One for each thread and credential, made anew after five minutes (M-2.4.EST-a, M-2.5.EST-a)."""

    def __init__(self, connection: Connection) -> None:
        """Connect as `connection` says."""
        self._connection = connection
        self._lock = threading.Lock()
        self._kept: dict[tuple[int, str | None], tuple[BoundedSession, float]] = {}

    def of(self, credential: Credential | None) -> BoundedSession:
        """The calling thread's session under that credential."""
        key = (threading.get_ident(), credential.label if credential else None)
        with self._lock:
            kept = self._kept.get(key)
        if kept is not None:
            session, opened = kept
            if time.monotonic() - opened < RENEGOTIATION_SECONDS:
                return session
            session.close()
        session = BoundedSession(self._connection.tls_context(credential))
        with self._lock:
            self._kept[key] = (session, time.monotonic())
        return session

    def close(self) -> None:
        """Close every connection of every thread."""
        with self._lock:
            kept, self._kept = self._kept, {}
        for session, _ in kept.values():
            session.close()
