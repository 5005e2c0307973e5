"""How far counts lie from what was expected (离散度): negative binomial, its spread measured on the model's own past errors."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import betainc, nbdtrik  # scipy.stats takes half a second to import

LEAST_PHI, MOST_PHI = 1e-6, 25.0
SUMMED_BELOW = 40.0  # small means are summed term by term, others inverted


def quantile(mean: np.ndarray, phi: np.ndarray | float, *, part: float) -> np.ndarray:
    """Returns the smallest count whose chance of not being exceeded is at least `part`.

    Args:
        mean: expected counts, > 0.
        phi: variance = mean + phi * mean squared.
        part: such as 0.975.
    """
    mean = np.asarray(mean, float)
    size = 1 / np.clip(np.broadcast_to(np.asarray(phi, float), mean.shape), LEAST_PHI, MOST_PHI)
    found = np.zeros(mean.shape)
    is_small = mean < SUMMED_BELOW
    found[is_small] = _summed(mean[is_small], size[is_small], part=part)
    big, r = mean[~is_small], size[~is_small]
    found[~is_small] = np.ceil(nbdtrik(part, r, r / (r + big)) - 1e-9)
    return found


def _summed(mean: np.ndarray, size: np.ndarray, *, part: float) -> np.ndarray:
    success, found = size / (size + mean), np.zeros(len(mean))
    left = np.arange(len(mean))
    chance = np.exp(size * np.log1p(-mean / (size + mean)))
    total, k = chance.copy(), 0
    while True:
        is_short = total < part
        left, chance, total = left[is_short], chance[is_short], total[is_short]
        if not len(left):
            return found
        k += 1
        chance = chance * (k - 1 + size[left]) / k * (1 - success[left])
        total = total + chance
        found[left] = k


def tail(count: np.ndarray, mean: np.ndarray, phi: np.ndarray | float) -> np.ndarray:
    """Returns the exact chance of at least `count` cases."""
    count, mean = np.asarray(count, float), np.asarray(mean, float)
    size = 1 / np.clip(np.broadcast_to(np.asarray(phi, float), mean.shape), LEAST_PHI, MOST_PHI)
    return np.where(count > 0, betainc(np.maximum(count, 1), size, mean / (mean + size)), 1.0)


def clear_ones(chance: np.ndarray, *, share: float) -> np.ndarray:
    """Returns which of all tests tried are clear at a false discovery rate of `share` (Benjamini-Hochberg)."""
    ordered = np.sort(chance)
    passed = ordered[ordered <= share * np.arange(1, len(ordered) + 1) / max(len(ordered), 1)]
    return chance <= (passed[-1] if len(passed) else -1.0)


def deviance(count: np.ndarray, mean: np.ndarray) -> np.ndarray:
    """Returns the Poisson deviance of each count: 0 where it is just what was expected."""
    mean = np.maximum(mean, 1e-9)
    with np.errstate(divide="ignore", invalid="ignore"):
        logs = np.where(count > 0, count * np.log(count / mean), 0.0)
    return 2 * (logs - (count - mean))


@dataclass(frozen=True, eq=False)
class Errors:
    """Sums of squared errors of past forecasts, from which the spread comes.

    Attributes:
        beyond: day x series: sum over the cells of (count - mean)^2 - mean.
        squared: day x series: sum of mean^2.
    """

    beyond: np.ndarray
    squared: np.ndarray

    @classmethod
    def of(cls, count: np.ndarray, mean: np.ndarray) -> Errors:
        """Returns the sums of day x series x cell arrays; days whose count is not known (nan) add nothing."""
        is_known = ~np.isnan(count)
        gap = np.where(is_known, (np.nan_to_num(count) - mean) ** 2 - mean, 0.0)
        return cls(gap.sum(-1), np.where(is_known, mean**2, 0.0).sum(-1))

    def phi(self, since: int, until: int) -> np.ndarray:
        """Returns the spread of each series over days `since` to before `until`; nan where none is known."""
        beyond, squared = (each[max(since, 0) : until].sum(0) for each in (self.beyond, self.squared))
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.where(squared > 0, np.clip(beyond / squared, LEAST_PHI, MOST_PHI), np.nan)
