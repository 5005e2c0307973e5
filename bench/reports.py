"""Large numbers of reports, made in SQL: as a feed's own CSV, or straight into `raw_report` for the sizes.

Reports are spread evenly over two years up to now, over the town's whole ground and over the categories of
each feed's code set; their chain (received, dispatched, accepted, on scene, handled, closed) is drawn per
report. Same arguments, same reports.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import duckdb

from bench.measure import BenchError
from etl.contract import ColumnMap, FeedContract

HISTORY = timedelta(days=730)
# A report and its life in canonical columns of entity `report`, instants UTC.
_CHAIN = """
    SELECT *, received_at + to_seconds(bench_lag(i, 20, 110)) AS dispatched_at FROM (
        SELECT i, feed_no, reported_at, reported_at + to_seconds(bench_lag(i, 10, 45)) AS received_at,
            CASE WHEN bench_u(i, 3) < 0.38
                THEN reported_at - to_seconds(bench_lag(i, 15, 700)) END AS occurred_at
        FROM drawn)"""
_LIFE = f"""
    SELECT *, handled_at + to_seconds(bench_lag(i, 45, 5400)) AS closed_at FROM (
        SELECT *, arrived_at + to_seconds(bench_lag(i, 40, 4800)) AS handled_at FROM (
            SELECT *, accepted_at + to_seconds(bench_lag(i, 35, 540)) AS arrived_at FROM (
                SELECT *, dispatched_at + to_seconds(bench_lag(i, 30, 60)) AS accepted_at
                FROM ({_CHAIN}))))"""
_INSTANTS = ("received_at", "dispatched_at", "accepted_at", "arrived_at", "handled_at", "closed_at")


@dataclass(frozen=True)
class Batch:
    """Which reports to make.

    Attributes:
        count: how many.
        first: number of the first one; numbers do not repeat between batches.
        since_at: earliest report time, naive UTC.
        until_at: latest report time; later stages of a case are still open.
    """

    count: int
    first: int
    since_at: datetime
    until_at: datetime


def history(count: int, now_at: datetime) -> Batch:
    """Returns two years of reports up to now."""
    return Batch(count, 0, now_at - HISTORY, now_at)


def prepare(con: duckdb.DuckDBPyConnection, feeds: list[str]) -> None:
    """Makes the macros and lookups reports are drawn from: codes per feed, cells of the town's ground.

    Needs dim_code, dim_cell and dim_raster (any build of the town).

    Raises:
        BenchError: a feed has no category codes.
    """
    con.execute("CREATE OR REPLACE TEMP MACRO bench_u(i, k) AS (hash(i * 64 + k) % 1000003) / 1000003.0")
    con.execute(
        "CREATE OR REPLACE TEMP MACRO bench_lag(i, k, m) AS "
        "m * exp(2 * (bench_u(i, k) + bench_u(i, k + 1) + bench_u(i, k + 2) - 1.5))"
    )
    con.execute(
        "CREATE OR REPLACE TEMP TABLE bench_feed AS SELECT feed_no - 1 AS feed_no, feed_id FROM "
        "(SELECT unnest(?::VARCHAR[]) AS feed_id, generate_subscripts(?::VARCHAR[], 1) AS feed_no)",
        [feeds, feeds],
    )
    for field in ("category", "department", "outcome"):
        wanted = "code IS NOT NULL" if field != "outcome" else "code NOT IN ('duplicate')"
        con.execute(
            f"CREATE OR REPLACE TEMP TABLE bench_{field} AS SELECT feed_no, source_code, "
            "row_number() OVER (PARTITION BY feed_no ORDER BY source_code) - 1 AS code_no FROM dim_code "
            "JOIN bench_feed USING (feed_id) "
            f"WHERE field_code = '{field}' AND {wanted}"
        )
        # Counts stand beside the feed: a join on `x % count of the other side` compares all with all.
        con.execute(
            f"CREATE OR REPLACE TEMP TABLE bench_feed AS SELECT f.*, (SELECT count(*) FROM bench_{field} AS "
            "c "
            f"WHERE c.feed_no = f.feed_no) AS {field}_count FROM bench_feed AS f"
        )
    _prepare_ground(con)
    missing = con.execute(
        "SELECT feed_id FROM bench_feed WHERE feed_no NOT IN (SELECT feed_no FROM bench_category)"
    ).fetchall()
    if missing:
        raise BenchError(f"feed {missing[0][0]!r} has no category codes in dim_code")


def _prepare_ground(con: duckdb.DuckDBPyConnection) -> None:
    con.execute(
        "CREATE OR REPLACE TEMP TABLE bench_cell AS SELECT row_number() OVER (ORDER BY cell_x, cell_y) - 1 "
        "AS cell_no, "
        "origin_lon + cell_x * cell_lon AS left_lon, origin_lat + cell_y * cell_lat AS low_lat, "
        "cell_lon, cell_lat FROM dim_cell, dim_raster"
    )


def report_sql(batch: Batch) -> str:
    """Returns the SELECT of a batch: feed_id and canonical columns; stages after the batch's end are null."""
    span = (batch.until_at - batch.since_at).total_seconds()
    drawn = (
        f"SELECT n + {batch.first} AS i, (n + {batch.first}) % (SELECT count(*) FROM bench_feed) AS feed_no, "
        f"TIMESTAMP '{batch.since_at:%Y-%m-%d %H:%M:%S}' "
        f"+ to_seconds(floor((n + bench_u(n + {batch.first}, 1)) * {span / batch.count!r})) AS reported_at "
        f"FROM range({batch.count}) AS t(n)"
    )
    until = f"TIMESTAMP '{batch.until_at:%Y-%m-%d %H:%M:%S}'"
    stages = ", ".join(
        f"CASE WHEN date_trunc('second', {name}) <= {until} THEN date_trunc('second', {name}) END AS {name}"
        for name in _INSTANTS[1:]
    )
    newest = ", ".join(f"CASE WHEN {name} <= {until} THEN {name} END" for name in _INSTANTS[1:])
    return f"""
        WITH drawn AS ({drawn}), life AS ({_LIFE})
        SELECT l.feed_id, printf('%012d', l.i) AS source_key, reported_at,
            date_trunc('second', received_at) AS received_at,
            date_trunc('second', occurred_at) AS occurred_at, {stages},
            date_trunc('second', greatest(received_at, {newest})) AS version_at,
            c.source_code AS category_source_code, d.source_code AS department_source_code,
            CASE WHEN bench_u(l.i, 5) < 0.04 THEN o.source_code END AS outcome_source_code,
            CASE WHEN is_placed THEN round(s.left_lon + bench_u(l.i, 7) * s.cell_lon, 6) END AS lon,
            CASE WHEN is_placed THEN round(s.low_lat + bench_u(l.i, 8) * s.cell_lat, 6) END AS lat,
            printf('1%010d', hash(l.i % 40000) % 10000000000) AS reporter_hash,
            printf('幸福路%d号', hash(l.i) % 900) AS address_text,
            printf('报称在幸福路%d号附近发生情况，请派人到现场核实处理', hash(l.i) % 900) AS description_text
        FROM (
            SELECT life.*, f.feed_id, bench_u(i, 6) < 0.96 AS is_placed,
                hash(i * 64 + 50) % category_count AS category_no,
                hash(i * 64 + 51) % greatest(department_count, 1) AS department_no,
                hash(i * 64 + 52) % greatest(outcome_count, 1) AS outcome_no,
                hash(i * 64 + 53) % (SELECT count(*) FROM bench_cell) AS cell_no
            FROM life JOIN bench_feed AS f USING (feed_no)
        ) AS l
        JOIN bench_category AS c ON c.feed_no = l.feed_no AND c.code_no = l.category_no
        LEFT JOIN bench_department AS d ON d.feed_no = l.feed_no AND d.code_no = l.department_no
        LEFT JOIN bench_outcome AS o ON o.feed_no = l.feed_no AND o.code_no = l.outcome_no
        JOIN bench_cell AS s ON s.cell_no = l.cell_no"""


