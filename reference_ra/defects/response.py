"""Defects of the response message, each row of M-B's response and of M-A's status table."""

from __future__ import annotations

import base64
import re
import textwrap
from collections.abc import Callable
from dataclasses import replace

from reference_ra.adjust import with_reply, with_text
from reference_ra.alterations import defect
from reference_ra.messages import Reply, Status
from reference_ra.policies import Policies

ChangeReply = Callable[[Reply], Reply]
ChangeText = Callable[[str], str]
_READING = ("M-2.4.GO-d", "M-2.4.GO-e")
"""The rows that say that responses follow M-A and M-B."""


def _reply_defect(
    name: str, summary: str, breaks: str, *related: str, extra: bool = False
) -> Callable[[ChangeReply], ChangeReply]:
    def decorate(change: ChangeReply) -> ChangeReply:
        defect(f"response-{name}", summary, breaks=[breaks], related=(*related, *_READING), extra=extra)(
            lambda policies: with_reply(policies, change)
        )
        return change

    return decorate


def _text_defect(
    name: str, summary: str, breaks: str, change: ChangeText, *related: str, extra: bool = False
) -> None:
    @defect(f"response-{name}", summary, breaks=[breaks], related=(*related, *_READING), extra=extra)
    def alter(policies: Policies) -> Policies:
        return with_text(policies, change)


# The root and its ID


@_reply_defect("without-id", "The ID is not echoed.", "M-B-RSP-a", "M-B-REQ-b")
def _without_id(reply: Reply) -> Reply:
    return replace(reply, reference=None)


@_reply_defect("id-upper-case", "The ID is echoed in capital letters.", "M-B-RSP-a", "M-B-REQ-b")
def _id_upper_case(reply: Reply) -> Reply:
    return replace(reply, reference=reply.reference and reply.reference.upper())


@_reply_defect(
    "id-cut", "Only the first 16 characters of the ID are echoed.", "M-B-RSP-a", "M-B-REQ-b", extra=True
)
def _id_cut(reply: Reply) -> Reply:
    return replace(reply, reference=reply.reference and reply.reference[:16])


@_reply_defect(
    "id-escaped-twice", "Characters that XML escapes are escaped twice in the ID.", "M-B-RSP-a", "M-B-REQ-b"
)
def _id_escaped_twice(reply: Reply) -> Reply:
    escaped = reply.reference and reply.reference.replace("&", "&amp;").replace("<", "&lt;")
    return replace(reply, reference=escaped)


@_reply_defect(
    "errors-without-id",
    "The ID is echoed with a certificate only, not with an error.",
    "M-B-RSP-a",
    "M-B-REQ-b",
)
def _errors_without_id(reply: Reply) -> Reply:
    return reply if reply.status is Status.SUCCESS else replace(reply, reference=None)


_ROOT = "DeviceCertificateSigningResponse"
_text_defect(
    "of-another-root",
    "The root element has another name.",
    "M-B-RSP-a",
    lambda text: text.replace(_ROOT, "DeviceCertificateResponse"),
    "*",
)
_text_defect(
    "in-a-namespace",
    "The elements are in a namespace.",
    "M-MSG-a",
    lambda text: text.replace(f"<{_ROOT}", f'<{_ROOT} xmlns="urn:smki:adhoc"'),
    "*",
)
_text_defect(
    "with-unknown-attribute",
    "The root has an attribute that the schema does not know.",
    "M-B-RSP-a",
    lambda text: text.replace(f"<{_ROOT}", f'<{_ROOT} Environment="test"', 1),
    "M-B-RSP-i",
    extra=True,
)

# Version, Build, TransactionId, Status


@_reply_defect("version-2.0", "Version is 2.0.", "M-B-RSP-b", "M-MSG-b")
def _version_2(reply: Reply) -> Reply:
    return replace(reply, version="2.0")


_text_defect(
    "without-version",
    "Version is missing.",
    "M-B-RSP-b",
    lambda text: text.replace("<Version>1.0</Version>", ""),
    "M-MSG-b",
    "M-B-RSP-i",
    extra=True,
)
_text_defect(
    "without-build",
    "Build is missing.",
    "M-B-RSP-c",
    lambda text: re.sub("<Build>.*?</Build>", "", text),
    "M-B-RSP-i",
)
_text_defect(
    "without-transaction",
    "TransactionId is missing.",
    "M-B-RSP-d",
    lambda text: re.sub("<TransactionId>.*?</TransactionId>", "", text),
    "M-B-RSP-i",
    extra=True,
)


@_reply_defect("transaction-zero", "TransactionId is 0.", "M-B-RSP-d")
def _transaction_zero(reply: Reply) -> Reply:
    return replace(reply, transaction=0)


@_reply_defect("transaction-repeated", "TransactionId is always the same.", "M-B-RSP-d")
def _transaction_repeated(reply: Reply) -> Reply:
    return replace(reply, transaction=4711)


_text_defect(
    "transaction-not-a-number",
    "TransactionId is not a number.",
    "M-B-RSP-d",
    lambda text: text.replace("<TransactionId>", "<TransactionId>T-"),
    extra=True,
)
_text_defect(
    "status-unknown",
    "Status of a certificate is OK.",
    "M-B-RSP-e",
    lambda text: text.replace("<Status>SUCCESS<", "<Status>OK<"),
    "*",
)

# Certificate


