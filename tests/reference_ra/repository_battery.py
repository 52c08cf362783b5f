"""What the Repository tells, whatever is asked of it: to be compared from one RA to another; no sockets."""

from __future__ import annotations

import base64
import re
from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from urllib.parse import quote

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from yarl import URL

from reference_ra import der
from reference_ra.batch.reading import SubmittedCsr
from reference_ra.batch.store import Digest
from reference_ra.messages import Rejected
from reference_ra.pki import TestPki
from reference_ra.policies import Policies
from reference_ra.repository.accounts_plan import make_accounts
from reference_ra.repository.conformant import LIST_SIGNERS
from reference_ra.repository.keeper import Keeper
from reference_ra.repository.records import NEVER, Lodged
from reference_ra.repository.web_service import RepositoryWebService
from tests.reference_ra.craft import AGREEMENT, RIGHT, WRONG
from tests.reference_ra.desking import AMBER, Office, for_organisation, office, pem, zipped
from tests.reference_ra.repository_asking import RETRIEVE, SEARCH, retrieve_body, search_body

Told = dict[str, str]
HOSTILE = "x' or '1'='1' ' '"
_XML = "application/xml"
_NAME = "CertificateSubjectName"


def eui64(number: int) -> bytes:
    return bytes.fromhex(f"00db12345b0000{number:02x}")


