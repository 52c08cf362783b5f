from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from cryptography import x509

from reference_ra.conformant import conformant_policies
from reference_ra.policies import Policies
from tests.reference_ra.batching import (
    ask,
    ask_on,
    device,
    process,
    result,
    submission,
    submit,
    wrap,
)
from tests.reference_ra.conftest import Ra
from tests.reference_ra.craft import AGREEMENT, LEGAL, RIGHT, WRONG, encoded, message
from tests.reference_ra.test_service import status_of

ONE = submission({"c1": RIGHT.build(device(1))})


@pytest.fixture
def ra(batch_ra: Ra) -> Ra:
    return batch_ra


def small(limit: int) -> Policies:
    policies = conformant_policies()
    limits = replace(policies.batch.limits, csrs=limit)
    return replace(policies, batch=replace(policies.batch, limits=limits))


def test_a_batch_is_issued(ra: Ra) -> None:
    csrs = {f"c.{number}-\u00e9": csr.build(device(number)) for number, csr in enumerate(LEGAL.values())}
    accepted = submit(ra, submission(csrs, "A &amp; &quot;B&quot;"))
    assert (accepted.status, accepted.reference) == ("PENDING", 'A & "B"')
    process(ra)
    told = result(ra, accepted.batch_id)
    assert (told.status, told.reference, told.batch_id) == ("COMPLETED", 'A & "B"', accepted.batch_id)
    assert told.statuses == dict.fromkeys(csrs, "SUCCESS")
    ca = (ra.directory / "credentials" / "device-issuing-ca.pem").read_bytes()
    for number, (identifier, csr) in enumerate(csrs.items()):
        certificate = x509.load_der_x509_certificate(told.certificate(identifier))
        certificate.verify_directly_issued_by(x509.load_pem_x509_certificate(ca))
        assert certificate.public_key() == x509.load_der_x509_csr(csr).public_key()
        assert device(number) in told.certificate(identifier)
        assert ra.issued(device(number)) == 1
    assert result(ra, accepted.batch_id).certificate("c.0-\u00e9") == told.certificate("c.0-\u00e9")


def test_each_csr_stands_for_itself(ra: Ra) -> None:
    ra.seed(99, device(200))
    wrong = {
        f"w{number}": encoded(recipe.build(device(100 + number)))
        for number, recipe in enumerate(WRONG.values())
    }
    text = encoded(RIGHT.build(device(150)))
    spaced = {"s1": f" {text}", "s2": "\n".join((text[:64], text[64:])), "s3": "", "s4": "AAAA"}
    right = {
        "g1": encoded(RIGHT.build(device(300))),
        "g2": encoded(AGREEMENT.build(device(300))),
        "g3": encoded(RIGHT.build(device(300))),
    }
    last = {"l1": encoded(RIGHT.build(device(200))), "l2": encoded(RIGHT.build(device(200)))}
    accepted = submit(ra, wrap({**wrong, "g1": right["g1"], **spaced, **right, **last}))
    assert accepted.status == "PENDING"
    process(ra)
    assert result(ra, accepted.batch_id).statuses == {
        **dict.fromkeys((*wrong, *spaced), "CSR_ERROR"),
        **dict.fromkeys(right, "SUCCESS"),
        "l1": "SUCCESS",
        "l2": "ISSUANCE_ANOMALY",
    }
    assert ra.issued(device(200)) == 100
    assert ra.issued(device(300)) == 3
    assert ra.issued(device(150)) == 0


def test_the_requester_must_be_eligible(ra: Ra) -> None:
    for number, state in enumerate(["suspended", "installed", "unheard of"], 400):
        path = f"/devices/{device(number).hex('-')}/provisioning-state"
        assert ra.manage("POST", path, {"state": state})[0] == 200
    ra.manage("POST", "/provisioning-states", {"state": "suspended", "remote_party_roles": []})
    ra.manage("POST", "/provisioning-states", {"state": "installed", "remote_party_roles": ["02"]})
    body = submission({f"c{number}": RIGHT.build(device(number)) for number in range(400, 404)})
    supplier = submit(ra, body)
    operator = submit(ra, body, "batch-network-operator")
    process(ra)
    ineligible = [
        [name for name, status in result(ra, told.batch_id, who).statuses.items() if status == "INELIGIBLE"]
        for told, who in ((supplier, "batch-supplier"), (operator, "batch-network-operator"))
    ]
    assert ineligible == [["c400"], ["c400", "c401"]]
    ra.manage("POST", f"/devices/{device(400).hex('-')}/provisioning-state", {"state": None})
    ra.manage("POST", "/provisioning-states", {"state": "installed", "remote_party_roles": None})
    again = submit(ra, body, "batch-network-operator")
    process(ra)
    assert set(result(ra, again.batch_id, "batch-network-operator").statuses.values()) == {"SUCCESS"}


