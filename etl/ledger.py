"""The ledger (入库台账): what became of each file, written in the same transaction as its rows."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import duckdb

from etl.archive import Kept
from etl.contract import FeedContract, contract_digest
from etl.entity import Entity
from etl.incoming import Incoming, Reading
from etl.merge import MergeCounts
from etl.store import StoreError

EXIT_CODES = {"loaded": 0, "duplicate": 0, "refused": 4}


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
class Delivery:
    """One file on its way in."""

    contract: FeedContract
    path: Path
    kept: Kept
    load_id: int
    landed_at: datetime
    now_at: datetime
    started: float
    read: Callable[[Reading], Incoming]


def note_delivery(
    con: duckdb.DuckDBPyConnection, delivery: Delivery, *, status: str, reason: tuple[str, str]
) -> LoadResult:
    """Writes down a file that brought no rows: refused, or known already."""
    result = _result(delivery, status_code=status, reason_code=reason[0], reason_text=reason[1])
    _insert_ledger(con, delivery, result, facts={"digest": 0, "is_built": True})
    return result


def _result(delivery: Delivery, **values: object) -> LoadResult:
    spent = round((time.perf_counter() - delivery.started) * 1000)
    return LoadResult(
        feed_id=delivery.contract.feed,
        file_name=delivery.path.name,
        load_id=delivery.load_id,
        load_ms=spent,
        **values,
    )


def note_rows(
    con: duckdb.DuckDBPyConnection, delivery: Delivery, incoming: Incoming, *, counts: MergeCounts
) -> LoadResult:
    """Writes down a loaded file; its rows must add up.

    Raises:
        AccountingError: they do not.
    """
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


def _watermark(delivery: Delivery, newest: datetime | None) -> datetime | None:
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
    con: duckdb.DuckDBPyConnection, delivery: Delivery, result: LoadResult, *, facts: dict[str, object]
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
