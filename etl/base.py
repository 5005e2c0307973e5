"""The base (基础分区): one folder of Parquet per month, written once and never changed; a new version is a new folder."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import duckdb

from etl.clocks import MEASURES, clock_sql
from etl.rollups import KIND, rollup_sql

ROW_TABLES = ("mart_incident", "mart_report", "mart_step_log")  # in order of time since their full build
CHUNK_INCIDENTS = 400_000
# snappy: half the time of zstd, for a little more disk
PARQUET = "(FORMAT parquet, COMPRESSION snappy, ROW_GROUP_SIZE 30720)"


def write_base(
    con: duckdb.DuckDBPyConnection, published: Path, *, months: list[str], zone_name: str, build: int
) -> dict[str, str]:
    """Writes the named months and returns month -> folder; a month without incidents gets none."""
    written = {}
    for chunk in _chunks(con, months):
        rolls = _roll_up(con, chunk, zone_name=zone_name)
        for month in chunk:
            folder = published / "base" / month / str(build)
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir(parents=True)
            picked = f"WHERE month_id = '{month}'"
            for name in ROW_TABLES:
                _copy(con, f"SELECT * FROM {name} {picked}", folder / name)
            for name in rolls:
                _copy(con, f"SELECT * EXCLUDE (month_id) FROM chunk_{name} {picked}", folder / name)
            written[month] = f"base/{month}/{build}"
        for name in (*rolls, "clock"):
            con.execute(f"DROP TABLE temp.main.chunk_{name}")
    return written


def _copy(con: duckdb.DuckDBPyConnection, select: str, path: Path) -> None:
    con.execute(f"COPY ({select}) TO '{path}.parquet' {PARQUET}")


def _chunks(con: duckdb.DuckDBPyConnection, months: list[str]) -> Iterator[list[str]]:
    """Yields months in runs small enough to roll up at once, large enough that planning does not dominate."""
    counts = dict(con.execute("SELECT month_id, count(*) FROM mart_incident GROUP BY month_id").fetchall())
    chunk, held = [], 0
    for month in (each for each in months if each in counts):
        if chunk and held + counts[month] > CHUNK_INCIDENTS:
            yield chunk
            chunk, held = [], 0
        chunk.append(month)
        held += counts[month]
    if chunk:
        yield chunk


def _roll_up(con: duckdb.DuckDBPyConnection, months: list[str], *, zone_name: str) -> list[str]:
    """Writes chunk_<rollup> temp tables with a month_id column; returns the rollups' names."""
    listed = ", ".join(f"'{month}'" for month in months)
    for name in ("incident", "report"):
        con.execute(
            f"CREATE OR REPLACE TEMP VIEW chunk_{name} AS SELECT * FROM mart_{name} WHERE month_id IN ({listed})"
        )
    columns = f"month_id, clock_code, due_date, grid_id, {KIND}, excluded_code, {', '.join(MEASURES)}"
    clock = clock_sql(source="chunk_incident", zone_name=zone_name)
    con.execute(f"CREATE OR REPLACE TEMP TABLE chunk_clock AS SELECT {columns} FROM ({clock})")
    sql = rollup_sql(
        incident="chunk_incident",
        report="chunk_report",
        clock="chunk_clock",
        zone_name=zone_name,
        by_month=True,
    )
    for name, select in sql.items():
        con.execute(f"CREATE OR REPLACE TEMP TABLE chunk_{name} AS {select}")
    return list(sql)
