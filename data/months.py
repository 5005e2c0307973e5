"""The months a question can reach (所及月份): the files of the others are not even opened.

A file of which every row group is skipped still has its statistics looked at, one row group after the other: over years of
months that takes longer than the rows that are read.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path


@dataclass(frozen=True)
class MonthFile:
    """One table's rows of one month.

    Attributes:
        path: `base/<month>/<build>/<table>.parquet`.
        newest_at: no row of it holds a later instant.
        has_open: one of its cases is still open.
    """

    path: Path
    newest_at: datetime
    has_open: bool

    @property
    def month(self) -> str:
        """The month of the incidents its rows belong to."""
        return self.path.parent.parent.name


@dataclass(frozen=True)
class Reach:
    """Which rows a question can need.

    Attributes:
        since_at: they hold this instant or a later one; None: any rows.
        with_open: or their case is still open.
        month: their incident is of this month.
        is_whole: or anything else that belongs to the cases of the same month is such a row.
    """

    since_at: datetime | None = None
    with_open: bool = False
    month: str | None = None
    is_whole: bool = False

    def covers(self, file: MonthFile) -> bool:
        """Returns whether a file may hold such a row."""
        if self.month is not None:
            return file.month == self.month
        return self.since_at is None or file.newest_at >= self.since_at or (self.with_open and file.has_open)


ALL = Reach()


def rows_sql(files: Sequence[MonthFile], delta: str, *, name: str) -> str:
    """Returns SQL of a row table: the files' rows that were not touched since, and the delta's."""
    own = f"SELECT * FROM {delta}.{name}"
    if not files:
        return own
    listed = ", ".join("'" + str(file.path).replace("'", "''") + "'" for file in files)
    return (
        f"SELECT base.* FROM read_parquet([{listed}]) AS base ANTI JOIN {delta}.touched USING (incident_no) "
        f"UNION ALL BY NAME {own}"
    )


def narrowed(sql: str, tables: dict[str, list[MonthFile]], delta: str, *, reach: Reach) -> str:
    """Returns the statement reading only the files within reach: their tables stand before it under the names it uses."""
    heads = []
    whole = {
        file.month for files in tables.values() for file in files if reach.is_whole and reach.covers(file)
    }
    for name, files in tables.items():
        kept = [file for file in files if reach.covers(file) or file.month in whole]
        if name in sql and len(kept) < len(files):
            heads.append(f"{name} AS NOT MATERIALIZED ({rows_sql(kept, delta, name=name)})")
    if not heads:
        return sql
    head, text = ", ".join(heads), sql.lstrip()
    return f"WITH {head}, {text[5:]}" if text.startswith("WITH ") else f"WITH {head} {text}"