def bad_submissions(secret_file: str) -> dict[str, bytes]:
    text = encoded(RIGHT.build(device(500)))
    good = wrap({"c1": text, "c2": text})
    version = b"<Version>1.0</Version>"
    bomb = b"".join(b'<!ENTITY e%d "%s">' % (i, b"&e%d;" % (i - 1) * 10) for i in range(1, 9))
    return {
        "not XML": b"hello",
        "empty": b"",
        "truncated": good[:-20],
        "truncated in a CSR": good[:200],
        "text after the root": good + b"more",
        "element after the root": good + b"<x/>",
        "another root": good.replace(b"SubmitCSRBatch", b"SubmitBatch"),
        "the response's root": good.replace(b"SubmitCSRBatch", b"SubmitCSRBatchStatus"),
        "a namespace": good.replace(b" ID=", b' xmlns="urn:x" ID=', 1),
        "no version": good.replace(version, b""),
        "version last": good.replace(version, b"").replace(b"</Submit", version + b"</Submit"),
        "another version": good.replace(b"1.0", b"1.1"),
        "no CSR": wrap({}),
        "no reference": good.replace(b' ID="batch-1"', b""),
        "empty reference": wrap({"c1": text}, ""),
        "reference of 257": wrap({"c1": text}, "x" * 257),
        "no ID": good.replace(b' ID="c2"', b""),
        "the same ID": good.replace(b'"c2"', b'"c1"'),
        "the same ID but for space": good.replace(b'"c2"', b'" c1 "'),
        "empty ID": good.replace(b'"c2"', b'""'),
        "ID of 101": good.replace(b'"c2"', b'"%s"' % (b"x" * 101)),
        "ID begins with a digit": good.replace(b'"c2"', b'"2c"'),
        "ID with a space": good.replace(b'"c2"', b'"c 2"'),
        "ID with a colon": good.replace(b'"c2"', b'"c:2"'),
        "unknown element": good.replace(version, version + b"<Extra>x</Extra>"),
        "unknown attribute": good.replace(b' ID="c2"', b' Extra="x" ID="c2"'),
        "element in a CSR": wrap({"c1": text, "c2": "<x/>" + text}),
        "not Base64": wrap({"c1": text, "c2": "***"}),
        "PEM": wrap({"c1": text, "c2": f"-----BEGIN CERTIFICATE REQUEST-----\n{text}\n"}),
        "a document type": b"<!DOCTYPE SubmitCSRBatch>" + good,
        "internal entity": b'<!DOCTYPE x [<!ENTITY a "c2">]>' + good.replace(b'"c2"', b'"&a;"'),
        "external entity": f'<!DOCTYPE x [<!ENTITY a SYSTEM "{secret_file}">]>'.encode()
        + good.replace(version, b"<Version>&a;</Version>"),
        "entity bomb": b'<!DOCTYPE x [<!ENTITY e0 "lol">' + bomb + b"]>" + wrap({"c1": "&e8;"}),
        "undefined entity": wrap({"c1": "&a;"}),
        "invalid UTF-8": good.replace(b'"c2"', b'"\xff\xfe"'),
    }


