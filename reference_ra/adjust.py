"""What defects and variants are made of: ways to replace one policy by another that leans on it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TypeVar

from reference_ra.access import ClientCertificate, Refusal
from reference_ra.batch.adjust import excusing_in_batches
from reference_ra.certificate import CertificateFields
from reference_ra.csr import Csr, CsrRule, Extension
from reference_ra.messages import Reply, SchemaEdit, load_schema
from reference_ra.policies import Authority, HttpAnswer, Policies
from reference_ra.portal.site_adjust import excusing_at
from reference_ra.registry import Credential

K = TypeVar("K")
V = TypeVar("V")
_STRANGER = "a stranger"


def without(rules: Mapping[K, V], *names: K) -> dict[K, V]:
    """The rules but for some."""
    missing = set(names) - set(rules)
    if missing:
        raise KeyError(f"no such rules: {missing}")
    return {name: rule for name, rule in rules.items() if name not in names}


def trusting(policies: Policies, *refusals: Refusal) -> Policies:
    """A client certificate is not refused for these reasons; an unknown one is the Import Supplier's."""

    def identify(authority: Authority, client: ClientCertificate | None) -> Credential:
        supplier = next(iter(authority.registry.credentials.values()))
        return policies.identify(authority, client) or replace(supplier, label=_STRANGER)

    everywhere = excusing_in_batches(policies, Refusal.INTERFACE, lambda holder: holder.label == _STRANGER)
    everywhere = excusing_at(everywhere, Refusal.INTERFACE, lambda *where: where[-1].label == _STRANGER)
    return replace(everywhere, client_rules=without(policies.client_rules, *refusals), identify=identify)


def excusing(policies: Policies, refusal: Refusal, whom: Callable[[Credential], bool]) -> Policies:
    """A rule about subscribers is not applied to some."""
    keeps = policies.subscriber_rules[refusal]
    rules = {**policies.subscriber_rules, refusal: lambda holder: whom(holder) or keeps(holder)}
    return replace(policies, subscriber_rules=rules)


def with_schema(policies: Policies, *edits: tuple[str, str]) -> Policies:
    """The schema with some of its text replaced, wherever it stands."""

    def edit(text: str) -> str:
        for old, new in edits:
            if old not in text:
                raise ValueError(f"not in the schema: {old}")
            text = text.replace(old, new)
        return text

    chained: SchemaEdit = edit
    return replace(policies, schema=load_schema(chained))


def lenient(policies: Policies, applies: Callable[[Csr], bool], *names: str) -> Policies:
    """Some rules are not applied to some CSRs."""

    def wrap(rule: CsrRule) -> CsrRule:
        return lambda csr: None if applies(csr) else rule(csr)

    rules = {name: wrap(rule) if name in names else rule for name, rule in policies.csr_rules.items()}
    if missing := set(names) - set(rules):
        raise KeyError(f"no such rules: {missing}")
    return replace(policies, csr_rules=rules)


def stricter(policies: Policies, name: str, rule: CsrRule) -> Policies:
    """One more rule for CSRs."""
    return replace(policies, csr_rules={**policies.csr_rules, name: rule})


def with_fields(policies: Policies, change: Callable[[CertificateFields], CertificateFields]) -> Policies:
    """Every certificate's fields are changed before it is signed."""
    fill = policies.fill_fields
    return replace(policies, fill_fields=lambda csr, ca, now: change(fill(csr, ca, now)))


def with_extension(
    policies: Policies, oid: bytes, change: Callable[[Extension], Extension | None]
) -> Policies:
    """One extension of every certificate is changed, or left out where the change gives None."""

    def apply(fields: CertificateFields) -> CertificateFields:
        changed = (change(item) if item.oid == oid else item for item in fields.extensions)
        return replace(fields, extensions=tuple(item for item in changed if item is not None))

    return with_fields(policies, apply)


def with_reply(policies: Policies, change: Callable[[Reply], Reply]) -> Policies:
    """What every reply says is changed."""
    finish = policies.finish_reply

    async def finish_reply(reply: Reply) -> Reply:
        return change(await finish(reply))

    return replace(policies, finish_reply=finish_reply)


def with_text(policies: Policies, change: Callable[[str], str]) -> Policies:
    """The written response is changed."""
    write = policies.write_reply
    return replace(policies, write_reply=lambda reply: change(write(reply).decode()).encode())


def with_answer(policies: Policies, change: Callable[[Reply, HttpAnswer], HttpAnswer]) -> Policies:
    """The HTTP response that carries the reply is changed."""
    answer = policies.http_answer
    return replace(policies, http_answer=lambda reply, body: change(reply, answer(reply, body)))
