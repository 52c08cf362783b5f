"""The door of every service: who a client is, whether it may come in, and how it is answered over HTTP."""

from __future__ import annotations

import logging
from collections.abc import Mapping

from aiohttp import web

from reference_ra.access import Refusal, SubscriberRule, examine_subscriber, read_client_certificate
from reference_ra.authority import Authority, HttpAnswer
from reference_ra.policies import Policies
from reference_ra.registry import Credential
from reference_ra.tls import CLIENT_CERTIFICATE

logger = logging.getLogger(__name__)


class Door:
    """Examines clients as the policies say."""

    def __init__(self, authority: Authority, policies: Policies) -> None:
        """Stand before one authority's services."""
        self._authority = authority
        self._policies = policies

    def admits(self, certificate: bytes) -> bool:
        """Whether a client certificate gets through the TLS handshake."""
        refusal = self._client_refusal(certificate)
        if refusal is None or refusal not in self._policies.handshake_refusals:
            return True
        logger.info("handshake refused: %s", refusal)
        return False

    def _client_refusal(self, certificate: bytes | None) -> Refusal | None:
        client = None if certificate is None else read_client_certificate(certificate)
        policies, authority = self._policies, self._authority
        return policies.examine_client(client, policies.client_rules, authority.iki, authority.clock.now())

    def examine(
        self, request: web.BaseRequest, rules: Mapping[Refusal, SubscriberRule]
    ) -> tuple[Credential | None, Refusal | None]:
        """The credential that came with a request, and why its holder may not use a service of these rules.

        There is no credential only where there is a refusal.
        """
        transport = request.transport
        certificate = transport.get_extra_info(CLIENT_CERTIFICATE) if transport else None
        refusal = self._client_refusal(certificate)
        client = None if certificate is None else read_client_certificate(certificate)
        credential = self._policies.identify(self._authority, client)
        return credential, refusal or examine_subscriber(credential, rules)

    def refuse(self, credential: Credential | None, refusal: Refusal) -> HttpAnswer:
        """Log a refusal, and answer it."""
        self._policies.log_rejection(self._authority, label_of(credential), refusal)
        return self._policies.refuse(refusal)


def label_of(credential: Credential | None) -> str:
    """The credential's name in the log."""
    return credential.label if credential else "unknown"


def to_response(request: web.BaseRequest, answer: HttpAnswer) -> web.Response:
    """The answer in the server library's terms."""
    response = web.Response(status=answer.status, body=answer.body)
    set_headers(response, answer)
    if answer.chunked and request.version >= (1, 1):
        response.enable_chunked_encoding()
    return response


def set_headers(response: web.StreamResponse, answer: HttpAnswer) -> None:
    """Give a response the answer's headers."""
    response.headers["Server"] = "reference-ra"
    response.headers["Content-Type"] = answer.content_type
    response.headers.extend(answer.headers)
    if answer.close:
        response.force_close()
