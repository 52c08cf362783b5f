"""Defects in how the portals' pages can be used (M-2.3.GO-c: WCAG 2, AA), as a real browser shows them."""

from __future__ import annotations

from reference_ra.alterations import defect
from reference_ra.policies import Policies
from reference_ra.portal.site_adjust import Edit, with_page_map, with_style, with_template


def _page_defect(name: str, summary: str, page: str, *edits: Edit, extra: bool = False) -> None:
    """A defect that is some other text in a template."""
    defect(f"portal-{name}", summary, breaks=["M-2.3.GO-c"], browser=True, extra=extra)(
        lambda policies: with_template(policies, page, *edits)
    )


_page_defect(
    "pages-without-language",
    "No page tells its language (3.1.1).",
    "base.html",
    (' lang="en-GB"', ""),
    extra=True,
)
_page_defect(
    "refusals-without-language",
    "The page of a refusal tells no language (3.1.1).",
    "error.html",
    ('{% extends "base.html" %}', "<!DOCTYPE html><html><head><title>Refused</title></head><body>"),
    ("{% block title %}{{ problem.title }}{% endblock %}\n{% block main %}", ""),
    ("{% endblock %}", "</body></html>"),
)
_page_defect(
    "pages-without-title",
    "No page has a title (2.4.2).",
    "base.html",
    ("<title>{% block title %}{% endblock %} - {{ portal_name }}</title>", ""),
    extra=True,
)
_page_defect(
    "image-without-text",
    "The image on every page has no alternative text (1.1.1).",
    "base.html",
    (' alt="" width', " width"),
    extra=True,
)
_page_defect(
    "pages-do-not-scale",
    "On a small screen the pages cannot be enlarged (1.4.4).",
    "base.html",
    ("initial-scale=1", "initial-scale=1, maximum-scale=1, user-scalable=no"),
    extra=True,
)
_page_defect(
    "link-without-text",
    "The link to the start page is a picture without a text (2.4.4, 4.1.2).",
    "base.html",
    ("Start page of the portal</a>", '<img src="/static/mark.svg" alt="" width="24" height="24"></a>'),
)
_page_defect(
    "list-of-anything",
    "The list of links on a section's first page has something in it that is no item of a list (1.3.1).",
    "home.html",
    ('<ul class="cards">', '<ul class="cards"><div>Choose one:</div>'),
    extra=True,
)
_page_defect(
    "button-beyond-the-keyboard",
    "The button that submits a form is not reached by the keyboard (2.1.1).",
    "forms.html",
    ('<button type="submit">', '<button type="submit" tabindex="-1">'),
)


def _style_defect(name: str, summary: str, rules: str) -> None:
    """A defect that is more rules in the style sheet."""
    defect(f"portal-{name}", summary, breaks=["M-2.3.GO-c"], browser=True)(
        lambda policies: with_style(policies, rules)
    )


_style_defect(
    "error-unreadable",
    "The error beside the field of a rejected CSR is pale grey (1.4.3).",
    ".field-error { color: #b9b9b9 }",
)
_style_defect(
    "notification-unreadable",
    "Notifications are hardly darker than their ground (1.4.3).",
    ".notification { color: #a3bfab }",
)
_style_defect(
    "list-unreadable",
    "The times in a list of requests are pale grey (1.4.3).",
    "td time { color: #b9b9b9 }",
)


@defect(
    "portal-field-without-label",
    "The field for a CSR has a text above it, which is no label of it (1.3.1, 4.1.2).",
    breaks=["M-2.3.GO-c"],
    browser=True,
)
def field_without_label(policies: Policies) -> Policies:
    """Let the eye find it, and clients by its id."""
    unlabelled = ('<label for="csr">{{ form.label }}</label>', "<p><b>{{ form.label }}</b></p>")
    policies = with_template(policies, "forms.html", unlabelled)
    for heading in ("pages.organisation", "pages.device"):
        policies = with_page_map(policies, heading, field="css=#csr")
    return policies


@defect(
    "portal-file-field-without-label",
    "The field for a batch's file has a text above it, which is no label of it (1.3.1, 4.1.2).",
    breaks=["M-2.3.GO-c"],
    browser=True,
)
def file_field_without_label(policies: Policies) -> Policies:
    """Let the eye find it, and clients by its id."""
    unlabelled = ('<label for="batch">{{ form.label }}</label>', "<p><b>{{ form.label }}</b></p>")
    policies = with_template(policies, "forms.html", unlabelled)
    return with_page_map(policies, "pages.batch", field="css=#batch")
