"""What the portals' pages show: requests, their errors, and what can be picked up."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Literal

Section = Literal["organisation", "device"]
Kind = Literal["organisation", "device", "batch"]
"""Of a request: an Organisation CSR, an ad hoc Device CSR, a Batched CSR."""
BatchFile = Literal["certificates", "report", "response"]
"""A file of a batch: the ZIP of its certificates, its report, or one ZIP that holds both."""
PickupFile = Literal["certificate", "certificates", "report", "response"]
Interface = Literal["portal-gateway", "portal-internet"]

RETENTION = timedelta(days=30)
"""How long a Device Certificate can be picked up (M-2.3.1.9-c and -d)."""

SECTIONS: dict[Kind, Section] = {"organisation": "organisation", "device": "device", "batch": "device"}
"""The section that each kind of request belongs to."""


class Standing(StrEnum):
    """How a request stands."""

    ACCEPTED = "accepted"
    """Format and signature are right; approval is awaited."""
    APPROVED = "approved"
    REJECTED = "rejected"


@dataclass(frozen=True, slots=True)
class PortalError:
    """Why a request was rejected, as the user is told."""

    text: str
    status: str | None = None
    """The status of M-A or M-C that it accords with; None where the tables have none, as for what an
    Organisation CSR asks for."""
    code: str | None = None


@dataclass(frozen=True, slots=True)
class PortalRequest:
    """A request as its Party sees it."""

    reference: str
    """``R12``; of a batch that was accepted ``B7``."""
    kind: Kind
    party: bytes
    """EUI-64 of the Party that it belongs to."""
    interface: Interface
    submitted_at: datetime
    standing: Standing
    settled_at: datetime | None = None
    """When it was approved or rejected: its certificate is there from then on."""
    errors: tuple[PortalError, ...] = ()
    """Why it was rejected."""
    text: str = ""
    """The CSR as it was pasted; empty for a batch."""
    file_name: str = ""
    """Of a batch, as it was uploaded; of another request that was approved, of its certificate."""
    csrs: int | None = None
    """Of a batch that was accepted: how many Device CSRs are in it."""
    certificate: bytes | None = None
    """DER, where it was issued; not of a batch."""
    status: str = ""
    """A batch's state, in words."""


@dataclass(frozen=True, slots=True)
class PickupItem:
    """What the 'certificate pickup' page has for a request or a batch."""

    reference: str
    kind: Kind
    file_name: str
    """Of an ad hoc request the name of its certificate's file; of a batch that of the file uploaded, empty
    where it came through the web service."""
    available_at: datetime
    files: Sequence[PickupFile]
    """What can be had: ``certificate`` of an ad hoc request, the batch's files of a batch."""
    csrs: int | None = None
    """Of a batch: how many Device CSRs are in it."""

    @property
    def until(self) -> datetime:
        """When it is there for the last time."""
        return self.available_at + RETENTION
