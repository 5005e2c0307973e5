"""How past forecasts did (回测): coverage of their intervals, and their error beside "the same hour a week ago"."""

from __future__ import annotations

import duckdb
import numpy as np
import pandas as pd

from data.town import Town
from etl.module_forecast import ALL, PARTS, typed
from etl.module_forecast_outlook import TOWN, WEEK_DAYS, Outlook
from etl.module_forecast_running import Rest
from etl.module_forecast_spread import deviance, quantile

NAIVE_LEAST = 0.5  # a week ago there was none: half a case, or one case now would be infinitely wrong
BACKTEST = {
    "backtest_id": "string", "window_code": "string", "level_code": "string", "domain_code": "string",
    "is_by_category": "boolean", "window_from_at": "datetime64[us]", "window_to_at": "datetime64[us]", "checked_count": "int64",
    "inside_count": "int64", "inner_inside_count": "int64", "above_count": "int64", "below_count": "int64",
    "observed_count": "int64", "expected_count": "float64", "model_score": "float64", "naive_score": "float64",
}  # fmt: skip


def make_backtest(con: duckdb.DuckDBPyConnection, town: Town, outlook: Outlook | None) -> pd.DataFrame:
    """Returns one row per window, level of areas and series: how the forecasts of the last eight weeks did.

    Every forecast is that of the day's beginning, with an interval measured on the weeks before it only. Grids by category are
    checked on one day in seven; the rest of the town's days at three hours, by what had come since midnight (`rest`) and by
    the midnight's forecast alone (`rest_midnight`). `model_score` and `naive_score` are sums of Poisson deviances.
    """
    if outlook is None or outlook.first_told >= outlook.today:
        return typed([], BACKTEST)
    levels = dict.fromkeys((TOWN, *town.file.hierarchies[0].levels[1:-1], "grid"))
    rows = [row for level in levels for row in _level_rows(outlook, level)]
    rows += _rest_rows(outlook)
    return typed([pd.DataFrame(rows)] if rows else [], BACKTEST)


def _level_rows(outlook: Outlook, level: str) -> list[dict]:
    domains, rows = outlook.counts.domains, []
    for window, (count, mean) in outlook.past(level).items():
        if window == "hour" and level != TOWN:
            continue
        days = _days(outlook, window)
        for number, domain in enumerate((ALL, *domains)):
            rows.append(_row(outlook, (window, level, domain), days, sides=(count, mean), series=[number]))
        if window != "hour":
            kinds = np.arange(len(outlook.counts.categories)) + len(domains) + 1
            sampled = days[::-7][::-1] if level == "grid" else days
            rows.append(_row(outlook, (window, level, None), sampled, sides=(count, mean), series=kinds))
    return [row for row in rows if row]


def _days(outlook: Outlook, window: str) -> np.ndarray:
    """Returns the days judged: a week counts once it is over."""
    until = outlook.today - (WEEK_DAYS - 1 if window == "week" else 0)
    return np.arange(outlook.first_told, until)


def _row(outlook: Outlook, key: tuple, days: np.ndarray, *, sides: tuple, series) -> dict | None:
    """Returns the sums over some series and days; None where nothing was expected."""
    (window, level, domain), (count, mean) = key, sides
    if not len(days):
        return None
    at = days - outlook.first_day
    seen, expected = count[at][:, :, series], mean[at][:, :, series]
    naive = count[at - WEEK_DAYS][:, :, series]
    phi = np.stack([_phi(outlook, window, level, day=int(day), is_kinds=domain is None) for day in days])
    phi = phi if domain is None else phi[:, None, series]
    phi = np.broadcast_to(phi[..., None] if seen.ndim == 4 else phi, seen.shape)
    return _scored(outlook, key, days, sides={"count": seen, "mean": expected, "naive": naive, "spread": phi})


def _rest_rows(outlook: Outlook) -> list[dict]:
    """Returns the rows of the rest of a day: everything, each domain, the categories."""
    rest, domains = Rest(outlook), outlook.counts.domains
    series = {name: slice(number, number + 1) for number, name in enumerate((ALL, *domains))}
    rows = []
    for window, is_running in (("rest", True), ("rest_midnight", False)):
        told = rest.told(is_running=is_running)
        for domain, at in (series | {None: slice(len(series), None)}).items():
            sides = {name: each[:, at] for name, each in told.items()}
            rows.append(_scored(outlook, (window, TOWN, domain), rest.days, sides=sides))
    return rows


def _scored(outlook: Outlook, key: tuple, days: np.ndarray, *, sides: dict[str, np.ndarray]) -> dict:
    """Returns one row: how the counts lay to what was expected of them."""
    window, level, domain = key
    is_known = (sides["mean"] > 0) & ~np.isnan(sides["naive"])
    seen, expected, naive, phi = (sides[name][is_known] for name in ("count", "mean", "naive", "spread"))
    bounds = {name: quantile(expected, phi, part=part) for name, part in PARTS.items()}
    return {
        "backtest_id": f"{window}:{level}:{domain or 'category'}", "window_code": window, "level_code": level,
        "domain_code": domain or ALL, "is_by_category": domain is None,
        "window_from_at": outlook.starts_at(days[0]),
        "window_to_at": outlook.starts_at(days[-1] + 1),
        "checked_count": len(seen),
        "inside_count": int(((seen >= bounds["low_count"]) & (seen <= bounds["high_count"])).sum()),
        "inner_inside_count": int(((seen >= bounds["inner_low_count"]) & (seen <= bounds["inner_high_count"])).sum()),
        "above_count": int((seen > bounds["high_count"]).sum()), "below_count": int((seen < bounds["low_count"]).sum()),
        "observed_count": int(seen.sum()), "expected_count": float(expected.sum()),
        "model_score": float(deviance(seen, expected).sum()),
        "naive_score": float(deviance(seen, np.maximum(naive, NAIVE_LEAST)).sum()),
    }  # fmt: skip


def _phi(outlook: Outlook, window: str, level: str, *, day: int, is_kinds: bool) -> np.ndarray:
    """Returns the spread of everything and each domain, or area x category."""
    return outlook.category_phi(window, level, day=day) if is_kinds else outlook.phi(window, level, day=day)
