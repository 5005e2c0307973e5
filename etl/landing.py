"""Landing (入库): one file, one transaction; rows, quarantine, flags and ledger appear together or not at all."""

from __future__ import annotations

import re
import shutil
import tempfile
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import duckdb

from data.settings import Settings, utc_now
from data.town import Town
from etl.archive import Kept, TransientError, keep_bytes, keep_refused, leave_landing
from etl.checks import build_checked, check_headings
from etl.contract import FeedContract, contract_digest
from etl.coordinates import settle_coordinates
from etl.entity import Entity
from etl.incoming import Incoming, Reading, RefusedFileError
from etl.intake import read_file
from etl.merge import MergeCounts, merge_rows
from etl.quarantine import flag_rows, quarantine_rows
from etl.store import StoreError

EXIT_CODES = {"loaded": 0, "duplicate": 0, "refused": 4}
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


class AccountingError(StoreError):
    """The rows of a file do not add up: a defect of the loader, the transaction is undone."""


@dataclass(frozen=True)
class LoadResult:
    """What became of one file; `row_count` = new + updated + unchanged + quarantined."""

    feed_id: str
    file_name: str
    status_code: str
    load_id: int
    row_count: int = 0
    new_count: int = 0
    updated_count: int = 0
    unchanged_count: int = 0
    quarantined_count: int = 0
    older_count: int = 0
    conflict_count: int = 0
    reason_code: str | None = None
    reason_text: str | None = None
    load_ms: int = 0

    @property
    def exit_code(self) -> int:
        """0 loaded or known already, 3 loaded with quarantine, 4 refused."""
        return 3 if self.status_code == "loaded" and self.quarantined_count else EXIT_CODES[self.status_code]


@dataclass(frozen=True)
class _Delivery:
    """One file on its way in."""

    contract: FeedContract
    path: Path
    kept: Kept
    load_id: int
    landed_at: datetime
    now_at: datetime
    started: float
    read: Callable[[Reading], Incoming]


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
    kept = keep_bytes(settings.home, path)
    load_id = con.execute("SELECT coalesce(max(load_id), 0) + 1 FROM ledger").fetchone()[0]
    delivery = _Delivery(source.contract, path, kept, load_id, landed_at, now_at, started, source.read)
    try:
        if _is_known(con, source.contract.feed, kept.sha256, name=path.name):
            reason = ("duplicate", "these bytes were loaded before")
            result = _note_delivery(con, delivery, status="duplicate", reason=reason)
        else:
            result = _load_rows(con, town, delivery, settings=settings)
    except duckdb.Error as error:
        raise _as_store_error(error, path) from error
    leave_landing(settings.landing_dir, path)
    return result


def _landed_at(path: Path, settings: Settings, *, now_at: datetime) -> datetime:
    if settings.frozen_at or not path.resolve().is_relative_to(settings.landing_dir.resolve()):
        return now_at
    try:
        return datetime.fromtimestamp(path.stat().st_mtime, UTC).replace(tzinfo=None)
    except OSError as error:
        raise TransientError(f"{path}: {error.strerror}") from None


def _is_known(con: duckdb.DuckDBPyConnection, feed: str, sha256: str, *, name: str) -> bool:
    # Files without rows are alike: a new name tells a new window.
    sql = "FROM ledger WHERE feed_id = ? AND sha256 = ? AND status_code = 'loaded' AND (row_count > 0 OR file_name = ?) LIMIT 1"
    return con.execute(sql, [feed, sha256, name]).fetchone() is not None


def _load_rows(
    con: duckdb.DuckDBPyConnection, town: Town, delivery: _Delivery, *, settings: Settings
) -> LoadResult:
    scratch = Path(tempfile.mkdtemp(prefix="load-", dir=settings.home / "scratch"))
    contract = delivery.contract
    try:
        incoming = delivery.read(Reading(con, contract, delivery.kept.path, scratch, delivery.kept.has_nul))
        notes = check_headings(contract, incoming)
        incoming = build_checked(con, contract, incoming, now_at=delivery.now_at)
        con.execute("BEGIN")
        try:
            notes += settle_coordinates(con, contract, town)
            counts = merge_rows(con, contract, load_id=delivery.load_id)
            load = (delivery.load_id, delivery.path.name, delivery.now_at)
            quarantined = quarantine_rows(con, contract, incoming, load=load)
            flag_rows(con, contract, town, load_id=delivery.load_id, notes=notes)
            result = _write_ledger(con, delivery, incoming, counts=replace(counts, quarantined=quarantined))
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
    con: duckdb.DuckDBPyConnection, delivery: _Delivery, error: RefusedFileError, *, settings: Settings
) -> LoadResult:
    reason = {
        "reason_code": error.reason_code,
        "reason_text": error.reason_text,
        "refused_at": str(delivery.now_at),
    }
    keep_refused(settings.home, delivery.path, feed=delivery.contract.feed, kept=delivery.kept, reason=reason)
    return _note_delivery(con, delivery, status="refused", reason=(error.reason_code, error.reason_text))


