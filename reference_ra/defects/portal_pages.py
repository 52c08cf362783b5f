"""Defects of what stands on the portals' pages: links, notifications, errors, and what a user pasted."""

from __future__ import annotations

from dataclasses import replace

from reference_ra.alterations import defect
from reference_ra.policies import Policies
from reference_ra.portal.records import Kind, PortalRequest
from reference_ra.portal.site_adjust import Edit, with_shown, with_template

_EACH_SECTION = "{% for section in sections %}"
_EACH_LINK = "{% for link in links if link.about %}"
_ACCEPTED = "{{ form.thing }} accepted: {{ form.accepted }}"
_APPROVED = "{{ form.thing }} approved: the certificate is issued."
_FOLLOWING = (
    "M-2.3.*",
    "N-2.1.1-a",
    "N-1-a",
    "M-F-*",
    "G-*",
    "S-4",
    "M-2.1-a",
    "M-2.2-a",
    "M-1.2-*",
    "M-2.5.1.4-d",
)
"""What cannot be seen where the way to it is missing."""

# Links


def _without(policies: Policies, page: str, each: str, condition: str) -> Policies:
    """A list of links leaves some out."""
    edit = (each, each.replace(" %}", f" and {condition} %}}" if " if " in each else f" if {condition} %}}"))
    return with_template(policies, page, edit)


@defect(
    "portal-landing-without-organisation-link",
    "The landing page has no link to the Organisation pages.",
    breaks=["M-2.3.EST-a"],
    related=_FOLLOWING,
    extra=True,
)
def landing_without_organisation_link(policies: Policies) -> Policies:
    """Leave it out."""
    return _without(policies, "landing.html", _EACH_SECTION, "'/organisation/' not in section.url")


@defect(
    "portal-landing-without-device-link",
    "The landing page has no link to the Device pages.",
    breaks=["M-2.3.EST-a"],
    related=_FOLLOWING,
)
def landing_without_device_link(policies: Policies) -> Policies:
    """Leave it out."""
    return _without(policies, "landing.html", _EACH_SECTION, "'/device/' not in section.url")


@defect(
    "portal-without-batch-form",
    "No link leads to the form for a Batched CSR.",
    breaks=["N-2.1.1-a"],
    related=_FOLLOWING,
)
def without_batch_form(policies: Policies) -> Policies:
    """Leave it out."""
    return _without(policies, "home.html", _EACH_LINK, "link.path != '/device/batch'")


@defect(
    "portal-organisation-certificate-without-link",
    "The page of an approved Organisation CSR has no link to the certificate.",
    breaks=["M-2.3.1.4-c"],
    related=_FOLLOWING,
)
def organisation_certificate_without_link(policies: Policies) -> Policies:
    """Send it by post."""
    return with_template(policies, "request.html", ('<a class="certificate action"', '<a class="action"'))


def _without_pickup_of(policies: Policies, file: str) -> Policies:
    each = "{% for file in item.files %}"
    return with_template(policies, "pickup.html", (each, each.replace(" %}", f" if file != '{file}' %}}")))


@defect(
    "portal-pickup-without-certificate",
    "The pickup page has no link to the certificate of an ad hoc Device CSR.",
    breaks=["M-2.3.1.9-c"],
    related=_FOLLOWING,
)
def pickup_without_certificate(policies: Policies) -> Policies:
    """List the request alone."""
    return _without_pickup_of(policies, "certificate")


@defect(
    "portal-pickup-without-certificates",
    "The pickup page has no link to the certificates of a batch.",
    breaks=["M-2.3.1.9-d"],
    related=_FOLLOWING,
    extra=True,
)
def pickup_without_certificates(policies: Policies) -> Policies:
    """Offer the report alone."""
    return _without_pickup_of(policies, "certificates")


@defect(
    "portal-pickup-without-report",
    "The pickup page has no link to the report of a batch.",
    breaks=["M-2.3.1.9-d"],
    related=_FOLLOWING,
)
def pickup_without_report(policies: Policies) -> Policies:
    """Offer the certificates alone."""
    return _without_pickup_of(policies, "report")


# Notifications. An approval that is never told is one that takes long, for all that a user can see.


def _silent(policies: Policies, kind: Kind, *texts: str) -> Policies:
    """Notifications of one kind of request have no such text."""
    edits: list[Edit] = [(text, f"{{% if request.kind != '{kind}' %}}{text}{{% endif %}}") for text in texts]
    return with_template(policies, "request.html", *edits)


