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


FINDINGS_EACH = 10
"""So many findings of one requirement are kept whole; of more only the number."""


class Collected:
    """The findings on something large: few lines, however many there are."""

    def __init__(self, whole: str) -> None:
        """`whole` is where a finding stands that says how many more there are."""
        self._whole = whole
        self._findings: list[Finding] = []
        self.found: dict[str, int] = {}
        """How many findings each requirement has."""

    def note(self, finding: Finding) -> None:
        """Keep the finding, or count it where its requirement has enough of them."""
        count = self.found[finding.requirement] = self.found.get(finding.requirement, 0) + 1
        if count <= FINDINGS_EACH:
            self._findings.append(finding)

    def findings(self) -> list[Finding]:
        """Those that were kept, then for each requirement that has more the number of these."""
        more = []
        for requirement, count in self.found.items():
            if count > FINDINGS_EACH:
                first = next(each for each in self._findings if each.requirement == requirement)
                observed = f"{count - FINDINGS_EACH:,} more findings of this requirement"
                more.append(Finding(requirement, first.expected, observed, self._whole))
        return [*self._findings, *more]
