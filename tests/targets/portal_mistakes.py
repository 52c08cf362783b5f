"""Mistakes in what a target file says of portals and Organisation Certificates: as in `mistakes`."""

from __future__ import annotations

from tests.targets.files import WITH_PORTAL, Absent, with_page
from tests.targets.mistakes import with_credential

PORTAL_MISTAKES = {
    "types-without-organisation": (
        WITH_PORTAL
        | {
            "statement/interfaces": ["portal-internet"],
            "endpoints/portal-internet": {"url": "https://127.0.0.1:8445/"},
        },
        'certificate_types = ["device"]: "organisation" is missing; add "organisation": the interface port',
    ),
    "organisation-cas-missing": (
        {"statement/certificate_types": ["device", "organisation"]},
        "trust.organisation_issuing_cas: is missing or empty; list the PEM files of the CAs that issue Organ",
    ),
    "hosts": (
        WITH_PORTAL | {"endpoints/portal-gateway/hosts": ["portal.example", "https://other.example"]},
        'portal-gateway.hosts = "https://other.example": not a host; give names or addresses alone',
    ),
    "host-port": (
        WITH_PORTAL | {"endpoints/portal-gateway/hosts": ["portal.example:8443"]},
        'portal-gateway.hosts = "portal.example:8443": not a host',
    ),
    "hosts-elsewhere": (
        {"endpoints/adhoc/hosts": ["other.example"]},
        "endpoints.adhoc.hosts: unknown key; the keys here are url",
    ),
    "organisation-eui64": (
        with_credential(interface="portal-organisation", eui64="00-DB"),
        'supplier.eui64 = "00-DB": not an EUI-64; give 8 octets',
    ),
    "organisation-role": (
        with_credential(interface="portal-organisation", remote_party_roles=["02", "8"]),
        'supplier.remote_party_roles = "8": not a Remote Party Role Code; give two hexadecimal characters',
    ),
    "organisation-elsewhere": (
        with_credential(eui64="00-DB-12-34-56-78-90-A0"),
        '"00-DB-12-34-56-78-90-A0": is of no use with interface = "adhoc"; leave it out',
    ),
    "common-name": (
        {"settings": {"organisation_common_name": "maybe"}},
        'organisation_common_name = "maybe": not a known value; give one of optional, absent, required',
    ),
    "organisation-oid": (
        {"settings": {"organisation_policy_oid": "1"}},
        'organisation_policy_oid = "1": not an object identifier',
    ),
    "organisation-seconds": (
        {"settings": {"organisation_response_seconds": 0}},
        "organisation_response_seconds = 0: is out of range; give a number from 0.1 to 1000000",
    ),
    "pages-missing": (
        {key: value for key, value in WITH_PORTAL.items() if key != "pages"},
        "pages: is missing; give the page map of portal-gateway (docs/targets.md), or do not claim it",
    ),
    "page-missing": (
        with_page("batch", Absent),
        "pages.batch: is missing; give the table: the form for a Batched CSR",
    ),
    "page-unknown": (with_page("devices", {}), 'pages.devices: unknown key; did you mean "device'),
    "page-key-missing": (
        with_page("device/field", Absent),
        "pages.device.field: is missing; give css=SELECTOR, label=TEXT, link=TEXT or button=TEXT",
    ),
    "page-key-unknown": (
        with_page("organisation/aproved", "css=p"),
        'pages.organisation.aproved: unknown key; did you mean "approved"?',
    ),
    "page-key-elsewhere": (
        with_page("organisation/csrs", "css=p"),
        "pages.organisation.csrs: unknown key; the keys here are open, field,",
    ),
    "locator-kind": (
        with_page("device/field", "xpath=//textarea"),
        'device.field = "xpath=//textarea": not a locator; give css=SELECTOR, label=TEXT, link=TEXT or',
    ),
    "locator-empty": (with_page("device/field", "label= "), 'field = "label= ": not a locator'),
    "locator-number": (with_page("device/field", 3), "pages.device.field = 3: has the wrong type; give text"),
    "selector": (
        with_page("device/field", "css=textarea["),
        'device.field = "css=textarea[": not a CSS selector (Expected',
    ),
    "selector-unknown": (with_page("device/field", "css=p::text"), 'field = "css=p::text": not a CSS sel'),
    "message-find": (
        with_page("device/accepted", {"says": "accepted"}),
        "pages.device.accepted.find: is missing; give css=SELECTOR",
    ),
    "message-regex": (
        with_page("device/accepted/says", "accepted("),
        'accepted.says = "accepted(": not a regular expression (missing ), unterminated subpattern at',
    ),
    "message-key": (
        with_page("device/accepted/said", "accepted"),
        "pages.device.accepted.said: unknown key; the keys here are find, says",
    ),
    "reference-without-says": (
        with_page("device/reference", "css=.reference"),
        'device.reference = "css=.reference": does not say which part of the text is the reference; give {',
    ),
    "group-missing": (
        with_page("batch/csrs/says", "[0-9]+ Device CSRs"),
        'csrs.says = "[0-9]+ Device CSRs": has no group "csrs"; put (?P<csrs>...) round what is the csrs',
    ),
    "group-empty": (
        with_page("batch/csrs/says", "(?P<csrs>[0-9]*)"),
        'csrs.says = "(?P<csrs>[0-9]*)": matches where nothing is written; give a regular expression, with',
    ),
    "record-group-missing": (
        with_page("pickup/record", r"(?P<id>\S+) (?P<status>\S+)"),
        'has no group "name"; put (?P<name>...) round',
    ),
    "status-missing": (
        with_page("status", Absent),
        "pages.status: is missing; give a regular expression, with a group (?P<status>...)",
    ),
    "status-unknown": (
        with_page("status", {"CSR_EROR": "corrupt"}),
        'pages.status.CSR_EROR: not a status of an error; did you mean "CSR_ERROR"?',
    ),
    "status-regex": (
        with_page("status", {"CSR_ERROR": "corrupt("}),
        'pages.status.CSR_ERROR = "corrupt(": not a regular expression (missing )',
    ),
    "next": (with_page("pickup/next", "Older"), 'pages.pickup.next = "Older": not a locator'),
    "web-service-batch": (
        with_page("pickup/web_service_batch", "B"),
        'pages.pickup.web_service_batch = "B": has no {batch_id}; give the reference with {batch_id}',
    ),
    "web-service-batch-braces": (with_page("pickup/web_service_batch", "{0}{batch_id}"), "has other braces"),
    "files-of-a-batch": (
        with_page("pickup/report", Absent),
        "pages.pickup: lacks certificates and report; give the links to the two files of a batch, or resp",
    ),
    "internet-page": (
        WITH_PORTAL | {"internet_pages": {"landing": {"organisation": "link=Organisations"}}},
        "internet_pages.landing.device: is missing; give css=SELECTOR",
    ),
    "browser": (
        {"browser": {"executable": "no-such-browser"}},
        'browser.executable = "no-such-browser": no such file; give the path of a file',
    ),
}
