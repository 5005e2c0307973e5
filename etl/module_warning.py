"""Warnings of past days (预警): a day or a week with more incidents than were expected, beyond chance and worth a look."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

import duckdb
import numpy as np
import pandas as pd

from data.town import Town
from etl.module_forecast import KEPT_DAYS, PARTS, typed
from etl.module_forecast_outlook import TOWN, WEEK_DAYS, Outlook
from etl.module_forecast_spread import clear_ones, quantile, tail

WARNING = {
    "warning_id": "string", "warning_code": "string", "found_at": "datetime64[us]", "area_id": "string", "grid_id": "string",
    "category_code": "string", "domain_code": "string", "window_from_at": "datetime64[us]", "window_to_at": "datetime64[us]",
    "observed_count": "int64", "expected_count": "float64", "low_count": "Int64", "high_count": "Int64",
    "exceed_ratio": "float64", "tail_pct": "float64", "tried_count": "int64",
}  # fmt: skip
SPANS = {"day": 1, "week": WEEK_DAYS}


@dataclass(frozen=True)
class Alarm:
    """What makes a warning.

    Attributes:
        least: fewest incidents.
        ratio: least times the incidents expected, of a grid.
        wide_ratio: the same of the town and of clusters.
        share: largest share of false alarms among warnings.
    """

    least: int
    ratio: float
    wide_ratio: float
    share: float


def read_alarm(con: duckdb.DuckDBPyConnection) -> Alarm:
    """Returns the rules of the day."""
    least, ratio, wide, share = con.execute(
        "SELECT least_count, least_ratio, wide_ratio, false_alarm_pct FROM mart_warning_rule"
    ).fetchall()[0]
    return Alarm(int(least), ratio, wide, share / 100)


def make_warnings(con: duckdb.DuckDBPyConnection, town: Town, outlook: Outlook | None) -> pd.DataFrame:
    """Returns the warnings as they stood at the beginning of each of the last 28 days: of the day and the week before.

    Tried are all grids by category and the town by category for which something was expected, all at once; expectation and
    interval are those of the forecast made before the window.
    """
    if outlook is None:
        return typed([], WARNING)
    alarm, parts = read_alarm(con), []
    past = {level: outlook.past(level) for level in ("grid", TOWN)}
    for found in range(outlook.today - KEPT_DAYS + 1, outlook.today + 1):
        for window, days in SPANS.items():
            if found - days >= outlook.first_told:
                cells = cells_of(outlook, past, window, day=found - days)
                parts.append(_named(judged(cells, alarm=alarm), outlook, window, found_day=found))
    return typed([part for part in parts if len(part)], WARNING).sort_values("warning_id", ignore_index=True)


def cells_of(outlook: Outlook, past: dict, window: str, *, day: int) -> pd.DataFrame:
    """Returns every test of a window that began on `day`: area (-1: the town), kind, counts, spread."""
    kinds, skipped, parts = len(outlook.counts.categories), len(outlook.counts.domains) + 1, []
    for level, sides in past.items():
        count, mean = (side[day - outlook.first_day][:, skipped:] for side in sides[window])
        area, kind = np.unravel_index(np.arange(count.size), count.shape)
        columns = {"area": area if level == "grid" else np.full(kinds, -1), "kind": kind}
        columns |= {"observed_count": count.ravel(), "expected_count": mean.ravel()}
        columns["spread"] = outlook.category_phi(window, level, day=day).ravel()
        parts.append(pd.DataFrame(columns))
    cells = pd.concat(parts, ignore_index=True)
    return cells[(cells["expected_count"] > 0) & cells["observed_count"].notna()]


def judged(cells: pd.DataFrame, *, alarm: Alarm) -> pd.DataFrame:
    """Returns the cells that are warnings, with exceed_ratio, tail_pct and tried_count.

    Args:
        cells: area (-1: the whole town), observed_count, expected_count (> 0), spread; every test tried.
        alarm: what makes a warning.
    """
    chance = tail(cells["observed_count"], cells["expected_count"], cells["spread"].to_numpy())
    is_enough = (cells["observed_count"] >= alarm.least).to_numpy()
    # Fewer than the least count are no warning; to leave out their chances only makes the limit stricter.
    is_clear = clear_ones(np.where(is_enough, chance, 1.0), share=alarm.share)
    ratio = (cells["observed_count"] / cells["expected_count"]).to_numpy()
    is_large = ratio >= np.where(cells["area"] < 0, alarm.wide_ratio, alarm.ratio)
    found = cells.assign(exceed_ratio=ratio, tail_pct=100 * chance, tried_count=len(cells))
    return found[is_clear & is_enough & is_large]


def _named(found: pd.DataFrame, outlook: Outlook, window: str, *, found_day: int) -> pd.DataFrame:
    """Returns the warnings with the names of areas and categories, their interval and their times."""
    counts = outlook.counts
    grids = np.array([*counts.grids, None], dtype=object)[found["area"]]
    areas = np.where(found["area"] < 0, TOWN, grids)
    categories = np.array(counts.categories, dtype=object)[found["kind"]]
    day = counts.first + timedelta(days=found_day)
    named = found.assign(
        warning_code=f"burst_{window}",
        found_at=outlook.starts_at(found_day),
        area_id=areas,
        grid_id=grids,
        category_code=categories,
        domain_code=np.array(counts.domains, dtype=object)[counts.domain_of[found["kind"]]],
        window_from_at=outlook.starts_at(found_day - SPANS[window]),
        window_to_at=outlook.starts_at(found_day),
        warning_id=[
            f"burst_{window}:{area}:{kind}:{day}" for area, kind in zip(areas, categories, strict=True)
        ],
    )
    for name in ("low_count", "high_count"):
        named[name] = quantile(named["expected_count"], named["spread"].to_numpy(), part=PARTS[name])
    return named
