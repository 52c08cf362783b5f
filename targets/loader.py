"""Loads a target file: TOML in, a checked `Target` out, or every problem in one line each."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import fields
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from clients.pacing import POLLING
from targets import model
from targets.certificates import read_anchors
from targets.credentials import read_credentials
from targets.pages import read_pages
from targets.plugins import PluginError, load_class, load_operator_class
from targets.problems import Problems, TargetError
from targets.repository import REPOSITORY_PORTAL, REPOSITORY_SFTP
from targets.repository_pages import read_repository_pages
from targets.repository_tables import read_accounts, read_repository
from targets.table import Source, Table, one_of
from targets.values import good_eui64, good_octets, good_oid, octets

__all__ = ["SCHEMA", "TargetError", "load_target", "read_document"]

SCHEMA = 1
_HOST = re.compile(r"[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?|[0-9A-Fa-f:]+:[0-9A-Fa-f:]*")
_SCENARIO = re.compile(r"[A-Z0-9]{3}-[PN][0-9]{2}")
_ISSUES_ONLY = {"adhoc": "device", "batch": "device", "portal-internet": "organisation"}
_WHOLE_SETTINGS = {
    "device_certificate_limit": (1, 1_000_000),
    "batch_csr_limit": (1, 10_000_000),
    "serial_octets_maximum": (1, 20),
    "issuer_name_characters_maximum": (1, 64),
    "organisation_common_name_characters_maximum": (1, 64),
}
_OTHER_SETTINGS = {
    "adhoc_response_seconds": (0.1, 3600),
    "batch_response_hours": (0.01, 1000),
    "organisation_response_seconds": (0.1, 1_000_000),
}


def load_target(path: Path | str, *, now: datetime | None = None) -> model.Target:
    """Read and check a target file.

    `now` (UTC; default: this moment) is what certificates must be valid at. Raises `TargetError`, whose
    lines each name the file, the key, the value and what would be right.
    """
    document = read_document(path)
    if "launch" in document:
        raise TargetError([f"{path}: launch: this file starts an RA; a target file describes one"])
    problems = Problems(str(path))
    # Relative names stay as the author wrote them in messages, and hold when the working folder changes.
    file = Path(path).absolute()
    source = Source(problems, file.parent, now or datetime.now(UTC))
    target = _read_target(file, Table(source, "", document))
    problems.raise_if_any()
    return target


def read_document(path: Path | str) -> dict[str, Any]:
    """The TOML of a target or launch file of the supported schema. Raises `TargetError`."""
    try:
        # A byte order mark, as some editors write, is not part of the text.
        document = tomllib.loads(Path(path).read_bytes().decode("utf-8-sig"))
    except OSError as error:
        line = f"{path}: cannot be read: {error.strerror}; give the path of a target file"
        raise TargetError([line]) from None
    except UnicodeDecodeError:
        raise TargetError([f"{path}: not UTF-8 text; save the file as UTF-8"]) from None
    except tomllib.TOMLDecodeError as error:
        raise TargetError([f"{path}: not TOML: {' '.join(str(error).split())}; correct it there"]) from None
    schema = document.pop("schema", None)
    if type(schema) is not int or schema != SCHEMA:
        wrong = "is missing" if schema is None else f"= {schema!r}: not a schema known here"
        raise TargetError([f"{path}: schema {wrong}; write schema = {SCHEMA}"])
    return document


def _read_target(path: Path, root: Table) -> model.Target:
    about = root.table("target", required="give the table [target] with a name")
    name = about.text("name", required="give the name shown in reports")
    sec_release = about.text("sec_release", choices=model.SEC_RELEASES)
    about.finish()
    statement = _read_statement(root)
    target = model.Target(
        path=path,
        name=name or "",
        sec_release=sec_release or "from v6.21",
        statement=statement,
        endpoints=_read_endpoints(root, statement),
        trust=_read_trust(root, statement),
        credentials=read_credentials(root),
        devices=_read_devices(root),
        settings=_read_settings(root),
        limits=_read_limits(root),
        pacing=_read_pacing(root),
        pages=read_pages(root, statement),
        browser=_read_browser(root),
        clients=_read_clients(root),
        operator=_read_operator(root),
        accounts=read_accounts(root),
        repository=read_repository(root, statement.interfaces),
        repository_pages=read_repository_pages(root, statement.interfaces),
        appendix_k=_read_appendix_k(root),
        secrets=frozenset(root.source.secrets),
    )
    root.finish()
    return target


def _read_statement(root: Table) -> model.Statement:
    table = root.table("statement", required="give the table [statement], the conformance statement")
    interfaces = table.texts(
        "interfaces", required="list the interfaces that the RA offers", choices=model.INTERFACES
    )
    if interfaces == ():
        table.bad("interfaces", "claims nothing to test", f"list some of {', '.join(model.INTERFACES)}")
    user_roles = table.texts("user_roles", required="list the User Roles that the RA serves")
    types = table.texts(
        "certificate_types", required='list "device", "organisation" or both', choices=model.CERTIFICATE_TYPES
    )
    for interface, only in _ISSUES_ONLY.items():
        if interface in (interfaces or ()) and types is not None and only not in types:
            right = f'add "{only}": the interface {interface} issues nothing else'
            table.bad("certificate_types", f'"{only}" is missing', right)
    table.finish()
    return model.Statement(interfaces or (), user_roles or (), types or ())


def _read_endpoints(root: Table, statement: model.Statement) -> Mapping[str, model.Endpoint]:
    table = root.table("endpoints")
    endpoints: dict[str, model.Endpoint] = {}
    for interface in model.INTERFACES:
        required = None
        if interface in statement.interfaces:
            required = f'give the table [endpoints.{interface}] with a url, or do not claim "{interface}"'
        entry = table.table(interface, required=required)
        if interface not in table:
            continue
        scheme = "sftp" if interface == REPOSITORY_SFTP else "https"
        url = entry.text("url", required=f"give the published {scheme} URL")
        if url is not None and _good_url(entry, url, scheme):
            endpoints[interface] = model.Endpoint(interface, url, _read_hosts(entry, interface))
        entry.finish()
    table.finish()
    return endpoints


def _read_hosts(entry: Table, interface: str) -> tuple[str, ...]:
    if interface not in (*model.PORTALS, REPOSITORY_PORTAL):
        return ()
    hosts = entry.texts("hosts") or ()
    for host in hosts:
        if not _HOST.fullmatch(host):
            right = 'give names or addresses alone, without scheme or port, such as "portal.example"'
            entry.problems.add(entry.name("hosts"), "not a host", right, value=host)
    return tuple(host.lower() for host in hosts)


def _good_url(entry: Table, url: str, scheme: str) -> bool:
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port  # reading the port checks it
    except ValueError as error:
        entry.bad("url", f"not a URL ({error})", f"give {scheme}://HOST:PORT/PATH", show=False)
        return False
    right = f"give {scheme}://HOST:PORT/PATH"
    if parts.scheme != scheme:
        entry.bad("url", f"not {scheme}", right)
    elif not host or re.search(r"\s", url):
        entry.bad("url", "has no host" if not host else "has white space", right)
    elif "@" in parts.netloc:
        entry.bad("url", "holds user information", "leave user and password out; name credentials by file")
    elif "?" in url or "#" in url:
        entry.bad("url", "has a query or a fragment", f"{right} alone")
    else:
        return True
    return False


def _read_trust(root: Table, statement: model.Statement) -> model.TrustAnchors:
    table = root.table("trust", required="give the table [trust] with server_anchors")
    required = {"server_anchors": "list the PEM files of the roots above the server's certificate"}
    if "device" in statement.certificate_types:
        required["device_issuing_cas"] = "list the PEM files of the CAs that issue Device Certificates"
    if "organisation" in statement.certificate_types:
        right = "list the PEM files of the CAs that issue Organisation Certificates"
        required["organisation_issuing_cas"] = right
    for key, right in required.items():
        if not table.noted and not table.has_entries(key):
            table.bad(key, "is missing or empty", right, show=False)
    trust = model.TrustAnchors(
        server_anchors=read_anchors(table, "server_anchors"),
        device_issuing_cas=read_anchors(table, "device_issuing_cas"),
        organisation_issuing_cas=read_anchors(table, "organisation_issuing_cas"),
        device_root_cas=read_anchors(table, "device_root_cas"),
        organisation_root_cas=read_anchors(table, "organisation_root_cas"),
    )
    table.finish()
    return trust


def _read_devices(root: Table) -> model.Devices:
    table = root.table("devices")
    prefix_text = table.text("new_prefix")
    prefix = None
    if prefix_text is not None:
        if good_octets(prefix_text, 1, 7):
            prefix = octets(prefix_text)
        else:
            right = 'give 1 to 7 octets as hexadecimal pairs, such as "00-DB-12-34-56"'
            table.bad("new_prefix", "not the beginning of an EUI-64", right)
    seed = table.text("seed")
    if seed is not None and prefix_text is None:
        table.bad("seed", "is for new Device IDs", "give new_prefix as well, or leave the seed out")
    lists: dict[str, tuple[bytes, ...]] = {}
    for key in ("known", "unknown"):
        lists[key] = tuple(octets(text) for text in table.texts(key) or () if good_eui64(table, key, text))
    for both in sorted(set(lists["known"]) & set(lists["unknown"])):
        wrong = f"{both.hex('-').upper()} is among the known ones as well"
        table.bad("unknown", wrong, "leave it where it belongs", show=False)
    table.finish()
    return model.Devices(prefix, seed, lists["known"], lists["unknown"])


def _read_settings(root: Table) -> model.Settings:
    table = root.table("settings")
    default = {field.name: field.default for field in fields(model.Settings)}
    read: dict[str, Any] = {}
    for key in ("device_policy_oid", "hw_type_oid", "organisation_policy_oid"):
        value = table.text(key)
        read[key] = value if value is not None and good_oid(table, key, value) else None
    read["organisation_common_name"] = table.text("organisation_common_name", choices=model.COMMON_NAMES)
    for key in ("tls_minimum", "tls_maximum"):
        read[key] = table.text(key, choices=model.TLS_VERSIONS)
    for key, (lowest, highest) in _WHOLE_SETTINGS.items():
        read[key] = table.integer(key, default[key], lowest, highest)  # type: ignore[arg-type]
    for key, (least, most) in _OTHER_SETTINGS.items():
        if key in table:
            read[key] = table.number(key, least, least, most)
    settings = model.Settings(**{key: value for key, value in read.items() if value is not None})
    order = model.TLS_VERSIONS.index
    if order(settings.tls_minimum) > order(settings.tls_maximum):
        right = f"give {settings.tls_minimum} or later, or lower tls_minimum"
        table.bad("tls_maximum", "is below tls_minimum", right)
    table.finish()
    return settings


def _read_limits(root: Table) -> model.Limits:
    table = root.table("limits")
    default = model.Limits()
    limits = model.Limits(
        connect_seconds=table.number("connect_seconds", default.connect_seconds, 0.1, 600),
        response_seconds=table.number("response_seconds", default.response_seconds, 0.1, 3600),
        batch_response_seconds=table.number(
            "batch_response_seconds", default.batch_response_seconds, 0.1, 86_400
        ),
        response_bytes=table.integer("response_bytes", default.response_bytes, 1024, 2**30),
        extract_bytes=table.integer("extract_bytes", default.extract_bytes, 1024, 2**40),
        concurrent_requests=table.integer("concurrent_requests", default.concurrent_requests, 1, 1000),
    )
    table.finish()
    return limits


def _read_pacing(root: Table) -> model.Pacing:
    table = root.table("pacing")
    default = model.Pacing()
    polling = table.text("polling", choices=POLLING)
    pacing = model.Pacing(
        enabled=table.flag("enabled", default.enabled),
        adhoc_core_seconds=table.number("adhoc_core_seconds", default.adhoc_core_seconds, 0, 3600),
        adhoc_other_seconds=table.number("adhoc_other_seconds", default.adhoc_other_seconds, 0, 3600),
        polling="hourly" if polling == "hourly" else default.polling,
    )
    table.finish()
    return pacing


def _read_browser(root: Table) -> Path | None:
    table = root.table("browser")
    executable = table.file("executable")
    table.finish()
    return executable


def _read_clients(root: Table) -> Mapping[str, str]:
    table = root.table("clients")
    named: dict[str, str] = {}
    for interface in table.names():
        if interface not in model.INTERFACES:
            table.bad(interface, "unknown interface", one_of(model.INTERFACES, interface), show=False)
            continue
        spec = table.text(interface)
        if spec is not None:
            named[interface] = spec
            try:
                load_class(spec)
            except PluginError as error:
                table.bad(interface, str(error), "give module:Class, the module on the Python path")
    return {**model.DEFAULT_CLIENTS, **named}


def _read_operator(root: Table) -> model.OperatorConfig | None:
    if "operator" not in root:
        return None
    table = root.table("operator")
    plugin = table.text("plugin", required="give module:Class, or leave [operator] out")
    options = table.table("options").free()
    table.finish()
    if plugin is None:
        return None
    try:
        load_operator_class(plugin)
    except PluginError as error:
        table.bad("plugin", str(error), "give module:Class of an operator plug-in on the Python path")
    return model.OperatorConfig(plugin, options)


def _read_appendix_k(root: Table) -> Mapping[str, str]:
    table = root.table("appendix_k")
    named: dict[str, str] = {}
    for scenario in table.names():
        if not _SCENARIO.fullmatch(scenario):
            table.bad(scenario, "not a scenario id", 'give one such as "AHW-P01"', show=False)
            continue
        value = table.text(scenario)
        if value is not None:
            named[scenario] = value
    return named
