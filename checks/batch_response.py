"""Reading responses of the Batched Device CSR Web Service (Appendix M8.0, M-E), whatever an RA sent.

The response to a submission is small and read whole. A result holds up to 50,000 certificates and is read as
a stream, one result at a time. Reading is lenient as `checks.message` says; the form is judged by
`checks.batch` and `checks.batch_result`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO, cast

from lxml import etree

from checks.message import (
    SAFE_XML,
    ResponseUnreadable,
    child,
    child_text,
    has_document_type,
    is_html,
    local_name,
    positive_or_zero,
)

SUBMISSION_ROOT = "SubmitCSRBatchStatus"
RESULT_ROOT = "CSRBatchResult"
RESULT = "DeviceCertificate"
"""The element that holds the result of one Device CSR."""
MAXIMUM_OCTETS = 1024 * 1024
"""Of a response to a submission; it holds a status and a number or an error."""
LONGEST_RESULT_OCTETS = 256 * 1024
"""Of the result of one Device CSR, and of what stands before the first; a thousand times what is usual."""
_PIECE_OCTETS = 65536
_MOST_OTHER_ELEMENTS = 64
"""Children of a result's root that are no result; the schema has four."""
_EXPECTED = "an XML response"


@dataclass(frozen=True, slots=True)
class BatchHead:
    """What a response says of the batch as a whole; None stands for what is absent."""

    id: str | None
    version: str | None
    build: str | None
    status: str | None
    """The BatchStatus."""
    batch_id: int | None
    """None also where it is not an integer."""
    error_code: str | None
    error_text: str | None


def read_submission(body: bytes) -> BatchHead:
    """Read the body of the response to a submission. Raises ResponseUnreadable."""
    return read_head(parse_submission(body))


def parse_submission(body: bytes) -> etree._Element:
    """The root element, whose local name is that of the response. Raises ResponseUnreadable."""
    _refuse_early(body)
    if len(body) > MAXIMUM_OCTETS:
        raise _unreadable(f"{len(body)} octets, more than {MAXIMUM_OCTETS}")
    try:
        root = etree.fromstring(body, etree.XMLParser(**SAFE_XML))
    except etree.XMLSyntaxError as error:
        raise _unreadable(f"not well-formed XML: {error.msg}") from None
    _refuse_root(root, SUBMISSION_ROOT, "M-C-RSP-a")
    return root


def read_head(root: etree._Element) -> BatchHead:
    """The fields of a response, less the results."""
    error = child(root, "Error")
    return BatchHead(
        id=root.get("ID"),
        version=child_text(root, "Version"),
        build=child_text(root, "Build"),
        status=child_text(root, "BatchStatus"),
        batch_id=positive_or_zero(child_text(root, "BatchId")),
        error_code=None if error is None else child_text(error, "ErrorCode"),
        error_text=None if error is None else child_text(error, "ErrorText"),
    )


def read_result(stream: BinaryIO) -> tuple[BatchHead, int]:
    """The fields of a result message, and how many results it has. Raises ResponseUnreadable."""
    reading = ResultStream(stream)
    results = sum(1 for _ in reading)
    if reading.root is None:
        raise _unreadable("no root element")
    return read_head(reading.root), results


class ResultStream:
    """A result message as a stream of its results.

    Iterate to its end; then `root` is the message without results, but for the first, which is left without
    content where it stood. Memory is bounded whatever comes: a result or a head that is longer than
    LONGEST_RESULT_OCTETS ends the reading, as do elements that do not belong.
    """

    def __init__(self, stream: BinaryIO) -> None:
        """Read `stream` from where it is; it is not closed."""
        self._stream = stream
        self.root: etree._Element | None = None
        self.stray = ""
        """The first character data found behind a result, if any."""

    def __iter__(self) -> Iterator[etree._Element]:
        """Each result, for use until the next is asked for. Raises ResponseUnreadable where the message
        cannot be read any further; results that came before have been given."""
        parser = etree.XMLPullParser(events=("end",), tag=f"{{*}}{RESULT}", collect_ids=False, **SAFE_XML)
        earlier: etree._Element | None = None
        number = quiet = 0
        piece = self._stream.read(_PIECE_OCTETS)
        _refuse_early(piece)
        while piece:
            broken = _feed(parser, piece)
            quiet += len(piece)
            for event in parser.read_events():
                element = cast(etree._Element, event[1])
                parent = element.getparent()
                if parent is None or parent.getparent() is not None:
                    continue
                if earlier is None:
                    self._check_root(parent)
                else:
                    self._drop(parent, earlier, keep=number == 1)
                number, quiet = number + 1, 0
                yield element
                earlier = element
            if broken is not None:
                raise broken
            if self.root is not None and len(self.root) > _MOST_OTHER_ELEMENTS:
                raise _unreadable(f"more than {_MOST_OTHER_ELEMENTS} elements beside the results")
            if quiet > LONGEST_RESULT_OCTETS:
                raise _unreadable(f"more than {LONGEST_RESULT_OCTETS} octets without the end of a result")
            piece = self._stream.read(_PIECE_OCTETS)
        try:
            root = parser.close()
        except etree.XMLSyntaxError as error:
            raise _unreadable(f"not well-formed XML: {error.msg}") from None
        self._check_root(root)
        if earlier is not None:
            self._drop(root, earlier, keep=number == 1)

    def _check_root(self, root: etree._Element) -> None:
        _refuse_root(root, RESULT_ROOT, "M-D-RSP-a")
        self.root = root

    def _drop(self, root: etree._Element, result: etree._Element, *, keep: bool) -> None:
        text = (result.tail or "").strip()
        self.stray = self.stray or text
        if keep:
            result.clear()
        else:
            root.remove(result)


def _feed(parser: etree.XMLPullParser, piece: bytes) -> ResponseUnreadable | None:
    """What is wrong with the XML, once the results before it have been looked at."""
    try:
        parser.feed(piece)
    except etree.XMLSyntaxError as error:
        return _unreadable(f"not well-formed XML: {error.msg}")
    return None


def _refuse_early(start: bytes) -> None:
    """Refuse what needs no XML parser to be refused, or should not come near one."""
    if not start.strip():
        raise _unreadable(f"a body that begins with {len(start)} octets without content")
    if is_html(start):
        raise _unreadable("HTML")
    if has_document_type(start):
        raise _document_type()


def _refuse_root(root: etree._Element, name: str, requirement: str) -> None:
    if local_name(root) != name:
        raise ResponseUnreadable(
            f"root element {local_name(root)[:100]}", requirement, f"root element {name}"
        )
    if root.getroottree().docinfo.internalDTD is not None:
        raise _document_type()


def _document_type() -> ResponseUnreadable:
    return ResponseUnreadable("a document type declaration", "M-2.5.GO-b", "XML without a document type")


def _unreadable(reason: str) -> ResponseUnreadable:
    return ResponseUnreadable(reason, "M-2.5.GO-b", _EXPECTED)
