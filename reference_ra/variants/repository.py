"""Legal variants of the Repository's Web Service, its revocation lists and its CA certificates."""

from __future__ import annotations

import textwrap
from dataclasses import replace
from datetime import datetime, timedelta
from secrets import token_hex

from reference_ra.alterations import variant
from reference_ra.authority import HttpAnswer
from reference_ra.policies import Policies
from reference_ra.repository.adjust import (
    with_lists,
    with_repository,
    with_repository_answer,
    with_repository_text,
    with_result,
    with_results,
    with_web,
)
from reference_ra.repository.messages import (
    RESPONSE_ROOTS,
    RESULTS,
    RepositoryReply,
    Result,
    reply_fields,
    result_fields,
    write_fields,
)
from reference_ra.repository.records import CertificateStatus, Lodged
from reference_ra.repository.web_service import BAD_PARAMETERS, KEY_REFUSED, NO_MATCH


@variant("repository-no-match-is-empty", "No match is HTTP 200 without a Result.")
def no_match_is_empty(policies: Policies) -> Policies:
    """O-WS-g: tolerated by the client."""
    return with_repository_answer(
        policies, lambda reply, answer: replace(answer, status=200) if reply.code == NO_MATCH else answer
    )


@variant(
    "repository-other-order", "The elements of results and of answers, and results, are in another order."
)
def other_order(policies: Policies) -> Policies:
    """O-WS-c, O-WS-e: the order of the examples is not known to be the schema's."""

    def write(reply: RepositoryReply) -> bytes:
        each = RESULTS[reply.operation]
        results = "".join(
            f"<{each}>{write_fields(result_fields(result)[::-1])}</{each}>" for result in reply.results
        )
        root = RESPONSE_ROOTS[reply.operation]
        return f"<{root}>{results}{write_fields(reply_fields(reply)[::-1])}</{root}>".encode()

    backwards = with_results(policies, lambda _, found: found[::-1])
    return with_web(backwards, write_reply=write)


@variant(
    "repository-body-in-lines", "Documents are indented, and CertificateBody is in lines of 64 characters."
)
def body_in_lines(policies: Policies) -> Policies:
    """O-WS-e: white space is possible."""

    def in_lines(result: Result, _: Lodged) -> Result:
        lines = textwrap.wrap(result.body or "", 64)
        return replace(result, body="\n" + "\n".join(lines) + "\n")

    return with_repository_text(
        with_result(policies, in_lines), lambda text: text.replace("><", ">\n  <") + "\n"
    )


@variant(
    "repository-key-refused-401", "A refused API Key is HTTP 401, with a challenge and without a document."
)
def key_refused_401(policies: Policies) -> Policies:
    """O-WS-i: how is not known."""

    def change(reply: RepositoryReply, answer: HttpAnswer) -> HttpAnswer:
        if reply.code != KEY_REFUSED:
            return answer
        headers = (("WWW-Authenticate", 'ApiKey realm="Repository"'),)
        return HttpAnswer(401, b"Who are you?\n", headers=headers, close=True)

    return with_repository_answer(policies, change)


@variant("repository-refusals-without-documents", "Refusals and no match have no document.")
def refusals_without_documents(policies: Policies) -> Policies:
    """O-WS-g, O-WS-h: the status is all that is known."""

    def change(reply: RepositoryReply, answer: HttpAnswer) -> HttpAnswer:
        if reply.code not in (BAD_PARAMETERS, NO_MATCH):
            return answer
        return replace(answer, body=b"", content_type="text/plain")

    return with_repository_answer(policies, change)


@variant("repository-other-audit-references", "Audit references are of another form, and the prolog is.")
def other_audit_references(policies: Policies) -> Policies:
    """O-WS-c: there is an AuditReference; nothing says of what form."""
    referring = with_web(policies, next_audit_reference=lambda: token_hex(16))
    return with_repository_text(referring, lambda text: text.replace(' encoding="UTF-8"', "", 1))


@variant("repository-pending", "Certificates are pending until they are used.")
def pending(policies: Policies) -> Policies:
    """O-WS-j: nothing says when a certificate begins to be in use."""
    status_of = policies.repository.status_of

    def status(certificate: Lodged, now: datetime) -> CertificateStatus:
        found = status_of(certificate, now)
        return CertificateStatus.PENDING if found is CertificateStatus.IN_USE else found

    return with_repository(policies, status_of=status)


@variant(
    "repository-other-lists", "Revocation lists last a month, and their numbers are large and have gaps."
)
def other_lists(policies: Policies) -> Policies:
    """G-CRL-d: there is a cRLNumber; RFC 5280 has it rise."""
    return with_lists(
        policies,
        lifetime=timedelta(days=30),
        number=lambda last: 2**40 if last is None else last.number + 7,
    )
