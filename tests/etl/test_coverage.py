"""What devices see of the roads, recomputed another way: unions of sectors, many random roads and views."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import shapely

from etl.module_coverage import cut_roads, sectors


def _views(rng, count):
    frame = pd.DataFrame(
        {
            "x": rng.uniform(0, 1000, count),
            "y": rng.uniform(0, 1000, count),
            "bearing": rng.uniform(0, 360, count),
            "view_angle": rng.choice([40, 90, 200, 360], count),
            "view_range_m": rng.uniform(30, 250, count),
        }
    )
    return pd.Series(sectors(frame), index=[f"d{number}" for number in range(count)], dtype=object)


def _lines(rng, count):
    """Winding roads that cross themselves, too."""
    made = [shapely.LineString(rng.uniform(0, 1000, (int(rng.integers(2, 7)), 2))) for _ in range(count)]
    return pd.Series(made, index=[f"r{number}" for number in range(count)], dtype=object)


GRIDS = pd.Series(
    {f"g{i}{j}": shapely.box(i * 500, j * 500, i * 500 + 500, j * 500 + 500) for i in (0, 1) for j in (0, 1)},
    dtype=object,
)


@pytest.mark.parametrize("seed", range(5))
def test_kilometres_seen_are_those_of_the_union_of_views(seed):
    rng = np.random.default_rng(seed)
    lines, views = _lines(rng, 12), _views(rng, 25)
    pieces = cut_roads(lines, views=views, grids=GRIDS)
    once = pieces.drop_duplicates("piece_id")
    assert once["length_m"].sum() == pytest.approx(shapely.length(lines.to_numpy()).sum(), abs=1)
    for some in (views.index, views.index[::2], views.index[:3]):
        seen = pieces[pieces["device_id"].isin(some)].drop_duplicates("piece_id")
        union = shapely.union_all(views[list(some)].to_numpy())
        for grid, cell in GRIDS.items():
            # Edge by edge: an intersection with a whole line would count a stretch run over twice only once.
            edges = [
                shapely.LineString(pair)
                for line in lines
                for pair in zip(line.coords, line.coords[1:], strict=False)
            ]
            expected = sum(edge.intersection(union).intersection(cell).length for edge in edges)
            assert seen.loc[seen["grid_id"] == grid, "length_m"].sum() == pytest.approx(expected, abs=1)


def test_what_two_devices_see_is_not_counted_twice():
    line = pd.Series({"r": shapely.LineString([(0, 0), (100, 0)])}, dtype=object)
    views = pd.Series({"a": shapely.box(0, -1, 60, 1), "b": shapely.box(40, -1, 80, 1)}, dtype=object)
    pieces = cut_roads(line, views=views, grids=pd.Series({"g": shapely.box(-1, -1, 200, 1)}, dtype=object))
    assert list(pieces["piece_id"].drop_duplicates()) == ["r@0.00", "r@40.00", "r@60.00", "r@80.00"]
    assert pieces.groupby("device_id")["length_m"].sum().to_dict() == pytest.approx({"a": 60, "b": 40})
    assert pieces.drop_duplicates("piece_id")["length_m"].sum() == pytest.approx(100)


def test_a_road_on_a_border_belongs_to_one_grid_and_one_outside_to_none():
    lines = pd.Series(
        {"on": shapely.LineString([(500, 0), (500, 100)]), "off": shapely.LineString([(2000, 0), (2000, 9)])},
        dtype=object,
    )
    pieces = cut_roads(lines, views=pd.Series(dtype=object), grids=GRIDS)
    grid = pieces.set_index("road_segment_id")["grid_id"]
    assert grid["on"] == "g00"
    assert pd.isna(grid["off"])


@pytest.mark.parametrize(("bearing", "seen"), [(0, (0, 90)), (90, (90, 0)), (180, (0, -90)), (270, (-90, 0))])
def test_a_bearing_is_clockwise_from_north(bearing, seen):
    frame = pd.DataFrame([{"x": 0, "y": 0, "bearing": bearing, "view_angle": 60, "view_range_m": 100}])
    view = sectors(frame)[0]
    assert view.contains(shapely.Point(seen))
    assert not view.contains(shapely.Point(-seen[0], -seen[1]))
    assert view.area == pytest.approx(np.pi * 100**2 / 6, rel=1e-3)


def test_a_device_that_turns_all_round_sees_all_round():
    frame = pd.DataFrame([{"x": 5, "y": 5, "bearing": np.nan, "view_angle": 360, "view_range_m": 50}])
    assert sectors(frame)[0].area == pytest.approx(np.pi * 50**2, rel=1e-3)
