"""How durations run, open cases included (生存曲线): Kaplan-Meier with its band, beside the reading of closed cases only."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

import numpy as np
import pandas as pd

from data.compile import compile_lifetimes
from data.connection import Store
from data.query import question_of
from data.request import Request, RequestError, Scope
from data.survival import life_curve, percentile

POINTS = 160
SHARES = (0.5, 0.9, 0.95)


@dataclass(frozen=True)
class Curve:
    """What to draw: a percentile metric names the segment; its filters choose the cases."""

    request: Request


@dataclass(frozen=True)
class Lifetimes:
    """How many are done by when.

    Attributes:
        frame: minutes, done_pct, low_pct, high_pct (all cases, open ones censored), closed_only_pct; at most 160 rows.
        shares: share (50, 90, 95), value, low, high (minutes; null: not reached), closed_only (null: none closed).
        ended_count: cases that ended.
        open_count: cases watched and not ended.
        as_of_at: the instant the cases were watched until.
    """

    frame: pd.DataFrame
    shares: pd.DataFrame
    ended_count: int
    open_count: int
    as_of_at: datetime


def fetch_curve(asked: Curve, *, scope: Scope, store: Store) -> Lifetimes:
    """Returns both readings of one segment.

    Raises:
        RequestError: the metric is no percentile of durations.
    """
    with store.reading() as snapshot:
        question = question_of(replace(asked.request, by=()), scope, snapshot)
        if question.metric.kind != "percentile":
            raise RequestError(f"{question.metric.id}: not a percentile of durations, so it has no curve")
        statement = compile_lifetimes(question)
        columns = snapshot.arrays(statement.sql, statement.params)
    minutes, ended, censored = (
        np.asarray(columns[name], dtype=float) for name in ("minutes", "ended", "censored")
    )
    shares = [_share(minutes, ended, censored, share=each) for each in SHARES]
    return Lifetimes(
        frame=_points(minutes, ended, censored),
        shares=pd.DataFrame(shares),
        ended_count=int(ended.sum()),
        open_count=int(censored.sum()),
        as_of_at=question.as_of_at,
    )


def _share(minutes, ended, censored, *, share: float) -> dict[str, float | None]:
    all_cases = percentile(minutes, ended, censored, share=share)
    closed = percentile(minutes, ended, np.zeros_like(ended), share=share) if ended.sum() else None
    return {
        "share": round(100 * share),
        "value": all_cases.value,
        "low": all_cases.low,
        "high": all_cases.high,
        "closed_only": closed.value if closed else None,
    }


def _points(minutes, ended, censored) -> pd.DataFrame:
    names = ["minutes", "done_pct", "low_pct", "high_pct", "closed_only_pct"]
    if not len(minutes) or not ended.sum():
        return pd.DataFrame(columns=names, dtype=float)
    curve = life_curve(minutes, ended, censored)
    done = np.cumsum(
        np.bincount(np.searchsorted(curve.moments, minutes[ended > 0]), weights=ended[ended > 0])
    )
    table = np.column_stack(
        [
            curve.moments,
            *(100 * (1 - each) for each in (curve.survival, curve.high, curve.low)),
            100 * done / ended.sum(),
        ]
    )
    # The steps a screen can tell apart: even in the share done, so that neither the start nor the tail is lost.
    goals = np.linspace(table[0, 4], 100, min(POINTS, len(table)))
    rows = np.unique(np.searchsorted(table[:, 4], goals - 1e-9).clip(0, len(table) - 1))
    return pd.DataFrame(table[rows], columns=names)
