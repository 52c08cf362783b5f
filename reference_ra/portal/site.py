"""A portal's web site: its landing page, and its sections behind mutual TLS (M-2.3.EST, N-2.1.1-a)."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from io import BytesIO
from tempfile import TemporaryFile
from typing import BinaryIO, get_args

from aiohttp import web
from aiohttp.typedefs import Middleware

from reference_ra.access import Refusal
from reference_ra.door import Door, label_of
from reference_ra.policies import Authority, Policies
from reference_ra.portal.answers import Handler, as_pages, download, page
from reference_ra.portal.assets import STATIC_TYPES
from reference_ra.portal.desk import Desk
from reference_ra.portal.pages import CSR_FIELD, FORMS, TITLES, TOKEN_FIELD, Pages, Viewer
from reference_ra.portal.posted import Posted, TooLarge, Unreadable
from reference_ra.portal.problems import (
    FORGED,
    LATE,
    NOT_FOUND,
    TOO_LARGE,
    UNREADABLE,
    Problem,
    Stopped,
)
from reference_ra.portal.records import (
    SECTIONS,
    BatchFile,
    Interface,
    Kind,
    PortalRequest,
    Section,
)
from reference_ra.portal.sections import Place
from reference_ra.portal.sessions import Posting, Session, Sessions
from reference_ra.registry import Credential

_PIECE_OCTETS = 65536
_ZIP = "application/zip"
_FILE_TYPES: dict[BatchFile, str] = {
    "certificates": _ZIP,
    "report": "text/plain;charset=UTF-8",
    "response": _ZIP,
}


@dataclass(frozen=True, slots=True)
class _Visitor:
    """Who is at a section."""

    place: Place
    credential: Credential
    session: Session

    @property
    def viewer(self) -> Viewer:
        return Viewer(self.place, self.credential.subscriber.organisation, self.session.token)


_VISITOR = web.RequestKey("visitor", _Visitor)


class PortalSite:
    """One portal: an application for its landing page, and one for its sections."""

    def __init__(
        self,
        interface: Interface,
        authority: Authority,
        policies: Policies,
        desk: Desk,
        *,
        landing_url: str,
        sections_url: str,
    ) -> None:
        """Serve one authority's portal, as its policies say, at these URLs (without a path)."""
        self._interface = interface
        self._authority = authority
        self._policies = policies
        self._site = policies.portal.site
        self._desk = desk
        self._door = Door(authority, policies)
        self._sessions = Sessions(self._site.session_rules, self._site.make_token)
        limit = policies.batch.limits.csrs
        self._pages = Pages(interface, self._site.template, limit, landing_url + "/", sections_url)

    def landing_application(self) -> web.Application:
        """The landing page; it asks for no IKI Certificate."""
        application = self._application()
        application.router.add_get("/", self._landing)
        return application

    def sections_application(self) -> web.Application:
        """The sections, for users who have presented an IKI Certificate."""
        application = self._application(self._at_the_door)
        router = application.router
        for place in self._site.places:
            if place.interface == self._interface:
                self._add_pages(router, place.section)
        if Place(self._interface, "device") in self._site.places:
            router.add_get(FORMS["batch"].path, self._batch_form)
            router.add_post(FORMS["batch"].path, self._batch_form)
            router.add_get("/device/pickup", self._pickup)
            router.add_get("/device/pickup/{reference}/certificate", self._certificate)
            for which in get_args(BatchFile):
                router.add_get(f"/device/pickup/{{reference}}/{which}", self._batch_file(which))
        return application

    def _application(self, *middlewares: Middleware) -> web.Application:
        application = web.Application(middlewares=(as_pages(self._problem), *middlewares))
        application.on_response_prepare.append(self._finish)
        application.router.add_get("/static/{name}", self._static)
        return application

    def _add_pages(self, router: web.UrlDispatcher, section: Section) -> None:
        router.add_get(f"/{section}/", self._home)
        router.add_get(FORMS[section].path, self._csr_form)
        router.add_post(FORMS[section].path, self._csr_form)
        router.add_get(f"/{section}/requests", self._requests)
        router.add_get(f"/{section}/requests/{{reference}}", self._request)
        if section == "organisation":
            router.add_get("/organisation/requests/{reference}/certificate", self._certificate)

    # What surrounds every page

    @web.middleware
    async def _at_the_door(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """A section's pages, whichever they are, are for its own users only."""
        place = next((each for each in self._site.places if each == self._place_of(request.path)), None)
        if place is None:
            return await handler(request)
        credential, refusal = self._door.examine(request, self._site.rules_for(place, request.path))
        if credential is None or refusal is not None:
            reason = refusal or Refusal.UNKNOWN
            self._policies.log_rejection(self._authority, label_of(credential), reason)
            raise Stopped(self._site.refused(reason))
        now = self._authority.clock.now()
        session = self._sessions.find(request.cookies.get(_cookie(place)), credential, place, now)
        session = session or self._sessions.begin(credential, place, now)
        request[_VISITOR] = _Visitor(place, self._site.acting(session, credential), session)
        return await handler(request)

    def _place_of(self, path: str) -> tuple[str, str]:
        return self._interface, path.split("/")[1]

    async def _finish(self, request: web.Request, response: web.StreamResponse) -> None:
        """Before a response is sent: the headers that all have, and the cookie of a new session."""
        response.headers["Server"] = "reference-ra"
        response.headers.update(self._site.headers)
        visitor = request.get(_VISITOR)
        if visitor is not None and request.cookies.get(_cookie(visitor.place)) != visitor.session.name:
            cookie = f"{_cookie(visitor.place)}={visitor.session.name}"
            response.headers.add("Set-Cookie", f"{cookie}; Path=/; Secure; HttpOnly; SameSite=Strict")

    def _problem(self, problem: Problem) -> web.Response:
        return page(self._pages.problem(problem), problem.status)

    # The pages

    async def _static(self, request: web.Request) -> web.Response:
        name = request.match_info["name"]
        if name not in STATIC_TYPES:
            raise Stopped(NOT_FOUND)
        return web.Response(
            body=self._site.static(name).encode(), headers={"Content-Type": STATIC_TYPES[name]}
        )

    async def _landing(self, _request: web.Request) -> web.Response:
        sections = [each for each in TITLES if Place(self._interface, each) in self._site.places]
        return page(self._pages.landing(sections))

    async def _home(self, request: web.Request) -> web.Response:
        visitor = request[_VISITOR]
        return page(self._pages.home(visitor.viewer))

    async def _csr_form(self, request: web.Request) -> web.Response:
        visitor = request[_VISITOR]
        if not self._site.is_submission(request):
            return self._form_page(visitor, visitor.place.section)
        async with self._posted(request, visitor) as posted:
            text = posted.fields.get(CSR_FIELD, "")
            made = await self._site.submit_csr(self._desk, visitor.place, visitor.credential, text)
        return self._answer(visitor, made)

    async def _batch_form(self, request: web.Request) -> web.Response:
        visitor = request[_VISITOR]
        if not self._site.is_submission(request):
            return self._form_page(visitor, "batch")
        async with self._posted(request, visitor) as posted:
            file = posted.file or BytesIO()
            made = await self._desk.submit_batch(visitor.credential, posted.file_name, file)
        return self._answer(visitor, made)

    def _form_page(self, visitor: _Visitor, kind: Kind) -> web.Response:
        return page(self._pages.form(visitor.viewer, FORMS[kind]))

    @asynccontextmanager
    async def _posted(self, request: web.Request, visitor: _Visitor) -> AsyncIterator[Posted]:
        """The form that came with a request, from the portal's own page and within the limits."""
        async with AsyncExitStack() as stack:
            try:
                posted = await stack.enter_async_context(self._site.reading(request, self._site.limits))
            except TooLarge as error:
                raise Stopped(TOO_LARGE) from error
            except Unreadable as error:
                raise Stopped(UNREADABLE) from error
            except TimeoutError as error:
                raise Stopped(LATE) from error
            posting = Posting(
                posted.fields.get(TOKEN_FIELD),
                visitor.session,
                request.headers.get("Origin"),
                request.headers.get("Sec-Fetch-Site"),
                f"https://{request.host}",
            )
            for name, keeps in self._site.posting_rules.items():
                if not keeps(posting):
                    reason = f"the form is not the portal's own: {name}"
                    self._policies.log_rejection(self._authority, visitor.credential.label, reason)
                    raise Stopped(FORGED)
            yield posted

    def _answer(self, visitor: _Visitor, made: PortalRequest) -> web.Response:
        if not self._site.redirects:
            return self._request_page(visitor, made)
        return web.Response(status=303, headers={"Location": _path_of(visitor.place, made.reference)})

    async def _request(self, request: web.Request) -> web.Response:
        visitor = request[_VISITOR]
        return self._request_page(visitor, self._find(request))

    def _request_page(self, visitor: _Visitor, found: PortalRequest) -> web.Response:
        return page(self._pages.request(visitor.viewer, self._site.shown(found)))

    def _find(self, request: web.Request) -> PortalRequest:
        """The request of a path; what is another Party's is not found, as what there is not."""
        visitor = request[_VISITOR]
        found = self._desk.request(visitor.credential, request.match_info["reference"])
        if found is None or SECTIONS[found.kind] != visitor.place.section:
            raise Stopped(NOT_FOUND)
        return found

    async def _requests(self, request: web.Request) -> web.Response:
        visitor = request[_VISITOR]
        requests = self._desk.requests(visitor.credential, visitor.place.section)
        return page(self._pages.requests(visitor.viewer, requests, _page_number(request)))

    async def _pickup(self, request: web.Request) -> web.Response:
        visitor = request[_VISITOR]
        items = self._desk.pickups(visitor.credential)
        return page(self._pages.pickup(visitor.viewer, items, _page_number(request)))

    async def _certificate(self, request: web.Request) -> web.Response:
        found = self._find(request)
        file = self._desk.certificate_file(request[_VISITOR].credential, found.reference)
        if file is None:
            raise Stopped(NOT_FOUND)
        name, octets = file
        return web.Response(body=octets, headers=download(name, "application/octet-stream"))

    def _batch_file(self, which: BatchFile) -> Handler:
        async def give(request: web.Request) -> web.StreamResponse:
            reference = request.match_info["reference"]
            with TemporaryFile() as file:
                name = await self._desk.batch_file(request[_VISITOR].credential, reference, which, file)
                if name is None:
                    raise Stopped(NOT_FOUND)
                file.seek(0)
                return await _stream(request, download(name, _FILE_TYPES[which]), file)

        return give


def _cookie(place: Place) -> str:
    # Not the same on both portals or in both sections: a browser sends a cookie to every port of a host.
    return f"__Host-{place.interface}-{place.section}"


def _path_of(place: Place, reference: str) -> str:
    return f"/{place.section}/requests/{reference}"


async def _stream(request: web.Request, headers: dict[str, str], file: BinaryIO) -> web.StreamResponse:
    response = web.StreamResponse(headers=headers)
    await response.prepare(request)
    while piece := file.read(_PIECE_OCTETS):
        await response.write(piece)
        # A client that reads fast never makes `write` wait: others are to be served all the same.
        await asyncio.sleep(0)
    await response.write_eof()
    return response


def _page_number(request: web.Request) -> int:
    """Which page of a list is asked for; the first where nothing sensible is."""
    text = request.query.get("page", "")
    return max(int(text), 1) if text.isascii() and text.isdigit() and len(text) < 10 else 1
