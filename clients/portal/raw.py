"""Requests to a portal that no page of it would make: forms sent from elsewhere, under another credential."""

from __future__ import annotations

import time
from collections.abc import Mapping
from datetime import UTC, datetime
from urllib.parse import urlsplit

import requests

from clients.bounded_http import BoundedSession, outcome_of
from clients.connection import Credential
from clients.exchange import Exchange
from clients.portal.portal import FilledForm, PortalSite
from clients.recorder import Recorder

MULTIPART = "multipart/form-data"


class LeadsElsewhere(Exception):
    """The URL is not the portal's: nothing was sent, and no credential shown."""


class RawRequests:
    """Sends single requests to one portal, each on a connection of its own; no redirect is followed."""

    def __init__(self, site: PortalSite, recorder: Recorder) -> None:
        """Nothing is sent yet."""
        self.site, self.recorder = site, recorder

    def get(self, url: str, aro: Credential | None, *, cookies: Mapping[str, str]) -> Exchange:
        """Ask for a URL with these cookies. Raises LeadsElsewhere."""
        return self._send(requests.Request("GET", url), aro, cookies)

    def submit(
        self,
        form: FilledForm,
        value: str | tuple[str, bytes],
        aro: Credential | None,
        *,
        cookies: Mapping[str, str],
        headers: Mapping[str, str],
    ) -> Exchange:
        """Send a form with a text in its field, or a file's name and octets. Raises LeadsElsewhere."""
        request = requests.Request(form.method.upper(), form.action, headers=dict(headers))
        fields = list(form.fields)
        if isinstance(value, str):
            fields.append((form.field, value))
        if request.method == "GET":
            request.params = fields
        elif form.encoding == MULTIPART:
            files: list[tuple[str, tuple[str | None, str | bytes]]] = [
                (name, (None, text)) for name, text in fields
            ]
            request.files = files if isinstance(value, str) else [*files, (form.field, value)]
        else:
            request.data = fields
        return self._send(request, aro, cookies)

    def _send(
        self, request: requests.Request, aro: Credential | None, cookies: Mapping[str, str]
    ) -> Exchange:
        parts = urlsplit(request.url)
        own = {urlsplit(self.site.connection.url).hostname, *self.site.hosts}
        if parts.scheme != "https" or parts.hostname not in own:
            raise LeadsElsewhere(f"{request.url} is not the portal's")
        if cookies:
            request.headers["Cookie"] = "; ".join(f"{name}={value}" for name, value in cookies.items())
        request.headers.setdefault("User-Agent", "smki-conformance")
        with BoundedSession(self.site.connection.tls_context(aro)) as session:
            prepared = session.prepare_request(request)
            started_at, start = datetime.now(UTC), time.perf_counter()
            outcome = outcome_of(session, prepared, self.site.connection)
        body = prepared.body or b""
        return self.recorder.record(
            Exchange(
                interface=self.site.interface,
                credential=aro.label if aro else None,
                method=prepared.method or "",
                url=prepared.url or "",
                request_headers=tuple(prepared.headers.items()),
                request_body=body.encode() if isinstance(body, str) else body,
                started_at=started_at,
                seconds=time.perf_counter() - start,
                tls=outcome.tls,
                response=outcome.response,
                failure=outcome.failure,
            )
        )
