"""The catalogue: every row of the specifications is there, and a faulty file is refused in clear lines."""

from __future__ import annotations

from pathlib import Path

import pytest

from requirements.catalogue import (
    ID_PATTERN,
    INTERFACES,
    Catalogue,
    CatalogueError,
    Status,
    load_catalogue,
)

NUMBERED = """
M-1.2-a M-1.2-b M-1.2-c M-1.2-d M-1.2-e M-2.1-a M-2.2-a M-2.2-b M-2.2-c
M-2.3.GO-a M-2.3.GO-b M-2.3.GO-c M-2.3.GO-d M-2.3.EST-a M-2.3.EST-b M-2.3.EST-c M-2.3.EST-d
M-2.3.1.1-a M-2.3.1.2-a M-2.3.1.3-a M-2.3.1.3-b M-2.3.1.4-a M-2.3.1.4-b M-2.3.1.4-c M-2.3.1.5-a M-2.3.1.5-b
M-2.3.1.6-a M-2.3.1.6-b M-2.3.1.7-a M-2.3.1.7-b M-2.3.1.7-c M-2.3.1.7-d M-2.3.1.7-e M-2.3.1.7-f
M-2.3.1.8-a M-2.3.1.8-b M-2.3.1.8-c M-2.3.1.8-d M-2.3.1.9-a M-2.3.1.9-b M-2.3.1.9-c M-2.3.1.9-d M-2.3.1.10-a
M-2.4.GO-a M-2.4.GO-b M-2.4.GO-c M-2.4.GO-d M-2.4.GO-e M-2.4.GO-f M-2.4.GO-g
M-2.4.EST-a M-2.4.EST-b M-2.4.EST-c
M-2.4.1.1-a M-2.4.1.2-a M-2.4.1.2-b M-2.4.1.2-c M-2.4.1.3-a M-2.4.1.3-b M-2.4.1.3-c
M-2.4.1.4-a M-2.4.1.4-b M-2.4.1.4-c M-2.4.1.5-a
M-2.5.GO-a M-2.5.GO-b M-2.5.GO-c M-2.5.GO-d M-2.5.GO-e M-2.5.GO-f M-2.5.EST-a M-2.5.EST-b M-2.5.EST-c
M-2.5.1.1-a M-2.5.1.2-a M-2.5.1.2-b M-2.5.1.2-c M-2.5.1.3-a M-2.5.1.3-b M-2.5.1.3-c M-2.5.1.3-d M-2.5.1.3-e
M-2.5.1.4-a M-2.5.1.4-b M-2.5.1.4-c M-2.5.1.4-d M-2.5.1.4-e M-2.5.1.5-a M-G-a M-G-b M-G-c M-G-d M-G-e
N-1-a N-1-b N-1.1-a N-2.1.1-a N-2.1.2-a N-2.1.3-a N-2.2 N-2.3.1-a N-2.3.2-a N-2.3.3-a
N-3.1.1-a N-3.1.1-b N-3.1.1-c N-3.1.1-d N-3.1.1-e N-3.1.2-a N-3.1.3-a N-3.1.3-b N-3.1.3-c
G-12-a G-12-b G-12-c G-12-d G-12-e G-12-f G-12-g G-12-h G-12-i G-12-j G-12-k G-12-l G-12-m G-12-n
S-1 S-2 S-3 S-4 S-5
P-1.1-a P-1.2-a P-1.3-a P-2.2-a P-3.1-a P-3.1-b P-3.1-c P-4-a P-4.1-a
O-WS-a O-WS-b O-WS-c O-WS-d O-WS-e O-WS-f O-WS-g O-WS-h O-WS-i O-SF-a O-SF-b O-SF-c O-SF-d
"""
"""Every row that the specifications number."""

STATUSES = "SUCCESS UNKNOWN_DEVICE ISSUANCE_ANOMALY CSR_ERROR CA_ERROR FORMAT_ERROR WORKFLOW_ERROR"
SUBMISSION = "PENDING FORMAT_ERROR WORKFLOW_ERROR"
BATCH = "PENDING REJECTED PARSING QUEUED PROCESSING PAUSED COMPLETED TAMPERED FORMAT_ERROR WORKFLOW_ERROR"
RESULT = "SUCCESS ISSUANCE_ANOMALY INELIGIBLE CSR_ERROR CA_ERROR WORKFLOW_ERROR"

