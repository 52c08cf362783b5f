"""What a Registration Authority has, and the HTTP response that its services give."""

from __future__ import annotations

from dataclasses import dataclass

from reference_ra.access import IkiAuthority
from reference_ra.certificate import IssuingCa
from reference_ra.clock import Clock
from reference_ra.registry import Registry


@dataclass(frozen=True)
class Authority:
    """What a Registration Authority has: its records, its clock, its CAs."""

    registry: Registry
    clock: Clock
    device_ca: IssuingCa
    organisation_ca: IssuingCa
    iki: IkiAuthority


@dataclass(frozen=True, slots=True)
class HttpAnswer:
    """An HTTP response, before it is sent."""

    status: int
    body: bytes
    content_type: str = "text/plain;charset=UTF-8"
    headers: tuple[tuple[str, str], ...] = ()
    chunked: bool = False
    close: bool = False
