"""Publish (发布): month partitions that never change plus one small delta database per generation; CURRENT is swapped."""

from __future__ import annotations

import json
import shutil
import time
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import duckdb

from data.durable import flush, swap_file
from data.settings import Settings
from data.town import Town
from etl.as_of import as_of
from etl.base import ROW_TABLES, write_base
from etl.build import Geometry, definitions_digest, empty_shadow, town_shapes
from etl.clocks import MEASURES, clock_sql, segment_sql, single_sql
from etl.models import read_models
from etl.modules import publish_modules
from etl.risk import build_risk
from etl.rollups import KIND, WEIGHT, signed_rollup_sql
from etl.state import read_state, write_state
from etl.store import all_threads
from etl.zone import local_sql

WHOLE_MODELS = ("mart_feed", "mart_load", "mart_quarantine", "mart_link_proposal")
WHOLE_TABLES = (
    "dim_area",
    "dim_area_grid",
    "dim_category",
    "dim_domain",
    "dim_department",
    "dim_feed",
    "dim_staff",
    "dim_responsibility",
    "core_clock_offset",
)
# Tables whose rows as the base has them are kept, and what of them the rollups may need.
COUNTED = {
    "mart_incident": "* EXCLUDE (title_text, address_text, feed_list)",
    "mart_report": f"reported_date, reported_hour, grid_id, {KIND}",
}
RECENT_CYCLES = "WHERE cycle_date > (SELECT max(cycle_date) FROM mart_risk) - 8"
MOST_TOUCHED = 4000
KEPT_GENERATIONS = 20
KEPT_SECONDS = 600
FEED_NEGATIVE = """
    CREATE OR REPLACE TABLE feed_negative AS
    SELECT feed_id, 100.0 * avg(is_negative::INTEGER) AS negative_pct, sum(is_negative::INTEGER)::BIGINT AS negative_count
    FROM (
        SELECT feed_id, coalesce(dispatched_at < registered_at, false) OR coalesce(handled_at < dispatched_at, false)
            OR coalesce(registered_at < first_signal_at, false) AS is_negative
        FROM mart_incident
        WHERE first_signal_at > ?::TIMESTAMP - INTERVAL 28 DAY
    )
    GROUP BY feed_id"""


@dataclass(frozen=True)
class Published:
    """A published generation."""

    generation: int
    as_of_at: datetime | None
    rewritten_months: int


def read_current(published: Path) -> dict | None:
    """Returns the manifest named CURRENT, None before the first publish."""
    path = published / "CURRENT"
    return json.loads(path.read_text(encoding="utf-8")) if path.is_file() else None


def publish(con: duckdb.DuckDBPyConnection, town: Town, settings: Settings) -> Published:
    """Writes the next generation and swaps CURRENT; what it costs depends on what changed, not on the history.

    After a crash the old generation still stands, whole; files of an unfinished one are overwritten or swept later.
    """
    published = settings.published_dir
    for folder in ("base", "delta", "geo"):
        (published / folder).mkdir(parents=True, exist_ok=True)
    geometry = town_shapes(con, town, digest=definitions_digest(town))
    current = read_current(published)
    generation = max((current or {}).get("generation", 0), int(read_state(con, "generation") or 0)) + 1
    _write_inputs(con, town, settings)
    base = _known_base(con, published)
    months = _stale_months(con, is_first=base is None)
    if months is not None:
        base = _renew_base(con, published, base=base or {}, months=months, build=generation)
    _renew_risk(con, town, is_stale=months is not None)
    delta = f"delta/{generation:08d}.duckdb"
    as_of_at = _write_delta(con, published / delta, town=town, generation=generation)
    manifest = {
        "generation": generation,
        "as_of_at": as_of_at.isoformat() if as_of_at else None,
        "published_at": town.now(settings).isoformat(),
        "town_id": town.id,
        "base": base,
        "delta": delta,
        "module": publish_modules(con, published, build=generation),
        "geo": _write_geo(published, current, geometry=geometry),
    }
    swap_file(published / "CURRENT", json.dumps(manifest).encode())
    _sweep(published, manifest, previous=current)
    return Published(generation, as_of_at, len(months or ()))


def _write_inputs(con: duckdb.DuckDBPyConnection, town: Town, settings: Settings) -> None:
    """Writes generation_input (now) and makes sure the tables a young town has not built yet exist."""
    con.execute(
        "CREATE OR REPLACE TEMP TABLE generation_input AS SELECT ?::TIMESTAMP AS now_at", [town.now(settings)]
    )
    con.execute(
        "CREATE TABLE IF NOT EXISTS feed_negative (feed_id VARCHAR, negative_pct DOUBLE, negative_count BIGINT)"
    )
    for name in WHOLE_MODELS:
        con.execute(f"CREATE OR REPLACE TEMP TABLE {name} AS {read_models()[name].sql}")


