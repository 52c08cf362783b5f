"""What a rule on certificates is: one requirement, what it expects, where that stands, and a function."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from checks.certificate.device_profile import DeviceProfile
from checks.certificate.structure import Certificate
from checks.finding import Finding

Judge = Callable[[Certificate, DeviceProfile], str | None]
"""Returns what was observed where the rule is broken, and None where it is kept or has nothing to look at."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule and the requirement it stands for."""

    requirement: str
    """Identifier in the requirements catalogue."""
    expected: str
    where: str
    """The part of the certificate it looks at."""
    source: str
    """The clause behind it."""
    judge: Judge
    varies: bool
    """Whether it looks at what differs between certificates of one frame (see `recall`): serial number,
    notBefore, public key, identifiers, or what stands outside the signed part."""

    @property
    def name(self) -> str:
        """Unique among the rules."""
        return self.judge.__name__

    def finding(self, observed: str) -> Finding:
        """The finding of this rule, broken as `observed`."""
        return Finding(self.requirement, self.expected, observed, self.where)


class RuleBook:
    """The rules of one part of the profile, in the order in which they were written."""

    def __init__(self) -> None:
        """An empty book."""
        self.rules: list[Rule] = []

    def rule(
        self, requirement: str, expected: str, *, where: str, source: str, varies: bool = False
    ) -> Callable[[Judge], Judge]:
        """Enter the decorated function as the rule for `requirement`."""

        def enter(judge: Judge) -> Judge:
            self.rules.append(Rule(requirement, expected, f"certificate, {where}", source, judge, varies))
            return judge

        return enter


def in_hexadecimal(octets: bytes, limit: int = 64) -> str:
    """Octets for a report, cut after `limit` of them."""
    rest = f"... ({len(octets)} octets)" if len(octets) > limit else ""
    return (octets[:limit].hex().upper() or "(none)") + rest
