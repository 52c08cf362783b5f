"""Defects in what the Repository's Web Service answers (O-WS)."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime

from reference_ra.alterations import Alter, defect
from reference_ra.authority import HttpAnswer
from reference_ra.policies import Policies
from reference_ra.repository.adjust import (
    with_repository,
    with_repository_answer,
    with_repository_reply,
    with_repository_text,
    with_result,
    with_results,
)
from reference_ra.repository.messages import Operation, RepositoryReply, Result
from reference_ra.repository.records import CertificateStatus, Kind, Lodged
from reference_ra.repository.store import RepositoryStore
from reference_ra.repository.web_service import BAD_PARAMETERS, KEY_REFUSED, NO_MATCH, SUCCESS

_RELATED = ("O-WS-*", "O-LODGE-*", "G-EUI-b", "P-1.1-a", "P-1.3-a", "P-4.1-a", "K-e", "M-2.*.1.*")
"""Of scenarios that read answers of the Web Service: one that cannot be read shows nothing else either."""
_THE_END = datetime.max.replace(tzinfo=UTC)
ChangeResult = Callable[[Result, Lodged], Result]


def _web_defect(name: str, summary: str, *breaks: str, extra: bool = False) -> Callable[[Alter], Alter]:
    return defect(f"repository-{name}", summary, breaks=breaks, related=_RELATED, extra=extra)


# What is told of a certificate


def _result_defect(
    name: str, summary: str, *breaks: str, extra: bool = False
) -> Callable[[ChangeResult], ChangeResult]:
    def decorate(change: ChangeResult) -> ChangeResult:
        _web_defect(name, summary, *breaks, extra=extra)(lambda policies: with_result(policies, change))
        return change

    return decorate


@_result_defect("role-hexadecimal", "CertificateRole is two hexadecimal digits.", "O-WS-l")
def _role_hexadecimal(result: Result, certificate: Lodged) -> Result:
    return replace(result, role=certificate.remote_party_role)


@_result_defect("role-of-another", "CertificateRole is the next role's.", "O-WS-l", extra=True)
def _role_of_another(result: Result, _: Lodged) -> Result:
    return replace(result, role=None if result.role is None else str((int(result.role) + 1) % 9))


@_result_defect(
    "role-of-devices", "Device Certificates have a CertificateRole.", "O-WS-c", "O-WS-e", extra=True
)
def _role_of_devices(result: Result, certificate: Lodged) -> Result:
    return replace(result, role="2") if certificate.kind is Kind.DEVICE else result


@_result_defect("serial-lower-case", "CertificateSerial is in lower case.", "O-WS-c", "O-WS-e")
def _serial_lower_case(result: Result, _: Lodged) -> Result:
    return replace(result, serial=result.serial.lower())


@_result_defect("serial-decimal", "CertificateSerial is decimal.", "O-WS-c", "O-WS-e", extra=True)
def _serial_decimal(result: Result, _: Lodged) -> Result:
    return replace(result, serial=str(int(result.serial, 16)))


@_result_defect(
    "serial-short", "CertificateSerial lacks its first two digits.", "O-WS-c", "O-WS-e", extra=True
)
def _serial_short(result: Result, _: Lodged) -> Result:
    return replace(result, serial=result.serial[2:])


@_result_defect(
    "serial-mistaken", "CertificateSerial has two digits changed over.", "O-WS-c", "O-WS-e", extra=True
)
def _serial_mistaken(result: Result, _: Lodged) -> Result:
    serial = result.serial
    return replace(result, serial=serial[1:] + serial[:1])


@_result_defect("usage-swapped", "CertificateUsage is the other one.", "O-WS-k")
def _usage_swapped(result: Result, _: Lodged) -> Result:
    return replace(result, usage={"DS": "KA", "KA": "DS"}[result.usage])


@_result_defect("usage-in-words", "CertificateUsage is the name of the keyUsage bit.", "O-WS-k", extra=True)
def _usage_in_words(result: Result, certificate: Lodged) -> Result:
    return replace(result, usage=certificate.key_usage)


@_result_defect("status-in-words", "CertificateStatus is a word.", "O-WS-j")
def _status_in_words(result: Result, _: Lodged) -> Result:
    return replace(result, status=CertificateStatus(result.status).name.lower().replace("_", " "))


@_result_defect("subject-without-hyphens", "The EUI-64 has no hyphens.", "O-WS-c", "O-WS-e", "G-EUI-b")
def _subject_without_hyphens(result: Result, _: Lodged) -> Result:
    return replace(result, subject=result.subject.replace("-", ""))


@_result_defect(
    "subject-lower-case", "The EUI-64 is in lower case.", "O-WS-c", "O-WS-e", "G-EUI-b", extra=True
)
def _subject_lower_case(result: Result, _: Lodged) -> Result:
    return replace(result, subject=result.subject.lower())


@_result_defect(
    "devices-by-name", "A Device's EUI-64 is in CertificateSubjectName.", "O-WS-c", "O-WS-e", extra=True
)
def _devices_by_name(result: Result, _: Lodged) -> Result:
    return replace(result, kind=Kind.ORGANISATION)


@_result_defect("manufacturing-in-digits", "ManufacturingFlag is 0.", "O-WS-m")
def _manufacturing_in_digits(result: Result, _: Lodged) -> Result:
    return replace(result, manufacturing="0")


@_result_defect("body-with-lines", "CertificateBody has BEGIN and END lines.", "O-WS-e")
def _body_with_lines(result: Result, _: Lodged) -> Result:
    return replace(result, body=f"-----BEGIN CERTIFICATE-----\n{result.body}\n-----END CERTIFICATE-----")


@_result_defect("body-hexadecimal", "CertificateBody is hexadecimal.", "O-WS-e", extra=True)
def _body_hexadecimal(result: Result, certificate: Lodged) -> Result:
    return replace(result, body=certificate.der.hex().upper())


@_web_defect("search-tells-other-status", "A search tells of each certificate that it is pending.", "O-WS-c")
def search_tells_other_status(policies: Policies) -> Policies:
    """Of those in use."""

    def pending(operation: Operation, found: Sequence[Result]) -> Sequence[Result]:
        if operation is Operation.RETRIEVE:
            return found
        return [replace(each, status="P") if each.status == "I" else each for each in found]

    return with_results(policies, pending)


# Answers


def _text_defect(
    name: str, summary: str, pattern: str, instead: str, *breaks: str, extra: bool = False
) -> None:
    expression = re.compile(pattern)
    _web_defect(name, summary, *breaks, extra=extra)(
        lambda policies: with_repository_text(policies, lambda text: expression.sub(instead, text))
    )


def _lacking(element: str, *breaks: str, extra: bool = False) -> None:
    name = re.sub("(?<=[a-z])(?=[A-Z])", "-", element).lower()
    pattern = f"<{element}>[^<]*</{element}>"
    _text_defect(f"without-{name}", f"Answers have no {element}.", pattern, "", *breaks, extra=extra)


_lacking("ResponseCode", "O-WS-c", "O-WS-e", extra=True)
_lacking("ResponseMessage", "O-WS-c", "O-WS-e", extra=True)
_lacking("AuditReference", "O-WS-c", "O-WS-e")
_lacking("CertificateStatus", "O-WS-c", "O-WS-e", extra=True)
_lacking("CertificateUsage", "O-WS-c", "O-WS-e", extra=True)
_lacking("ManufacturingFlag", "O-WS-c", "O-WS-e", extra=True)
_lacking("CertificateRole", "O-WS-c", "O-WS-e", extra=True)
_lacking("CertificateBody", "O-WS-e", extra=True)
_text_defect(
    "results-under-another-name",
    "A Result is named Certificate.",
    r"(</?)Result>",
    r"\1Certificate>",
    "O-WS-c",
    extra=True,
)
_text_defect(
    "success-in-other-words", "ResponseMessage is OK where it should be Success.", "Success", "OK", "O-WS-f"
)
_text_defect(
    "answers-cut",
    "The last end tag of an answer is missing.",
    "</[A-Za-z]*>$",
    "",
    "O-WS-c",
    "O-WS-e",
    extra=True,
)


@_web_defect("other-media-type", "Answers are text/html.", "O-WS-f")
def other_media_type(policies: Policies) -> Policies:
    """Say so in their header."""
    return with_repository_answer(
        policies, lambda _, answer: replace(answer, content_type="text/html; charset=utf-8")
    )


def _status_defect(
    name: str, summary: str, code: int, status: int, *breaks: str, extra: bool = False
) -> None:
    def change(reply: RepositoryReply, answer: HttpAnswer) -> HttpAnswer:
        return replace(answer, status=status) if reply.code == code else answer

    _web_defect(name, summary, *breaks, extra=extra)(
        lambda policies: with_repository_answer(policies, change)
    )


_status_defect("no-match-404", "No match is HTTP 404.", NO_MATCH, 404, "O-WS-g")
_status_defect("no-match-500", "No match is HTTP 500.", NO_MATCH, 500, "O-WS-g", extra=True)
_status_defect("bad-parameters-400", "Bad parameters are HTTP 400.", BAD_PARAMETERS, 400, "O-WS-h")
_status_defect(
    "bad-parameters-200", "Bad parameters are HTTP 200.", BAD_PARAMETERS, 200, "O-WS-h", extra=True
)
_status_defect("key-refused-200", "A wrong API Key is answered with HTTP 200.", KEY_REFUSED, 200, "O-WS-i")


@_web_defect(
    "other-code-in-document", "ResponseCode is 0 where a certificate is found.", "O-WS-f", extra=True
)
def other_code_in_document(policies: Policies) -> Policies:
    """Write it so, below an HTTP 200."""
    coded = with_repository_reply(
        policies, lambda reply: replace(reply, code=0) if reply.code == SUCCESS else reply
    )
    return with_repository_answer(
        coded, lambda reply, answer: replace(answer, status=answer.status if reply.code else SUCCESS)
    )


@_web_defect(
    "no-match-finds-something", "Where nothing matches, a search finds the latest.", "O-WS-g", "O-WS-b"
)
def no_match_finds_something(policies: Policies) -> Policies:
    """Give at least one."""
    search = policies.repository.search

    def always(store: RepositoryStore, kind: Kind, eui64: bytes) -> Sequence[Lodged]:
        found = search(store, kind, eui64)
        latest = sorted(store.lodged_between(None, _THE_END), key=lambda each: each.lodged_at)
        return found or latest[-1:]

    return with_repository(policies, search=always)


@_web_defect("serial-by-its-beginning", "A serial number's last digit is not compared.", "O-WS-d", "O-WS-g")
def serial_by_its_beginning(policies: Policies) -> Policies:
    """Try the sixteen."""
    find = policies.repository.find

    def roughly(store: RepositoryStore, serial: str) -> Lodged | None:
        return next(
            (found for digit in "0123456789ABCDEF" if (found := find(store, serial[:-1] + digit))), None
        )

    return with_repository(policies, find=roughly)
