"""The outlook (展望): what is expected of every area, domain and category, and how far the past lay from it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from zoneinfo import ZoneInfo

import duckdb
import numpy as np

from data.period import midnight
from data.town import Town
from etl.module_forecast_counts import BLOCK_DAYS, Counts, block_of, block_start, read_counts
from etl.module_forecast_rates import LEAST_DAYS, Rates, last_day_of
from etl.module_forecast_spread import Errors

JUDGED_DAYS, SPREAD_DAYS, WEEK_DAYS = 56, 56, 7
WINDOWS = ("hour", "day", "week")
TOWN = "town"


@dataclass(frozen=True, eq=False)
class Areas:
    """The town's areas, all levels; `members` is area x grid, the last grid what cannot be placed (the town's only)."""

    ids: tuple[str, ...]
    levels: tuple[str, ...]
    members: np.ndarray

    def of_level(self, level: str) -> np.ndarray:
        """Returns the indices of a level's areas."""
        return np.array([number for number, each in enumerate(self.levels) if each == level], dtype=int)


def read_areas(con: duckdb.DuckDBPyConnection, grids: tuple[str, ...]) -> Areas:
    """Returns every area with its grids."""
    rows = con.execute(
        "SELECT area_id, level_code, list(grid_id) FROM dim_area_grid GROUP BY ALL ORDER BY level_code, area_id"
    ).fetchall()
    place = {name: number for number, name in enumerate(grids)}
    members = np.zeros((len(rows), len(grids) + 1))
    for number, (area, _, inside) in enumerate(rows):
        members[number, [place[each] for each in inside if each in place]] = 1
        if area == TOWN:
            members[number, -1] = 1
    return Areas(tuple(row[0] for row in rows), tuple(row[1] for row in rows), members)


def read_outlook(con: duckdb.DuckDBPyConnection, town: Town) -> Outlook | None:
    """Returns the outlook from yesterday's end; None where too little is known to say anything."""
    counts = read_counts(con, town)
    if counts is None or counts.index(block_start(block_of(counts.origin) - 1)) < LEAST_DAYS:
        return None
    return Outlook(counts, read_areas(con, counts.grids), zone=town.zone)