def write_csv(con: duckdb.DuckDBPyConnection, contract: FeedContract, *, batch: Batch, path: Path) -> None:
    """Writes a batch as the feed's own CSV, complete under its name at once (renamed into place).

    Raises:
        BenchError: the contract is not a plain CSV.
    """
    if contract.format != "csv" or (contract.encoding or "utf-8").lower() not in ("utf-8", "utf-8-sig"):
        raise BenchError(
            f"feed {contract.feed}: format {contract.format}, {contract.encoding}: the bench writes UTF-8 CSV"
        )
    made = {row[0] for row in con.execute(f"DESCRIBE {report_sql(batch)}").fetchall()}
    columns = {
        mapped.column: _source_text(name, mapped, contract)
        for name, mapped in contract.columns.items()
        if mapped.column and name in made
    }
    for mapped in contract.columns.values():
        for heading in mapped.sources:
            columns.setdefault(heading, "NULL")
    shown = ", ".join(f'{expression} AS "{heading}"' for heading, expression in columns.items())
    waiting = path.with_name(f".{path.name}")
    con.execute(
        f"COPY (SELECT {shown} FROM ({report_sql(batch)}) ORDER BY source_key) TO '{waiting}' "
        f"(FORMAT csv, HEADER, DELIMITER '{contract.delimiter}')"
    )
    waiting.rename(path)


