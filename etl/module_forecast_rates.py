"""What is expected (期望): category by weekday or holiday, hour, level and season; a grid's share shrunk towards its domain's.

Every estimate is a Gamma-Poisson mean: (cases + k) / (cases the parent would give + k), so that a thin category follows
its domain, a thin domain the town, a thin grid the town's other grids.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from etl.module_forecast_counts import BLOCK_DAYS, HORIZON_DAYS, Counts, block_start

DAY_TYPES, HOLIDAY, MADE_UP = 9, 7, 8
LEAST_DAYS = 28  # of history before the first block that is forecast
HALF_LIFE_DAYS = 28
SHARE_BLOCKS = 26  # 52 weeks
PRIOR_TYPE, PRIOR_HOUR, PRIOR_LEVEL, PRIOR_SEASON = 60.0, 100.0, 20.0, 400.0  # k, in cases
YEAR_DAYS, SEASON_DAYS, LONG_DAYS = 364, 21, 364
SMOOTH_DAYS = 57


@dataclass(frozen=True, eq=False)
class Shape:
    """How a category's cases lie over days and hours.

    Attributes:
        factor: category x day type, 1 = a usual day.
        hour: category x day type x hour, sums to 1 over the hours.
    """

    factor: np.ndarray
    hour: np.ndarray


class Rates:
    """Expected counts of one block of two weeks, from what was known before each of its days.

    Shape and shares are those before the block; the level follows every day.
    """

    def __init__(self, counts: Counts, block: int) -> None:
        """Fits shape, levels and shares."""
        self.counts = counts
        self.block = block
        until = counts.index(block_start(block))
        if until < LEAST_DAYS:
            raise ValueError(f"block {block}: {until} days before it are too few to forecast from")
        self.until = until
        self.shape = fit_shape(counts, until=until)

    @property
    def share(self) -> np.ndarray:
        """Grid x category: a grid's part of the category's cases; the last row is what cannot be placed."""
        return self._share[0]

    @property
    def share_spread(self) -> np.ndarray:
        """Grid x category: relative variance of that part, because few cases tell it."""
        return self._share[1]

    @cached_property
    def history(self) -> np.ndarray:
        """Grid x category: the cases of the 52 weeks before, which the parts come from."""
        kept = [self.counts.blocks.get(self.block - back) for back in range(1, SHARE_BLOCKS + 1)]
        cells = len(self.counts.grids) + 1, len(self.counts.categories)
        return np.sum([np.zeros(cells), *(each for each in kept if each is not None)], axis=0)

    @cached_property
    def _share(self) -> tuple[np.ndarray, np.ndarray]:
        return fit_share(self.history, domain_of=self.counts.domain_of)

    def days(self, origins: np.ndarray) -> np.ndarray:
        """Returns category x origin x day ahead (0: the origin's own day): cases expected in the town."""
        ahead = origins[:, None] + np.arange(HORIZON_DAYS)
        types = self.counts.day_types[np.minimum(ahead, len(self.counts.day_types) - 1)]
        level = self._levels[:, origins] * self._season[self.counts.domain_of][:, origins]
        return level[:, :, None] * self.shape.factor[:, types]

    def hours(self, origins: np.ndarray, *, days: int = 2) -> np.ndarray:
        """Returns category x origin x day ahead x hour: cases expected in the town."""
        ahead = origins[:, None] + np.arange(days)
        types = self.counts.day_types[np.minimum(ahead, len(self.counts.day_types) - 1)]
        return self.days(origins)[:, :, :days, None] * self.shape.hour[:, types]

    @cached_property
    def _daily(self) -> tuple[np.ndarray, np.ndarray]:
        """Cases and usual days (how much a level of 1 would give): category x day, domain x day."""
        counts = self.counts
        known = counts.hours.shape[1]
        return counts.hours.sum(2), self.shape.factor[:, counts.day_types[:known]]

    @cached_property
    def _levels(self) -> np.ndarray:
        """Category x origin: cases of a usual day, from the days before the origin only."""
        cases, usual = self._daily
        domain_cases, domain_usual = self._domains
        is_known = (np.cumsum(domain_cases, axis=1) > 0)[self.counts.domain_of]
        usual = usual * is_known
        long_cases, long_usual = _window(cases, LONG_DAYS), _window(usual, LONG_DAYS)
        long_level = long_cases / np.maximum(long_usual, 1e-9)
        domain_long = _window(domain_cases, LONG_DAYS) / np.maximum(_window(domain_usual, LONG_DAYS), 1e-9)
        moved = self._domain_level / np.maximum(domain_long, 1e-9)
        prior = long_level * moved[self.counts.domain_of]
        return _shrunk(_faded(cases), _faded(usual), prior=prior, k=PRIOR_LEVEL)

    @cached_property
    def _domains(self) -> tuple[np.ndarray, np.ndarray]:
        """Cases and usual days by domain; a domain's usual day is that of its categories, by their cases."""
        cases, usual = self._daily
        size = cases[:, : self.until].sum(1) + 1e-9
        total = _by_domain(cases, self.counts)
        weights = _by_domain(size[:, None] * usual, self.counts) / _by_domain(size[:, None], self.counts)
        return total, weights * (np.cumsum(total, axis=1) > 0)

    @cached_property
    def _domain_level(self) -> np.ndarray:
        cases, usual = self._domains
        prior = _window(cases, LONG_DAYS) / np.maximum(_window(usual, LONG_DAYS), 1e-9)
        return _shrunk(_faded(cases), _faded(usual), prior=prior, k=PRIOR_LEVEL)

    @cached_property
    def _season(self) -> np.ndarray:
        """Domain x origin: how last year's same days stood to what their level then was."""
        cases, usual = self._domains
        known = cases.shape[1]
        season = np.ones((len(self.counts.domains), known + 1))
        back = np.arange(known + 1) - YEAR_DAYS
        half = SEASON_DAYS // 2
        is_told = back >= LEAST_DAYS
        middle = back[is_told] + HORIZON_DAYS // 2
        since, until = middle - half, middle + half + 1
        sums = [
            np.concatenate([np.zeros((len(each), 1)), np.cumsum(each, axis=1)], axis=1)
            for each in (cases, usual)
        ]
        seen, days = (each[:, until] - each[:, since] for each in sums)
        then = days * self._domain_level[:, back[is_told]]
        season[:, is_told] = (seen + PRIOR_SEASON) / (then + PRIOR_SEASON)
        return season


def fit_shape(counts: Counts, *, until: int) -> Shape:
    """Returns the shape of the days before `until`: town -> domain -> category."""
    hours, types = counts.hours[:, :until], counts.day_types[:until]
    daily = hours.sum(2)
    is_type = np.eye(DAY_TYPES)[types]  # day x type
    domain = _by_domain(daily, counts)
    usual = _smooth(domain, is_usual=types < HOLIDAY)
    town = _factors(domain.sum(0) @ is_type, usual.sum(0) @ is_type, parent=None)
    by_domain = _factors(domain @ is_type, usual @ is_type, parent=town)
    part = daily.sum(1) / np.maximum(domain.sum(1)[counts.domain_of], 1e-9)
    mine = part[:, None] * (usual @ is_type)[counts.domain_of]
    factor = _factors(daily @ is_type, mine, parent=by_domain[counts.domain_of])
    return Shape(factor, _hour_parts(hours, counts, until=until))


def _factors(cases: np.ndarray, usual: np.ndarray, *, parent: np.ndarray | None) -> np.ndarray:
    """Returns cases over what a usual day would give, by day type, shrunk to the parent's."""
    if parent is None:
        week = (cases[:HOLIDAY] + 1) / (usual[:HOLIDAY] + 1)
        # Without any such day yet: a holiday is like a weekend's, a make-up day like a workday's.
        parent = np.concatenate([week, [week[5:].mean(), week[:5].mean()]])
    return (cases + PRIOR_TYPE) / (usual + PRIOR_TYPE / parent)


def _hour_parts(hours: np.ndarray, counts: Counts, *, until: int) -> np.ndarray:
    """Returns category x day type x hour: workdays or days off of town, domain, category; then the weekday's own."""
    types, is_work = counts.day_types[:until], counts.is_work[:until]
    off = np.stack([hours[:, ~is_work].sum(1), hours[:, is_work].sum(1)], axis=1)  # category x class x hour
    town = (off.sum(0) + 1) / (off.sum(0).sum(1, keepdims=True) + 24)
    domain = _parts(_by_domain(off, counts), parent=town)
    category = _parts(off, parent=domain[counts.domain_of])
    classes = np.array([1, 1, 1, 1, 1, 0, 0, 0, 1])
    for kind in range(HOLIDAY):  # a town with another weekend
        days = is_work[types == kind]
        classes[kind] = int(days.mean() > 0.5) if len(days) else classes[kind]
    own = np.stack([hours[:, types == kind].sum(1) for kind in range(DAY_TYPES)], axis=1)
    return _parts(own, parent=category[:, classes])


def _parts(cases: np.ndarray, *, parent: np.ndarray) -> np.ndarray:
    return (cases + PRIOR_HOUR * parent) / (cases.sum(-1, keepdims=True) + PRIOR_HOUR)


def fit_share(cases: np.ndarray, *, domain_of: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Returns grid x category: each grid's part of a category's cases, shrunk to its part of the domain's, and how sure it is.

    Args:
        cases: grid x category; the last grid is what cannot be placed.
        domain_of: index of each category's domain.
    """
    placed, lost = cases[:-1], cases[-1]
    total = placed.sum() + lost.sum() + 1
    lost_part = (lost + PRIOR_LEVEL * lost.sum() / total) / (cases.sum(0) + PRIOR_LEVEL)
    whole, _ = _grid_parts(placed.sum(1, keepdims=True), parent=np.full((len(placed), 1), 1 / len(placed)))
    share, spread = np.empty_like(placed), np.empty_like(placed)
    for domain in np.unique(domain_of):
        mine = domain_of == domain
        together = placed[:, mine].sum(1, keepdims=True)
        parent, _ = _grid_parts(together, parent=whole)
        share[:, mine], spread[:, mine] = _grid_parts(placed[:, mine], parent=parent)
    lost_spread = 1 / (lost + PRIOR_LEVEL)
    return np.vstack([share * (1 - lost_part), lost_part[None]]), np.vstack([spread, lost_spread[None]])


def _grid_parts(cases: np.ndarray, *, parent: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Returns parts of each column by grid, and their relative variance.

    k comes from how much the grids differ beyond chance, all columns together.
    """
    expected = cases.sum(0) * parent
    spread = ((cases - expected) ** 2 - expected).sum() / max((expected**2).sum(), 1e-9)
    k = 1 / np.clip(spread, 0.02, 50)
    parts = parent * (cases + k) / (expected + k)
    return parts / parts.sum(0), 1 / (cases + k)


def _by_domain(values: np.ndarray, counts: Counts) -> np.ndarray:
    summed = np.zeros((len(counts.domains), *values.shape[1:]))
    np.add.at(summed, counts.domain_of, values)
    return summed


def _smooth(daily: np.ndarray, *, is_usual: np.ndarray) -> np.ndarray:
    """Returns the mean of the usual days around each day."""
    ones = np.ones(SMOOTH_DAYS)
    days = np.maximum(np.convolve(is_usual, ones, mode="full")[SMOOTH_DAYS // 2 :][: len(is_usual)], 1)
    sums = [np.convolve(row * is_usual, ones, mode="full")[SMOOTH_DAYS // 2 :][: len(row)] for row in daily]
    return np.array(sums) / days


def _faded(values: np.ndarray) -> np.ndarray:
    """Returns row x origin: sums of the days before, halved every HALF_LIFE_DAYS."""
    fade = 0.5 ** (1 / HALF_LIFE_DAYS)
    sums = np.zeros((len(values), values.shape[1] + 1))
    for day in range(values.shape[1]):
        sums[:, day + 1] = fade * sums[:, day] + values[:, day]
    return sums


def _window(values: np.ndarray, days: int) -> np.ndarray:
    """Returns row x origin: sums of the `days` days before."""
    total = np.concatenate([np.zeros((len(values), 1)), np.cumsum(values, axis=1)], axis=1)
    before = np.concatenate(
        [np.zeros((len(values), min(days, total.shape[1]))), total[:, : max(0, total.shape[1] - days)]],
        axis=1,
    )
    return total - before


def _shrunk(cases: np.ndarray, usual: np.ndarray, *, prior: np.ndarray, k: float) -> np.ndarray:
    return np.where(prior > 0, (cases + k) / (usual + k / np.maximum(prior, 1e-9)), 0.0)


def last_day_of(block: int, counts: Counts) -> int:
    """Returns the index of the last origin of a block that may be forecast: up to the day after the last known one."""
    return min(counts.index(block_start(block)) + BLOCK_DAYS - 1, counts.day_count)
