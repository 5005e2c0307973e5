"""Quarantine (隔离) and flags: every row that did not load, with its reason; every oddity of those that did."""

from __future__ import annotations

from datetime import datetime

import duckdb
import pyarrow as pa

from data.town import Town
from etl.contract import FeedContract
from etl.expressions import in_list, literal
from etl.incoming import Incoming, Note, materialise
from etl.privacy import address_mask_sql, name_mask_sql, text_mask_sql

REASONS = {
    "version_conflict": "same key and version as another row, different content",
    "duplicate_key_in_file": "the file holds this key with different contents and the feed has no versions",
}
# Said once per feed, not with every file: a feed that sends each minute would drown the rest.
ONCE = ("column_added", "column_missing")


def quarantine_rows(
    con: duckdb.DuckDBPyConnection,
    contract: FeedContract,
    incoming: Incoming,
    *,
    load: tuple[int, str, datetime],
) -> int:
    """Writes the bad rows of `checked`, the disputed ones of `verdict` and the reader's rejected lines.

    `load` is (load_id, file name, instant). Returns how many rows went to quarantine.
    """
    load_id, file_name, at = load
    if not incoming.rejected and not _has_trouble(con):
        return 0
    incoming = materialise(con, incoming)
    _collect_rejected(con, incoming)
    row = "_row" if incoming.has_row else "(rowid + 1)::INTEGER"
    con.execute(
        f"""
        INSERT INTO quarantine
        WITH trouble AS (
            SELECT _row, split_part(_errors[1], ':', 1) AS code, split_part(_errors[1], ':', 2) AS name,
                   array_to_string(_errors, ', ') AS reason
            FROM checked WHERE _errors IS NOT NULL
            UNION ALL SELECT _row, verdict, {literal(contract.definition.key)},
                   CASE verdict {_reason_cases()} END
            FROM verdict WHERE verdict IN {in_list(tuple(REASONS))}),
        source AS (SELECT {row} AS _row, * {"EXCLUDE (_row)" if incoming.has_row else ""} FROM {incoming.relation}),
        entries AS (
            SELECT trouble._row, {_heading_case(contract)} AS heading, {_value_case(contract, incoming)} AS value,
                   code, reason, {_raw_json(contract, incoming)} AS raw
            FROM trouble JOIN source USING (_row)
            UNION ALL SELECT _row, '', NULL, code, reason, raw FROM masked_rejected)
        SELECT (SELECT coalesce(max(quarantine_id), 0) FROM quarantine) + row_number() OVER (ORDER BY _row),
               $load_id, $feed, $file, _row, heading, left(value, 1000), code, reason, raw, 'open', $at
        FROM entries""",
        {"load_id": load_id, "feed": contract.feed, "file": file_name, "at": at},
    )
    return con.execute("SELECT count(*) FROM quarantine WHERE load_id = ?", [load_id]).fetchone()[0]


def _has_trouble(con: duckdb.DuckDBPyConnection) -> bool:
    return con.execute(
        f"SELECT (SELECT count(*) FROM checked_rows WHERE _errors IS NOT NULL) "
        f"+ (SELECT count(*) FROM verdict WHERE verdict IN {in_list(tuple(REASONS))}) > 0"
    ).fetchone()[0]


def _collect_rejected(con: duckdb.DuckDBPyConnection, incoming: Incoming) -> None:
    con.execute(
        "CREATE OR REPLACE TEMP TABLE rejected (_row INTEGER, code VARCHAR, reason VARCHAR, raw VARCHAR)"
    )
    if incoming.rejected:
        columns = zip(*incoming.rejected, strict=True)
        con.register(
            "rejected_block", pa.table(dict(zip(("row", "code", "reason", "raw"), columns, strict=True)))
        )
        con.execute("INSERT INTO rejected SELECT * FROM rejected_block")
        con.unregister("rejected_block")
    con.execute(
        f"CREATE OR REPLACE TEMP TABLE masked_rejected AS SELECT _row, code, reason, "
        f"json_object('line', {text_mask_sql('raw')})::VARCHAR AS raw FROM rejected"
    )


