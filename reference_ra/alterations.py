"""Seeded defects and legal variants, by name: each makes other policies of those that it is given."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

import reference_ra.defects
import reference_ra.variants
from reference_ra.policies import Policies

_OF_THE_AD_HOC_SERVICE = frozenset({"behaviour", "http", "load", "messages", "response", "xml"})
"""Modules whose alterations concern the Ad Hoc service alone; those of the Batched service begin
`batch`, those of the portals `portal`, those of the Repository `repository`."""
_OF_CERTIFICATES = frozenset({"certificate", "certificate_extensions"})
_OF_BOTH_WEB_SERVICES = frozenset({"csr_accepted", "csr_refused", "device", "serving"})
_OF_WHO_IS_LET_IN = frozenset({"access"})
_REPOSITORY = ("repository-portal", "repository-web-service", "repository-sftp")

Alter = Callable[[Policies], Policies]
Kind = Literal["defect", "variant"]


@dataclass(frozen=True, slots=True)
class Alteration:
    """A defect or a variant."""

    kind: Kind
    name: str
    summary: str
    breaks: tuple[str, ...]
    """Requirements that a defect breaks; empty for a variant."""
    related: tuple[str, ...]
    """Patterns (as of `fnmatch`) of other requirements whose scenarios may fail because of it."""
    alter: Alter
    extra: bool
    """Near to another one: worth a trial by name, not a place in a matrix that must be quick."""
    hides: tuple[str, ...] = ()
    """Ids of scenarios that find nothing to judge in a variant, and so may end NOT RUN."""
    browser: bool = False
    """Whether it is something that a real browser shows: a trial of another one does without browsers."""

    @property
    def interfaces(self) -> tuple[str, ...]:
        """The services that a trial of it is about, by the module that it stands in; none where all.

        What is wrong with certificates or with how CSRs are judged is so wherever they come from: a trial on
        some services is enough to show it, and quicker.
        """
        module = self.alter.__module__.rpartition(".")[2]
        if module == "repository_lodging":
            return (*_REPOSITORY, "adhoc", "batch", "portal-gateway", "portal-internet")
        if module.startswith("repository"):  # something has to issue what is looked for in it
            return (*_REPOSITORY, "adhoc")
        if module.startswith("portal"):
            return ("portal-gateway", "portal-internet")
        if module.startswith("batch"):
            return ("batch",)
        if module in _OF_WHO_IS_LET_IN:
            return ("adhoc", "batch", "portal-gateway")
        if module in _OF_BOTH_WEB_SERVICES:
            return ("adhoc", "batch")
        return ("adhoc",) if module in _OF_THE_AD_HOC_SERVICE | _OF_CERTIFICATES else ()

    def as_dict(self) -> dict[str, object]:
        """What `--list` shows."""
        return {
            "kind": self.kind,
            "name": self.name,
            "summary": self.summary,
            "breaks": list(self.breaks),
            "related": list(self.related),
            "extra": self.extra,
            "hides": list(self.hides),
            "browser": self.browser,
        }


_known: dict[tuple[Kind, str], Alteration] = {}


class UnknownAlteration(Exception):
    """There is no defect or variant of that name."""


def _register(alteration: Alteration) -> None:
    key = (alteration.kind, alteration.name)
    if key in _known:
        raise ValueError(f"two {alteration.kind}s are named {alteration.name}")
    _known[key] = alteration


def defect(
    name: str,
    summary: str,
    *,
    breaks: Iterable[str],
    related: Iterable[str] = (),
    extra: bool = False,
    browser: bool = False,
) -> Callable[[Alter], Alter]:
    """Register a seeded defect."""

    def decorate(alter: Alter) -> Alter:
        broken, touched = tuple(breaks), tuple(related)
        _register(Alteration("defect", name, summary, broken, touched, alter, extra, browser=browser))
        return alter

    return decorate


def variant(
    name: str, summary: str, *, extra: bool = False, hides: Iterable[str] = (), browser: bool = False
) -> Callable[[Alter], Alter]:
    """Register a legal variant."""

    def decorate(alter: Alter) -> Alter:
        _register(Alteration("variant", name, summary, (), (), alter, extra, tuple(hides), browser))
        return alter

    return decorate


def alterations() -> Mapping[tuple[Kind, str], Alteration]:
    """All of them, defects first, each kind in the order of its modules."""
    for package in (reference_ra.defects, reference_ra.variants):
        for module in pkgutil.iter_modules(package.__path__):
            importlib.import_module(f"{package.__name__}.{module.name}")
    return _known


def find(kind: Kind, name: str) -> Alteration:
    """The one of that name; UnknownAlteration where there is none."""
    try:
        return alterations()[kind, name]
    except KeyError:
        raise UnknownAlteration(f"there is no {kind} named {name!r}: see --list") from None
