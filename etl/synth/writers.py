"""Writes worded rows as files in each feed's own format, complete or not at all."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path
from xml.sax.saxutils import escape

import duckdb
import xlsxwriter

from etl.synth.feedspec import FeedSpec
from etl.synth.workclock import LOCAL_SECONDS

CREATED = datetime(2024, 1, 1)  # a fixed date inside the workbook: the same rows give the same bytes
SHEET = "案件"


def file_name(spec: FeedSpec, end: int) -> str:
    """Returns the file's name: feed and the local end of the window it covers."""
    stamp = datetime.fromtimestamp(end + LOCAL_SECONDS, UTC).strftime("%Y%m%d%H%M%S")
    return f"{spec.feed}_{stamp}.{spec.format}"


def write_window(db: duckdb.DuckDBPyConnection, spec: FeedSpec, *, window: int, path: Path) -> int:
    """Writes the rows of one window (none too: the file moves the watermark); returns how many.

    The file appears under its name only when it is complete.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    hidden = path.with_name(f".{path.name}")
    select = f"SELECT * EXCLUDE (win) FROM worded WHERE win = {int(window)}"
    count = {"csv": _csv, "xlsx": _xlsx, "json": _json, "jsonl": _jsonl, "xml": _xml}[spec.format](
        db, select, spec=spec, path=hidden
    )
    os.replace(hidden, path)
    return count


def _copy(db: duckdb.DuckDBPyConnection, select: str, *, path: Path, options: str) -> int:
    target = str(path).replace("'", "''")
    return int(db.execute(f"COPY ({select}) TO '{target}' ({options})").fetchone()[0])


def _csv(db: duckdb.DuckDBPyConnection, select: str, *, spec: FeedSpec, path: Path) -> int:
    count = _copy(db, select, path=path, options=f"FORMAT csv, HEADER, DELIMITER '{spec.delimiter}'")
    if spec.encoding != "utf-8":
        path.write_bytes(path.read_text(encoding="utf-8").encode(spec.encoding))
    return count


def _jsonl(db: duckdb.DuckDBPyConnection, select: str, *, spec: FeedSpec, path: Path) -> int:
    count = _copy(db, select, path=path, options="FORMAT json")
    if not count:
        path.write_text("\n", encoding="utf-8")  # a file without any byte would look torn off
    return count


def _json(db: duckdb.DuckDBPyConnection, select: str, *, spec: FeedSpec, path: Path) -> int:
    count = _copy(db, select, path=path, options="FORMAT json, ARRAY true")
    path.write_text(
        f'{{"code":0,"data":{{"total":{count},"items":{path.read_text(encoding="utf-8")}}}}}\n',
        encoding="utf-8",
    )
    return count


def _xml(db: duckdb.DuckDBPyConnection, select: str, *, spec: FeedSpec, path: Path) -> int:
    result = db.execute(select)
    names = [column[0] for column in result.description]
    rows = result.fetchall()
    with path.open("w", encoding="utf-8") as handle:
        handle.write('<?xml version="1.0" encoding="UTF-8"?>\n<alerts>\n')
        for row in rows:
            fields = (
                f"<{n}>{escape(str(v))}</{n}>" for n, v in zip(names, row, strict=True) if v is not None
            )
            handle.write(f"<alert>{''.join(fields)}</alert>\n")
        handle.write("</alerts>\n")
    return len(rows)


def _xlsx(db: duckdb.DuckDBPyConnection, select: str, *, spec: FeedSpec, path: Path) -> int:
    result = db.execute(select)
    names = [column[0] for column in result.description]
    rows = result.fetchall()
    with xlsxwriter.Workbook(str(path), {"constant_memory": True}) as book:
        book.set_properties({"created": CREATED})
        sheet = book.add_worksheet(SHEET)
        for number, row in enumerate([names, *rows]):
            for column, value in enumerate(row):
                if isinstance(value, str):
                    sheet.write_string(number, column, value)
                elif value is not None:
                    sheet.write_number(number, column, value)
    return len(rows)
