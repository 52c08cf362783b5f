"""Defects in how the Repository's Web Service reads requests, and whom it serves (O-WS-a, -b, -d, -h, -i)."""

from __future__ import annotations

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
from reference_ra.repository.messages import BadParameters, Operation, Result

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


# How a document is read


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
