"""The profile of Device Certificates: certificates asked for once in a run, and judged."""

from __future__ import annotations

from pytest_bdd import given, parsers, then

from checks.certificate.serials import judge_unique_serials
from clients.csr.device import reshaped
from fixtures.conversation import Conversation
from fixtures.devices import Devices
from fixtures.plan import FIRST_QUESTION, KEPT_CERTIFICATE, Load, sends
from fixtures.subscribers import Subscribers
from steps.words import USAGES

NOT_CRITICAL = "extensions not marked critical"


@given(parsers.re(r"a Device Certificate for (?P<usage>Digital Signing|Key Agreement)"))
@sends(Load(adhoc_wrong=1), once=FIRST_QUESTION)
@sends(Load(adhoc_right=1), once=KEPT_CERTIFICATE)
def device_certificate(
    conversation: Conversation, subscribers: Subscribers, devices: Devices, usage: str
) -> None:
    conversation.party = subscribers.authorised()
    conversation.submissions.append(conversation.kept_certificate(devices, USAGES[usage]))


@given("a Device Certificate for a Device CSR whose extensions are not critical")
@sends(Load(adhoc_wrong=1), once=FIRST_QUESTION)
@sends(Load(adhoc_right=1))
def device_certificate_not_critical(
    conversation: Conversation, subscribers: Subscribers, devices: Devices
) -> None:
    conversation.party = subscribers.authorised()
    conversation.devices.append(devices.known())
    csr = reshaped(conversation.new_csr(), conversation.target.settings.hw_type_oid, NOT_CRITICAL)
    conversation.obtain(conversation.submit_csr(csr))


@then("the Device Certificate keeps this rule")
def certificate_keeps_the_rule(conversation: Conversation) -> None:
    conversation.judge_certificate(conversation.last)


@then("no two Device Certificates of this run have the same issuer and serial number")
def serials_of_the_run(conversation: Conversation) -> None:
    for submission in conversation.submissions:
        conversation.judge_certificate(submission)
    conversation.judge.take(judge_unique_serials(set(conversation.run.certificates)))
