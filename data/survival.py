"""Percentiles of durations when some cases are still open (Kaplan-Meier, 生存分析)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from data.interval import Z_95

# Sums of many logarithms land a hair beside the exact share; without this a tie would move to the next time.
TOLERANCE = 1e-9


@dataclass(frozen=True)
class Percentile:
    """One percentile of a duration, in the unit of the times.

    Attributes:
        value: the smallest time by which the share is done; None if the curve never gets there.
        low: lower end of the 95 % band; None if unknown.
        high: upper end of the 95 % band; None if the data cannot bound it.
        beyond: longest time watched; with value None, the percentile is known only to exceed it.
        sample_count: cases watched, open ones included.
    """

    value: float | None
    low: float | None
    high: float | None
    beyond: float | None
    sample_count: int


@dataclass(frozen=True)
class LifeCurve:
    """The share not done yet at every moment something ended, with its 95 % band; arrays of one length."""

    moments: np.ndarray
    survival: np.ndarray
    low: np.ndarray
    high: np.ndarray


NOTHING = Percentile(None, None, None, None, 0)


def percentile(times: np.ndarray, events: np.ndarray, censored: np.ndarray, *, share: float) -> Percentile:
    """Returns the Kaplan-Meier percentile of a sample given as counts per distinct time.

    Args:
        times: durations, each listed once per row; equal durations may be split over rows.
        events: how many cases ended at that duration.
        censored: how many were watched for that duration and had not ended.
        share: 0.5 for the median, 0.9 for P90.

    A case that ends at t is at risk at t together with those censored at t. The value is the smallest t with
    S(t) <= 1 - share; the band is Brookmeyer-Crowley on the log(-log) scale with Greenwood's variance.

    Source:
        definitions 3.6; Kaplan & Meier 1958; Brookmeyer & Crowley 1982.
    """
    if not len(times):
        return NOTHING
    moments, _, at_risk = _life_table(times, events, censored)
    total, beyond = int(at_risk[0]), float(moments[-1])
    curve = life_curve(times, events, censored)
    moments, survival, low_curve, high_curve = curve.moments, curve.survival, curve.low, curve.high
    goal = 1 - share + TOLERANCE
    return Percentile(
        value=_first_at_or_under(moments, survival, goal),
        low=_first_at_or_under(moments, low_curve, goal),
        high=_first_at_or_under(moments, high_curve, goal),
        beyond=beyond,
        sample_count=total,
    )


def life_curve(times: np.ndarray, events: np.ndarray, censored: np.ndarray) -> LifeCurve:
    """Returns the Kaplan-Meier curve of a sample given as counts per duration; arguments as in `percentile`."""
    moments, ended, at_risk = _life_table(times, events, censored)
    happened = ended > 0
    moments, ended, at_risk = moments[happened], ended[happened], at_risk[happened]
    with np.errstate(divide="ignore", invalid="ignore"):
        log_survival = np.cumsum(np.log1p(-ended / at_risk))
        greenwood = np.cumsum(ended / (at_risk * (at_risk - ended)))
        spread = Z_95 * np.sqrt(greenwood) / np.abs(log_survival)
        survival = np.exp(log_survival)
        low_curve = np.exp(log_survival * np.exp(spread))
        high_curve = np.exp(log_survival * np.exp(-spread))
    # When the last case at risk ends the curve is exactly 0 and the band is not defined: both ends are 0 there.
    low_curve = np.where(survival > 0, low_curve, 0.0)
    high_curve = np.where(survival > 0, high_curve, 0.0)
    return LifeCurve(moments, survival, low_curve, high_curve)


def _life_table(times, events, censored) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Returns distinct times ascending, how many ended at each, how many were at risk just before."""
    moments, where = np.unique(np.asarray(times, dtype=float), return_inverse=True)
    ended = np.bincount(where, weights=events, minlength=len(moments))
    gone = ended + np.bincount(where, weights=censored, minlength=len(moments))
    at_risk = gone[::-1].cumsum()[::-1]
    return moments, ended, at_risk


def _first_at_or_under(moments: np.ndarray, curve: np.ndarray, goal: float) -> float | None:
    reached = np.flatnonzero(curve <= goal)
    return float(moments[reached[0]]) if len(reached) else None
