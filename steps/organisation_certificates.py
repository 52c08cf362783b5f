"""The profile of Organisation Certificates: one for each usage, asked for once in a run, and judged."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from pytest_bdd import given, parsers, then

from fixtures.kept_requests import KeptRequests
from fixtures.plan import Load, sends
from fixtures.portals import GATEWAY, INTERNET
from steps.certificates import JudgeKept
from steps.organisation_submissions import KEPT_ORGANISATION
from steps.words import USAGES

PORTAL_NAMES = {
    "the portal via DCC Gateway Connection": GATEWAY,
    "the portal via the Internet": INTERNET,
}


@given(
    parsers.re(
        r"an Organisation Certificate for (?P<usage>Digital Signing|Key Agreement) from "
        rf"(?P<portal>{'|'.join(PORTAL_NAMES)})"
    ),
    target_fixture="judge_kept",
)
@sends(Load(portal_organisation=2), once=KEPT_ORGANISATION)
def organisation_certificate(
    kept_requests: Callable[..., KeptRequests], usage: str, portal: str
) -> JudgeKept:
    kept = kept_requests(PORTAL_NAMES[portal], USAGES[usage])
    return partial(kept.requests.certificate, kept.approved())


@then("the Organisation Certificate keeps this rule")
def certificate_keeps_the_rule(judge_kept: JudgeKept) -> None:
    judge_kept()
