"""The profile of Device Certificates: certificates asked for once in a run, and judged."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from pytest_bdd import given, parsers, then

from checks.certificate.serials import judge_unique_serials
from clients.csr.device import reshaped
from fixtures.conversation import Conversation
from fixtures.devices import Devices
from fixtures.kept_batch import KeptBatch
from fixtures.plan import (
    FIRST_BATCH_QUESTION,
    FIRST_QUESTION,
    KEPT_BATCH,
    KEPT_CERTIFICATE,
    KEPT_PORTAL_BATCH,
    KEPT_PORTAL_CERTIFICATE,
    Load,
    sends,
)
from fixtures.portal_devices import DeviceRequests
from fixtures.portal_kept import KeptPortalBatch
from fixtures.subscribers import Subscribers
from steps.words import USAGES

NOT_CRITICAL = "extensions not marked critical"


JudgeKept = Callable[[], object]
"""Judges the certificate, or the certificates, that a scenario was given."""


@given(
    parsers.re(r"a Device Certificate for (?P<usage>Digital Signing|Key Agreement) from the Ad Hoc service"),
    target_fixture="judge_kept",
)
@sends(Load(adhoc_wrong=1), once=FIRST_QUESTION)
@sends(Load(adhoc_right=1), once=KEPT_CERTIFICATE)
def device_certificate(
    conversation: Conversation, subscribers: Subscribers, devices: Devices, usage: str
) -> JudgeKept:
    conversation.party = subscribers.authorised()
    submission = conversation.kept_certificate(devices, USAGES[usage])
    conversation.submissions.append(submission)
    return partial(conversation.judge_certificate, submission)


@given("a Device Certificate for both usages from the Batched service", target_fixture="judge_kept")
@sends(Load(queries=1), once=FIRST_BATCH_QUESTION)
@sends(Load(batches=1, csrs_right=2), once=KEPT_BATCH)
def batched_certificates(kept_batch: KeptBatch) -> JudgeKept:
    return partial(kept_batch.judge, kept_batch.taken())


@given(
    parsers.re(r"a Device Certificate for (?P<usage>Digital Signing|Key Agreement) from the Portal service"),
    target_fixture="judge_kept",
)
@sends(Load(portal_device=1), once=KEPT_PORTAL_CERTIFICATE)
def portal_certificate(device_requests: DeviceRequests, device_aros: Subscribers, usage: str) -> JudgeKept:
    device_requests.aro = device_aros.authorised()
    return partial(device_requests.judge_certificate, device_requests.kept(USAGES[usage]))


@given("a Device Certificate for both usages from the Portal batch service", target_fixture="judge_kept")
@sends(Load(portal_batches=1, portal_csrs=2), once=KEPT_PORTAL_BATCH)
def portal_batch_certificates(kept_portal_batch: KeptPortalBatch) -> JudgeKept:
    return partial(kept_portal_batch.judge, kept_portal_batch.taken())


@given("a Device Certificate for a Device CSR whose extensions are not critical", target_fixture="judge_kept")
@sends(Load(adhoc_wrong=1), once=FIRST_QUESTION)
@sends(Load(adhoc_right=1))
def device_certificate_not_critical(
    conversation: Conversation, subscribers: Subscribers, devices: Devices
) -> JudgeKept:
    conversation.party = subscribers.authorised()
    conversation.devices.append(devices.known())
    csr = reshaped(conversation.new_csr(), conversation.target.settings.hw_type_oid, NOT_CRITICAL)
    submission = conversation.submit_csr(csr)
    conversation.obtain(submission)
    return partial(conversation.judge_certificate, submission)


@then("the Device Certificate keeps this rule")
def certificate_keeps_the_rule(judge_kept: JudgeKept) -> None:
    judge_kept()


@then("no two Device Certificates of this run have the same issuer and serial number")
def serials_of_the_run(conversation: Conversation) -> None:
    for submission in conversation.submissions:
        conversation.judge_certificate(submission)
    conversation.judge.take(judge_unique_serials(set(conversation.run.seen.certificates)))
