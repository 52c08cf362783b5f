"""Legal variants of the response message."""

from __future__ import annotations

import re
import secrets
from dataclasses import replace

from lxml import etree

from reference_ra.adjust import with_reply, with_text
from reference_ra.alterations import variant
from reference_ra.messages import Rejected, Status
from reference_ra.policies import Policies


@variant("other-error-codes", "The part of each ErrorCode after the colon is another, of up to 7 characters.")
def other_error_codes(policies: Policies) -> Policies:
    """Number errors otherwise."""
    codes = {status: f"{code[:3]}Err{code[-4:]}" for status, code in policies.error_codes.items()}
    return replace(policies, error_codes=codes)


@variant("short-error-codes", "The part of each ErrorCode after the colon is one character.", extra=True)
def short_error_codes(policies: Policies) -> Policies:
    """Keep codes short."""
    return replace(
        policies, error_codes={status: f"{code[:3]}0" for status, code in policies.error_codes.items()}
    )


@variant("error-text-in-welsh", "ErrorText is in another language, with characters beyond ASCII and escapes.")
def error_text_in_welsh(policies: Policies) -> Policies:
    """Speak Welsh."""
    return with_reply(
        policies, lambda reply: replace(reply, error_text=reply.error_text and "Gwrthodwyd y cais <tŷ & dŵr>")
    )


@variant("error-text-empty", "ErrorText is empty.")
def error_text_empty(policies: Policies) -> Policies:
    """Say nothing: a string may be empty."""
    return with_reply(policies, lambda reply: replace(reply, error_text=""))


@variant("prolog-and-comments", "Responses begin with an XML declaration and hold comments and white space.")
def prolog_and_comments(policies: Policies) -> Policies:
    """Lay the XML out for people to read."""

    def lay_out(text: str) -> str:
        spaced = re.sub(r"><(?!/)", ">\n  <!-- next -->\n  <", text)
        closed = re.sub(r"(</\w+>)(?=</)", r"\1\n", spaced)
        return f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<!-- SMKI -->\n{closed}\n'

    return with_text(policies, lay_out)


@variant("byte-order-mark", "Responses begin with a UTF-8 byte order mark.")
def byte_order_mark(policies: Policies) -> Policies:
    """Write the mark that some XML libraries write."""
    return with_text(policies, lambda text: f'\ufeff<?xml version="1.0" encoding="utf-8"?>{text}')


@variant("single-quotes", "The XML declaration and attributes are written with single quotes.")
def single_quotes(policies: Policies) -> Policies:
    """Quote otherwise, where the value allows it."""

    def quote(text: str) -> str:
        return "<?xml version='1.0' encoding='UTF-8'?>" + re.sub(r' ID="([^"\']*)"', r" ID='\1'", text)

    return with_text(policies, quote)


@variant(
    "numeric-references",
    "Some characters are written as character references, and text as CDATA.",
    extra=True,
)
def numeric_references(policies: Policies) -> Policies:
    """Write the same text in other octets."""

    def rewrite(text: str) -> str:
        build = re.sub("<Build>(.*?)</Build>", r"<Build><![CDATA[\1]]></Build>", text)
        return build.replace("<Version>1.0<", "<Version>1&#46;0<")

    return with_text(policies, rewrite)


@variant("schema-location", "The root names an XML Schema file, as schemas allow any root to.", extra=True)
def schema_location(policies: Policies) -> Policies:
    """Point at the schema."""
    instance = 'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
    located = f'{instance} xsi:noNamespaceSchemaLocation="AdHocDeviceCSR-1.0.xsd"'
    root = "<DeviceCertificateSigningResponse"
    return with_text(policies, lambda text: text.replace(root, f"{root} {located}", 1))


@variant("other-build", "Build is a long text with other characters.")
def other_build(policies: Policies) -> Policies:
    """Name another build."""
    build = "Ŝmki-RA 12.4.0-rc.3+sha.5114f85 (GB & IE) " + "x" * 200
    return with_reply(policies, lambda reply: replace(reply, build=build))


@variant("build-empty", "Build is an empty string.", extra=True)
def build_empty(policies: Policies) -> Policies:
    """Tell nothing of the build."""
    return with_reply(policies, lambda reply: replace(reply, build=""))


@variant("large-transactions", "TransactionId is a large number, and follows no order.")
def large_transactions(policies: Policies) -> Policies:
    """Draw it at random, past 32 bits and past 64."""
    return replace(policies, next_transaction=lambda: 10**20 + secrets.randbelow(10**21))


@variant("echoes-id-of-invalid-xml", "FORMAT_ERROR echoes the ID where the XML is well formed.")
def echoes_id_of_invalid_xml(policies: Policies) -> Policies:
    """Echo an ID that can be read and is one."""

    def reference(root: etree._Element | None, _: Rejected) -> str | None:
        found = None if root is None else root.get("ID")
        return found if found and len(found) <= 32 else None

    return replace(policies, reference_when_malformed=reference)


@variant("csr-error-for-white-space", "A CSR with white space, or an empty one, is a CSR_ERROR.")
def csr_error_for_white_space(policies: Policies) -> Policies:
    """Look at white space as part of the CSR's format."""

    def csr_octets(text: str) -> bytes:
        if not text or (set(text) & set(" \t\r\n") and "-----" not in text):
            raise Rejected(Status.CSR_ERROR, "The CSR is empty or holds white space")
        return policies.csr_octets(text)

    def reference(root: etree._Element | None, rejected: Rejected) -> str | None:
        if root is not None and rejected.status is Status.CSR_ERROR:
            return root.get("ID")
        return policies.reference_when_malformed(root, rejected)

    return replace(policies, csr_octets=csr_octets, reference_when_malformed=reference)
