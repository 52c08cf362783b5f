"""Bodies in memory up to a size, and in files beyond it."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from clients.spool import HEAD_OCTETS, Spooler, SpoolError, SpoolFolder


@pytest.mark.parametrize("beyond", [-1, 0, 1, 100_000])
def test_a_body_is_the_same_however_it_is_held(beyond: int) -> None:
    body = bytes(range(251)) * (HEAD_OCTETS // 251 + 1000)
    body = body[: HEAD_OCTETS + beyond]
    folder = SpoolFolder()
    spooler = Spooler(folder)
    spooler.write_all(body[at : at + 70_000] for at in range(0, len(body), 70_000))
    head, spool = spooler.end()
    assert head == body[:HEAD_OCTETS]
    if beyond <= 0:
        assert spool is None
    else:
        assert spool is not None
        assert spool.path.read_bytes() == body
        assert (spool.octets, spool.sha256) == (len(body), hashlib.sha256(body).hexdigest())
    folder.close()
    assert spool is None or not spool.path.exists()


def test_without_a_folder_all_is_held() -> None:
    spooler = Spooler()
    spooler.write(b"x" * (HEAD_OCTETS + 1))
    head, spool = spooler.end()
    assert (len(head), spool) == (HEAD_OCTETS + 1, None)


def test_a_folder_can_be_closed_twice_and_used_again() -> None:
    folder = SpoolFolder()
    folder.close()
    first = folder.new_file()
    folder.close()
    assert not first.parent.exists()
    assert folder.new_file().parent.exists()
    folder.close()


def test_files_that_are_to_last_stay_and_share_no_name(tmp_path: Path) -> None:
    lasting = tmp_path / "evidence" / "bodies"
    files = []
    for folder in (SpoolFolder(lasting), SpoolFolder(lasting)):
        spooler = Spooler(folder)
        spooler.write(b"x" * (HEAD_OCTETS + 1))
        _, spool = spooler.end()
        assert spool is not None
        files.append(spool.path)
        folder.close()
    assert sorted(lasting.iterdir()) == sorted(files)
    assert len(set(files)) == 2


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(SpoolError, match="no folder for large bodies can be made"):
        SpoolFolder(tmp_path / "file" / "bodies").new_file()
