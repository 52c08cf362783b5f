"""Serial numbers over many certificates: unique for each issuing CA (G-DEV-b)."""

from __future__ import annotations

from collections.abc import Iterable

from checks.certificate.rules import in_hexadecimal
from checks.certificate.structure import read_certificate
from checks.der import DerError
from checks.finding import Finding


def judge_unique_serials(certificates: Iterable[bytes]) -> list[Finding]:
    """Find serial numbers that two different certificates (DER) of one issuer have.

    There is a finding for each repetition. The same certificate met twice is none; one that cannot be read is
    passed over, being a finding of `judge_device_certificate`.
    """
    seen: dict[tuple[bytes, bytes], bytes] = {}
    findings = []
    for octets in certificates:
        try:
            certificate = read_certificate(octets)
        except DerError:
            continue
        first = seen.setdefault((certificate.issuer, certificate.serial), octets)
        if first != octets:
            observed = (
                f"{in_hexadecimal(certificate.serial)} in two certificates of {certificate.issuer_name}"
            )
            findings.append(
                Finding("G-DEV-b", "a serial number for each certificate", observed, "serialNumber")
            )
    return findings
