"""A made town in which nothing happens but chance (空白流): its counts, with a burst in one cell where asked for."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from zoneinfo import ZoneInfo

import numpy as np

from etl.module_forecast_counts import HORIZON_DAYS, RECENT_DAYS, Counts, block_of
from etl.module_forecast_outlook import TOWN, Areas, Outlook

ORIGIN = date(2026, 11, 23)
BURST_GRID, BURST_KIND = 3, 1


@dataclass(frozen=True)
class Stream:
    """What a made town is like.

    Attributes:
        grids, kinds: how many grids and categories; every third category is another domain's.
        daily: incidents a day in the whole town.
        days: how many days are known.
        spread: how much whole days vary beyond chance.
    """

    grids: int = 125
    kinds: int = 30
    daily: float = 560.0
    days: int = 400
    spread: float = 0.0


QUIET = Stream()


def make_counts(rng: np.random.Generator, stream: Stream = QUIET, *, burst: int = 0) -> Counts:
    """Returns the counts of a town in which nothing happens but chance; with `burst`, so many more yesterday in one cell.

    Categories differ by two orders, grids by one; weekdays and hours have their own shape, summer is a tenth higher.
    The burst is in the second category and the fourth grid.
    """
    first = ORIGIN - timedelta(days=stream.days)
    hour = np.clip(np.sin((np.arange(24) - 6) / 24 * 2 * np.pi) + 1.2, 0.1, None)
    cells = _cells(rng, stream, first=first)
    if burst:
        cells[-1, BURST_GRID, BURST_KIND] += burst
    recent = min(RECENT_DAYS, stream.days)
    by_hour = rng.multinomial(cells.sum(1).T, hour / hour.sum())  # category x day x hour
    domain_of = np.arange(stream.kinds) % 3
    blocks: dict[int, np.ndarray] = {}
    for day in range(stream.days):
        number = block_of(first + timedelta(days=day))
        blocks[number] = blocks.get(number, 0) + cells[day].astype(float)
    return Counts(
        first=first,
        origin=ORIGIN,
        categories=tuple(f"k{each:02d}" for each in range(stream.kinds)),
        domains=("a", "b", "c"),
        grids=tuple(f"G{each:03d}" for each in range(stream.grids)),
        domain_of=domain_of,
        hours=by_hour.astype(float),
        blocks=blocks,
        recent=_hourly(rng, cells[-recent:], hour / hour.sum(), domain_of=domain_of),
        recent_kinds=cells[-recent:].astype(float),
        day_types=(np.arange(stream.days + HORIZON_DAYS) + first.weekday()) % 7,
        is_work=(np.arange(stream.days + HORIZON_DAYS) + first.weekday()) % 7 < 5,
    )


def _cells(rng: np.random.Generator, stream: Stream, *, first: date) -> np.ndarray:
    """Returns day x grid x category, the last grid what cannot be placed."""
    weights = rng.lognormal(0, 1.0, stream.kinds)
    share = rng.dirichlet(np.full(stream.grids, 4.0), stream.kinds).T * 0.97
    week = np.array([1.0, 1.05, 1.05, 1.05, 1.0, 0.9, 0.85])
    days = np.array([(first + timedelta(days=each)).timetuple().tm_yday for each in range(stream.days)])
    shape = 1 + 0.1 * np.sin((days - 110) / 365 * 2 * np.pi)
    shape = shape * week[(np.arange(stream.days) + first.weekday()) % 7]
    if stream.spread:
        shape = shape * rng.gamma(1 / stream.spread, stream.spread, stream.days)
    mean = stream.daily * (weights / weights.sum())[:, None] * shape  # category x day
    placed = np.vstack([share, 1 - share.sum(0)])  # grid x category
    return rng.poisson(mean.T[:, None, :] * placed)  # day x grid x category


def _hourly(
    rng: np.random.Generator, cells: np.ndarray, hour: np.ndarray, *, domain_of: np.ndarray
) -> np.ndarray:
    """Returns day x hour x grid x domain."""
    by_domain = np.stack([cells[:, :, domain_of == each].sum(2) for each in range(3)], axis=2)
    return np.moveaxis(rng.multinomial(by_domain, hour), 3, 1).astype(float)


def make_outlook(counts: Counts) -> Outlook:
    """Returns the outlook of a town that is divided into grids only."""
    grids = len(counts.grids)
    members = np.vstack([np.eye(grids, grids + 1), np.ones((1, grids + 1))])
    areas = Areas((*counts.grids, TOWN), (*["grid"] * grids, TOWN), members)
    return Outlook(counts, areas, zone=ZoneInfo("Asia/Shanghai"))
