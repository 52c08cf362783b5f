"""What the portals' desk makes of requests, whom it shows them, and what can be picked up when."""

from __future__ import annotations

import base64
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec

from reference_ra.batch.store import Digest
from reference_ra.conformant import conformant_policies
from reference_ra.policies import Policies
from reference_ra.portal.adjust import with_desk
from reference_ra.portal.records import PortalRequest, Standing
from tests.reference_ra.craft import AGREEMENT, LEGAL, RIGHT, WRONG, encoded
from tests.reference_ra.desking import (
    AMBER,
    DEVICE,
    ORGANISATION,
    Office,
    for_organisation,
    is_approved,
    pem,
    subject,
    zipped,
)

DEVICES = [bytes.fromhex(f"00db12345600{number:04x}") for number in range(40)]
FORMS: dict[str, Callable[[bytes], str]] = {
    "PEM": pem,
    "NEW": lambda octets: pem(octets, "NEW CERTIFICATE REQUEST"),
    "lines of 76": lambda octets: pem(octets, width=76),
    "one line between": lambda octets: pem(octets, width=10_000),
    "CRLF": lambda octets: pem(octets, end="\r\n"),
    "one line": encoded,
    "64 bare, CRLF": lambda octets: "\r\n".join(pem(octets, end="\r\n").split("\r\n")[1:-2]),
    "empty lines around": lambda octets: f"\r\n{pem(octets)}\n\n",
}
WRONG_TEXTS: dict[str, Callable[[bytes], str]] = {
    "nothing": lambda _: "",
    "a certificate's lines": lambda octets: pem(octets, "CERTIFICATE"),
    "no END": lambda octets: pem(octets).partition("-----END")[0],
    "two labels": lambda octets: pem(octets).replace("END CERT", "END NEW CERT"),
    "lines of 60": lambda octets: pem(octets, width=60),
    "a space": lambda octets: encoded(octets).replace("M", " M", 1),
    "a tail": lambda octets: encoded(octets) + "====",
    "beyond ASCII": lambda octets: encoded(octets)[:-4] + "é===",
    "twice": lambda octets: pem(octets) * 2,
}


# Texts and approval


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("kind", ["organisation", "device"])
def test_every_form_of_text_is_taken(desk: Office, kind: str, form: str) -> None:
    if kind == "organisation":
        assert is_approved(desk.organisation(FORMS[form](for_organisation().build())))
    else:
        assert is_approved(desk.device(FORMS[form](RIGHT.build(DEVICES[0]))))


@pytest.mark.parametrize("form", WRONG_TEXTS)
def test_no_other_text_is_taken(desk: Office, form: str) -> None:
    before = desk.authority.registry.rejections()
    for made in (
        desk.organisation(WRONG_TEXTS[form](for_organisation().build())),
        desk.device(WRONG_TEXTS[form](RIGHT.build(DEVICES[0]))),
    ):
        assert (made.standing, made.certificate) == (Standing.REJECTED, None)
        assert [(each.status, each.code) for each in made.errors] == [("CSR_ERROR", "CR:3001")]
    assert desk.authority.registry.rejections() == before + 2


def test_approval_may_take_its_time(open_office: Callable[..., Office]) -> None:
    later = timedelta(hours=1)
    desk = open_office(with_desk(conformant_policies(), approved_at=lambda made: made.submitted_at + later))
    right = desk.organisation(pem(for_organisation().build()))
    wrong = desk.organisation(pem(for_organisation(subject_name=subject(role="03")).build()))
    holder = desk.holder(ORGANISATION)
    assert [each.standing for each in (right, wrong)] == [Standing.ACCEPTED] * 2
    assert desk.desk.certificate_file(holder, right.reference) is None
    desk.authority.clock.advance(later)
    seen = desk.desk.requests(holder, "organisation")
    assert [(each.reference, each.standing) for each in seen] == [
        (wrong.reference, Standing.REJECTED),
        (right.reference, Standing.APPROVED),
    ]


def test_an_internal_failure_shows_nothing_of_itself(open_office: Callable[..., Office]) -> None:
    def fail(*_: object) -> bytes:
        raise RuntimeError("secret")

    policies = with_desk(replace(conformant_policies(), sign=fail), sign=fail)
    desk = open_office(policies)
    for made in (desk.organisation(pem(for_organisation().build())), desk.device(pem(RIGHT.build()))):
        assert made.standing is Standing.REJECTED
        assert [(each.status, "secret" in each.text) for each in made.errors] == [("CA_ERROR", False)]


# Ad hoc Device CSRs


@pytest.mark.parametrize("fault", WRONG)
def test_a_wrong_device_csr_is_rejected(desk: Office, fault: str) -> None:
    made = desk.device(pem(WRONG[fault].build()))
    assert made.standing is Standing.REJECTED
    assert [each.status for each in made.errors] == ["CSR_ERROR"]


@pytest.mark.parametrize("legal", LEGAL)
def test_a_right_device_csr_is_issued_for(desk: Office, legal: str) -> None:
    before = desk.authority.registry.certificates_issued(DEVICES[1])
    made = desk.device(pem(LEGAL[legal].build(DEVICES[1])))
    assert is_approved(made)
    assert desk.authority.registry.certificates_issued(DEVICES[1]) == before + 1


