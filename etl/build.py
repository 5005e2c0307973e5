"""Build (建表): raw versions become placed, linked, timed incidents, in full or by increments."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from pathlib import Path

import duckdb
import geopandas as gpd

from data.town import Town
from etl.digests import files_digest
from etl.dims import build_dims
from etl.increment import MARTS, TIMES, build_touched, collect_touched, drop_small_world
from etl.link import build_full_links, build_link_rules
from etl.models import MODELS, read_models
from etl.modules import MODULE, build_modules
from etl.place import GridTree, build_cells, place_border_points
from etl.state import read_state, write_state
from etl.store import all_threads
from etl.zone import local_sql

SOURCES = Path(__file__).resolve().parent.parent
FULL_SHARE = 0.2
BEFORE_LINKS = {"core_clock_offset", "core_report", "core_link"}
# Python that decides what the tables and the views shipped with a generation hold.
DECIDING_CODE = ("areas", "clocks", "dims", "link", "place", "risk*", "rollups", "zone")
PER_GENERATION = {"mart_feed", "mart_load", "mart_quarantine", "mart_link_proposal"}


@dataclass
class Geometry:
    """The town's polygons, kept by a long-running writer."""

    digest: str = ""
    shapes: dict[str, gpd.GeoDataFrame] = field(default_factory=dict)
    tree: GridTree | None = None


@dataclass(frozen=True)
class BuildResult:
    """What a build did: whether it was full, reports looked at, incidents rewritten."""

    is_full: bool
    report_count: int
    incident_count: int


_geometry = Geometry()


def definitions_digest(town: Town) -> str:
    """Returns a digest of everything a full build depends on besides rows: models, code, rules, clocks, the town's folder."""
    files = [
        *(path for path in MODELS.glob("*/*.sql") if path.parent != MODULE),
        *(SOURCES / "data" / "rules").glob("*.yaml"),
        SOURCES / "data" / "clocks.yaml",
    ]
    files += [path for name in DECIDING_CODE for path in (SOURCES / "etl").glob(f"{name}.py")]
    files += [
        path
        for path in town.folder.rglob("*")
        if path.is_file() and path.suffix in {".yaml", ".csv", ".geojson"}
    ]
    if town.file.areas:
        files.append(town.expand(town.file.areas.file))
    return files_digest(files)


def town_shapes(con: duckdb.DuckDBPyConnection, town: Town, *, digest: str) -> Geometry:
    """Returns the town's polygons; writes the dim_ tables when the town's folder is new to this process."""
    if read_state(con, "dims") != digest or _geometry.digest != digest:
        shapes = build_dims(con, town)
        build_link_rules(con)
        build_cells(con, shapes["grid"])
        con.execute(
            f"CREATE OR REPLACE MACRO local_at(t) AS ({local_sql('t', zone_name=town.file.timezone)})"
        )
        write_state(con, "dims", digest)
        _geometry.shapes, _geometry.tree, _geometry.digest = shapes, GridTree(shapes["grid"]), digest
    return _geometry


def build(
    con: duckdb.DuckDBPyConnection, town: Town, *, full: bool = False, later: Collection[str] = ()
) -> BuildResult:
    """Builds core and mart tables from what was loaded since the last build.

    Full when asked, when the definitions changed, or when much was loaded; the result is the same either way. Module tables
    named by `later` are left to the caller, unless the build is full.
    One transaction: after a crash the tables are as before or as after.
    """
    digest = definitions_digest(town)
    con.execute("BEGIN")
    try:
        shapes = town_shapes(con, town, digest=digest)
        is_known = read_state(con, "definitions") == digest
        touched = 0 if full or not is_known else collect_touched(con)
        if full or not is_known or touched > _most_touched(con):
            result = _build_all(con, shapes.tree)
            write_state(con, "definitions", digest)
            write_state(con, "base_stale", "yes")
        else:
            incidents = build_touched(con, shapes.tree, steps=_steps()) if touched else 0
            result = BuildResult(is_full=False, report_count=touched, incident_count=incidents)
        build_modules(con, town, shapes.tree, is_full=result.is_full, later=later)
        con.execute("UPDATE ledger SET is_built = true WHERE NOT is_built")
        con.execute("COMMIT")
    except BaseException:
        con.execute("ROLLBACK")
        _geometry.digest = ""
        raise
    finally:
        drop_small_world(con, steps=_steps())
    return result


def _steps() -> list[str]:
    models = read_models().values()
    apart = BEFORE_LINKS | PER_GENERATION
    return [m.name for m in models if m.path.parent.name in ("core", "mart") and m.name not in apart]


def _most_touched(con: duckdb.DuckDBPyConnection) -> int:
    held = con.execute("SELECT count(*) FROM core_report").fetchone()[0]
    return max(2000, int(held * FULL_SHARE))


def _build_all(con: duckdb.DuckDBPyConnection, tree: GridTree) -> BuildResult:
    all_threads(con)
    models = read_models()
    con.execute(f"CREATE OR REPLACE TABLE core_clock_offset AS {models['core_clock_offset'].sql}")
    place_border_points(con, tree)
    con.execute(f"CREATE OR REPLACE TABLE core_report AS {models['core_report'].sql}")
    build_full_links(con)
    for name in _steps():
        kind = "TABLE" if name.startswith("mart_") else "TEMP TABLE"
        order = (
            f" ORDER BY {TIMES[name]}" if name in TIMES else ""
        )  # so that increments and months can skip row groups
        con.execute(f"CREATE OR REPLACE {kind} {name} AS SELECT * FROM ({models[name].sql}){order}")
    empty_shadow(con)
    counts = con.execute(
        "SELECT (SELECT count(*) FROM core_report), (SELECT count(*) FROM mart_incident)"
    ).fetchone()
    return BuildResult(True, *counts)


def empty_shadow(con: duckdb.DuckDBPyConnection) -> None:
    """Forgets what was touched since the base was written."""
    con.execute("CREATE OR REPLACE TABLE publish_touched (incident_no UBIGINT)")
    for name in MARTS:
        con.execute(f"CREATE OR REPLACE TABLE publish_shadow_{name} AS SELECT * FROM {name} LIMIT 0")
        con.execute(f"CREATE OR REPLACE TABLE publish_fresh_{name} AS SELECT * FROM {name} LIMIT 0")