def _certificate(change: Callable[[bytes], str]) -> ChangeText:
    def apply(text: str) -> str:
        return re.sub(
            "(?<=<Certificate>).*(?=</Certificate>)",
            lambda match: change(base64.b64decode(match[0])),
            text,
        )

    return apply


def _in_lines(octets: bytes) -> str:
    return "\n".join(textwrap.wrap(base64.b64encode(octets).decode(), 64))


def _as_pem(octets: bytes) -> str:
    return f"-----BEGIN CERTIFICATE-----\n{_in_lines(octets)}\n-----END CERTIFICATE-----\n"


_text_defect(
    "certificate-as-pem",
    "The certificate has BEGIN and END lines.",
    "M-B-RSP-f",
    _certificate(_as_pem),
    "*",
)
_text_defect(
    "certificate-in-lines",
    "The certificate's Base64 is broken into lines.",
    "M-B-RSP-f",
    _certificate(_in_lines),
)
_text_defect(
    "certificate-with-newline",
    "The certificate's Base64 ends with a line end.",
    "M-B-RSP-f",
    _certificate(lambda octets: base64.b64encode(octets).decode() + "\n"),
    extra=True,
)
_text_defect(
    "certificate-nil",
    "With SUCCESS the certificate is nil.",
    "M-2.4.1.4-c",
    lambda text: re.sub(
        "<Certificate>.*</Certificate>",
        '<Certificate xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:nil="true"/>',
        text,
    ),
    "*",
)

# Error


def _error_code(change: Callable[[str], str]) -> ChangeText:
    return lambda text: re.sub("(?<=<ErrorCode>).*(?=</ErrorCode>)", lambda match: change(match[0]), text)


_text_defect(
    "error-code-without-colon",
    "ErrorCode has no colon.",
    "M-B-RSP-g",
    _error_code(lambda code: code.replace(":", "")),
    "M-A-*",
)
_text_defect(
    "error-code-lower-case",
    "ErrorCode's prefix is in small letters.",
    "M-B-RSP-g",
    _error_code(str.lower),
    "M-A-*",
    extra=True,
)
_text_defect(
    "error-code-overlong",
    "ErrorCode is longer than 10 characters.",
    "M-B-RSP-g",
    _error_code(lambda code: code + "00000000"),
)
_text_defect(
    "without-error-code",
    "ErrorCode is missing.",
    "M-B-RSP-g",
    lambda text: re.sub("<ErrorCode>.*</ErrorCode>", "", text),
    "M-A-*",
    extra=True,
)
_text_defect(
    "without-error-text",
    "ErrorText is missing.",
    "M-B-RSP-g",
    lambda text: re.sub("<ErrorText>.*</ErrorText>", "", text, flags=re.DOTALL),
    extra=True,
)

# Certificate or Error, and the order

_ERROR = "<Error><ErrorCode>CA:1</ErrorCode><ErrorText>none</ErrorText></Error>"
_text_defect(
    "of-certificate-and-error",
    "Certificate and Error stand in one response.",
    "M-B-RSP-h",
    lambda text: text.replace("</Certificate>", f"</Certificate>{_ERROR}"),
    "M-B-RSP-i",
)
_text_defect(
    "of-neither",
    "An error response has no Error.",
    "M-B-RSP-h",
    lambda text: re.sub("<Error>.*</Error>", "", text, flags=re.DOTALL),
    "M-B-RSP-g",
    "M-A-*",
)
_text_defect(
    "success-with-error",
    "An Error stands under the status SUCCESS.",
    "M-B-RSP-h",
    lambda text: re.sub(r"<Status>\w+ERROR<", "<Status>SUCCESS<", text),
    "*",
    extra=True,
)
_text_defect(
    "error-with-certificate",
    "A certificate stands under the status CA_ERROR.",
    "M-B-RSP-h",
    lambda text: text.replace("<Status>SUCCESS<", "<Status>CA_ERROR<"),
    "*",
)
_text_defect(
    "out-of-order",
    "Status comes before TransactionId.",
    "M-B-RSP-i",
    lambda text: re.sub("(<TransactionId>.*</TransactionId>)(<Status>.*</Status>)", r"\2\1", text),
    "M-B-RSP-d",
    "M-B-RSP-e",
)
_text_defect(
    "with-unknown-element",
    "An element that the schema does not know ends the response.",
    "M-B-RSP-i",
    lambda text: text.replace(f"</{_ROOT}>", f"<Comment>none</Comment></{_ROOT}>"),
)
_text_defect(
    "cut-short",
    "The response's XML ends too early.",
    "M-2.4.GO-e",
    lambda text: text[:-10],
    "*",
)

# M-A: the code's prefix for each status


def _prefix_defect(status: Status, code: str) -> None:
    name = status.lower().replace("_", "-")

    @defect(
        f"response-{name}-code-{code[:2].lower()}",
        f"ErrorCode of {status} begins with {code[:3]}",
        breaks=[f"M-A-{status}"],
        related=("M-B-RSP-g", "M-B-RSP-h", *_READING),
    )
    def alter(policies: Policies) -> Policies:
        return replace(policies, error_codes={**policies.error_codes, status: code})


_prefix_defect(Status.UNKNOWN_DEVICE, "CA:1001")
_prefix_defect(Status.ISSUANCE_ANOMALY, "UD:2001")
_prefix_defect(Status.CSR_ERROR, "CA:3001")
_prefix_defect(Status.FORMAT_ERROR, "CR:5001")
