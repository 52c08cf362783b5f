"""A credential serves a TLS context, and shows its key and its password to nobody."""

from __future__ import annotations

import ssl
import tempfile
import traceback
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from targets.loader import load_target
from targets.model import Credential, Target
from tests.targets.files import GOOD, altered, write
from tests.targets.pki import PASSWORD, Pki


@pytest.fixture(scope="module")
def target(folder: Path) -> Target:
    supplier = GOOD["credentials"]["supplier"]
    return load_target(
        write(
            folder,
            altered(
                {
                    "credentials/locked": supplier
                    | {"key": "locked.key", "key_password_file": "password.txt"},
                    "credentials/batch": supplier | {"interface": "batch", "user_role": "dcc", "uept": False},
                    "operator": {
                        "plugin": "clients.operator:Operator",
                        "options": {"token_file": "password.txt"},
                    },
                }
            ),
        )
    )


def test_nothing_secret_is_in_a_repr(target: Target, pki: Pki) -> None:
    pem = pki.rsa_key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    shown = f"{target!r} {target} {target.credentials!r} {target.operator!r}"
    assert PASSWORD not in shown
    assert pem.splitlines()[1] not in shown
    assert "private_key" not in shown
    assert "PRIVATE" not in shown


def test_every_secret_is_handed_to_the_redactor(target: Target, pki: Pki) -> None:
    pem = pki.rsa_key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    lines = pem.splitlines()[1:-1]
    assert {PASSWORD, "".join(lines), "\n".join(lines)} == target.secrets


def test_a_context_takes_the_credential_and_no_file_stays(
    target: Target, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    seen: list[tuple[str, bytes]] = []

    class Watching(ssl.SSLContext):
        def load_cert_chain(self, certfile, keyfile=None, password=None):  # type: ignore[no-untyped-def]
            seen.append((certfile, Path(certfile).read_bytes()))
            super().load_cert_chain(certfile, keyfile, password)

    target.credentials["locked"].load_into(Watching(ssl.PROTOCOL_TLS_CLIENT))
    [(name, content)] = seen
    assert Path(name).parent == tmp_path
    assert b"BEGIN ENCRYPTED PRIVATE KEY" in content
    assert b"BEGIN PRIVATE KEY" not in content
    assert list(tmp_path.iterdir()) == []


def test_the_file_goes_where_the_context_refuses_the_credential(
    target: Target, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, pki: Pki
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    good = target.credentials["supplier"]
    mixed = Credential(
        "mixed", "adhoc", "dcc", "valid", True, good.certificate, good.certificate_chain, pki.other_rsa_key
    )
    with pytest.raises(ssl.SSLError) as caught:
        mixed.load_into(ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT))
    assert list(tmp_path.iterdir()) == []
    assert "PRIVATE" not in "".join(traceback.format_exception(caught.value))


def test_finding_credentials(target: Target) -> None:
    def labels(**wanted: object) -> list[str]:
        return [credential.label for credential in target.find_credentials(**wanted)]  # type: ignore[arg-type]

    assert labels(interface="adhoc") == ["supplier", "locked"]
    assert labels(interface="adhoc", user_role="dcc") == []
    assert labels(interface="adhoc", state="revoked") == []
    assert labels(interface="batch") == []
    assert labels(interface="batch", uept=False) == ["batch"]
    assert labels(interface="batch", uept=None, user_role="dcc") == ["batch"]


def test_how_a_client_connects(target: Target) -> None:
    connection = target.connection("adhoc")
    endpoint = target.endpoints["adhoc"]
    assert connection.url == endpoint.url
    assert (endpoint.host, endpoint.port, endpoint.path) == ("127.0.0.1", 8443, "/1.0/AdHoc")
    assert "BEGIN CERTIFICATE" in connection.server_anchors
    assert connection.tls_maximum == "TLSv1.2"
    assert connection.response_seconds == target.limits.response_seconds


def test_the_batched_service_is_given_more_time(folder: Path) -> None:
    changes = {
        "statement/interfaces": ["adhoc", "batch"],
        "endpoints/batch": {"url": "https://127.0.0.1:8444/1.0/PortalCSRBatch"},
        "limits": {"response_seconds": 5, "batch_response_seconds": 700},
    }
    target = load_target(write(folder, altered(changes)))
    seconds = [target.connection(interface).response_seconds for interface in ("adhoc", "batch")]
    assert seconds == [5.0, 700.0]
