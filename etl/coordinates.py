"""Coordinates of a checked file: to WGS-84, implausible ones held back, the datum proved on the named areas."""

from __future__ import annotations

from collections.abc import Mapping

import duckdb
import numpy as np

from data.town import Town
from etl.contract import FeedContract
from etl.datum import MIN_LOCATED, judge_datum, to_wgs84
from etl.incoming import Note

SAMPLE_ROWS = 2000
NEAR_DEGREES = 1.5
_LOCATED = "_errors IS NULL AND source_lon IS NOT NULL AND source_lat IS NOT NULL"
_trees: dict[tuple[str, float], NamedGrids] = {}


class NamedGrids:
    """The town's grids, asked by any area id a feed may name: the grid itself or an area it lies in."""

    def __init__(self, town: Town, codes: Mapping[str, str]) -> None:
        # Reading polygons takes a second; most loads never need them.
        from etl.areas import read_grids
        from etl.place import GridTree

        grids = read_grids(town)
        self._tree = GridTree(grids)
        self._codes = codes
        levels = ["area_id", *town.levels[:-1]]
        self._areas_of = {row["area_id"]: {str(row[name]) for name in levels} for _, row in grids.iterrows()}
        self._known = set().union(*self._areas_of.values())

    def knows(self, areas: np.ndarray) -> np.ndarray:
        """Whether each named area is one of the town's (the whole town proves nothing)."""
        return np.array([self._id(area) in self._known and self._id(area) != "town" for area in areas], bool)

    def inside(self, lon: np.ndarray, lat: np.ndarray, areas: np.ndarray) -> np.ndarray:
        """Whether each point lies in the area its row names."""
        found = self._tree.locate(lon, lat)
        return np.array(
            [
                grid is not None and self._id(area) in self._areas_of[grid]
                for grid, area in zip(found, areas, strict=True)
            ]
        )

    def _id(self, area: str) -> str:
        return self._codes.get(area, area)


def settle_coordinates(
    con: duckdb.DuckDBPyConnection, contract: FeedContract, town: Town
) -> tuple[Note, ...]:
    """Converts and judges the points of the table `checked`; writes per-row flags into `row_flag`.

    lon and lat become null where they are impossible, swapped, or the file's datum is not the declared one;
    source_lon and source_lat keep what was received. Returns notes on the file.
    """
    con.execute(
        "CREATE OR REPLACE TEMP TABLE row_flag (_row INTEGER, flag_code VARCHAR, column_name VARCHAR, value_text VARCHAR)"
    )
    if not {"lon", "lat"} <= contract.columns.keys():
        return ()
    center = town.file.center
    near = f"abs(source_lon - {center.lon}) <= {NEAR_DEGREES} AND abs(source_lat - {center.lat}) <= {NEAR_DEGREES}"
    if con.execute(f"SELECT count(*) FROM checked_rows WHERE {_LOCATED} AND NOT ({near})").fetchone()[0]:
        impossible = "abs(source_lon) > 180 OR abs(source_lat) > 90 OR (source_lon = 0 AND source_lat = 0)"
        swapped = f"abs(source_lon - {center.lat}) < {NEAR_DEGREES} AND abs(source_lat - {center.lon}) < {NEAR_DEGREES}"
        _hold_back(con, "bad_coordinates", impossible)
        _hold_back(con, "swapped_coordinates", f"{swapped} AND NOT ({near})")
        con.execute(
            f"INSERT INTO row_flag SELECT _row, 'far_from_town', 'lon', source_lon || ' ' || source_lat FROM checked "
            f"WHERE {_LOCATED} AND lon IS NOT NULL AND NOT ({near})"
        )
    if contract.datum != "wgs84":
        _convert(con, contract.datum)
    return _check_datum(con, contract, town)


def _hold_back(con: duckdb.DuckDBPyConnection, code: str, condition: str) -> None:
    con.execute(
        f"INSERT INTO row_flag SELECT _row, ?, 'lon', source_lon || ' ' || source_lat FROM checked "
        f"WHERE {_LOCATED} AND lon IS NOT NULL AND ({condition})",
        [code],
    )
    con.execute(
        f"UPDATE checked_rows SET lon = NULL, lat = NULL WHERE {_LOCATED} AND lon IS NOT NULL AND ({condition})"
    )


def _convert(con: duckdb.DuckDBPyConnection, datum: str) -> None:
    names = {name for name, *_ in con.execute("DESCRIBE checked_rows").fetchall()}
    row = "_row" if "_row" in names else "checked_rows.rowid + 1"
    rows = con.execute(
        f"SELECT _row, lon, lat FROM checked WHERE {_LOCATED} AND lon IS NOT NULL AND lat IS NOT NULL"
    ).fetchnumpy()
    if not len(rows["_row"]):
        return
    lon, lat = to_wgs84(np.asarray(rows["lon"]), np.asarray(rows["lat"]), datum=datum)
    points = {"point_row": np.asarray(rows["_row"]), "new_lon": lon, "new_lat": lat}
    con.register("converted_points", _as_table(points))
    con.execute(
        f"UPDATE checked_rows SET lon = new_lon, lat = new_lat FROM converted_points WHERE {row} = point_row"
    )
    con.unregister("converted_points")


def _as_table(columns: dict[str, np.ndarray]):
    import pyarrow as pa

    return pa.table(columns)


def _check_datum(con: duckdb.DuckDBPyConnection, contract: FeedContract, town: Town) -> tuple[Note, ...]:
    if "grid_source_code" not in contract.columns:
        return ()
    named = f"checked WHERE {_LOCATED} AND lon IS NOT NULL AND grid_source_code IS NOT NULL"
    count = con.execute(f"SELECT count(*) FROM {named}").fetchone()[0]
    # Every n-th row over the whole file: the first rows may all come from one corner of the town.
    rows = con.execute(
        f"SELECT source_lon, source_lat, grid_source_code FROM {named} AND _row % {count // SAMPLE_ROWS + 1} = 0"
    ).fetchnumpy()
    if len(rows["source_lon"]) < MIN_LOCATED:
        return ()
    verdict = judge_datum(
        np.asarray(rows["source_lon"]),
        np.asarray(rows["source_lat"]),
        np.asarray(rows["grid_source_code"]),
        declared=contract.datum,
        grids=named_grids(town, contract),
    )
    if not verdict.is_mismatch:
        return ()
    con.execute(
        f"INSERT INTO row_flag SELECT _row, 'datum_mismatch', 'lon', source_lon || ' ' || source_lat FROM checked "
        f"WHERE {_LOCATED} AND lon IS NOT NULL"
    )
    con.execute(f"UPDATE checked_rows SET lon = NULL, lat = NULL WHERE {_LOCATED}")
    shares = " ".join(f"{name} {share:.2f}" for name, share in verdict.shares.items())
    return (Note("datum_mismatch", "lon", f"declared {contract.datum}, inside the named areas: {shares}"),)


def named_grids(town: Town, contract: FeedContract) -> NamedGrids:
    """Returns the town's grids, read once per process and again when the town file changes."""
    key = (f"{town.folder}/{contract.feed}", (town.folder / "town.yaml").stat().st_mtime)
    if key not in _trees:
        field = contract.codes.get("grid")
        _trees[key] = NamedGrids(town, town.code_map(field) if field else {})
    return _trees[key]
