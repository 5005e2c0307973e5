"""Checks (检查): one generated query types every row, digests it and lists what is wrong with it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import duckdb

from data.yamlfile import nearest_name
from etl.contract import FeedContract
from etl.entity import Entity
from etl.expressions import MOJIBAKE, in_list, is_masked, literal, source_value, suspicious, typed_value
from etl.incoming import MAX_FIELD_BYTES, READ_ERRORS, Incoming, Note, RefusedFileError, materialise

FUTURE_TOLERANCE = timedelta(minutes=5)
EARLIEST = "2000-01-01"
MAX_KEY_CHARS = 256
CASE_KEYS = ("case_key", "report_source_key")
UNREADABLE = {"instant": "bad_time", "date": "bad_time", "number": "bad_number", "boolean": "bad_boolean"}
WHITE_SPACE = " \t\r\n\u3000\u00a0"
# What a spreadsheet makes of a long number (3.30106E+17): the digits are gone, and two keys may have become one.
ROUNDED = r"^-?[0-9](\.[0-9]+)?[eE]\+[0-9]{1,3}$"
# Control, zero-width and direction characters: a key that looks like another and is not.
UNSEEN = r"[\x00-\x1F\x7F\x{200B}-\x{200F}\x{202A}-\x{202E}\x{2060}-\x{2064}\x{FEFF}]"


@dataclass(frozen=True)
class Problem:
    """One way a row can be wrong: a condition on the typed row and its source text."""

    code: str
    column: str
    condition: str


def check_headings(contract: FeedContract, incoming: Incoming) -> tuple[Note, ...]:
    """Returns notes on columns that came or went; they are found by name, never by position.

    Raises:
        RefusedFileError: a needed column is missing, renamed or there twice.
    """
    headings = [heading for heading in incoming.headings if heading]
    if not headings:  # an empty list of records has no keys either; that is no fault
        return incoming.notes
    notes: list[Note] = list(incoming.notes)
    mapped: set[str] = set()
    for name, column in contract.columns.items():
        mapped.update(column.sources)
        for source in column.sources:
            if headings.count(source) > 1:
                raise RefusedFileError("duplicate_column", f"column {source!r} is there twice")
            if source in headings:
                continue
            if contract.is_required(name):
                hint = nearest_name(source, set(headings) - mapped) or f"; found {headings[:12]}"
                raise RefusedFileError("column_missing", f"required column {source!r} is missing{hint}")
            notes.append(Note("column_missing", source, name))
    known = mapped | set(contract.privacy)
    notes += [Note("column_added", heading) for heading in dict.fromkeys(headings) if heading not in known]
    return tuple(notes)


def build_checked(
    con: duckdb.DuckDBPyConnection, contract: FeedContract, incoming: Incoming, *, now_at: datetime
) -> Incoming:
    """Makes the view `checked` (on the table `checked_rows`); returns where the source rows can be looked up now.

    Columns: the canonical columns the contract maps, `_row`, `_digest` (null on bad rows), `_errors` (null on good
    rows: list of `code:column`).
    """
    con.execute("SET VARIABLE latest_at = $at", {"at": now_at + FUTURE_TOLERANCE})
    sql = checked_sql(contract, incoming)
    try:
        con.execute(f"CREATE OR REPLACE TEMP TABLE checked_rows AS {sql}")
    except READ_ERRORS:
        if incoming.fallback is None:
            raise
        incoming = incoming.fallback()
        con.execute(f"CREATE OR REPLACE TEMP TABLE checked_rows AS {checked_sql(contract, incoming)}")
    row = "" if incoming.has_row else ", (rowid + 1)::INTEGER AS _row"
    con.execute(f"CREATE OR REPLACE TEMP VIEW checked AS SELECT *{row} FROM checked_rows")
    if con.execute("SELECT bool_or(_errors IS NOT NULL) FROM checked_rows").fetchone()[0]:
        incoming = materialise(con, incoming)
        _read_again(con, contract, incoming)
    return incoming


def _read_again(con: duckdb.DuckDBPyConnection, contract: FeedContract, incoming: Incoming) -> None:
    """Reads rows with unreadable times or numbers once more, leniently, and puts the result in their place."""
    con.execute(
        "CREATE OR REPLACE TEMP TABLE doubtful AS SELECT _row FROM checked WHERE len(list_filter(_errors, "
        "lambda error: starts_with(error, 'bad_time:') OR starts_with(error, 'bad_number:'))) > 0"
    )
    if not con.execute("SELECT count(*) FROM doubtful").fetchone()[0]:
        return
    row, rest = ("_row", "* EXCLUDE (_row)") if incoming.has_row else ("(rowid + 1)::INTEGER", "*")
    relation = (
        f"(SELECT {row} AS _row, {rest} FROM {incoming.relation} WHERE {row} IN (SELECT _row FROM doubtful))"
    )
    some = replace(incoming, relation=relation, has_row=True)
    con.execute(f"CREATE OR REPLACE TEMP TABLE reread AS {checked_sql(contract, some, lenient=True)}")
    con.execute(
        "CREATE OR REPLACE TEMP TABLE settled AS SELECT * FROM checked WHERE _row NOT IN (SELECT _row FROM doubtful) "
        "UNION ALL BY NAME SELECT * FROM reread"
    )
    con.execute("DROP VIEW checked")
    con.execute("CREATE OR REPLACE TEMP TABLE checked_rows AS SELECT * FROM settled")
    con.execute("CREATE OR REPLACE TEMP VIEW checked AS SELECT * FROM checked_rows")


def checked_sql(contract: FeedContract, incoming: Incoming, *, lenient: bool = False) -> str:
    """Returns the generated query of `build_checked`; the latest believable instant is the variable `latest_at`."""
    positions, cleaned = _clean_cells(contract, incoming)
    entity = contract.definition
    texts = {
        name: source_value(column, positions, need_all=name == entity.key)
        for name, column in contract.columns.items()
    }
    sourced = [f"{text} AS t_{name}" for name, text in texts.items()]
    looked = "".join(
        f", {suspicious(name, f't_{name}')} AS x_{name}" for name in texts if is_watched(contract, name)
    )
    values = ", ".join(
        f"{typed_value(contract, name, value=f't_{name}', lenient=lenient)} AS v_{name}" for name in texts
    )
    bad, errors = _judgement(list_problems(contract))
    row = ["_row"] if incoming.has_row else []
    return f"""
        WITH cleaned AS (SELECT {", ".join([*row, *cleaned])} FROM {incoming.relation}),
        sourced AS (SELECT {", ".join([*row, *sourced])} FROM cleaned),
        looked AS (SELECT *{looked} FROM sourced),
        valued AS (SELECT *, {values} FROM looked),
        judged AS (SELECT *, {bad} AS _bad FROM valued)
        SELECT {", ".join([*row, *canonical_columns(entity, contract)])},
               CASE WHEN NOT _bad THEN {digest_sql(digest_columns(entity, contract, prefix="v_"))} END AS _digest,
               CASE WHEN _bad THEN list_filter([{errors}], lambda error: error IS NOT NULL) END AS _errors
        FROM judged"""


def _clean_cells(contract: FeedContract, incoming: Incoming) -> tuple[dict[str, str], list[str]]:
    """Returns heading -> name of its cleaned cell, and the select list that cleans them."""
    needed = {source for column in contract.columns.values() for source in column.sources}
    positions: dict[str, str] = {}
    cleaned: list[str] = []
    for index, heading in enumerate(incoming.headings):
        if heading in needed and heading not in positions:
            positions[heading] = f"s{index}"
            cleaned.append(f"{clean_sql(f'c{index}', contract.null_values)} AS s{index}")
    return positions, cleaned


def _judgement(problems: list[Problem]) -> tuple[str, str]:
    """Returns SQL of whether a row is bad, and the elements of the list of its errors."""
    bad = " OR ".join(f"coalesce({problem.condition}, false)" for problem in problems)
    errors = ", ".join(
        f"CASE WHEN {problem.condition} THEN {literal(f'{problem.code}:{problem.column}')} END"
        for problem in problems
    )
    return bad, errors


def clean_sql(column: str, null_values: tuple[str, ...]) -> str:
    """Returns SQL of a source value without the white space around it; the contract's null words become null."""
    words = in_list(tuple({"", *(word.strip(WHITE_SPACE) for word in null_values)}))
    # Trimming every cell costs more than all other checks; looking at the ends is cheap.
    padded = " OR ".join(
        f"{column} LIKE '{pattern}'" for char in WHITE_SPACE for pattern in (f"{char}%", f"%{char}")
    )
    trimmed = f"trim({column}, '{WHITE_SPACE}')"
    return (
        f"CASE WHEN {column} IN {words} THEN NULL WHEN {padded} "
        f"THEN CASE WHEN {trimmed} IN {words} THEN NULL ELSE {trimmed} END ELSE {column} END"
    )


