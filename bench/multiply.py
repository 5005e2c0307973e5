"""A history ten times as long in rows, by copying a built one: every copy gets ids of its own, at the same instants.

Loading and linking are measured on real files; here only the amount counts, so nothing is built again. Copies are
not linked with each other.
"""

from __future__ import annotations

import shutil
from pathlib import Path

import duckdb

from etl.publish import read_current

IDS = (
    "report_id",
    "incident_id",
    "source_key",
    "case_id",
    "lead_report_id",
    "report_a",
    "report_b",
    "transfer_report_id",
)
TABLES = (
    "raw_report",
    "core_report",
    "core_incident_report",
    "core_link",
    "mart_incident",
    "mart_report",
    "mart_step_log",
)
ROW_FILES = ("mart_incident", "mart_report", "mart_step_log")


def multiply(source: Path, target: Path, *, factor: int) -> None:
    """Makes `target` a copy of a published home with `factor` times its rows, warehouse and published files."""
    shutil.rmtree(target, ignore_errors=True)
    shutil.copytree(source, target)
    with duckdb.connect(str(target / "warehouse.duckdb")) as con:
        for table in TABLES:
            for number in range(1, factor):  # one copy at a time: the memory of one is enough
                con.execute(f"INSERT INTO {table} {_copy_sql(con, table, number)}")
        con.execute("CHECKPOINT")
    published = target / "published"
    with duckdb.connect() as con:
        for folder in read_current(published)["base"].values():
            for path in sorted((published / folder).glob("*.parquet")):
                _multiply_file(con, path, factor=factor)


def _copy_sql(con: duckdb.DuckDBPyConnection, table: str, number: int) -> str:
    """Returns the SELECT of one copy of the original rows; rows that are copies themselves carry a `~`."""
    columns = [row[0] for row in con.execute(f"DESCRIBE {table}").fetchall()]
    marks = ", ".join(f"{name} || '~{number}' AS {name}" for name in columns if name in IDS)
    first = next(name for name in columns if name in IDS)
    own = f", hash(incident_id || '~{number}') AS incident_no" if "incident_no" in columns else ""
    return f"SELECT * REPLACE ({marks}{own}) FROM {table} WHERE NOT contains({first}, '~')"


def _multiply_file(con: duckdb.DuckDBPyConnection, path: Path, *, factor: int) -> None:
    waiting = path.with_suffix(".new")
    source = f"read_parquet('{path}')"
    if path.stem in ROW_FILES:
        columns = [row[0] for row in con.execute(f"DESCRIBE SELECT * FROM {source}").fetchall()]
        shown = ", ".join(
            f"CASE WHEN k = 0 THEN {name} ELSE {name} || '~' || k END AS {name}"
            for name in columns
            if name in IDS
        )
        own = "CASE WHEN k = 0 THEN incident_no ELSE hash(incident_id || '~' || k) END AS incident_no"
        # Copies stand beside their originals, so that time still runs through the file and row groups can be skipped.
        sql = f"SELECT s.* REPLACE ({shown}, {own}) FROM {source} AS s, range({factor}) AS t(k)"
    else:
        sql = f"SELECT * REPLACE ({_times(con, source, factor)}) FROM {source}"
    con.execute(f"COPY ({sql}) TO '{waiting}' (FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE 30720)")
    waiting.replace(path)


def _times(con: duckdb.DuckDBPyConnection, source: str, factor: int) -> str:
    names = [
        row[0]
        for row in con.execute(f"DESCRIBE SELECT * FROM {source}").fetchall()
        if row[0].endswith("_count")
    ]
    return ", ".join(f"{name} * {factor} AS {name}" for name in names)
