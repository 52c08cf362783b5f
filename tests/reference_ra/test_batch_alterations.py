"""That defects and variants of the Batched service show over sockets, and that variants keep the rules."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from lxml import etree

from reference_ra.alterations import Alteration, alterations, find
from reference_ra.batch.messages import default_schema
from reference_ra.conformant import conformant_policies
from reference_ra.pki import TestPki
from tests.reference_ra.batch_battery import Battery, limited
from tests.reference_ra.batching import ask_on, device, process, read, submission, submit
from tests.reference_ra.conftest import Ra, running
from tests.reference_ra.craft import RIGHT, message
from tests.reference_ra.test_batch_service import bad_submissions

Told = dict[str, str]


def of_the_batched_service(kind: str) -> list[Alteration]:
    return [each for each in alterations().values() if each.kind == kind and each.name.startswith("batch-")]


@pytest.fixture(scope="module")
def bad(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    secret = tmp_path_factory.mktemp("secret") / "file"
    secret.write_text("canary")
    return bad_submissions(secret.as_uri())


@pytest.fixture(scope="module")
def conformant(
    tmp_path_factory: pytest.TempPathFactory, pki: TestPki, bad: dict[str, bytes]
) -> Iterator[Told]:
    with running(tmp_path_factory.mktemp("conformant"), pki, limited(conformant_policies())) as ra:
        yield Battery(ra).run(bad)


def told_by(start: Callable[..., Ra], alteration: Alteration, bad: dict[str, bytes]) -> Told:
    return Battery(start(alteration.alter(limited(conformant_policies())))).run(bad)


def test_the_battery_gives_the_same_answers_twice(
    tmp_path: Path, pki: TestPki, bad: dict[str, bytes], conformant: Told
) -> None:
    with running(tmp_path, pki, limited(conformant_policies())) as ra:
        assert Battery(ra).run(bad) == conformant
    assert "canary" not in str(conformant)


@pytest.mark.parametrize("alteration", of_the_batched_service("defect"), ids=lambda each: each.name)
def test_a_defect_shows(
    start: Callable[..., Ra], bad: dict[str, bytes], conformant: Told, alteration: Alteration
) -> None:
    told = told_by(start, alteration, bad)
    assert {key for key, answer in told.items() if answer != conformant.get(key)}
    assert ("canary" in str(told)) == (alteration.name == "batch-discloses-external-entities")


DECIDE_OTHERWISE = ("batch-anomaly-for-same-csr", "batch-ca-error-once", "batch-without-uept-ineligible")


def outcome(answer: str) -> list[str]:
    """What an answer comes to, however it is written and whenever the batch was processed."""
    states = "PARSING|QUEUED|PROCESSING|PAUSED"
    return sorted(re.findall("<(?:Batch)?Status>(.*?)<", re.sub(states, "PENDING", answer)))


@pytest.mark.parametrize("alteration", of_the_batched_service("variant"), ids=lambda each: each.name)
def test_a_variant_differs_and_keeps_the_rules(
    start: Callable[..., Ra], bad: dict[str, bytes], conformant: Told, alteration: Alteration
) -> None:
    told = told_by(start, alteration, bad)
    assert told != conformant
    for name, answer in told.items():
        body = re.sub("<Certificate>.*?<", "<Certificate>AAAA<", answer).partition(" <")
        if body[1] and "UTF-8" in body[0]:
            assert default_schema().validate(etree.fromstring(f"<{body[2]}".encode())), name
    last = [name for name in told if name.startswith(("submission ", "query ")) or name.endswith("again")]
    if alteration.name not in DECIDE_OTHERWISE:
        assert {name: outcome(told[name]) for name in last} == {
            name: outcome(conformant[name]) for name in last
        }


@pytest.mark.parametrize(
    ("name", "credential"),
    [
        ("admits-without-certificate", None),
        ("admits-expired", "batch-expired"),
        ("admits-not-yet-valid", "batch-not-yet-valid"),
        ("admits-revoked", "batch-revoked"),
        ("admits-wrong-key-type", "batch-wrong-key-type"),
    ],
)
def test_whom_a_defect_of_all_services_lets_in(
    start: Callable[..., Ra], name: str, credential: str | None
) -> None:
    ra = start(find("defect", name).alter(conformant_policies()))
    connection = ra.connect(credential)
    body = submission({"c1": RIGHT.build(device(1))})
    assert read(ask_on(connection, ra, "POST", "/SubmitCSRBatch", body)).status == "PENDING"
    connection.close()


@pytest.mark.parametrize(("name", "status"), [(None, b"SUCCESS"), ("unaware-of-batches", b"UNKNOWN_DEVICE")])
def test_a_device_that_a_batch_made_known(start: Callable[..., Ra], name: str | None, status: bytes) -> None:
    policies = limited(conformant_policies())
    ra = start(find("defect", name).alter(policies) if name else policies)
    submit(ra, submission({"first": RIGHT.build()}))
    process(ra)
    assert status in ra.post(message(RIGHT.build())).body
