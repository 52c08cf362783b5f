"""Keeps the Repository up to date as the RA's clock moves: revocation lists, extracts, the files for SFTP.

A file appears whole in the folder that SFTP serves.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

from reference_ra.authorities import issuing_ca
from reference_ra.authority import Authority
from reference_ra.pki import TestPki
from reference_ra.policies import Policies
from reference_ra.repository.extracts import Extract, write_extract
from reference_ra.repository.lists import assemble_list
from reference_ra.repository.lodging import lodge_authorities
from reference_ra.repository.records import ListKind, Lodged, LodgedList

FOLDER = "repository"
"""Name of the folder that SFTP serves, in the RA's directory."""


class Keeper:
    """Looks after one authority's Repository, as its policies say."""

    def __init__(self, directory: Path, authority: Authority, policies: Policies, pki: TestPki) -> None:
        """Begin: CA certificates and revocation lists are lodged."""
        self._authority = authority
        self._policies = policies
        self._pki = pki
        self._store = authority.registry.repository
        self._layout = policies.repository.extracts.layout
        self._folder = directory / FOLDER
        self._partial = directory / f".{FOLDER}.file"
        self._partial_extract = directory / f".{FOLDER}.extract"
        self._extracts: set[str] = set()
        """Names of those that are there."""
        shutil.rmtree(self._folder, ignore_errors=True)  # an earlier run's
        lodge_authorities(policies, authority, pki)
        for certificate in self._store.authorities():
            self._write(self._layout.authority.format(name=certificate.label), certificate.der)
        for kind in policies.repository.lists.kinds:
            self._issue_list(kind)

    async def catch_up(self, now: datetime) -> None:
        """Do all that is due at a time: lists whose life is half over, extracts whose hour has come."""
        lists = self._policies.repository.lists
        for kind in lists.kinds:
            last = self._store.latest_list(kind)
            if last is None or lists.is_due(last, now):
                self._issue_list(kind)
        await self._make_extracts(self._policies.repository.extracts.schedule.due(self._layout, now))

    def revoke(self, serial: str) -> None:
        """Revoke an Organisation Certificate, and lodge a new list of those that are (M-2.3.1.5-b)."""
        self._store.revoke(serial, self._authority.clock.now())
        self._issue_list(ListKind.ORGANISATION_CRL)

    def _issue_list(self, kind: ListKind) -> None:
        lists, now = self._policies.repository.lists, self._authority.clock.now()
        ca = issuing_ca(lists.ca(self._pki, kind))
        number = lists.number(self._store.latest_list(kind))
        fields = lists.fill(ca, lists.revoked(self._store, kind), number, now, lists.lifetime)
        octets = assemble_list(fields, ca, lists.sign)
        self._store.lodge_list(LodgedList(kind, number, octets, fields.this_update, fields.next_update))
        self._write(self._layout.revocations.format(name=kind), octets)

    async def _make_extracts(self, due: Iterable[Extract]) -> None:
        wanted = {extract.name: extract for extract in due}
        for name in wanted.keys() - self._extracts:
            await self._make_extract(wanted[name])
        for name in self._extracts - wanted.keys():
            (self._folder / name).unlink(missing_ok=True)
        self._extracts = set(wanted)

    async def _make_extract(self, extract: Extract) -> None:
        repository = self._policies.repository

        def line(certificate: Lodged) -> bytes:
            return repository.extracts.write_row(certificate, repository.status_of(certificate, extract.end))

        await write_extract(repository.extracts.rows(self._store, extract), line, self._partial_extract)
        self._move_in(self._partial_extract, extract.name)
        self._extracts.add(extract.name)

    def _write(self, name: str, octets: bytes) -> None:
        self._partial.write_bytes(octets)
        self._move_in(self._partial, name)

    def _move_in(self, partial: Path, name: str) -> None:
        file = self._folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        partial.replace(file)
