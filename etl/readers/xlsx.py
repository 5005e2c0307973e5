"""XLSX: the archive is weighed before it is opened; cell values only, dates as ISO text."""

from __future__ import annotations

import zipfile
import zlib
from datetime import date, datetime, time, timedelta

from python_calamine import CalamineError, CalamineWorkbook

from data.yamlfile import nearest_name
from etl.incoming import MAX_RATIO, MAX_UNPACKED_BYTES, Incoming, Reading, RefusedFileError
from etl.readers.headings import join_headings
from etl.rows import RowCollector

MAX_PARTS = 2000


def read(reading: Reading) -> Incoming:
    """Returns the rows of one sheet; a row whose cells are all empty is no row.

    Raises:
        RefusedFileError: bomb, macros, protected, damaged, no such sheet, no headings.
    """
    weigh_archive(reading)
    try:
        book = CalamineWorkbook.from_path(str(reading.path))
        sheet = book.get_sheet_by_name(_sheet_name(book.sheet_names, reading.contract.sheet))
        rows = iter(sheet.to_python(skip_empty_area=False))
    except (CalamineError, OSError, ValueError) as error:
        raise RefusedFileError("damaged_file", f"not a readable XLSX file: {str(error)[:200]}") from None
    for _ in range(reading.contract.header_row - 1):
        next(rows, None)
    headings = join_headings([next(rows, []) for _ in range(reading.contract.header_rows)])
    while headings and not headings[-1]:
        headings.pop()
    if not any(headings):
        raise RefusedFileError("no_header", f"no headings in row {reading.contract.header_row}")
    return _collect(reading, headings, rows)


def _collect(reading: Reading, headings: list[str], rows) -> Incoming:
    collector = RowCollector(reading)
    # Twice the same heading would overwrite a value silently; the checks refuse it if it is needed.
    names = [
        name if name and headings.index(name) == at else f"{name}#{at + 1}"
        for at, name in enumerate(headings)
    ]
    collector.declare(tuple(names))
    for cells in rows:
        values = [cell_text(cell) for cell in cells]
        if not any(values):
            continue
        if any(values[len(names) :]):
            collector.reject(
                "ragged_row", "cells beyond the last heading", " | ".join(v or "" for v in values)
            )
            continue
        collector.add(dict(zip(names, values, strict=False)))
    incoming = collector.finish()
    return Incoming("incoming", tuple(headings), True, incoming.rejected, incoming.notes)


def cell_text(cell: object) -> str | None:
    """Returns a cell as text: dates as ISO, whole numbers without a fraction, empty as None."""
    if cell is None or cell == "":
        return None
    if isinstance(cell, datetime):
        return cell.isoformat(sep=" ")
    if isinstance(cell, date):
        return f"{cell.isoformat()} 00:00:00"
    if isinstance(cell, (time, timedelta)):
        return str(cell)
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, float) and cell.is_integer():
        # A sheet holds 15 digits: written so, a longer number is told from one that is exact.
        return str(int(cell)) if abs(cell) < 1e15 else f"{cell:.14e}"
    return str(cell)


def _sheet_name(names: list[str], wanted: str | None) -> str:
    if wanted is None:
        return names[0]
    if wanted not in names:
        raise RefusedFileError(
            "no_sheet", f"sheet = {wanted!r}: not there{nearest_name(wanted, names)}, found {names}"
        )
    return wanted


def weigh_archive(reading: Reading) -> None:
    """Unpacks every part into nothing, counting: what the archive claims about sizes is not believed.

    Raises:
        RefusedFileError: a bomb, macros, encryption, or not an archive.
    """
    total = 0
    bound = min(MAX_UNPACKED_BYTES, reading.path.stat().st_size * MAX_RATIO)
    try:
        with zipfile.ZipFile(reading.path) as archive:
            parts = archive.infolist()
            _refuse_parts(parts, bound)
            for part in parts:
                with archive.open(part) as handle:
                    while chunk := handle.read(1 << 20):
                        total += len(chunk)
                        if total > bound:
                            raise RefusedFileError("archive_bomb", f"unpacks to more than {bound} bytes")
    except (zipfile.BadZipFile, OSError, EOFError, RuntimeError, ValueError, zlib.error) as error:
        raise RefusedFileError("damaged_file", f"not a readable XLSX archive: {str(error)[:200]}") from None


def _refuse_parts(parts: list[zipfile.ZipInfo], bound: int) -> None:
    names = [part.filename for part in parts]
    too_big = len(parts) > MAX_PARTS or sum(part.file_size for part in parts) > bound
    outside = any(name.startswith("/") or ".." in name.split("/") for name in names)
    faults = (
        (any(part.flag_bits & 1 for part in parts), "encrypted", "the archive is protected by a password"),
        (too_big, "archive_bomb", f"unpacks to more than {bound} bytes or {MAX_PARTS} parts"),
        (
            any(name.lower().endswith("vbaproject.bin") for name in names),
            "macros",
            "the workbook holds macros",
        ),
        (outside, "unsafe_path", "a part of the archive points outside of it"),
        ("[Content_Types].xml" not in names, "wrong_type", "a ZIP archive, but not a workbook"),
    )
    for is_fault, code, text in faults:
        if is_fault:
            raise RefusedFileError(code, text)
