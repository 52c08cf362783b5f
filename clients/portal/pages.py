"""The page map: where a portal's pages have what its user needs. How pages are laid out is each portal's own.

A locator is ``css=`` and a CSS selector, ``label=`` and the text of a form field's label, ``link=`` and the
text of a link, or ``button=`` and the text of a button. Texts are compared whole, runs of white space as one
space.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class LocatorKind(StrEnum):
    """What a locator goes by."""

    CSS = "css"
    LABEL = "label"
    LINK = "link"
    BUTTON = "button"


@dataclass(frozen=True, slots=True)
class Locator:
    """How to find an element of a page."""

    kind: LocatorKind
    value: str

    @classmethod
    def parse(cls, text: str) -> Locator:
        """Read ``kind=value``. Raises ValueError where it is not that."""
        kind, separator, value = text.partition("=")
        if not separator or kind not in set(LocatorKind) or not value.strip():
            kinds = ", ".join(f"{each}=" for each in LocatorKind)
            raise ValueError(f"{text!r} does not begin with one of {kinds} and go on with what to find")
        return cls(LocatorKind(kind), value.strip())

    def __str__(self) -> str:
        """As it is written."""
        return f"{self.kind}={self.value}"


@dataclass(frozen=True, slots=True)
class Message:
    """A message on a page: an element, and what its text says where it is this message."""

    find: Locator
    says: re.Pattern[str] | None = None
    """Searched for in the element's text; None: the element is enough."""


@dataclass(frozen=True, slots=True)
class LandingPage:
    """The page at the published URL (M-2.3.EST-a)."""

    organisation: Locator
    """The link to the Organisation pages."""
    device: Locator
    """The link to the Device pages: on the Internet portal's page it must not be found (S-3)."""


@dataclass(frozen=True, slots=True)
class FormPage:
    """A form, and what the page says that answers it."""

    open: Locator | None
    """The link to it on the first page of its section; None where it stands there."""
    field: Locator
    """Where the CSR is pasted, or the file of the batch is chosen."""
    submit: Locator
    accepted: Message
    """The notification that a submission was accepted."""
    rejected: Message
    """What tells that it was rejected."""
    error: Locator
    """Each error of a rejection, with its reason."""
    reference: Message
    """Where the answer names the request; `says` has a group ``reference``."""
    approved: Message | None = None
    """The notification that it was approved; None where the portal has none, as of a batch."""
    csrs: Message | None = None
    """Where the answer to a batch tells its number of Device CSRs; `says` has a group ``csrs``."""


@dataclass(frozen=True, slots=True)
class RequestsPage:
    """The list of one's own requests in a section, and the page of one request."""

    open: Locator
    """The link to it on the section's first page."""
    row: Locator
    """Each request of the list."""
    reference: re.Pattern[str]
    """Searched for in a row's text; has a group ``reference``."""
    details: Locator | None
    """The link in a row to the request's own page; None where the row says everything."""
    certificate: Locator
    """The link to its certificate, on the request's own page or, without one, in the row."""
    next: Locator | None = None
    """The link to the next page of the list; None where all of it is on one."""


@dataclass(frozen=True, slots=True)
class PickupPage:
    """The 'certificate pickup' page of the Device section (M-2.3.1.9-c and -d)."""

    open: Locator
    """The link to it on the section's first page."""
    row: Locator
    """Each request or batch that has something to pick up."""
    reference: re.Pattern[str]
    """Searched for in a row's text; has a group ``reference``."""
    certificate: Locator
    """In the row of an ad hoc Device CSR: the link to its certificate."""
    certificates: Locator | None
    """In the row of a batch: the link to the ZIP of its certificates; None where there is one file only."""
    report: Locator | None
    """In the row of a batch: the link to its report; None where there is one file only."""
    response: Locator | None
    """In the row of a batch: the link to the one file that holds both (M-F); None where there are two."""
    web_service_batch: str
    """The reference of a batch from the web service: a text with ``{batch_id}`` in it."""
    record: re.Pattern[str]
    """A line of the report; has the groups ``id``, ``name``, ``status`` and, where there is an error,
    ``code``."""
    next: Locator | None = None
    """The link to the next page of the list; None where all of it is on one."""


LIST_PAGES = 200
"""A list that goes on for longer is followed no further."""


@dataclass(frozen=True, slots=True)
class PageMap:
    """The whole map of a portal."""

    landing: LandingPage
    organisation: FormPage
    organisation_requests: RequestsPage
    device: FormPage
    device_requests: RequestsPage
    batch: FormPage
    pickup: PickupPage
    status: re.Pattern[str] | Mapping[str, re.Pattern[str]]
    """Searched for in the text of an error; group ``status``: the status of M-A or M-C that it accords
    with. Or, for each status, what errors say that accord with it."""
    code: re.Pattern[str]
    """Searched for in the text of an error; group ``code``: its error code."""

    def status_in(self, text: str) -> str | None:
        """The status that an error accords with; None where its text tells none."""
        if isinstance(self.status, re.Pattern):
            found = self.status.search(text)
            return found["status"] if found else None
        return next((status for status, says in self.status.items() if says.search(text)), None)

    def code_in(self, text: str) -> str | None:
        """The code of an error; None where its text has none."""
        found = self.code.search(text)
        return found["code"] if found else None
