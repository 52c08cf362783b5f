"""Where the portals' pages have what a user needs, in the terms of the target file's `[pages]` tables."""

from __future__ import annotations

from collections.abc import Mapping

PageMap = Mapping[str, Mapping[str, str | Mapping[str, str]]]
"""Tables by heading; a value that is itself a table is an inline one."""

_NOTIFICATION = "css=.notification"
_REFERENCE = "(?P<reference>[RB][0-9]+)"


def _says(find: str, says: str) -> dict[str, str]:
    return {"find": find, "says": says}


_ANSWER: Mapping[str, str | Mapping[str, str]] = {
    "accepted": _says(_NOTIFICATION, "accepted"),
    "rejected": "css=.error-summary",
    "error": "css=.error-summary li",
    "reference": _says("css=.reference", _REFERENCE),
}
_REQUESTS = {
    "row": "css=table.requests tbody tr",
    "reference": _REFERENCE,
    "details": "css=a.details",
    "certificate": "css=a.certificate",
}
PAGE_MAP: PageMap = {
    "pages": {
        "status": "(?P<status>UNKNOWN_DEVICE|ISSUANCE_ANOMALY|CSR_ERROR|CA_ERROR|FORMAT_ERROR"
        "|WORKFLOW_ERROR|INELIGIBLE)",
        "code": "(?P<code>[A-Z]{2}:[A-Za-z0-9]+)",
    },
    "pages.landing": {
        "organisation": "link=Organisation Certificates",
        "device": "link=Device Certificates",
    },
    "pages.organisation": {
        "open": "link=Submit an Organisation CSR",
        "field": "label=Organisation CSR",
        "submit": "button=Submit Organisation CSR",
        **_ANSWER,
        "approved": _says(_NOTIFICATION, "approved"),
    },
    "pages.device": {
        "open": "link=Submit a Device CSR",
        "field": "label=Device CSR",
        "submit": "button=Submit Device CSR",
        **_ANSWER,
        "approved": _says(_NOTIFICATION, "approved"),
    },
    "pages.batch": {
        "open": "link=Upload a Batched CSR",
        "field": "label=ZIP of Device CSRs",
        "submit": "button=Upload Batched CSR",
        **_ANSWER,
        "csrs": _says(_NOTIFICATION, "(?P<csrs>[0-9]+) Device CSRs?"),
    },
    "pages.organisation-requests": {"open": "link=Your Organisation CSRs", **_REQUESTS},
    "pages.device-requests": {"open": "link=Your Device CSRs", **_REQUESTS},
    "pages.pickup": {
        "open": "link=Certificate pickup",
        "row": "css=table.pickup tbody tr",
        "reference": _REFERENCE,
        "certificate": "css=a.certificate",
        "certificates": "css=a.certificates",
        "report": "css=a.report",
        "web_service_batch": "B{batch_id}",
        "record": r"^(?P<id>[^\t]+)\t(?P<name>[^\t]+)\t(?P<status>[a-z]+)(?:\t(?P<code>\S+))?$",
    },
}
"""That of the conformant pages, which both portals have."""
