"""The layout of extracts as comma-separated values: what it finds in folders, and hostile files."""

from __future__ import annotations

import base64
import gzip
import tracemalloc
import zlib
from datetime import date
from io import BytesIO
from random import randbytes
from typing import Any

import pytest

from clients.repository.csv_layout import CsvLayout
from clients.repository.layout import ExtractRecord, ExtractUnreadable, LayoutError
from clients.repository.portal import ListKind
from clients.repository.sftp import Entry

HEADER = "serial,subject,kind,role,usage,status,certificate"
RECORD = ExtractRecord("0" * 31 + "1", "00-DB-12-34-56-78-90-A0", "device", "", "DS", "I", b"\x30\x03der")
ROW = f"{RECORD.serial},{RECORD.subject},device,,DS,I,{base64.b64encode(RECORD.certificate).decode()}"


def listed(*names: str, is_directory: bool = False) -> list[Entry]:
    return [Entry(name, is_directory, 7, None) for name in names]


def packed(text: str | bytes) -> BytesIO:
    return BytesIO(gzip.compress(text if isinstance(text, bytes) else text.encode()))


def test_files_are_known_by_their_names() -> None:
    layout = CsvLayout({})
    assert layout.directories == ("full", "increments", "authorities", "lists")
    listings = {
        "full": listed("full-2026-11-22.csv.gz", "full-2026-02-30.csv.gz", "a/full-2026-11-22.csv.gz")
        + listed("full-2026-11-15.csv.gz", "full-2026-11-15.csv.gz.part", "../full-2026-11-15.csv.gz"),
        "increments": listed("increment-2026-11-21.csv.gz") + listed("increment-2026-11-20.csv.gz"),
        "authorities": listed("root.crt", "../root.crt", "x\0.crt", "readme")
        + listed("d.crt", is_directory=True),
        "lists": listed("organisation-crl.crl", "device-arl.crl", "other.crl"),
    }
    full = layout.full_extracts(listings)
    assert [(each.path, each.day, each.octets) for each in full] == [
        ("full/full-2026-11-15.csv.gz", date(2026, 11, 15), 7),
        ("full/full-2026-11-22.csv.gz", date(2026, 11, 22), 7),
    ]
    assert [each.day.day for each in layout.increments(listings)] == [20, 21]
    assert layout.ca_certificates(listings) == ("authorities/root.crt",)
    assert layout.revocation_lists(listings) == {
        ListKind.ORGANISATION_CRL: "lists/organisation-crl.crl",
        ListKind.DEVICE_ARL: "lists/device-arl.crl",
    }
    assert layout.full_extracts({}) == ()


def test_files_may_have_no_place_for_cas_and_lists() -> None:
    layout = CsvLayout({"authorities": False})
    assert not layout.has_authorities
    assert layout.directories == ("full", "increments")
    assert CsvLayout({}).has_authorities
    with pytest.raises(LayoutError, match="authorities"):
        CsvLayout({"authorities": "no"})


def test_another_layout_by_its_options() -> None:
    layout = CsvLayout(
        {
            "full": "WEEKLY_{date}.csv",
            "increment": "WEEKLY_DELTA_{date}.csv",
            "compression": "none",
            "columns": {"serial": "CertificateSerial"},
            "organisation-crl": "crl/org.crl",
        }
    )
    assert layout.directories[:2] == (".", "authorities")
    listings = {".": listed("WEEKLY_2026-11-22.csv", "WEEKLY_DELTA_2026-11-22.csv"), "crl": listed("org.crl")}
    assert [each.path for each in layout.full_extracts(listings)] == ["WEEKLY_2026-11-22.csv"]
    assert layout.revocation_lists(listings) == {ListKind.ORGANISATION_CRL: "crl/org.crl"}
    text = f"{HEADER.replace('serial', 'CertificateSerial')}\r\n{ROW}\r\n"
    assert list(layout.read(BytesIO(text.encode()))) == [RECORD]


