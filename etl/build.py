"""Build (建表): raw versions become placed, linked, timed incidents; an increment runs the same SQL on a small world."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from pathlib import Path

import duckdb
import geopandas as gpd

from data.town import Town
from etl.dims import build_dims
from etl.link import build_full_links, build_link_rules, build_members, link_sql
from etl.models import MODELS, read_models
from etl.place import GridTree, build_cells, place_border_points
from etl.zone import local_sql

SOURCES = Path(__file__).resolve().parent.parent
FULL_SHARE = 0.2
SMALL_WORLD = ("raw_report", "raw_step", "core_report", "core_incident_report", "core_step", "core_step_summary", "core_case",
               "core_incident", "core_due", "mart_incident", "mart_report", "mart_step_log", "place_exact")
BEFORE_LINKS = {"core_clock_offset", "core_report", "core_link"}
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
    """Returns a digest of everything a full build depends on besides rows: models, rules, clocks, the town's folder."""
    digest = hashlib.sha256()
    files = [*MODELS.glob("*/*.sql"), *(SOURCES / "data" / "rules").glob("*.yaml"), SOURCES / "data" / "clocks.yaml"]
    files += [path for path in town.folder.rglob("*") if path.is_file() and path.suffix in {".yaml", ".csv", ".geojson"}]
    if town.file.areas:
        files.append(town.expand(town.file.areas.file))
    for path in sorted(files):
        digest.update(str(path.name).encode() + path.read_bytes())
    return digest.hexdigest()


def read_state(con: duckdb.DuckDBPyConnection, key: str) -> str | None:
    """Returns a value of build_state, None when it was never set."""
    con.execute("CREATE TABLE IF NOT EXISTS build_state (key VARCHAR, value VARCHAR)")
    rows = con.execute("SELECT value FROM build_state WHERE key = ?", [key]).fetchall()
    return rows[0][0] if rows else None


def write_state(con: duckdb.DuckDBPyConnection, key: str, value: str) -> None:
    """Sets a value of build_state."""
    con.execute("DELETE FROM build_state WHERE key = ?", [key])
    con.execute("INSERT INTO build_state VALUES (?, ?)", [key, value])


def town_shapes(con: duckdb.DuckDBPyConnection, town: Town, *, digest: str) -> Geometry:
    """Returns the town's polygons; writes the dim_ tables when the town's folder is new to this process."""
    if read_state(con, "dims") != digest or _geometry.digest != digest:
        shapes = build_dims(con, town)
        build_link_rules(con)
        build_cells(con, shapes["grid"])
        con.execute(f"CREATE OR REPLACE MACRO local_at(t) AS ({local_sql('t', zone_name=town.file.timezone)})")
        write_state(con, "dims", digest)
        _geometry.shapes, _geometry.tree, _geometry.digest = shapes, GridTree(shapes["grid"]), digest
    return _geometry


def build(con: duckdb.DuckDBPyConnection, town: Town, *, full: bool = False) -> BuildResult:
    """Builds core and mart tables from what was loaded since the last build.

    Full when asked, when the definitions changed, or when much was loaded; the result is the same either way.
    One transaction: after a crash the tables are as before or as after.
    """
    digest = definitions_digest(town)
    con.execute("BEGIN")
    try:
        shapes = town_shapes(con, town, digest=digest)
        is_known = read_state(con, "definitions") == digest
        touched = 0 if full or not is_known else _collect_touched(con)
        if full or not is_known or touched > _most_touched(con):
            result = _build_all(con, shapes.tree)
            write_state(con, "definitions", digest)
            write_state(con, "base_stale", "yes")
        else:
            result = _build_touched(con, shapes.tree) if touched else BuildResult(False, 0, 0)
        con.execute("UPDATE ledger SET is_built = true WHERE NOT is_built")
        con.execute("COMMIT")
    except BaseException:
        con.execute("ROLLBACK")
        _geometry.digest = ""
        raise
    finally:
        _drop_small_world(con)
    return result


def _steps() -> list[str]:
    models = read_models().values()
    apart = BEFORE_LINKS | PER_GENERATION
    return [m.name for m in models if m.path.parent.name in ("core", "mart") and m.name not in apart]


