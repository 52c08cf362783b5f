"""Everything that can be asked of the portals' desk, and what it tells: for one set of policies at a time."""

from __future__ import annotations

import base64
import re
from dataclasses import dataclass, field, replace
from datetime import timedelta

from reference_ra import der
from reference_ra.policies import Policies
from reference_ra.portal.records import PortalRequest
from tests.reference_ra.craft import AGREEMENT, LEGAL, RIGHT, WRONG, CsrRecipe
from tests.reference_ra.desking import (
    AMBER,
    BLUE,
    DEVICE,
    ORGANISATION,
    Office,
    for_organisation,
    pem,
    subject,
    zipped,
)
from tests.reference_ra.test_portal_archive import WRONG as WRONG_ARCHIVES
from tests.reference_ra.test_portal_archive import commented, streamed
from tests.reference_ra.test_portal_desk import FORMS, WRONG_TEXTS
from tests.reference_ra.test_portal_organisation import WRONG_ORGANISATION

LIMIT = 12
"""Device CSRs that a batch may hold."""
NEW, NEARLY_FULL, FULL, RESERVED, CLOSED, OTHER = (
    bytes.fromhex(f"00db12345700{number:04x}") for number in range(6)
)
RIGHT_ORGANISATION = {
    "agreement": for_organisation(AGREEMENT),
    "role 08": for_organisation(subject_name=subject(role="08")),
    "without commonName": for_organisation(subject_name=subject(common_name=None)),
    "PrintableString": for_organisation(subject_name=subject(kind=der.PRINTABLE_STRING)),
}
FOR_OTHERS = {
    "another organisation": for_organisation(subject_name=subject(BLUE)),
    "a role that is not held": for_organisation(subject_name=subject(role="03")),
}
FILES = {
    "New.csr": pem(RIGHT.build(NEW)),
    "new too.csr": FORMS["64 bare, CRLF"](AGREEMENT.build(NEW)),
    "one-line.csr": FORMS["one line"](LEGAL["not critical"].build(OTHER)),
    "again.csr": FORMS["one line"](LEGAL["not critical"].build(OTHER)),
    "signature.csr": pem(WRONG["signature by another key"].build(OTHER)),
    "empty.csr": "",
    "nearly.csr": pem(RIGHT.build(NEARLY_FULL)),
    "full.csr": pem(RIGHT.build(FULL)),
    "reserved.csr": pem(RIGHT.build(RESERVED)),
    "closed.csr": pem(RIGHT.build(CLOSED)),
}


def limited(policies: Policies) -> Policies:
    """The policies with this battery's limit."""
    limits = replace(policies.batch.limits, csrs=LIMIT)
    return replace(policies, batch=replace(policies.batch, limits=limits))


