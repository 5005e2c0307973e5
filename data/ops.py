"""The cockpit's own small book: users, sessions, audit (操作库), an SQLite file in WAL mode."""

from __future__ import annotations

import os
import sqlite3
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

# Each file brings a book one version further, in the order of their numbers; one that was released is never changed.
STEPS = tuple(
    path.read_text(encoding="utf-8") for path in sorted((Path(__file__).parent / "book").glob("*.sql"))
)
SCHEMA_VERSION = len(STEPS)


class OpsError(RuntimeError):
    """The book cannot be opened: newer than this program, or not a book at all."""


def stamp(at: float) -> str:
    """Write an instant (epoch seconds) the way the book keeps it: naive UTC text that sorts by time."""
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%d %H:%M:%S.%f")


def unstamp(text: str) -> float:
    """Read an instant of the book back as epoch seconds."""
    return datetime.strptime(text, "%Y-%m-%d %H:%M:%S.%f").replace(tzinfo=UTC).timestamp()


class Ops:
    """One connection to the book, safe to share between threads; several processes may hold one each.

    Raises:
        OpsError: the file is newer than this program or is not an SQLite file.
    """

    def __init__(self, path: Path) -> None:
        """Open the book, making it (readable by its owner only) when it is not there."""
        self.path = path
        path.parent.mkdir(parents=True, exist_ok=True)
        # Made before SQLite opens it, so that there is no moment in which others may read it.
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
        self._lock = threading.RLock()
        self._connection = sqlite3.connect(path, timeout=10, check_same_thread=False, isolation_level=None)
        self._connection.row_factory = sqlite3.Row
        try:
            self._prepare()
        except sqlite3.DatabaseError as error:
            raise OpsError(f"{path}: cannot be used as the cockpit's book: {error}") from error

    def _prepare(self) -> None:
        self._connection.execute("PRAGMA journal_mode = WAL")
        self._connection.execute("PRAGMA synchronous = NORMAL")
        with self.transaction() as book:
            found = book.execute("PRAGMA user_version").fetchone()[0]
            if found > SCHEMA_VERSION:
                raise OpsError(
                    f"{self.path}: schema {found} is newer than this program's {SCHEMA_VERSION}; upgrade it"
                )
            for step in STEPS[found:]:
                for statement in step.split(";"):
                    book.execute(statement)
            book.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")

    def rows(self, sql: str, params: Sequence[object] = ()) -> list[sqlite3.Row]:
        """Read rows."""
        with self._lock:
            return self._connection.execute(sql, params).fetchall()

    def row(self, sql: str, params: Sequence[object] = ()) -> sqlite3.Row | None:
        """Read the first row, or None."""
        with self._lock:
            return self._connection.execute(sql, params).fetchone()

    def write(self, sql: str, params: Sequence[object] = ()) -> int:
        """Change rows in one transaction of its own; return how many."""
        with self._lock:
            return self._connection.execute(sql, params).rowcount

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """Hold the book alone for a read that decides a write; rolls back when the block raises."""
        with self._lock:
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield self._connection
            except BaseException:
                self._connection.execute("ROLLBACK")
                raise
            self._connection.execute("COMMIT")

    def close(self) -> None:
        """Close the connection."""
        with self._lock:
            self._connection.close()
