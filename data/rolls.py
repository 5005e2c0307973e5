"""What is kept of the months' files: their rollups in memory (many small files per query are slow), their newest instants."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

# A file without statistics is read by every question.
NEVER_OLD = datetime(9999, 1, 1)


def base_key(folders: Iterable[Path]) -> tuple[str, ...]:
    """Returns what identifies a set of base folders."""
    return tuple(sorted(str(folder) for folder in folders))


class BaseFiles:
    """Keeps one in-memory table per rollup and set of base folders; unchanged months are copied, not read."""

    def __init__(self, instance):
        instance.execute("CREATE SCHEMA base_rolls")
        self._part_numbers: dict[str, int] = {}
        self._sets: dict[tuple[str, ...], dict[str, str]] = {}
        self._newest: dict[Path, datetime] = {}
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

    def newest(self, cursor, files: list[Path]) -> dict[Path, datetime]:
        """Returns the latest instant each file holds in any of its `_at` columns; a month's file never changes."""
        fresh = [file for file in files if file not in self._newest]
        if fresh:
            listed = ", ".join("'" + str(file).replace("'", "''") + "'" for file in fresh)
            found = cursor.execute(
                "SELECT file_name, max(TRY_CAST(stats_max_value AS TIMESTAMP)) "
                f"FROM parquet_metadata([{listed}]) WHERE path_in_schema LIKE '%\\_at' ESCAPE '\\' GROUP BY file_name"
            ).fetchall()
            latest = {name: instant for name, instant in found if instant is not None}
            self._newest |= {file: latest.get(str(file), NEVER_OLD) for file in fresh}
        return self._newest

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
