"""Defects of the Ad Hoc service over HTTP: what is served, what errors show."""

from __future__ import annotations

import asyncio
import traceback
from dataclasses import replace
from itertools import count

from reference_ra.adjust import with_answer, with_reply
from reference_ra.alterations import defect
from reference_ra.messages import Reply, Status
from reference_ra.policies import HttpAnswer, Policies
from reference_ra.target_file import RESPONSE_SECONDS


def _some_stack_trace() -> str:
    try:
        raise LookupError("no handler for this request")
    except LookupError:
        return traceback.format_exc()


@defect(
    "serves-any-method",
    "A certificate is issued whatever the HTTP method is.",
    breaks=["M-A-HTTP-a", "M-2.4.1.1-a"],
    related=["M-2.4.GO-c", "M-2.4.GO-d"],
)
def serves_any_method(policies: Policies) -> Policies:
    """Take every method for POST."""
    return replace(policies, route=lambda _, path: policies.route("POST", path))


@defect(
    "serves-any-path",
    "A certificate is issued whatever the path is, that of another version of the service included.",
    breaks=["M-MSG-b"],
    related=["M-A-HTTP-a", "M-2.4.GO-c", "M-2.4.GO-d", "M-2.4.1.1-a"],
)
def serves_any_path(policies: Policies) -> Policies:
    """Take every path for the service's."""
    return replace(policies, route=lambda method, _: policies.route(method, "/1.0/AdHocDeviceCSR"))


@defect(
    "stack-trace-elsewhere",
    "Another method or path is answered with a stack trace.",
    breaks=["M-A-HTTP-a", "M-2.4.1.1-a"],
    related=["M-2.4.GO-c", "M-2.4.GO-d", "M-MSG-b"],
)
def stack_trace_elsewhere(policies: Policies) -> Policies:
    """Show what happened within."""

    def route(method: str, path: str) -> HttpAnswer | None:
        elsewhere = policies.route(method, path)
        return elsewhere and HttpAnswer(500, _some_stack_trace().encode())

    return replace(policies, route=route)


@defect(
    "stack-trace-in-error-text",
    "The ErrorText of FORMAT_ERROR and CSR_ERROR holds a stack trace.",
    breaks=["M-2.4.1.2-c"],
    related=["M-A-*", "M-B-*", "M-2.4.1.2-*", "M-F-DEV-*", "M-2.2-a"],
)
def stack_trace_in_error_text(policies: Policies) -> Policies:
    """Show what happened within."""
    shown = (Status.FORMAT_ERROR, Status.CSR_ERROR)
    return with_reply(
        policies,
        lambda reply: (
            replace(reply, error_text=reply.error_text + "\n" + _some_stack_trace())
            if reply.status in shown
            else reply
        ),
    )


@defect(
    "answers-late", "Now and then a certificate comes after the target response time.", breaks=["M-1.2-a"]
)
def answers_late(policies: Policies) -> Policies:
    """Hold every twentieth certificate back."""
    finish, issued = policies.finish_reply, count(1)

    async def finish_reply(reply: Reply) -> Reply:
        if reply.status is Status.SUCCESS and next(issued) % 20 == 0:
            await asyncio.sleep(RESPONSE_SECONDS * 1.3)
        return await finish(reply)

    return replace(policies, finish_reply=finish_reply)


@defect(
    "rejections-not-logged",
    "Rejected requests are not logged.",
    breaks=["M-2.4.1.2-c"],
)
def rejections_not_logged(policies: Policies) -> Policies:
    """Do not log."""
    return replace(policies, log_rejection=lambda *_: None)


@defect(
    "bad-xml-as-http-400",
    "A request whose XML is wrong is answered with HTTP 400 and plain text.",
    breaks=["M-2.4.1.2-c"],
    related=["M-A-FORMAT_ERROR", "M-2.4.1.2-a", "M-A-HTTP-b", "M-B-*", "M-2.4.GO-*", "M-MSG-*"],
)
def bad_xml_as_http_400(policies: Policies) -> Policies:
    """Leave the XML out."""
    return with_answer(
        policies,
        lambda reply, answer: (
            HttpAnswer(400, b"Bad request.\n") if reply.status is Status.FORMAT_ERROR else answer
        ),
    )


def _typed(policies: Policies, content_type: str) -> Policies:
    return with_answer(policies, lambda _, answer: replace(answer, content_type=content_type))


@defect("media-type-text-xml", "Responses are text/xml.", breaks=["M-A-HTTP-b"])
def media_type_text_xml(policies: Policies) -> Policies:
    """Name another type."""
    return _typed(policies, "text/xml;charset=UTF-8")


@defect(
    "media-type-octet-stream", "Responses are application/octet-stream.", breaks=["M-A-HTTP-b"], extra=True
)
def media_type_octet_stream(policies: Policies) -> Policies:
    """Name the type that a server gives what has none."""
    return _typed(policies, "application/octet-stream")


@defect("charset-latin-1", "Responses say that they are ISO-8859-1.", breaks=["M-A-HTTP-b"], extra=True)
def charset_latin_1(policies: Policies) -> Policies:
    """Name another character set."""
    return _typed(policies, "application/xml;charset=ISO-8859-1")


@defect("errors-as-html-type", "Error responses are text/html.", breaks=["M-A-HTTP-b"])
def errors_as_html_type(policies: Policies) -> Policies:
    """Name another type where it is an error."""

    def change(reply: Reply, answer: HttpAnswer) -> HttpAnswer:
        return answer if reply.status is Status.SUCCESS else replace(answer, content_type="text/html")

    return with_answer(policies, change)


@defect(
    "success-as-http-500-html",
    "A certificate is issued, and the answer is HTTP 500 with a page of HTML.",
    breaks=["M-2.4.1.4-c"],
    related=["*"],
    extra=True,
)
def success_as_http_500_html(policies: Policies) -> Policies:
    """Lose the response."""
    page = HttpAnswer(500, b"<html><body><h1>Internal Server Error</h1></body></html>", "text/html")
    return with_answer(policies, lambda reply, answer: page if reply.status is Status.SUCCESS else answer)
