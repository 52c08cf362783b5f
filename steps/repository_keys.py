"""Who may ask the Repository Web Service: API Keys, right and wrong."""

from __future__ import annotations

import secrets
import string
from collections.abc import Callable, Mapping
from urllib.parse import quote

from pytest_bdd import parsers, then, when

from checks.finding import Finding
from checks.repository_refusal import judge_key_refused
from clients.repository.malformed import HOSTILE_TEXTS
from clients.repository.web_service import (
    RETRIEVE_PATH,
    SEARCH_PATH,
    RepositoryRequest,
    api_key_query,
)
from fixtures.repository_lookups import Lookups, parts_of, tells
from fixtures.verdicts import Inconclusive, Judge, NotRun
from targets.repository import Account

_PATHS = {"search": SEARCH_PATH, "retrieval": RETRIEVE_PATH}
_LONG_KEY_CHARACTERS = 4_000
_SOMEBODY = "somebody searches for the certificate and retrieves it"


def _key(account: Account) -> str:
    """Raises Inconclusive where the account has none: then it is not known what is refused."""
    if not account.api_key:
        raise Inconclusive(f"the account {account.label!r} has no API Key (api_key_file)")
    return account.api_key


def _never_given(key: str) -> str:
    """Another key of the same length and kinds of characters. Raises as `_last_changed` does."""
    return _last_changed("".join(map(_of_its_kind, key[:-1])) + key[-1])


def _of_its_kind(character: str) -> str:
    """A character drawn from those of its kind; one of no kind stays as it is."""
    kinds = (string.digits, "abcdef", "ABCDEF", string.ascii_lowercase, string.ascii_uppercase)
    return secrets.choice(next((kind for kind in kinds if character in kind), character))


def _last_changed(key: str) -> str:
    """The last character is another of its kind, so that the key has the form of a right one.

    Raises NotRun where there is no other.
    """
    last = key[-1]
    if last not in string.digits + string.ascii_letters:
        raise NotRun("the API Key ends in a character of which there is one only")
    return key[:-1] + next(drawn for drawn in iter(lambda: _of_its_kind(last), "") if drawn != last)


def _another(lookups: Lookups) -> Account:
    """A user other than the scenario's. Raises NotRun where the target file has one only."""
    others = [account for account in lookups.users() if account.label != lookups.account.label]
    if not others:
        raise NotRun("the target file gives one account only that may use the Repository Web Service")
    return others[0]


def _own(change: Callable[[str], str]) -> Callable[[Lookups], str]:
    return lambda lookups: _near_miss(lookups, change(_key(lookups.account)))


def _near_miss(lookups: Lookups, key: str) -> str:
    """The query of a wrong key from which the right one can be told: no report may show it either."""
    lookups.run.redactor.hide(key)
    return api_key_query(key)


def _username(lookups: Lookups) -> str:
    if lookups.account.username is None:
        raise NotRun(f"the target file gives no username of {lookups.account.label!r}")
    return api_key_query(lookups.account.username)


def _twice(key: str) -> str:
    return f"{api_key_query(_never_given(key))}&{api_key_query(_never_given(key))}"


WRONG_KEYS: Mapping[str, Callable[[Lookups], str]] = {
    "no API Key": lambda _: "",
    "an empty API Key": lambda _: "apikey=",
    "an API Key that was never given": _own(_never_given),
    "an API Key that was never given, twice": lambda lookups: _twice(_key(lookups.account)),
    "the user's API Key without its last character": _own(lambda key: key[:-1]),
    "the first half of the user's API Key": _own(lambda key: key[: len(key) // 2]),
    "the user's API Key and one character more": _own(lambda key: f"{key}0"),
    "the user's API Key with its last character changed": _own(_last_changed),
    "another user's API Key with its last character changed": lambda lookups: _near_miss(
        lookups, _last_changed(_key(_another(lookups)))
    ),
    "the user's API Key under another name": lambda lookups: f"key={quote(_key(lookups.account), safe='')}",
    "the user's name in place of the API Key": _username,
}
"""Queries that identify nobody."""
HOSTILE_KEYS: Mapping[str, str] = {
    **{name: api_key_query(text) for name, text in HOSTILE_TEXTS.items() if len(text) < _LONG_KEY_CHARACTERS},
    "a NUL": "apikey=%00",
    "octets that are not UTF-8": "apikey=%FF%FE",
    "a percent sign that encodes nothing": "apikey=%",
    "4,000 characters": api_key_query("A" * _LONG_KEY_CHARACTERS),
}
"""Queries whose key a careless service reads as something else."""
HEADERS: Mapping[str, Callable[[str], tuple[str, str]]] = {
    "in a header of its own": lambda key: ("X-API-Key", key),
    "as a bearer token": lambda key: ("Authorization", f"Bearer {key}"),
}


def _ask(
    lookups: Lookups,
    query: str,
    account: Account | None = None,
    headers: tuple[tuple[str, str], ...] = (),
) -> None:
    """Search for the scenario's certificate, and retrieve it."""
    for request, path in _PATHS.items():
        body = parts_of(lookups, request).octets
        label = account.label if account else None
        lookups.ask(RepositoryRequest(path, body, query, label, headers=headers))


@when("each user of the Repository Web Service searches for the certificate and retrieves it")
def each_user(lookups: Lookups) -> None:
    for account in lookups.users():
        _ask(lookups, api_key_query(_key(account)), account)


@when("a user whose access was withdrawn searches for the certificate and retrieves it")
def withdrawn_user(lookups: Lookups) -> None:
    account = lookups.users("withdrawn")[0]
    _ask(lookups, api_key_query(_key(account)), account)


@when(
    parsers.re(
        rf"somebody searches for the certificate and retrieves it with (?P<key>{'|'.join(WRONG_KEYS)})"
    )
)
def with_wrong_key(lookups: Lookups, key: str) -> None:
    _ask(lookups, WRONG_KEYS[key](lookups))


@when(
    parsers.re(r"somebody searches for the certificate and retrieves it with a hostile API Key: (?P<text>.+)")
)
def with_hostile_key(lookups: Lookups, text: str) -> None:
    _ask(lookups, HOSTILE_KEYS[text])


@when(parsers.re(rf"{_SOMEBODY} with the user's API Key (?P<where>{'|'.join(HEADERS)})"))
def with_key_in_header(lookups: Lookups, where: str) -> None:
    _ask(lookups, "", headers=(HEADERS[where](_key(lookups.account)),))


@then("each of them is served")
def each_is_served(lookups: Lookups, judge: Judge) -> None:
    known = lookups.known[-1]
    for exchange in lookups.exchanges:
        lookups.response(exchange)
        if not tells(exchange, known):
            expected = f"{exchange.credential} served"
            judge.fail(Finding(judge.naming("P-1.1-a"), expected, exchange.outcome, exchange.url))


@then("each request is refused and no certificate is disclosed")
def each_is_refused(lookups: Lookups, judge: Judge) -> None:
    known = [each.der for each in lookups.known if each.der is not None]
    for exchange in lookups.exchanges:
        response = lookups.response(exchange)
        sent = exchange.request_body
        judge.take(judge_key_refused(response.status, response.body, sent, known))
