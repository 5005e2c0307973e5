"""The whole ETL against a raw typed read of the same CSV, in the same process on the same bytes."""

from __future__ import annotations

from pathlib import Path

import duckdb

from bench.homes import empty_home
from bench.measure import Book, Finding, count_text, lap, laps_of, median, time_text
from bench.reports import history, write_csv
from etl.build import build
from etl.contract import FeedContract, load_contract
from etl.landing import load_file
from etl.publish import publish

AIM = 0.25
FEED = "police_110"
_RAW_TYPES = {"lon": "DOUBLE", "lat": "DOUBLE"}


def measure_etl(book: Book, root: Path, *, rows: int) -> None:
    """Loads, builds and publishes one CSV of `rows` rows into an empty home, and reads it raw."""
    home = empty_home(root, "etl-speed")
    contract = load_contract(home.town, FEED)
    csv = root / f"{FEED}_20261122000000.csv"
    with home.writing() as con:
        write_csv(con, contract, batch=history(rows, home.town.now(home.settings)), path=csv)
        raw = laps_of(lambda: read_raw(csv, contract, root), times=2)
        with lap() as loading:
            result = load_file(con, home.town, contract, path=csv, settings=home.settings)
        with lap() as building:
            build(con, home.town, full=True)
        with lap() as publishing:
            publish(con, home.town, home.settings)
        raw += laps_of(lambda: read_raw(csv, contract, root), times=1)
    assert result.new_count == rows, f"{result.new_count} of {rows} rows loaded: {result}"
    laps = {"load": loading, "build (place, link, time)": building, "publish": publishing}
    whole = sum(taken.seconds for taken in laps.values())
    worked = sum(taken.processor_s for taken in laps.values())
    bare, bare_worked = median([taken.seconds for taken in raw]), median([taken.processor_s for taken in raw])
    share = bare / whole
    parts = ", ".join(f"{name} {time_text(taken.seconds)}" for name, taken in laps.items())
    size = f"{count_text(rows)}-row CSV ({csv.stat().st_size / 1e6:.0f} MB)"
    what = f"whole ETL of a {size}, share of raw read speed"
    how = f"{parts}; raw read {time_text(bare)}; by processor time {bare_worked / worked:.2f} x"
    book.note(
        Finding("ETL", what, f"{share:.2f} x ({rows / whole:,.0f} rows/s)", f">= {AIM} x", share >= AIM, how)
    )
    csv.unlink()


def read_raw(csv: Path, contract: FeedContract, root: Path) -> None:
    """Reads the CSV with declared types into a table of a database file: what DuckDB alone needs."""
    path = root / "raw-read.duckdb"
    path.unlink(missing_ok=True)
    instants = {mapped.column: mapped.time[0] for mapped in contract.columns.values() if mapped.time}
    kinds = {
        mapped.column: _RAW_TYPES[name] for name, mapped in contract.columns.items() if name in _RAW_TYPES
    }
    formats = set(instants.values())
    assert len(formats) == 1, f"{contract.feed}: one time format expected, found {formats}"
    with duckdb.connect(str(path)) as con:
        headings = [
            row[0]
            for row in con.execute(f"DESCRIBE SELECT * FROM read_csv('{csv}', all_varchar = true)").fetchall()
        ]
        columns = {name: "TIMESTAMP" if name in instants else kinds.get(name, "VARCHAR") for name in headings}
        con.execute(
            f"CREATE TABLE raw_read AS SELECT * FROM read_csv('{csv}', header = true, columns = {columns!r}, "
            f"timestampformat = '{formats.pop()}', auto_detect = false, delim = '{contract.delimiter}')"
        )
    path.unlink(missing_ok=True)
