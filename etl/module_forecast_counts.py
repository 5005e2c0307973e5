"""Counts a forecast is made from (预测用计数): incidents by local day, hour, category and grid, as dense arrays."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta

import duckdb
import numpy as np
import pandas as pd

from data.town import Town

BLOCK_DAYS = 14
ANCHOR = date(2000, 1, 3)  # a Monday: blocks begin on the same days whenever the forecast is made
MOST_DAYS = 800
RECENT_DAYS = 154  # eight weeks judged, up to two of their block, eight before it, and more
HORIZON_DAYS = 9
KNOWN = """
    SELECT (signal_date - d.as_of_date)::INTEGER AS day_no, signal_hour::INTEGER AS hour_no, i.category_code, i.domain_code,
        i.grid_id, count(*) AS n
    FROM mart_incident AS i CROSS JOIN day_input AS d
    WHERE i.cancelled_code IS NULL AND i.category_code IS NOT NULL
        AND i.signal_date >= d.as_of_date - $days AND i.signal_date < d.as_of_date
    GROUP BY ALL"""
UNKNOWN = "_unknown"


@dataclass(frozen=True, eq=False)
class Counts:
    """Incidents that are not cancelled, on the whole local days before `origin`.

    Attributes:
        first: the day of index 0.
        origin: the day the forecast begins on; nothing of it or after it is counted.
        categories, domains, grids: what the axes are.
        domain_of: index of each category's domain.
        hours: category x day x hour.
        blocks: number of the block (`block_of`) -> grid x category; the last grid is "not placed".
        recent: day x hour x grid x domain of the last RECENT_DAYS days (fewer where there are fewer).
        recent_kinds: day x grid x category of the same days.
        day_types: kind of each day from `first` to the end of the horizon: 0-6 weekday, 7 holiday, 8 make-up workday.
        is_work: whether people work on each of these days.
    """

    first: date
    origin: date
    categories: tuple[str, ...]
    domains: tuple[str, ...]
    grids: tuple[str, ...]
    domain_of: np.ndarray
    hours: np.ndarray
    blocks: dict[int, np.ndarray] = field(repr=False)
    recent: np.ndarray = field(repr=False)
    recent_kinds: np.ndarray = field(repr=False)
    day_types: np.ndarray = field(repr=False)
    is_work: np.ndarray = field(repr=False)

    @property
    def day_count(self) -> int:
        """How many days are known."""
        return self.hours.shape[1]

    def index(self, day: date) -> int:
        """Returns the index of a local day."""
        return (day - self.first).days


def block_of(day: date) -> int:
    """Returns the number of the two weeks a day lies in."""
    return (day - ANCHOR).days // BLOCK_DAYS


def block_start(number: int) -> date:
    """Returns the first day of a block."""
    return ANCHOR + timedelta(days=number * BLOCK_DAYS)


def read_counts(con: duckdb.DuckDBPyConnection, town: Town) -> Counts | None:
    """Returns the counts up to yesterday; None where nothing is known."""
    origin = con.execute("SELECT as_of_date FROM day_input").fetchall()[0][0]
    rows = con.execute(KNOWN, {"days": MOST_DAYS}).df()
    if origin is None or rows.empty:
        return None
    grids = con.execute("SELECT area_id FROM dim_area WHERE level_code = 'grid' ORDER BY area_id").fetchall()
    cases = _Cases.of(rows, grids=tuple(name for (name,) in grids))
    first = origin + timedelta(days=int(rows["day_no"].min()))
    types, is_work = day_kinds(town, first=first, count=(origin - first).days + HORIZON_DAYS)
    span = min(RECENT_DAYS, (origin - first).days)
    recent, recent_kinds = cases.recent(span)
    return Counts(
        first=first,
        origin=origin,
        categories=cases.categories,
        domains=cases.domains,
        grids=cases.grids,
        domain_of=cases.domain_of,
        hours=cases.hours((origin - first).days),
        blocks=cases.blocks(origin),
        recent=recent,
        recent_kinds=recent_kinds,
        day_types=types,
        is_work=is_work,
    )


def day_kinds(town: Town, *, first: date, count: int) -> tuple[np.ndarray, np.ndarray]:
    """Returns the type of each of `count` days from `first` on, and whether people work on it."""
    days = [first + timedelta(days=number) for number in range(count)]
    calendar = town.calendar
    types = [
        7 if day in calendar.holidays else 8 if day in calendar.workdays else day.weekday() for day in days
    ]
    return np.array(types), np.array([calendar.is_workday(day) for day in days])


@dataclass(frozen=True, eq=False)
class _Cases:
    """The counts as a list, their keys as numbers; `day` is negative: -1 is yesterday."""

    categories: tuple[str, ...]
    domains: tuple[str, ...]
    grids: tuple[str, ...]
    domain_of: np.ndarray
    day: np.ndarray
    hour: np.ndarray
    category: np.ndarray
    grid: np.ndarray
    n: np.ndarray

    @classmethod
    def of(cls, rows: pd.DataFrame, *, grids: tuple[str, ...]) -> _Cases:
        category, categories = pd.factorize(rows["category_code"], sort=True)
        pairs = rows[["category_code", "domain_code"]].drop_duplicates().fillna(UNKNOWN)
        # A category whose domain changed has the one that comes first by name: one category, one series.
        domain = pairs.sort_values("domain_code").drop_duplicates("category_code").set_index("category_code")
        codes = domain.loc[list(categories), "domain_code"]
        domain_of, domains = pd.factorize(codes, sort=True)
        # A grid that is none of the town's, or none at all, is the last one.
        known, names = pd.factorize(rows["grid_id"])
        place = {name: number for number, name in enumerate(grids)}
        moved = np.array([place.get(name, len(grids)) for name in names] + [len(grids)], dtype=int)
        numbers = (rows[name].to_numpy(int) for name in ("day_no", "hour_no"))
        return cls(
            tuple(categories),
            tuple(domains),
            grids,
            domain_of,
            *numbers,
            category,
            moved[known],
            rows["n"].to_numpy(float),
        )

    def hours(self, span: int) -> np.ndarray:
        return self._summed((self.category, self.day + span, self.hour), (len(self.categories), span, 24))

    def blocks(self, origin: date) -> dict[int, np.ndarray]:
        number = (self.day + (origin - ANCHOR).days) // BLOCK_DAYS
        low = int(number.min())
        shape = int(number.max()) - low + 1, len(self.grids) + 1, len(self.categories)
        summed = self._summed((number - low, self.grid, self.category), shape)
        return {low + each: block for each, block in enumerate(summed)}

    def recent(self, span: int) -> tuple[np.ndarray, np.ndarray]:
        is_new, cells = self.day >= -span, len(self.grids) + 1
        domain = self.domain_of[self.category]
        keys = (self.day + span, self.hour, self.grid, domain)
        by_hour = self._summed(keys, (span, 24, cells, len(self.domains)), only=is_new)
        keys = (self.day + span, self.grid, self.category)
        return by_hour, self._summed(keys, (span, cells, len(self.categories)), only=is_new)

    def _summed(self, keys: tuple, shape: tuple[int, ...], *, only: np.ndarray | None = None) -> np.ndarray:
        chosen = slice(None) if only is None else only
        flat = np.ravel_multi_index(tuple(each[chosen] for each in keys), shape)
        return np.bincount(flat, weights=self.n[chosen], minlength=int(np.prod(shape))).reshape(shape)
