"""The cookies that a portal gives to one visit, and where each of them belongs."""

from __future__ import annotations

import re
from email.message import Message
from http.client import HTTPResponse
from http.cookiejar import CookieJar
from typing import cast
from urllib.request import Request

from clients.exchange import Response

_SAME_SITE = re.compile(r";\s*samesite\s*(?==)", re.IGNORECASE)


class _Headers:
    """A response as `http.cookiejar` wants it."""

    def __init__(self, response: Response) -> None:
        self._message = Message()
        for name, value in response.headers:
            if name.lower() == "set-cookie":
                self._message["Set-Cookie"] = _SAME_SITE.sub("; SameSite", value)

    def info(self) -> Message:
        return self._message


class Cookies:
    """Kept as a browser keeps them: by domain and path, the secure ones for https alone."""

    def __init__(self) -> None:
        """None yet."""
        self._jar = CookieJar()

    def take(self, url: str, response: Response) -> None:
        """Keep, replace and forget what the response to a request for `url` says."""
        self._jar.extract_cookies(cast(HTTPResponse, _Headers(response)), _asked(url))

    def header(self, url: str, *, foreign_method: str | None = None) -> str | None:
        """What to send with a request for `url`; None where nothing belongs there.

        Of a request that a page of another site makes by `foreign_method`, what SameSite leaves.
        """
        request, jar = _asked(url), CookieJar()
        for cookie in self._jar:
            if goes_along(cookie.get_nonstandard_attr("SameSite"), foreign_method):
                jar.set_cookie(cookie)
        jar.add_cookie_header(request)
        return request.get_header("Cookie")


def goes_along(same_site: str | None, foreign_method: str | None) -> bool:
    """Whether a browser sends a cookie of this SameSite with a page's own request (None), or with one that
    a page of another site makes by `foreign_method`, as a page that the user is led to."""
    kind = (same_site or "").strip().lower()
    return foreign_method is None or not (kind == "strict" or (kind == "lax" and foreign_method != "GET"))


def _asked(url: str) -> Request:
    """The request for a URL as `http.cookiejar` wants it; nothing is opened."""
    return Request(url)  # noqa: S310
