"""Verdicts on the Web Service's answers without a certificate (O-WS-g, O-WS-h, O-WS-i).

What such an answer's body holds is not known, so anything passes that gives away no certificate. What the
request itself said gives nothing away.
"""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Iterable, Iterator

from lxml import etree

from checks.disclosure import find_database_error, find_stack_trace
from checks.finding import Finding
from checks.lodged import serial_of
from checks.message import SAFE_XML, local_name, shown, text_of
from checks.repository_message import MAXIMUM_OCTETS
from checks.repository_search import NO_MATCH

BAD_PARAMETERS = 401
_NOT_IMPLEMENTED = 501
_BODY = "response body"
_STATUS = "HTTP status"
_TOLD = ("Result", "CertificateResponse", "CertificateBody", "CertificateSerial")
"""Elements whose presence tells of a certificate."""
_PIECE_OCTETS = 48
"""So many octets of a certificate are looked for: its serial number, key and signature are in several."""
_BEGIN = re.compile(rb"-----BEGIN (?:X509 |TRUSTED )?CERTIFICATE-----")
_LONG_BASE64 = re.compile(rb"MII[A-Za-z0-9+/]{60}")
"""How the Base64 of a DER certificate begins."""


def judge_no_match(status_code: int, body: bytes, sent: bytes) -> list[Finding]:
    """O-WS-g: HTTP 402, or HTTP 200 without any certificate. `sent` is the body of the request."""
    if status_code not in (NO_MATCH, 200):
        return [Finding("O-WS-g", f"HTTP {NO_MATCH}", f"HTTP {status_code}", _STATUS)]
    return list(judge_nothing_told(body, sent, "O-WS-g"))


def judge_bad_parameters(
    status_code: int, body: bytes, sent: bytes, *, or_no_match: bool = False
) -> list[Finding]:
    """O-WS-h: HTTP 401 and no certificate; `or_no_match` lets the answers of O-WS-g pass as well."""
    allowed = (BAD_PARAMETERS, NO_MATCH, 200) if or_no_match else (BAD_PARAMETERS,)
    if status_code not in allowed:
        expected = f"HTTP {BAD_PARAMETERS}" + (f" or {NO_MATCH}" if or_no_match else "")
        return [Finding("O-WS-h", expected, f"HTTP {status_code}", _STATUS)]
    return list(judge_nothing_told(body, sent, "O-WS-h"))


def judge_refused_request(
    status_code: int, body: bytes, sent: bytes, requirement: str, *, other_method: bool = False
) -> list[Finding]:
    """A request that is none: any HTTP 4xx, and no certificate.

    `other_method`: it is not by POST, so that HTTP 501 is a refusal too (RFC 9110 15.6.2).
    """
    if other_method and status_code == _NOT_IMPLEMENTED:
        return list(judge_nothing_told(body, sent, requirement))
    return _judge_refusal(status_code, body, sent, requirement, ())


def judge_key_refused(
    status_code: int, body: bytes, sent: bytes, known: Iterable[bytes] = ()
) -> list[Finding]:
    """O-WS-i: any HTTP 4xx that discloses no certificate, neither one of `known` (DER) nor another."""
    return _judge_refusal(status_code, body, sent, "O-WS-i", known)


def _judge_refusal(
    status_code: int, body: bytes, sent: bytes, requirement: str, known: Iterable[bytes]
) -> list[Finding]:
    findings = []
    if not 400 <= status_code <= 499:
        findings.append(Finding(requirement, "an HTTP 4xx", f"HTTP {status_code}", _STATUS))
    return [*findings, *judge_nothing_told(body, sent, requirement, known)]


def judge_nothing_told(
    body: bytes, sent: bytes, requirement: str, known: Iterable[bytes] = ()
) -> Iterator[Finding]:
    """Judge that a body gives away no certificate: none of `known` (DER), and no other."""
    told = _told(body[:MAXIMUM_OCTETS], sent, known)
    if told is not None:
        yield Finding(requirement, "an answer that discloses no certificate", told, _BODY)


def _told(body: bytes, sent: bytes, known: Iterable[bytes]) -> str | None:
    """How a certificate shows; None where none does."""
    if _BEGIN.search(body):
        return "BEGIN CERTIFICATE"
    dense = b"".join(body.split())
    if match := _LONG_BASE64.search(dense):
        return f"Base64 of DER: {match.group().decode('ascii')}..."
    for element in _elements(body):
        name, text = local_name(element), text_of(element).strip()
        if name in _TOLD and text and text.encode() not in sent:
            return f"{name}: {shown(' '.join(text.split()))}"
    for octets in known:
        if how := _shows(octets, body, dense, sent):
            return how
    return None


def _elements(body: bytes) -> Iterator[etree._Element]:
    """Every element of the document, as far as it can be read; none of an answer that is no XML."""
    try:
        root = etree.fromstring(body, etree.XMLParser(recover=True, **SAFE_XML))
    except etree.XMLSyntaxError:
        return
    if root is not None:
        yield from root.iter(etree.Element)


def _shows(certificate: bytes, body: bytes, dense: bytes, sent: bytes) -> str | None:
    """How one certificate shows: its octets, their Base64, or its serial number where it was not sent."""
    pieces = range(0, len(certificate) - _PIECE_OCTETS, _PIECE_OCTETS)
    if any(certificate[start : start + _PIECE_OCTETS] in body for start in pieces):
        return "octets of a certificate"
    if any(b64encode(certificate[start : start + _PIECE_OCTETS]) in dense for start in pieces):
        return "Base64 of a certificate"
    serial = serial_of(certificate).encode()
    if serial not in sent.upper() and serial in body.upper():
        return f"the serial number {serial.decode()}"
    return None


def judge_inside(body: bytes, requirement: str) -> list[Finding]:
    """Judge that an answer shows nothing of the RA's inside: a stack trace, a database's error."""
    found = (("a stack trace", find_stack_trace(body)), ("a database's error", find_database_error(body)))
    expected = "nothing of the RA's inside"
    return [Finding(requirement, expected, f"{what}: {text}", _BODY) for what, text in found if text]
