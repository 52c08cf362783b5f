"""A user of the portals, of the standard library and lxml, for the reference RA's own tests."""

from __future__ import annotations

import http.client
import re
from collections.abc import Mapping
from dataclasses import dataclass
from http.cookies import SimpleCookie
from urllib.parse import urlencode, urljoin, urlsplit

from lxml import html

from tests.reference_ra.conftest import Ra

ORGANISATION_FORM = "/organisation/submit"
DEVICE_FORM = "/device/submit"
BATCH_FORM = "/device/batch"
URLENCODED = "application/x-www-form-urlencoded"


@dataclass(frozen=True)
class Page:
    status: int
    headers: http.client.HTTPMessage
    body: bytes
    url: str

    @property
    def tree(self) -> html.HtmlElement:
        return html.document_fromstring(self.body)

    @property
    def title(self) -> str:
        return texts(self.tree, "//h1")[0]

    def texts(self, path: str) -> list[str]:
        return texts(self.tree, path)

    @property
    def notifications(self) -> list[str]:
        return self.texts(".//*[contains(@class, 'notification')]")

    @property
    def errors(self) -> list[str]:
        return self.texts(".//*[@class='error-summary']//li")

    @property
    def reference(self) -> str:
        return self.texts(".//*[@class='reference']")[0]

    @property
    def form_token(self) -> str | None:
        """None where there is no form, or none is in it."""
        found = self.tree.xpath("//input[@type='hidden']/@value") if self.body else []
        return str(found[0]) if found else None

    def link(self, text: str) -> str:
        found = [link for link in self.tree.iter("a") if normal(link) == text]
        assert len(found) == 1, f"{len(found)} links {text!r} on {self.url}"
        return urljoin(self.url, str(found[0].get("href")))


def normal(element: html.HtmlElement) -> str:
    return " ".join(element.text_content().split())


def texts(tree: html.HtmlElement, path: str) -> list[str]:
    return [normal(element) for element in tree.xpath(path)]


class User:
    """One with a credential, or without, and the cookies that a portal has given."""

    def __init__(self, ra: Ra, credential: str | None = None, portal: str = "portal_gateway") -> None:
        self.ra, self.credential = ra, credential
        self.landing_url = str(getattr(ra.endpoints, portal))
        self.cookies: dict[str, str] = {}
        self._connections: dict[tuple[str, str | None], http.client.HTTPSConnection] = {}
        landing = self.send("GET", self.landing_url, credential=None)
        found = re.findall(rb'"(https://[^/"]*)/(?:organisation|device)/"', landing.body)
        # Where no link leads to the sections, this user finds none of their pages.
        self.sections = found[0].decode() if found else self.landing_url

    def __del__(self) -> None:
        for connection in getattr(self, "_connections", {}).values():
            connection.close()

    def send(
        self,
        method: str,
        path: str,
        body: bytes | None = None,
        headers: Mapping[str, str] | None = None,
        credential: str | None = "",
    ) -> Page:
        """`path` is a URL, or one of the sections' pages; a credential of '' is the user's own."""
        url = urljoin(getattr(self, "sections", ""), path)
        parts = urlsplit(url)
        presented = self.credential if credential == "" else credential
        connection = self._connections.get((parts.netloc, presented))
        if connection is None:
            context = self.ra.context(presented)
            connection = http.client.HTTPSConnection(parts.netloc, context=context, timeout=10)
            self._connections[parts.netloc, presented] = connection
        cookie = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        sent = {"Cookie": cookie} if cookie else {}
        where = f"{parts.path}?{parts.query}" if parts.query else parts.path
        connection.request(method, where, body, {**sent, **(headers or {})})
        response = connection.getresponse()
        page = Page(response.status, response.headers, response.read(), url)
        for line in page.headers.get_all("Set-Cookie", []):
            self.cookies.update({name: morsel.value for name, morsel in SimpleCookie(line).items()})
        return page

    def get(self, path: str) -> Page:
        return self.send("GET", path)

    def submit(
        self,
        path: str,
        text: str,
        *,
        headers: Mapping[str, str] | None = None,
        token: str | None = "",
    ) -> Page:
        """Fill in a form and follow the answer. A token of '' is the form's; None leaves it out."""
        token = self.get(path).form_token if token == "" else token
        fields = {"csr": text} if token is None else {"form-token": token, "csr": text}
        body = urlencode(fields).encode()
        return self.follow(self.send("POST", path, body, {"Content-Type": URLENCODED, **(headers or {})}))

    def upload(self, name: str, octets: bytes) -> Page:
        """Fill in the form for a batch and follow the answer."""
        kind, body = multipart({"form-token": self.get(BATCH_FORM).form_token or ""}, name, octets)
        return self.follow(self.send("POST", BATCH_FORM, body, {"Content-Type": kind}))

    def follow(self, page: Page) -> Page:
        return self.get(page.headers["Location"]) if page.status == 303 else page


def multipart(fields: Mapping[str, str], name: str, octets: bytes) -> tuple[str, bytes]:
    """Media type and body of a form with a file."""
    boundary = "----portal-test"
    parts = [
        f'--{boundary}\r\nContent-Disposition: form-data; name="{key}"\r\n\r\n{value}\r\n'.encode()
        for key, value in fields.items()
    ]
    quoted = name.replace('"', "%22")
    disposition = f'Content-Disposition: form-data; name="batch"; filename="{quoted}"'
    head = f"--{boundary}\r\n{disposition}\r\nContent-Type: application/zip\r\n\r\n"
    body = b"".join((*parts, head.encode(), octets, f"\r\n--{boundary}--\r\n".encode()))
    return f"multipart/form-data; boundary={boundary}", body
