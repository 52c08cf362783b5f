"""Reads the credentials of a target file: whose they are, and that each is in the state it claims."""

from __future__ import annotations

import re
from collections.abc import Mapping

from cryptography import x509

from targets import model
from targets.certificates import (
    chain_pem,
    credential_key_problem,
    key_texts,
    read_key_material,
    validity_problem,
)
from targets.table import Table
from targets.values import good_eui64, octets

_ROLE = re.compile(r"[0-9A-F]{2}")
LABEL = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
"""What the name of a credential, or of an account, is made of."""
RIGHT_LABEL = "begin with a letter or digit; go on with letters, digits, dot, hyphen, underscore"


def read_credentials(root: Table) -> Mapping[str, model.Credential]:
    """The credentials of a target file, by label, in the file's order."""
    table = root.table("credentials")
    credentials: dict[str, model.Credential] = {}
    for label in table.names():
        if not LABEL.fullmatch(label):
            table.bad(label, "not a usable label", RIGHT_LABEL, show=False)
        credential = _read_credential(label, table.table(label))
        if credential is not None:
            credentials[label] = credential
    return credentials


def _read_credential(label: str, table: Table) -> model.Credential | None:
    interface = table.text(
        "interface", required="say which interface it was issued for", choices=model.CREDENTIAL_INTERFACES
    )
    user_role = table.text("user_role", required="say in which User Role its holder acts")
    state = table.text("state", choices=model.CREDENTIAL_STATES) if "state" in table else "valid"
    uept = table.flag("uept", default=True)
    eui64, roles = _read_organisation(table, interface)
    material = read_key_material(table)
    table.finish()
    if material is None:
        return None
    table.source.secrets.update(key_texts(material.key))
    if state is None or not _state_holds(table, state, material.chain[0]):
        return None
    return model.Credential(
        label=label,
        interface=interface or "",
        user_role=user_role or "",
        state=state,
        uept=uept,
        certificate=material.chain[0],
        certificate_chain=chain_pem(material),
        private_key=material.key,
        eui64=eui64,
        remote_party_roles=roles,
    )


def _read_organisation(table: Table, interface: str | None) -> tuple[bytes | None, tuple[str, ...]]:
    """For whom the holder may submit Organisation CSRs: EUI-64 and Remote Party Role Codes."""
    text = table.text("eui64")
    eui64 = octets(text) if text is not None and good_eui64(table, "eui64", text) else None
    roles = table.texts("remote_party_roles") or ()
    for role in roles:
        if not _ROLE.fullmatch(role):
            right = 'give two hexadecimal characters, upper-case, such as "02"'
            name = table.name("remote_party_roles")
            table.problems.add(name, "not a Remote Party Role Code", right, value=role)
    if interface is not None and interface not in model.PORTAL_CREDENTIALS:
        for key in ("eui64", "remote_party_roles"):
            if key in table:
                wrong = f'is of no use with interface = "{interface}"'
                table.bad(key, wrong, "leave it out: it is for the credentials of a portal")
    return eui64, roles


def _state_holds(table: Table, state: str, certificate: x509.Certificate) -> bool:
    """Whether the certificate is what its state says; a problem is noted where it is not."""
    key = "pkcs12" if "pkcs12" in table else "certificate"
    since, until = certificate.not_valid_before_utc, certificate.not_valid_after_utc
    not_in_force = validity_problem(certificate, table)
    wrong_key = credential_key_problem(certificate)
    if state == "expired" and until >= table.source.now:
        wrong = f'state is "expired", and the certificate is valid until {until:%Y-%m-%d %H:%M} UTC'
        table.bad(key, wrong, "give one that has expired")
    elif state == "not-yet-valid" and since <= table.source.now:
        wrong = f'state is "not-yet-valid", and the certificate is valid since {since:%Y-%m-%d %H:%M} UTC'
        table.bad(key, wrong, "give one that is valid only later")
    elif state == "wrong-key-type" and wrong_key is None:
        wrong = 'state is "wrong-key-type", and the certificate is RSA 2048 with SHA-256'
        table.bad(key, wrong, "give one that M-G-c forbids, such as one for a P-256 key")
    elif state not in ("expired", "not-yet-valid") and not_in_force:
        table.bad(key, not_in_force, 'give one that is in force, or say state = "expired" or "not-yet-valid"')
    elif state != "wrong-key-type" and wrong_key:
        table.bad(key, wrong_key, 'give RSA 2048 with SHA-256 (M-G-c), or say state = "wrong-key-type"')
    else:
        return True
    return False
