"""What defects and variants of the Repository's accounts, portal and SFTP server are made of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from reference_ra.policies import Policies
from reference_ra.portal.site_adjust import Edit
from reference_ra.repository.adjust import with_repository


def with_accounts(policies: Policies, **changes: Any) -> Policies:
    """Some of the policies about accounts are others."""
    return with_repository(policies, accounts=replace(policies.repository.accounts, **changes))


def with_repository_site(policies: Policies, **changes: Any) -> Policies:
    """Some of the Repository portal's policies are others."""
    return with_repository(policies, site=replace(policies.repository.site, **changes))


def with_repository_template(policies: Policies, name: str, *edits: Edit) -> Policies:
    """Some text of a template is replaced, wherever it stands in it; it must be there."""
    template = policies.repository.site.template
    source = template(name)
    for old, new in edits:
        if old not in source:
            raise ValueError(f"not in {name}: {old}")
        source = source.replace(old, new)
    return with_repository_site(policies, template=lambda other: source if other == name else template(other))


def with_repository_static(policies: Policies, name: str, more: str) -> Policies:
    """A file that browsers load beside a page goes on with more."""
    static = policies.repository.site.static
    return with_repository_site(
        policies, static=lambda other: static(other) + more if other == name else static(other)
    )


def with_repository_page_map(policies: Policies, page: str, **values: str | Mapping[str, str]) -> Policies:
    """Some entries of a page's table in the page map are others."""
    page_map, heading = policies.repository.site.page_map, f"repository_pages.{page}"
    return with_repository_site(policies, page_map={**page_map, heading: {**page_map[heading], **values}})


def with_sftp(policies: Policies, **changes: Any) -> Policies:
    """Some of the SFTP server's policies are others."""
    return with_repository(policies, sftp=replace(policies.repository.sftp, **changes))


def with_extracts(policies: Policies, **changes: Any) -> Policies:
    """Some of the policies about extracts are others."""
    return with_repository(policies, extracts=replace(policies.repository.extracts, **changes))
