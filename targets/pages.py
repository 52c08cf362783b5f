"""Reads the page map of a target file: how the client of a portal finds its way on the pages."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from cssselect import SelectorError
from lxml.cssselect import CSSSelector

from clients.portal.pages import (
    FormPage,
    LandingPage,
    Locator,
    LocatorKind,
    Message,
    PageMap,
    PickupPage,
    RequestsPage,
)
from targets import model
from targets.table import Table, one_of

_LOCATOR = "give css=SELECTOR, label=TEXT, link=TEXT or button=TEXT"
_BATCH_ID = "{batch_id}"
STATUSES = (
    "UNKNOWN_DEVICE",
    "ISSUANCE_ANOMALY",
    "CSR_ERROR",
    "CA_ERROR",
    "FORMAT_ERROR",
    "WORKFLOW_ERROR",
    "INELIGIBLE",
)
"""What an error may accord with (M-A, M-C; INELIGIBLE of M-D)."""

PageReader = Callable[[Table, str], Any]
"""Reads one key. None where it is absent or wrong; a problem is noted where it may not be."""


def read_pages(root: Table, statement: model.Statement) -> Mapping[str, PageMap]:
    """The page map of each portal that is claimed; none where a problem is noted.

    `[internet_pages]` is the Internet portal's: what it does not have is as in `[pages]`.
    """
    claimed = [portal for portal in model.PORTALS if portal in statement.interfaces]
    right = f"give the page map of {' and '.join(claimed)} (docs/targets.md), or do not claim it"
    pages = root.table("pages", required=right if claimed else None)
    internet = root.table("internet_pages")
    parts = _read_parts(pages, required=bool(claimed) or "pages" in root)
    of_portal = {"portal-gateway": parts, "portal-internet": {**parts, **_read_parts(internet)}}
    if len(parts) < len(_PAGES) + len(_PATTERNS):
        return {}
    return {portal: PageMap(**of_portal[portal]) for portal in claimed}


def _read_parts(table: Table, *, required: bool = False) -> dict[str, Any]:
    """What the page map is made of, by the names that `PageMap` has for it, as far as the file gives it."""
    parts: dict[str, Any] = {}
    for name, (page_class, keys, meaning) in _PAGES.items():
        key = name.replace("_", "-")
        page = table.table(key, required=f"give the table: {meaning}" if required else None)
        if key in table:
            parts[name] = page_class(**{each: read(page, each) for each, read in keys.items()})
            if page_class is PickupPage:
                _check_files(page)
            page.finish()
    for name, read in _PATTERNS.items():
        pattern = read(table, name, needed=required)
        if pattern is not None:
            parts[name] = pattern
    table.finish()
    return parts


def _check_files(page: Table) -> None:
    """A batch has one file with both, or two."""
    if page.noted or "response" in page or ("certificates" in page and "report" in page):
        return
    right = "give the links to the two files of a batch, or response, the link to the one that holds both"
    page.problems.add(page.key, "lacks certificates and report", right)


def read_locator(table: Table, key: str, *, needed: bool = True) -> Locator | None:
    """A locator. None where it is absent or wrong; a problem is noted unless it may be absent."""
    text = table.text(key, required=_LOCATOR if needed else None)
    if text is None:
        return None
    try:
        locator = Locator.parse(text)
    except ValueError:
        table.bad(key, "not a locator", _LOCATOR)
        return None
    if locator.kind is LocatorKind.CSS:
        try:
            CSSSelector(locator.value, translator="html")
        except SelectorError as error:
            table.bad(
                key, f"not a CSS selector ({error})", "give one of CSS 3, such as css=#csr or css=a.file"
            )
            return None
    return locator


def read_message(table: Table, key: str, *, group: str | None = None, needed: bool = True) -> Message | None:
    """A locator, or a table with one and what its text says; as `read_locator` otherwise."""
    if table.is_table(key):
        inner = table.table(key)
        find = read_locator(inner, "find")
        says = read_pattern(inner, "says", groups=(group,) if group else ())
        inner.finish()
        return None if find is None else Message(find, says)
    find = read_locator(table, key, needed=needed)
    if find is not None and group is not None:
        right = f'give {{ find = "{find}", says = "..." }}, with a group (?P<{group}>...) in says'
        table.bad(key, f"does not say which part of the text is the {group}", right)
    return None if find is None else Message(find)


def read_pattern(
    table: Table, key: str, *, groups: tuple[str, ...] = (), needed: bool = True
) -> re.Pattern[str] | None:
    """A regular expression with these groups; as `read_locator` otherwise."""
    form = "a regular expression" + "".join(f", with a group (?P<{group}>...)" for group in groups)
    text = table.text(key, required=f"give {form}" if needed else None)
    if text is None:
        return None
    try:
        pattern = re.compile(text)
    except re.error as error:
        table.bad(key, f"not a regular expression ({error})", f"give {form}, as Python's re has them")
        return None
    for group in groups:
        if group not in pattern.groupindex:
            table.bad(key, f'has no group "{group}"', f"put (?P<{group}>...) round what is the {group}")
            return None
    if groups and pattern.search(""):
        table.bad(key, "matches where nothing is written", f"give {form} that is not empty")
        return None
    return pattern


def _statuses(table: Table, key: str, *, needed: bool) -> re.Pattern[str] | Mapping[str, Any] | None:
    """One regular expression with the status in it; or a table with one for each status."""
    if not table.is_table(key):
        return read_pattern(table, key, groups=(key,), needed=needed)
    inner = table.table(key)
    for status in inner.names():
        if status not in STATUSES:
            inner.bad(status, "not a status of an error", one_of(STATUSES, status), show=False)
    return {status: read_pattern(inner, status) for status in inner.names() if status in STATUSES}


def _batch_reference(table: Table, key: str) -> str | None:
    right = f"give the reference with {_BATCH_ID} in place of the BatchId, and no other braces"
    text = table.text(key, required=right)
    if text is None:
        return None
    rest = text.replace(_BATCH_ID, "")
    if rest == text or "{" in rest or "}" in rest:
        table.bad(key, f"has no {_BATCH_ID}" if rest == text else "has other braces", right)
        return None
    return text


_optional = partial(read_locator, needed=False)
_reference = partial(read_pattern, groups=("reference",))
_FORM: Mapping[str, PageReader] = {
    "open": _optional,
    "field": read_locator,
    "submit": read_locator,
    "accepted": read_message,
    "approved": partial(read_message, needed=False),
    "rejected": read_message,
    "error": read_locator,
    "reference": partial(read_message, group="reference"),
}
_BATCH_FORM: Mapping[str, PageReader] = {**_FORM, "csrs": partial(read_message, group="csrs")}
_REQUESTS: Mapping[str, PageReader] = {
    "open": read_locator,
    "row": read_locator,
    "reference": _reference,
    "details": _optional,
    "certificate": read_locator,
    "next": _optional,
}
_PICKUP: Mapping[str, PageReader] = {
    "open": read_locator,
    "row": read_locator,
    "reference": _reference,
    "certificate": read_locator,
    "certificates": _optional,
    "report": _optional,
    "response": _optional,
    "web_service_batch": _batch_reference,
    "record": partial(read_pattern, groups=("id", "name", "status")),
    "next": _optional,
}
_PAGES: Mapping[str, tuple[type[Any], Mapping[str, PageReader], str]] = {
    "landing": (
        LandingPage,
        {"organisation": read_locator, "device": read_locator},
        "the page at the portal's URL",
    ),
    "organisation": (FormPage, _FORM, "the form for an Organisation CSR"),
    "organisation_requests": (RequestsPage, _REQUESTS, "the list of one's Organisation CSRs"),
    "device": (FormPage, _FORM, "the form for an ad hoc Device CSR"),
    "device_requests": (RequestsPage, _REQUESTS, "the list of one's Device CSRs"),
    "batch": (FormPage, _BATCH_FORM, "the form for a Batched CSR"),
    "pickup": (PickupPage, _PICKUP, "the certificate pickup page"),
}
_PATTERNS: Mapping[str, Callable[..., Any]] = {
    "status": _statuses,
    "code": partial(read_pattern, groups=("code",)),
}
