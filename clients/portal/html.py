"""Reads pages as they came: hostile or broken ones give nothing to find, and never an exception."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from typing import cast
from urllib.parse import urljoin

from lxml import etree
from lxml.cssselect import CSSSelector

from clients.exchange import Response
from clients.portal.pages import Locator, LocatorKind
from clients.portal.reading import as_read

Element = etree._Element

_HTML = ("text/html", "application/xhtml+xml")
_CHARSET = re.compile(rb"""charset\s*=\s*["']?([A-Za-z0-9_.:-]{1,40})""", re.IGNORECASE)
_DECLARED_WITHIN = 1024
"""A page declares its encoding in so many octets, or not at all."""
_ENCODINGS = {
    "utf-8": "utf-8",
    "utf8": "utf-8",
    # What the HTML standard reads these as.
    "iso-8859-1": "cp1252",
    "latin1": "cp1252",
    "us-ascii": "cp1252",
    "ascii": "cp1252",
    "windows-1252": "cp1252",
    "utf-16": "utf-16",
    "utf-16le": "utf-16-le",
    "utf-16be": "utf-16-be",
}
_MARKS = ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"))
_UNSEEN = frozenset({"head", "script", "style", "datalist"})
_UNSEEN_STYLE = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)
_CONTROLS = frozenset({"input", "textarea", "select", "button", "meter", "output", "progress"})
_INLINE = frozenset(
    {"a", "abbr", "b", "bdi", "bdo", "big", "cite", "code", "data", "del", "dfn", "em", "font", "i", "ins"}
    | {"kbd", "label", "mark", "q", "s", "samp", "small", "span", "strong", "sub", "sup", "time", "tt", "u"}
    | {"var", "wbr"}
)
"""Elements that end no word; any other stands apart from its neighbours."""


class Document:
    """One page, read once."""

    def __init__(self, url: str, response: Response | None) -> None:
        """What came from `url`; without a response, or where it is no page, nothing is found on it.

        Raises OSError where the file of a large response cannot be read.
        """
        self.url = url
        self._root, plain = _read(response)
        self.title = next((as_read(title.text or "") for title in self.elements("title")), "")
        self.text = plain if self._root is None else text_of(self._root)
        self._by_id: dict[str, Element] | None = None

    def find(self, locator: Locator, within: Element | None = None, *, unseen: bool = False) -> list[Element]:
        """The elements that `locator` names, in their order, `within` an element where one is given; with
        `unseen` those as well that a user does not see."""
        root = self._root if within is None else within
        if root is None:
            return []
        match locator.kind:
            case LocatorKind.CSS:
                found: Iterable[Element] = _selected(locator.value, root)
            case LocatorKind.LABEL:
                found = self._labelled(locator.value, root)
            case LocatorKind.LINK:
                found = (link for link in root.iter("a", "area") if link.get("href") is not None)
                found = (link for link in found if _name(link) == as_read(locator.value))
            case LocatorKind.BUTTON:
                found = (each for each in root.iter("button", "input") if _is_button(each))
                found = (button for button in found if _name(button) == as_read(locator.value))
        return [element for element in found if unseen or is_seen(element)]

    def texts(self, locator: Locator, within: Element | None = None) -> Sequence[str]:
        """The texts of those elements."""
        return [text_of(element) for element in self.find(locator, within)]

    def by_id(self, identifier: str | None) -> Element | None:
        """The first element that has this id."""
        if self._by_id is None:
            self._by_id = {}
            for element in self.elements():
                self._by_id.setdefault(element.get("id", ""), element)
        return self._by_id.get(identifier) if identifier else None

    def elements(self, *tags: str) -> Iterator[Element]:
        """Every element with one of these tags; without tags every element."""
        return iter(()) if self._root is None else self._root.iter(*(tags or "*"))

    def absolute(self, reference: str) -> str:
        """The URL that a reference on this page leads to, without a fragment; empty where it is none."""
        base = next((each.get("href", "") for each in self.elements("base") if each.get("href")), "")
        return joined(joined(self.url, base), reference)

    def _labelled(self, text: str, root: Element) -> Iterator[Element]:
        wanted, scope = as_read(text), set(root.iter(*_CONTROLS))
        named = {self._control_of(label) for label in self.elements("label") if _label_text(label) == wanted}
        read: dict[str, str] = {}
        for control in root.iter(*_CONTROLS):
            if control in scope and (
                control in named or wanted == _aria_label(control) or self._is_called(control, wanted, read)
            ):
                yield control

    def _is_called(self, control: Element, wanted: str, read: dict[str, str]) -> bool:
        """Whether the texts that aria-labelledby names are `wanted`, one after the other.

        `read` has those that were read before, no more of each than tells that it is none of them: a page may
        name its longest text a thousand times over.
        """
        rest = f"{wanted} "
        for identifier in (control.get("aria-labelledby") or "").split():
            if identifier not in read:
                element = self.by_id(identifier)
                read[identifier] = "" if element is None else text_of(element)[: len(wanted) + 1]
            text = read[identifier]
            if text and not rest.startswith(f"{text} "):
                return False
            rest = rest.removeprefix(f"{text} ")
        return not rest

    def _control_of(self, label: Element) -> Element | None:
        if label.get("for") is not None:
            return self.by_id(label.get("for"))
        inside = (each for each in label.iter(*_CONTROLS) if each.get("type", "").lower() != "hidden")
        return next(inside, None)