def _most_touched(con: duckdb.DuckDBPyConnection) -> int:
    held = con.execute("SELECT count(*) FROM core_report").fetchone()[0]
    return max(2000, int(held * FULL_SHARE))


def _drop_small_world(con: duckdb.DuckDBPyConnection) -> None:
    for name in (*SMALL_WORLD, "touched_report", "link_subject", "fresh_link", "fresh_report", "affected_report", "touched_incident"):
        con.execute(f"DROP TABLE IF EXISTS temp.main.{name}")


def _collect_touched(con: duckdb.DuckDBPyConnection) -> int:
    con.execute("CREATE OR REPLACE TEMP TABLE touched_report AS "
                "WITH fresh AS (SELECT load_id FROM ledger WHERE NOT is_built) "
                "SELECT report_id FROM raw_report WHERE _load_id IN (SELECT load_id FROM fresh) UNION "
                "SELECT f.report_feed_id || ':' || s.report_source_key FROM raw_step AS s "
                "JOIN dim_feed AS f ON f.feed_id = s.feed_id WHERE s._load_id IN (SELECT load_id FROM fresh)")
    return con.execute("SELECT count(*) FROM touched_report").fetchone()[0]


def _build_all(con: duckdb.DuckDBPyConnection, tree: GridTree) -> BuildResult:
    models = read_models()
    con.execute(f"CREATE OR REPLACE TABLE core_clock_offset AS {models['core_clock_offset'].sql}")
    place_border_points(con, tree)
    con.execute(f"CREATE OR REPLACE TABLE core_report AS {models['core_report'].sql}")
    build_full_links(con)
    for name in _steps():
        kind = "TABLE" if name.startswith("mart_") else "TEMP TABLE"
        con.execute(f"CREATE OR REPLACE {kind} {name} AS {models[name].sql}")
    empty_shadow(con)
    counts = con.execute("SELECT (SELECT count(*) FROM core_report), (SELECT count(*) FROM mart_incident)").fetchone()
    return BuildResult(True, *counts)


def empty_shadow(con: duckdb.DuckDBPyConnection) -> None:
    """Forgets what was touched since the base was written."""
    con.execute("CREATE OR REPLACE TABLE publish_touched (incident_no UBIGINT)")
    for name in ("mart_incident", "mart_report", "mart_step_log"):
        con.execute(f"CREATE OR REPLACE TABLE publish_shadow_{name} AS SELECT * FROM {name} LIMIT 0")
        con.execute(f"CREATE OR REPLACE TABLE publish_fresh_{name} AS SELECT * FROM {name} LIMIT 0")


def _build_touched(con: duckdb.DuckDBPyConnection, tree: GridTree) -> BuildResult:
    home, models = con.execute("SELECT current_database()").fetchone()[0] + ".main", read_models()
    _renew_offsets(con, home)
    con.execute(f"CREATE TEMP TABLE raw_report AS SELECT * FROM {home}.raw_report "
                "WHERE _is_current AND report_id IN (SELECT report_id FROM touched_report)")
    place_border_points(con, tree)
    con.execute(f"CREATE TEMP TABLE fresh_report AS {models['core_report'].sql}")
    con.execute(f"DELETE FROM {home}.core_report WHERE report_id IN (SELECT report_id FROM fresh_report)")
    con.execute(f"INSERT INTO {home}.core_report SELECT * FROM fresh_report")
    _relink(con, home)
    con.execute(f"CREATE TEMP TABLE core_report AS SELECT * FROM {home}.core_report "
                "WHERE report_id IN (SELECT report_id FROM affected_report)")
    con.execute(f"CREATE TEMP TABLE raw_step AS SELECT s.* FROM {home}.raw_step AS s JOIN dim_feed AS f ON f.feed_id = s.feed_id "
                "WHERE s._is_current AND f.report_feed_id || ':' || s.report_source_key IN (SELECT report_id FROM affected_report)")
    for name in _steps():
        con.execute(f"CREATE TEMP TABLE {name} AS {models[name].sql}")
    incidents = _swap_marts(con, home)
    return BuildResult(False, con.execute("SELECT count(*) FROM touched_report").fetchone()[0], incidents)


