"""`check-target` on portals: what it finds there by the page map, and that it submits nothing."""

from __future__ import annotations

import ssl
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from targets.check import lacks, main
from targets.loader import load_target
from tests.support.portal_site import LANDING, SmallPortal, always, page
from tests.support.servers import serving
from tests.targets.files import PAGES, Absent, altered, write
from tests.targets.pki import Pki, key_pem, pem

_FORM = {
    "open": "link=Submit",
    "field": "label=Your CSR",
    "submit": "button=Send",
    "accepted": "css=.ok",
    "rejected": "css=.bad",
    "error": "css=.bad li",
    "reference": {"find": "css=.ref", "says": "(?P<reference>R[0-9])"},
}
_ROWS = {"row": "css=tr", "reference": "^(?P<reference>[RB][0-9])", "certificate": "css=a.certificate"}
_UPLOAD = {"field": "label=Archive", "submit": "button=Upload", "csrs": PAGES["batch"]["csrs"]}
OF_SMALL_PORTAL = PAGES | {
    "organisation": _FORM,
    "device": _FORM | {"open": "css=a[href='/o/csr']"},
    "batch": _FORM | _UPLOAD,
    "organisation-requests": _ROWS | {"open": "link=Yours"},
    "device-requests": _ROWS | {"open": "link=Yours"},
    "pickup": PAGES["pickup"] | _ROWS | {"open": "link=Pickup"},
}
"""The page map of a `SmallPortal` that links from the Device section to both forms."""
HOME = (
    "<a href='/o/csr'>One</a> <a href='csr'>Submit</a> <a href='/o/mine'>Yours</a> "
    "<a href='/d/pickup'>Pickup</a>"
)
FileFor = Callable[..., Path]


@pytest.fixture
def portal() -> SmallPortal:
    return SmallPortal(pages={"/d/": always(page(HOME))})


@pytest.fixture
def file_for(pki: Pki, folder: Path, tmp_path: Path, portal: SmallPortal) -> Iterator[FileFor]:
    """A target file of a portal that is served, which asks for a credential of the test CA."""
    files = tmp_path / "server.pem", tmp_path / "server.key"
    files[0].write_bytes(pem(pki.certificate(pki.rsa_key)))
    files[1].write_bytes(key_pem(pki.rsa_key))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*files)
    context.load_verify_locations(cadata=pem(pki.ca()).decode())
    context.verify_mode = ssl.CERT_OPTIONAL
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    aro = {"user_role": "import-supplier", "certificate": "good.pem", "key": "good.key"}
    with ExitStack() as stack:
        port = stack.enter_context(serving(portal.answer, context))

        def make(interface: str = "portal-gateway", **changes: Any) -> Path:
            stated = {
                "statement/interfaces": [interface],
                "statement/certificate_types": ["device", "organisation"],
                "trust/organisation_issuing_cas": ["ca.pem"],
                "endpoints": {interface: {"url": f"https://127.0.0.1:{port}/"}},
                "pages": OF_SMALL_PORTAL,
                "credentials": {
                    "aro": aro | {"interface": "portal-organisation"},
                    "other": aro | {"interface": "portal-device"},
                },
            }
            return write(folder, altered(stated | changes))

        yield make


def test_a_portal_that_its_page_map_fits(
    file_for: FileFor, portal: SmallPortal, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([str(file_for()), "--connect"]) == 0
    assert capsys.readouterr().out.splitlines()[-3:] == [
        'portal-gateway, landing page: HTTP 200 OK, "Landing page"; links to: organisation, device',
        'portal-gateway, aro, organisation pages: HTTP 200 OK, "Portal"; found: organisation, '
        "organisation-requests (2)",
        'portal-gateway, other, device pages: HTTP 200 OK, "Portal"; found: device, batch, '
        "device-requests (2), pickup (2)",
    ]
    assert {asked.method for asked in portal.asked} == {"GET"}


def test_a_page_map_that_does_not_fit(file_for: FileFor, capsys: pytest.CaptureFixture[str]) -> None:
    path = file_for(**{"pages/device": _FORM | {"open": "css=a[href='/o/csr']", "submit": "button=Go"}})
    assert main([str(path), "--connect"]) == 1
    last = capsys.readouterr().out.splitlines()[-1]
    assert last.startswith("portal-gateway, other, device pages: FAILED: https://127.0.0.1:")
    assert last.endswith("/o/csr: HTTP 200 OK: nothing on it is pages.device.submit (button=Go)")


def test_an_internet_portal_that_links_to_device_pages(
    file_for: FileFor, portal: SmallPortal, capsys: pytest.CaptureFixture[str]
) -> None:
    path = file_for("portal-internet")
    assert main([str(path), "--connect"]) == 1
    failed = (
        'landing page: FAILED: HTTP 200 OK, "Landing page"; links to: organisation, device, where it should'
    )
    assert failed in capsys.readouterr().out
    portal.pages["/"] = always(page(LANDING.partition("</a>")[0]))
    assert main([str(path), "--connect"]) == 0


def test_a_portal_that_is_not_there(file_for: FileFor, capsys: pytest.CaptureFixture[str]) -> None:
    elsewhere = {"portal-gateway": {"url": "https://127.0.0.1:1/"}}
    assert main([str(file_for(endpoints=elsewhere)), "--connect"]) == 1
    assert "landing page: FAILED: no TCP connection" in capsys.readouterr().out


def test_a_portal_without_credentials(file_for: FileFor, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(file_for(**{"credentials/other": Absent})), "--connect"]) == 1
    assert "portal-gateway: FAILED: there is no valid credential for portal-device" in capsys.readouterr().out


def test_what_a_portal_lacks(file_for: FileFor) -> None:
    missing = list(lacks(load_target(file_for(**{"credentials/other": Absent})), None))
    assert 'a valid credential for "portal-device"' in missing
    assert 'a valid credential for "portal-organisation" with eui64 and remote_party_roles' in missing
    assert 'a credential for "portal-organisation" with state "revoked"' in missing
    assert 'a valid credential for "portal-organisation"' not in missing
