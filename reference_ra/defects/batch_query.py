"""Defects in who is served by the Batched service, and in which result a query gives (M-2.5.EST, M-D)."""

from __future__ import annotations

import traceback
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from reference_ra.access import Refusal
from reference_ra.adjust import without
from reference_ra.alterations import Alter, defect
from reference_ra.batch.adjust import (
    excusing_in_batches,
    with_batch,
    with_batch_answer,
    with_result,
    with_result_text,
)
from reference_ra.batch.conformant import RETENTION
from reference_ra.batch.messages import BatchStatus, ResultReply
from reference_ra.batch.store import Batch
from reference_ra.policies import Policies
from reference_ra.registry import Credential

_DENIED = ("M-2.5.GO-a", "M-2.5.EST-c", "N-2.1.3-a", "N-2.3.3-a", "N-1-a", "M-G-e", "S-2")
_READING = ("M-2.5.GO-d", "M-2.5.GO-e", "M-2.5.1.4-e")
_QUERY = ("M-D-HTTP-b", "M-D-FORMAT_ERROR", "M-D-RSP-*", *_READING)

# Who may use the service


@defect(
    "batch-admits-adhoc-credential",
    "The IKI Certificate for the Ad Hoc Device CSR Web Service opens the Batched service too.",
    breaks=["M-G-e"],
    related=_DENIED,
)
def admits_adhoc_credential(policies: Policies) -> Policies:
    """Take the one web service's credential for the other's."""
    return excusing_in_batches(policies, Refusal.INTERFACE, lambda holder: holder.interface == "adhoc")


@defect(
    "batch-admits-aro-credentials",
    "The credential of an ARO for a portal opens the Batched service.",
    breaks=["M-2.5.EST-c", "N-2.3.3-a"],
    related=_DENIED,
)
def admits_aro_credentials(policies: Policies) -> Policies:
    """Take an ARO's credential for the web service's."""
    return excusing_in_batches(
        policies, Refusal.INTERFACE, lambda holder: holder.interface.startswith("portal")
    )


@defect(
    "batch-admits-without-uept",
    "A subscriber that has not completed User Entry Process Tests may submit batches.",
    breaks=["S-2"],
    related=_DENIED,
)
def admits_without_uept(policies: Policies) -> Policies:
    """Do not ask for User Entry Process Tests."""
    return excusing_in_batches(policies, Refusal.UEPT, lambda _: True)


@defect(
    "batch-refuses-network-operator",
    "An Authorised Subscriber that is no supplier may not submit batches.",
    breaks=["N-2.1.3-a"],
    related=["M-2.5.1.2-c", "M-2.5.1.3-c", "M-D-HTTP-b", "M-D-CSR-INELIGIBLE"],
)
def refuses_network_operator(policies: Policies) -> Policies:
    """Ask for the Ad Hoc service's User Roles."""
    rules = {
        **policies.batch.subscriber_rules,
        Refusal.USER_ROLE: lambda holder: "network-operator" not in holder.subscriber.user_roles,
    }
    return with_batch(policies, subscriber_rules=rules)


# Where the service is


@defect(
    "batch-serves-any-version",
    "The version in the URL is overlooked: 2.0 is served like 1.0.",
    breaks=["M-MSG-b"],
    related=["M-C-HTTP-a", "M-D-HTTP-a", "M-2.5.1.4-e", "M-2.5.1.1-a"],
)
def serves_any_version(policies: Policies) -> Policies:
    """Take 2.0 for 1.0."""
    return with_batch(policies, path_meant=lambda path: path.replace("/2.0/", "/1.0/"))


@defect(
    "batch-serves-any-method",
    "A batch is taken and a result given whatever the HTTP method is.",
    breaks=["M-C-HTTP-a", "M-D-HTTP-a"],
    related=["M-2.5.1.1-a", "M-2.5.1.4-e", "M-2.5.GO-b"],
)
def serves_any_method(policies: Policies) -> Policies:
    """Look at the path alone."""
    methods = ("POST", "GET")
    return with_batch(
        policies,
        route=lambda _, path: (
            None
            if any(policies.batch.route(method, path) is None for method in methods)
            else policies.batch.route("GET", path)
        ),
    )


# Which BatchId


def _query_defect(
    name: str, summary: str, breaks: str, *related: str, extra: bool = False
) -> Callable[[Alter], Alter]:
    return defect(f"batch-{name}", summary, breaks=[breaks], related=(*related, *_QUERY), extra=extra)


@_query_defect(
    "unknown-id-as-pending", "A BatchId that was never given is answered with PENDING.", "M-D-FORMAT_ERROR",
    "M-D-PENDING",
)  # fmt: skip
def unknown_id_as_pending(policies: Policies) -> Policies:
    """Believe that it will be there."""
    return with_result(
        policies,
        lambda reply: ResultReply(BatchStatus.PENDING) if reply.status is BatchStatus.FORMAT_ERROR else reply,
    )


@_query_defect(
    "unknown-id-with-reference", "FORMAT_ERROR of a query bears an ID.", "M-D-FORMAT_ERROR", extra=True
)
def unknown_id_with_reference(policies: Policies) -> Policies:
    """Make one up."""
    return with_result(
        policies,
        lambda reply: (
            replace(reply, reference="unknown") if reply.status is BatchStatus.FORMAT_ERROR else reply
        ),
    )


