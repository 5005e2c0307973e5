"""What the last days need of the row tables (近日行), in memory: most questions of a wall read nothing else.

Planning a question over month files, what was touched since and the delta costs many times its answer; over a small
table it costs little. The months' share of those rows is read once per set of months and day, and each generation
puts its own changes on top of it.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

# More rows than this are not copied for every generation, which would cost the opening what questions save: their
# changes are laid over them while they are read.
MOST_COPIED = 8_000
KEPT_DAYS = 4
OPEN = "is_open"


class RecentRows:
    """Keeps, per set of months, the rows of which any instant lies in the last days, and those still open."""

    def __init__(self, instance):
        instance.execute("CREATE SCHEMA recent_rows")
        self._tables: dict[tuple[tuple[str, ...], datetime], dict[str, str]] = {}
        self._count = 0

    def table(
        self, cursor, name: str, *, files: list[Path], like: str, reach: tuple[tuple[str, ...], datetime]
    ) -> str | None:
        """Returns the table of the files' recent rows, None where there are no files.

        Args:
            cursor: of the instance.
            name: row table.
            files: those that reach the instant at all.
            like: a table with the same columns.
            reach: what identifies the set of months, and the first instant wanted.
        """
        if not files:
            return None
        held = self._tables.setdefault(reach, {})
        if name not in held:
            self._count += 1
            table = f"memory.recent_rows.{name}_{self._count}"
            listed = ", ".join("'" + str(file).replace("'", "''") + "'" for file in files)
            cursor.execute(
                f"CREATE TABLE {table} AS SELECT * FROM read_parquet([{listed}]) WHERE {_is_recent(cursor, like)}",
                {"since": reach[1]},
            )
            held[name] = table
        return held[name]

    def retire(self, cursor, in_use: set[tuple[str, ...]]) -> None:
        """Drops the rows of months no open generation uses, and of all but the newest days."""
        newest = sorted(self._tables, key=lambda reach: reach[1])[-KEPT_DAYS:]
        for reach in [each for each in self._tables if each[0] not in in_use or each not in newest]:
            for table in self._tables.pop(reach).values():
                cursor.execute(f"DROP TABLE IF EXISTS {table}")


def lay_over(cursor, view: str, *, base: str | None, delta: str, name: str) -> None:
    """Creates what readers see as the recent rows of a table: those of the months not touched since, and the delta's."""
    own = f"SELECT * FROM {delta}.{name}"
    if base is None:
        cursor.execute(f"CREATE VIEW {view} AS {own}")
        return
    both = f"SELECT base.* FROM {base} AS base ANTI JOIN {delta}.touched USING (incident_no) UNION ALL BY NAME {own}"
    counts = cursor.execute(f"SELECT (SELECT count(*) FROM {base}) + (SELECT count(*) FROM {delta}.{name})")
    kind = "TABLE" if counts.fetchone()[0] <= MOST_COPIED else "VIEW"
    cursor.execute(f"CREATE {kind} {view} AS {both}")


def _is_recent(cursor, like: str) -> str:
    columns = dict(cursor.execute(f"SELECT column_name, column_type FROM (DESCRIBE {like})").fetchall())
    instants = [name for name, kind in columns.items() if name.endswith("_at") and kind == "TIMESTAMP"]
    still_open = f" OR {OPEN}" if OPEN in columns else ""
    return f"greatest({_listed(instants)}) >= $since{still_open}"


def _listed(names: Iterable[str]) -> str:
    return ", ".join(f'"{name}"' for name in names)