def _note_delivery(
    con: duckdb.DuckDBPyConnection, delivery: _Delivery, *, status: str, reason: tuple[str, str]
) -> LoadResult:
    result = _result(delivery, status_code=status, reason_code=reason[0], reason_text=reason[1])
    _insert_ledger(con, delivery, result, facts={"digest": 0, "is_built": True})
    return result


def _result(delivery: _Delivery, **values: object) -> LoadResult:
    spent = round((time.perf_counter() - delivery.started) * 1000)
    return LoadResult(
        feed_id=delivery.contract.feed,
        file_name=delivery.path.name,
        load_id=delivery.load_id,
        load_ms=spent,
        **values,
    )


def _write_ledger(
    con: duckdb.DuckDBPyConnection, delivery: _Delivery, incoming: Incoming, *, counts: MergeCounts
) -> LoadResult:
    entity = delivery.contract.definition
    event = entity.event if entity.event in delivery.contract.columns else "NULL"
    checked, newest = con.execute(
        f"SELECT count(*), CAST(max({event}) FILTER (WHERE _errors IS NULL) AS TIMESTAMP) FROM checked"
    ).fetchone()
    # A register that tells no instants goes as far as its arrival.
    reached = newest if entity.event else delivery.landed_at
    result = _result(
        delivery,
        status_code="loaded",
        row_count=checked + len(incoming.rejected),
        new_count=counts.new,
        updated_count=counts.updated,
        unchanged_count=counts.unchanged,
        quarantined_count=counts.quarantined,
        older_count=counts.older,
        conflict_count=counts.disputed,
    )
    if result.row_count != counts.new + counts.updated + counts.unchanged + counts.quarantined:
        raise AccountingError(
            f"{delivery.path.name}: {result.row_count} rows read, accounted for {asdict(counts)}"
        )
    facts = {
        "max_event_at": newest,
        "watermark_at": _watermark(delivery, reached),
        "digest": con.execute(
            f"SELECT {load_digest_sql()} FROM {with_point(entity)} WHERE _load_id = ?", [delivery.load_id]
        ).fetchone()[0],
        "is_built": counts.new + counts.updated + counts.older == 0,
    }
    _insert_ledger(con, delivery, result, facts=facts)
    return result


def with_point(entity: Entity) -> str:
    """Returns SQL of an entity's table with lon and lat, null where the entity has no place."""
    if "lon" in entity.columns:
        return entity.table
    return f"(SELECT *, NULL::DOUBLE AS lon, NULL::DOUBLE AS lat FROM {entity.table})"


def load_digest_sql() -> str:
    """Returns SQL of the digest of the rows a load stored, independent of their order."""
    return "(coalesce(sum(hash(_digest, lon, lat)::HUGEINT), 0) % 18446744073709551616)::UBIGINT"


def _watermark(delivery: _Delivery, newest: datetime | None) -> datetime | None:
    spec = delivery.contract.watermark
    found = re.search(spec.filename, delivery.path.name) if spec else None
    if not found:
        return newest
    try:
        local = datetime.strptime(found.group(1), spec.time).replace(
            tzinfo=ZoneInfo(delivery.contract.timezone)
        )
    except ValueError:
        return newest
    # A wrong clock in a file's name must not promise completeness for times to come.
    return min(local.astimezone(UTC).replace(tzinfo=None), delivery.now_at)


def _insert_ledger(
    con: duckdb.DuckDBPyConnection, delivery: _Delivery, result: LoadResult, *, facts: dict[str, object]
) -> None:
    row = asdict(result) | {
        "sha256": delivery.kept.sha256,
        "byte_count": delivery.kept.byte_count,
        "landed_at": delivery.landed_at,
        "loaded_at": delivery.now_at,
        "contract_digest": contract_digest(delivery.contract),
        **facts,
    }
    names = ", ".join(row)
    marks = ", ".join(f"${name}" for name in row)
    con.execute(f"INSERT INTO ledger ({names}) VALUES ({marks})", row)


def _as_store_error(error: duckdb.Error, path: Path) -> Exception:
    text = str(error).splitlines()[0][:300]
    if isinstance(error, (duckdb.OutOfMemoryException, duckdb.IOException)) or "No space" in text:
        return TransientError(f"{path.name}: {text}")
    return StoreError(f"{path.name}: {text}")