def test_what_is_wrong_is_refused_whole(ra: Ra, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("canary")
    for name, body in bad_submissions(secret.as_uri()).items():
        answer = ask(ra, "POST", "/SubmitCSRBatch", body)
        assert b"canary" not in answer.body
        told = submit(ra, body)
        assert (told.status, told.reference, told.batch_id) == ("FORMAT_ERROR", None, 0), name
    process(ra)
    assert ra.issued(device(500)) == 0


def test_what_is_right_in_an_unusual_way_is_accepted(ra: Ra) -> None:
    text = encoded(RIGHT.build(device(510)))
    good = wrap({"c1": text}, "r" * 256).decode()
    for body in (
        good.replace('"c1"', f'"{"c" * 100}"').encode(),
        good.replace('"c1"', "' _1 '").encode(),
        f'<?xml version="1.0" encoding="UTF-16"?>{good}'.encode("utf-16"),
        good.replace(text, f"{text[:8]}<!-- c --><?p?>{text[8:]}").encode() + b"<!-- end -->\n",
        good.replace("><", ">\n  <").encode(),
    ):
        assert submit(ra, body).status == "PENDING", body[:80]


def test_the_largest_batch_and_one_more(start: Callable[..., Ra]) -> None:
    ra = start(small(3))
    csrs = {f"c{number}": RIGHT.build(device(number)) for number in range(5)}
    assert submit(ra, submission(dict(list(csrs.items())[:3]))).status == "PENDING"
    for count in (4, 5):
        told = submit(ra, submission(dict(list(csrs.items())[:count]), "too many"))
        assert (told.status, told.reference, told.batch_id) == ("FORMAT_ERROR", "too many", 0)
    process(ra)
    assert [ra.issued(device(number)) for number in range(5)] == [1, 1, 1, 0, 0]


def test_a_submission_that_goes_on_and_on_is_refused(start: Callable[..., Ra]) -> None:
    policies = conformant_policies()
    limits = replace(policies.batch.limits, body_octets=1000)
    ra = start(replace(policies, batch=replace(policies.batch, limits=limits)))
    told = submit(ra, submission({f"c{number}": RIGHT.build(device(1)) for number in range(3)}))
    assert (told.status, told.reference) == ("FORMAT_ERROR", None)


@pytest.mark.parametrize(
    "query",
    [
        "",
        "?",
        "?BatchId=",
        "?batchid=1",
        "?BatchId=0",
        "?BatchId=-1",
        "?BatchId=%2B1",
        "?BatchId=1.0",
        "?BatchId=one",
        "?BatchId=%D9%A1",
        "?BatchId=999999",
        f"?BatchId={2**63}",
        f"?BatchId={'9' * 5000}",
        "?BatchId=1&BatchId=1",
    ],
)
def test_a_wrong_query_is_a_format_error(ra: Ra, query: str) -> None:
    told = result(ra, query)
    assert (told.status, told.reference, told.batch_id, told.statuses) == ("FORMAT_ERROR", None, 0, {})


def test_other_parties_batches_are_hidden(ra: Ra) -> None:
    batch_id = submit(ra, ONE).batch_id
    other, unknown = result(ra, batch_id, "batch-network-operator"), result(ra, 999999)
    assert other.document.find("Error/ErrorText") is not None
    assert [child.text for child in other.document.iter()] == [
        child.text for child in unknown.document.iter()
    ]


@pytest.mark.parametrize("credential", ["batch-supplier", "batch-gas-supplier", "batch-network-operator"])
def test_every_user_role_is_served(ra: Ra, credential: str) -> None:
    assert submit(ra, ONE, credential).status == "PENDING"


@pytest.mark.parametrize(
    "credential",
    [
        "import-supplier",
        "dcc",
        "batch-without-uept",
        "batch-wrong-key-type",
        "portal-organisation",
        "portal-device",
    ],
)
def test_who_may_not_use_the_service_is_refused(ra: Ra, credential: str) -> None:
    before = ra.manage("GET", "/rejections")[1]["count"]
    assert ask(ra, "POST", "/SubmitCSRBatch", ONE, credential).status == 403
    assert ask(ra, "GET", "/CSRBatchResult?BatchId=1", None, credential).status == 403
    assert ra.manage("GET", "/rejections")[1]["count"] == before + 2


@pytest.mark.parametrize("credential", ["batch-expired", "batch-not-yet-valid", "batch-revoked"])
def test_a_certificate_that_is_not_valid_does_not_get_through_the_handshake(ra: Ra, credential: str) -> None:
    with pytest.raises(OSError, match=r"SSL|closed|reset|Broken"):
        ask(ra, "POST", "/SubmitCSRBatch", ONE, credential)


def test_its_credential_does_not_open_the_ad_hoc_service(ra: Ra) -> None:
    assert ra.post(message(RIGHT.build()), "batch-network-operator").status == 403


def test_other_methods_and_paths(ra: Ra) -> None:
    for method, resource, status in (
        ("GET", "/SubmitCSRBatch", 405),
        ("PUT", "/SubmitCSRBatch", 405),
        ("POST", "/CSRBatchResult?BatchId=1", 405),
        ("DELETE", "/CSRBatchResult?BatchId=1", 405),
        ("GET", "/", 404),
        ("POST", "/submitcsrbatch", 404),
    ):
        body = ONE if method in ("POST", "PUT") else None
        assert ask(ra, method, resource, body).status == status, resource


def test_several_messages_on_one_connection(ra: Ra) -> None:
    connection = ra.connect("batch-supplier")
    answers = [
        ask_on(connection, ra, "POST", "/SubmitCSRBatch", body) for body in (ONE, b"<x>" * 50_000, ONE)
    ]
    assert [b">PENDING<" in answer.body for answer in answers] == [True, False, True]
    connection.close()


def test_an_internal_failure_shows_nothing_of_itself(start: Callable[..., Ra]) -> None:
    def fail(*_: object) -> bytes:
        raise RuntimeError("secret detail")

    policies = conformant_policies()
    ra = start(replace(policies, sign=fail))
    batch_id = submit(ra, ONE).batch_id
    process(ra)
    assert result(ra, batch_id).statuses == {"c1": "CA_ERROR"}
    assert ra.issued(device(1)) == 0
    ra.seed(1)
    assert status_of(ra.post(message(RIGHT.build()))) == "CA_ERROR"


def test_a_submission_that_fails_within_is_a_workflow_error(start: Callable[..., Ra]) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("secret detail")

    policies = conformant_policies()
    rules = replace(policies.batch.submission_rules, text_rule=fail)
    ra = start(replace(policies, batch=replace(policies.batch, submission_rules=rules)))
    answer = ask(ra, "POST", "/SubmitCSRBatch", ONE)
    assert b">WORKFLOW_ERROR<" in answer.body
    assert b"secret" not in answer.body
