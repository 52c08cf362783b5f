"""A valid target file as data, to be altered by one key and written as TOML."""

from __future__ import annotations

import copy
import itertools
import json
from pathlib import Path
from typing import Any

COUNTER = itertools.count()

GOOD: dict[str, Any] = {
    "schema": 1,
    "target": {"name": "Test RA", "sec_release": "from v6.21"},
    "statement": {
        "interfaces": ["adhoc"],
        "user_roles": ["import-supplier", "dcc"],
        "certificate_types": ["device"],
    },
    "endpoints": {"adhoc": {"url": "https://127.0.0.1:8443/1.0/AdHoc"}},
    "trust": {"server_anchors": ["ca.pem"], "device_issuing_cas": ["ca.pem"]},
    "credentials": {
        "supplier": {
            "interface": "adhoc",
            "user_role": "import-supplier",
            "certificate": "good.pem",
            "key": "good.key",
        }
    },
}


class Absent:
    """In place of a value: take the key away."""


def altered(changes: dict[str, Any]) -> dict[str, Any]:
    """`GOOD` with dotted keys set to other values, or taken away."""
    document = copy.deepcopy(GOOD)
    for dotted, value in changes.items():
        *tables, key = dotted.split("/")
        table = document
        for name in tables:
            table = table.setdefault(name, {})
        if value is Absent:
            del table[key]
        else:
            table[key] = value
    return document


def write(folder: Path, document: dict[str, Any] | str | bytes) -> Path:
    """A new file in the folder, holding the document."""
    path = folder / f"target-{next(COUNTER)}.toml"
    if isinstance(document, bytes):
        path.write_bytes(document)
    else:
        path.write_text(document if isinstance(document, str) else toml(document), encoding="utf-8")
    return path


def toml(document: dict[str, Any]) -> str:
    """The document as TOML; tables inline, which is enough for tests."""
    return "".join(f"{json.dumps(key)} = {_value(value)}\n" for key, value in document.items())


def _value(value: Any) -> str:
    if isinstance(value, dict):
        inner = ", ".join(f"{json.dumps(key)} = {_value(item)}" for key, item in value.items())
        return "{" + inner + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_value, value)) + "]"
    return str(value) if isinstance(value, float) else json.dumps(value)
