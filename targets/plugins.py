"""Classes named in a target file as ``module:Class``, found on the Python path."""

from __future__ import annotations

import importlib
import re
from typing import Any

from clients.operator import Operator
from targets.model import OperatorConfig
from targets.problems import TargetError

_SPEC = re.compile(r"[A-Za-z_]\w*(\.[A-Za-z_]\w*)*:[A-Za-z_]\w*")


class PluginError(Exception):
    """The class cannot be had; the message says why, in a few words."""


def load_class(spec: str) -> type[Any]:
    """The class that ``module:Class`` names.

    Raises `PluginError` where the text has another form, the module cannot be imported, or the name is no
    class of it.
    """
    if not _SPEC.fullmatch(spec):
        raise PluginError("not of the form module:Class")
    module_name, _, class_name = spec.partition(":")
    try:
        module = importlib.import_module(module_name)
    except Exception as error:  # a plug-in's module may fail in any way
        raise PluginError(f"cannot be imported ({type(error).__name__}: {error})") from error
    found = getattr(module, class_name, None)
    if found is None:
        raise PluginError(f"module {module_name} has no {class_name}")
    if not isinstance(found, type):
        raise PluginError(f"{class_name} is not a class")
    return found


def load_operator_class(spec: str) -> type[Operator]:
    """As `load_class`, for an operator plug-in: a subclass of `clients.operator.Operator`."""
    found = load_class(spec)
    if not issubclass(found, Operator):
        raise PluginError(f"{found.__name__} is no subclass of clients.operator.Operator")
    return found


def make_operator(config: OperatorConfig) -> Operator:
    """The operator plug-in, built with its options. Raises `TargetError` where it cannot be built."""
    try:
        return load_operator_class(config.plugin)(config.options)
    except PluginError as error:
        raise TargetError([f"operator.plugin = {config.plugin}: {error}"]) from error
    except Exception as error:  # a plug-in may refuse its options in any way
        raise TargetError(
            [f"operator.options: {config.plugin} does not take them: {type(error).__name__}: {error}"]
        ) from error
