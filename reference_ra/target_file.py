"""What the RA hands to whoever tests it: a folder of credentials and a target file that names them."""

from __future__ import annotations

import json
from calendar import day_name
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from reference_ra.authorities import ORGANISATION_POLICY
from reference_ra.oids import DEVICE_POLICY
from reference_ra.parties import CREDENTIALS, CredentialPlan
from reference_ra.pki import (
    PASSWORD_SUFFIX,
    TestPki,
    certificate_pem,
    key_pem,
    write_pkcs12,
    write_secret,
)
from reference_ra.policies import Policies
from reference_ra.repository.accounts_plan import ACCOUNTS
from reference_ra.repository.extracts import Layout, Schedule
from reference_ra.repository.records import ListKind

FOLDER = "credentials"
INTERFACES = (
    "adhoc",
    "batch",
    "portal-gateway",
    "portal-internet",
    "repository-portal",
    "repository-web-service",
    "repository-sftp",
)
"""What this RA offers."""
NEW_DEVICE_PREFIX = "00-DB-12-34"
HW_TYPE = "1.2.826.0.1.8641679.1.2.2.1"
RESPONSE_SECONDS = 1
"""This RA answers in milliseconds; SEC Section L8 allows more."""
LODGING_SECONDS = 1
"""A certificate is lodged before its issue is told."""
_DEVICE_ISSUING_CAS = ("device-issuing-ca", "device-issuing-ca-2")
_AUTHORITIES = (
    "server-ca",
    *_DEVICE_ISSUING_CAS,
    "device-root-ca",
    "organisation-issuing-ca",
    "organisation-root-ca",
    "iki-ca",
)


@dataclass(frozen=True, slots=True)
class Endpoints:
    """Where the RA listens."""

    adhoc: str
    batch: str
    """What stands before `/SubmitCSRBatch` and `/CSRBatchResult`."""
    portal_gateway: str
    """The portal's landing page; `portal_internet` likewise."""
    portal_internet: str
    repository_portal: str
    """The Repository portal's login page."""
    repository_sftp: str
    sftp_host_key: str
    """The SFTP server's public key, as OpenSSH writes it."""
    repository_web_service: str
    """What stands before `services/certificatesearch` and `services/retrievecertificate`."""
    management: str
    plain_repository: str | None = None
    """As `repository_web_service`, over plain HTTP; None where that is off."""


def write_credentials(directory: Path, pki: TestPki) -> None:
    """The CA certificates, and every credential; private keys for their owner's eyes only."""
    folder = directory / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    for label in _AUTHORITIES:
        (folder / f"{label}.pem").write_bytes(certificate_pem(pki.identities[label].certificate))
    for plan in CREDENTIALS:
        identity = pki.identities[plan.label]
        if plan.pkcs12:
            write_pkcs12(folder / f"{plan.label}.p12", plan.label, identity)
        else:
            (folder / f"{plan.label}.pem").write_bytes(certificate_pem(identity.certificate))
            write_secret(folder / f"{plan.label}.key", key_pem(identity.key))


def write_target(
    directory: Path,
    endpoints: Endpoints,
    altered: Sequence[str],
    batch_limit: int,
    policies: Policies,
    claimed: Sequence[str] = INTERFACES,
) -> Path:
    """The target file; it appears whole, so whoever waits for it may read it at once."""
    file = directory / "target.toml"
    write_secret(file, target_text(endpoints, altered, batch_limit, policies, claimed).encode())
    return file


