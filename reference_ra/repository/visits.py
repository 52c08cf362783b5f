"""Visits to the Repository portal: what stands behind a browser's cookie, and whether a form is its own."""

from __future__ import annotations

import hmac
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from aiohttp import web

from reference_ra.portal.sessions import new_token

COOKIE = "__Host-repository"
IDLE = timedelta(minutes=30)
_KEPT = 10_000
"""Visits that are kept at one time; past it, the one that was longest unused goes."""


@dataclass(slots=True)
class Visit:
    """What stands behind a cookie."""

    name: str
    """The cookie's value, which nobody can guess."""
    token: str
    """Stands in each form, and comes back with it."""
    username: str | None
    """Who has logged in; None before that, and after logging out."""
    used_at: datetime


class Visits:
    """All of them, in memory: they end with the RA."""

    def __init__(self, ends: Callable[[Visits, Visit], None]) -> None:
        """Begin without any; `ends` is what becomes of a visit whose user logs out."""
        self._ends = ends
        self._kept: OrderedDict[str, Visit] = OrderedDict()

    def find(self, name: str | None, now: datetime) -> Visit | None:
        """The visit of a cookie, used now; None where there is none that was used of late."""
        visit = self._kept.get(name or "")
        if visit is None or now - visit.used_at >= IDLE:
            return None
        visit.used_at = now
        self._kept.move_to_end(visit.name)
        return visit

    def begin(self, username: str | None, now: datetime) -> Visit:
        """A new one: another name is given at each login, so that nobody can have known it before."""
        visit = Visit(new_token(), new_token(), username, now)
        self._kept[visit.name] = visit
        if len(self._kept) > _KEPT:
            self._kept.popitem(last=False)
        return visit

    def end(self, visit: Visit) -> None:
        """The user logs out."""
        self._ends(self, visit)

    def forget(self, visit: Visit) -> None:
        """Nothing stands behind that cookie any longer."""
        self._kept.pop(visit.name, None)


def is_own_form(request: web.Request, token: str, visit: Visit) -> bool:
    """Whether a submission comes from the portal's own form, in the same visit."""
    return (
        request.headers.get("Origin") in (None, f"https://{request.host}")
        and request.headers.get("Sec-Fetch-Site") in (None, "same-origin", "none")
        and hmac.compare_digest(token.encode(), visit.token.encode())
    )