def _renew_offsets(con: duckdb.DuckDBPyConnection, home: str) -> None:
    """Measures the clocks again for the weeks the touched reports lie in; a feed-week whose offset moved is touched whole."""
    con.execute(f"CREATE TEMP TABLE touched_week AS SELECT DISTINCT date_trunc('week', reported_at)::DATE AS week_date FROM {home}.raw_report "
                "WHERE _is_current AND report_id IN (SELECT report_id FROM touched_report)")
    first = con.execute("SELECT min(week_date) FROM touched_week").fetchone()[0]
    if first is not None:
        con.execute(f"CREATE TEMP TABLE raw_report AS SELECT * FROM {home}.raw_report WHERE reported_at >= TIMESTAMP '{first}' - INTERVAL 1 HOUR "
                    "AND _is_current AND (date_trunc('week', reported_at - INTERVAL 1 HOUR)::DATE IN (SELECT week_date FROM touched_week) "
                    "OR date_trunc('week', reported_at + INTERVAL 1 HOUR)::DATE IN (SELECT week_date FROM touched_week))")
        con.execute(f"CREATE TEMP TABLE fresh_offset AS SELECT * FROM ({read_models()['core_clock_offset'].sql}) WHERE week_date IN (SELECT week_date FROM touched_week)")
        con.execute(f"CREATE TEMP TABLE moved_week AS SELECT coalesce(n.feed_id, o.feed_id) AS feed_id, coalesce(n.week_date, o.week_date) AS week_date "
                    f"FROM fresh_offset AS n FULL JOIN (SELECT * FROM {home}.core_clock_offset WHERE week_date IN (SELECT week_date FROM touched_week)) AS o "
                    "ON o.feed_id = n.feed_id AND o.week_date = n.week_date WHERE coalesce(n.offset_s, 0) <> coalesce(o.offset_s, 0)")
        con.execute("INSERT INTO touched_report SELECT r.report_id FROM raw_report AS r JOIN moved_week AS m ON m.feed_id = r.feed_id "
                    "AND m.week_date = date_trunc('week', r.reported_at)::DATE WHERE r.report_id NOT IN (SELECT report_id FROM touched_report)")
        con.execute(f"DELETE FROM {home}.core_clock_offset WHERE week_date IN (SELECT week_date FROM touched_week)")
        con.execute(f"INSERT INTO {home}.core_clock_offset SELECT * FROM fresh_offset")
    for name in ("touched_week", "raw_report", "fresh_offset", "moved_week"):
        con.execute(f"DROP TABLE IF EXISTS temp.main.{name}")


def _relink(con: duckdb.DuckDBPyConnection, home: str) -> None:
    """Renews the edges of the touched reports and the membership of every incident they reach."""
    con.execute("CREATE TEMP TABLE link_subject AS SELECT report_id FROM fresh_report")
    _collect_neighbours(con, home)
    con.execute(f"CREATE TEMP TABLE fresh_link AS {link_sql(is_full=False)}")
    con.execute("DROP TABLE temp.main.core_report")
    old = f"FROM {home}.core_link WHERE report_a IN (SELECT report_id FROM link_subject) OR report_b IN (SELECT report_id FROM link_subject)"
    con.execute(
        "CREATE TEMP TABLE affected_report AS WITH reached AS (SELECT report_id FROM link_subject UNION "
        "SELECT report_a FROM fresh_link UNION SELECT report_b FROM fresh_link UNION "
        f"SELECT report_a {old} UNION SELECT report_b {old}), known AS (SELECT DISTINCT m.incident_id FROM {home}.core_incident_report AS m "
        f"WHERE m.report_id IN (SELECT report_id FROM reached)) SELECT report_id FROM reached UNION SELECT m.report_id FROM "
        f"{home}.core_incident_report AS m WHERE m.incident_id IN (SELECT incident_id FROM known)"
    )
    con.execute(f"DELETE {old}")
    con.execute(f"INSERT INTO {home}.core_link SELECT * FROM fresh_link")
    con.execute(
        "CREATE TEMP TABLE touched_incident AS SELECT DISTINCT incident_id FROM ("
        f"SELECT coalesce(m.incident_id, a.report_id) AS incident_id FROM affected_report AS a LEFT JOIN {home}.core_incident_report AS m "
        "ON m.report_id = a.report_id)"
    )
    con.execute(f"CREATE OR REPLACE TEMP TABLE fresh_link AS SELECT * FROM {home}.core_link WHERE report_a IN (SELECT report_id FROM affected_report)")
    members = build_members(con, edges="fresh_link", reports=f"{home}.core_report")
    con.register("incoming_members", members)
    con.execute("CREATE TEMP TABLE core_incident_report AS SELECT incident_id::VARCHAR AS incident_id, report_id::VARCHAR AS report_id, "
                "rule_code::VARCHAR AS rule_code, score::DOUBLE AS score FROM incoming_members")
    con.unregister("incoming_members")
    con.execute(f"DELETE FROM {home}.core_incident_report WHERE report_id IN (SELECT report_id FROM affected_report)")
    con.execute(f"INSERT INTO {home}.core_incident_report SELECT * FROM core_incident_report")


