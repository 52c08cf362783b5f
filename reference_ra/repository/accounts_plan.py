"""The Repository's users that the RA begins with, and the secrets that are drawn for them at each start."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)

from reference_ra.parties import GAS_SUPPLIER, IMPORT_SUPPLIER
from reference_ra.pki import write_secret
from reference_ra.registry import Registry, Subscriber
from reference_ra.repository.accounts import INTERFACES


@dataclass(frozen=True, slots=True)
class AccountPlan:
    """An account to be made."""

    label: str
    """Its name in the target file."""
    username: str
    party: Subscriber
    state: Literal["valid", "withdrawn"] = "valid"
    ssh_key: bool = False
    """Whether the user has an SSH key, beside the password."""

    @property
    def password_file(self) -> str:
        """In the folder of credentials; the others likewise."""
        return f"{self.label}.password"

    @property
    def api_key_file(self) -> str:
        """Of the API Key."""
        return f"{self.label}.apikey"

    @property
    def ssh_key_file(self) -> str:
        """Of the private key, as OpenSSH writes it."""
        return f"{self.label}.ssh"

    def as_table(self, folder: str) -> dict[str, object]:
        """The keys and values of its `[accounts.*]` table in a target file."""
        ssh_key = {"ssh_key_file": f"{folder}/{self.ssh_key_file}"} if self.ssh_key else {}
        return {
            "interfaces": list(INTERFACES),
            "state": self.state,
            "username": self.username,
            "password_file": f"{folder}/{self.password_file}",
            "api_key_file": f"{folder}/{self.api_key_file}",
            **ssh_key,
        }


ACCOUNTS = (
    AccountPlan("repository-user", "amber-energy", IMPORT_SUPPLIER),
    AccountPlan("repository-other", "blue-gas", GAS_SUPPLIER, ssh_key=True),
    AccountPlan("repository-withdrawn", "amber-energy-former", IMPORT_SUPPLIER, "withdrawn"),
)


def new_password() -> str:
    """One that nobody can guess."""
    return secrets.token_urlsafe(18)


def make_accounts(registry: Registry, folder: Path) -> None:
    """Make the accounts, with secrets drawn anew, and write those into a folder for their owner's eyes."""
    folder.mkdir(parents=True, exist_ok=True)
    for plan in ACCOUNTS:
        password, api_key = new_password(), secrets.token_urlsafe(32)
        write_secret(folder / plan.password_file, password.encode())
        write_secret(folder / plan.api_key_file, api_key.encode())
        registry.accounts.add(
            plan.username,
            plan.party.eui64,
            password,
            withdrawn=plan.state == "withdrawn",
            must_change=False,
            api_key=api_key,
            ssh_keys=tuple(_ssh_keys(plan, folder)),
        )


def _ssh_keys(plan: AccountPlan, folder: Path) -> Iterator[str]:
    if plan.ssh_key:
        key = Ed25519PrivateKey.generate()
        octets = key.private_bytes(Encoding.PEM, PrivateFormat.OpenSSH, NoEncryption())
        write_secret(folder / plan.ssh_key_file, octets)
        yield key.public_key().public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH).decode()
