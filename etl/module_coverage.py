"""What devices see of the roads (视域): each road cut into pieces that the same devices see, in one grid each.

A claim of coverage is road length, not cameras: pieces never overlap, so lengths add up however views do. Which devices
are up is left to the question, so a past instant can be asked. Views are flat sectors: walls and trees are not known, the
length seen is an upper bound. A device without bearing, angle or range sees nothing.
"""

from __future__ import annotations

from itertools import pairwise

import duckdb
import numpy as np
import pandas as pd
import pyproj
import shapely

from data.town import Town
from etl.areas import read_grids

SEEING = ("camera", "high_point")
ARC_STEP_DEG = 2.0
SHORTEST_M = 0.01  # what is left between two cuts that should be one
COLUMNS = ("piece_id", "road_segment_id", "grid_id", "from_m", "length_m", "device_id")

ROADS = "SELECT road_segment_id, course_wkt FROM raw_road_segment WHERE _is_current ORDER BY road_segment_id"
DEVICES = """
    SELECT d.device_id, d.lon, d.lat, d.bearing, d.view_angle, d.view_range_m
    FROM raw_device AS d INNER JOIN dim_code AS c
      ON c.feed_id = d.feed_id AND c.field_code = 'kind' AND c.source_code = d.kind_source_code
    WHERE d._is_current AND list_contains($kinds, c.code) AND d.lon IS NOT NULL AND d.lat IS NOT NULL
      AND d.view_range_m > 0 AND d.view_angle > 0 AND (d.bearing IS NOT NULL OR d.view_angle >= 360)
    ORDER BY d.device_id"""


def make_road_pieces(con: duckdb.DuckDBPyConnection, town: Town) -> pd.DataFrame:
    """Returns one row per piece of road and device that sees it; a piece nobody sees has one row without a device.

    Columns:
        piece_id; road_segment_id; grid_id (null: outside the town); from_m: metres from the segment's beginning;
        length_m; device_id (null: unseen). A course that cannot be read gives one row without length.
    """
    roads, devices = con.execute(ROADS).df(), con.execute(DEVICES, {"kinds": list(SEEING)}).df()
    project = _to_metres(town)
    lines = shapely.from_wkt(roads["course_wkt"].to_numpy(dtype=object), on_invalid="ignore")
    is_line = np.array([isinstance(line, shapely.LineString) for line in lines], dtype=bool)
    lines = np.array(
        [shapely.transform(line, project, interleaved=False) for line in lines[is_line]], dtype=object
    )
    grids = read_grids(town)
    cells = np.array(
        [shapely.transform(each, project, interleaved=False) for each in grids.geometry], dtype=object
    )
    x, y = project(devices["lon"].to_numpy(float), devices["lat"].to_numpy(float))
    found = cut_roads(
        pd.Series(lines, index=roads["road_segment_id"][is_line], dtype=object),
        views=pd.Series(sectors(devices.assign(x=x, y=y)), index=devices["device_id"], dtype=object),
        grids=pd.Series(cells, index=grids["area_id"], dtype=object),
    )
    lost = pd.DataFrame({"road_segment_id": roads["road_segment_id"][~is_line]})
    lost["piece_id"] = lost["road_segment_id"]
    return _typed(pd.concat([found, lost.reindex(columns=COLUMNS)], ignore_index=True))


def _typed(frame: pd.DataFrame) -> pd.DataFrame:
    numbers = dict.fromkeys(("from_m", "length_m"), "float64")
    return frame.astype({name: numbers.get(name, "string") for name in COLUMNS})


def _to_metres(town: Town):
    crs = pyproj.CRS.from_epsg(town.file.projected_epsg)
    metres = crs.axis_info[0].unit_conversion_factor
    transform = pyproj.Transformer.from_crs(4326, crs, always_xy=True).transform

    def project(lon, lat):
        x, y = transform(lon, lat)
        return np.asarray(x) * metres, np.asarray(y) * metres

    return project


