"""The cookies that a portal gives to one visit, and where each of them belongs."""

from __future__ import annotations

from collections.abc import Mapping
from email.message import Message
from http.client import HTTPResponse
from http.cookiejar import CookieJar
from typing import cast
from urllib.request import Request

from clients.exchange import Response


class _Headers:
    """A response as `http.cookiejar` wants it."""

    def __init__(self, response: Response) -> None:
        self._message = Message()
        for name, value in response.headers:
            if name.lower() == "set-cookie":
                self._message["Set-Cookie"] = value

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

    def header(self, url: str) -> str | None:
        """What to send with a request for `url`; None where nothing belongs there."""
        request = _asked(url)
        self._jar.add_cookie_header(request)
        return request.get_header("Cookie")

    def values(self) -> Mapping[str, str]:
        """Value by name."""
        return {cookie.name: cookie.value or "" for cookie in self._jar}


def _asked(url: str) -> Request:
    """The request for a URL as `http.cookiejar` wants it; nothing is opened."""
    return Request(url)  # noqa: S310
