"""Requests to a portal that no page of it would make: forms sent from elsewhere, under another credential."""

from __future__ import annotations

import time
from collections.abc import Mapping
from datetime import UTC, datetime

import requests

from clients.bounded_http import BoundedSession, outcome_of
from clients.connection import Credential
from clients.exchange import Exchange
from clients.portal.form_reading import MULTIPART
from clients.portal.html import Document
from clients.portal.journey import redirection
from clients.portal.pages import PageMap
from clients.portal.portal import FilledForm, Notification, Page
from clients.portal.reading import notification
from clients.portal.site import Site
from clients.recorder import Recorder


class LeadsElsewhere(Exception):
    """The URL is not the portal's: nothing was sent, and no credential shown."""


class RawRequests:
    """Sends single requests to one portal, each on a connection of its own; no redirect is followed."""

    def __init__(self, site: Site, recorder: Recorder, label: str | None = None) -> None:
        """Nothing is sent yet. `label` is whose requests they are where no IKI Certificate tells."""
        self.site, self.recorder, self._label = site, recorder, label

    def get(
        self,
        url: str,
        aro: Credential | None,
        *,
        cookies: str | None,
        headers: tuple[tuple[str, str], ...] = (),
    ) -> Exchange:
        """Ask for a URL with this Cookie header and others. Raises LeadsElsewhere."""
        return self._send(requests.Request("GET", url, headers=dict(headers)), aro, cookies)

    def submit(
        self,
        form: FilledForm,
        value: str | tuple[str, bytes],
        aro: Credential | None,
        *,
        cookies: str | None,
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

    def answer(
        self, exchange: Exchange, aro: Credential | None, pages: PageMap, *, cookies: str | None
    ) -> Notification:
        """What the portal tells of something that was sent, whatever form it was meant for: in its answer, or
        on the page to which that sends a browser. Of a page elsewhere nothing is read."""
        target = redirection(exchange, exchange.url)
        if target is not None and self.site.admits(target):
            exchange = self.get(target, aro, cookies=cookies)
        document = Document(exchange.url, exchange.response)
        page = Page(exchange, exchange.url, document.title, document.text)
        return notification(page, [pages.organisation, pages.device, pages.batch], pages, document.texts)

    def _send(self, request: requests.Request, aro: Credential | None, cookies: str | None) -> Exchange:
        if not self.site.admits(request.url):
            raise LeadsElsewhere(f"{request.url} is not the portal's")
        if cookies:
            request.headers["Cookie"] = cookies
        request.headers.setdefault("User-Agent", "smki-conformance")
        with BoundedSession(self.site.connection.tls_context(aro)) as session:
            prepared = session.prepare_request(request)
            started_at, start = datetime.now(UTC), time.perf_counter()
            outcome = outcome_of(session, prepared, self.site.connection)
        body = prepared.body or b""
        return self.recorder.record(
            Exchange(
                interface=self.site.interface,
                credential=aro.label if aro else self._label,
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
