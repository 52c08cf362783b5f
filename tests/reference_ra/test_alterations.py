"""That each defect shows in what the RA does, and each variant leaves its answers within the rules.

What the RA answers to one battery of requests is compared with the answers of the conformant one; no sockets.
"""

from __future__ import annotations

import asyncio
import base64
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.x509.oid import NameOID
from lxml import etree

from reference_ra import der
from reference_ra.access import Refusal
from reference_ra.alterations import Alteration, alterations
from reference_ra.authorities import make_rsa_ca, name
from reference_ra.certificate import IssuingCa
from reference_ra.conformant import ADHOC_PATH, conformant_policies
from reference_ra.messages import default_schema
from reference_ra.pki import TestPki
from reference_ra.policies import HttpAnswer, Policies
from reference_ra.server import make_authority
from reference_ra.service import AdHocService
from tests.reference_ra.craft import (
    AGREEMENT,
    DEVICE,
    LEGAL,
    RIGHT,
    WRONG,
    bad_messages,
    message,
)

ALL = list(alterations().values())
ON_SOCKETS = (
    "batch-",
    "portal-",
    "repository-",
    "offers-",
    "lacks-",
    "server-",
    "serves-plain-http",
    "silent-client-",
    "closes-idle-",
    "answers-late",
    "unaware-of-batches",
)
"""Beginnings of the names of those that show on a socket only: test_altered_sockets.py, for the Batched
service test_batch_alterations.py, for the portals test_portal_*_alterations.py,
for the Repository test_repository_*alterations.py."""


@dataclass(frozen=True)
class Case:
    name: str
    body: bytes
    credential: bytes | None
    method: str = "POST"
    path: str = ADHOC_PATH
    seeded: int = 1
    seeded_usage: str = "digitalSignature"


def _transport(certificate: bytes | None) -> Any:
    return SimpleNamespace(get_extra_info=lambda _: certificate)


async def _content(body: bytes) -> AsyncIterator[bytes]:
    if body:
        yield body


def request(case: Case) -> Any:
    content = SimpleNamespace(iter_any=lambda: _content(case.body))
    return SimpleNamespace(
        method=case.method, path=case.path, transport=_transport(case.credential), content=content
    )


@pytest.fixture(scope="module")
def cases(pki: TestPki, tmp_path_factory: pytest.TempPathFactory) -> list[Case]:
    secret = tmp_path_factory.mktemp("secret") / "file"
    secret.write_text("canary")
    supplier = pki.identities["import-supplier"].der
    right = message(RIGHT.build())
    found = [Case(f"legal {name}", message(recipe.build()), supplier) for name, recipe in LEGAL.items()]
    found += [Case(f"wrong {name}", message(recipe.build()), supplier) for name, recipe in WRONG.items()]
    bad = bad_messages(right, secret.as_uri())
    found += [Case(f"bad {name}", body, supplier) for name, body in bad.items()]
    found += [Case(f"seeded {number}", right, supplier, seeded=number) for number in (0, 98, 99, 100)]
    found += [Case(f"by {label}", right, identity.der) for label, identity in pki.identities.items()]
    for reference in ("x", "y" * 32, "A &amp; &quot;b&quot; &lt;c&gt;"):
        found.append(Case(f"reference {reference}", message(RIGHT.build(), reference), supplier))
    key = rsa.generate_private_key(65537, 2048)
    iki_name = pki.identities["iki-ca"].certificate.subject
    now = pki.identities["iki-ca"].certificate.not_valid_before_utc
    forged_ca = make_rsa_ca(iki_name, key, now)
    stranger = make_rsa_ca(name((NameOID.COMMON_NAME, "stranger")), key, now)
    return [
        *found,
        Case("other usage", message(AGREEMENT.build()), supplier),
        Case("by nobody", right, None),
        Case("by a forged CA", right, forged_ca.der),
        Case("self-signed", right, stranger.der),
        Case("GET", right, supplier, method="GET"),
        Case("elsewhere", right, supplier, path="/2.0/AdHocDeviceCSR"),
        Case("large", b"<x>" + b"y" * 2_000_000, supplier),
    ]


def skeleton(body: bytes) -> str:
    """A certificate's DER without what differs from one to the next."""
    text = body.decode("utf-8", "replace")
    encoded = re.search("<Certificate>([A-Za-z0-9+/=\\s-]*)</Certificate>", text)
    if not encoded:
        return text
    try:
        parts = der.read_one(base64.b64decode(encoded[1], validate=True), der.SEQUENCE).elements()
    except ValueError:
        return text
    fields = [field.octets.hex() for field in parts[0].elements()]
    # The serial number, 16 octets and positive as it should be, and the validity's first half.
    shown = [re.sub("^0210[0-7].{31}$", "serial", field) for field in fields]
    shown = [re.sub("^(....)170d(.{24})5a", _begin, field) for field in shown]
    return text.replace(encoded[1], " ".join([*shown, parts[1].octets.hex()]))


def _begin(match: re.Match[str]) -> str:
    begins = datetime.strptime(bytes.fromhex(match[2]).decode(), "%y%m%d%H%M%S").replace(tzinfo=UTC)
    return match[1] + ("begun" if begins <= datetime.now(UTC) else "to come")


