"""As much of JSON Schema as `reports/results.schema.json` uses."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

TYPES = {
    "object": dict,
    "array": list,
    "string": str,
    "integer": int,
    "number": (int, float),
    "boolean": bool,
    "null": type(None),
}
KNOWN = {
    *("$schema", "$id", "$defs", "$ref", "title", "description", "type", "properties", "required", "items"),
    *("additionalProperties", "enum", "const", "pattern", "minimum", "minItems", "maxItems", "anyOf"),
}


def violations(value: Any, schema: dict[str, Any], root: dict[str, Any], path: str = "$") -> Iterator[str]:
    assert schema.keys() <= KNOWN, f"{path}: keywords {schema.keys() - KNOWN}"
    if "$ref" in schema:
        yield from violations(value, root["$defs"][schema["$ref"].removeprefix("#/$defs/")], root, path)
    if "anyOf" in schema:
        tries = [list(violations(value, choice, root, path)) for choice in schema["anyOf"]]
        if all(tries):
            yield from tries[0]
    if "const" in schema and value != schema["const"]:
        yield f"{path}: {value!r} is not {schema['const']!r}"
    if "enum" in schema and value not in schema["enum"]:
        yield f"{path}: {value!r} is none of {schema['enum']}"
    if "type" in schema:
        right = isinstance(value, TYPES[schema["type"]])  # type: ignore[arg-type]
        if not right or (isinstance(value, bool) and schema["type"] != "boolean"):
            yield f"{path}: {value!r} is no {schema['type']}"
            return
    if "pattern" in schema and not re.search(schema["pattern"], value):
        yield f"{path}: {value!r} does not match {schema['pattern']}"
    if "minimum" in schema and value < schema["minimum"]:
        yield f"{path}: {value!r} is too small"
    if isinstance(value, dict):
        yield from _object(value, schema, root, path)
    if isinstance(value, list):
        if not schema.get("minItems", 0) <= len(value) <= schema.get("maxItems", len(value)):
            yield f"{path}: {len(value)} items"
        for number, item in enumerate(value):
            yield from violations(item, schema.get("items", {}), root, f"{path}[{number}]")


def _object(value: dict[str, Any], schema: dict[str, Any], root: dict[str, Any], path: str) -> Iterator[str]:
    for name in set(schema.get("required", ())) - value.keys():
        yield f"{path}: {name} is missing"
    others = schema.get("additionalProperties", {})
    for name, item in value.items():
        inner = schema.get("properties", {}).get(name, others)
        if inner is False:
            yield f"{path}: {name} is not in the schema"
        else:
            yield from violations(item, inner, root, f"{path}.{name}")
