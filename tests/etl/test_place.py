"""Area assignment is exact: the raster never answers differently from the polygons."""

from __future__ import annotations

import duckdb
import geopandas as gpd
import numpy as np
import pytest
from shapely.geometry import Polygon

from data.settings import read_settings
from data.town import load_town
from etl.areas import read_grids
from etl.place import GridTree, build_cells, place_border_points


@pytest.fixture(scope="module")
def grids() -> gpd.GeoDataFrame:
    return read_grids(load_town(read_settings(town="stown")))


def _place(grids: gpd.GeoDataFrame, lon: np.ndarray, lat: np.ndarray) -> list[str | None]:
    """Places the points the way the build does: cells where they decide, polygons where they do not."""
    con = duckdb.connect()
    build_cells(con, grids)
    ids = [f"p{n:06d}" for n in range(len(lon))]
    con.execute("CREATE TABLE raw_report (report_id VARCHAR, lon DOUBLE, lat DOUBLE, _is_current BOOLEAN)")
    con.executemany(
        "INSERT INTO raw_report VALUES (?, ?, ?, true)",
        list(zip(ids, lon.tolist(), lat.tolist(), strict=True)),
    )
    place_border_points(con, GridTree(grids))
    rows = con.execute(
        "SELECT CASE WHEN c.is_border THEN x.grid_id ELSE c.grid_id END FROM raw_report AS r "
        "LEFT JOIN dim_cell AS c ON c.cell_x = cell_x(r.lon) AND c.cell_y = cell_y(r.lat) "
        "LEFT JOIN place_exact AS x ON x.report_id = r.report_id ORDER BY r.report_id"
    ).fetchall()
    return [row[0] for row in rows]


def test_random_points_fall_where_the_polygons_say(grids):
    random = np.random.default_rng(5)
    left, bottom, right, top = grids.total_bounds
    lon, lat = (
        random.uniform(left - 0.01, right + 0.01, 4000),
        random.uniform(bottom - 0.01, top + 0.01, 4000),
    )
    points = gpd.GeoDataFrame(geometry=gpd.points_from_xy(lon, lat), crs=4326)
    joined = points.sjoin(grids[["area_id", "geometry"]], predicate="intersects", how="left")
    expected = joined.groupby(level=0)["area_id"].min().reindex(points.index)
    placed = _place(grids, lon, lat)
    assert [each or None for each in placed] == [None if each != each else each for each in expected]
    assert placed.count(None) > 100, "some points lie outside the town"


def test_vertices_and_shared_borders_belong_to_the_grid_with_the_lowest_id(grids):
    """Every vertex of every grid lies on a border; two grids claim it, the lower id has it, always."""
    corners = np.concatenate([np.asarray(shape.exterior.coords)[::7] for shape in grids.geometry])[:800]
    tree = GridTree(grids)
    placed = _place(grids, corners[:, 0], corners[:, 1])
    assert placed == tree.locate(corners[:, 0], corners[:, 1]).tolist()


def test_two_squares_by_hand():
    """A = [0,1]x[0,1], B = [1,2]x[0,1]: 0.5 -> A, 1.5 -> B, the shared edge 1.0 -> A, 2.5 -> nowhere."""
    squares = [Polygon([(x, 0), (x + 1, 0), (x + 1, 1), (x, 1)]) for x in (0, 1)]
    grids = gpd.GeoDataFrame({"area_id": ["A", "B"]}, geometry=squares, crs=4326)
    assert _place(grids, np.array([0.5, 1.5, 1.0, 2.5]), np.array([0.5] * 4)) == ["A", "B", "A", None]
