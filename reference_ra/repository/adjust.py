"""What defects and variants of the Repository are made of, beside `reference_ra.adjust`."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from reference_ra.policies import Policies


def with_repository(policies: Policies, **changes: Any) -> Policies:
    """Some of the Repository's policies are others."""
    return replace(policies, repository=replace(policies.repository, **changes))
