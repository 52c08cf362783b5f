"""Where the Repository portal's pages have what a user needs: the target file's `[repository_pages]`."""

from __future__ import annotations

from reference_ra.portal.page_map import PageMap

_NOTIFICATION = "css=.notification"
_REFUSED = "css=.error-summary"

REPOSITORY_PAGE_MAP: PageMap = {
    "repository_pages.login": {
        "username": "label=Username",
        "password": "label=Password",
        "submit": "button=Log in",
        "admitted": "css=.who",
        "refused": _REFUSED,
        "locked": {"find": _REFUSED, "says": "locked"},
        "browsers": {"find": "css=.browsers", "says": "Firefox|Chrome"},
    },
    "repository_pages.password": {
        "open": "link=Change password",
        "must_change": {"find": _NOTIFICATION, "says": "must be changed"},
        "old": "label=Current password",
        "new": "label=New password",
        "repeated": "label=New password again",
        "submit": "button=Change password",
        "changed": {"find": _NOTIFICATION, "says": "has been changed"},
        "refused": _REFUSED,
    },
    "repository_pages.search": {
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
        "refused": _REFUSED,
    },
    "repository_pages.certificate": {
        "serial": "css=dd.serial",
        "subject": "css=dd.subject",
        "status": "css=dd.status",
        "role": "css=dd.role",
        "usage": "css=dd.usage",
        "certificate": "css=a.certificate",
    },
    "repository_pages.authorities": {
        "open": "link=CA certificates",
        "row": "css=table.authorities tbody tr",
        "certificate": "css=a.certificate",
    },
    "repository_pages.lists": {
        "open": "link=Revocation lists",
        "row": "css=table.lists tbody tr",
        "organisation_crl": "Organisation CRL",
        "organisation_arl": "Organisation ARL",
        "device_arl": "Device ARL",
        "list": "css=a.list",
    },
    "repository_pages.log_out": {
        "submit": "button=Log out",
        "out": {"find": _NOTIFICATION, "says": "logged out"},
    },
}
"""That of the conformant pages."""