def is_watched(contract: FeedContract, name: str) -> bool:
    """Whether a column is free text, looked through for garbled and personal characters."""
    return name.endswith("_text") or is_masked(contract, name)


def list_problems(contract: FeedContract) -> list[Problem]:
    """Returns everything a row of this feed is checked for, the gravest first."""
    missing, unreadable, implausible = [], [], []
    for name in contract.columns:
        kind = contract.definition.columns[name].type
        value, text = f"v_{name}", f"t_{name}"
        if contract.is_required(name):
            missing.append(Problem("required_missing", name, f"{text} IS NULL"))
        if kind == "text":
            limit = MAX_KEY_CHARS if name == contract.definition.key else MAX_FIELD_BYTES
            implausible.append(Problem("too_long", name, f"strlen({text}) > {limit}"))
            if name in (contract.definition.key, *CASE_KEYS):
                implausible.append(Problem("rounded_number", name, f"regexp_matches({text}, '{ROUNDED}')"))
                implausible.append(Problem("control_character", name, f"regexp_matches({text}, '{UNSEEN}')"))
            if is_watched(contract, name):
                found = f"CASE WHEN x_{name} THEN regexp_matches({text}, '{MOJIBAKE}') ELSE false END"
                implausible.append(Problem("mojibake", name, found))
            continue
        code = UNREADABLE[kind]
        lost = f"{value} IS NULL OR NOT isfinite({value})" if kind == "number" else f"{value} IS NULL"
        unreadable.append(Problem(code, name, f"{text} IS NOT NULL AND ({lost})"))
        if kind == "instant":
            implausible.append(Problem("before_2000", name, f"{value} < TIMESTAMP '{EARLIEST}'"))
            if not contract.definition.columns[name].is_planned:
                implausible.append(Problem("future_time", name, f"{value} > getvariable('latest_at')"))
    return missing + unreadable + implausible


