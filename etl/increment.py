"""Increment (增量): what was loaded since the last build, worked out in a small world of temporary tables.

A temporary table hides the persistent one of the same name, so the models run unchanged on the few reports
that matter; the persistent tables are written `{home}.name` here.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import duckdb

from etl.link import build_members, link_sql
from etl.models import read_models
from etl.place import GridTree, place_border_points

MARTS = ("mart_incident", "mart_report", "mart_step_log")
TIMES = {"mart_incident": "first_signal_at", "mart_report": "reported_at"}
AIDS = (
    "fresh_raw",
    "decided_report",
    "stepped_report",
    "touched_week",
    "fresh_offset",
    "moved_week",
    "fresh_report",
    "near_day",
    "link_subject",
    "fresh_link",
    "affected_id",
    "affected_report",
    "touched_incident",
)
WORLD = ("raw_report", "raw_step", "core_report", "core_incident_report", "place_exact")

# Loads are appended in order, so the first load as a constant lets DuckDB skip everything older.
FRESH_RAW = """
    SELECT * FROM raw_report
    WHERE _load_id >= {first_load} AND _is_current
    AND _load_id IN (SELECT load_id FROM ledger WHERE NOT is_built)"""
# What somebody decided about their links: these reports are linked again as if they had just come.
DECIDED_REPORT = """
    WITH decided AS (
        SELECT report_id, other_report_id FROM raw_link_decision
        WHERE _load_id >= {first_load} AND _load_id IN (SELECT load_id FROM ledger WHERE NOT is_built)
    )
    SELECT report_id FROM decided UNION SELECT other_report_id FROM decided"""
DECIDED_RAW = """
    SELECT * FROM raw_report
    WHERE _is_current AND report_id IN (SELECT report_id FROM decided_report)
    AND report_id NOT IN (SELECT report_id FROM fresh_raw)"""
STEPPED_REPORT = """
    SELECT DISTINCT f.report_feed_id || ':' || s.report_source_key AS report_id
    FROM raw_step AS s JOIN dim_feed AS f ON f.feed_id = s.feed_id
    WHERE s._load_id >= {first_load} AND s._load_id IN (SELECT load_id FROM ledger WHERE NOT is_built)"""
# An hour to either side: a transfer's other end, which decides the week, may lie across midnight on Sunday.
TOUCHED_WEEK = """
    SELECT DISTINCT date_trunc('week', unnest([
        reported_at - INTERVAL 1 HOUR, reported_at + INTERVAL 1 HOUR]))::DATE AS week_date
    FROM fresh_raw"""
WEEK_REPORT = """
    SELECT * FROM {home}.raw_report
    WHERE reported_at >= TIMESTAMP '{first}' - INTERVAL 1 HOUR AND _is_current AND (
        date_trunc('week', reported_at - INTERVAL 1 HOUR)::DATE IN (SELECT week_date FROM touched_week)
        OR date_trunc('week', reported_at + INTERVAL 1 HOUR)::DATE IN (SELECT week_date FROM touched_week))"""
MOVED_WEEK = """
    SELECT coalesce(n.feed_id, o.feed_id) AS feed_id, coalesce(n.week_date, o.week_date) AS week_date
    FROM fresh_offset AS n
    FULL JOIN (
        SELECT * FROM {home}.core_clock_offset WHERE week_date IN (SELECT week_date FROM touched_week)
    ) AS o ON o.feed_id = n.feed_id AND o.week_date = n.week_date
    WHERE coalesce(n.offset_s, 0) <> coalesce(o.offset_s, 0)"""
MOVED_RAW = """
    SELECT r.* FROM raw_report AS r
    JOIN moved_week AS m ON m.feed_id = r.feed_id AND m.week_date = date_trunc('week', r.reported_at)::DATE
    WHERE r.report_id NOT IN (SELECT report_id FROM fresh_raw)"""
# A step is moved by the offset of the week it was made in, which may be a later one than its report's.
MOVED_STEP = """
    SELECT DISTINCT f.report_feed_id || ':' || s.report_source_key
    FROM raw_step AS s
    JOIN dim_feed AS f ON f.feed_id = s.feed_id
    JOIN moved_week AS m ON m.feed_id = f.report_feed_id AND m.week_date = date_trunc('week', s.acted_at)::DATE
    WHERE s._is_current"""
NEAR_DAY = """
    SELECT DISTINCT unnest(range(
        reported_at::DATE - $1::INTEGER, reported_at::DATE + $1::INTEGER + 1, INTERVAL 1 DAY
    ))::DATE AS day FROM fresh_report"""
OLD_LINK = """
    {home}.core_link
    WHERE report_a IN (SELECT report_id FROM link_subject) OR report_b IN (SELECT report_id FROM link_subject)"""
AFFECTED_REPORT = """
    WITH reached AS (
        SELECT report_id FROM link_subject UNION SELECT report_id FROM stepped_report
        UNION SELECT report_a FROM fresh_link UNION SELECT report_b FROM fresh_link
        UNION SELECT report_a FROM {old_link} UNION SELECT report_b FROM {old_link}
    ), known AS (
        SELECT DISTINCT incident_id FROM {home}.core_incident_report
        WHERE report_id IN (SELECT report_id FROM reached)
    ), member AS (
        SELECT report_id FROM {home}.core_incident_report WHERE incident_id IN (SELECT incident_id FROM known)
    )
    SELECT report_id FROM reached UNION SELECT report_id FROM member"""
AFFECTED_TIME = """
    SELECT a.report_id, coalesce(near.reported_at, held.reported_at) AS reported_at
    FROM affected_id AS a
    LEFT JOIN core_report AS near ON near.report_id = a.report_id
    LEFT JOIN (
        SELECT report_id, reported_at FROM {home}.core_report
        WHERE report_id IN (SELECT report_id FROM affected_id ANTI JOIN core_report USING (report_id))
    ) AS held ON held.report_id = a.report_id"""
TOUCHED_INCIDENT = """
    SELECT DISTINCT coalesce(m.incident_id, a.report_id) AS incident_id
    FROM affected_report AS a
    LEFT JOIN {home}.core_incident_report AS m ON m.report_id = a.report_id"""
AFFECTED_STEP = """
    SELECT s.* FROM {home}.raw_step AS s
    JOIN dim_feed AS f ON f.feed_id = s.feed_id
    WHERE s._is_current
    AND f.report_feed_id || ':' || s.report_source_key IN (SELECT report_id FROM affected_report)"""


def collect_touched(con: duckdb.DuckDBPyConnection) -> int:
    """Writes fresh_raw (new versions) and stepped_report (new steps) of the loads not built yet; returns how many."""
    first_load = con.execute("SELECT coalesce(min(load_id), 0) FROM ledger WHERE NOT is_built").fetchall()[0][
        0
    ]
    _temporary(con, "fresh_raw", FRESH_RAW.format(first_load=first_load))
    _temporary(con, "decided_report", DECIDED_REPORT.format(first_load=first_load))
    if con.execute("SELECT 1 FROM decided_report LIMIT 1").fetchall():
        con.execute(f"INSERT INTO fresh_raw {DECIDED_RAW}")
    _temporary(con, "stepped_report", STEPPED_REPORT.format(first_load=first_load))
    counts = "SELECT (SELECT count(*) FROM fresh_raw) + (SELECT count(*) FROM stepped_report)"
    return con.execute(counts).fetchall()[0][0]


def build_touched(con: duckdb.DuckDBPyConnection, tree: GridTree, *, steps: Sequence[str]) -> int:
    """Brings core and mart tables up to date for the touched reports; returns the incidents rewritten."""
    home, models = con.execute("SELECT current_database()").fetchall()[0][0] + ".main", read_models()
    _renew_offsets(con, home)
    _temporary(con, "raw_report", "SELECT * FROM fresh_raw")
    place_border_points(con, tree)
    _temporary(con, "fresh_report", models["core_report"].sql)
    times = _renew_reports(con, home)
    _relink(con, home)
    times += con.execute("SELECT min(reported_at), max(reported_at) FROM affected_report").fetchall()[0]
    span = "BETWEEN TIMESTAMP '{}' AND TIMESTAMP '{}'".format(*_ends(times))
    chosen = f"SELECT * FROM {home}.core_report WHERE reported_at {span}"
    _temporary(con, "core_report", f"{chosen} AND report_id IN (SELECT report_id FROM affected_report)")
    _temporary(con, "raw_step", AFFECTED_STEP.format(home=home))
    for name in steps:
        _temporary(con, name, models[name].sql)
    return _swap_marts(con, home, span=span)


def drop_small_world(con: duckdb.DuckDBPyConnection, *, steps: Sequence[str]) -> None:
    """Removes every temporary table of a build, so that names mean the persistent tables again."""
    for name in (*AIDS, *WORLD, *steps):
        con.execute(f"DROP TABLE IF EXISTS temp.main.{name}")


def _temporary(con: duckdb.DuckDBPyConnection, name: str, sql: str) -> None:
    con.execute(f"CREATE OR REPLACE TEMP TABLE {name} AS {sql}")


def _ends(times: Sequence[datetime | None]) -> tuple[datetime, datetime]:
    known = [each for each in times if each is not None]
    return (min(known), max(known)) if known else (datetime(1, 1, 1), datetime(1, 1, 1))


def _renew_reports(con: duckdb.DuckDBPyConnection, home: str) -> list[datetime | None]:
    """Replaces the fresh reports in core_report; returns the ends of their times, old and new.

    The ids are given as one range per feed, constants that let DuckDB skip row groups: keys grow with time.
    """
    ranges = con.execute(
        "SELECT min(report_id), max(report_id) FROM fresh_report GROUP BY feed_id"
    ).fetchall()
    picked = (
        " OR ".join(f"report_id BETWEEN {_quoted(low)} AND {_quoted(high)}" for low, high in ranges)
        or "false"
    )
    gone = con.execute(
        f"DELETE FROM {home}.core_report WHERE ({picked}) AND report_id IN (SELECT report_id FROM fresh_report) "
        "RETURNING reported_at"
    ).fetchall()
    con.execute(f"INSERT INTO {home}.core_report SELECT * FROM fresh_report")
    fresh = con.execute("SELECT min(reported_at), max(reported_at) FROM fresh_report").fetchall()[0]
    return [*(row[0] for row in gone), *fresh]


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _renew_offsets(con: duckdb.DuckDBPyConnection, home: str) -> None:
    """Measures the clocks of the touched weeks again; a feed-week whose offset moved is touched whole."""
    _temporary(con, "touched_week", TOUCHED_WEEK)
    first = con.execute("SELECT min(week_date) FROM touched_week").fetchall()[0][0]
    if first is None:
        return
    _temporary(con, "raw_report", WEEK_REPORT.format(home=home, first=first))
    measured = read_models()["core_clock_offset"].sql
    in_weeks = "WHERE week_date IN (SELECT week_date FROM touched_week)"
    _temporary(con, "fresh_offset", f"SELECT * FROM ({measured}) {in_weeks}")
    _temporary(con, "moved_week", MOVED_WEEK.format(home=home))
    con.execute(f"INSERT INTO fresh_raw {MOVED_RAW}")
    con.execute(f"INSERT INTO stepped_report {MOVED_STEP}")
    con.execute(f"DELETE FROM {home}.core_clock_offset {in_weeks}")
    con.execute(f"INSERT INTO {home}.core_clock_offset SELECT * FROM fresh_offset")
    con.execute("DROP TABLE temp.main.raw_report")


def _relink(con: duckdb.DuckDBPyConnection, home: str) -> None:
    """Renews the edges of the touched reports and the membership of every incident they reach."""
    old_link = OLD_LINK.format(home=home)
    _temporary(con, "link_subject", "SELECT report_id FROM fresh_report")
    _collect_neighbours(con, home)
    _temporary(con, "fresh_link", link_sql(is_full=False))
    _temporary(con, "affected_id", AFFECTED_REPORT.format(home=home, old_link=old_link))
    _temporary(con, "affected_report", AFFECTED_TIME.format(home=home))
    con.execute("DROP TABLE temp.main.core_report")
    con.execute(f"DELETE FROM {old_link}")
    con.execute(f"INSERT INTO {home}.core_link SELECT * FROM fresh_link")
    _temporary(con, "touched_incident", TOUCHED_INCIDENT.format(home=home))
    of_affected = "WHERE report_a IN (SELECT report_id FROM affected_report)"
    _temporary(con, "fresh_link", f"SELECT * FROM {home}.core_link {of_affected}")
    members = build_members(con, edges="fresh_link", reports=f"{home}.core_report")
    con.register("incoming_members", members)
    _temporary(con, "core_incident_report", f"SELECT * FROM {home}.core_incident_report LIMIT 0")
    con.execute("INSERT INTO core_incident_report BY NAME SELECT * FROM incoming_members")
    con.unregister("incoming_members")
    in_affected = "report_id IN (SELECT report_id FROM affected_report)"
    con.execute(f"DELETE FROM {home}.core_incident_report WHERE {in_affected}")
    con.execute(f"INSERT INTO {home}.core_incident_report SELECT * FROM core_incident_report")


def _collect_neighbours(con: duckdb.DuckDBPyConnection, home: str) -> None:
    """Writes the small world's core_report: reports near a touched one in time, or named by transfer, case, asset.

    The window is given as literals and each way of being named as a query of its own, so that DuckDB skips
    the row groups of other months; one condition with OR would read all of history.
    """
    widest = "SELECT ceil(coalesce(max(link_window_minutes), 0) / 1440)::INTEGER FROM dim_category"
    span = f"SELECT min(reported_at), max(reported_at), ({widest}) FROM fresh_report"
    first, last, days = con.execute(span).fetchall()[0]
    con.execute(f"CREATE OR REPLACE TEMP TABLE near_day AS {NEAR_DAY}", [days])
    ways = []
    if first:
        window = f"TIMESTAMP '{first}' - INTERVAL {days} DAY AND TIMESTAMP '{last}' + INTERVAL {days} DAY"
        ways.append(f"reported_at BETWEEN {window} AND reported_at::DATE IN (SELECT day FROM near_day)")
    named = {"report_id": "transfer_report_id", "transfer_report_id": "report_id", "asset_key": "asset_key"}
    for column, wanted in (*named.items(), ("case_id", "case_id")):
        wanted_sql = f"SELECT {wanted} FROM fresh_report WHERE {wanted} IS NOT NULL"
        wanted_sql += " AND has_case_key" if column == "case_id" else ""
        if con.execute(f"{wanted_sql} LIMIT 1").fetchall():
            ways.append(f"{column} IN ({wanted_sql}){' AND has_case_key' if column == 'case_id' else ''}")
    for one, other in (("report_id", "other_report_id"), ("other_report_id", "report_id")):
        wanted_sql = (
            f"SELECT {one} FROM raw_link_decision WHERE {other} IN (SELECT report_id FROM fresh_report)"
        )
        if con.execute(f"{wanted_sql} LIMIT 1").fetchall():
            ways.append(f"report_id IN ({wanted_sql})")
    each = [f"SELECT * FROM {home}.core_report WHERE {way}" for way in ways or ["false"]]
    _temporary(con, "core_report", " UNION ".join(each))


def _swap_marts(con: duckdb.DuckDBPyConnection, home: str, *, span: str) -> int:
    """Keeps the published rows of incidents touched for the first time, then replaces the touched rows.

    `span` bounds the times, before and after, of every report concerned: a constant to skip row groups by.
    """
    timed = {name: f"{TIMES[name]} {span} AND" if name in TIMES else "" for name in MARTS}
    known = "SELECT incident_id FROM touched_incident"
    con.execute(
        f"INSERT INTO touched_incident SELECT incident_id FROM mart_incident WHERE incident_id NOT IN ({known})"
    )
    published = f"SELECT incident_no FROM {home}.publish_touched"
    for name in MARTS[:2]:
        con.execute(
            f"INSERT INTO {home}.publish_shadow_{name} SELECT * FROM {home}.{name} "
            f"WHERE {timed[name]} incident_id IN ({known}) AND incident_no NOT IN ({published})"
        )
    con.execute(
        f"INSERT INTO {home}.publish_touched SELECT hash(incident_id) FROM touched_incident EXCEPT {published}"
    )
    for name in MARTS:
        for table in (f"{home}.{name}", f"{home}.publish_fresh_{name}"):
            con.execute(f"DELETE FROM {table} WHERE {timed[name]} incident_id IN ({known})")
            con.execute(f"INSERT INTO {table} SELECT * FROM temp.main.{name}")
    return con.execute("SELECT count(*) FROM touched_incident").fetchall()[0][0]
