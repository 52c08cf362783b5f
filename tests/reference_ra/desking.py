"""The desk of the portals without their pages, and what is submitted at it."""

from __future__ import annotations

import asyncio
import base64
import io
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import get_args

from reference_ra import der, oids
from reference_ra.authority import Authority
from reference_ra.batch.processor import Processor
from reference_ra.pki import TestPki
from reference_ra.policies import Policies
from reference_ra.portal.desk import Desk
from reference_ra.portal.records import BatchFile, PickupItem, PortalRequest, Standing
from reference_ra.registry import Credential
from reference_ra.server import make_authority
from tests.reference_ra.craft import RIGHT, CsrRecipe

AMBER = bytes.fromhex("00db000000000001")
BLUE = bytes.fromhex("00db000000000002")
ORGANISATION, DEVICE = "portal-organisation", "portal-device"


@dataclass
class Office:
    """An RA without sockets; what is asked of it runs in one event loop."""

    authority: Authority
    policies: Policies
    desk: Desk
    processor: Processor
    runner: asyncio.Runner

    def holder(self, label: str) -> Credential:
        (found,) = (each for each in self.authority.registry.credentials.values() if each.label == label)
        return found

    def organisation(self, text: str, who: str = ORGANISATION, internet: bool = False) -> PortalRequest:
        interface = "portal-internet" if internet else "portal-gateway"
        return self.runner.run(
            self.desk.submit_organisation_csr(self.holder(who), text, interface)  # type: ignore[arg-type]
        )

    def device(self, text: str, who: str = DEVICE) -> PortalRequest:
        return self.runner.run(self.desk.submit_device_csr(self.holder(who), text))

    def batch(self, octets: bytes, name: str = "night.zip", who: str = DEVICE) -> PortalRequest:
        return self.runner.run(self.desk.submit_batch(self.holder(who), name, io.BytesIO(octets)))

    def pickups(self, who: str = DEVICE) -> dict[str, PickupItem]:
        return {item.reference: item for item in self.desk.pickups(self.holder(who))}

    def file(self, reference: str, which: BatchFile, who: str = DEVICE) -> tuple[str | None, bytes]:
        file = io.BytesIO()
        name = self.runner.run(self.desk.batch_file(self.holder(who), reference, which, file))
        return name, file.getvalue()

    def files(self, reference: str, who: str = DEVICE) -> dict[str, bytes]:
        """Every file of a batch that can be had, those of ZIPs by their own names."""
        found: dict[str, bytes] = {}
        for which in get_args(BatchFile):
            name, octets = self.file(reference, which, who)
            if name is not None:
                found[name] = octets
                found |= {f"{name}/{inner}": each for inner, each in unzipped(octets).items()}
        return found

    def pass_time(self, by: timedelta) -> None:
        self.authority.clock.advance(by)
        self.runner.run(self.processor.catch_up())

    def pass_night(self) -> None:
        """Past the next whole window, to 08:30 in winter."""
        now = self.authority.clock.now()
        evening = now.replace(hour=19, minute=0, second=0, microsecond=0)
        evening += timedelta(days=evening < now)
        self.pass_time(evening - now)
        self.pass_time(timedelta(hours=13, minutes=30))


@contextmanager
def office(directory: Path, pki: TestPki, policies: Policies) -> Iterator[Office]:
    """An office at noon of a day in winter."""
    with asyncio.Runner() as runner:
        authority = make_authority(directory, pki, policies)
        authority.clock.advance(datetime(2030, 1, 15, 12, tzinfo=UTC) - authority.clock.now())

        async def begin() -> Processor:
            return Processor(authority, policies)

        try:
            yield Office(authority, policies, Desk(authority, policies), runner.run(begin()), runner)
        finally:
            authority.registry.close()


def unzipped(octets: bytes) -> dict[str, bytes]:
    if not octets.startswith(b"PK"):
        return {}
    with zipfile.ZipFile(io.BytesIO(octets)) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name) for name in archive.namelist()}


def zipped(files: Mapping[str, str | bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """A ZIP as the standard library writes it."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def pem(octets: bytes, label: str = "CERTIFICATE REQUEST", width: int = 64, end: str = "\n") -> str:
    text = base64.b64encode(octets).decode()
    lines = [text[start : start + width] for start in range(0, len(text), width)]
    return end.join((f"-----BEGIN {label}-----", *lines, f"-----END {label}-----", ""))


def text(tag: int, value: str) -> bytes:
    return der.write(tag, value.encode())


def name_of(*attributes: tuple[bytes, bytes]) -> bytes:
    return der.write(
        der.SEQUENCE,
        *(der.write(der.SET, der.write(der.SEQUENCE, oid, value)) for oid, value in attributes),
    )


def subject(
    eui64: bytes = AMBER, role: str = "02", common_name: str | None = "Amber", kind: int = der.UTF8_STRING
) -> bytes:
    first = () if common_name is None else ((oids.COMMON_NAME, text(kind, common_name)),)
    unit = (oids.ORGANIZATIONAL_UNIT_NAME, text(kind, role))
    return name_of(*first, unit, (oids.UNIQUE_IDENTIFIER, der.write_bit_string(eui64)))


def for_organisation(recipe: CsrRecipe = RIGHT, subject_name: bytes | None = None) -> CsrRecipe:
    """The recipe of an Organisation CSR."""
    return replace(recipe, subject=subject() if subject_name is None else subject_name, name=b"")


def is_approved(request: PortalRequest) -> bool:
    return request.standing is Standing.APPROVED and request.certificate is not None
