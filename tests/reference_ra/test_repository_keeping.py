"""What is kept up to date as the clock moves: revocation lists, extracts, the files that SFTP serves."""

from __future__ import annotations

import base64
import csv
import gzip
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding

from reference_ra.conformant import conformant_policies
from reference_ra.pki import TestPki
from reference_ra.repository.conformant import LIST_LIFETIME, LIST_SIGNERS
from reference_ra.repository.extracts import Layout, Schedule
from reference_ra.repository.records import ListKind
from tests.reference_ra.conftest import Ra, running
from tests.reference_ra.craft import DEVICE, RIGHT, message
from tests.reference_ra.repository_asking import AMBER_TEXT, retrieve, search_device, search_organisation


@pytest.fixture(scope="module")
def moving(tmp_path_factory: pytest.TempPathFactory, pki: TestPki) -> Iterator[Ra]:
    """An RA whose clock moves from test to test; DEVICE has one certificate."""
    with running(tmp_path_factory.mktemp("moving"), pki, conformant_policies()) as ra:
        ra.seed(1)
        yield ra


def now(ra: Ra) -> datetime:
    return datetime.fromisoformat(ra.manage("GET", "/clock")[1]["now"])


def advance(ra: Ra, by: timedelta) -> datetime:
    return datetime.fromisoformat(
        ra.manage("POST", "/clock", {"advance_seconds": by.total_seconds()})[1]["now"]
    )


def to_hour(ra: Ra, weekday: int | None = None) -> datetime:
    """Move on to just after the next 02:00 of UTC, of a day of the week."""
    moment = now(ra)
    hour = moment.replace(hour=2, minute=0, second=1, microsecond=0)
    while hour <= moment or weekday not in (None, hour.weekday()):
        hour += timedelta(days=1)
    return advance(ra, hour - moment)


def folder(ra: Ra) -> Path:
    return ra.directory / "repository"


def crl(ra: Ra, kind: ListKind) -> x509.CertificateRevocationList:
    return x509.load_der_x509_crl((folder(ra) / "lists" / f"{kind}.crl").read_bytes())


def number(revocations: x509.CertificateRevocationList) -> int:
    return revocations.extensions.get_extension_for_class(x509.CRLNumber).value.crl_number


def rows(file: Path) -> dict[str, dict[str, str]]:
    with gzip.open(file, "rt", encoding="ascii", newline="") as stream:
        return {row["serial"]: row for row in csv.DictReader(stream)}


def increments(ra: Ra) -> list[Path]:
    return sorted((folder(ra) / "increments").iterdir())


def lodged(ra: Ra) -> set[str]:
    """The serial numbers of all that these tests have issued."""
    results = [*search_device(ra, DEVICE).results, *search_organisation(ra).results]
    return {each["CertificateSerial"] for each in results}


@pytest.mark.parametrize("kind", list(ListKind))
def test_lists_are_signed_by_their_cas_and_fresh(moving: Ra, pki: TestPki, kind: ListKind) -> None:
    ca = pki.identities[LIST_SIGNERS[kind]].certificate
    found = crl(moving, kind)
    key = ca.public_key()
    assert isinstance(key, ec.EllipticCurvePublicKey)
    key.verify(found.signature, found.tbs_certlist_bytes, ec.ECDSA(SHA256()))
    identifier = found.extensions.get_extension_for_class(x509.AuthorityKeyIdentifier).value.key_identifier
    subject = ca.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value
    assert (found.issuer, identifier) == (ca.subject, subject.digest)
    assert found.last_update_utc <= now(moving) < (found.next_update_utc or now(moving))


def test_a_revoked_certificate_is_on_the_next_list_at_once(moving: Ra) -> None:
    before = crl(moving, ListKind.ORGANISATION_CRL)
    made = moving.manage("POST", "/repository/certificates", {"eui64": AMBER_TEXT, "status": "I"})[1]
    serial = int(made["serial"], 16)
    assert before.get_revoked_certificate_by_serial_number(serial) is None
    assert moving.manage("POST", f"/repository/certificates/{made['serial']}/revoke")[0] == 200
    after = crl(moving, ListKind.ORGANISATION_CRL)
    entry = after.get_revoked_certificate_by_serial_number(serial)
    assert entry is not None
    assert entry.revocation_date_utc <= now(moving)
    assert number(after) == number(before) + 1
    assert retrieve(moving, made["serial"]).results[0]["CertificateStatus"] == "R"


