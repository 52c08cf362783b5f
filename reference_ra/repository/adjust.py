"""What defects and variants of the Repository are made of, beside `reference_ra.adjust`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from reference_ra.authority import HttpAnswer
from reference_ra.certificate import IssuingCa
from reference_ra.policies import Policies
from reference_ra.repository.lists import ListFields
from reference_ra.repository.messages import Operation, RepositoryReply, Result
from reference_ra.repository.records import Lodged, Way


def with_repository(policies: Policies, **changes: Any) -> Policies:
    """Some of the Repository's policies are others."""
    return replace(policies, repository=replace(policies.repository, **changes))


def with_web(policies: Policies, **changes: Any) -> Policies:
    """Some of the Web Service's policies are others."""
    return with_repository(policies, web=replace(policies.repository.web, **changes))


def with_lists(policies: Policies, **changes: Any) -> Policies:
    """Some of the policies of revocation lists are others."""
    return with_repository(policies, lists=replace(policies.repository.lists, **changes))


def with_lodged(policies: Policies, change: Callable[[Way, Lodged], Lodged | None]) -> Policies:
    """What is lodged of a certificate is changed, or nothing is where the change gives None."""
    lodges = policies.repository.lodges

    def lodge(way: Way, certificate: Lodged) -> Lodged | None:
        lodged = lodges(way, certificate)
        return None if lodged is None else change(way, lodged)

    return with_repository(policies, lodges=lodge)


def with_result(policies: Policies, change: Callable[[Result, Lodged], Result]) -> Policies:
    """What every answer of the Web Service tells of a certificate is changed."""
    result_of = policies.repository.web.result_of
    return with_web(
        policies,
        result_of=lambda certificate, status: change(result_of(certificate, status), certificate),
    )


def with_results(
    policies: Policies, change: Callable[[Operation, Sequence[Result]], Sequence[Result]]
) -> Policies:
    """The results of every answer are changed together."""
    results = policies.repository.web.results
    return with_web(policies, results=lambda operation, found: change(operation, results(operation, found)))


def with_repository_reply(
    policies: Policies, change: Callable[[RepositoryReply], RepositoryReply]
) -> Policies:
    """What every answer says is changed."""
    finish = policies.repository.web.finish_reply
    return with_web(policies, finish_reply=lambda reply: change(finish(reply)))


def with_repository_text(policies: Policies, change: Callable[[str], str]) -> Policies:
    """Every answer's document is changed."""
    write = policies.repository.web.write_reply
    return with_web(policies, write_reply=lambda reply: change(write(reply).decode()).encode())


def with_repository_answer(
    policies: Policies, change: Callable[[RepositoryReply, HttpAnswer], HttpAnswer]
) -> Policies:
    """The HTTP response that carries an answer is changed."""
    answer = policies.repository.web.http_answer
    return with_web(policies, http_answer=lambda reply, body: change(reply, answer(reply, body)))


def with_list_fields(policies: Policies, change: Callable[[ListFields, IssuingCa], ListFields]) -> Policies:
    """Every revocation list's fields are changed before it is signed."""
    fill = policies.repository.lists.fill
    return with_lists(policies, fill=lambda ca, *rest: change(fill(ca, *rest), ca))
