"""The texts of a CSR: each variant of M-F is read back whole, and a wrong one is not that CSR's."""

from __future__ import annotations

import base64
import re
from html.parser import HTMLParser

import pytest

from clients.csr.organisation import build_organisation_csr
from clients.csr.texts import (
    HEADERS,
    MARKUP,
    MARKUP_ID,
    TEXT_FORMS,
    USUAL_FORM,
    WRONG_TEXTS,
    csr_text,
    text_form,
    wrong_text,
)

DER = build_organisation_csr(bytes(8), "02", "digitalSignature").der


@pytest.mark.parametrize("name", TEXT_FORMS)
def test_a_form_is_what_its_name_says(name: str) -> None:
    header, width, end = name.split(", ")
    text = text_form(DER, name)
    line_end = {"LF": "\n", "CRLF": "\r\n"}[end]
    assert text.endswith(line_end)
    assert ("\r" in text) is (end == "CRLF")
    lines = text.removesuffix(line_end).split(line_end)
    if HEADERS[header]:
        label = header.removesuffix(" lines")
        assert lines[0] == f"-----BEGIN {label}-----"
        assert lines[-1] == f"-----END {label}-----"
        lines = lines[1:-1]
    assert base64.b64decode("".join(lines), validate=True) == DER
    if width == "one line":
        assert len(lines) == 1
    else:
        assert {len(line) for line in lines[:-1]} == {int(width.removeprefix("lines of "))}


def test_the_forms_are_all_combinations() -> None:
    assert len(TEXT_FORMS) == 18
    assert len({text_form(DER, name) for name in TEXT_FORMS}) == 18
    assert USUAL_FORM in TEXT_FORMS
    with pytest.raises(KeyError):
        text_form(DER, "in runes")


def test_nothing_has_a_text_too() -> None:
    assert csr_text(b"", "X", None, "\n") == "-----BEGIN X-----\n-----END X-----\n"


PEM = re.compile(
    r"\s*(?:-----BEGIN (?P<label>(?:NEW )?CERTIFICATE REQUEST)-----\s(?P<armoured>[A-Za-z0-9+/=\s]*)"
    r"-----END (?P=label)-----|(?P<bare>[A-Za-z0-9+/=\s]*))\s*"
)


@pytest.mark.parametrize("name", WRONG_TEXTS)
def test_a_wrong_text_does_not_give_the_csr(name: str) -> None:
    """By a reader of M-F's variants and no others."""
    match = PEM.fullmatch(wrong_text(DER, name))
    if match is None:
        return
    text = match["armoured"] or match["bare"] or ""
    try:
        octets = base64.b64decode("".join(text.split()), validate=True)
    except ValueError:
        return
    assert octets != DER


@pytest.mark.parametrize("name", TEXT_FORMS)
def test_that_reader_reads_the_right_ones(name: str) -> None:
    match = PEM.fullmatch(text_form(DER, name))
    assert match
    assert base64.b64decode("".join((match["armoured"] or match["bare"]).split())) == DER


@pytest.mark.parametrize("name", MARKUP)
def test_markup_makes_an_element_of_a_page_that_does_not_escape_it(name: str) -> None:
    found: list[str | None] = []

    class Reader(HTMLParser):
        def handle_starttag(self, _tag: str, attributes: list[tuple[str, str | None]]) -> None:
            found.append(dict(attributes).get("id"))

    reader = Reader()
    reader.feed(f"<textarea>{MARKUP[name]}</textarea>" if "text area" in name else MARKUP[name])
    assert MARKUP_ID in found
