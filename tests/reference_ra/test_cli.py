from __future__ import annotations

import json
import os
import signal
import ssl
import stat
import subprocess
import sys
import time
import tomllib
from dataclasses import fields
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import pkcs12

from reference_ra.cli import USAGE_ERROR, main
from reference_ra.conformant import conformant_policies
from reference_ra.pki import TestPki, open_pki
from reference_ra.target_file import INTERFACES, Endpoints
from tests.reference_ra.batching import submission, submit
from tests.reference_ra.conftest import Ra
from tests.reference_ra.craft import RIGHT

ROOT = Path(__file__).parent.parent.parent


def launch(directory: Path, pki: TestPki, *options: str) -> subprocess.Popen[bytes]:
    command = [
        sys.executable,
        "-m",
        "reference_ra",
        "--directory",
        str(directory),
        "--pki",
        str(pki.directory),
    ]
    process = subprocess.Popen(
        [*command, *options],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    deadline = time.monotonic() + 20
    while not (directory / "target.toml").exists():
        assert process.poll() is None
        assert time.monotonic() < deadline
        time.sleep(0.02)
    return process


def test_it_serves_until_standard_input_closes(tmp_path: Path, pki: TestPki) -> None:
    process = launch(tmp_path, pki, "--until-stdin-closes")
    output, errors = process.communicate(timeout=10)
    assert process.returncode == 0
    assert errors == b""
    target = tomllib.loads((tmp_path / "target.toml").read_text("utf-8"))
    assert target["endpoints"]["adhoc"]["url"].encode() in output
    assert target["operator"]["options"]["url"].encode() in output


@pytest.mark.skipif(os.name != "posix", reason="Windows has no such signals")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_it_serves_until_it_is_stopped(tmp_path: Path, pki: TestPki, number: signal.Signals) -> None:
    process = launch(tmp_path, pki)
    process.send_signal(number)
    _, errors = process.communicate(timeout=10)
    assert (process.returncode, errors) == (0, b"")


def test_the_target_file_names_files_that_are_there(tmp_path: Path, pki: TestPki) -> None:
    process = launch(tmp_path, pki, "--until-stdin-closes", "--variant", "chunked", "--defect", "refuses-dcc")
    process.communicate(timeout=10)
    target = tomllib.loads((tmp_path / "target.toml").read_text("utf-8"))
    assert target["target"]["name"] == "built-in reference RA (variant chunked, defect refuses-dcc)"
    for credential in target["credentials"].values():
        if "pkcs12" in credential:
            password = (tmp_path / credential["password_file"]).read_text().strip().encode()
            key, _, _ = pkcs12.load_key_and_certificates(
                (tmp_path / credential["pkcs12"]).read_bytes(), password
            )
            assert key is not None
            continue
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.load_cert_chain(tmp_path / credential["certificate"], tmp_path / credential["key"])
        if os.name == "posix":
            assert stat.S_IMODE((tmp_path / credential["key"]).stat().st_mode) == 0o600
    for file in (*target["trust"]["server_anchors"], *target["trust"]["device_issuing_cas"]):
        assert (tmp_path / file).read_text().startswith("-----BEGIN CERTIFICATE")


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        ([], "--directory is missing"),
        (["--directory", "d", "--defect", "none-such"], "no defect named 'none-such'"),
        (["--directory", "d", "--variant", "admits-expired"], "no variant named 'admits-expired'"),
        (["--nonsense"], "unrecognized arguments: --nonsense"),
        (["--directory", "d", "--batch-limit", "0"], "--batch-limit: invalid"),
        (["--directory", "d", "--batch-limit", "many"], "--batch-limit: invalid"),
    ],
)
def test_a_usage_error_is_one_line(
    arguments: list[str], line: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    assert ended.value.code == USAGE_ERROR
    errors = capsys.readouterr().err
    assert line in errors
    assert errors.count("\n") == 1


def test_a_directory_that_cannot_be_made_is_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").write_text("")
    assert main(["--directory", str(tmp_path / "file" / "below")]) == USAGE_ERROR
    assert capsys.readouterr().err.count("\n") == 1


def test_the_list_is_json(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--list"]) == 0
    listing = json.loads(capsys.readouterr().out)
    keys = ("kind", "name", "summary", "breaks", "related", "extra", "hides", "browser")
    assert {tuple(entry) for entry in listing} == {keys}
    assert {entry["kind"] for entry in listing} == {"defect", "variant"}


def test_a_pki_is_used_again_while_it_is_fresh(tmp_path: Path) -> None:
    first = open_pki(tmp_path / "pki").identities["import-supplier"].der
    assert open_pki(tmp_path / "pki").identities["import-supplier"].der == first
    long_ago = time.time() - 40 * 86400
    os.utime(tmp_path / "pki" / "layout", (long_ago, long_ago))
    assert open_pki(tmp_path / "pki").identities["import-supplier"].der != first


def test_the_target_file_claims_every_interface(tmp_path: Path, pki: TestPki) -> None:
    process = launch(tmp_path, pki, "--until-stdin-closes")
    process.communicate(timeout=10)
    target = tomllib.loads((tmp_path / "target.toml").read_text("utf-8"))
    assert target["endpoints"]["batch"]["url"].endswith("/1.0/PortalCSRBatch")
    assert target["statement"]["interfaces"] == list(INTERFACES)
    assert set(target["endpoints"]) == set(target["statement"]["interfaces"])
    assert target["pages"]["organisation"]["accepted"] == {"find": "css=.notification", "says": "accepted"}
    holder = target["credentials"]["portal-organisation"]
    assert (holder["eui64"], holder["remote_party_roles"]) == ("00-DB-00-00-00-00-00-01", ["02", "08"])
    assert target["settings"]["batch_csr_limit"] == 50_000


@pytest.mark.parametrize(
    ("options", "most"),
    [([], 2), (["--defect", "batch-limit-one-too-far"], 3), (["--defect", "batch-limit-one-too-short"], 1)],
)
def test_the_batch_limit_is_kept_by_alterations(
    tmp_path: Path, pki: TestPki, options: list[str], most: int
) -> None:
    process = launch(tmp_path, pki, "--until-stdin-closes", "--batch-limit", "2", *options)
    target = tomllib.loads((tmp_path / "target.toml").read_text("utf-8"))
    urls = {each.name: "" for each in fields(Endpoints)}
    urls |= {service: target["endpoints"][service]["url"] for service in ("adhoc", "batch")}
    endpoints = Endpoints(**urls | {"management": target["operator"]["options"]["url"]})
    ra = Ra(endpoints, tmp_path, conformant_policies())
    csr = RIGHT.build()
    found = [
        submit(ra, submission({f"c{each}": csr for each in range(count)})).status for count in range(1, 5)
    ]
    process.communicate(timeout=10)
    assert target["settings"]["batch_csr_limit"] == 2
    assert found == ["PENDING"] * most + ["FORMAT_ERROR"] * (4 - most)
