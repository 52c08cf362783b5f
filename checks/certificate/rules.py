"""What a rule on certificates is: one requirement, what it expects, where that stands, and a function."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, TypeVar

from checks.certificate.issuing import CertificateProfile
from checks.certificate.structure import Certificate
from checks.finding import Finding

Profile = TypeVar("Profile", bound=CertificateProfile, contravariant=True)
Judge = Callable[[Certificate, Profile], str | None]
"""Returns what was observed where the rule is broken, and None where it is kept or has nothing to look at."""


@dataclass(frozen=True, slots=True)
class Rule(Generic[Profile]):
    """One rule and the requirement it stands for."""

    requirement: str
    """Identifier in the requirements catalogue."""
    expected: str
    where: str
    """The part of the certificate it looks at."""
    source: str
    """The clause behind it."""
    judge: Judge[Profile]
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


class RuleBook(Generic[Profile]):
    """The rules of one part of the profile, in the order in which they were written."""

    def __init__(self) -> None:
        """An empty book."""
        self.rules: list[Rule[Profile]] = []

    def rule(
        self, requirement: str, expected: str, *, where: str, source: str, varies: bool = False
    ) -> Callable[[Judge[Profile]], Judge[Profile]]:
        """Enter the decorated function as the rule for `requirement`."""

        def enter(judge: Judge[Profile]) -> Judge[Profile]:
            self.rules.append(Rule(requirement, expected, f"certificate, {where}", source, judge, varies))
            return judge

        return enter


class RuleSet(Generic[Profile]):
    """All rules on certificates of one kind."""

    def __init__(self, *rules: Rule[Profile]) -> None:
        """The rules, in the order in which findings come."""
        self.rules = rules
        self._shared = tuple(rule for rule in rules if not rule.varies)
        self._varying = tuple((rule.judge, rule) for rule in rules if rule.varies)

    def judge(self, certificate: Certificate, profile: Profile, at: datetime | None) -> list[Finding]:
        """Judge a certificate by every rule. `at`, if given, is the latest time that notBefore may have."""
        findings = list(self._judge_shared(certificate, profile))
        for judge, rule in self._varying:
            observed = judge(certificate, profile)
            if observed is not None:
                findings.append(rule.finding(observed))
        start = certificate.not_before
        if at is not None and start.moment is not None and start.moment > at:
            expected = f"a notBefore that is not after {at:%Y-%m-%d %H:%M:%S%z}"
            findings.append(Finding("G-12-a", expected, str(start), "certificate, notBefore"))
        return findings

    def _judge_shared(self, certificate: Certificate, profile: Profile) -> tuple[Finding, ...]:
        """The findings of the rules that look only at what all certificates of one frame have in common."""
        frame = certificate.frame
        if frame is not None and (known := profile.recalled(frame)) is not None:
            return known
        findings = []
        for rule in self._shared:
            observed = rule.judge(certificate, profile)
            if observed is not None:
                findings.append(rule.finding(observed))
        if frame is not None:
            profile.recall(frame, tuple(findings))
        return tuple(findings)


def in_hexadecimal(octets: bytes, limit: int = 64) -> str:
    """Octets for a report, cut after `limit` of them."""
    rest = f"... ({len(octets)} octets)" if len(octets) > limit else ""
    return (octets[:limit].hex().upper() or "(none)") + rest
