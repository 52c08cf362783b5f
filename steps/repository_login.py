"""Who is let in to the Repository portal: logins right and wrong, sessions, and passwords to be changed."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from functools import partial

from pytest_bdd import given, parsers, then, when

from checks.finding import Finding
from clients.repository.portal import LoginState, RepositoryVisit, Subject
from fixtures.answers import require_reply
from fixtures.plan import FIRST_QUESTION, Load, sends
from fixtures.portal_answers import way_on
from fixtures.repository_accounts import FIRST, RESET, RepositoryUsers
from fixtures.repository_certificates import KnownCertificates
from fixtures.repository_use import RepositoryUse, any_certificate, in_words
from fixtures.verdicts import Inconclusive, Judge
from steps.repository_portal import ANY_ISSUED, one_of_any
from targets.repository import Account

OCCASION = rf"(?P<occasion>{FIRST}|{RESET})"
_ALTERING = "nobody' OR '1'='1' -- "
"""What makes a question to a database true of every user, where it is put together of texts."""
_WITHOUT, _INVENTED = "without a session", "with a session that nobody was given"
_OF_A_REFUSAL = "with the session of a refused login"
_NONSENSE = "this is none"


# --- who is let in ---


@when(parsers.re(r"a user of (?P<party>one Party|another Party) logs in to the Repository portal"))
def log_in(repository_use: RepositoryUse, repository_users: RepositoryUsers, party: str) -> None:
    user = repository_users.one() if party == "one Party" else repository_users.another()
    repository_use.log_in(user)


@then("the user is let in")
def let_in(repository_use: RepositoryUse) -> None:
    repository_use.expect_in()


@given("a user whom the Repository portal lets in")
def user_let_in(repository_use: RepositoryUse, repository_users: RepositoryUsers) -> None:
    repository_use.enter(repository_users.one())


@given("a user whom the Repository portal lets in, and whose account may be locked")
def expendable_user(repository_use: RepositoryUse, repository_users: RepositoryUsers) -> None:
    repository_use.enter(repository_users.expendable())


@when(parsers.re(r"somebody logs in to the Repository portal with (?P<means>.+)"))
def log_in_with(repository_use: RepositoryUse, repository_users: RepositoryUsers, means: str) -> None:
    name, password = _presented(means, repository_use.named, repository_users)
    repository_use.log_in(repository_users.unknown(), password, name)


def _presented(means: str, user: Account, users: RepositoryUsers) -> tuple[str, str]:
    """The username and the password that are called so."""
    name, right = user.username or "", user.password or ""
    stranger = users.unknown().username or ""
    match means:
        case "the user's name and a wrong password":
            return name, users.new_password()
        case "the user's name and no password":
            return name, ""
        case "the user's name and the password of another user":
            return name, users.another().password or ""
        case "the user's name and the password cut by one character":
            return name, users.near_miss(right[:-1])
        case "the user's name and the password with one character more":
            return name, users.near_miss(right + "x")
        case "an unknown name and the user's password":
            return stranger, right
        case "an unknown name and no password":
            return stranger, ""
        case "no name and the user's password":
            return "", right
        case "a name and a password that alter a database's question":
            return _ALTERING, _ALTERING
    raise KeyError(means)


@then("nobody is let in")
def nobody_let_in(repository_use: RepositoryUse) -> None:
    repository_use.expect_refused()


@when("a user whose access was withdrawn logs in to the Repository portal")
def log_in_withdrawn(repository_use: RepositoryUse, repository_users: RepositoryUsers) -> None:
    repository_use.log_in(repository_users.withdrawn())


# --- sessions ---


@given("a user who has seen a certificate on the Repository portal")
@sends(Load(adhoc_wrong=1), once=FIRST_QUESTION)
@sends(one_of_any, once=ANY_ISSUED)
def user_has_seen(
    repository_use: RepositoryUse, repository_users: RepositoryUsers, known_certificates: KnownCertificates
) -> None:
    known = any_certificate(known_certificates)
    repository_use.enter(repository_users.one())
    repository_use.see(known)


@when(
    parsers.re(
        rf"the addresses of what the user has seen are asked for "
        rf"(?P<session>{_WITHOUT}|{_INVENTED}|{_OF_A_REFUSAL})"
    )
)
def ask_with_session(repository_use: RepositoryUse, repository_users: RepositoryUsers, session: str) -> None:
    repository_use.ask_for_all(_cookies(repository_use, repository_users, session))


def _cookies(use: RepositoryUse, users: RepositoryUsers, session: str) -> Callable[[str], str | None]:
    """The Cookie header, by the address, of a session that opens nothing."""
    if session == _WITHOUT:
        return lambda _: None
    if session == _INVENTED:
        return partial(_invented, use.current)
    use.log_in(users.expendable(), users.new_password())
    return use.current.cookies


def _invented(visit: RepositoryVisit, url: str) -> str | None:
    """Cookies of the same names as the visit's, and of values that nobody was given."""
    cookies = visit.cookies(url)
    names = [cookie.partition("=")[0] for cookie in cookies.split("; ")] if cookies else []
    return "; ".join(f"{name}={secrets.token_urlsafe(32)}" for name in names) or None