def test_the_limit_and_the_eligible(desk: Office) -> None:
    registry, now = desk.authority.registry, desk.authority.clock.now()
    registry.seed(DEVICES[2], 99, "digitalSignature", now)
    assert is_approved(desk.device(pem(RIGHT.build(DEVICES[2]))))
    assert [each.status for each in desk.device(pem(RIGHT.build(DEVICES[2]))).errors] == ["ISSUANCE_ANOMALY"]
    registry.eligibility.restrict("reserved", ["03"])
    registry.eligibility.set_provisioning_state(DEVICES[3], "reserved")
    refused = desk.device(pem(RIGHT.build(DEVICES[3])))
    assert [(each.status, each.code) for each in refused.errors] == [("WORKFLOW_ERROR", "WF:6001")]
    assert is_approved(desk.device(pem(RIGHT.build(DEVICES[3])), "portal-device-network-operator"))


def test_a_certificate_is_there_for_30_days(open_office: Callable[..., Office]) -> None:
    desk = open_office()
    holder = desk.holder(DEVICE)
    made = desk.device(pem(RIGHT.build(DEVICES[4])))
    lasting = desk.organisation(pem(for_organisation().build()))
    assert [(each.reference, each.files) for each in desk.desk.pickups(holder)] == [
        (made.reference, ("certificate",))
    ]
    desk.pass_time(timedelta(days=29, hours=23))
    found = desk.desk.certificate_file(holder, made.reference)
    assert found is not None
    assert found[0] == f"00-DB-12-34-56-00-00-04-{made.reference}.crt"
    desk.pass_time(timedelta(hours=2))
    assert desk.desk.pickups(holder) == []
    assert desk.desk.certificate_file(holder, made.reference) is None
    kept = desk.desk.request(holder, made.reference)
    assert (kept and kept.standing, kept and kept.certificate) == (Standing.APPROVED, None)
    assert desk.desk.certificate_file(desk.holder(ORGANISATION), lasting.reference) is not None


# Whom it is shown to


def test_requests_are_their_partys_and_their_sections(open_office: Callable[..., Office]) -> None:
    desk = open_office()
    made: dict[str, PortalRequest] = {
        "organisation": desk.organisation(pem(for_organisation().build())),
        "device": desk.device(pem(RIGHT.build(DEVICES[5]))),
        "batch": desk.batch(zipped({"one.csr": pem(RIGHT.build(DEVICES[6]))})),
        "refused batch": desk.batch(b"no archive"),
    }
    desk.pass_night()
    for label in (ORGANISATION, DEVICE, "portal-organisation-gas-supplier", "portal-device-gas-supplier"):
        seen = {
            name: desk.desk.request(desk.holder(label), each.reference) is not None
            for name, each in made.items()
        }
        assert seen == {
            name: label == (ORGANISATION if name == "organisation" else DEVICE) for name in made
        }, label
    assert desk.desk.requests(desk.holder("portal-device-gas-supplier"), "device") == []
    listed = desk.desk.requests(desk.holder(DEVICE), "device")
    assert {each.reference for each in listed} == {
        each.reference for name, each in made.items() if name != "organisation"
    }
    assert desk.pickups("portal-device-gas-supplier") == {}
    assert desk.file(made["batch"].reference, "report", "portal-device-gas-supplier")[0] is None
    assert desk.file(made["batch"].reference, "report", ORGANISATION)[0] is None
    assert desk.file(made["batch"].reference, "report")[0] == "night-report.txt"


@pytest.mark.parametrize("reference", ["R0", "R", "R-1", "R1 ", "r1", "B999", "B", "R" + "9" * 30, "B1x", ""])
def test_what_is_no_reference_finds_nothing(desk: Office, reference: str) -> None:
    desk.organisation(pem(for_organisation().build()))
    assert desk.desk.request(desk.holder(ORGANISATION), reference) is None
    assert desk.file(reference, "report")[0] is None


# Batches


