"""Validates a target file, says what scenarios will lack, and on request tries to connect.

``python -m targets.check FILE [--connect]``. Exit status: 0 all well, 1 a connection failed, 4 the file
cannot be used. Nothing is submitted: `--connect` ends after the TLS handshake; of a portal it reads pages,
and as a user of the Repository it searches and lists.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta

from cryptography import x509

from clients.connection import PERMITTED_CIPHERS
from clients.exchange import Exchange
from clients.operator import CAPABILITIES, Operator
from clients.recorder import Recorder, Redactor
from clients.tls_probe import TlsProbe
from targets import check_portal, check_repository
from targets.launch import open_target
from targets.model import ADHOC_USER_ROLES, PORTALS, Credential, Pacing, Target
from targets.plugins import make_operator
from targets.problems import TargetError
from targets.repository import REPOSITORY, Account

EXIT_OK, EXIT_NOT_CONNECTED, EXIT_USAGE = 0, 1, 4
_SOON = timedelta(days=30)

_CREDENTIALS_OF = {
    "adhoc": ("adhoc",),
    "batch": ("batch",),
}
"""The credentials that open a web service by mutual TLS; those of the portals are `check_portal`'s."""

_USED_CAPABILITIES = frozenset({"devices", "issued", "log"})
"""The operator capabilities that a scenario makes use of."""
_REFUSED_STATES = ("expired", "not-yet-valid", "revoked", "wrong-key-type")


def main(arguments: Sequence[str] | None = None) -> int:
    """Check the file named on the command line; returns the exit status."""
    parser = argparse.ArgumentParser(prog="smki.py check-target", description="Validate a target file.")
    parser.add_argument("file", metavar="FILE", help="a target file, or a launch file")
    parser.add_argument(
        "--connect",
        action="store_true",
        help="try a TLS handshake with each valid credential, look for portals' forms, use the Repository as "
        "each valid account; submit nothing",
    )
    try:
        options = parser.parse_args(arguments)
    except SystemExit as stop:  # after --help, or after a usage error, which argparse gives status 2
        return EXIT_USAGE if stop.code else EXIT_OK
    try:
        with open_target(options.file) as target:
            operator = make_operator(target.operator) if target.operator else None
            print("\n".join([f"{options.file}: valid", *summary(target, operator)]))
            return _connect_all(target) if options.connect else EXIT_OK
    except TargetError as error:
        print(error, file=sys.stderr)
        return EXIT_USAGE


def summary(target: Target, operator: Operator | None) -> Iterator[str]:
    """What the file claims and holds, and what scenarios will lack."""
    yield f"  target       {target.name}, {target.sec_release}"
    statement = target.statement
    yield f"  User Roles   {', '.join(statement.user_roles) or 'none'}"
    yield f"  certificates {', '.join(statement.certificate_types)}"
    for interface in statement.interfaces:
        client = target.clients.get(interface, "no client yet")
        yield f"  interface    {interface}: {target.endpoints[interface].url} ({client})"
    for credential in target.credentials.values():
        yield f"  credential   {_described(credential)}"
    for account in target.accounts.values():
        yield f"  account      {_account(account)}"
    devices = target.devices
    prefix = devices.new_prefix.hex("-").upper() if devices.new_prefix else "none"
    counts = f"{len(devices.known)} known, {len(devices.unknown)} unknown"
    yield f"  Devices      {counts}, new ones under: {prefix}"
    yield f"  pacing       {_paced(target.pacing)}"
    can = ", ".join(sorted(operator.capabilities)) if operator else ""
    yield f"  operator     {can or 'none'}"
    missing = [*lacks(target, operator)]
    if not missing:
        yield "Nothing is missing: every scenario of the claimed interfaces can run."
        return
    yield "Some scenarios will end NOT RUN, for want of:"
    yield from (f"  - {item}" for item in missing)


def lacks(target: Target, operator: Operator | None) -> Iterator[str]:
    """What scenarios of the claimed interfaces need and this target does not offer."""
    if target.claims("adhoc"):
        yield from _lacking_adhoc_credentials(target)
    for interface in target.statement.interfaces:
        if interface in _CREDENTIALS_OF and not _openers(target, interface):
            yield f'a valid credential for the interface "{interface}"'
    yield from check_portal.lacks(target)
    yield from check_repository.lacks(target, operator)
    capabilities = operator.capabilities if operator else frozenset()
    devices = target.devices
    if "devices" not in capabilities:
        if not devices.known:
            yield "devices.known: Devices that have a Device Certificate (or an operator that can seed them)"
        if not devices.unknown and not devices.new_prefix:
            yield "devices.unknown or devices.new_prefix: Devices that never had a Device Certificate"
    elif not devices.new_prefix and not devices.known:
        yield "devices.new_prefix: a range to draw new Device IDs from"
    if target.claims("adhoc") and target.pacing.enabled:
        yield "leave to submit several Device CSRs at once ([pacing] enabled = false)"
    for capability, meaning in CAPABILITIES.items():
        if capability in _USED_CAPABILITIES and capability not in capabilities:
            yield f'an operator that can "{capability}": {meaning}'