def sectors(devices: pd.DataFrame) -> np.ndarray:
    """Returns the view of each device as a polygon: x, y and view_range_m in metres, bearing clockwise from north."""
    made = []
    for x, y, bearing, angle, reach in devices[["x", "y", "bearing", "view_angle", "view_range_m"]].to_numpy(
        float
    ):
        is_round = angle >= 360
        steps = int(np.ceil(min(angle, 360) / ARC_STEP_DEG)) + 1
        ray = np.radians(
            np.linspace(0, 360, steps)
            if is_round
            else np.linspace(bearing - angle / 2, bearing + angle / 2, steps)
        )
        arc = np.column_stack([x + reach * np.sin(ray), y + reach * np.cos(ray)])
        made.append(shapely.Polygon(arc if is_round else np.vstack([[x, y], arc])))
    return np.array(made, dtype=object)


def cut_roads(lines: pd.Series, *, views: pd.Series, grids: pd.Series) -> pd.DataFrame:
    """Returns the pieces of the lines: cut where a view or a grid begins or ends; columns as `make_road_pieces`.

    Args:
        lines: road_segment_id -> line, in metres.
        views: device_id -> polygon.
        grids: grid_id -> polygon; a piece on a shared border belongs to the grid with the lowest id.
    """
    seen, placed = _intervals(lines, views), _intervals(lines, grids)
    rows: list[tuple] = []
    for number, (segment, line) in enumerate(lines.items()):
        own, home = seen.get(number, []), placed.get(number, [])
        rows += _pieces(str(segment), line.length, seen=own, placed=home)
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _intervals(lines: pd.Series, shapes: pd.Series) -> dict[int, list[tuple[float, float, str]]]:
    """Returns line number -> (from, to, id of the shape it lies in), in metres along the line.

    Lines are cut into straight edges first: on those a point has one place, however the road winds.
    """
    if not len(lines) or not len(shapes):
        return {}
    corners, owner = shapely.get_coordinates(lines.to_numpy(), return_index=True)
    is_edge = owner[1:] == owner[:-1]
    edges = shapely.linestrings(np.stack([corners[:-1], corners[1:]], axis=1)[is_edge])
    owner, length = owner[:-1][is_edge], shapely.length(edges)
    total = np.cumsum(length) - length
    begins = total - total[np.searchsorted(owner, owner)]
    inside, edge = shapely.STRtree(edges).query(shapes.to_numpy(), predicate="intersects")
    parts, pair = shapely.get_parts(
        shapely.intersection(edges[edge], shapes.to_numpy()[inside]), return_index=True
    )
    is_line = shapely.get_type_id(parts) == 1
    parts, pair = parts[is_line], pair[is_line]
    ends = (
        np.sort(
            [shapely.line_locate_point(edges[edge[pair]], shapely.get_point(parts, at)) for at in (0, -1)],
            axis=0,
        )
        + begins[edge[pair]]
    )
    found: dict[int, list[tuple[float, float, str]]] = {}
    for line, low, high, shape in zip(owner[edge[pair]], *ends, inside[pair], strict=True):
        if high - low > SHORTEST_M:
            found.setdefault(int(line), []).append((float(low), float(high), str(shapes.index[shape])))
    return found


def _pieces(segment: str, length: float, *, seen: list[tuple], placed: list[tuple]) -> list[tuple]:
    """Returns the rows of one line: neighbouring pieces with the same grid and devices are one."""
    cuts = np.unique([0.0, length, *(edge for each in (*seen, *placed) for edge in each[:2])])
    pieces: list[list] = []
    for low, high in pairwise(cuts):
        if high - low <= SHORTEST_M:
            continue
        middle = (low + high) / 2
        grid = min((name for a, b, name in placed if a <= middle <= b), default=None)
        devices = tuple(sorted({name for a, b, name in seen if a <= middle <= b}))
        if pieces and pieces[-1][2:] == [grid, devices]:
            pieces[-1][1] = high
        else:
            pieces.append([low, high, grid, devices])
    return [
        (f"{segment}@{low:.2f}", segment, grid, low, high - low, device)
        for low, high, grid, devices in pieces
        for device in devices or (None,)
    ]