def canonical_columns(entity: Entity, contract: FeedContract) -> list[str]:
    """Returns the select list of the mapped columns; coordinates are kept as received, converted later."""
    columns = []
    for name in entity.columns:
        source = name.removeprefix("source_") if name in {"source_lon", "source_lat"} else name
        if source in contract.columns:
            columns.append(f"v_{source} AS {name}")
    return columns


def digest_columns(entity: Entity, contract: FeedContract, *, prefix: str) -> dict[str, str]:
    """Returns canonical column -> SQL value of what a row's digest covers.

    Left out: lon and lat, which follow from the received pair, and the caller's hash, whose key belongs to one
    installation; so digests of two installations can be compared.
    """
    columns = {}
    for name in entity.columns:
        source = name.removeprefix("source_") if name in {"source_lon", "source_lat"} else name
        if source in contract.columns and name not in entity.undigested:
            columns[name] = f"{prefix}{source}"
    return columns


def digest_sql(columns: dict[str, str]) -> str:
    """Returns SQL of a row digest.

    Each column is hashed with its name and nulls count nothing, so a column that is added to the entity later
    does not change the digest of rows that lack it.
    """
    parts = [
        f"CASE WHEN {value} IS NULL THEN 0::UBIGINT ELSE hash({literal(name)}, {value}) END"
        for name, value in columns.items()
    ]
    digest = parts[0]
    for part in parts[1:]:
        digest = f"xor({digest}, {part})"
    return digest
