"""A submission, read as it arrives (M-C, M-E): nothing of it is kept but the part at hand and the IDs.

The schema is applied while the document is parsed. Two things escape it, because lxml validates a stream
without a document: that the IDs are unique, and that a DeviceCSR is Base64. They are rules of their own.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from lxml import etree

from reference_ra.batch.messages import BatchRejected, TooManyCsrs
from reference_ra.messages import WHITE_SPACE

REQUEST_ROOT = "SubmitCSRBatch"
_ELEMENT = "DeviceCSR"
_WITHOUT_WHITE_SPACE = str.maketrans("", "", "".join(WHITE_SPACE))


@dataclass(frozen=True, slots=True)
class SubmittedCsr:
    """One Device CSR of a batch."""

    identifier: str
    text: str
    """Its Base64, as it came."""
    file_name: str | None = None
    """Of its file in an archive; None where it came through the web service."""


IdentifierRule = Callable[[str, set[str]], None]
"""Takes the ID of a CSR and those before it, and adds it to them; BatchRejected where it may not follow."""
TextRule = Callable[[str], None]
"""BatchRejected where the text of a DeviceCSR is not that of a right document."""
RootRule = Callable[[etree._Element], None]
"""Takes the root when its start is read; BatchRejected where a right document does not begin so."""


@dataclass(frozen=True)
class SubmissionRules:
    """What a submission must keep, apart from its size."""

    schema: etree.XMLSchema | None
    """None where any XML will do."""
    before_parsing: Callable[[bytes], bytes]
    """What is made of each part of the document, as it arrives, before the parser sees it."""
    root_rule: RootRule
    identifier_rule: IdentifierRule
    text_rule: TextRule
    schema_refusal: Callable[[etree._ListErrorLog], str]
    """What the subscriber is told of a document that breaks the schema."""


def begins_a_submission(root: etree._Element) -> None:
    """The root is a submission's, and no document type comes before it."""
    if root.getroottree().docinfo.internalDTD is not None:
        raise BatchRejected("The submission has a document type declaration")
    if root.tag != REQUEST_ROOT:
        raise BatchRejected("The document is no submission")


def identifier_is_unique(identifier: str, before: set[str]) -> None:
    """xs:ID: no two elements of a document have the same."""
    if identifier in before:
        raise BatchRejected("Two CSRs have the same ID")
    before.add(identifier)


def text_is_base64(text: str) -> None:
    """xs:base64Binary, which allows for white space: M-C's own rule on that concerns the one CSR."""
    try:
        base64.b64decode(text.translate(_WITHOUT_WHITE_SPACE), validate=True)
    except (binascii.Error, ValueError) as error:
        raise BatchRejected("A DeviceCSR is not Base64") from error


class SubmissionParser:
    """Takes a document in pieces and gives its CSRs; BatchRejected as soon as it is known to be wrong."""

    def __init__(self, rules: SubmissionRules, csr_limit: int) -> None:
        """Begin a document; `csr_limit` is the largest number of CSRs."""
        self.reference: str | None = None
        """The document's ID, once its beginning is read."""
        self.count = 0
        """CSRs so far."""
        self._rules = rules
        self._csr_limit = csr_limit
        self._identifiers: set[str] = set()
        self._root: etree._Element | None = None
        self._ended = False
        self._parser = etree.XMLPullParser(
            ("start", "end"),
            schema=rules.schema,
            resolve_entities=False,
            no_network=True,
            load_dtd=False,
            huge_tree=False,
            remove_comments=True,
            remove_pis=True,
        )

    def feed(self, octets: bytes) -> list[SubmittedCsr]:
        """The CSRs that end within the next octets of the document."""
        try:
            self._parser.feed(self._rules.before_parsing(octets))
            found = list(self._read())
        except (etree.XMLSyntaxError, ValueError) as error:
            raise BatchRejected("The submission is not well-formed XML") from error
        if len(self._parser.feed_error_log):
            raise BatchRejected(self._rules.schema_refusal(self._parser.feed_error_log))
        return found

    def close(self) -> None:
        """The document must be whole."""
        try:
            self._parser.close()
        except (etree.XMLSyntaxError, ValueError) as error:
            raise BatchRejected("The submission is not well-formed XML, or breaks the schema") from error
        if not self._ended:
            raise BatchRejected("The submission is not whole")

    def _read(self) -> Iterator[SubmittedCsr]:
        # The events asked for have no other form than this.
        events: Iterator[tuple[str, etree._Element]] = self._parser.read_events()  # type: ignore[assignment]
        for event, element in events:
            if event == "start":
                if self._root is None:
                    self._begin(element)
            elif element is self._root:
                self._ended = True
            elif element.getparent() is self._root:
                if element.tag == _ELEMENT:
                    yield self._csr(element)
                self._forget(element)

    def _begin(self, root: etree._Element) -> None:
        self._root = root
        self._rules.root_rule(root)
        self.reference = root.get("ID")

    def _csr(self, element: etree._Element) -> SubmittedCsr:
        self.count += 1
        if self.count > self._csr_limit:
            raise TooManyCsrs(f"A batch holds at most {self._csr_limit} CSRs")
        # The value of an xs:ID is without the white space around it.
        identifier = element.get("ID", "").strip(" \t\r\n")
        self._rules.identifier_rule(identifier, self._identifiers)
        text = element.text or ""
        self._rules.text_rule(text)
        return SubmittedCsr(identifier, text)

    @staticmethod
    def _forget(element: etree._Element) -> None:
        """Free an element and those before it."""
        parent = element.getparent()
        element.clear()
        while parent is not None and element.getprevious() is not None:
            del parent[0]
