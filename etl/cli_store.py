"""Commands about the store as a whole: verify, backup, restore, query."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import duckdb
import typer

from etl import verify as checks
from etl.cli_context import Place, UsageError, guarded
from etl.store import open_store


def register(app: typer.Typer) -> None:
    """Adds the commands to the program."""
    app.command("verify")(guarded(verify))
    app.command("backup")(guarded(backup))
    app.command("restore")(guarded(restore))
    app.command("query")(guarded(query))


def verify(place: Place) -> int:
    """Checks that the ledger adds up and every stored row is what was loaded; 0 if so, 4 if not."""
    with open_store(place.settings) as con:
        findings = checks.verify_store(con, place.settings.home)
        digest = checks.state_digest(con)
    facts = {"ok": not findings, "digest": digest, "findings": [asdict(finding) for finding in findings]}
    lines = [f"{finding.claim}: {finding.detail}" for finding in findings] or ["all claims hold"]
    place.say(facts, "\n".join([*lines, f"digest {digest}"]))
    return 4 if findings else 0


def backup(
    place: Place,
    file: Annotated[Path, typer.Argument(help="New file to write.")],
) -> int:
    """Writes a complete, checked copy of the warehouse."""
    with open_store(place.settings) as con:
        checks.back_up(con, place.settings, file)
        digest = checks.state_digest(con)
    checks.check_backup(file)
    place.say({"file": str(file), "bytes": file.stat().st_size, "digest": digest}, f"{file}: digest {digest}")
    return 0


def restore(
    place: Place,
    file: Annotated[Path, typer.Argument(help="A file written by backup.")],
) -> int:
    """Puts a backup in the place of the warehouse; refuses broken or foreign files without touching anything."""
    place.settings.home.mkdir(parents=True, exist_ok=True, mode=0o700)
    try:
        aside = checks.restore(place.settings, file)
    except checks.BackupError as error:
        place.say({"restored": False, "reason": str(error)}, f"refused: {error}")
        return 4
    place.say(
        {"restored": True, "former": str(aside) if aside else None},
        f"restored; the former warehouse is {aside}",
    )
    return 0


def query(
    place: Place,
    sql: Annotated[str, typer.Argument(help="One SELECT.")],
    limit: Annotated[int, typer.Option("--limit", min=1, max=100_000)] = 1000,
) -> int:
    """Answers one read-only query on the warehouse, for the administrator on this host."""
    try:
        with duckdb.connect(str(place.settings.warehouse_path), read_only=True) as con:
            con.execute("SET TimeZone = 'UTC'")
            con.execute("SET enable_external_access = false")
            result = con.execute(sql)
            columns = [column[0] for column in result.description or []]
            rows = result.fetchmany(limit + 1)
    except duckdb.IOException as error:
        raise OSError(f"{place.settings.warehouse_path}: {str(error).splitlines()[0]}") from None
    except duckdb.Error as error:
        raise UsageError(str(error).splitlines()[0]) from None
    facts = {"columns": columns, "rows": [list(row) for row in rows[:limit]], "truncated": len(rows) > limit}
    place.say(facts, "\n".join("\t".join(map(str, row)) for row in [columns, *rows[:limit]]))
    return 0
