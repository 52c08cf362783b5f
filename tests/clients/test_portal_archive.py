"""Portal batches as written, read back by another library: right ones, and each fault with its own file."""

from __future__ import annotations

import tracemalloc
import zipfile
from base64 import b64decode
from pathlib import Path

import pytest
from cryptography import x509

from clients.csr.device import DIGITAL_SIGNATURE, build_device_csr
from clients.csr.texts import USUAL_FORM, text_form
from clients.portal.archive import LEGAL_ARCHIVES, write_archive
from clients.portal.archive_faults import (
    FILE_FAULTS,
    STRUCTURE_FAULTS,
    UNREADABLE_ARCHIVES,
    FaultyArchive,
    faulty_archive,
)

HW_TYPE = "1.2.826.0.1.8641679.1.2.2.1"
CSRS = tuple(
    (f"meter-{number}", build_device_csr(bytes([number] * 8), DIGITAL_SIGNATURE, HW_TYPE).der)
    for number in range(3)
)
FIRST = "meter-0.csr"


@pytest.mark.parametrize("shape", LEGAL_ARCHIVES)
def test_a_right_archive_holds_each_csr_in_a_file_of_its_name(tmp_path: Path, shape: str) -> None:
    path = tmp_path / "batch.zip"
    assert write_archive(path, iter(CSRS), shape=shape) == 3
    with zipfile.ZipFile(path) as archive:
        assert archive.testzip() is None
        assert archive.namelist() == [f"{name}.csr" for name, _ in CSRS]
        for name, der in CSRS:
            content = archive.read(f"{name}.csr")
            assert b64decode(content) == der
            assert {len(line) for line in content.split(b"\n")[:-2]} == {64}
        info = archive.infolist()[0]
        stored = shape == "not compressed"
        assert info.compress_type == (zipfile.ZIP_STORED if stored else zipfile.ZIP_DEFLATED)
        assert bool(info.flag_bits & 8) is (shape == "with data descriptors")
        assert bool(info.external_attr) is bool(info.extra) is (shape == "with permissions and times of Unix")
        assert bool(archive.comment) is (shape == "with a comment")


def test_a_file_can_have_any_form_of_text(tmp_path: Path) -> None:
    path = tmp_path / "batch.zip"
    write_archive(path, CSRS, form=USUAL_FORM)
    with zipfile.ZipFile(path) as archive:
        assert x509.load_pem_x509_csr(archive.read(FIRST)).is_signature_valid
        assert archive.read(FIRST).decode() == text_form(CSRS[0][1])
    with pytest.raises(KeyError):
        write_archive(path, CSRS, shape="round")


def test_an_archive_is_written_as_its_csrs_are_made(tmp_path: Path) -> None:
    der = CSRS[0][1]
    path = tmp_path / "batch.zip"
    tracemalloc.start()
    assert write_archive(path, ((f"meter-{number}", der) for number in range(20_000))) == 20_000
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 20_000 * 250
    with zipfile.ZipFile(path) as archive:
        assert len(archive.namelist()) == 20_000


def made(name: str, tmp_path: Path) -> FaultyArchive:
    return faulty_archive(name, tmp_path / "faulty.zip", CSRS)


@pytest.mark.parametrize("name", UNREADABLE_ARCHIVES)
def test_what_is_no_archive_of_csrs_gives_none(name: str, tmp_path: Path) -> None:
    faulty = made(name, tmp_path)
    assert (faulty.right, faulty.wrong) == ({}, ())
    if name == "without any file":
        with zipfile.ZipFile(faulty.path) as archive:
            assert archive.namelist() == []
    else:
        with pytest.raises(zipfile.BadZipFile):
            zipfile.ZipFile(faulty.path)


