"""Then: what a portal told of Organisation CSRs, and what was issued for them."""

from __future__ import annotations

from pytest_bdd import then

from checks.certificate.serials import judge_unique_serials
from checks.disclosure import find_stack_trace
from clients.operator import Operator
from clients.portal.portal import Notification, Section, Standing
from fixtures.organisation_requests import OrganisationRequests, Submission, outcome_in_words
from fixtures.portal_answers import way_on
from fixtures.verdicts import Inconclusive, Judge, NotApplicable


@then("its acceptance is notified")
def acceptance_notified(organisation_requests: OrganisationRequests) -> None:
    organisation_requests.expect_accepted(organisation_requests.last)


@then("its approval is notified")
def approval_notified(organisation_requests: OrganisationRequests) -> None:
    organisation_requests.expect_approved(organisation_requests.last)


@then("its Organisation Certificate can be downloaded")
def certificate_downloaded(organisation_requests: OrganisationRequests) -> None:
    organisation_requests.certificate(organisation_requests.last)


@then("an Organisation Certificate is issued for each")
def issued_for_each(organisation_requests: OrganisationRequests) -> None:
    for submission in organisation_requests.submissions:
        organisation_requests.certificate(submission)


@then("no two Organisation Certificates have the same serial number")
def serials_differ(organisation_requests: OrganisationRequests, judge: Judge) -> None:
    """RFC 5280 4.1.2.2 asks for it."""
    certificates = [each.certificate for each in organisation_requests.submissions if each.certificate]
    judge.take(judge_unique_serials(certificates, "G-12-a"))


@then("each was decided within the target response time")
def in_time(organisation_requests: OrganisationRequests, judge: Judge) -> None:
    limit = organisation_requests.target.settings.organisation_response_seconds
    if limit is None:
        raise NotApplicable(
            "the target file gives no target response time (settings.organisation_response_seconds)"
        )
    taken = [submission.seconds for submission in organisation_requests.submissions]
    known = [seconds for seconds in taken if seconds is not None]
    if len(known) < len(taken):
        raise Inconclusive("when each was decided was not seen: an earlier process had submitted it")
    slowest = max(known)
    judge.expect(slowest <= limit, "M-1.2-e", f"each within {limit:g} s", f"the slowest took {slowest:.1f} s")


@then("it is rejected with an error message")
def rejected(organisation_requests: OrganisationRequests) -> None:
    organisation_requests.expect_rejected(organisation_requests.last)


@then("it is not taken")
def not_taken(organisation_requests: OrganisationRequests) -> None:
    organisation_requests.expect_not_taken(organisation_requests.last)


@then("no Organisation Certificate was issued")
def nothing_issued(organisation_requests: OrganisationRequests) -> None:
    organisation_requests.expect_issued(0)


@then("its rejection was logged")
def rejection_logged(organisation_requests: OrganisationRequests, judge: Judge, operator: Operator) -> None:
    logged = operator.rejections_logged() - organisation_requests.rejections_before
    judge.expect(logged >= 1, "M-2.3.1.2-a", "the rejection in the RA's log", "no new entry")


@then("the first is on the list of the ARO's requests, approved")
def first_on_the_list(organisation_requests: OrganisationRequests, judge: Judge) -> None:
    told = _as_listed(organisation_requests, organisation_requests.submissions[0], judge)
    expected = "the request on the portal, approved"
    judge.expect(told.standing is Standing.APPROVED, "M-2.3.1.3-b", expected, outcome_in_words(told))


@then("the other is on it, rejected with an error message")
def other_on_the_list(organisation_requests: OrganisationRequests, judge: Judge) -> None:
    told = _as_listed(organisation_requests, organisation_requests.last, judge)
    shown = told.standing is Standing.REJECTED and bool(told.errors)
    expected = "the request on the portal, rejected with an error message"
    judge.expect(shown, "M-2.3.1.3-b", expected, outcome_in_words(told))


def _as_listed(requests: OrganisationRequests, submission: Submission, judge: Judge) -> Notification:
    with way_on():
        listed = requests.visit.requests(Section.ORGANISATION)
        expected, observed = f"{submission.reference} on the list of requests", f"{len(listed)} others"
        judge.expect(submission.reference in listed, "M-2.3.1.3-b", expected, observed)
        return requests.visit.request(Section.ORGANISATION, submission.reference)


@then("the page that answers shows no stack trace")
def no_stack_trace(organisation_requests: OrganisationRequests, judge: Judge) -> None:
    response = organisation_requests.last.notification.page.exchange.response
    trace = find_stack_trace(response.body) if response else None
    judge.expect(
        trace is None, "M-2.3.1.2-a", "nothing of the RA's inside", f"a stack trace: {trace}", advisory=True
    )