class Battery:
    """Issues in every way, revokes, and asks."""

    def __init__(self, directory: Path, pki: TestPki, work: Office) -> None:
        self._pki, self._work, self._directory = pki, work, directory
        registry = work.authority.registry
        make_accounts(registry, directory / "credentials")
        self._keeper = Keeper(directory, work.authority, work.policies, pki)
        self._service = RepositoryWebService(work.authority, work.policies)
        self._names: list[tuple[str, str]] = []
        """What differs from one run to the next, and what it is called."""

    def run(self) -> Told:
        before = dict(self._lists())
        lodged = self._issue()
        told = {f"lodged {name}": self._what_is_right(each) for name, each in lodged.items()}
        told |= dict(self._answers(lodged))
        organisation = lodged.get("organisation 0")
        if organisation:
            self._keeper.revoke(organisation.serial)
            told["revoked"] = self._ask(RETRIEVE, retrieve_body(organisation.serial))
        self._work.authority.clock.advance(timedelta(days=365 * 11))
        told["expired"] = self._ask(SEARCH, search_body(AMBER.hex("-").upper(), _NAME))
        self._work.authority.clock.advance(-timedelta(days=365 * 11))
        told |= {f"first {name}": text for name, text in before.items()}
        told |= dict(self._lists())
        told |= dict(self._authorities())
        return told

    def _issue(self) -> dict[str, Lodged]:
        work, store = self._work, self._work.authority.registry.repository
        work.authority.registry.seed(eui64(1), 1, "digitalSignature", work.authority.clock.now())
        self._adhoc(RIGHT.build(eui64(1)))
        self._adhoc(AGREEMENT.build(eui64(1)))
        self._adhoc(next(iter(WRONG.values())).build(eui64(1)))
        self._adhoc(RIGHT.build(eui64(1)))
        work.device(pem(RIGHT.build(eui64(2))))
        work.organisation(pem(for_organisation().build()))
        work.organisation(pem(for_organisation(AGREEMENT).build()))
        work.batch(zipped({"one.csr": pem(RIGHT.build(eui64(3)))}))
        self._batch(RIGHT.build(eui64(4)))
        work.pass_night()
        found: dict[str, Lodged] = {}
        for place, each in enumerate(store.of_organisation(AMBER)):
            found[f"organisation {place}"] = each
        for number in range(1, 5):
            for place, each in enumerate(store.of_device(eui64(number))):
                found[f"device {number} {place}"] = each
        for name, each in found.items():
            digits = base64.b64encode(each.der).decode()
            self._names += [(digits, f"body of {name}"), (each.serial, f"serial of {name}")]
        return found

    def _adhoc(self, csr: bytes) -> None:
        work = self._work
        try:
            work.runner.run(work.policies.decide(work.policies, work.authority, csr))  # type: ignore[arg-type]
        except Rejected:
            return

    def _batch(self, csr: bytes) -> None:
        batches, now = self._work.authority.registry.batches, self._work.authority.clock.now()
        number = batches.receive(AMBER, "02", now)
        submitted = SubmittedCsr("c1", base64.b64encode(csr).decode())
        batches.add(number, 0, [submitted])
        digest = Digest()
        digest.add([submitted])
        batches.accept(number, "night", 1, digest.value())

    def _named(self, text: str) -> str:
        for value, name in self._names:
            text = text.replace(value, name)
        return text

    # What is asked

    def _answers(self, lodged: dict[str, Lodged]) -> Iterator[tuple[str, str]]:
        for name, each in lodged.items():
            yield f"retrieve {name}", self._ask(RETRIEVE, retrieve_body(each.serial))
        for number in range(1, 6):
            yield f"search {number}", self._ask(SEARCH, search_body(self._text(eui64(number))))
            other = search_body(self._text(eui64(number)), _NAME)
            yield f"search {number} as an organisation", self._ask(SEARCH, other)
        for text in (self._text(AMBER), HOSTILE, "", self._text(AMBER).lower(), self._text(AMBER)[:-3]):
            yield f"search {text}", self._ask(SEARCH, search_body(text, _NAME))
        serial = next(iter(lodged.values())).serial
        wrong = {
            "nothing": "0" * 32,
            "nearly": serial[:-1] + ("0" if serial[-1] != "0" else "1"),
            "lower case": serial.lower(),
            "short": serial[1:],
            "hostile": HOSTILE,
        }
        for name, text in wrong.items():
            yield f"retrieve by {name}", self._ask(RETRIEVE, retrieve_body(text))
        right = search_body(self._text(eui64(1)))
        yield "as another document", self._ask(SEARCH, right.replace(b"SearchRequest", b"Request"))
        yield "cut", self._ask(SEARCH, right[:-5])
        yield "after that", self._ask(SEARCH, right)
        yield "indented", self._ask(SEARCH, right.replace(b"><", b">\n <"))
        yield "an entity", self._ask(SEARCH, self._with_entity(right))
        yield "by GET", self._ask(SEARCH, right, method="GET")
        yield "as text", self._ask(SEARCH, right, content_type="text/plain")
        key = self._key("repository-user")
        for query in ("", "apikey=", "apikey=x", f"apikey={key}x", "apikey=amber-energy"):
            yield f"with {query.replace(key, 'key')}", self._ask(SEARCH, right, query=query)
        withdrawn = f"apikey={self._key('repository-withdrawn')}"
        yield "by the withdrawn", self._ask(SEARCH, right, query=withdrawn)

    def _with_entity(self, right: bytes) -> bytes:
        secret = self._directory / "secret"
        secret.write_text("canary")
        entity = f'<!DOCTYPE r [<!ENTITY e SYSTEM "{secret.as_uri()}">]>'.encode()
        return entity + right.replace(self._text(eui64(1)).encode(), b"&e;")

    def _text(self, eui64_: bytes) -> str:
        return eui64_.hex("-").upper()

    def _key(self, label: str) -> str:
        return (self._directory / "credentials" / f"{label}.apikey").read_text()

    def _ask(
        self,
        operation: str,
        body: bytes,
        *,
        method: str = "POST",
        content_type: str = _XML,
        query: str | None = None,
    ) -> str:
        query = f"apikey={quote(self._key('repository-user'))}" if query is None else query
        request: Any = SimpleNamespace(
            method=method,
            path=f"/services/{operation}",
            rel_url=URL(f"/services/{operation}?{query}"),
            headers={"Content-Type": content_type},
            content=SimpleNamespace(iter_any=lambda: _content(body)),
        )
        answer = self._work.runner.run(self._service.answer(request))
        text = answer.body.decode("utf-8", "replace")
        return self._named(f"{answer.status} {answer.content_type} {_without_audit_reference(text)}")

    # What is there

    def _what_is_right(self, lodged: Lodged) -> str:
        """Of a certificate that is lodged."""
        certificate = x509.load_der_x509_certificate(lodged.der)
        ca = "organisation" if lodged.remote_party_role else "device"
        key = self._pki.identities[f"{ca}-issuing-ca"].certificate.public_key()
        return f"{lodged.kind} {lodged.key_usage} {_verifies(key, certificate)} {certificate.version}"

    def _lists(self) -> Iterator[tuple[str, str]]:
        store = self._work.authority.registry.repository
        for kind, label in LIST_SIGNERS.items():
            found = store.latest_list(kind)
            yield f"list {kind}", "missing" if found is None else self._named(self._said_of(found.der, label))

    def _said_of(self, octets: bytes, label: str) -> str:
        ca = self._pki.identities[label].certificate
        try:
            found = x509.load_der_x509_crl(octets)
        except ValueError as error:
            return f"unreadable: {error}"
        now = self._work.authority.clock.now()
        key = ca.public_key()
        said = [
            found.issuer.rfc4514_string(),
            der.read_one(octets, der.SEQUENCE).elements()[0].contents[:3].hex(),
            found.signature_algorithm_oid.dotted_string,
            str(isinstance(key, ec.EllipticCurvePublicKey) and found.is_signature_valid(key)),
            str(found.last_update_utc <= now < (found.next_update_utc or NEVER)),
            *sorted(str(each.value) for each in found.extensions if each.oid.dotted_string != "2.5.29.35"),
            *(f"{entry.serial_number:032X}" for entry in found),
            f"and {len(found.extensions)} extensions",
        ]
        return " ".join(said)

    def _authorities(self) -> Iterator[tuple[str, str]]:
        own = {label: identity.der for label, identity in self._pki.identities.items()}
        for each in self._work.authority.registry.repository.authorities():
            yield f"CA {each.label}", str(each.der == own.get(each.label))


def _verifies(key: Any, certificate: x509.Certificate) -> bool:
    try:
        key.verify(certificate.signature, certificate.tbs_certificate_bytes, ec.ECDSA(SHA256()))
    except InvalidSignature:
        return False
    return True


def _without_audit_reference(text: str) -> str:
    return re.sub("<AuditReference>[^<]+</AuditReference>", "<AuditReference/>", text)


async def _content(body: bytes) -> AsyncIterator[bytes]:
    if body:
        yield body


def told_by(directory: Path, pki: TestPki, policies: Policies) -> Told:
    """What an RA of these policies tells."""
    with office(directory, pki, policies) as work:
        return Battery(directory, pki, work).run()
