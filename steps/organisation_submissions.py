"""Given and When: the ARO who speaks to a portal, and the Organisation CSRs that are pasted into it."""

from __future__ import annotations

from collections.abc import Callable

from pytest_bdd import given, parsers, when

from clients.csr.device import new_key
from clients.csr.organisation import LEGAL_ORGANISATION_SHAPES, reshaped_organisation
from clients.csr.organisation_faults import WantedOrganisation, faulty_organisation_csr
from clients.csr.texts import TEXT_FORMS, WRONG_TEXTS, text_form, wrong_text
from clients.operator import Operator
from fixtures.kept_requests import KeptRequests
from fixtures.organisation_requests import OrganisationRequests, eui64_of, required_name, roles_of
from fixtures.plan import Load, sends
from fixtures.portals import Visits
from fixtures.subscribers import Subscribers, organisation_of
from fixtures.verdicts import Inconclusive, NotApplicable, NotRun
from steps.portal_words import COMMON_NAMES, LONGEST_COMMON_NAME
from steps.words import USAGES
from targets.model import Target

USAGE = r"(?P<usage>Digital Signing|Key Agreement)"
KEPT_ORGANISATION = "the kept Organisation CSRs for {usage}"
"""What a run submits once to each of the two portals (`KeptRequests.approved`)."""
ROLES = ("02", "03", "04", "05", "06", "08", "7F", "87", "89", "01", "07", "00")
"""Remote Party Role Codes; those of subscribers first."""
_ONE = Load(portal_organisation=1)
_KEPT = KEPT_ORGANISATION.format(usage="Digital Signing")


@given("an ARO who may submit Organisation CSRs")
def authorised_aro(organisation_requests: OrganisationRequests, aros: Subscribers) -> None:
    organisation_requests.party = aros.authorised()


@given("the portal issues Organisation Certificates to an ARO")
@sends(Load(portal_organisation=2), once=_KEPT)
def portal_issues(
    organisation_requests: OrganisationRequests, kept_requests: Callable[..., KeptRequests]
) -> None:
    """Seen once in a run: without it a refusal would say nothing of what is refused."""
    organisation_requests.party = kept_requests(organisation_requests.interface).approved().aro


@given("an approved Organisation CSR of an ARO")
@sends(Load(portal_organisation=2), once=_KEPT)
def approved_request(
    organisation_requests: OrganisationRequests, kept_requests: Callable[..., KeptRequests]
) -> None:
    submission = kept_requests(organisation_requests.interface).approved()
    organisation_requests.party = submission.aro
    organisation_requests.submissions.append(submission)


@given("what the RA has logged of Organisation CSRs so far")
def logged_so_far(organisation_requests: OrganisationRequests, operator: Operator) -> None:
    requests = organisation_requests
    requests.rejections_before = requests.run.ledger.remember(
        requests.scenario, "rejections before", operator.rejections_logged
    )


@when(parsers.re(rf"the ARO submits a {USAGE} Organisation CSR"))
@sends(_ONE)
def submit(organisation_requests: OrganisationRequests, usage: str) -> None:
    organisation_requests.submit_csr(organisation_requests.new_csr(USAGES[usage]))


@when(
    parsers.re(
        rf"the ARO submits a {USAGE} Organisation CSR in each Remote Party Role that the organisation holds"
    )
)
@sends(lambda target, **_: Load(portal_organisation=_most_roles(target)))
def submit_in_each_role(organisation_requests: OrganisationRequests, usage: str) -> None:
    for role in roles_of(organisation_requests.credential):
        organisation_requests.submit_csr(organisation_requests.new_csr(USAGES[usage], role))


@when(parsers.re(rf"the ARO submits an Organisation CSR as (?P<form>{'|'.join(TEXT_FORMS)})"))
@sends(_ONE)
def submit_text_form(organisation_requests: OrganisationRequests, form: str) -> None:
    organisation_requests.submit_csr(organisation_requests.new_csr(), form)


@when(parsers.re(r"the ARO submits (?P<number>\d+) Organisation CSRs, one after another"))
@sends(lambda number, **_: Load(portal_organisation=int(number)))
def submit_several(organisation_requests: OrganisationRequests, number: str) -> None:
    for _ in range(int(number)):
        organisation_requests.submit_csr(organisation_requests.new_csr())


