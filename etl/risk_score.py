"""The arithmetic of the five-colour map: weighted counts -> smoothed ratio -> class; no tables, no files.

Array axes are always (domain, cycle, grid). A weighted sum of Poisson counts is no Poisson count: its
variance is the sum of squared weights. It is divided by sum(w^2)/sum(w), after which mean and variance agree
and the Gamma posterior is as wide as the evidence is thin. The town's divisor serves the prior; a cell whose
own incidents are fewer and heavier than that is divided by its own, so that two grave incidents stay two.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.stats import gamma

from etl.risk_rules import LEVELS, RiskRules


@dataclass(frozen=True)
class Evidence:
    """What is known before any judgement.

    Attributes:
        weighted: severity- and age-weighted incidents in the window (domain, cycle, grid).
        squared: the sum of those squared weights.
        count: plain incidents in the window (domain, cycle, grid).
        expected: weighted incidents the town's baseline rate would give (domain, cycle, grid); nan = unknown.
        expected_count: the same in plain incidents.
        scale: sum(w^2)/sum(w) of the weights (domain, cycle); nan = no baseline.
    """

    weighted: np.ndarray
    squared: np.ndarray
    count: np.ndarray
    expected: np.ndarray
    expected_count: np.ndarray
    scale: np.ndarray


@dataclass(frozen=True)
class Score:
    """Per cell: smoothed ratio, class level (0 = none), probability of exceeding ``limit``."""

    ratio: np.ndarray
    level: np.ndarray
    exceed: np.ndarray
    limit: np.ndarray


def decay(rules: RiskRules) -> np.ndarray:
    """Return the weight of a day by its age, newest day first."""
    return 0.5 ** (np.arange(rules.window_days) / rules.half_life_days)


def window_sum(daily: np.ndarray, kernel: np.ndarray) -> np.ndarray:
    """Sum each trailing window of a (..., day) array; result k covers days [k, k + window)."""
    windows = np.lib.stride_tricks.sliding_window_view(daily, len(kernel), axis=-1)
    return windows @ kernel[::-1]


def prior(effective: np.ndarray, expected: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Estimate the Gamma prior of the grids' ratios by moments.

    The mean is the town's present level, the spread what is left of the grids' variance once chance is
    taken off. With no spread left every grid is judged by the town's level, known as well as the town's
    whole evidence allows, never better.

    Args:
        effective: effective counts (domain, cycle, grid), unknown cells 0.
        expected: effective counts at the baseline rate, unknown cells 0.

    Returns:
        Shape and rate (alpha, beta), each (domain, cycle, 1).
    """
    total = expected.sum(axis=-1, keepdims=True)
    # Half an incident at the baseline rate keeps an empty window from claiming that the risk is exactly zero.
    level = (effective.sum(axis=-1, keepdims=True) + 0.5) / (total + 0.5)
    cells = (expected > 0).sum(axis=-1, keepdims=True)
    safe = np.where(expected > 0, expected, 1.0)
    chi = np.where(expected > 0, (effective - level * expected) ** 2 / safe, 0.0).sum(axis=-1, keepdims=True)
    room = total - (expected**2).sum(axis=-1, keepdims=True) / np.where(total > 0, total, 1.0)
    spread = np.where(room > 0, (chi - (cells - 1) * level) / np.where(room > 0, room, 1.0), 0.0)
    floor = level / np.where(total > 0, total, 1.0)
    beta = level / np.maximum(spread, floor)
    return level * beta, beta


def score(evidence: Evidence, rules: RiskRules, *, domain_codes: Sequence[str]) -> Score:
    """Judge every cell by the probability that its ratio to the baseline exceeds each class's limit.

    A class may ask for a least number of incidents: on a map of rare events some grid always has two.
    """
    known = np.isfinite(evidence.expected) & (evidence.expected > 0)
    scale = np.where(np.isfinite(evidence.scale) & (evidence.scale > 0), evidence.scale, 1.0)[..., None]
    effective = np.where(known, evidence.weighted / scale, 0.0)
    expected = np.where(known, evidence.expected / scale, 0.0)
    alpha, beta = prior(effective, expected)
    own = np.divide(
        evidence.squared, evidence.weighted, out=np.zeros(known.shape), where=evidence.weighted > 0
    )
    worth = scale / np.maximum(scale, own)
    shape, rate = alpha + effective * worth, beta + expected * worth
    level = np.full(known.shape, LEVELS["blue"], dtype=np.int8)
    limit = np.ones(known.shape)
    for index, code in enumerate(domain_codes):
        posterior = gamma(shape[index], scale=1.0 / rate[index])
        for name, test in _ordered(rules, code):
            reached = posterior.cdf(test.ratio) if name == "green" else posterior.sf(test.ratio)
            hit = (reached >= test.probability) & (evidence.count[index] >= test.least_count)
            level[index][hit] = LEVELS[name]
            limit[index][hit] = test.ratio
    exceed = gamma.sf(limit, shape, scale=1.0 / rate)
    level[~known] = LEVELS["none"]
    unknown = np.where(known, 1.0, np.nan)
    return Score(shape / rate * unknown, level, exceed * unknown, limit * unknown)


def _ordered(rules: RiskRules, domain_code: str) -> list[tuple]:
    """Mildest first, so that a stronger class overwrites a weaker one."""
    limits = rules.limits(domain_code)
    return [(name, limits[name]) for name in ("green", "yellow", "orange", "red")]


def settle(level: np.ndarray, cycles_down: int) -> np.ndarray:
    """Apply the hysteresis: up at once, down only after ``cycles_down`` lower cycles in a row.

    That rule is the same as "the highest class of the last ``cycles_down`` cycles", so the result does not
    depend on how far back the history goes. "No evidence" is neither up nor down: it shows at once, and
    nothing is held across it.
    """
    shown = level.copy()
    alive = level > 0
    for back in range(1, cycles_down):
        earlier = np.zeros_like(level)
        earlier[:, back:] = level[:, :-back]
        alive = alive & (earlier > 0)
        shown = np.where(alive, np.maximum(shown, earlier), shown)
    return shown
