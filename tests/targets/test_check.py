"""`check-target`: what it says of a good file, of a bad one, and of a server that is or is not there."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509

from targets.check import lacks, main, summary
from targets.loader import load_target
from tests.targets.files import GOOD, Absent, altered, write
from tests.targets.pki import DAY, Pki, key_pem, pem

SUPPLIER = GOOD["credentials"]["supplier"]


@contextmanager
def tls_server(pki: Pki, folder: Path, certificate: x509.Certificate) -> Iterator[int]:
    """Serves TLS 1.2 handshakes that need a client certificate of the test CA; yields the port."""
    files = folder / "server.pem", folder / "server.key"
    files[0].write_bytes(pem(certificate))
    files[1].write_bytes(key_pem(pki.rsa_key))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*files)
    context.load_verify_locations(cadata=pem(pki.ca()).decode())
    context.verify_mode = ssl.CERT_REQUIRED
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    received: list[bytes] = []
    stop = threading.Event()

    def serve() -> None:
        while not stop.is_set():
            try:
                accepted, _ = listener.accept()
            except TimeoutError:
                continue
            accepted.settimeout(5)
            try:
                with accepted, context.wrap_socket(accepted, server_side=True) as secured:
                    received.append(secured.recv(1))
            except OSError:
                received.append(b"")

    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(0.05)
        thread = threading.Thread(target=serve)
        thread.start()
        yield listener.getsockname()[1]
        stop.set()
        thread.join()
    assert set(received) == {b""}, "something was submitted"


def target_file(folder: Path, port: int = 8443, changes: dict[str, Any] | None = None) -> Path:
    url = {"endpoints/adhoc/url": f"https://127.0.0.1:{port}/1.0/AdHoc"}
    return write(folder, altered(url | (changes or {})))


def test_a_good_file(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = target_file(folder)
    assert main([str(path)]) == 0
    out, err = capsys.readouterr()
    assert out.startswith(f"{path}: valid\n")
    assert "supplier: adhoc, import-supplier, valid, until 20" in out
    assert 'a credential for "adhoc" with state "revoked"' in out
    assert err == ""


def test_a_bad_file_gives_its_lines_and_status_4(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = target_file(folder, changes={"target/name": Absent, "limits": {"x": 1}})
    assert main([str(path)]) == 4
    out, err = capsys.readouterr()
    assert out == ""
    assert [line.split(": ")[1] for line in err.splitlines()] == ["target.name", "limits.x"]


@pytest.mark.parametrize("arguments", [[], ["a", "b"], ["--conect", "a"]])
def test_a_usage_error_has_status_4(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(arguments) == 4
    assert "usage: smki.py check-target" in capsys.readouterr().err


def test_help(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--help"]) == 0
    assert "--connect" in capsys.readouterr().out


def test_options_that_the_operator_does_not_take(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    operator = {"operator": {"plugin": "targets.reference_operator:ReferenceOperator"}}
    assert main([str(target_file(folder, changes=operator))]) == 4
    assert capsys.readouterr().err.startswith("operator.options: ")


def test_what_a_small_target_lacks(folder: Path) -> None:
    missing = list(lacks(load_target(target_file(folder)), None))
    assert missing[0] == 'a valid credential for "adhoc" with user_role "dcc"'
    assert 'a valid credential for "adhoc" with uept = false' in missing
    assert 'a valid credential for "batch", which "adhoc" has to refuse' in missing
    assert any(line.startswith("devices.known") for line in missing)
    assert any('operator that can "issued"' in line for line in missing)
    assert not any("import-supplier" in line for line in missing)


@pytest.mark.parametrize("enabled", [True, False])
def test_pacing_is_shown_and_keeps_bursts_back(folder: Path, enabled: bool) -> None:
    target = load_target(target_file(folder, changes={"pacing": {"enabled": enabled}}))
    shown = next(line for line in summary(target, None) if line.startswith("  pacing"))
    assert shown.split(maxsplit=1)[1].startswith("one Ad Hoc CSR in 0.8 s" if enabled else "off")
    assert enabled is any("several Device CSRs at once" in line for line in lacks(target, None))


def test_a_credential_that_ends_soon_is_marked(
    pki: Pki, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "soon.pem").write_bytes(pem(pki.certificate(pki.rsa_key, end=3 * DAY)))
    changes = {"credentials/supplier/certificate": "soon.pem"}
    assert main([str(target_file(folder, changes=changes))]) == 0
    assert "(soon)" in capsys.readouterr().out


def test_connecting(pki: Pki, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with tls_server(pki, folder, pki.certificate(pki.rsa_key, name="server.example")) as port:
        assert main([str(target_file(folder, port)), "--connect"]) == 0
    last = capsys.readouterr().out.splitlines()[-1]
    assert last.startswith(f"adhoc, 127.0.0.1:{port}, supplier: connected, TLSv1.2, ECDHE-RSA-AES")
    assert last.endswith("server certificate of CN=server.example")


def test_connecting_to_a_server_that_is_not_trusted(
    pki: Pki, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with tls_server(pki, folder, pki.certificate(pki.rsa_key, host="127.0.0.2")) as port:
        assert main([str(target_file(folder, port)), "--connect"]) == 1
    assert "supplier: FAILED: the server's certificate is not trusted" in capsys.readouterr().out


def test_connecting_to_nobody(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    assert main([str(target_file(folder, port)), "--connect"]) == 1
    assert "FAILED: no TCP connection" in capsys.readouterr().out


def test_connecting_to_a_name_that_does_not_resolve(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = target_file(folder, changes={"endpoints/adhoc/url": "https://no-such-host.invalid/x"})
    assert main([str(path), "--connect"]) == 1
    assert "FAILED: the host name does not resolve" in capsys.readouterr().out


def test_connecting_without_a_credential_is_no_success(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([str(target_file(folder, changes={"credentials": {}})), "--connect"]) == 1
    assert "adhoc: FAILED: there is no valid credential" in capsys.readouterr().out