def test_only_organisation_certificates_that_there_are_can_be_revoked(moving: Ra) -> None:
    moving.post(message(RIGHT.build()))
    serial = search_device(moving, DEVICE).results[0]["CertificateSerial"]
    for text, status in ((serial, 409), ("0" * 32, 404), ("nonsense", 400)):
        assert moving.manage("POST", f"/repository/certificates/{text}/revoke")[0] == status
    for content in ({"eui64": AMBER_TEXT, "status": "N"}, {"eui64": AMBER_TEXT}, {"status": "E"}):
        assert moving.manage("POST", "/repository/certificates", content)[0] == 400


def test_a_list_is_followed_by_another_when_half_its_life_is_over(moving: Ra) -> None:
    before = {kind: number(crl(moving, kind)) for kind in ListKind}
    advance(moving, LIST_LIFETIME / 2 - timedelta(minutes=10))
    assert {kind: number(crl(moving, kind)) for kind in ListKind} == before
    advance(moving, timedelta(minutes=11))
    assert {kind: number(crl(moving, kind)) for kind in ListKind} == {
        kind: last + 1 for kind, last in before.items()
    }


def test_full_extract_and_increments_hold_together_what_was_lodged(moving: Ra) -> None:
    to_hour(moving, weekday=6)
    (full,) = (folder(moving) / "full").iterdir()
    moving.post(message(RIGHT.build()))
    made = moving.manage("POST", "/repository/certificates", {"eui64": AMBER_TEXT, "status": "I"})[1]
    later = search_device(moving, DEVICE).results[-1]["CertificateSerial"]
    monday = to_hour(moving)
    moving.manage("POST", f"/repository/certificates/{made['serial']}/revoke")
    tuesday = to_hour(moving)
    assert full.name == f"full-{monday.date() - timedelta(days=1)}.csv.gz"
    first, second = (
        rows(folder(moving) / "increments" / f"increment-{day.date()}.csv.gz") for day in (monday, tuesday)
    )
    assert set(first) == {later, made["serial"]}
    assert {serial: row["status"] for serial, row in second.items()} == {made["serial"]: "R"}
    assert first[made["serial"]] | {"certificate": ""} == {
        "serial": made["serial"],
        "subject": AMBER_TEXT,
        "kind": "organisation",
        "role": "2",
        "usage": "DS",
        "status": "I",
        "certificate": "",
    }
    device = first[later]
    assert (device["subject"], device["kind"], device["role"]) == ("00-DB-12-34-56-00-00-01", "device", "")
    assert base64.b64decode(device["certificate"]) == retrieve(moving, later).certificates[0]
    assert set(rows(full)).isdisjoint(first)
    assert {*rows(full), *first} == lodged(moving)


def test_a_jump_of_years_leaves_the_latest_extracts(moving: Ra) -> None:
    moment = advance(moving, timedelta(days=800))
    days = [file.name.removeprefix("increment-").removesuffix(".csv.gz") for file in increments(moving)]
    latest = moment.date() - timedelta(days=moment.hour < 2)
    assert days == [str(latest - timedelta(days=back)) for back in range(6, -1, -1)]
    (full,) = (folder(moving) / "full").iterdir()
    assert set(rows(full)) == lodged(moving)
    assert not list(moving.directory.glob(".repository*"))


def test_ca_certificates_are_files(moving: Ra, pki: TestPki) -> None:
    found = {file.name: file.read_bytes() for file in (folder(moving) / "authorities").iterdir()}
    assert found["organisation-issuing-ca.crt"] == pki.identities[
        "organisation-issuing-ca"
    ].certificate.public_bytes(Encoding.DER)
    assert len(found) == 5


def test_extracts_of_an_hour_before_and_after() -> None:
    sunday = datetime(2027, 3, 7, 1, 59, 59, tzinfo=UTC)
    before, *_ = Schedule().due(Layout(), sunday)
    after, *days = Schedule().due(Layout(), sunday + timedelta(seconds=1))
    assert (before.name, after.name) == ("full/full-2027-02-28.csv.gz", "full/full-2027-03-07.csv.gz")
    assert [day.begin for day in days] == [after.end - timedelta(days=back) for back in range(1, 8)]
