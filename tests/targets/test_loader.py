"""A good target file becomes a `Target`; each mistake in it becomes one clear line."""

from __future__ import annotations

import os
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from clients.portal.pages import Locator, LocatorKind, Message
from targets.loader import TargetError, load_target
from targets.model import DEFAULT_CLIENTS, Limits, Pacing, Settings
from tests.targets.files import GOOD, WITH_PORTAL, WITH_SFTP, Absent, altered, write
from tests.targets.mistakes import CANARY, MISTAKES, PKCS12, SUPPLIER, with_credential
from tests.targets.pki import PASSWORD, Pki, key_pem
from tests.targets.portal_mistakes import PORTAL_MISTAKES
from tests.targets.repository_mistakes import REPOSITORY_MISTAKES


def lines_of(folder: Path, document: dict[str, Any] | str | bytes) -> tuple[Path, tuple[str, ...]]:
    path = write(folder, document)
    with pytest.raises(TargetError) as caught:
        load_target(path)
    assert str(caught.value) == "\n".join(caught.value.lines)
    assert all("\n" not in line and line.startswith(str(path)) for line in caught.value.lines)
    return path, caught.value.lines


def test_a_small_file_gets_every_default(folder: Path) -> None:
    target = load_target(write(folder, GOOD))
    assert target.name == "Test RA"
    assert target.sec_release == "from v6.21"
    assert target.settings == Settings()
    assert target.limits == Limits()
    assert target.pacing == Pacing(True, 0.8, 4.0, "strict")
    assert target.clients == DEFAULT_CLIENTS
    assert target.operator is None
    assert target.appendix_k == {}
    assert target.claims("adhoc")
    assert not target.claims("batch")
    supplier = target.credentials["supplier"]
    assert (supplier.label, supplier.state, supplier.uept) == ("supplier", "valid", True)
    assert len(target.trust.server_anchors) == len(target.trust.device_issuing_cas) == 1
    assert target.trust.server_anchors_pem.count("BEGIN CERTIFICATE") == 1


