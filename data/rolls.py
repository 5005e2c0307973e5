"""What is kept of the months' files: their rollups in memory (many small files per query are slow), their newest instants."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

from data.months import MonthFile

# A file without statistics is read by every question.
NEVER_OLD = datetime(9999, 1, 1)
EMPTY = datetime(1, 1, 1)  # has no row groups
# The latest instant of each file in any of its `_at` columns; whether a case of it is open.
TOLD = """
    SELECT file_name, max(TRY_CAST(stats_max_value AS TIMESTAMP)) FILTER (WHERE path_in_schema LIKE '%\\_at' ESCAPE '\\'),
        coalesce(bool_or(coalesce(stats_max_value, 'true') <> 'false') FILTER (WHERE path_in_schema = 'is_open'), false)
    FROM parquet_metadata([{}])
    WHERE path_in_schema LIKE '%\\_at' ESCAPE '\\' OR path_in_schema = 'is_open'
    GROUP BY file_name"""


def base_key(folders: Iterable[Path]) -> tuple[str, ...]:
    """Returns what identifies a set of base folders."""
    return tuple(sorted(str(folder) for folder in folders))


class BaseFiles:
    """Keeps one in-memory table per rollup and set of base folders; unchanged months are copied, not read."""

    def __init__(self, instance):
        instance.execute("CREATE SCHEMA base_rolls")
        self._part_numbers: dict[str, int] = {}
        self._sets: dict[tuple[str, ...], dict[str, str]] = {}
        self._months: dict[Path, MonthFile] = {}
        self._count = 0

    def load_rolls(self, cursor, names: Iterable[str], *, folders: list[Path]) -> dict[str, str]:
        """Returns rollup name -> qualified table with the rows of all the folders, loading what is new."""
        key = base_key(folders)
        if not key:
            return {}
        if key not in self._sets:
            self._count += 1
            self._sets[key] = {name: self._load(cursor, name, folders=folders) for name in names}
        return self._sets[key]

    def months(self, cursor, files: list[Path]) -> list[MonthFile]:
        """Returns what is known of the files by their statistics; a month's file never changes."""
        fresh = [file for file in files if file not in self._months]
        if fresh:
            listed = ", ".join("'" + str(file).replace("'", "''") + "'" for file in fresh)
            told = {
                name: (at, has_open) for name, at, has_open in cursor.execute(TOLD.format(listed)).fetchall()
            }
            for file in fresh:
                at, has_open = told.get(str(file), (EMPTY, False))
                self._months[file] = MonthFile(file, NEVER_OLD if at is None else at, has_open)
        return [self._months[file] for file in files]

    def retire(self, cursor, in_use: set[tuple[str, ...]]) -> None:
        """Drops the tables of sets that no open generation uses."""
        for key in [each for each in self._sets if each not in in_use]:
            for table in self._sets.pop(key).values():
                cursor.execute(f"DROP TABLE IF EXISTS {table}")

    def _load(self, cursor, name: str, *, folders: list[Path]) -> str:
        known = self._part_numbers
        numbers = {folder: known.setdefault(str(folder), len(known)) for folder in folders}
        table = f"memory.base_rolls.{name}_{self._count}"
        older = self._newest_with(name)
        kept = []
        if older:
            present = {
                number for (number,) in cursor.execute(f"SELECT DISTINCT part_no FROM {older}").fetchall()
            }
            kept = [number for number in numbers.values() if number in present]
        parts = [f"SELECT * FROM {older} WHERE list_contains({kept}, part_no)"] if kept else []
        for folder, number in numbers.items():
            if number not in kept:  # a missing file is an error: leaving it out would lower every total
                path = str(folder / f"{name}.parquet").replace("'", "''")
                parts.append(f"SELECT *, {number} AS part_no FROM read_parquet('{path}')")
        cursor.execute(f"CREATE TABLE {table} AS {' UNION ALL BY NAME '.join(parts)}")
        return table

    def _newest_with(self, name: str) -> str | None:
        for tables in reversed(self._sets.values()):
            if name in tables:
                return tables[name]
        return None
