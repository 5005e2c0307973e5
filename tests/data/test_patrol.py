"""The patrol suggestion against every possible plan of small towns, and its promises on larger ones."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest

from data.patrol import Beat, PatrolError, met, plan_patrol


def town(seed: int, *, grids: int, areas: int) -> list[Beat]:
    rng = np.random.default_rng(seed)
    return [
        Beat(f"g{number}", f"a{number % areas}", float(rng.gamma(1, 3)), float(rng.uniform(0.5, 6)))
        for number in range(grids)
    ]


def best(beats: list[Beat], *, hours: int, least: int, most: int) -> float:
    """The most any plan meets, by trying all."""
    found = 0.0
    for plan in product(range(most + 1), repeat=len(beats)):
        areas = {beat.area_id: 0 for beat in beats}
        for beat, each in zip(beats, plan, strict=True):
            areas[beat.area_id] += each
        if sum(plan) <= hours and min(areas.values()) >= least:
            found = max(found, met(beats, plan))
    return found


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize(("hours", "least"), [(3, 0), (6, 1), (9, 2)])
def test_no_other_plan_meets_more(seed, hours, least):
    beats = town(seed, grids=5, areas=3)
    plan = plan_patrol(beats, hours=hours, least_hours=least, most_hours=4)
    whole = sum(beat.expected for beat in beats)
    assert plan.met_share * whole == pytest.approx(best(beats, hours=hours, least=least, most=4))
    assert sum(plan.hours.values()) <= hours


def test_every_area_gets_its_least_and_no_grid_more_than_the_most():
    beats = town(7, grids=40, areas=8)
    plan = plan_patrol(beats, hours=60, least_hours=2, most_hours=5)
    assert max(plan.hours.values()) <= 5
    for area in {beat.area_id for beat in beats}:
        assert sum(plan.hours[beat.grid_id] for beat in beats if beat.area_id == area) >= 2


def test_it_is_never_worse_than_spreading_evenly_in_whole_hours():
    beats = town(3, grids=30, areas=5)
    plan = plan_patrol(beats, hours=60, least_hours=1, most_hours=12)
    assert plan.met_share > plan.even_share
    # one hour more never meets less
    shares = [plan_patrol(beats, hours=hours).met_share for hours in (20, 40, 80)]
    assert shares == sorted(shares)


def test_equal_grids_share_equally():
    beats = [Beat(f"g{number}", "a", 2.0, 3.0) for number in range(6)]
    assert set(plan_patrol(beats, hours=18).hours.values()) == {3}


@pytest.mark.parametrize(
    ("beats", "hours", "words"),
    [
        ([], 10, "hours = 10"),
        (town(1, grids=4, areas=4), 3, "4 areas with at least 1"),
        ([Beat("g", "a", 1.0, 0.0)], 5, "scale_hours"),
    ],
)
def test_what_cannot_be_shared_out_is_told(beats, hours, words):
    with pytest.raises(PatrolError, match=words):
        plan_patrol(beats, hours=hours, least_hours=1)
