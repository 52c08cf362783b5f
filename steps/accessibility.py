"""Steps of whoever uses a portal's pages in a browser: what is seen on them, what the keyboard does."""

from __future__ import annotations

from dataclasses import replace

from pytest_bdd import given, parsers, then, when

from checks.accessibility import (
    ADVISING,
    DECIDING,
    REQUIREMENT,
    ResultsUnreadable,
    judge_accessibility,
)
from checks.finding import Finding
from clients.portal.axe import SCHEMES, apply_axe
from clients.portal.pages import Locator
from clients.portal.portal import FormKind, Section
from clients.portal.reading import notification
from fixtures.browsing import SIGHTS, AtBrowser, Browsing, show
from fixtures.plan import Load, sends
from fixtures.portal_answers import way_on
from fixtures.portals import INTERNET
from fixtures.subscribers import Subscribers
from fixtures.verdicts import Inconclusive, Judge, NotRun
from targets.model import Credential

KINDS = {"an Organisation CSR": FormKind.ORGANISATION, "a Device CSR": FormKind.DEVICE}
"""What is submitted by the keyboard alone."""
_LOADS = {"an Organisation CSR": Load(portal_organisation=1), "a Device CSR": Load(portal_device=1)}
_BY_KEYBOARD = "what is used by the Tab and Enter keys (WCAG 2 A, 2.1.1)"


@given("an ARO for Organisation Certificates at a browser")
def organisation_aro(browsing: Browsing, organisation_aros: Subscribers, internet_aros: Subscribers) -> None:
    aros = internet_aros if browsing.interface == INTERNET else organisation_aros
    browsing.begin(_of_few_requests(aros))


@given("an ARO for Device Certificates at a browser")
def device_aro(browsing: Browsing, device_aros: Subscribers) -> None:
    browsing.begin(_of_few_requests(device_aros))


def _of_few_requests(aros: Subscribers) -> Credential:
    """Of another Party than most scenarios act for, where there is one: a browser looks at short lists much
    sooner than at those of a whole run."""
    try:
        return aros.another()
    except NotRun:
        return aros.authorised()


@when(parsers.re(rf"the browser shows (?P<page>{'|'.join(SIGHTS)})"))
@sends(lambda page, **_: SIGHTS[page].load)
def shows(browsing: Browsing, page: str) -> None:
    show(browsing, page)


@then("the page meets the Web Content Accessibility Guidelines 2, level AA")
def meets_guidelines(at_browser: AtBrowser, judge: Judge) -> None:
    page = at_browser.page
    seen: set[tuple[str, str]] = set()
    failures: list[Finding] = []
    with way_on():
        found = apply_axe(at_browser.screen, (*DECIDING, *ADVISING))
    for scheme, results in found.items():
        try:
            judged = judge_accessibility(results, f"page {page.title!r}")
        except ResultsUnreadable as error:
            raise Inconclusive(str(error)) from None
        for advice in judged.advice:
            judge.take([advice], advisory=True)
        for remark in judged.undecided:
            judge.note(remark)
        failures += [_in_colours(failure, scheme) for failure in judged.failures if _is_new(failure, seen)]
    judge.take(failures)


def _is_new(found: Finding, seen: set[tuple[str, str]]) -> bool:
    """Whether the same was not found in other colours."""
    known = (found.expected, found.where) in seen
    seen.add((found.expected, found.where))
    return not known


def _in_colours(found: Finding, scheme: str) -> Finding:
    return found if scheme == SCHEMES[0] else replace(found, where=f"{found.where}, in {scheme} colours")


@then("the Tab key reaches every link, field and button of the page")
def tab_reaches_everything(at_browser: AtBrowser, judge: Judge) -> None:
    page = at_browser.page
    with way_on():
        reach = at_browser.keyboard.out_of_reach()
    if not reach.number:
        raise Inconclusive(f"there is nothing to be used on the page {page.title!r}")
    for element in reach.by_arrows:
        judge.note(
            f"page {page.title!r}: {element} is left to the arrow keys, which the suite does not press"
        )
    judge.take(
        Finding(REQUIREMENT, _BY_KEYBOARD, f"{element} never has the focus", f"page {page.title!r}")
        for element in reach.missing
    )


@when(
    parsers.re(
        rf"the ARO submits (?P<what>{'|'.join(KINDS)}) by the keyboard alone, from the landing page on"
    )
)
@sends(lambda what, **_: _LOADS[what])
def submit_by_keyboard(browsing: Browsing, judge: Judge, what: str) -> None:
    kind, pages, keyboard = KINDS[what], browsing.visit.site.pages, browsing.keyboard
    form = pages.organisation if kind is FormKind.ORGANISATION else pages.device
    landing = pages.landing.organisation if kind.section is Section.ORGANISATION else pages.landing.device
    csr = browsing.right_csr(kind)
    with way_on():
        browsing.visit.open()
        follow_by_keyboard(browsing, judge, landing, f"landing.{kind.section}")
        if form.open is not None:
            follow_by_keyboard(browsing, judge, form.open, f"{kind}.open")
        reach_by_keyboard(browsing, judge, form.field, f"{kind}.field")
        keyboard.write(csr)
        reach_by_keyboard(browsing, judge, form.submit, f"{kind}.submit")
        page = keyboard.enter()
        browsing.told = browsing.visit.screen.read(lambda texts: notification(page, [form], pages, texts))


def follow_by_keyboard(at: AtBrowser, judge: Judge, link: Locator, key: str) -> None:
    """Go on by a link or a button, by the Tab and Enter keys. Fails where it cannot be reached."""
    reach_by_keyboard(at, judge, link, key)
    at.keyboard.enter()


def reach_by_keyboard(at: AtBrowser, judge: Judge, locator: Locator, key: str) -> None:
    """Give an element the focus by the Tab key. Fails where it never has it."""
    page = at.page
    if not at.keyboard.reach(locator, key):
        judge.fail(
            Finding(REQUIREMENT, _BY_KEYBOARD, f"{locator} never has the focus", f"page {page.title!r}")
        )


@then("the portal tells what becomes of it")
def tells(browsing: Browsing, judge: Judge) -> None:
    told = browsing.told
    if told is None:
        raise Inconclusive("nothing was submitted")
    page = browsing.page
    if told.standing is None:
        observed = f"{page.exchange.outcome}: {page.text[:200]!r}"
        judge.fail(Finding(REQUIREMENT, "a form that the keyboard submits (WCAG 2 A, 2.1.1)", observed))
