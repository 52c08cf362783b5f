"""Requests to the Repository Web Service that are not right, and what may come of them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from pytest_bdd import parsers, then, when

from checks.disclosure import find_private_disclosure
from checks.repository_refusal import (
    judge_bad_parameters,
    judge_inside,
    judge_nothing_told,
    judge_refused_request,
)
from clients.repository.malformed import (
    BAD_NAMES,
    BAD_SERIALS,
    HOSTILE_TEXTS,
    NAMES_OF_ANOTHER_FORM,
    NOT_WELL_FORMED,
    SERIALS_OF_ANOTHER_FORM,
    WRONG_DOCUMENTS,
    Change,
    Fault,
    Parts,
    device_parts,
    organisation_parts,
    very_large,
    with_entity_expansion,
    with_external_entity,
    with_internal_entity,
)
from clients.repository.web_service import CONTENT_TYPE, SEARCH_PATH
from fixtures.answers import require_known_refusal, require_reply
from fixtures.repository_lookups import Lookups, parts_of, tells
from fixtures.verdicts import Judge, NotRun

REQUEST = r"(?P<request>search|retrieval)"
_KIND = r"(?P<kind>Device|organisation)"
NOTHING = {name: WRONG_DOCUMENTS[name] for name in ("no element", "an empty element", "white space alone")}
"""Documents that are right but for the identifier, which is not there."""
BODIES: Mapping[str, Fault] = {**NOT_WELL_FORMED, **WRONG_DOCUMENTS}
LOADS: Mapping[str, Fault] = {
    "a value that expands to ten thousand million characters": with_entity_expansion,
    "a value of 8 million octets": lambda parts: very_large(parts, 8_000_000),
}
CANARY = "canary-in-a-file-of-the-suite"
_NO_MEDIA_TYPE = "no media type"


def _search_of(lookups: Lookups, kind: str) -> Parts:
    """The right parts of a search for a Device or an organisation, whichever the EUI-64 is of."""
    make = device_parts if kind == "Device" else organisation_parts
    return make(lookups.known[-1].asked.text)


def _send(lookups: Lookups, request: str, body: bytes) -> None:
    ask = lookups.client.search if request == "search" else lookups.client.retrieve
    lookups.keep(ask(body, lookups.account))


# --- bad parameters ---


@when(parsers.re(rf"the user searches for a {_KIND} by a wrong EUI-64: (?P<fault>.+)"))
def search_by_no_eui64(lookups: Lookups, kind: str, fault: str) -> None:
    _send(lookups, "search", _wrong(_search_of(lookups, kind), BAD_NAMES, fault))


@when(parsers.re(r"the user retrieves a certificate by a wrong serial number: (?P<fault>.+)"))
def retrieve_by_no_serial(lookups: Lookups, fault: str) -> None:
    _send(lookups, "retrieval", _wrong(parts_of(lookups, "retrieval"), BAD_SERIALS, fault))


def _wrong(parts: Parts, changes: Mapping[str, Change], fault: str) -> bytes:
    return NOTHING[fault](parts) if fault in NOTHING else parts.saying(changes[fault](parts.value))


@when(parsers.re(r"the user searches for the certificate by an EUI-64 in another form: (?P<form>.+)"))
def search_in_another_form(lookups: Lookups, form: str) -> None:
    _send_in_form(lookups, "search", NAMES_OF_ANOTHER_FORM[form])


@when(parsers.re(r"the user retrieves the certificate by a serial number in another form: (?P<form>.+)"))
def retrieve_in_another_form(lookups: Lookups, form: str) -> None:
    _send_in_form(lookups, "retrieval", SERIALS_OF_ANOTHER_FORM[form])


def _send_in_form(lookups: Lookups, request: str, change: Change) -> None:
    parts = parts_of(lookups, request)
    changed = change(parts.value)
    if changed == parts.value:
        raise NotRun(f"{parts.value} is the same in that form: there are no letters in it")
    _send(lookups, request, parts.saying(changed))


@when(parsers.re(rf"the user searches for a {_KIND} by a hostile text: (?P<text>.+)"))
def search_by_hostile_text(lookups: Lookups, kind: str, text: str) -> None:
    _send(lookups, "search", _search_of(lookups, kind).saying(HOSTILE_TEXTS[text]))


@when(parsers.re(r"the user retrieves a certificate by a hostile text: (?P<text>.+)"))
def retrieve_by_hostile_text(lookups: Lookups, text: str) -> None:
    _send(lookups, "retrieval", parts_of(lookups, "retrieval").saying(HOSTILE_TEXTS[text]))


# --- other documents and other HTTP ---


@when(parsers.re(rf"the user sends as a {REQUEST}: (?P<body>.+)"))
def send_body(lookups: Lookups, request: str, body: str) -> None:
    _send(lookups, request, BODIES[body](parts_of(lookups, request)))


@when(parsers.re(rf"the user sends a {REQUEST} whose value is an external entity"))
def send_external_entity(lookups: Lookups, request: str, tmp_path: Path) -> None:
    """The entity is a file of this machine: what an RA elsewhere cannot read, it cannot disclose either."""
    secret = tmp_path / "entity.txt"
    secret.write_text(CANARY, encoding="utf-8")
    _send(lookups, request, with_external_entity(parts_of(lookups, request), secret.as_uri()))


@when(parsers.re(rf"the user sends a {REQUEST} whose value is an internal entity"))
def send_internal_entity(lookups: Lookups, request: str) -> None:
    _send(lookups, request, with_internal_entity(parts_of(lookups, request)))


@when(parsers.re(rf"the user sends a {REQUEST} with (?P<load>{'|'.join(LOADS)})"))
def send_load(lookups: Lookups, request: str, load: str) -> None:
    _send(lookups, request, LOADS[load](parts_of(lookups, request)))


@when(parsers.re(rf"the user sends a right {REQUEST} by (?P<method>[A-Z]+)"))
def send_by_method(lookups: Lookups, request: str, method: str) -> None:
    _send_otherwise(lookups, request, method=method)


@when(parsers.re(rf"the user sends a right {REQUEST} as (?P<media_type>[a-z/-]+|{_NO_MEDIA_TYPE})"))
def send_as_media_type(lookups: Lookups, request: str, media_type: str) -> None:
    _send_otherwise(lookups, request, None if media_type == _NO_MEDIA_TYPE else media_type)


def _send_otherwise(
    lookups: Lookups, request: str, content_type: str | None = CONTENT_TYPE, method: str = "POST"
) -> None:
    ask = lookups.client.search if request == "search" else lookups.client.retrieve
    body = parts_of(lookups, request).octets
    lookups.keep(ask(body, lookups.account, content_type=content_type, method=method))


# --- what comes of it ---


@then("the answer is that the search parameters are bad")
def bad_parameters(lookups: Lookups, judge: Judge) -> None:
    exchange = lookups.last
    response = lookups.response(exchange)
    judge.take(judge_bad_parameters(response.status, response.body, exchange.request_body))


@then("the answer is that there is no match, or that the search parameters are bad")
def nothing_found(lookups: Lookups, judge: Judge) -> None:
    exchange = lookups.last
    response = lookups.response(exchange)
    sent = exchange.request_body
    judge.take(judge_bad_parameters(response.status, response.body, sent, or_no_match=True))


@then("the request is refused and no certificate is disclosed")
def refused(lookups: Lookups, judge: Judge) -> None:
    exchange = lookups.last
    response = lookups.response(exchange)
    sent, named = exchange.request_body, _named(lookups, judge)
    other = exchange.method != "POST"
    judge.take(judge_refused_request(response.status, response.body, sent, named, other_method=other))


@then("no certificate is disclosed")
def no_certificate(lookups: Lookups, judge: Judge) -> None:
    """However it is refused: a request may be too large for an answer."""
    exchange = lookups.last
    require_known_refusal(exchange)
    body = exchange.response.body if exchange.response else b""
    judge.take(judge_nothing_told(body, exchange.request_body, _named(lookups, judge)))


@then("nothing of the entity is disclosed")
def no_entity(lookups: Lookups, judge: Judge) -> None:
    response = lookups.response(lookups.last)
    found = find_private_disclosure(response.body, CANARY.encode())
    named = _named(lookups, judge)
    judge.expect(found is None, named, "nothing of the external entity", f"its content: {found}")


@then("the answer shows nothing of the Repository's inside")
def nothing_inside(lookups: Lookups, judge: Judge) -> None:
    for exchange in lookups.exchanges:
        if exchange.response is not None:
            judge.take(judge_inside(exchange.response.body, _named(lookups, judge)), advisory=True)


@then("the user is served as before")
def served_as_before(lookups: Lookups, judge: Judge) -> None:
    known = lookups.known[-1]
    exchange = lookups.search(known.asked)
    require_reply(exchange, silence_fails=True)
    named = _named(lookups, judge)
    judge.expect(tells(exchange, known), named, "the user served as before", exchange.outcome)


def _named(lookups: Lookups, judge: Judge) -> str:
    """The requirement that the last request is about, where the scenario cites it."""
    about = "O-WS-b" if SEARCH_PATH in lookups.last.url else "O-WS-d"
    return judge.cited(about) or judge.naming()
