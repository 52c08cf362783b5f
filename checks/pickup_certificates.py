"""Verdicts on the ZIP of a batch's certificates (M-F, M-2.3.1.9-d), and on a certificate in its own file."""

from __future__ import annotations

from binascii import Error as Base64Error
from binascii import a2b_base64
from dataclasses import replace
from typing import BinaryIO

from checks.certificate import judge_read_certificate
from checks.certificate.structure import read_certificate, unreadable
from checks.der import DerError, read_der
from checks.finding import Finding
from checks.message import shown
from checks.pickup_state import CERTIFICATE_EXTENSION, ISSUED_WORD, PickupJudging
from checks.zip_reader import ZipEntry, ZipReader, ZipUnreadable

LARGEST_FILE = 65_536
"""Octets of a certificate's file that are looked at."""
_ARCHIVE = "ZIP of certificates"
_FILES = "M-F-ZIP-f"
_NAMED = 5
_BEGIN, _END = b"-----BEGIN CERTIFICATE-----", b"-----END CERTIFICATE-----"


def judge_certificates(stream: BinaryIO, judging: PickupJudging) -> None:
    """Judge the ZIP: a certificate for each Device CSR whose record says success, and nothing else.

    The report was judged before. One file of the archive is in memory at a time.
    """
    found: set[str] = set()
    try:
        archive = ZipReader(stream, judging.most)
        for entry in archive:
            _judge_entry(archive, entry, judging, found)
    except ZipUnreadable as error:
        judging.note(Finding(_FILES, "a ZIP of the certificates issued", str(error), _ARCHIVE))
        return
    issued = [stem for stem, status in judging.outcomes.items() if status == ISSUED_WORD]
    missing = [stem for stem in issued if stem not in found]
    if missing:
        named = ", ".join(map(shown, missing[:_NAMED])) + (", ..." if len(missing) > _NAMED else "")
        expected = f"a certificate for each of {len(issued):,} records of success"
        judging.note(Finding(_FILES, expected, f"none for {len(missing):,}: {named}", _ARCHIVE))


def _judge_entry(archive: ZipReader, entry: ZipEntry, judging: PickupJudging, found: set[str]) -> None:
    judging.verdict.certificates += 1
    fault = _name_fault(entry, judging, found)
    if fault is not None:
        expected = "each certificate in the root, once, named as its request file with crt for csr"
        judging.note(Finding(_FILES, expected, fault, _place(entry)))
        return
    stem = entry.name.removesuffix(CERTIFICATE_EXTENSION)
    found.add(stem)
    status = judging.outcomes.get(stem)
    if status is not None and status != ISSUED_WORD:
        observed = f"a record of {shown(status)}"
        judging.note(Finding(_FILES, "no certificate but for success", observed, _place(entry)))
    try:
        content = archive.read(entry, LARGEST_FILE)
        octets = from_base64(content)
    except (ZipUnreadable, Base64Error) as error:
        judging.note(Finding(_FILES, "Base64 of a DER certificate", str(error), _place(entry)))
        return
    judging.add_content(stem.encode("utf-8", "replace") + b"\0" + octets)
    if judging.take is not None:
        judging.take(stem, octets)
    if ISSUED_WORD in judging.expectation(stem).statuses:
        _judge_certificate(stem, octets, judging, entry)


def _place(entry: ZipEntry) -> str:
    return f"{_ARCHIVE}, {shown(entry.name) or '(no name)'}"


def _name_fault(entry: ZipEntry, judging: PickupJudging, found: set[str]) -> str | None:
    if entry.link:
        return "a link"
    if "/" in entry.name or "\\" in entry.name:
        return "a folder" if entry.folder else "a file in a folder"
    if not entry.name.endswith(CERTIFICATE_EXTENSION):
        return "another extension"
    stem = entry.name.removesuffix(CERTIFICATE_EXTENSION)
    if judging.sent.csr(stem) is None:
        return "a name that was never sent"
    return "once again" if stem in found else None


def _judge_certificate(stem: str, octets: bytes, judging: PickupJudging, entry: ZipEntry) -> None:
    try:
        certificate = read_certificate(octets)
    except DerError as error:
        findings = [unreadable(error)]
    else:
        csr = judging.sent.csr(stem) or b""
        findings = judge_read_certificate(
            certificate, csr, judging.profile, at=judging.at, issue=judging.issue
        )
        if (repeated := judging.serials.add(certificate, octets)) is not None:
            findings.append(repeated)
    for finding in findings:
        judging.note(replace(finding, where=f"{_place(entry)}, {finding.where}"))


def certificate_octets(octets: bytes, requirement: str) -> bytes | Finding:
    """The DER of a certificate that was downloaded alone: as DER, as PEM, or as Base64 without its lines.

    A finding of `requirement` where it is none of them. Whether the DER is a certificate is not looked at.
    """
    expected = "a certificate as DER, PEM or Base64"
    if not octets.startswith(b"\x30"):
        try:
            octets = from_base64(octets)
        except Base64Error as error:
            return Finding(requirement, expected, str(error), "certificate file")
    try:
        read_der(octets)
    except DerError as error:
        return Finding(requirement, expected, f"not DER: {error}", "certificate file")
    return octets


def from_base64(octets: bytes) -> bytes:
    """What a file's Base64 says, with or without BEGIN and END CERTIFICATE lines.

    Raises `binascii.Error` where it is none.
    """
    text = octets.strip()
    if text.startswith(b"-----"):
        if not (text.startswith(_BEGIN) and text.endswith(_END)):
            raise Base64Error("lines of hyphens that are not BEGIN and END CERTIFICATE")
        text = text[len(_BEGIN) : -len(_END)]
    if not text:
        raise Base64Error("nothing")
    if text.startswith(b"\x30\x82"):
        raise Base64Error("DER as it is")
    return a2b_base64(b"".join(text.split()), strict_mode=True)