def test_columns_go_by_their_names_in_any_order() -> None:
    names, values = HEADER.split(","), ROW.split(",")
    text = "\n".join([",".join(["more", *reversed(names)]), ",".join(["x", *reversed(values)]), ""])
    assert list(CsvLayout({}).read(packed(text))) == [RECORD]


def test_many_records_take_little_memory() -> None:
    number = 20_000
    start = ROW.rpartition(",")[0]
    rows = (f"{start},{base64.b64encode(randbytes(90)).decode()}\n" for _ in range(number))
    file = packed(f"{HEADER}\n" + "".join(rows))
    layout = CsvLayout({})
    tracemalloc.start()
    try:
        assert sum(1 for _ in layout.read(file)) == number
        assert tracemalloc.get_traced_memory()[1] < 2_000_000
    finally:
        tracemalloc.stop()


def test_several_members_are_one_file() -> None:
    file = BytesIO(gzip.compress(f"{HEADER}\n".encode()) + gzip.compress(f"{ROW}\n".encode()))
    assert list(CsvLayout({}).read(file)) == [RECORD]


def bomb() -> BytesIO:
    """Some kilobytes that grow to thousand times as much."""
    packer = zlib.compressobj(9, zlib.DEFLATED, 16 + zlib.MAX_WBITS)
    octets = packer.compress(f"{HEADER}\n".encode())
    line = b",,,,,,\n" * 150_000
    for _ in range(20):
        octets += packer.compress(line)
    return BytesIO(octets + packer.flush())


@pytest.mark.parametrize(
    ("file", "why"),
    [
        (BytesIO(b""), "not a whole gzip file"),
        (BytesIO(b"not gzip"), "line 0: not gzip: "),
        (BytesIO(packed(f"{HEADER}\n{ROW}\n").getvalue()[:-6]), "not a whole gzip file"),
        (BytesIO(packed(f"{HEADER}\n{ROW}\n").getvalue()[:-8] + b"\0" * 8), "incorrect data check"),
        (packed(""), "has no line with the columns' names"),
        (packed("serial,subject\n"), "line 1: there is not one column 'kind' but 0"),
        (packed(f"{HEADER},kind\n"), "there is not one column 'kind' but 2"),
        (packed(f"{HEADER}\n{ROW}\na,b\n"), "line 3: has 2 columns only"),
        (packed(f"{HEADER}\n{ROW}#\n"), "line 2: the certificate is not Base64"),
        (packed(HEADER.encode() + b"\n\xff\n"), "line 1: not UTF-8 text"),
        (packed(f"{HEADER}\n{'a' * 200_000}"), "a line has more than 65536 octets"),
        (packed(f'{HEADER}\n"' + "a\n" * 200_000), "field larger than field limit"),
        (packed(f'{HEADER}\n"a"b,c'), "line 2: "),
    ],
)
def test_a_file_that_is_no_extract(file: BytesIO, why: str) -> None:
    with pytest.raises(ExtractUnreadable) as caught:
        list(CsvLayout({}).read(file))
    assert why in str(caught.value)


def test_a_file_that_grows_beyond_measure() -> None:
    with pytest.raises(ExtractUnreadable, match="grows to more than 100 times its size"):
        for _ in CsvLayout({}).read(bomb()):
            pass


@pytest.mark.parametrize(
    ("options", "why"),
    [
        ({"ful": "x"}, "unknown option 'ful'; the options are full, increment, "),
        ({"full": "full.csv"}, "full has not one {date} in the name of the file"),
        ({"full": "{date}/full.csv"}, "full has not one {date} in the name of the file"),
        ({"authority": 3}, "authority is no text"),
        ({"compression": "bzip2"}, "compression is one of gzip, none"),
        ({"columns": {"serials": "x"}}, "unknown column 'serials'"),
        ({"columns": ["serial"]}, "columns is no table of texts"),
    ],
)
def test_options_that_are_wrong(options: dict[str, Any], why: str) -> None:
    with pytest.raises(LayoutError) as caught:
        CsvLayout(options)
    assert why in str(caught.value)
