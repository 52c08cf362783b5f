"""The Repository portal's web site: logging in, searching, viewing, downloading (P-3.1-a, P-3.1-b)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from aiohttp import web

from reference_ra.policies import Authority, Policies
from reference_ra.portal.answers import Handler, as_pages, download, page
from reference_ra.portal.assets import STATIC_TYPES
from reference_ra.portal.pages import TOKEN_FIELD
from reference_ra.portal.posted import Posted, TooLarge, Unreadable
from reference_ra.portal.problems import FORGED, LATE, NOT_FOUND, TOO_LARGE, UNREADABLE, Problem, Stopped
from reference_ra.repository.accounts import Account
from reference_ra.repository.admission import Admission, Turned
from reference_ra.repository.records import Kind, ListKind, Lodged, LodgedList
from reference_ra.repository.site_pages import (
    PASSWORD_PATH,
    SEARCH_PATH,
    Asked,
    RepositoryPages,
    Row,
    Viewer,
    row_of,
)
from reference_ra.repository.site_policies import LOGOUT_PATH
from reference_ra.repository.visits import COOKIE, Visit, Visits

_CERTIFICATE = "application/pkix-cert"
_LIST = "application/pkix-crl"
_Submit = Callable[[web.Request, Posted], Awaitable[web.StreamResponse]]


@dataclass(frozen=True, slots=True)
class _Visitor:
    """Who is at the site."""

    visit: Visit
    account: Account | None
    confined: bool

    @property
    def viewer(self) -> Viewer:
        username = None if self.account is None else self.account.username
        return Viewer(username, self.visit.token, self.confined)


_VISITOR = web.RequestKey("visitor", _Visitor)


class RepositorySite:
    """The site of one authority's Repository."""

    def __init__(self, authority: Authority, policies: Policies) -> None:
        """Serve as the policies say."""
        self._accounts = authority.registry.accounts
        self._store = authority.registry.repository
        self._clock = authority.clock
        self._repository = policies.repository
        self._site = policies.repository.site
        self._admission = Admission(authority, policies.repository.accounts)
        self._visits = Visits(self._site.ends)
        self._pages = RepositoryPages(self._site.template)

    def application(self) -> web.Application:
        """All its pages."""
        application = web.Application(middlewares=(as_pages(self._problem), self._at_the_door))
        application.on_response_prepare.append(self._finish)
        router = application.router
        router.add_get("/static/{name}", self._static)
        router.add_get("/", self._start)
        router.add_get("/login", self._start)
        router.add_post("/login", self._submitted(self._log_in))
        router.add_post(LOGOUT_PATH, self._submitted(self._log_out))
        router.add_get(PASSWORD_PATH, self._password)
        router.add_post(PASSWORD_PATH, self._submitted(self._change_password))
        router.add_get(SEARCH_PATH, self._search)
        router.add_get("/certificates/{serial}", self._certificate)
        router.add_get("/certificates/{serial}/certificate", self._certificate_file)
        router.add_get("/authorities", self._authorities)
        router.add_get("/authorities/{label}/certificate", self._authority_file)
        router.add_get("/lists", self._lists)
        router.add_get("/lists/{kind}/list", self._list_file)
        return application

    # What surrounds every page

    @web.middleware
    async def _at_the_door(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Pages but for that of the login are for users who have logged in, with a password of their own."""
        if problem := self._site.turned_away(request):
            raise Stopped(problem)
        visitor = self._visitor(request)
        request[_VISITOR] = visitor
        if visitor.account is None and self._site.needs_login(request.path):
            return _see("/")
        if visitor.confined and not self._site.before_change(request.path):
            return _see(PASSWORD_PATH)
        return await handler(request)

    def _visitor(self, request: web.Request) -> _Visitor:
        now, policies = self._clock.now(), self._repository.accounts
        visit = self._visits.find(request.cookies.get(COOKIE), now) or self._visits.begin(None, now)
        account = self._accounts.find(visit.username) if visit.username else None
        if account is None or not policies.may_use(account, "repository-portal"):
            return _Visitor(visit, None, confined=False)
        return _Visitor(visit, account, confined=policies.must_change(account))

    async def _finish(self, request: web.Request, response: web.StreamResponse) -> None:
        """Before a response is sent: the headers that all have, and the cookie of a new visit."""
        response.headers["Server"] = "reference-ra"
        response.headers.update(self._site.headers)
        visitor = request.get(_VISITOR)
        if visitor is not None and request.cookies.get(COOKIE) != visitor.visit.name:
            cookie = f"{COOKIE}={visitor.visit.name}; Path=/; Secure; HttpOnly; SameSite=Strict"
            response.headers.add("Set-Cookie", cookie)

    def _problem(self, problem: Problem) -> web.Response:
        return page(self._pages.problem(problem), problem.status)

    def _submitted(self, take: _Submit) -> Handler:
        """Takes a form that comes from the site's own page, within the limits."""

        async def handle(request: web.Request) -> web.StreamResponse:
            try:
                async with self._site.reading(request, self._site.limits) as posted:
                    token = posted.fields.get(TOKEN_FIELD, "")
                    if not self._site.is_own_form(request, token, request[_VISITOR].visit):
                        raise Stopped(FORGED)
                    return await take(request, posted)
            except TooLarge as error:
                raise Stopped(TOO_LARGE) from error
            except Unreadable as error:
                raise Stopped(UNREADABLE) from error
            except TimeoutError as error:
                raise Stopped(LATE) from error

        return handle

    def _begin(self, request: web.Request, account: Account) -> None:
        """Go on in a visit of another name, which only now becomes known."""
        self._visits.forget(request[_VISITOR].visit)
        visit = self._visits.begin(account.username, self._clock.now())
        request[_VISITOR] = _Visitor(visit, account, confined=False)

    # Logging in and out

    async def _static(self, request: web.Request) -> web.Response:
        name = request.match_info["name"]
        if name not in STATIC_TYPES:
            raise Stopped(NOT_FOUND)
        return web.Response(
            body=self._site.static(name).encode(), headers={"Content-Type": STATIC_TYPES[name]}
        )

    async def _start(self, request: web.Request) -> web.Response:
        if request[_VISITOR].account is not None:
            return _see(SEARCH_PATH)
        return page(self._pages.login(request[_VISITOR].viewer, logged_out="logged-out" in request.query))

    async def _log_in(self, request: web.Request, posted: Posted) -> web.Response:
        username = posted.fields.get("username", "")
        account = self._admission.log_in(username, posted.fields.get("password", ""))
        if isinstance(account, Turned):
            error = self._site.refusal(account)
            return page(self._pages.login(request[_VISITOR].viewer, given=username, error=error))
        self._begin(request, account)
        return _see(PASSWORD_PATH if self._repository.accounts.must_change(account) else SEARCH_PATH)

    async def _log_out(self, request: web.Request, _posted: Posted) -> web.Response:
        self._visits.end(request[_VISITOR].visit)
        request[_VISITOR] = _Visitor(self._visits.begin(None, self._clock.now()), None, confined=False)
        return _see("/?logged-out")

    async def _password(self, request: web.Request) -> web.Response:
        changed = "changed" in request.query and not request[_VISITOR].confined
        return page(self._pages.password(request[_VISITOR].viewer, changed=changed))

    async def _change_password(self, request: web.Request, posted: Posted) -> web.Response:
        visitor = request[_VISITOR]
        if visitor.account is None:
            raise Stopped(FORGED)
        current, new, again = (posted.fields.get(name, "") for name in ("current", "new", "again"))
        if not self._admission.is_password(visitor.account, current):
            error = "The current password is wrong."
            return page(self._pages.password(visitor.viewer, error=error, wrong="current"))
        if words := self._admission.change_password(visitor.account, new, again):
            return page(self._pages.password(visitor.viewer, error=words, wrong="new"))
        self._begin(request, visitor.account)
        return _see(f"{PASSWORD_PATH}?changed")

    # Certificates

    async def _search(self, request: web.Request) -> web.Response:
        viewer = request[_VISITOR].viewer
        asked = Asked(*(request.query.get(name, "").strip() for name in Asked._fields))
        if not asked.text:
            error = "Fill in one of the fields." if request.query else ""
            return page(self._pages.search(viewer, asked, None, error))
        if error := self._site.mistake(asked):
            return page(self._pages.search(viewer, asked, None, error))
        return page(self._pages.search(viewer, asked, [self._row(each) for each in self._found(asked)]))

    def _found(self, asked: Asked) -> list[Lodged]:
        search = self._repository.search
        if asked.serial:
            certificate = self._repository.find(self._store, asked.serial.upper())
            certificates = [] if certificate is None else [certificate]
        elif asked.device:
            certificates = list(search(self._store, Kind.DEVICE, _octets(asked.device)))
        else:
            certificates = list(search(self._store, Kind.ORGANISATION, _octets(asked.organisation)))
        return list(self._site.found(certificates))

    def _row(self, certificate: Lodged) -> Row:
        status = self._repository.status_of(certificate, self._clock.now())
        return self._site.shown(row_of(certificate, status))

    def _of_path(self, request: web.Request) -> Lodged:
        certificate = self._repository.find(self._store, request.match_info["serial"])
        if certificate is None:
            raise Stopped(NOT_FOUND)
        return certificate

    async def _certificate(self, request: web.Request) -> web.Response:
        certificate = self._of_path(request)
        text = self._pages.certificate(request[_VISITOR].viewer, self._row(certificate), certificate.der)
        return page(text)

    async def _certificate_file(self, request: web.Request) -> web.Response:
        certificate = self._of_path(request)
        headers = download(f"{certificate.serial}.cer", _CERTIFICATE)
        return web.Response(body=self._site.file(certificate), headers=headers)

    # CA certificates and revocation lists

    async def _authorities(self, request: web.Request) -> web.Response:
        return page(self._pages.authorities(request[_VISITOR].viewer, self._all_authorities()))

    async def _authority_file(self, request: web.Request) -> web.Response:
        label = request.match_info["label"]
        found = (each for each in self._all_authorities() if each.label == label)
        if (authority := next(found, None)) is None:
            raise Stopped(NOT_FOUND)
        return web.Response(body=authority.der, headers=download(f"{label}.cer", _CERTIFICATE))

    def _all_authorities(self) -> list[Lodged]:
        return list(self._site.authorities(self._store.authorities()))

    async def _lists(self, request: web.Request) -> web.Response:
        return page(self._pages.lists(request[_VISITOR].viewer, self._all_lists()))

    async def _list_file(self, request: web.Request) -> web.Response:
        kind = request.match_info["kind"]
        found = (each for each in self._all_lists() if each.kind == kind)
        if (revocations := next(found, None)) is None:
            raise Stopped(NOT_FOUND)
        return web.Response(body=revocations.der, headers=download(f"{kind}.crl", _LIST))

    def _all_lists(self) -> list[LodgedList]:
        latest = (self._store.latest_list(kind) for kind in ListKind)
        return list(self._site.lists([each for each in latest if each is not None]))


def _see(path: str) -> web.Response:
    return web.Response(status=303, headers={"Location": path})


def _octets(eui64: str) -> bytes:
    return bytes.fromhex(eui64.replace("-", ""))
