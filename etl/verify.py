"""Verify, back up, restore: the ledger must add up, every stored row must still hash to its digest."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

import duckdb

from data.settings import Settings
from etl.archive import TransientError, archive_path
from etl.checks import digest_sql
from etl.entity import load_entities
from etl.ledger import load_digest_sql, with_point
from etl.store import STORE_VERSION, StoreError, writer_lock


class BackupError(StoreError):
    """A backup that cannot be made or used; the store was not touched."""


@dataclass(frozen=True)
class Finding:
    """One broken claim."""

    claim: str
    detail: str


def verify_store(con: duckdb.DuckDBPyConnection, home: Path | None = None) -> list[Finding]:
    """Returns every broken claim: accounting, row digests, load digests, one current version per key, archive.

    Raises:
        duckdb.Error: the engine itself finds a damaged block.
    """
    findings = [
        Finding("accounting", f"load {load_id}: {rows} rows, {parts} accounted for")
        for load_id, rows, parts in con.execute(
            "SELECT load_id, row_count, new_count + updated_count + unchanged_count + quarantined_count FROM ledger "
            "WHERE row_count <> new_count + updated_count + unchanged_count + quarantined_count"
        ).fetchall()
    ]
    findings += _compare_quarantine(con)
    for entity in load_entities():
        columns = {name: f'"{name}"' for name in entity.columns if name not in entity.undigested}
        wrong = con.execute(
            f"SELECT count(*) FROM {entity.table} WHERE _digest <> {digest_sql(columns)}"
        ).fetchone()[0]
        if wrong:
            findings.append(
                Finding("row digest", f"{entity.table}: {wrong} rows differ from what was loaded")
            )
        twice = con.execute(
            f"SELECT count(*) FROM (SELECT 1 FROM {entity.table} WHERE _is_current "
            "GROUP BY feed_id, source_key HAVING count(*) > 1)"
        ).fetchone()[0]
        if twice:
            findings.append(Finding("one current version", f"{entity.table}: {twice} keys have several"))
    findings += _compare_loads(con)
    if home is not None:
        findings += _compare_archive(con, home)
    return findings


def _compare_quarantine(con: duckdb.DuckDBPyConnection) -> list[Finding]:
    rows = con.execute(
        "SELECT l.load_id, l.quarantined_count, count(q.quarantine_id) AS held FROM ledger AS l "
        "LEFT JOIN quarantine AS q USING (load_id) GROUP BY ALL HAVING held <> l.quarantined_count"
    ).fetchall()
    return [
        Finding("quarantine", f"load {load_id}: ledger says {said}, held {held}")
        for load_id, said, held in rows
    ]


def _compare_loads(con: duckdb.DuckDBPyConnection) -> list[Finding]:
    stored = " UNION ALL ".join(
        f"SELECT _load_id, _digest, lon, lat FROM {with_point(e)}" for e in load_entities()
    )
    rows = con.execute(
        f"WITH stored AS (SELECT _load_id AS load_id, {load_digest_sql()} AS digest, count(*) AS held FROM ({stored}) "
        "GROUP BY ALL) SELECT l.load_id FROM ledger AS l LEFT JOIN stored AS s USING (load_id) "
        "WHERE coalesce(s.digest, 0) <> l.digest OR coalesce(s.held, 0) <> l.new_count + l.updated_count + l.older_count"
    ).fetchall()
    return [
        Finding("load digest", f"load {row[0]}: the rows it stored are not the ones held") for row in rows
    ]


def _compare_archive(con: duckdb.DuckDBPyConnection, home: Path) -> list[Finding]:
    rows = con.execute(
        "SELECT DISTINCT sha256, byte_count FROM ledger WHERE status_code = 'loaded'"
    ).fetchall()
    lost = [
        sha
        for sha, size in rows
        if not archive_path(home, sha).is_file() or archive_path(home, sha).stat().st_size != size
    ]
    return [Finding("archive", f"{sha}: bytes missing or of another length") for sha in lost]


def state_digest(con: duckdb.DuckDBPyConnection) -> str:
    """Returns one digest of all current rows, independent of the order and the files they came in."""
    parts = []
    for entity in load_entities():
        point = "lon, lat" if "lon" in entity.columns else "0"
        parts.append(
            con.execute(
                f"SELECT coalesce(sum(hash(feed_id, source_key, _digest, {point})::HUGEINT), 0) % 18446744073709551616, count(*) "
                f"FROM {entity.table} WHERE _is_current"
            ).fetchone()
        )
    return "-".join(f"{int(digest):016x}:{count}" for digest, count in parts)


def back_up(con: duckdb.DuckDBPyConnection, settings: Settings, target: Path) -> None:
    """Writes a complete copy of the warehouse to a new file, through the engine, never by copying a live file.

    Raises:
        BackupError: the target exists.
        TransientError: disk full.
    """
    if target.exists():
        raise BackupError(f"{target}: exists already; name a new file")
    temporary = target.with_name(target.name + ".part")
    temporary.unlink(missing_ok=True)
    name = con.execute("SELECT current_database()").fetchone()[0]
    try:
        con.execute(f"ATTACH '{_quoted(temporary)}' AS backup_target")
        con.execute(f'COPY FROM DATABASE "{name}" TO backup_target')
        con.execute("DETACH backup_target")
        key = settings.home / "reporter.key"
        shutil.copy2(key, target.with_name(target.name + ".key"))
        temporary.replace(target)
    except (duckdb.IOException, OSError) as error:
        temporary.unlink(missing_ok=True)
        raise TransientError(f"{target}: {str(error).splitlines()[0]}") from None


def _quoted(path: Path) -> str:
    return str(path).replace("'", "''")


def check_backup(path: Path) -> None:
    """Reads a backup from end to end.

    Raises:
        BackupError: damaged, cut, foreign, or from a newer release.
    """
    try:
        with duckdb.connect(str(path), read_only=True) as con:
            con.execute("SET TimeZone = 'UTC'")
            version = con.execute("SELECT max(version) FROM store_version").fetchone()[0]
            if version is None or version > STORE_VERSION:
                raise BackupError(f"{path}: store version {version}, this release knows {STORE_VERSION}")
            findings = verify_store(con)
    except duckdb.Error as error:
        raise BackupError(f"{path}: not a usable backup: {str(error).splitlines()[0][:200]}") from None
    if findings:
        raise BackupError(f"{path}: {findings[0].claim}: {findings[0].detail}")


def restore(settings: Settings, source: Path) -> Path | None:
    """Puts a checked backup in the place of the warehouse; returns where the former one was put aside.

    Raises:
        BackupError: the backup is not usable; nothing was touched.
        BusyError: a process is writing.
    """
    if not source.is_file():
        raise BackupError(f"{source}: no such file")
    fresh = settings.home / "warehouse.restoring"
    with writer_lock(settings.home):
        shutil.copy2(source, fresh)
        try:
            check_backup(fresh)
        except BackupError:
            fresh.unlink(missing_ok=True)
            raise
        aside = _put_aside(settings.warehouse_path)
        fresh.replace(settings.warehouse_path)
        key = source.with_name(source.name + ".key")
        if key.is_file():
            shutil.copy2(key, settings.home / "reporter.key")
    return aside


def _put_aside(path: Path) -> Path | None:
    if not path.exists():
        return None
    number = 1
    while (aside := path.with_name(f"{path.name}.before-{number}")).exists():
        number += 1
    path.replace(aside)
    log = path.with_name(path.name + ".wal")
    if log.exists():
        log.replace(aside.with_name(aside.name + ".wal"))
    return aside
