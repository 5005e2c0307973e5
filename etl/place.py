"""Area assignment (网格归属): which grid a point lies in, exact, through a raster with exact tests at borders."""

from __future__ import annotations

import duckdb
import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

RASTER = 384
HAIR = 1e-6


def build_cells(con: duckdb.DuckDBPyConnection, grids: gpd.GeoDataFrame) -> None:
    """Writes dim_cell (cell_x, cell_y, grid_id, is_border) and dim_raster (origin and cell size in degrees).

    A cell that lies wholly inside one grid carries its id; a cell touched by a border is marked and its
    points are tested exactly. Cells outside every grid have no row.
    """
    shapes, ids = grids.geometry.to_numpy(), grids["area_id"].to_numpy()
    # A hair wider than the town, so that its easternmost and northernmost points still fall into a cell.
    left, bottom, right, top = (float(edge) for edge in grids.total_bounds)
    left, bottom, right, top = left - HAIR, bottom - HAIR, right + HAIR, top + HAIR
    width, height = (right - left) / RASTER, (top - bottom) / RASTER
    xs, ys = (a.ravel() for a in np.meshgrid(np.arange(RASTER), np.arange(RASTER)))
    boxes = shapely.box(
        left + xs * width, bottom + ys * height, left + (xs + 1) * width, bottom + (ys + 1) * height
    )
    cells, owners = shapely.STRtree(shapes).query(boxes, predicate="intersects")
    order = np.argsort(cells, kind="stable")
    cells, owners = cells[order], owners[order]
    found, first, counts = np.unique(cells, return_index=True, return_counts=True)
    owner = owners[first]
    shapely.prepare(shapes)
    inside = (counts == 1) & shapely.covers(shapes[owner], boxes[found])
    frame = pd.DataFrame({"cell_x": xs[found], "cell_y": ys[found], "is_border": ~inside})
    frame["grid_id"] = np.where(inside, ids[owner], None)
    raster = pd.DataFrame([{"origin_lon": left, "origin_lat": bottom, "cell_lon": width, "cell_lat": height}])
    for name, rows in (("dim_cell", frame), ("dim_raster", raster)):
        con.register("incoming_dim", rows)
        con.execute(f"CREATE OR REPLACE TABLE {name} AS SELECT * FROM incoming_dim")
        con.unregister("incoming_dim")
    # Constants inside the macros keep the join on cells a plain hash join.
    con.execute(f"CREATE OR REPLACE MACRO cell_x(lon) AS floor((lon - {left!r}) / {width!r})::INTEGER")
    con.execute(f"CREATE OR REPLACE MACRO cell_y(lat) AS floor((lat - {bottom!r}) / {height!r})::INTEGER")


class GridTree:
    """Exact point-in-grid test; a point on a shared border belongs to the grid with the lowest id."""

    def __init__(self, grids: gpd.GeoDataFrame) -> None:
        """Takes the grids sorted by area_id (read_grids returns them so)."""
        self._ids = grids["area_id"].to_numpy()
        shapes = grids.geometry.to_numpy()
        shapely.prepare(shapes)
        self._tree = shapely.STRtree(shapes)

    def locate(self, lon: np.ndarray, lat: np.ndarray) -> np.ndarray:
        """Returns the grid id per point, None outside every grid."""
        points, owners = self._tree.query(shapely.points(lon, lat), predicate="intersects")
        best = np.full(len(lon), len(self._ids))
        np.minimum.at(best, points, owners)
        return np.append(self._ids, [None])[best]


def place_border_points(con: duckdb.DuckDBPyConnection, tree: GridTree) -> None:
    """Writes place_exact (report_id, grid_id) for the points of `raw_report` in border cells.

    Names resolve in the current world, so an increment only looks at its own reports.
    """
    points = con.execute(
        "SELECT r.report_id, r.lon, r.lat FROM raw_report AS r INNER JOIN dim_cell AS c "
        "ON c.cell_x = cell_x(r.lon) AND c.cell_y = cell_y(r.lat) WHERE r._is_current AND c.is_border"
    ).fetchnumpy()
    located = tree.locate(np.asarray(points["lon"], float), np.asarray(points["lat"], float))
    frame = pd.DataFrame({"report_id": points["report_id"], "grid_id": located}, dtype="object")
    con.register("incoming_place", frame)
    con.execute(
        "CREATE OR REPLACE TEMP TABLE place_exact AS SELECT report_id::VARCHAR AS report_id, grid_id::VARCHAR AS grid_id "
        "FROM incoming_place"
    )
    con.unregister("incoming_place")
