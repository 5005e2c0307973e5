"""Parquet through DuckDB: every column as text, instants with their zone, nested values as JSON."""

from __future__ import annotations

import duckdb

from etl.incoming import MAX_RATIO, MAX_UNPACKED_BYTES, Incoming, Reading, RefusedFileError, clean_heading


def read(reading: Reading) -> Incoming:
    """Returns the rows of a Parquet file.

    Raises:
        RefusedFileError: damaged, or packed beyond the bounds.
    """
    file = "'" + str(reading.path).replace("'", "''") + "'"
    try:
        schema = reading.con.execute(f"DESCRIBE SELECT * FROM read_parquet({file})").fetchall()
        _check_size(reading, file)
        columns = ", ".join(f"{_as_text(name, kind)} AS c{i}" for i, (name, kind, *_) in enumerate(schema))
        reading.con.execute(
            f"CREATE OR REPLACE TEMP TABLE incoming AS SELECT {columns} FROM read_parquet({file})"
        )
    except (duckdb.InvalidInputException, duckdb.IOException, duckdb.ConversionException) as error:
        raise RefusedFileError("damaged_file", f"not a readable Parquet file: {str(error)[:200]}") from None
    return Incoming("incoming", tuple(clean_heading(name) for name, *_ in schema))


def _check_size(reading: Reading, file: str) -> None:
    size = (
        reading.con.execute(f"SELECT sum(total_uncompressed_size) FROM parquet_metadata({file})").fetchone()[
            0
        ]
        or 0
    )
    packed = reading.path.stat().st_size
    # Dictionary pages make honest files small, so the ratio only counts beyond the size bound.
    if size > MAX_UNPACKED_BYTES * 20 or (size > MAX_UNPACKED_BYTES and size > packed * MAX_RATIO):
        raise RefusedFileError("too_big", f"{size} bytes unpacked out of {packed}")


def _as_text(name: str, kind: str) -> str:
    column = '"' + name.replace('"', '""') + '"'
    if kind == "TIMESTAMP WITH TIME ZONE":
        return f"strftime({column} AT TIME ZONE 'UTC', '%Y-%m-%dT%H:%M:%S.%fZ')"
    if kind in {
        "DOUBLE",
        "FLOAT",
    }:  # whole numbers as a person writes them; NaN is how data frames write nothing
        whole = f"{column} = trunc({column}) AND abs({column}) < 1e15"
        return (
            f"CASE WHEN isnan({column}) THEN NULL WHEN {whole} THEN {column}::BIGINT::VARCHAR "
            f"ELSE {column}::VARCHAR END"
        )
    if kind == "BLOB" or kind.startswith("GEOMETRY"):
        return "NULL::VARCHAR"
    if kind.startswith(("STRUCT", "MAP")) or kind.endswith("]"):
        return f"to_json({column})::VARCHAR"
    return f"{column}::VARCHAR"
