"""Given: the Party that speaks to the RA, and the Device that it speaks of."""

from __future__ import annotations

from pytest_bdd import given, parsers

from clients.csr.device import DIGITAL_SIGNATURE
from clients.operator import Operator
from fixtures.conversation import Conversation
from fixtures.devices import Devices, seeds_known
from fixtures.plan import FIRST_QUESTION, KEPT_CERTIFICATE, Load, sends
from fixtures.subscribers import Subscribers
from steps.words import USAGES

SHORT_OF_THE_LIMIT = {"one certificate": 1, "two certificates": 2}


@given("an Authorised Subscriber of the Ad Hoc Device CSR Web Service")
@sends(Load(adhoc_wrong=1), once=FIRST_QUESTION)
def authorised_subscriber(conversation: Conversation, subscribers: Subscribers) -> None:
    conversation.party = subscribers.authorised()


@given("the service issues Device Certificates to an Authorised Subscriber")
@sends(Load(adhoc_wrong=1), once=FIRST_QUESTION)
@sends(Load(adhoc_right=1), once=KEPT_CERTIFICATE.format(usage="Digital Signing"))
def service_issues(conversation: Conversation, subscribers: Subscribers, devices: Devices) -> None:
    """Seen once in a run: without it a refusal would say nothing of the Party that is refused."""
    conversation.party = subscribers.authorised()
    conversation.kept_certificate(devices, DIGITAL_SIGNATURE)


@given(parsers.re(r"a Party in the User Role of (?P<user_role>[a-z-]+)"))
def party_in_user_role(conversation: Conversation, subscribers: Subscribers, user_role: str) -> None:
    conversation.party = subscribers.in_user_role(user_role)


@given("a Party in a User Role that may not use the service")
def party_in_another_user_role(conversation: Conversation, subscribers: Subscribers) -> None:
    conversation.party = subscribers.in_another_user_role()


@given("a Party that has not completed User Entry Process Tests")
def party_without_uept(conversation: Conversation, subscribers: Subscribers) -> None:
    conversation.party = subscribers.without_uept()


@given(parsers.re(r"a Party with an IKI Certificate for (?P<interface>[a-z-]+)"))
def party_for_interface(conversation: Conversation, subscribers: Subscribers, interface: str) -> None:
    conversation.party = subscribers.for_interface(interface)


@given(parsers.re(r"a Party whose IKI Certificate is (?P<state>[a-z-]+)"))
def party_in_state(conversation: Conversation, subscribers: Subscribers, state: str) -> None:
    conversation.party = subscribers.in_state(state)


@given("a Device with an earlier Device Certificate")
def known_device(conversation: Conversation, devices: Devices) -> None:
    conversation.devices.append(devices.known())


@given("Devices with earlier Device Certificates")
def known_devices(conversation: Conversation, devices: Devices) -> None:
    number = conversation.target.limits.concurrent_requests
    conversation.devices.extend(devices.known() for _ in range(number))


@given(
    parsers.re(r"a Device whose earlier Device Certificate is for (?P<usage>Digital Signing|Key Agreement)")
)
@sends(lambda target, capabilities, **_: Load(adhoc_right=0 if seeds_known(target, capabilities) else 1))
def device_with_earlier_usage(conversation: Conversation, devices: Devices, usage: str) -> None:
    device = devices.known(USAGES[usage])
    conversation.devices.append(device)
    if device.earlier_usage is None:
        conversation.obtain(conversation.submit_csr(conversation.new_csr(USAGES[usage])))


@given("a Device that never had a Device Certificate")
def unknown_device(conversation: Conversation, devices: Devices) -> None:
    conversation.devices.append(devices.never_certified())


@given(parsers.re(r"a Device that is (?P<short>one certificate|two certificates) short of the limit"))
def device_near_the_limit(conversation: Conversation, devices: Devices, short: str) -> None:
    limit = conversation.target.settings.device_certificate_limit
    conversation.devices.append(
        devices.with_certificates(limit - SHORT_OF_THE_LIMIT[short], DIGITAL_SIGNATURE)
    )


@given(
    parsers.re(
        r"a Device that has reached the limit with certificates for (?P<usage>Digital Signing|Key Agreement)"
    )
)
def device_at_the_limit(conversation: Conversation, devices: Devices, usage: str) -> None:
    limit = conversation.target.settings.device_certificate_limit
    conversation.devices.append(devices.with_certificates(limit, USAGES[usage]))


@given("what the RA has logged so far")
def logged_so_far(conversation: Conversation, operator: Operator) -> None:
    conversation.rejections_before = operator.rejections_logged()
