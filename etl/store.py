"""The warehouse file: one writer at a time, control tables, raw tables made from data/entities/*.yaml."""

from __future__ import annotations

import contextlib
import fcntl
import os
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import duckdb

from data.settings import Settings
from data.statements import Attentive
from etl.entity import SQL_TYPES, Entity, load_entities
from etl.privacy import reporter_key

STORE_VERSION = 1
FOLDERS = ("landing", "archive", "refused", "published", "scratch")

_CONTROL = {
    "ledger": """load_id BIGINT, feed_id VARCHAR, file_name VARCHAR, sha256 VARCHAR, byte_count BIGINT, landed_at TIMESTAMP,
        loaded_at TIMESTAMP, row_count INTEGER, new_count INTEGER, updated_count INTEGER, unchanged_count INTEGER,
        quarantined_count INTEGER, older_count INTEGER, conflict_count INTEGER, max_event_at TIMESTAMP,
        watermark_at TIMESTAMP, status_code VARCHAR, reason_code VARCHAR, reason_text VARCHAR, contract_digest VARCHAR,
        digest UBIGINT, load_ms INTEGER, is_built BOOLEAN""",
    "quarantine": """quarantine_id BIGINT, load_id BIGINT, feed_id VARCHAR, file_name VARCHAR, row_no INTEGER,
        column_name VARCHAR, value_text VARCHAR, reason_code VARCHAR, reason_text VARCHAR, raw_json VARCHAR,
        status_code VARCHAR, quarantined_at TIMESTAMP""",
    "flag": """load_id BIGINT, feed_id VARCHAR, row_no INTEGER, source_key VARCHAR, flag_code VARCHAR,
        column_name VARCHAR, value_text VARCHAR""",
    "store_version": "version INTEGER, made_at TIMESTAMP",
}
_RAW_EXTRAS = {
    "feed_id": "VARCHAR",
    "_load_id": "BIGINT",
    "_row": "INTEGER",
    "_digest": "UBIGINT",
    "_is_current": "BOOLEAN",
}


class StoreError(Exception):
    """The warehouse cannot be used as it is; says which file and what to do."""


class BusyError(StoreError):
    """Another process writes; nothing was changed, trying again later is right."""


def make_home(settings: Settings) -> None:
    """Creates the folders of a home, readable by the owner only."""
    settings.home.mkdir(parents=True, exist_ok=True, mode=0o700)
    for name in FOLDERS:
        (settings.home / name).mkdir(exist_ok=True, mode=0o700)


@contextlib.contextmanager
def open_store(settings: Settings) -> Iterator[duckdb.DuckDBPyConnection]:
    """Yields the writer's connection, tables present; closes it and frees the lock afterwards.

    Raises:
        BusyError: another process writes.
        StoreError: the file is damaged or from a newer release.
    """
    make_home(settings)
    with writer_lock(settings.home):
        con = connect(settings)
        try:
            prepare_tables(con)
            yield Attentive(con)
        finally:
            con.close()


@contextlib.contextmanager
def writer_lock(home: Path) -> Iterator[None]:
    """Holds the home's writer lock; the system frees it even after kill -9.

    Raises:
        BusyError: another process holds it.
    """
    handle = os.open(home / "writer.lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            owner = os.pread(handle, 32, 0).decode(errors="replace").strip() or "unknown"
            raise BusyError(f"{home}: process {owner} is writing; stop it or try again") from None
        os.ftruncate(handle, 0)
        os.pwrite(handle, str(os.getpid()).encode(), 0)
        yield
    finally:
        os.close(handle)


def connect(settings: Settings) -> duckdb.DuckDBPyConnection:
    """Returns a connection to the warehouse: UTC session, spill inside the home, the hash key set.

    Raises:
        StoreError: the file is damaged.
    """
    try:
        con = duckdb.connect(str(settings.warehouse_path))
    except duckdb.IOException as error:
        if "lock" in str(error).lower():
            raise BusyError(f"{settings.warehouse_path}: another process has it open") from None
        raise StoreError(f"{settings.warehouse_path}: cannot be opened: {_first_line(error)}") from None
    except duckdb.Error as error:
        raise StoreError(
            f"{settings.warehouse_path}: damaged: {_first_line(error)}; restore a backup"
        ) from None
    con.execute("SET TimeZone = 'UTC'")
    con.execute("SET temp_directory = ?", [str(settings.home / "scratch" / "spill")])
    con.execute("SET VARIABLE reporter_key = $key", {"key": reporter_key(settings.home)})
    return con


def one_thread(con: duckdb.DuckDBPyConnection) -> None:
    """Lets what follows run in one thread: for a few rows, waking a second one costs more than it does."""
    con.execute("SET threads = 1")


def all_threads(con: duckdb.DuckDBPyConnection) -> None:
    """Lets what follows, the work on a whole table, run in as many threads as there are."""
    con.execute("RESET threads")


def _first_line(error: Exception) -> str:
    return str(error).splitlines()[0][:200]


def prepare_tables(con: duckdb.DuckDBPyConnection) -> None:
    """Creates missing tables, adds columns the entities have gained since.

    Raises:
        StoreError: the store was made by a newer release.
    """
    for name, columns in _CONTROL.items():
        con.execute(f"CREATE TABLE IF NOT EXISTS {name} ({columns})")
    version = con.execute("SELECT max(version) FROM store_version").fetchone()[0]
    if version is None:
        con.execute("INSERT INTO store_version VALUES (?, ?)", [STORE_VERSION, datetime(2026, 11, 22)])
    elif version > STORE_VERSION:
        raise StoreError(
            f"the warehouse has version {version}, this release knows {STORE_VERSION}: update first"
        )
    for entity in load_entities():
        _prepare_raw(con, entity)


def _prepare_raw(con: duckdb.DuckDBPyConnection, entity: Entity) -> None:
    wanted = raw_columns(entity)
    definitions = ", ".join(f'"{name}" {kind}' for name, kind in wanted.items())
    con.execute(f"CREATE TABLE IF NOT EXISTS {entity.table} ({definitions})")
    present = {row[0] for row in con.execute(f"DESCRIBE {entity.table}").fetchall()}
    for name, kind in wanted.items():
        if name not in present:
            con.execute(f'ALTER TABLE {entity.table} ADD COLUMN "{name}" {kind}')


def raw_columns(entity: Entity) -> dict[str, str]:
    """Returns the columns of an entity's raw table with their SQL types."""
    columns = {name: SQL_TYPES[column.type] for name, column in entity.columns.items()}
    return {**columns, f"{entity.entity}_id": "VARCHAR", **_RAW_EXTRAS}
