"""A client of the Repository's Web Service, for the reference RA's own tests."""

from __future__ import annotations

import base64
import http.client
from dataclasses import dataclass
from urllib.parse import quote, urlsplit

from lxml import etree

from tests.reference_ra.conftest import Answer, Ra

SEARCH, RETRIEVE = "certificatesearch", "retrievecertificate"
AMBER_TEXT = "00-DB-00-00-00-00-00-01"


@dataclass(frozen=True)
class Told:
    """An answer of the Web Service."""

    status: int
    content_type: str
    body: bytes

    @property
    def document(self) -> etree._Element:
        return etree.fromstring(self.body)

    @property
    def code(self) -> str:
        return self.document.findtext("ResponseCode", "")

    @property
    def results(self) -> list[dict[str, str]]:
        """The elements of each result, in their order."""
        found = [*self.document.iter("Result"), *self.document.iter("CertificateResponse")]
        return [{str(each.tag): each.text or "" for each in result} for result in found]

    @property
    def certificates(self) -> list[bytes]:
        return [base64.b64decode(each["CertificateBody"]) for each in self.results]


def api_key(ra: Ra, label: str = "repository-user") -> str:
    return (ra.directory / "credentials" / f"{label}.apikey").read_text()


def ask(
    ra: Ra,
    operation: str,
    body: bytes,
    query: str | None = None,
    *,
    method: str = "POST",
    content_type: str = "application/xml",
    url: str = "",
) -> Told:
    parts = urlsplit(url or ra.endpoints.repository_web_service)
    host, port = str(parts.hostname), int(parts.port or 0)
    connection = (
        http.client.HTTPSConnection(host, port, context=ra.context(None), timeout=30)
        if parts.scheme == "https"
        else http.client.HTTPConnection(host, port, timeout=30)
    )
    query = f"apikey={quote(api_key(ra))}" if query is None else query
    try:
        connection.request(method, f"/services/{operation}?{query}", body, {"Content-Type": content_type})
        response = connection.getresponse()
        answer = Answer(response.status, response.headers, response.read())
    finally:
        connection.close()
    return Told(answer.status, answer.headers["Content-Type"], answer.body)


def search_body(value: str, element: str = "CertificateSubjectAltName") -> bytes:
    return f"<CertificateSearchRequest><{element}>{value}</{element}></CertificateSearchRequest>".encode()


def search_device(ra: Ra, device: bytes) -> Told:
    return ask(ra, SEARCH, search_body(device.hex("-").upper()))


def search_organisation(ra: Ra, eui64: str = AMBER_TEXT) -> Told:
    return ask(ra, SEARCH, search_body(eui64, "CertificateSubjectName"))


def retrieve_body(serial: str) -> bytes:
    return (
        f"<CertificateDataRequest><CertificateSerial>{serial}</CertificateSerial></CertificateDataRequest>"
    ).encode()


def retrieve(ra: Ra, serial: str) -> Told:
    return ask(ra, RETRIEVE, retrieve_body(serial))