def joined(url: str, reference: str) -> str:
    """Where a reference leads to from `url`, without a fragment; empty where it is no reference."""
    try:
        return urljoin(url, reference.strip()).partition("#")[0]
    except ValueError:
        return ""


def text_of(element: Element, *, without: frozenset[str] = frozenset()) -> str:
    """What a user who sees it can read in it, runs of white space as one space, without these tags."""
    if not len(element):  # most are: no need to walk
        return as_read(element.text or "")
    parts: list[str] = []
    walk = etree.iterwalk(element, events=("start", "end"))
    for event, each in walk:
        tag = each.tag if isinstance(each.tag, str) else ""
        apart = "" if tag in _INLINE else " "
        if event == "start":
            parts.append(apart)
            if each is not element and (_hides(each) or tag in without):
                walk.skip_subtree()
            else:
                parts.append(each.text or "")
        else:
            parts.append(apart)
            if each is not element:
                parts.append(each.tail or "")
    return as_read("".join(parts))


def is_seen(element: Element) -> bool:
    """Whether a user sees it, as far as the page's markup tells: style sheets are not read."""
    return not _hides(element) and not any(map(_hides, element.iterancestors()))


def _hides(element: Element) -> bool:
    tag, names = element.tag, element.keys()
    return (
        tag in _UNSEEN
        or "hidden" in names
        or (tag == "input" and element.get("type", "").lower() == "hidden")
        or ("style" in names and bool(_UNSEEN_STYLE.search(element.get("style", ""))))
    )


def _name(element: Element) -> str:
    """A link's or a button's text."""
    spoken = _aria_label(element)
    if spoken:
        return spoken
    if element.tag == "input":
        return as_read(element.get("alt" if element.get("type", "").lower() == "image" else "value") or "")
    return text_of(element)


def _aria_label(element: Element) -> str:
    return as_read(element.get("aria-label") or "")


def _label_text(label: Element) -> str:
    return text_of(label, without=_CONTROLS)


def _is_button(element: Element) -> bool:
    kinds = ("submit", "image", "button")
    return element.tag == "button" or element.get("type", "").lower() in kinds


@lru_cache(maxsize=256)
def _selector(css: str) -> CSSSelector:
    return CSSSelector(css, translator="html")


def _selected(css: str, root: Element) -> list[Element]:
    try:
        found = cast(list[Element], _selector(css)(root))  # a CSS selector selects nothing else
    except etree.LxmlError:  # the page is too much for the search
        return []
    return found


def _read(response: Response | None) -> tuple[Element | None, str]:
    """The root of a page; or the text of what is no HTML."""
    if response is None:
        return None, ""
    kind, _, parameters = (response.header("Content-Type") or "text/html").partition(";")
    kind = kind.strip().lower()
    if response.header("Content-Encoding") not in (None, "identity") or not kind.startswith(_READABLE):
        return None, ""
    with response.open() as stream:
        octets = stream.read()
    text = _decoded(octets, parameters.encode("ascii", "ignore"))
    if kind not in _HTML:
        return None, as_read(text)
    parser = etree.HTMLParser(
        encoding="utf-8", huge_tree=False, no_network=True, remove_comments=True, remove_pis=True
    )
    try:
        root = cast("Element | None", etree.fromstring(text.encode(), parser))
    except (etree.LxmlError, ValueError):  # an empty page, or one that is none at all
        return None, ""
    if root is None:
        return None, ""
    etree.strip_elements(root, "template", with_tail=False)  # what is in one is no part of the page
    return root, ""


_READABLE = ("text/", *_HTML)


def _decoded(octets: bytes, parameters: bytes) -> str:
    """The text of a page: what is no text in its encoding is replaced."""
    for mark, encoding in _MARKS:
        if octets.startswith(mark):
            return octets[len(mark) :].decode(encoding, "replace")
    declared = _CHARSET.search(parameters) or _CHARSET.search(octets[:_DECLARED_WITHIN])
    name = declared[1].decode("ascii").lower() if declared else ""
    return octets.decode(_ENCODINGS.get(name, "utf-8"), "replace")