def _stale_months(con: duckdb.DuckDBPyConnection, *, is_first: bool) -> list[str] | None:
    """Returns the months to write again, None when the delta can carry the changes."""
    everything = is_first or read_state(con, "base_stale") == "yes"
    if everything:
        return [
            row[0] for row in con.execute("SELECT DISTINCT month_id FROM mart_incident ORDER BY 1").fetchall()
        ]
    if con.execute("SELECT count(*) FROM publish_touched").fetchone()[0] <= MOST_TOUCHED:
        return None
    return [
        row[0]
        for row in con.execute(
            "SELECT DISTINCT month_id FROM (SELECT month_id FROM publish_shadow_mart_incident UNION ALL "
            "SELECT month_id FROM publish_fresh_mart_incident) ORDER BY 1"
        ).fetchall()
    ]


def _known_base(con: duckdb.DuckDBPyConnection, published: Path) -> dict[str, str] | None:
    """Returns month -> folder as the warehouse remembers it, None when a folder is gone or nothing was written."""
    base = json.loads(read_state(con, "base") or "null")
    return base if base and all((published / folder).is_dir() for folder in base.values()) else None


def _renew_base(con, published: Path, *, base: dict, months: list[str], build: int) -> dict[str, str]:
    """Writes the months again; the warehouse forgets what the delta carried in the transaction that notes the new folders."""
    zone_name = con.execute("SELECT zone_name FROM dim_work").fetchall()[0][0]
    kept = (
        {} if read_state(con, "base_stale") == "yes" else {m: f for m, f in base.items() if m not in months}
    )
    all_threads(con)
    kept |= write_base(con, published, months=months, zone_name=zone_name, build=build)
    for month in months:
        for path in (published / kept[month]).glob("*") if month in kept else ():
            flush(path)
    con.execute("BEGIN")
    empty_shadow(con)
    write_state(con, "base_stale", "no")
    write_state(con, "base", json.dumps(dict(sorted(kept.items()))))
    write_state(con, "generation", str(build))
    con.execute("COMMIT")
    return dict(sorted(kept.items()))


def _renew_risk(con: duckdb.DuckDBPyConnection, town: Town, *, is_stale: bool) -> None:
    """Rebuilds the risk map once per local day, and after every rewrite of the base."""
    as_of_at = as_of(con)
    day = (
        str(con.execute("SELECT local_at(?::TIMESTAMP)::DATE", [as_of_at]).fetchone()[0])
        if as_of_at
        else "none"
    )
    if is_stale or read_state(con, "risk_day") != day or not _has_table(con, "mart_risk"):
        all_threads(con)
        build_risk(con, town, as_of_at=as_of_at)
        con.execute(FEED_NEGATIVE, [as_of_at])
        write_state(con, "risk_day", day)


def _has_table(con: duckdb.DuckDBPyConnection, name: str) -> bool:
    return (
        con.execute("SELECT 1 FROM duckdb_tables() WHERE table_name = ? AND NOT temporary", [name]).fetchone()
        is not None
    )


def _write_delta(con, path: Path, *, town: Town, generation: int) -> datetime | None:
    path.unlink(missing_ok=True)
    zone_name, as_of_at = town.file.timezone, as_of(con)
    # Twenty small tables: large blocks and packing cost more than they save; a torn file is never named by CURRENT.
    con.execute(f"ATTACH '{path}' AS delta (BLOCK_SIZE 16384, RECOVERY_MODE no_wal_writes)")
    con.execute("SET force_compression = 'uncompressed'")
    try:
        con.execute("BEGIN")
        con.execute("CREATE TABLE delta.touched AS SELECT incident_no FROM publish_touched")
        for name in ROW_TABLES:
            con.execute(f"CREATE TABLE delta.{name} AS SELECT * FROM publish_fresh_{name}")
        _write_signed_rollups(con, zone_name)
        for name in (*WHOLE_TABLES, *WHOLE_MODELS):
            con.execute(f"CREATE TABLE delta.{name} AS SELECT * FROM {name}")
        con.execute(f"CREATE TABLE delta.mart_risk AS SELECT * FROM mart_risk {RECENT_CYCLES}")
        con.execute("CREATE TABLE delta.view_sql (name VARCHAR, sql VARCHAR)")
        shipped = view_sql(zone_name)
        marks = ", ".join(["(?, ?)"] * len(shipped))
        con.execute(
            f"INSERT INTO delta.view_sql VALUES {marks}", [text for pair in shipped.items() for text in pair]
        )
        con.execute(
            "CREATE TABLE delta.meta AS SELECT ?::VARCHAR AS town_id, ?::BIGINT AS generation, ?::TIMESTAMP AS as_of_at, "
            "now_at AS published_at, ?::BOOLEAN AS is_synthetic FROM generation_input",
            [town.id, generation, as_of_at, town.file.is_synthetic],
        )
        con.execute("COMMIT")
    finally:
        con.execute("DETACH delta")
        con.execute("SET force_compression = 'auto'")
    flush(path)  # before CURRENT names it: after a power cut the named file must be whole
    return as_of_at


