"""The running day (当日滚动): what has come in since midnight moves what is expected of the hours that are left."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, timedelta
from zoneinfo import ZoneInfo

import duckdb
import numpy as np
import pandas as pd

from data.town import Town
from etl.as_of import as_of
from etl.module_forecast_counts import block_of, block_start
from etl.module_forecast_outlook import SPREAD_DAYS, TOWN, Outlook
from etl.module_forecast_spread import LEAST_PHI, MOST_PHI

CUTS = (6, 12, 18)  # hours of the day at which the past is asked again
ALL = "all"
SHARED = {"series_key": "string", "shared_ratio": "float64"}


@dataclass(frozen=True, eq=False)
class Shared:
    """What the hours of one day have in common beyond their forecast, as variance over mean squared.

    Attributes:
        town: of everything.
        domain: of each domain.
        kind: of a category, by its domain.
    """

    town: float
    domain: np.ndarray
    kind: np.ndarray

    def series(self, domain_of: np.ndarray) -> np.ndarray:
        """Returns it for everything, each domain, each category."""
        return np.concatenate([[self.town], self.domain, self.kind[domain_of]])


def running_hour(con: duckdb.DuckDBPyConnection, zone: ZoneInfo) -> pd.Timestamp | None:
    """Returns the whole local hour up to which everything has been told; None before anything came."""
    at = as_of(con)
    if at is None:
        return None
    local = at.replace(tzinfo=UTC).astimezone(zone)  # some clocks are half an hour off UTC's
    return pd.Timestamp(
        at - timedelta(minutes=local.minute, seconds=local.second, microseconds=local.microsecond)
    )


def factors(seen: np.ndarray, mean: np.ndarray, *, shared: Shared, domain_of: np.ndarray) -> np.ndarray:
    """Returns category (x more axes): times what was expected, because of what came.

    Gamma-Poisson, nested: the town's day, in it the domain's, in it the category's, each (came + k) / (expected + k).

    Args:
        seen: cases so far, category first.
        mean: cases expected so far by the midnight's forecast, the same shape.
        shared: what hours of a day have in common.
        domain_of: index of each category's domain.
    """
    domains = range(len(shared.domain))
    moved = _factor(seen.sum(0), mean.sum(0), shared.town)
    within = np.stack(
        [
            moved * _factor(seen[mine].sum(0), moved * mean[mine].sum(0), shared.domain[domain] - shared.town)
            for domain, mine in ((each, domain_of == each) for each in domains)
        ]
    )[domain_of]
    own = (shared.kind - shared.domain)[domain_of].reshape(-1, *[1] * (mean.ndim - 1))
    return within * _factor(seen, within * mean, own)


def _factor(seen: np.ndarray, mean: np.ndarray, shared: np.ndarray | float) -> np.ndarray:
    k = 1 / np.clip(shared, LEAST_PHI, MOST_PHI)
    return (seen + k) / (mean + k)


def spread_left(day: np.ndarray, shared: np.ndarray, *, part: np.ndarray, heard: np.ndarray) -> np.ndarray:
    """Returns the spread of what is left of a day: its hours' own, and what is still unsure of the day.

    Args:
        day: spread of the whole day.
        shared: what its hours have in common.
        part: the part of the day's expectation that is left, > 0.
        heard: cases expected up to now, of the series the rest is judged by; 0: judged at midnight.
    """
    own = np.maximum(day - shared, 0) / np.maximum(part, 1e-6)
    return np.clip(own + unsure(shared, heard), LEAST_PHI, MOST_PHI)


def unsure(shared: np.ndarray, heard: np.ndarray) -> np.ndarray:
    """Returns the relative variance that is left of what the hours of a day have in common."""
    return 1 / (1 / np.maximum(shared, LEAST_PHI) + heard)


class PastDays:
    """The town's past days by category and hour, each with the forecast made before it."""

    def __init__(self, outlook: Outlook) -> None:
        """Asks the rates of every block for its days."""
        self.outlook = outlook
        counts = outlook.counts
        self.days = np.arange(outlook.first_day, outlook.today)
        parts = []
        for block in outlook.rates:
            mine = self.days[
                [block_of(counts.first + timedelta(days=int(day))) == block for day in self.days]
            ]
            if len(mine):
                parts.append(outlook.rates[block].hours(mine, days=1)[:, :, 0])
        self.mean = np.concatenate(parts, axis=1) if parts else np.zeros((len(counts.categories), 0, 24))
        self.seen = counts.hours[:, self.days]
        self._cross, self._squared = self._products()

    def _products(self) -> tuple[np.ndarray, np.ndarray]:
        """Returns day x series: errors before a cut times errors after it, and the product of what was expected."""
        cross, squared = 0.0, 0.0
        for cut in CUTS:
            early, late = (self.series((self.seen - self.mean)[:, :, at].sum(2)) for at in _halves(cut))
            before, after = (self.series(self.mean[:, :, at].sum(2)) for at in _halves(cut))
            cross, squared = cross + early * late / len(CUTS), squared + before * after / len(CUTS)
        return cross.T, squared.T

    def series(self, by_category: np.ndarray) -> np.ndarray:
        """Returns everything, each domain, each category: sums over the first axis."""
        return np.concatenate([self.outlook.series(by_category), by_category])

    def shared(self, day: int) -> Shared:
        """Returns what hours of a day have in common, as known on a day: from the eight weeks before its block.

        Only what is beyond one standard error of chance counts, so that few cases move nothing.
        """
        counts = self.outlook.counts
        start = counts.index(block_start(block_of(counts.first + timedelta(days=int(day)))))
        until = start - self.outlook.first_day
        at = slice(max(until - SPREAD_DAYS, 0), max(until, 0))
        cross, squared = self._cross[at].sum(0), self._squared[at].sum(0)
        domains = len(counts.domains)
        pooled = [
            np.bincount(counts.domain_of, each[domains + 1 :], minlength=domains) for each in (cross, squared)
        ]
        known = _beyond(cross[: domains + 1], squared[: domains + 1])
        return Shared(float(known[0]), known[1:], _beyond(*pooled))


