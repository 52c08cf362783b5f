"""What a verdict on Organisation Certificates is taken against."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from checks.certificate.issuing import CertificateProfile

CommonNames = Literal["optional", "absent", "required"]
"""What the Organisation Certificate Policy says of a commonName, not at hand here: a setting (M-F-ORG-b)."""


@dataclass(frozen=True)
class OrganisationProfile(CertificateProfile):
    """The settings of a target that bear on Organisation Certificates."""

    common_name: CommonNames = "optional"
    common_name_characters_maximum: int = 16
    """G-ORG-a."""