class Outlook:
    """Forecasts of the last weeks, each from what was known before its day, and of the days ahead.

    Days are indices of `Counts`; series are: everything, each domain, each category.
    """

    def __init__(self, counts: Counts, areas: Areas, *, zone: ZoneInfo) -> None:
        """Fits the rates of the last blocks."""
        self.counts, self.areas, self.zone = counts, areas, zone
        self._kept: dict[str, dict[str, tuple[np.ndarray, np.ndarray]]] = {}
        self._parts: dict[tuple[int, str], np.ndarray] = {}
        self._shares: dict[int, np.ndarray] = {}
        newest = block_of(counts.origin)
        wanted = range(newest - counts.recent.shape[0] // BLOCK_DAYS, newest + 1)
        self.rates = {
            block: Rates(counts, block) for block in wanted if counts.index(block_start(block)) >= LEAST_DAYS
        }
        self.first_day = counts.index(block_start(min(self.rates)))

    @property
    def today(self) -> int:
        """The first day ahead."""
        return self.counts.day_count

    @property
    def first_told(self) -> int:
        """The first past day whose forecast has an interval: a block before it has been forecast."""
        judged = max(self.first_day + BLOCK_DAYS, self.today - JUDGED_DAYS)
        return min(judged, self.today)

    def starts_at(self, day: int) -> datetime:
        """Returns the instant a day begins, naive UTC."""
        return midnight(self.counts.first + timedelta(days=int(day)), self.zone)

    def rates_of(self, day: int) -> Rates:
        """Returns the rates a day's forecast is made with."""
        return self.rates[block_of(self.counts.first + timedelta(days=int(day)))]

    def area_share(self, rates: Rates) -> np.ndarray:
        """Returns area x category: the area's part of a category's cases."""
        if rates.block not in self._shares:
            self._shares[rates.block] = self.areas.members @ rates.share
        return self._shares[rates.block]

    def series(self, by_category: np.ndarray) -> np.ndarray:
        """Returns everything, then each domain: sums over the first axis (categories)."""
        kinds = [self.counts.domain_of == domain for domain in range(len(self.counts.domains))]
        parts = [by_category[mine].sum(0) for mine in kinds]
        return np.stack([sum(parts), *parts])

    def phi(self, window: str, level: str, *, day: int) -> np.ndarray:
        """Returns the spread of everything, each domain, and each domain's categories, as known on a day.

        It is measured over the eight weeks before the day's block; where a series had nothing, it is that of everything.
        """
        errors = self._errors[window, level]
        start = self.counts.index(block_start(block_of(self.counts.first + timedelta(days=int(day)))))
        until = start - self.first_day - (WEEK_DAYS - 1 if window == "week" else 0)
        found = errors.phi(until - SPREAD_DAYS, max(until, 0))
        return np.where(np.isnan(found), found[0], found)

    def category_phi(self, window: str, level: str, *, day: int) -> np.ndarray:
        """Returns the spread by area of the level and category.

        That of all categories of its domain together, and what comes of knowing the area's part from few cases.
        """
        pooled = self.phi(window, level, day=day)[len(self.counts.domains) + 1 :][self.counts.domain_of]
        return pooled + self._unsure(self.rates_of(day), level)

    def _unsure(self, rates: Rates, level: str) -> np.ndarray:
        """Returns area x category: relative variance of an area's part; the whole town's part is 1 and sure."""
        key = rates.block, level
        if key not in self._parts:
            members = self.areas.members[self.areas.of_level(level)]
            share = _within(rates.share, members)
            spread = _within(rates.share**2 * rates.share_spread, members)
            self._parts[key] = spread / np.maximum(share**2, 1e-30) * np.clip(1 - share, 0, 1)
        return self._parts[key]

    def past(self, level: str) -> dict[str, tuple[np.ndarray, np.ndarray]]:
        """Returns window -> (count, mean) of a level's areas: day from `first_day` on x area x series.

        Series of `day` and `week` are everything, domains, categories; of `hour` (with an axis more) without categories.
        """
        if level in self._kept:
            return self._kept[level]
        parts = [self._past_block(block, level) for block in self.rates]
        parts = [each for each in parts if each]
        self._kept[level] = {
            window: tuple(np.concatenate([each[window][side] for each in parts]) for side in (0, 1))
            for window in WINDOWS
        }
        return self._kept[level]

    @cached_property
    def levels(self) -> tuple[str, ...]:
        """Levels of areas."""
        return tuple(dict.fromkeys(self.areas.levels))

    @cached_property
    def _weeks(self) -> np.ndarray:
        """Recent day x grid x category: cases of the seven days from it on; nan where they are not over yet."""
        kinds = self.counts.recent_kinds
        total = np.concatenate([np.zeros((1, *kinds.shape[1:])), np.cumsum(kinds, axis=0)])
        found = np.full(kinds.shape, np.nan)
        found[: len(total) - WEEK_DAYS] = total[WEEK_DAYS:] - total[:-WEEK_DAYS]
        return found

    @cached_property
    def _errors(self) -> dict[tuple[str, str], Errors]:
        return {key: errors for level in self.levels for key, errors in self._level_errors(level).items()}

    def _level_errors(self, level: str) -> dict[tuple[str, str], Errors]:
        found = {}
        domains = len(self.counts.domains)
        for window, (count, mean) in self.past(level).items():
            if window == "hour":
                count, mean = (np.moveaxis(each, 3, 2) for each in (count, mean))
                count, mean = (each.reshape(*each.shape[:1], -1, domains + 1) for each in (count, mean))
            whole = Errors.of(*(each[:, :, : domains + 1].transpose(0, 2, 1) for each in (count, mean)))
            if window == "hour":
                found[window, level] = whole
                continue
            single = Errors.of(*(each[:, :, domains + 1 :].transpose(0, 2, 1) for each in (count, mean)))
            pooled = [_pooled(each, self.counts) for each in (single.beyond, single.squared)]
            joined = (
                np.concatenate([a, b], axis=1)
                for a, b in zip((whole.beyond, whole.squared), pooled, strict=True)
            )
            found[window, level] = Errors(*joined)
        return found

    def _past_block(self, block: int, level: str) -> dict[str, tuple[np.ndarray, np.ndarray]] | None:
        counts, rates = self.counts, self.rates[block]
        since = counts.index(block_start(block))
        days = np.arange(since, min(last_day_of(block, counts), self.today - 1) + 1)
        if not len(days):
            return None
        members = self.areas.members[self.areas.of_level(level)]
        share, offset = _within(rates.share, members), counts.day_count - counts.recent.shape[0]
        ahead = rates.days(days)  # category x day x ahead
        seen = _within(counts.recent_kinds[days - offset], members).transpose(2, 0, 1)
        week_seen = _within(self._weeks[days - offset], members).transpose(2, 0, 1)
        means = [np.einsum("ac,cd->cda", share, each) for each in (ahead[:, :, 0], ahead[:, :, :7].sum(2))]
        return {
            "hour": self._past_hours(rates, days, members=members, offset=offset),
            "day": (self._stacked(seen), self._stacked(means[0])),
            "week": (self._stacked(week_seen), self._stacked(means[1])),
        }

    def _past_hours(self, rates: Rates, days: np.ndarray, *, members: np.ndarray, offset: int):
        """Returns (count, mean): day x area x series x hour."""
        counts = self.counts
        seen = _within(counts.recent[days - offset], members).transpose(0, 2, 3, 1)
        seen = np.concatenate([seen.sum(2, keepdims=True), seen], axis=2)
        hourly, share = rates.hours(days, days=1)[:, :, 0], _within(rates.share, members)
        mean = np.stack(
            [
                np.einsum("ac,cdh->dah", share[:, mine], hourly[mine], optimize=True)
                for mine in (counts.domain_of == domain for domain in range(len(counts.domains)))
            ],
            axis=2,
        )
        mean = np.concatenate([mean.sum(2, keepdims=True), mean], axis=2)
        return seen.astype(np.float32), mean.astype(np.float32)  # by far the largest arrays

    def _stacked(self, by_category: np.ndarray) -> np.ndarray:
        """Returns day x area x series of category x day x area."""
        return np.moveaxis(np.concatenate([self.series(by_category), by_category]), 0, 2)


def _within(values: np.ndarray, members: np.ndarray) -> np.ndarray:
    """Returns sums over the grids of each area; the grids are the last axis but one."""
    if (members.sum(1) == 1).all():
        return values[..., members.argmax(1), :]
    return members @ values


def _pooled(values: np.ndarray, counts: Counts) -> np.ndarray:
    summed = np.zeros((len(values), len(counts.domains)))
    np.add.at(summed.T, counts.domain_of, values.T)
    return summed
