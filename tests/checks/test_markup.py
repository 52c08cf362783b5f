"""What a page made of a pasted text, told from the page's octets."""

from __future__ import annotations

import pytest

from checks.markup import find_markup

PAGE = "<!doctype html><html><body><main>{}</main></body></html>"


def page(content: str) -> bytes:
    return PAGE.format(content).encode()


@pytest.mark.parametrize(
    ("content", "found"),
    [
        ('<b id="pasted">bold</b>', '<b id="pasted">bold</b>'),
        ('<textarea></textarea><b id="pasted">bold</b></textarea>', '<b id="pasted">bold</b>'),
        ('<input value=""><b id="pasted">bold</b>">', '<b id="pasted">bold</b>'),
        ('<script id="pasted">x</script>', '<script id="pasted">x</script>'),
        ("<p>49&lt;b id=&quot;pasted&quot;&gt;</p>", '49<b id="pasted">'),
        ("<p>49&lt;b id='pasted'&gt;</p>", "49<b id='pasted'>"),
    ],
)
def test_what_came_of_the_markup_is_found(content: str, found: str) -> None:
    assert find_markup(page(content), "pasted", "49") == found


@pytest.mark.parametrize(
    "content",
    [
        "",
        "<p>&lt;b id=&quot;pasted&quot;&gt;bold&lt;/b&gt;</p>",
        '<textarea><b id="pasted">bold</b></textarea>',
        '<input value="&lt;b id=&quot;pasted&quot;&gt;">',
        "<p>{{ 7 * 7 }}&lt;b id=&quot;pasted&quot;&gt;</p>",
        '<p>49</p><b id="other">bold</b>',
    ],
)
def test_what_is_shown_as_text_is_not(content: str) -> None:
    assert find_markup(page(content), "pasted", "49") is None


@pytest.mark.parametrize("body", [b"", b"\x00\xff\xfe", b"<", b"<html>" + b"<div>" * 100_000])
def test_a_page_that_cannot_be_read_holds_nothing(body: bytes) -> None:
    assert find_markup(body, "pasted", "49") is None
