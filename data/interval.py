"""Uncertainty of a proportion (Wilson) and of a count or a ratio of counts (Poisson) (区间估计)."""

from __future__ import annotations

from math import inf, sqrt

from scipy.special import betaincinv, gammaincinv  # scipy.stats takes a second to import

Z_95 = 1.959963984540054
CONFIDENCE = 0.95


def wilson(successes: float, sample_count: float, *, z: float = Z_95) -> tuple[float, float]:
    """Returns the Wilson score interval of a proportion, as fractions 0..1.

    Holds for small samples and shares near 0 or 1, where the textbook interval leaves 0..1.

    Raises:
        ValueError: an empty sample, or more successes than cases.
    """
    if sample_count <= 0 or not 0 <= successes <= sample_count:
        raise ValueError(f"wilson: {successes} successes of {sample_count} cases is not a proportion")
    share = successes / sample_count
    shrink = 1 + z * z / sample_count
    middle = (share + z * z / (2 * sample_count)) / shrink
    half = z * sqrt(share * (1 - share) / sample_count + z * z / (4 * sample_count**2)) / shrink
    low = 0.0 if successes == 0 else max(0.0, middle - half)
    return low, 1.0 if successes == sample_count else min(1.0, middle + half)


def poisson(count: float) -> tuple[float, float]:
    """Returns the exact (Garwood) 95 % interval of a count's expectation.

    Raises:
        ValueError: a negative count.
    """
    if count < 0:
        raise ValueError(f"poisson: a count cannot be {count}")
    tail = (1 - CONFIDENCE) / 2
    low = float(gammaincinv(count, tail)) if count else 0.0
    return low, float(gammaincinv(count + 1, 1 - tail))


def rate_ratio(count: int, base_count: int) -> tuple[float | None, float, float | None]:
    """Returns ratio count/base_count of two equal windows with its exact 95 % interval.

    Given the total, the newer count is binomial with share r/(1+r); the Clopper-Pearson interval of
    that share gives the ratio's. A ratio or upper limit that no data can bound is None.

    Source:
        definitions 3.9: a change is a pair of counts, never a bare percentage.
    """
    total = count + base_count
    if total == 0:
        return None, 0.0, None
    tail = (1 - CONFIDENCE) / 2
    low = float(betaincinv(count, base_count + 1, tail)) if count else 0.0
    high = float(betaincinv(count + 1, base_count, 1 - tail)) if base_count else 1.0
    ratio = count / base_count if base_count else None
    upper = high / (1 - high) if high < 1 else inf
    return ratio, low / (1 - low) if low < 1 else 0.0, None if upper == inf else upper