@dataclass
class Battery:
    """Asks one office everything, and keeps what it told."""

    office: Office
    told: dict[str, str] = field(default_factory=dict)
    """By what was asked when."""
    references: dict[str, str] = field(default_factory=dict)

    def run(self) -> dict[str, str]:
        """Everything."""
        self._prepare()
        self._organisations()
        self._devices()
        self._batches()
        self.office.pass_night()
        self._look("after a night")
        self.office.pass_time(timedelta(days=20))
        self._look("after 3 weeks")
        self.office.pass_time(timedelta(days=12))
        self._look("after 33 days")
        registry = self.office.authority.registry
        for number, device in enumerate((NEW, NEARLY_FULL, FULL, RESERVED, CLOSED, OTHER)):
            self.told[f"issued for Device {number}"] = str(registry.certificates_issued(device))
        for eui64 in (AMBER, BLUE):
            self.told[f"issued for {eui64.hex()}"] = str(registry.organisation_certificates_issued(eui64))
        self.told["logged"] = str(registry.rejections())
        return self.told

    def _prepare(self) -> None:
        registry, now = self.office.authority.registry, self.office.authority.clock.now()
        registry.seed(NEARLY_FULL, 98, "digitalSignature", now)
        registry.seed(FULL, 100, "digitalSignature", now)
        registry.eligibility.restrict("reserved", ["02"])
        registry.eligibility.restrict("closed", [])
        registry.eligibility.set_provisioning_state(RESERVED, "reserved")
        registry.eligibility.set_provisioning_state(CLOSED, "closed")

    def _organisations(self) -> None:
        right = for_organisation().build()
        for form, write in {**FORMS, **WRONG_TEXTS}.items():
            self._organisation(f"form {form}", write(right))
        for name, recipe in {**RIGHT_ORGANISATION, **WRONG_ORGANISATION, **FOR_OTHERS}.items():
            self._organisation(name, pem(recipe.build()))
        for name, recipe in {**FOR_OTHERS, "right": for_organisation()}.items():
            self._organisation(f"by Internet, {name}", pem(recipe.build()), internet=True)

    def _organisation(self, name: str, text: str, internet: bool = False) -> None:
        made = self.office.organisation(text, internet=internet)
        self._keep(f"Organisation CSR, {name}", made)

    def _devices(self) -> None:
        for form in ("CRLF", "one line", "a certificate's lines"):
            self._device(f"form {form}", {**FORMS, **WRONG_TEXTS}[form](RIGHT.build(NEW)))
        for name, recipe in {**LEGAL, **WRONG}.items():
            self._device(name, pem(recipe.build(OTHER)))
        for name, device in {
            "99 before": NEARLY_FULL,
            "100 before": FULL,
            "reserved": RESERVED,
            "closed": CLOSED,
        }.items():
            self._device(name, pem(RIGHT.build(device)))

    def _device(self, name: str, text: str) -> None:
        self._keep(f"Device CSR, {name}", self.office.device(text))

    def _batches(self) -> None:
        for name, make in WRONG_ARCHIVES.items():
            self._batch(name, make())
        self._batch("streamed", streamed())
        self._batch("commented", commented())
        one = CsrRecipe().build(OTHER)
        for count in (0, LIMIT - 1, LIMIT, LIMIT + 1):
            self._batch(f"of {count}", zipped({f"{number}.csr": pem(one) for number in range(count)}))
        self._batch("mixed", zipped(FILES), "A night.zip")

    def _batch(self, name: str, octets: bytes, file_name: str = "night.zip") -> None:
        self._keep(f"batch, {name}", self.office.batch(octets, file_name))

    def _keep(self, name: str, made: PortalRequest) -> None:
        self.references[name] = made.reference
        self.told[name] = shown(made)

    def _look(self, when: str) -> None:
        for who in (ORGANISATION, DEVICE, "portal-organisation-gas-supplier", "portal-device-gas-supplier"):
            holder = self.office.holder(who)
            for name, reference in self.references.items():
                seen = self.office.desk.request(holder, reference)
                self.told[f"{name}, {when}, to {who}"] = shown(seen) if seen else "nothing"
            items = self.office.desk.pickups(holder)
            self.told[f"pickups, {when}, to {who}"] = str(
                [(item.reference, item.kind, item.csrs, item.files) for item in items]
            )
            listed = self.office.desk.requests(holder, "device")
            self.told[f"list, {when}, to {who}"] = str([each.reference for each in listed])
            for name in ("batch, mixed", f"batch, of {LIMIT}", "batch, may be any file"):
                if name in self.references:
                    files = self.office.files(self.references[name], who)
                    self.told[f"files, {name}, {when}, to {who}"] = str(
                        {file: file_shown(octets) for file, octets in files.items()}
                    )
        for name in ("Organisation CSR, role 08", "Device CSR, signing"):
            who = ORGANISATION if name.startswith("O") else DEVICE
            found = self.office.desk.certificate_file(self.office.holder(who), self.references[name])
            self.told[f"file, {name}, {when}"] = str(found and (found[0], file_shown(found[1])))


def shown(request: PortalRequest) -> str:
    """A request, with what of its certificate is the same for everyone who asks for the same."""
    errors = [(each.status, each.code, each.text) for each in request.errors]
    certificate = certificate_shown(request.certificate) if request.certificate else ""
    return f"{request.standing} {errors} {request.csrs} {request.status} {certificate}"


def certificate_shown(octets: bytes) -> str:
    """A certificate's fields, but what is random and the moment."""
    parts = der.read_one(octets, der.SEQUENCE).elements()
    fields = [each.octets.hex() for each in parts[0].elements()]
    fields = [re.sub("^0210(0[1-9a-f]|[1-7].).{30}$", "serial", each) for each in fields]
    # Of each time its type, and the date alone.
    fields = [re.sub("(170d.{12}|180f.{16}).{12}5a", r"\1", each) for each in fields]
    return " ".join([*fields, parts[1].octets.hex()])


def file_shown(octets: bytes) -> str:
    """A file: of certificates what is the same for all, of a ZIP nothing, since its parts are shown."""
    if octets.startswith(b"PK"):
        return "ZIP"
    for written in (octets, _base64(octets)):
        try:
            return f"{octets[:20] if written is octets else 'Base64'!r} {certificate_shown(written)}"
        except der.DerError:
            continue
    lines = octets.decode("latin-1").splitlines(keepends=True)
    if lines[:1] == ["-----BEGIN CERTIFICATE-----\n"]:
        return f"PEM {certificate_shown(base64.b64decode(''.join(lines[1:-1])))}"
    return f"{len(octets)} octets" if len(lines) == 1 else octets.decode("latin-1")


def _base64(octets: bytes) -> bytes:
    try:
        return base64.b64decode(octets, validate=True)
    except ValueError:
        return b""
