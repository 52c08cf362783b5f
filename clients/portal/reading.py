"""What a page tells of a request, by the page map: the same for every client."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from email.message import Message as Header
from urllib.parse import unquote, urlsplit

from clients.exchange import Response
from clients.portal.pages import FormPage, Locator, Message, PageMap
from clients.portal.portal import Notification, Page, PortalError, Standing

_LONGEST_DISPOSITION = 4096
"""Characters; the library's time grows with their square."""
_SEARCHED = 8192
"""So many characters of a text are searched: the time of some expressions grows with their square."""
_MOST_DIGITS = 18
"""Of a number that a page tells."""

Texts = Callable[[Locator], Sequence[str]]
"""The texts of the elements that a locator finds on the page, in their order."""


def as_read(text: str) -> str:
    """A text as it is compared: runs of white space as one space."""
    return " ".join(text.split())


def search(pattern: re.Pattern[str], text: str) -> re.Match[str] | None:
    """Where an expression of the page map matches first in the beginning of a text."""
    return pattern.search(as_read(text), 0, _SEARCHED)


def message(sought: Message | None, texts: Texts) -> re.Match[str] | None:
    """Where one of the elements says the message; None where none does. An empty match where the element is
    enough."""
    if sought is None:
        return None
    says = sought.says or re.compile("")
    found = (search(says, text) for text in texts(sought.find))
    return next((match for match in found if match is not None), None)


def notification(page: Page, forms: Sequence[FormPage], pages: PageMap, texts: Texts) -> Notification:
    """What a page tells of a request that was made in one of `forms`, which may share a list of requests.

    A rejection is told where any of them would tell it, then an approval, then an acceptance.
    """

    def told(by: Callable[[FormPage], Message | None]) -> re.Match[str] | None:
        return next((match for form in forms if (match := message(by(form), texts))), None)

    standing = None
    if told(lambda form: form.rejected):
        standing = Standing.REJECTED
    elif told(lambda form: form.approved):
        standing = Standing.APPROVED
    elif told(lambda form: form.accepted):
        standing = Standing.ACCEPTED
    errors: dict[str, PortalError] = {}
    if standing is Standing.REJECTED:
        for form in forms:
            errors |= {text: _error(text, pages) for text in map(as_read, texts(form.error))}
    reference = told(lambda form: form.reference)
    csrs = told(lambda form: form.csrs)
    return Notification(
        page=page,
        standing=standing,
        reference=reference["reference"] if reference else None,
        errors=tuple(errors.values()),
        csrs=_number(csrs["csrs"]) if csrs else None,
    )


def _number(told: str | None) -> int | None:
    """A number, thousands set apart or not; None where it is none."""
    digits = re.sub(r"[\s,]", "", told or "")
    return int(digits) if digits.isdecimal() and len(digits) <= _MOST_DIGITS else None


def file_name(response: Response | None, url: str) -> str | None:
    """The name of a file that was downloaded: that of Content-Disposition, without any folder; else the last
    part of the URL's path. None where there is neither."""
    told = (response.header("Content-Disposition") if response else None) or ""
    name = _told_name(told) or unquote(urlsplit(url).path)
    return re.split(r"[/\\]", name)[-1] or None


def _told_name(told: str) -> str | None:
    if len(told) > _LONGEST_DISPOSITION:
        return None
    header = Header()
    header["Content-Disposition"] = told
    try:
        return header.get_filename()
    except (TypeError, ValueError):  # what the library says of parts that contradict each other
        return None


def _error(text: str, pages: PageMap) -> PortalError:
    searched = as_read(text)[:_SEARCHED]
    return PortalError(text, pages.status_in(searched), pages.code_in(searched))