@_query_defect(
    "query-code-of-workflow-error",
    "ErrorCode of a query's FORMAT_ERROR begins with WF:",
    "M-D-FORMAT_ERROR",
    extra=True,
)
def query_code_of_workflow_error(policies: Policies) -> Policies:
    """Give another code."""
    return with_result(
        policies, lambda reply: replace(reply, error_code=reply.error_code.replace("FM:", "WF:"))
    )


@_query_defect(
    "query-error-on-http-404",
    "An unknown BatchId is answered with HTTP 404 and plain text.",
    "M-D-FORMAT_ERROR",
    "M-2.5.GO-b",
    extra=True,
)
def query_error_on_http_404(policies: Policies) -> Policies:
    """Leave the XML out."""
    return _instead_of_format_error(policies, 404, "Not found.\n")


def _instead_of_format_error(policies: Policies, status: int, text: str) -> Policies:
    answered = with_batch_answer(
        policies,
        lambda reply, answer: (
            replace(answer, status=status, content_type="text/plain")
            if isinstance(reply, ResultReply) and reply.status is BatchStatus.FORMAT_ERROR
            else answer
        ),
    )
    return with_result_text(answered, lambda written: text if ">FORMAT_ERROR<" in written else written)


@_query_defect(
    "stack-trace-for-bad-id",
    "A query that is wrong is answered with HTTP 500 and a stack trace.",
    "M-D-FORMAT_ERROR",
    "M-2.5.GO-b",
    extra=True,
)
def stack_trace_for_bad_id(policies: Policies) -> Policies:
    """Show what happened within."""
    return _instead_of_format_error(policies, 500, _some_stack_trace())


def _some_stack_trace() -> str:
    try:
        raise LookupError("no such batch")
    except LookupError:
        return traceback.format_exc()


def _reading(name: str, summary: str, read: Callable[[str], str], *, extra: bool = False) -> None:
    @_query_defect(name, summary, "M-D-FORMAT_ERROR", extra=extra)
    def alter(policies: Policies) -> Policies:
        def batch_id(values: Sequence[str]) -> int:
            return policies.batch.batch_id([read(value) for value in values])

        return with_batch(policies, batch_id=batch_id)


_reading(
    "negative-id-as-positive",
    "A negative BatchId is taken for the positive one.",
    lambda value: value.removeprefix("-"),
    extra=True,
)
_reading(
    "bad-id-as-its-digits",
    "A BatchId with more than digits in it is taken for the number that they make.",
    lambda value: "".join(each for each in value if each in "0123456789-"),
)


@_query_defect(
    "takes-the-first-of-two-ids", "A query with two BatchIds is answered for the first.", "M-D-FORMAT_ERROR",
    extra=True,
)  # fmt: skip
def takes_the_first_of_two_ids(policies: Policies) -> Policies:
    """Overlook the second."""
    return with_batch(policies, batch_id=lambda values: policies.batch.batch_id(values[:1]))


@_query_defect(
    "shows-other-parties-results", "A Party is given the result of another Party's batch.", "M-D-HTTP-b"
)
def shows_other_parties_results(policies: Policies) -> Policies:
    """Do not ask whose it is."""
    return with_batch(policies, query_rules=without(policies.batch.query_rules, "party"))


@_query_defect(
    "shows-other-parties-status",
    "A Party is told the status of another Party's batch, not its results.",
    "M-D-HTTP-b",
    extra=True,
)
def shows_other_parties_status(policies: Policies) -> Policies:
    """Guard the results alone."""
    own = policies.batch.query_rules["party"]

    def party(batch: Batch, credential: Credential, now: datetime) -> bool:
        return batch.status is not BatchStatus.COMPLETED or own(batch, credential, now)

    return with_batch(policies, query_rules={**policies.batch.query_rules, "party": party})


# How long a result is there


def _kept_for(policies: Policies, time: timedelta) -> Policies:
    def retention(batch: Batch, _: Credential, now: datetime) -> bool:
        return batch.ended_at is None or now <= batch.ended_at + time

    return with_batch(policies, query_rules={**policies.batch.query_rules, "retention": retention})


@_query_defect("result-gone-after-29-days", "A result is gone after 29 days.", "M-2.5.1.4-c", "M-D-COMPLETED")
def result_gone_after_29_days(policies: Policies) -> Policies:
    """Stop a day short."""
    return _kept_for(policies, timedelta(days=29) - timedelta(hours=12))


@_query_defect("result-kept-for-ever", "A result can still be fetched after 30 days.", "M-2.5.1.4-c")
def result_kept_for_ever(policies: Policies) -> Policies:
    """Forget nothing."""
    return _kept_for(policies, RETENTION * 1000)


@_query_defect("result-gone-once-fetched", "A result can be fetched once only.", "M-2.5.1.4-c", "*")
def result_gone_once_fetched(policies: Policies) -> Policies:
    """Forget what was given."""
    given: set[int] = set()

    def once(batch: Batch, _credential: Credential, _now: datetime) -> bool:
        if batch.id in given:
            return False
        if batch.status is BatchStatus.COMPLETED:
            given.add(batch.id)
        return True

    return with_batch(policies, query_rules={**policies.batch.query_rules, "once": once})