def test_a_batch_is_processed_in_the_night(open_office: Callable[..., Office]) -> None:
    desk = open_office()
    registry = desk.authority.registry
    registry.seed(DEVICES[12], 100, "digitalSignature", desk.authority.clock.now())
    registry.eligibility.restrict("closed", [])
    registry.eligibility.set_provisioning_state(DEVICES[13], "closed")
    files = {
        "right.csr": pem(RIGHT.build(DEVICES[10])),
        "a longer name.csr.csr": encoded(AGREEMENT.build(DEVICES[10])),
        "café.csr": FORMS["64 bare, CRLF"](RIGHT.build(DEVICES[11])),
        "full.csr": pem(RIGHT.build(DEVICES[12])),
        "closed.csr": pem(RIGHT.build(DEVICES[13])),
        "empty.csr": "",
        "der.csr": RIGHT.build(DEVICES[14]),
        "wrong.csr": pem(WRONG["signature by another key"].build(DEVICES[14])),
        "huge.csr": "A" * 1_000_000,
        "beyond.csr": b"\xff\x00\xfe",
    }
    made = desk.batch(zipped(files), "C:\\work\\my night.ZIP")
    assert (made.reference, made.standing, made.csrs) == ("B1", Standing.ACCEPTED, 10)
    assert (made.file_name, made.status) == ("my night.ZIP", "awaiting approval")
    assert desk.pickups() == {}
    desk.pass_night()
    item = desk.pickups()["B1"]
    assert (item.file_name, item.csrs, item.files) == ("my night.ZIP", 10, ("certificates", "report"))
    seen = desk.desk.request(desk.holder(DEVICE), "B1")
    assert (seen and seen.standing, seen and seen.status) == (Standing.APPROVED, "completed")
    got = desk.files("B1")
    issued = {name.partition("/")[2]: octets for name, octets in got.items() if "/" in name}
    assert set(issued) == {"right.crt", "a longer name.csr.crt", "café.crt"}
    certificate = x509.load_der_x509_certificate(base64.b64decode(issued["café.crt"]))
    assert isinstance(certificate.public_key(), ec.EllipticCurvePublicKey)
    assert [line.split("\t") for line in got["my night-report.txt"].decode().splitlines()] == [
        ["1", "right.csr", "success"],
        ["2", "a longer name.csr.csr", "success"],
        ["3", "café.csr", "success"],
        ["4", "full.csr", "anomaly", "CA:2001"],
        ["5", "closed.csr", "ineligible", "IN:7001"],
        *[[str(at), f"{name}.csr", "error", "CR:3001"] for at, name in enumerate(
            ("empty", "der", "wrong", "huge", "beyond"), 6)],
    ]  # fmt: skip
    assert [registry.certificates_issued(each) for each in DEVICES[10:15]] == [2, 1, 100, 0, 0]
    desk.pass_time(timedelta(days=29))
    assert set(desk.pickups()) == {"B1"}
    desk.pass_time(timedelta(days=2))
    assert (desk.pickups(), desk.files("B1")) == ({}, {})


def test_batches_of_both_ways_are_processed_in_turn(open_office: Callable[..., Office]) -> None:
    """N-3.1.1-a; M-2.5.1.4-d: those of the web service stand on the pickup page too."""
    desk = open_office()
    store = desk.authority.registry.batches
    first = desk.batch(zipped({"one.csr": pem(RIGHT.build(DEVICES[20]))}))
    by_web = store.receive(AMBER, "02", desk.authority.clock.now())
    store.accept(by_web, "reference", 0, Digest().value())
    third = desk.batch(zipped({"three.csr": pem(RIGHT.build(DEVICES[21]))}))
    assert (first.reference, by_web, third.reference) == ("B1", 2, "B3")
    desk.pass_night()
    items = desk.pickups()
    assert list(items) == ["B3", "B2", "B1"]
    ended = [items[each].available_at for each in ("B1", "B2", "B3")]
    assert ended == sorted(ended)
    assert (items["B2"].file_name, desk.file("B2", "report")) == ("", ("batch-2-report.txt", b""))
    assert {each.reference for each in desk.desk.requests(desk.holder(DEVICE), "device")} == {"B1", "B3"}
    assert desk.desk.request(desk.holder(DEVICE), "B2") is None


def test_one_file_for_a_batch_holds_both(open_office: Callable[..., Office]) -> None:
    desk = open_office(with_desk(conformant_policies(), batch_files=("response",)))
    desk.batch(zipped({"one.csr": pem(RIGHT.build(DEVICES[22]))}))
    desk.pass_night()
    assert desk.pickups()["B1"].files == ("response",)
    got = desk.files("B1")
    assert set(got) == {
        "night-result.zip",
        "night-result.zip/night-report.txt",
        "night-result.zip/night-response.zip",
    }
    assert got["night-result.zip/night-report.txt"] == b"1\tone.csr\tsuccess\n"


def limited(policies: Policies, limit: int) -> Policies:
    limits = replace(policies.batch.limits, csrs=limit)
    return replace(policies, batch=replace(policies.batch, limits=limits))


def test_a_batch_has_a_limit(open_office: Callable[..., Office]) -> None:
    desk = open_office(limited(conformant_policies(), 3))
    files = {f"{number}.csr": pem(RIGHT.build(DEVICES[23])) for number in range(4)}
    refused = desk.batch(zipped(files))
    assert [(each.status, each.code) for each in refused.errors] == [("FORMAT_ERROR", "FM:5001")]
    assert "4 files" in refused.errors[0].text
    files.pop("3.csr")
    assert desk.batch(zipped(files)).csrs == 3
    desk.pass_night()
    assert desk.authority.registry.certificates_issued(DEVICES[23]) == 3


def test_a_batch_that_the_authority_rejects(open_office: Callable[..., Office]) -> None:
    desk = open_office()
    made = desk.batch(zipped({"one.csr": pem(RIGHT.build(DEVICES[24]))}))
    desk.authority.registry.batches.alter(1)
    desk.pass_night()
    seen = desk.desk.request(desk.holder(DEVICE), made.reference)
    assert seen is not None
    assert (seen.standing, len(seen.errors), desk.pickups()) == (Standing.REJECTED, 1, {})