@pytest.mark.parametrize("name", [*STRUCTURE_FAULTS, *FILE_FAULTS])
def test_beside_the_wrong_files_the_right_ones_stand(name: str, tmp_path: Path) -> None:
    faulty = made(name, tmp_path)
    with zipfile.ZipFile(faulty.path) as archive:
        names = [info.orig_filename for info in archive.infolist()]
        assert sorted(set(names)) == sorted({*(f"{right}.csr" for right in faulty.right), *faulty.wrong})
        for right, der in faulty.right.items():
            assert b64decode(archive.read(f"{right}.csr")) == der
    assert dict(CSRS[2:]).items() <= faulty.right.items() or name == "every file encrypted"
    assert ("meter-0" in faulty.right) is ("counts" in name)


@pytest.mark.parametrize("name", FILE_FAULTS)
def test_a_file_fault_keeps_the_name_and_no_csr(name: str, tmp_path: Path) -> None:
    faulty = made(name, tmp_path)
    assert faulty.wrong == (FIRST,)
    with zipfile.ZipFile(faulty.path) as archive:
        content = archive.read(FIRST)
    try:
        assert b64decode(content, validate=True) != CSRS[0][1]
    except ValueError:
        assert content


READ_BY_NAME = sorted(
    name
    for name in STRUCTURE_FAULTS
    if "name" in name.split() or name in ("a file in a folder", "another extension", "no extension")
)


@pytest.mark.parametrize("name", READ_BY_NAME)
def test_a_fault_of_the_name_is_not_one_of_the_content(name: str, tmp_path: Path) -> None:
    faulty = made(name, tmp_path)
    with zipfile.ZipFile(faulty.path) as archive:
        info = archive.infolist()[0]
        assert b64decode(archive.read(info)) == CSRS[0][1]
        assert info.orig_filename == faulty.wrong[0]
        assert name == "two files of one name" or info.orig_filename != FIRST


@pytest.mark.parametrize("name", ["one file encrypted", "every file encrypted"])
def test_an_encrypted_file_is_really_encrypted(name: str, tmp_path: Path) -> None:
    faulty = made(name, tmp_path)
    with zipfile.ZipFile(faulty.path) as archive:
        with pytest.raises(RuntimeError, match="encrypted"):
            archive.read(FIRST)
        assert b64decode(archive.read(FIRST, pwd=b"a rehearsal")) == CSRS[0][1]


@pytest.mark.parametrize(
    ("name", "error"),
    [
        ("a file compressed by an unknown method", RuntimeError),
        ("a file with a wrong CRC", zipfile.BadZipFile),
        ("a file cut short in itself", zipfile.BadZipFile),
        ("a file that expands to a gibibyte and tells of 400 octets", zipfile.BadZipFile),
    ],
)
def test_a_file_that_cannot_be_had(name: str, error: type[Exception], tmp_path: Path) -> None:
    faulty = made(name, tmp_path)
    with zipfile.ZipFile(faulty.path) as archive, pytest.raises(error):
        archive.read(FIRST)


def test_a_file_that_expands_enormously_is_small_and_right(tmp_path: Path) -> None:
    faulty = made("a file that expands to a gibibyte", tmp_path)
    assert faulty.path.stat().st_size < 2_000_000
    with zipfile.ZipFile(faulty.path) as archive, archive.open(FIRST) as file:
        assert archive.getinfo(FIRST).file_size == 1 << 30
        total = 0
        while piece := file.read(1 << 24):  # to its end, so that the CRC is compared
            total += len(piece)
    assert total == 1 << 30


def test_a_link_is_one(tmp_path: Path) -> None:
    with zipfile.ZipFile(made("a link", tmp_path).path) as archive:
        info = archive.getinfo(FIRST)
        assert info.external_attr >> 16 == 0o120777
        assert archive.read(FIRST).startswith(b"../")


def test_a_fault_needs_a_csr_beside_it(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="two Device CSRs"):
        faulty_archive("a link", tmp_path / "faulty.zip", CSRS[:1])
    with pytest.raises(KeyError):
        made("a knot", tmp_path)