COINED = {
    "M-MSG": "ab",
    "M-A-HTTP": "ab",
    "M-B-REQ": "abcd",
    "M-B-RSP": "abcdefghi",
    "M-E-REQ": "abcd",
    "M-C-RSP": "abc",
    "M-D-RSP": "abcde",
    "M-F-DEV": "abcdefg",
    "M-F-ORG": "abcdef",
    "M-F-TXT": "abcdefgh",
    "M-F-ZIP": "abcdefg",
    "G-DEV": "abcdefgh",
    "G-ORG": "abcde",
    "G-CA": "abcdef",
    "G-CRL": "abcd",
    "G-OID": "ab",
    "G-BAD": "abcdef",
    "G-ROLE": "a",
    "G-EUI": "abcdef",
    "G-VEC": "abc",
    "K": "abcdefg",
    "O-LODGE": "abc",
}
"""Rules that stand in a list or a table without numbers: our ids, and their letters."""

ROW = """
[[requirement]]
id = "M-2.4.GO-a"
clause = "2.4"
duty = "RA"
certainty = "C"
testable = "P N"
interfaces = ["adhoc"]
summary = "A rule."
"""
SOURCE = '[source]\ndocument = "A document"\nversion = "1"\n'


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return load_catalogue()


def test_every_numbered_row_is_there(catalogue: Catalogue) -> None:
    assert [name for name in NUMBERED.split() if name not in catalogue] == []


@pytest.mark.parametrize("stem", COINED)
def test_every_rule_without_a_number_is_there(catalogue: Catalogue, stem: str) -> None:
    assert [name for name in catalogue if name.rpartition("-")[0] == stem] == [
        f"{stem}-{letter}" for letter in COINED[stem]
    ]


@pytest.mark.parametrize(
    ("stem", "names"),
    [("M-A", STATUSES), ("M-C", SUBMISSION), ("M-D", BATCH), ("M-D-CSR", RESULT)],
)
def test_every_status_is_there(catalogue: Catalogue, stem: str, names: str) -> None:
    assert [name for name in names.split() if f"{stem}-{name}" not in catalogue] == []


def test_ids_have_the_pattern(catalogue: Catalogue) -> None:
    assert [name for name in catalogue if not ID_PATTERN.fullmatch(name)] == []


def test_recalled_rows_are_advisory(catalogue: Catalogue) -> None:
    recalled = {name for name in catalogue if catalogue[name].advisory}
    assert recalled == {
        "G-DEV-c",
        "G-DEV-e",
        "G-CRL-a",
        "G-CRL-c",
        "G-CRL-d",
        "K-f",
        "O-SF-a",
        "O-SF-d",
    }


def test_rows_are_testable_or_say_why_not(catalogue: Catalogue) -> None:
    """Every interface has its scenarios, so nothing is left that comes with another."""
    assert {row.status for row in catalogue.values()} == {Status.TESTABLE, Status.UNTESTED}


def test_an_unknown_interface_is_refused(catalogue: Catalogue) -> None:
    with pytest.raises(ValueError, match="no interface 'soap'; one of adhoc"):
        catalogue.for_interface("soap")


def test_a_row_is_read(tmp_path: Path) -> None:
    (tmp_path / "a.toml").write_text(SOURCE + ROW + 'reading = "So."\nplanned = "with a thing"\n', "utf-8")
    row = load_catalogue(tmp_path)["M-2.4.GO-a"]
    assert (row.source, row.version, row.clause, row.duty) == ("A document", "1", "2.4", "RA")
    assert (row.testable, row.interfaces) == (("P", "N"), ("adhoc",))
    assert (row.reading, row.planned, row.untested, row.status) == (
        "So.",
        "with a thing",
        None,
        Status.PLANNED,
    )


def test_all_stands_for_every_interface_and_a_hyphen_for_no_letter(tmp_path: Path) -> None:
    text = ROW.replace('["adhoc"]', '["all"]').replace('"P N"', '"-"')
    (tmp_path / "a.toml").write_text(SOURCE + text, "utf-8")
    row = load_catalogue(tmp_path)["M-2.4.GO-a"]
    assert (row.interfaces, row.testable, row.status) == (INTERFACES, (), Status.TESTABLE)


