"""The pages of the portals' sites: what stands on each, and how it becomes HTML."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from jinja2 import Environment, FunctionLoader, StrictUndefined
from markupsafe import Markup

from reference_ra.batch.window import uk_local
from reference_ra.portal.problems import Problem
from reference_ra.portal.records import (
    Kind,
    PickupFile,
    PickupItem,
    PortalError,
    PortalRequest,
    Section,
    Standing,
)
from reference_ra.portal.sections import GATEWAY, Place

TOKEN_FIELD = "form-token"  # noqa: S105 - a name
CSR_FIELD = "csr"
BATCH_FIELD = "batch"
_WAYS = {True: "via DCC Gateway Connection", False: "via the Internet"}
THINGS: Mapping[Kind, str] = {
    "organisation": "Organisation CSR",
    "device": "Device CSR",
    "batch": "Batched CSR",
}
"""What is submitted, by kind."""
ABOUT: Mapping[Section, str] = {
    "organisation": "Submit Organisation CSRs for your organisation, and download the certificates.",
    "device": "Submit Device CSRs, one by one or in a batch, and pick the certificates up.",
}
TITLES: Mapping[Section, str] = {
    "organisation": "Organisation Certificates",
    "device": "Device Certificates",
}
FILE_TITLES: Mapping[PickupFile, str] = {
    "certificate": "Certificate",
    "certificates": "Certificates",
    "report": "Report",
    "response": "Response file",
}
_STANDINGS = {
    Standing.ACCEPTED: "Accepted, awaits a decision",
    Standing.APPROVED: "Approved",
    Standing.REJECTED: "Rejected",
}


@dataclass(frozen=True, slots=True)
class Form:
    """A form and its page."""

    kind: Kind
    path: str
    title: str
    about: str
    label: str
    """Of the field for the CSR or the file."""
    field_id: str
    button: str
    accepted: str
    """What the notification of an acceptance goes on with."""

    @property
    def thing(self) -> str:
        """What is submitted with it."""
        return THINGS[self.kind]


def _csr_form(section: Section, about: str) -> Form:
    thing = THINGS[section]
    article = "an" if thing[0] in "AEIOU" else "a"
    return Form(
        kind=section,
        path=f"/{section}/submit",
        title=f"Submit {article} {thing}",
        about=about,
        label=thing,
        field_id="csr",
        button=f"Submit {thing}",
        accepted="its format and its signature are right.",
    )


FORMS: Mapping[Kind, Form] = {
    "organisation": _csr_form(
        "organisation", "One Certificate Signing Request for an Organisation Certificate."
    ),
    "device": _csr_form("device", "One Certificate Signing Request for a Device Certificate."),
    "batch": Form(
        kind="batch",
        path="/device/batch",
        title="Upload a Batched CSR",
        about="Many Certificate Signing Requests for Device Certificates, processed together overnight.",
        label="ZIP of Device CSRs",
        field_id="batch",
        button="Upload Batched CSR",
        accepted="it will be processed overnight.",
    ),
}
"""By kind."""


@dataclass(frozen=True, slots=True)
class Link:
    """A way to a page of a section."""

    path: str
    text: str
    about: str = ""


def _form_link(kind: Kind) -> Link:
    form = FORMS[kind]
    return Link(form.path, form.title, form.about)


_OWN = "What your organisation has submitted, and what became of it."
LINKS: Mapping[Section, Sequence[Link]] = {
    "organisation": (
        Link("/organisation/", "Overview"),
        _form_link("organisation"),
        Link("/organisation/requests", "Your Organisation CSRs", _OWN),
    ),
    "device": (
        Link("/device/", "Overview"),
        _form_link("device"),
        _form_link("batch"),
        Link("/device/requests", "Your Device CSRs", _OWN),
        Link("/device/pickup", "Certificate pickup", "Certificates and reports, to be had for 30 days."),
    ),
}


@lru_cache(maxsize=4096)
def uk_time(moment: datetime) -> Markup:
    """A moment as people in the UK write it."""
    local = uk_local(moment)
    text = f"{local.day} {local:%B %Y, %H:%M}"
    return Markup('<time datetime="{}">{}</time>').format(moment.isoformat(timespec="seconds"), text)


def standing(request: PortalRequest) -> str:
    """How a request stands, in words."""
    return request.status.capitalize() or _STANDINGS[request.standing]


def error_text(error: PortalError) -> str:
    """An error as its user reads it, with the status and the code that it accords with."""
    accords = " ".join(each for each in (error.status, error.code) if each)
    return f"{accords}: {error.text}" if accords else error.text


@dataclass(frozen=True, slots=True)
class Viewer:
    """For whom a page of a section is made."""

    place: Place
    organisation: str
    token: str
    """For the forms on it."""


class Pages:
    """Makes the pages of one portal."""

    def __init__(
        self,
        interface: str,
        template: Callable[[str], str],
        csr_limit: int,
        landing_url: str,
        sections_url: str,
    ) -> None:
        """Pages of these templates; `csr_limit` is the number of Device CSRs that a batch may hold."""
        environment = Environment(
            loader=FunctionLoader(template),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        environment.filters.update(uk_time=uk_time, standing=standing, error_text=error_text)
        environment.globals.update(
            portal_name="SMKI Portal",
            portal_way=_WAYS[interface == GATEWAY],
            interface=interface,
            landing_url=landing_url,
            csr_limit=csr_limit,
            things=THINGS,
            titles=TITLES,
            file_titles=FILE_TITLES,
            token_field=TOKEN_FIELD,
            csr_field=CSR_FIELD,
            batch_field=BATCH_FIELD,
            landing=False,
            home=False,
            place=None,
        )
        self._environment = environment
        self._sections_url = sections_url

    def landing(self, sections: Sequence[Section]) -> str:
        """The page at the published URL."""
        shown = [
            {"url": f"{self._sections_url}/{section}/", "link": TITLES[section], "about": ABOUT[section]}
            for section in sections
        ]
        return self._render("landing.html", landing=True, sections=shown)

    def problem(self, problem: Problem) -> str:
        """The page that says why there is no other."""
        return self._render("error.html", problem=problem)

    def home(self, viewer: Viewer) -> str:
        """The first page of a section."""
        return self._within(viewer, "home.html", home=True, about=ABOUT[viewer.place.section])

    def form(self, viewer: Viewer, form: Form) -> str:
        """The page of a form."""
        return self._within(viewer, "submit.html", path=form.path, form=form)

    def request(self, viewer: Viewer, request: PortalRequest) -> str:
        """The page of one request."""
        return self._within(viewer, "request.html", form=FORMS[request.kind], request=request)

    def requests(self, viewer: Viewer, requests: Sequence[PortalRequest], number: int) -> str:
        """The list of one's own requests; `number` is the page's, for templates that show some on each."""
        link = next(each for each in LINKS[viewer.place.section] if each.path.endswith("/requests"))
        return self._within(
            viewer, "requests.html", path=link.path, title=link.text, requests=requests, number=number
        )

    def pickup(self, viewer: Viewer, items: Sequence[PickupItem], number: int) -> str:
        """The 'certificate pickup' page, of that number."""
        return self._within(viewer, "pickup.html", path="/device/pickup", items=items, number=number)

    def _within(self, viewer: Viewer, name: str, path: str = "", **values: object) -> str:
        return self._render(
            name,
            place=viewer.place,
            organisation=viewer.organisation,
            token=viewer.token,
            links=LINKS[viewer.place.section],
            path=path,
            **values,
        )

    def _render(self, name: str, **values: object) -> str:
        return self._environment.get_template(name).render(values)
