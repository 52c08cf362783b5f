"""Defects in how the Repository's Web Service reads requests, and whom it serves (O-WS-a, -b, -d, -h, -i)."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from fnmatch import fnmatchcase

from lxml import etree

from reference_ra.alterations import defect
from reference_ra.authority import Authority
from reference_ra.policies import Policies
from reference_ra.repository.accounts import Account
from reference_ra.repository.accounts_plan import ACCOUNTS
from reference_ra.repository.adjust import with_results, with_web
from reference_ra.repository.messages import BadParameters, Operation, Result, Subject

_SERVED = (
    "O-WS-*",
    "O-LODGE-*",
    "P-1.1-a",
    "P-1.3-a",
    "P-4.1-a",
    "K-e",
    "G-EUI-b",
    "M-2.3.1.*",
    "M-2.*.1.4-b",
)
"""Of scenarios that the Web Service has to serve."""
_LARGE_OCTETS = 1_000_000
_DECLARATION = b'<?xml version="1.0" encoding="UTF-8"?>'


# How a document is read


@defect(
    "repository-wants-its-own-xml",
    "A document is read only where it begins as the Repository's own do.",
    breaks=["O-WS-b", "O-WS-d"],
    related=_SERVED,
)
def wants_its_own_xml(policies: Policies) -> Policies:
    """Look at the first octets."""
    parse = policies.repository.web.parse_xml

    def parse_own(body: bytes) -> etree._Element:
        if not body.startswith(_DECLARATION):
            raise BadParameters(f"The request does not begin with {_DECLARATION.decode()}")
        return parse(body)

    return with_web(policies, parse_xml=parse_own)


@defect(
    "repository-lenient-xml",
    "XML that is not well-formed is read as far as it goes.",
    breaks=["O-WS-b", "O-WS-d"],
    related=_SERVED,
)
def lenient_xml(policies: Policies) -> Policies:
    """Have the parser recover."""

    def parse(body: bytes) -> etree._Element:
        parser = etree.XMLParser(recover=True, resolve_entities=False, no_network=True)
        root = etree.fromstring(body, parser) if body.strip() else None
        if root is None:
            raise BadParameters("There is nothing in the request")
        return root

    return with_web(policies, parse_xml=parse)


@defect(
    "repository-takes-any-root",
    "The root element of a request is not looked at.",
    breaks=["O-WS-b", "O-WS-d"],
    related=_SERVED,
    extra=True,
)
def takes_any_root(policies: Policies) -> Policies:
    """Look at the element in it."""

    def read(_: Operation, root: etree._Element) -> tuple[str, str]:
        if len(root) != 1:
            raise BadParameters("The request does not hold one element")
        return str(root[0].tag), root[0].text or ""

    return with_web(policies, read_parameter=read)


@defect(
    "repository-breaks-after-much",
    "The request after a large one fails.",
    breaks=["O-WS-b", "O-WS-d", "P-4.1-a"],
    related=_SERVED,
)
def breaks_after_much(policies: Policies) -> Policies:
    """Have no room left for one request."""
    parse, exhausted = policies.repository.web.parse_xml, list[bool]()

    def parse_or_fail(body: bytes) -> etree._Element:
        if exhausted:
            raise MemoryError(exhausted.pop())
        if len(body) > _LARGE_OCTETS:
            exhausted.append(True)
        return parse(body)

    return with_web(policies, parse_xml=parse_or_fail, body_octets=16 * _LARGE_OCTETS)


# What is understood in it


@defect(
    "repository-takes-other-forms",
    "An EUI-64 and a serial number are understood in small letters, and with other separators or none.",
    breaks=["O-WS-h"],
    related=["O-WS-b", "O-WS-d"],
)
def takes_other_forms(policies: Policies) -> Policies:
    """Bring them into the right form first."""
    web = policies.repository.web

    def read_search(name: str, value: str) -> Subject:
        digits = _digits(value)
        return web.read_search(name, "-".join(re.findall("..", digits)) if len(digits) == 16 else value)

    def read_retrieve(name: str, value: str) -> str:
        return web.read_retrieve(name, _digits(value))

    return with_web(policies, read_search=read_search, read_retrieve=read_retrieve)


def _digits(text: str) -> str:
    return re.sub(r"[-:\s]", "", text.strip().removeprefix("0x")).upper()


@defect(
    "repository-takes-any-media-type",
    "The media type of a request is not looked at.",
    breaks=["O-WS-a"],
)
def takes_any_media_type(policies: Policies) -> Policies:
    """Take what comes."""
    return with_web(policies, accepts_type=lambda _: True)


# What is told


@defect(
    "repository-retrieval-tells-another-flag",
    "A retrieval tells another ManufacturingFlag of a certificate than a search.",
    breaks=["O-WS-e"],
)
def retrieval_tells_another_flag(policies: Policies) -> Policies:
    """Take the flag from elsewhere."""

    def change(operation: Operation, found: Sequence[Result]) -> Sequence[Result]:
        if operation is Operation.SEARCH:
            return found
        return [replace(each, manufacturing="true") for each in found]

    return with_results(policies, change)


# Who is served


@defect(
    "repository-serves-one-party",
    "The Web Service knows the API Keys of one Party's users only.",
    breaks=["O-WS-a", "P-1.1-a"],
    related=_SERVED,
)
def serves_one_party(policies: Policies) -> Policies:
    """Refuse the others."""
    identify = policies.repository.web.identify

    def identify_own(authority: Authority, keys: Sequence[str]) -> Account | None:
        account = identify(authority, keys)
        return account if account and account.party == ACCOUNTS[0].party.eui64 else None

    return with_web(policies, identify=identify_own)


@defect(
    "repository-serves-the-withdrawn",
    "The API Key of a user whose access was withdrawn is served on.",
    breaks=["O-WS-i"],
    related=["P-1.1-a"],
)
def serves_the_withdrawn(policies: Policies) -> Policies:
    """Look at the key alone."""

    def identify(authority: Authority, keys: Sequence[str]) -> Account | None:
        return authority.registry.accounts.account_of_key(keys[0]) if len(keys) == 1 else None

    return with_web(policies, identify=identify)


@defect(
    "repository-key-with-wildcards",
    "A wildcard in an API Key stands for any.",
    breaks=["O-WS-i"],
    related=["K-e"],
)
def key_with_wildcards(policies: Policies) -> Policies:
    """Compare patterns."""
    identify, seen = policies.repository.web.identify, dict[str, Account]()

    def identify_like(authority: Authority, keys: Sequence[str]) -> Account | None:
        account = identify(authority, keys)
        if account is not None:
            seen[keys[0]] = account
            return account
        patterns = [key.replace("%", "*") for key in keys if key]
        return next((seen[key] for key in seen if any(fnmatchcase(key, each) for each in patterns)), None)

    return with_web(policies, identify=identify_like)


@defect(
    "repository-key-in-a-header",
    "An API Key is found in a header as well as in the query.",
    breaks=["O-WS-i"],
    related=["O-WS-a"],
)
def key_in_a_header(policies: Policies) -> Policies:
    """Look there where there is none in the query."""
    keys_of = policies.repository.web.keys_of

    def anywhere(query: Sequence[tuple[str, str]], headers: Mapping[str, str]) -> Sequence[str]:
        bearer = headers.get("Authorization", "").removeprefix("Bearer ")
        return keys_of(query, headers) or [headers.get("X-API-Key", bearer)]

    return with_web(policies, keys_of=anywhere)