def _source_text(name: str, mapped: ColumnMap, contract: FeedContract) -> str:
    if mapped.extract:
        raise BenchError(
            f"feed {contract.feed}: columns.{name} has `extract`, the bench writes plain columns"
        )
    if not mapped.time:
        return f"CAST({name} AS VARCHAR)"
    local = f"timezone('{contract.timezone}', timezone('UTC', {name}))"
    if "%" not in mapped.time[0]:
        raise BenchError(
            f"feed {contract.feed}: columns.{name} has time {mapped.time[0]!r}, the bench writes %-patterns"
        )
    return f"strftime({local}, '{mapped.time[0]}')"


def fill_raw(con: duckdb.DuckDBPyConnection, *, batch: Batch) -> None:
    """Puts a batch straight into raw_report with one ledger row per feed: for sizes, not for loader speed."""
    con.execute(
        f"INSERT INTO raw_report BY NAME SELECT *, feed_id || ':' || source_key AS report_id, "
        "1 + (SELECT min(feed_no) FROM bench_feed AS f WHERE f.feed_id = made.feed_id) AS _load_id, "
        "1 AS _row, hash(source_key) AS _digest, true AS _is_current FROM "
        f"({report_sql(batch)}) AS made"
    )
    con.execute(
        "INSERT INTO ledger BY NAME SELECT 1 + feed_no AS load_id, feed_id, 'bench' AS file_name, 'bench-' "
        "|| feed_id AS sha256, 0 AS byte_count, "
        "?::TIMESTAMP AS landed_at, ?::TIMESTAMP AS loaded_at, (SELECT count(*) FROM raw_report AS r WHERE "
        "r.feed_id = f.feed_id) AS row_count, "
        "(SELECT count(*) FROM raw_report AS r WHERE r.feed_id = f.feed_id) AS new_count, 0 AS "
        "updated_count, 0 AS unchanged_count, "
        "0 AS quarantined_count, 0 AS older_count, 0 AS conflict_count, ?::TIMESTAMP AS max_event_at, "
        "?::TIMESTAMP AS watermark_at, "
        "'loaded' AS status_code, false AS is_built FROM bench_feed AS f",
        [batch.until_at] * 4,
    )
