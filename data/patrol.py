"""Patrol suggestion (巡逻建议): where given hours meet the most expected risk, each further hour in a grid meeting less."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_matrix

from data.catalogue import DefinitionError


class PatrolError(DefinitionError):
    """Hours that cannot be shared out; names the numbers."""


@dataclass(frozen=True)
class Beat:
    """One grid.

    Attributes:
        grid_id: the grid.
        area_id: the area that must get some hours (a community).
        expected: incidents expected in the time the hours are for.
        scale_hours: hours that meet 63 % (1 - 1/e) of them.
    """

    grid_id: str
    area_id: str
    expected: float
    scale_hours: float


@dataclass(frozen=True)
class PatrolPlan:
    """Whole hours per grid.

    Attributes:
        hours: grid -> hours, every grid.
        met_share: share of the expected incidents met, 0 to 1.
        even_share: the same hours spread evenly over all grids.
    """

    hours: dict[str, int]
    met_share: float
    even_share: float


def met(beats: Sequence[Beat], hours: Sequence[float]) -> float:
    """Returns how many expected incidents the hours meet: 1 - exp(-hours / scale) of each grid's."""
    return sum(
        beat.expected * (1 - np.exp(-each / beat.scale_hours))
        for beat, each in zip(beats, hours, strict=True)
    )


def plan_patrol(
    beats: Sequence[Beat], *, hours: int, least_hours: int = 0, most_hours: int = 12
) -> PatrolPlan:
    """Returns the whole hours per grid that meet most; every area gets at least `least_hours`, no grid over `most_hours`.

    An integer program, solved by HiGHS: one variable for the first, second ... hour in each grid, worth what that hour
    adds. As each further hour adds less, no later hour is taken before an earlier one.

    Raises:
        PatrolError: no grids, fewer hours than every area must get, or a grid without a scale.
    """
    areas = sorted({beat.area_id for beat in beats})
    if not beats or hours < least_hours * len(areas):
        raise PatrolError(f"hours = {hours}: {len(areas)} areas with at least {least_hours} each need more")
    if any(beat.scale_hours <= 0 for beat in beats):
        raise PatrolError("scale_hours: must be above 0 in every grid")
    hours = min(hours, most_hours * len(beats))
    worth = np.array([_worth(beat, most_hours) for beat in beats])
    total = LinearConstraint(np.ones((1, worth.size)), ub=hours)
    limits = [total, *_every_area(beats, areas, most_hours=most_hours, least_hours=least_hours)]
    found = milp(-worth.ravel(), integrality=np.ones(worth.size), bounds=Bounds(0, 1), constraints=limits)
    if found.x is None:
        raise PatrolError(f"hours = {hours}: cannot be shared out ({found.message})")
    shared = np.rint(found.x).reshape(worth.shape).sum(axis=1).astype(int)
    whole = sum(beat.expected for beat in beats) or 1.0
    plan = {beat.grid_id: int(each) for beat, each in zip(beats, shared, strict=True)}
    even = [hours / len(beats)] * len(beats)
    return PatrolPlan(plan, float(met(beats, shared) / whole), float(met(beats, even) / whole))


def _worth(beat: Beat, most_hours: int) -> np.ndarray:
    """What the first, second ... hour in a grid adds."""
    return -np.diff(beat.expected * np.exp(-np.arange(most_hours + 1) / beat.scale_hours))


def _every_area(
    beats: Sequence[Beat], areas: list[str], *, most_hours: int, least_hours: int
) -> list[LinearConstraint]:
    if not least_hours:
        return []
    row = np.repeat([areas.index(beat.area_id) for beat in beats], most_hours)
    column = np.arange(len(row))
    return [LinearConstraint(csr_matrix((np.ones(len(row)), (row, column))), lb=least_hours)]
