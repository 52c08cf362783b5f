"""Legal variants of who is refused where, of HTTP, of time, and of certificates."""

from __future__ import annotations

import asyncio
from dataclasses import replace

from reference_ra.access import CERTIFICATE_REFUSALS, Refusal
from reference_ra.adjust import with_answer, with_fields
from reference_ra.alterations import variant
from reference_ra.certificate import new_serial
from reference_ra.csr import Csr
from reference_ra.decisions import check_csr
from reference_ra.messages import Rejected, Reply, Status
from reference_ra.policies import Authority, HttpAnswer, Policies

# Who is refused, and where


@variant("refuses-at-http", "A client certificate that is refused is refused with HTTP 403, never in TLS.")
def refuses_at_http(policies: Policies) -> Policies:
    """Let every client through the handshake."""
    return replace(policies, handshake_refusals=frozenset())


@variant("refuses-in-tls", "Every client certificate that is refused for itself is refused in the handshake.")
def refuses_in_tls(policies: Policies) -> Policies:
    """Refuse as early as can be."""
    return replace(policies, handshake_refusals=CERTIFICATE_REFUSALS)


@variant("refuses-with-xml", "A subscriber that may not use the service gets a WORKFLOW_ERROR in XML.")
def refuses_with_xml(policies: Policies) -> Policies:
    """Answer in the service's own words."""

    def refuse(refusal: Refusal) -> HttpAnswer:
        code = policies.error_codes[Status.WORKFLOW_ERROR]
        reply = Reply(
            Status.WORKFLOW_ERROR,
            policies.next_transaction(),
            error_code=code,
            error_text=f"Refused: {refusal}",
        )
        return policies.http_answer(reply, policies.write_reply(reply))

    return replace(policies, refuse=refuse, handshake_refusals=frozenset())


@variant(
    "refuses-with-http-401",
    "A client that is refused gets HTTP 401 with an empty body, and is cut off.",
    extra=True,
)
def refuses_with_http_401(policies: Policies) -> Policies:
    """Say nothing."""
    return replace(
        policies, refuse=lambda _: HttpAnswer(401, b"", close=True), handshake_refusals=frozenset()
    )


@variant("other-methods-404", "Another method is answered like another path: HTTP 404, a page of HTML.")
def other_methods_404(policies: Policies) -> Policies:
    """Make no difference."""
    page = HttpAnswer(404, b"<html><body><p>Not found</p></body></html>", "text/html")
    return replace(policies, route=lambda method, path: policies.route(method, path) and page)


# HTTP


@variant("closes-idle-connections", "A connection without a request is soon closed.")
def closes_idle_connections(policies: Policies) -> Policies:
    """Wait for the next request a quarter of a second."""
    return replace(policies, limits=replace(policies.limits, keep_alive_seconds=0.25))


@variant("chunked", "Responses are sent in chunks, without Content-Length.")
def chunked(policies: Policies) -> Policies:
    """Use HTTP's other way to end a body."""
    return with_answer(policies, lambda _, answer: replace(answer, chunked=True))


@variant("closes-connections", "The connection is closed after each response.")
def closes_connections(policies: Policies) -> Policies:
    """Serve one request a connection."""
    return with_answer(policies, lambda _, answer: replace(answer, close=True))


@variant("errors-on-http-400", "Errors are sent with HTTP 400, the XML unchanged.")
def errors_on_http_400(policies: Policies) -> Policies:
    """Use a status of HTTP for errors: in the text, 200 stands in examples only."""

    def change(reply: Reply, answer: HttpAnswer) -> HttpAnswer:
        return answer if reply.status is Status.SUCCESS else replace(answer, status=400)

    return with_answer(policies, change)


@variant("issues-on-http-201", "A certificate is sent with HTTP 201.", extra=True)
def issues_on_http_201(policies: Policies) -> Policies:
    """Say that something was created."""

    def change(reply: Reply, answer: HttpAnswer) -> HttpAnswer:
        return replace(answer, status=201) if reply.status is Status.SUCCESS else answer

    return with_answer(policies, change)