@when("the user logs out of the Repository portal")
def log_out(repository_use: RepositoryUse) -> None:
    visit = repository_use.current
    repository_use.old_cookies = {url: visit.cookies(url) for url in repository_use.shown.addresses}
    with way_on():
        require_reply(visit.log_out().exchange)


@when("the addresses of what the user has seen are asked for with the session that has ended")
def ask_after_logout(repository_use: RepositoryUse) -> None:
    repository_use.ask_for_all(repository_use.old_cookies.get)


@then("nothing of what the user has seen is shown")
def nothing_shown(repository_use: RepositoryUse) -> None:
    repository_use.expect_nothing_shown()


# --- passwords that must be changed ---


@given(parsers.re(rf"another user who logs in {OCCASION}"))
def is_due(repository_use: RepositoryUse, repository_users: RepositoryUsers, occasion: str) -> None:
    """Who is refused sees nothing either, and that would say nothing of a change that is due."""
    log_in_due(repository_use, repository_users, occasion)
    outcome = repository_use.outcome
    if outcome is None or outcome.state not in (LoginState.IN, LoginState.MUST_CHANGE):
        observed = in_words(outcome) if outcome else "no answer"
        raise Inconclusive(
            f"{repository_use.named.label} is neither let in nor asked for a change: {observed}"
        )


@when(parsers.re(rf"a user logs in {OCCASION}"))
def log_in_due(repository_use: RepositoryUse, repository_users: RepositoryUsers, occasion: str) -> None:
    repository_use.user = user = repository_users.due(occasion)
    require_reply(repository_use.log_in(user).page.exchange)


@when("that user asks for the addresses of what the first one has seen")
def ask_before_change(repository_use: RepositoryUse) -> None:
    repository_use.ask_for_all(repository_use.current.cookies)


@then("the portal asks for a new password")
def asks_for_new_password(repository_use: RepositoryUse, judge: Judge) -> None:
    outcome = repository_use.outcome
    if outcome is None or outcome.state is not LoginState.MUST_CHANGE:
        observed = in_words(outcome) if outcome else "no answer"
        judge.fail(Finding("P-3.1-b", "a new password is asked for before anything else", observed))


@when("the user gives a new password")
def give_new_password(repository_use: RepositoryUse, repository_users: RepositoryUsers) -> None:
    repository_use.change_to(repository_users.new_password())


@when("the user gives the same password again as the new one")
def give_same_password(repository_use: RepositoryUse) -> None:
    repository_use.change_to(repository_use.named.password or "")


@given(parsers.re(rf"a user who has changed the password {OCCASION}"))
def has_changed(repository_use: RepositoryUse, repository_users: RepositoryUsers, occasion: str) -> None:
    log_in_due(repository_use, repository_users, occasion)
    repository_use.change_to(repository_users.new_password())
    if repository_use.change is None or not repository_use.change.changed:
        raise Inconclusive("the portal takes no new password")


@given("a user whose password was reset by the DCC")
def was_reset(repository_use: RepositoryUse, repository_users: RepositoryUsers) -> None:
    user = repository_users.lockable()
    repository_use.user = repository_users.after_reset(user)
    repository_use.earlier_password = user.password


@when(
    parsers.re(
        r"the user logs in anew with "
        r"(?P<which>the new password|the same password|the password from before the (?:change|reset))"
    )
)
def log_in_anew(repository_use: RepositoryUse, which: str) -> None:
    earlier = "before" in which
    repository_use.log_in_again(repository_use.earlier_password if earlier else repository_use.named.password)


@then("nobody is let in without another change")
def not_let_in_unchanged(repository_use: RepositoryUse, judge: Judge) -> None:
    outcome = repository_use.outcome
    if outcome is not None and outcome.state is LoginState.IN:
        judge.fail(Finding("P-3.1-b", "another password is asked for", in_words(outcome)))


# --- errors ---


@when("the user gives a wrong password")
def give_wrong_password(repository_use: RepositoryUse, repository_users: RepositoryUsers) -> None:
    outcome = repository_use.log_in(repository_use.named, repository_users.new_password())
    repository_use.told = outcome.page, outcome.refused


@when(parsers.re(r"the user searches for what is no (?P<what>EUI-64|serial number)"))
def search_for_nonsense(repository_use: RepositoryUse, what: str) -> None:
    by = Subject.SERIAL if what == "serial number" else Subject.ORGANISATION
    found = repository_use.search(by, _NONSENSE)
    repository_use.told = found.page, found.none or found.error is not None


@then("the portal tells of an error")
def tells_of_error(repository_use: RepositoryUse, judge: Judge) -> None:
    if repository_use.told is None:
        raise Inconclusive("nothing was asked of the Repository portal")
    page, told = repository_use.told
    require_reply(page.exchange)
    response = page.exchange.response
    refused = response is not None and 400 <= response.status < 500 and bool(page.text)
    observed = f"{page.exchange.outcome}: {page.text[:160]!r}"
    judge.expect(told or refused, "P-4.1-a", "a page that tells of the error", observed)
