"""Mistakes in a target file: what is changed in a good one, and part of the line that it gives.

Those in what it says of portals are in `portal_mistakes`."""

from __future__ import annotations

from typing import Any

from tests.targets.files import GOOD, Absent

SUPPLIER = "credentials/supplier"
CANARY = "canary-7f3a-secret"
PKCS12 = {"interface": "adhoc", "user_role": "dcc", "pkcs12": "good.p12"}


def with_credential(**changes: Any) -> dict[str, Any]:
    return {f"{SUPPLIER}/{key}": value for key, value in changes.items()}


MISTAKES = {
    # the document
    "schema-missing": ({"schema": Absent}, "schema is missing; write schema = 1"),
    "schema-unknown": ({"schema": 2}, "schema = 2: not a schema known here; write schema = 1"),
    "schema-text": ({"schema": "1"}, "schema = '1': not a schema known here; write schema = 1"),
    "table-unknown": ({"setting": {}}, 'setting: unknown key; did you mean "settings"?'),
    "table-wrong-type": ({"limits": 3}, "limits = 3: has the wrong type; give a table"),
    # [target]
    "target-missing": ({"target": Absent}, "target: is missing; give the table [target] with a name"),
    "name-missing": ({"target/name": Absent}, "target.name: is missing; give the name shown in reports"),
    "name-empty": ({"target/name": " "}, 'target.name = " ": is empty; give the name shown in reports'),
    "name-number": ({"target/name": 3}, "target.name = 3: has the wrong type; give text in quotes"),
    "release": (
        {"target/sec_release": "v6.21"},
        'target.sec_release = "v6.21": not a known value; did you mean "from v6.21"?',
    ),
    # [statement]
    "statement-missing": ({"statement": Absent}, "statement: is missing; give the table [statement]"),
    "interfaces-missing": ({"statement/interfaces": Absent}, "statement.interfaces: is missing; list the"),
    "interfaces-empty": ({"statement/interfaces": []}, "statement.interfaces = []: claims nothing to test"),
    "interface-unknown": (
        {"statement/interfaces": ["adhoc", "bach"]},
        'statement.interfaces = "bach": not a known value; did you mean "batch"?',
    ),
    "interface-twice": (
        {"statement/interfaces": ["adhoc", "adhoc"]},
        "an entry stands twice; give each once",
    ),
    "interfaces-text": (
        {"statement/interfaces": "adhoc"},
        'interfaces = "adhoc": has the wrong type; give a list',
    ),
    "interface-number": ({"statement/interfaces": [3]}, "statement.interfaces = 3: not a text"),
    "roles-missing": (
        {"statement/user_roles": Absent},
        "statement.user_roles: is missing; list the User Roles",
    ),
    "types-missing": (
        {"statement/certificate_types": Absent},
        "statement.certificate_types: is missing; list",
    ),
    "types-without-device": (
        {
            "statement/certificate_types": ["organisation"],
            "trust/organisation_issuing_cas": ["ca.pem"],
        },
        'certificate_types = ["organisation"]: "device" is missing; add "device": the interface adhoc',
    ),
    # [endpoints]
    "endpoint-missing": (
        {"endpoints": {}},
        'endpoints.adhoc: is missing; give the table [endpoints.adhoc] with a url, or do not claim "adhoc"',
    ),
    "endpoint-unknown": ({"endpoints/adhok": {}}, 'endpoints.adhok: unknown key; did you mean "adhoc"?'),
    "url-missing": ({"endpoints/adhoc": {}}, "endpoints.adhoc.url: is missing; give the published https URL"),
    "url-http": (
        {"endpoints/adhoc/url": "http://h/x"},
        'endpoints.adhoc.url = "http://h/x": not https; give https://HOST:PORT/PATH',
    ),
    "url-no-scheme": ({"endpoints/adhoc/url": "h:8443/x"}, 'url = "h:8443/x": not https'),
    "url-no-host": ({"endpoints/adhoc/url": "https:///x"}, 'url = "https:///x": has no host'),
    "url-white-space": ({"endpoints/adhoc/url": "https://h/a b"}, 'url = "https://h/a b": has white space'),
    "url-port": (
        {"endpoints/adhoc/url": "https://h:99999/"},
        "endpoints.adhoc.url: not a URL (Port out of range",
    ),
    "url-bracket": (
        {"endpoints/adhoc/url": "https://[::1/"},
        "endpoints.adhoc.url: not a URL (Invalid IPv6 URL)",
    ),
    "url-user": (
        {"endpoints/adhoc/url": f"https://me:{CANARY}@h/x"},
        'url = "https://***@h/x": holds user information; leave user and password out',
    ),
    "url-query": (
        {"endpoints/adhoc/url": f"https://h/x?apikey={CANARY}"},
        'url = "https://h/x?***": has a query or a fragment; give https://HOST:PORT/PATH alone',
    ),
    "url-fragment": ({"endpoints/adhoc/url": "https://h/x#y"}, "has a query or a fragment"),
    "url-empty-query": ({"endpoints/adhoc/url": "https://h/x?"}, "has a query or a fragment"),
    # [trust]
    "trust-missing": ({"trust": Absent}, "trust: is missing; give the table [trust] with server_anchors"),
    "anchors-missing": ({"trust/server_anchors": Absent}, "trust.server_anchors: is missing or empty; list"),
    "cas-empty": ({"trust/device_issuing_cas": []}, "trust.device_issuing_cas: is missing or empty; list"),
    "anchor-no-file": (
        {"trust/server_anchors": ["nowhere.pem"]},
        'trust.server_anchors = "nowhere.pem": no such file; give the path of a file, relative to ',
    ),
    "anchor-directory": ({"trust/server_anchors": ["folder.pem"]}, '"folder.pem": is a directory'),
    "anchor-unreadable": (
        {"trust/server_anchors": ["garbage.pem"]},
        'trust.server_anchors = "garbage.pem": holds no readable certificate; give a PEM file',
    ),
    "anchor-expired": (
        {"trust/server_anchors": ["expired.pem"]},
        '"expired.pem": the certificate expired on 20',
    ),
    "anchor-inline": (
        {"trust/server_anchors": ["-----BEGIN CERTIFICATE-----"]},
        "trust.server_anchors: a key or secret may not stand in this file; put it in a file and give the",
    ),
    # [credentials]
    "label": ({"credentials/a b": GOOD["credentials"]["supplier"]}, "credentials.a b: not a usable label"),
    "credential-text": ({"credentials/x": "y"}, 'credentials.x = "y": has the wrong type; give a table'),
    "kind-missing": (
        with_credential(interface=Absent),
        "credentials.supplier.interface: is missing; say which",
    ),
    "kind-unknown": (
        with_credential(interface="portal"),
        'credentials.supplier.interface = "portal": not a known value; did you mean "portal-',
    ),
    "role-missing": (with_credential(user_role=Absent), "credentials.supplier.user_role: is missing; say in"),
    "state-unknown": (
        with_credential(state="expird"),
        'state = "expird": not a known value; did you mean "expired"?',
    ),
    "uept-text": (with_credential(uept="yes"), 'uept = "yes": has the wrong type; give true or false'),
    "certificate-missing": (
        with_credential(certificate=Absent),
        "supplier.certificate: is missing; give the path",
    ),
    "key-missing": (
        with_credential(key=Absent),
        "credentials.supplier.key: is missing; give the path of the",
    ),
    "certificate-no-file": (with_credential(certificate="no.pem"), 'certificate = "no.pem": no such file'),
    "certificate-unreadable": (
        with_credential(certificate="text.pem"),
        '"text.pem": holds no readable certificate',
    ),
    "certificate-expired": (
        with_credential(certificate="expired.pem"),
        'UTC; give one that is in force, or say state = "expired" or "not-yet-valid"',
    ),
    "certificate-later": (with_credential(certificate="later.pem"), "the certificate is not valid before 20"),
    "not-expired": (
        with_credential(state="expired"),
        'certificate = "good.pem": state is "expired", and the certificate is valid until 20',
    ),
    "not-later": (
        with_credential(state="not-yet-valid"),
        'certificate = "good.pem": state is "not-yet-valid", and the certificate is valid since 20',
    ),
    "not-wrong-key-type": (
        with_credential(state="wrong-key-type"),
        'state is "wrong-key-type", and the certificate is RSA 2048 with SHA-256; give one that M-G-c',
    ),
    "rsa-1024": (
        with_credential(certificate="small.pem", key="small.key"),
        "the certificate's RSA key has 1024 bits, not 2048; give RSA 2048 with SHA-256 (M-G-c)",
    ),
    "sha-384": (
        with_credential(certificate="sha384.pem"),
        "is signed with sha384, not SHA-256; give RSA 2048",
    ),
    "ec-key": (
        with_credential(certificate="ec.pem", key="ec.key"),
        "the certificate's key is EC, not RSA; give RSA 2048 with SHA-256 (M-G-c)",
    ),
    "key-of-another": (
        with_credential(key="other.key"),
        'supplier.key = "other.key": does not match the certificate; give the key that the certificate was',
    ),
    "key-of-another-type": (with_credential(key="ec.key"), 'key = "ec.key": does not match the certificate'),
    "key-unreadable": (
        with_credential(key="good.pem"),
        'key = "good.pem": not a readable private key; give a PEM file with a PRIVATE KEY block',
    ),
    "key-locked": (
        with_credential(key="locked.key"),
        "is encrypted, and no password is named; name its password with key_password_env or key_",
    ),
    "key-not-locked": (
        with_credential(key_password_file="password.txt"),
        "is not encrypted, though a password",
    ),
    "password-wrong": (
        with_credential(key="locked.key", key_password_file="ca.pem"),
        'key = "locked.key": not a readable private key, or its password is wrong',
    ),
    "password-variable-unset": (
        with_credential(key="locked.key", key_password_env="SMKI_TEST_UNSET"),
        'key_password_env = "SMKI_TEST_UNSET": the environment variable is not set; set it before the run',
    ),
    "password-variable-empty": (
        with_credential(key="locked.key", key_password_env="SMKI_TEST_EMPTY"),
        "the environment variable is empty",
    ),
    "password-no-variable": (
        with_credential(key="locked.key", key_password_env=f"{CANARY}!"),
        "key_password_env: not the name of an environment variable; give its name alone",
    ),
    "password-no-file": (
        with_credential(key="locked.key", key_password_file="no.txt"),
        '"no.txt": no such file',
    ),
    "password-file-empty": (
        with_credential(key="locked.key", key_password_file="empty.txt"),
        "the file is empty",
    ),
    "password-file-binary": (
        with_credential(key="locked.key", key_password_file="latin1.txt"),
        "cannot be read: it is not UTF-8 text",
    ),
    "password-twice": (
        with_credential(key="locked.key", key_password_env="A", key_password_file="password.txt"),
        'key_password_file = "password.txt": key_password_env is given as well; give one of the two',
    ),
    "password-inline": (
        with_credential(key_password=CANARY),
        "credentials.supplier.key_password: a key or secret may not stand in this file; name an environment"
        ' variable (key_password_env = "NAME") or a file (key_password_file = "path")',
    ),
    "password-short-inline": (with_credential(password=CANARY), "supplier.password: a key or secret may not"),
    "api-key-inline": (with_credential(api_key=CANARY), "supplier.api_key: a key or secret may not stand"),
    "misspelt-password": (
        with_credential(key_pasword_env=CANARY),
        'key_pasword_env: unknown key; did you mean "key_',
    ),
    "key-inline": (
        with_credential(key=f"-----BEGIN PRIVATE KEY-----\n{CANARY}"),
        "credentials.supplier.key: a key or secret may not stand in this file; put it in a file and give",
    ),
    "key-unknown": (
        with_credential(serial="1"),
        "supplier.serial: unknown key; the keys here are interface,",
    ),
    "p12-no-file": ({"credentials/x": PKCS12 | {"pkcs12": "no.p12"}}, 'pkcs12 = "no.p12": no such file'),
    "p12-unreadable": (
        {"credentials/x": PKCS12 | {"pkcs12": "ca.pem"}},
        '"ca.pem": not a PKCS#12 file, or its',
    ),
    "p12-no-password": ({"credentials/x": PKCS12}, "not a PKCS#12 file, or its password is wrong; give its"),
    "p12-wrong-password": (
        {"credentials/x": PKCS12 | {"password_file": "ca.pem"}},
        "or its password is wrong",
    ),
    "p12-keyless": (
        {"credentials/x": PKCS12 | {"pkcs12": "keyless.p12", "password_file": "password.txt"}},
        'pkcs12 = "keyless.p12": holds no certificate with its private key; export both into it',
    ),
    # [devices]
    "prefix": (
        {"devices": {"new_prefix": "00DB"}},
        'new_prefix = "00DB": not the beginning of an EUI-64; give 1',
    ),
    "seed-without-prefix": (
        {"devices": {"seed": "nightly"}},
        'seed = "nightly": is for new Device IDs; give new_prefix',
    ),
    "prefix-long": ({"devices": {"new_prefix": "-".join(["00"] * 8)}}, "not the beginning of an EUI-64"),
    "eui64": (
        {"devices": {"known": ["00-DB-12-34-56-78-90"]}},
        'devices.known = "00-DB-12-34-56-78-90": not an EUI-64; give 8 octets as hexadecimal pairs',
    ),
    "eui64-letters": ({"devices": {"unknown": ["00-DB-12-34-56-78-90-ZZ"]}}, "not an EUI-64"),
    "both": (
        {"devices": {key: ["00-DB-12-34-56-78-90-A0"] for key in ("known", "unknown")}},
        "devices.unknown: 00-DB-12-34-56-78-90-A0 is among the known ones as well; leave it where it belongs",
    ),
    # [settings], [limits]
    "oid": (
        {"settings": {"hw_type_oid": "1.2.x"}},
        'settings.hw_type_oid = "1.2.x": not an object identifier',
    ),
    "oid-arc": ({"settings": {"device_policy_oid": "9.1"}}, "not an object identifier"),
    "tls-version": ({"settings": {"tls_minimum": "TLS1.2"}}, 'not a known value; did you mean "TLSv1.2"?'),
    "tls-order": (
        {"settings": {"tls_minimum": "TLSv1.3"}},
        "settings.tls_maximum: is below tls_minimum; give TLSv1.3 or later, or lower tls_minimum",
    ),
    "setting-unknown": (
        {"settings": {"tls_minimun": "TLSv1.2"}},
        'settings.tls_minimun: unknown key; did you mean "tls_minimum"?',
    ),
    "count-low": (
        {"settings": {"device_certificate_limit": 0}},
        "device_certificate_limit = 0: is out of range; give a whole number from 1 to 1000000",
    ),
    "count-fraction": (
        {"settings": {"batch_csr_limit": 1.5}},
        "batch_csr_limit = 1.5: has the wrong type; give a whole",
    ),
    "count-flag": (
        {"limits": {"concurrent_requests": True}},
        "concurrent_requests = true: has the wrong type",
    ),
    "seconds-high": (
        {"limits": {"connect_seconds": 601}},
        "connect_seconds = 601: is out of range; give a number",
    ),
    "seconds-text": ({"limits": {"response_seconds": "60"}}, 'response_seconds = "60": has the wrong type'),
    "seconds-nan": (
        {"limits": {"response_seconds": float("nan")}},
        "response_seconds = nan: is out of range",
    ),
    "batch-seconds-high": (
        {"limits": {"batch_response_seconds": 86401}},
        "limits.batch_response_seconds = 86401: is out of range; give a number from 0.1 to 86400",
    ),
    # [pacing]
    "pacing-flag": (
        {"pacing": {"enabled": "no"}},
        'pacing.enabled = "no": has the wrong type; give true or false',
    ),
    "pacing-negative": (
        {"pacing": {"adhoc_core_seconds": -1}},
        "pacing.adhoc_core_seconds = -1: is out of range; give a number from 0 to 3600",
    ),
    "pacing-text": (
        {"pacing": {"adhoc_other_seconds": "4 s"}},
        'pacing.adhoc_other_seconds = "4 s": has the wrong type; give a number from 0 to 3600',
    ),
    "pacing-polling": (
        {"pacing": {"polling": "hourli"}},
        'pacing.polling = "hourli": not a known value; did you mean "hourly"?',
    ),
    "pacing-unknown": (
        {"pacing": {"adhoc_seconds": 1}},
        'pacing.adhoc_seconds: unknown key; did you mean "adhoc_',
    ),
    # [clients], [operator], [appendix_k]
    "client-form": (
        {"clients": {"adhoc": "clients.recorder"}},
        'adhoc = "clients.recorder": not of the form',
    ),
    "client-module": (
        {"clients": {"adhoc": "no_such_module:Client"}},
        "cannot be imported (ModuleNotFoundError: No module named 'no_such_module'); give module:Class",
    ),
    "client-name": (
        {"clients": {"adhoc": "clients.recorder:Client"}},
        "module clients.recorder has no Client",
    ),
    "client-no-class": ({"clients": {"adhoc": "clients.recorder:REDACTED"}}, "REDACTED is not a class"),
    "client-interface": (
        {"clients": {"adhok": "a:B"}},
        'clients.adhok: unknown interface; did you mean "adhoc"?',
    ),
    "operator-missing": (
        {"operator": {}},
        "operator.plugin: is missing; give module:Class, or leave [operator] out",
    ),
    "operator-class": (
        {"operator": {"plugin": "clients.recorder:Recorder"}},
        'operator.plugin = "clients.recorder:Recorder": Recorder is no subclass of clients.operator.Operator',
    ),
    "operator-secret": (
        {"operator": {"plugin": "clients.operator:Operator", "options": {"token": CANARY}}},
        "operator.options.token: a key or secret may not stand in this file; name an environment",
    ),
    "operator-deep-secret": (
        {"operator": {"plugin": "clients.operator:Operator", "options": {"a": {"x_password": CANARY}}}},
        "operator.options.a.x_password: a key or secret may not stand in this file",
    ),
    "operator-pem": (
        {"operator": {"plugin": "clients.operator:Operator", "options": {"a": f"-----BEGIN X-----{CANARY}"}}},
        "operator.options.a: a key or secret may not stand in this file; put it in a file",
    ),
    "appendix-k-id": (
        {"appendix_k": {"AHW-1": "x"}},
        'appendix_k.AHW-1: not a scenario id; give one such as "AHW-P01"',
    ),
    "appendix-k-empty": ({"appendix_k": {"AHW-P01": ""}}, 'appendix_k.AHW-P01 = "": is empty'),
}
