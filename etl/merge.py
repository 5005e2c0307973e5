"""Merge (归并): the checked rows of one file against what is held; the newest version stands, history stays."""

from __future__ import annotations

from dataclasses import dataclass

import duckdb

from etl.contract import FeedContract
from etl.store import raw_columns

# Among different contents under one version the smallest digest stands: arbitrary, but the same whatever came first.
_VERSIONED = """
    CREATE OR REPLACE TEMP TABLE verdict AS
    WITH good AS (SELECT _row, source_key, version_at, _digest FROM checked WHERE _errors IS NULL),
    firsts AS (SELECT source_key, version_at, _digest, min(_row) AS _row FROM good GROUP BY ALL),
    variants AS (SELECT source_key, version_at, _digest FROM firsts
                 UNION SELECT source_key, version_at, _digest FROM existing),
    winners AS (SELECT source_key, version_at, min(_digest) AS winner, count(*) AS variant_count
                FROM variants GROUP BY ALL),
    tops AS (SELECT source_key, max(version_at) AS top_at FROM winners GROUP BY ALL),
    held AS (SELECT DISTINCT source_key FROM existing),
    stored AS (SELECT DISTINCT source_key, version_at, _digest FROM existing)
    SELECT good._row, good.source_key,
           CASE WHEN stored.source_key IS NOT NULL OR firsts._row <> good._row THEN 'unchanged'
                WHEN good._digest <> winners.winner THEN 'version_conflict'
                WHEN good.version_at < tops.top_at THEN 'older'
                WHEN held.source_key IS NOT NULL THEN 'updated'
                ELSE 'new' END AS verdict,
           winners.variant_count > 1 AND stored.source_key IS NULL AS is_disputed
    FROM good
    JOIN firsts USING (source_key, version_at, _digest)
    JOIN winners USING (source_key, version_at)
    JOIN tops USING (source_key)
    LEFT JOIN held USING (source_key)
    LEFT JOIN stored USING (source_key, version_at, _digest)"""

_ARRIVAL = """
    CREATE OR REPLACE TEMP TABLE verdict AS
    WITH good AS (SELECT _row, source_key, hash(_digest, {caller}) AS _digest FROM checked WHERE _errors IS NULL),
    keys AS (SELECT source_key, min(_row) AS first_row, min(_digest) <> max(_digest) AS is_disputed
             FROM good GROUP BY ALL),
    standing AS (SELECT source_key, min(hash(_digest, caller)) AS _digest FROM existing WHERE _is_current GROUP BY ALL)
    SELECT good._row, good.source_key,
           CASE WHEN keys.is_disputed THEN 'duplicate_key_in_file'
                WHEN standing._digest = good._digest OR keys.first_row <> good._row THEN 'unchanged'
                WHEN standing.source_key IS NOT NULL THEN 'updated'
                ELSE 'new' END AS verdict,
           keys.is_disputed
    FROM good JOIN keys USING (source_key) LEFT JOIN standing USING (source_key)"""


@dataclass(frozen=True)
class MergeCounts:
    """What became of the good rows of a file; `older` is part of `unchanged`."""

    new: int = 0
    updated: int = 0
    unchanged: int = 0
    older: int = 0
    disputed: int = 0
    quarantined: int = 0


def merge_rows(con: duckdb.DuckDBPyConnection, contract: FeedContract, *, load_id: int) -> MergeCounts:
    """Writes the good rows of `checked` into the raw table; `verdict` says what became of each."""
    _find_existing(con, contract)
    if _is_all_new(con):
        con.execute(
            "CREATE OR REPLACE TEMP TABLE verdict (_row INTEGER, source_key VARCHAR, verdict VARCHAR, is_disputed BOOLEAN)"
        )
        return MergeCounts(
            new=_insert(con, contract, load_id=load_id, chosen="true", source="checked WHERE _errors IS NULL")
        )
    caller = _caller_sql(contract)
    con.execute(_VERSIONED if contract.is_versioned else _ARRIVAL.format(caller=caller))
    _insert(
        con,
        contract,
        load_id=load_id,
        chosen="verdict IN ('new', 'updated')",
        source="checked JOIN (SELECT _row, verdict FROM verdict WHERE verdict IN ('new', 'updated', 'older')) USING (_row)",
    )
    con.execute(
        f"UPDATE {contract.definition.table} SET _is_current = false WHERE rowid IN (SELECT rid FROM existing "
        f"JOIN verdict USING (source_key) WHERE verdict.verdict = 'updated' AND existing._is_current)"
    )
    return _count(con)


def _caller_sql(contract: FeedContract) -> str:
    """Returns SQL of the hashes of a row's persons: no part of the digest, but a corrected number is a change too."""
    told = [name for name in contract.definition.personal if name in contract.columns]
    return f"concat_ws('|', {', '.join(told)})" if told else "NULL::VARCHAR"


def _find_existing(con: duckdb.DuckDBPyConnection, contract: FeedContract) -> None:
    caller = _caller_sql(contract)
    # The short key list becomes a filter of the scan: blocks without such keys are not read.
    con.execute(
        f"CREATE OR REPLACE TEMP TABLE existing AS SELECT source_key, version_at, _digest, _is_current, rowid AS rid, "
        f"{caller} AS caller FROM {contract.definition.table} WHERE feed_id = '{contract.feed}' "
        f"AND source_key IN (SELECT source_key FROM checked WHERE _errors IS NULL)"
    )


def _is_all_new(con: duckdb.DuckDBPyConnection) -> bool:
    return con.execute(
        "SELECT (SELECT count(*) FROM existing) = 0 AND count(*) = count(DISTINCT source_key) "
        "FROM checked WHERE _errors IS NULL"
    ).fetchone()[0]


def _insert(
    con: duckdb.DuckDBPyConnection, contract: FeedContract, *, load_id: int, chosen: str, source: str
) -> int:
    entity = contract.definition
    present = {name for name, *_ in con.execute("DESCRIBE checked").fetchall()}
    values = {name: f'"{name}"' for name in raw_columns(entity) if name in present}
    values |= {
        "feed_id": f"'{contract.feed}'",
        f"{entity.entity}_id": f"'{contract.feed}:' || source_key",
        "_load_id": str(load_id),
        "_is_current": chosen,
    }
    names = ", ".join(f'"{name}"' for name in values)
    return con.execute(
        f"INSERT INTO {entity.table} ({names}) SELECT {', '.join(values.values())} FROM {source}"
    ).fetchone()[0]


def _count(con: duckdb.DuckDBPyConnection) -> MergeCounts:
    found = dict(con.execute("SELECT verdict, count(*) FROM verdict GROUP BY verdict").fetchall())
    disputed = con.execute("SELECT count(*) FROM verdict WHERE is_disputed").fetchone()[0]
    older = found.get("older", 0)
    return MergeCounts(
        new=found.get("new", 0),
        updated=found.get("updated", 0),
        unchanged=found.get("unchanged", 0) + older,
        older=older,
        disputed=disputed,
        quarantined=found.get("version_conflict", 0) + found.get("duplicate_key_in_file", 0),
    )
