"""The policies of the portals' web sites, by name, so that one can be replaced."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from aiohttp import web

from reference_ra.access import Refusal, SubscriberRule
from reference_ra.portal.page_map import PageMap
from reference_ra.portal.posted import Posted, PostedLimits
from reference_ra.portal.problems import Problem
from reference_ra.portal.records import PortalRequest
from reference_ra.portal.sections import Place
from reference_ra.portal.sessions import PostingRule, Session, SessionRule
from reference_ra.registry import Credential

if TYPE_CHECKING:
    from reference_ra.portal.desk import Desk


@dataclass(frozen=True)
class SitePolicies:
    """How the sites decide."""

    places: frozenset[Place]
    """The sections that there are."""
    rules_for: Callable[[Place, str], Mapping[Refusal, SubscriberRule]]
    """What the holder of a credential must keep in a section, for the page of a path."""
    refused: Callable[[Refusal], Problem]
    """The page for a user who may not use a section."""
    session_rules: Mapping[str, SessionRule]
    acting: Callable[[Session, Credential], Credential]
    """For whom a request is made, of its session and the credential that was presented."""
    make_token: Callable[[], str]
    posting_rules: Mapping[str, PostingRule]
    limits: PostedLimits
    is_submission: Callable[[web.Request], bool]
    """Whether a request for a form's page submits the form."""
    reading: Callable[[web.Request, PostedLimits], AbstractAsyncContextManager[Posted]]
    submit_csr: Callable[[Desk, Place, Credential, str], Awaitable[PortalRequest]]
    shown: Callable[[PortalRequest], PortalRequest]
    """The last look at a request before its page is made."""
    redirects: bool
    """A submission is answered by a redirect to the request's page; else by that page."""
    template: Callable[[str], str]
    """The text of a template, by its file's name."""
    static: Callable[[str], str]
    """The text of a file that browsers load beside a page, by its name."""
    headers: Mapping[str, str]
    page_map: PageMap
    """Where the pages have what a user needs; it goes with the templates."""
