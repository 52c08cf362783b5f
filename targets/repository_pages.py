"""Reads the page map of the Repository portal (`[repository_pages]`)."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

from clients.repository.pages import (
    TABLE,
    AuthoritiesPage,
    CertificatePage,
    ListsPage,
    LoginPage,
    LogOut,
    PasswordPage,
    RepositoryPages,
    SearchPage,
)
from targets.pages import PageReader, read_locator, read_message, read_pattern
from targets.repository import REPOSITORY_PORTAL
from targets.table import Table

_optional = partial(read_locator, needed=False)
_optional_message = partial(read_message, needed=False)
_optional_pattern = partial(read_pattern, needed=False)
_PAGES: Mapping[str, tuple[type[Any], Mapping[str, PageReader], str]] = {
    "login": (
        LoginPage,
        {
            "username": read_locator,
            "password": read_locator,
            "submit": read_locator,
            "admitted": read_message,
            "refused": read_message,
            "locked": _optional_message,
            "browsers": _optional_message,
        },
        "the form at the portal's URL",
    ),
    "password": (
        PasswordPage,
        {
            "open": _optional,
            "must_change": read_message,
            "old": _optional,
            "new": read_locator,
            "repeated": _optional,
            "submit": read_locator,
            "changed": read_message,
            "refused": read_message,
        },
        "the form that changes a password",
    ),
    "log_out": (LogOut, {"submit": read_locator, "out": read_message}, "how a session is ended"),
    "search": (
        SearchPage,
        {
            "open": _optional,
            "organisation": read_locator,
            "device": read_locator,
            "serial": read_locator,
            "submit": read_locator,
            "none": read_message,
            "refused": read_message,
            "row": read_locator,
            "row_serial": partial(read_pattern, groups=("serial",)),
            "details": read_locator,
            "certificate": _optional,
            "next": _optional,
        },
        "the search, and what it finds",
    ),
    "certificate": (
        CertificatePage,
        {
            "certificate": read_locator,
            "serial": read_message,
            "subject": read_message,
            "status": read_message,
            "usage": read_message,
            "role": read_message,
        },
        "the page of a certificate",
    ),
    "authorities": (
        AuthoritiesPage,
        {"open": _optional, "row": read_locator, "certificate": read_locator},
        "the list of the CA certificates",
    ),
    "lists": (
        ListsPage,
        {
            "open": _optional,
            "row": read_locator,
            "list": read_locator,
            "organisation_crl": read_pattern,
            "organisation_arl": _optional_pattern,
            "device_arl": _optional_pattern,
        },
        "the lists of revoked certificates",
    ),
}


def read_repository_pages(root: Table, interfaces: tuple[str, ...]) -> RepositoryPages | None:
    """The page map of the Repository portal where it is claimed; None where a problem is noted."""
    claimed = REPOSITORY_PORTAL in interfaces
    right = f"give the page map of {REPOSITORY_PORTAL} (docs/targets.md), or do not claim it"
    table = root.table(TABLE, required=right if claimed else None)
    parts: dict[str, Any] = {}
    for name, (page_class, readers, meaning) in _PAGES.items():
        page = table.table(name, required=f"give the table: {meaning}" if TABLE in root else None)
        if name in table:
            parts[name] = page_class(**{each: read(page, each) for each, read in readers.items()})
            page.finish()
    table.finish()
    return RepositoryPages(**parts) if claimed and len(parts) == len(_PAGES) else None
