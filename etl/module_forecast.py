"""Forecast tables (预测表): expected incidents of the next hours and days with intervals, and how past forecasts did."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import duckdb
import numpy as np
import pandas as pd

from data.period import midnight
from data.town import Town
from etl.module_forecast_counts import block_start
from etl.module_forecast_outlook import TOWN, Outlook
from etl.module_forecast_spread import quantile

KEPT_DAYS, HOUR_DAYS, AHEAD_DAYS, FULL_DAYS = 28, 2, 8, 2
PARTS = {"low_count": 0.025, "high_count": 0.975, "inner_low_count": 0.1, "inner_high_count": 0.9}
ALL = "all"
FORECAST = {
    "forecast_at": "datetime64[us]", "window_code": "string", "window_from_at": "datetime64[us]",
    "window_to_at": "datetime64[us]", "area_id": "string", "level_code": "string", "series_key": "string",
    "domain_code": "string",
    "category_code": "string", "expected_count": "float64", "low_count": "Int64", "high_count": "Int64",
    "inner_low_count": "Int64", "inner_high_count": "Int64", "spread_ratio": "float64",
}  # fmt: skip
SHARES = {
    "share_id": "string", "valid_from_at": "datetime64[us]", "valid_to_at": "datetime64[us]", "level_code": "string",
    "grid_id": "string",
    "domain_code": "string", "category_code": "string", "share_ratio": "float64", "spread_ratio": "float64",
    "history_count": "int64",
}  # fmt: skip


def make_forecast(con: duckdb.DuckDBPyConnection, town: Town, outlook: Outlook | None) -> pd.DataFrame:
    """Returns one row per day it was made, window (hour, day, week), area and series (all, a domain, a category).

    The newest forecast has every area; those of the 27 days before it have the town by hour (all series) and its first day (all,
    domains), and the areas of the first hierarchy above the grid as a whole: they are what the past is asked with. An interval
    holds 95 % (`low_count`, `high_count`) or 80 % (`inner_`) of what may come. Empty where too little is known.
    """
    if outlook is None:
        return typed([], FORECAST)
    table = _Table(outlook, town)
    today, series = outlook.today, 1 + len(outlook.counts.domains)
    every, whole = np.arange(len(outlook.areas.ids)), outlook.areas.of_level(TOWN)
    parts = [
        table.hours(today, _Part(every, slice(0, series))),
        table.hours(today, _Part(whole, slice(series, None))),
        table.days(today, _Part(every, slice(0, series)), count=AHEAD_DAYS),
        table.days(today, _Part(every, slice(series, None)), count=FULL_DAYS),
        table.week(today, _Part(every, slice(0, None))),
    ]
    middle = town.file.hierarchies[0].levels[1:-1]
    wide = np.concatenate([outlook.areas.of_level(level) for level in middle] or [whole[:0]])
    for day in range(max(outlook.first_told, today - KEPT_DAYS + 1), today):
        own = _Part(whole, slice(0, series))
        parts += [table.hours(day, _Part(whole, slice(0, None))), table.days(day, own, count=1)]
        if len(wide):  # a town may have no level between itself and its grids
            own = _Part(wide, slice(0, 1))
            parts += [table.hours(day, own), table.days(day, own, count=1)]
    return typed([part for part in parts if len(part)], FORECAST)


def make_shares(con: duckdb.DuckDBPyConnection, town: Town, outlook: Outlook | None) -> pd.DataFrame:
    """Returns a grid's part of each category's expectation (share_ratio) and its spread, with the days it held.

    A category without any case before has no row: nothing is expected of it, because nothing is known. grid_id null: what
    cannot be placed (level `none`), or the whole town (level `town`, share 1).
    """
    if outlook is None:
        return typed([], SHARES)
    counts, parts = outlook.counts, []
    grids = np.array([*counts.grids, None, None], dtype=object)
    levels = np.array([*["grid"] * len(counts.grids), "none", TOWN], dtype=object)
    for block in sorted(outlook.rates)[1:]:
        since = block_start(block)
        day = counts.index(since)
        if day < outlook.first_told - 14:
            continue
        known = np.flatnonzero(counts.hours[:, :day].sum((1, 2)) > 0)
        share = np.vstack([outlook.rates[block].share[:, known], np.ones(len(known))])
        spread = [outlook.category_phi("day", level, day=day)[:, known] for level in ("grid", TOWN)]
        spread = np.vstack([spread[0], np.zeros(len(known)), spread[1]])
        cell, kind = np.unravel_index(np.arange(share.size), share.shape)
        frame = pd.DataFrame(
            {
                "grid_id": grids[cell],
                "level_code": levels[cell],
                "category_code": np.array(counts.categories)[known[kind]],
            }
        )
        frame["domain_code"] = np.array(counts.domains)[counts.domain_of[known[kind]]]
        frame["share_id"] = (
            f"{since}:" + frame["grid_id"].fillna(frame["level_code"]) + ":" + frame["category_code"]
        )
        frame["share_ratio"] = share.ravel()
        frame["spread_ratio"] = spread.ravel()
        history = outlook.rates[block].history[:, known]
        frame["history_count"] = np.vstack([history, history.sum(0)]).ravel().astype(int)
        frame["valid_from_at"] = midnight(since, town.zone)
        frame["valid_to_at"] = midnight(block_start(block + 1), town.zone)
        parts.append(frame)
    return typed(parts, SHARES)


@dataclass(frozen=True, eq=False)
class _Part:
    """Some areas (indices) and series."""

    areas: np.ndarray
    series: slice


class _Table:
    """Makes rows of forecasts; every time is naive UTC."""

    def __init__(self, outlook: Outlook, town: Town) -> None:
        self.outlook, self.zone = outlook, town.zone
        counts, areas = outlook.counts, outlook.areas
        # Which of its level's areas each area is.
        self.place = [areas.levels[:number].count(level) for number, level in enumerate(areas.levels)]
        names = len(counts.domains) + len(counts.categories) + 1
        self.domain = np.full(names, ALL, dtype=object)
        self.category = np.full(names, ALL, dtype=object)
        self.domain[1 : len(counts.domains) + 1] = counts.domains
        self.domain[len(counts.domains) + 1 :] = np.array(counts.domains, dtype=object)[counts.domain_of]
        self.category[len(counts.domains) + 1 :] = counts.categories
        kinds = [f"category:{each}" for each in counts.categories]
        self.key = np.array([ALL, *(f"domain:{each}" for each in counts.domains), *kinds], dtype=object)

    def hours(self, day: int, part: _Part) -> pd.DataFrame:
        """Returns rows by hour of the day and the next."""
        local = self.outlook.counts.first + timedelta(days=day)
        starts = _hour_starts(local, self.zone)
        own = [each.astimezone(self.zone) for each in starts]
        at = np.array([[(each.date() - local).days, each.hour] for each in own])
        hourly = self.outlook.rates_of(day).hours(np.array([day]), days=HOUR_DAYS)[:, 0, at[:, 0], at[:, 1]]
        times = [
            (each.replace(tzinfo=None), (each + timedelta(hours=1)).replace(tzinfo=None)) for each in starts
        ]
        return self._rows("hour", day, times=times, by_category=hourly, part=part)

    def days(self, day: int, part: _Part, *, count: int) -> pd.DataFrame:
        """Returns rows by day."""
        local = self.outlook.counts.first + timedelta(days=day)
        edges = [midnight(local + timedelta(days=ahead), self.zone) for ahead in range(count + 1)]
        daily = self.outlook.rates_of(day).days(np.array([day]))[:, 0, :count]
        times = list(pairwise(edges))
        return self._rows("day", day, times=times, by_category=daily, part=part)

    def week(self, day: int, part: _Part) -> pd.DataFrame:
        """Returns rows of the seven days together."""
        local = self.outlook.counts.first + timedelta(days=day)
        times = [(midnight(local, self.zone), midnight(local + timedelta(days=7), self.zone))]
        weekly = self.outlook.rates_of(day).days(np.array([day]))[:, 0, :7].sum(1, keepdims=True)
        return self._rows("week", day, times=times, by_category=weekly, part=part)

    def _rows(
        self, window: str, day: int, *, times: list, by_category: np.ndarray, part: _Part
    ) -> pd.DataFrame:
        """Returns the rows of category x time means, for some areas and series; nothing is told where nothing is known."""
        outlook, areas, series = self.outlook, part.areas, part.series
        share = outlook.area_share(outlook.rates_of(day))[areas]
        split = share[:, :, None] * by_category  # area x category x time
        every = np.concatenate([outlook.series(split.transpose(1, 0, 2)), split.transpose(1, 0, 2)])[series]
        levels = {outlook.areas.levels[each] for each in areas}
        by_level = {level: self._spread(window, level, day) for level in levels}
        spread = np.array([by_level[outlook.areas.levels[each]][self.place[each]] for each in areas])[
            :, series
        ]
        kind, area, time = np.unravel_index(np.arange(every.size), every.shape)
        mean, phi = every.ravel(), spread[area, kind]
        is_known = mean > 0
        kind, area, time, mean, phi = (each[is_known] for each in (kind, area, time, mean, phi))
        starts, ends = (np.array(each, dtype="datetime64[us]") for each in zip(*times, strict=True))
        numbers = np.arange(len(self.key))[series][kind]
        made = outlook.counts.first + timedelta(days=day)
        columns = {
            "forecast_at": np.datetime64(midnight(made, self.zone)), "window_code": window,
            "window_from_at": starts[time], "window_to_at": ends[time],
            "area_id": np.array(outlook.areas.ids, dtype=object)[areas[area]],
            "level_code": np.array(outlook.areas.levels, dtype=object)[areas[area]],
            "series_key": self.key[numbers], "domain_code": self.domain[numbers], "category_code": self.category[numbers],
            "expected_count": mean, "spread_ratio": phi,
        }  # fmt: skip
        bounds = {name: quantile(mean, phi, part=part).astype(int) for name, part in PARTS.items()}
        return pd.DataFrame(columns | bounds, index=range(len(mean)))

    def _spread(self, window: str, level: str, day: int) -> np.ndarray:
        """Returns the spread of everything, each domain, each category, by area of the level."""
        outlook = self.outlook
        phi, count = outlook.phi(window, level, day=day), len(outlook.counts.domains) + 1
        if (
            window == "hour"
        ):  # a category by hour is asked of the whole town only, and varies as its domain does
            whole = np.concatenate([phi, phi[1:][outlook.counts.domain_of]])
            return np.tile(whole, (len(outlook.areas.of_level(level)), 1))
        kinds = outlook.category_phi(window, level, day=day)
        return np.hstack([np.tile(phi[:count], (len(kinds), 1)), kinds])


def _hour_starts(local, zone) -> list[datetime]:
    """Returns the instants at which the hours of a local day and the next begin, aware, in UTC."""
    edges = [midnight(local + timedelta(days=ahead), zone) for ahead in (0, HOUR_DAYS)]
    count = int((edges[1] - edges[0]).total_seconds() // 3600)
    return [_aware(edges[0] + timedelta(hours=number)) for number in range(count)]


def _aware(instant: datetime) -> datetime:
    return instant.replace(tzinfo=UTC)


def typed(parts: list[pd.DataFrame], columns: dict[str, str]) -> pd.DataFrame:
    """Returns the parts as one table with the columns' types; also when there is none."""
    whole = pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=list(columns))
    return whole[list(columns)].astype(columns)
