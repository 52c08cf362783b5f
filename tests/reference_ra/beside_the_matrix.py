"""The alterations that are tried at the RA itself."""

from __future__ import annotations

from collections.abc import Collection

from reference_ra.alterations import Alteration, alterations


def beside_the_matrix(kind: str, modules: Collection[str]) -> list[Alteration]:
    """The variants, or the defects, of some modules.

    A defect of the default matrix shows there, in a scenario that finds it; here are those that are tried by
    name alone. That a variant differs from what is usual is seen here only.
    """
    return [
        each
        for each in alterations().values()
        if each.kind == kind
        and (each.extra or kind == "variant")
        and each.alter.__module__.rpartition(".")[2] in modules
    ]