def _halves(cut: int) -> tuple[slice, slice]:
    return slice(0, cut), slice(cut, None)


def _beyond(cross: np.ndarray, squared: np.ndarray) -> np.ndarray:
    known = np.maximum(squared, 1e-9)
    return np.where(squared > 0, np.clip((cross - np.sqrt(known)) / known, LEAST_PHI, MOST_PHI), LEAST_PHI)


def make_shared(con: duckdb.DuckDBPyConnection, town: Town, outlook: Outlook | None) -> pd.DataFrame:
    """Returns series -> what the hours of one day have in common, as the running day is judged with it."""
    if outlook is None:
        return pd.DataFrame(columns=list(SHARED)).astype(SHARED)
    counts = outlook.counts
    keys = [
        ALL,
        *(f"domain:{each}" for each in counts.domains),
        *(f"category:{each}" for each in counts.categories),
    ]
    values = PastDays(outlook).shared(outlook.today).series(counts.domain_of)
    return pd.DataFrame({"series_key": keys, "shared_ratio": values}).astype(SHARED)


class Rest:
    """How the rest of the judged days was forecast at each cut: by the running day, or by midnight alone."""

    def __init__(self, outlook: Outlook) -> None:
        """Reads the past days, and what was known on each of its spread and of what its hours have in common."""
        self._past, self._of = PastDays(outlook), outlook.counts.domain_of
        self._at = np.flatnonzero(self._past.days >= outlook.first_told)
        self.days = self._past.days[self._at]
        self._shared = [self._past.shared(int(day)) for day in self.days]
        self._common = np.stack([each.series(self._of) for each in self._shared])
        series = len(outlook.counts.domains) + 1
        self._phi = np.stack(
            [
                np.concatenate(
                    [
                        outlook.phi("day", TOWN, day=int(day))[:series],
                        outlook.category_phi("day", TOWN, day=int(day))[0],
                    ]
                )
                for day in self.days
            ]
        )
        self._week_ago = outlook.counts.hours[:, self.days - 7]

    def told(self, *, is_running: bool) -> dict[str, np.ndarray]:
        """Returns count, mean, naive (the same hours a week before) and spread: cut and day x everything, domains, categories."""
        parts = [self._cut(cut, is_running=is_running) for cut in CUTS]
        return {name: np.concatenate([each[name] for each in parts]) for name in parts[0]}

    def _cut(self, cut: int, *, is_running: bool) -> dict[str, np.ndarray]:
        past, (early, late) = self._past, _halves(cut)
        seen, mean = past.seen[:, self._at], past.mean[:, self._at]
        before, left = mean[:, :, early].sum(2), mean[:, :, late].sum(2)
        moved, heard = left, 0 * before
        if is_running:
            came, heard = seen[:, :, early].sum(2), before
            told = [
                factors(came[:, number], before[:, number], shared=shared, domain_of=self._of)
                for number, shared in enumerate(self._shared)
            ]
            moved = left * np.stack(told, axis=1)
        sides = {"count": seen[:, :, late], "naive": self._week_ago[:, :, late]}
        rows = {name: past.series(each.sum(2)).T for name, each in sides.items()}
        whole, rest = past.series(before + left).T, past.series(left).T
        part = rest / np.maximum(whole, 1e-9)
        spread = spread_left(self._phi, self._common, part=part, heard=past.series(heard).T)
        return rows | {"mean": past.series(moved).T, "spread": spread}
