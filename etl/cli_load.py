"""Commands that bring files in: init, load, load-all, quarantine list and resubmit."""

from __future__ import annotations

import time
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import duckdb
import typer

from etl.archive import TransientError
from etl.arrivals import arrived_files, list_strays
from etl.cli_context import TRANSIENT, Place, UsageError, guarded
from etl.contract import FeedContract, load_contract, load_contracts
from etl.landing import load_file
from etl.ledger import LoadResult
from etl.resubmit import Chosen, list_quarantine, resubmit_rows
from etl.store import make_home, open_store

# Of several files the gravest outcome counts: nothing done, refused, partly quarantined, all well.
GRAVITY = (0, 3, 4, 5)
TOLD_FILES = 20


def register(app: typer.Typer) -> None:
    """Adds the commands to the program."""
    app.command("init")(guarded(init))
    app.command("load")(guarded(load))
    app.command("load-all")(guarded(load_all))
    group = typer.Typer(no_args_is_help=True, help="Rows that did not load.")
    group.command("list")(guarded(quarantine_list))
    group.command("resubmit")(guarded(quarantine_resubmit))
    app.add_typer(group, name="quarantine")


def init(place: Place) -> int:
    """Creates the home: folders, warehouse, tables, landing folders; checks every contract of the town."""
    contracts = load_contracts(place.town)
    make_home(place.settings)
    for feed in contracts:
        (place.settings.landing_dir / feed).mkdir(exist_ok=True, mode=0o700)
    with open_store(place.settings):
        place.say(
            {"home": str(place.settings.home), "feeds": list(contracts)},
            f"{place.settings.home}: ready, feeds {', '.join(contracts)}",
        )
    return 0


def load(
    place: Place,
    feed: Annotated[str, typer.Argument(help="Feed id, as in feeds/<feed>.yaml.")],
    files: Annotated[list[Path], typer.Argument(help="Files to load, in this order.")],
) -> int:
    """Loads files of one feed."""
    contract = load_contract(place.town, feed)
    for file in files:
        if not file.is_file():
            raise UsageError(f"{file}: {'a folder, not a file' if file.is_dir() else 'no such file'}")
    with open_store(place.settings) as con:
        return load_each(con, place, [(contract, file) for file in files])


def load_all(place: Place) -> int:
    """Loads everything that waits in landing/, feed by feed, sorted by name."""
    contracts = load_contracts(place.town)
    landing = place.settings.landing_dir
    for stray in list_strays(landing, contracts):
        typer.echo(f"not loaded: {stray}", err=True)
    waiting = [
        (contract, file) for feed, contract in contracts.items() for file in arrived_files(landing, feed)
    ]
    with open_store(place.settings) as con:
        return load_each(con, place, waiting)


def load_each(
    con: duckdb.DuckDBPyConnection, place: Place, deliveries: list[tuple[FeedContract, Path]]
) -> int:
    """Loads files one by one; one bad file never stops the run. Returns the gravest exit code."""
    worst, results, begun = 0, [], time.monotonic()
    for number, (contract, path) in enumerate(deliveries, start=1):
        try:
            result = load_file(con, place.town, contract, path=path, settings=place.settings)
        except TransientError as error:
            typer.echo(f"transient: {error}", err=True)
            worst = TRANSIENT
            continue
        results.append({**asdict(result), "exit_code": result.exit_code})
        worst = max(worst, result.exit_code, key=GRAVITY.index)
        if not place.as_json:
            typer.echo(f"[{number}/{len(deliveries)}] {describe(result)}")
            if len(deliveries) <= TOLD_FILES:
                typer.echo("".join(f"      {line}\n" for line in list_remarks(con, result.load_id)), nl=False)
    if place.as_json:
        place.say({"exit_code": worst, "files": results}, "")
    elif len(deliveries) != 1:
        rows = sum(item["row_count"] for item in results)
        typer.echo(f"{len(results)} files, {rows} rows, {time.monotonic() - begun:.1f} s")
    return worst


def list_remarks(con: duckdb.DuckDBPyConnection, load_id: int) -> list[str]:
    """Returns what is worth a look in one load: rows in quarantine by reason, flags by kind, each with its first example."""
    held = con.execute(
        "SELECT reason_code, count(*), min(row_no), arg_min(column_name, row_no), arg_min(value_text, row_no) "
        "FROM quarantine WHERE load_id = ? GROUP BY reason_code ORDER BY min(row_no)",
        [load_id],
    ).fetchall()
    flags = con.execute(
        "SELECT flag_code, column_name, string_agg(DISTINCT nullif(value_text, ''), ', ') "
        "FROM (FROM flag WHERE load_id = ? QUALIFY row_number() OVER (PARTITION BY flag_code, column_name "
        "ORDER BY row_no NULLS FIRST) <= 3) GROUP BY ALL ORDER BY ALL",
        [load_id],
    ).fetchall()
    lines = [
        f"quarantine {code}: {count} rows, the first is row {row}: {column or 'line'} = {value!r}"
        for code, count, row, column, value in held
    ]
    return lines + [
        f"flag {code}: {column}{f' = {values}' if values else ''}" for code, column, values in flags
    ]


def describe(result: LoadResult) -> str:
    """Returns one line for people on what became of a file."""
    head = f"{result.feed_id} {result.file_name}: {result.status_code}"
    if result.status_code != "loaded":
        return f"{head} ({result.reason_code}: {result.reason_text})"
    return (
        f"{head}, {result.row_count} rows = {result.new_count} new + {result.updated_count} updated + "
        f"{result.unchanged_count} unchanged + {result.quarantined_count} quarantined, {result.load_ms} ms"
    )


def quarantine_list(
    place: Place,
    feed: Annotated[str | None, typer.Option("--feed", help="Only this feed.")] = None,
    limit: Annotated[int, typer.Option("--limit", min=1)] = 100,
) -> int:
    """Lists open rows: file, row, column, reason, value (personal values masked)."""
    with open_store(place.settings) as con:
        rows = list_quarantine(con, feed=feed, limit=limit)
    lines = [
        f"{row['quarantine_id']:>6} {row['feed_id']} {row['file_name']}:{row['row_no']} {row['reason_code']} "
        f"{row['column_name']} = {row['value_text']!r}"
        for row in rows
    ]
    place.say(rows, "\n".join(lines) or "nothing in quarantine")
    return 0


def quarantine_resubmit(
    place: Place,
    ids: Annotated[list[int] | None, typer.Argument(help="Entries; without them every open one.")] = None,
    *,
    feed: Annotated[str | None, typer.Option("--feed", help="Only this feed.")] = None,
    corrections: Annotated[
        list[str] | None, typer.Option("--set", help="HEADING=VALUE put in before checking.")
    ] = None,
) -> int:
    """Takes the original rows out of the archive, corrects them, and loads them again under today's contract."""
    wrong = [item for item in corrections or [] if "=" not in item]
    if wrong:
        raise UsageError(f"--set {wrong[0]!r}: expected HEADING=VALUE")
    values = dict(item.split("=", 1) for item in corrections or [])
    with open_store(place.settings) as con:
        results = resubmit_rows(con, place.town, place.settings, chosen=Chosen(ids, feed, values))
    worst = max([result.exit_code for result in results], key=GRAVITY.index, default=0)
    place.say(
        {"exit_code": worst, "files": [asdict(result) for result in results]},
        "\n".join(map(describe, results)) or "nothing to resubmit",
    )
    return worst
