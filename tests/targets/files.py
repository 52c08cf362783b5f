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


_FORM = json.dumps(
    {
        "accepted": {"find": "css=.notification", "says": "accepted"},
        "rejected": "css=.error-summary",
        "error": "css=.error-summary li",
        "reference": {"find": "css=.reference", "says": "(?P<reference>[RB][0-9]+)"},
    }
)
_ROWS = {"reference": "(?P<reference>[RB][0-9]+)", "certificate": "css=a.certificate"}

PAGES: dict[str, Any] = {
    "status": "(?P<status>CSR_ERROR|FORMAT_ERROR)",
    "code": "(?P<code>[A-Z]{2}:[A-Za-z0-9]+)",
    "landing": {"organisation": "link=Organisation Certificates", "device": "link=Device Certificates"},
    "organisation": json.loads(_FORM)
    | {
        "open": "link=Submit an Organisation CSR",
        "field": "label=Organisation CSR",
        "submit": "button=Submit Organisation CSR",
        "approved": {"find": "css=.notification", "says": "approved"},
    },
    "device": json.loads(_FORM) | {"field": "css=textarea[name=csr]", "submit": "button=Submit Device CSR"},
    "batch": json.loads(_FORM)
    | {
        "open": "link=Upload a Batched CSR",
        "field": "label=ZIP of Device CSRs",
        "submit": "button=Upload Batched CSR",
        "csrs": {"find": "css=.notification", "says": "(?P<csrs>[0-9]+) Device CSRs?"},
    },
    "organisation-requests": _ROWS
    | {"open": "link=Your Organisation CSRs", "row": "css=tbody tr", "details": "css=a.details"},
    "device-requests": _ROWS | {"open": "link=Your Device CSRs", "row": "css=tbody tr"},
    "pickup": _ROWS
    | {
        "open": "link=Certificate pickup",
        "row": "css=tbody tr",
        "certificates": "css=a.certificates",
        "report": "css=a.report",
        "web_service_batch": "B{batch_id}",
        "record": r"^(?P<id>[^\t]+)\t(?P<name>[^\t]+)\t(?P<status>[a-z]+)(?:\t(?P<code>\S+))?$",
    },
}
"""A good page map."""

WITH_PORTAL: dict[str, Any] = {
    "statement/interfaces": ["adhoc", "portal-gateway"],
    "endpoints/portal-gateway": {"url": "https://127.0.0.1:8444/"},
    "pages": PAGES,
}
"""What `GOOD` needs to claim a portal."""


HOST_KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIDtqJ7zOtqQtYqOo0CpvDXNlMhV3HeJDpjrASKGLWdop"
WITH_SFTP: dict[str, Any] = {
    "statement/interfaces": ["adhoc", "repository-sftp"],
    "endpoints/repository-sftp": {"url": "sftp://repository.example/"},
    "repository": {
        "sftp_host_keys": [HOST_KEY],
        "layout": {"plugin": "clients.repository.csv_layout:CsvLayout"},
    },
}
"""What `GOOD` needs to claim the Repository's files by SFTP."""

REPOSITORY_PAGES: dict[str, Any] = {
    "login": {
        "username": "label=Username",
        "password": "label=Password",
        "submit": "button=Log in",
        "admitted": "css=.who",
        "refused": "css=.error-summary",
        "locked": {"find": "css=.error-summary", "says": "locked"},
    },
    "password": {
        "open": "link=Change password",
        "must_change": {"find": "css=.notification", "says": "must be changed"},
        "old": "label=Current password",
        "new": "label=New password",
        "repeated": "label=New password again",
        "submit": "button=Change password",
        "changed": {"find": "css=.notification", "says": "has been changed"},
        "refused": "css=.error-summary",
    },
    "log_out": {
        "submit": "button=Log out",
        "out": {"find": "css=.notification", "says": "logged out"},
    },
    "search": {
        "open": "link=Search",
        "organisation": "label=EUI-64 of an organisation",
        "device": "label=EUI-64 of a Device",
        "serial": "label=Serial number",
        "submit": "button=Search",
        "row": "css=table.results tbody tr",
        "row_serial": "(?P<serial>[0-9A-F]{32})",
        "details": "css=a.details",
        "certificate": "css=a.certificate",
        "none": {"find": "css=.empty", "says": "No certificate"},
        "refused": "css=.error-summary",
        "next": "link=Next",
    },
    "certificate": {
        "certificate": "css=a.certificate",
        "serial": "css=dd.serial",
        "subject": "css=dd.subject",
        "status": {"find": "css=dd.status", "says": "(?P<status>[A-Z])"},
        "usage": "css=dd.usage",
        "role": "css=dd.role",
    },
    "authorities": {
        "open": "link=CA certificates",
        "row": "css=table.authorities tbody tr",
        "certificate": "css=a.certificate",
    },
    "lists": {
        "open": "link=Revocation lists",
        "row": "css=table.lists tbody tr",
        "list": "css=a.list",
        "organisation_crl": "Organisation CRL",
        "organisation_arl": "Organisation ARL",
        "device_arl": "Device ARL",
    },
}
"""A good page map of the Repository portal."""

WITH_REPOSITORY_PORTAL: dict[str, Any] = {
    "statement/interfaces": ["adhoc", "repository-portal"],
    "endpoints/repository-portal": {"url": "https://127.0.0.1:8446/"},
    "repository_pages": REPOSITORY_PAGES,
}


class Absent:
    """In place of a value: take the key away."""


def with_page(key: str, value: Any) -> dict[str, Any]:
    """A portal, and one key of its page map set to another value, or taken away."""
    return WITH_PORTAL | {f"pages/{key}": value}


def altered(changes: dict[str, Any]) -> dict[str, Any]:
    """`GOOD` with dotted keys set to other values, or taken away."""
    document = copy.deepcopy(GOOD)
    for dotted, value in copy.deepcopy(changes).items():
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
