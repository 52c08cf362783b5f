"""The Ad Hoc Device CSR Web Service over HTTP (M-2.4): access, XML, CSR, Device, certificate, response."""

from __future__ import annotations

import asyncio
import logging

from aiohttp import web
from lxml import etree

from reference_ra.door import Door, label_of, to_response
from reference_ra.messages import Rejected, Reply, Request, Status
from reference_ra.policies import Authority, HttpAnswer, Policies

logger = logging.getLogger(__name__)


class _TooLarge(Exception):
    """A request's body is past the limit."""


class _Malformed(Exception):
    """A request's XML is rejected; holds the ID to echo, if any."""

    def __init__(self, rejected: Rejected, reference: str | None) -> None:
        super().__init__(str(rejected))
        self.rejected = rejected
        self.reference = reference


class AdHocService:
    """Answers HTTP requests as the policies say."""

    def __init__(self, authority: Authority, policies: Policies) -> None:
        """Serve for one authority, as its policies say."""
        self._authority = authority
        self._policies = policies
        self._door = Door(authority, policies)

    def admits(self, certificate: bytes) -> bool:
        """Whether a client certificate gets through the TLS handshake."""
        return self._door.admits(certificate)

    async def handle(self, request: web.BaseRequest) -> web.StreamResponse:
        """One HTTP request."""
        return to_response(request, await self.answer(request))

    async def answer(self, request: web.BaseRequest) -> HttpAnswer:
        """What is answered to an HTTP request, before it is put into the server library's terms."""
        policies = self._policies
        credential, refusal = self._door.examine(request, policies.subscriber_rules)
        if refusal is not None:
            return self._door.refuse(credential, refusal)
        if elsewhere := policies.route(request.method, request.path):
            return elsewhere
        try:
            async with policies.while_reading(), asyncio.timeout(self._policies.limits.body_seconds):
                body = await self._read(request)
        except TimeoutError:
            return HttpAnswer(408, b"The request did not arrive in time.\n", close=True)
        except web.RequestPayloadError:
            return HttpAnswer(400, b"The request's body cannot be read.\n", close=True)
        except _TooLarge:
            body = None
        reply = await policies.finish_reply(await self._reply(body, label_of(credential)))
        return policies.http_answer(reply, policies.write_reply(reply))

    async def _read(self, request: web.BaseRequest) -> bytes:
        body = bytearray()
        async for chunk in request.content.iter_any():
            body += chunk
            if len(body) > self._policies.limits.body_octets:
                raise _TooLarge
        return bytes(body)

    async def _reply(self, body: bytes | None, credential: str) -> Reply:
        """The reply to a request's body; None stands for one that is too large to be read."""
        policies = self._policies
        transaction = policies.next_transaction()
        reference: str | None = None
        try:
            request = self._request(body)
            reference = request.reference
            certificate = await policies.decide(policies, self._authority, request.csr)
            return Reply(Status.SUCCESS, transaction, reference, certificate)
        except _Malformed as malformed:
            rejected, reference = malformed.rejected, malformed.reference
        except Rejected as refused:
            rejected = refused
        except Exception:
            logger.exception("transaction %d failed", transaction)
            rejected = Rejected(Status.CA_ERROR, "An internal error; sending again may help")
        policies.log_rejection(self._authority, credential, rejected.text)
        code = policies.error_codes[rejected.status]
        return Reply(rejected.status, transaction, reference, error_code=code, error_text=rejected.text)

    def _request(self, body: bytes | None) -> Request:
        policies = self._policies
        root: etree._Element | None = None
        try:
            if body is None:
                raise Rejected(Status.FORMAT_ERROR, "The request is too large")
            root = policies.parse_xml(body)
            policies.validate(root, policies.schema)
            text = root.findtext("CertificateSigningRequest", "")
            return Request(root.get("ID", ""), policies.csr_octets(text))
        except Rejected as rejected:
            raise _Malformed(rejected, policies.reference_when_malformed(root, rejected)) from rejected
