"""Messages and a client of the Batched Device CSR Web Service, for the reference RA's own tests."""

from __future__ import annotations

import base64
import http.client
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from lxml import etree

from reference_ra.batch.messages import default_schema
from tests.reference_ra.conftest import Answer, Ra
from tests.reference_ra.craft import encoded

UK = ZoneInfo("Europe/London")
CREDENTIAL = "batch-supplier"


def device(number: int) -> bytes:
    return bytes.fromhex("00db123457") + number.to_bytes(3, "big")


def submission(csrs: Mapping[str, bytes], reference: str = "batch-1") -> bytes:
    return wrap({identifier: encoded(csr) for identifier, csr in csrs.items()}, reference)


def wrap(texts: Mapping[str, str], reference: str = "batch-1") -> bytes:
    listed = "".join(f'<DeviceCSR ID="{identifier}">{text}</DeviceCSR>' for identifier, text in texts.items())
    return f'<SubmitCSRBatch ID="{reference}"><Version>1.0</Version>{listed}</SubmitCSRBatch>'.encode()


@dataclass(frozen=True)
class Message:
    """A response that keeps the schema."""

    document: etree._Element

    @property
    def status(self) -> str:
        return self.document.findtext("BatchStatus", "")

    @property
    def reference(self) -> str | None:
        return self.document.get("ID")

    @property
    def batch_id(self) -> int:
        return int(self.document.findtext("BatchId", "0"))

    @property
    def statuses(self) -> dict[str, str]:
        found = {
            str(each.get("ID")): each.findtext("Status", "")
            for each in self.document.iter("DeviceCertificate")
        }
        assert len(found) == len(self.document.findall("DeviceCertificate"))
        return found

    def certificate(self, identifier: str) -> bytes:
        (found,) = (each for each in self.document.iter("DeviceCertificate") if each.get("ID") == identifier)
        return base64.b64decode(found.findtext("Certificate", ""))


def read(answer: Answer) -> Message:
    assert answer.status == 200
    assert answer.headers["Content-Type"] == "application/xml;charset=UTF-8"
    document = etree.fromstring(answer.body, etree.XMLParser(huge_tree=True))
    assert default_schema().validate(document), default_schema().error_log
    return Message(document)


def ask(
    ra: Ra, method: str, resource: str, body: bytes | None = None, credential: str = CREDENTIAL
) -> Answer:
    connection = ra.connect(credential)
    try:
        return ask_on(connection, ra, method, resource, body)
    finally:
        connection.close()


def ask_on(
    connection: http.client.HTTPSConnection, ra: Ra, method: str, resource: str, body: bytes | None = None
) -> Answer:
    headers = {"Content-Type": "application/xml;charset=UTF-8"} if body is not None else {}
    connection.request(method, urlsplit(ra.endpoints.batch).path + resource, body, headers)
    response = connection.getresponse()
    return Answer(response.status, response.headers, response.read())


def submit(ra: Ra, body: bytes, credential: str = CREDENTIAL) -> Message:
    return read(ask(ra, "POST", "/SubmitCSRBatch", body, credential))


def result(ra: Ra, query: object, credential: str = CREDENTIAL) -> Message:
    text = query if isinstance(query, str) else f"?BatchId={query}"
    return read(ask(ra, "GET", f"/CSRBatchResult{text}", None, credential))


def now(ra: Ra) -> datetime:
    return datetime.fromisoformat(ra.manage("GET", "/clock")[1]["now"])


def advance(ra: Ra, by: timedelta) -> None:
    status, answer = ra.manage("POST", "/clock", {"advance_seconds": by.total_seconds()})
    assert status == 200, answer


def move_to(ra: Ra, hour: int, minute: int = 0, second: int = 0) -> None:
    """Move the clock on to when UK clocks next show that time."""
    at, local = now(ra), now(ra).astimezone(UK)
    days = (
        datetime.combine(local.date() + timedelta(days=ahead), time(hour, minute, second), UK)
        for ahead in range(2)
    )
    advance(ra, next(day for day in days if day.astimezone(UTC) > at) - at)


def process(ra: Ra) -> None:
    """Move the clock on past the next whole window."""
    move_to(ra, 19)
    move_to(ra, 8)
