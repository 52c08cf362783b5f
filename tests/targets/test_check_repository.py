"""`check-target` on the SMKI Repository: what scenarios lack, and what it sees as each valid account."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import asyncssh
import pytest

from clients.operator import CAPABILITIES, Operator
from targets.check import lacks, main
from targets.loader import load_target
from tests.support.portal_site import SmallPortal, always, page
from tests.support.servers import read_request, response, serving
from tests.support.sftp_server import PASSWORD, USER, read_only, serving_sftp
from tests.targets.files import HOST_KEY, REPOSITORY_PAGES, WITH_SFTP, Absent, altered, write
from tests.targets.pki import Pki, key_pem, pem

FileFor = Callable[..., Path]
API_KEY = "canary-api-key-3"
ALL = ["repository-portal", "repository-web-service", "repository-sftp"]
USER_TABLE = {"username": USER, "password_env": "SMKI_TEST_PASSWORD", "api_key_env": "SMKI_TEST_API_KEY"}
PAGE = """<p class="who">Amber</p><a href="/cas">CA certificates</a> <a href="/lists">Revocation lists</a>
<form method="post" action="/out"><button>Log out</button></form>"""
LOGIN = """<form method="post" action="/in"><label>Username <input name="u"></label>
<label>Password <input name="p"></label><button>Log in</button></form>"""


class Everything(Operator):
    """Can do whatever is asked."""

    capabilities = frozenset(CAPABILITIES)


@pytest.fixture
def file_for(pki: Pki, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[FileFor]:
    """A target file that claims some interfaces of a Repository, which is served."""
    monkeypatch.setenv("SMKI_TEST_PASSWORD", PASSWORD)
    monkeypatch.setenv("SMKI_TEST_API_KEY", API_KEY)
    files = tmp_path / "server.pem", tmp_path / "server.key"
    files[0].write_bytes(pem(pki.certificate(pki.rsa_key)))
    files[1].write_bytes(key_pem(pki.rsa_key))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*files)
    host_key = asyncssh.generate_private_key("ssh-ed25519")
    root = tmp_path / "files"
    (root / "full").mkdir(parents=True)
    (root / "full" / "full-2026-11-22.csv.gz").write_bytes(b"x")
    for name in ("increments", "authorities", "lists"):
        (root / name).mkdir()
    portal = SmallPortal(
        pages={
            "/": always(page(LOGIN)),
            "POST /in": always(page(PAGE)),
            "/cas": always(page(PAGE + '<table class="authorities"><tbody><tr><td>x</table>')),
            "/lists": always(page(PAGE)),
            "POST /out": always(page("Bye")),
        }
    )

    def search(connection: socket.socket) -> None:
        octets = read_request(connection)
        known = f"apikey={API_KEY} ".encode() in octets
        connection.sendall(response(b"<a/>", "402 No Match" if known else "403 Forbidden"))

    with ExitStack() as stack:
        ports = {
            "repository-portal": stack.enter_context(serving(portal.answer, context)),
            "repository-web-service": stack.enter_context(serving(search, context)),
            "repository-sftp": stack.enter_context(serving_sftp(read_only(root), host_key)),
        }
        key = " ".join(host_key.export_public_key().decode().split()[:2])

        def make(*claimed: str, **changes: Any) -> Path:
            schemes = {name: "sftp" if name == "repository-sftp" else "https" for name in claimed}
            stated = {
                "statement/interfaces": list(claimed),
                "endpoints": {
                    name: {"url": f"{scheme}://127.0.0.1:{ports[name]}/"} for name, scheme in schemes.items()
                },
                "credentials": {},
                "accounts": {"amber": USER_TABLE | {"interfaces": list(claimed)}},
                "repository": WITH_SFTP["repository"] | {"sftp_host_keys": [key]},
                "repository_pages": REPOSITORY_PAGES,
                "limits": {"connect_seconds": 5, "response_seconds": 5},
            }
            return write(folder, altered(stated | changes))

        yield make


def test_a_repository_that_is_there(file_for: FileFor, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(file_for(*ALL)), "--connect"]) == 0
    out = capsys.readouterr().out
    assert out.splitlines()[-3:] == [
        "repository-portal, amber: logged in; authorities (1), lists (none); logged out",
        "repository-web-service, amber: search for 00-00-00-00-00-00-00-00: HTTP 402 No Match",
        "repository-sftp, amber: logged in; full extracts (1), increments (0), CA certificates (0), "
        "revocation lists (0)",
    ]
    assert "account      amber: repository-portal, " in out
    assert "valid; password, API Key" in out
    assert PASSWORD not in out
    assert API_KEY not in out


@pytest.mark.parametrize(
    ("interface", "changes", "told"),
    [
        (
            "repository-sftp",
            {"repository/sftp_host_keys": [HOST_KEY]},
            "FAILED: the server's certificate is not",
        ),
        ("repository-sftp", {"accounts/amber/username": "x"}, "FAILED: refused: Authentication failed."),
        (
            "repository-sftp",
            {"repository/layout/options": {"full": "weekly/{date}.gz"}},
            "FAILED: weekly: no such file",
        ),
        (
            "repository-portal",
            {"repository_pages/login/submit": "button=Go"},
            "repository_pages.login.submit",
        ),
        (
            "repository-portal",
            {"repository_pages/login/admitted": "css=.in"},
            "FAILED: not logged in: HTTP 200",
        ),
        (
            "repository-web-service",
            {"accounts/amber/api_key_env": "SMKI_TEST_PASSWORD"},
            "FAILED: search for 00-00-00-00-00-00-00-00: HTTP 403 Forbidden",
        ),
        ("repository-web-service", {"accounts": {}}, "FAILED: there is no valid account to connect with"),
    ],
)
def test_what_does_not_fit(
    file_for: FileFor,
    interface: str,
    changes: dict[str, Any],
    told: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main([str(file_for(interface, **changes)), "--connect"]) == 1
    last = capsys.readouterr().out.splitlines()[-1]
    assert last.startswith(interface)
    assert told in last


def test_what_scenarios_lack(file_for: FileFor) -> None:
    target = load_target(file_for(*ALL))
    missing = list(lacks(target, None))
    for interface in ALL:
        assert f'an account with state "withdrawn" for "{interface}"' in missing
        assert f'an account with state "valid" for "{interface}"' not in missing
    assert 'a second account with state "valid" for "repository-web-service"' in missing
    assert 'an account with state "lockable" (or an operator that can "accounts")' in missing
    assert 'a valid account for "repository-sftp" with an SSH key' in missing
    assert "repository.extract_hour: when extracts are made" in missing
    assert 'repository.revoked: serial numbers (or an operator that can "revocation")' in missing
    assert "trust.device_root_cas: the roots that certificates must build to" in missing
    able = list(lacks(target, Everything({})))
    assert not [line for line in able if "(or an operator" in line]
    bare = list(lacks(load_target(file_for("repository-sftp", **{"repository/layout": Absent})), None))
    assert "repository.layout: how the files are laid out" in bare
    assert not [line for line in bare if "lockable" in line]


def test_a_login_is_all_that_can_be_tried_without_a_layout(
    file_for: FileFor, capsys: pytest.CaptureFixture[str]
) -> None:
    path = file_for("repository-sftp", **{"repository/layout": Absent})
    assert main([str(path), "--connect"]) == 0
    assert capsys.readouterr().out.splitlines()[-1] == "repository-sftp, amber: logged in"
