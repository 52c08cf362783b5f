"""What a verdict on Device Certificates is taken against."""

from __future__ import annotations

from dataclasses import dataclass

from checks.certificate.issuing import CertificateProfile
from checks.der import oid_octets


@dataclass(frozen=True)
class DeviceProfile(CertificateProfile):
    """The settings of a target that bear on Device Certificates."""

    serial_octets_maximum: int = 16
    issuer_name_characters_maximum: int = 4
    hw_type_oid: str | None = None
    """The hwType that the Devices of this run have, dotted; None where it is not to be judged (G-OID-b)."""

    def __post_init__(self) -> None:
        """Read the CA certificates, once."""
        if self.hw_type_oid is not None:
            oid_octets(self.hw_type_oid)
        super().__post_init__()
