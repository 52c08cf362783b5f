"""The policies of the Repository portal's site, by name, so that one can be replaced."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass

from aiohttp import web

from reference_ra.portal import assets, posted
from reference_ra.portal.conformant_site import HEADERS
from reference_ra.portal.page_map import PageMap
from reference_ra.portal.posted import Posted, PostedLimits
from reference_ra.portal.problems import Problem
from reference_ra.repository.admission import Turned
from reference_ra.repository.records import SERIAL_DIGITS, Lodged, LodgedList
from reference_ra.repository.site_map import REPOSITORY_PAGE_MAP
from reference_ra.repository.site_pages import PASSWORD_PATH, Asked, Row, template
from reference_ra.repository.visits import Visit, Visits, is_own_form

LOGIN_PATHS = frozenset({"/", "/login"})
LOGOUT_PATH = "/logout"
_EUI64 = re.compile(r"[0-9A-Fa-f]{2}(-[0-9A-Fa-f]{2}){7}")
_SERIAL = re.compile(rf"[0-9A-Fa-f]{{{SERIAL_DIGITS}}}")


@dataclass(frozen=True)
class RepositorySitePolicies:
    """How the site decides."""

    turned_away: Callable[[web.Request], Problem | None]
    """The page for whom the site is not made; None where it is for that browser, as for any (P-1.2-a)."""
    needs_login: Callable[[str], bool]
    """Whether the page of a path is for users who have logged in."""
    before_change: Callable[[str], bool]
    """Whether the page of a path is to be had before a password that must be changed is."""
    ends: Callable[[Visits, Visit], None]
    """What becomes of a visit whose user logs out."""
    is_own_form: Callable[[web.Request, str, Visit], bool]
    refusal: Callable[[Turned], str]
    """What a user is told who is not let in."""
    limits: PostedLimits
    reading: Callable[[web.Request, PostedLimits], AbstractAsyncContextManager[Posted]]
    mistake: Callable[[Asked], str]
    """What is wrong with a search; nothing where it can be made."""
    found: Callable[[Sequence[Lodged]], Sequence[Lodged]]
    """The last look at what a search has found."""
    shown: Callable[[Row], Row]
    """The last look at a certificate before it is shown."""
    file: Callable[[Lodged], bytes]
    """The octets of a certificate's download."""
    authorities: Callable[[Sequence[Lodged]], Sequence[Lodged]]
    """The CA certificates that the site has."""
    lists: Callable[[Sequence[LodgedList]], Sequence[LodgedList]]
    """The revocation lists that the site has."""
    template: Callable[[str], str]
    """The text of a template, by its file's name."""
    static: Callable[[str], str]
    """The text of a file that browsers load beside a page, by its name."""
    headers: Mapping[str, str]
    page_map: PageMap
    """Where the pages have what a user needs; it goes with the templates."""


def _needs_login(path: str) -> bool:
    return path not in LOGIN_PATHS and not path.startswith("/static/")


def _before_change(path: str) -> bool:
    return path in (PASSWORD_PATH, LOGOUT_PATH) or not _needs_login(path)


def _mistake(asked: Asked) -> str:
    if sum(map(bool, asked)) > 1:
        return "Fill in one of the fields, not several."
    if asked.serial and not _SERIAL.fullmatch(asked.serial):
        return f"That is no serial number: it has {SERIAL_DIGITS} hexadecimal digits."
    if not asked.serial and not _EUI64.fullmatch(asked.text):
        return "That is no EUI-64: it is 8 octets in hexadecimal with hyphens between them."
    return ""


def conformant_repository_site() -> RepositorySitePolicies:
    """Those that keep every rule."""
    return RepositorySitePolicies(
        turned_away=lambda _: None,
        needs_login=_needs_login,
        before_change=_before_change,
        ends=Visits.forget,
        is_own_form=is_own_form,
        refusal=str,
        limits=PostedLimits(field_octets=65_536, file_octets=0, seconds=30),
        reading=posted.reading,
        mistake=_mistake,
        found=lambda certificates: certificates,
        shown=lambda row: row,
        file=lambda certificate: certificate.der,
        authorities=lambda certificates: certificates,
        lists=lambda lists: lists,
        template=template,
        static=assets.static,
        headers=HEADERS,
        page_map=REPOSITORY_PAGE_MAP,
    )
