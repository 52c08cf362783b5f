"""Ad hoc Device CSRs through the SMKI Portal: what an ARO submits, and what comes of it."""

from __future__ import annotations

from datetime import timedelta

from pytest_bdd import parsers, then, when

from checks.certificate.serials import judge_unique_serials
from checks.finding import Finding
from clients.csr.device import LEGAL_SHAPES, new_key, reshaped
from clients.csr.faults import Wanted, faulty_csr
from clients.csr.gbcs_vector import device_csr_like_the_vector
from clients.csr.texts import text_form, wrong_text
from clients.operator import Operator
from clients.portal.portal import NoWayOn, Section, Standing, Visit
from fixtures.answers import require_known_refusal, require_reply
from fixtures.batch_waiting import RETENTION
from fixtures.conversation import Conversation
from fixtures.devices import Device
from fixtures.plan import Load, sends
from fixtures.portal_answers import carries, seen, way_on
from fixtures.portal_devices import ISSUANCE_ANOMALY, STATUSES, DeviceRequest, DeviceRequests
from fixtures.verdicts import Judge
from steps.words import USAGES

_USAGE = r"(?P<usage>Digital Signing|Key Agreement)"
TEXT_RULES = {
    "CERTIFICATE REQUEST lines": "M-F-TXT-a",
    "NEW CERTIFICATE REQUEST lines": "M-F-TXT-b",
    "no BEGIN and END lines": "M-F-TXT-c",
    "one line": "M-F-TXT-d",
    "lines of 64": "M-F-TXT-e",
    "lines of 76": "M-F-TXT-f",
    "LF": "M-F-TXT-g",
    "CRLF": "M-F-TXT-h",
}
"""What an RA breaks that does not accept a text of that form."""


# --- what is submitted ---


@when(parsers.re(rf"the ARO submits a {_USAGE} Device CSR for the Device"))
@sends(Load(portal_device=1))
def submit(device_requests: DeviceRequests, usage: str) -> None:
    device_requests.submit_csr(device_requests.new_csr(USAGES[usage]))


@when(parsers.re(r"the ARO submits a Device CSR with (?P<form>.+)"))
@sends(Load(portal_device=1))
def submit_in_form(device_requests: DeviceRequests, form: str) -> None:
    rule = device_requests.judge.cited(*(TEXT_RULES[part] for part in form.split(", ")))
    device_requests.submit_csr(device_requests.new_csr(), form, rule)


@when(parsers.re(rf"the ARO submits a {_USAGE} Device CSR with (?P<shape>{'|'.join(LEGAL_SHAPES)})"))
@sends(Load(portal_device=1))
def submit_shape(device_requests: DeviceRequests, usage: str, shape: str) -> None:
    csr = device_requests.new_csr(USAGES[usage])
    device_requests.submit_csr(reshaped(csr, device_requests.target.settings.hw_type_oid, shape))


@when("the ARO submits a Device CSR in the octets of the GBCS test vector")
@sends(Load(portal_device=1))
def submit_vector(device_requests: DeviceRequests) -> None:
    device_requests.submit_csr(device_csr_like_the_vector(device_requests.device))


@when(parsers.re(r"the ARO submits (?P<number>\d+) Device CSRs for the Device, one after another"))
@sends(lambda number, **_: Load(portal_device=int(number)))
def submit_several(device_requests: DeviceRequests, number: str) -> None:
    for _ in range(int(number)):
        device_requests.submit_csr(device_requests.new_csr())


@when(parsers.re(r"the ARO submits a faulty Device CSR: (?P<fault>.+)"))
@sends(Load(portal_device=1))
def submit_faulty(device_requests: DeviceRequests, fault: str) -> None:
    hw_type = device_requests.target.settings.hw_type_oid
    wanted = Wanted(device_requests.device, USAGES["Digital Signing"], hw_type, new_key())
    device_requests.submit_text(text_form(faulty_csr(fault, wanted)))


@when(parsers.re(r"the ARO submits a text in place of the Device CSR: (?P<text>.+)"))
@sends(Load(portal_device=1))
def submit_wrong_text(device_requests: DeviceRequests, text: str) -> None:
    device_requests.submit_text(wrong_text(device_requests.new_csr().der, text))


# --- what comes of it ---


@then("the Device CSR is approved, and the portal tells so")
def approved(device_requests: DeviceRequests) -> None:
    device_requests.approved(device_requests.last)


@then("its Device Certificate can be picked up")
def picked_up(device_requests: DeviceRequests) -> None:
    device_requests.certificate_of(device_requests.last)


@then("each of them has a Device Certificate of its own to pick up")
def picked_up_each(device_requests: DeviceRequests, judge: Judge) -> None:
    certificates = [device_requests.certificate_of(request) for request in device_requests.requests]
    judge.take(judge_unique_serials(certificates))


@then(parsers.re(r"the Device CSR is rejected with (?P<statuses>[A-Z_]+(?: or [A-Z_]+)*)"))
def rejected(device_requests: DeviceRequests, statuses: str) -> None:
    device_requests.rejected(device_requests.last, statuses.split(" or "))


@then("the Device CSR is rejected with any error of the status table")
def rejected_somehow(device_requests: DeviceRequests) -> None:
    device_requests.rejected(device_requests.last, STATUSES)


@then("the Device CSR is not taken")
def not_taken(device_requests: DeviceRequests) -> None:
    device_requests.expect_not_approved(device_requests.last)


