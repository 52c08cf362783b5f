from __future__ import annotations

import re
import time
from collections import Counter
from dataclasses import replace
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest

from clients.exchange import Response
from reports import html
from reports.model import Run, Severity, StepResult, StepVerdict, Verdict
from reports.rollup import CatalogueEntry
from tests.reports.sample import (
    Row,
    catalogue,
    exchange,
    finish,
    large_catalogue,
    large_run,
    run,
    scenario,
    screenshot,
    target,
)

EVIL = "</pre></details><script>alert(1)</script><img src=x onerror=alert(2)>'\"&amp;"
VOID = {"meta", "link", "br", "input", "img"}


class Reader(HTMLParser):
    """Every element with its attributes, and whether elements are closed in order."""

    def __init__(self) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.open: list[str] = []
        self.text: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, {name: value or "" for name, value in attrs}))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag, tag

    def handle_data(self, data: str) -> None:
        if self.open[-1:] not in (["script"], ["style"]):
            self.text.append(data)


def page(result: Run, rows: dict[str, Row] | None = None) -> str:
    entries: dict[str, CatalogueEntry] = {**(rows or catalogue(Row("A")))}
    finish(result, entries)
    return (result.directory / "index.html").read_text(encoding="utf-8")


def read(text: str) -> Reader:
    reader = Reader()
    reader.feed(text)
    reader.close()
    assert reader.open == []
    return reader


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> str:
    return page(large_run(tmp_path_factory.mktemp("large")), large_catalogue())


def test_nothing_is_asked_of_the_network(large: str) -> None:
    for tag, attributes in read(large).elements:
        for name in ("src", "href", "action", "data", "srcset"):
            value = attributes.get(name, "")
            assert not urlsplit(value).netloc, (tag, value)
            assert value.startswith(("#", "data:,", "evidence/", "results.json")) or not value, (tag, value)
        assert "style" not in attributes
        assert not [name for name in attributes if name.startswith("on")]
    assert "url(" not in large.split("</style>")[0]
    assert "@import" not in large


def test_every_link_leads_somewhere_and_every_id_stands_once(large: str, tmp_path: Path) -> None:
    result = large_run(tmp_path, 60, 90)
    reader = read(page(result, large_catalogue()))
    for elements in (reader.elements, read(large).elements):
        ids = Counter(attributes["id"] for _, attributes in elements if "id" in attributes)
        assert max(ids.values()) == 1
        for _, attributes in elements:
            href = attributes.get("href", "")
            if href.startswith("#"):
                assert href[1:] in ids, href
    files = {unquote(a["href"]) for _, a in reader.elements if a.get("href", "").startswith("evidence/")}
    assert files
    assert all((tmp_path / file).is_file() for file in files)


def test_the_top_says_verdict_target_and_exit_status(tmp_path: Path) -> None:
    text = " ".join(" ".join(read(page(run(tmp_path, scenario("AHW-P01", "A")))).text).split())
    assert "Reference RA" in text
    assert "✓ CONFORMANT" in text
    assert "1 requirement proved, 0 failed; 0 not tested; 1 scenario run." in text
    assert "Exit status 0, conformant" in text
    assert "22 November 2026, 16:40:12 UTC" in text


def test_what_an_ra_sends_is_shown_and_never_obeyed(tmp_path: Path) -> None:
    body = f"<r>{EVIL}</r>".encode()
    headers = (("Content-Type", EVIL), (EVIL, "\x1b[31m\x00"))
    hostile = replace(exchange(b"\x00" + EVIL.encode()), response=Response(200, EVIL, headers, body))
    one = scenario(
        "AHW-N01",
        "A",
        EVIL,
        verdict=Verdict.FAIL,
        row=EVIL,
        reason=f"reason \x1b]0;title\x07 {EVIL}",
        findings=((EVIL, Severity.FAILURE),),
        exchanges=[hostile],
        notes=[EVIL],
        screenshots=[screenshot(EVIL)],
        steps=[StepResult("Given", EVIL, StepVerdict.FAILED, 0.1, EVIL)],
    )
    text = page(run(tmp_path, one, target=target(name=EVIL, settings={EVIL: EVIL})))
    reader = read(text)
    assert [tag for tag, _ in reader.elements].count("script") == 1
    images = [attributes for tag, attributes in reader.elements if tag == "img"]
    assert [set(image) for image in images] == [{"src", "alt", "width", "height", "loading"}]
    assert "alert(1)" in " ".join(reader.text)
    assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]", text)
    assert "\\x1b[31m\\x00" in text


def test_the_policy_allows_our_own_script_and_style_only(large: str) -> None:
    policies = [
        a["content"] for _, a in read(large).elements if a.get("http-equiv") == "Content-Security-Policy"
    ]
    assert len(policies) == 1
    assert "default-src 'none'" in policies[0]
    assert "unsafe" not in policies[0]
    assert "base-uri 'none'" in policies[0]


def test_lone_surrogates_and_invisible_characters_are_escaped(tmp_path: Path) -> None:
    one = scenario("AHW-N01", "A", verdict=Verdict.FAIL, reason="\ud800 \u202e \u200b", title="rtl \u2067")
    text = page(run(tmp_path, one))
    assert "\\ud800 \\u202e \\u200b" in text
    assert "rtl \\u2067" in text


