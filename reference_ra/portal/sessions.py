"""Sessions of the portals' users, and what makes a submission the user's own and no other site's."""

from __future__ import annotations

import hmac
import secrets
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from reference_ra.portal.sections import Place
from reference_ra.registry import Credential

IDLE = timedelta(minutes=30)
_KEPT = 10_000
"""Sessions that are kept at one time; past it, the one that was longest unused goes."""


@dataclass(slots=True)
class Session:
    """What stands behind the cookie of one user in one section."""

    name: str
    """The cookie's value, which nobody can guess."""
    token: str
    """Stands in each form, and comes back with it."""
    place: Place
    credential: Credential
    used_at: datetime


SessionRule = Callable[[Session, Credential, Place, datetime], bool]
"""True where a session may be used with a credential in a section at that time, as far as the rule goes."""

SESSION_RULES: Mapping[str, SessionRule] = {
    "credential": lambda session, credential, _place, _now: (
        session.credential.fingerprint == credential.fingerprint
    ),
    "place": lambda session, _credential, place, _now: session.place == place,
    "time": lambda session, _credential, _place, now: now - session.used_at < IDLE,
}


def new_token() -> str:
    """One that nobody can guess."""
    return secrets.token_urlsafe(32)


class Sessions:
    """Those of both portals, in memory: they end with the RA."""

    def __init__(self, rules: Mapping[str, SessionRule], make_token: Callable[[], str]) -> None:
        """Begin without any."""
        self._rules = rules
        self._make_token = make_token
        self._kept: OrderedDict[str, Session] = OrderedDict()

    def find(self, name: str | None, credential: Credential, place: Place, now: datetime) -> Session | None:
        """The session of a cookie where it may be used; it was used then. None where there is none such."""
        session = self._kept.get(name or "")
        if session is None or not all(
            keeps(session, credential, place, now) for keeps in self._rules.values()
        ):
            return None
        session.used_at = now
        self._kept.move_to_end(session.name)
        return session

    def begin(self, credential: Credential, place: Place, now: datetime) -> Session:
        """A new one."""
        session = Session(new_token(), self._make_token(), place, credential, now)
        self._kept[session.name] = session
        if len(self._kept) > _KEPT:
            self._kept.popitem(last=False)
        return session


@dataclass(frozen=True, slots=True)
class Posting:
    """Where a submission says that it comes from."""

    token: str | None
    """The one of the form that was sent."""
    session: Session
    origin: str | None
    """The request's Origin."""
    fetch_site: str | None
    """The request's Sec-Fetch-Site."""
    own_origin: str


PostingRule = Callable[[Posting], bool]
"""True where a submission may come from the portal's own form, as far as the rule goes."""

POSTING_RULES: Mapping[str, PostingRule] = {
    "origin": lambda posting: posting.origin in (None, posting.own_origin),
    "fetch-site": lambda posting: posting.fetch_site in (None, "same-origin", "none"),
    "token": lambda posting: hmac.compare_digest(
        (posting.token or "").encode(), posting.session.token.encode()
    ),
}