@then("the Device CSR is rejected for the limit")
def rejected_for_the_limit(device_requests: DeviceRequests, judge: Judge) -> None:
    request = device_requests.last
    device_requests.rejected(request, STATUSES)
    named = {error.status for error in request.notification.errors}
    judge.expect(
        ISSUANCE_ANOMALY in named,
        "M-2.3.1.7-c",
        f"{ISSUANCE_ANOMALY}, which the status table gives for the limit",
        ", ".join(sorted(filter(None, named))) or "no status",
        advisory=True,
    )


@then("nothing was issued for the Device")
def nothing_issued(device_requests: DeviceRequests) -> None:
    device_requests.expect_issued(0)


@then("the portal's rejection was logged")
def logged(device_requests: DeviceRequests, judge: Judge, operator: Operator) -> None:
    entries = operator.rejections_logged() - device_requests.rejections_before
    judge.expect(entries >= 1, "M-2.3.1.7-c", "the rejection in the RA's log", "no new entry")


# --- its own page ---


@then("the ARO's own requests show it as approved")
def shown_as_approved(device_requests: DeviceRequests, judge: Judge) -> None:
    _expect_shown(device_requests, judge, Standing.APPROVED)


@then("the ARO's own requests show it as rejected, with its errors")
def shown_as_rejected(device_requests: DeviceRequests, judge: Judge) -> None:
    _expect_shown(device_requests, judge, Standing.REJECTED)


def _expect_shown(device_requests: DeviceRequests, judge: Judge, standing: Standing) -> None:
    request = device_requests.last
    try:
        shown = device_requests.visit.request(Section.DEVICE, request.reference)
    except NoWayOn as lost:
        require_reply(lost.page.exchange)
        judge.fail(Finding("M-2.3.1.8-c", f"{request.reference} among the ARO's own requests", str(lost)))
    told = standing is not Standing.REJECTED or bool(shown.errors)
    holds = shown.standing is standing and told
    judge.expect(holds, "M-2.3.1.8-c", f"{standing} on the request's own page", seen(shown))


# --- the pickup page ---


@then("there is nothing to pick up for it")
def nothing_to_pick_up(device_requests: DeviceRequests, judge: Judge) -> None:
    reference = device_requests.last.reference
    expected = f"nothing to pick up for {reference}, which was rejected"
    offered = reference in _offered(device_requests)
    judge.expect(not offered, "M-2.3.1.8-c", expected, "a certificate on the pickup page")


@then("it can be picked up 29 days later too")
def still_there(device_requests: DeviceRequests, judge: Judge) -> None:
    request = device_requests.last
    _pass_days(device_requests, -1)
    first, again = request.certificate, device_requests.picked_up(request)
    if again != first:
        observed = again if isinstance(again, str) else "another certificate"
        judge.fail(Finding("M-2.3.1.9-c", "the certificate to download for 30 days", observed))


@then("it cannot be picked up 31 days later")
def gone(device_requests: DeviceRequests, judge: Judge) -> None:
    request = device_requests.last
    _pass_days(device_requests, 1)
    offered = request.reference in _offered(device_requests)
    expected = "nothing to pick up after 30 days"
    judge.expect(not offered, "M-2.3.1.9-c", expected, "a link to its certificate")
    expect_no_certificate(request, device_requests.visit, judge, "M-2.3.1.9-c")


def _offered(device_requests: DeviceRequests) -> set[str]:
    """The requests with a certificate to pick up: a row that only tells of one has nothing to be had."""
    with way_on():
        return {row.reference for row in device_requests.visit.pickups() if row.certificate is not None}


def _pass_days(device_requests: DeviceRequests, more: int) -> None:
    device_requests.clock.advance(RETENTION + timedelta(days=more))
    device_requests.visits.end()  # a session does not last for a month


def expect_no_certificate(request: DeviceRequest, visit: Visit, judge: Judge, *preferred: str) -> None:
    """What a visit gets at the address of a certificate is not that certificate."""
    download = visit.download(request.address or "")
    require_known_refusal(download.exchange)
    response = download.exchange.response
    carried = response is not None and carries(response.body, request.certificate or b"")
    observed = f"{download.exchange.outcome}, with it"
    judge.expect(not carried, judge.naming(*preferred), "no Device Certificate", observed)


# --- after it, by the Ad Hoc service ---


@then("the Ad Hoc service replaces the certificate of the portal's Device")
@sends(Load(adhoc_right=1))
def replaced_adhoc(conversation: Conversation, device_requests: DeviceRequests) -> None:
    conversation.devices.append(Device(device_requests.device, None))
    conversation.certificate(conversation.submit_csr(conversation.new_csr()))


@then("the Ad Hoc service refuses the portal's Device for the limit")
@sends(Load(adhoc_right=1))
def refused_adhoc(conversation: Conversation, device_requests: DeviceRequests, judge: Judge) -> None:
    conversation.devices.append(Device(device_requests.device, None))
    conversation.submit_csr(conversation.new_csr())
    message = conversation.answer(conversation.last)
    refused = message.status != "SUCCESS" and not conversation.issues(conversation.last)
    judge.expect(refused, "M-2.4.1.3-b", "a refusal", f"Status {message.status}")


@then("its Device Certificate can be picked up within the target response time")
def picked_up_in_time(device_requests: DeviceRequests, judge: Judge) -> None:
    """From the submission to the download; what it takes to find the page is in it."""
    request = device_requests.last
    device_requests.certificate_of(request)
    took = request.seconds or 0.0
    limit = device_requests.target.settings.adhoc_response_seconds
    judge.note(f"The Device Certificate was picked up {took:.2f} s after the submission.")
    judge.expect(took <= limit, "M-1.2-d", f"to be picked up within {limit:g} s", f"{took:.1f} s")
