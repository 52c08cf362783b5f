"""Serial numbers over many certificates: unique for each issuing CA (G-DEV-b; RFC 5280 4.1.2.2)."""

from __future__ import annotations

from collections.abc import Iterable

from checks.certificate.rules import in_hexadecimal
from checks.certificate.structure import Certificate, read_certificate
from checks.der import DerError
from checks.finding import Finding


class SerialsSeen:
    """The serial numbers met so far, by issuer; some 200 octets of memory for each."""

    def __init__(self, requirement: str = "G-DEV-b") -> None:
        """None yet. `requirement` is the one that asks for it of these certificates."""
        self._requirement = requirement
        self._seen: dict[tuple[bytes, bytes], int] = {}

    def add(self, certificate: Certificate, octets: bytes) -> Finding | None:
        """Note a certificate that was read from `octets`; the finding that it is, where another one of its
        issuer had the same serial number. The same certificate met twice is none."""
        digest = hash(octets)
        if self._seen.setdefault((certificate.issuer, certificate.serial), digest) == digest:
            return None
        observed = f"{in_hexadecimal(certificate.serial)} in two certificates of {certificate.issuer_name}"
        return Finding(self._requirement, "a serial number for each certificate", observed, "serialNumber")


def judge_unique_serials(certificates: Iterable[bytes], requirement: str = "G-DEV-b") -> list[Finding]:
    """Find serial numbers that two different certificates (DER) of one issuer have.

    There is a finding for each repetition. The same certificate met twice is none; one that cannot be read is
    passed over, being a finding of those who judge it.
    """
    seen = SerialsSeen(requirement)
    findings = []
    for octets in certificates:
        try:
            certificate = read_certificate(octets)
        except DerError:
            continue
        if (finding := seen.add(certificate, octets)) is not None:
            findings.append(finding)
    return findings
