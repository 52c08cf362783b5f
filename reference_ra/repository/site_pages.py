"""The pages of the Repository portal: what stands on each, and how it becomes HTML."""

from __future__ import annotations

import textwrap
from base64 import b64encode
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from jinja2 import Environment, FunctionLoader, StrictUndefined

from reference_ra.portal.pages import TOKEN_FIELD, Link, uk_time
from reference_ra.portal.problems import Problem
from reference_ra.repository.admission import SHORTEST_PASSWORD
from reference_ra.repository.records import (
    CertificateStatus,
    Kind,
    ListKind,
    Lodged,
    LodgedList,
    eui64_text,
)

BROWSERS = "The portal is made for current versions of Chrome, Edge, Firefox and Safari."
"""Published on the login page (P-1.2-a)."""
PASSWORD_PATH = "/password"  # noqa: S105 - a path
SEARCH_PATH = "/search"
LINKS: Sequence[Link] = (
    Link(SEARCH_PATH, "Search"),
    Link("/authorities", "CA certificates"),
    Link("/lists", "Revocation lists"),
    Link(PASSWORD_PATH, "Change password"),
)
LIST_TITLES: Mapping[ListKind, str] = {
    ListKind.ORGANISATION_CRL: "Organisation CRL",
    ListKind.ORGANISATION_ARL: "Organisation ARL",
    ListKind.DEVICE_ARL: "Device ARL",
}
_STATUS_TEXTS: Mapping[CertificateStatus, str] = {
    CertificateStatus.PENDING: "Pending",
    CertificateStatus.IN_USE: "In use",
    CertificateStatus.NOT_IN_USE: "Not in use",
    CertificateStatus.EXPIRED: "Expired",
    CertificateStatus.REVOKED: "Revoked",
}
_USAGES = {"digitalSignature": "DS", "keyAgreement": "KA"}
_FOLDER = Path(__file__).parent / "templates"


def template(name: str) -> str:
    """The text of a template."""
    return (_FOLDER / name).read_text(encoding="utf-8")


class Viewer(NamedTuple):
    """For whom a page is made."""

    username: str | None
    """None where nobody has logged in."""
    token: str
    """For the forms on it."""
    confined: bool = False
    """The user must change the password first, and sees no links to other pages."""


class Asked(NamedTuple):
    """What the form of a search has."""

    organisation: str = ""
    device: str = ""
    serial: str = ""

    @property
    def text(self) -> str:
        """What was filled in."""
        return self.organisation or self.device or self.serial


@dataclass(frozen=True, slots=True)
class Row:
    """A certificate as the pages show it."""

    serial: str
    subject: str
    subject_title: str
    status: CertificateStatus
    role: str
    """Decimal; of organisations only."""
    usage: str

    @property
    def status_text(self) -> str:
        """The status in words."""
        return _STATUS_TEXTS[self.status]


def row_of(certificate: Lodged, status: CertificateStatus) -> Row:
    """A certificate of an organisation or a Device, which has that status."""
    role = certificate.remote_party_role
    return Row(
        serial=certificate.serial,
        subject=eui64_text(certificate.eui64 or b""),
        subject_title="Device" if certificate.kind is Kind.DEVICE else "Organisation",
        status=status,
        role=str(int(role, 16)) if role else "",
        usage=_USAGES.get(certificate.key_usage, certificate.key_usage),
    )


class RepositoryPages:
    """Makes the pages."""

    def __init__(self, template: Callable[[str], str]) -> None:
        """Pages of these templates."""
        self._environment = Environment(
            loader=FunctionLoader(template),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._environment.filters["uk_time"] = uk_time
        self._environment.globals.update(
            token_field=TOKEN_FIELD, list_titles=LIST_TITLES, browsers=BROWSERS, shortest=SHORTEST_PASSWORD
        )

    def login(self, viewer: Viewer, *, given: str = "", error: str = "", logged_out: bool = False) -> str:
        """The page where a user logs in, with the username given before and what was wrong."""
        return self._render("login.html", viewer, "/", given=given, error=error, logged_out=logged_out)

    def password(self, viewer: Viewer, *, error: str = "", wrong: str = "", changed: bool = False) -> str:
        """The page where a user changes the password; `wrong` is the field that has a mistake."""
        return self._render(
            "password.html",
            viewer,
            PASSWORD_PATH,
            error=error,
            wrong_field=wrong,
            changed=changed,
            must_change=viewer.confined,
        )

    def search(self, viewer: Viewer, asked: Asked, rows: Sequence[Row] | None, error: str = "") -> str:
        """The page to search on, with what was found; None where nothing was searched for."""
        return self._render("search.html", viewer, SEARCH_PATH, asked=asked, rows=rows, error=error)

    def certificate(self, viewer: Viewer, row: Row, certificate: bytes) -> str:
        """The page of one certificate, given its DER too."""
        lines = textwrap.wrap(b64encode(certificate).decode(), 64)
        return self._render("certificate.html", viewer, row=row, pem="\n".join(lines))

    def authorities(self, viewer: Viewer, authorities: Sequence[Lodged]) -> str:
        """The page of the CA certificates."""
        return self._render("authorities.html", viewer, "/authorities", authorities=authorities)

    def lists(self, viewer: Viewer, lists: Sequence[LodgedList]) -> str:
        """The page of the revocation lists."""
        return self._render("lists.html", viewer, "/lists", lists=lists)

    def problem(self, problem: Problem) -> str:
        """The page that says why there is no other."""
        return self._render("error.html", Viewer(None, ""), problem=problem)

    def _render(self, name: str, viewer: Viewer, path: str = "", **values: object) -> str:
        return self._environment.get_template(name).render(
            username=viewer.username,
            token=viewer.token,
            links=LINKS if viewer.username and not viewer.confined else (),
            path=path,
            **values,
        )