def _write_signed_rollups(con: duckdb.DuckDBPyConnection, zone_name: str) -> None:
    """Writes what the touched incidents add to (and take from) the rollups of the base."""
    for name, columns in COUNTED.items():
        con.execute(
            f"CREATE OR REPLACE TEMP TABLE both_{name} AS SELECT {columns}, 1 AS {WEIGHT} FROM publish_fresh_{name} "
            f"UNION ALL BY NAME SELECT {columns}, -1 AS {WEIGHT} FROM publish_shadow_{name}"
        )
    clock = clock_sql(source="both_mart_incident", zone_name=zone_name, carried=WEIGHT)
    columns = f"clock_code, due_date, grid_id, {KIND}, excluded_code, {', '.join(MEASURES)}, {WEIGHT}"
    con.execute(f"CREATE OR REPLACE TEMP TABLE both_clock AS SELECT {columns} FROM ({clock})")
    sql = signed_rollup_sql(
        incident="both_mart_incident", report="both_mart_report", clock="both_clock", zone_name=zone_name
    )
    for name, select in sql.items():
        con.execute(f"CREATE TABLE delta.{name} AS {select}")


def view_sql(zone_name: str) -> dict[str, str]:
    """Returns the views a reader makes over the row tables: name -> SELECT."""
    return {
        "mart_clock": clock_sql(source="mart_incident", zone_name=zone_name),
        "mart_segment": segment_sql(source="mart_incident", zone_name=zone_name),
        "mart_step": read_models_text("mart_step"),
        "local_at": local_sql("t", zone_name=zone_name),
        **single_sql(source="mart_incident", zone_name=zone_name),
    }


def read_models_text(name: str) -> str:
    """Returns the text of a view kept under models/views."""
    return (Path(__file__).resolve().parent / "models" / "views" / f"{name}.sql").read_text(encoding="utf-8")


def _write_geo(published: Path, current: dict | None, *, geometry: Geometry) -> str:
    """Writes one GeoJSON per level when the areas changed; returns their version."""
    version = geometry.digest[:12]
    if (current or {}).get("geo") != version:
        for level, shape in geometry.shapes.items():
            swap_file(published / "geo" / f"{level}.json", shape.to_json(drop_id=True).encode())
    return version


def _sweep(published: Path, manifest: dict, *, previous: dict | None) -> None:
    """Removes generations and month folders nobody can still be reading."""
    for path in sorted((published / "delta").glob("*.duckdb"))[:-KEPT_GENERATIONS]:
        path.unlink(missing_ok=True)
    _sweep_modules(published, manifest, previous=previous)
    kept = set(manifest["base"].values()) | set((previous or {}).get("base", {}).values())
    if previous and previous["base"] == manifest["base"]:
        return
    long_ago = time.time() - KEPT_SECONDS
    for folder in (published / "base").glob("*/*"):
        # A reader keeps a few generations open for queries under way; what was replaced minutes ago may still be read.
        if f"base/{folder.parent.name}/{folder.name}" not in kept and folder.stat().st_mtime < long_ago:
            shutil.rmtree(folder, ignore_errors=True)


def _sweep_modules(published: Path, manifest: dict, *, previous: dict | None) -> None:
    """Removes module files that neither this nor the last generation names and nobody can still be reading."""
    kept = set(manifest["module"].values()) | set((previous or {}).get("module", {}).values())
    if previous and previous.get("module") == manifest["module"]:
        return
    long_ago = time.time() - KEPT_SECONDS
    for path in (published / "module").glob("*/*.parquet"):
        if str(path.relative_to(published)) not in kept and path.stat().st_mtime < long_ago:
            path.unlink(missing_ok=True)