def target_text(
    endpoints: Endpoints,
    altered: Sequence[str],
    batch_limit: int,
    policies: Policies,
    claimed: Sequence[str] = INTERFACES,
) -> str:
    """The target file's TOML.

    `batch_limit` is the number of Device CSRs that a batch may hold, `claimed` the interfaces of the
    conformance statement; where pages and files have what a user needs is as the policies say.
    """
    title = "built-in reference RA"
    if altered:
        title += f" ({', '.join(altered)})"
    page_map = {**policies.portal.site.page_map, **policies.repository.site.page_map}
    tables: list[dict[str, object]] = [
        {"schema": 1},
        _table("target", name=title, sec_release="from v6.21"),
        _table(
            "statement",
            interfaces=list(claimed),
            user_roles=["import-supplier", "gas-supplier", "dcc", "network-operator"],
            certificate_types=["device", "organisation"],
        ),
        *(_table(f"endpoints.{each}", url=getattr(endpoints, each.replace("-", "_"))) for each in claimed),
        _table(
            "trust",
            server_anchors=[f"{FOLDER}/server-ca.pem"],
            device_issuing_cas=[f"{FOLDER}/{label}.pem" for label in _DEVICE_ISSUING_CAS],
            organisation_issuing_cas=[f"{FOLDER}/organisation-issuing-ca.pem"],
            device_root_cas=[f"{FOLDER}/device-root-ca.pem"],
            organisation_root_cas=[f"{FOLDER}/organisation-root-ca.pem"],
        ),
        *(_credential(plan) for plan in CREDENTIALS),
        *(_table(f"accounts.{plan.label}", **plan.as_table(FOLDER)) for plan in ACCOUNTS),
        _table("devices", new_prefix=NEW_DEVICE_PREFIX),
        _table(
            "settings",
            device_policy_oid=DEVICE_POLICY,
            organisation_policy_oid=ORGANISATION_POLICY,
            hw_type_oid=HW_TYPE,
            adhoc_response_seconds=RESPONSE_SECONDS,
            organisation_response_seconds=RESPONSE_SECONDS,
            batch_csr_limit=batch_limit,
        ),
        _table("limits", connect_seconds=5, response_seconds=5),
        _table("pacing", enabled=False),
        _table("clients", adhoc="clients.gateway.adhoc_requests:RequestsAdHocClient"),
        *(_table(heading, **values) for heading, values in page_map.items()),
        *_repository(policies.repository.extracts.layout, endpoints.sftp_host_key),
        _table("operator", plugin="targets.reference_operator:ReferenceOperator"),
        _table("operator.options", url=endpoints.management),
    ]
    return "\n".join(_render(table) for table in tables)


_HEADING = ""


def _table(heading: str, **values: object) -> dict[str, object]:
    return {_HEADING: heading, **values}


def _credential(plan: CredentialPlan) -> dict[str, object]:
    place = f"{FOLDER}/{plan.label}"
    if plan.pkcs12:
        files = {"pkcs12": f"{place}.p12", "password_file": f"{place}.p12{PASSWORD_SUFFIX}"}
    else:
        files = {"certificate": f"{place}.pem", "key": f"{place}.key"}
    organisation: dict[str, object] = {}
    if plan.interface == "portal-organisation":
        organisation = {
            "eui64": plan.party.eui64.hex("-").upper(),
            "remote_party_roles": plan.party.remote_party_roles,
        }
    return _table(
        f"credentials.{plan.label}",
        interface=plan.interface,
        user_role=plan.user_role,
        state=plan.state,
        uept=plan.party.uept,
        **files,
        **organisation,
    )


def _repository(layout: Layout, host_key: str) -> list[dict[str, object]]:
    schedule = Schedule()
    return [
        _table(
            "repository",
            sftp_host_keys=[host_key],
            lodging_seconds=LODGING_SECONDS,
            extract_hour=schedule.hour,
            full_extract_day=day_name[schedule.full_weekday].lower(),
        ),
        _table("repository.layout", plugin="clients.repository.csv_layout:CsvLayout"),
        _table(
            "repository.layout.options",
            full=layout.full,
            increment=layout.increment,
            authority=layout.authority,
            **{kind: layout.revocations.format(name=kind) for kind in ListKind},
        ),
    ]


def _render(table: Mapping[str, object]) -> str:
    lines = [f"{key} = {_value(value)}" for key, value in table.items() if key != _HEADING]
    if _HEADING in table:
        lines.insert(0, f"[{table[_HEADING]}]")
    return "\n".join(lines) + "\n"


def _value(value: object) -> str:
    """TOML of a value, an inline table where it is a mapping."""
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{key} = {_value(item)}" for key, item in value.items()) + " }"
    # A JSON string, number, boolean or array of strings is TOML as well.
    return json.dumps(value)