@variant("media-type-without-charset", "Content-Type is application/xml alone.")
def media_type_without_charset(policies: Policies) -> Policies:
    """Leave the character set to the XML."""
    return with_answer(policies, lambda _, answer: replace(answer, content_type="application/xml"))


@variant("media-type-spelt-otherwise", "Content-Type is in other letters, spaced and quoted.")
def media_type_spelt_otherwise(policies: Policies) -> Policies:
    """Use the liberties of the header's grammar."""
    return with_answer(
        policies, lambda _, answer: replace(answer, content_type='Application/XML; Charset="utf-8"')
    )


@variant("more-headers", "Responses carry headers of a proxy.", extra=True)
def more_headers(policies: Policies) -> Policies:
    """Stand behind a gateway."""
    headers = (
        ("Cache-Control", "no-store"),
        ("Strict-Transport-Security", "max-age=31536000"),
        ("Via", "1.1 gateway.example"),
        ("X-Request-Id", "7b1f3a0c"),
    )
    return with_answer(policies, lambda _, answer: replace(answer, headers=headers))


@variant("slow", "Every answer takes a while.")
def slow(policies: Policies) -> Policies:
    """Take some milliseconds more, far within the limit."""
    finish = policies.finish_reply

    async def finish_reply(reply: Reply) -> Reply:
        await asyncio.sleep(0.05)
        return await finish(reply)

    return replace(policies, finish_reply=finish_reply)


# Decisions


@variant("anomaly-for-same-csr", "A CSR that was answered with a certificate once is an ISSUANCE_ANOMALY.")
def anomaly_for_same_csr(policies: Policies) -> Policies:
    """Refuse duplicates."""
    issued: set[bytes] = set()

    async def decide(policies_: Policies, authority: Authority, octets: bytes) -> bytes:
        if octets in issued:
            raise Rejected(Status.ISSUANCE_ANOMALY, "A certificate was issued for this CSR")
        certificate = await policies.decide(policies_, authority, octets)
        issued.add(octets)
        return certificate

    return replace(policies, decide=decide)


@variant(
    "anomaly-for-same-key", "A public key that has a certificate is a CSR_ERROR: a duplicate.", extra=True
)
def anomaly_for_same_key(policies: Policies) -> Policies:
    """Refuse a key that was certified."""
    certified: set[bytes] = set()

    async def decide(policies_: Policies, authority: Authority, octets: bytes) -> bytes:
        csr: Csr = check_csr(policies_, octets)
        if csr.key in certified:
            raise Rejected(Status.CSR_ERROR, "A duplicate certificate is not permitted")
        certificate = await policies.decide(policies_, authority, octets)
        certified.add(csr.key)
        return certificate

    return replace(policies, decide=decide)


# Certificates


@variant("serials-of-8-octets", "Serial numbers have 8 octets.")
def serials_of_8_octets(policies: Policies) -> Policies:
    """Draw shorter serial numbers."""
    return with_fields(policies, lambda fields: replace(fields, serial=new_serial()[:8]))


@variant("extensions-in-another-order", "The extensions of a certificate come in another order.")
def extensions_in_another_order(policies: Policies) -> Policies:
    """Turn them round."""
    return with_fields(policies, lambda fields: replace(fields, extensions=fields.extensions[::-1]))


@variant("issuer-in-utf8string", "The Issuing CA is another, its name of two characters a UTF8String.")
def issuer_in_utf8string(policies: Policies) -> Policies:
    """Issue from the second of the target's Issuing CAs."""
    return replace(policies, device_ca=lambda pki: pki.identities["device-issuing-ca-2"])


@variant("begins-before-issue", "Certificates begin at the midnight before they are issued.", extra=True)
def begins_before_issue(policies: Policies) -> Policies:
    """Date certificates by the day, as real ones are."""
    fill = policies.fill_fields
    return replace(
        policies,
        fill_fields=lambda csr, ca, now: fill(
            csr, ca, now.replace(hour=0, minute=0, second=0, microsecond=0)
        ),
    )
