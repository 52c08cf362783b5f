"""What a page made of what a user pasted: text, or parts of itself."""

from __future__ import annotations

from lxml import etree, html

MAXIMUM_OCTETS = 4 * 1024 * 1024
"""No more of a page is read."""


def find_markup(body: bytes, element_id: str, value: str) -> str | None:
    """The element with this ID in a page, as it stands there, or the value of an expression just before its
    escaped text; None where neither is there.

    A page that cannot be read as HTML holds neither.
    """
    document = _read(body)
    if document is None:
        return None
    for element in document.iter():
        if isinstance(element.tag, str) and element.get("id") == element_id:
            return etree.tostring(element, encoding="unicode", with_tail=False)[:200]
    text = document.text_content()
    for quote in "\"'":
        marked = f"{value}<b id={quote}{element_id}{quote}>"
        if marked in text:
            return marked
    return None


def _read(body: bytes) -> html.HtmlElement | None:
    parser = html.HTMLParser(huge_tree=False, no_network=True, encoding="utf-8")
    try:
        return html.document_fromstring(body[:MAXIMUM_OCTETS], parser=parser)
    except (etree.LxmlError, ValueError, AssertionError):
        return None
