"""Structure remembered from one document to the next, so that many alike cost little more than signatures.

Certificates of one CA differ in the contents of a few primitive elements: serial number, public key,
identifiers. All other octets repeat, every length and type among them. The contents of a primitive element
have no bearing on structure. So a document that equals a known one everywhere but there has its structure,
and need not be read again.
"""

from __future__ import annotations

from typing import Generic, TypeVar

T = TypeVar("T")

_LONGEST = 2048
FRAMES_MAXIMUM = 64
"""Beyond these, what is remembered is dropped and learnt anew."""


class Frame(Generic[T]):
    """A document that was read, less the contents that vary."""

    __slots__ = ("fixed", "holes", "pieces", "reading")

    def __init__(self, octets: bytes, holes: tuple[slice, ...], reading: T) -> None:
        """`holes` are the contents that vary, in order; `reading` is what the document was read as."""
        edges = [0, *(edge for hole in holes for edge in (hole.start, hole.stop)), len(octets)]
        self.holes = holes
        self.pieces = tuple(slice(*pair) for pair in zip(edges[::2], edges[1::2], strict=True))
        self.fixed = self._around_holes(octets)
        self.reading = reading

    def fits(self, octets: bytes) -> bool:
        """Whether `octets`, as long as the document, are the same outside the holes."""
        return self._around_holes(octets) == self.fixed

    def _around_holes(self, octets: bytes) -> bytes:
        return b"".join([octets[piece] for piece in self.pieces])


class Recall(Generic[T]):
    """Frames by length; a few dozen, and none of an unreasonable size, whatever an RA sends."""

    def __init__(self) -> None:
        """Nothing is remembered."""
        self._frames: dict[int, list[Frame[T]]] = {}
        self._count = 0

    def find(self, octets: bytes) -> Frame[T] | None:
        """The frame that `octets` fit."""
        for frame in self._frames.get(len(octets), ()):
            if frame.fits(octets):
                return frame
        return None

    def learn(self, octets: bytes, holes: tuple[slice, ...], reading: T) -> None:
        """Remember `octets`, read as `reading`."""
        if len(octets) > _LONGEST:
            return
        if self._count == FRAMES_MAXIMUM:
            self.forget()
        self._frames.setdefault(len(octets), []).append(Frame(octets, holes, reading))
        self._count += 1

    def forget(self) -> None:
        """Start anew."""
        self._frames.clear()
        self._count = 0