def test_bodies_are_cut_and_say_so(tmp_path: Path) -> None:
    long = exchange(b"\xff" * 6000, b"<a>" + b"x" * 20_000 + b"</a>")
    one = scenario("AHW-N01", "A", verdict=Verdict.FAIL, exchanges=[long, exchange(b"", b"y" * 5000)])
    text = page(run(tmp_path, one))
    assert "6,000 octets, of which the first are shown" in text
    assert "20,007 octets, of which the first are shown" in text
    assert "evidence/AHW-N01/1-response.bin" in text
    assert "5,000 octets, of which the first are shown. Whole in results.json" in text
    assert max(len(match) for match in re.findall(r"x+", text)) == html.BODY_OCTETS - 3
    assert "0000  ff ff ff" in text
    assert "No body." in text


def test_xml_on_one_line_is_spread_and_says_so(tmp_path: Path) -> None:
    spread = page(
        run(tmp_path, scenario("AHW-N01", "A", exchanges=[exchange(b"<a><b/></a>", b"<a>\n<b/>\n</a>")]))
    )
    assert "&lt;a&gt;\n&lt;b/&gt;\n&lt;/a&gt;" in spread
    assert spread.count("were added for reading") == 1


def test_outline_rows_share_a_chip_with_the_worst_verdict(tmp_path: Path) -> None:
    rows = [
        scenario("AHW-N01", "A", row="P-384"),
        scenario("AHW-N01", "A", row="P-521", verdict=Verdict.FAIL, reason="it was accepted"),
    ]
    text = page(run(tmp_path, *rows))
    assert text.count('class="chip v-fail"') == 1
    assert "AHW-N01 ×2" in text  # noqa: RUF001
    assert "<dd>P-521</dd>" in text


def test_incidental_findings_lead_to_their_scenario(tmp_path: Path) -> None:
    one = scenario("AHW-P01", "A", findings=(("B", Severity.FAILURE),))
    text = page(run(tmp_path, one), catalogue(Row("A"), Row("B")))
    assert "finding in AHW-P01" in text
    assert "not what this scenario is about" in text


def test_a_rule_that_many_scenarios_found_broken_names_a_few(tmp_path: Path) -> None:
    many = [scenario(f"AHW-P{n:02d}", "A", findings=(("B", Severity.FAILURE),)) for n in range(20)]
    text = page(run(tmp_path, *many), catalogue(Row("A"), Row("B")))
    assert text.count("finding in AHW-P") == html.FINDING_CHIPS
    assert "and findings in 14 more" in text


def test_verdicts_are_words_beside_their_colour(large: str) -> None:
    for found in re.findall(r'<span class="badge v-\w+">(.*?)</span>(.*?)</span>', large)[:400]:
        assert found[1].strip().isupper()
    for chip in re.findall(r'<a class="chip v-(?!neutral).*?</a>', large)[:400]:
        assert re.search(r'<span class="vh">, [A-Z ]+</span>', chip)


def test_the_page_has_landmarks_labels_and_a_skip_link(large: str) -> None:
    elements = read(large).elements
    assert ("html", {"lang": "en-GB"}) in elements
    assert {"header", "main", "nav", "footer", "title"} <= {tag for tag, _ in elements}
    assert ("a", {"class": "skip", "href": "#scenarios"}) in elements
    levels = [int(tag[1]) for tag, _ in elements if re.fullmatch("h[1-6]", tag)]
    assert levels.count(1) == 1
    assert all(later - earlier <= 1 for earlier, later in pairwise(levels))
    for tag, attributes in elements:
        if tag == "th":
            assert attributes.get("scope") in ("row", "col")
    forms = [attributes for tag, attributes in elements if tag == "form"]
    assert all("hidden" in attributes for attributes in forms), "filters show only where the script runs"


def _luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def _contrast(one: str, other: str) -> float:
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
def test_colours_meet_wcag_aa(theme: int) -> None:
    style = (html.TEMPLATES / "report.css").read_text(encoding="utf-8")
    colours = dict(
        re.findall(r"--([\w-]+): (#[0-9a-f]{6})", re.findall(r":root \{(.*?)\}", style, re.S)[theme])
    )
    grounds = [colours[name] for name in ("page", "surface", "sunken")]
    verdicts = ("pass", "fail", "advisory", "inconclusive", "neutral")
    for ground in grounds:
        for name in ("text", "muted", "link", *verdicts):
            assert _contrast(colours[name], ground) >= 4.5, (name, ground)
        for name in ("strong", "focus"):
            assert _contrast(colours[name], ground) >= 3, (name, ground)
    for name in verdicts:
        assert _contrast(colours[name], colours[f"{name}-soft"]) >= 4.5, name
        assert _contrast(colours["text"], colours[f"{name}-soft"]) >= 4.5, name


def test_300_scenarios_and_1000_exchanges_are_quick_and_small(tmp_path: Path) -> None:
    result = large_run(tmp_path, clean=True)
    start = time.process_time()
    text = page(result, large_catalogue())
    assert time.process_time() - start < 1.5
    assert len(text.encode()) < 4_000_000


def test_the_page_stays_small_whatever_the_bodies(tmp_path: Path) -> None:
    bodies = [exchange(b"<" * 9000, bytes(range(256)) * 40) for _ in range(1000)]
    rows = [scenario(f"AHW-P{n:02d}", "A", exchanges=bodies[n * 10 : n * 10 + 10]) for n in range(100)]
    assert len(page(run(tmp_path, *rows)).encode()) < 6_000_000
