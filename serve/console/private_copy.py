"""What goes into the private copy of one statement (私有副本): SQL of the rows and columns the asker may see, no more.

The rules are those of every screen (docs/architecture.md, section 12): rows with `grid_id` by area, rows with
`department_id` by department, both where a table has both; rows with neither are the whole town's or nobody's. They are
copied, not filtered by a view: statistics and plans tell of everything that lies under a view.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from data.connection import Store
from data.console_tables import TOLD, console_tables, is_shown
from data.generation import ROW_TABLES, VIEWS, Snapshot
from data.question import TOWN_AREA
from data.request import Scope
from serve.console.gate import Checked

_PUBLISHED = re.compile(r"\b(?:mart|dim|roll)_\w+|\bmeta\b")
Step = tuple[str, dict | list | None]


@dataclass(frozen=True)
class Plan:
    """The statements that make one private copy, for one generation."""

    steps: tuple[Step, ...]
    generation: int


def offered_columns(snapshot: Snapshot) -> dict[str, dict[str, str]]:
    """Returns column -> type of every table the console offers and this generation has."""
    return _offered(snapshot.store, snapshot.opened.serial, snapshot)


_kept: dict[tuple[int, int], dict[str, dict[str, str]]] = {}


def _offered(store: Store, serial: int, snapshot: Snapshot) -> dict[str, dict[str, str]]:
    key = (id(store), serial)
    if key not in _kept:
        found = {name: _columns_of(name, snapshot) for name in console_tables() if _is_there(name, snapshot)}
        _kept.clear()
        _kept[key] = found
    return _kept[key]


def _is_there(table: str, snapshot: Snapshot) -> bool:
    opened = snapshot.opened
    if table in VIEWS or table in ROW_TABLES or (opened.modules and table in opened.modules.paths):
        return True
    named = "SELECT 1 FROM information_schema.tables WHERE table_schema = $schema AND table_name = $name"
    return bool(snapshot.rows(named, {"schema": opened.schema, "name": table}))


def _columns_of(table: str, snapshot: Snapshot) -> dict[str, str]:
    described = snapshot.rows(f"DESCRIBE {table}")
    return {name: kind for name, kind, *_ in described if is_shown(table, name)}


def make_plan(checked: Checked, *, scope: Scope, snapshot: Snapshot, told: Iterable[tuple] = ()) -> Plan:
    """Returns how to make the copy a statement needs.

    Args:
        checked: the statement, as the gate let it through.
        scope: who asks.
        snapshot: the generation it is asked of.
        told: rows of `told_metric`, where the statement reads it.
    """
    offered = offered_columns(snapshot)
    wanted = sorted(checked.tables & set(offered))
    steps: list[Step] = []
    if wanted:
        needed = _needed(wanted, scope, snapshot)
        steps += _open_source(needed, snapshot)
        for table in wanted:
            chosen = _chosen(offered[table], checked.names)
            sql, params = _copy(table, chosen, checked=checked, scope=scope, columns=offered[table])
            if checked.first_rows is not None:
                sql += f" LIMIT {int(checked.first_rows)}"
            steps.append((sql, params))
        steps += [
            ("USE memory.main", None),
            ("DROP SCHEMA memory.source CASCADE", None),
            ("DETACH published", None),
        ]
    steps.append((f"CREATE MACRO memory.main.local_at(t) AS ({_local_at(snapshot)})", None))
    if TOLD in checked.tables:
        steps += told_steps(told)
    return Plan(tuple(steps), snapshot.generation)


def told_steps(rows: Iterable[tuple]) -> list[Step]:
    """Returns the statements that make `told_metric`."""
    columns = (
        "metric_id VARCHAR, month_id VARCHAR, area_id VARCHAR, value DOUBLE, sample_count BIGINT, "
        "low DOUBLE, high DOUBLE, flag_code VARCHAR"
    )
    made: list[Step] = [(f"CREATE TABLE memory.main.{TOLD} ({columns})", None)]
    filled = f"INSERT INTO memory.main.{TOLD} VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
    return made + [(filled, list(row)) for row in rows]


def _chosen(columns: dict[str, str], names: frozenset[str] | None) -> list[str]:
    """Returns the columns a statement can be about; at least one, so that rows can be counted."""
    chosen = list(columns) if names is None else [each for each in columns if each.lower() in names]
    return chosen or list(columns)[:1]


def _needed(wanted: list[str], scope: Scope, snapshot: Snapshot) -> list[str]:
    """Returns the published tables that must be opened: those asked for, what views read, what rows are scoped by."""
    needed = dict.fromkeys(wanted)
    if _is_limited_by_area(scope):
        needed["dim_area_grid"] = None
    if any(console_tables()[name].via for name in wanted):
        needed["mart_incident"] = None
    shipped = _view_texts(snapshot)
    for name in [each for each in needed if each in shipped]:
        needed |= dict.fromkeys(_PUBLISHED.findall(shipped[name]))
    return list(needed)


def _open_source(names: list[str], snapshot: Snapshot) -> list[Step]:
    store, manifest = snapshot.store, snapshot.opened.manifest
    steps: list[Step] = [
        (f"ATTACH {_quoted(store.folder / manifest['delta'])} AS published (READ_ONLY)", None),
        ("CREATE SCHEMA memory.source", None),
        ("USE memory.source", None),
        (f"CREATE MACRO local_at(t) AS ({_local_at(snapshot)})", None),
    ]
    texts = _view_texts(snapshot)
    plain = [name for name in names if name not in texts]
    steps += [(f"CREATE VIEW {name} AS {_source(name, snapshot)}", None) for name in plain]
    return steps + [(f"CREATE VIEW {name} AS {texts[name]}", None) for name in names if name in texts]


def _source(name: str, snapshot: Snapshot) -> str:
    manifest, folder = snapshot.opened.manifest, snapshot.store.folder
    modules = manifest.get("module") or {}
    if name in modules:
        return f"SELECT * FROM read_parquet({_quoted(folder / modules[name])})"
    own = f"SELECT * FROM published.{name}"
    if name not in ROW_TABLES or not manifest["base"]:
        return own
    files = ", ".join(
        _quoted(folder / each / f"{name}.parquet") for _, each in sorted(manifest["base"].items())
    )
    return (
        f"SELECT base.* FROM read_parquet([{files}]) AS base ANTI JOIN published.touched USING (incident_no) "
        f"UNION ALL BY NAME {own}"
    )


def _view_texts(snapshot: Snapshot) -> dict[str, str]:
    shipped = _view_sql(snapshot.store, snapshot.opened.serial, snapshot)
    return {name: shipped[name] for name in VIEWS if name in shipped}


def _local_at(snapshot: Snapshot) -> str:
    return _view_sql(snapshot.store, snapshot.opened.serial, snapshot)["local_at"]


_texts: dict[tuple[int, int], dict[str, str]] = {}


def _view_sql(store: Store, serial: int, snapshot: Snapshot) -> dict[str, str]:
    key = (id(store), serial)
    if key not in _texts:
        found = dict(snapshot.rows(f"SELECT name, sql FROM {snapshot.opened.database}.view_sql"))
        _texts.clear()
        _texts[key] = found
    return _texts[key]


def _copy(table: str, chosen: list[str], *, checked: Checked, scope: Scope, columns: dict[str, str]) -> Step:
    params: dict[str, object] = {}
    tests = [scope_test(table, columns, scope=scope, params=params)]
    tests += _asked_only(checked, columns=columns, params=params)
    listed = ", ".join(f'"{each}"' for each in chosen)
    where = " AND ".join(f"({test})" for test in tests if test)
    where = f" WHERE {where}" if where else ""
    sql = f"CREATE TABLE memory.main.{table} AS SELECT {listed} FROM memory.source.{table} AS asked{where}"
    return sql, params or None


def _asked_only(checked: Checked, *, columns: dict[str, str], params: dict[str, object]) -> list[str]:
    """Returns the tests that leave rows behind which the statement would not look at."""
    tests = []
    for name, texts in checked.only:
        if columns.get(name) == "VARCHAR":
            own = [f"only{len(params) + place}" for place in range(len(texts))]
            params |= dict(zip(own, texts, strict=True))
            tests.append(f'asked."{name}" IN ({", ".join(f"${each}" for each in own)})')
    return tests


def scope_test(table: str, columns: Iterable[str], *, scope: Scope, params: dict[str, object]) -> str:
    """Returns the test rows of a table must pass to be the asker's; empty: all are."""
    described = console_tables()[table]
    if described.wide or not (_is_limited_by_area(scope) or scope.department_ids is not None):
        return ""
    if described.via:
        inner = _own_rows(("grid_id", "department_id"), scope=scope, params=params)
        return f"asked.incident_id IN (SELECT incident_id FROM memory.source.mart_incident AS asked WHERE {inner})"
    return _own_rows(columns, scope=scope, params=params)


def _own_rows(columns: Iterable[str], *, scope: Scope, params: dict[str, object]) -> str:
    names, tests = set(columns), []
    if _is_limited_by_area(scope):
        if "grid_id" not in names:
            return "false"
        params["areas"] = sorted(scope.area_ids or ())
        tests.append(
            "asked.grid_id IN (SELECT grid_id FROM memory.source.dim_area_grid WHERE list_contains($areas, area_id))"
        )
    if scope.department_ids is not None:
        if "department_id" in names:
            params["departments"] = sorted(scope.department_ids)
            tests.append("list_contains($departments, asked.department_id)")
        elif "grid_id" not in names:
            return "false"
    return " AND ".join(tests) or "true"


def _is_limited_by_area(scope: Scope) -> bool:
    return scope.area_ids is not None and TOWN_AREA not in scope.area_ids


@lru_cache(maxsize=1024)
def _quoted(path: Path) -> str:
    return "'" + str(path).replace("'", "''") + "'"
