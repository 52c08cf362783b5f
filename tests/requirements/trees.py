"""A small tree of features and steps, and a small catalogue to go with it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from textwrap import dedent, indent

from requirements.catalogue import Catalogue, Requirement
from requirements.features import Scenario, read_features
from requirements.lint import lint

STEPS = """
from pytest_bdd import given, parsers, then, when


@given("a Device")
def a_device():
    pass


@when(parsers.re(r"it asks for (?P<thing>\\w+)"))
def it_asks(thing):
    pass


@then(parsers.cfparse("it is {verdict:w}"))
def it_is(verdict):
    pass
"""

GOOD = """
@AHW-P01 @M-2.4.GO-a
Scenario: A Device is served
  Given a Device
  When it asks for service
  Then it is served
"""


def requirement(name: str, testable: str = "P N", **more: object) -> Requirement:
    fields: dict[str, object] = {
        "source": "A document",
        "version": "1",
        "clause": "2.4",
        "duty": "RA",
        "summary": f"The rule {name}.",
        "certainty": "C",
        "interfaces": ("adhoc",),
    }
    return Requirement(id=name, testable=tuple(testable.split()), **{**fields, **more})  # type: ignore[arg-type]


@dataclass
class Tree:
    """A directory with features and steps."""

    root: Path
    catalogue: Catalogue

    def feature(self, body: str, name: str = "adhoc/one.feature", head: str = "Feature: One") -> None:
        file = self.root / "features" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(f"{head}\n\n{indent(dedent(body).strip(), '  ')}\n", "utf-8")

    def steps(self, text: str, name: str = "common.py") -> None:
        file = self.root / "steps" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        (self.root / "steps" / "__init__.py").touch()
        file.write_text(text, "utf-8")

    def read(self) -> tuple[Scenario, ...]:
        return read_features(self.root)

    def problems(self) -> list[str]:
        return [str(problem) for problem in lint(self.root, self.catalogue, self.read())]
