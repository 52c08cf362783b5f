"""What a target file says of the SMKI Repository, as values: its users, and what is left to it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

REPOSITORY_PORTAL, REPOSITORY_WEB_SERVICE, REPOSITORY_SFTP = REPOSITORY = (
    "repository-portal",
    "repository-web-service",
    "repository-sftp",
)
"""The interfaces of the Repository."""

ACCOUNT_STATES = ("valid", "withdrawn", "lockable", "first-login")
"""How the Repository has to see a user: ``lockable`` is a valid one whose account the run may lock, and
``first-login`` one that has never logged in."""

DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


@dataclass(frozen=True, slots=True)
class Account:
    """A user of the Repository. No secret is part of a repr."""

    label: str
    """The table's name in the target file; what reports show."""
    interfaces: tuple[str, ...]
    """Those of `REPOSITORY` that the user may use; of one who is withdrawn, might once use."""
    state: str
    """One of `ACCOUNT_STATES`."""
    username: str | None = None
    password: str | None = field(default=None, repr=False)
    api_key: str | None = field(default=None, repr=False)
    ssh_key: str | None = field(default=None, repr=False)
    """An OpenSSH private key, presented by SFTP in place of the password."""


@dataclass(frozen=True, slots=True)
class LayoutConfig:
    """The plug-in that knows how the files by SFTP are laid out (O-SF-d), and its options."""

    plugin: str
    """``module:Class``"""
    options: Mapping[str, Any] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True)
class RepositorySettings:
    """What the specification leaves to the Repository."""

    sftp_host_keys: tuple[str, ...] = ()
    """Of which the SFTP server has to have one, as OpenSSH writes them."""
    lodging_seconds: float | None = None
    """Until an issued certificate is found (P-1.3-a); None: nobody says."""
    extract_hour: int | None = None
    """The hour, UTC, at which extracts are made; None: nobody says."""
    full_extract_day: str | None = None
    """The declared day of the full extract (O-SF-c): one of `DAYS`; None: nobody says."""
    extracts_since: date | None = None
    """The first day of which there are extracts; None: there were some more than a week ago."""
    expired: tuple[str, ...] = ()
    """Serials, 32 upper-case hexadecimal digits, of Organisation Certificates that have expired."""
    revoked: tuple[str, ...] = ()
    """Likewise of some that are revoked."""
    layout: LayoutConfig | None = None
    """None: nobody says how the files by SFTP are laid out (O-SF-d)."""
