"""Draws true incidents month by month, and who reports them where."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime

import numpy as np

from etl.synth.codes import BIG_FEEDS, FEEDS
from etl.synth.workclock import LOCAL_SECONDS
from etl.synth.world import POINTS_PER_GRID, PROFILES, World, day_factors, month_days

NEVER = 32_503_680_000  # the year 3000: an event that is not in sight
# The catalogue's rates add up to a little more than the town's 690 reports a day.
LEVEL = 0.948
# How far a feed's coordinates lie from the place, as a share of the category's link radius.
BLUR = np.array([0.09, 0.09, 0.035, 0.12, 0.06, 0.04, 0.03])
MINUTE = 60
Columns = dict[str, np.ndarray]


@dataclass(frozen=True)
class Volume:
    """How much to draw: `scale` 1 is the whole town; `emerging_from` is the month a new hot spot appears."""

    scale: float = 1.0
    emerging_from: tuple[int, int] = (2026, 10)


def epoch(day: date) -> int:
    """Returns the UTC second at which a local day begins."""
    return int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp()) - LOCAL_SECONDS


def draw_incidents(
    world: World, month: tuple[int, int], *, volume: Volume
) -> tuple[Columns, np.random.Generator]:
    """Returns one month's incidents ordered by time, and the generator to go on with.

    A month depends on (seed, month) only, so history and stream agree on it whenever either is run.
    """
    rng = np.random.default_rng([world.seed, 21, *month])
    days = month_days(*month)
    busy = day_factors(world, days, rng)
    mean = LEVEL * volume.scale * world.category["daily"][:, None] * busy
    counts = rng.poisson(mean)
    category = np.repeat(np.arange(len(mean)), counts.sum(axis=1))
    day = np.concatenate([np.repeat(np.arange(len(days)), row) for row in counts])
    at = epoch(days[0]) + day * 86_400 + _time_of_day(world, category, rng)
    order = np.argsort(at, kind="stable")
    category, at = category[order], at[order]
    point = _places(world, category, is_late=month >= volume.emerging_from, rng=rng)
    incident = (month[0] * 100 + month[1]) * 1_000_000 + np.arange(len(at))
    return {"incident": incident, "category": category, "occurred": at, "point": point}, rng


def _time_of_day(world: World, category: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    seconds = np.empty(len(category), dtype=np.int64)
    profile = world.category["profile"][category]
    for name, shares in PROFILES.items():
        own = np.flatnonzero(profile == name)
        weights = np.array(shares, dtype=float)
        hour = rng.choice(24, len(own), p=weights / weights.sum())
        seconds[own] = hour * 3600 + rng.integers(0, 3600, len(own))
    return seconds


def _places(world: World, category: np.ndarray, *, is_late: bool, rng: np.random.Generator) -> np.ndarray:
    point = np.empty(len(category), dtype=np.int64)
    rank = rng.random(len(category)) ** 1.4  # places differ: some corners see three times what others see
    for index in np.unique(category):
        own = np.flatnonzero(category == index)
        weight = world.place_weight[index].copy()
        if is_late and not world.is_null:
            weight[world.emerging[world.category["domain"][index]]] *= 2.6
        grid = rng.choice(len(weight), len(own), p=weight / weight.sum())
        point[own] = grid * POINTS_PER_GRID + (rank[own] * POINTS_PER_GRID).astype(np.int64)
    return point


def draw_reports(world: World, incident: Columns, rng: np.random.Generator) -> Columns:
    """Returns the reports of the incidents: `row` is the incident's number, its first report is the lead."""
    category = incident["category"]
    count = len(category)
    lead_feed = _pick(world.feed_weight[category], rng)
    wanted = world.category["extra"][category]
    extra = np.floor(wanted + rng.random(count)).astype(np.int64) + (rng.random(count) < 0.01) * rng.integers(
        0, 4, count
    )
    second = np.repeat(np.arange(count), extra)
    row = np.concatenate([np.arange(count), second])
    is_lead = np.arange(len(row)) < count
    incident["feed"], incident["extra"] = lead_feed, extra
    other = world.feed_weight[category[second]].copy()
    # Most further reports come in by another channel than the first.
    other[np.arange(len(second)), lead_feed[second]] *= 0.1
    feed = np.concatenate([lead_feed, _pick(other / other.sum(axis=1, keepdims=True), rng)])
    radius = world.category["link_radius_m"][category[row]] * BLUR[feed]
    radius = radius * np.where(rng.random(len(row)) < 0.03, 4.0, 1.0)
    return {
        "row": row,
        "feed": feed,
        "is_lead": is_lead,
        "x": world.x[incident["point"][row]] + rng.normal(0, 1, len(row)) * radius,
        "y": world.y[incident["point"][row]] + rng.normal(0, 1, len(row)) * radius,
        "reporter": _reporters(len(row), rng),
        "lag_share": rng.exponential(0.28, len(row)),
    }


def _pick(weight: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Returns one column number per row, drawn with the row's weights."""
    return (rng.random((len(weight), 1)) > np.cumsum(weight, axis=1)[:, :-1]).sum(axis=1)


def _reporters(count: int, rng: np.random.Generator) -> np.ndarray:
    """Returns a caller number per report; a few hundred people call again and again."""
    anybody = rng.integers(1_000, 180_000, count)
    regular = (rng.random(count) ** 2 * 320).astype(np.int64)
    return np.where(rng.random(count) < 0.07, regular, anybody)


def is_big(feed: np.ndarray) -> np.ndarray:
    """Returns whether each report came in by one of the five big feeds."""
    return np.isin(feed, [FEEDS.index(name) for name in BIG_FEEDS])