@when(parsers.re(rf"the ARO submits an Organisation CSR with (?P<name>{'|'.join(COMMON_NAMES)})"))
@sends(_ONE)
def submit_common_name(organisation_requests: OrganisationRequests, name: str) -> None:
    settings = organisation_requests.target.settings
    unnamed = name == "no commonName"
    if settings.organisation_common_name == ("required" if unnamed else "absent"):
        raise NotApplicable(
            "the target file says how the Organisation Certificate Policy has it: commonName "
            f"{settings.organisation_common_name} (settings.organisation_common_name)"
        )
    longest = settings.organisation_common_name_characters_maximum
    common_name = None if unnamed else "C" * (longest if name == LONGEST_COMMON_NAME else 1)
    organisation_requests.submit_csr(organisation_requests.new_csr(common_name=common_name))


@when(
    parsers.re(rf"the ARO submits an Organisation CSR with (?P<shape>{'|'.join(LEGAL_ORGANISATION_SHAPES)})")
)
@sends(_ONE)
def submit_shape(organisation_requests: OrganisationRequests, shape: str) -> None:
    organisation_requests.submit_csr(reshaped_organisation(organisation_requests.new_csr(), shape))


@when(parsers.re(r"the ARO submits a faulty Organisation CSR: (?P<fault>.+)"))
@sends(_ONE)
def submit_faulty(organisation_requests: OrganisationRequests, fault: str) -> None:
    credential, target = organisation_requests.credential, organisation_requests.target
    eui64, roles = eui64_of(credential), roles_of(credential)
    wanted = WantedOrganisation(
        eui64,
        roles[0],
        USAGES["Digital Signing"],
        new_key(),
        other_eui64=_other_organisation(organisation_requests),
        role_not_held=next((role for role in ROLES if role not in roles), None),
        longest_common_name=target.settings.organisation_common_name_characters_maximum,
        common_name=required_name(target),
    )
    organisation_requests.watch(wanted.other_eui64)
    try:
        octets = faulty_organisation_csr(fault, wanted)
    except ValueError as error:
        raise NotRun(f"the target file leaves no room for this: {error}") from None
    organisation_requests.rejected_key = None if organisation_requests.next_is_sent else wanted.key
    organisation_requests.submit(text_form(octets))


@when("the ARO submits the corrected Organisation CSR with the same key pair")
@sends(_ONE)
def submit_corrected(organisation_requests: OrganisationRequests) -> None:
    """Only by the process that made the key pair: the ledger keeps no keys."""
    key = organisation_requests.rejected_key
    if key is None and not organisation_requests.next_is_sent:
        raise Inconclusive(
            "the rejected Organisation CSR is an earlier process's, and its key pair ended with that: it "
            "cannot be used again"
        )
    organisation_requests.submit_csr(organisation_requests.new_csr(key=key))


@when(parsers.re(rf"the ARO submits (?P<text>{'|'.join(WRONG_TEXTS)}) in place of an Organisation CSR"))
@sends(_ONE)
def submit_wrong_text(organisation_requests: OrganisationRequests, text: str) -> None:
    organisation_requests.submit(wrong_text(organisation_requests.new_csr().der, text))


@when("the ARO comes back to the portal later")
def come_back(organisation_requests: OrganisationRequests, visits: Visits) -> None:
    """When all is decided, and without the cookies of the first visit."""
    for submission in organisation_requests.submissions:
        organisation_requests.decided(submission)
    visits.end()


def _other_organisation(requests: OrganisationRequests) -> bytes:
    """The EUI-64 of another organisation of the target file; without one, an EUI-64 that is nobody's.

    One organisation may have several, for each of which its AROs may submit.
    """
    aro, credentials = requests.credential, requests.target.credentials.values()
    party = organisation_of(aro)
    own = {each.eui64 for each in credentials if organisation_of(each) == party} | {eui64_of(aro)}
    nobodys = bytes((*eui64_of(aro)[:-1], eui64_of(aro)[-1] ^ 0xFF))
    return next((each.eui64 for each in credentials if each.eui64 not in {None, *own}), None) or nobodys


def _most_roles(target: Target) -> int:
    """How many roles an ARO has at most."""
    return max((len(credential.remote_party_roles) for credential in target.credentials.values()), default=0)
