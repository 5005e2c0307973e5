"""Clocks and percentiles of the bench, and the file of findings."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field


class BenchError(RuntimeError):
    """A measurement that cannot be taken; says what is missing."""


@dataclass
class Lap:
    """Seconds a block took by the clock, and of the processor (all threads); filled when the block ends."""

    seconds: float = 0.0
    processor_s: float = 0.0


@contextmanager
def lap() -> Iterator[Lap]:
    """Yields a lap that is timed until the block ends."""
    taken = Lap()
    begun, worked = time.perf_counter(), time.process_time()
    try:
        yield taken
    finally:
        taken.seconds, taken.processor_s = time.perf_counter() - begun, time.process_time() - worked


def laps_of(step: Callable[[], object], *, times: int = 1) -> list[Lap]:
    """Returns what each of several runs took."""
    found = []
    for _ in range(times):
        with lap() as taken:
            step()
        found.append(taken)
    return found


def seconds_of(step: Callable[[], object], *, times: int = 1) -> list[float]:
    """Returns how long each of several runs took by the clock."""
    return [taken.seconds for taken in laps_of(step, times=times)]


def percentile(values: list[float], share: float) -> float:
    """Returns the smallest value that at least `share` of the values do not exceed, as on the screens."""
    if not values:
        raise BenchError("percentile of no values")
    ordered = sorted(values)
    return ordered[max(0, -(-int(share * 1000) * len(ordered) // 1000) - 1)]


def median(values: list[float]) -> float:
    """Returns the lower median."""
    return percentile(values, 0.5)


@dataclass(frozen=True)
class Finding:
    """One line of the table.

    Attributes:
        group: heading it stands under.
        what: what was measured, with its size.
        value: the figure as text.
        aim: the aim as text, empty when there is none.
        is_met: whether the aim holds; None without an aim.
        how: how it was measured, in a few words; why, when missed.
    """

    group: str
    what: str
    value: str
    aim: str = ""
    is_met: bool | None = None
    how: str = ""


@dataclass
class Book:
    """The findings of one run, printed as they come."""

    findings: list[Finding] = field(default_factory=list)

    def note(self, finding: Finding) -> None:
        """Keeps and prints a finding."""
        self.findings.append(finding)
        mark = {True: "met", False: "MISSED", None: ""}[finding.is_met]
        print(f"   {finding.what}: {finding.value}  {mark} {finding.aim}".rstrip(), flush=True)


def count_text(count: int) -> str:
    """Returns a count as `0.25 M` or `20,000`."""
    return f"{count / 1e6:g} M" if count >= 100_000 else f"{count:,}"


def time_text(seconds: float) -> str:
    """Returns seconds in the unit that reads best."""
    if seconds < 0.01:
        return f"{seconds * 1000:.2f} ms"
    if seconds < 1:
        return f"{seconds * 1000:.0f} ms"
    return f"{seconds:.2f} s" if seconds < 100 else f"{seconds:.0f} s"