async def answers(policies: Policies, pki: TestPki, directory: Path, cases: list[Case]) -> dict[str, str]:
    authority = make_authority(directory, pki, policies)
    service = AdHocService(authority, policies)
    found = {}
    try:
        for case in cases:
            authority.registry.seed(DEVICE, case.seeded, case.seeded_usage, authority.clock.now())
            before = authority.registry.rejections()
            if case.credential is not None and not service.admits(case.credential):
                found[case.name] = "refused in the handshake"
                continue
            if case.credential is None and Refusal.NO_CERTIFICATE in policies.handshake_refusals:
                found[case.name] = "refused in the handshake"
                continue
            answer = await service.answer(request(case))
            issued = authority.registry.certificates_issued(DEVICE) - case.seeded
            logged = authority.registry.rejections() - before
            found[case.name] = f"{shown(answer)} issued {issued} logged {logged}"
        found.update(await _together(service, authority, cases[0]))
        found["signature"] = str(_verifies(policies, authority.device_ca))
    finally:
        authority.registry.close()
    return found


def shown(answer: HttpAnswer) -> str:
    body = re.sub("(?<=<TransactionId>)[1-9][0-9]*<", "N<", skeleton(answer.body))
    return f"{answer.status} {answer.content_type} {answer.headers} {body}"


async def _together(service: AdHocService, authority: Any, case: Case) -> dict[str, str]:
    """Several requests at once, for Devices of their own, then for one that is 5 short of the limit."""
    now = authority.clock.now()
    devices = [DEVICE[:-1] + bytes((number,)) for number in range(50, 55)]
    requests = [request(replace(case, body=message(RIGHT.build(each), each.hex()))) for each in devices]
    for device in devices:
        authority.registry.seed(device, 1, "digitalSignature", now)
    once = await asyncio.gather(*(service.answer(each) for each in requests))
    authority.registry.seed(DEVICE, 95, "digitalSignature", now)
    many = await asyncio.gather(*(service.answer(request(case)) for _ in range(8)))
    again = [await service.answer(request(case)) for _ in range(2)]
    serials = set(re.findall(b"<Certificate>.{40}", b"".join(answer.body for answer in (*once, *many))))
    bodies = [answer.body for answer in (*once, *again)]
    transactions = {found for body in bodies for found in re.findall(b"<TransactionId>.*?<", body)}
    return {
        "at once": " ".join(shown(answer) for answer in once),
        "at the limit": str(sum(b">SUCCESS<" in answer.body for answer in many)),
        "repeated": " ".join(shown(answer) for answer in again),
        "different certificates": str(len(serials)),
        "different transactions": str(len(transactions)),
    }


def _verifies(policies: Policies, ca: IssuingCa) -> bool:
    try:
        ca.key.public_key().verify(policies.sign(ca, b"data"), b"data", ec.ECDSA(SHA256()))
    except InvalidSignature:
        return False
    return True


@pytest.fixture(scope="module")
def conformant(pki: TestPki, tmp_path_factory: pytest.TempPathFactory, cases: list[Case]) -> dict[str, str]:
    directory = tmp_path_factory.mktemp("conformant")
    return asyncio.run(answers(conformant_policies(), pki, directory, cases))


def in_process(kind: str) -> list[Alteration]:
    return [each for each in ALL if each.kind == kind and not each.name.startswith(ON_SOCKETS)]


def test_the_battery_gives_the_same_answers_twice(
    tmp_path: Path, pki: TestPki, cases: list[Case], conformant: dict[str, str]
) -> None:
    assert asyncio.run(answers(conformant_policies(), pki, tmp_path, cases)) == conformant


@pytest.mark.parametrize("alteration", in_process("defect"), ids=lambda each: each.name)
def test_a_defect_shows(
    tmp_path: Path, pki: TestPki, cases: list[Case], conformant: dict[str, str], alteration: Alteration
) -> None:
    found = asyncio.run(answers(alteration.alter(conformant_policies()), pki, tmp_path, cases))
    changed = {key for key, answer in found.items() if answer != conformant[key]}
    assert changed


def outcome(answer: str) -> str:
    """What an answer comes to, however it is written."""
    status = re.search("<Status>(.*?)</Status>", answer)
    issued = re.search(r"issued (\d+)", answer)
    said = status[1] if status else "refused"
    return f"{said.replace('WORKFLOW_ERROR', 'refused')} {issued[1] if issued else 0}"


@pytest.mark.parametrize("alteration", in_process("variant"), ids=lambda each: each.name)
def test_a_variant_keeps_the_rules(
    tmp_path: Path, pki: TestPki, cases: list[Case], conformant: dict[str, str], alteration: Alteration
) -> None:
    policies = alteration.alter(conformant_policies())
    written: list[bytes] = []
    write = policies.write_reply

    def keep(reply: Any) -> bytes:
        written.append(write(reply))
        return written[-1]

    found = asyncio.run(answers(replace(policies, write_reply=keep), pki, tmp_path, cases))
    for body in written:
        assert default_schema().validate(etree.fromstring(body)), body
    once = [case.name for case in cases]
    if not alteration.name.startswith(("anomaly-for-", "csr-error-for-")):
        assert {key: outcome(found[key]) for key in once} == {key: outcome(conformant[key]) for key in once}


def test_names_and_requirements_are_well_formed() -> None:
    names = [each.name for each in ALL]
    assert len(set(names)) == len(names)
    for each in ALL:
        assert re.fullmatch(r"[a-z0-9]+([-.][a-z0-9]+)*", each.name)
        assert each.summary.endswith((".", ":"))
        assert bool(each.breaks) == (each.kind == "defect")
