"""Grades of a value (分级): round breaks for a map in five steps from little to much, and their words."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from itertools import pairwise
from math import ceil, floor, log10

STEPS = 5
ROUND = (1, 2, 2.5, 5, 10)
SAME = 1e-9  # values closer than this are one value
LOPSIDED = (
    4.0  # largest value in medians: above this, equal steps would put nearly everything into the lowest
)


def breaks_of(values: Sequence[float], *, ceiling: float | None = None) -> tuple[float, ...]:
    """Returns up to four ascending round numbers that cut the values into grades; none for equal values.

    Equal steps, so that the colour can be read as a number; only values that are very unequal are cut into groups of
    about equal size instead.

    Args:
        values: what is to be graded, known values only.
        ceiling: the largest value there can be (100 for a share), None for none.
    """
    ordered = sorted(values)
    if not ordered or ordered[-1] - ordered[0] <= SAME * max(1.0, abs(ordered[-1])):
        return ()
    low, high, middle = ordered[0], ordered[-1], ordered[len(ordered) // 2]
    if ceiling is None and low >= 0 and high > LOPSIDED * middle:
        cuts = {_round(ordered[len(ordered) * step // STEPS]) for step in range(1, STEPS)}
        return tuple(sorted(cut for cut in cuts if low < cut <= high))
    size = _nice((high - low) / STEPS)
    first = floor(low / size) + 1
    cuts = [round((first + step) * size, 10) for step in range(STEPS)]
    return tuple(cut for cut in cuts if low < cut < high and (ceiling is None or cut < ceiling))[: STEPS - 1]


def grade_of(value: float, breaks: Sequence[float]) -> int:
    """Returns a value's grade, 0 (least) upwards; a value on a break belongs to the grade above."""
    return bisect_right(breaks, value)


def ranges_of(breaks: Sequence[float], form: str, *, is_whole: bool = False) -> list[str]:
    """Returns the grades in words, least first; of whole numbers the last one that belongs, not the first that does not."""
    if not breaks:
        return []
    if is_whole:
        pairs = [(ceil(low), ceil(high) - 1) for low, high in pairwise(breaks)]
        middle = [
            form.format(low) if low == high else f"{form.format(low)} – {form.format(high)}"
            for low, high in pairs
        ]
        return [f"≤ {form.format(ceil(breaks[0]) - 1)}", *middle, f"≥ {form.format(ceil(breaks[-1]))}"]
    texts = [form.format(each) for each in breaks]
    return [f"< {texts[0]}", *(f"{low} – {high}" for low, high in pairwise(texts)), f"≥ {texts[-1]}"]


def spread(count: int) -> list[int]:
    """Returns which of the five colours each of `count` grades has: always from the least to the most."""
    if count <= 1:
        return [2] * count
    return [round(step * (STEPS - 1) / (count - 1)) for step in range(count)]


def _nice(size: float) -> float:
    """Returns the round step that is not smaller."""
    power = 10.0 ** floor(log10(size))
    return next(each * power for each in ROUND if each * power >= size * (1 - 1e-9))


def _round(value: float) -> float:
    """Returns a value in one or two digits that matter."""
    if value <= SAME:
        return value
    power = 10.0 ** (floor(log10(value)) - (1 if value >= 10 else 0))
    return ceil(value / power - 1e-9) * power
