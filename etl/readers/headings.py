"""Headings (表头): where they stand in a text file, and what columns under grouped (merged) headings are called."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass

from etl.incoming import Reading, RefusedFileError, clean_heading
from etl.readers.encodings import is_wide

HEAD_BYTES = 1 << 20
MAX_HEADING_LINES = 50


@dataclass(frozen=True)
class Headings:
    """The headings of a text file.

    Attributes:
        names: one per column.
        line_count: lines of the file up to their end.
        is_plain: one line each, ended as usual; otherwise only the slow path counts lines as they are.
    """

    names: tuple[str, ...]
    line_count: int
    is_plain: bool


def join_headings(rows: Sequence[Sequence[object]]) -> list[str]:
    """Returns one heading per column of headings that stand in several rows, the parts joined by a dot.

    A group's heading (merged cells) stands over its first column only: it goes on to the right as long as there
    are parts below. A heading merged downwards has nothing below and stays alone.
    """
    width = max((len(row) for row in rows), default=0)
    cells = [[clean_heading(cell) for cell in row] + [""] * (width - len(row)) for row in rows]
    for at, row in enumerate(cells[:-1]):
        group = ""
        for column in range(width):
            has_part = any(lower[column] for lower in cells[at + 1 :])
            group = (row[column] or group) if has_part else ""
            row[column] = row[column] or group
    return [".".join(part for part in column if part) for column in zip(*cells, strict=True)]


def read_headings(reading: Reading, encoding: str) -> Headings:
    """Returns the headings that begin in the contract's header_row; a quoted one may hold line breaks.

    Raises:
        RefusedFileError: the file ends before the headings or cannot be decoded there.
    """
    first = reading.contract.header_row
    with reading.path.open("rb") as handle:
        head = handle.read(HEAD_BYTES)
    if is_wide(encoding):
        head, encoding = head.decode(encoding, errors="ignore").encode(), "utf-8"
    lines = head.splitlines(keepends=True)
    at, rows = first - 1, []
    try:
        for _ in range(reading.contract.header_rows):
            row, at = _read_row(lines, at, reading=reading, encoding=encoding)
            rows.append(row)
    except (UnicodeDecodeError, csv.Error) as error:
        raise RefusedFileError("bad_encoding", f"headings cannot be read as {encoding}: {error}") from None
    names = tuple(join_headings(rows))
    if not any(names):
        raise RefusedFileError("no_header", f"no headings in line {first}")
    is_plain = at == first - 1 + len(rows) and not any(
        line.endswith(b"\r") for line in lines[: max(at, 1)] if len(lines) > 1
    )
    return Headings(names, at, is_plain)


def _read_row(lines: list[bytes], at: int, *, reading: Reading, encoding: str) -> tuple[list[str], int]:
    """Returns the cells of the record that begins in line `at`, and the line after it."""
    contract = reading.contract
    text = lines[at].decode(encoding) if at < len(lines) else ""
    end = at + 1
    while text.count(contract.quote) % 2 and end < min(len(lines), at + MAX_HEADING_LINES):
        text += lines[end].decode(encoding)
        end += 1
    cells = csv.reader([text.rstrip("\r\n")], delimiter=contract.delimiter, quotechar=contract.quote)
    return next(cells, []), end
