"""What defects and variants of the portals' desk are made of, beside `reference_ra.adjust`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from reference_ra.certificate import CertificateFields
from reference_ra.csr import Csr, CsrRule, Extension
from reference_ra.policies import Policies


def with_desk(policies: Policies, **changes: Any) -> Policies:
    """Some of the desk's policies are others."""
    return replace(policies, portal=replace(policies.portal, **changes))


def with_organisation_csr_rules(policies: Policies, **rules: CsrRule | None) -> Policies:
    """Some rules for Organisation CSRs are others, or not applied; underscores stand for hyphens."""
    changed: Mapping[str, CsrRule | None] = {name.replace("_", "-"): rule for name, rule in rules.items()}
    if missing := set(changed) - set(policies.portal.organisation_csr_rules):
        raise KeyError(f"no such rules: {missing}")
    listed = {**policies.portal.organisation_csr_rules, **changed}
    return with_desk(
        policies, organisation_csr_rules={name: rule for name, rule in listed.items() if rule is not None}
    )


def with_organisation_fields(
    policies: Policies, change: Callable[[CertificateFields, Csr], CertificateFields]
) -> Policies:
    """Every Organisation Certificate's fields are changed before it is signed."""
    fill = policies.portal.fill_fields
    return with_desk(policies, fill_fields=lambda csr, ca, now: change(fill(csr, ca, now), csr))


def with_organisation_extension(
    policies: Policies, oid: bytes, change: Callable[[Extension], Extension | None]
) -> Policies:
    """One extension of every Organisation Certificate is changed, or left out where the change gives None."""

    def apply(fields: CertificateFields, _: Csr) -> CertificateFields:
        changed = (change(item) if item.oid == oid else item for item in fields.extensions)
        return replace(fields, extensions=tuple(item for item in changed if item is not None))

    return with_organisation_fields(policies, apply)
