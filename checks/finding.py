"""What a check found: one broken expectation, in terms a PKI engineer can act on."""

from __future__ import annotations

from dataclasses import asdict, dataclass


@dataclass(frozen=True, slots=True)
class Finding:
    """One observation that a requirement does not allow.

    A check says nothing of severity: that belongs to the scenario that asked.
    """

    requirement: str
    """Identifier in the requirements catalogue, for instance ``G-12-b``."""
    expected: str
    """What the requirement asks, as a short phrase."""
    observed: str
    """What the RA did, with the offending value; octets as hexadecimal."""
    where: str = ""
    """The part concerned, for instance ``certificate, extension keyUsage``; empty for the whole."""

    def __str__(self) -> str:
        """One line."""
        place = f" ({self.where})" if self.where else ""
        return f"{self.requirement}{place}: expected {self.expected}; observed {self.observed}"

    def as_dict(self) -> dict[str, str]:
        """The finding as the reports hold it."""
        return asdict(self)
