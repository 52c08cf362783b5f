"""The portal's clients on the built-in RA's portals: every form, every file."""

from __future__ import annotations

import os
from base64 import b64decode
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path
from zipfile import ZipFile

import pytest
from cryptography import x509

from clients.csr.device import build_device_csr
from clients.csr.organisation import build_organisation_csr
from clients.csr.texts import text_form
from clients.portal.archive import write_archive
from clients.portal.browser import BrowserPortalClient
from clients.portal.forms import FormsPortalClient
from clients.portal.portal import Download, FormKind, NoWayOn, PortalClient, Section, Standing, Visit
from clients.recorder import Recorder, Redactor
from targets import launch
from targets.launch import open_target
from targets.model import Target
from targets.plugins import make_operator
from tests.support.browsers import require_browser


@pytest.fixture(scope="module")
def target() -> Iterator[Target]:
    with open_target(Path(launch.__file__).with_name("reference.toml")) as opened:
        yield opened


@pytest.fixture(params=["portal-gateway", "portal-internet"])
def interface(request: pytest.FixtureRequest) -> str:
    return str(request.param)


Begin = Callable[[str, str], Visit]
CLIENTS: dict[str, type[PortalClient]] = {"forms": FormsPortalClient, "browser": BrowserPortalClient}


@pytest.fixture(scope="module", params=CLIENTS)
def begin(request: pytest.FixtureRequest, target: Target) -> Iterator[Begin]:
    """Begins a visit to a portal under a credential, with each of the clients."""
    if request.param == "browser":
        require_browser()
    with ExitStack() as stack:

        def visit(interface: str, credential: str) -> Visit:
            client = CLIENTS[request.param](target.portal_site(interface), Recorder(Redactor(target.secrets)))
            stack.callback(client.close)
            return client.visit(target.credentials[credential])

        yield visit


def octets(download: Download) -> bytes:
    response = download.exchange.response
    assert response is not None
    assert response.status == 200
    with response.open() as stream:
        return stream.read()


def test_an_organisation_csr_and_its_certificate(target: Target, interface: str, begin: Begin) -> None:
    visit = begin(interface, "portal-organisation")
    aro = target.credentials["portal-organisation"]
    assert aro.eui64
    csr = build_organisation_csr(aro.eui64, aro.remote_party_roles[0], "digitalSignature")
    approved = visit.submit_csr(FormKind.ORGANISATION, text_form(csr.der))
    assert (approved.standing, approved.errors) == (Standing.APPROVED, ())
    assert approved.reference
    assert approved.reference in visit.requests(Section.ORGANISATION)
    assert visit.request(Section.ORGANISATION, approved.reference).standing is Standing.APPROVED
    certificate = x509.load_pem_x509_certificate(octets(visit.certificate_of(approved.reference)))
    assert certificate.public_key() == csr.key.public_key()
    rejected = visit.submit_csr(FormKind.ORGANISATION, text_form(csr.der)[:-60])
    assert rejected.standing is Standing.REJECTED
    assert rejected.errors
    assert rejected.reference
    with pytest.raises(NoWayOn, match=r"organisation-requests\.certificate"):
        visit.certificate_of(rejected.reference)


def test_a_device_csr_and_its_certificate(target: Target, begin: Begin) -> None:
    visit = begin("portal-gateway", "portal-device")
    csr = build_device_csr(os.urandom(8), "keyAgreement", target.settings.hw_type_oid)
    approved = visit.submit_csr(FormKind.DEVICE, text_form(csr.der))
    assert approved.standing is Standing.APPROVED
    item = next(item for item in visit.pickups() if item.reference == approved.reference)
    assert item.certificate
    assert (item.certificates, item.report, item.response) == (None, None, None)
    certificate = x509.load_pem_x509_certificate(octets(visit.download(item.certificate)))
    assert certificate.public_key() == csr.key.public_key()
    refused = visit.submit_csr(FormKind.DEVICE, "AAAA")
    assert [error.status for error in refused.errors] == ["CSR_ERROR"]


def test_a_batch_and_its_files(target: Target, tmp_path: Path, begin: Begin) -> None:
    visit = begin("portal-gateway", "portal-device")
    csrs = {
        name: build_device_csr(os.urandom(8), "keyAgreement", target.settings.hw_type_oid)
        for name in ("one", "two")
    }
    archive = tmp_path / "meters.zip"
    write_archive(archive, ((name, csr.der) for name, csr in csrs.items()))
    accepted = visit.submit_batch("meters.zip", archive)
    assert (accepted.standing, accepted.csrs, accepted.errors) == (Standing.ACCEPTED, 2, ())
    assert accepted.reference in visit.requests(Section.DEVICE)
    operator = make_operator(target.operator) if target.operator else pytest.fail("it has one")
    operator.advance_clock(timedelta(days=1))
    item = next(item for item in visit.pickups() if item.reference == accepted.reference)
    assert item.certificates
    assert item.report
    download = visit.download(item.certificates)
    assert download.name == "meters-response.zip"
    (tmp_path / "response.zip").write_bytes(octets(download))
    with ZipFile(tmp_path / "response.zip") as response:
        assert sorted(response.namelist()) == ["one.crt", "two.crt"]
        issued = x509.load_der_x509_certificate(b64decode(response.read("one.crt")))
    assert issued.public_key() == csrs["one"].key.public_key()
    report = octets(visit.download(item.report)).decode()
    records = [visit.site.pages.pickup.record.search(line) for line in report.splitlines()]
    assert {(record["name"], record["status"]) for record in records if record} == {
        ("one.csr", "success"),
        ("two.csr", "success"),
    }
    refused = visit.submit_batch("meters.zip", Path(__file__))
    assert [error.status for error in refused.errors] == ["FORMAT_ERROR"]


def test_who_is_refused(begin: Begin) -> None:
    for credential in ("portal-organisation-revoked", "portal-device-expired"):
        visit = begin("portal-gateway", credential)
        assert visit.follow(Section.ORGANISATION).exchange.failure is not None
    stranger = begin("portal-gateway", "portal-organisation")
    with pytest.raises(NoWayOn, match=r"HTTP 403 Forbidden: nothing on it is pages\.device\.open"):
        stranger.form(FormKind.DEVICE)
    with pytest.raises(NoWayOn, match=r"nothing on it is pages\.landing\.device"):
        begin("portal-internet", "portal-organisation").follow(Section.DEVICE)