def _reason_cases() -> str:
    return " ".join(f"WHEN {literal(code)} THEN {literal(text)}" for code, text in REASONS.items())


def _heading_case(contract: FeedContract) -> str:
    cases = " ".join(
        f"WHEN {literal(name)} THEN {literal(' + '.join(column.sources))}"
        for name, column in contract.columns.items()
    )
    return f"CASE name {cases} END"


def _value_case(contract: FeedContract, incoming: Incoming) -> str:
    positions = {heading: index for index, heading in reversed(list(enumerate(incoming.headings)))}
    cases = []
    for name, column in contract.columns.items():
        cells = [
            _masked(contract, source, positions[source]) for source in column.sources if source in positions
        ]
        if cells:
            cases.append(f"WHEN {literal(name)} THEN concat_ws(' ', {', '.join(cells)})")
    return f"CASE name {' '.join(cases)} END" if cases else "NULL"


def _raw_json(contract: FeedContract, incoming: Incoming) -> str:
    cells = ", ".join(
        f"{literal(heading or f'#{index + 1}')}, {_masked(contract, heading, index)}"
        for index, heading in enumerate(incoming.headings)
    )
    return f"json_object({cells})::VARCHAR"


def _masked(contract: FeedContract, heading: str, index: int) -> str:
    cell = f"left(c{index}, 10000)"
    grade = contract.privacy.get(heading, 1)
    if grade == 4:
        return name_mask_sql(cell)
    addresses = contract.columns.get("address_text")
    if addresses and heading in addresses.sources:
        return address_mask_sql(cell)
    return text_mask_sql(cell)


def flag_rows(
    con: duckdb.DuckDBPyConnection,
    contract: FeedContract,
    town: Town,
    *,
    load_id: int,
    notes: tuple[Note, ...],
) -> None:
    """Writes what is worth telling about rows that loaded and about the file as a whole."""
    for note in notes:
        once = f"AND flag_code IN {in_list(ONCE)}"
        con.execute(
            f"INSERT INTO flag SELECT $load, $feed, NULL, NULL, $code, $column, $value WHERE NOT EXISTS "
            f"(SELECT 1 FROM flag WHERE feed_id = $feed AND flag_code = $code AND column_name = $column {once})",
            {
                "load": load_id,
                "feed": contract.feed,
                "code": note.code,
                "column": note.column,
                "value": note.value,
            },
        )
    con.execute(
        "INSERT INTO flag SELECT ?, ?, _row, source_key, flag_code, column_name, value_text "
        "FROM row_flag JOIN checked USING (_row)",
        [load_id, contract.feed],
    )
    con.execute(
        "INSERT INTO flag SELECT ?, ?, _row, source_key, CASE WHEN is_disputed THEN 'version_conflict' ELSE 'older_version' END, "
        "'version_at', NULL FROM verdict WHERE verdict = 'older' OR (is_disputed AND verdict IN ('new', 'updated'))",
        [load_id, contract.feed],
    )
    for field, name in contract.codes.items():
        _flag_unknown_codes(
            con,
            contract,
            load_id=load_id,
            column=contract.code_column(field),
            known=tuple(town.code_map(name)),
        )


def _flag_unknown_codes(
    con: duckdb.DuckDBPyConnection,
    contract: FeedContract,
    *,
    load_id: int,
    column: str,
    known: tuple[str, ...],
) -> None:
    """Flags each code the map lacks once per load, at the first row that has it."""
    con.execute(
        f"INSERT INTO flag SELECT $load, $feed, min(_row), arg_min(source_key, _row), 'unknown_code', $column, {column} "
        f"FROM checked WHERE _errors IS NULL AND {column} IS NOT NULL AND NOT list_contains($known, {column}) GROUP BY {column}",
        {"load": load_id, "feed": contract.feed, "column": column, "known": list(known)},
    )
