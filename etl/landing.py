"""Landing (入库): one file, one transaction; rows, quarantine, flags and ledger appear together or not at all."""

from __future__ import annotations

import shutil
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import duckdb

from data.settings import Settings, utc_now
from data.town import Town
from data.yamlfile import DefinitionError
from etl.archive import TransientError, keep_bytes, keep_refused, leave_landing
from etl.arrivals import has_landed
from etl.checks import build_checked, check_headings
from etl.contract import FeedContract
from etl.coordinates import settle_coordinates
from etl.incoming import Incoming, Note, Reading, RefusedFileError
from etl.intake import read_file
from etl.ledger import Delivery, LoadResult, note_delivery, note_rows
from etl.merge import merge_rows
from etl.quarantine import flag_rows, quarantine_rows
from etl.store import StoreError

WORK_TABLES = (
    "incoming",
    "checked_rows",
    "doubtful",
    "reread",
    "existing",
    "verdict",
    "row_flag",
    "rejected",
    "masked_rejected",
)


@dataclass(frozen=True)
class Source:
    """A file of a feed and how its rows are read."""

    contract: FeedContract
    path: Path
    read: Callable[[Reading], Incoming] = read_file


def load_file(
    con: duckdb.DuckDBPyConnection, town: Town, contract: FeedContract, *, path: Path, settings: Settings
) -> LoadResult:
    """Loads one file of a feed; bytes that were loaded before change nothing.

    Raises:
        TransientError: disk full or file gone; nothing changed, the file stays where it is.
        StoreError: the store is unusable.
    """
    return load_source(con, town, Source(contract, path), settings=settings)


def load_source(
    con: duckdb.DuckDBPyConnection, town: Town, source: Source, *, settings: Settings
) -> LoadResult:
    """Loads one file as `load_file` does, read the way the source says."""
    started, now_at, path = time.perf_counter(), utc_now(settings), source.path
    landed_at = _landed_at(path, settings, now_at=now_at)
    is_landed = has_landed(settings.landing_dir, path)
    kept = keep_bytes(settings.home, path, is_landed=is_landed)
    load_id = con.execute("SELECT coalesce(max(load_id), 0) + 1 FROM ledger").fetchone()[0]
    delivery = Delivery(source.contract, path, kept, load_id, landed_at, now_at, started, source.read)
    try:
        if _is_known(con, source.contract.feed, kept.sha256, name=path.name):
            reason = ("duplicate", "these bytes were loaded before")
            result = note_delivery(con, delivery, status="duplicate", reason=reason)
        else:
            result = _load_rows(con, town, delivery, settings=settings)
    except duckdb.Error as error:
        raise _as_store_error(error, path) from error
    leave_landing(settings.landing_dir, path, kept=kept)
    return result


def _landed_at(path: Path, settings: Settings, *, now_at: datetime) -> datetime:
    if settings.frozen_at or not has_landed(settings.landing_dir, path):
        return now_at
    try:
        return datetime.fromtimestamp(path.lstat().st_mtime, UTC).replace(tzinfo=None)
    except OSError as error:
        raise TransientError(f"{path}: {error.strerror}") from None


def _is_known(con: duckdb.DuckDBPyConnection, feed: str, sha256: str, *, name: str) -> bool:
    # Files without rows are alike: a new name tells a new window.
    sql = "FROM ledger WHERE feed_id = ? AND sha256 = ? AND status_code = 'loaded' AND (row_count > 0 OR file_name = ?) LIMIT 1"
    return con.execute(sql, [feed, sha256, name]).fetchone() is not None


def _load_rows(
    con: duckdb.DuckDBPyConnection, town: Town, delivery: Delivery, *, settings: Settings
) -> LoadResult:
    scratch = Path(tempfile.mkdtemp(prefix="load-", dir=settings.home / "scratch"))
    contract = delivery.contract
    try:
        if delivery.path.is_symlink() and has_landed(settings.landing_dir, delivery.path):
            raise RefusedFileError("unsafe_path", "a symbolic link; what it points to was not read")
        incoming, notes = _read_and_check(con, delivery, scratch=scratch)
        con.execute("BEGIN")
        try:
            notes += settle_coordinates(con, contract, town)
            counts = merge_rows(con, contract, load_id=delivery.load_id)
            load = (delivery.load_id, delivery.path.name, delivery.now_at)
            quarantined = quarantine_rows(con, contract, incoming, load=load)
            flag_rows(con, contract, town, load_id=delivery.load_id, notes=notes)
            result = note_rows(con, delivery, incoming, counts=replace(counts, quarantined=quarantined))
            con.execute("COMMIT")
        except BaseException:
            _undo(con)
            raise
    except RefusedFileError as error:
        result = _refuse(con, delivery, error, settings=settings)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
        _clean_up(con)
    return result


def _read_and_check(
    con: duckdb.DuckDBPyConnection, delivery: Delivery, *, scratch: Path
) -> tuple[Incoming, tuple[Note, ...]]:
    """Reads and types the rows; content that no reader foresaw refuses its file, it never stops the run."""
    contract = delivery.contract
    try:
        incoming = delivery.read(Reading(con, contract, delivery.kept.path, scratch, delivery.kept.has_nul))
        notes = check_headings(contract, incoming)
        return build_checked(con, contract, incoming, now_at=delivery.now_at), notes
    except (RefusedFileError, StoreError, DefinitionError, duckdb.Error, OSError, MemoryError):
        raise  # not the file's fault, or told already
    except Exception as error:
        raise RefusedFileError("unreadable", f"{type(error).__name__}: {str(error)[:200]}") from error


def _undo(con: duckdb.DuckDBPyConnection) -> None:
    try:
        con.execute("ROLLBACK")
    except duckdb.Error:
        return  # an invalidated instance has nothing left to undo


def _clean_up(con: duckdb.DuckDBPyConnection) -> None:
    try:
        con.execute("DROP VIEW IF EXISTS temp.main.checked")
        for name in WORK_TABLES:
            con.execute(f"DROP TABLE IF EXISTS temp.main.{name}")
    except duckdb.Error:
        return


def _refuse(
    con: duckdb.DuckDBPyConnection, delivery: Delivery, error: RefusedFileError, *, settings: Settings
) -> LoadResult:
    reason = {
        "reason_code": error.reason_code,
        "reason_text": error.reason_text,
        "refused_at": str(delivery.now_at),
    }
    keep_refused(settings.home, delivery.path, feed=delivery.contract.feed, kept=delivery.kept, reason=reason)
    return note_delivery(con, delivery, status="refused", reason=(error.reason_code, error.reason_text))


def _as_store_error(error: duckdb.Error, path: Path) -> Exception:
    text = str(error).splitlines()[0][:300]
    if isinstance(error, (duckdb.OutOfMemoryException, duckdb.IOException)) or "No space" in text:
        return TransientError(f"{path.name}: {text}")
    return StoreError(f"{path.name}: {text}")
