"""The Repository's Web Service over HTTP (O-WS): the API Key, the request's document, what is found."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import replace

from aiohttp import web

from reference_ra.door import to_response
from reference_ra.policies import Authority, HttpAnswer, Policies
from reference_ra.repository.messages import BadParameters, Operation, RepositoryReply
from reference_ra.repository.records import Lodged

logger = logging.getLogger(__name__)

SUCCESS, BAD_PARAMETERS, NO_MATCH, KEY_REFUSED = 200, 401, 402, 403


class RepositoryWebService:
    """Answers HTTP requests as the policies say."""

    def __init__(self, authority: Authority, policies: Policies) -> None:
        """Serve one authority's Repository."""
        self._authority = authority
        self._repository = policies.repository
        self._web = policies.repository.web
        self._body_seconds = policies.limits.body_seconds

    async def handle(self, request: web.BaseRequest) -> web.StreamResponse:
        """One HTTP request."""
        return to_response(request, await self.answer(request))

    async def answer(self, request: web.BaseRequest) -> HttpAnswer:
        """What is answered to an HTTP request, before it is put into the server library's terms."""
        operation = self._web.route(request.method, request.path)
        if isinstance(operation, HttpAnswer):
            return operation
        keys = self._web.keys_of(list(request.rel_url.query.items()), request.headers)
        if self._web.identify(self._authority, keys) is None:
            return self._say(operation, KEY_REFUSED, "The API Key is refused", close=True)
        try:
            async with asyncio.timeout(self._body_seconds):
                found = self._look_up(operation, await self._read(request))
        except TimeoutError:
            return HttpAnswer(408, b"The request did not arrive in time.\n", close=True)
        except web.RequestPayloadError:
            return HttpAnswer(400, b"The request's body cannot be read.\n", close=True)
        except BadParameters as bad:
            return self._say(operation, BAD_PARAMETERS, str(bad), close=True)
        except Exception:
            logger.exception("a request to the Repository failed")
            return HttpAnswer(500, b"An internal error; sending again may help.\n")
        if not found:
            return self._say(operation, NO_MATCH, "No certificate matches")
        return self._say(operation, SUCCESS, "Success", found)

    async def _read(self, request: web.BaseRequest) -> bytes:
        if not self._web.accepts_type(request.headers.get("Content-Type", "")):
            raise BadParameters("The Content-Type is not application/xml")
        body = bytearray()
        async for chunk in request.content.iter_any():
            body += chunk
            if len(body) > self._web.body_octets:
                raise BadParameters("The request is too large")
        return bytes(body)

    def _look_up(self, operation: Operation, body: bytes) -> Sequence[Lodged]:
        store = self._authority.registry.repository
        name, value = self._web.read_parameter(operation, self._web.parse_xml(body))
        if operation is Operation.SEARCH:
            subject = self._web.read_search(name, value)
            return self._repository.search(store, subject.kind, subject.eui64)
        found = self._repository.find(store, self._web.read_retrieve(name, value))
        return () if found is None else (found,)

    def _say(
        self,
        operation: Operation,
        code: int,
        message: str,
        found: Sequence[Lodged] = (),
        *,
        close: bool = False,
    ) -> HttpAnswer:
        """The answer; `close` where the request's body may not have been read to its end."""
        now = self._authority.clock.now()
        results = [self._web.result_of(each, self._repository.status_of(each, now)) for each in found]
        reply = self._web.finish_reply(
            RepositoryReply(
                operation,
                code,
                message,
                self._web.next_audit_reference(),
                self._web.results(operation, results),
            )
        )
        answer = self._web.http_answer(reply, self._web.write_reply(reply))
        return replace(answer, close=True) if close else answer
