"""A day at the portals: what their users are shown at every turn, over sockets."""

from __future__ import annotations

import io
import re
import zipfile
from dataclasses import dataclass, field
from urllib.parse import urlencode, urlsplit

from reference_ra import der, oids
from tests.reference_ra.batching import device, process
from tests.reference_ra.browsing import (
    BATCH_FORM,
    DEVICE_FORM,
    ORGANISATION_FORM,
    URLENCODED,
    Page,
    User,
    multipart,
)
from tests.reference_ra.conftest import Ra
from tests.reference_ra.craft import RIGHT, CsrRecipe, encoded

HOSTILE = "</textarea><script>alert(1)</script>\"'&amp;<b>"
PAGES = {
    "organisation": ("/organisation/", ORGANISATION_FORM, "/organisation/requests", "/organisation/x"),
    "device": ("/device/", DEVICE_FORM, BATCH_FORM, "/device/requests", "/device/pickup", "/device/x"),
}
AMBER = bytes.fromhex("00db000000000001")
_FOREIGN = {"Origin": "https://example.org", "Sec-Fetch-Site": "cross-site"}
_WHO = (
    "portal-organisation",
    "portal-device",
    "import-supplier",
    "batch-supplier",
    "portal-device-gas-supplier",
    "portal-device-without-uept",
)


def organisation_csr(eui64: bytes = AMBER, role: str = "02") -> bytes:
    attributes = (
        (oids.ORGANIZATIONAL_UNIT_NAME, der.write(der.PRINTABLE_STRING, role.encode())),
        (oids.UNIQUE_IDENTIFIER, der.write_bit_string(eui64)),
    )
    names = (der.write(der.SET, der.write(der.SEQUENCE, *each)) for each in attributes)
    return CsrRecipe(subject=der.write(der.SEQUENCE, *names), name=b"").build()


def archive(*csrs: bytes) -> bytes:
    octets = io.BytesIO()
    with zipfile.ZipFile(octets, "w") as file:
        for number, csr in enumerate(csrs):
            file.writestr(f"meter-{number}.csr", encoded(csr))
    return octets.getvalue()


@dataclass
class Battery:
    """Does everything at one RA, and keeps what it was shown."""

    ra: Ra
    told: dict[str, str] = field(default_factory=dict)
    """By what was done: status and page, without what differs from time to time."""

    def run(self) -> dict[str, str]:
        for portal in ("portal_gateway", "portal_internet"):
            self._look_round(portal)
            self._submit_organisation_csrs(portal)
            self._forge(portal)
        self._submit_device_csrs()
        self._send_straight_to_the_internet_portal()
        process(self.ra)
        self._pick_up()
        for number in range(1, 9):
            self.told[f"issued {number}"] = str(self.ra.issued(device(number)))
        return self.told

    def _user(self, who: str | None, portal: str = "portal_gateway") -> User:
        # Where a section is not linked, its address is known all the same.
        return User(self.ra, who, portal)

    def _keep(self, what: str, page: Page) -> Page:
        text = re.sub(r"https://127\.0\.0\.1:\d+", "HERE", page.body.decode("utf-8", "replace"))
        text = re.sub(r'(name="form-token" value=)"[^"]*"', r'\1"..."', text)
        text = re.sub(r'<time datetime="[^"]*">[^<]*</time>', "<time>...</time>", text)
        text = re.sub(r"[A-Za-z0-9+/=]{60,}", "...", text)  # a CSR: its signature is another each time
        name = page.headers["Content-Disposition"]
        self.told[what] = f"{page.status} {urlsplit(page.url).path} {name or text}"
        return page

    def _look_round(self, portal: str) -> None:
        user = self._user(None, portal)
        self._keep(f"{portal} landing", user.send("GET", user.landing_url, credential=None))
        for path in ("/static/portal.css", "/nothing"):
            self._keep(f"{portal} {path}", user.send("GET", user.landing_url[:-1] + path, credential=None))
        for who in _WHO:
            user = self._user(who, portal)
            for path in (*PAGES["organisation"], *PAGES["device"]):
                self._keep(f"{portal} {path} as {who}", user.get(path))

    def _submit_organisation_csrs(self, portal: str) -> None:
        user = self._user("portal-organisation", portal)
        csrs = {
            "right": encoded(organisation_csr()),
            "of another role": encoded(organisation_csr(role="03")),
            "hostile": f"\n{HOSTILE}",
            "for a Device": encoded(RIGHT.build(device(1))),
        }
        for name, text in csrs.items():
            page = self._keep(f"{portal} organisation CSR {name}", user.submit(ORGANISATION_FORM, text))
            if page.body and (found := re.search(rb"R\d+", page.body)):
                certificate = f"/organisation/requests/{found[0].decode()}/certificate"
                self._keep(f"{portal} certificate {name}", user.get(certificate))
        self._keep(f"{portal} own requests", user.get("/organisation/requests"))

    def _forge(self, portal: str) -> None:
        user, other = (self._user("portal-organisation", portal) for _ in range(2))
        text = encoded(organisation_csr())
        tokens = {"none": None, "wrong": "x" * 43, "another's": other.get(ORGANISATION_FORM).form_token}
        for name, token in tokens.items():
            page = user.submit(ORGANISATION_FORM, text, headers=_FOREIGN, token=token)
            self._keep(f"{portal} forged with {name} token", page)
        page = user.follow(user.get(f"{ORGANISATION_FORM}?{urlencode({'csr': text})}"))
        self._keep(f"{portal} forged in an address", page)
        own = user.submit(ORGANISATION_FORM, "x", headers={"Origin": user.sections})
        self._keep(f"{portal} with its own Origin", own)
        stranger = self._user("portal-organisation-gas-supplier", portal)
        stranger.cookies = dict(user.cookies)
        self._keep(f"{portal} with another's session", stranger.get("/organisation/requests"))

    def _submit_device_csrs(self) -> None:
        user = self._user("portal-device")
        self._keep("device CSR right", user.submit(DEVICE_FORM, encoded(RIGHT.build(device(2)))))
        self._keep("device CSR hostile", user.submit(DEVICE_FORM, HOSTILE))
        batch = archive(RIGHT.build(device(3)), RIGHT.build(device(4)))
        for name, octets in (("two.zip", batch), (f"{HOSTILE}.zip", b"PK")):
            kind, body = multipart({"form-token": user.get(BATCH_FORM).form_token or ""}, name, octets)
            page = user.follow(user.send("POST", BATCH_FORM, body, {"Content-Type": kind}))
            self._keep(f"batch {name}", page)
        self._keep("device requests", user.get("/device/requests"))

    def _send_straight_to_the_internet_portal(self) -> None:
        for number, who in ((5, "portal-device"), (6, "portal-organisation")):
            user = self._user(who, "portal_internet")
            body = urlencode({"csr": encoded(RIGHT.build(device(number)))}).encode()
            page = user.follow(user.send("POST", DEVICE_FORM, body, {"Content-Type": URLENCODED}))
            self._keep(f"device CSR via the Internet as {who}", page)

    def _pick_up(self) -> None:
        user = self._user("portal-device")
        page = self._keep("pickup", user.get("/device/pickup"))
        for link in page.tree.xpath("//main//a/@href"):
            path = urlsplit(str(link)).path
            self._keep(f"file {path}", user.get(path))
