"""Compares the cost of a piece of work with that of a yardstick, both measured here and now.

A machine's speed cancels out in the ratio, and its swings mostly do: work and yardstick take turns, and the
median of the rounds' ratios counts.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from statistics import median
from time import perf_counter

Work = Callable[[], object]
"""Does its work once; what it returns is dropped."""


@dataclass(frozen=True, slots=True)
class Result:
    """A measured ratio and its limit."""

    name: str
    ratio: float
    limit: float
    at_least: bool = False
    """Whether the ratio must reach the limit; otherwise it must stay within it."""
    detail: str = ""
    """Figures for a reader, for instance the microseconds behind the ratio."""

    @property
    def met(self) -> bool:
        """Whether the limit is kept."""
        return self.ratio >= self.limit if self.at_least else self.ratio <= self.limit

    def __str__(self) -> str:
        """One line for the terminal."""
        bound = f"at least {self.limit:g}" if self.at_least else f"at most {self.limit:g}"
        verdict = "" if self.met else "  LIMIT NOT MET"
        detail = f"  {self.detail}" if self.detail else ""
        return f"{self.name}: {self.ratio:.2f} ({bound}){detail}{verdict}"


@dataclass(frozen=True, slots=True)
class Comparison:
    """Seconds that the work and the yardstick took, median of the rounds, and the median of their ratios."""

    work_seconds: float
    yardstick_seconds: float
    ratio: float


def compare(work: Work, yardstick: Work, *, rounds: int = 7) -> Comparison:
    """Time `work` and `yardstick` in turn, after one untimed run of each."""
    work()
    yardstick()
    pairs = [(_seconds(work), _seconds(yardstick)) for _ in range(rounds)]
    return Comparison(
        median(pair[0] for pair in pairs),
        median(pair[1] for pair in pairs),
        median(pair[0] / pair[1] for pair in pairs),
    )


def _seconds(work: Work) -> float:
    started = perf_counter()
    work()
    return perf_counter() - started