def _collect_neighbours(con: duckdb.DuckDBPyConnection, home: str) -> None:
    """Writes the small world's core_report: reports close in time to a touched one, or named by a transfer, a case or an asset.

    The window is given as literals and each way of being named as a query of its own, so that DuckDB skips the row groups
    of other months; one condition with OR would read all of history.
    """
    first, last, days = con.execute(
        "SELECT min(reported_at), max(reported_at), (SELECT ceil(coalesce(max(link_window_minutes), 0) / 1440)::INTEGER FROM dim_category) FROM fresh_report"
    ).fetchone()
    con.execute("CREATE TEMP TABLE near_day AS SELECT DISTINCT unnest(range(reported_at::DATE - $1::INTEGER, reported_at::DATE + $1::INTEGER + 1, "
                "INTERVAL 1 DAY))::DATE AS day FROM fresh_report", [days])
    span = f"reported_at >= TIMESTAMP '{first}' - INTERVAL {days} DAY AND reported_at <= TIMESTAMP '{last}' + INTERVAL {days} DAY"
    ways = [f"{span} AND reported_at::DATE IN (SELECT day FROM near_day)"] if first else []
    for column, wanted in (("report_id", "transfer_report_id"), ("transfer_report_id", "report_id"), ("case_id", "case_id"), ("asset_key", "asset_key")):
        condition = "has_case_key AND " if column == "case_id" else ""
        if con.execute(f"SELECT 1 FROM fresh_report WHERE {condition}{wanted} IS NOT NULL LIMIT 1").fetchone():
            ways.append(f"{condition}{column} IN (SELECT {wanted} FROM fresh_report WHERE {condition}{wanted} IS NOT NULL)")
    union = " UNION ".join(f"SELECT * FROM {home}.core_report WHERE {way}" for way in ways) or f"SELECT * FROM {home}.core_report LIMIT 0"
    con.execute(f"CREATE TEMP TABLE core_report AS {union}")
    con.execute("DROP TABLE near_day")


def _swap_marts(con: duckdb.DuckDBPyConnection, home: str) -> int:
    """Keeps the published version of incidents touched for the first time, then replaces the touched rows."""
    con.execute("INSERT INTO touched_incident SELECT incident_id FROM mart_incident "
                "WHERE incident_id NOT IN (SELECT incident_id FROM touched_incident)")
    for name in ("mart_incident", "mart_report"):
        con.execute(
            f"INSERT INTO {home}.publish_shadow_{name} SELECT * FROM {home}.{name} "
            "WHERE incident_id IN (SELECT incident_id FROM touched_incident) "
            f"AND incident_no NOT IN (SELECT incident_no FROM {home}.publish_touched)"
        )
    con.execute(f"INSERT INTO {home}.publish_touched SELECT hash(incident_id) FROM touched_incident EXCEPT SELECT incident_no FROM {home}.publish_touched")
    for name in ("mart_incident", "mart_report", "mart_step_log"):
        con.execute(f"DELETE FROM {home}.{name} WHERE incident_id IN (SELECT incident_id FROM touched_incident)")
        con.execute(f"INSERT INTO {home}.{name} SELECT * FROM temp.main.{name}")
        con.execute(f"DELETE FROM {home}.publish_fresh_{name} WHERE incident_id IN (SELECT incident_id FROM touched_incident)")
        con.execute(f"INSERT INTO {home}.publish_fresh_{name} SELECT * FROM temp.main.{name}")
    return con.execute("SELECT count(*) FROM touched_incident").fetchone()[0]
