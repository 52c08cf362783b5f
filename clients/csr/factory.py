"""Device CSRs by the thousand, on all cores, each for a key pair of its own."""

from __future__ import annotations

import hashlib
import multiprocessing
import os
import signal
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import dataclass, field
from itertools import islice, zip_longest
from types import TracebackType

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from clients.csr import der
from clients.csr.device import ECDSA_WITH_SHA256, DeviceCsr, device_csr_content

CHUNK = 500
"""Device CSRs that a process makes at a time: some 25 ms of work, and 150,000 octets to hand over."""
_CHUNKS_AHEAD = 3
"""How many chunks each process may be ahead of the caller; memory is bounded by them."""
_DEVICE_ID_OCTETS = 8
_POINT_OCTETS = 65

Wanted = tuple[bytes, str]
"""A Device ID (EUI-64, 8 octets), and the key usage: ``digitalSignature`` or ``keyAgreement``."""


@dataclass(frozen=True, slots=True)
class MadeCsr:
    """A Device CSR from the factory."""

    der: bytes
    device_id: bytes
    """EUI-64, 8 octets."""
    key_usage: str
    private_value: bytes | None = field(default=None, repr=False)
    """The private key as 32 octets, big-endian, where keys are kept."""

    def as_device_csr(self) -> DeviceCsr:
        """The same with its private key ready to use, if that was kept."""
        if self.private_value is None:
            return DeviceCsr(self.der, self.device_id, self.key_usage)
        key = ec.derive_private_key(int.from_bytes(self.private_value, "big"), ec.SECP256R1())
        return DeviceCsr(self.der, self.device_id, self.key_usage, key)


def device_ids(seed: str, count: int, prefix: bytes = b"", *, first: int = 0) -> Iterator[bytes]:
    """`count` different Device IDs under `prefix`, the same for the same `seed` in every run.

    They are in no apparent order: those of the numbers from `first` on, counted from 0. Raises ValueError
    where the prefix leaves fewer.
    """
    free = _DEVICE_ID_OCTETS - len(prefix)
    size = 1 << 8 * max(free, 0)
    if free < 0 or first + count > size:
        raise ValueError(f"under a prefix of {len(prefix)} octets there are no {first + count} Device IDs")
    digest = hashlib.sha256(prefix + seed.encode()).digest()
    step = int.from_bytes(digest[:8], "big") | 1  # odd, so that no number comes twice in 2**n
    start = int.from_bytes(digest[8:16], "big")
    numbers = range(first, first + count)
    return (prefix + ((start + number * step) % size).to_bytes(free, "big") for number in numbers)


class CsrFactory:
    """Makes Device CSRs in one process for each core. Use it as a context manager, for any number of orders.

    The processes are started anew, not forked, so a factory works alike on every system. They start with the
    first order that is larger than `CHUNK`; a smaller one is made by the calling process.
    """

    def __init__(self, hw_type: str, *, keep_keys: bool = False, processes: int | None = None) -> None:
        """`hw_type` is a dotted OID. Private keys are thrown away unless `keep_keys`."""
        self._hw_type, self._keep_keys = hw_type, keep_keys
        self._processes = processes or os.cpu_count() or 1
        self._pool: ProcessPoolExecutor | None = None

    def __enter__(self) -> CsrFactory:
        """Nothing is started yet."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End the processes."""
        if self._pool is not None:
            self._pool.shutdown(cancel_futures=True)
            self._pool = None

    def start(self) -> None:
        """Start the processes and wait until each can work, where that has not been done."""
        if self._pool is None and self._processes > 1:
            self._pool = ProcessPoolExecutor(
                self._processes, multiprocessing.get_context("spawn"), initializer=_leave_interrupts_alone
            )
            for ready in [self._pool.submit(_make, [], "", False) for _ in range(self._processes)]:
                ready.result()

    def make(self, wanted: Iterable[Wanted], chunk: int = CHUNK) -> Iterator[MadeCsr]:
        """A Device CSR for each Device and usage, in their order, made as they are asked for.

        No more than a few chunks are ahead of the caller. Raises ValueError for what is no Device ID and
        KeyError for what is no key usage.
        """
        remaining = iter(wanted)
        first, second = list(islice(remaining, chunk)), list(islice(remaining, chunk))
        if not second:
            yield from _identified(first, _make(first, self._hw_type, self._keep_keys))
            return
        self.start()
        ahead: deque[tuple[list[Wanted], Future[_Made]]] = deque()
        todo = _chunks([first, second], remaining, chunk)
        try:
            while True:
                for order in islice(todo, max(0, self._processes * _CHUNKS_AHEAD - len(ahead))):
                    ahead.append((order, self._order(order)))
                if not ahead:
                    return
                order, made = ahead.popleft()
                yield from _identified(order, made.result())
        finally:
            for _, late in ahead:
                late.cancel()

    def _order(self, order: list[Wanted]) -> Future[_Made]:
        if self._pool is not None:
            return self._pool.submit(_make, order, self._hw_type, self._keep_keys)
        done: Future[_Made] = Future()
        done.set_result(_make(order, self._hw_type, self._keep_keys))
        return done


_Made = tuple[list[bytes], list[bytes]]
"""The Device CSRs of an order, and their private values; none where they are not kept."""


def _identified(order: list[Wanted], made: _Made) -> Iterator[MadeCsr]:
    requests, values = made
    for (device_id, key_usage), request, value in zip_longest(order, requests, values):
        yield MadeCsr(request, device_id, key_usage, value)


def _chunks(first: list[list[Wanted]], remaining: Iterator[Wanted], size: int) -> Iterator[list[Wanted]]:
    yield from first
    while order := list(islice(remaining, size)):
        yield order


def _leave_interrupts_alone() -> None:
    """Ctrl-C is for the process that ordered; it ends the others."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def _make(order: list[Wanted], hw_type: str, keep_keys: bool) -> _Made:
    moulds: dict[str, _Mould] = {}
    requests, values = [], []
    for device_id, key_usage in order:
        if len(device_id) != _DEVICE_ID_OCTETS:
            raise ValueError(f"a Device ID of {len(device_id)} octets: {device_id.hex()}")
        mould = moulds.get(key_usage)
        if mould is None:
            mould = moulds[key_usage] = _Mould(hw_type, key_usage)
        key = ec.generate_private_key(_CURVE)
        requests.append(mould.cast(device_id, key))
        if keep_keys:
            values.append(key.private_numbers().private_value.to_bytes(32, "big"))
    return requests, values


_CURVE = ec.SECP256R1()
_SHA256 = ec.ECDSA(hashes.SHA256())


class _Mould:
    """The octets that the Device CSRs of one usage and hwType have in common: all but key, Device ID and
    signature."""

    def __init__(self, hw_type: str, key_usage: str) -> None:
        key, device_id = ec.generate_private_key(_CURVE), bytes(_DEVICE_ID_OCTETS)
        content = device_csr_content(device_id, key_usage, hw_type, key)
        info = der.sequence(content.version, content.subject, content.public_key_info, content.attributes)
        at = info.index(_point(key))
        self._before = info[:at]
        self._between = info[at + _POINT_OCTETS : -_DEVICE_ID_OCTETS]  # the Device ID is the last of it

    def cast(self, device_id: bytes, key: ec.EllipticCurvePrivateKey) -> bytes:
        """A Device CSR in DER."""
        info = b"".join((self._before, _point(key), self._between, device_id))
        signature = key.sign(info, _SHA256)
        return der.sequence(info, ECDSA_WITH_SHA256, der.bit_string(signature))


def _point(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
