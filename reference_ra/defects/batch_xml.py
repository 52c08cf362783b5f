"""Defects in how a submission is checked whole: its XML, its IDs, its size (M-2.5.1.2, M-E)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from lxml import etree

from reference_ra.alterations import Alter, defect
from reference_ra.batch.adjust import with_batch, with_batch_schema, with_submission, with_submission_rules
from reference_ra.batch.messages import BatchRejected, BatchStatus, SubmissionReply
from reference_ra.policies import Policies

_RELATED = ("M-2.5.1.2-*", "M-C-FORMAT_ERROR", "M-E-REQ-*", "M-2.5.GO-c", "M-2.5.GO-e")
_ACCEPTED = ("M-2.5.1.2-*", "M-C-*", "M-E-REQ-*", "M-2.5.1.4-a", "M-D-COMPLETED", "M-D-RSP-d", "M-2.5.1.3-e")
_LONGEST_CSR_ID = '<xs:maxLength value="100"/>'
_CSR_ID_LENGTH = f'<xs:minLength value="1"/>\n      {_LONGEST_CSR_ID}'
_LONGEST_REFERENCE = '<xs:maxLength value="256"/>'


def _xml_defect(name: str, summary: str, *also: str, extra: bool = False) -> Callable[[Alter], Alter]:
    return defect(f"batch-{name}", summary, breaks=("M-2.5.1.2-a", *also), related=_RELATED, extra=extra)


# The schema


@_xml_defect(
    "not-validated", "The schema is not applied; a well-formed submission is taken.", "M-E-REQ-a", "M-MSG-a"
)
def not_validated(policies: Policies) -> Policies:
    """Leave the schema out, and the rules that stand for parts of it."""
    return with_submission_rules(
        policies, schema=None, root_rule=lambda _: None, identifier_rule=lambda *_: None
    )


@_xml_defect("accepts-any-version", "A submission of another Version is taken.", "M-E-REQ-b", extra=True)
def accepts_any_version(policies: Policies) -> Policies:
    """Take any text for the version."""
    return with_batch_schema(policies, ('<xs:enumeration value="1.0"/>', ""))


@_xml_defect("accepts-no-csr", "A submission without a Device CSR is taken.", "M-E-REQ-c")
def accepts_no_csr(policies: Policies) -> Policies:
    """Let there be none."""
    element = '<xs:element name="DeviceCSR" '
    return with_batch_schema(policies, (element, f'{element}minOccurs="0" '))


@_xml_defect(
    "accepts-overlong-id", "A submission's ID of more than 256 characters is taken.", "M-E-REQ-a", extra=True
)
def accepts_overlong_id(policies: Policies) -> Policies:
    """Set no greatest length."""
    return with_batch_schema(policies, (_LONGEST_REFERENCE, ""))


@_xml_defect("accepts-missing-id", "A submission without ID is taken.", "M-E-REQ-a", extra=True)
def accepts_missing_id(policies: Policies) -> Policies:
    """Make every ID optional."""
    required = '<xs:attribute name="ID" type="Reference" use="required"/>'
    return with_batch_schema(policies, (required, required.replace("required", "optional")))


@_xml_defect("accepts-broken-base64", "A DeviceCSR that is not Base64 is taken.", "M-E-REQ-c", extra=True)
def accepts_broken_base64(policies: Policies) -> Policies:
    """Leave it to the check of the CSR."""
    return with_submission_rules(policies, text_rule=lambda _: None)


# The IDs of CSRs


@_xml_defect("accepts-duplicate-csr-ids", "Two Device CSRs of one batch may have the same ID.", "M-E-REQ-d")
def accepts_duplicate_csr_ids(policies: Policies) -> Policies:
    """Do not compare them."""
    return with_submission_rules(policies, identifier_rule=lambda *_: None)


@_xml_defect("accepts-csr-ids-of-any-text", "The ID of a Device CSR may be any text.", "M-E-REQ-d")
def accepts_csr_ids_of_any_text(policies: Policies) -> Policies:
    """Take a string for a name."""
    return with_batch_schema(policies, ('<xs:restriction base="xs:ID">', '<xs:restriction base="xs:string">'))


@_xml_defect(
    "accepts-csr-ids-with-a-digit-first",
    "The ID of a Device CSR may start with a digit.",
    "M-E-REQ-d",
    extra=True,
)
def accepts_csr_ids_with_a_digit_first(policies: Policies) -> Policies:
    """Take a name token for a name."""
    return with_batch_schema(
        policies, ('<xs:restriction base="xs:ID">', '<xs:restriction base="xs:NMTOKEN">')
    )


@_xml_defect(
    "accepts-overlong-csr-ids",
    "The ID of a Device CSR may have more than 100 characters.",
    "M-E-REQ-d",
    extra=True,
)
def accepts_overlong_csr_ids(policies: Policies) -> Policies:
    """Set no greatest length."""
    return with_batch_schema(policies, (_LONGEST_CSR_ID, ""))


@_xml_defect("accepts-missing-csr-ids", "A Device CSR without ID is taken.", "M-E-REQ-d", extra=True)
def accepts_missing_csr_ids(policies: Policies) -> Policies:
    """Make the ID optional."""
    required = '<xs:attribute name="ID" type="CsrIdentifier" use="required"/>'
    return with_batch_schema(policies, (required, required.replace("required", "optional")))


def _refusal(name: str, summary: str, breaks: str, *edits: tuple[str, str], extra: bool = False) -> None:
    @defect(f"batch-{name}", summary, breaks=[breaks], related=_ACCEPTED, extra=extra)
    def alter(policies: Policies) -> Policies:
        return with_batch_schema(policies, *edits)


_refusal(
    "refuses-256-character-id",
    "A submission's ID of 256 characters is refused.",
    "M-E-REQ-a",
    (_LONGEST_REFERENCE, _LONGEST_REFERENCE.replace("256", "255")),
)
_refusal(
    "refuses-1-character-csr-id",
    "A batch with a Device CSR whose ID is one character is refused.",
    "M-E-REQ-d",
    (_CSR_ID_LENGTH, _CSR_ID_LENGTH.replace('"1"', '"2"')),
)
_refusal(
    "refuses-100-character-csr-id",
    "A batch with a Device CSR whose ID is 100 characters is refused.",
    "M-E-REQ-d",
    (_LONGEST_CSR_ID, _LONGEST_CSR_ID.replace("100", "99")),
    extra=True,
)
_refusal(
    "refuses-csr-ids-beyond-ascii",
    "A batch with a Device CSR whose ID has other letters than those of ASCII is refused.",
    "M-E-REQ-d",
    (_LONGEST_CSR_ID, f'{_LONGEST_CSR_ID}<xs:pattern value="[!-~]+"/>'),
    extra=True,
)

# The limit


def _limited(policies: Policies, by: int) -> Policies:
    limits = policies.batch.limits
    return with_batch(policies, limits=replace(limits, csrs=limits.csrs + by))


@defect(
    "batch-limit-one-too-far",
    "A batch of one Device CSR more than the limit is taken.",
    breaks=["M-2.5.1.2-b"],
    related=["M-C-FORMAT_ERROR", "M-2.5.1.2-c"],
)
def limit_one_too_far(policies: Policies) -> Policies:
    """Count one too far."""
    return _limited(policies, 1)


@defect(
    "batch-limit-one-too-short",
    "A batch of as many Device CSRs as are allowed is refused.",
    breaks=["M-2.5.1.2-b"],
    related=["M-C-*", "M-2.5.1.2-c", "M-D-COMPLETED", "M-2.5.1.4-*", "N-3.1.1-*", "M-1.2-b"],
)
def limit_one_too_short(policies: Policies) -> Policies:
    """Count one too short."""
    return _limited(policies, -1)


@defect(
    "batch-refused-yet-processed",
    "A batch of too many Device CSRs is refused, and processed all the same.",
    breaks=["M-2.5.1.2-b"],
    related=["M-C-FORMAT_ERROR", "M-2.5.1.2-c"],
)
def refused_yet_processed(policies: Policies) -> Policies:
    """Count when the batch is kept already."""
    limit = policies.batch.limits.csrs
    unlimited = with_batch(policies, limits=replace(policies.batch.limits, csrs=limit * 1000))

    def change(reply: SubmissionReply) -> SubmissionReply:
        if reply.csrs <= limit:
            return reply
        code = policies.batch.error_codes[BatchStatus.FORMAT_ERROR]
        text = f"A batch holds at most {limit} CSRs"
        return SubmissionReply(BatchStatus.FORMAT_ERROR, reply.reference, error_code=code, error_text=text)

    return with_submission(unlimited, change)


# Document types and entities


def _expanding(policies: Policies, resolve_entities: bool | str) -> Policies:
    """A document with a document type is parsed, and goes on with its entities expanded."""

    def before_parsing(octets: bytes) -> bytes:
        if b"<!DOCTYPE" not in octets:
            return octets
        parser = etree.XMLParser(resolve_entities=resolve_entities, no_network=True)  # type: ignore[arg-type]
        try:
            return etree.tostring(etree.fromstring(octets, parser))
        except etree.XMLSyntaxError:
            return octets

    return with_submission_rules(policies, before_parsing=before_parsing)


@_xml_defect("expands-internal-entities", "A document type is taken, and its internal entities are expanded.")
def expands_internal_entities(policies: Policies) -> Policies:
    """Parse with a parser that expands, within the library's own limits."""
    return _expanding(policies, "internal")


@_xml_defect(
    "discloses-external-entities", "An external entity is read, and an ErrorText shows what it holds."
)
def discloses_external_entities(policies: Policies) -> Policies:
    """Parse with a parser that fetches, and tell the validator's own words."""
    return with_submission_rules(
        _expanding(policies, True),
        schema_refusal=lambda log: "; ".join(entry.message for entry in log)[:4000],
    )


@_xml_defect("exhausted-by-entities", "A document type with many entities ends in an internal error.")
def exhausted_by_entities(policies: Policies) -> Policies:
    """Fail as a parser without limits does, yet harmlessly."""
    rules = policies.batch.submission_rules

    def root_rule(root: etree._Element) -> None:
        declared = root.getroottree().docinfo.internalDTD
        if declared is not None and len(declared.entities()) > 2:  # type: ignore[attr-defined]
            raise BatchRejected("An internal error", BatchStatus.WORKFLOW_ERROR)
        rules.root_rule(root)

    return with_submission_rules(policies, root_rule=root_rule)