@defect(
    "portal-organisation-silent",
    "Nothing on the portal tells that an Organisation CSR was accepted or approved.",
    breaks=["M-2.3.1.2-a", "M-2.3.1.3-b"],
    related=_FOLLOWING,
)
def organisation_silent(policies: Policies) -> Policies:
    """Say nothing."""
    return _silent(policies, "organisation", _ACCEPTED, _APPROVED)


@defect(
    "portal-device-silent",
    "Nothing on the portal tells that an ad hoc Device CSR was accepted or approved.",
    breaks=["M-2.3.1.7-c", "M-2.3.1.8-c"],
    related=_FOLLOWING,
)
def device_silent(policies: Policies) -> Policies:
    """Say nothing."""
    return _silent(policies, "device", _ACCEPTED, _APPROVED)


@defect(
    "portal-batch-without-number",
    "The answer to a Batched CSR does not tell how many Device CSRs are in it.",
    breaks=["M-2.3.1.7-f"],
    related=_FOLLOWING,
    extra=True,
)
def batch_without_number(policies: Policies) -> Policies:
    """Tell that it was accepted, no more."""
    return with_shown(policies, lambda request: replace(request, csrs=None))


@defect(
    "portal-batch-number-one-too-many",
    "The answer to a Batched CSR counts one Device CSR more than are in it.",
    breaks=["M-2.3.1.7-f"],
    related=["M-2.3.1.7-e"],
)
def batch_number_one_too_many(policies: Policies) -> Policies:
    """Count the end of the archive too."""
    return with_shown(policies, lambda request: replace(request, csrs=request.csrs and request.csrs + 1))


# Errors


def _without_errors(policies: Policies, kind: Kind) -> Policies:
    def change(request: PortalRequest) -> PortalRequest:
        return replace(request, errors=()) if request.kind == kind else request

    return with_shown(policies, change)


@defect(
    "portal-organisation-errors-not-shown",
    "An Organisation CSR is rejected, and no error or reason is shown.",
    breaks=["M-2.3.1.2-a", "M-2.3.1.3-b"],
    related=["M-2.3.1.3-a", "M-F-*", "M-2.2-a", "G-*"],
)
def organisation_errors_not_shown(policies: Policies) -> Policies:
    """Say that it was rejected, no more."""
    return _without_errors(policies, "organisation")


@defect(
    "portal-device-errors-not-shown",
    "An ad hoc Device CSR is rejected, and no error is shown.",
    breaks=["M-2.3.1.7-c"],
    related=["M-2.3.1.7-*", "M-2.3.1.8-*", "M-F-*", "M-2.2-a", "G-*"],
)
def device_errors_not_shown(policies: Policies) -> Policies:
    """Say that it was rejected, no more."""
    return _without_errors(policies, "device")


@defect(
    "portal-batch-errors-not-shown",
    "A Batched CSR is rejected, and no error is shown.",
    breaks=["M-2.3.1.7-f"],
    related=["M-2.3.1.7-d", "M-2.3.1.7-e", "M-F-ZIP-*"],
)
def batch_errors_not_shown(policies: Policies) -> Policies:
    """Say that it was rejected, no more."""
    return _without_errors(policies, "batch")


@defect(
    "portal-errors-without-status",
    "An error on the portal tells neither the status nor the code of the tables of M-A and M-C.",
    breaks=["M-2.3.1.7-c", "M-2.3.1.7-f"],
    related=["M-2.3.1.7-*", "M-2.3.1.8-*", "M-F-*", "M-2.2-a", "G-*"],
)
def errors_without_status(policies: Policies) -> Policies:
    """Say it in words alone."""
    return with_template(policies, "request.html", ("{{ error|error_text }}", "{{ error.text }}"))


# What a user has given


@defect(
    "portal-csr-shown-as-markup",
    "A rejected CSR is put into the page as it was pasted: markup in it becomes part of the page.",
    breaks=["M-2.3.1.2-a", "N-1-a"],
    related=["M-2.3.1.7-c"],
)
def csr_shown_as_markup(policies: Policies) -> Policies:
    """Do not escape it."""
    return with_template(policies, "forms.html", ("{{ text }}</textarea>", "{{ text|safe }}</textarea>"))


@defect(
    "portal-file-name-shown-as-markup",
    "The name of a file that was uploaded is put into the page as it came.",
    breaks=["N-1-a"],
    related=["M-2.3.1.7-f"],
)
def file_name_shown_as_markup(policies: Policies) -> Policies:
    """Do not escape it."""
    name = "{{ request.file_name }}"
    return with_template(policies, "request.html", (name, name.replace(" }}", "|safe }}")))
