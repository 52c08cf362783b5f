"""The policies of an RA that keeps every rule."""

from __future__ import annotations

import contextlib
from itertools import count

from lxml import etree

from reference_ra.access import (
    CLIENT_RULES,
    HANDSHAKE_REFUSALS,
    SUBSCRIBER_RULES,
    ClientCertificate,
    Refusal,
    examine_client,
)
from reference_ra.authorities import Identity
from reference_ra.batch.conformant import conformant_batch_policies
from reference_ra.certificate import fill_fields, sign_ecdsa_sha256
from reference_ra.csr import CSR_RULES, Csr, device_of, parse_csr
from reference_ra.decisions import DEVICE_RULES, decide
from reference_ra.messages import (
    ERROR_CODES,
    SERVICE_VERSION,
    Rejected,
    Reply,
    csr_octets,
    default_schema,
    parse_xml,
    validate,
    write_reply,
)
from reference_ra.pki import TestPki
from reference_ra.policies import Authority, HttpAnswer, Policies
from reference_ra.portal.conformant import conformant_portal_policies
from reference_ra.registry import Credential, IssuedCertificate
from reference_ra.repository.conformant import conformant_repository_policies
from reference_ra.tls import ConnectionLimits, TlsSettings

ADHOC_PATH = f"/{SERVICE_VERSION}/AdHocDeviceCSR"
XML_TYPE = "application/xml;charset=UTF-8"


def _server_identity(pki: TestPki) -> Identity:
    return pki.identities["server"]


def _device_ca(pki: TestPki) -> Identity:
    return pki.identities["device-issuing-ca"]


def _identify(authority: Authority, client: ClientCertificate | None) -> Credential | None:
    return authority.registry.credentials.get(client.fingerprint) if client else None


def _refuse(refusal: Refusal) -> HttpAnswer:
    return HttpAnswer(403, f"Refused: {refusal}.\n".encode())


def _route(method: str, path: str) -> HttpAnswer | None:
    if path != ADHOC_PATH:
        return HttpAnswer(404, b"There is nothing here.\n")
    if method != "POST":
        return HttpAnswer(405, b"Only POST is served here.\n", headers=(("Allow", "POST"),))
    return None


def _no_reference(_root: etree._Element | None, _rejected: Rejected) -> str | None:
    return None


def _device_of(_: Authority, csr: Csr) -> bytes:
    return device_of(csr)


def _lodge(authority: Authority, issued: IssuedCertificate) -> None:
    authority.registry.lodge(issued)


async def _as_it_is(reply: Reply) -> Reply:
    return reply


def _http_answer(_: Reply, body: bytes) -> HttpAnswer:
    return HttpAnswer(200, body, XML_TYPE)


def _log_rejection(authority: Authority, credential: str, reason: str) -> None:
    authority.registry.log_rejection(credential, reason, authority.clock.now())


def conformant_policies() -> Policies:
    """A fresh set: transactions are counted from 1."""
    return Policies(
        tls=TlsSettings(),
        limits=ConnectionLimits(),
        server_identity=_server_identity,
        client_rules=CLIENT_RULES,
        examine_client=examine_client,
        handshake_refusals=HANDSHAKE_REFUSALS,
        identify=_identify,
        subscriber_rules=SUBSCRIBER_RULES,
        refuse=_refuse,
        route=_route,
        while_reading=contextlib.nullcontext,
        parse_xml=parse_xml,
        schema=default_schema(),
        validate=validate,
        csr_octets=csr_octets,
        reference_when_malformed=_no_reference,
        parse_csr=parse_csr,
        csr_rules=CSR_RULES,
        device_of=_device_of,
        device_rules=DEVICE_RULES,
        decide=decide,
        device_ca=_device_ca,
        fill_fields=fill_fields,
        sign=sign_ecdsa_sha256,
        lodge=_lodge,
        next_transaction=count(1).__next__,
        error_codes=ERROR_CODES,
        finish_reply=_as_it_is,
        write_reply=write_reply,
        http_answer=_http_answer,
        log_rejection=_log_rejection,
        batch=conformant_batch_policies(),
        portal=conformant_portal_policies(),
        repository=conformant_repository_policies(),
    )