@pytest.mark.parametrize(
    ("old", "new", "line"),
    [
        (
            '"M-2.4.GO-a"',
            '"m-2.4"',
            "a.toml: m-2.4: id: 'm-2.4'; must be like M-2.4.GO-a, M-A-SUCCESS or S-2",
        ),
        ('id = "M-2.4.GO-a"', "", "a.toml: row 1: id: None; missing; every row has it"),
        ('"RA"', '"DCC"', "a.toml: M-2.4.GO-a: duty: 'DCC'; must be one of RA, SUB, -"),
        ('"C"', '"C3"', "a.toml: M-2.4.GO-a: certainty: 'C3'; must be one of C, C2, R"),
        ('"P N"', '"N P"', "testable: 'N P'; must be '-' or letters of 'P N T X I' in that order, each once"),
        ('"P N"', "3", "testable: 3; must be '-' or letters of 'P N T X I' in that order, each once"),
        (
            '["adhoc"]',
            '["adhoc", "soap"]',
            "interfaces: ['adhoc', 'soap']; must be ['all'] or a list of adhoc,",
        ),
        ('["adhoc"]', '["batch", "adhoc"]', "in that order, each once"),
        ('["adhoc"]', '"adhoc"', "interfaces: 'adhoc'; must be ['all'] or a list of"),
        (
            '"A rule."',
            '" A  rule."',
            "summary: ' A  rule.'; must be one line of text without spaces at its ends",
        ),
        ('"A rule."', '""', "summary: ''; must be one line of text"),
        ('"A rule."', "7", "summary: 7; must be one line of text"),
        ("summary", "sumary", "sumary: 'A rule.'; unknown key; did you mean 'summary'?"),
        ("summary", "colour", "colour: 'A rule.'; unknown key; known keys are id, clause, duty"),
        ("summary", "sumary", "summary: None; missing; every row has it"),
        ("[source]", "[sauce]", "a.toml: sauce: unknown table; a file holds [source] and [[requirement]]"),
        ("[source]", "[sauce]", "a.toml: source: None; must be a table of 'document' and 'version'"),
        ('version = "1"', "", "a.toml: source: {'document': 'A document'}; must be a table of"),
        ("[[requirement]]", "[requirement]", "a.toml: requirement: must be an array of tables"),
        ("[[requirement]]", "[[requirement", "a.toml: not readable as TOML: "),
        (
            'summary = "A rule."',
            'summary = "A rule."\nplanned = "with a"\nuntested = "b"',
            "planned: 'with a'; must not stand beside 'untested'; keep one",
        ),
        (
            'summary = "A rule."',
            'summary = "A rule."\nplanned = "later"',
            "planned: 'later'; must say with what it comes: 'with the ...'",
        ),
    ],
)
def test_a_faulty_file_is_refused(tmp_path: Path, old: str, new: str, line: str) -> None:
    text = SOURCE + ROW
    assert old in text
    (tmp_path / "a.toml").write_text(text.replace(old, new), "utf-8")
    with pytest.raises(CatalogueError) as caught:
        load_catalogue(tmp_path)
    assert any(line in fault for fault in caught.value.faults), caught.value.faults


def test_an_id_stands_once_in_all_files(tmp_path: Path) -> None:
    for name in ("a.toml", "b.toml"):
        (tmp_path / name).write_text(SOURCE + ROW, "utf-8")
    with pytest.raises(CatalogueError, match=r"^b.toml: M-2.4.GO-a: id stands in a.toml already"):
        load_catalogue(tmp_path)


def test_every_fault_is_told(tmp_path: Path) -> None:
    (tmp_path / "a.toml").write_text(SOURCE + ROW.replace('"RA"', '"A"').replace('"C"', '"B"'), "utf-8")
    (tmp_path / "b.toml").write_bytes(b"\xff")
    with pytest.raises(CatalogueError) as caught:
        load_catalogue(tmp_path)
    assert [fault.split(":")[0] for fault in caught.value.faults] == ["a.toml", "a.toml", "b.toml"]


def test_an_empty_directory_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CatalogueError, match=r"no \*\.toml file"):
        load_catalogue(tmp_path)


def test_the_closest_id_is_offered(catalogue: Catalogue) -> None:
    assert catalogue.closest("M-24.GO-a") == "M-2.4.GO-a"
    assert catalogue.closest("nothing like it at all") is None
