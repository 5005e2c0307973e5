"""Space-time clusters (时空聚集): Kulldorff's prospective scan with overdispersed, seeded Monte-Carlo; capped work."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

MOST_PART, MOST_GRIDS = (
    0.25,
    20,
)  # a cluster is no larger than this part of what is expected, nor than so many grids
FIRST_TRIES, MOST_TRIES, ENOUGH_ABOVE = 99, 499, 10
SEED = 20200101
MOST_CLUSTERS = 3


@dataclass(frozen=True, eq=False)
class Zones:
    """Round groups of neighbouring grids: each grid with its nearest ones.

    Attributes:
        near: grid x place: indices of the nearest grids, the grid itself first; group (g, k) is the first k + 1 of them.
        radius_m: grid x place: from the centre to that grid's centre.
    """

    near: np.ndarray
    radius_m: np.ndarray

    def grids(self, zone: tuple[int, int]) -> np.ndarray:
        """Returns the indices of a group's grids, the centre first."""
        return self.near[zone[0], : zone[1] + 1]


@dataclass(frozen=True)
class Cluster:
    """A group of grids with more cases in the last days than expected.

    Attributes:
        zone: centre grid, and how many neighbours.
        days: how many of the last days.
        observed, expected: cases; expected given the total.
        spread: variance = expected + spread x expected squared.
        chance: how often chance alone gives a stronger one anywhere.
        tries: simulations it was compared with.
    """

    zone: tuple[int, int]
    days: int
    observed: float
    expected: float
    spread: float
    chance: float
    tries: int


def make_zones(x_m: np.ndarray, y_m: np.ndarray) -> Zones:
    """Returns every grid alone and with its nearest 1, 2, ... neighbours."""
    apart = np.hypot(x_m[:, None] - x_m, y_m[:, None] - y_m)
    near = np.argsort(apart, axis=1, kind="stable")[:, :MOST_GRIDS]
    return Zones(near, np.take_along_axis(apart, near, axis=1))


def scan(count: np.ndarray, mean: np.ndarray, *, phi: float, zones: Zones, limit: float) -> list[Cluster]:
    """Returns the clusters that are still going on, strongest first, without shared grids.

    Compared is with streams in which the same total falls on grids and days as expected, each cell varying by `phi` beyond
    chance. Simulations stop early once it is plain that there is none.

    Args:
        count: cases, day x grid, the last day last.
        mean: what was expected, day x grid.
        phi: spread of one grid's day.
        zones: groups of grids.
        limit: largest chance of a cluster.
    """
    total = int(count.sum())
    if total == 0 or mean.sum() <= 0:
        return []
    scanner = _Scanner(mean * total / mean.sum(), zones, total=total)
    scores = scanner.scores(count[None])[0]
    best = scores.max()
    chances = _simulated(scanner, count.shape, phi=phi, best=best)
    found: list[Cluster] = []
    is_taken = np.zeros(len(zones.near), dtype=bool)
    sums, expected = scanner.sums(count[None])[0], scanner.expected
    while len(found) < MOST_CLUSTERS and scores.max() > 0:
        days, center, place = np.unravel_index(scores.argmax(), scores.shape)
        at, zone = (days, center, place), (int(center), int(place))
        chance = (1 + (chances >= scores[at]).sum()) / (1 + len(chances))
        if chance > limit:
            break
        cells = scanner.mean[-days - 1 :][:, zones.grids(zone)]
        spread = phi * float((cells**2).sum() / cells.sum() ** 2)
        numbers = float(sums[at]), float(expected[at]), spread, float(chance)
        found.append(Cluster(zone, int(days) + 1, *numbers, tries=len(chances)))
        is_taken[zones.grids(zone)] = True
        scores[:, np.cumsum(is_taken[zones.near], axis=1) > 0] = 0
    return found


def _simulated(scanner: _Scanner, shape: tuple[int, int], *, phi: float, best: float) -> np.ndarray:
    """Returns the strongest score of each simulated stream."""
    rng = np.random.default_rng(SEED)
    strongest = np.zeros(0)
    while len(strongest) < MOST_TRIES and (strongest >= best).sum() < ENOUGH_ABOVE:
        tries = min(FIRST_TRIES + 1, MOST_TRIES - len(strongest))
        weights = scanner.mean[None] * rng.gamma(1 / max(phi, 1e-6), max(phi, 1e-6), (tries, *shape))
        parts = weights.reshape(tries, -1)
        drawn = rng.multinomial(scanner.total, parts / parts.sum(1, keepdims=True)).reshape(tries, *shape)
        strongest = np.concatenate([strongest, scanner.scores(drawn).max((1, 2, 3))])
    return strongest


class _Scanner:
    """Scores groups of grids over the last 1, 2, ... days: log of Kulldorff's ratio, 0 where fewer than expected."""

    def __init__(self, mean: np.ndarray, zones: Zones, *, total: int) -> None:
        self.mean, self.total = mean, total
        self._near = zones.near
        self.expected = self.sums(mean[None])[0]
        steps = np.arange(total + 1, dtype=float)
        self._own = steps * np.log(np.maximum(steps, 1))
        inside = np.clip(self.expected, 1e-9, total - 1e-9)
        self._inside, self._outside = np.log(inside), np.log(total - inside)
        self._is_small = self.expected <= MOST_PART * total

    def sums(self, counts: np.ndarray) -> np.ndarray:
        """Returns stream x days x centre x place: cases of the last days."""
        last = np.cumsum(counts[:, ::-1], axis=1)  # stream x days x grid
        return np.cumsum(last[:, :, self._near], axis=3)

    def scores(self, counts: np.ndarray) -> np.ndarray:
        """Returns stream x days x centre x place: how much more than expected."""
        n = self.sums(counts.astype(int))
        left = self.total - n
        score = self._own[n] - n * self._inside + self._own[left] - left * self._outside
        return np.where((n > self.expected) & self._is_small, score, 0.0)
