"""Mistakes in what a target file says of the SMKI Repository: as in `mistakes`."""

from __future__ import annotations

from typing import Any

from tests.targets.files import HOST_KEY, REPOSITORY_PAGES, WITH_REPOSITORY_PORTAL, WITH_SFTP, Absent
from tests.targets.mistakes import CANARY


def with_account(**changes: Any) -> dict[str, Any]:
    account = {
        "interfaces": ["repository-portal", "repository-web-service", "repository-sftp"],
        "username": "amber",
        "password_file": "password.txt",
        "api_key_file": "password.txt",
    }
    return {"accounts": {"amber": {key: value for key, value in (account | changes).items() if value}}}


def with_settings(**changes: Any) -> dict[str, Any]:
    return WITH_SFTP | {"repository": WITH_SFTP["repository"] | changes}


def with_repository_page(key: str, value: Any) -> dict[str, Any]:
    return WITH_REPOSITORY_PORTAL | {f"repository_pages/{key}": value}


REPOSITORY_MISTAKES = {
    # [accounts]
    "account-label": (
        {"accounts": {"a b": with_account()["accounts"]["amber"]}},
        "accounts.a b: not a usable label; begin with a letter or digit",
    ),
    "account-interfaces": (
        with_account(interfaces=None, username=None, password_file=None, api_key_file=None),
        "accounts.amber.interfaces: is missing; list what the user may use",
    ),
    "account-interface": (
        with_account(interfaces=["repository"]),
        'amber.interfaces = "repository": not a known value; ',
    ),
    "account-state": (
        with_account(state="locked"),
        'amber.state = "locked": not a known value; did you mean "lockable"?',
    ),
    "account-username": (
        with_account(username=None),
        "accounts.amber.username: is missing; give the name that the user logs in with",
    ),
    "account-password": (
        with_account(password_file=None),
        "amber.password_file: is missing; name the user's password with password_env or password_file",
    ),
    "account-api-key": (
        with_account(api_key_file=None),
        "amber.api_key_file: is missing; name the user's API Key with api_key_env or api_key_file",
    ),
    "account-password-inline": (
        with_account(password_file=None, interfaces=["repository-web-service"], password=CANARY),
        "accounts.amber.password: a key or secret may not stand in this file; name an environment variable",
    ),
    "account-api-key-inline": (
        with_account(api_key=CANARY),
        "accounts.amber.api_key: a key or secret may not stand in this file; name an environment variable",
    ),
    "account-ssh-key": (
        with_account(ssh_key_file="password.txt"),
        'ssh_key_file = "password.txt": not an OpenSSH private key without a passphrase; give one as',
    ),
    "account-ssh-key-inline": (
        with_account(ssh_key=f"-----BEGIN OPENSSH PRIVATE KEY-----\n{CANARY}"),
        "accounts.amber.ssh_key: a key or secret may not stand in this file; put it in a file",
    ),
    "account-unknown": (with_account(user="x"), "accounts.amber.user: unknown key; did you mean"),
    # [repository]
    "repository-missing": (
        {key: value for key, value in WITH_SFTP.items() if key != "repository"},
        "repository: is missing; give the table [repository] with sftp_host_keys",
    ),
    "host-keys-empty": (
        with_settings(sftp_host_keys=[]),
        "repository.sftp_host_keys = []: is empty; give keys",
    ),
    "host-key": (
        with_settings(sftp_host_keys=[HOST_KEY, "ssh-ed25519 AAAA"]),
        'sftp_host_keys = "ssh-ed25519 AAAA": not a public key; give keys as OpenSSH writes them',
    ),
    "lodging-seconds": (with_settings(lodging_seconds=0), "lodging_seconds = 0: is out of range"),
    "extracts-since": (
        with_settings(extracts_since="yesterday"),
        'extracts_since = "yesterday": is no day; give one such as "2026-11-30"',
    ),
    "extract-hour": (with_settings(extract_hour=24), "extract_hour = 24: is out of range; give a whole"),
    "full-extract-day": (
        with_settings(full_extract_day="Sunday"),
        'full_extract_day = "Sunday": not a known value; did you mean "sunday"?',
    ),
    "serial": (
        with_settings(revoked=["0A"]),
        'repository.revoked = "0A": not a serial number; give 32 hexadecimal digits, upper-case, without',
    ),
    "repository-unknown": (
        with_settings(extract_hours=2),
        'extract_hours: unknown key; did you mean "extract_hour"',
    ),
    "layout-missing": (
        with_settings(layout={}),
        "repository.layout.plugin: is missing; give module:Class of a layout on the Python path",
    ),
    "layout-no-class": (
        with_settings(layout={"plugin": "clients.repository.csv_layout"}),
        'layout.plugin = "clients.repository.csv_layout": not of the form module:Class; give',
    ),
    "layout-no-layout": (
        with_settings(layout={"plugin": "clients.recorder:Recorder"}),
        "Recorder is no subclass of clients.repository.layout.ExtractLayout; give module:Class",
    ),
    "layout-options": (
        with_settings(
            layout={"plugin": "clients.repository.csv_layout:CsvLayout", "options": {"compression": "zip"}}
        ),
        "repository.layout.options: compression is one of gzip, none; give what clients.",
    ),
    # [repository_pages]
    "repository-pages-missing": (
        {key: value for key, value in WITH_REPOSITORY_PORTAL.items() if key != "repository_pages"},
        "repository_pages: is missing; give the page map of repository-portal (docs/targets.md), or do not",
    ),
    "repository-page-missing": (
        with_repository_page("search", Absent),
        "repository_pages.search: is missing; give the table: the search, and what it finds",
    ),
    "repository-page-key": (
        with_repository_page("login/admitted", Absent),
        "repository_pages.login.admitted: is missing; give css=SELECTOR",
    ),
    "repository-page-unknown": (
        with_repository_page("login/refusal", "css=p"),
        "repository_pages.login.refusal: unknown key; did you mean",
    ),
    "repository-page-serial": (
        with_repository_page("search/row_serial", "[0-9A-F]{32}"),
        'search.row_serial = "[0-9A-F]{32}": has no group "serial"; put (?P<serial>...) round',
    ),
    "repository-pages-unclaimed": (
        {"repository_pages": {key: REPOSITORY_PAGES[key] for key in REPOSITORY_PAGES if key != "lists"}},
        "repository_pages.lists: is missing; give the table: the lists of revoked certificates",
    ),
    "repository-hosts": (
        WITH_REPOSITORY_PORTAL | {"endpoints/repository-portal/hosts": ["a b"]},
        'endpoints.repository-portal.hosts = "a b": not a host',
    ),
}