def test_every_key_is_read(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SMKI_TEST_PASSWORD", PASSWORD)
    changes = WITH_SFTP | {
        "target/sec_release": "N4.0",
        "credentials/p12": PKCS12 | {"password_env": "SMKI_TEST_PASSWORD", "uept": False},
        "credentials/locked": GOOD["credentials"]["supplier"]
        | {"key": "locked.key", "key_password_file": "password.txt"},
        "credentials/old": GOOD["credentials"]["supplier"]
        | {"certificate": "expired.pem", "state": "expired"},
        "credentials/early": GOOD["credentials"]["supplier"]
        | {"certificate": "later.pem", "state": "not-yet-valid"},
        "credentials/odd": GOOD["credentials"]["supplier"]
        | {"certificate": "ec.pem", "key": "ec.key", "state": "wrong-key-type"},
        "devices": {
            "new_prefix": "00-DB-12",
            "known": ["00-DB-12-34-56-78-90-A0"],
            "unknown": ["00-db-12-34-56-78-90-a1"],
        },
        "settings": {
            "device_policy_oid": "1.2.3",
            "hw_type_oid": "1.2.4",
            "device_certificate_limit": 7,
            "batch_csr_limit": 8,
            "tls_minimum": "TLSv1.2",
            "tls_maximum": "TLSv1.3",
            "adhoc_response_seconds": 9.5,
            "batch_response_hours": 10,
            "serial_octets_maximum": 20,
            "issuer_name_characters_maximum": 5,
            "organisation_policy_oid": "1.2.5",
            "organisation_common_name": "absent",
            "organisation_common_name_characters_maximum": 8,
            "organisation_response_seconds": 3600,
        },
        "limits": {
            "connect_seconds": 1,
            "response_seconds": 2.5,
            "batch_response_seconds": 90,
            "response_bytes": 4096,
            "extract_bytes": 8192,
            "concurrent_requests": 3,
        },
        "pacing": {
            "enabled": False,
            "adhoc_core_seconds": 1,
            "adhoc_other_seconds": 5.5,
            "polling": "hourly",
        },
        "clients": {"adhoc": "clients.recorder:Recorder"},
        "operator": {
            "plugin": "targets.reference_operator:ReferenceOperator",
            "options": {
                "url": "http://127.0.0.1:1",
                "token_file": "password.txt",
                "log_file": "x",
                "deep": {"api_key_env": "SMKI_TEST_PASSWORD"},
            },
        },
        "appendix_k": {"AHW-P01": "K-7"},
    }
    target = load_target(write(folder, altered(changes)))
    assert target.settings == Settings(
        "1.2.3", "1.2.4", 7, 8, "TLSv1.2", "TLSv1.3", 9.5, 10.0, 20, 5, "1.2.5", "absent", 8, 3600.0
    )
    assert target.limits == Limits(1.0, 2.5, 90.0, 4096, 8192, 3)
    assert target.pacing == Pacing(False, 1.0, 5.5, "hourly")
    assert target.devices.new_prefix == bytes.fromhex("00DB12")
    assert target.devices.known == (bytes.fromhex("00DB1234567890A0"),)
    assert target.devices.unknown == (bytes.fromhex("00DB1234567890A1"),)
    assert target.clients == {**DEFAULT_CLIENTS, "adhoc": "clients.recorder:Recorder"}
    assert target.operator is not None
    assert target.operator.options == {
        "url": "http://127.0.0.1:1",
        "token": PASSWORD,
        "log_file": "x",
        "deep": {"api_key": PASSWORD},
    }
    assert target.appendix_k == {"AHW-P01": "K-7"}
    assert target.endpoints["repository-sftp"].port == 22
    assert PASSWORD in target.secrets
    assert target.credentials["p12"].certificate_chain.count("BEGIN CERTIFICATE") == 2


def test_a_portal_is_read(folder: Path) -> None:
    changes = WITH_PORTAL | {
        "statement/interfaces": ["portal-gateway", "portal-internet"],
        "statement/certificate_types": ["device", "organisation"],
        "endpoints/portal-gateway/hosts": ["Sections.example", "::1"],
        "endpoints/portal-internet": {"url": "https://127.0.0.1:8445/"},
        "trust/organisation_issuing_cas": ["ca.pem"],
        "limits": {"response_seconds": 3, "batch_response_seconds": 90},
        "browser": {"executable": "good.pem"},
        "internet_pages": {
            "landing": {"organisation": "link=Organisations", "device": "link=Devices"},
            "code": "(?P<code>[0-9]+)",
            "status": {"CSR_ERROR": "corrupt", "FORMAT_ERROR": "no ZIP"},
        },
        **with_credential(
            interface="portal-organisation",
            eui64="00-DB-12-34-56-78-90-A0",
            remote_party_roles=["02", "7F"],
        ),
    }
    target = load_target(write(folder, altered(changes)))
    gateway, internet = (target.portal_site(f"portal-{name}") for name in ("gateway", "internet"))
    assert gateway.connection.url == "https://127.0.0.1:8444/"
    assert (gateway.hosts, internet.hosts) == ({"sections.example", "::1"}, set())
    assert (gateway.connection.response_seconds, gateway.file_seconds) == (3, 90)
    assert gateway.browser == target.browser == folder / "good.pem"
    organisation, device = gateway.pages.organisation, gateway.pages.device
    assert organisation.field == Locator(LocatorKind.LABEL, "Organisation CSR")
    assert (organisation.open, device.open) == (Locator(LocatorKind.LINK, "Submit an Organisation CSR"), None)
    assert (organisation.approved is None, device.approved is None) == (False, True)
    assert organisation.rejected == Message(Locator(LocatorKind.CSS, ".error-summary"))
    assert organisation.reference.says is not None
    assert organisation.reference.says.pattern == "(?P<reference>[RB][0-9]+)"
    assert gateway.pages.pickup.report == Locator(LocatorKind.CSS, "a.report")
    assert gateway.pages.pickup.response is None
    assert gateway.pages.landing.device.value == "Device Certificates"
    assert internet.pages.landing.device.value == "Devices"
    assert internet.pages.code.pattern == "(?P<code>[0-9]+)"
    assert internet.pages.organisation == organisation
    assert internet.pages.status_in("It is corrupt") == "CSR_ERROR"
    assert gateway.pages.status_in("a FORMAT_ERROR, no ZIP") == "FORMAT_ERROR"
    assert gateway.pages.device_requests.next is None
    aro = target.credentials["supplier"]
    assert (aro.eui64, aro.remote_party_roles) == (bytes.fromhex("00DB1234567890A0"), ("02", "7F"))


def test_a_byte_order_mark_and_windows_line_ends_are_no_mistake(folder: Path) -> None:
    good = write(folder, GOOD).read_bytes()
    assert load_target(write(folder, b"\xef\xbb\xbf" + good.replace(b"\n", b"\r\n"))).name == "Test RA"


def test_paths_are_relative_to_the_file_not_to_the_working_folder(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write(folder, GOOD)
    monkeypatch.chdir(folder.parent)
    assert load_target(Path(folder.name) / path.name).path == path
    monkeypatch.chdir(tmp_path)
    assert load_target(path).credentials


ALL_MISTAKES = MISTAKES | PORTAL_MISTAKES | REPOSITORY_MISTAKES


@pytest.mark.parametrize(("changes", "expected"), ALL_MISTAKES.values(), ids=ALL_MISTAKES.keys())
def test_a_mistake_gives_one_clear_line(
    folder: Path, changes: dict[str, Any], expected: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SMKI_TEST_EMPTY", "")
    path, lines = lines_of(folder, altered(changes))
    assert len([line for line in lines if expected in line]) == 1, lines
    assert lines[0].startswith(f"{path}: ")
    assert len(lines) == 1, lines
    assert CANARY not in "\n".join(lines)


def test_all_mistakes_are_told_at_once(folder: Path) -> None:
    _, lines = lines_of(
        folder,
        altered(
            {
                "target/name": Absent,
                "trust/server_anchors": ["nowhere.pem"],
                f"{SUPPLIER}/key": "other.key",
                "limits": {"response_bytes": 1},
            }
        ),
    )
    assert [line.split(": ")[1].split(" ")[0] for line in lines] == [
        "target.name",
        "trust.server_anchors",
        "credentials.supplier.key",
        "limits.response_bytes",
    ]


def test_a_second_pem_beside_pkcs12_is_named_for_each_key(folder: Path) -> None:
    _, lines = lines_of(folder, altered(with_credential(pkcs12="good.p12", password_file="password.txt")))
    assert ["supplier.certificate" in lines[0], "supplier.key" in lines[1], len(lines)] == [True, True, 2]


def test_text_that_is_not_toml(folder: Path) -> None:
    path, lines = lines_of(folder, "schema = 1\n[target\n")
    assert lines[0].startswith(f"{path}: not TOML: ")
    assert "line 2" in lines[0]


def test_text_that_is_not_utf8(folder: Path) -> None:
    assert lines_of(folder, b'name = "\xe9"\n')[1][0].endswith("not UTF-8 text; save the file as UTF-8")


@pytest.mark.parametrize("name", ["nowhere.toml", "folder.pem"])
def test_a_file_that_cannot_be_read(folder: Path, name: str) -> None:
    with pytest.raises(TargetError, match=r"cannot be read: .*; give the path of a target file"):
        load_target(folder / name)


def test_a_launch_file_is_no_target_file(folder: Path) -> None:
    assert "starts an RA" in lines_of(folder, 'schema = 1\n[launch]\ncommand = ["x"]\n')[1][0]


@pytest.mark.skipif(sys.platform == "win32" or os.geteuid() == 0, reason="this user may read everything")
@pytest.mark.parametrize("key", ["certificate", "key"])
def test_a_file_that_this_user_may_not_read(pki: Pki, folder: Path, key: str) -> None:
    closed = folder / f"closed-{key}.pem"
    closed.write_bytes(key_pem(pki.rsa_key))
    closed.chmod(0)
    _, lines = lines_of(folder, altered(with_credential(**{key: closed.name})))
    assert f"supplier.{key}" in lines[0]
    assert "cannot be read" in lines[0]


def test_validity_is_judged_at_the_given_moment(folder: Path) -> None:
    path = write(folder, GOOD)
    later = datetime.now(UTC) + timedelta(days=400)
    with pytest.raises(TargetError, match="the certificate expired on"):
        load_target(path, now=later)
