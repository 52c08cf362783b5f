"""What a target may be able to do beyond the specified interfaces, so that more can be tested.

An operator plug-in is named in the target file (`[operator] plugin = "module:Class"`). It is built with
the options of that table and says which of these capabilities it has; a scenario that needs another one
ends NOT RUN with that reason.
"""

# ruff: noqa: ARG002 - the base refuses whatever it is asked
from __future__ import annotations

from abc import ABC
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

CAPABILITIES = {
    "devices": "give a Device any number of earlier Device Certificates (seed_device)",
    "issued": "tell how many Device Certificates were issued for a Device (certificates_issued)",
    "log": "tell whether a rejected request was logged (rejections_logged)",
    "clock": "tell and move the target's clock (now, advance_clock)",
    "batches": "reject a batch, or change what an uploaded one holds (reject_batch, tamper_with_batch)",
    "organisations": "tell how many Organisation Certificates were issued for an organisation "
    "(organisation_certificates_issued)",
    "eligibility": "say which Remote Party Roles may ask for a Device's certificates (set_eligibility)",
    "accounts": "make a user of the Repository, reset a password, unlock an account "
    "(make_repository_account, reset_repository_password, unlock_repository_account)",
    "revocation": "have an Organisation Certificate revoked (revoke_organisation_certificate)",
    "statuses": "give an organisation a certificate of a certain status "
    "(organisation_certificate_with_status)",
}
"""Each capability, and the methods that stand for it."""


class OperatorError(Exception):
    """The operator could not do what was asked; the scenario that asked is inconclusive."""


class Operator(ABC):  # noqa: B024 - a plug-in overrides only what its capabilities name
    """Base of operator plug-ins: a plug-in overrides the methods of the capabilities that it names."""

    capabilities: frozenset[str] = frozenset()

    def __init__(self, options: Mapping[str, Any]) -> None:
        """Take the keys of the target file's `[operator.options]` table."""
        self.options = options

    def seed_device(self, device_id: bytes, certificates: int, key_usage: str) -> None:
        """Make `certificates` the number of Device Certificates issued for a Device, from nothing.

        `device_id` is the EUI-64, 8 octets; `key_usage` is ``digitalSignature`` or ``keyAgreement``.
        """
        raise OperatorError(f"{type(self).__name__} cannot seed a Device")

    def certificates_issued(self, device_id: bytes) -> int:
        """How many Device Certificates the RA has issued for a Device, seeded ones included."""
        raise OperatorError(f"{type(self).__name__} cannot tell what was issued")

    def organisation_certificates_issued(self, eui64: bytes) -> int:
        """How many Organisation Certificates the RA has issued for an organisation, by its EUI-64."""
        raise OperatorError(f"{type(self).__name__} cannot tell what was issued for an organisation")

    def rejections_logged(self) -> int:
        """How many rejected requests the RA has logged since it started."""
        raise OperatorError(f"{type(self).__name__} cannot read the rejection log")

    def now(self) -> datetime:
        """The RA's clock, UTC."""
        raise OperatorError(f"{type(self).__name__} cannot tell the time")

    def advance_clock(self, by: timedelta) -> None:
        """Move the RA's clock forward, and wait until all that is due by then is done: a batch may be."""
        raise OperatorError(f"{type(self).__name__} cannot move the clock")

    def reject_batch(self, batch_id: int) -> None:
        """Have the Registration Authority reject a batch that is PENDING (M-D-REJECTED)."""
        raise OperatorError(f"{type(self).__name__} cannot reject a batch")

    def tamper_with_batch(self, batch_id: int) -> None:
        """Change what a batch holds between its upload and its parsing (M-D-TAMPERED)."""
        raise OperatorError(f"{type(self).__name__} cannot tamper with a batch")

    def set_eligibility(self, device_id: bytes, remote_party_role: str, eligible: bool) -> None:
        """Bring a Device into a provisioning state in which a Party may, or may not, ask for certificates.

        `device_id` is the EUI-64, 8 octets; `remote_party_role` is that of the Party, two hexadecimal
        characters. What other roles may do is left open (SEC L3.16, M-2.5.1.3-c).
        """
        raise OperatorError(f"{type(self).__name__} cannot say who is eligible")

    def make_repository_account(self) -> tuple[str, str]:
        """A new user of the Repository portal: username and password, which the first login has to change
        (P-3.1-b)."""
        raise OperatorError(f"{type(self).__name__} cannot make an account")

    def reset_repository_password(self, username: str) -> str:
        """Reset a user's password, as the DCC does: another, which the next login has to change
        (P-3.1-b)."""
        raise OperatorError(f"{type(self).__name__} cannot reset a password")

    def unlock_repository_account(self, username: str) -> None:
        """Unlock a user's account, as an administrator does (P-3.1-c)."""
        raise OperatorError(f"{type(self).__name__} cannot unlock an account")

    def revoke_organisation_certificate(self, serial: int) -> None:
        """Have an Organisation Certificate revoked, which its subscriber has rejected (M-2.3.1.5-b)."""
        raise OperatorError(f"{type(self).__name__} cannot have a certificate revoked")

    def organisation_certificate_with_status(self, eui64: bytes, status: str) -> int:
        """Lodge an Organisation Certificate of an organisation that has this `CertificateStatus`.

        `eui64` is the organisation's, 8 octets; `status` is ``E``, expired. Gives its serial number.
        """
        raise OperatorError(f"{type(self).__name__} cannot make a certificate of a status")
