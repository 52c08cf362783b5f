"""Reads what a target file says of the SMKI Repository: `[accounts]` and `[repository]`."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Mapping
from datetime import date

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.serialization import load_ssh_private_key, load_ssh_public_key

from clients.repository.layout import ExtractLayout, LayoutError
from targets.credentials import LABEL, RIGHT_LABEL
from targets.plugins import PluginError, load_class
from targets.repository import (
    ACCOUNT_STATES,
    DAYS,
    REPOSITORY,
    REPOSITORY_PORTAL,
    REPOSITORY_SFTP,
    REPOSITORY_WEB_SERVICE,
    Account,
    LayoutConfig,
    RepositorySettings,
)
from targets.table import Table

_SERIAL = re.compile(r"[0-9A-F]{32}")
_UNSAID = -1
"""In place of a number that the file does not give."""
_HOST_KEY = 'give keys as OpenSSH writes them, such as "ssh-ed25519 AAAA..."'


def read_accounts(root: Table) -> Mapping[str, Account]:
    """The users of the Repository, by label, in the file's order."""
    table = root.table("accounts")
    accounts: dict[str, Account] = {}
    for label in table.names():
        if not LABEL.fullmatch(label):
            table.bad(label, "not a usable label", RIGHT_LABEL, show=False)
        accounts[label] = _read_account(label, table.table(label))
    return accounts


def _read_account(label: str, table: Table) -> Account:
    interfaces = table.texts("interfaces", required="list what the user may use", choices=REPOSITORY) or ()
    state = table.text("state", choices=ACCOUNT_STATES) if "state" in table else "valid"
    username = table.text("username")
    password, api_key = table.secret("password"), table.secret("api_key")
    ssh_key = _read_ssh_key(table)
    by_key = any(f"ssh_key_{kind}" in table for kind in ("env", "file"))
    by_password = any(f"password_{kind}" in table for kind in ("env", "file"))
    if {REPOSITORY_PORTAL, REPOSITORY_SFTP} & set(interfaces) and username is None:
        table.problems.add(table.name("username"), "is missing", "give the name that the user logs in with")
    if not by_password and (
        REPOSITORY_PORTAL in interfaces or (REPOSITORY_SFTP in interfaces and not by_key)
    ):
        right = "name the user's password with password_env or password_file"
        table.problems.add(table.name("password_file"), "is missing", right)
    if REPOSITORY_WEB_SERVICE in interfaces and not {"api_key_env", "api_key_file"} & set(table.names()):
        right = "name the user's API Key with api_key_env or api_key_file"
        table.problems.add(table.name("api_key_file"), "is missing", right)
    table.finish()
    return Account(label, interfaces, state or "", username, password, api_key, ssh_key)


def _read_ssh_key(table: Table) -> str | None:
    """An OpenSSH private key; its text is a secret as a whole, and so is what stands between its lines."""
    text = table.secret("ssh_key")
    if text is None:
        return None
    key = "ssh_key_file" if "ssh_key_file" in table else "ssh_key_env"
    try:
        load_ssh_private_key(text.encode() + b"\n", None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        wrong = "not an OpenSSH private key without a passphrase"
        table.bad(key, wrong, "give one as ssh-keygen writes it, in a file that only this user may read")
        return None
    body = text.strip().split("\n")[1:-1]
    table.source.secrets.update({"\n".join(body), "".join(body)})
    return text + "\n"


def read_repository(root: Table, interfaces: tuple[str, ...]) -> RepositorySettings:
    """What the specification leaves to the Repository."""
    claims_sftp = REPOSITORY_SFTP in interfaces
    right = "give the table [repository] with sftp_host_keys" if claims_sftp else None
    table = root.table("repository", required=right)
    keys = table.texts("sftp_host_keys", required=_HOST_KEY if claims_sftp else None) or ()
    if claims_sftp and "sftp_host_keys" in table and not table.has_entries("sftp_host_keys"):
        table.bad("sftp_host_keys", "is empty", _HOST_KEY)
    for each in keys:
        if not _is_host_key(each):
            table.problems.add(table.name("sftp_host_keys"), "not a public key", _HOST_KEY, value=each)
    seconds = table.number("lodging_seconds", _UNSAID, 0.1, 1_000_000)
    hour = table.integer("extract_hour", _UNSAID, 0, 23)
    settings = RepositorySettings(
        sftp_host_keys=tuple(" ".join(key.split()[:2]) for key in keys),
        lodging_seconds=None if seconds == _UNSAID else seconds,
        extract_hour=None if hour == _UNSAID else hour,
        full_extract_day=table.text("full_extract_day", choices=DAYS),
        extracts_since=_read_day(table, "extracts_since"),
        expired=_read_serials(table, "expired"),
        revoked=_read_serials(table, "revoked"),
        layout=_read_layout(table),
    )
    table.finish()
    return settings


def _is_host_key(text: str) -> bool:
    parts = text.split()
    try:
        base64.b64decode(parts[1], validate=True)
        load_ssh_public_key(" ".join(parts[:2]).encode())
    except (IndexError, binascii.Error, ValueError, UnsupportedAlgorithm):
        return False
    return True


def _read_day(table: Table, key: str) -> date | None:
    text = table.text(key)
    try:
        return None if text is None else date.fromisoformat(text)
    except ValueError:
        table.bad(key, "is no day", 'give one such as "2026-11-30"')
        return None


def _read_serials(table: Table, key: str) -> tuple[str, ...]:
    serials = table.texts(key) or ()
    for serial in serials:
        if not _SERIAL.fullmatch(serial):
            right = "give 32 hexadecimal digits, upper-case, without separators"
            table.problems.add(table.name(key), "not a serial number", right, value=serial)
    return serials


def _read_layout(table: Table) -> LayoutConfig | None:
    layout = table.table("layout")
    if "layout" not in table:
        return None
    form = "give module:Class of a layout on the Python path"
    plugin = layout.text("plugin", required=form)
    options = layout.table("options").free()
    layout.finish()
    if plugin is None:
        return None
    try:
        make_layout(LayoutConfig(plugin, options))
    except PluginError as error:
        layout.bad("plugin", str(error), form)
    except LayoutError as error:
        layout.problems.add(layout.name("options"), str(error), f"give what {plugin} takes")
    return LayoutConfig(plugin, options)


def make_layout(config: LayoutConfig) -> ExtractLayout:
    """The layout plug-in, built with its options. Raises `PluginError`, and `LayoutError` of the plug-in."""
    found = load_class(config.plugin)
    if not issubclass(found, ExtractLayout):
        raise PluginError(f"{found.__name__} is no subclass of clients.repository.layout.ExtractLayout")
    return found(config.options)
