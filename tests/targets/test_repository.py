"""What a target file says of the SMKI Repository, as it is read."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from clients.connection import ANY_CIPHERS, PERMITTED_CIPHERS
from clients.portal.pages import Locator, LocatorKind
from targets.loader import load_target
from targets.model import DEFAULT_CLIENTS
from targets.plugins import load_class
from targets.repository import REPOSITORY, LayoutConfig, RepositorySettings
from targets.repository_tables import make_layout
from tests.targets.files import HOST_KEY, REPOSITORY_PAGES, WITH_REPOSITORY_PORTAL, WITH_SFTP, altered, write
from tests.targets.repository_mistakes import with_account

PASSWORD, API_KEY = "canary-password-91", "canary-api-key-92"
SERIAL = "0123456789ABCDEF" * 2


@pytest.fixture
def ssh_key() -> str:
    private = Ed25519PrivateKey.generate()
    return private.private_bytes(Encoding.PEM, PrivateFormat.OpenSSH, NoEncryption()).decode()


def test_users_and_their_secrets(
    folder: Path, tmp_path: Path, ssh_key: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "key").write_text(ssh_key, encoding="ascii")
    monkeypatch.setenv("SMKI_TEST_PASSWORD", PASSWORD)
    monkeypatch.setenv("SMKI_TEST_API_KEY", API_KEY)
    secrets = {
        "password_file": None,
        "password_env": "SMKI_TEST_PASSWORD",
        "api_key_file": None,
        "api_key_env": "SMKI_TEST_API_KEY",
        "ssh_key_file": str(tmp_path / "key"),
    }
    changes = with_account(**secrets)
    changes["accounts"]["gone"] = with_account(state="withdrawn")["accounts"]["amber"]
    changes["accounts"]["web"] = {
        "interfaces": ["repository-web-service"],
        "api_key_env": "SMKI_TEST_API_KEY",
    }
    target = load_target(write(folder, altered(changes)))
    amber, gone, web = target.accounts.values()
    assert (amber.label, amber.username, amber.password, amber.api_key, amber.state) == (
        "amber",
        "amber",
        PASSWORD,
        API_KEY,
        "valid",
    )
    assert amber.ssh_key == ssh_key
    assert target.find_accounts("repository-web-service") == (amber, web)
    assert target.find_accounts("repository-portal", state="withdrawn") == (gone,)
    assert (web.username, web.password, web.ssh_key) == (None, None, None)
    lines = ssh_key.split("\n")[1:-2]
    assert {PASSWORD, API_KEY, "".join(lines), "\n".join(lines)} <= target.secrets
    for secret in (PASSWORD, API_KEY, lines[1]):
        assert secret not in repr(target) + repr(amber)


def test_what_is_left_to_the_repository(folder: Path) -> None:
    settings = WITH_SFTP["repository"] | {
        "sftp_host_keys": [f"{HOST_KEY} of the server"],
        "lodging_seconds": 5,
        "extract_hour": 2,
        "full_extract_day": "sunday",
        "extracts_since": "2026-11-30",
        "expired": [SERIAL],
        "revoked": [SERIAL],
    }
    changes = WITH_SFTP | {"repository": settings, "limits": {"extract_bytes": 5000, "connect_seconds": 3}}
    target = load_target(write(folder, altered(changes)))
    layout = LayoutConfig("clients.repository.csv_layout:CsvLayout")
    assert target.repository == RepositorySettings(
        (HOST_KEY,), 5.0, 2, "sunday", date(2026, 11, 30), (SERIAL,), (SERIAL,), layout
    )
    assert make_layout(layout).directories
    site = target.sftp_site()
    assert (site.url, site.host_keys, site.connect_seconds, site.file_octets) == (
        "sftp://repository.example/",
        (HOST_KEY,),
        3.0,
        5000,
    )
    small = load_target(write(folder, altered({})))
    assert small.repository == RepositorySettings()
    assert (small.accounts, small.repository_pages) == ({}, None)


def test_the_roots_that_certificates_build_to(folder: Path) -> None:
    roots = {"trust/device_root_cas": ["ca.pem"], "trust/organisation_root_cas": ["ca.pem"]}
    trust = load_target(write(folder, altered(roots))).trust
    assert (len(trust.device_root_cas), len(trust.organisation_root_cas)) == (1, 1)


def test_the_portal_of_the_repository(folder: Path) -> None:
    hosts = {"endpoints/repository-portal/hosts": ["Files.Example"]}
    target = load_target(write(folder, altered(WITH_REPOSITORY_PORTAL | hosts)))
    site = target.repository_site()
    assert (site.interface, site.own_hosts) == ("repository-portal", {"127.0.0.1", "files.example"})
    assert site.pages.login.admitted.find == Locator(LocatorKind.CSS, ".who")
    assert site.pages.certificate.status.says is not None
    assert site.pages.login.browsers is None
    assert site.connection.ciphers == ANY_CIPHERS
    assert target.connection("adhoc").ciphers == PERMITTED_CIPHERS
    without = {key: value for key, value in REPOSITORY_PAGES["lists"].items() if key != "open"}
    changes = WITH_REPOSITORY_PORTAL | {"repository_pages/lists": without}
    pages = load_target(write(folder, altered(changes))).repository_site().pages
    assert (pages.lists.open, pages.authorities.open) == (None, Locator(LocatorKind.LINK, "CA certificates"))


def test_every_interface_has_a_client() -> None:
    assert all(load_class(DEFAULT_CLIENTS[interface]) for interface in REPOSITORY)
