"""Finds the step definitions that the runner would find, and asks them which steps they match."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

from pytest_bdd.steps import StepFunctionContext, StepNamePrefix, step_function_context_registry

from requirements.features import Step

_PACKAGE = "steps"


class StepsError(Exception):
    """The step definitions cannot be imported."""


@dataclass(frozen=True, slots=True)
class StepDefinition:
    """One step definition: a decorator on a step function."""

    context: StepFunctionContext
    """What the runner keeps of it."""
    file: str
    """Path from the root, with slashes."""
    line: int

    @property
    def name(self) -> str:
        """The kind and pattern of the step."""
        return f"{self.context.type or 'step'} {self.context.parser.name!r}"

    def matches(self, step: Step) -> bool:
        """Whether the runner would call it for a step; what the runner's parser raises passes through."""
        if self.context.type is not None and self.context.type != step.kind:
            return False
        return bool(self.context.parser.is_matching(step.text))


def read_definitions(root: Path) -> tuple[StepDefinition, ...]:
    """Every step definition in the modules of `root`/steps, by file and line.

    The modules are really imported, so that their patterns are those of the runner. StepsError names the
    module that cannot be.
    """
    if not (root / _PACKAGE).is_dir():
        return ()
    found: dict[int, StepDefinition] = {}
    with _importing_from(root):
        for module in _modules(root / _PACKAGE):
            for context in _contexts(module):
                found.setdefault(id(context), _definition(context, root))
    return tuple(sorted(found.values(), key=lambda definition: (definition.file, definition.line)))


@contextmanager
def _importing_from(root: Path) -> Iterator[None]:
    """Let `steps` be the one under a root, then put back what was loaded before."""
    loaded = sys.modules.get(_PACKAGE)
    ours = (root / _PACKAGE).resolve()
    if loaded is not None and ours in [Path(path).resolve() for path in getattr(loaded, "__path__", ())]:
        yield
        return
    before = _loaded()
    for name in before:
        del sys.modules[name]
    sys.path.insert(0, str(root))
    importlib.invalidate_caches()
    try:
        yield
    finally:
        sys.path.remove(str(root))
        for name in _loaded():
            del sys.modules[name]
        sys.modules.update(before)


def _loaded() -> dict[str, ModuleType]:
    mine = (name for name in sys.modules if name == _PACKAGE or name.startswith(_PACKAGE + "."))
    return {name: sys.modules[name] for name in mine}


def _modules(directory: Path) -> Iterator[ModuleType]:
    names = [_PACKAGE, *(info.name for info in pkgutil.walk_packages([str(directory)], _PACKAGE + "."))]
    for name in names:
        try:
            yield importlib.import_module(name)
        except Exception as error:
            raise StepsError(f"{name}: cannot be imported: {type(error).__name__}: {error}") from error


def _contexts(module: ModuleType) -> Iterator[StepFunctionContext]:
    for name, value in vars(module).items():
        if name.startswith(StepNamePrefix.step_def.value):
            # The runner wraps its marker as a fixture; the registry knows the marker beneath.
            yield step_function_context_registry[inspect.unwrap(value)]


def _definition(context: StepFunctionContext, root: Path) -> StepDefinition:
    code = inspect.unwrap(context.step_func).__code__
    file = Path(code.co_filename).resolve()
    inside = file.is_relative_to(root.resolve())
    name = file.relative_to(root.resolve()).as_posix() if inside else file.as_posix()
    return StepDefinition(context, name, code.co_firstlineno)
