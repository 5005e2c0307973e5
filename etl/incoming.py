"""What a reader hands over: rows of text with the headings they came under, and lines it had to reject."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path

import duckdb

from etl.contract import FeedContract

MAX_FIELD_BYTES = 1_000_000
MAX_UNPACKED_BYTES = 200_000_000
MAX_RATIO = 100
MAX_SECONDS = 180


class RefusedFileError(Exception):
    """A file that is not loaded at all; carries a stable reason code and what to look at."""

    def __init__(self, reason_code: str, reason_text: str) -> None:
        super().__init__(f"{reason_code}: {reason_text}")
        self.reason_code = reason_code
        self.reason_text = reason_text


@dataclass(frozen=True)
class Note:
    """Something about the whole file that is worth telling: becomes a flag."""

    code: str
    column: str = ""
    value: str = ""


@dataclass(frozen=True)
class Reading:
    """What a reader is given."""

    con: duckdb.DuckDBPyConnection
    contract: FeedContract
    path: Path
    scratch: Path
    has_nul: bool = False
    started: float = field(default_factory=time.monotonic)

    def check_time(self) -> None:
        """Raises RefusedFileError when the file has used up its time."""
        if time.monotonic() - self.started > MAX_SECONDS:
            raise RefusedFileError("too_slow", f"reading took more than {MAX_SECONDS} s")


@dataclass(frozen=True)
class Incoming:
    """Rows of text.

    Attributes:
        relation: what to select from; columns c0..cN in the order of `headings`, plus `_row` if `has_row`.
        headings: the source's column names.
        has_row: whether the relation numbers its rows; if not, they come in file order without gaps.
        rejected: (row, reason_code, reason_text, raw text) of lines that are no rows.
        notes: remarks on the file.
        fallback: set when the relation reads the file itself while it is selected from, which may fail half-way;
            called then, it reads again, slower, and saves every good row.
    """

    relation: str
    headings: tuple[str, ...]
    has_row: bool = False
    rejected: tuple[tuple[int, str, str, str], ...] = ()
    notes: tuple[Note, ...] = ()
    fallback: Callable[[], Incoming] | None = None


READ_ERRORS = (duckdb.InvalidInputException, duckdb.ConversionException)


def materialise(con: duckdb.DuckDBPyConnection, incoming: Incoming) -> Incoming:
    """Returns the same rows in the table `incoming`, numbered."""
    if incoming.fallback is None:
        return incoming
    # Not the table's rowid: within a transaction that starts at an arbitrary number.
    numbered = f"SELECT (row_number() OVER ())::INTEGER AS _row, * FROM {incoming.relation}"
    try:
        con.execute(f"CREATE OR REPLACE TEMP TABLE incoming AS {numbered}")
    except READ_ERRORS:
        return incoming.fallback()
    return replace(incoming, relation="incoming", has_row=True, fallback=None)


def clean_heading(text: object) -> str:
    """Returns a heading without the byte-order mark and the white space around and inside it."""
    return " ".join(
        str(text if text is not None else "").replace("\ufeff", "").replace("\u3000", " ").split()
    )
