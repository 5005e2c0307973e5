"""The cockpit's own small book: users, sessions, audit (操作库), an SQLite file in WAL mode."""

from __future__ import annotations

import os
import sqlite3
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

SCHEMA = """
CREATE TABLE account (
    account_id INTEGER PRIMARY KEY AUTOINCREMENT, account_name TEXT NOT NULL UNIQUE COLLATE NOCASE,
    label_text TEXT NOT NULL, role_code TEXT NOT NULL, area_ids TEXT, department_ids TEXT,
    password_hash TEXT NOT NULL, password_at TEXT NOT NULL, is_active INTEGER NOT NULL,
    is_demo INTEGER NOT NULL, created_at TEXT NOT NULL);
CREATE TABLE old_password (
    account_id INTEGER NOT NULL, password_hash TEXT NOT NULL, retired_at TEXT NOT NULL);
CREATE TABLE session (
    token_hash TEXT PRIMARY KEY, account_id INTEGER NOT NULL, created_at TEXT NOT NULL, seen_at TEXT NOT NULL,
    source_text TEXT NOT NULL);
CREATE TABLE attempt (account_key TEXT NOT NULL, source_key TEXT NOT NULL, attempted_at TEXT NOT NULL);
CREATE INDEX attempt_by_account ON attempt (account_key, attempted_at);
CREATE INDEX attempt_by_source ON attempt (source_key, attempted_at);
CREATE TABLE demo_link (token_hash TEXT PRIMARY KEY, account_id INTEGER NOT NULL, created_at TEXT NOT NULL);
CREATE TABLE audit (
    seq_no INTEGER PRIMARY KEY, at TEXT NOT NULL, actor_name TEXT NOT NULL, role_code TEXT NOT NULL,
    source_text TEXT NOT NULL, action_code TEXT NOT NULL, target_text TEXT NOT NULL,
    is_success INTEGER NOT NULL, detail_text TEXT NOT NULL, previous_hash TEXT NOT NULL,
    row_hash TEXT NOT NULL);
"""
ACKNOWLEDGEMENT = """
CREATE TABLE acknowledgement (
    incident_id TEXT PRIMARY KEY, actor_name TEXT NOT NULL, role_code TEXT NOT NULL, acknowledged_at TEXT NOT NULL);
"""
# Each step brings a book one version further; a step that was released is never changed.
STEPS = (SCHEMA, ACKNOWLEDGEMENT)
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
