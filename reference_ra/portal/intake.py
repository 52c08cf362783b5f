"""An archive on its way into the database: a batch once it was accepted, else nothing (M-2.3.1.7-d to -f).

It is unpacked in a thread, some hundred files at a time, so that other clients are served. From then on the
batch is one like those of the web service, in the same queue (N-3.1.1-a).
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import BinaryIO

from reference_ra.batch.reading import SubmittedCsr
from reference_ra.batch.store import Batch, Digest
from reference_ra.policies import Authority, Policies
from reference_ra.portal.archive import ArchiveRefused, Entry
from reference_ra.registry import Subscriber

_AT_ONCE = 500


class Intake:
    """Takes in one archive."""

    def __init__(self, authority: Authority, policies: Policies, file: BinaryIO) -> None:
        """Nothing is read yet."""
        self._store = authority.registry.batches
        self._clock = authority.clock
        self._policies = policies
        self._file = file
        self._unpacked = 0

    async def take_in(self, subscriber: Subscriber, name: str) -> Batch:
        """The batch that the archive is now; ArchiveRefused where it is none."""
        entries = await asyncio.to_thread(self._entries)
        batch_id = self._store.receive(
            subscriber.eui64,
            subscriber.remote_party_role,
            self._clock.now(),
            self._policies.batch.first_batch_id,
            name,
        )
        digest = Digest()
        accepted = False
        try:
            for first in range(0, len(entries), _AT_ONCE):
                csrs = await asyncio.to_thread(self._read, entries[first : first + _AT_ONCE], first)
                digest.add(csrs)
                self._store.add(batch_id, first, csrs)
            self._store.accept(batch_id, "", len(entries), digest.value())
            accepted = True
        finally:
            if not accepted:
                self._store.discard(batch_id)
        return self._store.get(batch_id)

    def _entries(self) -> Sequence[Entry]:
        portal = self._policies.portal
        return portal.examine_entries(
            portal.read_directory(self._file, self._check_count), portal.entry_rules
        )

    def _check_count(self, count: int) -> None:
        limit = self._policies.batch.limits.csrs
        if not self._policies.portal.allows_csrs(count, limit):
            raise ArchiveRefused(f"The archive has {count} files, where a batch has 1 to {limit}")

    def _read(self, entries: Sequence[Entry], first: int) -> list[SubmittedCsr]:
        return [
            SubmittedCsr(str(number), self._text(entry), entry.name)
            for number, entry in enumerate(entries, first + 1)
        ]

    def _text(self, entry: Entry) -> str:
        """The file's octets as characters: whether they are Base64 is looked at with the CSR itself."""
        if entry.fault:
            return ""
        portal = self._policies.portal
        limits = portal.archive_limits
        octets = portal.read_entry(self._file, entry, limits.file_octets)
        self._unpacked += len(octets)
        if self._unpacked > limits.all_octets:
            raise ArchiveRefused("The files of the archive are too large together")
        return octets.decode("latin-1")