def _lacking_adhoc_credentials(target: Target) -> Iterator[str]:
    for role in ADHOC_USER_ROLES:
        if role in target.statement.user_roles and not target.find_credentials("adhoc", user_role=role):
            yield f'a valid credential for "adhoc" with user_role "{role}"'
    valid = target.find_credentials("adhoc")
    if all(credential.user_role in ADHOC_USER_ROLES for credential in valid):
        yield 'a valid credential for "adhoc" with a user_role that may not use it'
    if not target.find_credentials("adhoc", uept=False):
        yield 'a valid credential for "adhoc" with uept = false'
    for state in _REFUSED_STATES:
        if not target.find_credentials("adhoc", state=state):
            yield f'a credential for "adhoc" with state "{state}"'
    for other in ("batch", "portal-organisation", "portal-device"):
        if not target.find_credentials(other):
            yield f'a valid credential for "{other}", which "adhoc" has to refuse'


def _paced(pacing: Pacing) -> str:
    if not pacing.enabled:
        return "off"
    core, other = pacing.adhoc_core_seconds, pacing.adhoc_other_seconds
    return f"one Ad Hoc CSR in {core:g} s, out of core hours in {other:g} s; polling {pacing.polling}"


def _described(credential: Credential) -> str:
    ends = credential.certificate.not_valid_after_utc
    words = [credential.interface, credential.user_role, credential.state]
    if not credential.uept:
        words.append("without UEPT")
    soon = credential.state == "valid" and ends < datetime.now(UTC) + _SOON
    words.append(f"until {ends:%Y-%m-%d}" + (" (soon)" if soon else ""))
    return f"{credential.label}: {', '.join(words)}; {_name(credential.certificate)}"


def _account(account: Account) -> str:
    secrets = {"password": account.password, "API Key": account.api_key, "SSH key": account.ssh_key}
    held = ", ".join(name for name, secret in secrets.items() if secret) or "nothing secret"
    return f"{account.label}: {', '.join(account.interfaces)}, {account.state}; {held}"


def _openers(target: Target, interface: str) -> list[Credential]:
    return [
        credential
        for kind in _CREDENTIALS_OF[interface]
        for credential in target.find_credentials(kind, uept=None)
    ]


def _connect_all(target: Target) -> int:
    recorder = Recorder(Redactor(target.secrets))
    failed = False
    for interface in target.statement.interfaces:
        if interface in REPOSITORY:
            tries = check_repository.try_interface(target, interface, recorder)
        elif interface in PORTALS:
            tries = check_portal.try_portal(target, interface, recorder)
        else:
            tries = _handshakes(target, interface, recorder)
        for well, line in tries:
            failed = failed or not well
            print(line, flush=True)
    return EXIT_NOT_CONNECTED if failed else EXIT_OK


def _handshakes(target: Target, interface: str, recorder: Recorder) -> Iterator[tuple[bool, str]]:
    """What became of a TLS handshake with each credential, and whether it was well."""
    endpoint = target.endpoints[interface]
    probe = TlsProbe(interface, target.connection(interface), recorder)
    credentials = _openers(target, interface)
    if not credentials:
        yield False, f"{interface}: FAILED: there is no valid credential to connect with"
    for credential in credentials:
        exchange = probe.handshake(credential, PERMITTED_CIPHERS)
        told = f"{interface}, {endpoint.host}:{endpoint.port}, {credential.label}: {_outcome(exchange)}"
        yield exchange.failure is None, told


def _outcome(exchange: Exchange) -> str:
    session = exchange.tls
    if session is None:
        return f"FAILED: {exchange.failure}"
    try:
        server = _name(x509.load_der_x509_certificate(session.server_certificate))
    except ValueError as error:
        server = f"an unreadable name ({error})"
    return f"connected, {session.version}, {session.cipher}, server certificate of {server}"


def _name(certificate: x509.Certificate) -> str:
    return certificate.subject.rfc4514_string() or "(no subject)"


if __name__ == "__main__":
    sys.exit(main())
