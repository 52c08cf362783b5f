"""The extracts for SFTP: a full one each week, an increment each day (O-SF-b, O-SF-c).

The layout is this RA's own (O-SF-d): text of comma-separated values, compressed by gzip. Rows are written as
they are read, so that an extract of many certificates needs no memory.
"""

from __future__ import annotations

import asyncio
import base64
import gzip
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from pathlib import Path

from reference_ra.repository.messages import USAGES
from reference_ra.repository.records import CertificateStatus, Lodged, eui64_text

HEADER = b"serial,subject,kind,role,usage,status,certificate\n"
DAY = timedelta(days=1)
_ROWS_AT_ONCE = 500
_COMPRESSION = 1
"""The quickest: certificates in Base64 hardly shrink further."""


@dataclass(frozen=True, slots=True)
class Layout:
    """Paths of the files that SFTP serves, below its folder."""

    full: str = "full/full-{date}.csv.gz"
    increment: str = "increments/increment-{date}.csv.gz"
    authority: str = "authorities/{name}.crt"
    revocations: str = "lists/{name}.crl"


@dataclass(frozen=True, slots=True)
class Extract:
    """An extract that is to be there."""

    name: str
    """Of its file, below the folder that SFTP serves."""
    begin: datetime | None
    """It holds what was lodged or revoked from then on; None where it holds everything."""
    end: datetime
    """What it holds was lodged or revoked before; then it is made."""


@dataclass(frozen=True, slots=True)
class Schedule:
    """When extracts are made, by UTC, and how many are kept."""

    hour: int = 2
    full_weekday: int = 6
    """As of `datetime.weekday`: Sunday."""
    increments: int = 7
    """That are kept; of full ones the latest is."""

    def due(self, layout: Layout, now: datetime) -> Sequence[Extract]:
        """The extracts that are to be there at some time: the latest full one, the latest increments."""
        latest = now.replace(hour=self.hour, minute=0, second=0, microsecond=0)
        if latest > now:
            latest -= DAY
        full = latest - DAY * ((latest.weekday() - self.full_weekday) % 7)
        days = [latest - DAY * back for back in range(self.increments)]
        return (
            Extract(layout.full.format(date=full.date()), None, full),
            *(Extract(layout.increment.format(date=day.date()), day - DAY, day) for day in days),
        )


def write_row(certificate: Lodged, status: CertificateStatus) -> bytes:
    """The line of a certificate."""
    role = certificate.remote_party_role
    values = (
        certificate.serial,
        eui64_text(certificate.eui64 or b""),
        certificate.kind,
        "" if role is None else str(int(role, 16)),
        USAGES[certificate.key_usage],
        status,
        base64.b64encode(certificate.der).decode(),
    )
    return (",".join(values) + "\n").encode()


async def write_extract(rows: Iterator[Lodged], line: Callable[[Lodged], bytes], file: Path) -> None:
    """Write the extract of some certificates; others are served meanwhile."""
    with gzip.open(file, "wb", compresslevel=_COMPRESSION) as stream:
        stream.write(HEADER)
        while page := list(islice(rows, _ROWS_AT_ONCE)):
            await asyncio.to_thread(lambda lines: stream.writelines(map(line, lines)), page)
