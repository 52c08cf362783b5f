"""Then: what the Ad Hoc Device CSR Web Service answered, and what it issued."""

from __future__ import annotations

from pytest_bdd import parsers, then

from checks.adhoc import judge_status
from checks.certificate.serials import judge_unique_serials
from checks.disclosure import find_private_disclosure, find_stack_trace
from checks.finding import Finding
from clients.operator import Operator
from fixtures.batches import Batches
from fixtures.conversation import Conversation
from fixtures.devices import Device
from fixtures.plan import Load, sends
from fixtures.verdicts import Judge
from steps.adhoc_submissions import CANARY


@then("a Device Certificate is issued for it")
@then("a Device Certificate is issued for the last one")
def issued(conversation: Conversation) -> None:
    conversation.certificate(conversation.last)


@then("a Device Certificate is issued for it without waiting for the silent client")
def issued_in_time(conversation: Conversation) -> None:
    conversation.certificate(conversation.last, silence_fails=True)


@then("a Device Certificate is issued for each")
def issued_for_each(conversation: Conversation) -> None:
    for submission in conversation.submissions:
        conversation.certificate(submission)


@then("a Device Certificate is issued for one of them only")
def issued_for_one(conversation: Conversation) -> None:
    winners = [submission for submission in conversation.submissions if conversation.issues(submission)]
    for submission in conversation.submissions:
        conversation.answer(submission)
    conversation.judge.expect(
        len(winners) == 1,
        conversation.judge.naming(),
        f"1 Device Certificate for {len(conversation.submissions)} Device CSRs",
        f"{len(winners)} Device Certificates",
    )
    conversation.expect_issued(1)


@then("the answer carries the subscriber's reference")
@then("each answer carries the reference of its own request")
def reference_echoed(conversation: Conversation, judge: Judge) -> None:
    for submission in conversation.submissions:
        echoed = conversation.answer(submission).id
        judge.expect(
            echoed == submission.reference, "M-B-REQ-b", f"ID {submission.reference!r}", f"ID {echoed!r}"
        )


@then("the answer carries no reference")
def no_reference(conversation: Conversation, judge: Judge) -> None:
    echoed = conversation.answer(conversation.last).id
    judge.expect(echoed is None, "M-B-RSP-a", "no ID, the request being malformed", f"ID {echoed!r}")


@then("no two answers have the same TransactionId")
def transaction_ids_differ(conversation: Conversation, judge: Judge) -> None:
    identifiers = [conversation.answer(submission).transaction_id for submission in conversation.submissions]
    repeated = sorted({str(each) for each in identifiers if identifiers.count(each) > 1})
    judge.expect(
        not repeated,
        "M-B-RSP-d",
        "a TransactionId of its own in each answer",
        f"repeated: {', '.join(repeated)}",
    )


@then("no two of them have the same serial number")
def serials_differ(conversation: Conversation, judge: Judge) -> None:
    judge.take(judge_unique_serials(conversation.certificates))


@then(parsers.re(r"the request is refused with (?P<statuses>[A-Z_]+(?: or [A-Z_]+)*)"))
def refused_with(conversation: Conversation, judge: Judge, statuses: str) -> None:
    expected = statuses.split(" or ")
    message = conversation.answer(conversation.last)
    if conversation.issues(conversation.last):
        judge.fail(Finding(judge.naming(), f"a refusal with {statuses}", "a Device Certificate"))
    for finding in judge_status(message, expected, f"M-A-{expected[0]}"):
        judge.fail(finding)


@then("the request is refused for the limit")
def refused_for_the_limit(conversation: Conversation, judge: Judge) -> None:
    message = conversation.answer(conversation.last)
    refused = message.status != "SUCCESS" and not conversation.issues(conversation.last)
    judge.expect(refused, "M-2.4.1.3-b", "a refusal", f"Status {message.status}")
    judge.expect(
        message.status == "ISSUANCE_ANOMALY",
        "M-A-ISSUANCE_ANOMALY",
        "Status ISSUANCE_ANOMALY, which the status table gives for the limit",
        f"Status {message.status}",
        advisory=True,
    )


