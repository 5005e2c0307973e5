"""Module tables (模块表): what the registers become; built again only when something they read has changed."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd

from data.catalogue import catalogue
from data.durable import flush
from data.town import Town
from etl.as_of import as_of
from etl.digests import files_digest
from etl.entity import SPINE, load_entities
from etl.models import MODELS, ModelError, read_models
from etl.module_python import MAKERS, Maker
from etl.place import GridTree
from etl.state import read_state, write_state
from etl.store import all_threads

HERE = Path(__file__).resolve().parent
MODULE = MODELS / "module"
PUBLISHED = ("mart_", "dim_")
# What ordinary live files change all the time: a module table that reads it follows once a day.
DAILY = frozenset({"mart_incident", "mart_report", "mart_step_log", "day_input"})
UNBUILT = """
    SELECT DISTINCT f.entity_code FROM ledger AS l JOIN dim_feed AS f ON f.feed_id = l.feed_id
    WHERE NOT l.is_built"""


def modules_digest() -> str:
    """Returns a digest of what module tables depend on besides rows: their SQL, their Python, the rules."""
    data = HERE.parent / "data"
    files = [*MODULE.glob("*.sql"), *HERE.glob("module_*.py"), HERE / "modules.py"]
    return files_digest([*files, *(data / "rules").rglob("*.yaml"), *(data / "entities").glob("*.yaml")])


def build_modules(
    con: duckdb.DuckDBPyConnection,
    town: Town,
    tree: GridTree,
    *,
    is_full: bool = False,
    later: Collection[str] = (),
) -> list[str]:
    """Builds the module tables whose sources changed since their last build; returns their names in build order.

    What is named by `later`, and there already, is left to whoever asks so (etl/renewal.py), unless the build is full.

    Call it after the incidents are built and before the ledger's loads are marked as built, in the same transaction.
    """
    digest, day = modules_digest(), _local_day(con)
    is_full = is_full or read_state(con, "modules") != digest
    is_new_day = is_full or read_state(con, "module_day") != day
    touched = {code for (code,) in con.execute(UNBUILT).fetchall()} - SPINE
    if not (is_full or is_new_day or touched):
        return []
    all_threads(con)
    changed = set(DAILY) if is_new_day else set()
    if is_new_day:
        _write_inputs(con)
    for entity in load_entities():
        if entity.entity in touched or is_full:
            changed |= {entity.table, f"place_{entity.entity}"}
            if entity.has_place and entity.entity not in SPINE:
                _place(con, tree, entity=entity.entity)
    built = _build_changed(con, town, changed=changed, is_full=is_full, later=later)
    note_stale(con, built)
    write_state(con, "modules", digest)
    write_state(con, "module_day", day)
    return built


def module_order() -> list[str]:
    """Returns the module tables in the order they are built.

    Raises:
        ModelError: two of them read each other.
    """
    reads = module_reads()
    try:
        return list(
            TopologicalSorter({name: reads[name] & reads.keys() for name in sorted(reads)}).static_order()
        )
    except CycleError as error:
        raise ModelError(f"module tables read each other in a circle: {error.args[1]}") from None


def module_reads() -> dict[str, frozenset[str]]:
    """Returns module table -> the tables it reads."""
    models = {name: model.reads for name, model in read_models().items() if model.path.parent == MODULE}
    twice = models.keys() & MAKERS.keys()
    if twice:
        raise ModelError(f"{sorted(twice)}: made by SQL and by Python")
    return models | {name: frozenset(maker.reads) for name, maker in MAKERS.items()}


def published_modules() -> list[str]:
    """Returns the module tables that readers see."""
    return sorted(name for name in module_reads() if name.startswith(PUBLISHED))


def _build_changed(
    con: duckdb.DuckDBPyConnection, town: Town, *, changed: set[str], is_full: bool, later: Collection[str]
) -> list[str]:
    held = _held_tables(con)
    reads, built, given = module_reads(), [], {}
    for name in module_order():
        if not (is_full or name not in held or (reads[name] & changed and name not in later)):
            continue
        if name in MAKERS:
            write_table(con, name, _made(MAKERS[name], con, town, given=given))
        else:
            con.execute(f"CREATE OR REPLACE TABLE {name} AS {read_models()[name].sql}")
        changed.add(name)
        built.append(name)
    return built


def write_table(con: duckdb.DuckDBPyConnection, name: str, frame: pd.DataFrame) -> None:
    """Writes a module table anew."""
    con.register("incoming_module", frame)
    con.execute(f"CREATE OR REPLACE TABLE {name} AS SELECT * FROM incoming_module")
    con.unregister("incoming_module")


def _made(maker: Maker, con: duckdb.DuckDBPyConnection, town: Town, *, given: dict) -> pd.DataFrame:
    """Returns the table; what it shares with other makers of the build is read once and kept in `given`."""
    if maker.given is None:
        return maker.make(con, town)
    if maker.given not in given:
        given[maker.given] = maker.given(con, town)
    return maker.make(con, town, given[maker.given])


def _held_tables(con: duckdb.DuckDBPyConnection) -> set[str]:
    rows = con.execute("SELECT table_name FROM duckdb_tables() WHERE NOT temporary").fetchall()
    return {name for (name,) in rows}


def _local_day(con: duckdb.DuckDBPyConnection) -> str:
    as_of_at = as_of(con)
    if as_of_at is None:
        return "none"
    return str(con.execute("SELECT local_at(?::TIMESTAMP)::DATE", [as_of_at]).fetchone()[0])


def _write_inputs(con: duckdb.DuckDBPyConnection) -> None:
    """Writes day_input (one row) and rule_value: every dated rule as rows, lists and maps by item."""
    con.execute(
        "CREATE OR REPLACE TABLE day_input AS SELECT a AS as_of_at, local_at(a)::DATE AS as_of_date "
        "FROM (SELECT ?::TIMESTAMP AS a)",
        [as_of(con)],
    )
    rows = []
    for name, rule in catalogue().rules.items():
        days = list(rule.values)
        for day, until in zip(days, [*days[1:], None], strict=True):
            rows += [(name, item, day, until, value) for item, value in _items(rule.values[day])]
    con.execute(
        "CREATE OR REPLACE TABLE rule_value (rule_id VARCHAR, item_code VARCHAR, valid_from_date DATE, "
        "valid_to_date DATE, value DOUBLE)"
    )
    con.executemany("INSERT INTO rule_value VALUES (?, ?, ?, ?, ?)", rows)


def _items(value: object) -> Iterable[tuple[str | None, float]]:
    if isinstance(value, dict):
        return [(str(key), float(each)) for key, each in value.items()]
    if isinstance(value, tuple):
        return [(str(number), float(each)) for number, each in enumerate(value)]
    return [(None, float(value))]


def _place(con: duckdb.DuckDBPyConnection, tree: GridTree, *, entity: str) -> None:
    """Writes place_<entity> (<entity>_id, grid_id): the current rows that lie in the town, exactly."""
    key = f"{entity}_id"
    points = con.execute(
        f"SELECT {key}, lon, lat FROM raw_{entity} WHERE _is_current AND lon IS NOT NULL AND lat IS NOT NULL"
    ).fetchnumpy()
    located = tree.locate(np.asarray(points["lon"], float), np.asarray(points["lat"], float))
    frame = pd.DataFrame({key: points[key], "grid_id": located}, dtype="object")
    con.register("incoming_place", frame)
    con.execute(
        f"CREATE OR REPLACE TABLE place_{entity} AS SELECT {key}::VARCHAR AS {key}, grid_id::VARCHAR AS grid_id "
        "FROM incoming_place WHERE grid_id IS NOT NULL"
    )
    con.unregister("incoming_place")


def note_stale(con: duckdb.DuckDBPyConnection, built: Iterable[str]) -> None:
    """Notes that tables are to be published again."""
    stale = set(json.loads(read_state(con, "modules_stale") or "[]"))
    stale |= {name for name in built if name.startswith(PUBLISHED)}
    write_state(con, "modules_stale", json.dumps(sorted(stale)))


def publish_modules(con: duckdb.DuckDBPyConnection, published: Path, *, build: int) -> dict[str, str]:
    """Writes the module tables built since the last publish, one Parquet file each; returns name -> file of all.

    A file never changes once written; what no generation names any more is swept by the caller.
    """
    files = json.loads(read_state(con, "module_files") or "{}")
    stale = set(json.loads(read_state(con, "modules_stale") or "[]"))
    wanted = published_modules()
    missing = {name for name in wanted if name not in files or not (published / files[name]).is_file()}
    if not stale and not missing and files.keys() == set(wanted):
        return files
    held = _held_tables(con)
    for name in sorted((stale | missing) & held & set(wanted)):
        path = published / "module" / name / f"{build:08d}.parquet"
        path.parent.mkdir(parents=True, exist_ok=True)
        con.execute(f"COPY {name} TO '{path}' (FORMAT parquet, COMPRESSION snappy)")
        flush(path)  # before CURRENT names it
        files[name] = str(path.relative_to(published))
    files = {name: path for name, path in files.items() if name in wanted}
    write_state(con, "module_files", json.dumps(files))
    write_state(con, "modules_stale", "[]")
    return files
