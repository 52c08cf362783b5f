"""The example files are valid once their paths exist, and every key in them is explained."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from dataclasses import fields
from itertools import chain
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from clients.repository.csv_layout import CsvLayout
from reference_ra.portal.page_map import PAGE_MAP
from reference_ra.repository.site_map import REPOSITORY_PAGE_MAP
from targets import launch
from targets.loader import load_target
from targets.model import Limits, Pacing, Settings
from targets.repository import RepositorySettings
from tests.targets.pki import DAY, PASSWORD, Pki, key_pem, pem, pkcs12

FOLDER = Path(launch.__file__).parent
EXAMPLES = ("staging-example.toml", "vendor-example.toml")


def provide(pki: Pki, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Make every file that an example names, in the state that it names."""
    document = tomllib.loads(path.read_text(encoding="utf-8"))
    for name in chain.from_iterable(document["trust"].values()):
        put(path.parent / name, pem(pki.ca()))
    periods = {"expired": (-2 * DAY, -DAY), "not-yet-valid": (DAY, 2 * DAY)}
    for credential in document["credentials"].values():
        start, end = periods.get(credential.get("state", "valid"), (-DAY, DAY))
        key = pki.ec_key if credential.get("state") == "wrong-key-type" else pki.rsa_key
        certificate = pki.certificate(key, start=start, end=end, algorithm=hashes.SHA256())
        password = None
        for option in ("password_env", "key_password_env"):
            if option in credential:
                password = PASSWORD
                monkeypatch.setenv(credential[option], PASSWORD)
        for option in ("password_file", "key_password_file"):
            if option in credential:
                password = PASSWORD
                put(path.parent / credential[option], PASSWORD.encode())
        if "pkcs12" in credential:
            put(path.parent / credential["pkcs12"], pkcs12(key, certificate, password))
        else:
            put(path.parent / credential["certificate"], pem(certificate))
            put(path.parent / credential["key"], key_pem(key, password))

    for account in document.get("accounts", {}).values():
        for option, secret in (("password", PASSWORD), ("api_key", PASSWORD), ("ssh_key", ssh_key())):
            if f"{option}_env" in account:
                monkeypatch.setenv(account[f"{option}_env"], secret)
            if f"{option}_file" in account:
                put(path.parent / account[f"{option}_file"], secret.encode())


def ssh_key() -> str:
    private = Ed25519PrivateKey.generate()
    return private.private_bytes(Encoding.PEM, PrivateFormat.OpenSSH, NoEncryption()).decode()


def put(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)


@pytest.mark.parametrize("name", EXAMPLES)
def test_an_example_loads_once_its_files_exist(
    pki: Pki, tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / name
    path.write_bytes((FOLDER / name).read_bytes())
    provide(pki, path, monkeypatch)
    target = load_target(path)
    assert target.settings == Settings()
    for interface in ("adhoc", "batch", "portal-organisation", "portal-device"):
        assert target.find_credentials(interface, user_role="import-supplier")
    assert target.find_credentials("portal-organisation")[0].remote_party_roles
    assert target.portal_site("portal-gateway").pages
    assert target.find_accounts("repository-web-service")
    assert target.repository.lodging_seconds is not None


def test_the_first_example_shows_every_setting_limit_and_pace() -> None:
    document = tomllib.loads((FOLDER / EXAMPLES[0]).read_text(encoding="utf-8"))
    settings = {field.name: field.default for field in fields(Settings) if field.default is not None}
    assert list(document["limits"]) == [field.name for field in fields(Limits)]
    assert list(document["settings"]) == list(settings)
    assert document["settings"] == settings
    assert document["limits"] == {field.name: field.default for field in fields(Limits)}
    assert document["pacing"] == {field.name: field.default for field in fields(Pacing)}


def test_the_first_example_shows_all_that_is_left_to_the_repository() -> None:
    document = tomllib.loads((FOLDER / EXAMPLES[0]).read_text(encoding="utf-8"))["repository"]
    assert set(document) == {field.name for field in fields(RepositorySettings)}
    assert CsvLayout(document["layout"]["options"]).directories == CsvLayout({}).directories


def commented(lines: list[str]) -> Iterator[str]:
    """The keys of the first example that neither have a comment above nor stand in a commented group."""
    explained = False
    for line in lines:
        if line.startswith("#"):
            explained = True
        elif not line.strip():
            explained = False
        elif not explained and not line.startswith("["):
            yield line


def test_every_group_of_keys_of_the_first_example_is_explained() -> None:
    lines = (FOLDER / EXAMPLES[0]).read_text(encoding="utf-8").splitlines()
    assert list(commented(lines)) == []


def test_the_first_example_and_the_explanation_have_the_page_map_of_the_built_in_ra() -> None:
    document = tomllib.loads((FOLDER / EXAMPLES[0]).read_text(encoding="utf-8"))
    found = {name: document[name] for name in ("pages", "repository_pages")}
    page_map = {**PAGE_MAP, **REPOSITORY_PAGE_MAP}
    of_ra = tomllib.loads("\n".join(f"[{heading}]" for heading in page_map))
    for heading, values in page_map.items():
        table = of_ra
        for name in heading.split("."):
            table = table[name]
        table.update(values)
    assert found == of_ra


def test_the_default_target_starts_the_reference_ra() -> None:
    command = launch.read_launch(FOLDER / "reference.toml").command
    assert command[:3] == ("{python}", "-m", "reference_ra")
    assert "{directory}" in command
