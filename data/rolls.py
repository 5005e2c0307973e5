"""Base rollups held in memory: many small Parquet files per query are slow, and they change rarely."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path


def base_key(folders: Iterable[Path]) -> tuple[str, ...]:
    """Returns what identifies a set of base folders."""
    return tuple(sorted(str(folder) for folder in folders))


class BaseRolls:
    """Keeps one in-memory table per rollup and set of base folders; unchanged months are copied, not read."""

    def __init__(self, instance):
        instance.execute("CREATE SCHEMA base_rolls")
        self._part_numbers: dict[str, int] = {}
        self._sets: dict[tuple[str, ...], dict[str, str]] = {}
        self._count = 0

    def load(self, cursor, names: Iterable[str], folders: list[Path]) -> dict[str, str]:
        """Returns rollup name -> qualified table with the rows of all the folders, loading what is new."""
        key = base_key(folders)
        if not key:
            return {}
        if key not in self._sets:
            self._count += 1
            self._sets[key] = {name: self._load(cursor, name, folders) for name in names}
        return self._sets[key]

    def retire(self, cursor, in_use: set[tuple[str, ...]]) -> None:
        """Drops the tables of sets that no open generation uses."""
        for key in [each for each in self._sets if each not in in_use]:
            for table in self._sets.pop(key).values():
                cursor.execute(f"DROP TABLE IF EXISTS {table}")

    def _load(self, cursor, name: str, folders: list[Path]) -> str:
        known = self._part_numbers
        numbers = {folder: known.setdefault(str(folder), len(known)) for folder in folders}
        table = f"memory.base_rolls.{name}_{self._count}"
        older = self._newest_with(name)
        kept = []
        if older:
            present = {number for (number,) in cursor.execute(f"SELECT DISTINCT part_no FROM {older}").fetchall()}
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
