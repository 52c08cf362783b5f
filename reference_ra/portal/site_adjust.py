"""What defects and variants of the portals' sites are made of, beside `reference_ra.adjust`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from reference_ra.access import Refusal
from reference_ra.policies import Policies
from reference_ra.portal.records import PortalRequest
from reference_ra.portal.sections import Place
from reference_ra.registry import Credential

Edit = tuple[str, str]
"""A text of a template, and what stands in its place."""


def with_site(policies: Policies, **changes: Any) -> Policies:
    """Some of the sites' policies are others."""
    site = replace(policies.portal.site, **changes)
    return replace(policies, portal=replace(policies.portal, site=site))


def with_template(policies: Policies, name: str, *edits: Edit) -> Policies:
    """Some text of a template is replaced, wherever it stands in it; it must be there."""
    template = policies.portal.site.template
    source = template(name)
    for old, new in edits:
        if old not in source:
            raise ValueError(f"not in {name}: {old}")
        source = source.replace(old, new)
    return with_site(policies, template=lambda other: source if other == name else template(other))


def with_style(policies: Policies, rules: str) -> Policies:
    """The style sheet goes on with more rules."""
    static = policies.portal.site.static
    return with_site(
        policies, static=lambda name: static(name) + rules if name == "portal.css" else static(name)
    )


def with_page_map(policies: Policies, heading: str, **values: str | Mapping[str, str]) -> Policies:
    """Some entries of a table of the page map are others."""
    page_map = policies.portal.site.page_map
    return with_site(policies, page_map={**page_map, heading: {**page_map[heading], **values}})


def with_shown(policies: Policies, change: Callable[[PortalRequest], PortalRequest]) -> Policies:
    """What the page of every request shows is changed."""
    shown = policies.portal.site.shown
    return with_site(policies, shown=lambda request: change(shown(request)))


def excusing_at(
    policies: Policies, refusal: Refusal, whom: Callable[[Place, str, Credential], bool]
) -> Policies:
    """A rule about the users of a section is not applied to some, on the page of some paths."""
    rules_for = policies.portal.site.rules_for

    def lenient(place: Place, path: str) -> Mapping[Refusal, Callable[[Credential], bool]]:
        rules = dict(rules_for(place, path))
        keeps = rules.get(refusal)
        if keeps is not None:
            rules[refusal] = lambda holder: whom(place, path, holder) or keeps(holder)
        return rules

    return with_site(policies, rules_for=lenient)