@then("the Party is refused")
@then("no Device Certificate is in the answer")
def refused_somehow(conversation: Conversation) -> None:
    conversation.expect_refused_somehow(conversation.last)


@then("nothing was issued")
def nothing_issued(conversation: Conversation) -> None:
    conversation.expect_issued(0)


@then("only that one was issued")
def one_issued(conversation: Conversation) -> None:
    conversation.expect_issued(1)


@then("another Device CSR is answered with a Device Certificate")
@sends(Load(adhoc_right=1))
def another_is_issued(conversation: Conversation) -> None:
    conversation.certificate(conversation.submit_csr(conversation.new_csr()), silence_fails=True)


@then("the answer discloses nothing of the entity")
def nothing_disclosed(conversation: Conversation, judge: Judge) -> None:
    response = conversation.last.exchange.response
    body = response.body if response else b""
    found = find_private_disclosure(body, CANARY.encode())
    judge.expect(found is None, "M-2.4.1.2-a", "nothing of the external entity", f"its content: {found}")


@then("the rejection was logged")
def rejection_logged(conversation: Conversation, judge: Judge, operator: Operator) -> None:
    logged = operator.rejections_logged() - conversation.rejections_before
    judge.expect(logged >= 1, "M-2.4.1.2-c", "the rejection in the RA's log", "no new entry")


@then("the answer is the message of the schema")
def message_of_the_schema(conversation: Conversation) -> None:
    conversation.answer(conversation.last)


@then("it carries a Device Certificate in Base64 without lines and white space")
def carries_certificate(conversation: Conversation) -> None:
    conversation.certificate(conversation.last)


@then("it carries an error and no Device Certificate")
def carries_error(conversation: Conversation, judge: Judge) -> None:
    message = conversation.answer(conversation.last)
    judge.expect(
        message.error_code is not None, "M-B-RSP-g", "an Error", f"Status {message.status} without one"
    )
    judge.expect(
        message.certificate is None,
        "M-B-RSP-h",
        "an Error and no Certificate",
        "a Certificate beside the Error",
    )


@then("each answer came within the target response time")
def in_time(conversation: Conversation, judge: Judge) -> None:
    limit = conversation.target.settings.adhoc_response_seconds
    slowest = max(submission.exchange.seconds for submission in conversation.submissions)
    judge.expect(
        slowest <= limit, "M-1.2-a", f"each answer within {limit:g} s", f"the slowest took {slowest:.1f} s"
    )


@then("the answer shows no stack trace")
def no_stack_trace(conversation: Conversation, judge: Judge) -> None:
    response = conversation.last.exchange.response
    trace = find_stack_trace(response.body) if response else None
    judge.expect(
        trace is None,
        judge.naming("M-2.4.1.2-c"),
        "nothing of the RA's inside",
        f"a stack trace: {trace}",
        advisory=True,
    )


@then("the Ad Hoc service replaces the certificate of that Device")
@sends(Load(adhoc_right=1))
def replaced_adhoc(conversation: Conversation, batches: Batches) -> None:
    conversation.devices.append(Device(next(iter(batches.concerned)), None))
    conversation.certificate(conversation.submit_csr(conversation.new_csr()))


@then("the Ad Hoc service refuses that Device for the limit")
@sends(Load(adhoc_right=1))
def refused_adhoc_for_the_limit(conversation: Conversation, batches: Batches, judge: Judge) -> None:
    conversation.devices.append(Device(next(iter(batches.concerned)), None))
    conversation.submit_csr(conversation.new_csr())
    message = conversation.answer(conversation.last)
    refused = message.status != "SUCCESS" and not conversation.issues(conversation.last)
    judge.expect(refused, "M-2.4.1.3-b", "a refusal", f"Status {message.status}")
