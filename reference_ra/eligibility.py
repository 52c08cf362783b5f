"""The Eligible Subscriber check of SEC L3.16 (M-2.5.1.3-c), as data: who may ask for which Devices.

A Device may be in a provisioning state, which is a word of the operator's. For a state, the Remote Party
Roles may be named that may ask for certificates of Devices in it. Where a Device is in no state, or no roles
are named for its state, everyone may.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable

from reference_ra.database import together

TABLES = """
create table provisioning (device blob primary key, state text not null) without rowid;
create table restricted_state (state text primary key) without rowid;
create table eligible_role (
    state text not null,
    remote_party_role text not null,
    primary key (state, remote_party_role)
) without rowid;
"""


class Eligibility:
    """The provisioning states of Devices, and the roles that may ask in each."""

    def __init__(self, database: sqlite3.Connection) -> None:
        """Keep them in a database that has the tables."""
        self._database = database

    def set_provisioning_state(self, device: bytes, state: str | None) -> None:
        """Put a Device into a state, or into none."""
        if state is None:
            self._database.execute("delete from provisioning where device = ?", (device,))
        else:
            self._database.execute("insert or replace into provisioning values (?, ?)", (device, state))

    def restrict(self, state: str, remote_party_roles: Iterable[str] | None) -> None:
        """Name the roles, two hexadecimal characters each, that may ask in a state; None lifts this."""
        with together(self._database):
            self._database.execute("delete from eligible_role where state = ?", (state,))
            self._database.execute("delete from restricted_state where state = ?", (state,))
            if remote_party_roles is not None:
                self._database.execute("insert into restricted_state values (?)", (state,))
                self._database.executemany(
                    "insert or ignore into eligible_role values (?, ?)",
                    ((state, role) for role in remote_party_roles),
                )

    def may_ask(self, remote_party_role: str, device: bytes) -> bool:
        """Whether a Party in that role may ask for a certificate of that Device."""
        row = self._database.execute(
            "select 1 from provisioning join restricted_state using (state) where device = ?"
            " and not exists (select 1 from eligible_role"
            " where eligible_role.state = provisioning.state and remote_party_role = ?)",
            (device, remote_party_role),
        ).fetchone()
        return row is None
